/* Every page with invented data, in each flavour: what the browser tests open and the C tests read.
 */
#ifndef TESTS_PAGES_SAMPLES_H
#define TESTS_PAGES_SAMPLES_H

#include "gateway/pages/pages.h"

enum flavour {
    FLAVOUR_EMPTY,
    FLAVOUR_FULL,
    FLAVOUR_HOSTILE, /* markup, 4,000 characters, right-to-left */
    FLAVOUR_MAX_
};

struct sample {
    const char *name;  /* "cases" */
    const char *parts; /* of ?part=, with commas; NULL: none */
    res_t (*render)(enum flavour flavour, const struct part_names *parts, struct buf *out);
};
extern const struct sample samples[];
extern const size_t sample_count;
extern const char *const flavour_names[FLAVOUR_MAX_];

/* Friday 20 November 2026, 2:14pm in London. */
#define SAMPLE_NOW INT64_C(1795184040000000)

struct page_frame sample_frame(enum audience audience);

#endif
