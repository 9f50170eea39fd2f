#include "gateway/pages/small_numbers.h"

#include "gateway/pages/words.h"
#include "pages/text.h"

static bool is_small(int64_t count)
{
    return count > 0 && count < SMALL_NUMBER;
}

void small_numbers_hide(const int64_t *counts, size_t len, bool *ret_hidden)
{
    size_t small = 0;
    for (size_t i = 0; i < len; i++) {
        ret_hidden[i] = is_small(counts[i]);
        small += ret_hidden[i] ? 1 : 0;
    }
    if (small != 1)
        return;
    size_t next = len;
    for (size_t i = 0; i < len; i++)
        if (!ret_hidden[i] && counts[i] > 0 && (next == len || counts[i] < counts[next]))
            next = i;
    if (next < len)
        ret_hidden[next] = true;
}

struct view small_number_text(struct arena *arena, int64_t count, bool hidden)
{
    if (!hidden)
        return words_number(arena, count);
    return is_small(count) ? TEXT_flows_few : TEXT_flows_hidden;
}
