#include "gateway/gateway.h"

#include "base/clock.h"
#include "gateway/access.h"
#include "gateway/command.h"
#include "gateway/daemon.h"
#include "gateway/descriptors.h"
#include "gateway/early.h"
#include "gateway/groups.h"
#include "gateway/live.h"
#include "gateway/measure.h"
#include "gateway/outcome.h"
#include "gateway/ratelimit.h"
#include "gateway/route.h"
#include "gateway/session.h"
#include "obs/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP_CALLS_MAX = 64,
    PG_AGAIN_US = 1000 * 1000,
    /* The loop waits for the database: one that hangs may hold everybody up only this long. */
    PG_CONNECT_MS = 1000,
    PG_STATEMENT_MS = 4000,
    PG_ANSWER_MS = 5000,
    TICK_US = 1000 * 1000,
    DRAIN_LOOK_US = 20 * 1000,
    FILES_BESIDE = 256, /* brokers, the database, libraries' own */
    CONNECTIONS_MIN = 16,
    /* Shorter than the wait of a status link is kept, longer than the wait itself. */
    PRODUCE_GIVE_UP_MS = 30000,
};

static res_t sql_open(struct gateway *gateway, const char *name, struct pg **ret)
{
    const struct pg_conf conf = {.conninfo = gateway->conf->pg,
        .application = name,
        .connect_ms = PG_CONNECT_MS,
        .statement_ms = PG_STATEMENT_MS,
        .answer_ms = PG_ANSWER_MS,
        .by_index = true};
    if (clock_monotonic() < gateway->pg_again_us)
        return RETRY("the database is away");
    res_t res = pg_open(&conf, ret);
    if (res.act != RES_OK)
        gateway->pg_again_us = clock_monotonic() + PG_AGAIN_US;
    return res;
}

res_t gateway_sql(struct gateway *gateway, struct pg **ret)
{
    if (gateway->pg != NULL && pg_broken(gateway->pg)) {
        pg_close(gateway->pg);
        gateway->pg = NULL;
    }
    if (gateway->pg == NULL) {
        TRY(sql_open(gateway, "gateway", &gateway->pg));
        edge_use(gateway->edge, gateway->pg);
    }
    *ret = gateway->pg;
    return RES_DONE;
}

static const char restriction_channel[] = "restriction"; /* edge/edge.h */

static res_t listen_open(struct gateway *gateway)
{
    struct pg *pg = NULL;
    TRY(sql_open(gateway, "gateway-listen", &pg));
    res_t res = pg_listen(pg, "read");
    if (res.act == RES_OK)
        res = pg_listen(pg, restriction_channel);
    if (res.act == RES_OK)
        res = loop_watch(gateway->loop, pg_fd(pg), NULL, NULL);
    if (res.act != RES_OK) {
        pg_close(pg);
        return res;
    }
    gateway->listen = pg;
    return RES_DONE;
}

static void listen_close(struct gateway *gateway)
{
    if (gateway->listen == NULL)
        return;
    loop_forget(gateway->loop, pg_fd(gateway->listen));
    pg_close(gateway->listen);
    gateway->listen = NULL;
}

static void on_report(void *owner, const struct kafka_report *report)
{
    struct gateway *gateway = owner;
    if (report->why.act != RES_OK)
        log_res(report->why);
    if (report->outcome == KAFKA_NOT_WRITTEN)
        waits_not_sent(gateway->waits, report->tag, clock_monotonic());
}

static res_t read_cookie_key(struct gateway *gateway)
{
    char path[512], hex[2 * COOKIE_KEY_BYTES + 2] = "";
    int len = snprintf(path, sizeof(path), "%s/cookie.key", gateway->conf->secrets);
    if (len < 0 || (size_t)len >= sizeof(path))
        return FATAL("the name of the folder of secrets is too long");
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return FATAL("cookie.key cannot be opened in the folder of secrets");
    size_t got = fread(hex, 1, sizeof(hex) - 1, file);
    fclose(file);
    struct view text = view_trim((struct view){hex, got});
    bool fine = hex_parse(text, gateway->cookie_key, COOKIE_KEY_BYTES);
    explicit_bzero(hex, sizeof(hex));
    return fine ? RES_DONE : FATAL("cookie.key must hold 64 hex characters");
}

