#include "caller.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool caller_try(struct caller *caller, const char *token)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtol(bench_env("BENCH_HTTP_PORT"), NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    caller->token = token;
    caller->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(caller->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (connect(caller->fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return true;
    close(caller->fd);
    return false;
}

void caller_open(struct caller *caller, const char *token)
{
    if (!caller_try(caller, token))
        bench_fail("the gateway", "cannot be reached");
}

void caller_close(struct caller *caller)
{
    close(caller->fd);
}

size_t caller_answer_len(const char *answer)
{
    const char *head = strstr(answer, "\r\n\r\n"), *len = strcasestr(answer, "content-length:");
    if (head == NULL || len == NULL || len > head)
        return SIZE_MAX;
    return (size_t)(head + 4 - answer) + strtoul(len + strlen("content-length:"), NULL, 10);
}

int caller_status(const char *answer)
{
    return (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
}

void caller_write(struct buf *out, const char *token, const struct caller_request *request)
{
    const char *body = request->body == NULL ? "" : request->body;
    buf_printf(out, "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n",
        request->method, request->path, token);
    if (request->key != NULL)
        buf_printf(out, "Idempotency-Key: %s\r\n", request->key);
    if (request->body != NULL)
        buf_printf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    buf_printf(out, "\r\n%s", body);
    MUST(!out->failed);
}

void caller_send(struct caller *caller, const struct buf *request)
{
    if (send(caller->fd, request->ptr, request->len, MSG_NOSIGNAL) != (ssize_t)request->len)
        bench_fail("the gateway", "takes no request");
}

int caller_take(struct caller *caller)
{
    size_t got = 0;
    caller->answer[0] = '\0';
    while (got < caller_answer_len(caller->answer)) {
        size_t room = sizeof(caller->answer) - 1 - got;
        ssize_t n = room == 0 ? 0 : recv(caller->fd, caller->answer + got, room, 0);
        if (n <= 0)
            bench_fail("the gateway", "gives no answer");
        got += (size_t)n;
        caller->answer[got] = '\0';
    }
    return caller_status(caller->answer);
}

int caller_call(struct caller *caller, const struct caller_request *request)
{
    CLEANUP(buf_done) struct buf out = {0};
    caller_write(&out, caller->token, request);
    caller_send(caller, &out);
    return caller_take(caller);
}

void caller_register(struct caller *caller, int n, char ret[static 37])
{
    char body[64];
    snprintf(body, sizeof(body), "{\"crn\":\"B%06d\"}", n);
    int status = caller_call(caller, &(struct caller_request){"POST", "/v1/people", NULL, body});
    const char *at = strstr(caller->answer, "\"person\":\"");
    if (status / 100 != 2 || at == NULL)
        bench_fail("POST /v1/people", caller->answer);
    snprintf(ret, 37, "%.36s", at + strlen("\"person\":\""));
}

void caller_risk(const char *person, const char *key, struct caller_risk *ret)
{
    char day[TIME_TEXT_MAX];
    day_print(london_day(clock_now()) + 90, day);
    snprintf(ret->path, sizeof(ret->path), "/v1/people/%s/risk", person);
    snprintf(ret->key, sizeof(ret->key), "%s", key);
    snprintf(ret->body, sizeof(ret->body),
        "{\"basis\":\"assessed\",\"assessedAt\":\"2026-11-01T10:00:00Z\","
        "\"source\":\"Assessment (invented)\","
        "\"whoIsAtRisk\":{\"state\":\"disclosed\",\"text\":\"People close by in an argument.\"},"
        "\"nature\":{\"state\":\"disclosed\",\"text\":\"Has shouted. Nobody was hurt.\"},"
        "\"imminence\":{\"state\":\"disclosed\",\"text\":\"Not soon, as long as housing holds.\"},"
        "\"increases\":{\"state\":\"disclosed\",\"text\":\"Losing a place to stay.\"},"
        "\"decreases\":{\"state\":\"disclosed\",\"text\":\"A routine.\"},"
        "\"staffSafety\":{\"state\":\"disclosed\",\"text\":\"Meet at the office.\"},"
        "\"analysis\":{\"state\":\"not-assessed\"},\"sexualHistory\":{\"state\":\"not-assessed\"},"
        "\"additional\":{\"state\":\"withheld\",\"why\":\"Somebody else is named.\"},"
        "\"reviewBy\":\"%s\",\"urgent\":false,\"approved\":true,"
        "\"disclosed\":6,\"withheld\":1,\"notAssessed\":2}",
        day);
}
