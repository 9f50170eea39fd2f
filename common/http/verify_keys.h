/* The public keys that tokens are verified with: read once from a file, or fetched from an address
 * and fetched again, by a thread of its own, now and then and when a token names one that we do not
 * have. Of common/http alone. */
#ifndef HTTP_VERIFY_KEYS_H
#define HTTP_VERIFY_KEYS_H

#include "http/token.h"

#include <rhonabwy.h>

struct verify_keys;

/* RES_FATAL: a file that cannot be read or holds anything but usable keys; an address that is
 * neither https nor of this machine. An address that does not answer is no failure: there are no
 * keys yet. */
res_t verify_keys_open(const struct token_conf *conf, struct verify_keys **ret) MUST_USE;
void verify_keys_close(struct verify_keys *keys); /* waits for a fetch under way; NULL is fine */

/* All of the following in one thread. */

/* The key of that name, the caller's to free, or NULL. *ret_away: it may be a new one, which is
 * being fetched, or no key was fetched yet: the same question has another answer in a moment. */
jwk_t *verify_keys_find(struct verify_keys *keys, const char *kid, bool *ret_away);
/* Takes what was fetched; true: these are other keys than before the last call. */
bool verify_keys_renew(struct verify_keys *keys);
/* What the last fetch failed with, once; RES_OK: it did not, or was told already. */
res_t verify_keys_trouble(struct verify_keys *keys);

/* The one algorithm that this key serves: RS256 for RSA of 2048 bits and more, ES256 for P-256. */
jwa_alg verify_key_alg(jwk_t *key);

#endif
