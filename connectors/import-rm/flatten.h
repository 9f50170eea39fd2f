/* A record as a list of (JSON pointer, text), with its sealed fields opened: what a comparison
 * needs. Texts of people stand in it: it never leaves memory. */
#ifndef IMPORT_RM_FLATTEN_H
#define IMPORT_RM_FLATTEN_H

#include "base/arena.h"
#include "base/desc.h"
#include "seal/seal.h"

enum { FLAT_MAX = 4096 };

struct flat_cell {
    struct view pointer;
    struct view text; /* numbers in decimal, times RFC 3339 UTC, ids and codes as in JSON */
};
struct flat {
    struct flat_cell *cells;
    size_t len;
};

/* `keys` are those of the person the record is about. REJECT: a sealed field does not open. FATAL:
 * the arena is full, or there are more than FLAT_MAX cells. */
res_t flatten(const struct record_desc *desc, const void *record, const struct person_keys *keys,
    struct arena *arena, struct flat *ret) MUST_USE;
/* The cell at that pointer, or NULL. */
const struct flat_cell *flat_find(const struct flat *flat, struct view pointer);

#endif
