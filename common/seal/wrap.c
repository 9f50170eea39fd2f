#include "seal/seal.h"

#include "seal/aead.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key_wrapper {
    uint8_t key[SEAL_KEY_BYTES];
};

static const uint8_t WRAP_FORMAT = 0x11; /* AES-256-GCM, first key-encryption key */

res_t key_wrapper_open_file(const char *hex_path, struct key_wrapper **ret)
{
    char hex[2 * SEAL_KEY_BYTES];
    FILE *file = fopen(hex_path, "re");
    if (file == NULL)
        return FATAL("the file with the key-encryption key cannot be opened");
    size_t got = fread(hex, 1, sizeof hex, file);
    fclose(file);
    struct key_wrapper *wrapper = calloc(1, sizeof *wrapper);
    if (wrapper == NULL || !hex_parse((struct view){hex, got}, wrapper->key, sizeof wrapper->key)) {
        key_wrapper_close(wrapper);
        return FATAL("the file with the key-encryption key must hold 64 hex characters");
    }
    OPENSSL_cleanse(hex, sizeof hex);
    *ret = wrapper;
    return RES_DONE;
}

void key_wrapper_close(struct key_wrapper *wrapper)
{
    if (wrapper != NULL)
        OPENSSL_cleanse(wrapper, sizeof *wrapper);
    free(wrapper);
}

void key_wrapper_close_p(struct key_wrapper **wrapper)
{
    key_wrapper_close(*wrapper);
    *wrapper = NULL;
}

enum { AT_NONCE = 1, AT_TEXT = 13, AT_TAG = AT_TEXT + SEAL_KEY_BYTES, AAD_PARTS = 2 };

static void bind(
    const struct person_keys *keys, const uint8_t *what, struct view ret_aad[static AAD_PARTS])
{
    ret_aad[0] = (struct view){(const char *)keys->person.b, sizeof keys->person.b};
    ret_aad[1] = (struct view){(const char *)what, 1};
}

res_t key_wrap(const struct key_wrapper *wrapper, const struct person_keys *keys, enum sealed what,
    uint8_t ret[static SEAL_WRAPPED_BYTES])
{
    const uint8_t *key = what == SEALED_RISK ? keys->risk_key : keys->person_key;
    uint8_t kind = (uint8_t)what;
    struct view aad[AAD_PARTS];
    bind(keys, &kind, aad);
    ret[0] = WRAP_FORMAT;
    random_bytes(ret + AT_NONCE, AEAD_NONCE_BYTES);
    aead_seal(&(struct aead_in){wrapper->key, ret + AT_NONCE, aad, AAD_PARTS,
                  {(const char *)key, SEAL_KEY_BYTES}},
        ret + AT_TEXT, ret + AT_TAG);
    return RES_DONE;
}

res_t key_unwrap(const struct key_wrapper *wrapper, struct view wrapped, enum sealed what,
    struct person_keys *ret_keys)
{
    const uint8_t *bytes = (const uint8_t *)wrapped.ptr;
    if (wrapped.len != SEAL_WRAPPED_BYTES || bytes[0] != WRAP_FORMAT)
        return REJECT("a wrapped key is of no known form");
    uint8_t kind = (uint8_t)what;
    struct view aad[AAD_PARTS];
    bind(ret_keys, &kind, aad);
    struct aead_in in = {
        wrapper->key, bytes + AT_NONCE, aad, AAD_PARTS, {wrapped.ptr + AT_TEXT, SEAL_KEY_BYTES}};
    uint8_t *out = what == SEALED_RISK ? ret_keys->risk_key : ret_keys->person_key;
    if (!aead_open(&in, bytes + AT_TAG, out))
        return REJECT("a wrapped key was altered, or is of another person or key-encryption key");
    return RES_DONE;
}
