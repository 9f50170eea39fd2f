#include "gateway/outcome.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    SENT_MAX = 16384,
    BUCKETS = 4096,
    JOINED_MAX = 64, /* requests that wait for one command */
    FETCH_BYTES_MAX = 8 * 1024 * 1024,
};
#define KEEP_US (INT64_C(600) * TIME_US_PER_S)

/* A command that was sent: on list `waiting` while somebody waits, then on `kept` for a while, for
 * its status link. Both lists are in order of time: everybody waits equally long. */
struct sent {
    struct sent *bucket_next;
    struct sent *next, *prev;
    struct uuid id, person;
    struct digest hash; /* of the request */
    uint64_t tag;
    int64_t until_us; /* monotonic: 202 while waiting, forgotten while kept */
    struct wait *waits;
    size_t wait_count;
};
struct sent_list {
    struct sent *first, *last;
};

struct outcomes {
    struct gateway *gateway;
    struct sent *buckets[BUCKETS];
    struct sent_list waiting, kept;
    size_t count, wait_count;
    uint64_t tag;
};

#define OUTCOME_COLUMNS                                                                            \
    "person, id, referral, version, seen_version, type, command, code, field, arguments::text,"    \
    " request_hash, (SELECT string_agg(key || E'\\x1f' || value, E'\\x1e' ORDER BY key)"           \
    " FROM jsonb_each_text(arguments))"

static struct outcome outcome_of(struct pg_rows *rows, int row)
{
    struct outcome outcome = {
        .person = pg_uuid(rows, row, 0),
        .id = pg_uuid(rows, row, 1),
        .version = pg_int(rows, row, 3),
        .seen_version = pg_int(rows, row, 4),
        .type = pg_text(rows, row, 5),
        .command = pg_text(rows, row, 6),
        .code = pg_text(rows, row, 7),
        .field = pg_text(rows, row, 8),
        .arguments = pg_text(rows, row, 9),
        .has_hash = !pg_is_null(rows, row, 10),
        .argument_list = pg_text(rows, row, 11),
    };
    if (!pg_is_null(rows, row, 2))
        outcome.referral = pg_uuid(rows, row, 2);
    if (outcome.has_hash)
        outcome.request_hash = pg_digest(rows, row, 10);
    return outcome;
}

const struct pg_sql outcome_by_id = {
    "outcome_find", "SELECT " OUTCOME_COLUMNS " FROM read.outcome WHERE id = $1 LIMIT 1"};

res_t outcome_find(struct gateway *gateway, struct uuid id, struct arena *arena,
    struct outcome *ret, bool *ret_found)
{
    struct pg *pg;
    TRY(gateway_sql(gateway, &pg));
    struct pg_params params = {0};
    pg_put_uuid(&params, id);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &outcome_by_id, &params, &rows));
    return outcome_read(rows, arena, ret, ret_found);
}

res_t outcome_read(struct pg_rows *rows, struct arena *arena, struct outcome *ret, bool *ret_found)
{
    *ret_found = pg_rows_count(rows) > 0;
    if (!*ret_found)
        return RES_DONE;
    struct outcome outcome = outcome_of(rows, 0);
    TRY(pg_rows_ok(rows));
    outcome.type = arena_copy(arena, outcome.type);
    outcome.command = arena_copy(arena, outcome.command);
    outcome.code = arena_copy(arena, outcome.code);
    outcome.field = arena_copy(arena, outcome.field);
    outcome.arguments = arena_copy(arena, outcome.arguments);
    outcome.argument_list = arena_copy(arena, outcome.argument_list);
    *ret = outcome;
    return arena_full(arena) ? RETRY("the request needs more memory than it may") : RES_DONE;
}

res_t outcomes_new(struct gateway *gateway, struct outcomes **ret)
{
    struct outcomes *outcomes = calloc(1, sizeof(*outcomes));
    if (outcomes == NULL)
        return FATAL("outcomes: no memory");
    outcomes->gateway = gateway;
    *ret = outcomes;
    return RES_DONE;
}

static struct sent **bucket_of(struct outcomes *outcomes, struct uuid id)
{
    uint32_t hash;
    memcpy(&hash, id.b + 8, sizeof(hash));
    return &outcomes->buckets[hash % BUCKETS];
}

static struct sent *sent_find(const struct outcomes *outcomes, struct uuid id)
{
    uint32_t hash;
    memcpy(&hash, id.b + 8, sizeof(hash));
    struct sent *sent = outcomes->buckets[hash % BUCKETS];
    while (sent != NULL && !uuid_eq(sent->id, id))
        sent = sent->bucket_next;
    return sent;
}

static void list_add(struct sent_list *list, struct sent *sent)
{
    sent->next = NULL;
    sent->prev = list->last;
    if (list->last != NULL)
        list->last->next = sent;
    else
        list->first = sent;
    list->last = sent;
}

