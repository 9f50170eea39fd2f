#include "gateway/live.h"

#include "base/clock.h"
#include "gateway/access.h"
#include "gateway/handlers.h"
#include "gateway/live_cursor.h"
#include "gateway/outcome.h"

#include <stdlib.h>
#include <string.h>

enum {
    SUBSCRIBERS_MAX = 5000,
    OF_SESSION_MAX = 4, /* a browser opens six connections to one host at most */
    FACTS_MAX = 2000,   /* in one go; beyond it everybody is told to look again */
    SCOPES_TEXT_MAX = 2048,
};

/* Which parts of which page may change. The script asks for those and compares. */
static const struct live_page {
    const char *path;
    enum actor_kind kind; /* ACTOR_KIND_UNKNOWN: any */
    const char *parts;
} pages[] = {
    {"/referrals/{referral}", ACTOR_KIND_UNKNOWN,
        "status,next,progress,sessions,deadlines,timeline"},
    {"/referrals/{referral}/risk", ACTOR_KIND_UNKNOWN, "alert"},
    {"/today", ACTOR_KIND_PROVIDER, "risk,sessions,record,assign,book"},
    {"/today", ACTOR_KIND_PRACTITIONER, "overdue,mine,changed"},
    {"/cases", ACTOR_KIND_UNKNOWN, "list"},
    {"/flows", ACTOR_KIND_COMMISSIONER, "stages,contracts"},
    {"/outcome/{id}", ACTOR_KIND_UNKNOWN, "state"},
};

struct subscriber {
    struct subscriber *next;
    struct http_stream *stream;
    const struct live_page *page;
    struct uuid person, referral, outcome; /* of the page; zero: a list */
    struct uuid sign_in;
    int64_t until_us; /* clock_now(): the session ends */
    char *scopes;     /* "kind:code\n..." of the reader */
    char *user;
};

struct live {
    struct gateway *gateway;
    struct subscriber *first;
    int64_t count;
    struct positions at;
};

res_t live_new(struct gateway *gateway, struct live **ret)
{
    struct live *live = calloc(1, sizeof(*live));
    if (live == NULL)
        return FATAL("live: no memory");
    live->gateway = gateway;
    *ret = live;
    return RES_DONE;
}

static void drop(struct live *live, struct subscriber **at, const char *reason)
{
    struct subscriber *subscriber = *at;
    *at = subscriber->next;
    live->count--;
    http_stream_end(subscriber->stream, reason);
    free(subscriber->scopes);
    free(subscriber->user);
    free(subscriber);
}

void live_end(struct live *live)
{
    while (live->first != NULL)
        drop(live, &live->first, "shutdown");
}

void live_free(struct live *live)
{
    if (live == NULL)
        return;
    live_end(live);
    free(live);
}

int64_t live_count(const struct live *live)
{
    return live->count;
}

void live_tick(struct live *live)
{
    int64_t now_us = clock_now();
    for (struct subscriber **at = &live->first; *at != NULL;) {
        if (http_stream_gone((*at)->stream))
            drop(live, at, NULL);
        else if ((*at)->until_us <= now_us)
            drop(live, at, "signed-out");
        else
            at = &(*at)->next;
    }
}

void live_sign_out(struct live *live, struct uuid sign_in)
{
    for (struct subscriber **at = &live->first; *at != NULL;) {
        if (uuid_eq((*at)->sign_in, sign_in))
            drop(live, at, "signed-out");
        else
            at = &(*at)->next;
    }
}

static struct view key_of(const struct live *live)
{
    return (struct view){(const char *)live->gateway->cookie_key, COOKIE_KEY_BYTES};
}

static struct view live_cursor(struct live *live, struct arena *arena)
{
    return positions_print(key_of(live), &live->at, arena);
}

/* --- telling ---------------------------------------------------------------------------------*/

static void tell(struct live *live, struct subscriber *subscriber, const char *cursor)
{
    CLEANUP(buf_done) struct buf event = {0};
    (void)live;
    buf_printf(&event, "id: %s\nevent: change\ndata: %s\n\n", cursor, subscriber->page->parts);
    (void)http_stream_send(subscriber->stream, buf_as_view(&event));
}

