#include "http/token.h"

#include "base/clock.h"
#include "base/id.h"
#include "http/verify_keys.h"

#include <jansson.h>
#include <rhonabwy.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_LEN_MAX = 8192, LEEWAY_S = 5, CACHE_MAX = 4096 };

struct cached {
    struct digest token; /* zero expires_us: empty */
    struct token_claims claims;
};

struct token_verifier {
    struct verify_keys *keys;
    char *issuer, *audience;
    int64_t leeway_us;
    struct cached *cache; /* one place for each digest; a newer token takes it over */
    uint32_t cache_max;
};

res_t token_verifier_open(const struct token_conf *conf, struct token_verifier **ret)
{
    if (r_global_init() != RHN_OK)
        return FATAL("token: the library does not start");
    struct token_verifier *verifier = calloc(1, sizeof(*verifier));
    if (verifier == NULL)
        return FATAL("token: no memory");
    verifier->issuer = strdup(conf->issuer);
    verifier->audience = strdup(conf->audience);
    verifier->leeway_us = (conf->leeway_s > 0 ? conf->leeway_s : LEEWAY_S) * TIME_US_PER_S;
    verifier->cache_max = conf->cache_max > 0 ? conf->cache_max : CACHE_MAX;
    verifier->cache = calloc(verifier->cache_max, sizeof(*verifier->cache));
    if (verifier->cache == NULL || verifier->issuer == NULL || verifier->audience == NULL) {
        token_verifier_close(verifier);
        return FATAL("token: no memory");
    }
    res_t res = verify_keys_open(conf, &verifier->keys);
    if (res.act != RES_OK) {
        token_verifier_close(verifier);
        return res;
    }
    *ret = verifier;
    return RES_DONE;
}

void token_verifier_close(struct token_verifier *verifier)
{
    if (verifier == NULL)
        return;
    verify_keys_close(verifier->keys);
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

res_t token_verifier_trouble(struct token_verifier *verifier)
{
    return verify_keys_trouble(verifier->keys);
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

static bool of_interest(struct view authority)
{
    static const char *const starts[] = {
        "ROLE_PROBATION", "ROLE_CRS_", "ROLE_INTERVENTIONS_", "INT_"};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (view_starts(authority, view_of(starts[i])))
            return view_find(authority, '\n') == authority.len;
    return false;
}

/* Adds those of one claim. False: no list of texts, or more than we keep. */
static bool authorities_claim(json_t *claims, const char *name, struct token_claims *ret)
{
    json_t *list = json_object_get(claims, name);
    size_t used = strlen(ret->authorities), i;
    json_t *item;
    if (list != NULL && !json_is_array(list))
        return false;
    json_array_foreach(list, i, item)
    {
        struct view text = {json_string_value(item), json_string_length(item)};
        if (!json_is_string(item))
            return false;
        if (!of_interest(text))
            continue;
        if (used + text.len + 2 > sizeof(ret->authorities))
            return false;
        memcpy(ret->authorities + used, text.ptr, text.len);
        used += text.len;
        ret->authorities[used++] = '\n';
        ret->authorities[used] = '\0';
    }
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
    if (!text_claim(claims, "sub", ret->subject, sizeof(ret->subject)) ||
        !text_claim(claims, "sub", ret->user, sizeof(ret->user)) ||
        !text_claim(claims, "user_name", ret->user, sizeof(ret->user)) ||
        !text_claim(claims, "user_id", ret->user_id, sizeof(ret->user_id)) ||
        !text_claim(claims, "sub", ret->client, sizeof(ret->client)) ||
        !text_claim(claims, "azp", ret->client, sizeof(ret->client)) ||
        !text_claim(claims, "client_id", ret->client, sizeof(ret->client)) ||
        !text_claim(claims, "rb_kind", ret->kind, sizeof(ret->kind)) ||
        !text_claim(claims, "rb_organisation", ret->organisation, sizeof(ret->organisation)) ||
        !text_claim(claims, "name", ret->name, sizeof(ret->name)) || !units_claim(claims, ret) ||
        !text_claim(claims, "auth_source", ret->auth_source, sizeof(ret->auth_source)) ||
        !authorities_claim(claims, "authorities", ret) || !authorities_claim(claims, "groups", ret))
        return TOKEN_INCOMPLETE;
    bool says_who = ret->kind[0] != '\0' || ret->authorities[0] != '\0';
    return ret->user[0] != '\0' && ret->client[0] != '\0' && says_who ? TOKEN_OK : TOKEN_INCOMPLETE;
}

static enum token_fault signature_check(const struct token_verifier *verifier, jwt_t *jwt)
{
    jwa_alg alg = r_jwt_get_sign_alg(jwt);
    if (alg != R_JWA_ALG_RS256 && alg != R_JWA_ALG_ES256)
        return TOKEN_ALGORITHM;
    if (r_jwt_get_type(jwt) != R_JWT_TYPE_SIGN)
        return TOKEN_ALGORITHM;
    bool away;
    jwk_t *key = verify_keys_find(verifier->keys, r_jwt_get_header_str_value(jwt, "kid"), &away);
    if (key == NULL)
        return away ? TOKEN_KEYS_AWAY : TOKEN_UNKNOWN_KEY;
    enum token_fault fault = TOKEN_OK;
    if (verify_key_alg(key) != alg)
        fault = TOKEN_ALGORITHM;
    else if (r_jwt_verify_signature(jwt, key, R_FLAG_IGNORE_REMOTE) != RHN_OK)
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

/* Base64url in its one spelling: the last letter's bits that say nothing are 0 (RFC 4648 section
 * 3.5). The library verifies what it encodes anew, so that another spelling would pass. */
static bool one_spelling(struct view part)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t over = part.len % 4;
    if (over < 2)
        return over == 0;
    const char *last = memchr(digits, part.ptr[part.len - 1], sizeof(digits) - 1);
    return last != NULL && ((last - digits) & (over == 2 ? 15 : 3)) == 0;
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
    struct view rest = token, head = view_cut(&rest, '.'), claims = view_cut(&rest, '.');
    return token.len > 0 && token.len <= TOKEN_LEN_MAX && dots == 2 && one_spelling(head) &&
           one_spelling(claims) && one_spelling(rest);
}

enum token_fault token_verify(
    struct token_verifier *verifier, struct view token, int64_t now_us, struct token_claims *ret)
{
    if (!token_shape(token))
        return TOKEN_MALFORMED;
    if (verify_keys_renew(verifier->keys))
        memset(verifier->cache, 0, verifier->cache_max * sizeof(*verifier->cache));
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
