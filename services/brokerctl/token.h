/* Bearer tokens for the demo's users (schemas/catalogue/users.tsv), minted with a key of our own
 * that lies in RB_SECRETS beside the public half that the gateway reads. */
#ifndef BROKERCTL_TOKEN_H
#define BROKERCTL_TOKEN_H

#include "brokerctl/ctl.h"
#include "brokerctl/tsv.h"

struct token_keys {
    char private_path[512]; /* RB_SECRETS/token.jwk */
    char jwks_path[512];    /* RB_SECRETS/jwks.json */
};
/* REJECT: RB_SECRETS says nothing, or too much. */
res_t token_keys_find(const struct ctl *ctl, struct token_keys *ret) MUST_USE;
/* RB_SCHEMAS/catalogue/<name>.tsv */
res_t catalogue_read(
    const struct ctl *ctl, const char *name, struct arena *arena, struct tsv *ret) MUST_USE;

/* A token that speaks for row `user` of users.tsv, in the arena. */
struct token_wish {
    const struct tsv *users;
    size_t user;
    int64_t valid_s;
};
res_t token_make(const struct ctl *ctl, const struct token_wish *wish, struct arena *arena,
    struct view *ret) MUST_USE;

#endif
