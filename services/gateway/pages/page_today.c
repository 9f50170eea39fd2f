/* Today: what needs the reader, in the order in which it matters. */
#include "gateway/pages/page.h"

enum { BOXES_MAX = 6, TO_ASSIGN_SHOWN = 5 };

/* -- probation ----------------------------------------------------------------------------------*/

static void fill_rows(
    struct page *page, struct box_view *box, const struct case_row *rows, size_t count)
{
    enum { NAME, WHAT, WHEN, COLUMNS };
    const struct view head[COLUMNS] = {TEXT_cases_name, TEXT_today_what, TEXT_cases_due};
    int64_t now = page->frame->now_us;
    struct grid grid = grid_new(page, count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct case_row *row = &rows[i];
        struct cell_view *cells = grid_row(&grid, i);
        grid.rows[i].id = id_of(page, box->part.ptr, row->referral);
        cells[NAME] = (struct cell_view){.text = name_listed(page, row->name),
            .note = row->provider,
            .href = link_id(page->arena, ROUTE_referral, row->referral)};
        cells[WHAT] = (struct cell_view){.tag = page_tag(page, "referral", row->status),
            .live = arena_printf(page->arena, "what-%.*s", VIEW_ARG(grid.rows[i].id))};
        cells[WHEN].text = words_due(page->arena, row->due_us, now);
        if (row->overdue)
            cells[WHEN].tag = page_tag(page, "deadline", VIEW("overdue"));
    }
    box_fill(page, box, head, grid);
}

static void fill_changed(
    struct page *page, struct box_view *box, const struct probation_today_model *m)
{
    enum { WHAT, NAME, WHEN, STATUS, COLUMNS };
    const struct view head[COLUMNS] = {
        TEXT_today_what, TEXT_cases_name, TEXT_today_when, TEXT_cases_state};
    int64_t now = page->frame->now_us;
    struct grid grid = grid_new(page, m->changed_count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct today_fact *fact = &m->changed[i];
        struct cell_view *cells = grid_row(&grid, i);
        grid.rows[i].id = arena_printf(page->arena, "%.*s-%lld",
            VIEW_ARG(id_of(page, "fact", fact->row.referral)), (long long)fact->at_us);
        struct view attendance = word_value(fact->details, "attendance");
        cells[WHAT].text = fact_title(page, fact->event, fact->details);
        if (attendance.len > 0)
            cells[WHAT].note = page_code(page, "attendance.", attendance);
        cells[NAME] = (struct cell_view){.text = name_listed(page, fact->row.name),
            .note = fact->row.provider,
            .href = link_id(page->arena, ROUTE_referral, fact->row.referral)};
        cells[WHEN].text = words_when(page->arena, fact->at_us, now);
        cells[STATUS] = (struct cell_view){.tag = page_tag(page, "referral", fact->row.status)};
    }
    if (m->changed_count > 0)
        box->say = fact_title(page, m->changed[0].event, m->changed[0].details);
    box_fill(page, box, head, grid);
}

/* An empty box still stands in the page, so that a live update has where to go. */
static void fill_probation(
    struct page *page, const struct probation_today_model *m, struct today_view *view)
{
    struct box_view *boxes = arena_array(page->arena, BOXES_MAX, sizeof *boxes);
    if (boxes == NULL)
        return;
    boxes[0] = box_of("mine", m->mine_count > 0 ? TEXT_today_mine : VIEW_NONE, VIEW_NONE);
    boxes[0].say = TEXT_today_say_mine;
    fill_rows(page, &boxes[0], m->mine, m->mine_count);
    boxes[1] = box_of("overdue", m->overdue_count > 0 ? TEXT_today_overdue : VIEW_NONE, VIEW_NONE);
    boxes[1].say = TEXT_today_say_overdue;
    fill_rows(page, &boxes[1], m->overdue, m->overdue_count);
    boxes[2] = box_of("changed", m->changed_count > 0 ? TEXT_today_changed : VIEW_NONE, VIEW_NONE);
    fill_changed(page, &boxes[2], m);
    view->boxes.items = boxes;
    view->boxes.len = 3;
    view->cases = link_to(ROUTE_cases);
    view->nothing = TEXT_today_nothing;
    view->has_nothing = m->mine_count + m->overdue_count + m->changed_count == 0;
}