/* One line of what the fact's referrals are listed under, against the reader's own. */
static bool share_a_line(struct view scopes, const char *mine)
{
    while (scopes.ptr != NULL && scopes.len > 0) {
        struct view line = view_cut(&scopes, '\n');
        for (struct view rest = view_of(mine); rest.ptr != NULL && rest.len > 0;)
            if (view_eq(view_cut(&rest, '\n'), line))
                return true;
    }
    return false;
}

struct change {
    struct uuid person, referral; /* referral zero: of the person */
    struct view scopes;
    bool restricted; /* not everybody who is listed may see the person */
};

static bool concerns(const struct subscriber *subscriber, const struct change *change)
{
    if (!uuid_is_zero(subscriber->outcome))
        return false;
    if (uuid_is_zero(subscriber->referral))
        return share_a_line(change->scopes, subscriber->scopes);
    return uuid_eq(subscriber->person, change->person) &&
           (uuid_is_zero(change->referral) || uuid_eq(subscriber->referral, change->referral));
}

static res_t read_positions(struct live *live, struct positions *ret)
{
    static const struct pg_sql sql = {
        "positions", "SELECT partition, next_offset FROM read.position ORDER BY partition"};
    struct pg *pg;
    TRY(gateway_sql(live->gateway, &pg));
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, NULL, &rows));
    *ret = (struct positions){0};
    for (int i = 0; i < pg_rows_count(rows); i++) {
        int64_t partition = pg_int(rows, i, 0);
        if (partition < 0 || partition >= POSITIONS_MAX)
            return FATAL("live: more partitions than we take");
        ret->next[partition] = pg_int(rows, i, 1);
        if (partition >= ret->count)
            ret->count = (uint32_t)partition + 1;
    }
    return pg_rows_ok(rows);
}

/* The facts from `from` up to `to`, with what their referrals are listed under. */
static res_t read_changes(struct live *live, const struct positions *from,
    const struct positions *to, struct pg_rows **ret)
{
    static const struct pg_sql sql = {"changes",
        "SELECT f.person, f.referral, (SELECT string_agg(DISTINCT s.kind || ':' || s.code, E'\\n')"
        " FROM read.scope s WHERE s.person = f.person"
        " AND (f.referral IS NULL OR s.referral = f.referral)),"
        " EXISTS (SELECT FROM edge.restriction x WHERE x.person = f.person)"
        " FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS p (partition, low, high)"
        " JOIN read.fact f ON f.partition = p.partition AND f.log_offset >= p.low"
        " AND f.log_offset < p.high ORDER BY f.partition, f.log_offset LIMIT $4::bigint"};
    struct pg *pg;
    TRY(gateway_sql(live->gateway, &pg));
    struct pg_array partitions, low, high;
    pg_array_init(&partitions, PG_INT4, 0);
    pg_array_init(&low, PG_INT8, 0);
    pg_array_init(&high, PG_INT8, 0);
    for (uint32_t i = 0; i < to->count; i++) {
        int64_t start = i < from->count ? from->next[i] : 0;
        if (start >= to->next[i])
            continue;
        pg_array_int4(&partitions, (int32_t)i);
        pg_array_int8(&low, start);
        pg_array_int8(&high, to->next[i]);
    }
    struct pg_params params = {0};
    pg_put_array(&params, &partitions);
    pg_put_array(&params, &low);
    pg_put_array(&params, &high);
    pg_put_int8(&params, FACTS_MAX);
    res_t res = pg_exec(pg, &sql, &params, ret);
    pg_array_done(&partitions);
    pg_array_done(&low);
    pg_array_done(&high);
    return res;
}

static struct change change_of(struct pg_rows *rows, int row)
{
    struct change change = {.person = pg_uuid(rows, row, 0),
        .scopes = pg_text(rows, row, 2),
        .restricted = pg_bool(rows, row, 3)};
    if (!pg_is_null(rows, row, 1))
        change.referral = pg_uuid(rows, row, 1);
    return change;
}

/* Is that person's record closed to this reader? */
static res_t is_hidden(
    struct live *live, const struct subscriber *subscriber, struct uuid person, bool *ret)
{
    static const struct pg_sql sql = {"live_hidden", "SELECT edge.is_hidden($1, $2)"};
    struct pg *pg;
    TRY(gateway_sql(live->gateway, &pg));
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    pg_put_text(&params, view_of(subscriber->user));
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, &params, &rows));
    *ret = pg_bool(rows, 0, 0);
    return pg_rows_ok(rows);
}

