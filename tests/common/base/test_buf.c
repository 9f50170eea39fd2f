#include "base/buf.h"

#include <criterion/criterion.h>

Test(buf, a_buffer_keeps_the_memory_that_it_uses_and_gives_back_much_that_it_does_not)
{
    static const char piece[64 << 10];
    struct buf buf = {0};
    for (int i = 0; i < 16; i++)
        buf_put(&buf, piece, sizeof(piece));
    size_t room = buf.room;
    cr_assert_geq(room, 16 * sizeof(piece));
    buf_clear(&buf);
    cr_assert_eq(buf.room, room, "it was full: kept");
    buf_put(&buf, piece, 1000);
    buf_clear(&buf);
    cr_assert_eq(buf.room, 0, "it was hardly used");
    buf_put(&buf, piece, 1000);
    cr_assert(!buf.failed);
    room = buf.room;
    buf_clear(&buf);
    cr_assert_eq(buf.room, room, "a small one is kept whatever it was used for");
    buf_done(&buf);
}

Test(buf, a_cleared_buffer_keeps_its_limit)
{
    static const char piece[1 << 20];
    struct buf buf = {.limit = sizeof(piece)};
    buf_put(&buf, piece, sizeof(piece));
    buf_clear(&buf);
    buf_clear(&buf);
    buf_put(&buf, piece, sizeof(piece));
    cr_assert(!buf.failed);
    buf_put(&buf, piece, 1);
    cr_assert(buf.failed);
    buf_done(&buf);
}
