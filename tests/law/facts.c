/* The model's domain: enough rules for a decision of one family to turn on facts of another. */
#include "law/law.h"

#include "base/res.h"

struct facts {
    bool referred, closed;
    int shared, acknowledged; /* versions of the risk summary */
};

static void facts_evolve(struct facts *facts, uint8_t type)
{
    switch (type) {
    case REFER:
        facts->referred = true;
        break;
    case CLOSE:
        facts->closed = true;
        break;
    case SHARE:
        facts->shared++;
        break;
    case ACKNOWLEDGE:
        facts->acknowledged = facts->shared;
        break;
    default: /* a booking opens and closes nothing here */
        break;
    }
}

static struct facts facts_of(const struct law *law, uint32_t history)
{
    struct facts facts = {.referred = !law->model->unreferred};
    for (int64_t i = history_version(history) - 1; i >= 0; i--) {
        uint32_t entry = history >> 4 * i;
        int family;
        if (!RECORD_REFUSED(entry))
            facts_evolve(&facts, order_of(law, RECORD_ID(entry), &family)->type);
    }
    return facts;
}

bool facts_accept(const struct law *law, const struct order *order, uint32_t history)
{
    struct facts facts = facts_of(law, history);
    bool open = facts.referred && !facts.closed;
    switch (order->type) {
    case REFER:
        return !facts.referred;
    case CLOSE:
        return open;
    case BOOK:
        return open && facts.acknowledged == facts.shared;
    case SHARE:
        return true;
    case ACKNOWLEDGE:
        return facts.acknowledged != facts.shared;
    default:
        WRONG("a command of no type");
    }
}
