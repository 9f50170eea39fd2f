/* timeline and outcome: what the read model says of a person, a referral, a command. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "brokerctl/ctl.h"
#include "codec/json.h"

struct asker {
    const struct ctl *ctl;
    struct pg *pg;
    struct codec_registry *registry;
    struct arena *arena;
    bool json;
};

/* --- timeline ----------------------------------------------------------------------------------*/

enum { COL_VERSION, COL_AT, COL_TYPE, COL_COMMAND, COL_CODE, COL_FIELD, COL_REFERRAL, COL_BODY };

static const struct pg_sql facts_sql = {NULL,
    "SELECT o.version, o.recorded_at, o.type, o.command, o.code, o.field, o.referral, f.body "
    "FROM read.outcome o LEFT JOIN read.fact f USING (person, version) "
    "WHERE o.person = $1 AND ($2::uuid IS NULL OR o.referral = $2) ORDER BY o.version"};

static void put_body(const struct asker *asker, struct view body, struct buf *out)
{
    struct event event;
    if (codec_read_event(asker->registry, body, asker->arena, &event) != FRAME_OK) {
        buf_text(out, asker->json ? "null" : "(of a schema that this program does not know)");
        return;
    }
    const struct record_desc *desc = event_table[event.type].desc;
    if (asker->json) {
        ctl_put_json(desc, event.body, out);
        return;
    }
    CLEANUP(buf_done) struct buf fields = {0};
    ctl_put_fields(desc, event.body, &fields);
    buf_text(out, "by ");
    ctl_put_actor(&event_meta(&event)->actor, out);
    buf_text(out, fields.len == 0 ? "" : " | ");
    buf_view(out, buf_as_view(&fields));
}

static void put_human(const struct asker *asker, struct pg_rows *rows, int row, struct buf *out)
{
    char time[TIME_TEXT_MAX];
    struct view code = pg_text(rows, row, COL_CODE);
    time_print(pg_time(rows, row, COL_AT), time);
    buf_printf(out, "%s v%-4" PRId64 " ", time, pg_int(rows, row, COL_VERSION));
    if (code.ptr != NULL)
        buf_printf(out, "%.*s refused: %.*s %.*s", VIEW_ARG(pg_text(rows, row, COL_COMMAND)),
            VIEW_ARG(code), VIEW_ARG(pg_text(rows, row, COL_FIELD)));
    else
        buf_printf(out, "%.*s ", VIEW_ARG(pg_text(rows, row, COL_TYPE)));
    if (!pg_is_null(rows, row, COL_BODY))
        put_body(asker, pg_bytes(rows, row, COL_BODY), out);
}

static void put_json(const struct asker *asker, struct pg_rows *rows, int row, struct buf *out)
{
    static const struct {
        const char *name;
        int column;
    } texts[] = {
        {"type", COL_TYPE}, {"command", COL_COMMAND}, {"code", COL_CODE}, {"field", COL_FIELD}};
    buf_printf(out, "{\"version\":%" PRId64, pg_int(rows, row, COL_VERSION));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct view text = pg_text(rows, row, texts[i].column);
        if (text.ptr == NULL)
            continue;
        buf_printf(out, ",\"%s\":", texts[i].name);
        codec_json_text(text, out);
    }
    if (!pg_is_null(rows, row, COL_BODY)) {
        buf_text(out, ",\"record\":");
        put_body(asker, pg_bytes(rows, row, COL_BODY), out);
    }
    buf_byte(out, '}');
}

static int show_facts(const struct asker *asker, struct uuid person, const struct uuid *referral)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    CLEANUP(buf_done) struct buf line = {0};
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    if (referral == NULL)
        pg_put_null(&params, PG_UUID);
    else
        pg_put_uuid(&params, *referral);
    res_t res = pg_exec(asker->pg, &facts_sql, &params, &rows);
    for (int i = 0; res.act == RES_OK && i < pg_rows_count(rows); i++) {
        arena_clear(asker->arena);
        buf_clear(&line);
        if (asker->json)
            put_json(asker, rows, i, &line);
        else
            put_human(asker, rows, i, &line);
        printf("%.*s\n", VIEW_ARG(buf_as_view(&line)));
    }
    if (res.act == RES_OK)
        res = pg_rows_ok(rows);
    if (res.act != RES_OK)
        return ctl_fail_res(asker->ctl, res);
    return pg_rows_count(rows) > 0 ? CTL_OK : ctl_fail(asker->ctl, CTL_DIFFERENT, "no record");
}

