/* Groups of users looked up while another thread asks for them again and again from an address that
 * fails, answers nonsense, and is right now and then; closed in the middle of it. */
#include "base/clock.h"
#include "common/http/owned_server.h"
#include "http/user_groups.h"
#include "threads.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { ANSWERS = 200, USERS = 20 };

static struct {
    struct http_server *server;
    atomic_int answers, came;
    atomic_bool stop;
} directory;

static void *serve(void *unused)
{
    (void)unused;
    while (!atomic_load(&directory.stop)) {
        struct pollfd waiting = {.fd = http_server_fd(directory.server), .events = POLLIN};
        (void)poll(&waiting, 1, 20);
        struct http_request *request;
        while ((request = http_server_next(directory.server)) != NULL) {
            int n = atomic_fetch_add(&directory.answers, 1);
            http_answer(
                request, &(struct http_answer){.status = n % 5 == 1 ? 503 : 200,
                             .body = n % 5 == 2 ? VIEW("{}")
                                                : VIEW("[{\"groupCode\":\"INT_SP_HARMONY\"}]")});
        }
    }
    http_server_close(directory.server);
    return NULL;
}

static void on_came(void *unused)
{
    (void)unused;
    atomic_fetch_add(&directory.came, 1);
}

/* Until each kind of answer came many times. */
static void look_up(struct user_groups *groups)
{
    char id[16], codes[USER_GROUPS_TEXT_MAX];
    int64_t failed = 0, failures = 0, known = 0;
    int64_t give_up = clock_monotonic() + 60 * TIME_US_PER_S;
    for (int i = 0; atomic_load(&directory.answers) < ANSWERS; i++) {
        MUST(clock_monotonic() < give_up);
        snprintf(id, sizeof id, "user-%d", i % USERS);
        known += user_groups_find(groups, view_of(id), codes) == USER_GROUPS_KNOWN;
        (void)!user_groups_trouble(groups, &failed).act;
        failures += failed;
        if (i % 100 == 0)
            usleep(1000);
    }
    MUST(known > 0 && failures > 0 && atomic_load(&directory.came) > 0);
}

void threads_groups(void)
{
    char url[64];
    pthread_t thread;
    struct user_groups *groups = NULL;
    OK_OR_DIE(http_server_open(&(struct http_server_conf){0}, &directory.server));
    snprintf(url, sizeof url, "http://127.0.0.1:%u", http_server_port(directory.server));
    MUST(pthread_create(&thread, NULL, serve, NULL) == 0);
    const struct user_groups_conf conf = {
        .url = url, .keep_us = 2000, .retry_us = 1000, .came = on_came};
    OK_OR_DIE(user_groups_open(&conf, &groups));
    look_up(groups);
    user_groups_close(groups);
    atomic_store(&directory.stop, true);
    pthread_join(thread, NULL);
}
