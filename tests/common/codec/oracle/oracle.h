/* avro-c as the codec's oracle: the same record through somebody else's implementation. */
#ifndef TESTS_CODEC_ORACLE_H
#define TESTS_CODEC_ORACLE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/desc.h"

struct oracle;

struct oracle *oracle_new(struct view schema); /* NULL: avro-c refuses the schema */
void oracle_free_p(struct oracle **oracle);
/* Encodes with avro-c; false where it fails. */
bool oracle_encode(
    struct oracle *oracle, const struct record_desc *desc, const void *record, struct buf *out);
/* Decodes with avro-c into a struct of the same table; arrays and texts in the arena. False where
 * it fails or leaves bytes over. */
bool oracle_decode(struct oracle *oracle, const struct record_desc *desc, struct view body,
    struct arena *arena, void *ret_record);

#endif
