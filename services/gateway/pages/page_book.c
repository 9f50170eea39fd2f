#include "gateway/pages/page.h"

static const struct alert_view *risk_alert(struct page *page, const struct book_model *m)
{
    if (!m->risk.mine_to_read)
        return NULL;
    struct alert_view *alert = ARENA_NEW(page->arena, struct alert_view);
    if (alert == NULL)
        return NULL;
    *alert = (struct alert_view){.variant = VIEW("warning"),
        .title = TEXT_book_risk_title,
        .text =
            text_book_risk_text(page->arena, .version = words_number(page->arena, m->risk.version)),
        .href = link_id(page->arena, ROUTE_risk, m->referral),
        .link_text = TEXT_book_risk_link,
        .show_title_as_heading = true};
    alert_fill(page->arena, alert);
    return alert;
}

static struct input_view input_of(
    struct page *page, const char *name, const char *pointer, struct view label)
{
    struct input_view input = {.name = view_of(name),
        .label = label_of(label),
        .error_message = page_error_at(page, pointer),
        .value = page_kept(page, name, VIEW_NONE)};
    return input;
}

static void fill_when(struct page *page, struct book_view *view)
{
    view->date = page_date(page, "booking-start", "/booking/start", TEXT_book_date);
    view->date.hint.text = TEXT_book_date_hint;
    date_input_fill(page->arena, &view->date);
    view->time = input_of(page, "booking-start-time", "/booking/startTime", TEXT_book_time);
    view->time.hint = hint_of(TEXT_book_time_hint);
    view->time.classes = VIEW("govuk-input--width-5");
    input_fill(page->arena, &view->time);
    view->minutes = input_of(page, "booking-minutes", "/booking/minutes", TEXT_book_minutes);
    view->minutes.classes = VIEW("govuk-input--width-3");
    view->minutes.inputmode = VIEW("numeric");
    view->minutes.value = page_kept(page, "booking-minutes", VIEW("60"));
    input_fill(page->arena, &view->minutes);
}

static void fill_method(struct page *page, struct book_view *view)
{
    static const struct choice_view choices[] = {
        {.value = {"phone", 5}, .label.text = TEXT_INIT_method_choice_phone},
        {.value = {"video", 5}, .label.text = TEXT_INIT_method_choice_video},
        {.value = {"office", 6}, .label.text = TEXT_INIT_method_choice_office},
        {.value = {"other", 5}, .label.text = TEXT_INIT_method_choice_other}};
    view->method = (struct radios_view){.name = VIEW("booking-method"),
        .fieldset = true,
        .legend = legend_of(TEXT_book_method),
        .error_message = page_error_at(page, "/booking/method"),
        .value = page_kept(page, "booking-method", VIEW_NONE),
        .items = {choices, ARRAY_LEN(choices)}};
    radios_fill(page->arena, &view->method);
}

static void fill_place(struct page *page, const struct book_model *m, struct book_view *view)
{
    struct option_view *options = arena_array(page->arena, m->office_count + 1, sizeof *options);
    if (options == NULL)
        return;
    options[0] = (struct option_view){.text = TEXT_book_office_choose, .value = VIEW("")};
    for (size_t i = 0; i < m->office_count; i++)
        options[i + 1] =
            (struct option_view){.text = m->offices[i].name, .value = m->offices[i].code};
    view->has_office = m->office_count > 0;
    view->office = (struct select_view){.name = VIEW("booking-office"),
        .label = label_of(TEXT_book_office),
        .error_message = page_error_at(page, "/booking/office"),
        .value = page_kept(page, "booking-office", VIEW_NONE),
        .items = {options, m->office_count + 1}};
    select_fill(page->arena, &view->office);
    view->line1 =
        input_of(page, "booking-address-line1", "/booking/address/line1", TEXT_book_line1);
    view->line2 =
        input_of(page, "booking-address-line2", "/booking/address/line2", TEXT_book_line2);
    view->town = input_of(page, "booking-address-town", "/booking/address/town", TEXT_book_town);
    view->postcode =
        input_of(page, "booking-address-postcode", "/booking/address/postcode", TEXT_book_postcode);
    view->postcode.classes = VIEW("govuk-input--width-10");
    struct input_view *inputs[] = {&view->line1, &view->line2, &view->town, &view->postcode};
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
        input_fill(page->arena, inputs[i]);
}

