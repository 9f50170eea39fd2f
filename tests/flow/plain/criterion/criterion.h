/* tests/support asserts in Criterion's words; a plain program has no runner, so here they end it.
 */
#ifndef FLOW_PLAIN_CRITERION_H
#define FLOW_PLAIN_CRITERION_H

#include "base/res.h"

#include <stdarg.h>
#include <stdio.h>

/* An assertion without words has no argument for the dots: GNU C, which clang would have us know.
 */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif

struct plain_at {
    const char *file;
    int line;
    const char *what;
};
__attribute__((format(printf, 2, 3))) static inline void plain_fail(
    struct plain_at at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    wrong_at(at.file, at.line, at.what);
}

#define cr_assert(cond, ...)                                                                       \
    ((cond) ? (void)0 : plain_fail((struct plain_at){__FILE__, __LINE__, #cond}, " " __VA_ARGS__))
#define cr_assert_not(cond, ...) cr_assert(!(cond), __VA_ARGS__)
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b), __VA_ARGS__)
#define cr_assert_neq(a, b, ...) cr_assert((a) != (b), __VA_ARGS__)
#define cr_assert_geq(a, b, ...) cr_assert((a) >= (b), __VA_ARGS__)
#define cr_assert_lt(a, b, ...) cr_assert((a) < (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...) cr_assert((a) > (b), __VA_ARGS__)
#define cr_assert_not_null(p, ...) cr_assert((p) != NULL, __VA_ARGS__)
#define cr_assert_fail(...) cr_assert(false, __VA_ARGS__)
#define cr_expect cr_assert
#define cr_expect_not cr_assert_not
#define cr_expect_geq(a, b, ...) cr_assert((a) >= (b), __VA_ARGS__)

#endif
