/* When all is quiet: the read model and the deciders' stores are the fold of the records that
 * count, and each of those is what its command gives on exactly the history before it. */
#include "sim.h"

#include "base/weak.h"
#include "daemon/fold.h"
#include "projector/project_table.h"

#include <stdlib.h>
#include <string.h>

/* The people's dossiers and rows, made anew from the list of what counts. */
struct anew {
    struct arena *arena;
    const struct dossier *dossiers[PEOPLE];
    struct view packed[PEOPLE];
    struct model rows;
};

/* Does this copy of the command give these bytes on this dossier? */
static bool gives(struct sim *sim, const struct dossier *dossier, struct view command_bytes,
    const struct counted *counted)
{
    struct command command;
    struct event event;
    struct arena *arena = sim->parts->step;
    arena_clear(arena);
    if (codec_read_command(sim->parts->registry, command_bytes, arena, &command) != FRAME_OK ||
        !uuid_eq(command_meta(&command)->id, counted->id))
        return false;
    enum family family = command_table[command.type].family;
    const struct member *decider = sim->deciders[(int)family * TWINS];
    MUST(decider->conf.decide(dossier, &command, arena, &event).act == RES_OK);
    struct record_head *head = (struct record_head *)(uintptr_t)event.body;
    head->meta.version = dossier->version + 1;
    head->meta.history = dossier->history;
    CLEANUP(buf_done) struct buf out = {0};
    MUST(codec_write_event(&event, &out).act == RES_OK);
    return view_eq(buf_as_view(&out), counted->bytes);
}

static void judge_decision(
    struct sim *sim, const struct dossier *dossier, const struct counted *counted)
{
    for (int family = 0; family < FAMILY_MAX_; family++) {
        const struct world_log *log = &sim->world->logs[family][counted->partition];
        for (size_t i = 0; i < log->count; i++)
            if (gives(sim, dossier, record_value(&log->records[i]), counted))
                return;
    }
    WRONG_IN(sim,
        "the record at partition %d, offset %lld counts and was decided on anything but "
        "the history before it",
        counted->partition, (long long)counted->offset);
}

static void fold_one(struct sim *sim, struct anew *anew, const struct counted *counted)
{
    const struct dossier *before = anew->dossiers[counted->person];
    struct event event;
    struct folded folded;
    MUST(codec_read_event(sim->parts->registry, counted->bytes, anew->arena, &event) == FRAME_OK);
    judge_decision(sim, before, counted);
    sim->tally->events[event.type]++;
    const struct fold_input input = {&event, counted->bytes, false};
    MUST(fold_record(before, &input, anew->arena, &folded).act == RES_OK);
    EXPECT(sim, folded.ruling == RULING_COUNTS, "a reader rules a record that counts: %s",
        ruling_text(folded.ruling));
    anew->dossiers[counted->person] = folded.after;
    struct project_record record = {
        counted->partition, counted->offset, counted->bytes, &event, folded.after->seen_version};
    MUST(project_log(sim->parts->projection, &record, anew->arena, &anew->rows.rows).act == RES_OK);
}

static struct view pack(struct anew *anew, const struct dossier *dossier)
{
    CLEANUP(buf_done) struct buf out = {0};
    MUST(fold_pack(dossier, &out).act == RES_OK);
    return arena_copy(anew->arena, buf_as_view(&out));
}

static int by_id(const void *a, const void *b)
{
    return uuid_cmp(*(const struct uuid *)a, *(const struct uuid *)b);
}

static void rows_anew(struct sim *sim, struct anew *anew)
{
    const struct projection *projection = sim->parts->projection;
    struct uuid sorted[PEOPLE];
    memcpy(sorted, sim->parts->people, sizeof(sorted));
    qsort(sorted, PEOPLE, sizeof(sorted[0]), by_id);
    for (int i = 0; i < PEOPLE; i++) {
        int n = sim_person(sim, sorted[i]);
        if (anew->dossiers[n]->version == 0)
            continue;
        const struct project_dossier of = {anew->dossiers[n], anew->packed[n]};
        MUST(project_state(projection, &of, anew->arena, &anew->rows.rows).act == RES_OK);
    }
    for (size_t t = 0; t < projection_tables(projection); t++)
        rows_sort(projection_table(projection, t), &anew->rows.rows.of[t]);
}