static void list_remove(struct sent_list *list, struct sent *sent)
{
    if (sent->prev != NULL)
        sent->prev->next = sent->next;
    else
        list->first = sent->next;
    if (sent->next != NULL)
        sent->next->prev = sent->prev;
    else
        list->last = sent->prev;
}

static void sent_drop(struct outcomes *outcomes, struct sent *sent)
{
    struct sent **at = bucket_of(outcomes, sent->id);
    while (*at != sent)
        at = &(*at)->bucket_next;
    *at = sent->bucket_next;
    list_remove(sent->wait_count > 0 ? &outcomes->waiting : &outcomes->kept, sent);
    outcomes->count--;
    outcomes->wait_count -= sent->wait_count;
    free(sent->waits);
    free(sent);
}

void outcomes_free(struct outcomes *outcomes)
{
    if (outcomes == NULL)
        return;
    while (outcomes->waiting.first != NULL)
        sent_drop(outcomes, outcomes->waiting.first);
    while (outcomes->kept.first != NULL)
        sent_drop(outcomes, outcomes->kept.first);
    free(outcomes);
}

static struct sent *sent_new(struct outcomes *outcomes, const struct wait *wait)
{
    if (outcomes->count == SENT_MAX && outcomes->kept.first != NULL)
        sent_drop(outcomes, outcomes->kept.first);
    if (outcomes->count == SENT_MAX)
        return NULL;
    struct sent *sent = calloc(1, sizeof(*sent));
    if (sent == NULL)
        return NULL;
    sent->id = wait->id;
    sent->person = wait->person;
    sent->hash = wait->hash;
    struct sent **bucket = bucket_of(outcomes, wait->id);
    sent->bucket_next = *bucket;
    *bucket = sent;
    list_add(&outcomes->kept, sent);
    outcomes->count++;
    return sent;
}

enum wait_begin outcomes_wait(struct outcomes *outcomes, const struct wait *wait, uint64_t *ret_tag)
{
    struct sent *sent = sent_find(outcomes, wait->id);
    /* Another dossier could not know that this id is taken; and who is told to look later would
     * find the first one's outcome, and take it for theirs. */
    if (sent != NULL &&
        (!uuid_eq(sent->person, wait->person) || !digest_eq(sent->hash, wait->hash)))
        return WAIT_FOREIGN;
    if (sent == NULL)
        sent = sent_new(outcomes, wait);
    if (sent == NULL || sent->wait_count == JOINED_MAX)
        return WAIT_BUSY;
    struct wait *waits = realloc(sent->waits, (sent->wait_count + 1) * sizeof(*waits));
    if (waits == NULL)
        return WAIT_BUSY;
    sent->waits = waits;
    bool first = sent->wait_count == 0;
    if (first) {
        list_remove(&outcomes->kept, sent);
        list_add(&outcomes->waiting, sent);
        sent->tag = ++outcomes->tag;
        sent->until_us = clock_monotonic() + outcomes->gateway->conf->wait_us;
    }
    waits[sent->wait_count++] = *wait;
    outcomes->wait_count++;
    *ret_tag = sent->tag;
    return first ? WAIT_FIRST : WAIT_JOINED;
}

static struct sent *find_tag(const struct sent_list *list, uint64_t tag)
{
    struct sent *sent = list->last;
    while (sent != NULL && sent->tag != tag)
        sent = sent->prev;
    return sent;
}

void outcomes_forget(struct outcomes *outcomes, uint64_t tag)
{
    struct sent *sent = find_tag(&outcomes->waiting, tag);
    if (sent != NULL)
        sent_drop(outcomes, sent);
}

/* Moves it to `kept`, then tells everybody who waited: what they do next may drop it. */
static void tell(
    struct outcomes *outcomes, struct sent *sent, enum wait_end end, const struct outcome *outcome)
{
    struct wait *waits = TAKE(sent->waits);
    size_t count = sent->wait_count;
    outcomes->wait_count -= count;
    list_remove(&outcomes->waiting, sent);
    sent->wait_count = 0;
    sent->until_us = clock_monotonic() + KEEP_US;
    list_add(&outcomes->kept, sent);
    if (end != WAIT_LATE)
        sent_drop(outcomes, sent);
    for (size_t i = 0; i < count; i++) {
        bool other = outcome != NULL && outcome->has_hash &&
                     !digest_eq(outcome->request_hash, waits[i].hash);
        waits[i].end(waits[i].owner, other ? WAIT_OTHER : end, outcome);
    }
    free(waits);
}

void outcomes_report(struct outcomes *outcomes, const struct kafka_report *report)
{
    if (report->outcome != KAFKA_NOT_WRITTEN)
        return;
    struct sent *sent = find_tag(&outcomes->waiting, report->tag);
    if (sent != NULL) {
        tell(outcomes, sent, WAIT_NOT_SENT, NULL);
        return;
    }
    /* Its caller had 202 already: the status link now says that there is no such thing. */
    sent = find_tag(&outcomes->kept, report->tag);
    if (sent != NULL)
        sent_drop(outcomes, sent);
}

