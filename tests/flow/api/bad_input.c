/* What must be refused, each by name, and change nothing. */
#include "story.h"

#include "base/clock.h"
#include "base/id.h"
#include "http/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bad {
    const char *what;
    const char *path;
    const struct person *who; /* NULL: bernard */
    struct view body;
    int status;
    const char *code, *field; /* field NULL: not looked at */
};

static void try_bad(struct story *story, const struct bad *bad)
{
    struct http_reply reply =
        api_post(story->api, bad->who != NULL ? bad->who : &bernard, bad->path, bad->body);
    expect(story->api, &reply, bad->status, bad->code, bad->what);
    if (bad->field != NULL)
        check(story->api, view_eq_text(member(story->api, reply.body, "field"), bad->field),
            printed(story->api, "%s: names %s", bad->what, bad->field).ptr);
}

static struct view repeat(
    struct story *story, const char *head, const char *piece, size_t times, const char *tail)
{
    size_t piece_len = strlen(piece);
    size_t len = strlen(head) + piece_len * times + strlen(tail);
    char *text = arena_alloc(story->api->arena, len + 1);
    if (text == NULL)
        exit(2);
    char *at = stpcpy(text, head);
    for (size_t i = 0; i < times; i++, at += piece_len)
        memcpy(at, piece, piece_len);
    memcpy(at, tail, strlen(tail));
    return (struct view){text, len};
}

/* JSON that is none, or says what no field takes. */
static void bad_bodies(struct story *story)
{
    struct api *api = story->api;
    const char *risk = person_path(story, "/risk");
    struct view share = body_share(story);
    struct view most = {share.ptr, share.len - 1};
    struct view rest = view_from(share, strlen("{\"basis\":\"assessed\""));
    const struct bad rows[] = {
        {"unknown field", risk, NULL, printed(api, "%.*s,\"zz\":1}", VIEW_ARG(most)), 422,
            "field-not-allowed", "/zz"},
        {"wrong type", risk, NULL, printed(api, "{\"basis\":7%.*s", VIEW_ARG(rest)), 422,
            "field-invalid", "/basis"},
        {"an enum's unknown symbol", risk, NULL,
            printed(api, "{\"basis\":\"guessed\"%.*s", VIEW_ARG(rest)), 422, "field-invalid",
            "/basis"},
        {"missing field", risk, NULL, VIEW("{}"), 422, "field-missing", NULL},
        {"too long", person_path(story, "/risk-disclosures"), NULL,
            repeat(story,
                "{\"riskVersion\":1,\"reader\":\"practitioner\",\"purpose\":\"read\",\"shown\":[],"
                "\"reason\":\"",
                "x", 501, "\"}"),
            422, "field-too-long", "/reason"},
        {"bad UTF-8", risk, NULL, VIEW("{\"source\":\"\xff\xfe\"}"), 400, "bad-request", NULL},
        {"NUL", risk, NULL, VIEW("{\"source\":\"a\0b\"}"), 400, "bad-request", NULL},
        {"escaped NUL", risk, NULL, VIEW("{\"source\":\"a\\u0000b\"}"), 400, "bad-request", NULL},
        {"not JSON", risk, NULL, VIEW("hello"), 400, "bad-request", NULL},
        {"nothing", risk, NULL, VIEW(""), 400, "bad-request", NULL},
        {"an array", risk, NULL, VIEW("[]"), 422, "field-invalid", NULL},
        {"deep JSON", risk, NULL, repeat(story, "{\"a\":", "[", 20000, ""), 400, "bad-request",
            NULL},
        {"duplicate key", risk, NULL, VIEW("{\"urgent\":true,\"urgent\":false}"), 422,
            "field-invalid", NULL},
        {"10 MB body", risk, NULL,
            repeat(story, "{\"source\":\"", "0123456789", 1024 * 1024, "\"}"), 413,
            "body-too-large", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        try_bad(story, &rows[i]);
}

static void bad_referrals(struct story *story)
{
    struct api *api = story->api;
    const char *path = person_path(story, "/referrals");
    const char *fresh = printed(api, "%s", uuid_text(uuid_random()).text).ptr;
    const struct bad rows[] = {
        {"a service that is not there", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .service = fresh}), 422,
            "field-invalid", "/terms/serviceId"},
        {"a reference of the sender's own", path, NULL,
            body_submit(
                story, &(struct submit){.referral = fresh, .more = "\"reference\":\"AB1234AC\","}),
            422, "field-not-allowed", "/reference"},
        {"terms of the sender's own", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .terms = ",\"code\":\"X\""}),
            422, "field-not-allowed", "/terms/code"},
        {"a wrong type beside what the edge fills in", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .more = "\"draftedAt\":7,"}),
            422, "field-invalid", "/draftedAt"},
        {"an outcome of another category", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .outcome = fresh}), 422,
            "outcome-not-offered", "/categories/0/outcomes/0"},
        {"an outcome that is not offered any more", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh,
                                   .outcome = "5a9e9d37-27b8-5426-99da-39f572922244"}),
            422, "outcome-not-offered", NULL},
        {"a level of another category", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .complexity = fresh}), 422,
            "complexity-not-offered", "/categories/0/complexity"},
        {"a private address", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .email = "b@mail.example"}), 422,
            "email-not-gov-uk", "/practitioner/email"},
        {"not a CRN", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .crn = "12"}), 422,
            "field-invalid", "/crn"},
        {"another person's CRN", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh, .crn = "Z999999"}), 422,
            "field-invalid", "/crn"},
        {"a second open referral of the kind", path, NULL,
            body_submit(story, &(struct submit){.referral = fresh}), 409, "open-referral-exists",
            NULL},
        {"a worker of another organisation", referral_path(story, "/caseworkers"), &jo,
            VIEW("{\"workers\":[{\"userId\":\"THALE\",\"organisation\":\"HARMONY\"}]}"), 422,
            "worker-out-of-scope", "/workers/0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        try_bad(story, &rows[i]);
}