static res_t open_catalogue(struct gateway *gateway)
{
    char folder[512];
    int len = snprintf(folder, sizeof(folder), "%s/catalogue", gateway->conf->schemas);
    if (len < 0 || (size_t)len >= sizeof(folder))
        return FATAL("the name of the folder of schemas is too long");
    return catalogue_open(folder, &gateway->catalogue);
}

static res_t open_tokens(struct gateway *gateway)
{
    const struct gateway_conf *conf = gateway->conf;
    if (conf->jwks[0] == '\0')
        return RES_DONE;
    const struct token_conf tokens = {.jwks = conf->jwks,
        .refresh_us = conf->jwks_refresh_us,
        .issuer = conf->issuer,
        .audience = conf->audience};
    return token_verifier_open(&tokens, &gateway->tokens);
}

static res_t open_edge(struct gateway *gateway)
{
    /* Nobody waits yet: a migration may take its time. */
    const struct pg_conf patient = {.conninfo = gateway->conf->pg, .application = "gateway"};
    TRY(pg_open(&patient, &gateway->pg));
    TRY(edge_migrate(gateway->pg));
    pg_close(TAKE(gateway->pg));
    TRY(sql_open(gateway, "gateway", &gateway->pg));
    gateway->edge = edge_new(gateway->pg, &gateway->secrets);
    return listen_open(gateway);
}

static res_t open_producer(struct gateway *gateway)
{
    static const char *const written[] = {
        "referral.commands", "session.commands", "risk.commands", NULL};
    const struct kafka_producer_conf conf = {
        .kafka = conf_kafka(&gateway->conf->kafka, "gateway"),
        .topics = written,
        .give_up_ms = PRODUCE_GIVE_UP_MS,
        .on_report = on_report,
        .owner = gateway,
    };
    TRY(kafka_producer_open(&conf, &gateway->producer));
    return loop_watch(gateway->loop, kafka_producer_fd(gateway->producer), NULL, NULL);
}

/* As many as are configured; where there may be fewer files, fewer of both. */
struct room {
    int64_t connections, streams;
};
static struct room room_for(const struct gateway_conf *conf)
{
    struct room room = {conf->http_connections, conf->streams};
    int64_t wanted = room.connections + room.streams;
    int64_t files = descriptors_raise(wanted + FILES_BESIDE) - FILES_BESIDE;
    if (files >= wanted)
        return room;
    files = files < CONNECTIONS_MIN ? CONNECTIONS_MIN : files;
    room.streams = files * room.streams / wanted;
    room.connections = files - room.streams;
    log_line(LEVEL_WARN, "gateway.file-limit-too-low",
        LOG_INT("files_wanted", wanted + FILES_BESIDE), LOG_INT("files", files + FILES_BESIDE),
        LOG_INT("connections", room.connections), LOG_INT("streams", room.streams));
    return room;
}

static res_t open_http(struct gateway *gateway)
{
    struct room room = room_for(gateway->conf);
    uint32_t connections = (uint32_t)room.connections;
    int64_t of_address = gateway->conf->http_connections_of_address;
    const struct http_server_conf conf = {
        .address = gateway->conf->http_address,
        .port = (uint16_t)gateway->conf->http_port,
        .threads = (uint32_t)gateway->conf->http_threads,
        .connections_max = connections,
        .address_connections_max = of_address > 0 ? (uint32_t)of_address : connections,
        .heartbeat = "event: beat\ndata: 1\n\n",
    };
    TRY(http_server_open(&conf, &gateway->http));
    live_limit(gateway->live, room.streams);
    log_line(LEVEL_INFO, "gateway.listens", LOG_INT("port", http_server_port(gateway->http)));
    return loop_watch(gateway->loop, http_server_fd(gateway->http), NULL, NULL);
}

