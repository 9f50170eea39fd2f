/* Groups from an address: a server of our own in a thread stands for HMPPS Manage Users and for the
 * identity provider that gives the token for asking. */
#include "base/clock.h"
#include "http/server.h"
#include "http/user_groups.h"

#include <criterion/criterion.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char USER[] = "12345678-1234-1234-1234-1234567890ab";
static const char BASIC[] = "Basic YnJva2VyOnNlY3JldA=="; /* broker:secret */

static struct directory {
    struct http_server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    int status;
    char body[8192];
    atomic_int asked, tokens, came;
    atomic_bool stop, holds; /* holds: answers nothing */
    bool bearer;             /* only with the token that it gave */
    char url[64], token_url[64];
} directory = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void give_token(struct http_request *request)
{
    bool ours = view_eq_text(http_header_get(request->headers, "Authorization"), BASIC) &&
                view_eq_text(request->body, "grant_type=client_credentials");
    char body[96];
    snprintf(body, sizeof(body), "{\"access_token\":\"token-%d\",\"expires_in\":3600}",
        atomic_fetch_add(&directory.tokens, 1) + 1);
    http_answer(request, &(struct http_answer){.status = ours ? 200 : 401, .body = view_of(body)});
}

static void give_groups(struct http_request *request)
{
    char path[128], bearer[64];
    snprintf(path, sizeof(path), "/externalusers/%s/groups", USER);
    snprintf(bearer, sizeof(bearer), "Bearer token-%d", atomic_load(&directory.tokens));
    atomic_fetch_add(&directory.asked, 1);
    pthread_mutex_lock(&directory.lock);
    struct http_answer answer = {.status = directory.status, .body = view_of(directory.body)};
    if (!view_eq_text(request->path, path))
        answer = (struct http_answer){.status = 404};
    if (directory.bearer &&
        !view_eq_text(http_header_get(request->headers, "Authorization"), bearer))
        answer = (struct http_answer){.status = 401};
    http_answer(request, &answer);
    pthread_mutex_unlock(&directory.lock);
}

static void *serve(void *unused)
{
    (void)unused;
    while (!atomic_load(&directory.stop)) {
        struct pollfd waiting = {.fd = http_server_fd(directory.server), .events = POLLIN};
        (void)poll(&waiting, 1, 20);
        struct http_request *request;
        while (!atomic_load(&directory.holds) &&
               (request = http_server_next(directory.server)) != NULL) {
            if (view_eq_text(request->path, "/oauth/token"))
                give_token(request);
            else
                give_groups(request);
        }
    }
    http_server_close(directory.server);
    return NULL;
}

static void answers(int status, const char *body)
{
    pthread_mutex_lock(&directory.lock);
    directory.status = status;
    snprintf(directory.body, sizeof(directory.body), "%s", body);
    pthread_mutex_unlock(&directory.lock);
}

static void set_up(void)
{
    cr_assert_eq(http_server_open(&(struct http_server_conf){0}, &directory.server).act, RES_OK);
    unsigned port = http_server_port(directory.server);
    snprintf(directory.url, sizeof(directory.url), "http://127.0.0.1:%u", port);
    snprintf(
        directory.token_url, sizeof(directory.token_url), "http://127.0.0.1:%u/oauth/token", port);
    answers(200, "[{\"groupCode\":\"INT_SP_HARMONY\",\"groupName\":\"Harmony\"},"
                 "{\"groupCode\":\"SITE_1_GROUP_1\",\"groupName\":\"Else\"},"
                 "{\"groupCode\":\"INT_CR_INV-ACC-A\",\"groupName\":\"A\"}]");
    cr_assert_eq(pthread_create(&directory.thread, NULL, serve, NULL), 0);
}

static void tear_down(void)
{
    atomic_store(&directory.stop, true);
    pthread_join(directory.thread, NULL);
}
TestSuite(http_user_groups, .init = set_up, .fini = tear_down, .timeout = 60);

static void on_came(void *owner)
{
    (void)owner;
    atomic_fetch_add(&directory.came, 1);
}

static struct user_groups *groups_open(struct user_groups_conf conf)
{
    struct user_groups *groups = NULL;
    conf.url = directory.url;
    conf.came = on_came;
    cr_assert_eq(user_groups_open(&conf, &groups).act, RES_OK);
    return groups;
}

/* Asks until it is on its way no more. */
static enum user_groups_state settled(
    struct user_groups *groups, const char *user, char ret[static USER_GROUPS_TEXT_MAX])
{
    enum user_groups_state state = user_groups_find(groups, view_of(user), ret);
    for (int i = 0; i < 2000 && state == USER_GROUPS_ASKED; i++) {
        usleep(5000);
        state = user_groups_find(groups, view_of(user), ret);
    }
    return state;
}

Test(http_user_groups, are_asked_for_by_the_users_id_and_kept)
{
    char codes[USER_GROUPS_TEXT_MAX];
    struct user_groups *groups = groups_open((struct user_groups_conf){0});
    cr_assert_eq(user_groups_find(groups, view_of(USER), codes), USER_GROUPS_ASKED);
    cr_assert_eq(settled(groups, USER, codes), USER_GROUPS_KNOWN);
    cr_assert_str_eq(codes, "INT_SP_HARMONY\nINT_CR_INV-ACC-A\n", "no other service's");
    for (int i = 0; i < 100; i++)
        cr_assert_eq(user_groups_find(groups, view_of(USER), codes), USER_GROUPS_KNOWN);
    cr_assert_eq(atomic_load(&directory.asked), 1);
    cr_assert_eq(atomic_load(&directory.came), 1);
    user_groups_close(groups);
}

