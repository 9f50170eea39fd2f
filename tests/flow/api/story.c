#include "story.h"

#include "base/clock.h"
#include "base/id.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *referral_path(struct story *story, const char *rest)
{
    return printed(story->api, "/v1/referrals/%s%s", story->referral, rest).ptr;
}

const char *person_path(struct story *story, const char *rest)
{
    return printed(story->api, "/v1/people/%s%s", story->person, rest).ptr;
}

struct view body_share(struct story *story)
{
    char review[TIME_TEXT_MAX];
    day_print(london_day(clock_now()) + 60, review);
    return printed(story->api,
        "{\"basis\":\"assessed\",\"assessedAt\":\"2026-11-01T09:00:00Z\",\"source\":\"test\","
        "\"whoIsAtRisk\":{\"state\":\"disclosed\",\"text\":\"zz-risk-text-who\"},"
        "\"staffSafety\":{\"state\":\"disclosed\",\"text\":\"zz-risk-text-staff\"},"
        "\"sexualHistory\":{\"state\":\"withheld\",\"why\":\"zz-risk-text-why\"},"
        "\"nature\":{\"state\":\"not-assessed\"},"
        "\"levels\":{\"public\":{\"community\":\"high\",\"custody\":\"not-assessed\"}},"
        "\"reviewBy\":\"%s\",\"urgent\":false,\"approved\":true,"
        "\"disclosed\":2,\"withheld\":1,\"notAssessed\":1}",
        review);
}

/* Accommodation, North: one category, one outcome. The ids are those of schemas/catalogue. */
static const char *either(const char *text, const char *standard)
{
    return text != NULL ? text : standard;
}

struct view body_submit(struct story *story, const struct submit *with)
{
    char deadline[TIME_TEXT_MAX];
    day_print(london_day(clock_now()) + 120, deadline);
    return printed(story->api,
        "{%s\"referralId\":\"%s\",\"terms\":{\"serviceId\":\"%s\"%s},"
        "\"subject\":{\"kind\":\"sentence-event\",\"id\":\"2500001\"},"
        "\"categories\":[{\"id\":\"a979407a-ca1b-595a-a0d0-3b16e4a3aa01\","
        "\"outcomes\":[\"%s\"],\"complexity\":\"%s\"}],\"crn\":\"%s\","
        "\"person\":{\"firstName\":\"Zebedee\",\"lastName\":\"Quillfeather\",\"dob\":\"1990-02-"
        "03\","
        "\"asAt\":\"2026-11-01T09:00:00Z\"},\"ageYears\":36,\"sex\":\"male\","
        "\"location\":{\"setting\":\"community\"},"
        "\"practitioner\":{\"userId\":\"BBEAKS\",\"name\":\"Bernard Beaks\","
        "\"email\":\"%s\",\"unit\":\"NORTH\"},\"allocated\":true,"
        "\"needs\":{\"interpreter\":false,\"responsibilities\":false},\"enforceableDays\":20,"
        "\"completionDeadline\":\"%s\",\"reason\":\"needs somewhere to live\","
        "\"furtherInformation\":\"none\",\"urgent\":false}",
        either(with->more, ""), either(with->referral, story->referral),
        either(with->service, story->service), either(with->terms, ""),
        either(with->outcome, "68adfecc-df04-5a2d-b44d-62f7384a93e2"),
        either(with->complexity, "2c0a4783-168e-5327-8112-2071ac01f024"),
        either(with->crn, story->crn), either(with->email, "b.beaks@justice.gov.uk"), deadline);
}

struct view body_book(struct story *story, const char *appointment, int64_t start_us)
{
    char start[TIME_TEXT_MAX];
    time_print(start_us, start);
    return printed(story->api,
        "{\"appointmentId\":\"%s\",\"booking\":{\"session\":0,\"start\":\"%s\",\"minutes\":30,"
        "\"method\":\"phone\",\"workers\":[\"JBELL\"],"
        "\"notice\":{\"how\":\"letter\",\"at\":\"2026-11-18T09:00:00Z\"}}}",
        appointment, start);
}

static void new_id(char ret[static 40])
{
    snprintf(ret, 40, "%s", uuid_text(uuid_random()).text);
}