/* -- provider -----------------------------------------------------------------------------------*/

static void fill_risk(
    struct page *page, const struct provider_today_model *m, struct today_view *view)
{
    if (m->risk_unread_count == 0)
        return;
    struct alert_view *alert = ARENA_NEW(page->arena, struct alert_view);
    if (alert == NULL)
        return;
    *alert = (struct alert_view){.variant = VIEW("warning"),
        .title = TEXT_today_risk_title,
        .text = text_today_risk_text(page->arena, .n = (int64_t)m->risk_unread_count),
        .href = link_id(page->arena, ROUTE_risk, m->risk_unread[0].referral),
        .link_text = arena_printf(page->arena, "%.*s: %.*s", VIEW_ARG(TEXT_today_risk_first),
            VIEW_ARG(name_listed(page, m->risk_unread[0].name))),
        .show_title_as_heading = true};
    alert_fill(page->arena, alert);
    view->risk = alert;
}

/* What there is to do with a session, or with the risk that stands before it. */
static struct cell_view session_action(struct page *page, const struct session_row *row)
{
    struct view state = row->state;
    if (row->risk_unread && view_eq_text(state, "booked"))
        return (struct cell_view){.text = TEXT_today_risk_first,
            .href = link_id(page->arena, ROUTE_risk, row->referral),
            .hidden = row->reference};
    if (view_eq_text(state, "booked") || view_eq_text(state, "unrecorded"))
        return (struct cell_view){.text = TEXT_today_record_it,
            .href = link_session(page->arena, ROUTE_record, row->referral, row->session),
            .hidden = row->reference};
    return (struct cell_view){.text = TEXT_today_open,
        .href = link_id(page->arena, ROUTE_referral, row->referral),
        .hidden = row->reference};
}

static void fill_sessions(
    struct page *page, struct box_view *box, const struct session_row *rows, size_t count)
{
    enum { WHEN, NAME, WHAT, HOW, ACTION, STATUS, COLUMNS };
    const struct view head[COLUMNS] = {TEXT_today_when, TEXT_cases_name, TEXT_today_what,
        TEXT_today_how, TEXT_today_action, TEXT_cases_state};
    int64_t now = page->frame->now_us;
    struct grid grid = grid_new(page, count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct session_row *row = &rows[i];
        struct cell_view *cells = grid_row(&grid, i);
        struct view id = arena_printf(page->arena, "%.*s-%d",
            VIEW_ARG(id_of(page, box->part.ptr, row->referral)), (int)row->session);
        grid.rows[i].id = id;
        cells[WHEN].text = words_when(page->arena, row->start_us, now);
        cells[NAME] = (struct cell_view){.text = name_listed(page, row->name),
            .href = link_id(page->arena, ROUTE_referral, row->referral)};
        cells[WHAT].text = session_name(page, row->session);
        if (row->method.len > 0)
            cells[HOW].text = page_code(page, "method.", row->method);
        cells[ACTION] = session_action(page, row);
        cells[ACTION].live = arena_printf(page->arena, "do-%.*s", VIEW_ARG(id));
        cells[STATUS] = (struct cell_view){.tag = page_tag(page, "session", row->state),
            .live = arena_printf(page->arena, "state-%.*s", VIEW_ARG(id))};
    }
    box_fill(page, box, head, grid);
}

/* Rows whose action leads to another page than the case. */
static void fill_work(
    struct page *page, struct box_view *box, const struct case_row *rows, size_t count)
{
    enum { NAME, SERVICE, DUE, ACTION, COLUMNS };
    const struct view head[COLUMNS] = {
        TEXT_cases_name, TEXT_cases_service, TEXT_cases_due, TEXT_today_action};
    bool assign = view_eq_text(box->part, "assign");
    struct grid grid = grid_new(page, count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct case_row *row = &rows[i];
        struct cell_view *cells = grid_row(&grid, i);
        grid.rows[i].id = id_of(page, box->part.ptr, row->referral);
        cells[NAME] = (struct cell_view){.text = name_listed(page, row->name),
            .href = link_id(page->arena, ROUTE_referral, row->referral)};
        cells[SERVICE] = (struct cell_view){.text = row->service, .note = row->reference};
        cells[DUE].text = words_due(page->arena, row->due_us, page->frame->now_us);
        if (row->overdue)
            cells[DUE].tag = page_tag(page, "deadline", VIEW("overdue"));
        const struct query query = {
            "referral", arena_printf(page->arena, "%s", uuid_text(row->referral).text)};
        cells[ACTION] =
            (struct cell_view){.text = assign ? TEXT_today_assign_link : TEXT_today_open,
                .href = assign ? link_query(page->arena, link_to(ROUTE_assign), &query, 1)
                               : link_id(page->arena, ROUTE_referral, row->referral),
                .hidden = row->reference};
    }
    box_fill(page, box, head, grid);
}

