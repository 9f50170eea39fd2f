#include "gateway/page.h"

#include "base/clock.h"
#include "gateway/access.h"
#include "gateway/live.h"

enum { PARTS_MAX = 16 };

static enum audience audience_of(enum actor_kind kind)
{
    switch (kind) {
    case ACTOR_KIND_PRACTITIONER:
        return AUDIENCE_PROBATION;
    case ACTOR_KIND_PROVIDER:
        return AUDIENCE_PROVIDER;
    case ACTOR_KIND_COMMISSIONER:
        return AUDIENCE_COMMISSIONER;
    case ACTOR_KIND_SYSTEM:
    case ACTOR_KIND_DEADLINES:
    case ACTOR_KIND_ADMINISTRATOR:
    case ACTOR_KIND_IMPORT:
    case ACTOR_KIND_UNKNOWN:
    case ACTOR_KIND_MAX_:
        break;
    }
    return AUDIENCE_NONE;
}

static struct view organisation_of(struct call *call)
{
    struct view name = model_organisation_name(call, call->who.organisation);
    if (call->who.kind != ACTOR_KIND_PRACTITIONER || call->who.unit_count == 0)
        return name;
    const struct catalogue_name *unit =
        catalogue_unit(call->gateway->catalogue, call->who.units[0]);
    struct view place = unit != NULL ? unit->name : call->who.units[0];
    return arena_printf(call->arena, "%.*s, %.*s", VIEW_ARG(name), VIEW_ARG(place));
}

/* What stands beside the navigation's words. */
static const struct pg_sql provider_counts = {"provider_counts",
    "SELECT count(*) FILTER (WHERE t.tab = 'unassigned'),"
    " count(*) FILTER (WHERE k.risk_version IS NOT NULL AND w.worker IS NOT NULL AND NOT EXISTS"
    " (SELECT FROM read.acknowledgement a WHERE a.person = t.person AND a.worker = $2"
    " AND a.risk_version = k.risk_version))"
    " FROM read.scope s JOIN read.standing t USING (person, referral)"
    " LEFT JOIN read.risk k ON k.person = t.person"
    " LEFT JOIN read.caseworker w ON w.person = t.person AND w.referral = t.referral"
    " AND w.worker = $2"
    " WHERE s.kind = 'organisation' AND s.code = $1 AND s.open"
    " AND " NOT_HIDDEN("s.person", "$2")};

static res_t put_counts(struct call *call, struct page_frame *frame)
{
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    struct pg_params params = {0};
    pg_put_text(&params, call->who.organisation);
    pg_put_text(&params, call->who.user);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &provider_counts, &params, &rows));
    frame->unassigned = pg_int(rows, 0, 0);
    frame->risk_unread = pg_int(rows, 0, 1);
    return pg_rows_ok(rows);
}

/* Only the name of an event: nothing else from an address gets onto a page. */
static struct view done_of(struct call *call)
{
    struct view done = http_pair_get(call->request->query, "done");
    for (enum event_type type = 0; type < EVENT_COMMAND_REFUSED; type++)
        if (done.ptr != NULL && view_eq_text(done, event_table[type].name))
            return done;
    return VIEW_NONE;
}

res_t page_frame_of(struct call *call, const struct page_show *show, struct page_frame *ret)
{
    *ret = (struct page_frame){
        .audience = audience_of(call->who.kind),
        .user_name = call->who.name,
        .organisation = identity_known(&call->who) ? organisation_of(call) : VIEW_NONE,
        .csrf = call->who.csrf,
        .command = uuid_random(),
        .now_us = call->now_us,
        .demo = call->gateway->conf->demo,
        .live_after = live_cursor_of(call),
        .done = done_of(call),
        .form = show->form,
    };
    if (call->who.kind == ACTOR_KIND_PROVIDER)
        TRY(put_counts(call, ret));
    return RES_DONE;
}

struct part_names page_parts(struct call *call)
{
    struct view text = http_pair_get(call->request->query, "part");
    struct view *items = arena_array(call->arena, PARTS_MAX, sizeof(*items));
    size_t len = 0;
    while (items != NULL && text.ptr != NULL && len < PARTS_MAX)
        items[len++] = view_cut(&text, ',');
    return (struct part_names){items, len};
}

res_t page_answer(struct call *call, int status, res_t rendered, struct buf *out)
{
    if (rendered.act == RES_REJECT || out->failed) {
        call_problem_code(call, out->failed ? PROBLEM_INTERNAL : PROBLEM_NOT_FOUND);
        return RES_DONE;
    }
    TRY(rendered);
    if (status == 200 && http_pair_get(call->request->query, "part").ptr != NULL)
        call_parts(call, out);
    else
        call_html(call, status, out);
    return RES_DONE;
}

bool page_not_found(struct call *call, bool found)
{
    if (!found)
        call_problem_code(call, PROBLEM_NOT_FOUND);
    return !found;
}
