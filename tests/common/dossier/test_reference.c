#include "dossier/reference.h"

#include <criterion/criterion.h>

static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";

static int count_valid(struct view suffix)
{
    char text[8];
    int count = 0;
    text[6] = suffix.ptr[0];
    text[7] = suffix.ptr[1];
    for (size_t a = 0; a < 24; a++)
        for (size_t b = 0; b < 24; b++)
            for (int n = 0; n < 10000; n++) {
                text[0] = letters[a];
                text[1] = letters[b];
                for (int d = 0, rest = n; d < 4; d++, rest /= 10)
                    text[5 - d] = (char)('0' + rest % 10);
                count += reference_valid((struct view){text, 8}, suffix);
            }
    return count;
}

Test(reference, there_are_as_many_as_the_domain_says, .timeout = 60)
{
    cr_expect_eq(count_valid(VIEW("AC")), 5438682);
    cr_expect_eq(count_valid(VIEW("WO")), 3548966);
}

Test(reference, the_source_systems_odd_ones_are_invalid, .timeout = 10)
{
    static const struct row {
        const char *reference, *suffix;
        bool valid;
    } rows[] = {{"HD2123AC", "AC", true}, {"AB3892AC", "AC", false}, {"AB3892EO", "AC", false},
        {"FH12376SO", "PE", false}, {"AJ1827DR", "PE", false}, {"AI1234AC", "AC", false},
        {"aB1234AC", "AC", false}, {"AS1534AC", "AC", false}, {"KT27A3AC", "AC", false},
        {"KT2743A", "AC", false}, {"", "AC", false}, {"KT2743AC", "", false},
        {"KT1743FI", "FI", false}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(reference_valid(view_of(rows[i].reference), view_of(rows[i].suffix)),
            rows[i].valid, "%s", rows[i].reference);
}

Test(reference, the_suffix_is_the_kinds_or_the_contract_types, .timeout = 10)
{
    struct arena *arena = arena_new(1024);
    struct terms terms = {.kind = SERVICE_KIND_COMMISSIONED, .type_name = VIEW("Finance")};
    cr_expect(view_eq_text(reference_suffix(&terms, arena), "FI"));
    terms.kind = SERVICE_KIND_CAS3;
    cr_expect(view_eq_text(reference_suffix(&terms, arena), "CA"));
    terms.kind = SERVICE_KIND_COMMISSIONED;
    terms.type_name = VIEW_NONE;
    cr_expect_null(reference_suffix(&terms, arena).ptr);
    arena_free(arena);
}
