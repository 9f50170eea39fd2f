#include "daemon/heap.h"

#include "base/clock.h"

#include <malloc.h>

enum { LOOK_US = 5000000, FREE_BYTES_MAX = 4 << 20 };

void heap_start(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
}

void heap_tick(struct heap *heap)
{
    int64_t now = clock_monotonic();
    if (now < heap->next_at)
        return;
    heap->next_at = now + LOOK_US;
    struct mallinfo2 info = mallinfo2();
    if (info.fordblks > FREE_BYTES_MAX)
        malloc_trim(FREE_BYTES_MAX / 4);
}
