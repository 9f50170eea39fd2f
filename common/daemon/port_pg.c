#include "daemon/port_pg.h"

#include "base/arena.h"
#include "obs/log.h"
#include "pg/pipe.h"

#include <stdlib.h>
#include <string.h>

struct port_pg {
    struct port_pg_conf conf;
    struct pg *pg;     /* NULL: not connected */
    struct pg *reader; /* for load, which may be asked while a transaction is under way. Likewise */
    bool in_transaction, committing;
    bool live_set, live;
    int64_t identity;           /* of the tables, as connected */
    struct pg_array a, b, c, d; /* parameters, used again */
};

struct port_pg *port_pg_new(const struct port_pg_conf *conf)
{
    struct port_pg *self = calloc(1, sizeof(*self));
    MUST(self != NULL);
    self->conf = *conf;
    return self;
}

static void arrays_done(struct port_pg *self)
{
    pg_array_done(&self->a);
    pg_array_done(&self->b);
    pg_array_done(&self->c);
    pg_array_done(&self->d);
}

void port_pg_free(struct port_pg *self)
{
    if (self == NULL)
        return;
    pg_close(self->pg);
    pg_close(self->reader);
    arrays_done(self);
    free(self);
}

static void drop(struct port_pg *self)
{
    pg_close(TAKE(self->pg));
    pg_close(TAKE(self->reader)); /* it knows no more of the database than the other */
    self->in_transaction = self->committing = false;
}

static res_t identify(struct port_pg *self)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(self->pg, &self->conf.sql.identity, NULL, &rows));
    self->identity = pg_int(rows, 0, 0);
    return pg_rows_ok(rows);
}

static res_t connect(struct port_pg *self)
{
    if (self->pg != NULL && !pg_broken(self->pg))
        return RES_DONE;
    drop(self);
    TRY(pg_open(&self->conf.pg, &self->pg));
    self->live_set = false;
    res_t res = self->conf.ready == NULL ? RES_DONE : self->conf.ready(self->conf.owner, self->pg);
    if (res.act == RES_OK)
        res = identify(self);
    if (res.act != RES_OK)
        drop(self);
    return res;
}

static res_t connect_reader(struct port_pg *self)
{
    if (self->reader != NULL)
        return RES_DONE;
    TRY(pg_open(&self->conf.pg, &self->reader));
    return self->conf.reading == NULL ? RES_DONE
                                      : self->conf.reading(self->conf.owner, self->reader);
}

/* The connection stays only where the server is still in step with us. */
static res_t failed(struct port_pg *self, res_t res)
{
    if (res.act != RES_OK)
        drop(self);
    return res;
}

static res_t read_claims(struct pg_rows *rows, size_t count, struct database_position *ret)
{
    if ((size_t)pg_rows_count(rows) != count)
        return FATAL("a partition could not be claimed");
    for (int i = 0; i < pg_rows_count(rows); i++)
        ret[i] = (struct database_position){
            (int32_t)pg_int(rows, i, 0), pg_int(rows, i, 1), pg_int(rows, i, 2)};
    return pg_rows_ok(rows);
}

static res_t claim_in(struct port_pg *self, struct database_position *ret)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    struct pg_params params = {0};
    enum pg_commit commit;
    pg_put_array(&params, &self->a);
    TRY(pg_begin(self->pg));
    TRY(pg_exec(self->pg, &self->conf.sql.claim, &params, &rows));
    TRY(read_claims(rows, self->a.count, ret));
    return pg_commit(self->pg, &commit);
}

static res_t claim(
    void *owner, const int32_t *partitions, size_t count, struct database_position *ret)
{
    struct port_pg *self = owner;
    TRY(connect(self));
    pg_array_done(&self->a);
    pg_array_init(&self->a, PG_INT4, 0);
    for (size_t i = 0; i < count; i++)
        pg_array_int4(&self->a, partitions[i]);
    /* A claim whose commit is unknown costs an epoch, no more: the next one reads again. */
    res_t res = failed(self, claim_in(self, ret));
    return res;
}

