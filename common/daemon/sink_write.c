/* A ruled batch into the database, with the positions, in one transaction. */
#include "daemon/sink_impl.h"

#include "obs/crash.h"
#include "obs/log.h"

enum { AWAY_US = 100000, NOT_OURS_US = 1000000 };

static void stored(struct sink *sink, const struct sink_attempt *attempt)
{
    for (size_t i = 0; i < attempt->batch.move_count; i++) {
        const struct database_move *move = &attempt->moves[i];
        sink->parts[move->partition].stored = move->next;
    }
    sink->stats.batches++;
    sink->stats.counted += (int64_t)attempt->batch.record_count;
}

static void sent(struct sink *sink, const struct sink_attempt *attempt)
{
    for (size_t i = 0; i < attempt->batch.move_count; i++)
        sink->parts[attempt->moves[i].partition].sent = attempt->moves[i].next;
}

/* What a failed call on the database leaves: RETRY becomes a rollback that is tried again. */
static res_t failed(struct sink *sink, res_t res, enum database_commit *commit)
{
    if (res.act == RES_OK)
        return RES_DONE;
    if (sink->flight == NULL) /* else nothing was begun, and that goes on */
        sink->ports.database.rollback(sink->ports.database.self);
    if (res.act != RES_RETRY)
        return res;
    log_res(res);
    *commit = *commit == DATABASE_UNKNOWN ? DATABASE_UNKNOWN : DATABASE_ROLLED_BACK;
    return RES_DONE;
}

/* Not committed, and not the same again: the stored positions say where to go on. */
static void claim_again(struct sink *sink, enum database_commit commit)
{
    switch (commit) {
    case DATABASE_NOT_OURS:
        sink->stats.ownership_lost++;
        log_line(LEVEL_WARN, "sink.not-ours");
        /* Somebody else claimed: the group will say so; claiming at once would only fight. */
        sink_claim_again(sink, NOT_OURS_US);
        return;
    case DATABASE_REPLACED:
        log_line(LEVEL_INFO, "sink.database-replaced");
        sink_claim_again(sink, 0);
        return;
    case DATABASE_UNKNOWN:
        sink->stats.unknown_commits++;
        log_line(LEVEL_WARN, "sink.commit-unknown");
        sink_claim_again(sink, 0);
        return;
    case DATABASE_COMMITTED:
    case DATABASE_ROLLED_BACK:
    default:
        sink->stats.retries++;
        sink_claim_again(sink, AWAY_US);
    }
}

res_t sink_settle(struct sink *sink, bool *ret_fine)
{
    struct database_port *database = &sink->ports.database;
    struct sink_work *flight = TAKE(sink->flight);
    enum database_commit commit = DATABASE_COMMITTED;
    *ret_fine = true;
    if (flight == NULL)
        return RES_DONE;
    TRY(failed(sink, database->commit(database->self, &commit), &commit));
    *ret_fine = commit == DATABASE_COMMITTED;
    if (*ret_fine)
        stored(sink, &flight->attempt);
    else
        claim_again(sink, commit);
    arena_clear(flight->arena);
    return RES_DONE;
}

static res_t begin(struct sink *sink)
{
    struct database_port *database = &sink->ports.database;
    const struct sink_batch *batch = &sink->hand->attempt.batch;
    struct database_tx *tx = NULL;
    TRY(database->begin(database->self, batch->moves, batch->move_count, batch->live, &tx));
    return sink->conf.apply(sink->conf.owner, batch, tx);
}

/* The records that follow are there already: on with them while the database works. */
static res_t take_off(struct sink *sink)
{
    struct database_port *database = &sink->ports.database;
    struct sink_work *work = sink->hand;
    TRY(begin(sink));
    database->commit_start(database->self);
    CRASH_POINT("in-commit");
    sent(sink, &work->attempt);
    sink->flight = work;
    sink_drop_records(sink, work);
    sink->hand = work == &sink->works[0] ? &sink->works[1] : &sink->works[0];
    sink_drop_batch(sink);
    return RES_DONE;
}

static res_t land(struct sink *sink, enum database_commit *ret)
{
    struct database_port *database = &sink->ports.database;
    *ret = DATABASE_ROLLED_BACK;
    TRY(begin(sink));
    CRASH_POINT("before-commit");
    res_t res = database->commit(database->self, ret);
    CRASH_POINT("after-commit");
    return res;
}

static res_t write_and_wait(struct sink *sink)
{
    struct sink_work *work = sink->hand;
    struct halt found = work->attempt.found.why != HALT_NOT ? work->attempt.found : work->found;
    enum database_commit commit = DATABASE_COMMITTED;
    if (work->attempt.batch.move_count > 0) /* else it ends before its first record */
        TRY(failed(sink, land(sink, &commit), &commit));
    if (commit == DATABASE_ROLLED_BACK) {
        sink->stats.retries++;
        sink->retry_at = sink->now + AWAY_US;
        return RES_DONE;
    }
    if (commit != DATABASE_COMMITTED) {
        claim_again(sink, commit);
        return RES_DONE;
    }
    sent(sink, &work->attempt);
    stored(sink, &work->attempt);
    sink_drop_batch(sink);
    return found.why == HALT_NOT ? RES_DONE : halt_now(&sink->halt, &found);
}

static res_t write_ruled(struct sink *sink)
{
    const struct sink_work *work = sink->hand;
    bool more =
        sink->was_full && work->found.why == HALT_NOT && work->attempt.found.why == HALT_NOT;
    bool fine;
    TRY(sink_settle(sink, &fine));
    if (!fine)
        return RES_DONE;
    return more ? take_off(sink) : write_and_wait(sink);
}

res_t sink_write(struct sink *sink)
{
    enum database_commit commit = DATABASE_ROLLED_BACK;
    res_t res = sink_rule(sink);
    if (res.act == RES_OK && sink->conf.prepare != NULL)
        res = sink->conf.prepare(sink->conf.owner, &sink->hand->attempt.batch);
    if (res.act == RES_OK)
        res = write_ruled(sink);
    if (res.act == RES_OK)
        return RES_DONE;
    TRY(failed(sink, res, &commit));
    sink->stats.retries++;
    sink->retry_at = sink->now + AWAY_US;
    return RES_DONE;
}
