/* Samples of the pages about one case. */
#include "samples_own.h"

static void fill_workers(enum flavour flavour, struct page_worker workers[static 2])
{
    workers[0] = (struct page_worker){VIEW("jo"), VIEW("HARMONY"), named(flavour, "Jo Bell")};
    workers[1] = (struct page_worker){VIEW("sol"), VIEW("HARMONY"), named(flavour, "Sol Reyes")};
}

res_t sample_assign(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct case_row rows[N];
    struct page_worker workers[2];
    size_t count = fill_cases(flavour, rows);
    fill_workers(flavour, workers);
    struct assign_model m = {
        .waiting = rows, .waiting_count = count, .workers = workers, .worker_count = 2, .seen = 1};
    if (count > 0)
        m.chosen = rows[0];
    frame.live_after = VIEW_NONE;
    return page_assign(&frame, &m, out);
}

static void fill_content(enum flavour flavour, struct risk_content *content)
{
    static struct risk_text texts[3];
    static struct page_risk_level levels[2];
    static struct risk_self self[2];
    static struct view registrations[1];
    texts[0] = (struct risk_text){VIEW("staffSafety"), VIEW("disclosed"),
        typed(flavour, "No lone meetings.\nNo home visits."), true};
    texts[1] = (struct risk_text){
        VIEW("sexualHistory"), VIEW("withheld"), typed(flavour, "Somebody could be named"), false};
    texts[2] = (struct risk_text){VIEW("analysis"), VIEW("not-assessed"), VIEW_NONE, false};
    levels[0] = (struct page_risk_level){VIEW("public"), VIEW("high"), VIEW("medium")};
    levels[1] = (struct page_risk_level){VIEW("known-adult"), VIEW("very-high"), VIEW_NONE};
    self[0] = (struct risk_self){VIEW("selfHarm"), VIEW("yes"), typed(flavour, "Two years ago")};
    self[1] = (struct risk_self){VIEW("suicide"), VIEW("unknown"), VIEW_NONE};
    registrations[0] = named(flavour, "Register one");
    bool some = flavour != FLAVOUR_EMPTY;
    *content = (struct risk_content){.texts = texts,
        .text_count = some ? 3 : 0,
        .levels = levels,
        .level_count = some ? 2 : 0,
        .self = self,
        .self_count = some ? 2 : 0,
        .registrations = registrations,
        .registration_count = some ? 1 : 0,
        .open_until_us = SAMPLE_NOW + 15 * MINUTE};
}

static const struct view changed[] = {{"staffSafety", 11}, {"imminence", 9}};

static struct risk_model risk_of(enum flavour flavour)
{
    bool some = flavour != FLAVOUR_EMPTY;
    return (struct risk_model){.referral = id_at(1),
        .name = person(flavour, 0),
        .crn = VIEW("X123456"),
        .reference = VIEW("AB1234AC"),
        .service = named(flavour, "Accommodation"),
        .status = VIEW("delivering"),
        .line = {.state = some ? RISK_UNREAD : RISK_MISSING,
            .version = some ? 4 : 0,
            .shared_us = SAMPLE_NOW - 60 * MINUTE,
            .mine_to_read = some},
        .basis = VIEW("assessed"),
        .shared_by = named(flavour, "North Office"),
        .review_by_us = SAMPLE_NOW + 14 * DAY,
        .changed = changed,
        .changed_count = some ? ARRAY_LEN(changed) : 0,
        .seen = 8};
}

res_t sample_risk_before(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct risk_model m = risk_of(flavour);
    return parts == NULL ? page_risk(&frame, &m, out) : page_risk_parts(&frame, &m, *parts, out);
}

res_t sample_risk_read(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct risk_content content;
    fill_content(flavour, &content);
    struct risk_model m = risk_of(FLAVOUR_FULL);
    m.basis = flavour == FLAVOUR_EMPTY ? VIEW("not-authorised") : VIEW("assessed");
    m.line.state = flavour == FLAVOUR_HOSTILE ? RISK_OUTDATED : RISK_UNREAD;
    m.content = &content;
    m.may_acknowledge = true;
    return parts == NULL ? page_risk(&frame, &m, out) : page_risk_parts(&frame, &m, *parts, out);
}

res_t sample_share_risk(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = sample_frame(AUDIENCE_PROBATION);
    frame.live_after = VIEW_NONE;
    struct risk_content content;
    fill_content(flavour, &content);
    struct share_risk_model m = {.person = id_at(40),
        .name = person(flavour, 0),
        .crn = VIEW("X123456"),
        .version = 4,
        .seen = 7,
        .previous = flavour == FLAVOUR_EMPTY ? NULL : &content,
        .told = flavour == FLAVOUR_EMPTY ? VIEW_NONE : named(flavour, "Jo Bell, Harmony Living"),
        .back = id_at(1)};
    return page_share_risk(&frame, &m, out);
}

