/* From a template's tree to C: one function per template, names resolved in the struct at hand
 * only. */
#include "mustachec.h"

#include <string.h>

struct emitter {
    const char *file;
    bool lint;
    struct buf *out;
    struct html html;
    int depth; /* of C blocks; names the variables */
};

/* What names refer to: a struct behind a C pointer, and text where a section stands on one. */
struct context {
    const struct type *type; /* NULL: an item of a list of texts */
    const char *pointer;     /* C expression, "c0" */
    const char *dot;         /* C expression of {{.}}; NULL: none */
};

static void emit_nodes(struct emitter *to, const struct node *node, struct context context);

void emit_literal(struct buf *out, struct view text)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f || c == '?')
            buf_printf(out, "\\%03o", (unsigned)c);
        else
            buf_byte(out, c);
    }
    buf_byte(out, '"');
}

void emit_escaped_html(struct buf *out, struct view text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&':
            buf_text(out, "&amp;");
            break;
        case '<':
            buf_text(out, "&lt;");
            break;
        case '>':
            buf_text(out, "&gt;");
            break;
        case '"':
            buf_text(out, "&quot;");
            break;
        case '\'':
            buf_text(out, "&#39;");
            break;
        default:
            buf_byte(out, (uint8_t)text.ptr[i]);
        }
    }
}

static const char *c_name(struct view name)
{
    char *copy = name_of(name);
    for (char *c = copy; *c != '\0'; c++)
        if (*c == '.' || *c == '-')
            *c = '_';
    return copy;
}

static struct place place_of(const struct emitter *to, const struct node *node)
{
    return (struct place){to->file, node->line};
}

static void put(struct emitter *to, struct view text)
{
    enum { STRING_MAX = 4000 }; /* C17 asks compilers for 4,095 */
    while (text.len > 0) {
        struct view head = {text.ptr, text.len < STRING_MAX ? text.len : STRING_MAX};
        buf_text(to->out, "    buf_view(out, VIEW(");
        emit_literal(to->out, head);
        buf_text(to->out, "));\n");
        text = view_from(text, head.len);
    }
}

struct resolved {
    const char *expression;
    struct member member;
};

/* "a.b": through structs that are always there; every step but the last. */
static struct resolved resolve(struct emitter *to, const struct node *node, struct context context)
{
    struct place place = place_of(to, node);
    if (view_eq_text(node->text, ".")) {
        if (context.dot == NULL)
            stop_at(place, "{{.}} stands only within a section on a text");
        return (struct resolved){context.dot, {.kind = MEMBER_TEXT}};
    }
    struct view rest = node->text;
    const struct type *type = context.type;
    const char *expression = context.pointer;
    const char *arrow = "->";
    for (;;) {
        struct view name = view_cut(&rest, '.');
        if (type == NULL)
            stop_at(place, "no names here, only {{.}}");
        const struct member *member = member_find(type, name);
        if (member == NULL || member->kind == MEMBER_OTHER)
            stop_at(place, "no key '%.*s' in struct %.*s", VIEW_ARG(name), VIEW_ARG(type->name));
        expression = arena_printf(memory, "%s%s%.*s", expression, arrow, VIEW_ARG(name)).ptr;
        if (rest.ptr == NULL)
            return (struct resolved){expression, *member};
        if (member->kind != MEMBER_STRUCT)
            stop_at(place, "'%.*s' may be absent: open a section on it", VIEW_ARG(name));
        type = type_find(member->type);
        arrow = ".";
    }
}

static void emit_variable(struct emitter *to, const struct node *node, struct context context)
{
    struct place place = place_of(to, node);
    if (view_starts(node->text, VIEW("text."))) {
        const struct text *text = catalogue_find(view_from(node->text, 5));
        if (text == NULL)
            stop_at(place, "no text '%.*s' in the catalogue", VIEW_ARG(view_from(node->text, 5)));
        if (text->value_count > 0)
            stop_at(place, "the text '%.*s' has values: fill it in C", VIEW_ARG(text->key));
        if (to->lint)
            html_variable(&to->html, MEMBER_TEXT, place);
        struct buf escaped = {0};
        emit_escaped_html(&escaped, text->words);
        put(to, buf_as_view(&escaped));
        buf_done(&escaped);
        return;
    }
    struct resolved found = resolve(to, node, context);
    if (found.member.kind != MEMBER_TEXT && found.member.kind != MEMBER_LINK)
        stop_at(place, "'%.*s' is no text", VIEW_ARG(node->text));
    if (to->lint)
        html_variable(&to->html, found.member.kind, place);
    buf_printf(to->out, "    escape_html(out, %s%s);\n", found.expression,
        found.member.kind == MEMBER_LINK ? ".path" : "");
}

static void emit_body(struct emitter *to, const struct node *node, struct context context)
{
    struct html before = to->html;
    to->depth++;
    emit_nodes(to, node->first, context);
    to->depth--;
    if (to->lint && !html_same(&before, &to->html))
        stop_at(place_of(to, node),
            "section '%.*s' ends within another tag or value than it begins", VIEW_ARG(node->text));
    to->html = before;
}

static const struct type *section_type(struct emitter *to, const struct node *node, struct member m)
{
    if (m.kind == MEMBER_LIST && view_eq_text(m.type, "view"))
        return NULL;
    const struct type *type = type_find(m.type);
    if (type == NULL)
        stop_at(place_of(to, node), "struct %.*s is not in the headers", VIEW_ARG(m.type));
    return type;
}

