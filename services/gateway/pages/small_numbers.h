/* What of a figure may be seen, so that it tells of no single person. Pure. */
#ifndef PAGES_SMALL_NUMBERS_H
#define PAGES_SMALL_NUMBERS_H

#include "base/arena.h"

enum { SMALL_NUMBER = 5 };

/* Which of the counts that make up one total are hidden: those from 1 to 4, and where that is just
 * one, the next smallest that is not 0 too, so that the total gives none away. A 0 says nothing
 * about anybody and stays. */
void small_numbers_hide(const int64_t *counts, size_t len, bool *ret_hidden);
/* "fewer than 5", "hidden" or the number. */
struct view small_number_text(struct arena *arena, int64_t count, bool hidden);

#endif
