#include "gateway/pages/page.h"

enum { CASES_PAGE = 50 };

static struct choice_view *one_choice(struct page *page, struct view value, struct view text)
{
    struct choice_view *item = ARENA_NEW(page->arena, struct choice_view);
    if (item != NULL)
        *item = (struct choice_view){.value = value, .label.text = text};
    return item;
}

/* The statuses to filter by are the words of status.def, in its order. */
static void fill_status_filter(struct page *page, struct view chosen, struct select_view *select)
{
    static const struct option_view options[] = {
        {.text = TEXT_INIT_cases_status_any, .value = {"", 0}},
#define FOR_referral(code)                                                                         \
    {.text = TEXT_INIT_status_referral_##code, .value = {#code, sizeof #code - 1}},
#define FOR_session(code)
#define FOR_risk(code)
#define FOR_deadline(code)
#define STATUS(of, code, colour) FOR_##of(code)
#include "gateway/pages/status.def"
#undef STATUS
    };
    struct option_view *items = arena_array(page->arena, ARRAY_LEN(options), sizeof *items);
    for (size_t i = 0; items != NULL && i < ARRAY_LEN(options); i++) {
        items[i] = options[i];
        char *value = arena_text(page->arena, options[i].value);
        for (char *c = value; c != NULL && *c != '\0'; c++)
            if (*c == '_')
                *c = '-';
        items[i].value.ptr = value;
    }
    *select = (struct select_view){.name = VIEW("status"),
        .label = label_of(TEXT_cases_status),
        .value = chosen,
        .items = {items, items == NULL ? 0 : ARRAY_LEN(options)}};
    select_fill(page->arena, select);
}

static void fill_filters(struct page *page, const struct cases_model *m, struct cases_view *view)
{
    static const struct option_view whose[] = {
        {.text = TEXT_INIT_cases_whose_mine, .value = {"mine", 4}},
        {.text = TEXT_INIT_cases_whose_team, .value = {"team", 4}}};
    view->action = view->clear = link_to(ROUTE_cases);
    view->whose = (struct select_view){.name = VIEW("whose"),
        .label = label_of(TEXT_cases_whose),
        .value = m->whose,
        .items = {whose, ARRAY_LEN(whose)}};
    select_fill(page->arena, &view->whose);
    fill_status_filter(page, m->status, &view->status);
    struct choice_view *item = one_choice(page, VIEW("yes"), TEXT_cases_overdue_yes);
    if (item != NULL)
        item->checked = m->overdue;
    view->overdue = (struct checkboxes_view){.name = VIEW("overdue"),
        .fieldset = true,
        .legend = legend_of(TEXT_cases_overdue),
        .classes = VIEW("govuk-checkboxes--small"),
        .items = {item, item == NULL ? 0 : 1}};
    checkboxes_fill(page->arena, &view->overdue);
    view->filter =
        (struct button_view){.text = TEXT_cases_filter, .classes = VIEW("govuk-button--secondary")};
    button_fill(page->arena, &view->filter);
}

static struct link page_link(struct page *page, const struct cases_model *m, int64_t number)
{
    if (number < 1 || (number - 1) * CASES_PAGE >= m->total)
        return (struct link){VIEW_NONE};
    const struct query queries[] = {{"whose", m->whose}, {"status", m->status},
        {"overdue", m->overdue ? VIEW("yes") : VIEW_NONE},
        {"page", arena_printf(page->arena, "%lld", (long long)number)}};
    return link_query(page->arena, link_to(ROUTE_cases), queries, ARRAY_LEN(queries));
}

static void fill_pages(struct page *page, const struct cases_model *m, struct cases_view *view)
{
    if (m->total <= CASES_PAGE)
        return;
    struct pagination_view *pages = ARENA_NEW(page->arena, struct pagination_view);
    if (pages == NULL)
        return;
    pages->previous = page_link(page, m, m->page - 1);
    pages->next = page_link(page, m, m->page + 1);
    view->pages = pages;
}

static void fill_list(struct page *page, const struct cases_model *m, struct box_view *box)
{
    enum { NAME, REFERENCE, SERVICE, NEXT, DUE, STATUS, COLUMNS };
    const struct view head[COLUMNS] = {TEXT_cases_name, TEXT_cases_reference, TEXT_cases_service,
        TEXT_cases_next, TEXT_cases_due, TEXT_cases_state};
    int64_t now = page->frame->now_us;
    *box = box_of("list", VIEW_NONE, TEXT_cases_empty);
    box->scroll_label = text_table_scroll(page->arena, .heading = TEXT_cases_title);
    box->say = TEXT_cases_say;
    struct grid grid = grid_new(page, m->row_count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct case_row *row = &m->rows[i];
        struct cell_view *cells = grid_row(&grid, i);
        grid.rows[i].id = id_of(page, "case", row->referral);
        cells[NAME] = (struct cell_view){.text = name_listed(page, row->name),
            .href = link_id(page->arena, ROUTE_referral, row->referral)};
        cells[REFERENCE].text = row->reference;
        cells[SERVICE] = (struct cell_view){.text = row->service, .note = row->provider};
        cells[NEXT] = (struct cell_view){.text = words_when(page->arena, row->next_at_us, now),
            .live = id_of(page, "next", row->referral)};
        cells[DUE] = (struct cell_view){.text = words_due(page->arena, row->due_us, now),
            .live = id_of(page, "due", row->referral)};
        if (row->overdue)
            cells[DUE].tag = page_tag(page, "deadline", VIEW("overdue"));
        cells[STATUS] = (struct cell_view){.tag = page_tag(page, "referral", row->status),
            .live = id_of(page, "status", row->referral)};
    }
    box_fill(page, box, head, grid);
}

res_t page_cases(const struct page_frame *frame, const struct cases_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct cases_view view = {.total = text_cases_total(page.arena, .n = m->total)};
    fill_filters(&page, m, &view);
    fill_list(&page, m, &view.list);
    fill_pages(&page, m, &view);
    page_top(&page,
        &(struct around){
            .title = TEXT_cases_title, .heading = TEXT_cases_title, .section = ROUTE_cases},
        out);
    template_cases(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}

res_t page_cases_parts(const struct page_frame *frame, const struct cases_model *m,
    struct part_names parts, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct cases_view view = {0};
    if (!part_wanted(parts, "list"))
        return REJECT("the page has no such part");
    fill_list(&page, m, &view.list);
    template_cases_list(out, &view);
    return page_result(&page, out);
}
