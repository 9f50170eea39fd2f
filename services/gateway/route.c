#include "gateway/route.h"

#include "gateway/handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE_SIDE (WHO(PRACTITIONER) | WHO(PROVIDER))
#define EVERYBODY (PEOPLE_SIDE | WHO(COMMISSIONER))

/* The commands' own rows, POST /v1 + their route, come from the schemas. */
static const struct route rows[] = {
    {HTTP_POST, "/v1/people", ROUTE_API, WHO(PRACTITIONER) | WHO(SYSTEM), COMMAND_MAX_,
        people_handle},
    {HTTP_GET, "/v1/caseload", ROUTE_API, PEOPLE_SIDE, COMMAND_MAX_, caseload_handle},
    {HTTP_POST, "/v1/search", ROUTE_API, PEOPLE_SIDE, COMMAND_MAX_, search_handle},
    {HTTP_GET, "/v1/referrals/{referral}", ROUTE_API, PEOPLE_SIDE | WHO(SYSTEM), COMMAND_MAX_,
        referral_handle},
    {HTTP_GET, "/v1/referrals/{referral}/risk", ROUTE_API, PEOPLE_SIDE, COMMAND_MAX_, risk_handle},
    {HTTP_GET, "/v1/flows", ROUTE_API, WHO(COMMISSIONER), COMMAND_MAX_, flows_handle},
    {HTTP_GET, "/v1/outcomes/{id}", ROUTE_API, PEOPLE_SIDE | WHO(SYSTEM) | WHO(ADMINISTRATOR),
        COMMAND_MAX_, outcome_handle},
    {HTTP_GET, "/v1/services", ROUTE_API, PEOPLE_SIDE | WHO(COMMISSIONER) | WHO(SYSTEM),
        COMMAND_MAX_, services_handle},
    {HTTP_GET, "/live", ROUTE_LIVE, EVERYBODY, COMMAND_MAX_, live_handle},
    {HTTP_GET, "/assets/{name}", ROUTE_OPEN, WHO_ANYONE, COMMAND_MAX_, asset_handle},
    {HTTP_GET, "/favicon.ico", ROUTE_OPEN, WHO_ANYONE, COMMAND_MAX_, icon_handle},
    {HTTP_GET, "/", ROUTE_PAGE, WHO_ANYONE, COMMAND_MAX_, home_page},
    {HTTP_POST, "/sign-in", ROUTE_PAGE, WHO_ANYONE, COMMAND_MAX_, sign_in_post},
    {HTTP_POST, "/sign-out", ROUTE_PAGE, WHO_ANYONE, COMMAND_MAX_, sign_out_post},
    {HTTP_GET, "/today", ROUTE_PAGE, PEOPLE_SIDE, COMMAND_MAX_, today_page},
    {HTTP_GET, "/cases", ROUTE_PAGE, PEOPLE_SIDE, COMMAND_MAX_, cases_page},
    {HTTP_GET, "/flows", ROUTE_PAGE, WHO(COMMISSIONER), COMMAND_MAX_, flows_page},
    {HTTP_GET, "/outcome/{id}", ROUTE_PAGE, PEOPLE_SIDE, COMMAND_MAX_, outcome_page},
    {HTTP_GET, "/assign", ROUTE_PAGE, WHO(PROVIDER), COMMAND_MAX_, assign_page},
    {HTTP_POST, "/assign", ROUTE_PAGE, WHO(PROVIDER), COMMAND_ASSIGN_CASEWORKERS, form_post},
    {HTTP_GET, "/referrals/{referral}", ROUTE_PAGE, PEOPLE_SIDE, COMMAND_MAX_, referral_page},
    {HTTP_GET, "/referrals/{referral}/risk", ROUTE_PAGE, PEOPLE_SIDE, COMMAND_MAX_, risk_page},
    {HTTP_POST, "/referrals/{referral}/risk/read", ROUTE_PAGE, PEOPLE_SIDE, COMMAND_OPEN_RISK,
        form_post},
    {HTTP_POST, "/referrals/{referral}/risk/acknowledge", ROUTE_PAGE, WHO(PROVIDER),
        COMMAND_ACKNOWLEDGE_RISK, form_post},
    {HTTP_GET, "/referrals/{referral}/sessions/{session}/book", ROUTE_PAGE, WHO(PROVIDER),
        COMMAND_MAX_, book_page},
    {HTTP_POST, "/referrals/{referral}/sessions/{session}/book", ROUTE_PAGE, WHO(PROVIDER),
        COMMAND_BOOK_APPOINTMENT, form_post},
    {HTTP_GET, "/referrals/{referral}/sessions/{session}/record", ROUTE_PAGE, WHO(PROVIDER),
        COMMAND_MAX_, record_page},
    {HTTP_POST, "/referrals/{referral}/sessions/{session}/record", ROUTE_PAGE, WHO(PROVIDER),
        COMMAND_GIVE_FEEDBACK, form_post},
    {HTTP_GET, "/people/{person}/risk/edit", ROUTE_PAGE, WHO(PRACTITIONER), COMMAND_MAX_,
        share_risk_page},
    {HTTP_POST, "/people/{person}/risk/edit", ROUTE_PAGE, WHO(PRACTITIONER), COMMAND_SHARE_RISK,
        form_post},
    {HTTP_GET, "/health/live", ROUTE_OPEN, WHO_ANYONE, COMMAND_MAX_, live_health_handle},
    {HTTP_GET, "/health/ready", ROUTE_OPEN, WHO_ANYONE, COMMAND_MAX_, ready_health_handle},
    {HTTP_GET, "/metrics", ROUTE_OPEN, WHO_ANYONE, COMMAND_MAX_, metrics_handle},
    {HTTP_GET, "/openapi.json", ROUTE_OPEN, WHO_ANYONE, COMMAND_MAX_, openapi_handle},
};

