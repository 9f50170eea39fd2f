/* Random records of any descriptor table, and whether two are the same: for the codec's tests and
 * the benchmark. */
#ifndef TESTS_CODEC_SAMPLE_H
#define TESTS_CODEC_SAMPLE_H

#include "base/arena.h"
#include "base/desc.h"

struct sample {
    uint64_t state; /* the seed; the same one gives the same records */
    struct arena *arena;
    size_t text_max;  /* bytes; 0: 40 */
    size_t items_max; /* 0: 3 */
    unsigned null_in; /* one field in so many is null; 0: 3 */
};

uint64_t sample_next(struct sample *sample);
/* Fills a zeroed struct with values that Avro can carry (limits and conditions play no part). */
void sample_record(struct sample *sample, const struct record_desc *desc, void *ret_record);
bool sample_equal(const struct record_desc *desc, const void *a, const void *b);

#endif
