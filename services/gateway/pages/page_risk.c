/* Reading risk. Before the record of the reading is on the stream, the model holds no content: this
 * page then shows the card and nothing else. */
#include "gateway/pages/page.h"

static struct view joined_headings(struct page *page, const struct risk_model *m)
{
    struct view text = VIEW("");
    for (size_t i = 0; i < m->changed_count; i++)
        text = arena_printf(page->arena, "%.*s%s%.*s", VIEW_ARG(text), i > 0 ? ", " : "",
            VIEW_ARG(page_code(page, "riskField.", m->changed[i])));
    return text;
}

static struct view shared_sentence(struct page *page, const struct risk_model *m)
{
    struct view version = words_number(page->arena, m->line.version);
    struct view when = words_when(page->arena, m->line.shared_us, page->frame->now_us);
    if (m->shared_by.len == 0)
        return text_risk_before_version_only(page->arena, .version = version, .when = when);
    return text_risk_before_version(
        page->arena, .version = version, .when = when, .who = m->shared_by);
}

/* Somebody who covers for a colleague may read, and says why. */
static void fill_why(struct page *page, struct risk_view *view)
{
    struct textarea_view *why = ARENA_NEW(page->arena, struct textarea_view);
    if (why == NULL)
        return;
    *why = (struct textarea_view){.name = VIEW("reason"),
        .label = label_of(TEXT_risk_why),
        .error_message = page_error_at(page, "/reason"),
        .value = page_kept(page, "reason", VIEW_NONE),
        .rows = VIEW("3")};
    textarea_fill(page->arena, why);
    view->why = why;
}

static void fill_card(struct page *page, const struct risk_model *m, struct risk_view *view)
{
    enum { PARAGRAPHS_MAX = 3 };
    struct interruption_card_view *card = ARENA_NEW(page->arena, struct interruption_card_view);
    struct value_view *body = arena_array(page->arena, PARAGRAPHS_MAX, sizeof *body);
    if (card == NULL || body == NULL)
        return;
    size_t n = 0;
    body[n++].text = shared_sentence(page, m);
    body[n++].text = TEXT_risk_before_recorded;
    if (m->changed_count > 0)
        body[n++].text =
            text_risk_before_changed(page->arena, .headings = joined_headings(page, m));
    *card = (struct interruption_card_view){.heading = TEXT_risk_before,
        .body = {body, n},
        .primary = {.text = TEXT_risk_read},
        .secondary = link_id(page->arena, ROUTE_referral, m->referral),
        .secondary_text = TEXT_risk_not_now};
    interruption_card_fill(page->arena, card);
    view->card = card;
    if (m->explain)
        fill_why(page, view);
    view->has_form = true;
    view->form = page_form(
        page, link_id(page->arena, ROUTE_risk_read, m->referral), m->seen, TEXT_risk_read);
}

static void fill_fields(
    struct page *page, const struct risk_content *content, struct risk_view *view)
{
    struct risk_field_view *fields = arena_array(page->arena, content->text_count, sizeof *fields);
    for (size_t i = 0; fields != NULL && i < content->text_count; i++) {
        const struct risk_text *text = &content->texts[i];
        fields[i].heading = page_code(page, "riskField.", text->code);
        fields[i].text = text->text;
        fields[i].changed = text->changed;
        if (!view_eq_text(text->state, "disclosed"))
            fields[i].state.text = page_code(page, "riskState.", text->state);
        fields[i].state.classes = VIEW("govuk-tag--grey");
    }
    view->fields.items = fields;
    view->fields.len = fields == NULL ? 0 : content->text_count;
}

static struct cell_view level_cell(struct page *page, struct view level)
{
    return TEXT_CELL(level.len > 0 ? page_code(page, "riskLevel.", level) : VIEW(""));
}

static void fill_levels(
    struct page *page, const struct risk_content *content, struct risk_view *view)
{
    enum { GROUP, COMMUNITY, CUSTODY, COLUMNS };
    const struct view head[COLUMNS] = {TEXT_risk_group, TEXT_risk_community, TEXT_risk_custody};
    struct grid grid = grid_new(page, content->level_count, COLUMNS);
    for (size_t i = 0; i < grid.len; i++) {
        const struct page_risk_level *level = &content->levels[i];
        struct cell_view *cells = grid_row(&grid, i);
        cells[GROUP].text = page_code(page, "riskGroup.", level->group);
        cells[COMMUNITY] = level_cell(page, level->community);
        cells[CUSTODY] = level_cell(page, level->custody);
    }
    view->has_levels = grid.len > 0;
    table_of(page, &view->levels, head, grid);
}

