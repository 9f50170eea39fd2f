/* Records that nobody could work on: what the deciders and the projector put aside on topic
 * `parked`, and why. parked_read.c is pure; parked.c asks the broker; parked_send.c gives commands
 * back to their topics. */
#ifndef BROKERCTL_PARKED_H
#define BROKERCTL_PARKED_H

#include "brokerctl/stream.h"
#include "event/event.h"

/* As it stands on the topic. Views live as long as the bytes. */
struct parked_source {
    int32_t partition; /* where it stands among the parked: its name for the operator */
    int64_t offset;
    int64_t at_us;
    struct view key, value;
    struct view topic, from_partition, from_offset, reason; /* headers; absent: none */
};

enum parked_kind { PARKED_UNREADABLE, PARKED_COMMAND, PARKED_EVENT };

/* What can be said of it. Texts that somebody could have written into a header are not passed on:
 * an unknown topic or reason is "unknown". */
struct parked_record {
    struct parked_source source;
    const char *topic;                   /* static */
    int64_t from_partition, from_offset; /* -1: not known */
    char reason[32];
    enum parked_kind kind;
    const char *type; /* static, of the command or event; NULL: unreadable */
    const struct record_desc *desc;
    const void *body;
    const struct meta *meta; /* NULL: unreadable */
};
/* Decodes into the arena as far as it can be decoded. False: the arena is full. */
bool parked_of(const struct codec_registry *registry, const struct parked_source *source,
    struct arena *arena, struct parked_record *ret);
/* By its content, or by its key where that is an id. */
bool parked_is_of(const struct parked_record *parked, struct uuid person);
/* Why it cannot go back to its topic (*ret_reason: and for which reason it would be parked again,
 * else NULL); NULL: it can. Judged as the deciders judge a command. */
const char *parked_refuses(const struct codec_registry *registry,
    const struct parked_record *parked, struct arena *arena, const char **ret_reason);

/* One line. */
void parked_put_line(const struct parked_record *parked, struct buf *out);
/* A JSON object, the record inside with its sealed fields as "sealed". */
void parked_put_json(const struct parked_record *parked, struct buf *out);
/* Everything that can be said, a line each. */
void parked_put_all(const struct parked_record *parked, struct buf *out);

/* "3:17" */
bool parked_place_parse(struct view text, int32_t *ret_partition, int64_t *ret_offset);

/* Every parked record, oldest first in each partition; records and arena are cleared for each. What
 * `each` gives other than OK ends it. */
typedef res_t parked_each_fn(void *owner, const struct parked_record *parked);
struct parked_walk {
    const struct ctl *ctl;
    const struct codec_registry *registry;
    struct arena *arena;
    parked_each_fn *each;
    void *owner;
};
res_t parked_walk(const struct parked_walk *walk) MUST_USE;

/* parked_send.c: `place` NULL: all that can go back. */
struct parked_sending {
    const struct ctl *ctl;
    struct codec_registry *registry;
    struct arena *arena;
    const char *place;
    const char *reason; /* only those; NULL: any */
    bool yes;           /* does not ask */
};
int parked_resend(const struct parked_sending *sending);

#endif
