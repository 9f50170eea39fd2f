/* Tokens verified while another thread fetches their keys again and again from an address that
 * changes them, fails, and is away. */
#include "base/clock.h"
#include "common/http/owned_server.h"
#include "http/token.h"
#include "threads.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW (INT64_C(1795000000) * TIME_US_PER_S)
enum { ANSWERS = 60 };

static struct {
    struct http_server *server;
    atomic_int answers;
    atomic_bool stop;
    char text[4096];
} provider;

/* Good keys, then a failure, then keys that are none, and so on. */
static void *serve(void *unused)
{
    (void)unused;
    while (!atomic_load(&provider.stop)) {
        struct pollfd waiting = {.fd = http_server_fd(provider.server), .events = POLLIN};
        (void)poll(&waiting, 1, 20);
        struct http_request *request;
        while ((request = http_server_next(provider.server)) != NULL) {
            int n = atomic_fetch_add(&provider.answers, 1);
            http_answer(request, &(struct http_answer){.status = n % 3 == 1 ? 503 : 200,
                                     .body = n % 3 == 2 ? VIEW("{}") : view_of(provider.text)});
        }
    }
    http_server_close(provider.server);
    return NULL;
}

static void keys_read(const char *path)
{
    FILE *file = fopen(path, "r");
    MUST(file != NULL);
    size_t len = fread(provider.text, 1, sizeof provider.text - 1, file);
    provider.text[len] = '\0';
    fclose(file);
}

static struct view minted(const char *private_path, struct arena *arena)
{
    static const struct token_claims claims = {.user = "JBELL", .client = "c", .kind = "provider"};
    const struct token_mint mint = {.private_path = private_path,
        .issuer = "https://issuer",
        .audience = "broker",
        .issued_us = NOW,
        .valid_s = 600,
        .claims = &claims};
    struct view token;
    OK_OR_DIE(token_mint(&mint, arena, &token));
    return token;
}

/* Until the fetcher has asked so often and the token was good now and then. */
static void verify_on(struct token_verifier *verifier, struct view token)
{
    struct token_claims got;
    size_t good = 0;
    int64_t give_up = clock_monotonic() + 60 * TIME_US_PER_S;
    while ((good < ANSWERS || atomic_load(&provider.answers) < ANSWERS) &&
           clock_monotonic() < give_up) {
        good += token_verify(verifier, token, NOW, &got) == TOKEN_OK;
        MUST(token_verify(verifier, VIEW("e30.e30.e30"), NOW, &got) != TOKEN_OK);
        (void)!token_verifier_trouble(verifier).act;
    }
    MUST(good >= ANSWERS && atomic_load(&provider.answers) >= ANSWERS);
}

void threads_keys(void)
{
    char folder[] = "/tmp/threads-XXXXXX", private_path[64], jwks_path[64], url[64];
    struct token_verifier *verifier = NULL;
    pthread_t thread;
    MUST(mkdtemp(folder) != NULL);
    snprintf(private_path, sizeof private_path, "%s/private", folder);
    snprintf(jwks_path, sizeof jwks_path, "%s/jwks", folder);
    OK_OR_DIE(token_keys_create(&(struct token_files){private_path, jwks_path, false}));
    keys_read(jwks_path);
    struct arena *arena = arena_new(1 << 16);
    struct view token = minted(private_path, arena);
    OK_OR_DIE(http_server_open(&(struct http_server_conf){0}, &provider.server));
    snprintf(url, sizeof url, "http://127.0.0.1:%u/jwks", http_server_port(provider.server));
    MUST(pthread_create(&thread, NULL, serve, NULL) == 0);
    const struct token_conf conf = {.jwks = url,
        .refresh_us = 1000,
        .refetch_us = 1000,
        .issuer = "https://issuer",
        .audience = "broker"};
    OK_OR_DIE(token_verifier_open(&conf, &verifier));
    verify_on(verifier, token);
    atomic_store(&provider.stop, true);
    pthread_join(thread, NULL);
    token_verifier_close(verifier);
    arena_free(arena);
    unlink(private_path);
    unlink(jwks_path);
    rmdir(folder);
}
