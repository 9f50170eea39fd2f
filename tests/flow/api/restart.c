/* Clients that never stop sending while daemons are stopped and started, or replaced: each request
 * must be answered whole, or refused whole; then it is sent again, under the same key. */
#include "story.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SENDERS = 8, ANSWER_MAX = 64 * 1024, PATIENCE_S = 30, AGAIN_US = 5000 };

/* Asked to end before its time. */
static volatile sig_atomic_t asked;

static void on_term(int number)
{
    asked = number;
}

enum got { GOT_WHOLE, GOT_REFUSED, GOT_CLOSED, GOT_HALF };

/* What became of the requests of one sender. */
struct tally {
    int commands, queries;     /* answered as they should be */
    int refused, closed, away; /* not connected; closed without a byte; 503 */
    int late;                  /* 202: sent again until it was answered */
    int half, lost, wrong;
};

struct sender {
    uint16_t port;
    struct view command, query; /* whole requests; "%010d" in the command is the key's number */
    int64_t until_us;
    int fd;
    char answer[ANSWER_MAX + 1];
    int status;
    struct tally tally;
    pthread_t thread;
};

static bool connected(struct sender *sender)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons(sender->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    if (sender->fd >= 0)
        return true;
    sender->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(sender->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(sender->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    close(sender->fd);
    sender->fd = -1;
    return false;
}

static void hang_up(struct sender *sender)
{
    close(sender->fd);
    sender->fd = -1;
}

/* How long the whole answer is, as far as its head tells; 0: the head is not there yet. */
static size_t whole_len(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    const char *len = strcasestr(answer, "\r\nContent-Length: ");
    if (end == NULL || len == NULL || len > end)
        return 0;
    return (size_t)(end + 4 - answer) + strtoul(len + 18, NULL, 10);
}

static enum got ask(struct sender *sender, struct view request)
{
    size_t len = 0, whole = 0;
    if (!connected(sender))
        return GOT_REFUSED;
    /* What cannot be sent to its end is not begun either: it is short. */
    (void)send(sender->fd, request.ptr, request.len, MSG_NOSIGNAL);
    while (whole == 0 || len < whole) {
        ssize_t got = recv(sender->fd, sender->answer + len, ANSWER_MAX - len, 0);
        if (got <= 0) {
            hang_up(sender);
            return len == 0 ? GOT_CLOSED : GOT_HALF;
        }
        len += (size_t)got;
        sender->answer[len] = '\0';
        whole = whole_len(sender->answer);
    }
    sender->status = (int)strtol(sender->answer + strlen("HTTP/1.1 "), NULL, 10);
    if (strcasestr(sender->answer, "\r\nConnection: close") != NULL)
        hang_up(sender);
    return len == whole ? GOT_WHOLE : GOT_HALF;
}

/* Until it is answered with `status`. */
static void insist(struct sender *sender, struct view request, int status, int *ret_count)
{
    struct tally *tally = &sender->tally;
    int64_t patience = clock_monotonic() + PATIENCE_S * TIME_US_PER_S;
    while (clock_monotonic() < patience) {
        enum got got = ask(sender, request);
        tally->refused += got == GOT_REFUSED;
        tally->closed += got == GOT_CLOSED;
        tally->half += got == GOT_HALF;
        if (got == GOT_WHOLE && sender->status == status) {
            ++*ret_count;
            return;
        }
        if (got == GOT_WHOLE) {
            tally->away += sender->status == 503;
            tally->late += sender->status == 202;
            tally->wrong += sender->status != 503 && sender->status != 202;
        }
        usleep(AGAIN_US);
    }
    tally->lost++;
}

static void *keep_sending(void *owner)
{
    struct sender *sender = owner;
    char *command = malloc(sender->command.len + 1);
    for (int number = 0; clock_monotonic() < sender->until_us && asked == 0; number++) {
        memcpy(command, sender->command.ptr, sender->command.len + 1);
        char digits[11];
        snprintf(digits, sizeof(digits), "%010d", number);
        memcpy(strstr(command, "##########"), digits, 10);
        insist(sender, (struct view){command, sender->command.len}, 201, &sender->tally.commands);
        insist(sender, sender->query, 200, &sender->tally.queries);
    }
    free(command);
    if (sender->fd >= 0)
        hang_up(sender);
    return NULL;
}

/* A person of its own, whose risk is read over and over. */
static void prepare(struct sender *sender, struct api *api)
{
    static const char body[] =
        "{\"riskVersion\":1,\"reader\":\"practitioner\",\"purpose\":\"read\",\"shown\":[]}";
    struct story story = {.api = api};
    story_begin(&story);
    struct view token = api_token(api, &bernard);
    sender->fd = -1;
    sender->port = (uint16_t)strtoul(strrchr(api->url, ':') + 1, NULL, 10);
    sender->command = printed(api,
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %.*s\r\n"
        "Idempotency-Key: %s-%s-##########\r\nContent-Type: application/json\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        person_path(&story, "/risk-disclosures"), VIEW_ARG(token), api->run, story.person,
        sizeof(body) - 1, body);
    sender->query = printed(api,
        "GET /v1/services HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %.*s\r\n\r\n",
        VIEW_ARG(token));
}

static void add(struct tally *sum, const struct tally *one)
{
    sum->commands += one->commands;
    sum->queries += one->queries;
    sum->refused += one->refused;
    sum->closed += one->closed;
    sum->away += one->away;
    sum->late += one->late;
    sum->half += one->half;
    sum->lost += one->lost;
    sum->wrong += one->wrong;
}

void restart_tell(struct api *api, int seconds)
{
    static struct sender senders[SENDERS];
    struct tally sum = {0};
    signal(SIGTERM, on_term);
    for (int i = 0; i < SENDERS; i++)
        prepare(&senders[i], api);
    printf("sending\n");
    fflush(stdout);
    int64_t until_us = clock_monotonic() + seconds * TIME_US_PER_S;
    for (int i = 0; i < SENDERS; i++) {
        senders[i].until_us = until_us;
        if (pthread_create(&senders[i].thread, NULL, keep_sending, &senders[i]) != 0)
            exit(2);
    }
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(senders[i].thread, NULL);
        add(&sum, &senders[i].tally);
    }
    printf("commands %d queries %d refused %d closed %d away %d late %d half %d lost %d wrong %d\n",
        sum.commands, sum.queries, sum.refused, sum.closed, sum.away, sum.late, sum.half, sum.lost,
        sum.wrong);
    check(api, sum.commands > 100 && sum.queries > 100, "much was sent and answered");
    check(api, sum.half == 0, "no answer ends half way");
    check(api, sum.lost == 0, "no request is lost");
    check(api, sum.wrong == 0, "no answer is another one");
}
