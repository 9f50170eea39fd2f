#include "http/gzip.h"

#include "base/arena.h"
#include "base/id.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(http_gzip, .timeout = 30);

/* What the system's own gzip makes of it: an oracle that is not our code. */
static struct view unpacked(struct view packed, struct arena *arena)
{
    char path[] = "/tmp/test-gzip-XXXXXX", command[64];
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, packed.ptr, packed.len), (ssize_t)packed.len);
    close(fd);
    snprintf(command, sizeof(command), "gzip -dc <%s", path);
    FILE *out = popen(command, "r");
    cr_assert_not_null(out);
    size_t room = 1 << 20;
    char *text = arena_alloc(arena, room);
    size_t len = fread(text, 1, room, out);
    cr_assert_eq(pclose(out), 0, "gzip complains");
    unlink(path);
    return (struct view){text, len};
}

Test(http_gzip, packs_what_gzip_unpacks_again_and_again)
{
    struct arena *arena = arena_new(8 << 20);
    struct http_gzip *gzip = NULL;
    struct buf plain = {0}, packed = {0};
    cr_assert_eq(http_gzip_new(&gzip).act, RES_OK);
    for (int round = 0; round < 3; round++) {
        buf_clear(&plain);
        for (int i = 0; i < 100 + round * 5000; i++)
            buf_printf(&plain, "{\"referral\":\"%d-%d\",\"status\":\"plan-due\"},", round, i);
        cr_assert_eq(http_gzip_pack(gzip, buf_as_view(&plain), &packed).act, RES_OK);
        cr_assert_lt(packed.len, plain.len / 4);
        cr_assert(view_eq(unpacked(buf_as_view(&packed), arena), buf_as_view(&plain)));
    }
    buf_done(&plain);
    buf_done(&packed);
    http_gzip_free(gzip);
    arena_free(arena);
}

Test(http_gzip, gives_up_where_nothing_is_won)
{
    char noise[4096];
    struct http_gzip *gzip = NULL;
    struct buf packed = {0};
    cr_assert_eq(http_gzip_new(&gzip).act, RES_OK);
    random_bytes(noise, sizeof(noise));
    cr_assert_eq(
        http_gzip_pack(gzip, (struct view){noise, sizeof(noise)}, &packed).act, RES_REJECT);
    cr_assert_eq(packed.len, 0);
    cr_assert_eq(http_gzip_pack(gzip, VIEW(""), &packed).act, RES_REJECT);
    memset(noise, 'x', sizeof(noise));
    cr_assert_eq(http_gzip_pack(gzip, (struct view){noise, sizeof(noise)}, &packed).act, RES_OK);
    buf_done(&packed);
    http_gzip_free(gzip);
}

Test(http_gzip, is_taken_only_by_who_says_so)
{
    static const char *const yes[] = {"gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5",
        "gzip;q=0.001", "x-gzip", "*", "br, *;q=0.1", " gzip ; q=1", "gzip;level=9"};
    static const char *const no[] = {"", "identity", "gzip;q=0", "gzip;q=0.000", "gzip ; Q=0", "br",
        "gzipped", "*;q=0", "gzip;q=0, *", "deflate"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        cr_expect(http_gzip_accepted(view_of(yes[i])), "%s", yes[i]);
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        cr_expect_not(http_gzip_accepted(view_of(no[i])), "%s", no[i]);
    cr_expect_not(http_gzip_accepted(VIEW_NONE));
}
