/* States the commands of people on Kafka and waits for their outcomes in the read model: one
 * person's next command when the outcome of the one before is known, several people side by side.
 * What has an outcome already is not sent again, so a run may be stopped anywhere and started anew.
 */
#ifndef IMPORT_RM_SEND_H
#define IMPORT_RM_SEND_H

#include "edge/edge.h"
#include "import-rm/source.h"

#include <stdio.h>

struct kafka_producer;

enum { SEND_SLOTS = 16 };

struct send_totals {
    size_t people, people_done;
    size_t commands; /* of the people begun so far */
    size_t sent;     /* produced in this run, again ones not counted */
    size_t accepted; /* outcomes: events, those of earlier runs included */
    size_t refused;
};

struct sender;
struct sender_conf {
    struct pg *source;
    struct pg *target; /* LISTENs on channel read */
    struct edge *edge;
    const char *brokers;
    struct uuid space; /* of command ids */
    int64_t answer_us; /* an outcome that takes longer ends the run: RETRY */
    FILE *out;         /* refusals, a line each */
    FILE *progress;    /* NULL: none */
};
res_t sender_new(const struct sender_conf *conf, struct sender **ret) MUST_USE;
void sender_free(struct sender *sender);
void sender_free_p(struct sender **sender);

/* All people of `people` (one column: the CRN). */
res_t sender_run(
    struct sender *sender, const struct rm_rows *people, struct send_totals *ret) MUST_USE;

#endif
