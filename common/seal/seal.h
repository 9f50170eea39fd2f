/* Sealing: person and risk text is AES-256-GCM under the person's own keys before it leaves the
 * edge. What is sealed can be opened only for the same person, record and field: they are bound as
 * associated data. Keys never leave this folder unwrapped but in struct person_keys, which its
 * holder clears. Not for access decisions: who may open what is the gateway's gate. */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include "base/arena.h"
#include "base/desc.h"
#include "base/id.h"

enum {
    SEAL_KEY_BYTES = 32,
    SEAL_OVERHEAD = 1 + 16 + 12 + 16, /* algorithm and key version, record id, nonce, tag */
    SEAL_WRAPPED_BYTES = 1 + 12 + SEAL_KEY_BYTES + 16,
    SEAL_PATH_MAX = 160,
};

/* A person's two data keys. Erasing them everywhere erases the person's text everywhere. */
struct person_keys {
    struct uuid person;
    uint8_t person_key[SEAL_KEY_BYTES];
    uint8_t risk_key[SEAL_KEY_BYTES];
};
void person_keys_new(struct uuid person, struct person_keys *ret); /* random keys */
void person_keys_clear(struct person_keys *keys);

/* The one seam behind which keys are wrapped. A key daemon will stand here; today a key from a
 * file. */
struct key_wrapper;
/* `hex_path` holds 64 hex characters. RES_FATAL with a reason when it cannot be read. */
res_t key_wrapper_open_file(const char *hex_path, struct key_wrapper **ret) MUST_USE;
void key_wrapper_close(struct key_wrapper *wrapper);
void key_wrapper_close_p(struct key_wrapper **wrapper);
res_t key_wrap(const struct key_wrapper *wrapper, const struct person_keys *keys, enum sealed what,
    uint8_t ret[static SEAL_WRAPPED_BYTES]) MUST_USE;
/* Puts the unwrapped key into ret_keys (whose `person` must be set). RES_REJECT: not a key of this
 * person, or altered. */
res_t key_unwrap(const struct key_wrapper *wrapper, struct view wrapped, enum sealed what,
    struct person_keys *ret_keys) MUST_USE;

/* Where sealed bytes belong. `path` is the field's JSON pointer in the record:
 * "/practitioner/name",
 * "/activities/0/text". */
struct seal_place {
    struct uuid record;
    enum sealed what; /* SEALED_PERSON or SEALED_RISK */
    struct view path;
};

/* Sealed bytes in the arena. RES_REJECT only when the arena is full. */
res_t seal_bytes(const struct person_keys *keys, struct seal_place place, struct view plain,
    struct arena *arena, struct view *ret) MUST_USE;
/* RES_REJECT: altered, of another person, record or field, or an algorithm we do not know. */
res_t seal_open(const struct person_keys *keys, struct seal_place place, struct view sealed,
    struct arena *arena, struct view *ret_plain) MUST_USE;
/* The record in which these bytes were first sealed (fields may be carried on into later records);
 * false where they are too short to be sealed bytes. */
bool seal_record_of(struct view sealed, struct uuid *ret);

/* Seals every field of a command whose table says so, in place: they hold plain JSON before and
 * sealed bytes after. `record` starts with struct record_head; arrays with sealed fields are copied
 * into the arena. On failure the record is unusable: drop it. */
res_t seal_record(const struct person_keys *keys, struct uuid record_id,
    const struct record_desc *desc, void *record, struct arena *arena) MUST_USE;

/* The hash of a request's body, under a key derived from the person's own: equal bodies are told
 * from other ones, and nothing can be told once the keys are gone. */
struct digest seal_request_hash(const struct person_keys *keys, struct view body);

#endif
