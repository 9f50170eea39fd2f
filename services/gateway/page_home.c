/* Signing in and out (the demo's), the pages of what went wrong, assets. */
#include "base/clock.h"
#include "gateway/handlers.h"
#include "gateway/page.h"
#include "gateway/page_error.h"
#include "gateway/pages/assets.h"
#include "gateway/session.h"
#include "http/gzip.h"

#include <stdio.h>

static const struct page_show plainly = {.status = 200};

static struct view home_of(enum actor_kind kind)
{
    return kind == ACTOR_KIND_COMMISSIONER ? VIEW("/flows") : VIEW("/today");
}

static enum audience audience_of_text(struct view audience)
{
    if (view_eq(audience, VIEW("probation")))
        return AUDIENCE_PROBATION;
    if (view_eq(audience, VIEW("provider")))
        return AUDIENCE_PROVIDER;
    return AUDIENCE_COMMISSIONER;
}

/* Three windows need three hosts, for cookies ignore ports (PAGES section 7). */
static void put_origins(struct call *call, struct sign_in_model *model)
{
    static const char *const names[] = {"", "probation", "provider", "commissioner"};
    int port = http_server_port(call->gateway->http);
    for (size_t i = AUDIENCE_PROBATION; i <= AUDIENCE_COMMISSIONER; i++)
        model->origins[i] = arena_printf(call->arena, "http://%s.localhost:%d", names[i], port);
}

static res_t put_users(struct call *call, struct sign_in_model *model)
{
    size_t count;
    const struct catalogue_user *users = catalogue_users(call->gateway->catalogue, &count);
    struct demo_user *items = arena_array(call->arena, count, sizeof(*items));
    if (items == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++)
        items[i] = (struct demo_user){users[i].id, users[i].name, users[i].role,
            model_organisation_name(call, users[i].organisation),
            audience_of_text(users[i].audience)};
    model->users = items;
    model->user_count = count;
    return RES_DONE;
}

/* Only a path of ours: nothing that a browser could read as another host. */
static bool own_path(struct view path)
{
    if (path.len == 0 || path.len > 200 || path.ptr[0] != '/')
        return false;
    for (size_t i = 1; i < path.len; i++) {
        char c = path.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                     (c == '/' && path.ptr[i - 1] != '/');
        if (!plain)
            return false;
    }
    return true;
}

static res_t show_sign_in(struct call *call, int status, struct view next)
{
    struct page_frame frame;
    struct sign_in_model model = {.demo = session_demo_here(call), .next = next};
    call->who = (struct identity){.kind = ACTOR_KIND_UNKNOWN};
    TRY(page_frame_of(call, &plainly, &frame));
    if (model.demo) {
        TRY(put_users(call, &model));
        put_origins(call, &model);
    }
    CLEANUP(buf_done) struct buf out = {0};
    return page_answer(call, status, page_sign_in(&frame, &model, &out), &out);
}

res_t home_page(struct call *call)
{
    if (identity_known(&call->who)) {
        call_redirect(call, home_of(call->who.kind));
        return RES_DONE;
    }
    struct view next = http_pair_get(call->request->query, "next");
    return show_sign_in(call, 200, own_path(next) ? next : VIEW_NONE);
}

res_t sign_in_post(struct call *call)
{
    struct http_pairs form;
    if (http_form_parse(call->request->body, call->arena, &form).act != RES_OK) {
        call_problem_code(call, PROBLEM_BAD_REQUEST);
        return RES_DONE;
    }
    call->who = (struct identity){.kind = ACTOR_KIND_UNKNOWN};
    bool shared = view_eq(http_pair_get(form, "shared"), VIEW("yes"));
    struct view next = http_pair_get(form, "next");
    if (!session_form_ours(call, VIEW_NONE) ||
        !session_open(call, http_pair_get(form, "user"), shared)) {
        call_problem_code(call, PROBLEM_NOT_FROM_HERE);
        return RES_DONE;
    }
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    const struct catalogue_user *user = catalogue_user(call->gateway->catalogue, call->who.user);
    MUST(user != NULL);
    TRY(edge_user_seen(call->gateway->edge, user->id, user->audience, user->organisation));
    call_redirect(call, own_path(next) ? arena_printf(call->arena, "%.*s", VIEW_ARG(next))
                                       : home_of(call->who.kind));
    return RES_DONE;
}

res_t sign_out_post(struct call *call)
{
    struct http_pairs form;
    if (http_form_parse(call->request->body, call->arena, &form).act != RES_OK ||
        !session_form_ours(call, http_pair_get(form, "csrf"))) {
        call_problem_code(call, PROBLEM_NOT_FROM_HERE);
        return RES_DONE;
    }
    session_close(call);
    call_redirect(call, VIEW("/"));
    return RES_DONE;
}

static res_t show_error(struct call *call, int status)
{
    struct page_frame frame;
    const struct error_model model = {
        .status = status,
        .limit = status == 413 ? VIEW("1 MB") : VIEW_NONE,
        .retry_s = status == 503 ? 5 : call->retry_s,
        .id = arena_printf(call->arena, "%s", uuid_text(call->trace.request).text),
    };
    struct page_show show = {.status = status};
    /* The database may be what is away, or what is to be spared: the frame must not need it. */
    enum actor_kind kind = call->who.kind;
    if (status >= 500 || status == 429)
        call->who.kind = ACTOR_KIND_UNKNOWN;
    res_t res = page_frame_of(call, &show, &frame);
    call->who.kind = kind;
    TRY(res);
    CLEANUP(buf_done) struct buf out = {0};
    TRY(page_error_page(&frame, &model, &out));
    if (out.failed)
        return FATAL("an error page is over its limit");
    call_html(call, status, &out);
    return RES_DONE;
}

void page_error_answer(struct call *call, int status)
{
    struct view path = call->request->path;
    bool back = call->request->method == HTTP_GET && own_path(path);
    res_t res = status == 401 ? show_sign_in(call, status, back ? path : VIEW_NONE)
                              : show_error(call, status);
    if (res.act != RES_OK)
        call_text(call, status, "text/plain; charset=utf-8", VIEW("Something went wrong.\n"));
}

res_t asset_handle(struct call *call)
{
    const struct asset *asset = asset_find(call->request->path);
    if (asset == NULL) {
        call_problem_code(call, PROBLEM_NOT_FOUND);
        return RES_DONE;
    }
    bool packed = asset->gzip.ptr != NULL &&
                  http_gzip_accepted(http_header_get(call->request->headers, "Accept-Encoding"));
    if (packed)
        call_header(call, "Content-Encoding", VIEW("gzip"));
    call_header(call, "Vary", VIEW("Accept-Encoding"));
    call_static(call, asset->type, packed ? asset->gzip : asset->plain);
    return RES_DONE;
}

/* Browsers ask for it unasked, and complain of a 404. */
res_t icon_handle(struct call *call)
{
    call_text(call, 204, "image/x-icon", VIEW(""));
    return RES_DONE;
}
