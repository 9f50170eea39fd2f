#include "brokerctl/token.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/token.h"

enum { ARENA_BYTES_MAX = 16 << 20, HOUR_S = 3600 };

res_t token_keys_find(const struct ctl *ctl, struct token_keys *ret)
{
    const char *folder = ctl->conf->secrets;
    if (folder[0] == '\0')
        return REJECT("RB_SECRETS does not say where the key is");
    int a = snprintf(ret->private_path, sizeof ret->private_path, "%s/token.jwk", folder);
    int b = snprintf(ret->jwks_path, sizeof ret->jwks_path, "%s/jwks.json", folder);
    bool fits =
        a > 0 && (size_t)a < sizeof ret->private_path && b > 0 && (size_t)b < sizeof ret->jwks_path;
    return fits ? RES_DONE : REJECT("the path of RB_SECRETS is too long");
}

res_t catalogue_read(const struct ctl *ctl, const char *name, struct arena *arena, struct tsv *ret)
{
    struct view path = arena_printf(arena, "%s/catalogue/%s.tsv", ctl->conf->schemas, name);
    return tsv_read(path.ptr, arena, ret);
}

static void copy_text(char ret[static TOKEN_TEXT_MAX], struct view text)
{
    (void)snprintf(ret, TOKEN_TEXT_MAX, "%.*s", VIEW_ARG(text));
}

res_t token_make(
    const struct ctl *ctl, const struct token_wish *wish, struct arena *arena, struct view *ret)
{
    struct token_keys keys;
    struct token_claims claims = {.client = "brokerctl"};
    TRY(token_keys_find(ctl, &keys));
    copy_text(claims.user, tsv_cell(wish->users, wish->user, "id"));
    copy_text(claims.name, tsv_cell(wish->users, wish->user, "name"));
    copy_text(claims.organisation, tsv_cell(wish->users, wish->user, "organisation"));
    (void)snprintf(claims.kind, sizeof claims.kind, "%.*s",
        VIEW_ARG(tsv_cell(wish->users, wish->user, "kind")));
    struct view units = tsv_cell(wish->users, wish->user, "units");
    while (units.ptr != NULL && units.len > 0 && claims.unit_count < TOKEN_UNITS_MAX)
        copy_text(claims.units[claims.unit_count++], view_cut(&units, ','));
    struct token_mint mint = {.private_path = keys.private_path,
        .issuer = ctl->conf->issuer,
        .audience = ctl->conf->audience,
        .issued_us = clock_now(),
        .valid_s = wish->valid_s,
        .claims = &claims};
    return token_mint(&mint, arena, ret);
}

static int make_keys(const struct ctl *ctl, bool rsa)
{
    struct token_keys keys;
    res_t res = token_keys_find(ctl, &keys);
    struct token_files files = {keys.private_path, keys.jwks_path, rsa};
    if (res.act == RES_OK)
        res = token_keys_create(&files);
    if (res.act != RES_OK)
        return ctl_fail_res(ctl, res);
    printf("RB_JWKS=%s\n", keys.jwks_path);
    return CTL_OK;
}

static int print_token(const struct ctl *ctl, const char *user, int64_t hours)
{
    static struct tsv users; /* too large for the stack */
    CLEANUP(arena_free_p) struct arena *arena = arena_new(ARENA_BYTES_MAX);
    res_t res = catalogue_read(ctl, "users", arena, &users);
    if (res.act != RES_OK)
        return ctl_fail_res(ctl, res);
    size_t row = 0;
    while (row < users.count && !view_eq_text(tsv_cell(&users, row, "id"), user))
        row++;
    if (row == users.count)
        return ctl_fail(ctl, CTL_USAGE, "users.tsv knows no %s", user);
    struct token_wish wish = {&users, row, hours * HOUR_S};
    struct view token = VIEW_NONE;
    res = token_make(ctl, &wish, arena, &token);
    if (res.act != RES_OK)
        return ctl_fail(ctl, CTL_USAGE, "%s (brokerctl token --make-keys makes one)", res.what);
    printf("%.*s\n", VIEW_ARG(token));
    return CTL_OK;
}

int token_run(const struct ctl *ctl)
{
    bool make = false, rsa = false;
    const char *user = "BBEAKS";
    int64_t hours = 12;
    const struct ctl_option options[] = {
        {"user", "whom it speaks for, of schemas/catalogue/users.tsv (default BBEAKS)",
            .text = &user},
        {"hours", "how long it holds (default 12)", .number = &hours},
        {"make-keys", "a new key pair in RB_SECRETS: token.jwk and jwks.json", .flag = &make},
        {"rsa", "RS256 instead of ES256 (with --make-keys)", .flag = &rsa},
    };
    struct ctl_args args = {.options = options, .option_count = ARRAY_LEN(options)};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    if (hours < 1 || hours > 24 * 365)
        return ctl_fail(ctl, CTL_USAGE, "--hours is 1 to 8760");
    return make ? make_keys(ctl, rsa) : print_token(ctl, user, hours);
}
