#include "owned_server.h"

#include "base/buf.h"
#include "http/client.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"

Test(http_server, answers_what_the_owner_says, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){0});
    char reply[4096];
    int fd = raw_connect(&owned);
    raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    raw_read(fd, reply, sizeof(reply), "hello");
    cr_assert_not_null(strstr(reply, "HTTP/1.1 200"));
    raw_send(fd, "GET /query?y=1&x=a%20b+c HTTP/1.1\r\n" CLOSE);
    raw_read(fd, reply, sizeof(reply), NULL);
    cr_assert_not_null(strstr(reply, "\r\n\r\na b c"), "%s", reply);
    close(fd);
    owned_server_stop(&owned);
}

Test(http_server, refuses_bad_requests_and_goes_on, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.headers_max = 8});
    static const struct {
        const char *request;
        int status;
    } rows[] = {
        {"GET /p HTTP/1.1\r\n" CLOSE, 200},
        {"GET /p HTTP/1.1\r\nConnection: close\r\n\r\n", 400},
        {"GET /query?x=%zz HTTP/1.1\r\n" CLOSE, 400},
        {"GET /query?x=%00 HTTP/1.1\r\n" CLOSE, 400},
        {"GET /query?x=%c3%28 HTTP/1.1\r\n" CLOSE, 400},
        {"GET /p HTTP/1.1\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\nG: 1\r\n" CLOSE, 431},
        {"POST /echo HTTP/1.1\r\nContent-Length: -1\r\n" CLOSE, 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n" CLOSE, 413},
        {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE "zz\r\n", 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 0\r\n" CLOSE "ab", 400},
        {"POST /echo HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" CLOSE
         "0\r\n\r\n",
            400},
        {"GET /p HTTP/1.1\r\nHost: elsewhere\r\n" CLOSE, 400},
        {"GET http://x/p HTTP/1.1\r\n" CLOSE, 400},
        {"OPTIONS * HTTP/1.1\r\n" CLOSE, 400},
        {"GET /p HTTP/1.1\r\nA: x\ry\r\n" CLOSE, 400},
        {"GET /p HTTP/1.1\r\nA: x\x7fy\r\n" CLOSE, 400},
        {"GET /p HTTP/1.1\r\nA : x\r\n" CLOSE, 400},
        {"GET /p HTTP/1.1\r\nA: x\ty\r\n" CLOSE, 200},
        {"GET /p HTTP/1.1\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n" CLOSE, 400},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(raw_status(&owned, rows[i].request), rows[i].status, "row %zu: %d", i,
            raw_status(&owned, rows[i].request));
    cr_assert_eq(raw_status(&owned, "GET /p HTTP/1.1\r\n" CLOSE), 200);
    owned_server_stop(&owned);
}

Test(http_server, answers_431_to_a_head_that_is_too_long, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.header_bytes_max = 4096});
    struct buf request = {0};
    buf_text(&request, "GET /p HTTP/1.1\r\nHost: x\r\nX: ");
    for (int i = 0; i < 600; i++)
        buf_text(&request, "0123456789");
    buf_text(&request, "\r\n\r\n");
    buf_byte(&request, 0);
    cr_assert_eq(raw_status(&owned, request.ptr), 431);
    buf_done(&request);
    owned_server_stop(&owned);
}

Test(http_server, answers_413_to_a_body_over_the_limit, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){0});
    struct http_client *client = NULL;
    cr_assert_eq(http_client_open(&client).act, RES_OK);
    struct arena *arena = arena_new(1 << 20);
    size_t size = 10 * 1024 * 1024;
    char *body = calloc(1, size);
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/echo", http_server_port(owned.server));
    struct http_reply reply;
    res_t res = http_client_call(client,
        &(struct http_call){.method = "POST", .url = url, .body = {body, size}}, arena, &reply);
    cr_assert_eq(res.act, RES_OK, "%s", res.what);
    cr_assert_eq(reply.status, 413);
    res = http_client_call(client,
        &(struct http_call){.method = "POST", .url = url, .body = {body, 1024 * 1024}}, arena,
        &reply);
    cr_assert_eq(res.act, RES_REJECT, "one MiB passes, but not into this arena");
    cr_assert_eq(reply.status, 200);
    free(body);
    arena_free(arena);
    http_client_close(client);
    owned_server_stop(&owned);
}

