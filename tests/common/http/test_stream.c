#include "owned_server.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_stream(const struct owned_server *owned, const char *path)
{
    char request[128], reply[1024];
    int fd = raw_connect(owned);
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    raw_send(fd, request);
    raw_read(fd, reply, sizeof(reply), "event: hello");
    cr_assert_not_null(strstr(reply, "text/event-stream"), "%s", reply);
    return fd;
}

Test(http_stream, sends_what_the_owner_sends_then_beats, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.heartbeat_ms = 50});
    int fd = open_stream(&owned, "/stream");
    char reply[4096];
    cr_assert_gt(raw_read(fd, reply, sizeof(reply), ":\n\n"), 0);
    cr_assert_not_null(strstr(reply, ":\n\n"));
    close(fd);
    owned_server_stop(&owned);
}

Test(http_stream, notices_a_reader_that_left_without_a_beat, .timeout = 60)
{
    enum { MANY = 50 };
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.heartbeat_ms = 3600000});
    for (int i = 0; i < MANY; i++)
        close(open_stream(&owned, "/stream"));
    owned_server_wait(&owned.streams, MANY);
    owned_server_wait(&owned.streams_gone, MANY);
    owned_server_stop(&owned);
}

Test(http_stream, cuts_off_a_slow_reader_and_says_why, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.stream_queue_max = 8 * 1024});
    char request[] = "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n";
    int fd = raw_connect(&owned);
    raw_send(fd, request);
    owned_server_wait(&owned.streams_gone, 1);
    static char reply[8 * 1024 * 1024];
    raw_read(fd, reply, sizeof(reply), "slow-reader");
    cr_assert_not_null(strstr(reply, "event: cut\ndata: slow-reader\n\n"));
    close(fd);
    owned_server_stop(&owned);
}

/* What a reader who stood still while it was flooded has to read afterwards, from the flood on. */
static const char *flooded(struct owned_server *owned, int times, char *reply, size_t size)
{
    int fd = raw_connect(owned);
    raw_send(fd, "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
    owned_server_wait(&owned->streams_gone, times);
    raw_read(fd, reply, size, "slow-reader\n\n");
    close(fd);
    return strstr(reply, "\n:x");
}

Test(http_stream, that_is_cut_off_ends_with_whole_events, .timeout = 60)
{
    enum { FLOODS = 40 };
    int seen = 0;
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.stream_queue_max = 256 * 1024});
    static char reply[1024 * 1024];
    for (int times = 1; times <= FLOODS; times++) {
        const char *at = flooded(&owned, times, reply, sizeof(reply));
        if (at == NULL)
            continue; /* it was cut off before anything of it was sent */
        for (at++; *at == ':'; at += 1024)
            cr_assert(strlen(at) >= 1024 && at[1022] == '\n' && at[1023] == '\n', "half an event");
        cr_assert_str_eq(at, "event: cut\ndata: slow-reader\n\n");
        seen++;
    }
    cr_assert_gt(seen, 0);
    owned_server_stop(&owned);
}

Test(http_stream, takes_no_connection_from_anybody_else, .timeout = 60)
{
    enum { MANY = 100 };
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.connections_max = 8});
    int fds[MANY];
    for (int i = 0; i < MANY; i++)
        fds[i] = open_stream(&owned, "/stream");
    cr_assert_eq(
        raw_status(&owned, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), 200);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    owned_server_stop(&owned);
}

Test(http_stream, closes_the_socket_of_a_reader_that_takes_nothing, .timeout = 60)
{
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){.stream_queue_max = 8 * 1024});
    int fd = raw_connect(&owned);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){2048}, sizeof(int));
    raw_send(fd, "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
    owned_server_wait(&owned.streams_gone, 1);
    owned_server_stop(&owned); /* ends although this reader took nothing */
    close(fd);
}

Test(http_stream, ends_all_streams_when_the_server_stops, .timeout = 60)
{
    enum { MANY = 100 };
    struct owned_server owned;
    owned_server_start(&owned, (struct http_server_conf){0});
    int fds[MANY];
    for (int i = 0; i < MANY; i++)
        fds[i] = open_stream(&owned, "/stream");
    owned_server_stop(&owned);
    for (int i = 0; i < MANY; i++) {
        char reply[1024];
        raw_read(fds[i], reply, sizeof(reply), NULL);
        cr_expect_not_null(strstr(reply, "event: end\ndata: shutdown\n\n"), "%s", reply);
        close(fds[i]);
    }
}
