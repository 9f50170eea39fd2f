#include "gateway/pages/page.h"

static void fill_chosen(struct page *page, const struct case_row *row, struct assign_view *view)
{
    enum { NAME, REFERENCE, SERVICE, ROWS };
    struct summary_row_view *rows = arena_array(page->arena, ROWS, sizeof *rows);
    if (rows == NULL)
        return;
    rows[NAME] = (struct summary_row_view){.key = TEXT_person_person,
        .value = name_full(page, row->name),
        .tag = page_tag(page, "referral", row->status)};
    rows[REFERENCE].key = TEXT_cases_reference;
    rows[REFERENCE].value = row->reference;
    rows[SERVICE].key = TEXT_cases_service;
    rows[SERVICE].value = row->service;
    view->chosen.rows.items = rows;
    view->chosen.rows.len = ROWS;
    summary_list_fill(page->arena, &view->chosen);
}

static void fill_workers(struct page *page, const struct assign_model *m, struct assign_view *view)
{
    struct choice_view *items = arena_array(page->arena, m->worker_count, sizeof *items);
    for (size_t i = 0; items != NULL && i < m->worker_count; i++) {
        items[i].value = arena_printf(page->arena, "%.*s %.*s", VIEW_ARG(m->workers[i].user),
            VIEW_ARG(m->workers[i].organisation));
        items[i].label.text = m->workers[i].name;
    }
    view->workers = (struct checkboxes_view){.name = VIEW("worker"),
        .id_prefix = VIEW("workers"),
        .fieldset = true,
        .legend = legend_of(TEXT_assign_workers),
        .hint = hint_of(m->worker_count > 0 ? TEXT_assign_workers_hint : TEXT_assign_no_workers),
        .error_message = page_error_at(page, "/workers"),
        .items = {items, items == NULL ? 0 : m->worker_count}};
    page_kept_all(page, "worker", &view->workers);
    checkboxes_fill(page->arena, &view->workers);
}

static void fill_waiting(struct page *page, const struct assign_model *m, struct box_view *box)
{
    enum { NAME, REFERENCE, SERVICE, DUE, COLUMNS };
    const struct view head[COLUMNS] = {
        TEXT_cases_name, TEXT_cases_reference, TEXT_cases_service, TEXT_cases_due};
    *box = box_of("waiting", TEXT_assign_waiting, TEXT_assign_nobody);
    struct grid grid = grid_new(page, m->waiting_count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct case_row *row = &m->waiting[i];
        struct cell_view *cells = grid_row(&grid, i);
        const struct query query = {
            "referral", arena_printf(page->arena, "%s", uuid_text(row->referral).text)};
        cells[NAME] = (struct cell_view){.text = name_listed(page, row->name),
            .href = link_query(page->arena, link_to(ROUTE_assign), &query, 1)};
        cells[REFERENCE].text = row->reference;
        cells[SERVICE].text = row->service;
        cells[DUE].text = words_due(page->arena, row->due_us, page->frame->now_us);
        if (row->overdue)
            cells[DUE].tag = page_tag(page, "deadline", VIEW("overdue"));
    }
    box_fill(page, box, head, grid);
}

res_t page_assign(const struct page_frame *frame, const struct assign_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct assign_view view = {.has_form = !uuid_is_zero(m->chosen.referral)};
    if (view.has_form) {
        view.form = page_form(&page, link_to(ROUTE_assign), m->seen, TEXT_assign_send);
        view.referral = arena_printf(page.arena, "%s", uuid_text(m->chosen.referral).text);
        fill_chosen(&page, &m->chosen, &view);
        fill_workers(&page, m, &view);
    }
    fill_waiting(&page, m, &view.waiting);
    page_top(&page,
        &(struct around){
            .title = TEXT_assign_title, .heading = TEXT_assign_heading, .section = ROUTE_assign},
        out);
    template_assign(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}
