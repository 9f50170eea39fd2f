#include "http/user_groups.h"

#include "base/buf.h"
#include "base/clock.h"
#include "http/client.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES = 4096, /* users that are remembered; a newer one takes the place of an older one */
    ASKED_MAX = 256,
    ID_MAX = 64,
    KEEP_S = 300,
    RETRY_S = 10,
    TIMEOUT_MS = 2000,
    REPLY_MAX = 256 * 1024,
    TOKEN_MAX = 8192,
    TOKEN_LEAST_S = 60, /* a token that holds less long is had anew */
};

struct entry {
    char id[ID_MAX + 1]; /* "": free */
    enum user_groups_state state;
    int64_t until_us;
    char *codes; /* NULL: none */
};

struct user_groups {
    struct user_groups_conf conf;
    struct http_client *client;
    char *token; /* the thread's alone, like the next */
    int64_t token_until_us;
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t wake;
    struct entry entries[ENTRIES];
    char asked[ASKED_MAX][ID_MAX + 1]; /* a ring */
    size_t asked_first, asked_count;
    res_t trouble;
    int64_t failures; /* not told yet */
    bool stop;
};

/* --- asking: the thread, without the lock ------------------------------------------------------*/

static json_t *json_of(const struct http_reply *reply)
{
    return json_loadb(reply->body.ptr, reply->body.len, JSON_REJECT_DUPLICATES, NULL);
}

static res_t token_take(struct user_groups *groups, const struct http_reply *reply)
{
    json_t *json = json_of(reply);
    const char *token = json_string_value(json_object_get(json, "access_token"));
    json_int_t holds_s = json_integer_value(json_object_get(json, "expires_in"));
    bool fine = token != NULL && strlen(token) < TOKEN_MAX && strpbrk(token, "\r\n") == NULL;
    free(TAKE(groups->token));
    if (fine)
        groups->token = strdup(token);
    holds_s = holds_s > TOKEN_LEAST_S ? holds_s - TOKEN_LEAST_S : 0;
    holds_s = holds_s < 86400 ? holds_s : 86400;
    groups->token_until_us = clock_monotonic() + holds_s * TIME_US_PER_S;
    json_decref(json);
    return groups->token != NULL ? RES_DONE : RETRY("groups: what was answered is no token");
}

static res_t token_get(struct user_groups *groups, struct arena *arena)
{
    static const struct http_pair headers[] = {
        {{"Content-Type", 12}, {"application/x-www-form-urlencoded", 33}}};
    struct http_reply reply;
    if (groups->conf.token_url[0] == '\0' ||
        (groups->token != NULL && clock_monotonic() < groups->token_until_us))
        return RES_DONE;
    const struct http_call call = {.method = "POST",
        .url = groups->conf.token_url,
        .headers = {headers, 1},
        .body = VIEW("grant_type=client_credentials"),
        .user = groups->conf.client,
        .password = groups->conf.secret,
        .timeout_ms = groups->conf.timeout_ms,
        .reply_max = REPLY_MAX};
    TRY(http_client_call(groups->client, &call, arena, &reply));
    if (reply.status != 200)
        return RETRY("groups: no token is given for asking");
    return token_take(groups, &reply);
}

/* False: no list of groups, or more than we keep. */
static bool codes_of(json_t *list, struct buf *ret)
{
    size_t i;
    json_t *item;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, item)
    {
        json_t *code = json_object_get(item, "groupCode");
        struct view text = {json_string_value(code), json_string_length(code)};
        if (!json_is_string(code))
            return false;
        if (!view_starts(text, VIEW("INT_")) || view_find(text, '\n') != text.len)
            continue;
        buf_view(ret, text);
        buf_byte(ret, '\n');
    }
    buf_byte(ret, '\0');
    return !ret->failed;
}

static res_t groups_take(const struct http_reply *reply, struct buf *ret)
{
    if (reply->status == 404) /* nobody of that id */
        return RES_DONE;
    if (reply->status != 200)
        return RETRY("groups: their address does not answer with 200");
    json_t *json = json_of(reply);
    bool fine = codes_of(json, ret);
    json_decref(json);
    return fine ? RES_DONE : RETRY("groups: what their address answers is no list of groups");
}

static res_t ask(struct user_groups *groups, const char *id, struct buf *ret)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(4 * REPLY_MAX);
    struct http_reply reply;
    struct http_pair header = {VIEW("Authorization"), VIEW_NONE};
    TRY(token_get(groups, arena));
    struct http_call call = {.method = "GET",
        .url = arena_printf(arena, "%s/externalusers/%s/groups", groups->conf.url, id).ptr,
        .timeout_ms = groups->conf.timeout_ms,
        .reply_max = REPLY_MAX};
    if (groups->token != NULL) {
        header.value = arena_printf(arena, "Bearer %s", groups->token);
        call.headers = (struct http_pairs){&header, 1};
    }
    if (call.url == NULL)
        return RETRY("groups: no memory");
    TRY(http_client_call(groups->client, &call, arena, &reply));
    if (reply.status == 401)
        free(TAKE(groups->token)); /* had anew next time */
    return groups_take(&reply, ret);
}

/* --- what is known -----------------------------------------------------------------------------*/

