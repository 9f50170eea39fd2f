/* tests/support asserts in Criterion's words; a plain program has no runner, so here they end it.
 */
#ifndef FLOW_PLAIN_CRITERION_H
#define FLOW_PLAIN_CRITERION_H

#include "base/res.h"

#include <stdio.h>

#define cr_assert(cond, ...) MUST(cond)
#define cr_assert_eq(a, b, ...) MUST((a) == (b))
#define cr_assert_lt(a, b, ...) MUST((a) < (b))
#define cr_assert_not_null(p, ...) MUST((p) != NULL)

#endif
