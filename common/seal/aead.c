#include "seal/aead.h"

#include "base/res.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/* Fetched once and kept: a fetch costs more than sealing a field. */
static EVP_CIPHER *cipher;
static _Thread_local EVP_CIPHER_CTX *context;

static EVP_CIPHER_CTX *start(const struct aead_in *in, int sealing)
{
    EVP_CIPHER *have = __atomic_load_n(&cipher, __ATOMIC_ACQUIRE);
    if (have == NULL) {
        EVP_CIPHER *made = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
        MUST(made != NULL);
        if (__atomic_compare_exchange_n(
                &cipher, &have, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            have = made;
        else
            EVP_CIPHER_free(made);
    }
    if (context == NULL)
        context = EVP_CIPHER_CTX_new();
    MUST(context != NULL && in->text.len <= INT_MAX);
    MUST(EVP_CipherInit_ex2(context, have, in->key, in->nonce, sealing, NULL) == 1);
    int len;
    for (size_t i = 0; i < in->aad_count; i++)
        MUST(EVP_CipherUpdate(
                 context, NULL, &len, (const uint8_t *)in->aad[i].ptr, (int)in->aad[i].len) == 1);
    return context;
}

void aead_seal(const struct aead_in *in, uint8_t *ret_text, uint8_t ret_tag[static AEAD_TAG_BYTES])
{
    EVP_CIPHER_CTX *ctx = start(in, 1);
    int len = 0, rest = 0;
    if (in->text.len > 0)
        MUST(EVP_CipherUpdate(
                 ctx, ret_text, &len, (const uint8_t *)in->text.ptr, (int)in->text.len) == 1);
    MUST(EVP_CipherFinal_ex(ctx, ret_text + len, &rest) == 1);
    MUST(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, ret_tag) == 1);
}

bool aead_open(
    const struct aead_in *in, const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *ret_text)
{
    EVP_CIPHER_CTX *ctx = start(in, 0);
    uint8_t own_tag[AEAD_TAG_BYTES];
    memcpy(own_tag, tag, sizeof own_tag);
    int len = 0, rest = 0;
    if (in->text.len > 0)
        MUST(EVP_CipherUpdate(
                 ctx, ret_text, &len, (const uint8_t *)in->text.ptr, (int)in->text.len) == 1);
    MUST(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_BYTES, own_tag) == 1);
    if (EVP_CipherFinal_ex(ctx, ret_text + len, &rest) == 1)
        return true;
    OPENSSL_cleanse(ret_text, in->text.len);
    return false;
}
