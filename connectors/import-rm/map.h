/* From rows of the source to commands. Pure: rows in, commands out, memory
 * from the arena. What the source does not say is named in meta.unknown; what has no field of its
 * own and names nobody goes to meta.kept. Sealed fields hold plain JSON: sealing is the sender's.
 */
#ifndef IMPORT_RM_MAP_H
#define IMPORT_RM_MAP_H

#include "event/event.h"
#include "import-rm/source.h"

struct stated {
    struct command command; /* body: struct record_head first */
    struct record_head *head;
    const struct record_desc *desc;
};
struct stated_list {
    struct stated *items;
    size_t len;
};

struct map_context {
    struct uuid space;  /* name space of this deployment's imports */
    struct uuid person; /* whose rows these are */
    int64_t now;        /* recordedAt, µs UTC */
    struct arena *arena;
};

/* All commands of a person in the order in which they must be stated. REJECT
 * names what could not be read; FATAL: the arena is full. */
res_t map_person(const struct map_context *context, const struct rm_person *person,
    struct stated_list *ret) MUST_USE;

/* The id of the command that a row becomes: UUIDv5(space, table ":" key). */
struct uuid map_command_id(struct uuid space, const char *table, struct view key);

#endif
