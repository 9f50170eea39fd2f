/* Ids and digests: value types and how they are made. The one user of OpenSSL below seal. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/res.h"
#include "base/view.h"

/* Any 128 bits: version bits are never checked on input (other systems' ids have none). */
struct uuid {
    uint8_t b[16];
};
struct digest {
    uint8_t b[32];
};

enum { UUID_TEXT_LEN = 36, DIGEST_HEX_LEN = 64 };

bool uuid_eq(struct uuid a, struct uuid b);
int uuid_cmp(struct uuid a, struct uuid b);
bool uuid_is_zero(struct uuid a);
/* 8-4-4-4-12 hex, any case; false and *ret untouched otherwise. */
bool uuid_parse(struct view text, struct uuid *ret);
/* Lower case and a NUL. */
void uuid_print(struct uuid id, char ret[static UUID_TEXT_LEN + 1]);
/* For one call's arguments: UUID_TEXT(id).text */
struct uuid_text {
    char text[UUID_TEXT_LEN + 1];
};
struct uuid_text uuid_text(struct uuid id);

/* RFC 9562 version 5: SHA-1 of the space and the name. */
struct uuid uuid_v5(struct uuid space, struct view name);
/* RFC 9562 version 8 of HMAC-SHA256(secret, name): the form of person and record ids. */
struct uuid uuid_v8_hmac(struct view secret, struct view name);
/* Version 4 from the system's randomness: at edges only, never in a decider. */
struct uuid uuid_random(void);

bool digest_eq(struct digest a, struct digest b);
void digest_hex(struct digest d, char ret[static DIGEST_HEX_LEN + 1]);
struct digest sha256(struct view bytes);
/* SHA-256 of the parts one after another. */
struct digest sha256_of(const struct view *parts, size_t count);
struct digest hmac_sha256(struct view key, struct view bytes);
/* Constant time. */
bool bytes_eq_secret(struct view a, struct view b);
void random_bytes(void *ret, size_t len);

/* Hex, lower case, with a NUL: `ret` holds 2*len+1. */
void hex_print(struct view bytes, char *ret);
/* False unless `text` is exactly 2*len hex digits. */
bool hex_parse(struct view text, void *ret, size_t len);

/* The partition of a key as Java's default partitioner has it (murmur2, sign bit cleared):
 * the same as librdkafka's murmur2_random for a non-empty key. */
int32_t partition_of(struct view key, int32_t partitions);

#endif