static res_t load_dossiers(struct pg_rows *rows, const struct database_wanted *wanted,
    struct arena *arena, struct database_loaded *ret)
{
    for (int i = 0; i < pg_rows_count(rows); i++) {
        size_t at = (size_t)pg_int(rows, i, 0) - 1;
        if (at >= wanted->person_count)
            return FATAL("the query of dossiers gives an index that was not asked for");
        if (pg_is_null(rows, i, 3)) {
            ret->person_count = at < ret->person_count ? at : ret->person_count;
            continue;
        }
        ret->dossiers[at] = (struct port_dossier){
            pg_int(rows, i, 1), pg_digest(rows, i, 2), arena_copy(arena, pg_bytes(rows, i, 3))};
        if (ret->dossiers[at].packed.ptr == NULL)
            return FATAL("no room for a batch's dossiers");
    }
    return pg_rows_ok(rows);
}

static res_t load_answers(
    struct pg_rows *rows, const struct database_wanted *wanted, struct database_loaded *ret)
{
    for (int i = 0; i < pg_rows_count(rows); i++) {
        size_t at = (size_t)pg_int(rows, i, 0) - 1;
        if (at >= wanted->answer_count)
            return FATAL("the query of answers gives an index that was not asked for");
        ret->answered[at] = true;
    }
    return pg_rows_ok(rows);
}

static void fill_wanted(struct port_pg *self, const struct database_wanted *wanted)
{
    arrays_done(self);
    pg_array_init(&self->a, PG_UUID, 0);
    pg_array_init(&self->b, PG_UUID, 0);
    pg_array_init(&self->c, PG_UUID, 0);
    for (size_t i = 0; i < wanted->person_count; i++)
        pg_array_uuid(&self->a, wanted->persons[i]);
    for (size_t i = 0; i < wanted->answer_count; i++) {
        pg_array_uuid(&self->b, wanted->answer_persons[i]);
        pg_array_uuid(&self->c, wanted->answer_ids[i]);
    }
}

/* Both queries in one round trip. */
static res_t load_in(struct port_pg *self, const struct database_wanted *wanted,
    struct arena *arena, struct database_loaded *ret)
{
    struct pg_ask asks[2] = {{.sql = &self->conf.sql.dossiers}, {.sql = &self->conf.sql.answers}};
    fill_wanted(self, wanted);
    pg_put_array(&asks[0].params, &self->a);
    pg_put_int8(&asks[0].params, (int64_t)wanted->dossier_bytes_max);
    pg_put_array(&asks[1].params, &self->b);
    pg_put_array(&asks[1].params, &self->c);
    TRY(pg_ask_all(self->reader, asks, ARRAY_LEN(asks)));
    CLEANUP(pg_rows_free_p) struct pg_rows *dossiers = asks[0].rows;
    CLEANUP(pg_rows_free_p) struct pg_rows *answers = asks[1].rows;
    TRY(load_dossiers(dossiers, wanted, arena, ret));
    return load_answers(answers, wanted, ret);
}

static res_t load(void *owner, const struct database_wanted *wanted, struct arena *arena,
    struct database_loaded *ret)
{
    struct port_pg *self = owner;
    ret->dossiers = arena_array(arena, wanted->person_count, sizeof(*ret->dossiers));
    ret->answered = arena_array(arena, wanted->answer_count, sizeof(*ret->answered));
    ret->person_count = wanted->person_count;
    if (ret->dossiers == NULL || ret->answered == NULL)
        return FATAL("no room for a batch's dossiers");
    res_t res = connect_reader(self);
    if (res.act == RES_OK)
        res = load_in(self, wanted, arena, ret);
    if (res.act != RES_OK)
        pg_close(TAKE(self->reader));
    return res;
}

/* Session setting, so that the pipelined transaction needs no statement of its own for it. */
static res_t set_live(struct port_pg *self, bool live)
{
    if (self->live_set && self->live == live)
        return RES_DONE;
    TRY(pg_run(self->pg, live ? "SET synchronous_commit = on" : "SET synchronous_commit = off"));
    self->live_set = true;
    self->live = live;
    return RES_DONE;
}