/* The lock is held, here and below. */
static struct entry *entry_of(struct user_groups *groups, const char *id)
{
    uint64_t hash = UINT64_C(1469598103934665603);
    for (const char *at = id; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * UINT64_C(1099511628211);
    return &groups->entries[hash % ENTRIES];
}

static void note(struct user_groups *groups, const char *id, res_t res, struct buf *codes)
{
    struct entry *entry = entry_of(groups, id);
    free(TAKE(entry->codes));
    snprintf(entry->id, sizeof(entry->id), "%s", id);
    bool known = res.act == RES_OK;
    entry->state = known ? USER_GROUPS_KNOWN : USER_GROUPS_FAILED;
    entry->until_us = clock_monotonic() + (known ? groups->conf.keep_us : groups->conf.retry_us);
    if (known) {
        entry->codes = TAKE(codes->ptr);
        return;
    }
    groups->trouble = res;
    groups->trouble.act = RES_RETRY;
    groups->failures++;
}

static void *asker(void *owner)
{
    struct user_groups *groups = owner;
    pthread_mutex_lock(&groups->lock);
    while (!groups->stop) {
        if (groups->asked_count == 0) {
            pthread_cond_wait(&groups->wake, &groups->lock);
            continue;
        }
        char id[ID_MAX + 1];
        memcpy(id, groups->asked[groups->asked_first], sizeof(id));
        pthread_mutex_unlock(&groups->lock);
        struct buf codes = {.limit = USER_GROUPS_TEXT_MAX};
        res_t res = ask(groups, id, &codes);
        pthread_mutex_lock(&groups->lock);
        groups->asked_first = (groups->asked_first + 1) % ASKED_MAX;
        groups->asked_count--;
        note(groups, id, res, &codes);
        buf_done(&codes);
        groups->conf.came(groups->conf.owner);
    }
    pthread_mutex_unlock(&groups->lock);
    return NULL;
}

static enum user_groups_state want(struct user_groups *groups, const char *id)
{
    for (size_t i = 0; i < groups->asked_count; i++)
        if (strcmp(groups->asked[(groups->asked_first + i) % ASKED_MAX], id) == 0)
            return USER_GROUPS_ASKED;
    if (groups->asked_count == ASKED_MAX)
        return USER_GROUPS_FAILED;
    size_t at = (groups->asked_first + groups->asked_count++) % ASKED_MAX;
    memcpy(groups->asked[at], id, strlen(id) + 1);
    pthread_cond_signal(&groups->wake);
    return USER_GROUPS_ASKED;
}

static bool id_of(struct view text, char ret[static ID_MAX + 1])
{
    static const char letters[] = "0123456789-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (text.len == 0 || text.len > ID_MAX)
        return false;
    snprintf(ret, ID_MAX + 1, "%.*s", VIEW_ARG(text));
    return strspn(ret, letters) == text.len;
}

enum user_groups_state user_groups_find(
    struct user_groups *groups, struct view user_id, char ret[static USER_GROUPS_TEXT_MAX])
{
    char id[ID_MAX + 1];
    if (!id_of(user_id, id))
        return USER_GROUPS_FAILED;
    pthread_mutex_lock(&groups->lock);
    const struct entry *entry = entry_of(groups, id);
    enum user_groups_state state;
    if (strcmp(entry->id, id) == 0 && clock_monotonic() < entry->until_us) {
        state = entry->state;
        snprintf(ret, USER_GROUPS_TEXT_MAX, "%s", entry->codes == NULL ? "" : entry->codes);
    } else {
        state = want(groups, id);
    }
    pthread_mutex_unlock(&groups->lock);
    return state;
}

res_t user_groups_trouble(struct user_groups *groups, int64_t *ret_failed)
{
    pthread_mutex_lock(&groups->lock);
    res_t trouble = groups->trouble;
    *ret_failed = groups->failures;
    groups->trouble = RES_DONE;
    groups->failures = 0;
    pthread_mutex_unlock(&groups->lock);
    return trouble;
}

/* --- open and close ----------------------------------------------------------------------------*/

res_t user_groups_open(const struct user_groups_conf *conf, struct user_groups **ret)
{
    const char *token_url = conf->token_url == NULL ? "" : conf->token_url;
    if (!http_client_safe(conf->url) || (token_url[0] != '\0' && !http_client_safe(token_url)))
        return FATAL("groups: they are asked for over https, or of this machine");
    struct user_groups *groups = calloc(1, sizeof(*groups));
    if (groups == NULL)
        return FATAL("groups: no memory");
    groups->conf = *conf;
    groups->conf.token_url = token_url;
    groups->conf.keep_us = conf->keep_us > 0 ? conf->keep_us : KEEP_S * TIME_US_PER_S;
    groups->conf.retry_us = conf->retry_us > 0 ? conf->retry_us : RETRY_S * TIME_US_PER_S;
    groups->conf.timeout_ms = conf->timeout_ms > 0 ? conf->timeout_ms : TIMEOUT_MS;
    pthread_mutex_init(&groups->lock, NULL);
    pthread_cond_init(&groups->wake, NULL);
    res_t res = http_client_open(&groups->client);
    if (res.act == RES_OK && pthread_create(&groups->thread, NULL, asker, groups) != 0)
        res = FATAL("groups: no thread to ask for them");
    if (res.act != RES_OK) {
        http_client_close(groups->client);
        free(groups);
        return res;
    }
    *ret = groups;
    return RES_DONE;
}

void user_groups_close(struct user_groups *groups)
{
    if (groups == NULL)
        return;
    pthread_mutex_lock(&groups->lock);
    groups->stop = true;
    pthread_cond_signal(&groups->wake);
    pthread_mutex_unlock(&groups->lock);
    pthread_join(groups->thread, NULL);
    pthread_cond_destroy(&groups->wake);
    pthread_mutex_destroy(&groups->lock);
    http_client_close(groups->client);
    for (size_t i = 0; i < ENTRIES; i++)
        free(groups->entries[i].codes);
    free(groups->token);
    free(groups);
}
