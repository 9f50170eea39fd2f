/* Recording a session: one page, every "if" in words, so that it works without a script. */
#include "gateway/pages/page.h"

static struct textarea_view area_of(
    struct page *page, const char *name, const char *pointer, struct view label)
{
    struct textarea_view area = {.name = view_of(name),
        .label = label_of(label),
        .error_message = page_error_at(page, pointer),
        .value = page_kept(page, name, VIEW_NONE),
        .rows = VIEW("3")};
    textarea_fill(page->arena, &area);
    return area;
}

static struct character_count_view counted_of(
    struct page *page, const char *name, const char *pointer, struct view label)
{
    enum { LONG_TEXT = 4000 };
    struct character_count_view count = {.name = view_of(name),
        .label = label_of(label),
        .error_message = page_error_at(page, pointer),
        .value = page_kept(page, name, VIEW_NONE),
        .maxlength = LONG_TEXT};
    character_count_fill(page->arena, &count);
    return count;
}

static struct radios_view radios_of(
    struct page *page, const char *name, const char *pointer, struct view legend)
{
    return (struct radios_view){.name = view_of(name),
        .fieldset = true,
        .legend = legend_of(legend),
        .error_message = page_error_at(page, pointer),
        .value = page_kept(page, name, VIEW_NONE)};
}

static struct radios_view yes_no(
    struct page *page, const char *name, const char *pointer, struct view legend)
{
    static const struct choice_view choices[] = {
        {.value = {"yes", 3}, .label.text = TEXT_INIT_record_yes},
        {.value = {"no", 2}, .label.text = TEXT_INIT_record_no}};
    struct radios_view radios = radios_of(page, name, pointer, legend);
    radios.classes = VIEW("govuk-radios--inline");
    radios.items.items = choices;
    radios.items.len = ARRAY_LEN(choices);
    radios_fill(page->arena, &radios);
    return radios;
}

static void fill_attendance(struct page *page, struct record_view *view)
{
    static const struct choice_view what[] = {
        {.value = {"attended", 8}, .label.text = TEXT_INIT_record_attended},
        {.value = {"late", 4}, .label.text = TEXT_INIT_record_late},
        {.value = {"did-not-attend", 14},
            .label.text = TEXT_INIT_record_missed_choice,
            .hint.text = TEXT_INIT_record_missed_hint},
        {.value = {"not-held", 8}, .label.text = TEXT_INIT_record_not_held_choice}};
    static const struct choice_view whose[] = {
        {.value = {"person-acceptable", 17},
            .label.text = TEXT_INIT_record_whose_person_acceptable},
        {.value = {"person-unacceptable", 19},
            .label.text = TEXT_INIT_record_whose_person_unacceptable},
        {.value = {"logistics", 9}, .label.text = TEXT_INIT_record_whose_logistics}};
    view->what = radios_of(page, "attendance", "/attendance", TEXT_record_what);
    /* What is wrong with a part of the attendance stands at that part. */
    if (page_error_at(page, "/attendance/lateReason").text.len > 0 ||
        page_error_at(page, "/attendance/whose").text.len > 0)
        view->what.error_message.text = VIEW_NONE;
    view->what.items.items = what;
    view->what.items.len = ARRAY_LEN(what);
    radios_fill(page->arena, &view->what);
    view->late_reason =
        area_of(page, "attendance-lateReason", "/attendance/lateReason", TEXT_record_late_reason);
    view->whose = radios_of(page, "attendance-whose", "/attendance/whose", TEXT_record_whose);
    view->whose.items.items = whose;
    view->whose.items.len = ARRAY_LEN(whose);
    radios_fill(page->arena, &view->whose);
}

