#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "brokerctl/demo.h"

enum { WAIT_US = 50000, TRIES_MAX = 100 };

/* The value of a text member of a flat JSON object; enough for our own gateway's answers. */
static struct view member(struct view json, const char *name)
{
    char key[48];
    int len = snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = json.len == 0 ? NULL : memmem(json.ptr, json.len, key, (size_t)len);
    if (at == NULL)
        return VIEW_NONE;
    struct view rest = view_from(json, (size_t)(at - json.ptr) + (size_t)len);
    return (struct view){rest.ptr, view_find(rest, '"')};
}

static res_t call(struct demo *demo, const struct demo_command *command, const char *method,
    struct http_reply *ret)
{
    const struct http_pair headers[] = {
        {VIEW("Authorization"), demo->tokens[command->user]},
        {VIEW("Content-Type"), VIEW("application/json")},
        {VIEW("Idempotency-Key"), view_of(command->key)},
    };
    struct view url = arena_printf(demo->record, "%s%s", demo->ctl->conf->gateway, command->path);
    struct http_call http = {.method = method,
        .url = url.ptr,
        .headers = {headers, command->key == NULL ? 2 : ARRAY_LEN(headers)},
        .body = command->body};
    return http_client_call(demo->http, &http, demo->record, ret);
}

/* 202: the answer stands behind a link after a while. */
static res_t await(struct demo *demo, const struct demo_command *command, struct http_reply *reply)
{
    for (int tries = 0; reply->status == 202 && tries < TRIES_MAX; tries++) {
        struct view link = member(reply->body, "status");
        struct demo_command ask = {
            .path = arena_text(demo->record, link), .user = command->user, .body = VIEW_NONE};
        (void)usleep(WAIT_US);
        if (link.ptr == NULL)
            return RETRY("the gateway's 202 names no link");
        TRY(call(demo, &ask, "GET", reply));
    }
    return reply->status == 202 ? RETRY("a command has had no outcome for seconds") : RES_DONE;
}

res_t demo_send(struct demo *demo, const struct demo_command *command)
{
    struct http_reply reply = {0};
    res_t res = call(demo, command, "POST", &reply);
    for (int tries = 0; tries < TRIES_MAX && (res.act == RES_RETRY || reply.status == 503);
         tries++) {
        (void)usleep(WAIT_US);
        res = call(demo, command, "POST", &reply);
    }
    TRY(res);
    TRY(await(demo, command, &reply));
    struct view code = member(reply.body, "code");
    if (reply.status == 200 || reply.status == 201) {
        demo->sent++;
        return RES_DONE;
    }
    if (view_eq_text(code, "key-reused")) { /* by an earlier run, with that run's times */
        demo->known++;
        return RES_DONE;
    }
    demo->refused++;
    (void)fprintf(stderr, "brokerctl demo: POST %s: %d %.*s %.*s\n", command->path, reply.status,
        VIEW_ARG(code), VIEW_ARG(member(reply.body, "field")));
    return REJECT("the gateway refused a command of the demo");
}

res_t demo_register(struct demo *demo, struct demo_person *person)
{
    struct http_reply reply = {0};
    struct demo_command command = {.path = "/v1/people",
        .user = person->practitioner,
        .body = arena_printf(demo->record, "{\"crn\":\"%s\"}", person->crn)};
    res_t res = call(demo, &command, "POST", &reply);
    for (int tries = 0; tries < TRIES_MAX && (res.act == RES_RETRY || reply.status == 503);
         tries++) {
        (void)usleep(WAIT_US);
        res = call(demo, &command, "POST", &reply);
    }
    TRY(res);
    if ((reply.status == 200 || reply.status == 201) &&
        uuid_parse(member(reply.body, "person"), &person->person))
        return RES_DONE;
    (void)fprintf(stderr, "brokerctl demo: POST /v1/people: %d %.*s\n", reply.status,
        VIEW_ARG(member(reply.body, "code")));
    return REJECT("the gateway registers no person");
}
