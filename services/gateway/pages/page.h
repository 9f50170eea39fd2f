/* What the page functions share among themselves; not for the gateway. */
#ifndef PAGES_PAGE_H
#define PAGES_PAGE_H

#include "gateway/pages/pages.h"
#include "gateway/pages/views.h"
#include "gateway/pages/words.h"
#include "pages/templates.h"
#include "pages/text.h"

/* One page being made: its memory, the frame it was asked with, and the first code without words.
 */
struct page {
    struct arena *arena;
    const struct page_frame *frame;
    bool unknown_code;
};
void page_begin(struct page *page, const struct page_frame *frame);
void page_done(struct page *page);
/* RES_FATAL where memory, the answer's limit or a word was missing. */
res_t MUST_USE page_result(const struct page *page, const struct buf *out);

/* The frame around the page; the rest is derived from page->frame. */
struct around {
    struct view title;   /* without the service's name */
    struct view heading; /* the h1; absent: the page writes it */
    enum route section;  /* marked in the navigation */
    struct link back;    /* absent: no back link */
    struct view back_text;
    const struct identity_bar_view *identity;
    struct view identity_say;
    const struct sub_navigation_view *sections;
    struct link done_link; /* behind the green banner */
};
void page_top(struct page *page, const struct around *around, struct buf *out);
void page_bottom(struct page *page, struct buf *out);

/* True where the part was asked for. Counts what was written: nothing at all is RES_REJECT. */
bool part_wanted(struct part_names parts, const char *name);

/* -- forms --------------------------------------------------------------------------------------
 */
struct form_view page_form(struct page *page, struct link action, int64_t seen, struct view send);
/* The message for that pointer or below it, finished; absent where nothing is wrong there. */
struct error_message_view page_error_at(struct page *page, const char *pointer);
/* What was typed; where the form was not sent yet, what is known. */
struct view page_kept(const struct page *page, const char *name, struct view known);
struct view page_error_text(struct page *page, const struct page_error *error);
/* Every value that was kept under that name (ticked boxes). */
void page_kept_all(struct page *page, const char *name, struct checkboxes_view *boxes);
/* A day as three fields name-day, name-month, name-year. */
struct date_input_view page_date(
    struct page *page, const char *name, const char *pointer, struct view legend);
struct legend_view legend_of(struct view text);
struct label_view label_of(struct view text);
struct hint_view hint_of(struct view text);

/* -- words about people and things --------------------------------------------------------------
 */
struct tag_view page_tag(struct page *page, const char *of, struct view code);
struct tag_view page_risk_tag(struct page *page, enum risk_state state);
/* prefix.CODE of the catalogue; a code without words fails the page. */
struct view page_code(struct page *page, const char *prefix, struct view code);
struct view name_listed(struct page *page, struct person_name name); /* Ash, Sam */
struct view name_full(struct page *page, struct person_name name);   /* Sam Ash */
struct view session_name(struct page *page, int32_t session);        /* First meeting; Session 2 */
struct view session_within(struct page *page, int32_t session); /* the same within a sentence */
/* The fact's heading: "Session 2 booked". `details` as in the models. */
struct view fact_title(struct page *page, struct view event, struct words details);
struct view word_value(struct words words, const char *name);
/* "book" + "provider" + date: one sentence for the next action. */
struct view next_sentence(struct page *page, const struct case_row *row, int64_t next_us);
struct identity_bar_view identity_of(
    struct page *page, const struct case_row *row, struct view crn);
struct box_view box_of(const char *part, struct view heading, struct view empty);

/* The sub-navigation of a case, `current` marked. */
struct sub_navigation_view case_sections(
    struct page *page, struct uuid referral, enum route current);

/* Rows of a table being filled: as many cells a row as the head has. No memory: no rows. */
struct grid {
    struct row_view *rows;
    struct cell_view *cells;
    size_t len;
    size_t columns;
};
struct grid grid_new(struct page *page, size_t rows, size_t columns);
struct cell_view *grid_row(const struct grid *grid, size_t row);
void table_of(
    struct page *page, struct table_view *table, const struct view *head, struct grid grid);
/* The same within its box, in place of the box's sentence for "nothing". */
void box_fill(struct page *page, struct box_view *box, const struct view *head, struct grid grid);
/* An element's id: "row-5f2d..." */
struct view id_of(struct page *page, const char *prefix, struct uuid id);

#define TEXT_CELL(t) ((struct cell_view){.text = (t)})

#endif
