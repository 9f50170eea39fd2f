/* tests/support asserts in Criterion's words; a plain program has no runner, so here they end it.
 */
#ifndef FLOW_PLAIN_CRITERION_H
#define FLOW_PLAIN_CRITERION_H

#include "base/res.h"

#include <stdio.h>

/* The words that may follow are left out; the 0 stands for them where there are none. */
#define cr_assert(...) PLAIN_ASSERT(__VA_ARGS__, 0)
#define cr_assert_eq(...) PLAIN_EQ(__VA_ARGS__, 0)
#define cr_assert_neq(...) PLAIN_NEQ(__VA_ARGS__, 0)
#define cr_assert_geq(...) PLAIN_GEQ(__VA_ARGS__, 0)
#define cr_assert_lt(...) PLAIN_LT(__VA_ARGS__, 0)
#define cr_assert_not_null(...) PLAIN_NOT_NULL(__VA_ARGS__, 0)
#define PLAIN_ASSERT(cond, ...) MUST(cond)
#define PLAIN_EQ(a, b, ...) MUST((a) == (b))
#define PLAIN_NEQ(a, b, ...) MUST((a) != (b))
#define PLAIN_GEQ(a, b, ...) MUST((a) >= (b))
#define PLAIN_LT(a, b, ...) MUST((a) < (b))
#define PLAIN_NOT_NULL(p, ...) MUST((p) != NULL)

#endif
