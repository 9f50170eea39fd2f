/* Keys from an address: a server of our own in a thread stands for the identity provider. */
#include "base/clock.h"
#include "http/server.h"
#include "http/token.h"

#include <criterion/criterion.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW (INT64_C(1795000000) * TIME_US_PER_S)

static struct provider {
    struct http_server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    char keys[8192]; /* what it answers */
    int status;
    atomic_int asked;
    atomic_bool stop;
    char url[64];
} provider = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *serve(void *unused)
{
    (void)unused;
    while (!atomic_load(&provider.stop)) {
        struct pollfd waiting = {.fd = http_server_fd(provider.server), .events = POLLIN};
        (void)poll(&waiting, 1, 20);
        struct http_request *request;
        while ((request = http_server_next(provider.server)) != NULL) {
            pthread_mutex_lock(&provider.lock);
            http_answer(request,
                &(struct http_answer){.status = provider.status, .body = view_of(provider.keys)});
            pthread_mutex_unlock(&provider.lock);
            atomic_fetch_add(&provider.asked, 1);
        }
    }
    http_server_close(provider.server);
    return NULL;
}

static void provider_start(uint16_t port)
{
    cr_assert_eq(
        http_server_open(&(struct http_server_conf){.port = port}, &provider.server).act, RES_OK);
    snprintf(provider.url, sizeof(provider.url), "http://127.0.0.1:%u/jwks",
        http_server_port(provider.server));
    atomic_store(&provider.stop, false);
    cr_assert_eq(pthread_create(&provider.thread, NULL, serve, NULL), 0);
}

static void provider_stop(void)
{
    atomic_store(&provider.stop, true);
    pthread_join(provider.thread, NULL);
}

static void answers(int status, const char *keys)
{
    pthread_mutex_lock(&provider.lock);
    provider.status = status;
    snprintf(provider.keys, sizeof(provider.keys), "%s", keys);
    pthread_mutex_unlock(&provider.lock);
}

static struct arena *arena;
static char folder[64];
static struct pair {
    char private_path[128], jwks_path[128];
    char keys[4096];
} one, two;

static void pair_make(struct pair *pair, const char *name)
{
    snprintf(pair->private_path, sizeof(pair->private_path), "%s/%s.jwk", folder, name);
    snprintf(pair->jwks_path, sizeof(pair->jwks_path), "%s/%s.json", folder, name);
    const struct token_files files = {pair->private_path, pair->jwks_path, false};
    cr_assert_eq(token_keys_create(&files).act, RES_OK);
    FILE *file = fopen(pair->jwks_path, "r");
    pair->keys[fread(pair->keys, 1, sizeof(pair->keys) - 1, file)] = '\0';
    fclose(file);
}

