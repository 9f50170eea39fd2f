/* The limits and conditions of a record's table (required, requiredWhen, oneOf, lengths, ranges,
 * formats), evaluated on a record in memory: one evaluator for the edge and for the deciders.
 * Pure. A sealed field is seen by its presence only; what is inside was checked before sealing. */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#include "base/desc.h"

enum check_rule {
    CHECK_MISSING,     /* required here; text that is empty or blank counts as missing */
    CHECK_TOO_LONG,    /* limit: code points */
    CHECK_TOO_MANY,    /* limit: items */
    CHECK_TOO_FEW,     /* limit: items */
    CHECK_TOO_SMALL,   /* limit: the least value */
    CHECK_TOO_LARGE,   /* limit: the greatest value */
    CHECK_INVALID,     /* not of its format */
    CHECK_NOT_ALLOWED, /* its condition does not hold, or another of its group is there */
    CHECK_MAX_
};

enum { CHECK_POINTER_MAX = 160 };

struct check_error {
    char pointer[CHECK_POINTER_MAX]; /* JSON Pointer: "/attendance/late", "/workers/1" */
    enum check_rule rule;
    int64_t limit; /* 0 where the rule has none */
    bool by_edge;  /* the field is one that the edge fills in */
};

/* The code that the refusal has in the API, too: "field-missing", "field-too-long", ... */
const char *check_code(enum check_rule rule);

/* True if everything holds; else what is answered: missing before too long before invalid before
 * not allowed, and of those the first in field order. A command is checked against its own table.
 */
bool check_record(
    const struct record_desc *desc, const void *record, struct check_error *ret_error);

/* Each failure in turn; `found` returns false to stop. `pointer` is what stands before (may be "").
 */
typedef bool check_fn(void *arg, const struct check_error *error);
void check_each(const struct record_desc *desc, const void *record, check_fn *found, void *arg);
/* One field's value (`at` points to the value itself, as for a sealed field's plaintext). */
struct check_at {
    const char *pointer; /* of the field */
    check_fn *found;
    void *arg;
};
void check_value(const struct field_desc *field, const void *value, const struct check_at *at);

/* A condition (schemas/README.md) of this record. Aborts on one that cannot be read: the schema
 * compiler checked those that it wrote. */
bool check_condition(const struct record_desc *desc, const void *record, const char *condition);

/* `format`'s named checks: crn email postcode reference code. False: no such format either. */
bool check_format(const char *format, struct view text);

#endif
