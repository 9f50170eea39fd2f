/* rebuild: the read model from nothing, beside the live one, then in its place. Killed at any
 * moment, the live one is untouched (or the swap is done), and the next rebuild of the same program
 * goes on where this one stopped. */
#include "brokerctl/rebuild.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "kafka/admin.h"

enum {
    ASK_MS = 10000,
    STEP_MS = 50,
    CLOSE_ENOUGH = 1000, /* records behind the log's end from which on a swap is tried */
    SWAP_TRIES = 60,
};
#define LOOK_EVERY_US INT64_C(200000)
#define STUCK_US (INT64_C(60) * TIME_US_PER_S)
#define HOLD_US (INT64_C(5) * TIME_US_PER_S) /* the live projector waits no longer for one try */
#define LOOK_WAIT_US (INT64_C(30) * TIME_US_PER_S)
#define DROP_WAIT_US (INT64_C(30) * TIME_US_PER_S)

_Static_assert((int)SWAP_PARTITIONS_MAX == (int)STREAM_PARTITIONS_MAX, "one limit");

struct rebuild {
    const struct ctl *ctl;
    bool anew, no_swap;
    struct kafka_admin *admin;
    struct stream stream; /* bounds, brought up to date now and then */
    struct pg *pg;        /* for everything but the rows */
    struct rebuild_sink *sink;
    struct swap_positions at; /* of the second one, as last asked */
    bool unsure;              /* whether it was swapped */
    int64_t began_us, began_at;
    struct progress progress;
};

/* --- what stands before it ---------------------------------------------------------------------*/

/* Only the very same program goes on with what was begun: another could make other rows. */
static res_t own_mark(struct digest *ret)
{
    struct stat stat;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FATAL("the program cannot read itself");
    void *bytes = fstat(fd, &stat) == 0
                      ? mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
                      : MAP_FAILED;
    (void)close(fd);
    if (bytes == MAP_FAILED)
        return FATAL("the program cannot read itself");
    *ret = sha256((struct view){bytes, (size_t)stat.st_size});
    (void)munmap(bytes, (size_t)stat.st_size);
    return RES_DONE;
}

static int64_t sum(const struct swap_positions *at)
{
    int64_t total = 0;
    for (int32_t i = 0; i < SWAP_PARTITIONS_MAX; i++)
        total += at->next[i];
    return total;
}

static res_t prepare_schema(struct rebuild *rebuild)
{
    struct digest mine, found;
    bool there = false;
    TRY(own_mark(&mine));
    TRY(swap_next_mark(rebuild->pg, &found, &there));
    if (there && !rebuild->anew && digest_eq(mine, found)) {
        TRY(swap_positions(rebuild->pg, SWAP_NEXT, &rebuild->at));
        printf(
            "going on where the last rebuild stopped, at %" PRId64 " records\n", sum(&rebuild->at));
        return RES_DONE;
    }
    TRY(swap_drop(rebuild->pg, SWAP_NEXT, DROP_WAIT_US));
    TRY(swap_next_make(rebuild->pg, mine));
    printf("building from nothing in schema " SWAP_NEXT "\n");
    return RES_DONE;
}

static res_t prepare(struct rebuild *rebuild)
{
    bool alone = false;
    TRY(ctl_pg_open(rebuild->ctl, &rebuild->pg));
    TRY(swap_claim(rebuild->pg, &alone));
    if (!alone)
        return REJECT("another rebuild is at work");
    TRY(swap_allowed(rebuild->pg));
    TRY(swap_drop(rebuild->pg, SWAP_OLD, DROP_WAIT_US));
    TRY(prepare_schema(rebuild));
    (void)fflush(stdout);
    return rebuild_sink_new(rebuild->ctl, rebuild->stream.partitions, &rebuild->sink);
}

/* --- building ----------------------------------------------------------------------------------*/

static res_t look(struct rebuild *rebuild)
{
    struct stream *stream = &rebuild->stream;
    struct kafka_offsets bounds = {STREAM_TOPIC, stream->partitions, stream->low, stream->high};
    TRY(kafka_topic_offsets(rebuild->admin, &bounds, ASK_MS));
    TRY(swap_positions(rebuild->pg, SWAP_NEXT, &rebuild->at));
    rebuild->progress.total = 0;
    for (int32_t i = 0; i < stream->partitions; i++)
        rebuild->progress.total += stream->high[i];
    progress_to(&rebuild->progress, sum(&rebuild->at));
    return RES_DONE;
}