static int show_referral(const struct asker *asker, const char *reference)
{
    static const struct pg_sql sql = {NULL,
        "SELECT person, referral, status, coalesce(action, '-'), coalesce(turn, '-'), due_at "
        "FROM read.referral_now WHERE reference = $1 ORDER BY submitted_at"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    struct pg_params params = {0};
    pg_put_text(&params, view_of(reference));
    res_t res = pg_exec(asker->pg, &sql, &params, &rows);
    if (res.act != RES_OK)
        return ctl_fail_res(asker->ctl, res);
    if (pg_rows_count(rows) == 0)
        return ctl_fail(asker->ctl, CTL_DIFFERENT, "no referral has that reference");
    int code = CTL_OK;
    for (int i = 0; code == CTL_OK && i < pg_rows_count(rows); i++) {
        struct uuid person = pg_uuid(rows, i, 0), referral = pg_uuid(rows, i, 1);
        char due[TIME_TEXT_MAX] = "-";
        if (!pg_is_null(rows, i, 5))
            time_print(pg_time(rows, i, 5), due);
        if (!asker->json)
            printf("%s person %s referral %s: %.*s, next %.*s (%.*s) due %s\n", reference,
                uuid_text(person).text, uuid_text(referral).text, VIEW_ARG(pg_text(rows, i, 2)),
                VIEW_ARG(pg_text(rows, i, 3)), VIEW_ARG(pg_text(rows, i, 4)), due);
        code = show_facts(asker, person, &referral);
    }
    return code;
}

/* Opens what both need; CTL_OK or the exit code, said why. */
static int asker_open(struct asker *asker)
{
    res_t res = codec_registry_new(&asker->registry);
    if (res.act == RES_OK)
        res = ctl_pg_open(asker->ctl, &asker->pg);
    asker->arena = arena_new((size_t)64 << 20);
    return res.act == RES_OK ? CTL_OK : ctl_fail_res(asker->ctl, res);
}

static void asker_close(struct asker *asker)
{
    pg_close(asker->pg);
    codec_registry_free(asker->registry);
    arena_free(asker->arena);
}

int timeline_run(const struct ctl *ctl)
{
    struct asker asker = {.ctl = ctl};
    const struct ctl_option options[] = {{"json", "a JSON object a line", .flag = &asker.json}};
    struct ctl_args args = {
        .options = options, .option_count = ARRAY_LEN(options), .words_min = 1, .words_max = 1};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    struct uuid person;
    code = asker_open(&asker);
    if (code == CTL_OK)
        code = uuid_parse(view_of(args.words[0]), &person) ? show_facts(&asker, person, NULL)
                                                           : show_referral(&asker, args.words[0]);
    asker_close(&asker);
    return code;
}

/* --- outcome -----------------------------------------------------------------------------------*/

static int show_outcome(const struct asker *asker, struct uuid id)
{
    static const struct pg_sql sql = {NULL,
        "SELECT row_to_json(o)::text FROM (SELECT id, person, referral, version, seen_version, "
        "type, command, code, field, arguments, waived, recorded_at, partition, log_offset "
        "FROM read.outcome WHERE id = $1) o"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    struct pg_params params = {0};
    pg_put_uuid(&params, id);
    res_t res = pg_exec(asker->pg, &sql, &params, &rows);
    if (res.act != RES_OK)
        return ctl_fail_res(asker->ctl, res);
    for (int i = 0; i < pg_rows_count(rows); i++)
        printf("%.*s\n", VIEW_ARG(pg_text(rows, i, 0)));
    return pg_rows_count(rows) > 0
               ? CTL_OK
               : ctl_fail(asker->ctl, CTL_DIFFERENT, "no command with that id has an outcome");
}

int outcome_run(const struct ctl *ctl)
{
    struct asker asker = {.ctl = ctl};
    struct ctl_args args = {.words_min = 1, .words_max = 1};
    struct uuid id;
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    if (!uuid_parse(view_of(args.words[0]), &id))
        return ctl_fail(ctl, CTL_USAGE, "%s is not an id", args.words[0]);
    code = asker_open(&asker);
    if (code == CTL_OK)
        code = show_outcome(&asker, id);
    asker_close(&asker);
    return code;
}
