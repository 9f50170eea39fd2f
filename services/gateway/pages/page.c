#include "gateway/pages/page.h"

#include "pages/assets.h"

enum { PAGE_ARENA_MAX = 32 << 20 };

void page_begin(struct page *page, const struct page_frame *frame)
{
    *page = (struct page){.arena = arena_new(PAGE_ARENA_MAX), .frame = frame};
}

void page_done(struct page *page)
{
    arena_free(page->arena);
}

res_t page_result(const struct page *page, const struct buf *out)
{
    if (page->unknown_code)
        return FATAL("a code has no words in the text catalogue");
    if (arena_full(page->arena) || out->failed)
        return FATAL("a page is larger than its limit");
    return RES_DONE;
}

bool part_wanted(struct part_names parts, const char *name)
{
    for (size_t i = 0; i < parts.len; i++)
        if (view_eq_text(parts.items[i], name))
            return true;
    return false;
}

static struct navigation_item_view nav_item(
    struct view text, enum route route, const struct around *around)
{
    return (struct navigation_item_view){
        .text = text, .href = link_to(route), .active = around->section == route};
}

static void fill_navigation(
    struct page *page, const struct around *around, struct service_navigation_view *navigation)
{
    enum { ITEMS_MAX = 4 };
    const struct page_frame *frame = page->frame;
    struct navigation_item_view *items = arena_array(page->arena, ITEMS_MAX, sizeof *items);
    size_t n = 0;
    if (items == NULL)
        return;
    if (frame->audience == AUDIENCE_COMMISSIONER) {
        items[n++] = nav_item(TEXT_nav_flows, ROUTE_flows, around);
    } else if (frame->audience != AUDIENCE_NONE) {
        items[n] = nav_item(TEXT_nav_today, ROUTE_today, around);
        items[n++].badge = (struct notification_badge_view){
            .count = frame->risk_unread, .hidden_text = TEXT_nav_unread};
        if (frame->audience == AUDIENCE_PROVIDER) {
            items[n] = nav_item(TEXT_nav_assign, ROUTE_assign, around);
            items[n++].badge = (struct notification_badge_view){
                .count = frame->unassigned, .hidden_text = TEXT_nav_waiting};
        }
        items[n++] = nav_item(TEXT_nav_cases, ROUTE_cases, around);
    }
    navigation->navigation.items = items;
    navigation->navigation.len = n;
    service_navigation_fill(page->arena, navigation);
}

/* Where a field of a command stands on its form: the id is the pointer with '-' for '/', without
 * places in lists; days are three fields, of which the first is meant. */
static struct view id_of_pointer(struct page *page, struct view pointer)
{
    static const char *const days[] = {
        "/booking/start", "/booking/notice/at", "/assessedAt", "/reviewBy"};
    struct buf id = {.limit = 200};
    for (struct view rest = view_from(pointer, 1); rest.ptr != NULL;) {
        struct view step = view_cut(&rest, '/');
        int64_t index;
        if (view_to_i64(step, &index))
            continue;
        if (id.len > 0)
            buf_byte(&id, '-');
        buf_view(&id, view_eq_text(step, "why") ? VIEW("text") : step);
    }
    for (size_t i = 0; i < ARRAY_LEN(days); i++)
        if (view_eq_text(pointer, days[i]))
            buf_text(&id, "-day");
    struct view text = arena_copy(page->arena, buf_as_view(&id));
    buf_done(&id);
    return text;
}

static const struct error_summary_view *fill_errors(struct page *page)
{
    const struct page_form *form = &page->frame->form;
    if (form->error_count == 0)
        return NULL;
    struct error_summary_view *summary = ARENA_NEW(page->arena, struct error_summary_view);
    struct error_item_view *items = arena_array(page->arena, form->error_count, sizeof *items);
    if (summary == NULL || items == NULL)
        return NULL;
    for (size_t i = 0; i < form->error_count; i++) {
        const struct page_error *error = &form->errors[i];
        items[i].text = page_error_text(page, error);
        if (error->pointer.len > 1)
            items[i].href = link_within(page->arena, id_of_pointer(page, error->pointer));
    }
    summary->error_list.items = items;
    summary->error_list.len = form->error_count;
    error_summary_fill(page->arena, summary);
    return summary;
}

static const struct notification_banner_view *fill_done(
    struct page *page, const struct around *around)
{
    struct view text = words_lookup("done.", page->frame->done, "");
    if (text.len == 0)
        return NULL;
    struct notification_banner_view *done = ARENA_NEW(page->arena, struct notification_banner_view);
    if (done == NULL)
        return NULL;
    *done = (struct notification_banner_view){
        .text = text, .type = VIEW("success"), .href = around->done_link};
    notification_banner_fill(page->arena, done);
    return done;
}

static const struct back_link_view *fill_back(struct page *page, const struct around *around)
{
    if (around->back.path.len == 0)
        return NULL;
    struct back_link_view *back = ARENA_NEW(page->arena, struct back_link_view);
    if (back == NULL)
        return NULL;
    *back = (struct back_link_view){.text = around->back_text, .href = around->back};
    back_link_fill(page->arena, back);
    return back;
}

static struct view title_of(struct page *page, struct view title)
{
    if (page->frame->form.error_count > 0)
        return text_frame_title_error(page->arena, .title = title);
    return text_frame_title(page->arena, .title = title);
}

void page_top(struct page *page, const struct around *around, struct buf *out)
{
    const struct page_frame *frame = page->frame;
    struct frame_view view = {
        .title = title_of(page, around->title),
        .style = {VIEW(ASSET_STYLE)},
        .script = {VIEW(ASSET_SCRIPT)},
        .skip = {.text = TEXT_frame_skip},
        .header = {.logo_text = TEXT_frame_service},
        .user = frame->user_name,
        .organisation = frame->organisation,
        .sign_out = link_to(ROUTE_sign_out),
        .csrf = frame->csrf,
        .has_navigation = frame->audience != AUDIENCE_NONE,
        .demo = frame->demo,
        .banner = {.tag = {.text = TEXT_frame_demo}, .text = TEXT_frame_demo_text},
        .live = frame->live_after.len > 0,
        .live_after = frame->live_after,
        .heading = around->heading,
        .back = fill_back(page, around),
        .identity = around->identity,
        .identity_say = around->identity_say,
        .sections = around->sections,
        .errors = fill_errors(page),
        .done = fill_done(page, around),
    };
    skip_link_fill(page->arena, &view.skip);
    generic_header_fill(page->arena, &view.header);
    fill_navigation(page, around, &view.navigation);
    template_frame_top(out, &view);
}

void page_bottom(struct page *page, struct buf *out)
{
    struct frame_view view = {.footer = {.text = TEXT_frame_footer}};
    footer_fill(page->arena, &view.footer);
    template_frame_bottom(out, &view);
}
