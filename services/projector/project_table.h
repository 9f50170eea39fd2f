/* How a table of the read model is described: one row a column. To add a column: write its row here
 * and a migration. A column is filled from a field of the schemas (by its path), from the place of
 * an item in its array, or from a slot that the table's own function fills. */
#ifndef PROJECTOR_PROJECT_TABLE_H
#define PROJECTOR_PROJECT_TABLE_H

#include "base/desc.h"
#include "projector/project.h"

enum { WALK_MAX = 3, SLOTS_MAX = 32 };

struct column {
    const char *name;
    enum col_type type;
    uint8_t level;     /* 0: the dossier or record; 1: an item of the first step of the walk; ... */
    const char *field; /* below that level: "terms.code"; "": the item itself; NULL: not a field */
    bool place;        /* the item's index at that level */
    uint8_t slot;      /* else what the table's make filled in */
};
#define FIELD(column_name, column_type, at_level, path)                                            \
    {                                                                                              \
        .name = (column_name), .type = (column_type), .level = (at_level), .field = (path)         \
    }
#define PLACE(column_name, at_level)                                                               \
    {                                                                                              \
        .name = (column_name), .type = COL_INT, .level = (at_level), .place = true                 \
    }
#define SLOT(column_name, column_type, slot_index)                                                 \
    {                                                                                              \
        .name = (column_name), .type = (column_type), .slot = (slot_index)                         \
    }

/* Where a row comes from. */
struct row_source {
    const struct project_dossier *dossier; /* of state rows */
    const struct project_record *record;   /* of log rows */
    const void *item[WALK_MAX + 1];        /* by level */
    size_t place[WALK_MAX + 1];
    struct arena *arena;
};
/* Slots of the rows that one source gives: usually one. */
struct made {
    struct cell *slots; /* count * width */
    size_t width;       /* as many as the table's columns name */
    size_t count;
    size_t room;
};
/* Pure. Adds a set of slots (all NULL) for each row. FATAL: arena full. */
typedef res_t make_fn(const struct row_source *source, struct made *ret);
/* NULL: arena full. */
struct cell *made_add(struct made *made, struct arena *arena);

/* A field that a make looks at, as in struct column: "": the item itself. */
struct reads {
    uint8_t level;
    const char *field;
};

enum table_root {
    ROOT_DOSSIER, /* state rows, of the dossier */
    ROOT_META,    /* log rows, of any record: level 0 is its meta */
    ROOT_BODY,    /* log rows, of events of type `only`: level 0 is the event */
};
struct table {
    const char *name;
    enum table_root root;
    enum event_type only;
    const char *walk[WALK_MAX]; /* "referrals", "appointments": arrays, or records that may be
                                   absent; "assignments[last]": the last item alone */
    const struct column *columns;
    size_t column_count;
    size_t key_count; /* the first columns are the primary key; the very first is the person */
    make_fn *make;    /* NULL: one row a source, no slots */
    /* All that `make` looks at, where that is little: rows are made anew only where it or a
     * column's field changed. NULL: it may look at all of the dossier but its version, history and
     * seen version. */
    const struct reads *reads;
    size_t read_count;
};
/* Rows that are never written again: the outcome of a record does not change. */
static inline bool table_is_log(const struct table *table)
{
    return table->root != ROOT_DOSSIER;
}

static inline struct cell cell_text(const char *text)
{
    return (struct cell){.null = text == NULL || *text == '\0', .text = view_of(text)};
}
static inline struct cell cell_view(struct view text)
{
    return (struct cell){.null = text.ptr == NULL, .text = text};
}
static inline struct cell cell_number(int64_t number)
{
    return (struct cell){.number = number};
}
/* 0: NULL. */
static inline struct cell cell_time(int64_t at_us)
{
    return (struct cell){.null = at_us == 0, .number = at_us};
}
static inline struct cell cell_bool(bool truth)
{
    return (struct cell){.truth = truth};
}
/* All zero: NULL. */
static inline struct cell cell_uuid(struct uuid id)
{
    return (struct cell){.null = uuid_is_zero(id), .id = id};
}

extern const struct table *const state_tables_referral[];
extern const struct table *const state_tables_session[];
extern const struct table *const state_tables_person[];
extern const struct table *const log_tables[];

#endif
