/* Sealing a risk summary and opening it again, against OpenSSL doing the same AES-256-GCM on the
 * same texts; and what a bearer token costs: looked at again, and for the first time. */
#include "bench.h"

#include "base/clock.h"
#include "event/event.h"
#include "http/token.h"
#include "seal/seal.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 101, TIMES = 500, FIELDS = 6, TEXT = 180, NONCE = 12, TAG = 16 };

static const char *const paths[FIELDS] = {
    "/whoIsAtRisk", "/nature", "/imminence", "/increases", "/decreases", "/staffSafety"};

struct place {
    struct risk_shared record;
    struct view plain, sealed[FIELDS];
    struct person_keys keys;
    struct uuid id;
    struct arena *arena;
};

/* What a practitioner writes: some sentences to each heading. */
static void place_init(struct place *place)
{
    static char text[TEXT];
    memset(text, 'a', sizeof(text));
    place->plain = (struct view){text, sizeof(text)};
    place->arena = arena_new((size_t)1 << 20);
    place->id = uuid_random();
    person_keys_new(uuid_random(), &place->keys);
}

/* The field, said to be there. */
static struct view *field_of(struct risk_shared *record, int i)
{
    struct view *const fields[FIELDS] = {&record->who_is_at_risk, &record->nature,
        &record->imminence, &record->increases, &record->decreases, &record->staff_safety};
    static const int bits[FIELDS] = {RISK_SHARED_WHO_IS_AT_RISK, RISK_SHARED_NATURE,
        RISK_SHARED_IMMINENCE, RISK_SHARED_INCREASES, RISK_SHARED_DECREASES,
        RISK_SHARED_STAFF_SAFETY};
    SET(record, bits[i]);
    return fields[i];
}

static void our_seal(struct place *place)
{
    struct risk_shared *record = &place->record;
    arena_clear(place->arena);
    *record = (struct risk_shared){.has = 0};
    for (int i = 0; i < FIELDS; i++)
        *field_of(record, i) = place->plain;
    bench_must(
        seal_record(&place->keys, place->id, &risk_shared_desc, record, place->arena), "sealing");
}

static void our_open(struct place *place)
{
    struct view plain;
    arena_clear(place->arena);
    for (int i = 0; i < FIELDS; i++) {
        struct seal_place at = {place->id, SEALED_RISK, view_of(paths[i])};
        bench_must(seal_open(&place->keys, at, place->sealed[i], place->arena, &plain), "opening");
    }
    MUST(view_eq(plain, place->plain));
}

/* The texts as they were sealed, kept beyond the arena of the round. */
static void keep_sealed(struct place *place)
{
    static char kept[FIELDS][TEXT + SEAL_OVERHEAD];
    our_seal(place);
    for (int i = 0; i < FIELDS; i++) {
        struct view sealed = *field_of(&place->record, i);
        MUST(sealed.len == sizeof(kept[i]));
        memcpy(kept[i], sealed.ptr, sealed.len);
        place->sealed[i] = (struct view){kept[i], sealed.len};
    }
}

/* --- OpenSSL alone -----------------------------------------------------------------------------*/

struct bare {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *ctx;
    uint8_t nonce[FIELDS][NONCE], tag[FIELDS][TAG], text[FIELDS][TEXT], plain[TEXT];
};

static void bare_start(struct bare *bare, const struct place *place, int i, int sealing)
{
    int len;
    const char *path = paths[i];
    MUST(EVP_CipherInit_ex2(
             bare->ctx, bare->cipher, place->keys.risk_key, bare->nonce[i], sealing, NULL) == 1);
    MUST(EVP_CipherUpdate(bare->ctx, NULL, &len, place->keys.person.b, 16) == 1);
    MUST(EVP_CipherUpdate(bare->ctx, NULL, &len, place->id.b, 16) == 1);
    MUST(EVP_CipherUpdate(bare->ctx, NULL, &len, (const uint8_t *)path, (int)strlen(path)) == 1);
}

