#include "gateway/live.h"

#include "base/clock.h"
#include "gateway/access.h"
#include "gateway/handlers.h"
#include "gateway/live_changes.h"
#include "obs/log.h"

#include <stdlib.h>
#include <string.h>

enum {
    OF_SESSION_MAX = 4, /* a browser opens six connections to one host at most */
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
    bool answered;                         /* the outcome that the page waits for is there */
    bool due;                              /* that is still to be told */
    struct uuid sign_in;
    int64_t until_us; /* clock_now(): the session ends */
    char *scopes;     /* "kind:code\n..." of the reader */
    char *user;
};

struct live {
    struct gateway *gateway;
    struct subscriber *first;
    int64_t count, count_max;
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

void live_limit(struct live *live, int64_t streams, int64_t connections)
{
    int64_t share = connections - connections / 4;
    live->count_max = streams < share ? streams : share;
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

static bool concerns(const struct subscriber *subscriber, const struct live_change *change)
{
    if (!uuid_is_zero(subscriber->outcome))
        return false;
    if (uuid_is_zero(subscriber->referral))
        return share_a_line(change->scopes, subscriber->scopes);
    return uuid_eq(subscriber->person, change->person) &&
           (uuid_is_zero(change->referral) || uuid_eq(subscriber->referral, change->referral));
}

/* A commissioner sees counts, never a person; who is hidden from them is counted like anybody. */
static bool asked(const struct subscriber *subscriber, const struct live_change *change)
{
    return change->restricted && subscriber->page->kind != ACTOR_KIND_COMMISSIONER;
}

/* Whether what concerns the reader is closed to them, to be sent with everybody's. */
static void ask_for(
    const struct subscriber *subscriber, const struct live_changes *changes, struct live_asks *asks)
{
    for (size_t i = 0; i < changes->count; i++)
        if (concerns(subscriber, &changes->items[i]) && asked(subscriber, &changes->items[i]))
            live_asks_put(asks, changes->items[i].person, view_of(subscriber->user));
}

/* What the changes are to one reader, whose questions are the next to have their answers. */
struct news {
    bool told; /* there is something to look at */
    bool lost; /* the page's own referral is not the reader's to see any more */
};
static struct news news_for(
    const struct subscriber *subscriber, const struct live_changes *changes, struct live_asks *asks)
{
    bool of_one = !uuid_is_zero(subscriber->referral);
    struct news news = {.told = changes->cut};
    for (size_t i = 0; i < changes->count; i++) {
        const struct live_change *change = &changes->items[i];
        if (!concerns(subscriber, change))
            continue;
        /* What was not asked is as what is not known: look again, through the gate. */
        bool hidden = asked(subscriber, change) && live_asks_next(asks) == LIVE_HIDDEN;
        /* A person's fact is listed under all of their referrals. */
        bool listed = share_a_line(change->scopes, subscriber->scopes);
        news.lost = news.lost || (of_one && (hidden || !listed));
        /* A list that somebody was taken from, or put into, is another one. */
        news.told = news.told || (listed && (!hidden || change->judged));
    }
    return news;
}

static bool waits(const struct subscriber *subscriber)
{
    return !uuid_is_zero(subscriber->outcome) && !subscriber->answered;
}

static bool lies_before(const struct positions *at, int64_t partition, int64_t offset)
{
    return partition >= 0 && partition < at->count && offset < at->next[partition];
}

/* Marks the pages, from `first` to before `end`, whose outcome came: a refusal is no fact. What
 * lies before `from` they were told before. */
static res_t outcomes_came(struct live *live, struct subscriber *first,
    const struct subscriber *end, const struct positions *from)
{
    struct pg_array ids;
    pg_array_init(&ids, PG_UUID, 0);
    for (struct subscriber *s = first; s != end; s = s->next)
        if (waits(s))
            pg_array_uuid(&ids, s->outcome);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    res_t res = ids.count == 0 ? RES_DONE : live_outcomes_read(live->gateway, &ids, &rows);
    pg_array_done(&ids);
    TRY(res);
    for (int i = 0; rows != NULL && i < pg_rows_count(rows); i++) {
        struct uuid id = pg_uuid(rows, i, 0);
        bool old = lies_before(from, pg_int(rows, i, 1), pg_int(rows, i, 2));
        for (struct subscriber *s = first; s != end; s = s->next)
            if (waits(s) && uuid_eq(s->outcome, id)) {
                s->answered = true;
                s->due = !old;
            }
    }
    return rows == NULL ? RES_DONE : pg_rows_ok(rows);
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

static void changes_done_p(struct live_changes *changes)
{
    live_changes_done(changes);
}

static void asks_done_p(struct live_asks *asks)
{
    live_asks_done(asks);
}

/* Tells each reader from `first` on what concerns them; ends the streams of those who lost sight of
 * their page. All questions come first: what fails has told nobody anything. */
static res_t tell_news(struct live *live, struct subscriber **first,
    const struct live_changes *changes, const char *cursor)
{
    CLEANUP(asks_done_p) struct live_asks asks;
    live_asks_init(&asks);
    for (struct subscriber *s = *first; s != NULL; s = s->next)
        ask_for(s, changes, &asks);
    TRY(live_asks_send(&asks, live->gateway));
    TRY(outcomes_came(live, *first, NULL, &live->at));
    for (struct subscriber **at = first; *at != NULL;) {
        struct subscriber *s = *at;
        struct news news = news_for(s, changes, &asks);
        if (news.lost) {
            drop(live, at, "no-access");
            continue;
        }
        if (news.told || s->due)
            tell(live, s, cursor);
        s->due = false;
        at = &s->next;
    }
    return RES_DONE;
}

res_t live_fetch(struct live *live)
{
    struct positions now;
    TRY(live_positions_read(live->gateway, &now));
    if (positions_same(&live->at, &now))
        return RES_DONE;
    CLEANUP(changes_done_p) struct live_changes changes = {0};
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    if (live->first != NULL) {
        TRY(live_changes_read(live->gateway, &live->at, &now, &changes));
        struct view cursor = positions_print(key_of(live), &now, arena);
        TRY(tell_news(live, &live->first, &changes, cursor.ptr));
    }
    live->at = now;
    return RES_DONE;
}

void live_lost(struct live *live)
{
    while (live->first != NULL)
        drop(live, &live->first, "try-again");
}

void live_judged(struct live *live, struct uuid person)
{
    CLEANUP(changes_done_p) struct live_changes changes = {0};
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    if (live->first == NULL)
        return;
    res_t res = live_judged_read(live->gateway, person, &changes);
    if (res.act == RES_OK)
        res = tell_news(live, &live->first, &changes, live_cursor(live, arena).ptr);
    if (res.act == RES_OK)
        return;
    log_res(res);
    live_lost(live);
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

/* The oldest stream of a session makes room for its newest, unless one of them is gone. */
static void make_room(struct live *live, struct uuid sign_in)
{
    struct subscriber **oldest = NULL;
    int count = 0;
    for (struct subscriber **at = &live->first; *at != NULL;) {
        bool own = uuid_eq((*at)->sign_in, sign_in);
        if (own && http_stream_gone((*at)->stream)) {
            drop(live, at, NULL);
            continue;
        }
        if (own) {
            oldest = at; /* new ones stand in front */
            count++;
        }
        at = &(*at)->next;
    }
    if (count >= OF_SESSION_MAX)
        drop(live, oldest, "replaced");
}

/* What happened between the page's own queries and now. */
static res_t catch_up(struct live *live, struct subscriber *subscriber, struct view after)
{
    struct positions from = {0};
    struct news news = {.told = !positions_parse(key_of(live), after, &from)};
    if (!news.told) {
        CLEANUP(changes_done_p) struct live_changes changes = {0};
        CLEANUP(asks_done_p) struct live_asks asks;
        live_asks_init(&asks);
        TRY(live_changes_read(live->gateway, &from, &live->at, &changes));
        ask_for(subscriber, &changes, &asks);
        TRY(live_asks_send(&asks, live->gateway));
        news = news_for(subscriber, &changes, &asks);
    }
    TRY(outcomes_came(live, subscriber, subscriber->next, &from));
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    if (news.told || subscriber->due)
        tell(live, subscriber, live_cursor(live, arena).ptr);
    subscriber->due = false;
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
    /* The request is gone once its stream is open. */
    struct view after =
        arena_copy(call->arena, last.ptr != NULL ? last : http_pair_get(query, "after"));
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
    struct live *live = call->gateway->live;
    bool full = call->gateway->draining || live->count >= live->count_max;
    if (problem == PROBLEM_MAX_ && full)
        problem = PROBLEM_BUSY;
    if (problem != PROBLEM_MAX_) {
        call_problem_code(call, problem);
        return RES_DONE;
    }
    if (call->request->method == HTTP_HEAD) {
        call_text(call, 200, "text/event-stream; charset=utf-8", VIEW(""));
        return RES_DONE;
    }
    return subscribe(call, &page, after);
}
