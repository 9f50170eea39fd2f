#include "law/law.h"

#include "base/res.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const weakness_names[] = {
#define WEAK(name, text) #name,
#include "law/weaknesses.inc"
#undef WEAK
};
static const char *const weakness_texts[] = {
#define WEAK(name, text) text,
#include "law/weaknesses.inc"
#undef WEAK
};
static const char *const property_texts[] = {
    [NOTHING_FOUND] = "holds",
    [ONE_OUTCOME] = "one outcome a command",
    [SAME_FOR_ALL] = "the same for every reader",
    [ITS_HISTORY] = "what counts was decided on the history before it",
    [IN_ORDER] = "outcomes in the order of the commands",
    [NO_FALSE_STOP] = "nobody stops on an intact log",
    [LOSS_NOTICED] = "a loss before a counted record is noticed",
    [NOTHING_LOST] = "no command is lost, nobody waits for ever",
    [IT_ENDS] = "the log does not grow without bound",
    [ROWS_ARE_FOLD] = "stored rows are the fold of the log",
};
_Static_assert(ARRAY_LEN(property_texts) == PROPERTIES, "a property has no text");

const char *weakness_name(enum weakness weakness)
{
    MUST(weakness < WEAK_MAX_);
    return weakness_names[weakness];
}

const char *weakness_text(enum weakness weakness)
{
    MUST(weakness < WEAK_MAX_);
    return weakness_texts[weakness];
}

const char *property_text(enum property property)
{
    MUST(property < PROPERTIES);
    return property_texts[property];
}

bool law_is_weak(const struct law *law, enum weakness weakness)
{
    return (law->weak >> weakness & 1) != 0;
}

void law_found(struct law *law, enum property property, const char *format, ...)
{
    if (law->finding.property != NOTHING_FOUND)
        return;
    law->finding.property = property;
    va_list args;
    va_start(args, format);
    vsnprintf(law->finding.text, sizeof(law->finding.text), format, args);
    va_end(args);
}

int orders_count(const struct model *model, int family)
{
    int count = 0;
    while (count < ORDER_MAX && model->orders[family][count].id != 0)
        count++;
    return count;
}

const struct order *order_of(const struct law *law, uint32_t id, int *ret_family)
{
    for (int family = 0; family < FAMILIES; family++)
        for (int i = 0; i < orders_count(law->model, family); i++)
            if (law->model->orders[family][i].id == id) {
                *ret_family = family;
                return &law->model->orders[family][i];
            }
    WRONG("a record of no command");
}
