/* A complete batch: ruled and folded against what the database has, then written in one transaction
 * with the positions. */
#include "daemon/sink_impl.h"

#include "daemon/fold.h"
#include "daemon/index.h"
#include "obs/log.h"

#include <stdlib.h>
#include <string.h>

enum { AWAY_US = 100000, NOT_OURS_US = 1000000 };

static const char EVENTS[] = "referral.events";

/* One attempt at the batch. Everything is the batch arena's. */
struct attempt {
    struct index persons, answers;
    struct database_loaded loaded;
    const struct dossier **before, **after; /* by person's number */
    struct sink_record *records;
    struct sink_dossier *dossiers;
    struct database_move moves[PORT_PARTITIONS_MAX];
    struct sink_batch batch;
    struct halt found; /* the batch ends before this record: written first, then we stop */
};

static res_t load(struct sink *sink, struct attempt *attempt)
{
    TRY(index_init(&attempt->persons, sink->count, false, sink->arena));
    TRY(index_init(&attempt->answers, sink->count, true, sink->arena));
    for (size_t i = 0; i < sink->count; i++) {
        if (sink->taken[i].corrupt)
            continue;
        const struct meta *meta = event_meta(&sink->taken[i].event);
        index_of(&attempt->persons, meta->person, meta->person);
        index_of(&attempt->answers, meta->person, meta->id);
    }
    struct database_wanted wanted = {.persons = attempt->persons.first,
        .person_count = attempt->persons.count,
        .answer_persons = attempt->answers.first,
        .answer_ids = attempt->answers.second,
        .answer_count = attempt->answers.count};
    if (wanted.person_count == 0)
        return RES_DONE;
    return sink->ports.database.load(
        sink->ports.database.self, &wanted, sink->arena, &attempt->loaded);
}

static res_t unpack(struct sink *sink, struct attempt *attempt)
{
    size_t count = attempt->persons.count;
    attempt->before = arena_array(sink->arena, count, sizeof(*attempt->before));
    attempt->after = arena_array(sink->arena, count, sizeof(*attempt->after));
    attempt->records = arena_array(sink->arena, sink->count, sizeof(*attempt->records));
    attempt->dossiers = arena_array(sink->arena, count, sizeof(*attempt->dossiers));
    if (attempt->before == NULL || attempt->after == NULL || attempt->records == NULL ||
        attempt->dossiers == NULL)
        return FATAL("no room for a batch");
    for (size_t i = 0; i < count; i++) {
        if (attempt->loaded.dossiers[i].version == 0)
            continue;
        TRY(fold_unpack(
            sink->registry, attempt->loaded.dossiers[i].packed, sink->arena, &attempt->before[i]));
        attempt->after[i] = attempt->before[i];
    }
    return RES_DONE;
}

static struct halt ruled_halt(const struct sink_taken *taken, const struct folded *folded)
{
    const struct meta *meta = event_meta(&taken->event);
    return (struct halt){.why = folded->ruling == RULING_GAP ? HALT_VERSION_GAP : HALT_FORKED,
        .topic = EVENTS,
        .partition = taken->record.partition,
        .offset = taken->record.offset,
        .person = meta->person,
        .expected = folded->before_version + 1,
        .found = meta->version};
}

/* Rules one record; where it counts it joins the batch. */
static res_t rule(struct sink *sink, struct attempt *attempt, const struct sink_taken *taken)
{
    const struct meta *meta = event_meta(&taken->event);
    size_t person = index_of(&attempt->persons, meta->person, meta->person);
    size_t answer = index_of(&attempt->answers, meta->person, meta->id);
    const struct dossier *before = attempt->after[person];
    struct fold_input input = {
        &taken->event, taken->record.value, attempt->loaded.answered[answer]};
    struct folded folded;
    TRY(fold_record(before, &input, sink->arena, &folded));
    if (ruling_stops(folded.ruling)) {
        attempt->found = ruled_halt(taken, &folded);
        return RES_DONE;
    }
    if (folded.ruling != RULING_COUNTS) {
        sink->stats.ignored++;
        return RES_DONE;
    }
    attempt->loaded.answered[answer] = true;
    attempt->after[person] = folded.after;
    attempt->records[attempt->batch.record_count++] =
        (struct sink_record){.partition = taken->record.partition,
            .offset = taken->record.offset,
            .at_us = taken->record.at_us,
            .bytes = taken->record.value,
            .event = taken->event,
            .meta = meta,
            .before = before,
            .after = folded.after};
    return RES_DONE;
}

/* Everything up to the first record that stops us. */
static res_t rule_all(struct sink *sink, struct attempt *attempt)
{
    for (size_t n = 0; n < sink->count; n++) {
        const struct sink_taken *taken = &sink->taken[n];
        if (!taken->corrupt)
            TRY(rule(sink, attempt, taken));
        if (attempt->found.why != HALT_NOT)
            return RES_DONE;
        struct database_move *move = &attempt->moves[taken->record.partition];
        const struct sink_part *part = &sink->parts[taken->record.partition];
        *move = (struct database_move){
            taken->record.partition, part->epoch, part->stored, taken->record.offset + 1};
    }
    return RES_DONE;
}

