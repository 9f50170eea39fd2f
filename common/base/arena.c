#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifndef ARENA_ASAN
#define ARENA_ASAN 0
#endif

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { BLOCK_BYTES = 16 * 1024, ALIGN = 16, GAP = ARENA_ASAN ? 16 : 0 };

struct block {
    struct block *before;
    size_t size;
    size_t used;
    size_t pad;
    char data[];
};

struct arena {
    struct block *last;
    struct block *spare; /* empty ones of BLOCK_BYTES, to be taken again */
    size_t spare_bytes, keep;
    size_t limit;
    size_t total; /* handed out since the last clear, alignment included */
    bool full;
};

static struct block *block_new(size_t size)
{
    struct block *block = malloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    *block = (struct block){.size = size};
    POISON(block->data, size);
    return block;
}

static void block_free(struct block *block)
{
    UNPOISON(block->data, block->size);
    free(block);
}

static void block_drop(struct arena *arena, struct block *block)
{
    if (block->size != BLOCK_BYTES || arena->spare_bytes + BLOCK_BYTES > arena->keep) {
        block_free(block);
        return;
    }
    POISON(block->data, block->size);
    block->used = 0;
    block->before = arena->spare;
    arena->spare = block;
    arena->spare_bytes += BLOCK_BYTES;
}

static struct block *block_take(struct arena *arena, size_t room)
{
    struct block *block = arena->spare;
    if (block == NULL || room > BLOCK_BYTES)
        return block_new(room > BLOCK_BYTES ? room : BLOCK_BYTES);
    arena->spare = block->before;
    arena->spare_bytes -= BLOCK_BYTES;
    return block;
}

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *arena = malloc(sizeof *arena);
    struct block *block = block_new(BLOCK_BYTES);
    if (arena == NULL || block == NULL)
        WRONG("no memory for an arena");
    *arena = (struct arena){.last = block, .limit = limit_bytes};
    return arena;
}

static void blocks_free(struct block *last)
{
    while (last != NULL) {
        struct block *before = last->before;
        block_free(last);
        last = before;
    }
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    blocks_free(arena->last);
    blocks_free(arena->spare);
    free(arena);
}

void arena_keep(struct arena *arena, size_t bytes)
{
    arena->keep = bytes;
}

void arena_free_p(struct arena **arena)
{
    arena_free(*arena);
    *arena = NULL;
}

void arena_clear(struct arena *arena)
{
    if (arena->total < arena->spare_bytes / 8) {
        blocks_free(arena->spare);
        arena->spare = NULL;
        arena->spare_bytes = 0;
    }
    while (arena->last->before != NULL) {
        struct block *before = arena->last->before;
        block_drop(arena, arena->last);
        arena->last = before;
    }
    arena->last->used = 0;
    POISON(arena->last->data, arena->last->size);
    arena->total = 0;
    arena->full = false;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > arena->limit || arena->total > arena->limit - bytes) {
        arena->full = true;
        return NULL;
    }
    size_t room = ((bytes == 0 ? 1 : bytes) + GAP + ALIGN - 1) / ALIGN * ALIGN;
    struct block *block = arena->last;
    if (block->size - block->used < room) {
        struct block *more = block_take(arena, room);
        if (more == NULL) {
            arena->full = true;
            return NULL;
        }
        more->before = block;
        arena->last = block = more;
    }
    char *at = block->data + block->used;
    block->used += room;
    arena->total += room;
    UNPOISON(at, bytes);
    memset(at, 0, bytes);
    return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        arena->full = true;
        return NULL;
    }
    return arena_alloc(arena, bytes);
}

bool arena_full(const struct arena *arena)
{
    return arena->full;
}

size_t arena_used(const struct arena *arena)
{
    return arena->total;
}

struct view arena_copy(struct arena *arena, struct view text)
{
    if (text.ptr == NULL)
        return VIEW_NONE;
    char *copy = arena_alloc(arena, text.len);
    if (copy == NULL)
        return VIEW_NONE;
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return (struct view){copy, text.len};
}

char *arena_text(struct arena *arena, struct view text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    if (copy != NULL && text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

struct view arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    MUST(need >= 0);
    char *text = arena_alloc(arena, (size_t)need + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)need + 1, format, again);
    va_end(again);
    return text == NULL ? VIEW_NONE : (struct view){text, (size_t)need};
}

struct arena_mark arena_mark(struct arena *arena)
{
    return (struct arena_mark){arena->last, arena->last->used, arena->total};
}

void arena_rollback(struct arena *arena, struct arena_mark mark)
{
    while (arena->last != mark.block) {
        struct block *before = arena->last->before;
        MUST(before != NULL);
        block_drop(arena, arena->last);
        arena->last = before;
    }
    struct block *block = arena->last;
    block->used = mark.used;
    POISON(block->data + block->used, block->size - block->used);
    arena->total = mark.total;
    arena->full = false;
}