/* What the changes are to one reader. */
struct news {
    bool told; /* there is something to look at */
    bool lost; /* the page's own referral is not the reader's to see any more */
};
static res_t news_for(
    struct live *live, const struct subscriber *subscriber, struct pg_rows *rows, struct news *ret)
{
    bool of_one = !uuid_is_zero(subscriber->referral);
    *ret = (struct news){.told = pg_rows_count(rows) == FACTS_MAX};
    for (int i = 0; i < pg_rows_count(rows); i++) {
        struct change change = change_of(rows, i);
        bool hidden = false;
        if (!concerns(subscriber, &change))
            continue;
        if (change.restricted)
            TRY(is_hidden(live, subscriber, change.person, &hidden));
        /* A person's fact is listed under all of their referrals. */
        bool seen = !hidden && share_a_line(change.scopes, subscriber->scopes);
        ret->told = ret->told || seen;
        ret->lost = ret->lost || (of_one && !seen);
    }
    return RES_DONE;
}

/* A page that waits for one outcome: a refusal is no fact. */
static res_t outcome_came(struct live *live, struct subscriber *subscriber, bool *ret)
{
    struct outcome outcome;
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    return outcome_find(live->gateway, subscriber->outcome, arena, &outcome, ret);
}

bool live_heard(struct live *live, struct view payload)
{
    if (live->first != NULL)
        return false;
    while (payload.ptr != NULL && payload.len > 0) {
        struct view next = view_cut(&payload, ','), partition = view_cut(&next, ':');
        int64_t at, to;
        if (!view_to_i64(partition, &at) || !view_to_i64(next, &to) || at < 0 ||
            at >= live->at.count)
            return false;
        if (live->at.next[at] < to)
            live->at.next[at] = to;
    }
    return true;
}

res_t live_fetch(struct live *live)
{
    struct positions now;
    TRY(read_positions(live, &now));
    if (positions_same(&live->at, &now))
        return RES_DONE;
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    if (live->first != NULL)
        TRY(read_changes(live, &live->at, &now, &rows));
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    struct view cursor = positions_print(key_of(live), &now, arena);
    for (struct subscriber **at = &live->first; *at != NULL;) {
        struct subscriber *s = *at;
        struct news news;
        TRY(news_for(live, s, rows, &news));
        if (!uuid_is_zero(s->outcome))
            TRY(outcome_came(live, s, &news.told));
        if (news.lost) {
            drop(live, at, "no-access");
            continue;
        }
        if (news.told)
            tell(live, s, cursor.ptr);
        at = &s->next;
    }
    live->at = now;
    return rows == NULL ? RES_DONE : pg_rows_ok(rows);
}

/* --- subscribing -----------------------------------------------------------------------------*/

static char *scopes_text(const struct identity *who)
{
    struct buf text = {.limit = SCOPES_TEXT_MAX};
    if (who->kind == ACTOR_KIND_PROVIDER)
        buf_printf(&text, "organisation:%.*s\n", VIEW_ARG(who->organisation));
    if (who->kind == ACTOR_KIND_PRACTITIONER)
        buf_printf(&text, "practitioner:%.*s\n", VIEW_ARG(who->user));
    for (uint32_t i = 0; i < who->unit_count; i++)
        buf_printf(&text, "%s:%.*s\n", who->kind == ACTOR_KIND_COMMISSIONER ? "contract" : "unit",
            VIEW_ARG(who->units[i]));
    buf_byte(&text, '\0');
    if (text.failed) {
        buf_done(&text);
        return NULL;
    }
    return text.ptr;
}

static const struct live_page *live_page_of(const struct call *page)
{
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        if (strcmp(pages[i].path, page->route->path) == 0 &&
            (pages[i].kind == ACTOR_KIND_UNKNOWN || pages[i].kind == page->who.kind))
            return &pages[i];
    return NULL;
}

struct view live_cursor_of(const struct call *page)
{
    if (page->route == NULL || !identity_known(&page->who) || live_page_of(page) == NULL)
        return VIEW_NONE;
    return live_cursor(page->gateway->live, page->arena);
}

