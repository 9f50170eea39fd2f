#include "http/token.h"

#include "base/clock.h"
#include "base/id.h"

#include <jansson.h>
#include <rhonabwy.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_LEN_MAX = 8192, LEEWAY_S = 5, CACHE_MAX = 4096, FILE_KEYS_MAX = 64 };

struct cached {
    struct digest token; /* zero expires_us: empty */
    struct token_claims claims;
};

struct token_verifier {
    jwks_t *keys;
    char *issuer, *audience;
    int64_t leeway_us;
    struct cached *cache; /* one place for each digest; a newer token takes it over */
    uint32_t cache_max;
};

static jwks_t *keys_read(const char *path)
{
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    jwks_t *keys = NULL;
    if (json != NULL && r_jwks_init(&keys) == RHN_OK &&
        r_jwks_import_from_json_t(keys, json) != RHN_OK) {
        r_jwks_free(keys);
        keys = NULL;
    }
    json_decref(json);
    return keys;
}

/* RSA of 2048 bits and more for RS256, P-256 for ES256: each key serves one algorithm. */
static jwa_alg alg_of(jwk_t *key)
{
    unsigned int bits = 0;
    int type = r_jwk_key_type(key, &bits, 0);
    if ((type & R_KEY_TYPE_RSA) != 0 && bits >= 2048)
        return R_JWA_ALG_RS256;
    if ((type & R_KEY_TYPE_EC) != 0 && bits == 256)
        return R_JWA_ALG_ES256;
    return R_JWA_ALG_UNKNOWN;
}

static bool keys_usable(jwks_t *keys)
{
    size_t count = r_jwks_size(keys);
    for (size_t i = 0; i < count; i++) {
        jwk_t *key = r_jwks_get_at(keys, i);
        int type = r_jwk_key_type(key, NULL, 0);
        bool fine = (type & R_KEY_TYPE_PUBLIC) != 0 && alg_of(key) != R_JWA_ALG_UNKNOWN &&
                    r_jwk_get_property_str(key, "kid") != NULL;
        r_jwk_free(key);
        if (!fine)
            return false;
    }
    return count > 0 && count <= FILE_KEYS_MAX;
}

res_t token_verifier_open(const struct token_conf *conf, struct token_verifier **ret)
{
    if (r_global_init() != RHN_OK)
        return FATAL("token: the library does not start");
    jwks_t *keys = keys_read(conf->jwks_path);
    if (keys == NULL)
        return FATAL("token: the JWKS file cannot be read");
    if (!keys_usable(keys)) {
        r_jwks_free(keys);
        return FATAL("token: the JWKS file must hold public RSA or P-256 keys, each with its kid");
    }
    struct token_verifier *verifier = calloc(1, sizeof(*verifier));
    if (verifier == NULL)
        return FATAL("token: no memory");
    verifier->keys = keys;
    verifier->issuer = strdup(conf->issuer);
    verifier->audience = strdup(conf->audience);
    verifier->leeway_us = (conf->leeway_s > 0 ? conf->leeway_s : LEEWAY_S) * TIME_US_PER_S;
    verifier->cache_max = conf->cache_max > 0 ? conf->cache_max : CACHE_MAX;
    verifier->cache = calloc(verifier->cache_max, sizeof(*verifier->cache));
    if (verifier->cache == NULL || verifier->issuer == NULL || verifier->audience == NULL) {
        token_verifier_close(verifier);
        return FATAL("token: no memory");
    }
    *ret = verifier;
    return RES_DONE;
}

void token_verifier_close(struct token_verifier *verifier)
{
    if (verifier == NULL)
        return;
    r_jwks_free(verifier->keys);
    free(verifier->issuer);
    free(verifier->audience);
    free(verifier->cache);
    free(verifier);
    r_global_close();
}

void token_verifier_close_p(struct token_verifier **verifier)
{
    token_verifier_close(*verifier);
}

/* False: there, but not a text that fits. */
static bool text_claim(json_t *claims, const char *name, char *ret, size_t size)
{
    json_t *value = json_object_get(claims, name);
    if (value == NULL)
        return true;
    size_t len = json_string_length(value);
    if (!json_is_string(value) || len >= size)
        return false;
    memcpy(ret, json_string_value(value), len);
    ret[len] = '\0';
    return true;
}

static bool units_claim(json_t *claims, struct token_claims *ret)
{
    json_t *units = json_object_get(claims, "rb_units");
    if (units == NULL)
        return true;
    if (!json_is_array(units) || json_array_size(units) > TOKEN_UNITS_MAX)
        return false;
    size_t i;
    json_t *unit;
    json_array_foreach(units, i, unit)
    {
        size_t len = json_string_length(unit);
        if (!json_is_string(unit) || len == 0 || len >= TOKEN_TEXT_MAX)
            return false;
        memcpy(ret->units[i], json_string_value(unit), len + 1);
    }
    ret->unit_count = (uint32_t)json_array_size(units);
    return true;
}

static bool audience_is(json_t *value, const char *wanted)
{
    if (json_is_string(value))
        return strcmp(json_string_value(value), wanted) == 0;
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        if (json_is_string(item) && strcmp(json_string_value(item), wanted) == 0)
            return true;
    }
    return false;
}

