#include "gateway/pages/page.h"

static const struct view audience_names[] = {[AUDIENCE_PROBATION] = TEXT_INIT_audience_probation,
    [AUDIENCE_PROVIDER] = TEXT_INIT_audience_provider,
    [AUDIENCE_COMMISSIONER] = TEXT_INIT_audience_commissioner};

static void fill_users(struct page *page, const struct sign_in_model *m, struct sign_in_view *view)
{
    struct choice_view *items = arena_array(page->arena, m->user_count, sizeof *items);
    for (size_t i = 0; items != NULL && i < m->user_count; i++) {
        const struct demo_user *user = &m->users[i];
        items[i].value = user->id;
        items[i].label.text =
            text_sign_in_user(page->arena, .name = user->name, .role = user->role);
        items[i].hint.text = user->organisation;
    }
    view->users = (struct radios_view){.name = VIEW("user"),
        .fieldset = true,
        .legend = legend_of(TEXT_sign_in_who),
        .hint = hint_of(TEXT_sign_in_who_hint),
        .error_message = page_error_at(page, "/user"),
        .value = page_kept(page, "user", VIEW_NONE),
        .items = {items, items == NULL ? 0 : m->user_count}};
    radios_fill(page->arena, &view->users);
    view->has_users = m->demo && m->user_count > 0;
}

static void fill_shared(struct page *page, struct sign_in_view *view)
{
    struct choice_view *item = ARENA_NEW(page->arena, struct choice_view);
    if (item == NULL)
        return;
    *item = (struct choice_view){.value = VIEW("yes"),
        .label.text = TEXT_sign_in_shared,
        .hint.text = TEXT_sign_in_shared_hint};
    view->shared = (struct checkboxes_view){
        .name = VIEW("shared"), .classes = VIEW("govuk-checkboxes--small"), .items = {item, 1}};
    page_kept_all(page, "shared", &view->shared);
    checkboxes_fill(page->arena, &view->shared);
}

static void fill_origins(
    struct page *page, const struct sign_in_model *m, struct sign_in_view *view)
{
    static const struct value_view story[] = {{TEXT_INIT_story_1}, {TEXT_INIT_story_2},
        {TEXT_INIT_story_3}, {TEXT_INIT_story_4}, {TEXT_INIT_story_5}};
    struct sign_in_group_view *origins =
        arena_array(page->arena, ARRAY_LEN(m->origins), sizeof *origins);
    size_t n = 0;
    for (size_t i = AUDIENCE_PROBATION; origins != NULL && i < ARRAY_LEN(m->origins); i++) {
        struct link origin = link_demo_origin(page->arena, m->origins[i]);
        if (origin.path.len > 0)
            origins[n++] = (struct sign_in_group_view){audience_names[i], origin, m->origins[i]};
    }
    view->origins.items = origins;
    view->origins.len = n;
    view->has_origins = n > 0;
    view->story.items = story;
    view->story.len = ARRAY_LEN(story);
}

res_t page_sign_in(const struct page_frame *frame, const struct sign_in_model *m, struct buf *out)
{
    CLEANUP(page_done) struct page page;
    page_begin(&page, frame);
    struct sign_in_view view = {.next = m->next, .demo = m->demo};
    view.form = page_form(&page, link_to(ROUTE_sign_in), 0, TEXT_sign_in_send);
    fill_users(&page, m, &view);
    fill_shared(&page, &view);
    fill_origins(&page, m, &view);
    page_top(&page,
        &(struct around){
            .title = TEXT_sign_in_title, .heading = TEXT_sign_in_heading, .section = ROUTE_sign_in},
        out);
    template_sign_in(out, &view);
    page_bottom(&page, out);
    return page_result(&page, out);
}
