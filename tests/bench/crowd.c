#include "crowd.h"

#include "base/clock.h"
#include "codec/framing.h"
#include "support/story.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct crowd {
    struct story *story;
    struct arena *arena; /* of one command */
    const struct risk_shared *risk;
    const struct referral_submitted *submit;
    const struct caseworkers_assigned *assign;
};

struct crowd *crowd_new(void)
{
    struct crowd *crowd = calloc(1, sizeof(*crowd));
    MUST(crowd != NULL);
    struct story *s = crowd->story = story_new();
    s->now = clock_now();
    crowd->arena = arena_new((size_t)4 << 20);
    crowd->risk = story_share(s);
    crowd->submit = story_submit(s);
    crowd->assign = story_assign(s, "");
    return crowd;
}

void crowd_free(struct crowd *crowd)
{
    story_free(crowd->story);
    arena_free(crowd->arena);
    free(crowd);
}

static struct uuid id_of(const char *kind, int n)
{
    char name[32];
    int len = snprintf(name, sizeof(name), "%s-%d", kind, n);
    return uuid_v8_hmac(VIEW("crowd"), (struct view){name, (size_t)len});
}

static void key_of(const char *kind, int n, uint8_t ret[static SEAL_KEY_BYTES])
{
    char name[32];
    int len = snprintf(name, sizeof(name), "%s-%d", kind, n);
    struct digest key = hmac_sha256(VIEW("crowd keys"), (struct view){name, (size_t)len});
    memcpy(ret, key.b, SEAL_KEY_BYTES);
}

struct person_keys crowd_keys(int n)
{
    struct person_keys keys = {.person = bench_person(n)};
    key_of("person", n, keys.person_key);
    key_of("risk", n, keys.risk_key);
    return keys;
}

struct uuid crowd_referral(int n)
{
    return id_of("referral", n);
}

/* --- where they are ----------------------------------------------------------------------------*/

static struct view text(struct crowd *crowd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct view text(struct crowd *crowd, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    MUST(len > 0 && (size_t)len < sizeof(line));
    return arena_copy(crowd->arena, (struct view){line, (size_t)len});
}

static struct view provider(struct crowd *crowd, int n)
{
    return n % CROWD_PROVIDERS == 0 ? VIEW("HARMONY") : text(crowd, "ORG%02d", n % CROWD_PROVIDERS);
}

static int place_in_provider(int n)
{
    return n / CROWD_PROVIDERS;
}

static struct view practitioner(struct crowd *crowd, int n)
{
    int who = place_in_provider(n) % CROWD_PRACTITIONERS;
    return who == 0 ? VIEW("DPRICE") : text(crowd, "PP%04d", who);
}

static struct view unit(struct crowd *crowd, int n)
{
    int which = place_in_provider(n) % CROWD_UNITS;
    return which == 0 ? VIEW("NORTH") : text(crowd, "UNIT%02d", which);
}

static struct view caseworker(struct crowd *crowd, int n)
{
    int who = place_in_provider(n) % 100;
    return n % CROWD_PROVIDERS == 0 && who == 0
               ? VIEW("JBELL")
               : text(crowd, "CW%02d%02d", n % CROWD_PROVIDERS, who);
}

/* --- commands ----------------------------------------------------------------------------------*/

#define LONGER " It happened some time ago, was talked about, and is written here at some length."

static void fill_risk(struct crowd *crowd, struct risk_shared *risk)
{
    risk->nature = VIEW("\"Has shouted. Nobody was hurt." LONGER LONGER "\"");
    risk->staff_safety = VIEW("\"Meet at the office." LONGER "\"");
    risk->review_by = london_day(crowd->story->now) + 90;
}

static void fill_submit(struct crowd *crowd, int n, struct referral_submitted *submit)
{
    int32_t day = london_day(crowd->story->now);
    submit->referral_id = crowd_referral(n);
    static const char letters[] = "ACDEFGHJKL"; /* that nobody takes for digits */
    submit->reference = text(crowd, "%cK%04dAC", letters[n / 10000], n % 10000);
    submit->terms.code = text(crowd, "CT%02d", n % (2 * CROWD_PROVIDERS));
    submit->terms.prime = provider(crowd, n);
    submit->terms.subcontractors.len = 0;
    submit->crn = text(crowd, "\"C%06d\"", n);
    submit->person = text(crowd,
        "{\"firstName\":\"First%d\",\"lastName\":\"Last%d\",\"dob\":\"1990-04-05\",\"asAt\":"
        "\"2026-01-01T10:00:00Z\"}",
        n % 997, n % 9973);
    submit->practitioner.user_id = practitioner(crowd, n);
    SET(&submit->practitioner, PRACTITIONER_USER_ID);
    submit->practitioner.name = VIEW("\"Somebody Invented\"");
    submit->practitioner.email = VIEW("\"somebody@probation.example\"");
    submit->practitioner.unit = unit(crowd, n);
    submit->reason = VIEW("\"Needs a place to stay." LONGER "\"");
    submit->further_information = VIEW("\"Comes by bus." LONGER "\"");
    submit->completion_deadline = day + 180;
    submit->sentence_end = day + 300;
}

static void fill_assign(struct crowd *crowd, int n, struct caseworkers_assigned *assign)
{
    struct worker *worker = ARENA_NEW(crowd->arena, struct worker);
    *worker = assign->workers.items[0];
    worker->user_id = caseworker(crowd, n);
    worker->organisation = provider(crowd, n);
    assign->workers.items = worker;
    assign->meta.actor.organisation = provider(crowd, n);
}

static struct record_head *body_of(struct crowd *crowd, int n, enum command_type type)
{
    union {
        struct risk_shared risk;
        struct referral_submitted submit;
        struct caseworkers_assigned assign;
    } *body = arena_alloc(crowd->arena, sizeof(*body));
    MUST(body != NULL);
    if (type == COMMAND_SHARE_RISK) {
        body->risk = *crowd->risk;
        fill_risk(crowd, &body->risk);
    } else if (type == COMMAND_SUBMIT_REFERRAL) {
        body->submit = *crowd->submit;
        fill_submit(crowd, n, &body->submit);
    } else {
        MUST(type == COMMAND_ASSIGN_CASEWORKERS);
        body->assign = *crowd->assign;
        fill_assign(crowd, n, &body->assign);
    }
    return (struct record_head *)body;
}

void crowd_command(struct crowd *crowd, int n, enum command_type type, struct buf *out)
{
    const struct command_row *row = &command_table[type];
    arena_clear(crowd->arena);
    struct record_head *head = body_of(crowd, n, type);
    head->meta.id = id_of(row->name, n);
    head->meta.person = bench_person(n);
    if (HAS(&head->meta, META_REFERRAL))
        head->meta.referral = crowd_referral(n);
    struct person_keys keys = crowd_keys(n);
    bench_must(seal_record(&keys, head->meta.id, row->desc, head, crowd->arena), "sealing");
    buf_clear(out);
    bench_must(codec_write_command(&(struct command){type, head}, out), row->name);
}
