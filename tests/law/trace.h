/* A run in words. */
#ifndef LAW_TRACE_H
#define LAW_TRACE_H

#include "law/world.h"

#include <stdio.h>

/* For one call's arguments. */
struct order_words {
    char text[24];
};
struct words {
    char text[160];
};
const char *family_words(int family);
struct order_words order_words(const struct law *law, uint32_t id);  /* "book#1" */
struct words history_words(const struct law *law, uint32_t history); /* "[share#2 book#1]" */
struct words record_words(
    const struct law *law, uint32_t record); /* "event v2 book#1 on [share#2]" */

/* One line: what the act did to `before`. */
void trace_act(const struct law *law, const struct world *before, struct act act, FILE *out);

#endif