static int post_800_bytes(const struct owned_server *owned, const char *path)
{
    struct buf request = {0};
    buf_printf(&request, "POST %s HTTP/1.1\r\nContent-Length: 800\r\n" CLOSE, path);
    for (int i = 0; i < 800; i++)
        buf_byte(&request, 'x');
    buf_byte(&request, 0);
    int status = raw_status(owned, request.ptr);
    buf_done(&request);
    return status;
}

static void *post_to_hold(void *owned)
{
    cr_assert_eq(post_800_bytes(owned, "/hold"), 200);
    return NULL;
}

Test(http_server, answers_503_while_all_bodies_together_are_too_much, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.bodies_max = 1000});
    pthread_t holder;
    cr_assert_eq(pthread_create(&holder, NULL, post_to_hold, &owned), 0);
    owned_server_wait(&owned.held, 1);
    cr_expect_eq(post_800_bytes(&owned, "/echo"), 503);
    atomic_store(&owned.release, true);
    pthread_join(holder, NULL);
    int status = 503;
    for (int i = 0; i < 1000 && status == 503; i++)
        status = post_800_bytes(&owned, "/echo");
    cr_expect_eq(status, 200, "what was held is given back");
    owned_server_stop(&owned);
}

Test(http_server, cuts_off_an_endless_body, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.body_max = 64 * 1024});
    int fd = raw_connect(&owned);
    raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    char chunk[1024 + 16];
    memset(chunk, 'x', sizeof(chunk));
    memcpy(chunk, "400\r\n", 5);
    memcpy(chunk + 5 + 1024, "\r\n", 2);
    size_t sent = 0;
    while (sent < 64 * 1024 * 1024 && send(fd, chunk, 5 + 1024 + 2, MSG_NOSIGNAL) > 0)
        sent += 1024;
    cr_assert_lt(sent, 64 * 1024 * 1024);
    close(fd);
    cr_assert_eq(raw_status(&owned, "GET /p HTTP/1.1\r\n" CLOSE), 200);
    owned_server_stop(&owned);
}

Test(http_server, closes_a_head_and_a_body_that_drip, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.head_ms = 300, .body_ms = 300});
    static const char *const starts[] = {"GET /p HTTP/1.1\r\nHost: x\r\nX: ",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        int fd = raw_connect(&owned);
        raw_send(fd, starts[i]);
        int drops = 0;
        while (drops < 500 && send(fd, "a", 1, MSG_NOSIGNAL) == 1) {
            drops++;
            usleep(20000);
        }
        cr_expect_lt(drops, 500, "row %zu was never closed", i);
        close(fd);
    }
    cr_assert_eq(atomic_load(&owned.handled), 0);
    owned_server_stop(&owned);
}

/* More than the kernel buffers for one connection, so that a part of it stays unsent. */
enum { ANSWER_BYTES = 12 << 20 };

Test(http_server, closes_a_reader_that_never_takes_its_answer, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(
        &owned, (struct http_server_conf){
                    .send_ms = 300, .body_max = ANSWER_BYTES, .address_connections_max = 1});
    int fd = raw_connect(&owned);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof(int));
    char head[128];
    snprintf(head, sizeof(head), "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n",
        (int)ANSWER_BYTES);
    raw_send(fd, head);
    char *body = malloc(ANSWER_BYTES);
    memset(body, 'x', ANSWER_BYTES);
    cr_assert_eq(send(fd, body, ANSWER_BYTES, MSG_NOSIGNAL), ANSWER_BYTES);
    owned_server_wait(&owned.handled, 1);
    /* One connection of an address at a time, and it may stay idle for a minute: another is served
     * once this one was dropped. */
    int status = 0;
    for (int i = 0; i < 500 && status != 200; i++) {
        usleep(20000);
        status = raw_status(&owned, "GET /p HTTP/1.1\r\n" CLOSE);
    }
    cr_assert_eq(status, 200);
    close(fd);
    free(body);
    owned_server_stop(&owned);
}

