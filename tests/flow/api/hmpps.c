/* Tokens as HMPPS Auth issues them: what their roles and groups open, and what they do not. */
#include "story.h"

#include <string.h>

#define OF_HARMONY "ROLE_CRS_PROVIDER\nINT_SP_HARMONY\n"

static const struct row {
    const char *what;
    struct person who;
    int referral, caseload; /* statuses */
    const char *code;       /* of a refusal */
    bool listed;
} rows[] = {
    {"a provider with the contract's group",
        {.user = "JBELL", .auth_source = "auth", .authorities = OF_HARMONY "INT_CR_INV-ACC-A"}, 200,
        200, "", true},
    {"a provider with another contract's group",
        {.user = "JBELL", .auth_source = "auth", .authorities = OF_HARMONY "INT_CR_INV-PWB-A"}, 404,
        200, "not-found", false},
    {"a provider without a contract's group",
        {.user = "JBELL", .auth_source = "auth", .authorities = OF_HARMONY}, 403, 403,
        "not-permitted", false},
    {"a provider with a contract that is not its organisation's",
        {.user = "JBELL",
            .auth_source = "auth",
            .authorities = OF_HARMONY "INT_CR_INV-ACC-A\nINT_CR_INV-FBD-B"},
        403, 403, "not-permitted", false},
    {"a provider whose groups are looked up",
        {.user = "JBELL",
            .auth_source = "auth",
            .authorities = "ROLE_CRS_PROVIDER",
            .user_id = "A"},
        200, 200, "", true},
    {"a provider whose groups are looked up, and are another contract's",
        {.user = "JBELL",
            .auth_source = "auth",
            .authorities = "ROLE_CRS_PROVIDER",
            .user_id = "B"},
        404, 200, "not-found", false},
    {"a provider whose token says its groups, which hold",
        {.user = "JBELL", .auth_source = "auth", .authorities = OF_HARMONY, .user_id = "A"}, 403,
        403, "not-permitted", false},
    {"a provider who has no group",
        {.user = "JBELL",
            .auth_source = "auth",
            .authorities = "ROLE_CRS_PROVIDER",
            .user_id = "C"},
        403, 403, "not-permitted", false},
    {"a provider whose groups cannot be had",
        {.user = "JBELL",
            .auth_source = "auth",
            .authorities = "ROLE_CRS_PROVIDER",
            .user_id = "D"},
        403, 403, "not-permitted", false},
    {"a user who is no provider, whatever their groups",
        {.user = "JBELL", .auth_source = "auth", .authorities = "ROLE_OTHER", .user_id = "A"}, 401,
        401, "token-refused", false},
    {"the practitioner",
        {.user = "BBEAKS", .auth_source = "delius", .authorities = "ROLE_PROBATION"}, 200, 200, "",
        true},
    {"another practitioner",
        {.user = "EHOLT", .auth_source = "delius", .authorities = "ROLE_PROBATION"}, 404, 200,
        "not-found", false},
    {"a user with roles of other services",
        {.user = "BBEAKS", .auth_source = "delius", .authorities = "ROLE_PROBATIONER"}, 401, 401,
        "token-refused", false},
    {"a program that may read everything",
        {.user = "events",
            .client = "events",
            .auth_source = "none",
            .authorities = "ROLE_INTERVENTIONS_API_READ_ALL"},
        200, 403, "not-permitted", false},
};

static bool holds(struct view body, const char *text)
{
    return body.len > 0 && memmem(body.ptr, body.len, text, strlen(text)) != NULL;
}

void hmpps_tell(struct story *story)
{
    struct api *api = story->api;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct http_reply one = api_get(api, &row->who, referral_path(story, ""));
        expect(api, &one, row->referral, row->referral == 200 ? "" : row->code,
            printed(api, "%s: the referral", row->what).ptr);
        struct http_reply list = api_get(api, &row->who, "/v1/caseload");
        expect(api, &list, row->caseload, row->caseload == 200 ? "" : row->code,
            printed(api, "%s: the caseload", row->what).ptr);
        check(api, holds(list.body, story->referral) == row->listed,
            printed(api, "%s: what is listed", row->what).ptr);
    }
    const struct person *reader = &rows[sizeof(rows) / sizeof(rows[0]) - 1].who;
    struct http_reply sent =
        api_post(api, reader, "/v1/people", printed(api, "{\"crn\":\"%s\"}", story->crn));
    expect(api, &sent, 403, "not-permitted", "a program that may read sends nothing");
    struct http_reply assigned = api_post(api, &rows[0].who, referral_path(story, "/caseworkers"),
        VIEW("{\"workers\":[{\"userId\":\"JBELL\",\"organisation\":\"HARMONY\"}]}"));
    expect(api, &assigned, 422, "nothing-changed",
        "what it sends is judged by the rules, as its organisation's");
}
