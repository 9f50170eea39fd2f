#include "samples_own.h"

#include <string.h>

const char *const flavour_names[FLAVOUR_MAX_] = {"empty", "full", "hostile"};

/* A text that somebody typed, as the flavour has it. */
struct view typed(enum flavour flavour, const char *text)
{
    static char hostile[4096];
    static const char head[] =
        "<script>alert(1)</script><img src=x onerror=alert(2)>\" ' & {{text.key}} "
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe2\x80\xae abc ";
    if (flavour != FLAVOUR_HOSTILE)
        return view_of(text);
    memset(hostile, 'W', 4000);
    memcpy(hostile, head, sizeof head - 1);
    return (struct view){hostile, 4000};
}

/* Names and titles have a limit; everything else of hostile holds for them too. */
struct view named(enum flavour flavour, const char *text)
{
    struct view view = typed(flavour, text);
    return (struct view){view.ptr, view.len > 200 ? 200 : view.len};
}

struct uuid id_at(uint8_t n)
{
    struct uuid id = {{0x5f, 0x2d, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, n}};
    return id;
}

struct page_frame sample_frame(enum audience audience)
{
    return (struct page_frame){.audience = audience,
        .user_name = VIEW("Bernard Beaks"),
        .organisation = VIEW("Probation, North Office"),
        .csrf = VIEW("csrf-token"),
        .command = id_at(99),
        .now_us = SAMPLE_NOW,
        .demo = true,
        .unassigned = 4,
        .risk_unread = 1,
        .live_after = VIEW("cursor")};
}

struct person_name person(enum flavour flavour, int i)
{
    static const char *const names[N][2] = {{"Sam", "Ash"}, {"Kit", "Elm"}, {"Al", "Yew"}};
    return (struct person_name){named(flavour, names[i][0]), named(flavour, names[i][1])};
}

static struct case_row case_at(enum flavour flavour, int i)
{
    static const char *const status[N] = {"delivering", "assessment-to-book", "plan-due"};
    static const char *const action[N] = {"hold", "book", "submit-plan"};
    return (struct case_row){.referral = id_at((uint8_t)(i + 1)),
        .name = person(flavour, i),
        .reference = VIEW("AB1234AC"),
        .service = named(flavour, "Accommodation"),
        .provider = named(flavour, "Harmony Living"),
        .status = view_of(status[i]),
        .action = view_of(action[i]),
        .turn = VIEW("provider"),
        .due_us = SAMPLE_NOW - 5 * DAY,
        .next_at_us = SAMPLE_NOW + (i + 1) * 90 * MINUTE,
        .overdue = i == 1};
}

size_t fill_cases(enum flavour flavour, struct case_row rows[static N])
{
    for (int i = 0; i < N; i++)
        rows[i] = case_at(flavour, i);
    return flavour == FLAVOUR_EMPTY ? 0 : N;
}

/* -- pages --------------------------------------------------------------------------------------*/

static res_t sign_in(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = {.now_us = SAMPLE_NOW, .csrf = VIEW("t"), .demo = true};
    const struct demo_user users[] = {
        {VIEW("bernard"), named(flavour, "Bernard Beaks"), VIEW("Probation practitioner"),
            named(flavour, "North Office"), AUDIENCE_PROBATION},
        {VIEW("jo"), named(flavour, "Jo Bell"), VIEW("Caseworker"),
            named(flavour, "Harmony Living"), AUDIENCE_PROVIDER}};
    struct sign_in_model m = {.demo = true,
        .users = users,
        .user_count = flavour == FLAVOUR_EMPTY ? 0 : ARRAY_LEN(users),
        .next = VIEW("/today")};
    return page_sign_in(&frame, &m, out);
}

static res_t start(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = {.now_us = SAMPLE_NOW, .demo = true};
    struct sign_in_model m = {.demo = true,
        .origins = {VIEW_NONE, VIEW("http://probation.localhost:8080"),
            VIEW("http://provider.localhost:8080"), VIEW("http://commissioner.localhost:8080")}};
    if (flavour == FLAVOUR_HOSTILE)
        m.origins[1] = VIEW("javascript://probation.localhost:8080");
    return page_sign_in(&frame, &m, out);
}

static res_t cases(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROBATION);
    struct case_row rows[N];
    size_t count = fill_cases(flavour, rows);
    struct cases_model m = {.rows = rows,
        .row_count = count,
        .total = count == 0 ? 0 : 151,
        .page = 2,
        .whose = VIEW("mine")};
    return parts == NULL ? page_cases(&frame, &m, out) : page_cases_parts(&frame, &m, *parts, out);
}

static res_t probation_today(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROBATION);
    struct case_row rows[N];
    size_t count = fill_cases(flavour, rows);
    const struct word words[] = {
        {VIEW("session"), VIEW("2")}, {VIEW("attendance"), VIEW("attended")}};
    const struct today_fact facts[] = {{.row = rows[0],
        .event = VIEW("FeedbackGiven"),
        .details = {words, ARRAY_LEN(words)},
        .at_us = SAMPLE_NOW - 60 * MINUTE}};
    struct probation_today_model m = {.overdue = rows,
        .overdue_count = count,
        .mine = rows,
        .mine_count = count,
        .changed = facts,
        .changed_count = count == 0 ? 0 : ARRAY_LEN(facts)};
    return parts == NULL ? page_probation_today(&frame, &m, out)
                         : page_probation_today_parts(&frame, &m, *parts, out);
}