/* A while of steps. */
static res_t work(struct rebuild *rebuild, int64_t for_us)
{
    int64_t until = clock_monotonic() + for_us;
    do {
        TRY(rebuild_sink_step(rebuild->sink, STEP_MS));
    } while (clock_monotonic() < until);
    return RES_DONE;
}

/* Until it is close to the log's end, wherever that is by then. */
static res_t build(struct rebuild *rebuild)
{
    int64_t moved_us = clock_monotonic(), last = -1;
    while (true) {
        TRY(look(rebuild));
        int64_t now = clock_monotonic(), at = sum(&rebuild->at);
        if (rebuild_behind(&rebuild->at, rebuild->stream.high, rebuild->stream.partitions) <=
            CLOSE_ENOUGH)
            return RES_DONE;
        moved_us = at != last ? now : moved_us;
        last = at;
        if (now - moved_us > STUCK_US)
            return RETRY("no record could be projected for a minute");
        TRY(work(rebuild, LOOK_EVERY_US));
    }
}

/* --- the swap ----------------------------------------------------------------------------------*/

/* The live projector is held up: what it has and we have not is little. A batch still under way
 * would hold the second one's positions against the swap, which cannot push it on. */
static res_t reach(struct rebuild *rebuild, const struct swap_positions *live, bool *ret)
{
    int64_t until = clock_monotonic() + HOLD_US;
    *ret = false;
    while (!*ret && clock_monotonic() < until) {
        TRY(rebuild_sink_step(rebuild->sink, STEP_MS));
        TRY(swap_positions(rebuild->pg, SWAP_NEXT, &rebuild->at));
        *ret = rebuild_behind(&rebuild->at, live->next, SWAP_PARTITIONS_MAX) == 0 &&
               rebuild_sink_rests(rebuild->sink);
    }
    return RES_DONE;
}

/* One try. RETRY: not this time. */
static res_t swap_once(struct rebuild *rebuild, int64_t *ret_held_us)
{
    struct swap_positions live;
    bool reached = false;
    TRY(swap_begin(rebuild->pg, &live));
    int64_t began = clock_monotonic();
    res_t res = reach(rebuild, &live, &reached);
    if (res.act != RES_OK || !reached) {
        swap_abort(rebuild->pg);
        return res.act != RES_OK ? res : RETRY("the live read model could not be reached in time");
    }
    res = swap_commit(rebuild->pg);
    *ret_held_us = clock_monotonic() - began;
    return res;
}

static res_t look_once(struct rebuild *rebuild, int64_t id, bool *ret)
{
    bool alone = false;
    pg_close(TAKE(rebuild->pg));
    TRY(ctl_pg_open(rebuild->ctl, &rebuild->pg));
    TRY(swap_claim(rebuild->pg, &alone));
    if (!alone)
        return RETRY("the server is still at the swap");
    return swap_is_done(rebuild->pg, id, ret);
}

/* The connection was lost: what became of the swap, the database says. */
static res_t look_again(struct rebuild *rebuild, int64_t id, bool *ret)
{
    int64_t until = clock_monotonic() + LOOK_WAIT_US;
    res_t res = look_once(rebuild, id, ret);
    rebuild->unsure = true;
    while (res.act == RES_RETRY && clock_monotonic() < until) {
        (void)poll(NULL, 0, STEP_MS);
        res = look_once(rebuild, id, ret);
    }
    rebuild->unsure = res.act != RES_OK;
    return res;
}

