/* Sharing risk: each field is disclosed, withheld or not assessed; never blank by accident. What
 * the last version said is prefilled. */
#include "gateway/pages/page.h"

static struct radios_view yes_radios(struct page *page, const char *name, struct view legend)
{
    return (struct radios_view){.name = view_of(name),
        .fieldset = true,
        .legend = legend_of(legend),
        .value = page_kept(page, name, VIEW_NONE)};
}

static struct choice_view *choices_of(
    struct page *page, const struct view (*pairs)[2], size_t count)
{
    struct choice_view *items = arena_array(page->arena, count, sizeof *items);
    for (size_t i = 0; items != NULL && i < count; i++) {
        items[i].value = pairs[i][0];
        items[i].label.text = pairs[i][1];
    }
    return items;
}

static void fill_basis(struct page *page, struct share_risk_view *view)
{
    static const struct view pairs[][2] = {{{"assessed", 8}, TEXT_INIT_share_basis_assessed},
        {{"none", 4}, TEXT_INIT_share_basis_none},
        {{"not-authorised", 14}, TEXT_INIT_share_basis_not_authorised},
        {{"unavailable", 11}, TEXT_INIT_share_basis_unavailable}};
    view->basis = yes_radios(page, "basis", TEXT_share_basis);
    view->basis.error_message = page_error_at(page, "/basis");
    view->basis.items.items = choices_of(page, pairs, ARRAY_LEN(pairs));
    view->basis.items.len = view->basis.items.items == NULL ? 0 : ARRAY_LEN(pairs);
    radios_fill(page->arena, &view->basis);
    view->assessed = page_date(page, "assessedAt", "/assessedAt", TEXT_share_assessed);
    view->source = (struct input_view){.name = VIEW("source"),
        .label = label_of(TEXT_share_source),
        .hint = hint_of(TEXT_share_source_hint),
        .error_message = page_error_at(page, "/source"),
        .value = page_kept(page, "source", VIEW_NONE)};
    input_fill(page->arena, &view->source);
}

static const struct view question_codes[] = {{"whoIsAtRisk", 11}, {"nature", 6}, {"imminence", 9},
    {"increases", 9}, {"decreases", 9}, {"analysis", 8}, {"staffSafety", 11}, {"sexualHistory", 13},
    {"additional", 10}};

static const struct risk_text *previous_text(const struct share_risk_model *m, struct view code)
{
    static const struct risk_text none = {0};
    for (size_t i = 0; m->previous != NULL && i < m->previous->text_count; i++)
        if (view_eq(m->previous->texts[i].code, code))
            return &m->previous->texts[i];
    return &none;
}

static void fill_question(struct page *page, const struct share_risk_model *m, struct view code,
    struct risk_question_view *question)
{
    static const struct view pairs[][2] = {{{"disclosed", 9}, TEXT_INIT_share_state_disclosed},
        {{"withheld", 8}, TEXT_INIT_share_state_withheld},
        {{"not-assessed", 12}, TEXT_INIT_share_state_not_assessed}};
    const struct risk_text *before = previous_text(m, code);
    const char *state = arena_printf(page->arena, "%.*s-state", VIEW_ARG(code)).ptr;
    const char *text = arena_printf(page->arena, "%.*s-text", VIEW_ARG(code)).ptr;
    const char *state_at = arena_printf(page->arena, "/%.*s/state", VIEW_ARG(code)).ptr;
    const char *text_at = arena_printf(page->arena, "/%.*s/text", VIEW_ARG(code)).ptr;
    const char *why_at = arena_printf(page->arena, "/%.*s/why", VIEW_ARG(code)).ptr;
    if (state == NULL || text == NULL || state_at == NULL || text_at == NULL || why_at == NULL)
        return;
    struct view heading = page_code(page, "riskField.", code);
    question->heading = heading;
    question->state = yes_radios(page, state, TEXT_share_state);
    question->state.classes = VIEW("govuk-radios--inline govuk-radios--small");
    question->state.value = page_kept(page, state, before->state);
    question->state.error_message = page_error_at(page, state_at);
    question->state.items.items = choices_of(page, pairs, ARRAY_LEN(pairs));
    question->state.items.len = question->state.items.items == NULL ? 0 : ARRAY_LEN(pairs);
    /* Nine groups with the same question: the heading says which. */
    question->state.legend.text =
        arena_printf(page->arena, "%.*s: %.*s", VIEW_ARG(heading), VIEW_ARG(TEXT_share_state));
    radios_fill(page->arena, &question->state);
    question->text = (struct textarea_view){.name = view_of(text),
        .label = label_of(text_share_text(page->arena, .heading = heading)),
        .error_message = page_error_at(page, text_at),
        .value = page_kept(page, text, before->text)};
    if (question->text.error_message.text.len == 0)
        question->text.error_message = page_error_at(page, why_at);
    textarea_fill(page->arena, &question->text);
}