static res_t provider_today(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    static const char *const states[N] = {"booked", "unrecorded", "attended"};
    struct case_row rows[N];
    size_t count = fill_cases(flavour, rows);
    struct session_row sessions[N];
    for (int i = 0; i < N; i++)
        sessions[i] = (struct session_row){.referral = rows[i].referral,
            .name = rows[i].name,
            .reference = rows[i].reference,
            .session = i,
            .start_us = SAMPLE_NOW + (i - 1) * 60 * MINUTE,
            .method = VIEW("office"),
            .state = view_of(states[i]),
            .risk_unread = i == 0,
            .risk_version = 4};
    struct provider_today_model m = {.risk_unread = rows,
        .risk_unread_count = count,
        .sessions = sessions,
        .session_count = count,
        .to_record = sessions,
        .to_record_count = count,
        .to_assign = rows,
        .to_assign_count = count,
        .to_book = rows,
        .to_book_count = count,
        .next_session_us = SAMPLE_NOW + DAY};
    return parts == NULL ? page_provider_today(&frame, &m, out)
                         : page_provider_today_parts(&frame, &m, *parts, out);
}

static const struct session_line *some_sessions(void)
{
    static struct session_line sessions[2];
    sessions[0] = (struct session_line){.session = 2,
        .appointment = id_at(21),
        .start_us = SAMPLE_NOW - 30 * MINUTE,
        .minutes = 60,
        .method = VIEW("office"),
        .state = VIEW("unrecorded"),
        .notice_how = VIEW("text"),
        .notice_us = SAMPLE_NOW - 2 * DAY};
    sessions[1] = (struct session_line){.session = 0,
        .appointment = id_at(20),
        .start_us = SAMPLE_NOW - 8 * DAY,
        .minutes = 60,
        .method = VIEW("phone"),
        .state = VIEW("attended")};
    return sessions;
}

static const struct fact *some_facts(enum flavour flavour)
{
    static struct fact facts[2];
    static const struct word booked[] = {{{"session", 7}, {"0", 1}}, {{"method", 6}, {"phone", 5}}};
    static const struct word recorded[] = {{{"session", 7}, {"2", 1}},
        {{"attendance", 10}, {"attended", 8}}, {{"purpose", 7}, {"constructive", 12}}};
    facts[0] = (struct fact){.record = id_at(31),
        .event = VIEW("FeedbackGiven"),
        .details = {recorded, ARRAY_LEN(recorded)},
        .by = named(flavour, "Jo Bell"),
        .at_us = SAMPLE_NOW - 60 * MINUTE,
        .note = typed(flavour, "We went through two viewings.\nBoth went well.")};
    facts[1] = (struct fact){.record = id_at(30),
        .event = VIEW("AppointmentBooked"),
        .details = {booked, ARRAY_LEN(booked)},
        .by = named(flavour, "Jo Bell"),
        .at_us = SAMPLE_NOW - 9 * DAY};
    return facts;
}

static void fill_referral(enum flavour flavour, struct referral_model *m)
{
    static struct deadline_row deadlines[4];
    deadlines[0] =
        (struct deadline_row){VIEW("assessment"), SAMPLE_NOW, SAMPLE_NOW - 8 * DAY, false};
    deadlines[1] = (struct deadline_row){VIEW("plan"), SAMPLE_NOW - DAY, 0, true};
    deadlines[2] = (struct deadline_row){VIEW("feedback"), SAMPLE_NOW + DAY, 0, false};
    deadlines[3] = deadlines[2]; /* two sessions of one day */
    bool some = flavour != FLAVOUR_EMPTY;
    *m = (struct referral_model){.row = case_at(flavour, 0),
        .person = id_at(40),
        .crn = VIEW("X123456"),
        .practitioner = named(flavour, "Bernard Beaks"),
        .caseworkers = some ? named(flavour, "Jo Bell") : VIEW_NONE,
        .risk = {.state = some ? RISK_READ : RISK_MISSING,
            .version = 3,
            .shared_us = SAMPLE_NOW - 9 * DAY,
            .read_by = named(flavour, "Jo Bell"),
            .read_us = SAMPLE_NOW - 8 * DAY},
        .sessions_planned = some ? 8 : 0,
        .sessions_held = 2,
        .sessions_booked = 1,
        .sessions = some_sessions(),
        .session_count = some ? 2 : 0,
        .deadlines = deadlines,
        .deadline_count = some ? ARRAY_LEN(deadlines) : 0,
        .facts = some_facts(flavour),
        .fact_count = some ? 2 : 0,
        .fact_total = some ? 24 : 0,
        .seen = 7,
        .next_book = -1};
    if (!some) {
        m->row.action = VIEW("book");
        m->row.status = VIEW("assessment-to-book");
    }
}