/* Seconds of a NumericDate as µs; 0 where it is none. */
static int64_t time_claim(json_t *claims, const char *name)
{
    json_t *value = json_object_get(claims, name);
    if (!json_is_integer(value))
        return 0;
    json_int_t seconds = json_integer_value(value);
    return seconds > 0 && seconds < INT64_MAX / TIME_US_PER_S ? seconds * TIME_US_PER_S : 0;
}

static enum token_fault claims_check(
    const struct token_verifier *verifier, json_t *claims, int64_t now_us, struct token_claims *ret)
{
    const char *issuer = json_string_value(json_object_get(claims, "iss"));
    if (issuer == NULL || strcmp(issuer, verifier->issuer) != 0)
        return TOKEN_WRONG_ISSUER;
    if (!audience_is(json_object_get(claims, "aud"), verifier->audience))
        return TOKEN_WRONG_AUDIENCE;
    ret->expires_us = time_claim(claims, "exp");
    if (ret->expires_us == 0)
        return TOKEN_INCOMPLETE;
    if (now_us >= ret->expires_us + verifier->leeway_us)
        return TOKEN_EXPIRED;
    if (json_object_get(claims, "nbf") != NULL &&
        (time_claim(claims, "nbf") == 0 ||
            now_us + verifier->leeway_us < time_claim(claims, "nbf")))
        return TOKEN_EXPIRED;
    if (!text_claim(claims, "sub", ret->user, sizeof(ret->user)) ||
        !text_claim(claims, "user_name", ret->user, sizeof(ret->user)) ||
        !text_claim(claims, "sub", ret->client, sizeof(ret->client)) ||
        !text_claim(claims, "azp", ret->client, sizeof(ret->client)) ||
        !text_claim(claims, "client_id", ret->client, sizeof(ret->client)) ||
        !text_claim(claims, "rb_kind", ret->kind, sizeof(ret->kind)) ||
        !text_claim(claims, "rb_organisation", ret->organisation, sizeof(ret->organisation)) ||
        !text_claim(claims, "name", ret->name, sizeof(ret->name)) || !units_claim(claims, ret))
        return TOKEN_INCOMPLETE;
    return ret->user[0] != '\0' && ret->client[0] != '\0' && ret->kind[0] != '\0'
               ? TOKEN_OK
               : TOKEN_INCOMPLETE;
}

static enum token_fault signature_check(const struct token_verifier *verifier, jwt_t *jwt)
{
    jwa_alg alg = r_jwt_get_sign_alg(jwt);
    if (alg != R_JWA_ALG_RS256 && alg != R_JWA_ALG_ES256)
        return TOKEN_ALGORITHM;
    if (r_jwt_get_type(jwt) != R_JWT_TYPE_SIGN)
        return TOKEN_ALGORITHM;
    const char *kid = r_jwt_get_header_str_value(jwt, "kid");
    jwk_t *key = kid != NULL ? r_jwks_get_by_kid(verifier->keys, kid) : NULL;
    if (key == NULL)
        return TOKEN_UNKNOWN_KEY;
    enum token_fault fault = TOKEN_OK;
    if (alg_of(key) != alg)
        fault = TOKEN_ALGORITHM;
    else if (r_jwt_verify_signature(jwt, key, 0) != RHN_OK)
        fault = TOKEN_FORGED;
    r_jwk_free(key);
    return fault;
}

static enum token_fault verify(
    struct token_verifier *verifier, struct view token, int64_t now_us, struct token_claims *ret)
{
    jwt_t *jwt = NULL;
    if (r_jwt_init(&jwt) != RHN_OK)
        return TOKEN_MALFORMED;
    enum token_fault fault = TOKEN_MALFORMED;
    /* No key is imported from the header; unsigned ones are parsed to be named as what they are. */
    if (r_jwt_advanced_parsen(jwt, token.ptr, token.len, R_PARSE_UNSIGNED, 0) == RHN_OK)
        fault = signature_check(verifier, jwt);
    if (fault == TOKEN_OK) {
        json_t *claims = r_jwt_get_full_claims_json_t(jwt);
        fault =
            json_is_object(claims) ? claims_check(verifier, claims, now_us, ret) : TOKEN_MALFORMED;
        json_decref(claims);
    }
    r_jwt_free(jwt);
    return fault;
}

static bool token_shape(struct view token)
{
    size_t dots = 0;
    for (size_t i = 0; i < token.len; i++) {
        char c = token.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.';
        if (!plain)
            return false;
        dots += c == '.';
    }
    return token.len > 0 && token.len <= TOKEN_LEN_MAX && dots == 2;
}

enum token_fault token_verify(
    struct token_verifier *verifier, struct view token, int64_t now_us, struct token_claims *ret)
{
    if (!token_shape(token))
        return TOKEN_MALFORMED;
    struct digest digest = sha256(token);
    uint32_t place;
    memcpy(&place, digest.b, sizeof(place));
    struct cached *cached = &verifier->cache[place % verifier->cache_max];
    if (cached->claims.expires_us != 0 && digest_eq(cached->token, digest)) {
        if (now_us >= cached->claims.expires_us + verifier->leeway_us)
            return TOKEN_EXPIRED;
        *ret = cached->claims;
        return TOKEN_OK;
    }
    struct token_claims claims = {0};
    enum token_fault fault = verify(verifier, token, now_us, &claims);
    if (fault != TOKEN_OK)
        return fault;
    *cached = (struct cached){digest, claims};
    *ret = claims;
    return TOKEN_OK;
}