static res_t open_all(struct gateway *gateway)
{
    measure_start();
    TRY(read_cookie_key(gateway));
    TRY(edge_secrets_open(gateway->conf->secrets, &gateway->secrets));
    TRY(http_gzip_new(&gateway->gzip));
    TRY(open_catalogue(gateway));
    TRY(open_tokens(gateway));
    TRY(groups_open(gateway, &gateway->groups));
    TRY(codec_registry_new(&gateway->registry));
    TRY(routes_new(&gateway->routes));
    TRY(ratelimit_new(
        &(struct rate_conf){{gateway->conf->commands_per_second, gateway->conf->queries_per_second},
            gateway->conf->burst_us},
        &gateway->limits));
    gateway->waits = waits_new();
    MUST(gateway->waits != NULL);
    TRY(live_new(gateway, &gateway->live));
    TRY(open_edge(gateway));
    TRY(open_producer(gateway));
    return open_http(gateway);
}

void gateway_stop(void *self)
{
    struct gateway *gateway = self;
    if (gateway == NULL)
        return;
    gateway->stopping = true;
    if (gateway->waits != NULL)
        waits_expire(gateway->waits, clock_monotonic(), true);
    groups_close(gateway->groups);
    live_free(gateway->live);
    http_server_close(gateway->http);
    if (gateway->producer != NULL)
        (void)kafka_flush(gateway->producer, 2000).act;
    kafka_producer_close(gateway->producer);
    listen_close(gateway);
    edge_free(gateway->edge);
    pg_close(gateway->pg);
    waits_free(gateway->waits);
    ratelimit_free(gateway->limits);
    http_gzip_free(gateway->gzip);
    routes_free(gateway->routes);
    codec_registry_free(gateway->registry);
    token_verifier_close(gateway->tokens);
    catalogue_close(gateway->catalogue);
    edge_secrets_close(&gateway->secrets);
    explicit_bzero(gateway->cookie_key, sizeof(gateway->cookie_key));
    free(gateway);
}

res_t gateway_start(struct loop *loop, const void *conf, void **ret_self)
{
    struct gateway *gateway = calloc(1, sizeof(*gateway));
    if (gateway == NULL)
        return FATAL("gateway: no memory");
    gateway->conf = conf;
    gateway->loop = loop;
    res_t res = open_all(gateway);
    if (res.act != RES_OK) {
        gateway_stop(gateway);
        return res;
    }
    *ret_self = gateway;
    return RES_DONE;
}

static enum problem_code refused(const struct http_request *request)
{
    switch (request->refuse) {
    case 0:
        return PROBLEM_MAX_;
    case 413:
        return PROBLEM_TOO_LARGE;
    case 431:
        return PROBLEM_HEAD_TOO_LARGE;
    case 503:
        return PROBLEM_BUSY;
    default:
        return PROBLEM_BAD_REQUEST;
    }
}

/* The API takes JSON, and is told that it is. */
static bool body_fits(const struct call *call)
{
    struct view type = http_header_get(call->request->headers, "Content-Type");
    return call->route->kind != ROUTE_API || call->route->method != HTTP_POST ||
           view_eq(view_trim(view_cut(&type, ';')), VIEW("application/json"));
}

static res_t handle(struct call *call)
{
    enum problem_code problem = route_find(call->gateway->routes, call);
    if (problem == PROBLEM_MAX_)
        problem = refused(call->request);
    if (problem == PROBLEM_MAX_)
        problem = session_identify(call);
    if (call->parked)
        return RES_DONE;
    if (problem == PROBLEM_MAX_ && !ratelimit_allows(call))
        problem = PROBLEM_TOO_MANY;
    if (problem == PROBLEM_MAX_) {
        command_identify(call);
        early_prepare(call);
        TRY(access_check(call, &problem));
    }
    if (problem == PROBLEM_MAX_ && !body_fits(call))
        problem = PROBLEM_MEDIA_TYPE;
    if (problem == PROBLEM_MAX_)
        return call->route->handle(call);
    if (problem == PROBLEM_METHOD)
        call_header(
            call, "Allow", route_allow(call->gateway->routes, call->request->path, call->arena));
    call_problem_code(call, problem);
    return RES_DONE;
}

void gateway_handle(struct call *call)
{
    res_t res = handle(call);
    if (res.act != RES_OK)
        call_failed(call, res);
}

