/* What happened: facts as the timeline shows them. */
#include "gateway/model.h"

#include "base/clock.h"

#include <string.h>

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

static void add_attendance(struct details *details, const struct field_desc *field, const void *at)
{
    const struct attendance *attendance = at;
    struct view value = VIEW("not-held");
    if (!attendance->attended)
        value = VIEW("did-not-attend");
    else if (attendance->happened)
        value = attendance->late ? VIEW("late") : VIEW("attended");
    add(details, "attendance", value);
    (void)field;
}

static void add_session(struct details *details, const struct field_desc *field, const void *at)
{
    struct uuid appointment;
    memcpy(&appointment, at, sizeof(appointment));
    const struct dossier_appointment *found =
        referral_appointment(details->file->referral, appointment);
    if (found != NULL)
        add_number(details, "session", found->session);
    (void)field;
}

static void add_feedback(struct details *details, const struct field_desc *field, const void *at)
{
    static const char *const texts[][2] = {{"summary", "/feedback/summary"},
        {"reasonText", "/feedback/reasonText"}, {"absence", "/feedback/absence"}};
    const struct feedback *feedback = at;
    for (size_t i = 0; i < ARRAY_LEN(texts) && details->note.ptr == NULL; i++) {
        const struct fact_place place = {field->record, feedback, texts[i][0], texts[i][1]};
        details->note = fact_text(details->call, &details->file->keys, &place);
    }
    if (HAS(feedback, FEEDBACK_PURPOSES) && feedback->purposes.len > 0)
        add(details, "purpose", model_symbol(&purpose_enum, feedback->purposes.items[0]));
}

static void add_method(struct details *details, const struct field_desc *field, const void *at)
{
    const struct field_desc *method = desc_field(field->record, VIEW("method"));
    int32_t symbol;
    if (method == NULL || !has_bit(at, method->has_bit))
        return;
    memcpy(&symbol, (const char *)at + method->offset, sizeof(symbol));
    add(details, "method", model_symbol(method->enumeration, symbol));
}

static void add_version(struct details *details, const struct field_desc *field, const void *at)
{
    int32_t version;
    memcpy(&version, at, sizeof(version));
    add_number(details, "version", version);
    (void)field;
}

/* The text that an event has at its top. What is said of risk has its own page. */
static void add_note(struct details *details)
{
    static const char *const notes[EVENT_MAX_] = {
        [EVENT_REFERRAL_WITHDRAWN] = "comments",
        [EVENT_CASE_NOTE_ADDED] = "body",
        [EVENT_APPOINTMENT_RESCHEDULED] = "reason",
        [EVENT_APPOINTMENT_CANCELLED] = "reason",
        [EVENT_CONTACT_ATTEMPTED] = "note",
    };
    const char *name = notes[details->event->type];
    struct view text = VIEW_NONE;
    if (name != NULL &&
        fact_value(details->call, &details->file->keys, details->event, name, &text))
        details->note = text;
}

/* What is said of an event by the fields that it has: a new event needs no row. */
static void add_details(struct details *details)
{
    static const struct {
        const char *field;
        void (*add)(struct details *details, const struct field_desc *field, const void *at);
    } rows[] = {
        {"appointmentId", add_session},
        {"booking", add_method},
        {"attendance", add_attendance},
        {"feedback", add_feedback},
        {"riskVersion", add_version},
        {"planVersion", add_version},
    };
    const struct record_desc *desc = event_table[details->event->type].desc;
    const char *body = details->event->body;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct field_desc *field = desc_field(desc, view_of(rows[i].field));
        if (field != NULL && has_bit(body, field->has_bit))
            rows[i].add(details, field, body + field->offset);
    }
    add_note(details);
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
