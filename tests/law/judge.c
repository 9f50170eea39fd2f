/* The properties, where they can be seen: at a landing, at a reading, at a loss, when all is quiet.
 */
#include "law/world.h"

#include "law/trace.h"

#include <string.h>

/* The outcomes of earlier commands of the same family and dossier stand on the log already. */
static void judge_order(struct law *law, const struct reader *before, uint32_t record)
{
    int family;
    const struct order *order = order_of(law, RECORD_ID(record), &family);
    for (const struct order *at = law->model->orders[family]; at->id != order->id; at++)
        if (at->dossier == order->dossier && (before->outcomes >> at->id & 1) == 0)
            law_found(law, IN_ORDER, "%s counts before an earlier command of its family, %s",
                record_words(law, record).text, order_words(law, at->id).text);
}

static void judge_counting(
    struct law *law, const struct world *world, const struct reader *before, uint32_t record)
{
    int family;
    const struct order *order = order_of(law, RECORD_ID(record), &family);
    uint32_t history = before->history[order->dossier];
    if ((before->outcomes >> order->id & 1) != 0)
        law_found(law, ONE_OUTCOME, "%s counts and its command has an outcome already",
            record_words(law, record).text);
    if (RECORD_HISTORY(record) != history)
        law_found(law, ITS_HISTORY, "%s counts on the history %s", record_words(law, record).text,
            history_words(law, history).text);
    bool odd = world->left.odd != law->model->faults.odd;
    if (!odd && facts_accept(law, order, history) == RECORD_REFUSED(record))
        law_found(law, ITS_HISTORY, "%s counts where the rules say the opposite",
            record_words(law, record).text);
    judge_order(law, before, record);
}

/* After a loss what is forbidden is to count, unnoticed, what was decided on another history. */
static void judge_after_loss(
    struct law *law, const struct reader *before, uint32_t record, const char *who)
{
    int family;
    unsigned dossier = order_of(law, RECORD_ID(record), &family)->dossier;
    if (RECORD_HISTORY(record) != before->history[dossier])
        law_found(law, LOSS_NOTICED, "after the loss %s counts %s on the history %s", who,
            record_words(law, record).text, history_words(law, before->history[dossier]).text);
}

void judge_landing(struct law *law, const struct world *world, uint32_t record)
{
    struct reader reader = world->fresh;
    if (reader.stopped)
        return;
    enum ruling ruling = reader_rule(law, &reader, record);
    law->landings[ruling]++;
    if (ruling_stops(ruling) && !world->lost)
        law_found(law, NO_FALSE_STOP, "%s stops every reader (%s)", record_words(law, record).text,
            ruling_text(ruling));
    if (ruling != RULING_COUNTS)
        return;
    if (world->lost)
        judge_after_loss(law, &world->fresh, record, "a fresh reader");
    else
        judge_counting(law, world, &world->fresh, record);
}

void judge_reading(
    struct law *law, const struct world *world, const struct reader *before, int instance)
{
    const struct reader *reader = &world->instances[instance].reader;
    uint32_t record = world->log[reader->pos - 1];
    int family;
    unsigned dossier = order_of(law, RECORD_ID(record), &family)->dossier;
    if (world->lost) {
        if (!reader->stopped && reader->history[dossier] != before->history[dossier])
            judge_after_loss(law, before, record, "a reader");
        return;
    }
    struct reader fresh = reader_of(law, world->log, reader->pos);
    if (!fresh.stopped && reader->stopped)
        law_found(law, NO_FALSE_STOP, "a reader stops at %s", record_words(law, record).text);
    /* What it forgot of the ids shows where it matters: in a dossier. */
    if (reader->history[0] != fresh.history[0] || reader->history[1] != fresh.history[1])
        law_found(law, SAME_FOR_ALL, "after %s a reader has the history %s, a fresh one %s",
            record_words(law, record).text, history_words(law, reader->history[dossier]).text,
            history_words(law, fresh.history[dossier]).text);
}

/* A counted record is about to be lost: does another one of its dossier count after it? */
bool judge_must_show(const struct law *law, const struct world *world, uint8_t place)
{
    int family;
    struct reader reader = reader_of(law, world->log, place);
    if (reader.stopped || reader_rule(law, &reader, world->log[place]) != RULING_COUNTS)
        return false;
    unsigned dossier = order_of(law, RECORD_ID(world->log[place]), &family)->dossier;
    for (uint8_t i = place + 1; i < world->log_count; i++)
        if (world->log[i] != 0 && reader_rule(law, &reader, world->log[i]) == RULING_COUNTS &&
            order_of(law, RECORD_ID(world->log[i]), &family)->dossier == dossier)
            return true;
    return false;
}

/* It is gone. A copy of the same bytes may stand in its place: then nothing is lost. */
void judge_loss(struct law *law, const struct world *world, const struct reader *before)
{
    const struct reader *after = &world->fresh;
    bool same = memcmp(after->history, before->history, sizeof(after->history)) == 0 &&
                after->outcomes == before->outcomes;
    if (!after->stopped && !same)
        law_found(law, LOSS_NOTICED, "nobody stops; the histories were %s %s, now they are %s %s",
            history_words(law, before->history[0]).text,
            history_words(law, before->history[1]).text, history_words(law, after->history[0]).text,
            history_words(law, after->history[1]).text);
}

static void judge_instance(struct law *law, const struct instance *instance)
{
    for (unsigned dossier = 0; dossier < DOSSIERS; dossier++)
        if (instance->owner && instance->flight[dossier][0] != 0)
            law_found(law, NOTHING_LOST, "it waits for ever for %s",
                record_words(law, instance->flight[dossier][0]).text);
}

void judge_quiet(struct law *law, const struct world *world)
{
    law->quiet++;
    if (world->lost)
        return;
    for (int family = 0; family < FAMILIES; family++) {
        int count = orders_count(law->model, family);
        for (int i = 0; i < count; i++) {
            uint8_t id = law->model->orders[family][i].id;
            if ((world->fresh.outcomes >> id & 1) == 0)
                law_found(law, NOTHING_LOST, "all is quiet and %s has no outcome",
                    order_words(law, id).text);
        }
        if (world->committed[family] != count)
            law_found(law, NOTHING_LOST, "all is quiet and %s has committed %d of %d",
                family_words(family), world->committed[family], count);
    }
    for (int i = 0; i < world_instances(law->model); i++)
        judge_instance(law, &world->instances[i]);
}