static void take(struct gateway *gateway, struct http_request *request)
{
    struct call *call = call_new(gateway, request);
    if (call != NULL)
        gateway_handle(call);
}

/* False: it is of no other kind. */
static bool judged(struct gateway *gateway, const struct pg_notification *notification)
{
    struct uuid person;
    if (!view_eq_text(notification->channel, restriction_channel))
        return false;
    if (uuid_parse(notification->payload, &person)) {
        log_line(LEVEL_INFO, "gateway.restriction-changed", LOG_PERSON(person));
        live_judged(gateway->live, person);
    }
    return true;
}

/* What was projected since: outcomes that somebody waits for, facts for live pages. */
static void hear(struct gateway *gateway)
{
    struct pg_notification notification;
    bool any = true, heard = false, watched = false;
    while (any) {
        res_t res = pg_notified(gateway->listen, &notification, &any);
        if (res.act != RES_OK) {
            log_res(res);
            listen_close(gateway);
            heard = watched = true;
            break;
        }
        if (!any || judged(gateway, &notification))
            continue;
        if (!live_heard(gateway->live, notification.payload))
            watched = true;
        heard = true;
    }
    if (!heard)
        return;
    res_t res = outcomes_fetch(gateway);
    if (res.act == RES_OK && watched)
        res = live_fetch(gateway->live);
    if (res.act != RES_OK)
        log_res(res);
}

static res_t listen_again(struct gateway *gateway)
{
    TRY(listen_open(gateway));
    live_lost(gateway->live);
    return RES_DONE;
}

/* Once a second: also what a lost notification would have told. */
static void tick(struct gateway *gateway, int64_t now)
{
    gateway->tick_us = now + TICK_US;
    http_server_tick(gateway->http);
    live_tick(gateway->live);
    if (gateway->tokens != NULL)
        log_res(token_verifier_trouble(gateway->tokens));
    groups_tick(gateway->groups);
    res_t res = gateway->listen == NULL ? listen_again(gateway) : RES_DONE;
    if (res.act == RES_OK)
        res = outcomes_fetch(gateway);
    if (res.act == RES_OK)
        res = live_fetch(gateway->live);
    gateway->read_there = gateway->read_there || res.act == RES_OK;
    if (!gateway->read_there)
        log_line(LEVEL_INFO, "gateway.waits-for-read-model");
    else if (res.act != RES_OK)
        log_res(res);
}

res_t gateway_step(void *self, bool *ret_more)
{
    struct gateway *gateway = self;
    TRY(kafka_producer_poll(gateway->producer, 0));
    if (gateway->listen != NULL)
        hear(gateway);
    struct http_request *request = NULL;
    for (int i = 0; i < STEP_CALLS_MAX; i++) {
        request = http_server_next(gateway->http);
        if (request == NULL)
            break;
        take(gateway, request);
    }
    int64_t now = clock_monotonic();
    groups_step(gateway->groups, now);
    waits_expire(gateway->waits, now, gateway->stopping);
    if (now >= gateway->tick_us)
        tick(gateway, now);
    *ret_more = request != NULL;
    return RES_DONE;
}

int64_t gateway_wake_at(const void *self)
{
    const struct gateway *gateway = self;
    int64_t wake = waits_wake(gateway->waits);
    if (gateway->draining)
        return clock_monotonic() + DRAIN_LOOK_US;
    return wake < gateway->tick_us ? wake : gateway->tick_us;
}

void gateway_drain(void *self)
{
    struct gateway *gateway = self;
    gateway->draining = true;
    live_end(gateway->live);
    http_server_quiesce(gateway->http);
}

bool gateway_idle(const void *self)
{
    const struct gateway *gateway = self;
    return http_server_drained(gateway->http);
}

bool gateway_ready(const void *self)
{
    const struct gateway *gateway = self;
    return gateway->pg != NULL && !pg_broken(gateway->pg) && gateway->listen != NULL &&
           gateway->read_there && !gateway->draining;
}

void gateway_measure(void *self)
{
    struct gateway *gateway = self;
    measure_waiting((int64_t)waits_waiting(gateway->waits));
    measure_streams(live_count(gateway->live));
}
