/* A template's text as a tree. What Mustache has and we do not offer is refused by name. */
#include "mustachec.h"

#include <ctype.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

struct parser {
    struct view rest;
    struct place place;
    struct node *open[DEPTH_MAX];  /* sections around here */
    struct node **tail[DEPTH_MAX]; /* where the next node of each depth goes */
    int depth;
    bool line_blank; /* since the line's start only blanks and standalone tags were seen */
};

static struct node *add(struct parser *in, enum node_kind kind, struct view text)
{
    struct node *node = ARENA_NEW(memory, struct node);
    *node = (struct node){.kind = kind, .text = text, .line = in->place.line};
    *in->tail[in->depth] = node;
    in->tail[in->depth] = &node->next;
    return node;
}

static void literal(struct parser *in, struct view text)
{
    if (text.len > 0)
        add(in, NODE_LITERAL, text);
    for (size_t i = 0; i < text.len; i++)
        in->place.line += text.ptr[i] == '\n';
}

static void open_section(struct parser *in, enum node_kind kind, struct view name)
{
    struct node *node = add(in, kind, name);
    if (in->depth + 1 == DEPTH_MAX)
        stop_at(in->place, "sections are nested too deeply");
    in->open[in->depth] = node;
    in->tail[++in->depth] = &node->first;
}

static void close_section(struct parser *in, struct view name)
{
    if (in->depth == 0 || !view_eq(in->open[in->depth - 1]->text, name))
        stop_at(in->place, "{{/%.*s}} closes no open section", VIEW_ARG(name));
    in->depth--;
}

static void check_name(const struct parser *in, struct view name)
{
    bool good = name.len > 0;
    for (size_t i = 0; i < name.len; i++)
        good =
            good && (isalnum((unsigned char)name.ptr[i]) || memchr("._-", name.ptr[i], 3) != NULL);
    if (!good)
        stop_at(in->place, "'%.*s' is no name", VIEW_ARG(name));
}

static void tag(struct parser *in, struct view inside)
{
    char sign = inside.len > 0 ? inside.ptr[0] : ' ';
    struct view name = view_trim(memchr("#^/>!", sign, 5) != NULL ? view_from(inside, 1) : inside);
    if (memchr("&{=<$", sign, 5) != NULL)
        stop_at(in->place,
            "{{%c ...}} is not offered: no unescaped text, delimiters or inheritance", sign);
    if (sign == '!')
        return;
    check_name(in, name);
    switch (sign) {
    case '#':
        open_section(in, NODE_SECTION, name);
        break;
    case '^':
        open_section(in, NODE_INVERTED, name);
        break;
    case '/':
        close_section(in, name);
        break;
    case '>':
        add(in, NODE_PARTIAL, name);
        break;
    default:
        add(in, NODE_VARIABLE, name);
    }
}

/* Blanks that end `text` on its last line. */
static size_t blanks_at_end(struct view text)
{
    size_t n = 0;
    while (
        n < text.len && (text.ptr[text.len - 1 - n] == ' ' || text.ptr[text.len - 1 - n] == '\t'))
        n++;
    return n;
}

/* Bytes up to and with the line's end if only blanks stand before it; else SIZE_MAX. */
static size_t blank_line_rest(struct view text)
{
    size_t n = 0;
    while (n < text.len && (text.ptr[n] == ' ' || text.ptr[n] == '\t'))
        n++;
    if (n == text.len)
        return n;
    if (text.ptr[n] == '\n')
        return n + 1;
    return text.ptr[n] == '\r' && n + 1 < text.len && text.ptr[n + 1] == '\n' ? n + 2 : SIZE_MAX;
}

static size_t find_text(struct view text, const char *what)
{
    const char *at = text.len == 0 ? NULL : memmem(text.ptr, text.len, what, strlen(what));
    return at == NULL ? SIZE_MAX : (size_t)(at - text.ptr);
}

/* A tag alone on its line takes the line with it, as the Mustache rules say. */
static void step(struct parser *in)
{
    size_t at = find_text(in->rest, "{{");
    if (at == SIZE_MAX) {
        literal(in, in->rest);
        in->rest = VIEW_NONE;
        return;
    }
    struct view before = {in->rest.ptr, at};
    struct view after = view_from(in->rest, at + 2);
    size_t end = find_text(after, "}}");
    if (end == SIZE_MAX)
        stop_at(in->place, "a tag does not end");
    struct view inside = view_trim((struct view){after.ptr, end});
    after = view_from(after, end + 2);
    size_t blanks = blanks_at_end(before);
    bool starts_line =
        blanks == before.len ? in->line_blank : before.ptr[before.len - blanks - 1] == '\n';
    size_t line_rest = blank_line_rest(after);
    bool alone = inside.len > 0 && memchr("#^/>!", inside.ptr[0], 5) != NULL && starts_line &&
                 line_rest != SIZE_MAX;
    literal(in, alone ? (struct view){before.ptr, before.len - blanks} : before);
    tag(in, inside);
    for (size_t i = 0; i < end; i++)
        in->place.line += in->rest.ptr[at + 2 + i] == '\n';
    if (alone && line_rest > 0)
        in->place.line += after.ptr[line_rest - 1] == '\n';
    in->rest = alone ? view_from(after, line_rest) : after;
    in->line_blank = alone;
}

static struct template *latest;

bool template_known(struct view name)
{
    for (const struct template *t = latest; t != NULL; t = t->before)
        if (view_eq(t->name, name))
            return true;
    return false;
}

struct template *template_parse(const char *path)
{
    struct template *template = ARENA_NEW(memory, struct template);
    const char *base = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    *template = (struct template){
        .name = {base, strlen(base) - strlen(".html")}, .file = path, .before = latest};
    latest = template;
    struct parser in = {.rest = file_read(path), .place = {path, 1}, .line_blank = true};
    in.tail[0] = &template->first;
    while (in.rest.len > 0)
        step(&in);
    if (in.depth > 0)
        stop_at((struct place){path, in.open[in.depth - 1]->line}, "{{#%.*s}} is never closed",
            VIEW_ARG(in.open[in.depth - 1]->text));
    return template;
}
