#include "law/projector.h"

#include "law/trace.h"

#include "base/res.h"

#include <string.h>

enum { PROJECTORS = 2, RECORDS_MAX = 4 };

static const struct model people = {.name = "projector",
    .orders = {[SESSIONS] = {{1, BOOK, 0}, {2, BOOK, 0}}, [RISK] = {{3, ACKNOWLEDGE, 0}}}};

/* What may come next on the log: in order, in a race, twice, after a gap, on another history. */
#define BOOKED_1 RECORD(0, 1, 0U)
#define BOOKED_2 RECORD(0, 2, 0U)
#define REFUSED_3 RECORD(0, 3, 1U)
static const uint32_t letters[] = {BOOKED_1, BOOKED_2, REFUSED_3, RECORD(BOOKED_1, 2, 0U),
    RECORD(BOOKED_1, 3, 1U), RECORD(BOOKED_2, 1, 0U), RECORD(REFUSED_3, 1, 0U),
    RECORD(RECORD(BOOKED_1, 2, 0U), 3, 1U)};

/* The dossier's row and the log rows; a log row is counted, so that one written twice shows. */
struct rows {
    struct reader dossier;
    uint8_t effects[IDS_MAX]; /* by id */
};
struct batch {
    struct reader after;
    uint8_t there, base, to;
    uint8_t counted; /* bits by id */
};
enum { DOWN, UP, HALTED };
struct projector {
    struct batch flight, hand; /* being written; ruled, next */
    uint8_t state, claimed, epoch;
    uint8_t next; /* position to read on from */
    uint8_t owed; /* ROWS_APART: the position that is still to be written */
    uint8_t spare[3];
};
struct scene {
    struct rows rows;
    uint8_t epoch, position, claims_left, log_count;
    struct projector projectors[PROJECTORS];
    uint32_t log[RECORDS_MAX];
};
_Static_assert(sizeof(struct projector) == 40 && sizeof(struct scene) == 120, "padding");

enum { GROW, CLAIM, CLAIM_LATE, RULE_ONE, RULE_TWO, SEND, COMMIT, OWED, CRASH, SCENE_ACTS };
struct play {
    struct law *law;
    struct projector_bounds bounds;
};

static bool grow(const struct play *play, struct scene *scene, unsigned letter)
{
    if (scene->log_count == play->bounds.log_max || letter >= ARRAY_LEN(letters))
        return false;
    scene->log[scene->log_count++] = letters[letter];
    return true;
}

/* The law: position and epoch in one transaction. */
static bool claim(const struct play *play, struct scene *scene, struct projector *projector)
{
    if (projector->state != DOWN || scene->claims_left == 0)
        return false;
    scene->claims_left--;
    *projector = (struct projector){.state = UP, .next = scene->position};
    if (law_is_weak(play->law, WEAK_EPOCH_CLAIMED_LATE))
        return true;
    projector->claimed = 1;
    projector->epoch = ++scene->epoch;
    return true;
}

static bool claim_late(struct scene *scene, struct projector *projector)
{
    if (projector->state != UP || projector->claimed)
        return false;
    projector->claimed = 1;
    projector->epoch = ++scene->epoch;
    return true;
}

/* What the database will have: what it has now, and of a dossier that the batch under way moves
 * what that one writes. */
static struct reader loaded(const struct scene *scene, const struct projector *projector)
{
    if (projector->flight.there && projector->flight.counted != 0)
        return projector->flight.after;
    return scene->rows.dossier;
}

static bool rule(
    const struct play *play, struct scene *scene, struct projector *projector, uint8_t count)
{
    if (projector->state != UP || projector->hand.there ||
        projector->next + count > scene->log_count)
        return false;
    struct batch batch = {.after = loaded(scene, projector), .there = 1, .base = projector->next};
    batch.to = batch.base;
    for (; batch.to < batch.base + count; batch.to++) {
        uint32_t record = scene->log[batch.to];
        struct reader reader = batch.after;
        if (ruling_stops(reader_rule(play->law, &reader, record)))
            break;
        batch.counted |= (uint8_t)(reader.outcomes & ~batch.after.outcomes);
        batch.after = reader;
    }
    if (batch.to == batch.base) { /* what was gathered before is written first */
        projector->state = projector->flight.there ? UP : HALTED;
        return !projector->flight.there;
    }
    projector->hand = batch;
    projector->next = batch.to;
    return true;
}

static bool send(struct projector *projector)
{
    if (projector->state != UP || !projector->claimed || !projector->hand.there ||
        projector->flight.there || projector->owed != 0)
        return false;
    projector->flight = projector->hand;
    projector->hand = (struct batch){.there = 0};
    return true;
}

static bool commit(const struct play *play, struct scene *scene, struct projector *projector)
{
    struct batch *batch = &projector->flight;
    if (projector->state != UP || !batch->there)
        return false;
    bool ours = projector->epoch == scene->epoch || law_is_weak(play->law, WEAK_EPOCH_UNFENCED);
    bool here = batch->base == scene->position || law_is_weak(play->law, WEAK_POSITION_UNFENCED);
    if (!ours || !here) { /* rolled back: everything is dropped, and claimed anew */
        *projector = (struct projector){.state = DOWN};
        return true;
    }
    if (batch->counted != 0)
        scene->rows.dossier = batch->after;
    for (unsigned id = 0; id < IDS_MAX; id++)
        if ((batch->counted >> id & 1) != 0)
            scene->rows.effects[id]++;
    if (law_is_weak(play->law, WEAK_ROWS_APART))
        projector->owed = batch->to;
    else
        scene->position = batch->to;
    *batch = (struct batch){.there = 0};
    return true;
}

