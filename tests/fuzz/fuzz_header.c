/* Texts of a request that our own code takes apart: query strings and forms, cookies, Accept-
 * Encoding, traceparent, paths, and the numbers, times, days and ids in them. What is read, written
 * and read again is the same. The first byte chooses. */
#include "base/clock.h"
#include "fuzz.h"
#include "gateway/route.h"
#include "http/form.h"
#include "http/gzip.h"
#include "obs/trace.h"

#include <string.h>

static void put_escaped(struct buf *out, struct view text)
{
    for (size_t i = 0; i < text.len; i++)
        buf_printf(out, "%%%02x", (uint8_t)text.ptr[i]);
}

static void form(struct view text, struct arena *arena)
{
    struct http_pairs pairs, again;
    size_t segments = 0;
    if (http_form_parse(text, arena, &pairs).act != RES_OK)
        return;
    for (struct view rest = text; rest.ptr != NULL && rest.len > 0;)
        segments += view_cut(&rest, '&').len > 0;
    MUST(pairs.len == segments && pairs.len <= HTTP_PAIRS_MAX);
    struct buf written = {0};
    for (size_t i = 0; i < pairs.len; i++) {
        const struct http_pair *pair = &pairs.items[i];
        MUST(utf8_valid(pair->name) && memchr(pair->name.ptr, '\0', pair->name.len) == NULL);
        MUST(utf8_valid(pair->value) && memchr(pair->value.ptr, '\0', pair->value.len) == NULL);
        put_escaped(&written, pair->name);
        buf_byte(&written, '=');
        put_escaped(&written, pair->value);
        buf_byte(&written, '&');
    }
    MUST(http_form_parse(buf_as_view(&written), arena, &again).act == RES_OK);
    MUST(again.len == pairs.len);
    for (size_t i = 0; i < pairs.len; i++)
        MUST(view_eq(again.items[i].name, pairs.items[i].name) &&
             view_eq(again.items[i].value, pairs.items[i].value));
    buf_done(&written);
}

/* What is found stands in the header, ends where a cookie ends, and is found beside another one. */
static void cookie(struct view text, struct arena *arena)
{
    struct view value = http_cookie_get(text, "__Host-broker");
    struct view before = arena_printf(arena, "a=b; %.*s", VIEW_ARG(text));
    struct view beside = http_cookie_get(before, "__Host-broker");
    if (memchr(text.ptr, '\0', text.len) == NULL)
        MUST((value.ptr == NULL) == (beside.ptr == NULL) && view_eq(value, beside));
    if (value.ptr == NULL)
        return;
    MUST(value.ptr > text.ptr && value.ptr + value.len <= text.ptr + text.len);
    MUST(memchr(value.ptr, ';', value.len) == NULL);
}

static void encoding(struct view text, struct arena *arena)
{
    bool accepted = http_gzip_accepted(text);
    MUST(!accepted || text.len > 0);
    struct view with = arena_printf(arena, "gzip;q=0,%.*s", VIEW_ARG(text));
    MUST(!http_gzip_accepted(with));
}

static void traceparent(struct view text, struct arena *arena)
{
    (void)arena;
    struct trace trace = {.flags = 77}, again;
    if (!trace_parse(text, &trace)) {
        MUST(trace.flags == 77 && uuid_is_zero(trace.id));
        return;
    }
    char printed[TRACE_TEXT_LEN + 1];
    trace_print(&trace, printed);
    MUST(!uuid_is_zero(trace.id) && strlen(printed) == TRACE_TEXT_LEN);
    MUST(trace_parse(view_of(printed), &again) && uuid_eq(again.id, trace.id) &&
         memcmp(again.span, trace.span, sizeof trace.span) == 0);
}

/* Found: it fits the row's pattern and begins with a slash; the header Allow agrees. */
static void path(struct view text, struct arena *arena)
{
    static struct routes *routes;
    if (routes == NULL)
        MUST(routes_new(&routes).act == RES_OK);
    struct call call = {0}, fits = {0};
    enum problem_code problem = route_find_path(routes, HTTP_GET, text, &call);
    struct view allow = route_allow(routes, text, arena);
    MUST(problem == PROBLEM_MAX_ || problem == PROBLEM_NOT_FOUND || problem == PROBLEM_METHOD);
    MUST((problem == PROBLEM_NOT_FOUND) == (allow.len == 0));
    if (problem == PROBLEM_NOT_FOUND)
        return;
    MUST(view_starts(text, VIEW("/")) && route_match(call.route->path, text, &fits));
    MUST(call.number >= 0 && call.number <= 100 && fits.number == call.number);
    MUST(uuid_eq(fits.person, call.person) && uuid_eq(fits.referral, call.referral));
    MUST((problem == PROBLEM_MAX_) == view_starts(allow, VIEW("GET")));
}

static void values(struct view text, struct arena *arena)
{
    int64_t number, again, at;
    int32_t day, day_again;
    struct uuid id, id_again;
    char printed[TIME_TEXT_MAX];
    if (view_to_i64(text, &number))
        MUST(
            view_to_i64(arena_printf(arena, "%lld", (long long)number), &again) && again == number);
    if (time_parse(text, &at)) {
        time_print(at, printed);
        MUST(time_parse(view_of(printed), &again) && again == at);
    }
    if (day_parse(text, &day)) {
        day_print(day, printed);
        MUST(day_parse(view_of(printed), &day_again) && day_again == day);
        MUST(london_day(london_midnight(day)) == day);
    }
    if (uuid_parse(text, &id))
        MUST(uuid_parse(view_of(uuid_text(id).text), &id_again) && uuid_eq(id, id_again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const rows[])(struct view, struct arena *) = {
        form, cookie, encoding, traceparent, path, values};
    struct view rest = {(const char *)data, size};
    size_t which = fuzz_byte(&rest) % ARRAY_LEN(rows);
    rows[which](rest, fuzz_arena());
    return 0;
}
