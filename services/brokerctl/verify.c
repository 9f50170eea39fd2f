#include "brokerctl/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "daemon/fold.h"
#include "daemon/intake.h"

res_t verify_differs(struct verify *verify, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!verify->differs) {
        printf("different: ");
        vprintf(format, args);
        printf("\n");
    }
    va_end(args);
    verify->differs = true;
    return REJECT("not equal");
}

res_t verify_pack_anew(struct verify *verify, struct arena *arena, struct view *packed)
{
    CLEANUP(buf_done) struct buf anew = {0};
    struct dossier *dossier = NULL;
    if (codec_read_dossier(verify->registry, *packed, arena, &dossier) != FRAME_OK)
        return RES_DONE;
    TRY(fold_pack(dossier, &anew));
    struct view copy = arena_copy(arena, buf_as_view(&anew));
    if (copy.ptr == NULL)
        return FATAL("no room for a dossier that is compared");
    *packed = copy;
    return RES_DONE;
}

/* --- one record --------------------------------------------------------------------------------*/

static res_t remember(struct verify *verify, const struct folded *folded, struct uuid id)
{
    CLEANUP(buf_done) struct buf packed = {0};
    const struct dossier *after = folded->after;
    TRY(fold_pack(after, &packed));
    struct known known = {after->person, after->version, after->history, buf_as_view(&packed)};
    people_put(verify->people, &known);
    people_put(verify->everybody, &(struct known){.person = after->person, .version = 1});
    answer_put(verify->people, (struct uuid[2]){after->person, id}, after->version);
    return RES_DONE;
}

/* The record again, where it lives as long as the rows that are made of it. */
static res_t project(
    struct verify *verify, const struct port_record *record, const struct folded *folded)
{
    struct port_record kept = *record;
    struct event event;
    kept.value = arena_copy(verify->chunk, record->value);
    if (kept.value.ptr == NULL ||
        intake_event(verify->registry, &kept, verify->chunk, &event) != INTAKE_OK)
        return FATAL("no room for the rows that are compared");
    struct event *lasting = ARENA_NEW(verify->chunk, struct event);
    if (lasting == NULL)
        return FATAL("no room for the rows that are compared");
    *lasting = event;
    struct project_record row = {
        record->partition, record->offset, kept.value, lasting, folded->after->seen_version};
    return verify_pg_record(verify, &row);
}

static res_t counted(struct verify *verify, const struct port_record *record,
    const struct event *event, const struct folded *folded)
{
    const struct meta *meta = event_meta(event);
    verify->counted++;
    if (verify->pg != NULL && record->offset < verify->pg_next[record->partition])
        TRY(project(verify, record, folded));
    return remember(verify, folded, meta->id);
}

static res_t rule(
    struct verify *verify, const struct port_record *record, const struct event *event)
{
    const struct meta *meta = event_meta(event);
    const struct known *known = people_find(verify->people, meta->person);
    const struct dossier *before = NULL;
    if (known != NULL)
        TRY(fold_unpack(verify->registry, known->packed, verify->record, &before));
    struct fold_input input = {
        event, record->value, answer_find(verify->people, meta->person, meta->id) != 0};
    struct folded folded;
    TRY(fold_record(before, &input, verify->record, &folded));
    if (ruling_stops(folded.ruling))
        return verify_differs(verify,
            "the log itself, %" PRId32 ":%" PRId64 ", person %s: %s: "
            "version %" PRId64 " after %" PRId64,
            record->partition, record->offset, uuid_text(meta->person).text,
            ruling_text(folded.ruling), meta->version, folded.before_version);
    if (folded.ruling == RULING_COUNTS)
        return counted(verify, record, event, &folded);
    verify->ignored++;
    return RES_DONE;
}

static res_t take(struct verify *verify, const struct kafka_record *from)
{
    struct port_record record = {.partition = from->partition,
        .offset = from->offset,
        .key = from->key,
        .value = from->value};
    struct event event;
    arena_clear(verify->record);
    verify->records++;
    switch (intake_event(verify->registry, &record, verify->record, &event)) {
    case INTAKE_OK:
        return rule(verify, &record, &event);
    case INTAKE_CORRUPT:
        verify->unreadable++;
        return RES_DONE;
    case INTAKE_UPGRADE:
        return FATAL("the log holds a schema that this program does not know: upgrade it");
    case INTAKE_NO_ROOM:
        break;
    }
    return FATAL("a record does not fit into memory");
}

/* --- one partition -----------------------------------------------------------------------------*/

struct target {
    struct verify_store *store; /* NULL: Postgres */
    int64_t at;
    bool done;
};
struct replay {
    struct verify *verify;
    struct progress *progress;
    int32_t partition;
    struct target targets[STORES_MAX + 1];
    size_t count;
};

static res_t targets_of(struct replay *replay)
{
    struct verify *verify = replay->verify;
    if (verify->pg != NULL)
        replay->targets[replay->count++] =
            (struct target){NULL, verify->pg_next[replay->partition], false};
    for (size_t i = 0; i < verify->store_count; i++) {
        int64_t at = -1;
        TRY(verify_store_position(&verify->stores[i], replay->partition, &at));
        if (at >= 0)
            replay->targets[replay->count++] = (struct target){&verify->stores[i], at, false};
    }
    for (size_t i = 0; i < replay->count; i++)
        if (replay->targets[i].at > verify->stream.high[replay->partition])
            return verify_differs(verify,
                "%s has read partition %" PRId32 " to %" PRId64 ", but the log ends at %" PRId64,
                replay->targets[i].store == NULL ? "postgres" : replay->targets[i].store->name,
                replay->partition, replay->targets[i].at, verify->stream.high[replay->partition]);
    return RES_DONE;
}

