#include "browser.h"
#include "story.h"

#include "base/clock.h"
#include "base/id.h"

#include <stdio.h>
#include <string.h>

static const char *page_path(struct story *story, const char *rest)
{
    return printed(story->api, "/referrals/%s%s", story->referral, rest).ptr;
}

static void has_header(
    struct api *api, const struct http_reply *reply, const char *name, const char *value)
{
    check(api, view_eq_text(http_header_get(reply->headers, name), value),
        printed(api, "header %s", name).ptr);
}

static void signing_in(struct story *story, struct browser *jo_page)
{
    struct api *api = story->api;
    struct http_reply home = browser_get(jo_page, "/");
    check(api, home.status == 200 && page_has(&home, "Jo Bell"), "the sign-in names the users");
    has_header(api, &home, "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types live");
    has_header(api, &home, "Referrer-Policy", "same-origin");
    has_header(api, &home, "X-Content-Type-Options", "nosniff");
    has_header(api, &home, "Cache-Control", "no-store");
    struct http_reply asked = browser_get(jo_page, page_path(story, ""));
    check(api, asked.status == 401 && page_has(&asked, page_path(story, "")),
        "a page without a session: sign in, then back here");
    struct http_reply foreign =
        api_ask(api, &(struct ask){"POST", "/sign-in", VIEW_NONE, VIEW_NONE, VIEW("user=JBELL"),
                         "application/x-www-form-urlencoded"});
    check(api, foreign.status == 403, "a form without our Origin is not taken");
    struct http_reply nobody = browser_post(jo_page, "/sign-in", VIEW("user=NOBODY"));
    check(api, nobody.status == 403 && jo_page->cookie[0] == '\0', "nor somebody unknown");
    struct http_reply there =
        browser_post(jo_page, "/sign-in", printed(api, "user=JBELL&next=%s", page_path(story, "")));
    check(api, leads_to(&there, page_path(story, "")), "signed in, and back where it was asked");
    browser_sign_in(jo_page, "JBELL");
    struct http_reply away =
        browser_post(jo_page, "/sign-in", VIEW("user=JBELL&next=//evil.example/"));
    check(api, leads_to(&away, "/today"), "never to another host");
}

static void assigning(struct story *story, struct browser *jo_page)
{
    struct api *api = story->api;
    struct http_reply list = browser_get(jo_page, "/today");
    check(api, list.status == 200, "today");
    struct http_reply form =
        browser_get(jo_page, printed(api, "/assign?referral=%s", story->referral).ptr);
    check(api, form.status == 200 && page_has(&form, "Quillfeather"), "whom to assign");
    struct view fields = printed(api, "referral=%s&worker=JBELL+HARMONY", story->referral);
    struct http_reply token = browser_post(jo_page, "/assign",
        printed(api, "csrf=zz&command=%.*s&%.*s", VIEW_ARG(hidden(form.body, "command")),
            VIEW_ARG(fields)));
    check(api, token.status == 403, "a form without its token is not taken");
    struct http_reply nobody = browser_send(
        jo_page, form.body, "/assign", printed(api, "referral=%s", story->referral).ptr);
    check(api, nobody.status == 422 && page_has(&nobody, "Choose who will work with this person"),
        "nobody chosen: the form again, with words");
    struct http_reply sent = browser_send(jo_page, form.body, "/assign", fields.ptr);
    check(api, leads_to(&sent, page_path(story, "?done=CaseworkersAssigned")),
        "assigned, and on to the referral");
    struct http_reply done = browser_get(jo_page, page_path(story, "?done=CaseworkersAssigned"));
    check(api, done.status == 200 && page_has(&done, "Quillfeather"), "which says so");
    struct http_reply again = browser_get(jo_page, page_path(story, "?done=%3Cscript%3E"));
    check(api, again.status == 200 && !page_has(&again, "&lt;script"),
        "nothing else of an address gets onto a page");
}

