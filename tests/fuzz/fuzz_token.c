/* Bearer tokens: any text; any claims and headers, properly signed by our key (OpenSSL signs here,
 * the verifier has another library); a good token with bytes changed. What is accepted was signed
 * by our key, says what it must, within its bounds; what is refused leaves nothing behind; the
 * second answer is the first one.
 *
 * Input: which of them, then the text; or claims; or header and claims; or places and bytes. */
#include "base/clock.h"
#include "fuzz.h"
#include "http/token.h"
#include "support/base64url.h"

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define NOW (INT64_C(1795000000) * TIME_US_PER_S)
enum { HALF = 32, LEEWAY_S = 5 };

static const char good_header[] = "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"ours\"}";

static EVP_PKEY *key(void)
{
    static EVP_PKEY *key;
    if (key == NULL)
        key = EVP_EC_gen("P-256");
    MUST(key != NULL);
    return key;
}

static struct view coordinate(const char *name, struct arena *arena)
{
    BIGNUM *number = NULL;
    uint8_t bytes[HALF];
    MUST(EVP_PKEY_get_bn_param(key(), name, &number) == 1);
    MUST(BN_bn2binpad(number, bytes, HALF) == HALF);
    BN_free(number);
    return base64url((struct view){(const char *)bytes, HALF}, arena);
}

static struct token_verifier *verifier(void)
{
    static struct token_verifier *verifier;
    if (verifier != NULL)
        return verifier;
    struct arena *arena = fuzz_arena();
    struct view x = coordinate(OSSL_PKEY_PARAM_EC_PUB_X, arena);
    struct view y = coordinate(OSSL_PKEY_PARAM_EC_PUB_Y, arena);
    struct view jwks = arena_printf(arena,
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ours\",\"x\":\"%.*s\",\"y\":\"%.*"
        "s\"}]}",
        VIEW_ARG(x), VIEW_ARG(y));
    const struct token_conf conf = {.jwks = fuzz_file(jwks),
        .issuer = "https://issuer",
        .audience = "broker",
        .leeway_s = LEEWAY_S};
    MUST(token_verifier_open(&conf, &verifier).act == RES_OK);
    return verifier;
}

/* The compact token over these two JSON texts. */
static struct view signed_token(struct view header, struct view claims, struct arena *arena)
{
    struct view head = base64url(header, arena), body = base64url(claims, arena);
    struct view text = arena_printf(arena, "%.*s.%.*s", VIEW_ARG(head), VIEW_ARG(body));
    uint8_t der[128], raw[2 * HALF];
    size_t len = sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    MUST(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key()) == 1 &&
         EVP_DigestSign(context, der, &len, (const uint8_t *)text.ptr, text.len) == 1);
    EVP_MD_CTX_free(context);
    const uint8_t *at = der;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)len);
    MUST(signature != NULL);
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, HALF);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + HALF, HALF);
    ECDSA_SIG_free(signature);
    struct view mac = base64url((struct view){(const char *)raw, sizeof raw}, arena);
    return arena_printf(arena, "%.*s.%.*s", VIEW_ARG(text), VIEW_ARG(mac));
}

static void bounded(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    MUST(len < size && utf8_valid((struct view){text, len}));
}

static void as_promised(const struct token_claims *claims)
{
    bounded(claims->subject, sizeof claims->subject);
    bounded(claims->user, sizeof claims->user);
    bounded(claims->client, sizeof claims->client);
    bounded(claims->kind, sizeof claims->kind);
    bounded(claims->organisation, sizeof claims->organisation);
    bounded(claims->name, sizeof claims->name);
    bounded(claims->auth_source, sizeof claims->auth_source);
    bounded(claims->authorities, sizeof claims->authorities);
    MUST(claims->user[0] != '\0' && claims->client[0] != '\0');
    MUST(claims->kind[0] != '\0' || claims->authorities[0] != '\0');
    MUST(claims->unit_count <= TOKEN_UNITS_MAX);
    for (uint32_t i = 0; i < claims->unit_count; i++)
        bounded(claims->units[i], sizeof claims->units[i]);
    MUST(claims->expires_us + LEEWAY_S * TIME_US_PER_S > NOW);
    struct view rest = view_of(claims->authorities);
    while (rest.ptr != NULL && rest.len > 0) {
        struct view line = view_cut(&rest, '\n');
        MUST(view_starts(line, VIEW("ROLE_")) || view_starts(line, VIEW("INT_")));
    }
}

