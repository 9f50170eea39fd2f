#include "proxy_link.h"

#include "base/clock.h"
#include "base/res.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLOW_PIECE = 256 };

void link_open(struct link *link, size_t door, int client, int server)
{
    struct flow_pipe empty = {.piece = NULL};
    *link = (struct link){.open = true, .door = door, .client = client, .server = server};
    link->up = link->down = empty;
    link->up.piece = malloc(PIECE_MAX);
    link->down.piece = malloc(PIECE_MAX);
    MUST(link->up.piece != NULL && link->down.piece != NULL);
    fcntl(server, F_SETFL, O_NONBLOCK);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

/* `reset`: the other side is told at once that all is lost (TCP's RST). */
static void close_side(int *fd, bool reset)
{
    if (*fd < 0)
        return;
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (reset)
        setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(*fd);
    *fd = -1;
}

static void link_close(struct link *link, bool reset)
{
    close_side(&link->client, reset);
    close_side(&link->server, reset);
    free(link->up.piece);
    free(link->down.piece);
    link->open = false;
}

static bool stands(const struct link *link, bool up)
{
    return link->rule.kind == (up ? RULE_LOSE_UP : RULE_LOSE_DOWN);
}

static short wants(const struct flow_pipe *in, bool in_stands, const struct flow_pipe *out)
{
    short events = 0;
    if (in->len == 0 && !in->ended && !in_stands)
        events |= POLLIN;
    if (out->len > 0 && out->due_us <= clock_monotonic())
        events |= POLLOUT;
    return events;
}

static void wait_for(const struct flow_pipe *pipe, int *wait_ms)
{
    int64_t left_ms = (pipe->due_us - clock_monotonic() + 999) / 1000;
    if (pipe->len > 0 && left_ms > 0 && left_ms < *wait_ms)
        *wait_ms = (int)left_ms;
}

nfds_t link_poll(const struct link *link, struct pollfd *ret, int *wait_ms)
{
    nfds_t count = 0;
    wait_for(&link->up, wait_ms);
    wait_for(&link->down, wait_ms);
    ret[count++] =
        (struct pollfd){link->client, wants(&link->up, stands(link, true), &link->down), 0};
    if (link->server >= 0)
        ret[count++] =
            (struct pollfd){link->server, wants(&link->down, stands(link, false), &link->up), 0};
    return count;
}

/* --- whose it is
 * ---------------------------------------------------------------------------------*/

static void keep_name(struct link *link, const char *from, size_t len)
{
    snprintf(link->name, sizeof(link->name), "%.*s", (int)len, from);
}

/* Postgres' first message: its length, 196608, then names and values, each with its NUL. Kafka's:
 * its length, the request's key and version, a number, the client id with its length. */
static void learn_name(struct link *link)
{
    static const char application[] = "application_name";
    const char *piece = link->up.piece;
    size_t len = link->up.len;
    static const char version3[] = {0, 3, 0, 0};
    if (len > 8 && memcmp(piece + 4, version3, 4) == 0) {
        const char *at = memmem(piece, len, application, sizeof(application));
        if (at != NULL)
            keep_name(link, at + sizeof(application),
                strnlen(
                    at + sizeof(application), len - (size_t)(at + sizeof(application) - piece)));
    } else if (len > 14) {
        size_t id = (size_t)(unsigned char)piece[12] << 8 | (unsigned char)piece[13];
        if (id <= len - 14)
            keep_name(link, piece + 14, id);
    }
    if (link->name[0] == '\0')
        keep_name(link, "-", 1);
}

/* --- what flows
 * ----------------------------------------------------------------------------------*/

/* False: the side is broken. */
static bool read_piece(struct link *link, struct flow_pipe *pipe, int fd)
{
    size_t room = link->rule.kind == RULE_SLOW ? SLOW_PIECE : PIECE_MAX;
    if (pipe->len > 0 || pipe->ended || fd < 0)
        return true;
    ssize_t got = recv(fd, pipe->piece, room, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    pipe->ended = got == 0;
    pipe->len = (size_t)got;
    pipe->at = 0;
    pipe->due_us = clock_monotonic();
    if (link->rule.kind == RULE_DELAY)
        pipe->due_us += (int64_t)link->rule.value * 1000;
    if (link->rule.kind == RULE_SLOW && link->rule.value > 0)
        pipe->due_us += (int64_t)got * TIME_US_PER_S / link->rule.value;
    return true;
}

static bool write_piece(struct flow_pipe *pipe, int fd)
{
    if (pipe->len == 0 || pipe->due_us > clock_monotonic())
        return true;
    if (fd < 0) {
        pipe->len = 0; /* nobody is there to hear it */
        return true;
    }
    ssize_t put = send(fd, pipe->piece + pipe->at, pipe->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0)
        return errno == EAGAIN || errno == EINTR;
    pipe->at += (size_t)put;
    pipe->len -= (size_t)put;
    return true;
}

static bool says_committed(const struct flow_pipe *pipe)
{
    static const char tag[] = "COMMIT"; /* CommandComplete; with its NUL */
    return pipe->len > 0 && memmem(pipe->piece + pipe->at, pipe->len, tag, sizeof(tag)) != NULL;
}

/* True: the connection is gone. */
static bool cut(struct link *link)
{
    struct flow_pipe *down = &link->down;
    if (link->rule.kind == RULE_CUT_FRAME && down->len > 1) {
        (void)!send(link->client, down->piece + down->at, down->len / 2, MSG_NOSIGNAL);
        link_close(link, false); /* what was sent must come first */
        return true;
    }
    if (link->rule.kind == RULE_CUT ||
        (link->rule.kind == RULE_CUT_COMMIT && says_committed(down))) {
        link_close(link, true);
        return true;
    }
    return false;
}

static bool move(struct link *link, bool up)
{
    struct flow_pipe *pipe = up ? &link->up : &link->down;
    int from = up ? link->client : link->server, to = up ? link->server : link->client;
    if (stands(link, up))
        return true;
    if (!read_piece(link, pipe, from))
        return false;
    if (up && link->name[0] == '\0' && pipe->len > 0)
        learn_name(link);
    return true && (up || link->rule.kind < RULE_CUT || !cut(link)) &&
           (!link->open || write_piece(pipe, to));
}

void link_turn(struct link *link, struct rule rule)
{
    link->rule = rule;
    if (rule.kind == RULE_HALF_OPEN) {
        close_side(&link->server, true);
        link->down.len = 0;
        link->ruled = true;
    } else if (link->ruled) {
        link_close(link, true); /* whoever is back knows nothing of it */
        return;
    }
    bool fine = move(link, true) && move(link, false);
    if (!link->open)
        return;
    bool over = (link->up.ended && link->up.len == 0) || (link->down.ended && link->down.len == 0);
    if (!fine || over)
        link_close(link, !fine);
}