static int by_person(const void *a, const void *b)
{
    return uuid_cmp(
        ((const struct sink_dossier *)a)->person, ((const struct sink_dossier *)b)->person);
}

static res_t pack_dossiers(struct sink *sink, struct attempt *attempt)
{
    size_t count = 0;
    for (size_t i = 0; i < attempt->persons.count; i++) {
        if (attempt->after[i] == attempt->before[i])
            continue;
        buf_clear(&sink->out);
        TRY(fold_pack(attempt->after[i], &sink->out));
        struct view packed = arena_copy(sink->arena, buf_as_view(&sink->out));
        if (packed.ptr == NULL)
            return FATAL("no room for a batch");
        attempt->dossiers[count++] = (struct sink_dossier){
            attempt->persons.first[i], attempt->before[i], attempt->after[i], packed};
    }
    if (count > 1)
        qsort(attempt->dossiers, count, sizeof(*attempt->dossiers), by_person);
    attempt->batch.dossier_count = count;
    return RES_DONE;
}

static void pack_moves(struct sink *sink, struct attempt *attempt)
{
    size_t count = 0;
    for (int32_t i = 0; i < sink->conf.partitions; i++)
        if (attempt->moves[i].next > 0)
            attempt->moves[count++] = attempt->moves[i];
    attempt->batch.records = attempt->records;
    attempt->batch.dossiers = attempt->dossiers;
    attempt->batch.moves = attempt->moves;
    attempt->batch.move_count = count;
    attempt->batch.live = sink_is_live(sink);
    attempt->batch.arena = sink->arena;
}

static res_t put(struct sink *sink, struct attempt *attempt, enum database_commit *ret)
{
    struct database_port *database = &sink->ports.database;
    const struct sink_batch *batch = &attempt->batch;
    struct database_tx *tx = NULL;
    *ret = DATABASE_ROLLED_BACK;
    if (batch->move_count == 0) {
        *ret = DATABASE_COMMITTED; /* it ends before its first record */
        return RES_DONE;
    }
    TRY(database->begin(database->self, batch->moves, batch->move_count, batch->live, &tx));
    TRY(sink->conf.apply(sink->conf.owner, batch, tx));
    return database->commit(database->self, ret);
}

static void committed(struct sink *sink, const struct attempt *attempt)
{
    for (size_t i = 0; i < attempt->batch.move_count; i++) {
        const struct database_move *move = &attempt->moves[i];
        sink->parts[move->partition].stored = move->next;
    }
    sink->stats.batches++;
    sink->stats.counted += (int64_t)attempt->batch.record_count;
}

static res_t outcome(struct sink *sink, const struct attempt *attempt, enum database_commit commit)
{
    struct halt found = attempt->found.why != HALT_NOT ? attempt->found : sink->found;
    switch (commit) {
    case DATABASE_COMMITTED:
        committed(sink, attempt);
        sink_drop_batch(sink);
        return found.why == HALT_NOT ? RES_DONE : halt_now(&sink->halt, &found);
    case DATABASE_NOT_OURS:
        sink->stats.ownership_lost++;
        log_line(LEVEL_WARN, "sink.not-ours");
        /* Somebody else claimed: the group will say so; claiming at once would only fight. */
        sink_claim_again(sink, NOT_OURS_US);
        return RES_DONE;
    case DATABASE_UNKNOWN:
        sink->stats.unknown_commits++;
        log_line(LEVEL_WARN, "sink.commit-unknown");
        sink_claim_again(sink, 0);
        return RES_DONE;
    case DATABASE_ROLLED_BACK:
    default:
        sink->stats.retries++;
        sink->retry_at = sink->now + AWAY_US;
        return RES_DONE;
    }
}

res_t sink_write(struct sink *sink)
{
    struct attempt attempt = {.batch = {.record_count = 0}};
    enum database_commit commit = DATABASE_ROLLED_BACK;
    arena_rollback(sink->arena, sink->unread);
    res_t res = load(sink, &attempt);
    if (res.act == RES_OK) {
        TRY(unpack(sink, &attempt));
        TRY(rule_all(sink, &attempt));
        TRY(pack_dossiers(sink, &attempt));
        pack_moves(sink, &attempt);
        res = put(sink, &attempt, &commit);
    }
    if (res.act != RES_OK) {
        sink->ports.database.rollback(sink->ports.database.self);
        if (res.act != RES_RETRY)
            return res;
        log_res(res);
        commit = commit == DATABASE_UNKNOWN ? commit : DATABASE_ROLLED_BACK;
    }
    return outcome(sink, &attempt, commit);
}
