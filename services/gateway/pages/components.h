/* The components that our pages use, of govuk-frontend and of @ministryofjustice/frontend: one
 * struct, one template and one function each. The caller sets the struct's first half; x_fill()
 * then sets what stands below "filled" with the macro's logic (ids, defaults, aria-describedby).
 * Texts, never markup. Checked against the packages' own fixtures. */
#ifndef PAGES_COMPONENTS_H
#define PAGES_COMPONENTS_H

#include "gateway/pages/routes.h"

#define LIST_OF(T)                                                                                 \
    struct {                                                                                       \
        const struct T *items;                                                                     \
        size_t len;                                                                                \
    }

/* -- texts --------------------------------------------------------------------------------------*/
struct tag_view {
    struct view text;
    struct view classes; /* "govuk-tag--red" */
};
struct inset_text_view {
    struct view text;
    struct view id, classes;
};
struct warning_text_view {
    struct view text;
    struct view icon_fallback_text; /* default: Warning */
    struct view classes;
};
struct details_view {
    struct view summary_text;
    struct view text;
    struct view id, classes;
    bool open;
};
struct phase_banner_view {
    struct tag_view tag;
    struct view text;
    struct view classes;
};
struct badge_view { /* moj */
    struct view text;
    struct view classes;
};
struct notification_badge_view { /* moj; nothing for 0 */
    int64_t count;
    struct view hidden_text; /* "unread" */
    /* filled */
    struct view shown, hidden_count;
};
void notification_badge_fill(struct arena *arena, struct notification_badge_view *badge);

/* -- links --------------------------------------------------------------------------------------*/
struct back_link_view {
    struct view text; /* default: Back */
    struct link href; /* default: # */
    struct view classes;
};
void back_link_fill(struct arena *arena, struct back_link_view *link);
struct skip_link_view {
    struct view text;
    struct link href; /* default: #content */
    struct view classes;
};
void skip_link_fill(struct arena *arena, struct skip_link_view *link);
struct button_view {
    struct view text;
    struct link href; /* a link that looks like a button; else a button */
    struct view name, value, type, id, classes;
    bool disabled, is_start_button, prevent_double_click;
};
void button_fill(struct arena *arena, struct button_view *button);
struct pagination_view {
    struct link previous, next;
};

/* -- form parts ---------------------------------------------------------------------------------*/
struct label_view {
    struct view text;
    struct view classes;
    bool is_page_heading;
    struct view for_id; /* filled by the part that it labels */
};
struct hint_view {
    struct view text;
    struct view classes;
    struct view id; /* filled by the part */
};
struct error_message_view {
    struct view text;
    struct view classes;
    struct view id; /* filled by the part */
};
struct legend_view {
    struct view text;
    struct view classes;
    bool is_page_heading;
};
struct input_view {
    struct view name;
    struct view id; /* default: name */
    struct label_view label;
    struct hint_view hint;
    struct error_message_view error_message;
    struct view value, type, classes, described_by, autocomplete, inputmode, pattern;
    bool disabled;
};
void input_fill(struct arena *arena, struct input_view *input);
struct textarea_view {
    struct view name;
    struct view id; /* default: name */
    struct label_view label;
    struct hint_view hint;
    struct error_message_view error_message;
    struct view value, classes, described_by, autocomplete;
    struct view rows; /* default: 5 */
};
void textarea_fill(struct arena *arena, struct textarea_view *textarea);
struct character_count_view {
    struct view name;
    struct view id; /* default: name */
    struct label_view label;
    struct hint_view hint;
    struct error_message_view error_message;
    struct view value, classes;
    struct view rows;
    int64_t maxlength; /* 0: none */
    struct view threshold;
    /* filled */
    struct view limit;
    struct hint_view message;
    struct textarea_view textarea;
};
void character_count_fill(struct arena *arena, struct character_count_view *count);
struct option_view {
    struct view text;
    struct view value; /* absent: the text */
    bool selected, disabled, has_value;
};
struct select_view {
    struct view name;
    struct view id; /* default: name */
    struct label_view label;
    struct hint_view hint;
    struct error_message_view error_message;
    struct view value; /* selects the option of that value */
    struct view classes, described_by;
    LIST_OF(option_view) items;
};
void select_fill(struct arena *arena, struct select_view *select);
/* Radios and checkboxes. */
struct choice_view {
    struct view value;
    struct label_view label;
    struct hint_view hint;
    struct view divider; /* "or": nothing else then */
    struct view id;      /* default: prefix, prefix-2, ... */
    struct view name;    /* checkboxes; default: the group's */
    bool checked, disabled, is_exclusive;
    /* filled */
    struct view described_by;
};
struct radios_view {
    struct view name;
    struct view id_prefix; /* default: name */
    struct legend_view legend;
    struct view fieldset_described_by;
    struct hint_view hint;
    struct error_message_view error_message;
    struct view classes, form_group_classes;
    struct view value; /* checks the item of that value */
    bool fieldset;
    LIST_OF(choice_view) items;
    /* filled */
    struct view described_by;
};
void radios_fill(struct arena *arena, struct radios_view *radios);
struct value_view {
    struct view text;
};
struct checkboxes_view {
    struct view name;
    struct view id_prefix; /* default: name */
    struct legend_view legend;
    struct view fieldset_described_by, own_described_by;
    struct hint_view hint;
    struct error_message_view error_message;
    struct view classes, form_group_classes;
    bool fieldset;
    LIST_OF(value_view) values; /* checks the items of those values */
    LIST_OF(choice_view) items;
    /* filled */
    struct view described_by;
};
void checkboxes_fill(struct arena *arena, struct checkboxes_view *checkboxes);
struct date_part_view {
    struct view name;  /* day, month, year */
    struct view label; /* default: the name with a capital */
    struct view value;
    bool error;
    /* filled */
    struct input_view input;
};
struct date_input_view {
    struct view id;
    struct view name_prefix; /* "date" gives date-day, date-month, date-year */
    struct legend_view legend;
    struct view fieldset_described_by;
    struct hint_view hint;
    struct error_message_view error_message;
    struct view classes;
    struct date_part_view day, month, year;
    bool fieldset;
    /* filled */
    struct view described_by;
};
void date_input_fill(struct arena *arena, struct date_input_view *date);
struct error_item_view {
    struct view text;
    struct link href;
};
struct error_summary_view {
    struct view title_text;
    struct view description_text;
    struct view classes;
    LIST_OF(error_item_view) error_list;
    /* filled */
    bool any;
};
void error_summary_fill(struct arena *arena, struct error_summary_view *summary);

