/* The components of the frame around a page, and those that speak to the reader. */
#include "gateway/pages/components.h"
#include "pages/text.h"

static struct view or_else(struct view text, struct view otherwise)
{
    return text.len > 0 ? text : otherwise;
}

void service_navigation_fill(struct arena *arena, struct service_navigation_view *navigation)
{
    navigation->has_items = navigation->navigation.len > 0;
    navigation->collapses = navigation->navigation.len > 1;
    struct navigation_item_view *items =
        arena_array(arena, navigation->navigation.len, sizeof *items);
    for (size_t i = 0; items != NULL && i < navigation->navigation.len; i++) {
        struct navigation_item_view *item = &items[i];
        *item = navigation->navigation.items[i];
        item->marked = item->active || item->current;
        if (item->marked)
            item->aria_current = item->current ? VIEW("page") : VIEW("true");
        notification_badge_fill(arena, &item->badge);
    }
    navigation->navigation.items = items;
}

void generic_header_fill(struct arena *arena, struct generic_header_view *header)
{
    (void)arena;
    if (header->url.path.len == 0)
        header->url = link_to(ROUTE_home);
    header->container_classes = or_else(header->container_classes, VIEW("govuk-width-container"));
}

void footer_fill(struct arena *arena, struct footer_view *footer)
{
    (void)arena;
    footer->has_items = footer->items.len > 0;
    footer->has_meta = footer->has_items || footer->text.len > 0;
}

void notification_banner_fill(struct arena *arena, struct notification_banner_view *banner)
{
    (void)arena;
    banner->is_success = view_eq_text(banner->type, "success");
    banner->role = or_else(banner->role, banner->is_success ? VIEW("alert") : VIEW("region"));
    banner->title_text = or_else(
        banner->title_text, banner->is_success ? TEXT_component_success : TEXT_component_important);
    banner->title_id = or_else(banner->title_id, VIEW("govuk-notification-banner-title"));
}

void alert_fill(struct arena *arena, struct alert_view *alert)
{
    (void)arena;
    alert->variant = or_else(alert->variant, VIEW("information"));
    alert->is_success = view_eq_text(alert->variant, "success");
    alert->is_warning = view_eq_text(alert->variant, "warning");
    alert->is_error = view_eq_text(alert->variant, "error");
    alert->is_information = !alert->is_success && !alert->is_warning && !alert->is_error;
    alert->role = or_else(alert->role, VIEW("region"));
    alert->with_heading = alert->show_title_as_heading && alert->text.len > 0;
    alert->title_only = alert->text.len == 0;
}

void interruption_card_fill(struct arena *arena, struct interruption_card_view *card)
{
    card->primary.classes = VIEW("govuk-button--inverse");
    card->primary.prevent_double_click = true;
    button_fill(arena, &card->primary);
}
