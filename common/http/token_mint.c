#include "base/clock.h"
#include "base/id.h"
#include "http/token.h"

#include <fcntl.h>
#include <jansson.h>
#include <rhonabwy.h>
#include <string.h>
#include <unistd.h>

enum { KID_BYTES = 8 };

static res_t write_file(const char *path, const char *text, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return FATAL("token: a key file cannot be written");
    size_t len = strlen(text);
    bool whole = write(fd, text, len) == (ssize_t)len;
    whole = close(fd) == 0 && whole;
    return whole ? RES_DONE : FATAL("token: a key file cannot be written");
}

static res_t keys_write(jwk_t *private_key, jwk_t *public_key, const struct token_files *files)
{
    char *private_text = r_jwk_export_to_json_str(private_key, 0);
    char *public_text = r_jwk_export_to_json_str(public_key, 0);
    char jwks[2048];
    int len = private_text == NULL || public_text == NULL
                  ? -1
                  : snprintf(jwks, sizeof(jwks), "{\"keys\":[%s]}\n", public_text);
    res_t res = len < 0 || (size_t)len >= sizeof(jwks)
                    ? FATAL("token: no key could be made")
                    : write_file(files->private_path, private_text, 0600);
    if (res.act == RES_OK)
        res = write_file(files->jwks_path, jwks, 0644);
    r_free(private_text);
    r_free(public_text);
    return res;
}

res_t token_keys_create(const struct token_files *files)
{
    uint8_t random[KID_BYTES];
    char kid[2 * KID_BYTES + 1];
    random_bytes(random, sizeof(random));
    hex_print((struct view){(const char *)random, sizeof(random)}, kid);
    jwk_t *private_key = NULL;
    jwk_t *public_key = NULL;
    res_t res = FATAL("token: no key could be made");
    if (r_global_init() == RHN_OK && r_jwk_init(&private_key) == RHN_OK &&
        r_jwk_init(&public_key) == RHN_OK &&
        r_jwk_generate_key_pair(private_key, public_key,
            files->rsa ? R_KEY_TYPE_RSA : R_KEY_TYPE_EC, files->rsa ? 2048 : 256, kid) == RHN_OK)
        res = keys_write(private_key, public_key, files);
    r_jwk_free(private_key);
    r_jwk_free(public_key);
    r_global_close();
    return res;
}

static json_t *lines_of(const char *text)
{
    json_t *list = json_array();
    struct view rest = view_of(text);
    while (rest.ptr != NULL && rest.len > 0) {
        struct view line = view_cut(&rest, '\n');
        json_array_append_new(list, json_stringn(line.ptr, line.len));
    }
    return list;
}

static json_t *claims_of(const struct token_mint *mint)
{
    const struct token_claims *claims = mint->claims;
    json_int_t issued = mint->issued_us / TIME_US_PER_S;
    const char *subject = claims->subject[0] != '\0' ? claims->subject : claims->user;
    json_t *json = json_pack("{s:s,s:s,s:I,s:I,s:s,s:s,s:s}", "iss", mint->issuer, "aud",
        mint->audience, "iat", issued, "exp", issued + (json_int_t)mint->valid_s, "sub", subject,
        "user_name", claims->user, "client_id", claims->client);
    if (json != NULL && claims->kind[0] != '\0')
        json_object_set_new(json, "rb_kind", json_string(claims->kind));
    if (json != NULL && claims->user_id[0] != '\0')
        json_object_set_new(json, "user_id", json_string(claims->user_id));
    if (json != NULL && claims->auth_source[0] != '\0')
        json_object_set_new(json, "auth_source", json_string(claims->auth_source));
    if (json != NULL && claims->authorities[0] != '\0')
        json_object_set_new(json, "authorities", lines_of(claims->authorities));
    if (json != NULL && claims->organisation[0] != '\0')
        json_object_set_new(json, "rb_organisation", json_string(claims->organisation));
    if (json != NULL && claims->name[0] != '\0')
        json_object_set_new(json, "name", json_string(claims->name));
    if (json != NULL && claims->unit_count > 0) {
        json_t *units = json_array();
        for (uint32_t i = 0; i < claims->unit_count; i++)
            json_array_append_new(units, json_string(claims->units[i]));
        json_object_set_new(json, "rb_units", units);
    }
    return json;
}

static res_t sign(jwk_t *key, const struct token_mint *mint, struct arena *arena, struct view *ret)
{
    jwt_t *jwt = NULL;
    json_t *claims = claims_of(mint);
    char *token = NULL;
    bool rsa = (r_jwk_key_type(key, NULL, 0) & R_KEY_TYPE_RSA) != 0;
    if (claims != NULL && r_jwt_init(&jwt) == RHN_OK &&
        r_jwt_set_full_claims_json_t(jwt, claims) == RHN_OK &&
        r_jwt_set_sign_alg(jwt, rsa ? R_JWA_ALG_RS256 : R_JWA_ALG_ES256) == RHN_OK &&
        r_jwt_set_header_str_value(jwt, "kid", r_jwk_get_property_str(key, "kid")) == RHN_OK)
        token = r_jwt_serialize_signed(jwt, key, 0);
    json_decref(claims);
    r_jwt_free(jwt);
    if (token == NULL)
        return FATAL("token: cannot be signed with this key");
    *ret = arena_copy(arena, view_of(token));
    r_free(token);
    return ret->ptr != NULL ? RES_DONE : REJECT("token: arena is full");
}

res_t token_mint(const struct token_mint *mint, struct arena *arena, struct view *ret)
{
    if (r_global_init() != RHN_OK)
        return FATAL("token: the library does not start");
    json_t *json = json_load_file(mint->private_path, JSON_REJECT_DUPLICATES, NULL);
    jwk_t *key = NULL;
    res_t res = FATAL("token: the private key cannot be read");
    if (json != NULL && r_jwk_init(&key) == RHN_OK &&
        r_jwk_import_from_json_t(key, json) == RHN_OK &&
        (r_jwk_key_type(key, NULL, 0) & R_KEY_TYPE_PRIVATE) != 0)
        res = sign(key, mint, arena, ret);
    json_decref(json);
    r_jwk_free(key);
    r_global_close();
    return res;
}
