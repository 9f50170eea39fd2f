/* The template compiler: view structs (C headers), templates (Mustache, the subset of README.md)
 * and the text catalogue in; one C function per template and per text out. A build tool: it stops
 * at the first mistake with file, line and what to do. Memory is freed by its end. */
#ifndef MUSTACHEC_MUSTACHEC_H
#define MUSTACHEC_MUSTACHEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/view.h"

/* Where something stands, for messages. */
struct place {
    const char *file;
    int line;
};
/* Prints "file:line: message" and ends the program with 1. */
_Noreturn void stop_at(struct place place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Process-wide memory, never freed: the program runs for a moment. */
extern struct arena *memory;
char *name_of(struct view text);
struct view file_read(const char *path);

/* -- types.c: the structs of the headers ------------------------------------------------------- */
enum member_kind {
    MEMBER_TEXT,   /* struct view */
    MEMBER_LINK,   /* struct link: may stand in href="" and action="" */
    MEMBER_FLAG,   /* bool */
    MEMBER_STRUCT, /* struct x, in place */
    MEMBER_MAYBE,  /* const struct x *, NULL = absent */
    MEMBER_LIST,   /* LIST_OF(x) */
    MEMBER_OTHER,  /* not for templates */
};
struct member {
    struct view name;
    enum member_kind kind;
    struct view type; /* STRUCT, MAYBE, LIST: the struct's name; LIST of text: "view" */
};
struct type {
    struct view name;
    struct member *members;
    size_t len;
};
void types_read(const char *path);
const struct type *type_find(struct view name); /* NULL: unknown */
const struct member *member_find(const struct type *type, struct view name);

/* -- catalogue.c: key = text ------------------------------------------------------------------- */
enum { TEXT_VALUES_MAX = 8 };
struct text {
    struct view key;
    struct view words;
    struct view values[TEXT_VALUES_MAX]; /* the names in braces, each once */
    size_t value_count;
    struct place place;
};
void catalogue_read(const char *path);
const struct text *catalogue_find(struct view key);
/* Text functions and the table of all keys. */
void catalogue_emit(struct buf *header, struct buf *source);

/* -- parse.c: a template's tree ---------------------------------------------------------------- */
enum node_kind { NODE_LITERAL, NODE_VARIABLE, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };
struct node {
    enum node_kind kind;
    struct view text; /* literal bytes, or the tag's name */
    struct node *first, *next;
    int line;
};
struct template
{
    struct view name; /* "referral.status" */
    const char *file;
    struct node *first;
    struct template *before; /* the one read before it */
};
struct template *template_parse(const char *path);
bool template_known(struct view name);

/* -- lint.c: what the HTML between the tags may be --------------------------------------------- */
enum html_state { HTML_TEXT, HTML_TAG, HTML_VALUE, HTML_COMMENT };
enum { HTML_WORD_MAX = 32 };
struct html {
    enum html_state state;
    char last;                   /* the sign before, within a tag */
    bool word_open;              /* the word goes on */
    bool fragment;               /* the value began with '#' */
    char element[HTML_WORD_MAX]; /* "" until it is read */
    char word[HTML_WORD_MAX];    /* the last word of a tag: the attribute's name */
};
/* Reads literal bytes on; stops the program where they break a rule. */
void html_literal(struct html *html, struct view text, struct place place);
/* A variable stands here. */
void html_variable(struct html *html, enum member_kind kind, struct place place);
bool html_same(const struct html *a, const struct html *b);

/* -- emit.c ------------------------------------------------------------------------------------ */
void template_emit(
    const struct template *template, bool lint, struct buf *header, struct buf *source);
/* The text as a C string literal. */
void emit_literal(struct buf *out, struct view text);
void emit_escaped_html(struct buf *out, struct view text);

#endif
