/* A command on its way in: from JSON to a sealed record on its topic, and to its outcome. One path
 * for the API and for pages. */
#ifndef GATEWAY_COMMAND_H
#define GATEWAY_COMMAND_H

#include "gateway/command_path.h"
#include "gateway/outcome.h"

struct command_in {
    enum command_type type;
    struct uuid id; /* of the record: the sender's key made it */
    struct uuid person;
    struct uuid referral; /* zero: none in the path */
    struct view hashed;   /* what the request hash is over */
    struct view body;     /* JSON */
    int32_t recording_s;  /* -1: not known */
};

struct command_waiter {
    wait_fn *end;
    void *owner;
};
/* RETRY: the database is away. Nothing was sent unless OK and COMMAND_WAITING. */
res_t command_send(struct call *call, const struct command_in *in,
    const struct command_waiter *waiter, struct command_result *ret) MUST_USE;

/* The id of the record that an API call asks for, from its Idempotency-Key: call->id, or zero where
 * there is no key that can be used. */
void command_identify(struct call *call);

/* A command in hand: between JSON and sealing. */
struct command_draft {
    struct call *call;
    const struct command_in *in;
    const struct record_desc *desc;
    void *record; /* starts with struct record_head */
    struct person_keys *keys;
    struct digest hash; /* of the request */
};
/* The guards that need the edge (catalogue, directory, ids across dossiers), in their order,
 * and what they reserve. Sets *ret->code to PROBLEM_MAX_ where all hold. */
res_t command_guard(struct command_draft *draft, struct problem *ret) MUST_USE;
/* SubmitReferral: the sender names the service, {"terms": {"serviceId": ...}}; its terms and a
 * place for the reference are the edge's. For codec_json_options.fill; `arg` is a command_fill. */
struct command_fill {
    const struct catalogue *catalogue;
    struct problem problem; /* out: PROBLEM_MAX_ where all is well */
};
void command_submit_fill(void *arg, void *record);
/* SubmitReferral, when all guards hold: reserves the reference, makes the person findable. */
res_t command_submit_reserve(struct command_draft *draft, struct problem *ret) MUST_USE;
/* ShareRisk: what differs from the version before, and the counts of headings. */
res_t command_share_fill(struct command_draft *draft, struct problem *ret) MUST_USE;
extern const struct pg_sql risk_before; /* $1: the person */
/* The text of a sealed field that is still plain JSON. */
res_t command_plain_text(const struct command_draft *draft, const struct record_desc *desc,
    const char *field, struct view json, struct view *ret) MUST_USE;

#endif
