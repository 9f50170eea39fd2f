/* A reader of the log: the model's words given to the real referee. */
#include "law/law.h"

#include "base/res.h"

#include <string.h>

int64_t history_version(uint32_t history)
{
    int64_t version = 0;
    for (; history != 0; history >>= 4)
        version++;
    return version;
}

/* The stand-in is the word itself: SHA-256 is taken to be free of collisions, and so is the word;
 * it is a hundred times faster. With the real one the bytes of a record are its word. */
static struct digest digest_of(const struct law *law, uint32_t history)
{
    struct digest digest = {{0}};
    if (!law->model->real_digest) {
        memcpy(digest.b, &history, sizeof(history));
        return digest;
    }
    for (int64_t i = history_version(history) - 1; i >= 0; i--) {
        uint32_t word = history >> 4 * i;
        digest = history_next(digest, (struct view){(const char *)&word, sizeof(word)});
    }
    return digest;
}

/* Of a history the records of one family alone. */
static uint32_t of_family(const struct law *law, uint32_t history, int family)
{
    uint32_t own = 0;
    for (int64_t i = history_version(history) - 1; i >= 0; i--) {
        int of;
        uint32_t entry = history >> 4 * i & 15;
        (void)order_of(law, entry >> 1, &of);
        if (of == family)
            own = own << 4 | entry;
    }
    return own;
}

struct place {
    struct dossier_head head;
    struct referee_input record;
    bool answered;
};

static void fits(struct place *place)
{
    place->record.version = place->head.version + 1;
    place->record.history = place->head.history;
}

/* A test that is left out is a lie about what would have failed it. */
static void lie(const struct law *law, uint32_t record, struct place *place)
{
    bool taken = place->record.version <= place->head.version;
    bool event = !RECORD_REFUSED(record);
    if (taken && law_is_weak(law, event ? WEAK_EVENTS_UNCHECKED : WEAK_REFUSALS_UNCHECKED))
        fits(place);
    if (place->record.version > place->head.version + 1 && law_is_weak(law, WEAK_GAP_UNCHECKED))
        fits(place);
    if (law_is_weak(law, WEAK_DIGEST_UNCHECKED))
        place->record.history = place->head.history;
}

enum ruling reader_rule(const struct law *law, struct reader *reader, uint32_t record)
{
    int family;
    uint32_t id = RECORD_ID(record);
    const struct order *order = order_of(law, id, &family);
    uint32_t before = reader->history[order->dossier];
    uint32_t decided_on = RECORD_HISTORY(record);
    if (law->weak != 0 && law_is_weak(law, WEAK_FAMILY_VERSIONS)) {
        before = of_family(law, before, family);
        decided_on = of_family(law, decided_on, family);
    }
    struct place place = {.head = {history_version(before), digest_of(law, before)},
        .record = {history_version(decided_on) + 1, digest_of(law, decided_on)},
        .answered = (reader->answered >> id & 1) != 0};
    if (law->weak != 0) {
        lie(law, record, &place);
        if (place.answered && law_is_weak(law, WEAK_ANSWERED_FIRST))
            return RULING_ANSWERED;
    }
    enum ruling ruling = referee_rule(&place.head, &place.record, place.answered);
    reader->stopped |= ruling_stops(ruling);
    bool marks = ruling == RULING_COUNTS
                     ? !law_is_weak(law, WEAK_IDS_NOT_KEPT)
                     : ruling == RULING_LOST && law_is_weak(law, WEAK_LOST_MARKS);
    if (marks)
        reader->answered |= (uint8_t)(1U << id);
    if (ruling != RULING_COUNTS)
        return ruling;
    reader->outcomes |= (uint8_t)(1U << id);
    if (!RECORD_REFUSED(record) || !law_is_weak(law, WEAK_REFUSALS_NOT_COUNTED))
        reader->history[order->dossier] =
            RECORD(reader->history[order->dossier], id, RECORD_REFUSED(record));
    return ruling;
}

struct reader reader_of(const struct law *law, const uint32_t *log, uint8_t end)
{
    struct reader reader = {.pos = end};
    for (uint8_t i = 0; i < end && !reader.stopped; i++)
        if (log[i] != 0)
            (void)reader_rule(law, &reader, log[i]);
    return reader;
}