Test(http_server, takes_no_more_connections_of_one_address_than_allowed, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(
        &owned, (struct http_server_conf){.address_connections_max = 4, .threads = 1});
    int fds[4];
    for (size_t i = 0; i < 4; i++) {
        fds[i] = raw_connect(&owned);
        raw_send(fds[i], "GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
        char reply[1024];
        cr_assert_gt(raw_read(fds[i], reply, sizeof(reply), "/p"), 0);
    }
    char nothing[16];
    int fifth = raw_connect(&owned);
    cr_assert_eq(raw_read(fifth, nothing, sizeof(nothing), NULL), 0);
    close(fifth);
    for (size_t i = 0; i < 4; i++)
        close(fds[i]);
    int status = 0;
    for (int i = 0; i < 100 && status != 200; i++) {
        int fd = raw_connect(&owned);
        char reply[1024] = "";
        if (send(fd, "GET /p HTTP/1.1\r\n" CLOSE, strlen("GET /p HTTP/1.1\r\n" CLOSE),
                MSG_NOSIGNAL) > 0 &&
            raw_read(fd, reply, sizeof(reply), NULL) > 0)
            status = 200;
        close(fd);
        usleep(20000);
    }
    cr_assert_eq(status, 200, "places come back when connections close");
    owned_server_stop(&owned);
}

Test(http_server, answers_503_when_the_queue_is_full, .timeout = 60)
{
    struct http_server *server = NULL;
    struct http_server_conf conf = {.queue_max = 2, .threads = 1};
    cr_assert_eq(http_server_open(&conf, &server).act, RES_OK);
    struct owned_server owned = {.server = server}; /* nobody owns it */
    int fds[3];
    char reply[1024];
    for (size_t i = 0; i < 3; i++) {
        fds[i] = raw_connect(&owned);
        raw_send(fds[i], "GET /p HTTP/1.1\r\n" CLOSE);
        if (i < 2)
            while (http_server_open_requests(server) <= i)
                usleep(1000);
    }
    raw_read(fds[2], reply, sizeof(reply), NULL);
    cr_assert_not_null(strstr(reply, "HTTP/1.1 503"), "%s", reply);
    cr_assert_not_null(strstr(reply, "\"code\":\"busy\""), "%s", reply);
    http_server_close(server);
    for (size_t i = 0; i < 2; i++) {
        raw_read(fds[i], reply, sizeof(reply), NULL);
        cr_assert_not_null(strstr(reply, "HTTP/1.1 503"), "answered at the end: %s", reply);
        close(fds[i]);
    }
    close(fds[2]);
}

Test(http_server, holds_many_requests_while_the_owner_works, .timeout = 60)
{
    enum { MANY = 500 };
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){0});
    static int fds[MANY];
    for (size_t i = 0; i < MANY; i++) {
        fds[i] = raw_connect(&owned);
        raw_send(fds[i], "GET /hold HTTP/1.1\r\n" CLOSE);
    }
    owned_server_wait(&owned.held, MANY);
    atomic_store(&owned.release, true);
    for (size_t i = 0; i < MANY; i++) {
        char reply[1024];
        raw_read(fds[i], reply, sizeof(reply), NULL);
        cr_assert_not_null(strstr(reply, "released"));
        close(fds[i]);
    }
    owned_server_stop(&owned);
}

Test(http_server, survives_clients_that_go_away_while_they_wait, .timeout = 60)
{
    enum { MANY = 100 };
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){0});
    for (size_t i = 0; i < MANY; i++) {
        int fd = raw_connect(&owned);
        raw_send(fd, "GET /hold HTTP/1.1\r\n" CLOSE);
        close(fd);
    }
    owned_server_wait(&owned.held, MANY);
    atomic_store(&owned.release, true);
    cr_assert_eq(raw_status(&owned, "GET /p HTTP/1.1\r\n" CLOSE), 200);
    owned_server_stop(&owned);
}

Test(http_server, says_that_its_port_is_taken, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){0});
    struct http_server *second = NULL;
    struct http_server_conf conf = {.port = http_server_port(owned.server)};
    cr_assert_eq(http_server_open(&conf, &second).act, RES_RETRY);
    conf = (struct http_server_conf){.address = "localhost"};
    cr_assert_eq(http_server_open(&conf, &second).act, RES_FATAL);
    cr_assert_null(second);
    owned_server_stop(&owned);
}
