/* What happened: facts as the timeline shows them. */
#include "gateway/model.h"

#include "base/clock.h"

enum { WORDS_MAX = 6 };

struct details {
    struct call *call;
    const struct case_file *file;
    const struct event *event;
    struct word *words;
    struct words out;
    struct view note;
};

static void add(struct details *details, const char *name, struct view value)
{
    MUST(details->out.len < WORDS_MAX);
    details->words[details->out.len++] = (struct word){view_of(name), value};
}

static void add_number(struct details *details, const char *name, int64_t number)
{
    add(details, name, arena_printf(details->call->arena, "%lld", (long long)number));
}

static void add_attendance(struct details *details, const struct attendance *attendance)
{
    struct view value = VIEW("not-held");
    if (!attendance->attended)
        value = VIEW("did-not-attend");
    else if (attendance->happened)
        value = attendance->late ? VIEW("late") : VIEW("attended");
    add(details, "attendance", value);
}

static void add_session_of(struct details *details, struct uuid appointment)
{
    const struct dossier_appointment *found =
        referral_appointment(details->file->referral, appointment);
    if (found != NULL)
        add_number(details, "session", found->session);
}

static void add_feedback(struct details *details, const struct feedback *feedback)
{
    static const char *const texts[][2] = {{"summary", "/feedback/summary"},
        {"reasonText", "/feedback/reasonText"}, {"absence", "/feedback/absence"}};
    for (size_t i = 0; i < ARRAY_LEN(texts) && details->note.ptr == NULL; i++) {
        const struct fact_place place = {&feedback_desc, feedback, texts[i][0], texts[i][1]};
        details->note = fact_text(details->call, &details->file->keys, &place);
    }
    if (HAS(feedback, FEEDBACK_PURPOSES) && feedback->purposes.len > 0)
        add(details, "purpose", model_symbol(&purpose_enum, feedback->purposes.items[0]));
}

static void add_booking(struct details *details, const struct booking *booking)
{
    add_number(details, "session", booking->session);
    add(details, "method", model_symbol(&method_enum, booking->method));
}

static void add_details(struct details *details)
{
    const void *body = details->event->body;
    const struct appointment_booked *booked = body;
    const struct attendance_recorded *recorded = body;
    const struct feedback_given *given = body;
    const struct past_appointment_recorded *past = body;
    switch (details->event->type) {
    case EVENT_APPOINTMENT_BOOKED:
        add_booking(details, &booked->booking);
        break;
    case EVENT_ATTENDANCE_RECORDED:
        add_session_of(details, recorded->appointment_id);
        add_attendance(details, &recorded->attendance);
        break;
    case EVENT_FEEDBACK_GIVEN:
        add_session_of(details, given->appointment_id);
        if (HAS(given, FEEDBACK_GIVEN_ATTENDANCE))
            add_attendance(details, &given->attendance);
        add_feedback(details, &given->feedback);
        break;
    case EVENT_PAST_APPOINTMENT_RECORDED:
        add_booking(details, &past->booking);
        add_attendance(details, &past->attendance);
        add_feedback(details, &past->feedback);
        break;
    case EVENT_RISK_SHARED:
        add_number(details, "version", ((const struct risk_shared *)body)->risk_version);
        break;
    case EVENT_RISK_DISCLOSED:
        add_number(details, "version", ((const struct risk_disclosed *)body)->risk_version);
        break;
    case EVENT_RISK_ACKNOWLEDGED:
        add_number(details, "version", ((const struct risk_acknowledged *)body)->risk_version);
        break;
    case EVENT_PLAN_SUBMITTED:
        add_number(details, "version", ((const struct plan_submitted *)body)->plan_version);
        break;
    case EVENT_PLAN_APPROVED:
        add_number(details, "version", ((const struct plan_approved *)body)->plan_version);
        break;
    case EVENT_REFERRAL_SUBMITTED:
    case EVENT_CASEWORKERS_ASSIGNED:
    case EVENT_REPORT_SUBMITTED:
    case EVENT_COMMAND_REFUSED:
    case EVENT_MAX_:
        break;
    }
}

static res_t read_fact(
    struct call *call, const struct case_file *file, struct view body, struct fact *ret)
{
    struct event event;
    TRY(fact_decode(call, body, &event));
    const struct meta *meta = event_meta(&event);
    struct details details = {.call = call, .file = file, .event = &event};
    details.words = arena_array(call->arena, WORDS_MAX, sizeof(*details.words));
    if (details.words == NULL)
        return RETRY("the request needs more memory than it may");
    details.out.items = details.words;
    add_details(&details);
    *ret = (struct fact){
        .record = meta->id,
        .event = view_of(event_table[event.type].name),
        .details = details.out,
        .by = model_user_name(call, meta->actor.id),
        .at_us = fact_time(meta),
        .note = details.note,
    };
    return RES_DONE;
}

/* Facts of the referral, and those of the person that concern all their referrals (risk). */
res_t model_facts(
    struct call *call, const struct case_file *file, size_t max, struct referral_model *ret)
{
    static const struct pg_sql sql = {"facts_newest",
        "SELECT body, count(*) OVER () FROM read.fact"
        " WHERE person = $1 AND (referral = $2 OR referral IS NULL OR type IN"
        " ('RiskShared', 'RiskDisclosed', 'RiskAcknowledged'))"
        " ORDER BY version DESC LIMIT $3::bigint"};
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    struct pg_params params = {0};
    pg_put_uuid(&params, call->person);
    pg_put_uuid(&params, file->referral->id);
    pg_put_int8(&params, (int64_t)max);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, &params, &rows));
    size_t count = (size_t)pg_rows_count(rows);
    struct fact *facts = arena_array(call->arena, count, sizeof(*facts));
    if (facts == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++)
        TRY(read_fact(call, file, pg_bytes(rows, (int)i, 0), &facts[i]));
    ret->facts = facts;
    ret->fact_count = count;
    ret->fact_total = count > 0 ? pg_int(rows, 0, 1) : 0;
    return pg_rows_ok(rows);
}