struct routes {
    struct route items[ARRAY_LEN(rows) + COMMAND_MAX_];
    char paths[COMMAND_MAX_][96];
    size_t count;
};

res_t routes_new(struct routes **ret)
{
    struct routes *routes = calloc(1, sizeof(*routes));
    if (routes == NULL)
        return FATAL("routes: no memory");
    memcpy(routes->items, rows, sizeof(rows));
    routes->count = ARRAY_LEN(rows);
    for (enum command_type type = 0; type < COMMAND_MAX_; type++) {
        const struct command_row *command = &command_table[type];
        int len =
            snprintf(routes->paths[type], sizeof(routes->paths[type]), "/v1%s", command->route);
        MUST(len > 0 && (size_t)len < sizeof(routes->paths[type]));
        /* An import comes through its own connector, never over HTTP. */
        routes->items[routes->count++] = (struct route){HTTP_POST, routes->paths[type], ROUTE_API,
            command->who & ~WHO(IMPORT), type, command_handle};
    }
    *ret = routes;
    return RES_DONE;
}

void routes_free(struct routes *routes)
{
    free(routes);
}

const struct route *routes_all(const struct routes *routes, size_t *ret_count)
{
    *ret_count = routes->count;
    return routes->items;
}

static bool segment_match(struct view pattern, struct view segment, struct call *ret)
{
    int64_t number;
    if (pattern.len == 0 || pattern.ptr[0] != '{')
        return view_eq(pattern, segment);
    if (view_eq(pattern, VIEW("{person}")))
        return uuid_parse(segment, &ret->person) && !uuid_is_zero(ret->person);
    if (view_eq(pattern, VIEW("{referral}")))
        return uuid_parse(segment, &ret->referral) && !uuid_is_zero(ret->referral);
    if (view_eq(pattern, VIEW("{id}")))
        return uuid_parse(segment, &ret->id) && !uuid_is_zero(ret->id);
    if (view_eq(pattern, VIEW("{session}"))) {
        if (!view_to_i64(segment, &number) || number < 0 || number > 100)
            return false;
        ret->number = (int32_t)number;
        return true;
    }
    if (view_eq(pattern, VIEW("{name}"))) {
        ret->word = segment;
        return segment.len > 0;
    }
    WRONG("a route names a segment that nobody reads");
}

bool route_match(const char *pattern, struct view path, struct call *ret)
{
    struct view want = view_of(pattern);
    while (want.ptr != NULL && path.ptr != NULL)
        if (!segment_match(view_cut(&want, '/'), view_cut(&path, '/'), ret))
            return false;
    return want.ptr == NULL && path.ptr == NULL;
}

static void take_path(struct call *call, const struct call *from, const struct route *route)
{
    call->route = route;
    call->person = from->person;
    call->referral = from->referral;
    call->id = from->id;
    call->number = from->number;
    call->word = from->word;
}

enum problem_code route_find(const struct routes *routes, struct call *call)
{
    enum http_method method = call->request->method;
    return route_find_path(
        routes, method == HTTP_HEAD ? HTTP_GET : method, call->request->path, call);
}

struct view route_allow(const struct routes *routes, struct view path, struct arena *arena)
{
    bool get = false, post = false;
    for (size_t i = 0; i < routes->count; i++) {
        struct call found = {0};
        if (!route_match(routes->items[i].path, path, &found))
            continue;
        get = get || routes->items[i].method == HTTP_GET;
        post = post || routes->items[i].method == HTTP_POST;
    }
    return arena_printf(
        arena, "%s%s%s", get ? "GET, HEAD" : "", get && post ? ", " : "", post ? "POST" : "");
}

enum problem_code route_find_path(
    const struct routes *routes, enum http_method method, struct view path, struct call *call)
{
    enum problem_code problem = PROBLEM_NOT_FOUND;
    for (size_t i = 0; i < routes->count; i++) {
        struct call found = {0};
        if (!route_match(routes->items[i].path, path, &found))
            continue;
        take_path(call, &found, &routes->items[i]);
        if (routes->items[i].method == method)
            return PROBLEM_MAX_;
        problem = PROBLEM_METHOD;
    }
    return problem;
}
