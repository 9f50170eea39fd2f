#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "brokerctl/demo.h"
#include "codec/json.h"

#define MINUTE_US (60 * TIME_US_PER_S)

struct uuid demo_id(const struct demo *demo, const struct demo_person *person, const char *part)
{
    char name[96];
    int len =
        snprintf(name, sizeof name, "demo %" PRId64 " %zu %s", demo->seed, person->number, part);
    return uuid_v5((struct uuid){{0xde}}, (struct view){name, (size_t)len});
}

/* --- JSON, a field at a time -------------------------------------------------------------------*/

static void put_name(struct buf *out, const char *name)
{
    bool first = out->len == 0 || out->ptr[out->len - 1] == '{';
    buf_printf(out, "%s\"%s\":", first ? "" : ",", name);
}

static void put_text(struct buf *out, const char *name, struct view text)
{
    put_name(out, name);
    codec_json_text(text, out);
}

static void put_raw(struct buf *out, const char *name, const char *value)
{
    put_name(out, name);
    buf_text(out, value);
}

static void put_number(struct buf *out, const char *name, int64_t number)
{
    put_name(out, name);
    buf_printf(out, "%" PRId64, number);
}

static void put_id(struct buf *out, const char *name, struct uuid id)
{
    put_text(out, name, view_of(uuid_text(id).text));
}

static void put_time(struct buf *out, const char *name, int64_t at_us)
{
    char text[TIME_TEXT_MAX];
    time_print(at_us, text);
    put_text(out, name, view_of(text));
}

static void put_day(struct buf *out, const char *name, int32_t day)
{
    char text[TIME_TEXT_MAX];
    day_print(day, text);
    put_text(out, name, view_of(text));
}

static struct view cell(const struct demo *demo, const struct demo_person *person, const char *name)
{
    return tsv_cell(&demo->services, person->service, name);
}

static bool is_yes(struct view text)
{
    return view_eq_text(text, "yes");
}

/* --- risk --------------------------------------------------------------------------------------*/

static void put_heading(struct buf *out, const char *name, const char *text)
{
    put_name(out, name);
    buf_text(out, "{\"state\":\"disclosed\",\"text\":");
    codec_json_text(view_of(text), out);
    buf_byte(out, '}');
}

static void put_risk(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    static const char *const natures[] = {
        "Has shouted and thrown things when under pressure. Nobody was hurt.",
        "Took part in a burglary with others. No violence was used.",
        "Driving while disqualified. Known to leave meetings early.",
    };
    static const char *const safety[] = {
        "Meet at the office, in the room beside reception.",
        "No home visits alone. Tell a colleague when the meeting ends.",
        "Nothing beyond the usual.",
    };
    int32_t today = london_day(demo->now);
    put_raw(out, "basis", "\"assessed\"");
    put_time(out, "assessedAt", demo->now - (20 - person->risk_version) * TIME_US_PER_DAY);
    put_text(out, "source", VIEW("Assessment (invented)"));
    put_heading(out, "whoIsAtRisk", "People close by when an argument starts.");
    put_heading(out, "nature", natures[demo_dice(demo, ARRAY_LEN(natures))]);
    put_heading(out, "imminence", "Not soon, as long as housing holds.");
    put_heading(out, "increases", "Losing a place to stay; drinking.");
    put_heading(out, "decreases", "A routine, and somebody to call.");
    put_heading(out, "staffSafety", safety[(size_t)person->risk_version % ARRAY_LEN(safety)]);
    put_raw(out, "analysis", "{\"state\":\"not-assessed\"}");
    put_raw(out, "sexualHistory", "{\"state\":\"not-assessed\"}");
    put_raw(
        out, "additional", "{\"state\":\"withheld\",\"why\":\"Somebody else could be named.\"}");
    put_raw(out, "levels",
        "{\"children\":{\"community\":\"low\"},\"public\":{\"community\":\"medium\"},"
        "\"knownAdult\":{\"community\":\"medium\"},\"staff\":{\"community\":\"low\"}}");
    put_raw(out, "toSelf", "{\"suicide\":{\"state\":\"no\"},\"selfHarm\":{\"state\":\"unknown\"}}");
    put_day(out, "reviewBy", today + 90);
    put_raw(out, "urgent", "false");
    put_raw(out, "approved", "true");
    put_number(out, "disclosed", 6);
    put_number(out, "withheld", 1);
    put_number(out, "notAssessed", 2);
}

