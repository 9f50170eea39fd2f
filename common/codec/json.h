/* JSON to structs and back by the same tables: commands as the API takes them, records as pages,
 * feeds and `brokerctl tail` show them. Strict in: no unknown or doubled field, whole numbers only,
 * times RFC 3339 with offset, ids and enums as text, no NUL. `meta` is never read. */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "base/check.h"
#include "codec/codec.h"

/* The first values are enum check_rule's, in its order. */
enum codec_rule {
    CODEC_MISSING = CHECK_MISSING,
    CODEC_TOO_LONG = CHECK_TOO_LONG,
    CODEC_TOO_MANY = CHECK_TOO_MANY,
    CODEC_TOO_FEW = CHECK_TOO_FEW,
    CODEC_TOO_SMALL = CHECK_TOO_SMALL,
    CODEC_TOO_LARGE = CHECK_TOO_LARGE,
    CODEC_INVALID = CHECK_INVALID, /* not of its type or format */
    CODEC_NOT_ALLOWED = CHECK_NOT_ALLOWED,
    CODEC_UNKNOWN_FIELD = CHECK_MAX_,
    CODEC_DUPLICATE,  /* limit: line */
    CODEC_SYNTAX,     /* not JSON; limit: byte position (a NUL byte, bad UTF-8 and the like too) */
    CODEC_BODY_LARGE, /* limit: bytes */
    CODEC_TOO_DEEP,   /* limit: levels */
    CODEC_RULE_MAX_
};

struct codec_error {
    char pointer[CHECK_POINTER_MAX]; /* "" for the body itself */
    enum codec_rule rule;
    int64_t limit;
};

/* The refusal code: field-missing, field-too-long, field-invalid, field-not-allowed. */
const char *codec_rule_code(enum codec_rule rule);
/* The rule's own name for a problem's `rule` member: "missing", "too-long", "unknown-field", ... */
const char *codec_rule_name(enum codec_rule rule);

/* Zeroed: strict, 1 MiB, first error only. */
struct codec_json_options {
    size_t bytes_max; /* 0: 1 MiB */
    bool soft;        /* import: check_rule errors are collected, not refused (nor values cut) */
    bool from_import; /* fields `by: import` and `by: edge` may be stated */
    bool partial;     /* drafts: nothing is missing yet, no condition holds yet */
    /* Called between reading and checking, to set the fields `by: edge` (a reference, the service's
     * terms); NULL: nothing. Not called where a value is not of its type. That such a field is
     * missing is never the sender's error: whoever decides checks it. */
    void (*fill)(void *arg, void *record);
    void *arg;
    struct codec_error *errors; /* room for errors_max of them, one a field; NULL: none kept */
    size_t errors_max;
    size_t error_count; /* out: how many there were (at most 64 are found) */
};

/* Reads an object into *ret_record. Texts live in the arena. A sealed field is checked against its
 * plaintext's shape (type, limits, conditions) and handed out as canonical JSON in its bytes, not
 * sealed: seal_record seals them. RES_REJECT with *ret_error the first error (untouched otherwise);
 * RES_FATAL: the arena's limit. `options` may be NULL. */
MUST_USE res_t codec_json_read(const struct record_desc *desc, struct view json,
    struct codec_json_options *options, struct arena *arena, void *ret_record,
    struct codec_error *ret_error);
/* The same for a sealed field's opened plaintext: *ret_value is the C value of field->plain
 * (a struct of plain->record, a struct view, ...). Not checked again, unknown fields skipped. */
MUST_USE res_t codec_json_read_plain(
    const struct field_desc *field, struct view json, struct arena *arena, void *ret_value);

/* How a sealed field is shown: the plaintext's JSON, spliced in as it is, or absent: left out. */
typedef struct view codec_open_fn(
    void *arg, const struct field_desc *field, const char *pointer, struct view sealed);
struct codec_json_out {
    codec_open_fn *open; /* NULL: sealed fields are left out, or base64 where `base64` */
    void *arg;
    bool base64;
    bool no_meta; /* leave the field `meta` out */
};

/* Appends the record as compact JSON; absent fields are left out. `opts` may be NULL. */
void codec_json_write(const struct record_desc *desc, const void *record,
    const struct codec_json_out *opts, struct buf *out);
/* One value of the field's kind (a sealed field's plaintext: pass field->plain). */
void codec_json_write_value(const struct field_desc *field, const void *value, struct buf *out);
/* A JSON string literal, quotes included. Text must be valid UTF-8. */
void codec_json_text(struct view text, struct buf *out);

#endif