/* The oldest stream of a session makes room for its newest. */
static void make_room(struct live *live, struct uuid sign_in)
{
    struct subscriber **oldest = NULL;
    int count = 0;
    for (struct subscriber **at = &live->first; *at != NULL; at = &(*at)->next)
        if (uuid_eq((*at)->sign_in, sign_in)) {
            oldest = at; /* new ones stand in front */
            count++;
        }
    if (count >= OF_SESSION_MAX)
        drop(live, oldest, "replaced");
}

/* What happened between the page's own queries and now. */
static res_t catch_up(struct live *live, struct subscriber *subscriber, struct view after)
{
    struct positions from;
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    struct news news = {.told = !positions_parse(key_of(live), after, &from)};
    if (!news.told) {
        CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
        TRY(read_changes(live, &from, &live->at, &rows));
        TRY(news_for(live, subscriber, rows, &news));
        TRY(pg_rows_ok(rows));
    }
    if (!uuid_is_zero(subscriber->outcome))
        TRY(outcome_came(live, subscriber, &news.told));
    if (news.told)
        tell(live, subscriber, live_cursor(live, arena).ptr);
    return RES_DONE;
}

static struct subscriber *subscriber_new(struct call *call, const struct call *page)
{
    struct subscriber *subscriber = calloc(1, sizeof(*subscriber));
    char *scopes = scopes_text(&call->who);
    char *user = strndup(call->who.user.ptr, call->who.user.len);
    if (subscriber == NULL || scopes == NULL || user == NULL) {
        free(subscriber);
        free(scopes);
        free(user);
        return NULL;
    }
    *subscriber = (struct subscriber){.page = live_page_of(page),
        .person = page->person,
        .referral = page->referral,
        .outcome = page->id,
        .sign_in = call->who.sign_in,
        .until_us = call->who.until_us,
        .scopes = scopes,
        .user = user};
    return subscriber;
}

/* From here on the request is answered: failures can only end the stream. */
static res_t subscribe(struct call *call, const struct call *page, struct view after)
{
    struct live *live = call->gateway->live;
    struct subscriber *subscriber = subscriber_new(call, page);
    if (subscriber == NULL)
        return RETRY("live: no memory");
    make_room(live, call->who.sign_in);
    subscriber->stream = call_stream(call);
    if (subscriber->stream == NULL) {
        free(subscriber->scopes);
        free(subscriber->user);
        free(subscriber);
        call_free(call);
        return RES_DONE;
    }
    (void)http_stream_send(subscriber->stream, VIEW("event: beat\ndata: 1\n\n"));
    subscriber->next = live->first;
    live->first = subscriber;
    live->count++;
    if (catch_up(live, subscriber, after).act != RES_OK)
        drop(live, &live->first, "try-again");
    call_free(call);
    return RES_DONE;
}

res_t live_handle(struct call *call)
{
    struct http_pairs query = call->request->query;
    struct view last = http_header_get(call->request->headers, "Last-Event-ID");
    struct view after = last.ptr != NULL ? last : http_pair_get(query, "after");
    struct call page = {
        .gateway = call->gateway, .arena = call->arena, .who = call->who, .now_us = call->now_us};
    enum problem_code problem =
        route_find_path(call->gateway->routes, HTTP_GET, http_pair_get(query, "page"), &page);
    if (problem == PROBLEM_MAX_)
        TRY(access_check(&page, &problem));
    if (problem == PROBLEM_MAX_ && !uuid_is_zero(page.id)) {
        struct access_outcome seen;
        TRY(access_outcome(&page, page.id, &seen));
        problem = seen.may ? PROBLEM_MAX_ : PROBLEM_NOT_FOUND;
    }
    if (problem == PROBLEM_MAX_ && live_page_of(&page) == NULL)
        problem = PROBLEM_NOT_FOUND;
    bool full = call->gateway->draining || call->gateway->live->count >= SUBSCRIBERS_MAX;
    if (problem == PROBLEM_MAX_ && full)
        problem = PROBLEM_BUSY;
    if (problem != PROBLEM_MAX_) {
        call_problem_code(call, problem);
        return RES_DONE;
    }
    return subscribe(call, &page, after);
}