static bool write_owed(struct scene *scene, struct projector *projector)
{
    if (projector->state != UP || projector->owed == 0)
        return false;
    scene->position = projector->owed;
    projector->owed = 0;
    return true;
}

/* A commit of unknown outcome is one that was made, or was not, before the crash. */
static bool crash(struct projector *projector)
{
    if (projector->state != UP)
        return false;
    *projector = (struct projector){.state = DOWN};
    return true;
}

static bool scene_step(const struct play *play, struct scene *scene, unsigned act, unsigned which)
{
    if (act == GROW)
        return grow(play, scene, which);
    if (which >= PROJECTORS)
        return false;
    struct projector *projector = &scene->projectors[which];
    switch (act) {
    case CLAIM:
        return claim(play, scene, projector);
    case CLAIM_LATE:
        return claim_late(scene, projector);
    case RULE_ONE:
    case RULE_TWO:
        return rule(play, scene, projector, act == RULE_TWO ? 2 : 1);
    case SEND:
        return send(projector);
    case COMMIT:
        return commit(play, scene, projector);
    case OWED:
        return write_owed(scene, projector);
    case CRASH:
        return crash(projector);
    default:
        WRONG("an act of no kind");
    }
}

/* At any time: rows are the fold of the log up to the position, each effect once. */
static void judge_rows(struct law *law, const struct scene *scene)
{
    struct reader fold = reader_of(law, scene->log, scene->position);
    if (fold.stopped)
        law_found(law, ROWS_ARE_FOLD, "position %d is beyond the record that stops every reader",
            scene->position);
    if (fold.history[0] != scene->rows.dossier.history[0])
        law_found(law, ROWS_ARE_FOLD, "at position %d the dossier is %s and the fold %s",
            scene->position, history_words(law, scene->rows.dossier.history[0]).text,
            history_words(law, fold.history[0]).text);
    for (unsigned id = 1; id < IDS_MAX; id++)
        if (scene->rows.effects[id] != (fold.outcomes >> id & 1))
            law_found(law, ROWS_ARE_FOLD, "at position %d %s has %d rows", scene->position,
                order_words(law, id).text, scene->rows.effects[id]);
}

/* Whoever is up has come to the end, or to the record that stops every reader, which halts it. */
static void judge_end(struct law *law, const struct scene *scene)
{
    struct reader fold = reader_of(law, scene->log, scene->log_count);
    for (int i = 0; i < PROJECTORS; i++) {
        const struct projector *projector = &scene->projectors[i];
        if (projector->state == UP && scene->position != scene->log_count)
            law_found(law, NOTHING_LOST, "all is quiet and the position is %d of %d",
                scene->position, scene->log_count);
        if (projector->state == HALTED && !fold.stopped)
            law_found(law, NO_FALSE_STOP, "a projector stops on an intact log");
    }
}

static enum search_verdict expand(void *owner, const uint8_t *state, struct search *search)
{
    const struct play *play = owner;
    struct scene scene;
    bool due = false;
    memcpy(&scene, state, sizeof(scene));
    for (unsigned act = 0; act < SCENE_ACTS; act++)
        for (unsigned which = 0; which < ARRAY_LEN(letters); which++) {
            struct scene next = scene;
            if (!scene_step(play, &next, act, which))
                continue;
            due |= act != GROW && act != CRASH;
            judge_rows(play->law, &next);
            search_reached(search, (const uint8_t *)&next, sizeof(next), act << 8 | which);
            if (play->law->finding.property != NOTHING_FOUND)
                return SEARCH_FOUND_NEXT;
        }
    if (!due)
        judge_end(play->law, &scene);
    return play->law->finding.property == NOTHING_FOUND ? SEARCH_ON : SEARCH_FOUND_HERE;
}

struct search_result projector_run(struct law *law, struct projector_bounds bounds)
{
    MUST(bounds.log_max <= RECORDS_MAX);
    law->model = &people;
    struct play play = {law, bounds};
    struct scene scene = {.claims_left = bounds.epochs};
    struct search_of of = {&play, expand, 0, bounds.seconds_max};
    return search_all(&of, (const uint8_t *)&scene, sizeof(scene));
}

static void print_act(const struct law *law, const struct scene *scene, uint32_t word, FILE *out)
{
    static const char *const texts[SCENE_ACTS] = {[CLAIM] = "claims epoch and position",
        [CLAIM_LATE] = "claims the epoch",
        [RULE_ONE] = "rules the next record on the rows as they are",
        [RULE_TWO] = "rules the next two records on the rows as they are",
        [SEND] = "begins to write what it ruled",
        [COMMIT] = "commits",
        [OWED] = "writes the position",
        [CRASH] = "DIES"};
    unsigned act = word >> 8, which = word & 255;
    if (act == GROW)
        fprintf(out, "log[%d] is %s\n", scene->log_count, record_words(law, letters[which]).text);
    else if (act == CLAIM && law_is_weak(law, WEAK_EPOCH_CLAIMED_LATE))
        fprintf(out, "projector %u loads position %d\n", which, scene->position);
    else
        fprintf(out, "projector %u %s (position %d, epoch %d)\n", which, texts[act],
            scene->position, scene->epoch);
}

void projector_print(const struct law *law, const struct search_result *result, FILE *out)
{
    struct law again = *law;
    struct play play = {&again, {RECORDS_MAX, 0, 0}};
    struct scene scene = {.claims_left = UINT8_MAX};
    for (size_t i = 0; i < result->path_count; i++) {
        fprintf(out, "  %2zu  ", i + 1);
        print_act(law, &scene, result->path[i], out);
        MUST(scene_step(&play, &scene, result->path[i] >> 8, result->path[i] & 255));
    }
    fprintf(out, "      => %s: %s\n", property_text(law->finding.property), law->finding.text);
}