static void put_opened(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    (void)demo;
    put_number(out, "riskVersion", person->risk_version);
    put_raw(out, "reader", "\"worker\"");
    put_raw(out, "purpose", "\"read\"");
    put_raw(out, "shown",
        "[\"whoIsAtRisk\",\"nature\",\"imminence\",\"increases\",\"decreases\",\"staffSafety\"]");
}

static void put_acknowledged(const struct demo_person *person, struct buf *out)
{
    put_number(out, "riskVersion", person->risk_version);
    put_id(out, "referralId", person->referral);
}

/* --- the referral ------------------------------------------------------------------------------*/

static void put_outcomes(struct demo *demo, struct view category, struct buf *out)
{
    size_t count = 0;
    put_name(out, "outcomes");
    buf_byte(out, '[');
    for (size_t i = 0; i < demo->outcomes.count && count < 2; i++) {
        if (!view_eq(tsv_cell(&demo->outcomes, i, "category"), category) ||
            tsv_cell(&demo->outcomes, i, "deprecatedOn").len > 0)
            continue;
        buf_printf(out, "%s\"%.*s\"", count++ == 0 ? "" : ",",
            VIEW_ARG(tsv_cell(&demo->outcomes, i, "id")));
    }
    buf_byte(out, ']');
}

static struct view level_of(const struct demo *demo, struct view category)
{
    for (size_t i = 0; i < demo->complexity.count; i++)
        if (view_eq(tsv_cell(&demo->complexity, i, "category"), category) &&
            view_eq_text(tsv_cell(&demo->complexity, i, "level"), "medium"))
            return tsv_cell(&demo->complexity, i, "id");
    return VIEW_NONE;
}

static void put_categories(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    struct view all = cell(demo, person, "categories");
    struct view category = view_cut(&all, ',');
    put_name(out, "categories");
    buf_printf(out, "[{\"id\":\"%.*s\"", VIEW_ARG(category));
    if (view_eq_text(cell(demo, person, "kind"), "commissioned")) {
        put_outcomes(demo, category, out);
        put_text(out, "complexity", level_of(demo, category));
    }
    buf_text(out, "}]");
}

static void put_person(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    put_name(out, "person");
    buf_byte(out, '{');
    put_text(out, "firstName", person->first);
    put_text(out, "lastName", person->last);
    put_day(out, "dob", london_day(demo->now) - 12000 - (int32_t)(person->number * 97 % 3000));
    put_time(out, "asAt", demo->now);
    buf_byte(out, '}');
}

static void put_practitioner(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    const struct tsv *users = &demo->users;
    struct view units = tsv_cell(users, person->practitioner, "units");
    struct view id = tsv_cell(users, person->practitioner, "id");
    put_name(out, "practitioner");
    buf_byte(out, '{');
    put_text(out, "userId", id);
    put_text(out, "name", tsv_cell(users, person->practitioner, "name"));
    put_text(out, "email", arena_printf(demo->record, "%.*s@justice.gov.uk", VIEW_ARG(id)));
    put_text(out, "unit", view_cut(&units, ','));
    buf_byte(out, '}');
}

static void put_subject(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    struct view all = cell(demo, person, "subjects");
    put_name(out, "subject");
    buf_byte(out, '{');
    put_text(out, "kind", view_cut(&all, ','));
    put_text(out, "id", arena_printf(demo->record, "%zu", person->number + 1));
    buf_byte(out, '}');
}

