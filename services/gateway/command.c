#include "gateway/command.h"

#include "base/clock.h"
#include "daemon/envelope.h"
#include "gateway/early.h"
#include "gateway/measure.h"
#include "obs/crash.h"
#include "obs/log.h"

#include <stdio.h>
#include <string.h>

static const char *const topics[FAMILY_MAX_] = {
    [FAMILY_REFERRAL] = "referral.commands",
    [FAMILY_SESSION] = "session.commands",
    [FAMILY_RISK] = "risk.commands",
};

static res_t read_body(struct command_draft *draft, struct problem *ret)
{
    struct command_fill fill = {draft->call->gateway->catalogue, {.code = PROBLEM_MAX_}};
    struct codec_json_options options = {.arg = &fill};
    if (draft->in->type == COMMAND_SUBMIT_REFERRAL)
        options.fill = command_submit_fill;
    draft->record = arena_alloc(draft->call->arena, draft->desc->size);
    if (draft->record == NULL)
        return RETRY("the request needs more memory than it may");
    struct codec_error error;
    res_t res = codec_json_read(
        draft->desc, draft->in->body, &options, draft->call->arena, draft->record, &error);
    *ret = fill.problem;
    if (res.act != RES_REJECT)
        return res;
    if (ret->code == PROBLEM_MAX_)
        *ret = problem_of_codec(&error);
    return RES_DONE;
}

/* What the record is about, where the body says it: as in the import's records. */
static struct uuid referral_of(const struct command_draft *draft)
{
    const struct field_desc *field = desc_field(draft->desc, VIEW("referralId"));
    struct uuid referral = draft->in->referral;
    if (uuid_is_zero(referral) && field != NULL && has_bit(draft->record, field->has_bit))
        memcpy(&referral, (const char *)draft->record + field->offset, sizeof(referral));
    return referral;
}

static void fill_meta(struct command_draft *draft)
{
    const struct identity *who = &draft->call->who;
    struct meta *meta = &((struct record_head *)draft->record)->meta;
    *meta = (struct meta){
        .id = draft->in->id,
        .person = draft->in->person,
        .referral = referral_of(draft),
        .occurred_at = draft->call->now_us,
        .recorded_at = draft->call->now_us,
        .actor = {.kind = (int32_t)who->kind, .id = who->user, .organisation = who->organisation},
        .request_hash = draft->hash,
    };
    SET(meta, META_REQUEST_HASH);
    if (!uuid_is_zero(meta->referral))
        SET(meta, META_REFERRAL);
    if (who->organisation.ptr != NULL)
        SET(&meta->actor, ACTOR_ORGANISATION);
    if (draft->in->recording_s >= 0) {
        meta->recording_seconds = draft->in->recording_s;
        SET(meta, META_RECORDING_SECONDS);
    }
}

static res_t queue(const struct command_draft *draft, uint64_t tag)
{
    const struct command command = {draft->in->type, draft->record};
    CLEANUP(buf_done) struct buf bytes = {0};
    TRY(codec_write_command(&command, &bytes));
    if (bytes.failed)
        return RETRY("the command is too large");
    struct envelope envelope;
    envelope_make(&envelope, &(struct envelope_of){draft->desc->name, command_meta(&command),
                                 "gateway", &draft->call->trace});
    CRASH_POINT("before-produce");
    res_t res = kafka_produce(draft->call->gateway->producer,
        &(struct kafka_message){
            .topic = topics[command_table[draft->in->type].family],
            .partition = KAFKA_BY_KEY,
            .key = {(const char *)draft->in->person.b, sizeof(draft->in->person.b)},
            .value = buf_as_view(&bytes),
            .headers = envelope.headers,
            .header_count = envelope.count,
            .tag = tag,
        });
    CRASH_POINT("after-produce");
    return res;
}

static res_t produce(void *self, uint64_t tag)
{
    const struct command_draft *draft = self;
    res_t res = queue(draft, tag);
    if (res.act != RES_OK)
        log_res(res, LOG_RECORD(draft->in->id), LOG_TRACE(&draft->call->trace));
    return res;
}

/* Reads, guards, seals. */
static res_t make(void *self, struct problem *ret)
{
    struct command_draft *draft = self;
    TRY(read_body(draft, ret));
    if (ret->code != PROBLEM_MAX_)
        return RES_DONE;
    fill_meta(draft);
    TRY(command_guard(draft, ret));
    if (ret->code != PROBLEM_MAX_)
        return RES_DONE;
    return seal_record(draft->keys, draft->in->id, draft->desc, draft->record, draft->call->arena);
}

static res_t find(void *self, struct outcome *ret, bool *ret_found)
{
    const struct command_draft *draft = self;
    struct call *call = draft->call;
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = early_take(call, EARLY_OUTCOME);
    return rows != NULL ? outcome_read(rows, call->arena, ret, ret_found)
                        : outcome_find(call->gateway, draft->in->id, call->arena, ret, ret_found);
}

static void keys_clear_p(struct person_keys *keys)
{
    person_keys_clear(keys);
}

res_t command_send(struct call *call, const struct command_in *in,
    const struct command_waiter *waiter, struct command_result *ret)
{
    *ret = (struct command_result){.step = COMMAND_PROBLEM};
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    CLEANUP(keys_clear_p) struct person_keys keys = {0};
    res_t res = edge_person_keys(call->gateway->edge, in->person, &keys);
    if (res.act == RES_REJECT) {
        ret->problem.code = PROBLEM_NOT_FOUND;
        return RES_DONE;
    }
    TRY(res);
    struct wait wait = {.id = in->id,
        .person = in->person,
        .hash = seal_request_hash(&keys, in->hashed),
        .until_us = clock_monotonic() + call->gateway->conf->wait_us,
        .end = waiter->end,
        .owner = waiter->owner};
    call->request_hash = wait.hash;
    struct command_draft draft = {.call = call,
        .in = in,
        .desc = command_table[in->type].desc,
        .keys = &keys,
        .hash = wait.hash};
    const struct command_port port = {&draft, find, make, produce};
    return command_pass(&port, call->gateway->waits, &wait, ret);
}
