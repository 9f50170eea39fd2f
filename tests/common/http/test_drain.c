/* Letting go of a server: every request that was sent is answered whole, or was refused whole. */
#include "owned_server.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

TestSuite(http_drain, .timeout = 60);

static void wait_for(atomic_bool *flag)
{
    for (int i = 0; i < 2000 && !atomic_load(flag); i++)
        usleep(5000);
    cr_assert(atomic_load(flag));
}

static void quiesced(struct owned_server *owned)
{
    atomic_store(&owned->quiesce, true);
    wait_for(&owned->quiet);
}

/* 0: connected at once. */
static int connect_now(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int why = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
    struct pollfd waiting = {.fd = fd, .events = POLLOUT};
    if (why == EINPROGRESS && poll(&waiting, 1, 300) == 1) {
        socklen_t len = sizeof(why);
        (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len);
    }
    close(fd);
    return why;
}

Test(http_drain, takes_no_new_connection_and_refuses_none_until_it_is_closed)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){0});
    uint16_t port = http_server_port(owned.server);
    cr_assert_eq(connect_now(port), 0);
    quiesced(&owned);
    cr_assert_eq(connect_now(port), EINPROGRESS, "the client waits");
    owned_server_stop(&owned);
    cr_assert_eq(connect_now(port), ECONNREFUSED);
}

Test(http_drain, answers_what_is_in_hand_and_closes_behind_the_answer)
{
    struct owned_server owned;
    char reply[4096];
    owned_server_start(&owned, (struct http_server_conf){0});
    int fd = raw_connect(&owned);
    raw_send(fd, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    owned_server_wait(&owned.held, 1);
    quiesced(&owned);
    cr_assert_not(atomic_load(&owned.drained), "somebody waits");
    atomic_store(&owned.release, true);
    raw_read(fd, reply, sizeof(reply), NULL); /* to the end */
    cr_assert_not_null(strstr(reply, "HTTP/1.1 200"), "%s", reply);
    cr_assert_not_null(strstr(reply, "Connection: close"), "%s", reply);
    cr_assert_not_null(strstr(reply, "released"), "%s", reply);
    close(fd);
    wait_for(&owned.drained);
    owned_server_stop(&owned);
}

Test(http_drain, answers_a_request_that_comes_over_an_open_connection)
{
    struct owned_server owned;
    char reply[4096];
    owned_server_start(&owned, (struct http_server_conf){0});
    int other = raw_connect(&owned), fd = raw_connect(&owned);
    raw_send(other, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_send(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
    owned_server_wait(&owned.held, 1);
    quiesced(&owned);
    raw_send(fd, "lo");
    raw_read(fd, reply, sizeof(reply), NULL);
    cr_assert_not_null(strstr(reply, "HTTP/1.1 200"), "%s", reply);
    cr_assert_not_null(strstr(reply, "Connection: close"), "%s", reply);
    cr_assert_str_eq(reply + strlen(reply) - 5, "hello");
    close(fd);
    atomic_store(&owned.release, true);
    raw_read(other, reply, sizeof(reply), NULL);
    close(other);
    wait_for(&owned.drained);
    owned_server_stop(&owned);
}

Test(http_drain, closes_connections_without_a_request_and_says_nothing_on_them)
{
    enum { MANY = 50 };
    struct owned_server owned;
    char reply[4096];
    int fds[MANY];
    owned_server_start(&owned, (struct http_server_conf){0});
    for (int i = 0; i < MANY; i++) {
        fds[i] = raw_connect(&owned);
        if (i % 2 == 0) {
            raw_send(fds[i], "GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
            raw_read(fds[i], reply, sizeof(reply), "/p");
        }
    }
    quiesced(&owned);
    for (int i = 0; i < MANY; i++) {
        cr_expect_eq(raw_read(fds[i], reply, sizeof(reply), NULL), 0);
        close(fds[i]);
    }
    wait_for(&owned.drained);
    owned_server_stop(&owned);
}

enum { IDLE = 400 };

/* Requests on idle connections about when those are closed, 250 ms after the server was let go;
 * gives how many were answered. */
static int send_late(struct owned_server *owned, const int *fds)
{
    char reply[4096];
    int answered = 0;
    quiesced(owned);
    usleep(230000);
    for (int i = 0; i < IDLE; i++) {
        static const char late[] = "GET /late HTTP/1.1\r\nHost: x\r\n\r\n";
        (void)!send(fds[i], late, sizeof(late) - 1, MSG_NOSIGNAL); /* it may be closed */
        usleep(50);
    }
    for (int i = 0; i < IDLE; i++) {
        raw_read(fds[i], reply, sizeof(reply), NULL);
        answered += strstr(reply, "HTTP/1.1 200") != NULL;
        close(fds[i]);
    }
    return answered;
}

Test(http_drain, hands_out_no_request_that_nobody_would_see_the_answer_of)
{
    for (int round = 0; round < 12; round++) {
        struct owned_server owned;
        char reply[4096];
        int fds[IDLE];
        owned_server_start(&owned, (struct http_server_conf){0});
        for (int i = 0; i < IDLE; i++) {
            fds[i] = raw_connect(&owned);
            raw_send(fds[i], "GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
            raw_read(fds[i], reply, sizeof(reply), "/p");
        }
        owned_server_wait(&owned.handled, IDLE);
        int answered = send_late(&owned, fds);
        wait_for(&owned.drained);
        cr_expect_eq(atomic_load(&owned.handled), IDLE + answered);
        owned_server_stop(&owned);
    }
}