static void bare_seal(struct bare *bare, const struct place *place)
{
    int len, rest;
    for (int i = 0; i < FIELDS; i++) {
        MUST(RAND_bytes(bare->nonce[i], NONCE) == 1);
        bare_start(bare, place, i, 1);
        MUST(EVP_CipherUpdate(bare->ctx, bare->text[i], &len, (const uint8_t *)place->plain.ptr,
                 (int)place->plain.len) == 1);
        MUST(EVP_CipherFinal_ex(bare->ctx, bare->text[i] + len, &rest) == 1);
        MUST(EVP_CIPHER_CTX_ctrl(bare->ctx, EVP_CTRL_AEAD_GET_TAG, TAG, bare->tag[i]) == 1);
    }
}

static void bare_unseal(struct bare *bare, const struct place *place)
{
    int len, rest;
    for (int i = 0; i < FIELDS; i++) {
        bare_start(bare, place, i, 0);
        MUST(EVP_CipherUpdate(bare->ctx, bare->plain, &len, bare->text[i], TEXT) == 1);
        MUST(EVP_CIPHER_CTX_ctrl(bare->ctx, EVP_CTRL_AEAD_SET_TAG, TAG, bare->tag[i]) == 1);
        MUST(EVP_CipherFinal_ex(bare->ctx, bare->plain + len, &rest) == 1);
    }
}

/* --- tokens ------------------------------------------------------------------------------------*/

struct tokens {
    char folder[32], private_path[64], jwks_path[64];
    struct token_verifier *verifier;
    struct view text[2]; /* in turns in a cache of one place: neither is ever there */
    EVP_PKEY *key;
    EVP_MD_CTX *ctx;
    uint8_t signature[512];
    size_t signature_len;
};

static void mint(struct tokens *tokens, struct arena *arena, int i)
{
    struct token_claims claims = {
        .user = "DPRICE", .client = "bench", .kind = "practitioner", .name = "Dana Price"};
    snprintf(claims.organisation, sizeof(claims.organisation), "NORTH_PDU%d", i);
    struct token_mint mint = {.private_path = tokens->private_path,
        .issuer = "bench",
        .audience = "bench",
        .issued_us = clock_now(),
        .valid_s = 3600,
        .claims = &claims};
    bench_must(token_mint(&mint, arena, &tokens->text[i]), "a token");
}

/* A key of the same kind: the same work. */
static void bare_sign(struct tokens *tokens, bool rsa)
{
    tokens->key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    tokens->ctx = EVP_MD_CTX_new();
    tokens->signature_len = sizeof(tokens->signature);
    MUST(tokens->key != NULL && tokens->ctx != NULL);
    MUST(EVP_DigestSignInit(tokens->ctx, NULL, EVP_sha256(), NULL, tokens->key) == 1);
    MUST(EVP_DigestSign(tokens->ctx, tokens->signature, &tokens->signature_len,
             (const uint8_t *)tokens->text[0].ptr, tokens->text[0].len) == 1);
}

static void tokens_init(struct tokens *tokens, struct arena *arena, bool rsa, uint32_t cache_max)
{
    *tokens = (struct tokens){.folder = "/tmp/bench-token.XXXXXX"};
    MUST(mkdtemp(tokens->folder) != NULL);
    snprintf(tokens->private_path, sizeof(tokens->private_path), "%s/token.jwk", tokens->folder);
    snprintf(tokens->jwks_path, sizeof(tokens->jwks_path), "%s/jwks.json", tokens->folder);
    struct token_files files = {tokens->private_path, tokens->jwks_path, rsa};
    bench_must(token_keys_create(&files), "token keys");
    struct token_conf conf = {
        .jwks = tokens->jwks_path, .issuer = "bench", .audience = "bench", .cache_max = cache_max};
    bench_must(token_verifier_open(&conf, &tokens->verifier), "the verifier");
    mint(tokens, arena, 0);
    mint(tokens, arena, 1);
    bare_sign(tokens, rsa);
}