static void bad_sessions(struct story *story)
{
    struct api *api = story->api;
    const char *path = referral_path(story, "/appointments");
    const char *fresh = printed(api, "%s", uuid_text(uuid_random()).text).ptr;
    struct view booked = body_book(story, fresh, clock_now() + 7 * TIME_US_PER_DAY);
    struct view future = printed(api,
        "{\"appointmentId\":\"%s\",\"attendance\":{\"happened\":true,"
        "\"attended\":true,\"late\":false}}",
        fresh);
    char start[TIME_TEXT_MAX];
    time_print(clock_now() + 7 * TIME_US_PER_DAY, start);
    struct view office = printed(api,
        "{\"appointmentId\":\"%s\",\"booking\":{\"session\":1,\"start\":\"%s\",\"minutes\":30,"
        "\"method\":\"office\",\"office\":\"OFC0201\",\"workers\":[\"JBELL\"]}}",
        fresh, start);
    const struct bad rows[] = {
        {"a session that was held", path, &jo, booked, 409, "session-already-held", NULL},
        {"an office of another region", path, &jo, office, 422, "office-not-in-region",
            "/booking/office"},
        {"attendance of an appointment that is not there", referral_path(story, "/attendances"),
            &jo, future, 404, "unknown-part", NULL},
        {"a risk version that is not there", person_path(story, "/risk-acknowledgements"), &jo,
            printed(api, "{\"riskVersion\":9,\"referralId\":\"%s\"}", story->referral), 409,
            "risk-version-old", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        try_bad(story, &rows[i]);
}

/* Attendance is not recorded before the appointment began. */
static void future_attendance(struct story *story)
{
    struct api *api = story->api;
    const char *id = printed(api, "%s", uuid_text(uuid_random()).text).ptr;
    char start[TIME_TEXT_MAX];
    time_print(clock_now() + 3 * TIME_US_PER_DAY, start);
    struct http_reply booked = api_post(api, &jo, referral_path(story, "/appointments"),
        printed(api,
            "{\"appointmentId\":\"%s\",\"booking\":{\"session\":1,\"start\":\"%s\",\"minutes\":30,"
            "\"method\":\"phone\",\"workers\":[\"JBELL\"]}}",
            id, start));
    if (booked.status != 201) {
        /* Sessions from 1 up wait for a plan here: then there is nothing to record. */
        expect(api, &booked, 404, "unknown-session", "a session beyond the plan");
        return;
    }
    try_bad(story, &(struct bad){"future attendance", referral_path(story, "/attendances"), &jo,
                       printed(api,
                           "{\"appointmentId\":\"%s\",\"attendance\":{\"happened\":true,"
                           "\"attended\":true,\"late\":false}}",
                           id),
                       422, "appointment-in-future", NULL});
}

/* Somebody else's referral and one that is not there: the same words. */
static void not_theirs(struct story *story)
{
    struct api *api = story->api;
    const char *unknown = printed(api, "/v1/referrals/%s", uuid_text(uuid_random()).text).ptr;
    struct http_reply none = api_get(api, &tom, unknown);
    struct http_reply other = api_get(api, &tom, referral_path(story, ""));
    expect(api, &none, 404, "not-found", "an unknown referral");
    expect(api, &other, 404, "not-found", "another provider's referral");
    check(api, view_eq(none.body, other.body), "both in the same words");
    struct http_reply unit = api_get(api, &esme, referral_path(story, ""));
    expect(api, &unit, 404, "not-found", "another unit's referral");
    struct http_reply money = api_get(api, &mia, referral_path(story, ""));
    expect(api, &money, 403, "not-permitted", "a commissioner sees nobody");
    struct http_reply count = api_get(api, &jo, "/v1/flows");
    expect(api, &count, 403, "not-permitted", "flows are the commissioner's");
    struct http_reply post = api_post(api, &tom, referral_path(story, "/caseworkers"),
        VIEW("{\"workers\":[{\"userId\":\"THALE\",\"organisation\":\"HOMETRUST\"}]}"));
    expect(api, &post, 404, "not-found", "a command to another provider's referral");
    struct http_reply role = api_post(api, &jo, person_path(story, "/risk"), body_share(story));
    expect(api, &role, 403, "not-permitted", "a provider shares no risk");
    struct http_reply person = api_post(api, &bernard,
        printed(api, "/v1/people/%s/risk", uuid_text(uuid_random()).text).ptr, body_share(story));
    expect(api, &person, 404, "not-found", "an unknown person");
    struct http_reply malformed = api_get(api, &bernard, "/v1/referrals/zz");
    expect(api, &malformed, 404, "not-found", "an id that is none");
    struct http_reply method =
        api_ask(api, &(struct ask){"DELETE", referral_path(story, ""), api_token(api, &bernard),
                         VIEW_NONE, VIEW_NONE, NULL});
    expect(api, &method, 405, "method-not-allowed", "nothing is deleted");
    check(api, view_eq_text(http_header_get(method.headers, "Allow"), "GET, HEAD"),
        "the answer says which methods there are");
}

static struct view token_with(
    struct story *story, const char *issuer, const char *audience, int64_t issued_us)
{
    struct api *api = story->api;
    struct token_claims claims = {.user = "BBEAKS", .client = "test", .kind = "practitioner"};
    const struct token_mint mint = {
        printed(api, "%s/token.key", api->keys).ptr, issuer, audience, issued_us, 600, &claims};
    struct view token;
    if (token_mint(&mint, api->arena, &token).act != RES_OK)
        exit(2);
    return token;
}

static void bad_tokens(struct story *story)
{
    struct api *api = story->api;
    const char *ours = "referral-broker-demo", *us = "referral-broker";
    struct view good = token_with(story, ours, us, clock_now());
    struct view forged = printed(api, "%.*s%s", (int)good.len - 4, good.ptr, "AAAA");
    const struct {
        const char *what;
        struct view token;
        const char *code;
    } rows[] = {
        {"no token", VIEW_NONE, "sign-in"},
        {"an expired token", token_with(story, ours, us, clock_now() - 3600 * TIME_US_PER_S),
            "token-expired"},
        {"a forged token", forged, "token-refused"},
        {"another audience", token_with(story, ours, "others", clock_now()), "token-refused"},
        {"another issuer", token_with(story, "others", us, clock_now()), "token-refused"},
        {"not a token", VIEW("zz"), "token-refused"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_reply reply = api_ask(api, &(struct ask){"GET", referral_path(story, ""),
                                                   rows[i].token, VIEW_NONE, VIEW_NONE, NULL});
        expect(api, &reply, 401, rows[i].code, rows[i].what);
        reply = api_ask(api, &(struct ask){"POST", person_path(story, "/risk"), rows[i].token,
                                 VIEW("k"), body_share(story), NULL});
        expect(api, &reply, 401, rows[i].code, rows[i].what);
    }
}

static void bad_headers(struct story *story)
{
    struct api *api = story->api;
    struct view token = api_token(api, &bernard);
    struct ask ask = {
        "POST", person_path(story, "/risk"), token, VIEW_NONE, body_share(story), NULL};
    struct http_reply reply = api_ask(api, &ask);
    expect(api, &reply, 400, "idempotency-key-missing", "no Idempotency-Key");
    ask.key = repeat(story, "", "k", 201, "");
    reply = api_ask(api, &ask);
    expect(api, &reply, 400, "idempotency-key-missing", "a key that is too long");
    ask.key = VIEW("with space");
    reply = api_ask(api, &ask);
    expect(api, &reply, 400, "idempotency-key-missing", "a key with a space");
    ask.key = VIEW("fine");
    ask.type = "text/plain";
    reply = api_ask(api, &ask);
    expect(api, &reply, 415, "media-type", "not said to be JSON");
    static const struct {
        const char *path, *body;
    } queries[] = {{"/v1/people", "{\"crn\":\"X123456\"}"}, {"/v1/search", "{\"text\":\"ash\"}"}};
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        const struct ask query = {
            "POST", queries[i].path, token, VIEW_NONE, view_of(queries[i].body), "text/plain"};
        reply = api_ask(api, &query);
        expect(api, &reply, 415, "media-type", queries[i].path);
    }
}

static void bad_filters(struct story *story)
{
    static const char *const queries[] = {"overdue=perhaps", "overdue=null&overdue=yes",
        "whose=theirs", "status=lost", "page=0", "page=100001", "page=x"};
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        struct http_reply reply =
            api_get(story->api, &jo, printed(story->api, "/v1/caseload?%s", queries[i]).ptr);
        expect(story->api, &reply, 400, "bad-request", queries[i]);
    }
}

void bad_input(struct story *story)
{
    struct api *api = story->api;
    future_attendance(story);
    struct http_reply before = api_get(api, &bernard, referral_path(story, ""));
    bad_bodies(story);
    bad_referrals(story);
    bad_sessions(story);
    not_theirs(story);
    bad_tokens(story);
    bad_headers(story);
    bad_filters(story);
    struct http_reply after = api_get(api, &bernard, referral_path(story, ""));
    check(api, before.status == 200 && view_eq(before.body, after.body),
        "none of it changed the referral");
}