static bool holds_text(struct view body, const char *text)
{
    return body.len > 0 && memmem(body.ptr, body.len, text, strlen(text)) != NULL;
}

static void tell_risk(struct story *story)
{
    struct api *api = story->api;
    struct view token = api_token(api, &bernard);
    struct view key = printed(api, "%s-risk-%s", api->run, story->crn);
    const struct ask share = {
        "POST", person_path(story, "/risk"), token, key, body_share(story), NULL};
    struct http_reply first = api_ask(api, &share);
    /* Deciders that have just started take some seconds to join: the same key until it is answered.
     */
    for (int i = 0; i < 30 && first.status == 202; i++)
        first = api_ask(api, &share);
    expect(api, &first, 201, "", "risk is shared");
    struct http_reply again = api_ask(api, &share);
    check(api, again.status == 201 && view_eq(first.body, again.body),
        "the same key gets the same answer, byte for byte");
    struct ask other = share;
    other.body = printed(api, "%.*s ", VIEW_ARG(share.body));
    struct http_reply reused = api_ask(api, &other);
    expect(api, &reused, 422, "key-reused", "the same key with another body");
    struct ask dana_too = share;
    dana_too.token = api_token(api, &dana);
    reused = api_ask(api, &dana_too);
    expect(api, &reused, 422, "key-reused", "the same key and body of the client's other user");
    struct http_reply link = api_get(api, &bernard,
        printed(api, "/v1/outcomes/%.*s", VIEW_ARG(member(api, first.body, "id"))).ptr);
    check(api, link.status == 201 && view_eq(first.body, link.body),
        "the status link gives the same answer");
}

static bool finds(struct story *story, const struct person *who, struct view body)
{
    struct http_reply found = api_post(story->api, who, "/v1/search", body);
    return found.status == 200 && holds_text(found.body, story->referral);
}

/* The blind index: whole words, in the caller's own cases only. */
static void tell_search(struct story *story)
{
    struct api *api = story->api;
    check(api, finds(story, &jo, VIEW("{\"text\":\"quillFEATHER\"}")),
        "the provider finds the case by a name");
    check(api, finds(story, &bernard, VIEW("{\"text\":\"quillfeather\"}")),
        "so does the practitioner");
    check(
        api, !finds(story, &tom, VIEW("{\"text\":\"quillfeather\"}")), "another provider does not");
    check(api, !finds(story, &jo, VIEW("{\"text\":\"quillfeather nobody\"}")),
        "every word must be known");
    check(api, !finds(story, &jo, VIEW("{\"text\":\"quill\"}")), "part of a word finds nothing");
    struct http_reply empty = api_post(api, &jo, "/v1/search", VIEW("{\"text\":\" \"}"));
    expect(api, &empty, 422, "field-missing", "nothing to look for is refused");
}

static void tell_referral(struct story *story)
{
    struct api *api = story->api;
    new_id(story->referral);
    struct http_reply sent = api_post(
        api, &bernard, person_path(story, "/referrals"), body_submit(story, &(struct submit){0}));
    expect(api, &sent, 201, "", "the person is referred");
    struct http_reply page = api_get(api, &bernard, referral_path(story, ""));
    expect(api, &page, 200, "", "the practitioner sees the referral");
    check(api, holds_text(page.body, "Quillfeather"), "with the name");
    check(api, view_eq(member(api, page.body, "status"), VIEW("unassigned")), "unassigned");
    struct http_reply list = api_get(api, &jo, "/v1/caseload");
    check(api, holds_text(list.body, story->referral), "the provider's caseload has it");
    struct http_reply none = api_get(api, &tom, "/v1/caseload");
    check(api, none.status == 200 && !holds_text(none.body, story->referral),
        "another provider's has not");
    tell_search(story);
}

static void tell_assignment(struct story *story)
{
    struct api *api = story->api;
    struct http_reply assigned = api_post(api, &jo, referral_path(story, "/caseworkers"),
        VIEW("{\"workers\":[{\"userId\":\"JBELL\",\"organisation\":\"HARMONY\"}]}"));
    expect(api, &assigned, 201, "", "a caseworker is assigned");
}

