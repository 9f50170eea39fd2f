/* POST /v1/...: one command a request. */
#include "gateway/command.h"
#include "gateway/handlers.h"
#include "gateway/measure.h"
#include "obs/crash.h"

enum { KEY_MAX = 200 };

static bool key_fine(struct view key)
{
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] <= ' ' || key.ptr[i] > '~')
            return false;
    return key.len > 0 && key.len <= KEY_MAX;
}

static void answer_outcome(struct call *call, const struct outcome *outcome)
{
    CLEANUP(buf_done) struct buf body = {0};
    int status = outcome_write(outcome, &body);
    CRASH_POINT("before-answer");
    measure_command(call, outcome->code.ptr == NULL ? PROBLEM_MAX_ : problem_find(outcome->code));
    call_json(call, status, &body);
}

static void answer_late(struct call *call)
{
    const struct outcome_link of = {"/v1/outcomes/", call->id, {true, call->request_hash}};
    struct view link = outcome_link_print(call->arena, &of);
    CLEANUP(buf_done) struct buf body = {0};
    buf_printf(&body, "{\"status\":\"%.*s\"}", VIEW_ARG(link));
    measure_late();
    call_header(call, "Location", link);
    call_header(call, "Retry-After", VIEW("1"));
    call_json(call, 202, &body);
}

static void ended(void *owner, enum wait_end end, const struct outcome *outcome)
{
    struct call *call = owner;
    switch (end) {
    case WAIT_ANSWERED:
        answer_outcome(call, outcome);
        return;
    case WAIT_OTHER:
        call_problem_code(call, PROBLEM_KEY_REUSED);
        return;
    case WAIT_LATE:
        answer_late(call);
        return;
    case WAIT_NOT_SENT:
        call_problem_code(call, PROBLEM_NOT_RECORDED);
        return;
    }
}

/* The whole request as it was received: another address under the same key is another request, and
 * so is another user's of the same client: nobody is told that somebody else's act was theirs. */
static struct view hashed(struct call *call)
{
    struct buf text = {0};
    buf_printf(&text, "%s\n%.*s\n%.*s\n", actor_kind_enum.symbols[call->who.kind],
        VIEW_ARG(call->who.organisation), VIEW_ARG(call->who.user));
    buf_view(&text, call->request->path);
    for (size_t i = 0; i < call->request->query.len; i++) {
        buf_byte(&text, '?');
        buf_view(&text, call->request->query.items[i].name);
        buf_byte(&text, '=');
        buf_view(&text, call->request->query.items[i].value);
    }
    buf_byte(&text, '\n');
    buf_view(&text, call->request->body);
    struct view copy = text.failed ? VIEW_NONE : arena_copy(call->arena, buf_as_view(&text));
    buf_done(&text);
    return copy;
}

void command_identify(struct call *call)
{
    struct view key = http_header_get(call->request->headers, "Idempotency-Key");
    if (call->route->kind == ROUTE_API && call->route->command != COMMAND_MAX_ && key_fine(key))
        call->id = edge_record_id(&call->gateway->secrets, call->who.client, key);
}

res_t command_handle(struct call *call)
{
    if (uuid_is_zero(call->id)) {
        call_problem_code(call, PROBLEM_KEY_MISSING);
        return RES_DONE;
    }
    struct command_in in = {
        .type = call->route->command,
        .id = call->id,
        .person = call->person,
        .referral = call->referral,
        .hashed = hashed(call),
        .body = call->request->body,
        .recording_s = -1,
    };
    if (in.hashed.ptr == NULL)
        return RETRY("the request needs more memory than it may");
    struct command_result result;
    TRY(command_send(call, &in, &(struct command_waiter){ended, call}, &result));
    if (result.step == COMMAND_PROBLEM)
        call_problem(call, &result.problem);
    else if (result.step == COMMAND_KNOWN)
        answer_outcome(call, &result.outcome);
    return RES_DONE;
}