static void reading(struct story *story, struct browser *jo_page)
{
    struct api *api = story->api;
    struct http_reply before = browser_get(jo_page, page_path(story, "/risk"));
    check(api, before.status == 200 && !page_has(&before, "zz-risk-text"),
        "before reading: not a word of risk");
    struct http_reply part = browser_get(jo_page, page_path(story, "/risk?part=alert"));
    check(api, part.status == 200 && !page_has(&part, "zz-risk-text"), "nor in a part");
    struct http_reply read =
        browser_send(jo_page, before.body, page_path(story, "/risk/read"), "riskVersion=1");
    check(api, leads_to(&read, page_path(story, "/risk")), "the reading is recorded");
    struct http_reply text = browser_get(jo_page, page_path(story, "/risk"));
    check(api, text.status == 200 && page_has(&text, "zz-risk-text-staff"), "then it is shown");
    struct browser tom_page = {.api = api};
    check(api, browser_sign_in(&tom_page, "THALE"), "another provider signs in");
    struct http_reply other = browser_get(&tom_page, page_path(story, "/risk"));
    check(api, other.status == 404 && !page_has(&other, "zz-risk-text"), "and finds nothing");
    struct http_reply known =
        browser_send(jo_page, text.body, page_path(story, "/risk/acknowledge"), "riskVersion=1");
    check(api, leads_to(&known, page_path(story, "/risk?done=RiskAcknowledged")), "acknowledged");
}

/* A colleague of the same organisation, not assigned: may read, and says why. */
static void reading_for_a_colleague(struct story *story)
{
    struct api *api = story->api;
    const char *path = page_path(story, "/risk/read");
    struct browser priya = {.api = api};
    check(api, browser_sign_in(&priya, "PNAIR"), "a colleague who is not assigned signs in");
    struct http_reply before = browser_get(&priya, page_path(story, "/risk"));
    check(api, page_has(&before, "name=\"reason\""), "and is asked for a reason");
    struct http_reply none = browser_send(&priya, before.body, path, "riskVersion=1");
    check(api,
        none.status == 422 && page_has(&none, "Enter why you need to read it") &&
            !page_has(&none, "zz-risk-text"),
        "without one nothing is shown");
    struct http_reply read =
        browser_send(&priya, none.body, path, "riskVersion=1&reason=zz-note-cover");
    check(api, leads_to(&read, page_path(story, "/risk")), "with one it is");
}

/* Begun a moment ago, as the form wants it. */
static struct view start_fields(struct api *api)
{
    int64_t now = clock_now();
    int32_t day, minute;
    london_parts(now, &day, &minute);
    struct date_parts date = day_to_parts(day);
    minute = minute > 0 ? minute - 1 : 0;
    return printed(api,
        "booking-start-day=%d&booking-start-month=%d&booking-start-year=%d"
        "&booking-start-time=%02d%%3A%02d",
        date.day, date.month, date.year, minute / 60, minute % 60);
}

static void booking(struct story *story, struct browser *jo_page)
{
    struct api *api = story->api;
    const char *path = page_path(story, "/sessions/0/book");
    struct http_reply form = browser_get(jo_page, path);
    check(api, form.status == 200, "the booking form");
    struct view start = start_fields(api);
    struct http_reply bad = browser_send(jo_page, form.body, path,
        printed(api, "%.*s&booking-minutes=&worker=JBELL&booking-method=phone", VIEW_ARG(start))
            .ptr);
    check(api, bad.status == 422 && page_has(&bad, "Enter how many minutes it takes"),
        "a missing field: the form again");
    const char *fields =
        printed(api, "%.*s&booking-minutes=45&worker=JBELL&booking-method=phone", VIEW_ARG(start))
            .ptr;
    struct http_reply booked = browser_send(jo_page, bad.body, path, fields);
    check(api, leads_to(&booked, page_path(story, "?done=AppointmentBooked")), "booked");
    struct http_reply twice = browser_send(jo_page, bad.body, path, fields);
    check(api, leads_to(&twice, page_path(story, "?done=AppointmentBooked")),
        "pressed twice: the same answer");
    struct http_reply edited = browser_send(jo_page, bad.body, path,
        printed(api, "%.*s&booking-minutes=50&worker=JBELL&booking-method=phone", VIEW_ARG(start))
            .ptr);
    check(api, edited.status == 422 && page_has(&edited, "value=\"50\""),
        "edited after Back: not taken, text kept");
}

