/* Words about people, sessions, facts and where a case stands: one way to say each, on every page.
 */
#include <string.h>

#include "gateway/pages/page.h"

static const struct status_row {
    const char *of;
    const char *code; /* with _ for - */
    const char *classes;
    struct view word;
} status_rows[] = {
#define STATUS(of, code, colour)                                                                   \
    {#of, #code, "govuk-tag--" #colour, TEXT_INIT_status_##of##_##code},
#include "gateway/pages/status.def"
#undef STATUS
};

static bool is_code(const char *name, struct view code)
{
    if (strlen(name) != code.len)
        return false;
    for (size_t i = 0; i < code.len; i++)
        if (code.ptr[i] != (name[i] == '_' ? '-' : name[i]))
            return false;
    return true;
}

struct tag_view page_tag(struct page *page, const char *of, struct view code)
{
    for (size_t i = 0; i < ARRAY_LEN(status_rows); i++)
        if (strcmp(status_rows[i].of, of) == 0 && is_code(status_rows[i].code, code))
            return (struct tag_view){status_rows[i].word, view_of(status_rows[i].classes)};
    page->unknown_code = true;
    return (struct tag_view){0};
}

struct tag_view page_risk_tag(struct page *page, enum risk_state state)
{
    static const struct view codes[] = {[RISK_MISSING] = {"missing", 7},
        [RISK_UNREAD] = {"unread", 6},
        [RISK_OUTDATED] = {"outdated", 8},
        [RISK_READ] = {"read", 4},
        [RISK_UNAUTHORISED] = {"unauthorised", 12},
        [RISK_UNAVAILABLE] = {"unavailable", 11}};
    return page_tag(page, "risk", codes[state]);
}

struct view page_code(struct page *page, const char *prefix, struct view code)
{
    struct view text = words_lookup(prefix, code, "");
    page->unknown_code = page->unknown_code || text.len == 0;
    return text;
}

struct view name_listed(struct page *page, struct person_name name)
{
    if (name.first.len == 0 && name.last.len == 0)
        return TEXT_person_unknown;
    if (name.first.len == 0 || name.last.len == 0)
        return name.first.len > 0 ? name.first : name.last;
    return arena_printf(page->arena, "%.*s, %.*s", VIEW_ARG(name.last), VIEW_ARG(name.first));
}

struct view name_full(struct page *page, struct person_name name)
{
    if (name.first.len == 0 || name.last.len == 0)
        return name_listed(page, name);
    return arena_printf(page->arena, "%.*s %.*s", VIEW_ARG(name.first), VIEW_ARG(name.last));
}

struct view session_name(struct page *page, int32_t session)
{
    if (session == 0)
        return TEXT_session_first;
    return text_session_n(page->arena, .n = words_number(page->arena, session));
}

struct view session_within(struct page *page, int32_t session)
{
    if (session == 0)
        return TEXT_session_first_within;
    return text_session_n_within(page->arena, .n = words_number(page->arena, session));
}

struct view word_value(struct words words, const char *name)
{
    for (size_t i = 0; i < words.len; i++)
        if (view_eq_text(words.items[i].name, name))
            return words.items[i].value;
    return VIEW_NONE;
}

struct view fact_title(struct page *page, struct view event, struct words details)
{
    int64_t session = -1;
    view_to_i64(word_value(details, "session"), &session);
    const struct word words[] = {
        {VIEW("what"),
            session >= 0 && session <= INT32_MAX ? session_name(page, (int32_t)session) : VIEW("")},
        {VIEW("version"), word_value(details, "version")},
    };
    return words_fill(
        page->arena, page_code(page, "event.", event), (struct words){words, ARRAY_LEN(words)});
}

static bool is_mine(const struct page *page, struct view turn)
{
    enum audience audience = page->frame->audience;
    return (audience == AUDIENCE_PROVIDER && view_eq_text(turn, "provider")) ||
           (audience == AUDIENCE_PROBATION && view_eq_text(turn, "practitioner"));
}

struct view next_sentence(struct page *page, const struct case_row *row, int64_t next_us)
{
    if (row->action.len == 0)
        return TEXT_next_none;
    int64_t now = page->frame->now_us;
    struct view due = words_due(page->arena, row->due_us, now);
    if (due.len > 0)
        due = row->overdue ? text_next_overdue(page->arena, .due = due)
                           : text_next_due(page->arena, .due = due);
    struct view when = words_when(page->arena, next_us, now);
    if (when.len > 0)
        when = text_next_when(page->arena, .when = when);
    const struct word words[] = {
        {VIEW("who"), row->turn.len == 0 ? VIEW("") : page_code(page, "turn.", row->turn)},
        {VIEW("due"), due}, {VIEW("when"), when}};
    struct view sentence = words_fill(page->arena, page_code(page, "next.", row->action),
        (struct words){words, ARRAY_LEN(words)});
    return arena_printf(page->arena, "%.*s %.*s", VIEW_ARG(sentence),
        VIEW_ARG(is_mine(page, row->turn) ? TEXT_next_yours : TEXT_next_not_yours));
}

struct identity_bar_view identity_of(struct page *page, const struct case_row *row, struct view crn)
{
    const struct view facts[] = {crn, row->reference, row->service, row->provider};
    struct value_view *shown = arena_array(page->arena, ARRAY_LEN(facts), sizeof *shown);
    size_t n = 0;
    for (size_t i = 0; shown != NULL && i < ARRAY_LEN(facts); i++)
        if (facts[i].len > 0)
            shown[n++].text = facts[i];
    struct identity_bar_view identity = {
        .title = name_full(page, row->name), .facts = {shown, n}, .live = VIEW("case-status")};
    if (row->status.len > 0)
        identity.tag = page_tag(page, "referral", row->status);
    return identity;
}

struct box_view box_of(const char *part, struct view heading, struct view empty)
{
    return (struct box_view){.part = view_of(part), .heading = heading, .empty = empty};
}

struct grid grid_new(struct page *page, size_t rows, size_t columns)
{
    struct grid grid = {arena_array(page->arena, rows, sizeof(struct row_view)),
        arena_array(page->arena, rows * columns, sizeof(struct cell_view)), rows, columns};
    if (grid.rows == NULL || grid.cells == NULL)
        return (struct grid){0};
    for (size_t i = 0; i < rows; i++) {
        grid.rows[i].cells.items = &grid.cells[i * columns];
        grid.rows[i].cells.len = columns;
    }
    return grid;
}

struct cell_view *grid_row(const struct grid *grid, size_t row)
{
    return &grid->cells[row * grid->columns];
}

void box_fill(struct page *page, struct box_view *box, const struct view *head, struct grid grid)
{
    box->has_table = grid.len > 0;
    if (!box->has_table)
        return;
    box->empty = VIEW_NONE;
    if (box->scroll_label.len == 0)
        box->scroll_label = text_table_scroll(page->arena, .heading = box->heading);
    table_of(page, &box->table, head, grid);
}

void table_of(
    struct page *page, struct table_view *table, const struct view *head, struct grid grid)
{
    struct cell_view *columns = arena_array(page->arena, grid.columns, sizeof *columns);
    for (size_t i = 0; columns != NULL && i < grid.columns; i++) {
        columns[i].text = head[i];
        columns[i].format = grid.len > 0 ? grid.cells[i].format : VIEW_NONE;
    }
    table->head.items = columns;
    table->head.len = columns == NULL ? 0 : grid.columns;
    table->rows.items = grid.rows;
    table->rows.len = grid.len;
    table->first_cell_is_header = true;
    table_fill(page->arena, table);
}

struct view id_of(struct page *page, const char *prefix, struct uuid id)
{
    return arena_printf(page->arena, "%s-%s", prefix, uuid_text(id).text);
}

struct sub_navigation_view case_sections(
    struct page *page, struct uuid referral, enum route current)
{
    static const struct {
        enum route route;
        const struct view text;
    } rows[] = {{ROUTE_referral, TEXT_INIT_nav_progress}, {ROUTE_risk, TEXT_INIT_nav_risk}};
    struct sub_navigation_item_view *items =
        arena_array(page->arena, ARRAY_LEN(rows), sizeof *items);
    for (size_t i = 0; items != NULL && i < ARRAY_LEN(rows); i++) {
        items[i].text = rows[i].text;
        items[i].href = link_id(page->arena, rows[i].route, referral);
        items[i].active = rows[i].route == current;
    }
    return (struct sub_navigation_view){
        .label = TEXT_nav_sections, .items = {items, items == NULL ? 0 : ARRAY_LEN(rows)}};
}
