#include "gateway/groups.h"

#include "base/clock.h"
#include "gateway/measure.h"
#include "http/user_groups.h"
#include "obs/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    PARKED_MAX = 1024, /* beyond it they are denied at once */
    WAIT_US = 3 * 1000 * 1000,
};

struct groups {
    struct user_groups *users;
    int event_fd;
    struct call *parked[PARKED_MAX];
    size_t count;
};

static void on_came(void *owner)
{
    const struct groups *groups = owner;
    uint64_t one = 1;
    if (write(groups->event_fd, &one, sizeof(one)) != sizeof(one)) {
        /* The counter is full: it is readable anyway. */
    }
}

res_t groups_open(struct gateway *gateway, struct groups **ret)
{
    const struct gateway_conf *conf = gateway->conf;
    if (conf->groups[0] == '\0')
        return RES_DONE;
    struct groups *groups = calloc(1, sizeof(*groups));
    if (groups == NULL)
        return FATAL("groups: no memory");
    groups->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    const struct user_groups_conf users = {.url = conf->groups,
        .token_url = conf->groups_token,
        .client = conf->groups_client,
        .secret = conf->groups_secret,
        .keep_us = conf->groups_keep_us,
        .came = on_came,
        .owner = groups};
    res_t res = groups->event_fd < 0 ? FATAL("groups: no eventfd")
                                     : loop_watch(gateway->loop, groups->event_fd, NULL, NULL);
    if (res.act == RES_OK)
        res = user_groups_open(&users, &groups->users);
    if (res.act != RES_OK) {
        groups_close(groups);
        return res;
    }
    *ret = groups;
    return RES_DONE;
}

void groups_close(struct groups *groups)
{
    if (groups == NULL)
        return;
    for (size_t i = 0; i < groups->count; i++)
        call_problem_code(groups->parked[i], PROBLEM_BUSY);
    user_groups_close(groups->users);
    if (groups->event_fd >= 0)
        close(groups->event_fd);
    free(groups);
}

/* A provider's user, of whom the token says no group at all. */
static bool says_none(const struct token_claims *claims)
{
    bool provider = false;
    struct view rest = view_of(claims->authorities);
    while (rest.ptr != NULL && rest.len > 0) {
        struct view line = view_cut(&rest, '\n');
        if (view_starts(line, VIEW("INT_")))
            return false;
        provider = provider || view_eq(line, VIEW("ROLE_CRS_PROVIDER"));
    }
    return provider && strcmp(claims->auth_source, "auth") == 0 && claims->user_id[0] != '\0';
}

static void add(const char *codes, struct token_claims *claims)
{
    size_t used = strlen(claims->authorities), more = strlen(codes);
    if (used + more >= sizeof(claims->authorities)) {
        log_line(LEVEL_WARN, "gateway.groups-too-many"); /* then none */
        return;
    }
    memcpy(claims->authorities + used, codes, more + 1);
}

bool groups_complete(struct groups *groups, struct call *call, struct token_claims *claims)
{
    char codes[USER_GROUPS_TEXT_MAX];
    call->parked = false;
    if (groups == NULL || !says_none(claims))
        return true;
    switch (user_groups_find(groups->users, view_of(claims->user_id), codes)) {
    case USER_GROUPS_KNOWN:
        add(codes, claims);
        return true;
    case USER_GROUPS_FAILED:
        return true;
    case USER_GROUPS_ASKED:
        break;
    }
    int64_t now = clock_monotonic();
    if (call->patient_until_us == 0)
        call->patient_until_us = now + WAIT_US;
    if (now >= call->patient_until_us || groups->count == PARKED_MAX)
        return true;
    call->parked = true;
    groups->parked[groups->count++] = call;
    return false;
}

static bool any_is_due(const struct groups *groups, int64_t now_us)
{
    for (size_t i = 0; i < groups->count; i++)
        if (groups->parked[i]->patient_until_us <= now_us)
            return true;
    return false;
}

void groups_step(struct groups *groups, int64_t now_us)
{
    uint64_t number;
    if (groups == NULL)
        return;
    bool came = read(groups->event_fd, &number, sizeof(number)) == sizeof(number);
    if (groups->count == 0 || (!came && !any_is_due(groups, now_us)))
        return;
    /* Those whose answer is still on its way come back into the list. */
    static struct call *again[PARKED_MAX];
    size_t count = groups->count;
    memcpy(again, groups->parked, count * sizeof(struct call *));
    groups->count = 0;
    for (size_t i = 0; i < count; i++)
        gateway_handle(again[i]);
}

void groups_tick(struct groups *groups)
{
    int64_t failed = 0;
    if (groups == NULL)
        return;
    res_t res = user_groups_trouble(groups->users, &failed);
    log_res(res, LOG_INT("failed", failed));
    measure_groups_failed(failed);
}
