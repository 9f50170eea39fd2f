#include "http/verify_keys.h"

#include "base/clock.h"
#include "http/client.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    KEYS_MAX = 64,
    KEYS_BYTES_MAX = 256 * 1024,
    FETCH_MS = 3000, /* closing may have to wait so long */
    REFRESH_S = 300,
    REFETCH_S = 10,
};

struct verify_keys {
    jwks_t *now; /* the caller's thread alone; NULL: none yet */
    char *url;   /* NULL: a file's, for good */
    struct http_client *client;
    int64_t refresh_us, refetch_us;
    pthread_t fetcher;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t wake;
    jwks_t *fresh; /* fetched, not taken yet */
    res_t trouble;
    int64_t fetched_us; /* monotonic, when the last fetch began; 0: none did */
    bool wanted, fetching, stop;
};

jwa_alg verify_key_alg(jwk_t *key)
{
    unsigned int bits = 0;
    int type = r_jwk_key_type(key, &bits, R_FLAG_IGNORE_REMOTE);
    if ((type & R_KEY_TYPE_RSA) != 0 && bits >= 2048)
        return R_JWA_ALG_RS256;
    if ((type & R_KEY_TYPE_EC) != 0 && bits == 256)
        return R_JWA_ALG_ES256;
    return R_JWA_ALG_UNKNOWN;
}

/* Public, of a kind that we take, with a name, and not meant for something else. */
static bool usable(jwk_t *key)
{
    int type = r_jwk_key_type(key, NULL, R_FLAG_IGNORE_REMOTE);
    const char *use = r_jwk_get_property_str(key, "use");
    const char *alg = r_jwk_get_property_str(key, "alg");
    jwa_alg ours = verify_key_alg(key);
    return (type & R_KEY_TYPE_PUBLIC) != 0 && ours != R_JWA_ALG_UNKNOWN &&
           r_jwk_get_property_str(key, "kid") != NULL && (use == NULL || strcmp(use, "sig") == 0) &&
           (alg == NULL || r_str_to_jwa_alg(alg) == ours);
}

static void key_add(jwks_t *good, json_t *json)
{
    jwk_t *key = NULL;
    if (r_jwk_init(&key) == RHN_OK && r_jwk_import_from_json_t(key, json) == RHN_OK && usable(key))
        (void)r_jwks_append_jwk(good, key);
    r_jwk_free(key);
}

/* Those of the set that are usable, or NULL; *ret_all: every one was. Each is read by itself: a
 * kind that nobody here knows hides none of the others (RFC 7517 section 5). */
static jwks_t *keys_of(json_t *json, bool *ret_all)
{
    jwks_t *good = NULL;
    json_t *all = json_object_get(json, "keys");
    *ret_all = false;
    if (r_jwks_init(&good) != RHN_OK)
        return NULL;
    for (size_t i = 0; i < json_array_size(all) && i < KEYS_MAX; i++)
        key_add(good, json_array_get(all, i));
    size_t count = r_jwks_size(good);
    *ret_all = count > 0 && count == json_array_size(all);
    if (count > 0)
        return good;
    r_jwks_free(good);
    return NULL;
}

static res_t keys_read(const char *path, jwks_t **ret)
{
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL)
        return FATAL("token: the JWKS file cannot be read");
    bool all;
    jwks_t *keys = keys_of(json, &all);
    json_decref(json);
    if (!all) {
        r_jwks_free(keys);
        return FATAL("token: the JWKS file must hold public RSA or P-256 keys, each with its kid");
    }
    *ret = keys;
    return RES_DONE;
}

/* What is of another kind in somebody else's set is not for us. */
static res_t keys_fetch(struct verify_keys *keys, jwks_t **ret)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(2 * KEYS_BYTES_MAX);
    const struct http_call call = {
        .method = "GET", .url = keys->url, .timeout_ms = FETCH_MS, .reply_max = KEYS_BYTES_MAX};
    struct http_reply reply;
    TRY(http_client_call(keys->client, &call, arena, &reply));
    if (reply.status != 200)
        return RETRY("token: the address of the keys does not answer with 200");
    json_t *json = json_loadb(reply.body.ptr, reply.body.len, JSON_REJECT_DUPLICATES, NULL);
    bool all;
    jwks_t *got = keys_of(json, &all);
    json_decref(json);
    if (got == NULL)
        return RETRY("token: what the address of the keys answers holds no usable key");
    *ret = got;
    return RES_DONE;
}

static struct timespec after(int64_t us)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t nanos = at.tv_nsec + us % TIME_US_PER_S * 1000;
    at.tv_sec += us / TIME_US_PER_S + nanos / 1000000000;
    at.tv_nsec = nanos % 1000000000;
    return at;
}

