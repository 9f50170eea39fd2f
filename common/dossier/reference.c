#include "dossier/reference.h"

#include <string.h>

/* Kinds without a contract have a suffix of their own. */
static const char *const suffixes[SERVICE_KIND_MAX_] = {
    [SERVICE_KIND_CFO_HUB] = "CF",
    [SERVICE_KIND_WOMEN_CENTRE] = "WC",
    [SERVICE_KIND_GRANT] = "GR",
    [SERVICE_KIND_HOUSING_NAVIGATOR] = "HN",
    [SERVICE_KIND_CAS3] = "CA",
    [SERVICE_KIND_ACCREDITED_PROGRAMME] = "AP",
    [SERVICE_KIND_STRUCTURED_INTERVENTION] = "SI",
    [SERVICE_KIND_TOOLKIT] = "TK",
    [SERVICE_KIND_TREATMENT] = "TR",
};

struct view reference_suffix(const struct terms *terms, struct arena *arena)
{
    if (terms->kind >= 0 && terms->kind < SERVICE_KIND_MAX_ && suffixes[terms->kind] != NULL)
        return view_of(suffixes[terms->kind]);
    if (terms->type_name.len < 2)
        return VIEW_NONE;
    char two[2];
    for (size_t i = 0; i < 2; i++) {
        char c = terms->type_name.ptr[i];
        two[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return arena_copy(arena, (struct view){two, 2});
}

static bool has(struct view text, char c)
{
    return view_find(text, c) < text.len;
}

static bool letter(char c)
{
    return c >= 'A' && c <= 'Z' && c != 'I' && c != 'O';
}

bool reference_valid(struct view reference, struct view suffix)
{
    static const char confused[][2] = {{'0', 'O'}, {'1', 'I'}, {'5', 'S'}, {'8', 'B'}};
    if (reference.len != 8 || suffix.len != 2 || !letter(reference.ptr[0]) ||
        !letter(reference.ptr[1]))
        return false;
    for (size_t i = 2; i < 6; i++)
        if (reference.ptr[i] < '0' || reference.ptr[i] > '9')
            return false;
    for (size_t i = 0; i < ARRAY_LEN(confused); i++)
        if (has(reference, confused[i][0]) && has(reference, confused[i][1]))
            return false;
    return memcmp(reference.ptr + 6, suffix.ptr, 2) == 0;
}
