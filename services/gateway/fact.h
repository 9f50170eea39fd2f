/* Reading facts: records from the read model, decoded, their sealed fields opened for whoever may
 * see them. Whether they may is the caller's business. */
#ifndef GATEWAY_FACT_H
#define GATEWAY_FACT_H

#include "gateway/gateway.h"

/* The event of that record; its texts live in the arena. *ret_found false: not there. */
res_t fact_find(struct call *call, struct uuid person, struct uuid record, struct event *ret,
    bool *ret_found) MUST_USE;
/* Decodes a fact's body (copied into the arena). FATAL: it cannot be read. */
res_t fact_decode(struct call *call, struct view body, struct event *ret) MUST_USE;

/* The person's keys while facts are opened; a person who was erased or never registered here has
 * none, and then nothing opens. Clear it with fact_keys_done. */
struct fact_keys {
    struct person_keys keys;
    bool there;
};
res_t fact_keys_open(struct call *call, struct uuid person, struct fact_keys *ret) MUST_USE;
void fact_keys_done(struct fact_keys *keys);

/* A sealed field's plaintext JSON; absent where it is not there or does not open. `pointer` is its
 * place in the record. */
struct view fact_open(struct call *call, const struct fact_keys *keys,
    const struct field_desc *field, const char *pointer, struct view sealed);
/* The same of a top-level field, read into *ret_value (codec_json_read_plain). False: absent. */
bool fact_value(struct call *call, const struct fact_keys *keys, const struct event *event,
    const char *name, void *ret_value);
/* A sealed text deeper in the record: `desc` and `record` hold `name`, `pointer` is its place.
 * Absent where it is not there. */
struct fact_place {
    const struct record_desc *desc;
    const void *record;
    const char *name;
    const char *pointer;
};
struct view fact_text(
    struct call *call, const struct fact_keys *keys, const struct fact_place *place);

#endif