/* Compares whoever stands at or before `offset`. */
static res_t come_to(struct replay *replay, int64_t offset)
{
    for (size_t i = 0; i < replay->count; i++) {
        struct target *target = &replay->targets[i];
        if (target->done || target->at > offset)
            continue;
        target->done = true;
        if (target->store == NULL)
            TRY(verify_pg_people(replay->verify));
        else
            TRY(verify_store_compare(replay->verify, target->store, replay->partition));
    }
    return RES_DONE;
}

static res_t replay_record(void *owner, const struct kafka_record *record)
{
    struct replay *replay = owner;
    TRY(come_to(replay, record->offset));
    TRY(take(replay->verify, record));
    progress_to(replay->progress, replay->verify->records);
    return RES_DONE;
}

static res_t replay_partition(struct verify *verify, int32_t partition, struct progress *progress)
{
    struct replay replay = {.verify = verify, .progress = progress, .partition = partition};
    people_clear(verify->people);
    TRY(targets_of(&replay));
    if (verify->stream.low[partition] > 0)
        return verify_differs(verify,
            "the log itself, partition %" PRId32 ": begins at %" PRId64
            ", not at 0: records were deleted",
            partition, verify->stream.low[partition]);
    struct stream_reading reading = {.from = {{partition, verify->stream.low[partition]}},
        .count = 1,
        .each = replay_record,
        .owner = &replay};
    TRY(stream_read(&verify->stream, &reading));
    TRY(come_to(&replay, INT64_MAX));
    verify->persons += (int64_t)people_count(verify->people);
    return RES_DONE;
}

/* --- the whole ---------------------------------------------------------------------------------*/

static res_t verify_open(struct verify *verify)
{
    verify->fixed = arena_new((size_t)16 << 20);
    verify->record = arena_new((size_t)64 << 20);
    verify->chunk = arena_new((size_t)1 << 30);
    verify->people = people_new();
    verify->everybody = people_new();
    TRY(codec_registry_new(&verify->registry));
    verify->projection = projection_new(verify->fixed);
    MUST(verify->projection != NULL && projection_tables(verify->projection) <= TABLES_MAX);
    verify->writer = row_writer_new(verify->projection);
    /* Whoever is compared is looked at first: the end of the log, asked later, lies beyond. */
    if (!verify->no_stores)
        TRY(verify_stores_open(verify));
    TRY(stream_open(verify->ctl, STREAM_TOPIC, &verify->stream));
    if (verify->no_postgres)
        return RES_DONE;
    TRY(verify_pg_open(verify));
    /* Postgres may have gone on since the log's end was asked for. */
    stream_close(&verify->stream);
    return stream_open(verify->ctl, STREAM_TOPIC, &verify->stream);
}

static void verify_close(struct verify *verify)
{
    stream_close(&verify->stream);
    verify_stores_close(verify);
    pg_close(verify->pg);
    row_writer_free(verify->writer);
    people_free(verify->people);
    people_free(verify->everybody);
    codec_registry_free(verify->registry);
    arena_free(verify->fixed);
    arena_free(verify->record);
    arena_free(verify->chunk);
}

static res_t verify_all(struct verify *verify)
{
    struct progress progress = {.what = "replaying"};
    for (int32_t i = 0; i < verify->stream.partitions; i++)
        progress.total += verify->stream.high[i] - verify->stream.low[i];
    res_t res = RES_DONE;
    for (int32_t i = 0; res.act == RES_OK && i < verify->stream.partitions; i++)
        res = replay_partition(verify, i, &progress);
    progress_end(&progress);
    if (res.act == RES_OK && verify->pg != NULL)
        res = verify_pg_totals(verify);
    return res;
}

static void report(const struct verify *verify)
{
    printf("log: %" PRId32 " partitions, %" PRId64 " records: %" PRId64 " count, %" PRId64
           " ignored, %" PRId64 " unreadable; %" PRId64 " people\n",
        verify->stream.partitions, verify->records, verify->counted, verify->ignored,
        verify->unreadable, verify->persons);
    int64_t rows = 0, behind = 0;
    for (size_t t = 0; t < TABLES_MAX; t++)
        rows += verify->expected[t];
    for (int32_t i = 0; i < verify->stream.partitions; i++)
        behind += verify->stream.high[i] - verify->pg_next[i];
    if (verify->pg != NULL)
        printf("postgres: equal, %" PRId64 " rows, %" PRId64 " records behind the log\n", rows,
            behind);
    for (size_t i = 0; i < verify->store_count; i++)
        printf("store %s: equal, %" PRId64 " dossiers, %" PRId64 " answers\n",
            verify->stores[i].name, verify->stores[i].dossiers, verify->stores[i].answers);
    printf("equal\n");
}

int verify_run(const struct ctl *ctl)
{
    struct verify verify = {.ctl = ctl};
    const struct ctl_option options[] = {
        {"no-stores", "leave the deciders' stores (RB_STATE) out", .flag = &verify.no_stores},
        {"no-postgres", "leave the read model out", .flag = &verify.no_postgres},
    };
    struct ctl_args args = {.options = options, .option_count = ARRAY_LEN(options)};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    res_t res = verify_open(&verify);
    if (res.act == RES_OK)
        res = verify_all(&verify);
    if (verify.differs)
        code = CTL_DIFFERENT;
    else if (res.act != RES_OK)
        code = ctl_fail_res(ctl, res);
    else
        report(&verify);
    verify_close(&verify);
    return code;
}
