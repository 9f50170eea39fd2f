/* What the page handlers share: the frame, showing a page or its parts, going on after a form. */
#ifndef GATEWAY_PAGE_H
#define GATEWAY_PAGE_H

#include "gateway/model.h"

/* How a page is to be shown: plainly, or again with what was wrong in its form. */
struct page_show {
    int status; /* 200, 409, 422, 503 */
    struct page_form form;
};
/* Answers with the page. */
typedef res_t show_fn(struct call *call, const struct page_show *show);
show_fn show_assign, show_risk, show_book, show_record, show_share_risk;

/* Cursor first, counts of the navigation; *ret lives in the call's arena. */
res_t page_frame_of(
    struct call *call, const struct page_show *show, struct page_frame *ret) MUST_USE;
/* The parts asked for by ?part=; none: the whole page. */
struct part_names page_parts(struct call *call);
/* Answers with what was rendered, or with why it could not be. */
res_t page_answer(struct call *call, int status, res_t rendered, struct buf *out) MUST_USE;
bool page_not_found(struct call *call, bool found); /* true: answered 404 */

#endif