static void tokens_done(struct tokens *tokens)
{
    token_verifier_close(tokens->verifier);
    EVP_MD_CTX_free(tokens->ctx);
    EVP_PKEY_free(tokens->key);
    unlink(tokens->private_path);
    unlink(tokens->jwks_path);
    rmdir(tokens->folder);
}

static void our_verify(struct tokens *tokens, int i)
{
    struct token_claims claims;
    MUST(token_verify(tokens->verifier, tokens->text[i], clock_now(), &claims) == TOKEN_OK);
}

static void bare_verify(struct tokens *tokens)
{
    MUST(EVP_DigestVerifyInit(tokens->ctx, NULL, EVP_sha256(), NULL, tokens->key) == 1);
    MUST(EVP_DigestVerify(tokens->ctx, tokens->signature, tokens->signature_len,
             (const uint8_t *)tokens->text[0].ptr, tokens->text[0].len) == 1);
}

/* -----------------------------------------------------------------------------------------------*/

#define BEST(best, times, statement)                                                               \
    do {                                                                                           \
        int64_t from_ = clock_monotonic();                                                         \
        for (int i_ = 0; i_ < (times); i_++)                                                       \
            statement;                                                                             \
        double took_ = (double)(clock_monotonic() - from_) / (times);                              \
        (best) = (best) <= 0 || took_ < (best) ? took_ : (best);                                   \
    } while (0)

static void measure_sealing(void)
{
    static struct place place;
    static struct bare bare;
    double ours[2] = {0}, limit[2] = {0};
    place_init(&place);
    keep_sealed(&place);
    bare.cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    bare.ctx = EVP_CIPHER_CTX_new();
    MUST(bare.cipher != NULL && bare.ctx != NULL);
    for (int round = 0; round < ROUNDS; round++) {
        BEST(ours[0], TIMES, our_seal(&place));
        BEST(limit[0], TIMES, bare_seal(&bare, &place));
        BEST(ours[1], TIMES, our_open(&place));
        BEST(limit[1], TIMES, bare_unseal(&bare, &place));
    }
    MUST(memcmp(bare.plain, place.plain.ptr, TEXT) == 0);
    bench_print(&(struct bench_line){"seal-record", "us", ours[0], limit[0], .goal = 1.3});
    bench_print(&(struct bench_line){"open-record", "us", ours[1], limit[1], .goal = 1.3});
    EVP_CIPHER_CTX_free(bare.ctx);
    EVP_CIPHER_free(bare.cipher);
    arena_free(place.arena);
}

static void measure_uncached(struct arena *arena, bool rsa)
{
    struct tokens tokens;
    double ours = 0, limit = 0;
    tokens_init(&tokens, arena, rsa, 1);
    for (int round = 0; round < 20; round++) {
        BEST(ours, 20, our_verify(&tokens, i_ % 2));
        BEST(limit, 20, bare_verify(&tokens));
    }
    bench_print(&(struct bench_line){
        rsa ? "token-uncached-rs256" : "token-uncached-es256", "us", ours, limit, .goal = 0});
    tokens_done(&tokens);
}

static void measure_cached(struct arena *arena)
{
    struct tokens tokens;
    double ours = 0, limit = 0;
    struct digest digest = {{0}};
    tokens_init(&tokens, arena, false, 64);
    our_verify(&tokens, 0);
    for (int round = 0; round < 50; round++) {
        BEST(ours, TIMES, our_verify(&tokens, 0));
        BEST(limit, TIMES, digest = sha256(tokens.text[0]));
    }
    MUST(digest.b[0] + digest.b[1] + digest.b[2] > 0);
    bench_print(&(struct bench_line){"token-cached", "us", ours, limit, .goal = 0});
    tokens_done(&tokens);
}

int main(void)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    measure_sealing();
    measure_cached(arena);
    measure_uncached(arena, false);
    measure_uncached(arena, true);
    return 0;
}
