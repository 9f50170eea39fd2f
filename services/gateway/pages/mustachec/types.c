/* Reads the structs of a C header, as far as templates can use them. The header stays the one place
 * where they are declared; the C compiler checks the rest. */
#include "mustachec.h"

#include <ctype.h>
#include <string.h>

enum { TYPES_MAX = 512, MEMBERS_MAX = 64 };
static struct type types[TYPES_MAX];
static size_t type_count;

struct reader {
    struct view rest;
    struct place place;
};

static void skip_blank(struct reader *in)
{
    for (;;) {
        struct view rest = in->rest;
        if (rest.len == 0)
            return;
        size_t n = 0;
        if (isspace((unsigned char)rest.ptr[0])) {
            n = 1;
        } else if (view_starts(rest, VIEW("/*"))) {
            for (n = 2; n < rest.len && !view_starts(view_from(rest, n), VIEW("*/")); n++)
                ;
            n += 2;
        } else if (rest.ptr[0] == '#') {
            for (n = 0; n < rest.len && (rest.ptr[n] != '\n' || rest.ptr[n - 1] == '\\'); n++)
                ;
        } else {
            return;
        }
        for (size_t i = 0; i < n && i < rest.len; i++)
            in->place.line += rest.ptr[i] == '\n';
        in->rest = view_from(rest, n);
    }
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* A word or one sign; absent at the end. */
static struct view next_token(struct reader *in)
{
    skip_blank(in);
    if (in->rest.len == 0)
        return VIEW_NONE;
    size_t n = 0;
    while (n < in->rest.len && is_word(in->rest.ptr[n]))
        n++;
    struct view token = {in->rest.ptr, n == 0 ? 1 : n};
    in->rest = view_from(in->rest, token.len);
    return token;
}

/* Kind and type name from a declaration's words before its names. */
static struct member member_of(const struct view *words, size_t count)
{
    struct member member = {.kind = MEMBER_OTHER};
    bool constant = count > 0 && view_eq_text(words[0], "const");
    const struct view *w = words + (constant ? 1 : 0);
    size_t n = count - (constant ? 1 : 0);
    if (n == 1 && view_eq_text(w[0], "bool"))
        member.kind = MEMBER_FLAG;
    if (n == 4 && view_eq_text(w[0], "LIST_OF"))
        member = (struct member){.kind = MEMBER_LIST, .type = w[2]};
    if (n >= 2 && view_eq_text(w[0], "struct")) {
        member.type = w[1];
        member.kind = n == 3 && constant           ? MEMBER_MAYBE
                      : n != 2                     ? MEMBER_OTHER
                      : view_eq_text(w[1], "view") ? MEMBER_TEXT
                      : view_eq_text(w[1], "link") ? MEMBER_LINK
                                                   : MEMBER_STRUCT;
    }
    return member;
}

/* One declaration up to its ';': "struct view a, b". False at the struct's '}'. */
static bool read_members(struct reader *in, struct type *type)
{
    enum { WORDS_MAX = 64 };
    struct view words[WORDS_MAX];
    size_t count = 0, ends = 0; /* `ends`: words of the first declarator, name last */
    struct member member = {0};
    for (;;) {
        struct view token = next_token(in);
        if (token.len == 0)
            stop_at(in->place, "the struct does not end");
        if (view_eq_text(token, "}"))
            return false;
        bool over = view_eq_text(token, ";");
        if (!over && !view_eq_text(token, ",")) {
            if (count == WORDS_MAX)
                stop_at(in->place, "the declaration is too long");
            words[count++] = token;
            continue;
        }
        if (count == 0)
            stop_at(in->place, "a name is missing");
        bool array = view_eq_text(words[count - 1], "]");
        if (ends++ == 0)
            member = member_of(words, count - 1);
        member.name = words[count - 1];
        if (type->len == MEMBERS_MAX)
            stop_at(in->place, "more than %d members", (int)MEMBERS_MAX);
        if (!array)
            type->members[type->len++] = member;
        if (over)
            return true;
    }
}

static void read_struct(struct reader *in, struct view name)
{
    if (type_find(name) != NULL)
        stop_at(in->place, "struct %.*s stands here twice", VIEW_ARG(name));
    if (type_count == TYPES_MAX)
        stop_at(in->place, "too many structs");
    struct type *type = &types[type_count++];
    *type = (struct type){
        .name = name, .members = arena_array(memory, MEMBERS_MAX, sizeof(struct member))};
    while (read_members(in, type))
        ;
}

void types_read(const char *path)
{
    struct reader in = {file_read(path), {path, 1}};
    struct view before[2] = {{0}};
    for (struct view token; (token = next_token(&in)).len > 0;) {
        if (view_eq_text(token, "{") && view_eq_text(before[0], "struct"))
            read_struct(&in, before[1]);
        before[0] = before[1];
        before[1] = token;
    }
}

const struct type *type_find(struct view name)
{
    for (size_t i = 0; i < type_count; i++)
        if (view_eq(types[i].name, name))
            return &types[i];
    return NULL;
}

const struct member *member_find(const struct type *type, struct view name)
{
    for (size_t i = 0; i < type->len; i++)
        if (view_eq(type->members[i].name, name))
            return &type->members[i];
    return NULL;
}