static res_t begin_in(
    struct port_pg *self, const struct database_move *moves, size_t count, bool live)
{
    struct pg_params params = {0};
    arrays_done(self);
    pg_array_init(&self->a, PG_INT4, 0);
    pg_array_init(&self->b, PG_INT8, 0);
    pg_array_init(&self->c, PG_INT8, 0);
    pg_array_init(&self->d, PG_INT8, 0);
    for (size_t i = 0; i < count; i++) {
        pg_array_int4(&self->a, moves[i].partition);
        pg_array_int8(&self->b, moves[i].epoch);
        pg_array_int8(&self->c, moves[i].from);
        pg_array_int8(&self->d, moves[i].next);
    }
    pg_put_array(&params, &self->a);
    pg_put_array(&params, &self->b);
    pg_put_array(&params, &self->c);
    pg_put_array(&params, &self->d);
    TRY(set_live(self, live));
    TRY(pg_pipe_begin(self->pg));
    self->in_transaction = true;
    return pg_pipe_send(self->pg, &self->conf.sql.move, &params);
}

static res_t begin(void *owner, const struct database_move *moves, size_t count, bool live,
    struct database_tx **ret)
{
    struct port_pg *self = owner;
    TRY(connect(self));
    TRY(failed(self, begin_in(self, moves, count, live)));
    *ret = (struct database_tx *)self->pg;
    return RES_DONE;
}

static void rollback(void *owner)
{
    struct port_pg *self = owner;
    if (self->pg == NULL || !self->in_transaction)
        return;
    bool committing = self->committing;
    self->in_transaction = self->committing = false;
    if (committing || pg_pipe_rollback(self->pg).act != RES_OK)
        drop(self);
}

static void commit_start(void *owner)
{
    struct port_pg *self = owner;
    self->committing = true;
    (void)!pg_pipe_commit_start(self->pg).act; /* what failed shows at commit */
}

static void push(void *owner)
{
    struct port_pg *self = owner;
    if (self->in_transaction)
        (void)!pg_pipe_push(self->pg).act; /* likewise */
}

/* The move is the transaction's first statement: its row locks hold off any other owner until the
 * end, and where it does not move each position the server goes no further. */
static bool not_ours(const struct port_pg *self)
{
    return !pg_broken(self->pg) && strcmp(pg_fault(self->pg)->sqlstate, PORT_PG_NOT_MOVED) == 0;
}

/* Somebody else claimed the positions, or all tables were swapped for others. Which: a new
 * connection sees it. */
static enum database_commit who_moved(struct port_pg *self)
{
    int64_t before = self->identity;
    drop(self);
    return connect(self).act == RES_OK && self->identity != before ? DATABASE_REPLACED
                                                                   : DATABASE_NOT_OURS;
}

static res_t commit(void *owner, enum database_commit *ret)
{
    struct port_pg *self = owner;
    enum pg_commit answer = PG_ROLLED_BACK;
    res_t res = pg_pipe_commit(self->pg, &answer);
    self->in_transaction = self->committing = false;
    *ret = answer == PG_COMMITTED ? DATABASE_COMMITTED
           : answer == PG_UNKNOWN ? DATABASE_UNKNOWN
                                  : DATABASE_ROLLED_BACK;
    if (answer == PG_COMMITTED)
        return RES_DONE;
    if (answer == PG_ROLLED_BACK && not_ours(self)) {
        *ret = who_moved(self);
        return RES_DONE;
    }
    drop(self);
    if (answer == PG_UNKNOWN)
        return RES_DONE;
    return res;
}

struct database_port port_pg(struct port_pg *self)
{
    return (struct database_port){.self = self,
        .claim = claim,
        .load = load,
        .begin = begin,
        .commit_start = commit_start,
        .push = push,
        .commit = commit,
        .rollback = rollback};
}

struct pg *port_pg_connection(struct database_tx *tx)
{
    return (struct pg *)tx;
}