static void fill_provider(
    struct page *page, const struct provider_today_model *m, struct today_view *view)
{
    struct box_view *boxes = arena_array(page->arena, BOXES_MAX, sizeof *boxes);
    if (boxes == NULL)
        return;
    struct view next = words_when(page->arena, m->next_session_us, page->frame->now_us);
    boxes[0] = box_of("sessions", TEXT_today_sessions,
        next.len > 0 ? text_today_next_session(page->arena, .when = next) : TEXT_today_no_sessions);
    boxes[0].say = TEXT_today_say_sessions;
    fill_sessions(page, &boxes[0], m->sessions, m->session_count);
    boxes[1] = box_of("record", m->to_record_count > 0 ? TEXT_today_record : VIEW_NONE, VIEW_NONE);
    boxes[1].say = TEXT_today_say_record;
    fill_sessions(page, &boxes[1], m->to_record, m->to_record_count);
    boxes[2] = box_of("assign", m->to_assign_count > 0 ? TEXT_today_assign : VIEW_NONE, VIEW_NONE);
    boxes[2].say = TEXT_today_say_assign;
    fill_work(page, &boxes[2], m->to_assign,
        m->to_assign_count < TO_ASSIGN_SHOWN ? m->to_assign_count : TO_ASSIGN_SHOWN);
    boxes[3] = box_of("book", m->to_book_count > 0 ? TEXT_today_book : VIEW_NONE, VIEW_NONE);
    boxes[3].say = TEXT_today_say_book;
    fill_work(page, &boxes[3], m->to_book, m->to_book_count);
    view->boxes.items = boxes;
    view->boxes.len = 4;
    fill_risk(page, m, view);
}

/* -- both ---------------------------------------------------------------------------------------*/

static void write_page(
    struct page *page, const struct today_view *view, struct view heading, struct buf *out)
{
    page_top(page,
        &(struct around){.title = TEXT_today_title, .heading = heading, .section = ROUTE_today},
        out);
    template_today(out, view);
    page_bottom(page, out);
}

static res_t write_parts(
    struct page *page, const struct today_view *view, struct part_names parts, struct buf *out)
{
    bool any = false;
    if (part_wanted(parts, "risk")) {
        template_today_risk(out, view);
        any = true;
    }
    for (size_t i = 0; i < view->boxes.len; i++) {
        const struct box_view *box = &view->boxes.items[i];
        if (!part_wanted(parts, box->part.ptr))
            continue;
        template_box(out, box);
        any = true;
    }
    return any ? page_result(page, out) : REJECT("the page has no such part");
}

res_t page_probation_today(
    const struct page_frame *frame, const struct probation_today_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct today_view view = {0};
    fill_probation(&page, m, &view);
    write_page(&page, &view, TEXT_today_title, out);
    return page_result(&page, out);
}

res_t page_probation_today_parts(const struct page_frame *frame,
    const struct probation_today_model *m, struct part_names parts, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct today_view view = {0};
    fill_probation(&page, m, &view);
    return write_parts(&page, &view, parts, out);
}

res_t page_provider_today(
    const struct page_frame *frame, const struct provider_today_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct today_view view = {0};
    fill_provider(&page, m, &view);
    struct view heading =
        text_today_heading_provider(page.arena, .date = words_date(page.arena, frame->now_us));
    write_page(&page, &view, heading, out);
    return page_result(&page, out);
}

res_t page_provider_today_parts(const struct page_frame *frame,
    const struct provider_today_model *m, struct part_names parts, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct today_view view = {0};
    fill_provider(&page, m, &view);
    return write_parts(&page, &view, parts, out);
}
