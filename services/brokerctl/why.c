/* why: what this referral waits for, in words. */
#include "brokerctl/why.h"

#include <stdio.h>

#include "base/clock.h"

enum { FOLD_BYTES = 256 << 20 };

struct asker {
    const struct ctl *ctl;
    struct pg *pg;
    struct codec_registry *registry;
    struct arena *arena;
    bool no_topics;
};

static res_t tell_facts(
    const struct asker *asker, struct uuid person, struct pg_rows **ret_rows, struct why *why)
{
    static const struct pg_sql sql = {
        NULL, "SELECT body FROM read.fact WHERE person = $1 ORDER BY version"};
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    TRY(pg_exec(asker->pg, &sql, &params, ret_rows));
    why->dossier = dossier_empty(asker->arena);
    if (why->dossier == NULL)
        return FATAL("no room for a dossier");
    why->dossier->person = person;
    for (int i = 0; i < pg_rows_count(*ret_rows); i++) {
        struct event event;
        if (codec_read_event(asker->registry, pg_bytes(*ret_rows, i, 0), asker->arena, &event) !=
            FRAME_OK)
            return FATAL("a fact of a schema that this program does not know: upgrade it");
        TRY(why_tell(why, &event, asker->arena));
    }
    return pg_rows_ok(*ret_rows);
}

static res_t explain(
    const struct asker *asker, const char *reference, struct uuid person, struct uuid referral)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL; /* the dossier points into them */
    CLEANUP(buf_done) struct buf text = {0};
    struct why why = {.referral = referral, .now = clock_now()};
    arena_clear(asker->arena);
    TRY(tell_facts(asker, person, &rows, &why));
    if (!why.there)
        return FATAL("the read model lists a referral of which it has no fact: brokerctl verify");
    why_put(&why, reference, &text);
    printf("%.*s", VIEW_ARG(buf_as_view(&text)));
    (void)fflush(stdout);
    if (asker->no_topics)
        return RES_DONE;
    struct why_waits waits = {asker->ctl, asker->pg, asker->registry, person};
    return why_waits_show(&waits);
}

static res_t find(const struct asker *asker, const char *word, struct pg_rows **ret)
{
    static const struct pg_sql sql = {NULL,
        "SELECT person, referral, coalesce(reference, referral::text) FROM read.referral "
        "WHERE reference = $1 OR referral = $2 ORDER BY submitted_at"};
    struct uuid id;
    struct pg_params params = {0};
    pg_put_text(&params, view_of(word));
    if (uuid_parse(view_of(word), &id))
        pg_put_uuid(&params, id);
    else
        pg_put_null(&params, PG_UUID);
    return pg_exec(asker->pg, &sql, &params, ret);
}

static int answer(struct asker *asker, const char *word)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    res_t res = codec_registry_new(&asker->registry);
    if (res.act == RES_OK)
        res = ctl_pg_open(asker->ctl, &asker->pg);
    if (res.act == RES_OK)
        res = find(asker, word, &rows);
    if (res.act == RES_OK && pg_rows_count(rows) == 0)
        return ctl_fail(asker->ctl, CTL_DIFFERENT, "no referral has that reference or id");
    for (int i = 0; res.act == RES_OK && i < pg_rows_count(rows); i++) {
        char reference[64];
        (void)snprintf(reference, sizeof reference, "%.*s", VIEW_ARG(pg_text(rows, i, 2)));
        res = explain(asker, reference, pg_uuid(rows, i, 0), pg_uuid(rows, i, 1));
    }
    return res.act == RES_OK ? CTL_OK : ctl_fail_res(asker->ctl, res);
}

int why_run(const struct ctl *ctl)
{
    struct asker asker = {.ctl = ctl};
    const struct ctl_option options[] = {{"no-topics",
        "what the read model says alone, without asking Kafka", .flag = &asker.no_topics}};
    struct ctl_args args = {
        .options = options, .option_count = ARRAY_LEN(options), .words_min = 1, .words_max = 1};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    asker.arena = arena_new(FOLD_BYTES);
    code = answer(&asker, args.words[0]);
    pg_close(asker.pg);
    codec_registry_free(asker.registry);
    arena_free(asker.arena);
    return code;
}
