#include "gateway/live_impl.h"

#include "base/clock.h"
#include "gateway/live_changes.h"
#include "obs/log.h"

#include <stdlib.h>
#include <string.h>

res_t live_new(struct gateway *gateway, struct live **ret)
{
    struct live *live = calloc(1, sizeof(*live));
    if (live == NULL)
        return FATAL("live: no memory");
    live->gateway = gateway;
    *ret = live;
    return RES_DONE;
}

void live_limit(struct live *live, int64_t streams)
{
    live->count_max = streams;
}

void live_drop(struct live *live, struct live_reader **at, const char *reason)
{
    struct live_reader *reader = *at;
    *at = reader->next;
    live->count--;
    http_stream_end(reader->stream, reason);
    free(reader->scopes);
    free(reader->user);
    free(reader);
}

void live_end(struct live *live)
{
    while (live->first != NULL)
        live_drop(live, &live->first, "shutdown");
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
    for (struct live_reader **at = &live->first; *at != NULL;) {
        if (http_stream_gone((*at)->stream))
            live_drop(live, at, NULL);
        else if ((*at)->until_us <= now_us)
            live_drop(live, at, "signed-out");
        else
            at = &(*at)->next;
    }
}

void live_sign_out(struct live *live, struct uuid sign_in)
{
    for (struct live_reader **at = &live->first; *at != NULL;) {
        if (uuid_eq((*at)->sign_in, sign_in))
            live_drop(live, at, "signed-out");
        else
            at = &(*at)->next;
    }
}

static struct view key_of(const struct live *live)
{
    return (struct view){(const char *)live->gateway->cookie_key, COOKIE_KEY_BYTES};
}

struct view live_cursor(struct live *live, struct arena *arena)
{
    return positions_print(key_of(live), &live->at, arena);
}

/* --- telling ---------------------------------------------------------------------------------*/

/* The event for readers of one page: the same for all of them. Start with a cursor alone. */
struct telling {
    const char *cursor;
    const struct live_page *page;
    struct buf text;
};
static void telling_done(struct telling *telling)
{
    buf_done(&telling->text);
}

