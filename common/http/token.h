/* Bearer tokens: signed JWTs, RS256 or ES256 only, against keys from a file or from the identity
 * provider's address (a JWKS, RFC 7517). Keys named or carried by a token (jku, jwk, x5u, x5c) are
 * never looked at. rhonabwy inside. */
#ifndef HTTP_TOKEN_H
#define HTTP_TOKEN_H

#include "base/arena.h"

struct token_verifier;

struct token_conf {
    const char *jwks;   /* public keys, each with its kid: a file, or an address: https, or of this
                           machine. Fetched by a thread; what fails leaves the keys that there are */
    int64_t refresh_us; /* between two fetches; 0: 5 min */
    int64_t refetch_us; /* the least between two: after a failure, and when a token names a key that
                           we do not have; 0: 10 s */
    const char *issuer;
    const char *audience;
    int64_t leeway_s;   /* for exp and nbf; 0: 5 */
    uint32_t cache_max; /* verified tokens remembered until they expire; 0: 4,096 */
};
/* RES_FATAL: the file cannot be read, holds no usable key, or a private or symmetric one; an
 * address that is not safe. One that does not answer is no failure: its keys are away. */
res_t token_verifier_open(const struct token_conf *conf, struct token_verifier **ret) MUST_USE;
void token_verifier_close(struct token_verifier *verifier); /* NULL is fine */
void token_verifier_close_p(struct token_verifier **verifier);
/* Why keys could not be fetched, once for each failure; RES_OK: nothing new. Never FATAL. */
res_t token_verifier_trouble(struct token_verifier *verifier) MUST_USE;

enum token_fault {
    TOKEN_OK,
    TOKEN_MALFORMED,
    TOKEN_ALGORITHM,   /* not RS256 or ES256, or not the key's own kind */
    TOKEN_UNKNOWN_KEY, /* no kid, or none of ours */
    TOKEN_KEYS_AWAY,   /* its key is being fetched: ask again in a moment */
    TOKEN_FORGED,
    TOKEN_EXPIRED, /* or not valid yet */
    TOKEN_WRONG_ISSUER,
    TOKEN_WRONG_AUDIENCE,
    TOKEN_INCOMPLETE, /* a claim we need is missing or too long */
    TOKEN_FAULT_MAX_
};

enum { TOKEN_TEXT_MAX = 128, TOKEN_UNITS_MAX = 16, TOKEN_AUTHORITIES_MAX = 2048 };
/* What a token says about its bearer; NUL-terminated, "" where absent. */
struct token_claims {
    char subject[TOKEN_TEXT_MAX]; /* claim sub */
    char user[TOKEN_TEXT_MAX];    /* claim user_name, else sub */
    char user_id[TOKEN_TEXT_MAX]; /* claim user_id */
    char client[TOKEN_TEXT_MAX];  /* claim client_id, else azp, else sub */
    char kind[32];                /* claim rb_kind: practitioner, provider, commissioner, ... */
    char organisation[TOKEN_TEXT_MAX];           /* claim rb_organisation */
    char name[TOKEN_TEXT_MAX];                   /* claim name */
    char units[TOKEN_UNITS_MAX][TOKEN_TEXT_MAX]; /* claim rb_units: delivery units, or contracts of
                                                    a commissioner */
    uint32_t unit_count;
    char auth_source[16]; /* claim auth_source: auth, delius, none */
    /* Claims authorities and groups, one a line: those that begin with ROLE_PROBATION, ROLE_CRS_,
     * ROLE_INTERVENTIONS_ or INT_; people bear very many others. */
    char authorities[TOKEN_AUTHORITIES_MAX];
    int64_t expires_us;
};
/* One thread. Equal tokens are verified once until they expire. */
enum token_fault token_verify(struct token_verifier *verifier, struct view token, int64_t now_us,
    struct token_claims *ret) MUST_USE;

/* For operators' tools and tests. */

/* A new key pair, P-256 or RSA 2048: the private JWK (mode 0600) and the JWKS with its public half.
 * Files that are there are written over. */
struct token_files {
    const char *private_path;
    const char *jwks_path;
    bool rsa;
};
res_t token_keys_create(const struct token_files *files) MUST_USE;
struct token_mint {
    const char *private_path; /* JWK with kid; its kind decides RS256 or ES256 */
    const char *issuer, *audience;
    int64_t issued_us;
    int64_t valid_s;
    const struct token_claims *claims;
};
/* The compact token in the arena. */
res_t token_mint(const struct token_mint *mint, struct arena *arena, struct view *ret) MUST_USE;

#endif