/* The C condition under which a section stands. */
static const char *condition(struct resolved found)
{
    const char *format = "";
    switch (found.member.kind) {
    case MEMBER_TEXT:
    case MEMBER_LIST:
        format = ".len > 0";
        break;
    case MEMBER_LINK:
        format = ".path.len > 0";
        break;
    case MEMBER_MAYBE:
        format = " != NULL";
        break;
    case MEMBER_STRUCT:
        return "true";
    case MEMBER_FLAG:
    case MEMBER_OTHER:
        break;
    }
    return arena_printf(memory, "%s%s", found.expression, format).ptr;
}

/* A flag or a text opens no new struct: names go on in the one at hand. A struct or a list does,
 * and then only its own names are seen. */
static void emit_section(struct emitter *to, const struct node *node, struct context context)
{
    struct resolved found = resolve(to, node, context);
    enum member_kind kind = found.member.kind;
    int depth = to->depth + 1;
    if (kind == MEMBER_FLAG || kind == MEMBER_TEXT || kind == MEMBER_LINK) {
        if (kind == MEMBER_TEXT)
            context.dot = found.expression;
        buf_printf(to->out, "    if (%s) {\n", condition(found));
        emit_body(to, node, context);
        buf_text(to->out, "    }\n");
        return;
    }
    struct context inner = {
        section_type(to, node, found.member), arena_printf(memory, "c%d", depth).ptr, NULL};
    const char *type = inner.type == NULL ? "view" : name_of(inner.type->name);
    if (inner.type == NULL)
        inner.dot = arena_printf(memory, "(*c%d)", depth).ptr;
    if (kind == MEMBER_LIST)
        buf_printf(to->out,
            "    for (size_t i%d = 0; i%d < %s.len; i%d++) {\n"
            "    const struct %s *c%d = &%s.items[i%d];\n",
            depth, depth, found.expression, depth, type, depth, found.expression, depth);
    else
        buf_printf(to->out, "    if (%s) {\n    const struct %s *c%d = %s%s;\n", condition(found),
            type, depth, kind == MEMBER_STRUCT ? "&" : "", found.expression);
    buf_printf(to->out, "    (void)c%d;\n", depth);
    emit_body(to, node, inner);
    buf_text(to->out, "    }\n");
}

static void emit_inverted(struct emitter *to, const struct node *node, struct context context)
{
    struct resolved found = resolve(to, node, context);
    buf_printf(to->out, "    if (!(%s)) {\n", condition(found));
    emit_body(to, node, context);
    buf_text(to->out, "    }\n");
}

/* A template "x.y" takes a struct x_view. */
static const struct type *type_of_template(struct view name, struct place place)
{
    struct view stem = {name.ptr, view_find(name, '.')};
    struct view type_name = arena_printf(memory, "%s_view", c_name(stem));
    const struct type *type = type_find(type_name);
    if (type == NULL)
        stop_at(place, "no struct %.*s in the headers for template '%.*s'", VIEW_ARG(type_name),
            VIEW_ARG(name));
    return type;
}

static void emit_partial(struct emitter *to, const struct node *node, struct context context)
{
    struct place place = place_of(to, node);
    if (!template_known(node->text))
        stop_at(place, "no template '%.*s'", VIEW_ARG(node->text));
    const struct type *type = type_of_template(node->text, place);
    if (context.type != type)
        stop_at(place, "partial '%.*s' takes a struct %.*s", VIEW_ARG(node->text),
            VIEW_ARG(type->name));
    if (to->lint && to->html.state != HTML_TEXT)
        stop_at(place, "a partial stands in text, not within a tag");
    buf_printf(to->out, "    template_%s(out, %s);\n", c_name(node->text), context.pointer);
}

static void emit_nodes(struct emitter *to, const struct node *node, struct context context)
{
    for (; node != NULL; node = node->next) {
        switch (node->kind) {
        case NODE_LITERAL:
            if (to->lint)
                html_literal(&to->html, node->text, place_of(to, node));
            put(to, node->text);
            break;
        case NODE_VARIABLE:
            emit_variable(to, node, context);
            break;
        case NODE_SECTION:
            emit_section(to, node, context);
            break;
        case NODE_INVERTED:
            emit_inverted(to, node, context);
            break;
        case NODE_PARTIAL:
            emit_partial(to, node, context);
            break;
        }
    }
}

void template_emit(
    const struct template *template, bool lint, struct buf *header, struct buf *source)
{
    struct place place = {template->file, 1};
    const struct type *type = type_of_template(template->name, place);
    struct view signature =
        arena_printf(memory, "void template_%s(struct buf *out, const struct %.*s *c0)",
            c_name(template->name), VIEW_ARG(type->name));
    buf_printf(header, "%.*s;\n", VIEW_ARG(signature));
    buf_printf(source, "\n%.*s\n{\n    (void)c0;\n    (void)out;\n", VIEW_ARG(signature));
    struct emitter to = {.file = template->file, .lint = lint, .out = source};
    emit_nodes(&to, template->first, (struct context){type, "c0", NULL});
    if (lint && to.html.state != HTML_TEXT)
        stop_at(place, "the template ends within a tag or value");
    buf_text(source, "}\n");
}
