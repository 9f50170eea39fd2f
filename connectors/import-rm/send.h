/* States the commands of people on Kafka and waits for their outcomes in the read model: one
 * person's next command when the outcome of the one before is known, many people side by side.
 * What has an outcome already is not sent again, so a run may be stopped anywhere and started anew.
 */
#ifndef IMPORT_RM_SEND_H
#define IMPORT_RM_SEND_H

#include "import-rm/load.h"
#include "import-rm/progress.h"

enum { SEND_SLOTS = 1024 };

struct send_totals {
    size_t people_done;
    size_t sent; /* produced in this run, again ones not counted */
    struct load_totals of;
};

struct sender;
struct sender_conf {
    struct load_conf load; /* its target LISTENs on channel read */
    const char *brokers;
    int64_t answer_us; /* an outcome that takes longer ends the run: RETRY */
    struct progress *progress;
};
res_t sender_new(const struct sender_conf *conf, struct sender **ret) MUST_USE;
void sender_free(struct sender *sender);
void sender_free_p(struct sender **sender);

/* All people of the source. */
res_t sender_run(struct sender *sender, struct send_totals *ret) MUST_USE;

#endif
