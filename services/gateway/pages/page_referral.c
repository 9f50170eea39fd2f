/* One referral: what is next, where it stands, what happened. The same page for both audiences;
 * what the reader may do is said by the model. */
#include "base/clock.h"
#include "gateway/pages/page.h"

static void fill_next(struct page *page, const struct referral_model *m, struct referral_view *view)
{
    int64_t held_at = view_eq_text(m->row.action, "hold") ? m->row.next_at_us : 0;
    struct case_row row = m->row;
    if (held_at != 0)
        row.due_us = 0; /* the meeting's own time says more */
    view->next = next_sentence(page, &row, held_at);
    view->next_say = view->next;
    view->identity = identity_of(page, &m->row, m->crn);
    view->status_say = text_referral_say_status(page->arena, .status = view->identity.tag.text);
}

static void fill_progress(
    struct page *page, const struct referral_model *m, struct referral_view *view)
{
    enum { PRACTITIONER, CASEWORKERS, COUNT, ROWS };
    struct summary_row_view *rows = arena_array(page->arena, ROWS, sizeof *rows);
    if (rows == NULL)
        return;
    struct view held = words_number(page->arena, m->sessions_held);
    struct view booked = words_number(page->arena, m->sessions_booked);
    rows[PRACTITIONER].key = TEXT_referral_practitioner;
    rows[PRACTITIONER].value = m->practitioner;
    rows[CASEWORKERS].key = TEXT_referral_caseworkers;
    rows[CASEWORKERS].value = m->caseworkers.len > 0 ? m->caseworkers : TEXT_referral_nobody;
    rows[COUNT].key = TEXT_referral_count;
    rows[COUNT].value =
        m->sessions_planned > 0
            ? text_referral_counts(page->arena, .held = held, .booked = booked,
                  .planned = words_number(page->arena, m->sessions_planned))
            : text_referral_counts_open(page->arena, .held = held, .booked = booked);
    view->progress.rows.items = rows;
    view->progress.rows.len = ROWS;
    summary_list_fill(page->arena, &view->progress);
}

static struct view risk_sentence(struct page *page, const struct risk_line *risk)
{
    int64_t now = page->frame->now_us;
    struct view version = words_number(page->arena, risk->version);
    switch (risk->state) {
    case RISK_MISSING:
        return TEXT_risk_line_missing;
    case RISK_UNAUTHORISED:
        return text_risk_line_unauthorised(page->arena, .version = version);
    case RISK_UNAVAILABLE:
        return text_risk_line_unavailable(page->arena, .version = version);
    case RISK_READ:
        return text_risk_line_read(page->arena, .version = version, .who = risk->read_by,
            .when = words_when(page->arena, risk->read_us, now));
    case RISK_UNREAD:
    case RISK_OUTDATED:
        break;
    }
    return text_risk_line_unread(
        page->arena, .version = version, .when = words_when(page->arena, risk->shared_us, now));
}

static void fill_risk(struct page *page, const struct referral_model *m, struct referral_view *view)
{
    view->risk_tag = page_risk_tag(page, m->risk.state);
    view->risk_text = risk_sentence(page, &m->risk);
    if (m->risk.state == RISK_MISSING)
        return;
    view->risk_link = link_id(page->arena, ROUTE_risk, m->row.referral);
    view->risk_link_text = m->risk.mine_to_read ? TEXT_risk_line_read_first : TEXT_risk_line_link;
}

static void fill_sessions(struct page *page, const struct referral_model *m, struct box_view *box)
{
    enum { SESSION, WHEN, HOW, TOLD, STATUS, COLUMNS };
    const struct view head[COLUMNS] = {TEXT_referral_session, TEXT_referral_when, TEXT_referral_how,
        TEXT_referral_told, TEXT_referral_status};
    int64_t now = page->frame->now_us;
    struct view due = words_due(page->arena, m->row.due_us, now);
    *box = box_of("sessions", VIEW_NONE,
        due.len > 0 && view_eq_text(m->row.action, "book")
            ? text_referral_no_sessions_due(page->arena, .due = due)
            : TEXT_referral_no_sessions);
    box->scroll_label = text_table_scroll(page->arena, .heading = TEXT_referral_sessions);
    box->say = TEXT_referral_say_sessions;
    struct grid grid = grid_new(page, m->session_count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct session_line *line = &m->sessions[i];
        struct cell_view *cells = grid_row(&grid, i);
        struct view id = uuid_is_zero(line->appointment)
                             ? arena_printf(page->arena, "session-%d", (int)line->session)
                             : id_of(page, "session", line->appointment);
        grid.rows[i].id = id;
        cells[SESSION].text = session_name(page, line->session);
        cells[WHEN].text = words_when(page->arena, line->start_us, now);
        cells[WHEN].live = arena_printf(page->arena, "when-%.*s", VIEW_ARG(id));
        if (line->method.len > 0)
            cells[HOW].text = page_code(page, "method.", line->method);
        cells[TOLD].text = TEXT_referral_not_told;
        if (line->notice_how.len > 0)
            cells[TOLD].text = text_referral_told_by(page->arena,
                .how = page_code(page, "notice.", line->notice_how),
                .when = words_when(page->arena, line->notice_us, now));
        cells[STATUS] = (struct cell_view){.tag = page_tag(page, "session", line->state),
            .live = arena_printf(page->arena, "state-%.*s", VIEW_ARG(id))};
    }
    box_fill(page, box, head, grid);
}