static void judge_rows(struct sim *sim, const struct anew *anew)
{
    const struct projection *projection = sim->parts->projection;
    for (size_t t = 0; t < projection_tables(projection); t++) {
        const struct table *table = projection_table(projection, t);
        const struct row_list *is = &sim->rows.rows.of[t], *must = &anew->rows.rows.of[t];
        EXPECT(sim, is->count == must->count, "table %s has %zu rows, made anew %zu", table->name,
            is->count, must->count);
        for (size_t i = 0; i < is->count; i++) {
            int column = row_differs(table, is->items[i], must->items[i]);
            EXPECT(sim, column < 0, "%s.%s is not as made anew", table->name,
                table->columns[column < 0 ? 0 : column].name);
        }
    }
}

static void judge_dossiers(struct sim *sim, const struct anew *anew)
{
    const struct base_state *state = &sim->base->state;
    int64_t records = 0;
    for (size_t i = 0; i < state->dossier_count; i++) {
        const struct base_dossier *row = &state->dossiers[i];
        int n = sim_person(sim, row->person);
        EXPECT(sim, n >= 0 && view_eq((struct view){row->packed, row->packed_len}, anew->packed[n]),
            "a dossier of the read model is not the fold of what counts");
        records += row->version;
    }
    EXPECT(sim, (size_t)records == sim->law.count && state->effect_count == sim->law.count,
        "%zu records count, %zu had effects", sim->law.count, state->effect_count);
}

static void judge_stored_dossier(
    struct sim *sim, const struct anew *anew, const struct store_port *store, int n)
{
    struct uuid person = sim->parts->people[n];
    struct port_dossier stored = {0};
    bool found = false;
    MUST(store->dossier(store->self, sim_partition(person), person, &stored, &found).act == RES_OK);
    EXPECT(sim,
        found == (anew->dossiers[n]->version > 0) &&
            (!found || view_eq(stored.packed, anew->packed[n])),
        "a decider remembers another dossier than the fold of what counts");
}

/* What the owner of a partition remembers of it, once it has come to the end. */
static void judge_store(
    struct sim *sim, const struct anew *anew, enum family family, int32_t partition)
{
    struct member *owner = sim_owner(sim, family, partition);
    struct store_port store = world_store_port(owner);
    for (int n = 0; n < PEOPLE; n++)
        if (sim_partition(sim->parts->people[n]) == partition)
            judge_stored_dossier(sim, anew, &store, n);
    for (size_t i = 0; i < sim->law.count; i++) {
        const struct counted *counted = &sim->law.counted[i];
        bool answered = counted->partition != partition;
        if (!answered)
            MUST(store
                     .answered(store.self, partition, sim->parts->people[counted->person],
                         counted->id, &answered)
                     .act == RES_OK);
        EXPECT(sim, answered, "a decider of family %d forgot that an id is answered", family);
    }
}

void sim_judge(struct sim *sim)
{
    struct anew anew = {.arena = sim->parts->judge};
    arena_clear(anew.arena);
    anew.rows = model_new(sim->parts->projection, anew.arena);
    for (int n = 0; n < PEOPLE; n++)
        anew.dossiers[n] = dossier_empty(anew.arena);
    for (size_t i = 0; i < sim->law.count; i++)
        fold_one(sim, &anew, &sim->law.counted[i]);
    for (int n = 0; n < PEOPLE; n++)
        anew.packed[n] = pack(&anew, anew.dossiers[n]);
    rows_anew(sim, &anew);
    judge_dossiers(sim, &anew);
    judge_rows(sim, &anew);
    for (int family = 0; family < FAMILY_MAX_ && !sim->schedule->loud; family++)
        for (int32_t p = 0; p < WORLD_PARTITIONS; p++)
            judge_store(sim, &anew, (enum family)family, p);
    sim_judge_commands(sim);
}