static struct select_view select_of(
    struct page *page, const char *name, struct view label, const struct option_view *options)
{
    enum { ANSWERS_MAX = 8 };
    size_t count = 0;
    while (count < ANSWERS_MAX && options[count].text.len > 0)
        count++;
    struct select_view select = {.name = view_of(name),
        .label = {.text = label},
        .value = page_kept(page, name, VIEW_NONE),
        .items = {options, count}};
    return select;
}

static const struct option_view level_options[] = {
    {.text = TEXT_INIT_share_not_stated, .value = {"", 0}},
    {.text = TEXT_INIT_riskLevel_low, .value = {"low", 3}},
    {.text = TEXT_INIT_riskLevel_medium, .value = {"medium", 6}},
    {.text = TEXT_INIT_riskLevel_high, .value = {"high", 4}},
    {.text = TEXT_INIT_riskLevel_very_high, .value = {"very-high", 9}},
    {.text = TEXT_INIT_riskLevel_not_assessed, .value = {"not-assessed", 12}},
    {.value = {NULL, 0}}};

static struct view previous_level(const struct share_risk_model *m, const char *group, bool custody)
{
    for (size_t i = 0; m->previous != NULL && i < m->previous->level_count; i++)
        if (view_eq_text(m->previous->levels[i].group, group))
            return custody ? m->previous->levels[i].custody : m->previous->levels[i].community;
    return VIEW_NONE;
}

static void fill_levels(
    struct page *page, const struct share_risk_model *m, struct share_risk_view *view)
{
    static const struct {
        const char *group, *community, *custody; /* the fields' names are the body's */
    } rows[] = {{"children", "levels-children-community", "levels-children-custody"},
        {"public", "levels-public-community", "levels-public-custody"},
        {"known-adult", "levels-knownAdult-community", "levels-knownAdult-custody"},
        {"staff", "levels-staff-community", "levels-staff-custody"},
        {"prisoners", "levels-prisoners-community", "levels-prisoners-custody"}};
    struct risk_level_view *levels = arena_array(page->arena, ARRAY_LEN(rows), sizeof *levels);
    for (size_t i = 0; levels != NULL && i < ARRAY_LEN(rows); i++) {
        struct view group = page_code(page, "riskGroup.", view_of(rows[i].group));
        levels[i].community = select_of(page, rows[i].community,
            text_share_level_community(page->arena, .group = group), level_options);
        levels[i].community.value =
            page_kept(page, rows[i].community, previous_level(m, rows[i].group, false));
        select_fill(page->arena, &levels[i].community);
        levels[i].custody = select_of(page, rows[i].custody,
            text_share_level_custody(page->arena, .group = group), level_options);
        levels[i].custody.value =
            page_kept(page, rows[i].custody, previous_level(m, rows[i].group, true));
        select_fill(page->arena, &levels[i].custody);
    }
    view->levels.items = levels;
    view->levels.len = levels == NULL ? 0 : ARRAY_LEN(rows);
}

