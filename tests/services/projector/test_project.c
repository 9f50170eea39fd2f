#include "projector/project.h"

#include <criterion/criterion.h>
#include <string.h>

#include "people.h"
#include "projector/project_table.h"

enum { BYTES_MAX = 256 << 20 };

Test(projector_rows, every_batch_split_of_a_log_ends_in_the_same_rows, .timeout = 60)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct arena *arena = arena_new(BYTES_MAX);
        const struct projection *projection = projection_new(arena);
        struct people_log *log = people_random(seed, 4, 60, arena);
        struct model whole = model_new(projection, arena);
        model_batch(&whole, log, 0, log->count);
        struct dice dice = {seed * 77};
        for (int round = 0; round < 4; round++) {
            struct model split = model_new(projection, arena);
            size_t at = 0;
            while (at < log->count) {
                size_t room = round == 0 ? 1 : 1 + dice_below(&dice, 12);
                size_t to = at + room < log->count ? at + room : log->count;
                model_batch(&split, log, at, to);
                at = to;
            }
            model_expect_equal(&whole, &split, "split log");
        }
        arena_free(arena);
    }
}

Test(projector_rows, rows_are_the_fold_of_the_whole_history, .timeout = 60)
{
    struct arena *arena = arena_new(BYTES_MAX);
    const struct projection *projection = projection_new(arena);
    struct people_log *log = people_random(99, 3, 80, arena);
    struct model batches = model_new(projection, arena), fold = model_new(projection, arena);
    for (size_t i = 0; i < log->count; i++)
        model_batch(&batches, log, i, i + 1);
    for (int person = 0; person < 3; person++) {
        struct project_dossier of = {log->now[person], people_packed(log->now[person], arena)};
        cr_assert_eq(project_state(projection, &of, arena, &fold.rows).act, RES_OK);
    }
    for (size_t i = 0; i < log->count; i++) {
        const struct sink_record *record = &log->records[i];
        struct project_record of = {record->partition, record->offset, record->bytes,
            &record->event, record->after->seen_version};
        cr_assert_eq(project_log(projection, &of, arena, &fold.rows).act, RES_OK);
    }
    for (size_t t = 0; t < projection_tables(projection); t++)
        rows_sort(projection_table(projection, t), &fold.rows.of[t]);
    model_expect_equal(&fold, &batches, "fold");
    arena_free(arena);
}

Test(projector_rows, every_event_gives_one_fact_and_one_outcome_that_says_accepted, .timeout = 20)
{
    for (int type = 0; type < EVENT_MAX_; type++) {
        if (type == EVENT_COMMAND_REFUSED)
            continue;
        struct arena *arena = arena_new(BYTES_MAX);
        struct model model = model_new(projection_new(arena), arena);
        struct people_log *log = ARENA_NEW(arena, struct people_log);
        struct dice dice = {(uint64_t)type + 5};
        log->arena = arena;
        struct recipe recipe = {1, (enum event_type)type};
        people_count(log, 1, record_random(&dice, recipe, arena));
        model_batch(&model, log, 0, 1);
        cr_expect_eq(model_rows(&model, "fact")->count, 1);
        cr_expect_eq(model_rows(&model, "outcome")->count, 1);
        cr_expect_eq(model_rows(&model, "disclosure")->count, type == EVENT_RISK_DISCLOSED);
        cr_expect(model_cell(&model, "outcome", 0, "code")->null);
        model_expect_text(&model, "outcome", "type", event_table[type].name);
        model_expect_text(
            &model, "outcome", "command", command_table[event_table[type].command].name);
        model_expect_text(&model, "fact", "body", "record 0");
        arena_free(arena);
    }
}

