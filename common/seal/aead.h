/* AES-256-GCM with a context kept per thread. Inside seal only. */
#ifndef SEAL_AEAD_H
#define SEAL_AEAD_H

#include "base/view.h"

enum { AEAD_NONCE_BYTES = 12, AEAD_TAG_BYTES = 16 };

struct aead_in {
    const uint8_t *key;   /* 32 bytes */
    const uint8_t *nonce; /* AEAD_NONCE_BYTES */
    const struct view *aad;
    size_t aad_count;
    struct view text; /* plaintext when sealing, ciphertext when opening */
};

/* Writes text.len bytes and the tag. */
void aead_seal(const struct aead_in *in, uint8_t *ret_text, uint8_t ret_tag[static AEAD_TAG_BYTES]);
/* False when the tag does not fit: ret_text is cleared then. */
bool aead_open(
    const struct aead_in *in, const uint8_t tag[static AEAD_TAG_BYTES], uint8_t *ret_text);

#endif
