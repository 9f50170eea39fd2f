/* The commissioner's counts. No figure below five is shown, and none can be worked out from the
 * others: where one cell of a total is hidden, the next smallest is hidden too. */
#include "gateway/pages/page.h"
#include "gateway/pages/small_numbers.h"

enum { GROUPS_MAX = 2048 };

struct group {
    struct view contract, service;
    int64_t count;
};

static void fill_stages(struct page *page, const struct flows_model *m, struct box_view *box)
{
    static const char *const order[] = {
#define FOR_referral(code) #code,
#define FOR_session(code)
#define FOR_risk(code)
#define FOR_deadline(code)
#define STATUS(of, code, colour) FOR_##of(code)
#include "gateway/pages/status.def"
#undef STATUS
    };
    enum { STAGE, COUNT, COLUMNS };
    const struct view head[COLUMNS] = {TEXT_flows_stage, TEXT_flows_standing};
    int64_t counts[ARRAY_LEN(order)] = {0};
    struct view codes[ARRAY_LEN(order)] = {{0}};
    size_t n = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        size_t at = 0;
        while (at < n && !view_eq(codes[at], m->rows[i].status))
            at++;
        if (at == ARRAY_LEN(order)) {
            page->unknown_code = true;
            return;
        }
        n = at == n ? n + 1 : n;
        codes[at] = m->rows[i].status;
        counts[at] += m->rows[i].count;
    }
    bool hidden[ARRAY_LEN(order)];
    small_numbers_hide(counts, n, hidden);
    struct grid grid = grid_new(page, n, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        struct cell_view *cells = grid_row(&grid, i);
        struct view id = arena_printf(page->arena, "stage-%.*s", VIEW_ARG(codes[i]));
        grid.rows[i].id = id;
        cells[STAGE].tag = page_tag(page, "referral", codes[i]);
        cells[COUNT] =
            (struct cell_view){.text = small_number_text(page->arena, counts[i], hidden[i]),
                .format = VIEW("numeric"),
                .live = arena_printf(page->arena, "count-%.*s", VIEW_ARG(id))};
    }
    box_fill(page, box, head, grid);
}

static size_t group_rows(const struct flows_model *m, struct group *groups)
{
    size_t n = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const struct flow_row *row = &m->rows[i];
        size_t at = 0;
        while (at < n && !view_eq(groups[at].contract, row->contract))
            at++;
        if (at == GROUPS_MAX)
            continue;
        if (at == n)
            groups[n++] = (struct group){row->contract, row->service, 0};
        groups[at].count += row->count;
    }
    return n;
}

static void fill_contracts(struct page *page, const struct flows_model *m, struct box_view *box)
{
    enum { CONTRACT, SERVICE, COUNT, COLUMNS };
    const struct view head[COLUMNS] = {
        TEXT_flows_contract, TEXT_flows_service, TEXT_flows_standing};
    struct group *groups = arena_array(page->arena, GROUPS_MAX, sizeof *groups);
    int64_t *counts = arena_array(page->arena, GROUPS_MAX, sizeof *counts);
    bool *hidden = arena_array(page->arena, GROUPS_MAX, sizeof *hidden);
    if (groups == NULL || counts == NULL || hidden == NULL)
        return;
    size_t n = group_rows(m, groups);
    for (size_t i = 0; i < n; i++)
        counts[i] = groups[i].count;
    small_numbers_hide(counts, n, hidden);
    struct grid grid = grid_new(page, n, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        struct cell_view *cells = grid_row(&grid, i);
        struct view id = arena_printf(page->arena, "contract-%.*s", VIEW_ARG(groups[i].contract));
        grid.rows[i].id = id;
        cells[CONTRACT].text = groups[i].contract.len > 0 ? groups[i].contract : TEXT_flows_all;
        cells[SERVICE].text = groups[i].service;
        cells[COUNT] =
            (struct cell_view){.text = small_number_text(page->arena, counts[i], hidden[i]),
                .format = VIEW("numeric"),
                .live = arena_printf(page->arena, "count-%.*s", VIEW_ARG(id))};
    }
    box_fill(page, box, head, grid);
}

static void fill(struct page *page, const struct flows_model *m, struct flows_view *view)
{
    view->stages = box_of("stages", VIEW_NONE, TEXT_flows_empty);
    view->stages.scroll_label = text_table_scroll(page->arena, .heading = TEXT_flows_stage);
    view->stages.say = TEXT_flows_say;
    fill_stages(page, m, &view->stages);
    view->contracts = box_of("contracts", TEXT_flows_by_contract, TEXT_flows_empty);
    view->contracts.say = TEXT_flows_say;
    fill_contracts(page, m, &view->contracts);
    view->as_at = text_flows_as_at(page->arena, .when = words_when(page->arena, m->as_at_us, 0));
    view->hidden = (struct details_view){
        .summary_text = TEXT_flows_hidden_summary, .text = TEXT_flows_hidden_text};
}

res_t page_flows(const struct page_frame *frame, const struct flows_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct flows_view view = {0};
    fill(&page, m, &view);
    page_top(&page,
        &(struct around){
            .title = TEXT_flows_title, .heading = TEXT_flows_heading, .section = ROUTE_flows},
        out);
    template_flows(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}

res_t page_flows_parts(const struct page_frame *frame, const struct flows_model *m,
    struct part_names parts, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct flows_view view = {0};
    fill(&page, m, &view);
    bool stages = part_wanted(parts, "stages"), contracts = part_wanted(parts, "contracts");
    if (!stages && !contracts)
        return REJECT("the page has no such part");
    if (stages)
        template_flows_stages(out, &view);
    if (contracts)
        template_flows_contracts(out, &view);
    return page_result(&page, out);
}