Test(projector_rows, a_refusal_writes_its_outcome_and_moves_the_dossier_alone, .timeout = 20)
{
    struct arena *arena = arena_new(BYTES_MAX);
    struct model model = model_new(projection_new(arena), arena);
    struct people_log *log = people_random(3, 1, 30, arena);
    struct dice dice = {8};
    size_t before = log->count;
    people_count(log, 0, record_random(&dice, (struct recipe){0, EVENT_COMMAND_REFUSED}, arena));
    struct sink_batch batch = people_batch(log, before, log->count, arena);
    struct row_changes changes;
    cr_assert_eq(row_changes_new(model.projection, arena, &changes).act, RES_OK);
    cr_assert_eq(project_batch(model.projection, &batch, &changes).act, RES_OK);
    for (size_t t = 0; t < projection_tables(model.projection); t++) {
        const char *name = projection_table(model.projection, t)->name;
        bool moves = strcmp(name, "outcome") == 0 || strcmp(name, "dossier") == 0;
        cr_expect_eq(changes.put.of[t].count, moves ? 1 : 0, "%s", name);
        cr_expect_eq(changes.gone.of[t].count, 0, "%s", name);
    }
    model_apply(&model, &changes);
    cr_expect_eq(model_cell(&model, "outcome", 0, "seen_version")->number,
        log->records[before].before->seen_version);
    arena_free(arena);
}

/* --- one story by hand -------------------------------------------------------------------------*/

static const int64_t noon = INT64_C(1795176000) * TIME_US_PER_S; /* Friday 20 November 2026 */

struct story {
    struct arena *arena;
    struct people_log *log;
    struct model model;
};

static struct story story_new(void)
{
    struct arena *arena = arena_new(BYTES_MAX);
    struct story story = {arena, ARENA_NEW(arena, struct people_log), {0}};
    story.log->arena = arena;
    story.model = model_new(projection_new(arena), arena);
    return story;
}

static void *story_body(struct story *story, enum event_type type)
{
    struct record_head *head = arena_alloc(story->arena, event_table[type].desc->size);
    head->meta.person = person_id(1);
    head->meta.referral = part_id(1, 1);
    SET(&head->meta, META_REFERRAL);
    head->meta.occurred_at = noon;
    head->meta.recorded_at = noon;
    head->meta.actor.id = VIEW("bernard.beaks");
    return head;
}

static void story_tell(struct story *story, enum event_type type, const void *body)
{
    people_count(story->log, 1, (struct event){type, body});
    model_batch(&story->model, story->log, story->log->count - 1, story->log->count);
}

static void story_submit(struct story *story)
{
    static const struct view subcontractors[] = {{"PRIME", 5}, {"SECOND", 6}};
    struct referral_submitted *body = story_body(story, EVENT_REFERRAL_SUBMITTED);
    body->referral_id = part_id(1, 1);
    SET(body, REFERRAL_SUBMITTED_REFERRAL_ID);
    body->terms.code = VIEW("DEMO_1");
    SET(&body->terms, TERMS_CODE);
    body->terms.prime = VIEW("PRIME");
    SET(&body->terms, TERMS_PRIME);
    body->terms.subcontractors = (struct view_array){subcontractors, 2};
    SET(&body->terms, TERMS_SUBCONTRACTORS);
    body->terms.assessment = true;
    SET(&body->terms, TERMS_ASSESSMENT);
    body->subject.kind = SUBJECT_KIND_SENTENCE_EVENT;
    SET(&body->subject, SUBJECT_KIND);
    SET(body, REFERRAL_SUBMITTED_SUBJECT);
    SET(body, REFERRAL_SUBMITTED_TERMS);
    story_tell(story, EVENT_REFERRAL_SUBMITTED, body);
}

static void story_assign(struct story *story, size_t workers)
{
    static const struct worker people[] = {
        {.has = 3, .user_id = {"jo.bell", 7}, .organisation = {"PRIME", 5}},
        {.has = 3, .user_id = {"sol.reyes", 9}, .organisation = {"PRIME", 5}},
    };
    struct caseworkers_assigned *body = story_body(story, EVENT_CASEWORKERS_ASSIGNED);
    body->workers = (struct worker_array){people, workers};
    SET(body, CASEWORKERS_ASSIGNED_WORKERS);
    story_tell(story, EVENT_CASEWORKERS_ASSIGNED, body);
}

Test(projector_rows, an_organisation_named_twice_in_the_terms_is_one_row_of_scope, .timeout = 10)
{
    struct story story = story_new();
    story_submit(&story);
    const struct row_list *scope = model_rows(&story.model, "scope");
    cr_assert_eq(scope->count, 4); /* contract, PRIME, SECOND, the practitioner who sent it */
    model_expect_text(&story.model, "scope", "kind", "contract");
    model_expect_text(&story.model, "scope", "code", "DEMO_1");
    arena_free(story.arena);
}

