#include "projector/project.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "people.h"
#include "projector/project_batch.h"
#include "projector/project_table.h"

enum { BYTES_MAX = 256 << 20 };

/* A read model in memory: what Postgres would hold after the changes. */
struct model {
    const struct projection *projection;
    struct arena *arena;
    struct row_set rows;
};

static struct model model_new(const struct projection *projection, struct arena *arena)
{
    struct model model = {projection, arena, {0}};
    cr_assert_eq(row_set_new(projection, arena, &model.rows).act, RES_OK);
    return model;
}

static size_t model_find(const struct table *table, const struct row_list *rows, struct cell *row)
{
    size_t at = 0;
    while (at < rows->count && row_key_cmp(table, rows->items[at], row) != 0)
        at++;
    return at;
}

static void model_put(struct model *model, size_t t, struct cell *row)
{
    const struct table *table = projection_table(model->projection, t);
    struct row_list *rows = &model->rows.of[t];
    size_t at = model_find(table, rows, row);
    if (at < rows->count) {
        cr_expect_not(table_is_log(table), "%s: a log row was written twice", table->name);
        cr_expect_geq(row_differs(table, rows->items[at], row), 0, "%s: written without a change",
            table->name);
        rows->items[at] = row;
        return;
    }
    struct cell **items = arena_array(model->arena, rows->count + 1, sizeof *items);
    if (rows->count > 0)
        memcpy(items, rows->items, rows->count * sizeof *items);
    items[rows->count++] = row;
    rows->items = items;
}

static void model_apply(struct model *model, const struct row_changes *changes)
{
    for (size_t t = 0; t < projection_tables(model->projection); t++) {
        const struct table *table = projection_table(model->projection, t);
        struct row_list *rows = &model->rows.of[t];
        for (size_t i = 0; i < changes->gone.of[t].count; i++) {
            size_t at = model_find(table, rows, changes->gone.of[t].items[i]);
            cr_assert_lt(at, rows->count, "%s: a row that is not there is gone", table->name);
            rows->items[at] = rows->items[--rows->count];
        }
        for (size_t i = 0; i < changes->put.of[t].count; i++)
            model_put(model, t, changes->put.of[t].items[i]);
    }
    for (size_t t = 0; t < projection_tables(model->projection); t++)
        rows_sort(projection_table(model->projection, t), &model->rows.of[t]);
}

static void model_batch(struct model *model, const struct people_log *log, size_t from, size_t to)
{
    struct sink_batch batch = people_batch(log, from, to, model->arena);
    struct row_changes changes;
    cr_assert_eq(project_batch(model->projection, &batch, &changes).act, RES_OK);
    model_apply(model, &changes);
}

static void expect_equal(const struct model *a, const struct model *b, const char *when)
{
    for (size_t t = 0; t < projection_tables(a->projection); t++) {
        const struct table *table = projection_table(a->projection, t);
        const struct row_list *x = &a->rows.of[t], *y = &b->rows.of[t];
        cr_assert_eq(
            x->count, y->count, "%s, %s: %zu and %zu rows", when, table->name, x->count, y->count);
        for (size_t i = 0; i < x->count; i++) {
            int at = row_differs(table, x->items[i], y->items[i]);
            cr_assert_lt(at, 0, "%s: %s.%s differs", when, table->name,
                at < 0 ? "" : table->columns[at].name);
        }
    }
}

static size_t table_index(const struct projection *projection, const char *name)
{
    for (size_t t = 0; t < projection_tables(projection); t++)
        if (strcmp(projection_table(projection, t)->name, name) == 0)
            return t;
    cr_assert_fail("no table %s", name);
    return 0;
}

static const struct row_list *rows_of(const struct model *model, const char *name)
{
    return &model->rows.of[table_index(model->projection, name)];
}

static const struct cell *cell_at(
    const struct model *model, const char *name, size_t row, const char *column)
{
    size_t t = table_index(model->projection, name);
    const struct table *table = projection_table(model->projection, t);
    cr_assert_lt(row, model->rows.of[t].count, "%s has no row %zu", name, row);
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, column) == 0)
            return &model->rows.of[t].items[row][i];
    cr_assert_fail("no column %s.%s", name, column);
    return NULL;
}

static void expect_text(
    const struct model *model, const char *name, const char *column, const char *text)
{
    const struct cell *cell = cell_at(model, name, 0, column);
    cr_expect(!cell->null && view_eq_text(cell->text, text), "%s.%s is not %s", name, column, text);
}

static struct people_log *log_random(uint64_t seed, int people, size_t records, struct arena *arena)
{
    struct dice dice = {seed};
    struct people_log *log = ARENA_NEW(arena, struct people_log);
    log->arena = arena;
    for (size_t i = 0; i < records; i++) {
        int person = (int)dice_below(&dice, (uint64_t)people);
        enum event_type type = (enum event_type)dice_below(&dice, EVENT_MAX_);
        if (log->now[person] == NULL)
            type = EVENT_REFERRAL_SUBMITTED;
        struct recipe recipe = {person, type};
        people_count(log, person, record_random(&dice, recipe, arena));
    }
    return log;
}