static res_t referral(
    enum audience audience, enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(audience);
    struct referral_model m;
    fill_referral(flavour, &m);
    bool provider = audience == AUDIENCE_PROVIDER;
    m.may_record = provider;
    m.may_assign = provider;
    m.next_book = provider ? 3 : -1;
    m.may_share_risk = !provider;
    frame.done = provider && flavour == FLAVOUR_FULL ? VIEW("RiskAcknowledged") : VIEW_NONE;
    return parts == NULL ? page_referral(&frame, &m, out)
                         : page_referral_parts(&frame, &m, *parts, out);
}

static res_t probation_referral(
    enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    return referral(AUDIENCE_PROBATION, flavour, parts, out);
}

static res_t provider_referral(
    enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    return referral(AUDIENCE_PROVIDER, flavour, parts, out);
}

static res_t flows(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(AUDIENCE_COMMISSIONER);
    frame.risk_unread = frame.unassigned = 0;
    const struct flow_row rows[] = {
        {VIEW("PRJ_5553"), named(flavour, "Accommodation"), VIEW("unassigned"), 41},
        {VIEW("PRJ_5553"), named(flavour, "Accommodation"), VIEW("waiting"), 2},
        {VIEW("PRJ_5553"), named(flavour, "Accommodation"), VIEW("delivering"), 1212},
        {VIEW("PRJ_5626"), named(flavour, "Wellbeing"), VIEW("delivering"), 17}};
    struct flows_model m = {.rows = rows,
        .row_count = flavour == FLAVOUR_EMPTY ? 0 : ARRAY_LEN(rows),
        .as_at_us = SAMPLE_NOW};
    return parts == NULL ? page_flows(&frame, &m, out) : page_flows_parts(&frame, &m, *parts, out);
}

static res_t outcome(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct outcome_model m = {.command = id_at(99), .command_type = VIEW("GiveFeedback")};
    if (flavour != FLAVOUR_EMPTY) {
        m.answered = true;
        m.referral = id_at(1);
        m.event = flavour == FLAVOUR_FULL ? VIEW("FeedbackGiven") : VIEW_NONE;
        m.refused.code = VIEW("notice-not-given");
    }
    return parts == NULL ? page_outcome(&frame, &m, out)
                         : page_outcome_parts(&frame, &m, *parts, out);
}

static res_t fault(int status, enum flavour flavour, struct buf *out)
{
    struct page_frame frame =
        sample_frame(flavour == FLAVOUR_EMPTY ? AUDIENCE_NONE : AUDIENCE_PROVIDER);
    frame.live_after = VIEW_NONE;
    if (flavour == FLAVOUR_EMPTY)
        frame.user_name = VIEW_NONE;
    struct error_model m = {.status = status};
    if (flavour != FLAVOUR_EMPTY)
        m = (struct error_model){.status = status,
            .who_can = named(flavour, "the assigned worker"),
            .limit = VIEW("1 MB"),
            .retry_s = 30,
            .text_kept = true,
            .id = named(flavour, "0123456789abcdef"),
            .back = flavour == FLAVOUR_HOSTILE ? VIEW("//elsewhere.example/x") : VIEW("/today")};
    return page_error_page(&frame, &m, out);
}

#define FAULT(status)                                                                              \
    static res_t fault_##status(enum flavour f, const struct part_names *parts, struct buf *out)   \
    {                                                                                              \
        (void)parts;                                                                               \
        return fault(status, f, out);                                                              \
    }
FAULT(400)
FAULT(401)
FAULT(403)
FAULT(404)
FAULT(405)
FAULT(409)
FAULT(413)
FAULT(422)
FAULT(429)
FAULT(500)
FAULT(503)

const struct sample samples[] = {
    {"sign-in", NULL, sign_in},
    {"start", NULL, start},
    {"cases", "list", cases},
    {"probation-today", "mine,overdue,changed", probation_today},
    {"provider-today", "risk,sessions,record,assign,book", provider_today},
    {"probation-referral", "status,next,progress,sessions,deadlines,timeline", probation_referral},
    {"provider-referral", "status,next,progress,sessions,deadlines,timeline", provider_referral},
    {"assign", NULL, sample_assign},
    {"risk-before", "alert", sample_risk_before},
    {"risk-read", "alert", sample_risk_read},
    {"share-risk", NULL, sample_share_risk},
    {"book", NULL, sample_book},
    {"book-wrong", NULL, sample_book_wrong},
    {"record", NULL, sample_record},
    {"record-wrong", NULL, sample_record_wrong},
    {"flows", "stages,contracts", flows},
    {"outcome", "state", outcome},
    {"fault-400", NULL, fault_400},
    {"fault-401", NULL, fault_401},
    {"fault-403", NULL, fault_403},
    {"fault-404", NULL, fault_404},
    {"fault-405", NULL, fault_405},
    {"fault-409", NULL, fault_409},
    {"fault-413", NULL, fault_413},
    {"fault-422", NULL, fault_422},
    {"fault-429", NULL, fault_429},
    {"fault-500", NULL, fault_500},
    {"fault-503", NULL, fault_503},
};
const size_t sample_count = ARRAY_LEN(samples);