/* Several sessions may be due to be recorded on one day. */
static struct view deadline_id(struct page *page, const struct referral_model *m, size_t at)
{
    const struct deadline_row *row = &m->deadlines[at];
    size_t nth = 0;
    for (size_t i = 0; i < at; i++)
        nth += view_eq(m->deadlines[i].code, row->code) && m->deadlines[i].due_us == row->due_us;
    return arena_printf(page->arena, "deadline-%.*s-%lld-%zu", VIEW_ARG(row->code),
        (long long)(row->due_us / TIME_US_PER_S), nth);
}

static void fill_deadlines(struct page *page, const struct referral_model *m, struct box_view *box)
{
    enum { DEADLINE, DUE, STATUS, COLUMNS };
    const struct view head[COLUMNS] = {
        TEXT_referral_deadline, TEXT_referral_due, TEXT_referral_status};
    int64_t now = page->frame->now_us;
    *box = box_of("deadlines", VIEW_NONE, TEXT_referral_no_deadlines);
    box->scroll_label = text_table_scroll(page->arena, .heading = TEXT_referral_deadlines);
    box->say = TEXT_referral_say_deadlines;
    struct grid grid = grid_new(page, m->deadline_count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct deadline_row *row = &m->deadlines[i];
        struct cell_view *cells = grid_row(&grid, i);
        const char *state = row->met_us != 0 ? "met" : row->overdue ? "overdue" : "due";
        struct view id = deadline_id(page, m, i);
        grid.rows[i].id = id;
        cells[DEADLINE].text = page_code(page, "deadline.", row->code);
        cells[DUE].text = words_due(page->arena, row->due_us, now);
        cells[STATUS] = (struct cell_view){.tag = page_tag(page, "deadline", view_of(state)),
            .live = arena_printf(page->arena, "state-%.*s", VIEW_ARG(id))};
        if (row->met_us != 0)
            cells[STATUS].note = words_day(page->arena, row->met_us, now);
    }
    box_fill(page, box, head, grid);
}

/* "Attended. How: phone." from the fact's codes. */
static struct view fact_text(struct page *page, struct words details)
{
    struct view attendance = word_value(details, "attendance");
    struct view method = word_value(details, "method");
    struct view purpose = word_value(details, "purpose");
    struct view parts[3] = {VIEW(""), VIEW(""), VIEW("")};
    if (attendance.len > 0)
        parts[0] = text_fact_attendance(
            page->arena, .attendance = page_code(page, "attendance.", attendance));
    if (method.len > 0)
        parts[1] = text_fact_method(page->arena, .method = page_code(page, "method.", method));
    if (purpose.len > 0)
        parts[2] = text_fact_purpose(page->arena, .purpose = page_code(page, "purpose.", purpose));
    return view_trim(arena_printf(
        page->arena, "%.*s %.*s %.*s", VIEW_ARG(parts[0]), VIEW_ARG(parts[1]), VIEW_ARG(parts[2])));
}