static void put_referral(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    static const char *const reasons[] = {
        "Needs a settled place to live before the next appointment with the council.",
        "Has asked for help twice and has nobody else to ask.",
        "Is ready to start and would like somebody to go through the first steps with.",
    };
    int32_t today = london_day(demo->now);
    put_id(out, "referralId", person->referral);
    put_name(out, "terms");
    buf_printf(out, "{\"serviceId\":\"%.*s\"}", VIEW_ARG(cell(demo, person, "id")));
    put_subject(demo, person, out);
    put_categories(demo, person, out);
    put_text(out, "crn", view_of(person->crn));
    put_person(demo, person, out);
    put_number(out, "ageYears", 33 + (int64_t)(person->number * 97 % 3000) / 365);
    put_raw(out, "sex", "\"male\"");
    put_raw(out, "location", "{\"setting\":\"community\"}");
    put_practitioner(demo, person, out);
    put_raw(out, "allocated", "true");
    put_raw(out, "needs", "{\"interpreter\":false,\"responsibilities\":false}");
    if (is_yes(cell(demo, person, "enforceable")))
        put_number(out, "enforceableDays", 10 + (int64_t)demo_dice(demo, 20));
    put_day(out, "completionDeadline", today + 180);
    put_day(out, "sentenceEnd", today + 300);
    put_text(out, "reason", view_of(reasons[demo_dice(demo, ARRAY_LEN(reasons))]));
    put_text(out, "furtherInformation", VIEW("Mornings are best."));
    put_raw(out, "urgent", person->recipe->urgent ? "true" : "false");
    if (person->recipe->urgent)
        put_text(out, "urgentReason", VIEW("Has nowhere to stay from Monday."));
    put_text(out, "strengths", VIEW("Cooks well, and keeps appointments."));
    put_text(out, "ownWords", VIEW("I want my own front door."));
}

static void put_worker(const struct demo *demo, size_t user, struct buf *out)
{
    buf_byte(out, '{');
    put_text(out, "userId", tsv_cell(&demo->users, user, "id"));
    put_text(out, "organisation", tsv_cell(&demo->users, user, "organisation"));
    buf_byte(out, '}');
}

static void put_workers(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    put_name(out, "workers");
    buf_byte(out, '[');
    put_worker(demo, person->worker, out);
    if (person->colleague != person->worker) {
        buf_byte(out, ',');
        put_worker(demo, person->colleague, out);
    }
    buf_byte(out, ']');
}

static void put_plan(
    struct demo *demo, const struct demo_person *person, int32_t sessions, struct buf *out)
{
    put_id(out, "planId", demo_id(demo, person, "plan"));
    put_number(out, "planVersion", 1);
    put_number(out, "sessions", sessions);
    put_name(out, "activities");
    buf_byte(out, '[');
    buf_byte(out, '{');
    put_id(out, "id", demo_id(demo, person, "activity 1"));
    put_text(out, "text", VIEW("Write down what is needed, and by when."));
    buf_text(out, "},{");
    put_id(out, "id", demo_id(demo, person, "activity 2"));
    put_text(out, "text", VIEW("Go to the first appointment together."));
    buf_text(out, "}]");
}

static void put_report(struct demo *demo, const struct demo_person *person, struct buf *out)
{
    struct view all = cell(demo, person, "categories");
    struct view category = view_cut(&all, ',');
    size_t count = 0;
    put_id(out, "reportId", demo_id(demo, person, "report"));
    put_name(out, "outcomes");
    buf_byte(out, '[');
    for (size_t i = 0; i < demo->outcomes.count && count < 2; i++) {
        if (!view_eq(tsv_cell(&demo->outcomes, i, "category"), category) ||
            tsv_cell(&demo->outcomes, i, "deprecatedOn").len > 0)
            continue;
        buf_text(out, count == 0 ? "{" : ",{");
        put_text(out, "id", tsv_cell(&demo->outcomes, i, "id"));
        put_raw(out, "level", count++ == 0 ? "\"achieved\"" : "\"partly\"");
        put_text(out, "progress", VIEW("Did most of it without help in the end."));
        buf_byte(out, '}');
    }
    buf_byte(out, ']');
    put_text(out, "ownWords", VIEW("It is mine now."));
}

/* --- appointments ------------------------------------------------------------------------------*/

/* Earlier today, one after another, all before half an hour ago; closer together just after
 * midnight. */