static void fill_workers(struct page *page, const struct book_model *m, struct book_view *view)
{
    struct choice_view *items = arena_array(page->arena, m->worker_count, sizeof *items);
    for (size_t i = 0; items != NULL && i < m->worker_count; i++) {
        items[i].value = m->workers[i].user;
        items[i].label.text = m->workers[i].name;
        items[i].checked = i == 0 && page->frame->form.kept_count == 0;
    }
    view->workers = (struct checkboxes_view){.name = VIEW("worker"),
        .id_prefix = VIEW("booking-workers"),
        .fieldset = true,
        .legend = legend_of(TEXT_book_workers),
        .hint = hint_of(TEXT_book_workers_hint),
        .error_message = page_error_at(page, "/booking/workers"),
        .items = {items, items == NULL ? 0 : m->worker_count}};
    /* A refusal names the worker at /workers. */
    if (view->workers.error_message.text.len == 0)
        view->workers.error_message = page_error_at(page, "/workers");
    page_kept_all(page, "worker", &view->workers);
    checkboxes_fill(page->arena, &view->workers);
}

static void fill_notice(struct page *page, struct book_view *view)
{
    static const struct option_view options[] = {
        {.text = TEXT_INIT_book_notice_none, .value = {"", 0}},
        {.text = TEXT_INIT_notice_letter, .value = {"letter", 6}},
        {.text = TEXT_INIT_notice_text, .value = {"text", 4}},
        {.text = TEXT_INIT_notice_phone, .value = {"phone", 5}},
        {.text = TEXT_INIT_notice_email, .value = {"email", 5}},
        {.text = TEXT_INIT_notice_in_person, .value = {"in-person", 9}}};
    view->notice = (struct select_view){.name = VIEW("booking-notice-how"),
        .label = label_of(TEXT_book_notice),
        .error_message = page_error_at(page, "/booking/notice/how"),
        .value = page_kept(page, "booking-notice-how", VIEW_NONE),
        .items = {options, ARRAY_LEN(options)}};
    select_fill(page->arena, &view->notice);
    view->notice_date =
        page_date(page, "booking-notice-at", "/booking/notice/at", TEXT_book_notice_date);
    view->notice_time =
        input_of(page, "booking-notice-at-time", "/booking/notice/atTime", TEXT_book_notice_time);
    view->notice_time.classes = VIEW("govuk-input--width-5");
    input_fill(page->arena, &view->notice_time);
}

res_t page_book(const struct page_frame *frame, const struct book_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct book_view view = {.risk = risk_alert(&page, m)};
    view.form = page_form(&page, link_session(page.arena, ROUTE_book, m->referral, m->session),
        m->seen, TEXT_book_send);
    fill_when(&page, &view);
    fill_method(&page, &view);
    fill_place(&page, m, &view);
    fill_workers(&page, m, &view);
    fill_notice(&page, &view);
    struct case_row row = {
        .name = m->name, .reference = m->reference, .service = m->service, .status = m->status};
    struct identity_bar_view identity = identity_of(&page, &row, m->crn);
    page_top(&page,
        &(struct around){.title = TEXT_book_title,
            .heading = text_book_heading(page.arena, .session = session_within(&page, m->session)),
            .section = ROUTE_cases,
            .back = link_id(page.arena, ROUTE_referral, m->referral),
            .back_text = TEXT_referral_heading,
            .identity = &identity},
        out);
    template_book(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}
