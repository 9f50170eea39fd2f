/* The order in which a command passes the edge, whatever is before and behind it: looked up, made
 * ready, waited for, produced (DESIGN section 2, rule 5). HTTP, Postgres and Kafka stand behind the
 * port: the same code runs in the simulated world (tests/simulation). */
#ifndef GATEWAY_COMMAND_PATH_H
#define GATEWAY_COMMAND_PATH_H

#include "gateway/problem.h"
#include "gateway/waits.h"

enum command_step {
    COMMAND_PROBLEM, /* refused at the edge: nothing was recorded */
    COMMAND_KNOWN,   /* answered before, with this outcome */
    COMMAND_WAITING, /* `end` of the wait will be called, once */
};
struct command_result {
    enum command_step step;
    struct problem problem;
    struct outcome outcome;
};

struct command_port {
    void *self;
    /* What the id was answered, as the read model has it. */
    res_t (*find)(void *self, struct outcome *ret, bool *ret_found);
    /* The record, but for its place on the log. *ret->code PROBLEM_MAX_ where all is well. */
    res_t (*make)(void *self, struct problem *ret);
    /* Queues the record; a report with the tag follows. REJECT: never; RETRY: not just now. */
    res_t (*produce)(void *self, uint64_t tag);
};

/* `wait`: the record's id and person, the request's hash, who is told. RETRY: the database is away.
 * Nothing was sent unless OK and COMMAND_WAITING. */
res_t command_pass(const struct command_port *port, struct waits *waits, const struct wait *wait,
    struct command_result *ret) MUST_USE;

#endif