static void tell_reading(struct story *story)
{
    struct api *api = story->api;
    struct http_reply before = api_get(api, &jo, referral_path(story, "/risk"));
    expect(api, &before, 409, "risk-not-read", "no risk text before the reading is on the stream");
    check(api, !holds_text(before.body, "zz-risk-text"), "not a word of it");
    struct http_reply early = api_post(api, &jo, person_path(story, "/risk-acknowledgements"),
        printed(api, "{\"riskVersion\":1,\"referralId\":\"%s\"}", story->referral));
    expect(api, &early, 409, "risk-not-read", "nor is it acknowledged unread");
    struct http_reply opened = api_post(api, &jo, person_path(story, "/risk-disclosures"),
        VIEW("{\"riskVersion\":1,\"reader\":\"worker\",\"purpose\":\"read\","
             "\"shown\":[\"whoIsAtRisk\",\"staffSafety\"]}"));
    expect(api, &opened, 201, "", "the reading is recorded");
    struct http_reply text = api_get(api, &jo, referral_path(story, "/risk"));
    expect(api, &text, 200, "", "then the text is shown");
    check(api, holds_text(text.body, "zz-risk-text-staff"), "all of it");
    struct http_reply other = api_get(api, &bernard, referral_path(story, "/risk"));
    expect(api, &other, 409, "risk-not-read", "to nobody else");
    struct http_reply known = api_post(api, &jo, person_path(story, "/risk-acknowledgements"),
        printed(api, "{\"riskVersion\":1,\"referralId\":\"%s\"}", story->referral));
    expect(api, &known, 201, "", "the version is acknowledged");
}

/* Begun a moment ago, today. */
static int64_t just_now(void)
{
    int64_t now = clock_now();
    int64_t midnight = london_midnight(london_day(now));
    int64_t start = now - 60 * TIME_US_PER_S;
    return start > midnight ? start : midnight;
}

static void tell_session(struct story *story)
{
    struct api *api = story->api;
    new_id(story->appointment);
    struct http_reply booked = api_post(api, &jo, referral_path(story, "/appointments"),
        body_book(story, story->appointment, just_now()));
    expect(api, &booked, 201, "", "the first meeting is booked");
    struct view feedback = printed(api,
        "{\"appointmentId\":\"%s\",\"attendance\":{\"happened\":true,\"attended\":true,"
        "\"late\":false},\"feedback\":{\"summary\":\"zz-note-summary\",\"response\":\"well\","
        "\"notifyBehaviour\":false,\"notifyConcerns\":false}}",
        story->appointment);
    struct http_reply given = api_post(api, &jo, referral_path(story, "/feedback"), feedback);
    expect(api, &given, 201, "", "feedback is given");
    struct http_reply twice = api_post(api, &jo, referral_path(story, "/feedback"), feedback);
    check(api, twice.status == 409, "a second submission is refused");
    struct http_reply page = api_get(api, &bernard, referral_path(story, ""));
    check(api, view_eq(member(api, page.body, "status"), VIEW("plan-due")), "a plan is due");
    check(api, holds_text(page.body, "zz-note-summary"), "the practitioner reads the note");
    struct http_reply flows = api_get(api, &mia, "/v1/flows");
    check(api,
        flows.status == 200 && holds_text(flows.body, "plan-due") &&
            !holds_text(flows.body, "Quillfeather"),
        "the commissioner counts it, and sees no name");
}

void story_begin(struct story *story)
{
    struct api *api = story->api;
    snprintf(story->service, sizeof(story->service), "e6876644-c9c4-5312-b4bf-f085b178fffb");
    snprintf(story->crn, sizeof(story->crn), "X%06u", (unsigned)(clock_now() % 1000000));
    struct view body = printed(api, "{\"crn\":\"%s\"}", story->crn);
    struct http_reply person = api_post(api, &bernard, "/v1/people", body);
    check(api, person.status == 201 || person.status == 200, "a person is registered");
    struct http_reply same = api_post(api, &bernard, "/v1/people", body);
    check(api, same.status == 200 && view_eq(same.body, person.body), "and is the same again");
    snprintf(
        story->person, sizeof(story->person), "%.*s", VIEW_ARG(member(api, person.body, "person")));
    tell_risk(story);
    tell_referral(story);
}

void story_tell(struct story *story)
{
    story_begin(story);
    tell_assignment(story);
    tell_reading(story);
    tell_session(story);
}
