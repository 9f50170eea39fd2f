#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "http/token.h"
#include "support/base64url.h"

#include <criterion/criterion.h>

#include <rhonabwy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW (INT64_C(1795000000) * TIME_US_PER_S)

static char folder[64], private_path[128], jwks_path[128];
static struct arena *arena;
static struct token_claims claims;

static void set_up(void)
{
    snprintf(folder, sizeof(folder), "/tmp/token-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(private_path, sizeof(private_path), "%s/private.jwk", folder);
    snprintf(jwks_path, sizeof(jwks_path), "%s/jwks.json", folder);
    arena = arena_new(1 << 20);
    claims = (struct token_claims){.user = "JBELL",
        .client = "provider-system",
        .kind = "provider",
        .organisation = "HARMONY",
        .units = {"a", "b"},
        .unit_count = 2};
}

static void tear_down(void)
{
    unlink(private_path);
    unlink(jwks_path);
    rmdir(folder);
    arena_free(arena);
}
TestSuite(http_token, .init = set_up, .fini = tear_down, .timeout = 60);

static struct view mint(struct token_mint conf)
{
    conf.private_path = conf.private_path != NULL ? conf.private_path : private_path;
    conf.issuer = conf.issuer != NULL ? conf.issuer : "https://issuer";
    conf.audience = conf.audience != NULL ? conf.audience : "broker";
    conf.issued_us = conf.issued_us != 0 ? conf.issued_us : NOW;
    conf.valid_s = conf.valid_s != 0 ? conf.valid_s : 600;
    conf.claims = &claims;
    struct view token;
    res_t res = token_mint(&conf, arena, &token);
    cr_assert_eq(res.act, RES_OK, "%s", res.what);
    return token;
}

static struct token_verifier *open_verifier(bool rsa)
{
    struct token_files files = {private_path, jwks_path, rsa};
    cr_assert_eq(token_keys_create(&files).act, RES_OK);
    struct token_verifier *verifier = NULL;
    struct token_conf conf = {.jwks = jwks_path, .issuer = "https://issuer", .audience = "broker"};
    res_t res = token_verifier_open(&conf, &verifier);
    cr_assert_eq(res.act, RES_OK, "%s", res.what);
    return verifier;
}

Test(http_token, accepts_rs256_and_es256_with_all_claims)
{
    for (int rsa = 0; rsa < 2; rsa++) {
        struct token_verifier *verifier = open_verifier(rsa == 1);
        struct token_claims got;
        struct view token = mint((struct token_mint){0});
        for (int again = 0; again < 2; again++) {
            memset(&got, 0, sizeof(got));
            cr_assert_eq(token_verify(verifier, token, NOW, &got), TOKEN_OK);
            cr_assert_str_eq(got.user, "JBELL");
            cr_assert_str_eq(got.client, "provider-system");
            cr_assert_str_eq(got.kind, "provider");
            cr_assert_str_eq(got.organisation, "HARMONY");
            cr_assert_eq(got.unit_count, 2);
            cr_assert_str_eq(got.units[1], "b");
            cr_assert_eq(got.expires_us, NOW + 600 * TIME_US_PER_S);
        }
        token_verifier_close(verifier);
    }
}

Test(http_token, refuses_after_expiry_also_from_the_cache)
{
    struct token_verifier *verifier = open_verifier(false);
    struct token_claims got;
    struct view token = mint((struct token_mint){0});
    int64_t end = NOW + 600 * TIME_US_PER_S;
    cr_assert_eq(token_verify(verifier, token, end + 6 * TIME_US_PER_S, &got), TOKEN_EXPIRED);
    cr_assert_eq(token_verify(verifier, token, end, &got), TOKEN_OK, "within the leeway");
    cr_assert_eq(token_verify(verifier, token, end + 6 * TIME_US_PER_S, &got), TOKEN_EXPIRED);
    token_verifier_close(verifier);
}

Test(http_token, refuses_wrong_issuer_and_audience)
{
    struct token_verifier *verifier = open_verifier(false);
    struct token_claims got;
    cr_assert_eq(
        token_verify(verifier, mint((struct token_mint){.issuer = "https://other"}), NOW, &got),
        TOKEN_WRONG_ISSUER);
    cr_assert_eq(token_verify(verifier, mint((struct token_mint){.audience = "other"}), NOW, &got),
        TOKEN_WRONG_AUDIENCE);
    token_verifier_close(verifier);
}

Test(http_token, refuses_a_token_without_the_claims_we_need)
{
    struct token_verifier *verifier = open_verifier(false);
    struct token_claims got;
    claims.kind[0] = '\0';
    cr_assert_eq(token_verify(verifier, mint((struct token_mint){0}), NOW, &got), TOKEN_INCOMPLETE);
    token_verifier_close(verifier);
}

Test(http_token, takes_roles_instead_of_a_kind_and_keeps_those_alone_that_it_knows)
{
    struct token_verifier *verifier = open_verifier(false);
    struct token_claims got;
    claims.kind[0] = '\0';
    snprintf(claims.auth_source, sizeof(claims.auth_source), "auth");
    snprintf(claims.authorities, sizeof(claims.authorities),
        "ROLE_LICENCE_CA\nROLE_CRS_PROVIDER\nINT_SP_HARMONY\nROLE_PROBATION\nINTEGRATION\n"
        "INT_CR_INV-ACC-A\nROLE_INTERVENTIONS_API_READ_ALL");
    cr_assert_eq(token_verify(verifier, mint((struct token_mint){0}), NOW, &got), TOKEN_OK);
    cr_assert_str_eq(got.auth_source, "auth");
    cr_assert_str_eq(got.subject, "JBELL");
    cr_assert_str_eq(got.authorities, "ROLE_CRS_PROVIDER\nINT_SP_HARMONY\nROLE_PROBATION\n"
                                      "INT_CR_INV-ACC-A\nROLE_INTERVENTIONS_API_READ_ALL\n");
    size_t len = 0;
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(
            claims.authorities + len, sizeof(claims.authorities) - len, "ROLE_LICENCE_CA\n");
    snprintf(claims.authorities + len, sizeof(claims.authorities) - len, "ROLE_PROBATION");
    cr_assert_eq(token_verify(verifier, mint((struct token_mint){0}), NOW, &got), TOKEN_OK,
        "however many others there are");
    cr_assert_str_eq(got.authorities, "ROLE_PROBATION\n");
    token_verifier_close(verifier);
}

Test(http_token, refuses_a_key_that_is_not_ours)
{
    struct token_verifier *verifier = open_verifier(false);
    char other_private[160], other_jwks[160];
    snprintf(other_private, sizeof(other_private), "%s/o1", folder);
    snprintf(other_jwks, sizeof(other_jwks), "%s/o2", folder);
    struct token_files files = {other_private, other_jwks, false};
    cr_assert_eq(token_keys_create(&files).act, RES_OK);
    struct token_claims got;
    struct view token = mint((struct token_mint){.private_path = other_private});
    cr_assert_eq(token_verify(verifier, token, NOW, &got), TOKEN_UNKNOWN_KEY);
    unlink(other_private);
    unlink(other_jwks);
    token_verifier_close(verifier);
}

/* The payload of a good token behind another header and signature. */
static struct view with_header(struct view token, struct view header, struct view signature)
{
    struct view rest = token;
    view_cut(&rest, '.');
    struct view payload = view_cut(&rest, '.');
    struct view head = base64url(header, arena);
    return arena_printf(
        arena, "%.*s.%.*s.%.*s", VIEW_ARG(head), VIEW_ARG(payload), VIEW_ARG(signature));
}

static const char *kid_of_ours(void)
{
    jwk_t *key = NULL;
    char text[4096] = "";
    FILE *file = fopen(private_path, "r");
    cr_assert_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    r_jwk_init(&key);
    cr_assert_eq(r_jwk_import_from_json_str(key, text), RHN_OK);
    const char *kid = arena_text(arena, view_of(r_jwk_get_property_str(key, "kid")));
    r_jwk_free(key);
    return kid;
}

Test(http_token, refuses_unsigned_tokens)
{
    struct token_verifier *verifier = open_verifier(true);
    struct view good = mint((struct token_mint){0});
    const char *kid = kid_of_ours();
    static const char *const algs[] = {"none", "None", "NONE", ""};
    for (size_t i = 0; i < ARRAY_LEN(algs); i++) {
        struct token_claims got;
        struct view header =
            arena_printf(arena, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}", algs[i], kid);
        enum token_fault fault =
            token_verify(verifier, with_header(good, header, VIEW("")), NOW, &got);
        cr_expect(fault == TOKEN_ALGORITHM || fault == TOKEN_MALFORMED, "%s: %d", algs[i], fault);
        fault = token_verify(verifier, with_header(good, header, VIEW("AAAA")), NOW, &got);
        cr_expect(fault == TOKEN_ALGORITHM || fault == TOKEN_MALFORMED, "%s: %d", algs[i], fault);
    }
    token_verifier_close(verifier);
}

Test(http_token, refuses_hs256_signed_with_the_public_key)
{
    struct token_verifier *verifier = open_verifier(true);
    struct view good = mint((struct token_mint){0});
    jwks_t *keys = NULL;
    char text[4096] = "";
    FILE *file = fopen(jwks_path, "r");
    cr_assert_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    r_jwks_init(&keys);
    cr_assert_eq(r_jwks_import_from_json_str(keys, text), RHN_OK);
    jwk_t *key = r_jwks_get_at(keys, 0);
    unsigned char pem[4096];
    size_t pem_len = sizeof(pem);
    cr_assert_eq(r_jwk_export_to_pem_der(key, R_FORMAT_PEM, pem, &pem_len, 0), RHN_OK);
    struct view header =
        arena_printf(arena, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", kid_of_ours());
    struct view unsigned_token = with_header(good, header, VIEW(""));
    unsigned_token.len--; /* without the last dot */
    struct digest mac = hmac_sha256((struct view){(const char *)pem, pem_len}, unsigned_token);
    struct view signature = base64url((struct view){(const char *)mac.b, sizeof(mac.b)}, arena);
    struct token_claims got;
    cr_assert_eq(
        token_verify(verifier, with_header(good, header, signature), NOW, &got), TOKEN_ALGORITHM);
    r_jwk_free(key);
    r_jwks_free(keys);
    token_verifier_close(verifier);
}

Test(http_token, refuses_an_altered_payload_signature_or_algorithm)
{
    struct token_verifier *verifier = open_verifier(true);
    struct view good = mint((struct token_mint){0});
    struct token_claims got;
    size_t refused = 0;
    for (size_t i = 0; i < good.len; i += 7) {
        char *copy = arena_text(arena, good);
        if (copy[i] == '.')
            continue;
        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        enum token_fault fault = token_verify(verifier, view_of(copy), NOW, &got);
        cr_expect_neq(fault, TOKEN_OK, "byte %zu", i);
        refused++;
    }
    cr_assert_gt(refused, 50);
    struct view rest = good;
    view_cut(&rest, '.');
    view_cut(&rest, '.');
    struct view header =
        arena_printf(arena, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", kid_of_ours());
    cr_assert_eq(
        token_verify(verifier, with_header(good, header, rest), NOW, &got), TOKEN_ALGORITHM);
    token_verifier_close(verifier);
}

/* Found by fuzzing: the claims' last letter has bits that say nothing, and the library verifies
 * what it encodes anew. */
Test(http_token, takes_a_token_in_its_one_spelling_alone)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct token_verifier *verifier = open_verifier(false);
    struct token_claims got;
    size_t with_spare_bits = 0;
    for (size_t more = 0; more < 3; more++) {
        snprintf(claims.name, sizeof(claims.name), "%.*s", (int)more, "abc");
        struct view good = mint((struct token_mint){0}), rest = good;
        size_t head = view_cut(&rest, '.').len, body = view_cut(&rest, '.').len;
        char *copy = arena_text(arena, good);
        char *last = copy + head + body;
        cr_assert_eq(token_verify(verifier, good, NOW, &got), TOKEN_OK);
        if (body % 4 == 0)
            continue;
        with_spare_bits++;
        *last = digits[(strchr(digits, *last) - digits) ^ 1];
        cr_expect_eq(token_verify(verifier, view_of(copy), NOW, &got), TOKEN_MALFORMED);
    }
    cr_assert_gt(with_spare_bits, 0);
    token_verifier_close(verifier);
}

Test(http_token, never_looks_at_a_key_that_the_token_carries)
{
    struct token_verifier *verifier = open_verifier(false);
    char other_private[160], other_jwks[160];
    snprintf(other_private, sizeof(other_private), "%s/o1", folder);
    snprintf(other_jwks, sizeof(other_jwks), "%s/o2", folder);
    struct token_files files = {other_private, other_jwks, false};
    cr_assert_eq(token_keys_create(&files).act, RES_OK);
    char text[4096] = "";
    FILE *file = fopen(other_private, "r");
    cr_assert_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    jwk_t *key = NULL;
    jwk_t *public_key = NULL;
    jwt_t *jwt = NULL;
    r_jwk_init(&key);
    r_jwk_init(&public_key);
    cr_assert_eq(r_jwk_import_from_json_str(key, text), RHN_OK);
    cr_assert_eq(r_jwk_extract_pubkey(key, public_key, 0), RHN_OK);
    r_jwt_init(&jwt);
    char payload[512];
    snprintf(payload, sizeof(payload),
        "{\"iss\":\"https://"
        "issuer\",\"aud\":\"broker\",\"exp\":%lld,\"sub\":\"x\",\"rb_kind\":\"provider\"}",
        (long long)(NOW / TIME_US_PER_S + 600));
    r_jwt_set_full_claims_json_str(jwt, payload);
    r_jwt_set_sign_alg(jwt, R_JWA_ALG_ES256);
    json_t *json = r_jwk_export_to_json_t(public_key);
    r_jwt_set_header_json_t_value(jwt, "jwk", json);
    json_decref(json);
    r_jwt_set_header_str_value(jwt, "kid", kid_of_ours());
    char *token = r_jwt_serialize_signed(jwt, key, 0);
    cr_assert_not_null(token);
    struct token_claims got;
    cr_assert_eq(token_verify(verifier, view_of(token), NOW, &got), TOKEN_FORGED);
    r_free(token);
    r_jwt_free(jwt);
    r_jwk_free(key);
    r_jwk_free(public_key);
    unlink(other_private);
    unlink(other_jwks);
    token_verifier_close(verifier);
}

Test(http_token, refuses_text_that_is_no_token)
{
    struct token_verifier *verifier = open_verifier(false);
    static const char *const rows[] = {
        "", ".", "..", "a.b", "a.b.c", "a.b.c.d", "a b.c.d", "e30.e30.", "e30.e30.e30"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token_claims got;
        cr_expect_neq(token_verify(verifier, view_of(rows[i]), NOW, &got), TOKEN_OK, "%s", rows[i]);
    }
    char *huge = malloc(100000);
    memset(huge, 'a', 100000);
    huge[10] = huge[20] = '.';
    struct token_claims got;
    cr_assert_eq(token_verify(verifier, (struct view){huge, 100000}, NOW, &got), TOKEN_MALFORMED);
    free(huge);
    token_verifier_close(verifier);
}

Test(http_token, refuses_a_file_with_private_symmetric_or_no_keys)
{
    struct token_verifier *verifier = NULL;
    static const char *const rows[] = {
        "{\"keys\":[]}", "{", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\",\"kid\":\"1\"}]}"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        FILE *file = fopen(jwks_path, "w");
        fputs(rows[i], file);
        fclose(file);
        struct token_conf conf = {.jwks = jwks_path, .issuer = "i", .audience = "a"};
        cr_expect_eq(token_verifier_open(&conf, &verifier).act, RES_FATAL, "row %zu", i);
    }
    struct token_files files = {private_path, jwks_path, false};
    cr_assert_eq(token_keys_create(&files).act, RES_OK);
    char text[4096] = "";
    FILE *file = fopen(private_path, "r");
    cr_assert_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    file = fopen(jwks_path, "w");
    fprintf(file, "{\"keys\":[%s]}", text);
    fclose(file);
    struct token_conf conf = {.jwks = jwks_path, .issuer = "i", .audience = "a"};
    cr_assert_eq(token_verifier_open(&conf, &verifier).act, RES_FATAL);
    cr_assert_null(verifier);
}
