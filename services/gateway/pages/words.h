/* Words as people read them: catalogue texts with their values, dates, times, numbers, names. */
#ifndef PAGES_WORDS_H
#define PAGES_WORDS_H

#include "base/arena.h"
#include "gateway/pages/frame.h"

/* The text under that key, its braces unfilled; absent if there is none. For codes that come as
 * data ("refusal.clash"); whatever is fixed has a constant TEXT_... in pages/text.h. */
struct view words_lookup(const char *prefix, struct view code, const char *suffix);
/* Fills {name} from `values`; a name without a value prints nothing. */
struct view words_fill(struct arena *arena, struct view pattern, struct words values);
/* "1,234" */
struct view words_number(struct arena *arena, int64_t n);

/* London time; "" for 0. */
struct view words_date(struct arena *arena, int64_t at_us);       /* Friday 20 November 2026 */
struct view words_date_short(struct arena *arena, int64_t at_us); /* 20 Nov 2026 */
/* "2:15pm", "midday", "midnight"; in the doubled hour of October with GMT or BST. */
struct view words_time(struct arena *arena, int64_t at_us);
/* "today 2pm", "20 November 2pm", with the year where it is not that of `now_us`. */
struct view words_when(struct arena *arena, int64_t at_us, int64_t now_us);
/* The same without the time of day. */
struct view words_day(struct arena *arena, int64_t at_us, int64_t now_us);
/* A due instant is the midnight after the due day: the day before it. */
struct view words_due(struct arena *arena, int64_t due_us, int64_t now_us);

#endif