static void fill_feedback(struct page *page, struct record_view *view)
{
    view->summary = counted_of(page, "feedback-summary", "/feedback/summary", TEXT_record_summary);
    view->response =
        counted_of(page, "feedback-response", "/feedback/response", TEXT_record_response);
    view->behaviour = yes_no(
        page, "feedback-notifyBehaviour", "/feedback/notifyBehaviour", TEXT_record_behaviour);
    view->behaviour_text =
        area_of(page, "feedback-behaviour", "/feedback/behaviour", TEXT_record_behaviour_text);
    view->reason = area_of(page, "feedback-reasonText", "/feedback/reasonText", TEXT_record_reason);
    view->absence = area_of(page, "feedback-absence", "/feedback/absence", TEXT_record_absence);
    view->concerns =
        yes_no(page, "feedback-notifyConcerns", "/feedback/notifyConcerns", TEXT_record_concerns);
    view->concerns_text =
        area_of(page, "feedback-concerns", "/feedback/concerns", TEXT_record_concerns_text);
    view->future =
        area_of(page, "feedback-futurePlans", "/feedback/futurePlans", TEXT_record_future);
    view->strengths =
        area_of(page, "feedback-strengths", "/feedback/strengths", TEXT_record_strengths);
    view->own_words =
        area_of(page, "feedback-ownWords", "/feedback/ownWords", TEXT_record_own_words);
}

static void fill_purposes(struct page *page, struct record_view *view)
{
    static const struct choice_view choices[] = {
        {.value = {"constructive", 12}, .label.text = TEXT_INIT_record_purpose_constructive},
        {.value = {"compliance", 10}, .label.text = TEXT_INIT_record_purpose_compliance},
        {.value = {"restrictive", 11}, .label.text = TEXT_INIT_record_purpose_restrictive}};
    view->purposes = (struct checkboxes_view){.name = VIEW("feedback-purposes"),
        .fieldset = true,
        .legend = legend_of(TEXT_record_purposes),
        .classes = VIEW("govuk-checkboxes--small"),
        .items = {choices, ARRAY_LEN(choices)}};
    page_kept_all(page, "feedback-purposes", &view->purposes);
    checkboxes_fill(page->arena, &view->purposes);
}

static void fill_session(struct page *page, const struct record_model *m, struct record_view *view)
{
    const struct session_line *line = &m->session;
    int64_t now = page->frame->now_us;
    view->when = text_record_when(page->arena, .date = words_date(page->arena, line->start_us),
        .time = words_time(page->arena, line->start_us),
        .method = line->method.len > 0 ? page_code(page, "method.", line->method) : VIEW(""));
    view->told = TEXT_record_not_told;
    if (line->notice_how.len > 0)
        view->told =
            text_record_told(page->arena, .how = page_code(page, "notice.", line->notice_how),
                .when = words_when(page->arena, line->notice_us, now));
    if (m->recorded)
        view->recorded = text_record_recorded(page->arena, .who = m->recorded_by,
            .when = words_when(page->arena, m->recorded_us, now),
            .state = page_tag(page, "session", line->state).text);
    else if (line->start_us > now)
        view->recorded = TEXT_record_too_early;
    view->has_form = view->recorded.len == 0;
}

res_t page_record(const struct page_frame *frame, const struct record_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct record_view view = {0};
    struct link self = link_session(page.arena, ROUTE_record, m->referral, m->session.session);
    fill_session(&page, m, &view);
    view.form = page_form(&page, self, m->seen, TEXT_record_send);
    view.appointment = arena_printf(page.arena, "%s", uuid_text(m->session.appointment).text);
    fill_attendance(&page, &view);
    fill_feedback(&page, &view);
    fill_purposes(&page, &view);
    struct case_row row = {
        .name = m->name, .reference = m->reference, .service = m->service, .status = m->status};
    struct identity_bar_view identity = identity_of(&page, &row, m->crn);
    page_top(&page,
        &(struct around){.title = TEXT_record_title,
            .heading = text_record_heading(
                page.arena, .session = session_within(&page, m->session.session)),
            .section = ROUTE_cases,
            .back = link_id(page.arena, ROUTE_referral, m->referral),
            .back_text = TEXT_referral_heading,
            .identity = &identity},
        out);
    template_record(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}
