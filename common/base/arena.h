/* Memory with one of three lifetimes: process, batch, record. Blocks are freed together.
 * Not thread-safe: one arena, one thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/res.h"
#include "base/view.h"

struct arena;

/* `limit_bytes` bounds what may be handed out between two clears; beyond it arena_alloc gives NULL
 * and arena_full() is true. Aborts when the system has no memory for the arena itself. */
struct arena *arena_new(size_t limit_bytes);
void arena_free(struct arena *arena); /* NULL is fine */
void arena_free_p(struct arena **arena);
/* Clearing and rolling back give memory back to the system, but for this much: for arenas that are
 * filled again and again. 0 at first. What is kept goes, too, once it is hardly used. */
void arena_keep(struct arena *arena, size_t bytes);
/* Forgets everything, keeps the first block. */
void arena_clear(struct arena *arena);

/* Zeroed, aligned for any type. NULL once the limit is reached or the system has no memory.
 * Size 0 gives a unique non-NULL pointer. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* count * size with overflow checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);
bool arena_full(const struct arena *arena);
size_t arena_used(const struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* Copies of text; absent (ptr NULL) stays absent, and is what a full arena gives. */
struct view arena_copy(struct arena *arena, struct view text);
/* NUL-terminated copy for library edges; NULL when full. */
char *arena_text(struct arena *arena, struct view text);
struct view arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Mark and roll back: everything handed out after the mark is gone. */
struct arena_mark {
    void *block;
    size_t used;
    size_t total;
};
struct arena_mark arena_mark(struct arena *arena);
void arena_rollback(struct arena *arena, struct arena_mark mark);

#endif