static void fill_self(
    struct page *page, const struct share_risk_model *m, struct share_risk_view *view)
{
    static const struct option_view answers[] = {
        {.text = TEXT_INIT_share_not_stated, .value = {"", 0}},
        {.text = TEXT_INIT_riskAnswer_yes, .value = {"yes", 3}},
        {.text = TEXT_INIT_riskAnswer_no, .value = {"no", 2}},
        {.text = TEXT_INIT_riskAnswer_unknown, .value = {"unknown", 7}}, {.value = {NULL, 0}}};
    static const struct {
        const char *name, *code;
    } rows[] = {{"toSelf-suicide", "suicide"}, {"toSelf-selfHarm", "selfHarm"},
        {"toSelf-custody", "custody"}, {"toSelf-hostel", "hostel"},
        {"toSelf-vulnerability", "vulnerability"}};
    struct select_question_view *self = arena_array(page->arena, ARRAY_LEN(rows), sizeof *self);
    for (size_t i = 0; self != NULL && i < ARRAY_LEN(rows); i++) {
        struct view before = VIEW_NONE;
        for (size_t j = 0; m->previous != NULL && j < m->previous->self_count; j++)
            if (view_eq_text(m->previous->self[j].code, rows[i].code))
                before = m->previous->self[j].answer;
        self[i].select = select_of(
            page, rows[i].name, page_code(page, "riskSelf.", view_of(rows[i].code)), answers);
        self[i].select.value = page_kept(page, rows[i].name, before);
        select_fill(page->arena, &self[i].select);
    }
    view->self.items = self;
    view->self.len = self == NULL ? 0 : ARRAY_LEN(rows);
}

static void fill_rest(
    struct page *page, const struct share_risk_model *m, struct share_risk_view *view)
{
    struct view lines = VIEW("");
    for (size_t i = 0; m->previous != NULL && i < m->previous->registration_count; i++)
        lines = arena_printf(
            page->arena, "%.*s%.*s\n", VIEW_ARG(lines), VIEW_ARG(m->previous->registrations[i]));
    view->registrations = (struct textarea_view){.name = VIEW("registrations"),
        .label = label_of(TEXT_share_registrations),
        .hint = hint_of(TEXT_share_registrations_hint),
        .error_message = page_error_at(page, "/registrations"),
        .value = page_kept(page, "registrations", lines)};
    textarea_fill(page->arena, &view->registrations);
    view->review = page_date(page, "reviewBy", "/reviewBy", TEXT_share_review);
    static const struct view pairs[][2] = {
        {{"approved", 8}, TEXT_INIT_share_approved}, {{"urgent", 6}, TEXT_INIT_share_urgent}};
    struct choice_view *items = choices_of(page, pairs, ARRAY_LEN(pairs));
    for (size_t i = 0; items != NULL && i < ARRAY_LEN(pairs); i++) {
        items[i].name = items[i].id = pairs[i][0];
        items[i].value = VIEW("yes");
        items[i].checked = view_eq_text(page_kept(page, pairs[i][0].ptr, VIEW_NONE), "yes");
    }
    view->flags = (struct checkboxes_view){.name = VIEW("flags"),
        .fieldset = true,
        .legend = legend_of(TEXT_share_flags),
        .error_message = page_error_at(page, "/approved"),
        .items = {items, items == NULL ? 0 : ARRAY_LEN(pairs)}};
    checkboxes_fill(page->arena, &view->flags);
}

res_t page_share_risk(
    const struct page_frame *frame, const struct share_risk_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct share_risk_view view = {0};
    struct risk_question_view *questions =
        arena_array(page.arena, ARRAY_LEN(question_codes), sizeof *questions);
    for (size_t i = 0; questions != NULL && i < ARRAY_LEN(question_codes); i++)
        fill_question(&page, m, question_codes[i], &questions[i]);
    view.questions.items = questions;
    view.questions.len = questions == NULL ? 0 : ARRAY_LEN(question_codes);
    view.told =
        m->told.len > 0 ? text_share_told(page.arena, .who = m->told) : TEXT_share_told_nobody;
    view.form = page_form(
        &page, link_id(page.arena, ROUTE_share_risk, m->person), m->seen, TEXT_share_send);
    fill_basis(&page, &view);
    fill_levels(&page, m, &view);
    fill_self(&page, m, &view);
    fill_rest(&page, m, &view);
    struct case_row row = {.name = m->name};
    struct identity_bar_view identity = identity_of(&page, &row, m->crn);
    page_top(&page,
        &(struct around){.title = TEXT_share_title,
            .heading =
                text_share_heading(page.arena, .version = words_number(page.arena, m->version)),
            .section = ROUTE_cases,
            .back = uuid_is_zero(m->back) ? link_to(ROUTE_cases)
                                          : link_id(page.arena, ROUTE_referral, m->back),
            .identity = &identity},
        out);
    template_share_risk(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}