static void recording(struct story *story, struct browser *jo_page, struct browser *pp)
{
    struct api *api = story->api;
    const char *path = page_path(story, "/sessions/0/record");
    struct http_reply form = browser_get(jo_page, path);
    check(api, form.status == 200, "the recording form");
    check(api, hidden(form.body, "appointment").len == UUID_TEXT_LEN,
        "names the appointment that it shows");
    struct http_reply bad = browser_send(
        jo_page, form.body, path, "attendance=attended&feedback-response=zz-note-kept");
    check(api, bad.status == 422 && page_has(&bad, "zz-note-kept"), "what was typed is kept");
    struct http_reply page = browser_get(pp, page_path(story, ""));
    check(api, page.status == 200, "the practitioner looks");
    struct listener *listener =
        listen_start(pp, printed(api, "/live?page=%s&after=zz", page_path(story, "")).ptr);
    check(api, listen_open(listener) && listen_changed(listener),
        "an unknown cursor is told to look again");
    const char *at =
        page.body.len > 0 ? memmem(page.body.ptr, page.body.len, "data-live=\"", 11) : NULL;
    struct view cursor =
        at == NULL ? VIEW("") : view_from(page.body, (size_t)(at - page.body.ptr) + 11);
    cursor = view_cut(&cursor, '"');
    check(api, cursor.len > 0, "the page has its cursor");
    listener = listen_start(
        pp, printed(api, "/live?page=%s&after=%.*s", page_path(story, ""), VIEW_ARG(cursor)).ptr);
    check(api, listen_open(listener), "the stream is open");
    const char *fields = "attendance=attended&feedback-summary=zz-note-summary"
                         "&feedback-response=zz-note-kept&feedback-notifyBehaviour=no"
                         "&feedback-notifyConcerns=no";
    struct http_reply sent = browser_send(jo_page, bad.body, path, fields);
    check(api, leads_to(&sent, page_path(story, "?done=FeedbackGiven")), "recorded");
    check(api, listen_changed(listener), "the practitioner's page is told at once");
    struct http_reply part = browser_get(pp, page_path(story, "?part=status,timeline"));
    check(api,
        part.status == 200 && page_has(&part, "zz-note-summary") && !page_has(&part, "<html"),
        "and gets the parts it asks for");
    struct http_reply done = browser_get(jo_page, path);
    check(api, done.status == 200 && !page_has(&done, "feedback-summary\""),
        "Back shows the fact, not an empty form");
}

static void other_pages(struct story *story, struct browser *jo_page)
{
    struct api *api = story->api;
    struct browser money = {.api = api};
    check(api, browser_sign_in(&money, "MOKAFOR"), "the commissioner signs in");
    struct http_reply flows = browser_get(&money, "/flows");
    check(api, flows.status == 200 && !page_has(&flows, "Quillfeather"), "flows name nobody");
    static const char *const closed[] = {"/today", "/cases", "/assign"};
    for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
        struct http_reply reply = browser_get(&money, closed[i]);
        check(api, reply.status == 403, closed[i]);
    }
    check(api, browser_get(&money, page_path(story, "")).status == 403, "a case is not theirs");
    check(api, browser_get(jo_page, "/flows").status == 403, "flows are not the provider's");
    check(api, browser_get(jo_page, "/nothing").status == 404, "no such page");
    check(api, browser_get(jo_page, "/cases?status=zz").status == 400, "no such filter");
    check(api, browser_get(jo_page, page_path(story, "?part=zz")).status == 404, "no such part");
    struct http_reply today = browser_get(jo_page, "/today");
    struct http_reply api_by_cookie = browser_get(jo_page, "/v1/caseload");
    check(api, api_by_cookie.status == 401, "a cookie does not speak to the API");
    struct http_reply out = browser_post(
        jo_page, "/sign-out", printed(api, "csrf=%.*s", VIEW_ARG(hidden(today.body, "csrf"))));
    check(api, leads_to(&out, "/"), "signed out");
    char kept[512];
    snprintf(kept, sizeof(kept), "%s", jo_page->cookie);
    check(api, browser_get(jo_page, "/today").status == 401, "and out it is");
}

void pages_tell(struct story *story)
{
    struct api *api = story->api;
    struct browser jo_page = {.api = api};
    struct browser pp = {.api = api};
    story_begin(story);
    signing_in(story, &jo_page);
    check(api, browser_sign_in(&pp, "BBEAKS"), "the practitioner signs in");
    struct browser old = jo_page;
    assigning(story, &jo_page);
    reading(story, &jo_page);
    reading_for_a_colleague(story);
    booking(story, &jo_page);
    recording(story, &jo_page, &pp);
    other_pages(story, &jo_page);
    check(api, browser_get(&old, "/today").status == 401,
        "a cookie from before the sign-out is worth nothing");
}
