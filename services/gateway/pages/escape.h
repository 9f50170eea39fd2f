/* Text into HTML: the only way by which a value reaches a page. */
#ifndef PAGES_ESCAPE_H
#define PAGES_ESCAPE_H

#include "base/buf.h"

/* & < > " and ' as references; good in text and between double quotes. */
void escape_html(struct buf *out, struct view text);

#endif