Test(projector_rows, symbols_are_spelt_with_dashes, .timeout = 10)
{
    struct story story = story_new();
    story_submit(&story);
    model_expect_text(&story.model, "referral", "subject_kind", "sentence-event");
    arena_free(story.arena);
}

Test(projector_rows, a_caseworker_who_is_no_longer_assigned_is_gone, .timeout = 10)
{
    struct story story = story_new();
    story_submit(&story);
    model_expect_text(&story.model, "standing", "tab", "unassigned");
    story_assign(&story, 2);
    cr_expect_eq(model_rows(&story.model, "caseworker")->count, 2);
    model_expect_text(&story.model, "standing", "tab", "open");
    story_assign(&story, 1);
    cr_expect_eq(model_rows(&story.model, "caseworker")->count, 1);
    model_expect_text(&story.model, "caseworker", "worker", "jo.bell");
    arena_free(story.arena);
}

Test(projector_rows, a_booked_meeting_stands_in_both_readings_around_its_start, .timeout = 10)
{
    struct story story = story_new();
    story_submit(&story);
    story_assign(&story, 1);
    struct appointment_booked *body = story_body(&story, EVENT_APPOINTMENT_BOOKED);
    int64_t start = noon + 2 * TIME_US_PER_DAY;
    body->appointment_id = part_id(1, 2);
    SET(body, APPOINTMENT_BOOKED_APPOINTMENT_ID);
    body->booking.session = 0;
    SET(&body->booking, BOOKING_SESSION);
    body->booking.start = start;
    SET(&body->booking, BOOKING_START);
    body->booking.minutes = 60;
    SET(&body->booking, BOOKING_MINUTES);
    SET(body, APPOINTMENT_BOOKED_BOOKING);
    cr_expect(model_cell(&story.model, "standing", 0, "turns_at")->null);
    story_tell(&story, EVENT_APPOINTMENT_BOOKED, body);
    model_expect_text(&story.model, "standing", "status", "assessment-booked");
    model_expect_text(&story.model, "standing", "status_after", "assessment-feedback-due");
    cr_expect_eq(model_cell(&story.model, "standing", 0, "turns_at")->number, start);
    cr_expect_eq(model_cell(&story.model, "standing", 0, "next_start_at")->number, start);
    model_expect_text(&story.model, "appointment", "state", "booked");
    struct uuid about = model_cell(&story.model, "fact", 2, "appointment")->id;
    cr_expect(uuid_eq(about, part_id(1, 2)));
    arena_free(story.arena);
}

Test(projector_rows, a_refusals_arguments_are_printed_as_postgres_prints_them, .timeout = 10)
{
    static const struct refusal_argument arguments[] = {
        {.name = {"worker", 6}, .value = {"first", 5}},
        {.name = {"at", 2}, .value = {"a \"b\" \\ \n \x01", 11}},
        {.name = {"worker", 6}, .value = {"last", 4}},
    };
    struct story story = story_new();
    struct command_refused *body = story_body(&story, EVENT_COMMAND_REFUSED);
    body->arguments = (struct refusal_argument_array){arguments, 3};
    SET(body, COMMAND_REFUSED_ARGUMENTS);
    body->command = VIEW("BookAppointment");
    SET(body, COMMAND_REFUSED_COMMAND);
    body->code = VIEW("risk-not-acknowledged");
    SET(body, COMMAND_REFUSED_CODE);
    story_tell(&story, EVENT_COMMAND_REFUSED, body);
    model_expect_text(&story.model, "outcome", "arguments",
        "{\"at\": \"a \\\"b\\\" \\\\ \\n \\u0001\", \"worker\": \"last\"}");
    model_expect_text(&story.model, "outcome", "code", "risk-not-acknowledged");
    model_expect_text(&story.model, "outcome", "command", "BookAppointment");
    cr_expect(model_cell(&story.model, "outcome", 0, "field")->null);
    arena_free(story.arena);
}

Test(projector_rows, a_refusal_that_names_no_code_is_still_a_refusal, .timeout = 10)
{
    struct story story = story_new();
    story_tell(&story, EVENT_COMMAND_REFUSED, story_body(&story, EVENT_COMMAND_REFUSED));
    model_expect_text(&story.model, "outcome", "code", "unknown");
    model_expect_text(&story.model, "outcome", "command", "unknown");
    arena_free(story.arena);
}