static void set_up(void)
{
    snprintf(folder, sizeof(folder), "/tmp/token-keys-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    arena = arena_new(1 << 20);
    pair_make(&one, "one");
    pair_make(&two, "two");
    answers(200, one.keys);
    provider_start(0);
}

static void tear_down(void)
{
    const char *const files[] = {one.private_path, one.jwks_path, two.private_path, two.jwks_path};
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        unlink(files[i]);
    rmdir(folder);
    arena_free(arena);
}
TestSuite(http_verify_keys, .init = set_up, .fini = tear_down, .timeout = 60);

static struct token_verifier *verifier_open(int64_t refresh_us, int64_t refetch_us)
{
    struct token_verifier *verifier = NULL;
    const struct token_conf conf = {.jwks = provider.url,
        .refresh_us = refresh_us,
        .refetch_us = refetch_us,
        .issuer = "https://issuer",
        .audience = "broker"};
    cr_assert_eq(token_verifier_open(&conf, &verifier).act, RES_OK);
    return verifier;
}

static struct view mint(const struct pair *pair)
{
    static const struct token_claims claims = {
        .user = "JBELL", .client = "provider-system", .kind = "provider"};
    const struct token_mint how = {.private_path = pair->private_path,
        .issuer = "https://issuer",
        .audience = "broker",
        .issued_us = NOW,
        .valid_s = 600,
        .claims = &claims};
    struct view token;
    cr_assert_eq(token_mint(&how, arena, &token).act, RES_OK);
    return token;
}

static enum token_fault verify(struct token_verifier *verifier, struct view token)
{
    struct token_claims claims;
    return token_verify(verifier, token, NOW, &claims);
}

/* Asks until it is the fault that is waited for. */
static void becomes(struct token_verifier *verifier, struct view token, enum token_fault fault)
{
    enum token_fault got = verify(verifier, token);
    for (int i = 0; i < 2000 && got != fault; i++) {
        usleep(5000);
        got = verify(verifier, token);
    }
    cr_assert_eq(got, fault, "it stays %d", (int)got);
}

Test(http_verify_keys, are_fetched_without_anybody_waiting)
{
    struct token_verifier *verifier = verifier_open(0, 0);
    struct view token = mint(&one);
    enum token_fault first = verify(verifier, token);
    cr_assert(first == TOKEN_KEYS_AWAY || first == TOKEN_OK, "%d", (int)first);
    becomes(verifier, token, TOKEN_OK);
    cr_assert_eq(atomic_load(&provider.asked), 1);
    token_verifier_close(verifier);
    provider_stop();
}

Test(http_verify_keys, are_fetched_again_when_a_token_names_a_new_one)
{
    struct token_verifier *verifier = verifier_open(0, 1);
    becomes(verifier, mint(&one), TOKEN_OK);
    answers(200, two.keys);
    struct view token = mint(&two);
    cr_assert_eq(verify(verifier, token), TOKEN_KEYS_AWAY, "asked for, not refused");
    becomes(verifier, token, TOKEN_OK);
    cr_assert_neq(verify(verifier, mint(&one)), TOKEN_OK, "the old key is gone");
    token_verifier_close(verifier);
    provider_stop();
}

Test(http_verify_keys, that_are_withdrawn_take_the_tokens_with_them_that_were_verified_before)
{
    struct token_verifier *verifier = verifier_open(20000, 1);
    struct view token = mint(&one);
    becomes(verifier, token, TOKEN_OK);
    cr_assert_eq(verify(verifier, token), TOKEN_OK, "from the cache");
    answers(200, two.keys);
    becomes(verifier, mint(&two), TOKEN_OK);
    cr_assert_neq(verify(verifier, token), TOKEN_OK);
    token_verifier_close(verifier);
    provider_stop();
}

Test(http_verify_keys, are_not_fetched_for_every_name_that_somebody_makes_up)
{
    struct token_verifier *verifier = verifier_open(0, 60 * TIME_US_PER_S);
    becomes(verifier, mint(&one), TOKEN_OK);
    struct view made_up = mint(&two);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(verify(verifier, made_up), TOKEN_UNKNOWN_KEY);
    cr_assert_eq(verify(verifier, mint(&one)), TOKEN_OK);
    cr_assert_eq(atomic_load(&provider.asked), 1);
    token_verifier_close(verifier);
    provider_stop();
}

Test(http_verify_keys, stay_when_their_address_answers_nonsense)
{
    static const char *const nonsense[] = {"", "hello", "[]", "{}", "{\"keys\":[]}",
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"x\",\"k\":\"AAAA\"}]}", "{\"keys\":7}"};
    struct token_verifier *verifier = verifier_open(1000, 1000);
    struct view token = mint(&one);
    becomes(verifier, token, TOKEN_OK);
    for (size_t i = 0; i < ARRAY_LEN(nonsense) + 1; i++) {
        answers(i == 0 ? 500 : 200, i == 0 ? two.keys : nonsense[i - 1]);
        int before = atomic_load(&provider.asked);
        for (int k = 0; k < 2000 && atomic_load(&provider.asked) < before + 3; k++)
            usleep(5000);
        cr_assert_geq(atomic_load(&provider.asked), before + 3, "it goes on asking");
        cr_expect_eq(verify(verifier, token), TOKEN_OK, "row %zu", i);
        res_t trouble = token_verifier_trouble(verifier);
        cr_expect_eq(trouble.act, RES_RETRY, "row %zu: and says why", i);
    }
    token_verifier_close(verifier);
    provider_stop();
}

Test(http_verify_keys, come_once_a_provider_that_was_away_is_there)
{
    uint16_t port = http_server_port(provider.server);
    provider_stop();
    struct token_verifier *verifier = verifier_open(0, 20000);
    struct view token = mint(&one);
    for (int i = 0; i < 2000 && token_verifier_trouble(verifier).act == RES_OK; i++)
        usleep(5000);
    cr_assert_eq(verify(verifier, token), TOKEN_KEYS_AWAY);
    provider_start(port);
    becomes(verifier, token, TOKEN_OK);
    token_verifier_close(verifier);
    provider_stop();
}

Test(http_verify_keys, of_a_kind_that_we_do_not_take_are_passed_over)
{
    struct token_verifier *verifier = verifier_open(0, 0);
    char mixed[8192];
    const char *first = strchr(one.keys, '[');
    snprintf(mixed, sizeof(mixed), "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"x\",\"k\":\"AAAA\"},%s",
        first + 1);
    answers(200, mixed);
    token_verifier_close(verifier);
    verifier = verifier_open(0, 0);
    becomes(verifier, mint(&one), TOKEN_OK);
    token_verifier_close(verifier);
    provider_stop();
}

Test(http_verify_keys, come_over_https_or_from_this_machine)
{
    static const char *const bad[] = {"http://auth.example/jwks", "http://localhost.example/jwks",
        "http://127.0.0.1.example/jwks", "http://localhost:80@auth.example/jwks",
        "https://user@auth.example/jwks", "ftp://127.0.0.1/jwks", "HTTP://127.0.0.1/jwks",
        "file:///etc/passwd"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct token_verifier *verifier = NULL;
        const struct token_conf conf = {.jwks = bad[i], .issuer = "i", .audience = "a"};
        cr_expect_eq(token_verifier_open(&conf, &verifier).act, RES_FATAL, "%s", bad[i]);
    }
    provider_stop();
}

Test(http_verify_keys, a_key_of_a_kind_that_nobody_knows_hides_none_of_the_others)
{
    char keys[8192];
    snprintf(keys, sizeof(keys),
        "{\"keys\":[{\"kty\":\"AKP\",\"kid\":\"new\",\"alg\":\"ML-DSA-44\","
        "\"pub\":\"AAAA\"},%s",
        strchr(one.keys, '[') + 1);
    answers(200, keys);
    struct token_verifier *verifier = verifier_open(0, 0);
    becomes(verifier, mint(&one), TOKEN_OK);
    token_verifier_close(verifier);
    provider_stop();
}
