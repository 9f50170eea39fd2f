/* A command that is still on its way, and the pages for what went wrong. */
#include "gateway/pages/page.h"

static void fill(struct page *page, const struct outcome_model *m, struct outcome_view *view)
{
    if (!m->answered) {
        struct button_view *again = ARENA_NEW(page->arena, struct button_view);
        if (again == NULL)
            return;
        *again = (struct button_view){
            .text = TEXT_outcome_again, .href = link_id(page->arena, ROUTE_outcome, m->command)};
        button_fill(page->arena, again);
        view->again = again;
        view->text = TEXT_outcome_pending;
        return;
    }
    if (m->event.len > 0)
        view->text = text_outcome_done(page->arena, .what = page_code(page, "done.", m->event));
    else
        view->text = text_outcome_refused(page->arena, .why = page_error_text(page, &m->refused));
    bool referral = !uuid_is_zero(m->referral);
    view->on = referral ? link_id(page->arena, ROUTE_referral, m->referral) : link_to(ROUTE_cases);
    view->on_text = referral ? TEXT_outcome_on : TEXT_outcome_on_cases;
}

res_t page_outcome(const struct page_frame *frame, const struct outcome_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct outcome_view view = {0};
    fill(&page, m, &view);
    struct view title = !m->answered       ? TEXT_outcome_title
                        : m->event.len > 0 ? TEXT_outcome_title_done
                                           : TEXT_outcome_title_refused;
    page_top(
        &page, &(struct around){.title = title, .heading = title, .section = ROUTE_outcome}, out);
    template_outcome(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}

res_t page_outcome_parts(const struct page_frame *frame, const struct outcome_model *m,
    struct part_names parts, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    if (!part_wanted(parts, "state"))
        return REJECT("the page has no such part");
    struct outcome_view view = {0};
    fill(&page, m, &view);
    template_outcome_state(out, &view);
    return page_result(&page, out);
}

/* -- errors -------------------------------------------------------------------------------------*/

static struct view fault_text(struct page *page, const struct error_model *m, struct view code)
{
    if (m->status == 403 && m->who_can.len > 0)
        return text_fault_403_who(page->arena, .who = m->who_can);
    if (m->status == 413 && m->limit.len > 0)
        return text_fault_413_limit(page->arena, .limit = m->limit);
    return words_lookup("fault.", code, "-text");
}

static struct view fault_more(struct page *page, const struct error_model *m)
{
    struct view kept = m->text_kept ? TEXT_fault_kept : VIEW("");
    struct view retry = m->retry_s > 0 ? text_fault_retry(page->arena, .n = m->retry_s) : VIEW("");
    return view_trim(arena_printf(page->arena, "%.*s %.*s", VIEW_ARG(kept), VIEW_ARG(retry)));
}

res_t page_error_page(const struct page_frame *frame, const struct error_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct view code = arena_printf(page.arena, "%d", m->status);
    struct view title = page_code(&page, "fault.", code);
    struct fault_view view = {.text = fault_text(&page, m, code),
        .more = fault_more(&page, m),
        .on_text = TEXT_fault_home};
    view.on = link_to(ROUTE_home);
    if (m->status == 401) {
        view.on_text = TEXT_fault_sign_in;
    } else if (m->back.len > 0) {
        view.on = link_own(page.arena, m->back);
        view.on_text = TEXT_fault_back;
    }
    if (m->id.len > 0 && m->status >= 500)
        view.small = text_fault_small(page.arena, .code = code, .id = m->id);
    page_top(&page, &(struct around){.title = title, .heading = title, .section = ROUTE_MAX_}, out);
    template_fault(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}