static void fill_timeline(
    struct page *page, const struct referral_model *m, struct referral_view *view)
{
    struct moment_view *items = arena_array(page->arena, m->fact_count, sizeof *items);
    for (size_t i = 0; items != NULL && i < m->fact_count; i++) {
        const struct fact *fact = &m->facts[i];
        char stamp[TIME_TEXT_MAX];
        time_print(fact->at_us, stamp);
        items[i] = (struct moment_view){
            .label = fact_title(page, fact->event, fact->details),
            .byline = fact->by,
            .timestamp = arena_printf(page->arena, "%s", stamp),
            .date = arena_printf(page->arena, "%.*s, %.*s",
                VIEW_ARG(words_date(page->arena, fact->at_us)),
                VIEW_ARG(words_time(page->arena, fact->at_us))),
            .text = fact_text(page, fact->details),
            .note = fact->note,
            .id = id_of(page, "fact", fact->record),
        };
    }
    view->timeline.items.items = items;
    view->timeline.items.len = items == NULL ? 0 : m->fact_count;
    if (m->fact_count == 0)
        view->timeline_empty = TEXT_referral_no_facts;
    else
        view->timeline_say = items == NULL ? VIEW_NONE : items[0].label;
    if (m->fact_total > (int64_t)m->fact_count)
        view->timeline_more = text_referral_more_facts(page->arena,
            .shown = words_number(page->arena, (int64_t)m->fact_count),
            .n = words_number(page->arena, m->fact_total));
}

static const struct button_view *button_to(
    struct page *page, struct view text, struct link link, bool first)
{
    struct button_view *button = ARENA_NEW(page->arena, struct button_view);
    if (button == NULL)
        return NULL;
    *button = (struct button_view){
        .text = text, .href = link, .classes = first ? VIEW_NONE : VIEW("govuk-button--secondary")};
    button_fill(page->arena, button);
    return button;
}

/* The session to record: the earliest that began and is not recorded. */
static const struct session_line *to_record(const struct referral_model *m, int64_t now)
{
    for (size_t i = m->session_count; i > 0; i--) {
        const struct session_line *line = &m->sessions[i - 1];
        bool open = view_eq_text(line->state, "unrecorded") || view_eq_text(line->state, "booked");
        if (open && line->start_us <= now)
            return line;
    }
    return NULL;
}

static void fill_buttons(
    struct page *page, const struct referral_model *m, struct referral_view *view)
{
    struct uuid id = m->row.referral;
    const struct session_line *open = m->may_record ? to_record(m, page->frame->now_us) : NULL;
    if (open != NULL)
        view->record = button_to(page,
            text_referral_record(page->arena, .session = session_within(page, open->session)),
            link_session(page->arena, ROUTE_record, id, open->session), true);
    if (m->next_book >= 0)
        view->book = button_to(page,
            text_referral_book(page->arena, .session = session_within(page, m->next_book)),
            link_session(page->arena, ROUTE_book, id, m->next_book), open == NULL);
    if (m->may_assign) {
        const struct query query = {
            "referral", arena_printf(page->arena, "%s", uuid_text(id).text)};
        view->assign = button_to(page, TEXT_referral_assign,
            link_query(page->arena, link_to(ROUTE_assign), &query, 1),
            view_eq_text(m->row.action, "assign"));
    }
    if (m->may_share_risk)
        view->share_risk = button_to(page, TEXT_referral_share_risk,
            link_id(page->arena, ROUTE_share_risk, m->person), false);
}

static void fill(struct page *page, const struct referral_model *m, struct referral_view *view)
{
    fill_next(page, m, view);
    fill_progress(page, m, view);
    fill_risk(page, m, view);
    fill_sessions(page, m, &view->sessions);
    fill_deadlines(page, m, &view->deadlines);
    fill_timeline(page, m, view);
    fill_buttons(page, m, view);
}

res_t page_referral(const struct page_frame *frame, const struct referral_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct referral_view view = {0};
    fill(&page, m, &view);
    struct sub_navigation_view sections = case_sections(&page, m->row.referral, ROUTE_referral);
    page_top(&page,
        &(struct around){.title = TEXT_referral_title,
            .heading = TEXT_referral_heading,
            .section = ROUTE_cases,
            .back = link_to(ROUTE_cases),
            .back_text = TEXT_referral_back,
            .identity = &view.identity,
            .identity_say = view.status_say,
            .sections = &sections},
        out);
    template_referral(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}

res_t page_referral_parts(const struct page_frame *frame, const struct referral_model *m,
    struct part_names parts, struct buf *out)
{
    static const struct {
        const char *name;
        void (*render)(struct buf *out, const struct referral_view *view);
    } rows[] = {{"status", template_referral_status}, {"next", template_referral_next},
        {"progress", template_referral_progress}, {"sessions", template_referral_sessions},
        {"deadlines", template_referral_deadlines}, {"timeline", template_referral_timeline}};
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct referral_view view = {0};
    fill(&page, m, &view);
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!part_wanted(parts, rows[i].name))
            continue;
        rows[i].render(out, &view);
        any = true;
    }
    return any ? page_result(&page, out) : REJECT("the page has no such part");
}