Test(projector_rows, every_batch_split_of_a_log_ends_in_the_same_rows, .timeout = 60)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct arena *arena = arena_new(BYTES_MAX);
        const struct projection *projection = projection_new(arena);
        struct people_log *log = log_random(seed, 4, 60, arena);
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
            expect_equal(&whole, &split, "split log");
        }
        arena_free(arena);
    }
}

Test(projector_rows, rows_are_the_fold_of_the_whole_history, .timeout = 60)
{
    struct arena *arena = arena_new(BYTES_MAX);
    const struct projection *projection = projection_new(arena);
    struct people_log *log = log_random(99, 3, 80, arena);
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
    expect_equal(&fold, &batches, "fold");
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
        cr_expect_eq(rows_of(&model, "fact")->count, 1);
        cr_expect_eq(rows_of(&model, "outcome")->count, 1);
        cr_expect_eq(rows_of(&model, "disclosure")->count, type == EVENT_RISK_DISCLOSED);
        cr_expect(cell_at(&model, "outcome", 0, "code")->null);
        expect_text(&model, "outcome", "type", event_table[type].name);
        expect_text(&model, "outcome", "command", command_table[event_table[type].command].name);
        expect_text(&model, "fact", "body", "record 0");
        arena_free(arena);
    }
}

Test(projector_rows, a_refusal_writes_its_outcome_and_moves_the_dossier_alone, .timeout = 20)
{
    struct arena *arena = arena_new(BYTES_MAX);
    struct model model = model_new(projection_new(arena), arena);
    struct people_log *log = log_random(3, 1, 30, arena);
    struct dice dice = {8};
    size_t before = log->count;
    people_count(log, 0, record_random(&dice, (struct recipe){0, EVENT_COMMAND_REFUSED}, arena));
    struct sink_batch batch = people_batch(log, before, log->count, arena);
    struct row_changes changes;
    cr_assert_eq(project_batch(model.projection, &batch, &changes).act, RES_OK);
    for (size_t t = 0; t < projection_tables(model.projection); t++) {
        const char *name = projection_table(model.projection, t)->name;
        bool moves = strcmp(name, "outcome") == 0 || strcmp(name, "dossier") == 0;
        cr_expect_eq(changes.put.of[t].count, moves ? 1 : 0, "%s", name);
        cr_expect_eq(changes.gone.of[t].count, 0, "%s", name);
    }
    model_apply(&model, &changes);
    cr_expect_eq(cell_at(&model, "outcome", 0, "seen_version")->number,
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
    const struct row_list *scope = rows_of(&story.model, "scope");
    cr_assert_eq(scope->count, 4); /* contract, PRIME, SECOND, the practitioner who sent it */
    expect_text(&story.model, "scope", "kind", "contract");
    expect_text(&story.model, "scope", "code", "DEMO_1");
    arena_free(story.arena);
}

Test(projector_rows, symbols_are_spelt_with_dashes, .timeout = 10)
{
    struct story story = story_new();
    story_submit(&story);
    expect_text(&story.model, "referral", "subject_kind", "sentence-event");
    arena_free(story.arena);
}

Test(projector_rows, a_caseworker_who_is_no_longer_assigned_is_gone, .timeout = 10)
{
    struct story story = story_new();
    story_submit(&story);
    expect_text(&story.model, "standing", "tab", "unassigned");
    story_assign(&story, 2);
    cr_expect_eq(rows_of(&story.model, "caseworker")->count, 2);
    expect_text(&story.model, "standing", "tab", "open");
    story_assign(&story, 1);
    cr_expect_eq(rows_of(&story.model, "caseworker")->count, 1);
    expect_text(&story.model, "caseworker", "worker", "jo.bell");
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
    cr_expect(cell_at(&story.model, "standing", 0, "turns_at")->null);
    story_tell(&story, EVENT_APPOINTMENT_BOOKED, body);
    expect_text(&story.model, "standing", "status", "assessment-booked");
    expect_text(&story.model, "standing", "status_after", "assessment-feedback-due");
    cr_expect_eq(cell_at(&story.model, "standing", 0, "turns_at")->number, start);
    cr_expect_eq(cell_at(&story.model, "standing", 0, "next_start_at")->number, start);
    expect_text(&story.model, "appointment", "state", "booked");
    struct uuid about = cell_at(&story.model, "fact", 2, "appointment")->id;
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
    expect_text(&story.model, "outcome", "arguments",
        "{\"at\": \"a \\\"b\\\" \\\\ \\n \\u0001\", \"worker\": \"last\"}");
    expect_text(&story.model, "outcome", "code", "risk-not-acknowledged");
    expect_text(&story.model, "outcome", "command", "BookAppointment");
    cr_expect(cell_at(&story.model, "outcome", 0, "field")->null);
    arena_free(story.arena);
}

Test(projector_rows, a_refusal_that_names_no_code_is_still_a_refusal, .timeout = 10)
{
    struct story story = story_new();
    story_tell(&story, EVENT_COMMAND_REFUSED, story_body(&story, EVENT_COMMAND_REFUSED));
    expect_text(&story.model, "outcome", "code", "unknown");
    expect_text(&story.model, "outcome", "command", "unknown");
    arena_free(story.arena);
}
