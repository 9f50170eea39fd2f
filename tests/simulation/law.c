/* The law, held against each transaction of the read model while it happens. */
#include "sim.h"

#include "base/weak.h"
#include "daemon/intake.h"
#include "projector/project_table.h"

#include <string.h>

int sim_person(const struct sim *sim, struct uuid person)
{
    for (int n = 0; n < PEOPLE; n++)
        if (uuid_eq(sim->parts->people[n], person))
            return n;
    return -1;
}

int32_t sim_partition(struct uuid person)
{
    return partition_of((struct view){(const char *)person.b, sizeof(person.b)}, WORLD_PARTITIONS);
}

static bool is_answered(const struct law *law, int person, struct uuid id)
{
    for (size_t i = 0; i < law->count; i++)
        if (law->counted[i].person == person && uuid_eq(law->counted[i].id, id))
            return true;
    return false;
}

static void count(struct sim *sim, const struct port_record *record, const struct meta *meta)
{
    struct law *law = &sim->law;
    struct view bytes = arena_copy(sim->parts->world, record->value);
    int person = sim_person(sim, meta->person);
    MUST(law->count < COUNTED_MAX && bytes.ptr != NULL && person >= 0);
    law->counted[law->count++] =
        (struct counted){person, record->partition, record->offset, meta->id, bytes};
    struct dossier_head *head = &law->heads[person];
    struct view parts[] = {{(const char *)head->history.b, sizeof(head->history.b)}, record->value};
    head->version++;
    head->history = sha256_of(parts, ARRAY_LEN(parts));
}

/* DESIGN section 2, rule 3. */
static void rule(struct sim *sim, const struct port_record *record)
{
    struct event event;
    arena_clear(sim->parts->step);
    enum intake intake = intake_event(sim->parts->registry, record, sim->parts->step, &event);
    if (intake == INTAKE_CORRUPT)
        return;
    EXPECT(sim, intake == INTAKE_OK, "the read model went past a record that nobody can read yet");
    const struct meta *meta = event_meta(&event);
    int person = sim_person(sim, meta->person);
    MUST(person >= 0);
    const struct dossier_head *head = &sim->law.heads[person];
    bool next = meta->version == head->version + 1;
    EXPECT(sim, meta->version <= head->version + 1,
        "the read model went past a gap: partition %d, offset %lld", record->partition,
        (long long)record->offset);
    EXPECT(sim, !next || digest_eq(meta->history, head->history),
        "the read model went past a record of another history: partition %d, offset %lld",
        record->partition, (long long)record->offset);
    if (next && !is_answered(&sim->law, person, meta->id))
        count(sim, record, meta);
}

static void walk(struct sim *sim, const struct database_move *move)
{
    const struct world_log *log = &sim->world->logs[WORLD_EVENTS][move->partition];
    for (size_t i = 0; i < log->count; i++) {
        const struct world_record *record = &log->records[i];
        if (record->offset >= move->from && record->offset < move->next)
            rule(sim, &(struct port_record){.partition = move->partition,
                          .offset = record->offset,
                          .key = record_key(record),
                          .value = record_value(record)});
    }
}

/* With a version a family numbers and digests are others: what was counted is believed here, and
 * judged by what it was decided on alone. */
static void believe(struct sim *sim, const struct sink_batch *batch)
{
    for (size_t i = 0; i < batch->record_count; i++) {
        const struct sink_record *from = &batch->records[i];
        struct port_record record = {
            .partition = from->partition, .offset = from->offset, .value = from->bytes};
        EXPECT(sim, !is_answered(&sim->law, sim_person(sim, from->meta->person), from->meta->id),
            "a second outcome of one command counted");
        count(sim, &record, from->meta);
    }
}

static void compare(struct sim *sim, const struct sink_batch *batch, size_t before)
{
    size_t counted = sim->law.count - before;
    EXPECT(sim, counted == batch->record_count,
        "%zu records counted in a transaction of the read model, by the law %zu",
        batch->record_count, counted);
    for (size_t i = 0; i < batch->record_count; i++) {
        bool found = false;
        for (size_t n = before; n < sim->law.count; n++)
            found |= sim->law.counted[n].partition == batch->records[i].partition &&
                     sim->law.counted[n].offset == batch->records[i].offset;
        EXPECT(sim, found, "a record counted that does not by the law: offset %lld",
            (long long)batch->records[i].offset);
    }
}

/* The batch's memory goes; the read model's stays. */
static void keep_row(struct sim *sim, const struct table *table, struct cell **row)
{
    struct arena *arena = sim->parts->world;
    struct cell *copy = arena_array(arena, table->column_count, sizeof(*copy));
    MUST(copy != NULL);
    memcpy(copy, *row, table->column_count * sizeof(*copy));
    for (size_t c = 0; c < table->column_count; c++) {
        enum col_type type = table->columns[c].type;
        if (!copy[c].null && (type == COL_TEXT || type == COL_BYTES || type == COL_JSON))
            copy[c].text = arena_copy(arena, copy[c].text);
    }
    *row = copy;
}

static void write_rows(struct sim *sim, const struct sink_batch *batch)
{
    const struct projection *projection = sim->parts->projection;
    struct row_changes changes;
    MUST(row_changes_new(projection, batch->arena, &changes).act == RES_OK);
    MUST(project_batch(projection, batch, &changes).act == RES_OK);
    for (size_t t = 0; t < projection_tables(projection); t++)
        for (size_t i = 0; i < changes.put.of[t].count; i++)
            keep_row(sim, projection_table(projection, t), &changes.put.of[t].items[i]);
    model_apply(&sim->rows, &changes);
}

void sim_kept(void *owner, const struct sink_batch *batch)
{
    struct sim *sim = owner;
    size_t before = sim->law.count;
    for (size_t i = 0; i < batch->move_count; i++) {
        const struct database_move *move = &batch->moves[i];
        EXPECT(sim, move->from == sim->positions[move->partition] && move->next > move->from,
            "the position of partition %d moves from %lld to %lld and stands at %lld",
            move->partition, (long long)move->from, (long long)move->next,
            (long long)sim->positions[move->partition]);
        sim->positions[move->partition] = move->next;
        if (!WEAK(FAMILY_VERSIONS))
            walk(sim, move);
    }
    if (WEAK(FAMILY_VERSIONS))
        believe(sim, batch);
    compare(sim, batch, before);
    write_rows(sim, batch);
}