Test(http_user_groups, that_changed_are_known_when_the_old_ones_hold_no_more)
{
    char codes[USER_GROUPS_TEXT_MAX];
    struct user_groups *groups = groups_open((struct user_groups_conf){.keep_us = 50000});
    cr_assert_eq(settled(groups, USER, codes), USER_GROUPS_KNOWN);
    answers(200, "[]");
    for (int i = 0; i < 2000 && codes[0] != '\0'; i++) {
        usleep(5000);
        cr_assert_eq(settled(groups, USER, codes), USER_GROUPS_KNOWN);
    }
    cr_assert_str_eq(codes, "");
    user_groups_close(groups);
}

Test(http_user_groups, of_somebody_who_is_not_known_there_are_none)
{
    char codes[USER_GROUPS_TEXT_MAX] = "before";
    int64_t failed;
    struct user_groups *groups = groups_open((struct user_groups_conf){0});
    cr_assert_eq(settled(groups, "somebody-else", codes), USER_GROUPS_KNOWN);
    cr_assert_str_eq(codes, "");
    cr_assert_eq(user_groups_trouble(groups, &failed).act, RES_OK);
    user_groups_close(groups);
}

Test(http_user_groups, fail_with_a_reason_where_the_answer_is_none_and_are_asked_for_again)
{
    static const struct {
        int status;
        const char *body;
    } bad[] = {{500, "[]"}, {403, "[]"}, {200, ""}, {200, "{}"}, {200, "[7]"}, {200, "[{}]"},
        {200, "[{\"groupCode\":7}]"}};
    char codes[USER_GROUPS_TEXT_MAX];
    int64_t failed;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct user_groups *groups = groups_open((struct user_groups_conf){.retry_us = 50000});
        answers(bad[i].status, bad[i].body);
        cr_expect_eq(settled(groups, USER, codes), USER_GROUPS_FAILED, "row %zu", i);
        cr_expect_eq(user_groups_trouble(groups, &failed).act, RES_RETRY, "row %zu", i);
        cr_expect_eq(failed, 1, "row %zu", i);
        answers(200, "[{\"groupCode\":\"INT_SP_HARMONY\"}]");
        enum user_groups_state state = USER_GROUPS_FAILED;
        for (int k = 0; k < 2000 && state != USER_GROUPS_KNOWN; k++) {
            usleep(5000);
            state = settled(groups, USER, codes);
        }
        cr_expect_eq(state, USER_GROUPS_KNOWN, "row %zu", i);
        user_groups_close(groups);
    }
}

Test(http_user_groups, fail_where_nobody_answers_in_time)
{
    char codes[USER_GROUPS_TEXT_MAX];
    struct user_groups *groups = groups_open((struct user_groups_conf){.timeout_ms = 100});
    atomic_store(&directory.holds, true);
    cr_assert_eq(settled(groups, USER, codes), USER_GROUPS_FAILED);
    user_groups_close(groups);
}

Test(http_user_groups, are_asked_for_with_a_token_that_is_had_once_and_again_when_it_is_refused)
{
    char codes[USER_GROUPS_TEXT_MAX];
    directory.bearer = true;
    struct user_groups *groups =
        groups_open((struct user_groups_conf){.token_url = directory.token_url,
            .client = "broker",
            .secret = "secret",
            .keep_us = 1,
            .retry_us = 1});
    cr_assert_eq(user_groups_find(groups, view_of(USER), codes), USER_GROUPS_ASKED);
    for (int i = 0; i < 2000 && atomic_load(&directory.asked) < 3; i++) {
        usleep(5000);
        (void)user_groups_find(groups, view_of(USER), codes);
    }
    cr_assert_eq(atomic_load(&directory.tokens), 1);
    int64_t failed;
    cr_assert_eq(user_groups_trouble(groups, &failed).act, RES_OK);
    atomic_fetch_add(&directory.tokens, 1); /* the old one is no good any more */
    res_t trouble = RES_DONE;
    for (int i = 0; i < 2000 && trouble.act == RES_OK; i++) {
        usleep(5000);
        (void)user_groups_find(groups, view_of(USER), codes);
        trouble = user_groups_trouble(groups, &failed);
    }
    cr_assert_eq(trouble.act, RES_RETRY, "it was refused");
    for (int i = 0; i < 2000 && atomic_load(&directory.tokens) < 3; i++) {
        usleep(5000);
        (void)user_groups_find(groups, view_of(USER), codes);
    }
    cr_assert_eq(atomic_load(&directory.tokens), 3);
    user_groups_close(groups);
}

Test(http_user_groups, are_asked_for_over_https_or_from_this_machine_alone)
{
    static const struct {
        const char *url, *token_url;
    } bad[] = {{"http://users.example", NULL}, {"https://a@b", NULL},
        {"http://127.0.0.1:1", "http://auth.example/token"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct user_groups *groups = NULL;
        const struct user_groups_conf conf = {
            .url = bad[i].url, .token_url = bad[i].token_url, .came = on_came};
        cr_expect_eq(user_groups_open(&conf, &groups).act, RES_FATAL, "row %zu", i);
    }
}

Test(http_user_groups, of_what_is_no_id_are_never_asked_for)
{
    static const char *const bad[] = {"", "../users", "a/b", "a b", "a?b", "a%2Fb", "a\nb",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    char codes[USER_GROUPS_TEXT_MAX];
    struct user_groups *groups = groups_open((struct user_groups_conf){0});
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        cr_expect_eq(
            user_groups_find(groups, view_of(bad[i]), codes), USER_GROUPS_FAILED, "row %zu", i);
    cr_assert_eq(atomic_load(&directory.asked), 0);
    user_groups_close(groups);
}