static res_t swap(struct rebuild *rebuild)
{
    res_t res = RETRY("no try yet");
    int64_t held_us = 0, id = 0;
    bool done = false;
    TRY(swap_next_id(rebuild->pg, &id));
    for (int i = 0; i < SWAP_TRIES && res.act == RES_RETRY && !pg_broken(rebuild->pg); i++) {
        TRY(build(rebuild));
        res = swap_once(rebuild, &held_us);
        if (res.act == RES_RETRY)
            TRY(work(rebuild, TIME_US_PER_S));
    }
    if (res.act != RES_OK && pg_broken(rebuild->pg))
        TRY(look_again(rebuild, id, &done));
    if (!done)
        TRY(res);
    progress_end(&rebuild->progress);
    printf("swapped: schema read is the rebuilt one; the projector was held up for %" PRId64
           " ms\n",
        held_us / 1000);
    (void)fflush(stdout);
    if (swap_drop(rebuild->pg, SWAP_OLD, DROP_WAIT_US).act != RES_OK)
        printf("schema " SWAP_OLD " is still read by somebody: the next rebuild drops it\n");
    return RES_DONE;
}

/* --- the whole ---------------------------------------------------------------------------------*/

static res_t run(struct rebuild *rebuild)
{
    TRY(prepare(rebuild));
    rebuild->began_us = clock_monotonic();
    rebuild->began_at = sum(&rebuild->at);
    TRY(build(rebuild));
    TRY(swap_analyze(rebuild->pg));
    TRY(build(rebuild)); /* what came meanwhile */
    progress_end(&rebuild->progress);
    CLEANUP(buf_done) struct buf took = {0};
    ctl_put_duration(clock_monotonic() - rebuild->began_us, &took);
    printf("built: %" PRId64 " records in %.*s\n", sum(&rebuild->at) - rebuild->began_at,
        VIEW_ARG(buf_as_view(&took)));
    (void)fflush(stdout);
    if (!rebuild->no_swap)
        return swap(rebuild);
    printf("not swapped: the next rebuild goes on from here\n");
    return RES_DONE;
}

static int failed(const struct rebuild *rebuild, res_t res)
{
    if (rebuild->unsure)
        return ctl_fail(rebuild->ctl, CTL_UNREACHABLE,
            "%s; whether schema read was swapped is not known: it was where schema " SWAP_NEXT
            " is gone",
            res.what);
    const struct halt *halt = rebuild->sink == NULL ? NULL : rebuild_sink_halt(rebuild->sink);
    if (halt != NULL && halt->why != HALT_NOT)
        return ctl_fail(rebuild->ctl, CTL_DIFFERENT,
            "%s at %s %" PRId32 ":%" PRId64 ": %s; schema read is as it was", halt_name(halt->why),
            halt->topic, halt->partition, halt->offset, halt_advice(halt->why));
    return ctl_fail(rebuild->ctl, res.act == RES_REJECT ? CTL_DIFFERENT : CTL_UNREACHABLE,
        "%s; schema read is as it was", res.what);
}

static int rebuild_all(struct rebuild *rebuild)
{
    struct kafka_conf kafka = stream_kafka(rebuild->ctl);
    res_t res = kafka_admin_open(&kafka, &rebuild->admin);
    if (res.act == RES_OK)
        res = stream_open(rebuild->ctl, STREAM_TOPIC, &rebuild->stream);
    if (res.act != RES_OK)
        return ctl_fail_res(rebuild->ctl, res);
    int32_t cut = rebuild_cut(rebuild->stream.low, rebuild->stream.partitions);
    if (cut >= 0)
        return ctl_fail(rebuild->ctl, CTL_DIFFERENT,
            "partition %" PRId32 " of the stream begins at %" PRId64
            ", not at 0: what was deleted would be missing; nothing was done",
            cut, rebuild->stream.low[cut]);
    res = run(rebuild);
    progress_end(&rebuild->progress);
    return res.act == RES_OK ? CTL_OK : failed(rebuild, res);
}

int rebuild_run(const struct ctl *ctl)
{
    struct rebuild rebuild = {.ctl = ctl, .progress = {.what = "projecting"}};
    const struct ctl_option options[] = {
        {"anew", "drop what an earlier rebuild has built", .flag = &rebuild.anew},
        {"no-swap", "build, and leave the swap to the next rebuild", .flag = &rebuild.no_swap},
    };
    struct ctl_args args = {.options = options, .option_count = ARRAY_LEN(options)};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    code = rebuild_all(&rebuild);
    rebuild_sink_free(rebuild.sink);
    stream_close(&rebuild.stream);
    pg_close(rebuild.pg);
    kafka_admin_close(rebuild.admin);
    return code;
}
