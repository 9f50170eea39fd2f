/* What each template sees, one struct a page: finished texts, links from the route table,
 * components. The page functions fill these from the models of pages.h. A part (template
 * "page.part") sees its page's struct. */
#ifndef PAGES_VIEWS_H
#define PAGES_VIEWS_H

#include "gateway/pages/components.h"

struct frame_view {
    struct view title;
    struct link style, script;
    struct skip_link_view skip;
    struct generic_header_view header;
    struct view user; /* who is signed in and for whom; absent: nobody */
    struct view organisation;
    struct link sign_out;
    struct view csrf;
    struct service_navigation_view navigation;
    bool has_navigation, demo, live;
    struct phase_banner_view banner;
    const struct back_link_view *back;
    const struct identity_bar_view *identity;
    struct view identity_say; /* what a live change of the status is called */
    const struct sub_navigation_view *sections;
    const struct error_summary_view *errors;
    const struct notification_banner_view *done;
    struct footer_view footer;
    struct view heading; /* the page's h1; absent where the page writes its own */
    struct view live_after;
    struct view body_classes;
};

/* What every form carries. */
struct form_view {
    struct link action;
    struct view csrf, command, seen;
    struct button_view send;
};

/* A box of a list page: heading, table or a sentence, and the line kept free for new rows. */
struct box_view {
    struct view part; /* its name in ?part= */
    struct view heading;
    struct view say; /* what a live change of it is called */
    struct view empty;
    struct table_view table;
    bool has_table;
    struct view scroll_label;
};

struct sign_in_group_view {
    struct view heading;
    struct link origin;
    struct view origin_text;
};
struct sign_in_view {
    struct form_view form;
    bool demo, has_users, has_origins;
    struct radios_view users;
    struct checkboxes_view shared;
    struct view next;
    LIST_OF(sign_in_group_view) origins;
    LIST_OF(value_view) story;
};

struct cases_view {
    struct link action;
    struct select_view whose, status;
    struct checkboxes_view overdue;
    struct button_view filter;
    struct link clear;
    struct view total;
    struct box_view list;
    const struct pagination_view *pages;
};

struct today_view {
    const struct alert_view *risk;
    LIST_OF(box_view) boxes;
    struct view nothing;
    struct link cases;
    bool has_nothing;
};

struct referral_view {
    struct identity_bar_view identity;
    struct view next, next_say, status_say;
    struct summary_list_view progress;
    struct view risk_text;
    struct tag_view risk_tag;
    struct link risk_link;
    struct view risk_link_text;
    struct box_view deadlines;
    struct box_view sessions;
    struct timeline_view timeline;
    struct view timeline_say, timeline_more, timeline_empty;
    const struct button_view *assign, *book, *record;
    const struct button_view *share_risk;
};

struct assign_view {
    struct box_view waiting;
    bool has_form;
    struct form_view form;
    struct summary_list_view chosen;
    struct view referral;
    struct checkboxes_view workers;
};

struct risk_field_view {
    struct view heading;
    struct view text;
    struct tag_view state;
    bool changed;
};
struct risk_view {
    struct view version;
    const struct interruption_card_view *card;
    const struct alert_view *alert;
    const struct textarea_view *why;
    struct form_view form;
    bool has_form, read;
    struct view open_until;
    struct view basis;
    LIST_OF(risk_field_view) fields;
    struct table_view levels;
    bool has_about, has_levels, has_self, has_registrations;
    struct summary_list_view self;
    LIST_OF(value_view) registrations;
    struct summary_list_view about;
    struct view acknowledged;
    struct warning_text_view warning;
};

struct risk_question_view {
    struct view heading;
    struct radios_view state;
    struct textarea_view text;
};
struct risk_level_view {
    struct select_view community, custody;
};
struct select_question_view {
    struct select_view select;
};
struct share_risk_view {
    struct form_view form;
    struct view told;
    struct radios_view basis;
    struct date_input_view assessed;
    struct input_view source;
    LIST_OF(risk_question_view) questions;
    LIST_OF(risk_level_view) levels;
    struct view levels_heading;
    LIST_OF(select_question_view) self;
    struct textarea_view registrations;
    struct date_input_view review;
    struct checkboxes_view flags;
};

struct book_view {
    const struct alert_view *risk;
    struct form_view form;
    struct date_input_view date;
    struct input_view time, minutes;
    struct radios_view method;
    struct select_view office;
    struct input_view line1, line2, town, postcode;
    bool has_office;
    struct checkboxes_view workers;
    struct select_view notice;
    struct date_input_view notice_date;
    struct input_view notice_time;
};

struct record_view {
    struct view appointment;
    struct view when, told;
    struct view recorded;
    bool has_form;
    struct form_view form;
    struct radios_view what;
    struct textarea_view late_reason;
    struct radios_view whose;
    struct textarea_view reason, absence;
    struct character_count_view summary, response;
    struct radios_view behaviour;
    struct textarea_view behaviour_text;
    struct radios_view concerns;
    struct textarea_view concerns_text;
    struct textarea_view future, strengths, own_words;
    struct checkboxes_view purposes;
};

struct flows_view {
    struct view as_at, headline;
    struct box_view stages;
    struct box_view contracts;
    struct details_view hidden;
};

struct outcome_view {
    struct view text;
    struct view state; /* data for the script: pending, done, refused */
    const struct button_view *again;
    struct link on;
    struct view on_text;
};

struct fault_view {
    struct view text, more, small;
    struct link on;
    struct view on_text;
};

#endif
