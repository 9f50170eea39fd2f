#include "daemon/health.h"

#include "base/clock.h"
#include "http/server.h"
#include "obs/metric.h"

#include <stdlib.h>

enum { TICK_US = 1000000 };

struct health {
    struct health_conf conf;
    void *self;
    struct loop *loop;
    struct http_server *server;
    int64_t tick_at;
};

static void answer_text(struct http_request *request, int status, struct view body)
{
    static const struct http_pair headers[] = {
        {{"Content-Type", 12}, {"text/plain; version=0.0.4", 25}}};
    http_answer(
        request, &(struct http_answer){
                     .status = status, .headers = {headers, ARRAY_LEN(headers)}, .body = body});
}

static void answer_metrics(struct health *health, struct http_request *request)
{
    struct buf out = {0};
    if (health->conf.daemon->measure != NULL)
        health->conf.daemon->measure(health->self);
    metrics_print(&out);
    answer_text(request, out.failed ? 500 : 200, buf_as_view(&out));
    buf_done(&out);
}

static void answer(struct health *health, struct http_request *request)
{
    const struct daemon *daemon = health->conf.daemon;
    bool ready = daemon->ready == NULL || daemon->ready(health->self);
    if (request->refuse != 0)
        answer_text(request, request->refuse, VIEW("refused\n"));
    else if (request->method != HTTP_GET)
        answer_text(request, 405, VIEW("only GET\n"));
    else if (view_eq_text(request->path, "/metrics"))
        answer_metrics(health, request);
    else if (view_eq_text(request->path, "/health/live"))
        answer_text(request, 200, VIEW("live\n"));
    else if (view_eq_text(request->path, "/health/ready"))
        answer_text(request, ready ? 200 : 503, ready ? VIEW("ready\n") : VIEW("not ready\n"));
    else
        answer_text(request, 404, VIEW("not here\n"));
}

static void readable(void *owner, int fd)
{
    struct health *health = owner;
    struct http_request *request;
    (void)fd;
    while ((request = http_server_next(health->server)) != NULL)
        answer(health, request);
}

res_t health_open(
    const struct health_conf *conf, void *self, struct loop *loop, struct health **ret)
{
    if (conf->port == 0)
        return RES_DONE;
    struct http_server_conf server = {.port = (uint16_t)conf->port,
        .threads = 1,
        .queue_max = 16,
        .connections_max = 32,
        .address_connections_max = 32,
        .body_max = 1024};
    struct health *health = calloc(1, sizeof(*health));
    MUST(health != NULL);
    *health = (struct health){.conf = *conf, .self = self, .loop = loop};
    res_t res = http_server_open(&server, &health->server);
    if (res.act == RES_OK)
        res = loop_watch(loop, http_server_fd(health->server), readable, health);
    if (res.act != RES_OK) {
        health_close(health);
        return res;
    }
    *ret = health;
    return RES_DONE;
}

void health_close(struct health *health)
{
    if (health == NULL)
        return;
    if (health->server != NULL)
        loop_forget(health->loop, http_server_fd(health->server));
    http_server_close(health->server);
    free(health);
}

int64_t health_tick(struct health *health)
{
    if (health == NULL)
        return INT64_MAX;
    int64_t now = clock_monotonic();
    if (now >= health->tick_at) {
        http_server_tick(health->server);
        health->tick_at = now + TICK_US;
    }
    return health->tick_at;
}
