/* What the samples' files share. */
#ifndef TESTS_PAGES_SAMPLES_OWN_H
#define TESTS_PAGES_SAMPLES_OWN_H

#include "samples.h"

#define MINUTE INT64_C(60000000)
#define DAY (24 * 60 * MINUTE)
#define N 3 /* rows of a full list */

/* A text that somebody typed, as the flavour has it; names and titles have a limit. */
struct view typed(enum flavour flavour, const char *text);
struct view named(enum flavour flavour, const char *text);
struct uuid id_at(uint8_t n);
struct person_name person(enum flavour flavour, int i);
size_t fill_cases(enum flavour flavour, struct case_row rows[static N]);

/* The case pages, in samples_case.c. */
#define SAMPLE(name) res_t sample_##name(enum flavour, const struct part_names *, struct buf *out)
SAMPLE(assign);
SAMPLE(risk_before);
SAMPLE(risk_read);
SAMPLE(share_risk);
SAMPLE(book);
SAMPLE(book_wrong);
SAMPLE(record);
SAMPLE(record_wrong);
#undef SAMPLE

#endif
