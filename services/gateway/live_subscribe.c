/* Who opens a stream: for which page, as who, in whose place. */
#include "gateway/live_impl.h"

#include "gateway/access.h"
#include "gateway/handlers.h"
#include "gateway/outcome.h"

#include <stdlib.h>
#include <string.h>

enum {
    OF_SESSION_MAX = 4, /* a browser opens six connections to one host at most */
    SCOPES_TEXT_MAX = 2048,
};

/* Which parts of which page may change. The script asks for those and compares. */
static const struct live_page pages[] = {
    {"/referrals/{referral}", ACTOR_KIND_UNKNOWN,
        "status,next,progress,sessions,deadlines,timeline"},
    {"/referrals/{referral}/risk", ACTOR_KIND_UNKNOWN, "alert"},
    {"/today", ACTOR_KIND_PROVIDER, "risk,sessions,record,assign,book"},
    {"/today", ACTOR_KIND_PRACTITIONER, "overdue,mine,changed"},
    {"/cases", ACTOR_KIND_UNKNOWN, "list"},
    {"/flows", ACTOR_KIND_COMMISSIONER, "stages,contracts"},
    {"/outcome/{id}", ACTOR_KIND_UNKNOWN, "state"},
};

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
    struct live_reader **oldest = NULL;
    int count = 0;
    for (struct live_reader **at = &live->first; *at != NULL;) {
        bool own = uuid_eq((*at)->sign_in, sign_in);
        if (own && http_stream_gone((*at)->stream)) {
            live_drop(live, at, NULL);
            continue;
        }
        if (own) {
            oldest = at; /* new ones stand in front */
            count++;
        }
        at = &(*at)->next;
    }
    if (count >= OF_SESSION_MAX)
        live_drop(live, oldest, "replaced");
}

static struct live_reader *reader_new(struct call *call, const struct call *page)
{
    struct live_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return NULL;
    char *scopes = scopes_text(&call->who);
    char *user = strndup(call->who.user.ptr, call->who.user.len);
    if (scopes == NULL || user == NULL) {
        free(reader);
        free(scopes);
        free(user);
        return NULL;
    }
    *reader = (struct live_reader){.page = live_page_of(page),
        .person = page->person,
        .referral = page->referral,
        .outcome = page->id,
        .sign_in = call->who.sign_in,
        .until_us = call->who.until_us,
        .scopes = scopes,
        .user = user};
    return reader;
}

/* From here on the request is answered: failures can only end the stream. */
static res_t subscribe(struct call *call, const struct call *page, struct view after)
{
    struct live *live = call->gateway->live;
    struct live_reader *reader = reader_new(call, page);
    if (reader == NULL)
        return RETRY("live: no memory");
    make_room(live, call->who.sign_in);
    reader->stream = call_stream(call);
    if (reader->stream == NULL) {
        free(reader->scopes);
        free(reader->user);
        free(reader);
        call_free(call);
        return RES_DONE;
    }
    (void)http_stream_send(reader->stream, VIEW("event: beat\ndata: 1\n\n"));
    reader->next = live->first;
    live->first = reader;
    live->count++;
    if (live_catch_up(live, reader, after).act != RES_OK)
        live_drop(live, &live->first, "try-again");
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