/* Verified twice: the second time from what was remembered. */
static enum token_fault verify(struct view token, struct token_claims *ret)
{
    struct token_claims untouched, again;
    memset(&untouched, 0xa5, sizeof untouched);
    memset(&again, 0, sizeof again);
    *ret = untouched;
    enum token_fault fault = token_verify(verifier(), token, NOW, ret);
    MUST(fault < TOKEN_FAULT_MAX_);
    MUST(token_verify(verifier(), token, NOW, &again) == fault);
    if (fault == TOKEN_OK) {
        as_promised(ret);
        MUST(memcmp(ret, &again, sizeof again) == 0);
    } else {
        MUST(memcmp(ret, &untouched, sizeof untouched) == 0);
    }
    return fault;
}

static bool says(json_t *json, const char *name, const char *value)
{
    json_t *member = json_object_get(json, name);
    for (size_t i = 0; json_is_array(member) && i < json_array_size(member); i++)
        if (json_is_string(json_array_get(member, i)) &&
            strcmp(json_string_value(json_array_get(member, i)), value) == 0)
            return true;
    return json_is_string(member) && strcmp(json_string_value(member), value) == 0;
}

/* Accepted only with our header, issuer and audience. */
static void of_signed(struct view header, struct view claims, struct arena *arena)
{
    struct token_claims got;
    if (verify(signed_token(header, claims, arena), &got) != TOKEN_OK)
        return;
    json_t *head = json_loadb(header.ptr, header.len, JSON_DISABLE_EOF_CHECK, NULL);
    json_t *body = json_loadb(claims.ptr, claims.len, JSON_DISABLE_EOF_CHECK, NULL);
    MUST(says(head, "alg", "ES256") && says(head, "kid", "ours"));
    MUST(says(body, "iss", "https://issuer") && says(body, "aud", "broker"));
    json_decref(head);
    json_decref(body);
}

/* A token has one spelling. */
static void of_edited(struct view edits, struct arena *arena)
{
    static const char claims[] =
        "{\"iss\":\"https://issuer\",\"aud\":\"broker\",\"exp\":1795000600,"
        "\"sub\":\"JBELL\",\"rb_kind\":\"provider\"}";
    struct token_claims good, got;
    struct view token = signed_token(view_of(good_header), view_of(claims), arena);
    MUST(verify(token, &good) == TOKEN_OK);
    char *copy = arena_text(arena, token);
    while (edits.len > 2) {
        size_t at = fuzz_number(&edits) % token.len;
        copy[at] = (char)((uint8_t)copy[at] ^ fuzz_byte(&edits));
    }
    if (verify((struct view){copy, token.len}, &got) == TOKEN_OK)
        MUST(memcmp(&good, &got, sizeof good) == 0 && memcmp(copy, token.ptr, token.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)verifier();
    struct view rest = {(const char *)data, size};
    struct arena *arena = fuzz_arena();
    struct token_claims got;
    switch (fuzz_byte(&rest) % 4) {
    case 0:
        MUST(verify(rest, &got) != TOKEN_OK);
        break;
    case 1:
        of_signed(view_of(good_header), rest, arena);
        break;
    case 2: {
        struct view header = fuzz_piece(&rest);
        of_signed(header, rest, arena);
        break;
    }
    default:
        of_edited(rest, arena);
    }
    return 0;
}
