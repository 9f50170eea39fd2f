/* What a referral waits for, in words. why_text.c is pure; why.c asks the read model,
 * why_waits.c the topics. */
#ifndef BROKERCTL_WHY_H
#define BROKERCTL_WHY_H

#include "brokerctl/stream.h"
#include "dossier/status.h"

/* The facts of a person told in order: where one referral stands at `now`, and since when. */
struct why {
    struct uuid referral;
    int64_t now;
    struct dossier *dossier; /* so far */
    bool there;              /* the referral was met */
    struct status status;
    int64_t since; /* the fact after which this is what it waits for, or the meeting's start */
    enum event_type cause; /* that fact */
    bool by_start;         /* it is the meeting's start that did it */
};
/* Start with referral, now and an empty dossier. `event` lives as long as the arena. FATAL: full.
 */
res_t why_tell(struct why *why, const struct event *event, struct arena *arena) MUST_USE;

/* Lines: what it waits for, since when, until when, what else runs. */
void why_put(const struct why *why, const char *reference, struct buf *out);

/* Lines: the person's commands without an answer, how far the projector is in the person's
 * partition, what of the person is parked. RETRY, FATAL: Kafka or Postgres did not answer. */
struct why_waits {
    const struct ctl *ctl;
    struct pg *pg;
    struct codec_registry *registry;
    struct uuid person;
};
res_t why_waits_show(const struct why_waits *waits) MUST_USE;

#endif
