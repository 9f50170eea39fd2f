#include "gateway/gateway.h"

#include "base/clock.h"
#include "gateway/early.h"
#include "gateway/etag.h"
#include "gateway/measure.h"
#include "gateway/page_error.h"
#include "gateway/route.h"
#include "obs/log.h"

#include <stdlib.h>
#include <string.h>

enum { CALL_BYTES_MAX = 32 * 1024 * 1024, PACKED_MIN = 1024 };

static const char *const common_headers[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for "
    "'script'; trusted-types live";

/* Absent also where it came twice: then none of them can be meant. */
static struct view header_once(const struct http_request *request, const char *name)
{
    struct view first = http_header_get(request->headers, name);
    for (size_t i = 0; first.ptr != NULL && i < request->headers.len; i++) {
        struct http_pairs one = {&request->headers.items[i], 1};
        struct view other = http_header_get(one, name);
        if (other.ptr != NULL && other.ptr != first.ptr)
            return VIEW_NONE;
    }
    return first;
}

static struct trace trace_of(const struct http_request *request)
{
    struct trace trace = {0};
    (void)trace_parse(header_once(request, "traceparent"), &trace);
    trace_enter(&trace);
    if (!uuid_parse(header_once(request, "X-Request-Id"), &trace.request) ||
        uuid_is_zero(trace.request))
        trace.request = uuid_random();
    return trace;
}

struct call *call_new(struct gateway *gateway, struct http_request *request)
{
    struct call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        http_answer(request, &(struct http_answer){.status = 503});
        return NULL;
    }
    *call = (struct call){.gateway = gateway,
        .request = request,
        .arena = arena_new(CALL_BYTES_MAX),
        .now_us = clock_now(),
        .who.kind = ACTOR_KIND_UNKNOWN,
        .trace = trace_of(request)};
    return call;
}

/* `value` must end with a NUL behind its len: literals, arena_printf and arena_text do. */
void call_header(struct call *call, const char *name, struct view value)
{
    MUST(call->header_count < ARRAY_LEN(call->headers));
    call->headers[call->header_count++] = (struct http_pair){view_of(name), value};
}

static const char *name_of(const struct call *call)
{
    const struct route *route = call->route;
    if (route != NULL && route->command != COMMAND_MAX_)
        return command_table[route->command].name;
    return route == NULL ? "none" : route->path;
}

/* What every answer has, and what is noted of it. `texts` backs it. */
struct common_texts {
    struct uuid_text request;
    char traceparent[TRACE_TEXT_LEN + 1];
};
static void common(struct call *call, int status, struct common_texts *texts)
{
    texts->request = uuid_text(call->trace.request);
    trace_print(&call->trace, texts->traceparent);
    call_header(call, "X-Request-Id", view_of(texts->request.text));
    call_header(call, "traceparent", view_of(texts->traceparent));
    for (size_t i = 0; i < ARRAY_LEN(common_headers); i++)
        call_header(call, common_headers[i][0], view_of(common_headers[i][1]));
    measure_answer(call, status);
    log_line(LEVEL_DEBUG, "gateway.answered", LOG_WORD("route", name_of(call)),
        LOG_INT("status", status), LOG_RECORD(call->id), LOG_TRACE(&call->trace),
        LOG_INT("took_us", clock_monotonic() - call->request->received_us));
}

static void send(struct call *call, const struct http_answer *answer)
{
    struct common_texts texts;
    common(call, answer->status, &texts);
    struct http_answer whole = *answer;
    whole.headers = (struct http_pairs){call->headers, call->header_count};
    http_answer(call->request, &whole);
    call_free(call);
}

struct http_stream *call_stream(struct call *call)
{
    struct common_texts texts;
    call_header(call, "Cache-Control", VIEW("no-store"));
    call_header(call, "X-Accel-Buffering", VIEW("no"));
    common(call, 200, &texts);
    return http_answer_stream(
        call->request, (struct http_pairs){call->headers, call->header_count});
}

void call_text(struct call *call, int status, const char *type, struct view body)
{
    call_header(call, "Content-Type", view_of(type));
    call_header(call, "Cache-Control", VIEW("no-store"));
    send(call, &(struct http_answer){.status = status, .body = body});
}

/* JSON, packed for who takes it so. Pages and their parts never are: a browser adds its cookie to
 * requests that other sites make it send, a page holds the token of its forms and what is secret
 * about people, and from the lengths of packed answers to well-chosen requests both can be guessed
 * (BREACH, CVE-2013-3587). To the API nothing is added that the caller does not have itself. */
