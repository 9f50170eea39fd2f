/* restrict: who may see a person whose access is limited. Written where the gateway's gate looks,
 * so that it holds for the next request; open pages are told. */
#include <stdio.h>
#include <string.h>

#include "brokerctl/ctl.h"
#include "edge/edge.h"

enum { USERS_MAX = 200, ARENA_BYTES_MAX = 1 << 20 };

struct wish {
    const char *only, *except; /* user ids, separated by commas; "": none; NULL: as it is */
    bool lift;
};

/* The person of a CRN; who is not known yet is made known, so that nobody sees them first. */
static res_t find_by_crn(const struct ctl *ctl, struct pg *pg, struct view crn, struct uuid *ret)
{
    struct edge_secrets secrets;
    CLEANUP(arena_free_p) struct arena *arena = arena_new(ARENA_BYTES_MAX);
    if (ctl->conf->secrets[0] == '\0')
        return REJECT("RB_SECRETS does not say where the secret is that a CRN needs");
    TRY(edge_crn_normalise(crn, arena, &crn));
    TRY(edge_secrets_open(ctl->conf->secrets, &secrets));
    struct edge *edge = edge_new(pg, &secrets);
    bool made;
    res_t res = edge_person_register(edge, crn, ret, &made);
    edge_free(edge);
    edge_secrets_close(&secrets);
    return res;
}

static bool looks_like_crn(const char *word)
{
    static const char digits[] = "0123456789";
    return strlen(word) == 7 && strspn(word + 1, digits) == 6 && strspn(word, digits) == 0;
}

static res_t find_person(const struct ctl *ctl, struct pg *pg, const char *word, struct uuid *ret)
{
    if (uuid_parse(view_of(word), ret))
        return RES_DONE;
    if (looks_like_crn(word))
        return find_by_crn(ctl, pg, view_of(word), ret);
    return REJECT("a person is named by their id, or by a CRN (a letter and six digits)");
}

static res_t restrict_to(struct pg *pg, struct uuid person, bool only, const char *text)
{
    struct view users[USERS_MAX], rest = view_of(text);
    struct edge_restriction restriction = {.only = only, .users = users};
    while (rest.ptr != NULL && rest.len > 0) {
        struct view user = view_trim(view_cut(&rest, ','));
        if (user.len == 0)
            return REJECT("a user's id is empty");
        if (restriction.count == USERS_MAX)
            return REJECT("more than 200 users");
        users[restriction.count++] = user;
    }
    return edge_restrict(pg, person, &restriction);
}

static res_t show(struct pg *pg, struct uuid person)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(edge_restrictions(pg, person, &rows));
    printf("%s\n", uuid_text(person).text);
    for (int i = 0; i < pg_rows_count(rows); i++) {
        struct view user = pg_text(rows, i, 1);
        const char *kind = pg_bool(rows, i, 0) ? "only" : "except";
        printf("  %-7s %.*s\n", kind, VIEW_ARG(user.len > 0 ? user : VIEW("nobody")));
    }
    if (pg_rows_count(rows) == 0)
        printf("  not restricted\n");
    return pg_rows_ok(rows);
}

/* All of it or nothing: between two statements a record must not stand open. What fails is rolled
 * back with the connection. */
static res_t fulfil(struct pg *pg, struct uuid person, const struct wish *wish)
{
    enum pg_commit commit;
    TRY(pg_begin(pg));
    if (wish->lift)
        TRY(edge_unrestrict(pg, person));
    if (wish->only != NULL)
        TRY(restrict_to(pg, person, true, wish->only));
    if (wish->except != NULL)
        TRY(restrict_to(pg, person, false, wish->except));
    return pg_commit(pg, &commit);
}

static res_t carry_out(const struct ctl *ctl, const char *word, const struct wish *wish)
{
    CLEANUP(pg_close_p) struct pg *pg = NULL;
    struct uuid person;
    TRY(ctl_pg_open(ctl, &pg));
    TRY(find_person(ctl, pg, word, &person));
    TRY(fulfil(pg, person, wish));
    return show(pg, person);
}

int restrict_run(const struct ctl *ctl)
{
    struct wish wish = {0};
    const struct ctl_option options[] = {
        {"only", "user ids, separated by commas: nobody else sees the person; '': nobody does",
            .text = &wish.only},
        {"except", "user ids, separated by commas: these do not see the person; '': all may",
            .text = &wish.except},
        {"lift", "whatever was said before holds no more", .flag = &wish.lift},
    };
    struct ctl_args args = {
        .options = options, .option_count = ARRAY_LEN(options), .words_min = 1, .words_max = 1};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    res_t res = carry_out(ctl, args.words[0], &wish);
    return res.act == RES_OK ? CTL_OK : ctl_fail_res(ctl, res);
}