/* -- data ---------------------------------------------------------------------------------------*/
struct cell_view { /* text, or a link, or a tag; `note` stands behind, `hidden` is only read out */
    struct view text;
    struct view format; /* "numeric" */
    struct view classes;
    struct view colspan, rowspan;
    struct link href;
    struct tag_view tag;
    struct view note, hidden;
    struct view live; /* id: the script may replace the cell in place */
    /* filled */
    bool is_header;
};
struct row_view {
    LIST_OF(cell_view) cells;
    struct view id;
};
struct table_view {
    struct view caption, caption_classes;
    LIST_OF(cell_view) head;
    LIST_OF(row_view) rows;
    struct view classes;
    bool first_cell_is_header;
    /* filled */
    bool has_head;
};
void table_fill(struct arena *arena, struct table_view *table);
struct action_view {
    struct link href;
    struct view text, hidden_text, classes;
};
struct summary_row_view {
    struct view key, key_classes;
    struct view value, value_classes;
    struct tag_view tag; /* behind the value */
    struct badge_view badge;
    struct view classes;
    LIST_OF(action_view) actions;
    /* filled */
    bool no_actions, one_action, many_actions;
};
struct summary_list_view {
    LIST_OF(summary_row_view) rows;
    struct view classes;
};
void summary_list_fill(struct arena *arena, struct summary_list_view *list);
struct moment_view { /* an entry of the timeline */
    struct view label;
    struct view byline;
    struct view timestamp; /* machine-readable */
    struct view date;      /* as people read it */
    struct view text;
    struct view note; /* a second paragraph */
    struct view classes;
    struct view id;
};
struct timeline_view { /* moj; headings of level 3 */
    LIST_OF(moment_view) items;
    struct view classes;
};

/* -- frame --------------------------------------------------------------------------------------*/
struct navigation_item_view {
    struct view text;
    struct link href;
    bool active, current;
    struct notification_badge_view badge;
    /* filled */
    bool marked;
    struct view aria_current;
};
struct service_navigation_view {
    struct view service_name;
    struct link service_url;
    LIST_OF(navigation_item_view) navigation;
    struct view classes;
    /* filled */
    bool has_items, collapses;
};
void service_navigation_fill(struct arena *arena, struct service_navigation_view *navigation);
struct generic_header_view {
    struct view logo_text;
    struct link url; /* default: / */
    struct view classes;
    struct view container_classes;
};
void generic_header_fill(struct arena *arena, struct generic_header_view *header);
struct footer_item_view {
    struct view text;
    struct link href;
};
struct footer_view { /* without crown and copyright, which belong to service.gov.uk */
    LIST_OF(footer_item_view) items;
    struct view text;
    struct view classes, container_classes;
    /* filled */
    bool has_meta, has_items;
};
void footer_fill(struct arena *arena, struct footer_view *footer);
struct notification_banner_view {
    struct view text;
    struct view type; /* "success" */
    struct view title_text, title_id, role, classes;
    struct link href; /* behind the text */
    struct view link_text;
    /* filled */
    bool is_success;
};
void notification_banner_fill(struct arena *arena, struct notification_banner_view *banner);
struct alert_view {      /* moj */
    struct view variant; /* information, success, warning, error */
    struct view title;
    struct view text;
    struct view role;
    struct link href; /* behind the text */
    struct view link_text;
    bool show_title_as_heading;
    /* filled */
    bool is_success, is_warning, is_error, is_information, with_heading, title_only;
};
void alert_fill(struct arena *arena, struct alert_view *alert);
struct identity_bar_view { /* moj */
    struct view title;
    LIST_OF(value_view) facts;
    struct tag_view tag;
    struct view classes;
    struct view live; /* the tag's id for the script */
};
struct sub_navigation_item_view {
    struct view text;
    struct link href;
    bool active;
};
struct sub_navigation_view { /* moj */
    struct view label;       /* default: Secondary navigation region */
    LIST_OF(sub_navigation_item_view) items;
    struct view classes;
};
struct interruption_card_view { /* moj; stands within the page's own form where the button posts */
    struct view heading;
    LIST_OF(value_view) body;
    struct button_view primary;
    struct link secondary;
    struct view secondary_text;
};
void interruption_card_fill(struct arena *arena, struct interruption_card_view *card);

#endif