static void send_json(struct call *call, int status, const char *type, struct view body)
{
    CLEANUP(buf_done) struct buf packed = {0};
    struct view accepted = http_header_get(call->request->headers, "Accept-Encoding");
    call_header(call, "Vary", VIEW("Accept-Encoding"));
    if (!call->who.session && body.len >= PACKED_MIN && http_gzip_accepted(accepted) &&
        http_gzip_pack(call->gateway->gzip, body, &packed).act == RES_OK) {
        call_header(call, "Content-Encoding", VIEW("gzip"));
        body = buf_as_view(&packed);
    }
    call_text(call, status, type, body);
}

void call_static(struct call *call, const char *type, struct view body)
{
    call_header(call, "Content-Type", view_of(type));
    call_header(call, "Cache-Control", VIEW("public, max-age=31536000, immutable"));
    send(call, &(struct http_answer){.status = 200, .body = body, .body_static = true});
}

/* As call_text, to whoever has not got it. Everything was looked at as if they had not. */
typedef void send_fn(struct call *call, int status, const char *type, struct view body);
static void tagged(struct call *call, const char *type, struct view body, send_fn *send_as)
{
    struct view said = call->said.ptr != NULL ? call->said : body;
    struct view etag = etag_make(call->arena, call->seen, said);
    bool known = false;
    if (etag.ptr != NULL) {
        call_header(call, "ETag", etag);
        known = etag_matches(http_header_get(call->request->headers, "If-None-Match"), etag);
    }
    /* Of a 304 the head alone is sent; its length is that of the 200 (RFC 9110 section 8.6). */
    send_as(call, known ? 304 : 200, type, body);
}

static bool is_get(const struct call *call)
{
    return call->request->method == HTTP_GET || call->request->method == HTTP_HEAD;
}

void call_json(struct call *call, int status, const struct buf *body)
{
    if (body->failed)
        call_problem_code(call, PROBLEM_INTERNAL);
    else if (status == 200 && is_get(call))
        tagged(call, "application/json", buf_as_view(body), send_json);
    else
        send_json(call, status, status < 400 ? "application/json" : "application/problem+json",
            buf_as_view(body));
}

static const char html[] = "text/html; charset=utf-8";

void call_html(struct call *call, int status, const struct buf *body)
{
    call_header(call, "Content-Security-Policy", view_of(page_policy));
    call_text(call, status, html, buf_as_view(body));
}

void call_parts(struct call *call, const struct buf *body)
{
    call_header(call, "Content-Security-Policy", view_of(page_policy));
    tagged(call, html, buf_as_view(body), call_text);
}

void call_redirect(struct call *call, struct view to)
{
    call_header(call, "Location", to);
    call_text(call, 303, "text/plain", VIEW(""));
}

/* An address that is none of ours is answered as its asker would read it. */
static bool wants_page(const struct call *call)
{
    if (call->route != NULL)
        return call->route->kind == ROUTE_PAGE;
    struct view accept = http_header_get(call->request->headers, "Accept");
    return view_starts(accept, VIEW("text/html"));
}

void call_problem(struct call *call, const struct problem *problem)
{
    int status = problem_table[problem->code].status;
    if (status == 503)
        call_header(call, "Retry-After", VIEW("1"));
    if (status == 429)
        call_header(
            call, "Retry-After", arena_printf(call->arena, "%lld", (long long)call->retry_s));
    if (wants_page(call)) {
        page_error_answer(call, status);
        return;
    }
    if (status == 401)
        call_header(call, "WWW-Authenticate", VIEW("Bearer"));
    struct buf body = {0};
    problem_write(problem, &body);
    call_text(call, status, "application/problem+json", buf_as_view(&body));
    buf_done(&body);
}

void call_problem_code(struct call *call, enum problem_code code)
{
    call_problem(call, &(struct problem){.code = code});
}

void call_failed(struct call *call, res_t res)
{
    log_res(res, LOG_WORD("route", name_of(call)), LOG_TRACE(&call->trace));
    call_problem_code(call, res.act == RES_RETRY ? PROBLEM_NOT_RECORDED : PROBLEM_INTERNAL);
}

void call_free(struct call *call)
{
    early_free(call);
    arena_free(call->arena);
    free(call);
}
