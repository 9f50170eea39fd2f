/* A complete batch, ruled and folded against what the database has; where it still works on the
 * batch before, against what it will have. */
#include "daemon/sink_impl.h"

#include "daemon/envelope.h"
#include "daemon/fold.h"

#include <stdlib.h>

static const char EVENTS[] = "referral.events";

#define NO_ROOM FATAL("no room for a batch")

static res_t load(struct sink *sink, struct sink_work *work)
{
    struct sink_attempt *attempt = &work->attempt;
    TRY(index_init(&attempt->persons, work->count, false, work->arena));
    TRY(index_init(&attempt->answers, work->count, true, work->arena));
    for (size_t i = 0; i < work->count; i++) {
        if (work->taken[i].corrupt)
            continue;
        const struct meta *meta = event_meta(&work->taken[i].event);
        index_of(&attempt->persons, meta->person, meta->person);
        index_of(&attempt->answers, meta->person, meta->id);
    }
    struct database_wanted wanted = {.dossier_bytes_max = sink->conf.dossier_bytes_max,
        .persons = attempt->persons.first,
        .person_count = attempt->persons.count,
        .answer_persons = attempt->answers.first,
        .answer_ids = attempt->answers.second,
        .answer_count = attempt->answers.count};
    if (wanted.person_count == 0)
        return RES_DONE;
    return sink->ports.database.load(
        sink->ports.database.self, &wanted, work->arena, &attempt->loaded);
}

/* The records from the nth on are given back, to be read again. */
static res_t cut_at(struct sink *sink, struct sink_work *work, size_t n)
{
    struct port_position at[PORT_PARTITIONS_MAX];
    size_t count = 0;
    for (size_t i = n; i < work->count; i++) {
        struct port_record *record = &work->taken[i].record;
        struct sink_part *part = &sink->parts[record->partition];
        part->read = record->offset < part->read ? record->offset : part->read;
        work->bytes -= record->value.len;
        sink->stats.records--;
        sink->stats.corrupt -= work->taken[i].corrupt;
        sink->ports.events.record_done(sink->ports.events.self, record);
    }
    work->count = n;
    work->found.why = HALT_NOT;
    sink->was_full = true;
    for (int32_t i = 0; i < sink->conf.partitions; i++)
        if (sink->parts[i].ours)
            at[count++] = (struct port_position){i, sink->parts[i].read};
    return sink->ports.events.assign(sink->ports.events.self, at, count);
}

static bool was_loaded(const struct sink_attempt *attempt, const struct sink_taken *taken)
{
    if (taken->corrupt)
        return true;
    struct uuid person = event_meta(&taken->event)->person;
    size_t n = 0;
    return index_find(&attempt->persons, person, person, &n) && n < attempt->loaded.person_count;
}

/* The batch ends before the first record of a person whose dossier would have been too much; those
 * that follow take fewer records for a while. */
static res_t cut(struct sink *sink, struct sink_work *work)
{
    size_t n = 0;
    while (n < work->count && was_loaded(&work->attempt, &work->taken[n]))
        n++;
    bool whole = n == work->count;
    sink->room = whole ? 2 * sink->room : n;
    sink->room = sink->room < sink->conf.batch_max ? sink->room : sink->conf.batch_max;
    return whole ? RES_DONE : cut_at(sink, work, n);
}

/* What was loaded is from before the batch that is under way, or from after it: of whom that batch
 * moved, it is taken from there instead. Copied: that batch's memory goes first. */
static res_t overlay(struct sink_work *work, const struct sink_attempt *flight)
{
    struct sink_attempt *attempt = &work->attempt;
    size_t n;
    for (size_t i = 0; i < attempt->persons.count; i++) {
        struct uuid person = attempt->persons.first[i];
        if (!index_find(&flight->persons, person, person, &n) || flight->packed[n].ptr == NULL)
            continue;
        struct view packed = arena_copy(work->arena, flight->packed[n]);
        if (packed.ptr == NULL)
            return NO_ROOM;
        attempt->loaded.dossiers[i] =
            (struct port_dossier){flight->after[n]->version, flight->after[n]->history, packed};
    }
    for (size_t i = 0; i < attempt->answers.count; i++)
        if (index_find(&flight->answers, attempt->answers.first[i], attempt->answers.second[i], &n))
            attempt->loaded.answered[i] |= flight->loaded.answered[n];
    return RES_DONE;
}

static res_t unpack(struct sink *sink, struct sink_work *work)
{
    struct sink_attempt *attempt = &work->attempt;
    size_t count = attempt->persons.count;
    attempt->before = arena_array(work->arena, count, sizeof(*attempt->before));
    attempt->after = arena_array(work->arena, count, sizeof(*attempt->after));
    attempt->packed = arena_array(work->arena, count, sizeof(*attempt->packed));
    attempt->records = arena_array(work->arena, work->count, sizeof(*attempt->records));
    attempt->dossiers = arena_array(work->arena, count, sizeof(*attempt->dossiers));
    if (attempt->before == NULL || attempt->after == NULL || attempt->packed == NULL ||
        attempt->records == NULL || attempt->dossiers == NULL)
        return NO_ROOM;
    for (size_t i = 0; i < count; i++) {
        if (attempt->loaded.dossiers[i].version == 0)
            continue;
        TRY(fold_unpack(
            sink->registry, attempt->loaded.dossiers[i].packed, work->arena, &attempt->before[i]));
        attempt->after[i] = attempt->before[i];
        if (i % SINK_PIECE == 0)
            sink_push(sink);
    }
    return RES_DONE;
}

