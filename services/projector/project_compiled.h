/* The tables' descriptions with every name resolved: the walker and the comparison go by offsets.
 * Of project_*.c alone. */
#ifndef PROJECTOR_PROJECT_COMPILED_H
#define PROJECTOR_PROJECT_COMPILED_H

#include "projector/project_table.h"

/* A field's path, resolved. */
enum { PATH_MAX_STEPS = 4 };
struct step {
    uint16_t offset;
    int8_t has_bit;
};
struct path {
    struct step steps[PATH_MAX_STEPS];
    size_t count;
    enum kind kind;
    const struct field_desc *last; /* NULL: the item itself */
};
struct compiled_column {
    struct path path;
    const struct view *symbols; /* of an enum, with dashes */
};
struct compiled_walk {
    struct path path;
    bool last; /* of an array */
};

/* Bytes of an item that rows are made from; mask not 0: these bits of the 64 there. */
struct part {
    uint64_t mask;
    uint16_t offset;
    uint16_t size;
};
struct parts {
    struct part *items;
    size_t count, room;
};

struct compiled_table {
    const struct table *table;
    struct compiled_walk walk[WALK_MAX];
    size_t walk_count;
    size_t slots; /* of a row */
    struct compiled_column columns[TABLE_COLUMNS_MAX];
    struct parts parts[WALK_MAX + 1]; /* by level. State tables only */
};
struct projection {
    size_t count;
    struct compiled_table *tables;
};

/* NULL: something on the way is absent. */
static inline const void *path_follow(const struct path *path, const void *item)
{
    for (size_t i = 0; i < path->count; i++) {
        if (!has_bit(item, path->steps[i].has_bit))
            return NULL;
        item = (const char *)item + path->steps[i].offset;
    }
    return item;
}

#endif