static struct book_model book_of(enum flavour flavour, struct page_worker *workers)
{
    static const struct office offices[] = {
        {{"CRS0151", 7}, {"Leeds office", 12}}, {{"CRS0152", 7}, {"Bradford office", 15}}};
    fill_workers(flavour, workers);
    return (struct book_model){.referral = id_at(1),
        .name = person(flavour, 0),
        .crn = VIEW("X123456"),
        .reference = VIEW("AB1234AC"),
        .service = named(flavour, "Accommodation"),
        .status = VIEW("session-to-book"),
        .session = flavour == FLAVOUR_EMPTY ? 0 : 3,
        .seen = 7,
        .workers = workers,
        .worker_count = 2,
        .offices = offices,
        .office_count = flavour == FLAVOUR_EMPTY ? 0 : ARRAY_LEN(offices),
        .risk = {.version = 4, .mine_to_read = flavour == FLAVOUR_FULL}};
}

res_t sample_book(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct page_worker workers[2];
    struct book_model m = book_of(flavour, workers);
    frame.live_after = VIEW_NONE;
    return page_book(&frame, &m, out);
}

res_t sample_book_wrong(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct page_worker workers[2];
    struct book_model m = book_of(flavour, workers);
    const struct page_error errors[] = {
        {.pointer = VIEW("/booking/start"), .code = VIEW("field-missing")},
        {.pointer = VIEW("/booking/method"), .code = VIEW("field-missing")},
        {.pointer = VIEW("/booking/workers/0"), .code = VIEW("worker-not-assigned")},
        {.pointer = VIEW("/booking/address/postcode"), .code = VIEW("postcode-invalid")},
        {.code = VIEW("clash")}};
    const struct field kept[] = {{VIEW("booking-start-day"), typed(flavour, "31")},
        {VIEW("booking-method"), VIEW("office")}, {VIEW("worker"), VIEW("sol")},
        {VIEW("booking-minutes"), typed(flavour, "45")}};
    frame.live_after = VIEW_NONE;
    frame.form = (struct page_form){errors, ARRAY_LEN(errors), kept, ARRAY_LEN(kept)};
    return page_book(&frame, &m, out);
}

static struct record_model record_of(enum flavour flavour)
{
    struct record_model m = {.referral = id_at(1),
        .name = person(flavour, 0),
        .crn = VIEW("X123456"),
        .reference = VIEW("AB1234AC"),
        .service = named(flavour, "Accommodation"),
        .status = VIEW("feedback-due"),
        .session = {.session = 3,
            .appointment = id_at(22),
            .start_us = SAMPLE_NOW - 30 * MINUTE,
            .minutes = 60,
            .method = VIEW("office"),
            .state = VIEW("unrecorded"),
            .notice_how = VIEW("text"),
            .notice_us = SAMPLE_NOW - 2 * DAY},
        .seen = 7};
    return m;
}

res_t sample_record(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct record_model m = record_of(flavour);
    frame.live_after = VIEW_NONE;
    if (flavour == FLAVOUR_EMPTY) {
        m.recorded = true;
        m.recorded_by = VIEW("Jo Bell");
        m.recorded_us = SAMPLE_NOW;
        m.session.state = VIEW("late");
    }
    return page_record(&frame, &m, out);
}

res_t sample_record_wrong(enum flavour flavour, const struct part_names *parts, struct buf *out)
{
    (void)parts;
    struct page_frame frame = sample_frame(AUDIENCE_PROVIDER);
    struct record_model m = record_of(flavour);
    const struct page_error errors[] = {
        {.pointer = VIEW("/attendance/lateReason"), .code = VIEW("field-missing")},
        {.pointer = VIEW("/attendance/whose"), .code = VIEW("field-missing")},
        {.pointer = VIEW("/feedback/summary"), .code = VIEW("field-missing")},
        {.pointer = VIEW("/feedback/notifyConcerns"), .code = VIEW("field-missing")},
        {.pointer = VIEW("/feedback/absence"), .code = VIEW("field-too-long")}};
    const struct field kept[] = {{VIEW("attendance"), VIEW("late")},
        {VIEW("feedback-response"), typed(flavour, "Well")},
        {VIEW("feedback-purposes"), VIEW("compliance")}};
    frame.live_after = VIEW_NONE;
    frame.form = (struct page_form){errors, ARRAY_LEN(errors), kept, ARRAY_LEN(kept)};
    return page_record(&frame, &m, out);
}
