#include "seal/seal.h"

#include "seal/aead.h"

#include <openssl/crypto.h>
#include <string.h>

/* High nibble: algorithm 1 = AES-256-GCM; low nibble: the person's key version, 0 today. */
static const uint8_t FORMAT = 0x10;

enum { AT_RECORD = 1, AT_NONCE = 17, AT_TEXT = 29 };

void person_keys_new(struct uuid person, struct person_keys *ret)
{
    ret->person = person;
    random_bytes(ret->person_key, sizeof ret->person_key);
    random_bytes(ret->risk_key, sizeof ret->risk_key);
}

void person_keys_clear(struct person_keys *keys)
{
    OPENSSL_cleanse(keys, sizeof *keys);
}

static const uint8_t *key_for(const struct person_keys *keys, enum sealed what)
{
    MUST(what != SEALED_NO);
    return what == SEALED_RISK ? keys->risk_key : keys->person_key;
}

enum { AAD_PARTS = 3 };

static void bind(const struct person_keys *keys, const struct seal_place *place,
    struct view ret_aad[static AAD_PARTS])
{
    ret_aad[0] = (struct view){(const char *)keys->person.b, sizeof keys->person.b};
    ret_aad[1] = (struct view){(const char *)place->record.b, sizeof place->record.b};
    ret_aad[2] = place->path;
}

res_t seal_bytes(const struct person_keys *keys, struct seal_place place, struct view plain,
    struct arena *arena, struct view *ret)
{
    uint8_t *out = arena_alloc(arena, plain.len + SEAL_OVERHEAD);
    if (out == NULL)
        return REJECT("too much to seal in one request");
    out[0] = FORMAT;
    memcpy(out + AT_RECORD, place.record.b, sizeof place.record.b);
    random_bytes(out + AT_NONCE, AEAD_NONCE_BYTES);
    struct view aad[AAD_PARTS];
    bind(keys, &place, aad);
    aead_seal(&(struct aead_in){key_for(keys, place.what), out + AT_NONCE, aad, AAD_PARTS, plain},
        out + AT_TEXT, out + AT_TEXT + plain.len);
    *ret = (struct view){(const char *)out, plain.len + SEAL_OVERHEAD};
    return RES_DONE;
}

bool seal_record_of(struct view sealed, struct uuid *ret)
{
    if (sealed.len < SEAL_OVERHEAD)
        return false;
    memcpy(ret->b, sealed.ptr + AT_RECORD, sizeof ret->b);
    return true;
}

res_t seal_open(const struct person_keys *keys, struct seal_place place, struct view sealed,
    struct arena *arena, struct view *ret_plain)
{
    struct uuid record;
    if (!seal_record_of(sealed, &record) || (uint8_t)sealed.ptr[0] != FORMAT)
        return REJECT("sealed bytes are of no known form");
    if (!uuid_eq(record, place.record))
        return REJECT("sealed bytes belong to another record");
    struct view text = {sealed.ptr + AT_TEXT, sealed.len - SEAL_OVERHEAD};
    uint8_t *plain = arena_alloc(arena, text.len);
    if (plain == NULL)
        return REJECT("too much to open in one request");
    struct view aad[AAD_PARTS];
    bind(keys, &place, aad);
    const uint8_t *bytes = (const uint8_t *)sealed.ptr;
    struct aead_in in = {key_for(keys, place.what), bytes + AT_NONCE, aad, AAD_PARTS, text};
    if (!aead_open(&in, bytes + AT_TEXT + text.len, plain))
        return REJECT("sealed bytes were altered, or are of another person or field");
    *ret_plain = (struct view){(const char *)plain, text.len};
    return RES_DONE;
}

struct digest seal_request_hash(const struct person_keys *keys, struct view body)
{
    struct digest derived =
        hmac_sha256((struct view){(const char *)keys->person_key, sizeof keys->person_key},
            VIEW("request-hash"));
    struct digest hash =
        hmac_sha256((struct view){(const char *)derived.b, sizeof derived.b}, body);
    OPENSSL_cleanse(&derived, sizeof derived);
    return hash;
}