static void fill_self(struct page *page, const struct risk_content *content, struct risk_view *view)
{
    struct summary_row_view *rows = arena_array(page->arena, content->self_count, sizeof *rows);
    for (size_t i = 0; rows != NULL && i < content->self_count; i++) {
        const struct risk_self *self = &content->self[i];
        struct view answer = page_code(page, "riskAnswer.", self->answer);
        rows[i].key = page_code(page, "riskSelf.", self->code);
        rows[i].value = self->text.len == 0 ? answer
                                            : arena_printf(page->arena, "%.*s. %.*s",
                                                  VIEW_ARG(answer), VIEW_ARG(self->text));
        rows[i].value_classes = VIEW("rb-text");
    }
    view->self.rows.items = rows;
    view->self.rows.len = rows == NULL ? 0 : content->self_count;
    view->has_self = view->self.rows.len > 0;
    summary_list_fill(page->arena, &view->self);
    struct value_view *registrations =
        arena_array(page->arena, content->registration_count, sizeof *registrations);
    for (size_t i = 0; registrations != NULL && i < content->registration_count; i++)
        registrations[i].text = content->registrations[i];
    view->registrations.items = registrations;
    view->registrations.len = registrations == NULL ? 0 : content->registration_count;
    view->has_registrations = view->registrations.len > 0;
}

static void fill_about(struct page *page, const struct risk_model *m, struct risk_view *view)
{
    enum { SHARED, REVIEW, ROWS };
    int64_t now = page->frame->now_us;
    struct summary_row_view *rows = arena_array(page->arena, ROWS, sizeof *rows);
    if (rows == NULL)
        return;
    rows[SHARED].key = TEXT_risk_shared;
    rows[SHARED].value = words_when(page->arena, m->line.shared_us, now);
    if (m->shared_by.len > 0)
        rows[SHARED].value =
            text_risk_shared_by(page->arena, .when = rows[SHARED].value, .who = m->shared_by);
    rows[REVIEW].key = TEXT_risk_review;
    rows[REVIEW].value = words_date(page->arena, m->review_by_us);
    view->about.rows.items = rows;
    view->has_about = true;
    view->about.rows.len = m->review_by_us == 0 ? REVIEW : ROWS;
    summary_list_fill(page->arena, &view->about);
}

static void fill_acknowledge(struct page *page, const struct risk_model *m, struct risk_view *view)
{
    struct view version = words_number(page->arena, m->line.version);
    if (m->acknowledged)
        view->acknowledged = text_risk_acknowledged(page->arena, .version = version);
    view->has_form = m->may_acknowledge && !m->acknowledged;
    if (!view->has_form)
        return;
    view->warning.text = TEXT_risk_acknowledge_first;
    view->form = page_form(page, link_id(page->arena, ROUTE_risk_acknowledge, m->referral), m->seen,
        text_risk_acknowledge(page->arena, .version = version));
}

static void fill_content(struct page *page, const struct risk_model *m, struct risk_view *view)
{
    view->read = true;
    fill_about(page, m, view);
    if (m->basis.len > 0 && !view_eq_text(m->basis, "assessed"))
        view->basis = page_code(page, "basis.", m->basis);
    fill_fields(page, m->content, view);
    fill_levels(page, m->content, view);
    fill_self(page, m->content, view);
    view->open_until = text_risk_open_until(
        page->arena, .when = words_time(page->arena, m->content->open_until_us));
    fill_acknowledge(page, m, view);
}

/* While a text stands open on the screen, a newer version was shared: what the reader may see now
 * is none. Who sees the newest is not told of a newer one. */
static void fill_alert(struct page *page, const struct risk_model *m, struct risk_view *view)
{
    if (m->line.state != RISK_OUTDATED || m->content != NULL)
        return;
    struct alert_view *alert = ARENA_NEW(page->arena, struct alert_view);
    if (alert == NULL)
        return;
    *alert = (struct alert_view){.variant = VIEW("warning"),
        .title = TEXT_today_risk_title,
        .text = TEXT_risk_newer,
        .href = link_id(page->arena, ROUTE_risk, m->referral),
        .link_text = TEXT_risk_newer_link};
    alert_fill(page->arena, alert);
    view->alert = alert;
}

res_t page_risk(const struct page_frame *frame, const struct risk_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    bool missing = m->line.state == RISK_MISSING;
    struct view version = words_number(page.arena, m->line.version);
    struct risk_view view = {.version = version, .read = missing};
    if (missing)
        view.basis = TEXT_risk_none;
    else if (m->content != NULL)
        fill_content(&page, m, &view);
    else
        fill_card(&page, m, &view);
    fill_alert(&page, m, &view);
    struct case_row row = {
        .name = m->name, .reference = m->reference, .service = m->service, .status = m->status};
    struct identity_bar_view identity = identity_of(&page, &row, m->crn);
    struct sub_navigation_view sections = case_sections(&page, m->referral, ROUTE_risk);
    page_top(&page,
        &(struct around){.title = TEXT_risk_title,
            .heading = missing             ? TEXT_nav_risk
                       : view.card == NULL ? text_risk_heading(page.arena, .version = version)
                                           : VIEW_NONE,
            .section = ROUTE_cases,
            .back = link_id(page.arena, ROUTE_referral, m->referral),
            .back_text = TEXT_referral_heading,
            .identity = &identity,
            .sections = &sections},
        out);
    template_risk(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}

/* Only whether something newer exists: the text itself is never a live part. */
res_t page_risk_parts(const struct page_frame *frame, const struct risk_model *m,
    struct part_names parts, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    if (!part_wanted(parts, "alert"))
        return REJECT("the page has no such part");
    struct risk_view view = {0};
    fill_alert(&page, m, &view);
    template_risk_alert(out, &view);
    return page_result(&page, out);
}