/* The lock is held, but for the fetch. False: it failed. */
static bool fetch(struct verify_keys *keys)
{
    jwks_t *got = NULL;
    keys->wanted = false;
    keys->fetching = true;
    keys->fetched_us = clock_monotonic();
    pthread_mutex_unlock(&keys->lock);
    res_t res = keys_fetch(keys, &got);
    pthread_mutex_lock(&keys->lock);
    keys->fetching = false;
    if (res.act != RES_OK) {
        keys->trouble = res;
        return false;
    }
    r_jwks_free(keys->fresh);
    keys->fresh = got;
    return true;
}

static void *fetcher(void *owner)
{
    struct verify_keys *keys = owner;
    pthread_mutex_lock(&keys->lock);
    while (!keys->stop) {
        /* After a failure again as soon as anybody may ask. */
        struct timespec until = after(fetch(keys) ? keys->refresh_us : keys->refetch_us);
        int waited = 0;
        while (!keys->stop && !keys->wanted && waited == 0)
            waited = pthread_cond_timedwait(&keys->wake, &keys->lock, &until);
    }
    pthread_mutex_unlock(&keys->lock);
    return NULL;
}

static bool is_address(const char *where)
{
    return strstr(where, "://") != NULL;
}

static res_t fetcher_start(const struct token_conf *conf, struct verify_keys *keys)
{
    pthread_condattr_t monotonic;
    /* Keys that somebody on the way could change would open everything. */
    if (!http_client_safe(conf->jwks))
        return FATAL("token: keys are fetched over https, or from this machine");
    TRY(http_client_open(&keys->client));
    keys->url = strdup(conf->jwks);
    keys->refresh_us = conf->refresh_us > 0 ? conf->refresh_us : REFRESH_S * TIME_US_PER_S;
    keys->refetch_us = conf->refetch_us > 0 ? conf->refetch_us : REFETCH_S * TIME_US_PER_S;
    pthread_mutex_init(&keys->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&keys->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (keys->url != NULL && pthread_create(&keys->fetcher, NULL, fetcher, keys) == 0)
        return RES_DONE;
    free(TAKE(keys->url));
    return FATAL("token: no thread to fetch keys");
}

res_t verify_keys_open(const struct token_conf *conf, struct verify_keys **ret)
{
    struct verify_keys *keys = calloc(1, sizeof(*keys));
    if (keys == NULL)
        return FATAL("token: no memory");
    res_t res =
        is_address(conf->jwks) ? fetcher_start(conf, keys) : keys_read(conf->jwks, &keys->now);
    if (res.act != RES_OK) {
        verify_keys_close(keys);
        return res;
    }
    *ret = keys;
    return RES_DONE;
}

void verify_keys_close(struct verify_keys *keys)
{
    if (keys == NULL)
        return;
    if (keys->url != NULL) {
        pthread_mutex_lock(&keys->lock);
        keys->stop = true;
        pthread_cond_signal(&keys->wake);
        pthread_mutex_unlock(&keys->lock);
        pthread_join(keys->fetcher, NULL);
        pthread_cond_destroy(&keys->wake);
        pthread_mutex_destroy(&keys->lock);
    }
    http_client_close(keys->client);
    r_jwks_free(keys->fresh);
    r_jwks_free(keys->now);
    free(keys->url);
    free(keys);
}

/* Asks for a fetch, unless one was a moment ago: made-up names must not make us ask for ever. */
static bool want(struct verify_keys *keys)
{
    if (keys->url == NULL)
        return false;
    pthread_mutex_lock(&keys->lock);
    bool may =
        keys->fetching || keys->wanted || clock_monotonic() - keys->fetched_us >= keys->refetch_us;
    if (may && !keys->fetching) {
        keys->wanted = true;
        pthread_cond_signal(&keys->wake);
    }
    pthread_mutex_unlock(&keys->lock);
    return may;
}

jwk_t *verify_keys_find(struct verify_keys *keys, const char *kid, bool *ret_away)
{
    jwk_t *key = keys->now != NULL && kid != NULL ? r_jwks_get_by_kid(keys->now, kid) : NULL;
    *ret_away = false;
    if (key == NULL && kid != NULL)
        *ret_away = want(keys) || keys->now == NULL;
    return key;
}

bool verify_keys_renew(struct verify_keys *keys)
{
    if (keys->url == NULL)
        return false;
    pthread_mutex_lock(&keys->lock);
    jwks_t *fresh = TAKE(keys->fresh);
    pthread_mutex_unlock(&keys->lock);
    if (fresh == NULL)
        return false;
    bool same = keys->now != NULL && r_jwks_equal(keys->now, fresh) != 0;
    r_jwks_free(keys->now);
    keys->now = fresh;
    return !same;
}

res_t verify_keys_trouble(struct verify_keys *keys)
{
    if (keys->url == NULL)
        return RES_DONE;
    pthread_mutex_lock(&keys->lock);
    res_t trouble = keys->trouble;
    keys->trouble = RES_DONE;
    pthread_mutex_unlock(&keys->lock);
    return trouble;
}