static void tell(struct telling *telling, struct live_reader *reader)
{
    if (telling->page != reader->page) {
        telling->page = reader->page;
        buf_clear(&telling->text);
        buf_printf(&telling->text, "id: %s\nevent: change\ndata: %s\n\n", telling->cursor,
            reader->page->parts);
    }
    (void)http_stream_send(reader->stream, buf_as_view(&telling->text));
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

static bool concerns(const struct live_reader *reader, const struct live_change *change)
{
    if (!uuid_is_zero(reader->outcome))
        return false;
    if (uuid_is_zero(reader->referral))
        return share_a_line(change->scopes, reader->scopes);
    return uuid_eq(reader->person, change->person) &&
           (uuid_is_zero(change->referral) || uuid_eq(reader->referral, change->referral));
}

/* A commissioner sees counts, never a person; who is hidden from them is counted like anybody. */
static bool asked(const struct live_reader *reader, const struct live_change *change)
{
    return change->restricted && reader->page->kind != ACTOR_KIND_COMMISSIONER;
}

/* Whether what concerns the reader is closed to them, to be sent with everybody's. */
static void ask_for(
    const struct live_reader *reader, const struct live_changes *changes, struct live_asks *asks)
{
    for (size_t i = 0; i < changes->count; i++)
        if (concerns(reader, &changes->items[i]) && asked(reader, &changes->items[i]))
            live_asks_put(asks, changes->items[i].person, view_of(reader->user));
}

/* What the changes are to one reader, whose questions are the next to have their answers. */
struct news {
    bool told; /* there is something to look at */
    bool lost; /* the page's own referral is not the reader's to see any more */
};
static struct news news_for(
    const struct live_reader *reader, const struct live_changes *changes, struct live_asks *asks)
{
    bool of_one = !uuid_is_zero(reader->referral);
    struct news news = {.told = changes->cut};
    for (size_t i = 0; i < changes->count; i++) {
        const struct live_change *change = &changes->items[i];
        if (!concerns(reader, change))
            continue;
        /* What was not asked is as what is not known: look again, through the gate. */
        bool hidden = asked(reader, change) && live_asks_next(asks) == LIVE_HIDDEN;
        /* A person's fact is listed under all of their referrals. */
        bool listed = share_a_line(change->scopes, reader->scopes);
        news.lost = news.lost || (of_one && (hidden || !listed));
        /* A list that somebody was taken from, or put into, is another one. */
        news.told = news.told || (listed && (!hidden || change->judged));
    }
    return news;
}

static bool waits(const struct live_reader *reader)
{
    return !uuid_is_zero(reader->outcome) && !reader->answered;
}

static bool lies_before(const struct positions *at, int64_t partition, int64_t offset)
{
    return partition >= 0 && partition < at->count && offset < at->next[partition];
}

/* Marks the pages, from `first` to before `end`, whose outcome came: a refusal is no fact. What
 * lies before `from` they were told before. */
static res_t outcomes_came(struct live *live, struct live_reader *first,
    const struct live_reader *end, const struct positions *from)
{
    struct pg_array ids;
    pg_array_init(&ids, PG_UUID, 0);
    for (struct live_reader *s = first; s != end; s = s->next)
        if (waits(s))
            pg_array_uuid(&ids, s->outcome);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    res_t res = ids.count == 0 ? RES_DONE : live_outcomes_read(live->gateway, &ids, &rows);
    pg_array_done(&ids);
    TRY(res);
    for (int i = 0; rows != NULL && i < pg_rows_count(rows); i++) {
        struct uuid id = pg_uuid(rows, i, 0);
        bool old = lies_before(from, pg_int(rows, i, 1), pg_int(rows, i, 2));
        for (struct live_reader *s = first; s != end; s = s->next)
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

/* Tells each reader what concerns them; ends the streams of those who lost sight of their page. All
 * questions come first: what fails has told nobody anything. */
static res_t tell_news(struct live *live, const struct live_changes *changes, const char *cursor)
{
    CLEANUP(asks_done_p) struct live_asks asks;
    CLEANUP(telling_done) struct telling telling = {.cursor = cursor};
    live_asks_init(&asks);
    for (struct live_reader *s = live->first; s != NULL; s = s->next)
        ask_for(s, changes, &asks);
    TRY(live_asks_send(&asks, live->gateway));
    TRY(outcomes_came(live, live->first, NULL, &live->at));
    for (struct live_reader **at = &live->first; *at != NULL;) {
        struct live_reader *s = *at;
        struct news news = news_for(s, changes, &asks);
        if (news.lost) {
            live_drop(live, at, "no-access");
            continue;
        }
        if (news.told || s->due)
            tell(&telling, s);
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
        TRY(tell_news(live, &changes, cursor.ptr));
    }
    live->at = now;
    return RES_DONE;
}

void live_lost(struct live *live)
{
    while (live->first != NULL)
        live_drop(live, &live->first, "try-again");
}

void live_judged(struct live *live, struct uuid person)
{
    CLEANUP(changes_done_p) struct live_changes changes = {0};
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    if (live->first == NULL)
        return;
    res_t res = live_judged_read(live->gateway, person, &changes);
    if (res.act == RES_OK)
        res = tell_news(live, &changes, live_cursor(live, arena).ptr);
    if (res.act == RES_OK)
        return;
    log_res(res);
    live_lost(live);
}

/* What happened between the page's own queries and now. */
res_t live_catch_up(struct live *live, struct live_reader *reader, struct view after)
{
    struct positions from = {0};
    struct news news = {.told = !positions_parse(key_of(live), after, &from)};
    if (!news.told) {
        CLEANUP(changes_done_p) struct live_changes changes = {0};
        CLEANUP(asks_done_p) struct live_asks asks;
        live_asks_init(&asks);
        TRY(live_changes_read(live->gateway, &from, &live->at, &changes));
        ask_for(reader, &changes, &asks);
        TRY(live_asks_send(&asks, live->gateway));
        news = news_for(reader, &changes, &asks);
    }
    TRY(outcomes_came(live, reader, reader->next, &from));
    CLEANUP(arena_free_p) struct arena *arena = arena_new(64 * 1024);
    CLEANUP(telling_done) struct telling telling = {.cursor = live_cursor(live, arena).ptr};
    if (news.told || reader->due)
        tell(&telling, reader);
    reader->due = false;
    return RES_DONE;
}
