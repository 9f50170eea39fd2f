/* What our process sends to Postgres, kept as it goes by: the linker puts capture_* between
 * common/pg and libpq (mk/bench.mk, --wrap), so that a bare program can send the very same bytes.
 */
#ifndef BENCH_CAPTURE_H
#define BENCH_CAPTURE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

enum { CAPTURE_PARAMS_MAX = 64, CAPTURE_STATEMENTS_MAX = 20000, CAPTURE_TEXTS_MAX = 128 };
struct captured_text {
    char *name, *text;
    int count;
    Oid types[CAPTURE_PARAMS_MAX];
};
struct captured {
    const struct captured_text *text;
    char *values[CAPTURE_PARAMS_MAX];
    int lengths[CAPTURE_PARAMS_MAX];
    size_t bytes; /* of all values */
};
struct capture {
    bool on;
    struct captured_text texts[CAPTURE_TEXTS_MAX];
    size_t text_count;
    struct captured *statements;
    size_t count;
};
extern struct capture capture;
/* Forgets the statements; their texts stay. */
void capture_clear(void);

#endif