static struct halt ruled_halt(
    const struct sink *sink, const struct sink_taken *taken, const struct folded *folded)
{
    const struct meta *meta = event_meta(&taken->event);
    return (struct halt){.why = folded->ruling == RULING_GAP ? HALT_VERSION_GAP : HALT_FORKED,
        .topic = EVENTS,
        .partition = taken->record.partition,
        .offset = taken->record.offset,
        .person = meta->person,
        .trace = envelope_trace_of(&sink->ports.events, &taken->record),
        .expected = folded->before_version + 1,
        .found = meta->version};
}

/* Rules one record; where it counts it joins the batch. */
static res_t rule(struct sink *sink, struct sink_work *work, const struct sink_taken *taken)
{
    struct sink_attempt *attempt = &work->attempt;
    const struct meta *meta = event_meta(&taken->event);
    size_t person = index_of(&attempt->persons, meta->person, meta->person);
    size_t answer = index_of(&attempt->answers, meta->person, meta->id);
    const struct dossier *before = attempt->after[person];
    struct fold_input input = {
        &taken->event, taken->record.value, attempt->loaded.answered[answer]};
    struct folded folded;
    TRY(fold_record(before, &input, work->arena, &folded));
    if (ruling_stops(folded.ruling)) {
        attempt->found = ruled_halt(sink, taken, &folded);
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
static res_t rule_all(struct sink *sink, struct sink_work *work)
{
    struct sink_attempt *attempt = &work->attempt;
    for (size_t n = 0; n < work->count; n++) {
        const struct sink_taken *taken = &work->taken[n];
        if (!taken->corrupt)
            TRY(rule(sink, work, taken));
        if (attempt->found.why != HALT_NOT)
            return RES_DONE;
        struct database_move *move = &attempt->moves[taken->record.partition];
        const struct sink_part *part = &sink->parts[taken->record.partition];
        *move = (struct database_move){
            taken->record.partition, part->epoch, part->sent, taken->record.offset + 1};
        if (n % SINK_PIECE == 0)
            sink_push(sink);
    }
    return RES_DONE;
}

static int by_person(const void *a, const void *b)
{
    return uuid_cmp(
        ((const struct sink_dossier *)a)->person, ((const struct sink_dossier *)b)->person);
}

static res_t pack_dossiers(struct sink *sink, struct sink_work *work)
{
    struct sink_attempt *attempt = &work->attempt;
    size_t count = 0;
    for (size_t i = 0; i < attempt->persons.count; i++) {
        if (attempt->after[i] == attempt->before[i])
            continue;
        buf_clear(&sink->out);
        TRY(fold_pack(attempt->after[i], &sink->out));
        attempt->packed[i] = arena_copy(work->arena, buf_as_view(&sink->out));
        if (attempt->packed[i].ptr == NULL)
            return NO_ROOM;
        attempt->dossiers[count++] = (struct sink_dossier){
            attempt->persons.first[i], attempt->before[i], attempt->after[i], attempt->packed[i]};
        if (count % SINK_PIECE == 0)
            sink_push(sink);
    }
    if (count > 1)
        qsort(attempt->dossiers, count, sizeof(*attempt->dossiers), by_person);
    attempt->batch.dossier_count = count;
    return RES_DONE;
}

static void pack_moves(struct sink *sink, struct sink_work *work)
{
    struct sink_attempt *attempt = &work->attempt;
    size_t count = 0;
    for (int32_t i = 0; i < sink->conf.partitions; i++)
        if (attempt->moves[i].next > 0)
            attempt->moves[count++] = attempt->moves[i];
    attempt->batch.records = attempt->records;
    attempt->batch.dossiers = attempt->dossiers;
    attempt->batch.moves = attempt->moves;
    attempt->batch.move_count = count;
    attempt->batch.live = sink_is_live(sink);
    attempt->batch.arena = work->arena;
    attempt->batch.database = sink->flight != NULL ? &sink->ports.database : NULL;
}

res_t sink_rule(struct sink *sink)
{
    struct sink_work *work = sink->hand;
    work->attempt = (struct sink_attempt){.batch = {.record_count = 0}};
    arena_rollback(work->arena, work->unread);
    TRY(load(sink, work));
    TRY(cut(sink, work));
    if (sink->flight != NULL)
        TRY(overlay(work, &sink->flight->attempt));
    TRY(unpack(sink, work));
    TRY(rule_all(sink, work));
    TRY(pack_dossiers(sink, work));
    pack_moves(sink, work);
    return RES_DONE;
}
