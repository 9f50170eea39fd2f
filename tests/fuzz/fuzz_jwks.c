/* A set of public keys (JWKS, RFC 7517) from a file: taken or refused. What is taken is a JSON
 * object whose keys are public RSA or EC ones, each with its kid, and none private or symmetric. */
#include "fuzz.h"
#include "http/token.h"

#include <jansson.h>
#include <string.h>

static void public_alone(json_t *key)
{
    const char *kind = json_string_value(json_object_get(key, "kty"));
    MUST(json_string_value(json_object_get(key, "kid")) != NULL);
    MUST(kind != NULL && (strcmp(kind, "RSA") == 0 || strcmp(kind, "EC") == 0));
    MUST(json_object_get(key, "d") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view text = {(const char *)data, size};
    struct token_verifier *verifier = NULL;
    struct token_claims claims;
    const struct token_conf conf = {
        .jwks = fuzz_file(text), .issuer = "i", .audience = "a", .cache_max = 1};
    enum res_do act = token_verifier_open(&conf, &verifier).act;
    MUST(act == RES_OK ? verifier != NULL : (act == RES_FATAL && verifier == NULL));
    if (act != RES_OK)
        return 0;
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    json_t *keys = json_object_get(json, "keys");
    MUST(json_array_size(keys) > 0);
    for (size_t i = 0; i < json_array_size(keys); i++)
        public_alone(json_array_get(keys, i));
    json_decref(json);
    MUST(token_verify(verifier, VIEW("e30.e30.e30"), 1, &claims) != TOKEN_OK);
    token_verifier_close(verifier);
    return 0;
}