static res_t fetch_rows(struct outcomes *outcomes, struct pg_rows **ret)
{
    static const struct pg_sql sql = {"outcome_fetch",
        "SELECT " OUTCOME_COLUMNS " FROM read.outcome"
        " WHERE (person, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"};
    struct pg *pg;
    TRY(gateway_sql(outcomes->gateway, &pg));
    struct pg_array persons, ids;
    pg_array_init(&persons, PG_UUID, FETCH_BYTES_MAX);
    pg_array_init(&ids, PG_UUID, FETCH_BYTES_MAX);
    for (struct sent *sent = outcomes->waiting.first; sent != NULL; sent = sent->next) {
        pg_array_uuid(&persons, sent->person);
        pg_array_uuid(&ids, sent->id);
    }
    struct pg_params params = {0};
    pg_put_array(&params, &persons);
    pg_put_array(&params, &ids);
    res_t res = pg_exec(pg, &sql, &params, ret);
    pg_array_done(&persons);
    pg_array_done(&ids);
    return res;
}

res_t outcomes_fetch(struct outcomes *outcomes)
{
    if (outcomes->wait_count == 0)
        return RES_DONE;
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(fetch_rows(outcomes, &rows));
    for (int i = 0; i < pg_rows_count(rows); i++) {
        struct outcome outcome = outcome_of(rows, i);
        struct sent *sent = sent_find(outcomes, outcome.id);
        if (sent != NULL && sent->wait_count > 0)
            tell(outcomes, sent, WAIT_ANSWERED, &outcome);
    }
    return pg_rows_ok(rows);
}

void outcomes_expire(struct outcomes *outcomes, int64_t now_us)
{
    bool all = outcomes->gateway->stopping;
    while (outcomes->waiting.first != NULL && (all || outcomes->waiting.first->until_us <= now_us))
        tell(outcomes, outcomes->waiting.first, WAIT_LATE, NULL);
    while (outcomes->kept.first != NULL && outcomes->kept.first->until_us <= now_us)
        sent_drop(outcomes, outcomes->kept.first);
}

bool outcomes_sent(const struct outcomes *outcomes, struct uuid id, struct uuid *ret_person)
{
    const struct sent *sent = sent_find(outcomes, id);
    if (sent != NULL)
        *ret_person = sent->person;
    return sent != NULL;
}

int64_t outcomes_wake(const struct outcomes *outcomes)
{
    return outcomes->waiting.first == NULL ? INT64_MAX : outcomes->waiting.first->until_us;
}

size_t outcomes_waiting(const struct outcomes *outcomes)
{
    return outcomes->wait_count;
}

struct view outcome_link(struct arena *arena, struct uuid id, const struct digest *request_hash)
{
    char hex[DIGEST_HEX_LEN + 1] = "";
    if (request_hash != NULL)
        digest_hex(*request_hash, hex);
    return arena_printf(arena, "/v1/outcomes/%s%s%s", uuid_text(id).text,
        request_hash == NULL ? "" : "?request=", hex);
}

static int write_refusal(const struct outcome *outcome, struct buf *out)
{
    enum problem_code code = problem_find(outcome->code);
    struct problem_row row = {"refused", 409, "Refused"};
    if (code != PROBLEM_MAX_)
        row = problem_table[code];
    buf_text(out, "{\"type\":\"/problems/");
    buf_view(out, outcome->code);
    buf_text(out, "\",\"title\":");
    codec_json_text(view_of(row.title), out);
    buf_printf(out, ",\"status\":%d,\"code\":", row.status);
    codec_json_text(outcome->code, out);
    if (outcome->field.ptr != NULL) {
        buf_text(out, ",\"field\":");
        codec_json_text(outcome->field, out);
    }
    if (outcome->arguments.ptr != NULL) {
        buf_text(out, ",\"arguments\":");
        buf_view(out, outcome->arguments);
    }
    buf_printf(out, ",\"id\":\"%s\",\"version\":%lld}", uuid_text(outcome->id).text,
        (long long)outcome->version);
    return row.status;
}

int outcome_write(const struct outcome *outcome, struct buf *out)
{
    if (outcome->code.ptr != NULL)
        return write_refusal(outcome, out);
    buf_printf(out, "{\"id\":\"%s\",\"person\":\"%s\"", uuid_text(outcome->id).text,
        uuid_text(outcome->person).text);
    if (!uuid_is_zero(outcome->referral))
        buf_printf(out, ",\"referral\":\"%s\"", uuid_text(outcome->referral).text);
    buf_printf(out, ",\"version\":%lld,\"seenVersion\":%lld,\"type\":", (long long)outcome->version,
        (long long)outcome->seen_version);
    codec_json_text(outcome->type, out);
    buf_text(out, "}");
    return 201;
}
