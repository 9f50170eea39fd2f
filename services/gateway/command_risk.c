/* ShareRisk: what the edge adds, for deciders see no word of it. */
#include "gateway/command.h"
#include "gateway/early.h"
#include "gateway/fact.h"

#include <stdio.h>
#include <string.h>

static const char *const headings[] = {"whoIsAtRisk", "nature", "imminence", "increases",
    "decreases", "analysis", "staffSafety", "sexualHistory", "additional"};

static struct view plain_of(
    const struct record_desc *desc, const void *record, const struct field_desc *field)
{
    (void)desc;
    struct view value = VIEW_NONE;
    if (has_bit(record, field->has_bit))
        memcpy(&value, (const char *)record + field->offset, sizeof(value));
    return value;
}

/* The counts that the sender states must be those of the headings. */
static res_t counts_fit(struct command_draft *draft, bool *ret)
{
    const struct risk_shared *shared = draft->record;
    int32_t counts[RISK_FIELD_STATE_MAX_] = {0};
    for (size_t i = 0; i < ARRAY_LEN(headings); i++) {
        const struct field_desc *field = desc_field(draft->desc, view_of(headings[i]));
        MUST(field != NULL);
        struct view plain = plain_of(draft->desc, draft->record, field);
        struct risk_field value = {0};
        if (plain.ptr == NULL)
            continue;
        TRY(codec_json_read_plain(field, plain, draft->call->arena, &value));
        counts[value.state]++;
    }
    *ret = counts[RISK_FIELD_STATE_DISCLOSED] == shared->disclosed &&
           counts[RISK_FIELD_STATE_WITHHELD] == shared->withheld &&
           counts[RISK_FIELD_STATE_NOT_ASSESSED] == shared->not_assessed;
    return RES_DONE;
}

const struct pg_sql risk_before = {"risk_before",
    "SELECT f.body FROM read.risk r JOIN read.fact f ON f.person = r.person AND f.id = "
    "r.shared_record WHERE r.person = $1"};

static res_t previous_version(struct command_draft *draft, struct event *ret, bool *ret_found)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = early_take(draft->call, EARLY_RISK);
    if (rows == NULL) {
        struct pg *pg;
        TRY(gateway_sql(draft->call->gateway, &pg));
        struct pg_params params = {0};
        pg_put_uuid(&params, draft->in->person);
        TRY(pg_exec(pg, &risk_before, &params, &rows));
    }
    *ret_found = pg_rows_count(rows) > 0;
    if (*ret_found)
        TRY(fact_decode(draft->call, pg_bytes(rows, 0, 0), ret));
    return pg_rows_ok(rows);
}

static bool differs(struct command_draft *draft, const struct event *before,
    const struct field_desc *field, const struct fact_keys *keys)
{
    char pointer[64];
    snprintf(pointer, sizeof(pointer), "/%s", field->name);
    const struct record_desc *desc = event_table[before->type].desc;
    const struct field_desc *old = desc_field(desc, view_of(field->name));
    struct view now = plain_of(draft->desc, draft->record, field);
    struct view sealed = old == NULL ? VIEW_NONE : plain_of(desc, before->body, old);
    struct view was = fact_open(draft->call, keys, field, pointer, sealed);
    return (now.ptr == NULL) != (was.ptr == NULL) || !view_eq(now, was);
}

res_t command_share_fill(struct command_draft *draft, struct problem *ret)
{
    struct risk_shared *shared = draft->record;
    bool fits, found;
    TRY(counts_fit(draft, &fits));
    if (!fits) {
        *ret = problem_at(PROBLEM_FIELD_INVALID, "/disclosed");
        return RES_DONE;
    }
    struct event before;
    TRY(previous_version(draft, &before, &found));
    shared->has &= ~(UINT64_C(1) << RISK_SHARED_CHANGED);
    if (!found)
        return RES_DONE;
    struct fact_keys keys = {*draft->keys, true};
    CLEANUP(buf_done) struct buf json = {0};
    buf_text(&json, "{\"headings\":[");
    const char *comma = "";
    for (uint32_t i = 0; i < draft->desc->field_count; i++) {
        const struct field_desc *field = &draft->desc->fields[i];
        if (field->sealed != SEALED_RISK || !differs(draft, &before, field, &keys))
            continue;
        buf_printf(&json, "%s\"%s\"", comma, field->name);
        comma = ",";
    }
    buf_text(&json, "]}");
    fact_keys_done(&keys);
    shared->changed = arena_copy(draft->call->arena, buf_as_view(&json));
    SET(shared, RISK_SHARED_CHANGED);
    return shared->changed.ptr != NULL ? RES_DONE
                                       : RETRY("the request needs more memory than it may");
}