static int64_t start_of(struct demo *demo, struct demo_person *person, char letter)
{
    int64_t midnight = london_midnight(london_day(demo->now));
    int64_t since = demo->now - midnight;
    int64_t span = since < 6 * 60 * MINUTE_US ? since : 6 * 60 * MINUTE_US;
    int64_t ago = person->number == 0 ? 30 * MINUTE_US : 20 * MINUTE_US;
    int64_t last = demo->now - (span < 4 * ago ? span * ago / (120 * MINUTE_US) : ago);
    int32_t later = london_day(demo->now) + 1 + (int32_t)demo_dice(demo, 8);
    switch (letter) {
    case 'T':
        return last;
    case 'F':
        return demo->now + 90 * MINUTE_US;
    case 'B':
        return london_midnight(later) + (9 + (int64_t)demo_dice(demo, 8)) * 60 * MINUTE_US;
    default:
        break;
    }
    int64_t first = demo->now - span;
    return first + (last - first) * (int64_t)person->past++ / (int64_t)(person->past_count + 1);
}

static struct uuid appointment_id(
    const struct demo *demo, const struct demo_person *person, struct demo_step step)
{
    char part[32];
    (void)snprintf(part, sizeof part, "appointment %c%d", step.letter, step.number);
    return demo_id(demo, person, part);
}

static void put_booking(
    struct demo *demo, struct demo_person *person, struct demo_step step, struct buf *out)
{
    static const char *const methods[] = {"phone", "video", "office"};
    bool past = strchr("HLN", step.letter) != NULL;
    size_t method = step.letter == 'T' ? 2 : demo_dice(demo, ARRAY_LEN(methods));
    put_id(out, "appointmentId", appointment_id(demo, person, step));
    put_name(out, "booking");
    buf_byte(out, '{');
    put_number(out, "session", step.number);
    put_time(out, "start", start_of(demo, person, step.letter) / MINUTE_US * MINUTE_US);
    put_number(out, "minutes", past ? 5 : 45);
    put_text(out, "method", view_of(methods[method]));
    if (method == 2) {
        struct view region = cell(demo, person, "regions");
        struct view wanted = view_cut(&region, ',');
        size_t row = 0;
        while (row + 1 < demo->offices.count &&
               !view_eq(tsv_cell(&demo->offices, row, "region"), wanted))
            row++;
        put_text(out, "office", tsv_cell(&demo->offices, row, "code"));
    }
    put_name(out, "workers");
    buf_printf(out, "[\"%.*s\"]",
        VIEW_ARG(tsv_cell(&demo->users, past ? person->colleague : person->worker, "id")));
    put_name(out, "notice");
    buf_text(out, "{\"how\":\"text\"");
    put_time(out, "at", demo->now);
    buf_text(out, "}}");
}

void demo_body_feedback(
    struct demo *demo, struct demo_person *person, struct demo_step step, struct buf *out)
{
    bool held = step.letter != 'N';
    buf_byte(out, '{');
    put_id(out, "appointmentId", appointment_id(demo, person, step));
    put_name(out, "attendance");
    buf_printf(out, "{\"happened\":%s,\"attended\":true", held ? "true" : "false");
    if (held)
        put_raw(out, "late", step.letter == 'L' ? "true" : "false");
    if (step.letter == 'L')
        put_text(out, "lateReason", VIEW("The bus was late."));
    if (!held)
        put_raw(out, "whose", "\"logistics\"");
    buf_byte(out, '}');
    put_name(out, "feedback");
    buf_byte(out, '{');
    if (held) {
        put_text(out, "summary", VIEW("Went through the list and made two calls together."));
        put_text(out, "response", VIEW("Came with questions and took notes."));
        put_raw(out, "notifyBehaviour", "false");
    } else {
        put_text(out, "reasonText", VIEW("The room was not free and no other was found."));
    }
    put_raw(out, "notifyConcerns", "false");
    buf_text(out, "}}");
}

void demo_body(
    struct demo *demo, struct demo_person *person, struct demo_step step, struct buf *out)
{
    buf_byte(out, '{');
    switch (step.letter) {
    case 'R':
        put_risk(demo, person, out);
        break;
    case 'S':
        put_referral(demo, person, out);
        break;
    case 'A':
        put_workers(demo, person, out);
        break;
    case 'O':
    case 'o':
        put_opened(demo, person, out);
        break;
    case 'K':
    case 'k':
        put_acknowledged(person, out);
        break;
    case 'P':
        put_plan(demo, person, step.number, out);
        break;
    case 'V':
        put_number(out, "planVersion", 1);
        break;
    case 'E':
        put_report(demo, person, out);
        break;
    default:
        put_booking(demo, person, step, out);
        break;
    }
    buf_byte(out, '}');
}
