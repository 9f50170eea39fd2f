#include "import-rm/map_build.h"

/* One ShareRisk for each summary that the source points at; its text lives in another system. */
void map_risks(struct build *build)
{
    const struct rm_rows *rows = &build->person->risks;
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        struct risk_shared *risk = build_start(build, COMMAND_SHARE_RISK, sizeof *risk);
        if (risk == NULL)
            return;
        risk->basis = RISK_BASIS_UNAVAILABLE;
        SET(risk, RISK_SHARED_BASIS);
        put_text(risk, RISK_SHARED_SOURCE, &risk->source, row[RISK_ID]);
        static const char *const unknown[] = {
            "/reviewBy", "/urgent", "/approved", "/disclosed", "/withheld", "/notAssessed"};
        for (size_t u = 0; u < ARRAY_LEN(unknown); u++)
            build_unknown(build, unknown[u]);
        struct view key = arena_printf(build->context->arena, "%.*s:%.*s",
            VIEW_ARG(build->person->crn), VIEW_ARG(row[RISK_ID]));
        build_end(build, &(struct build_meta){.table = "risk",
                             .key = key,
                             .occurred_at = row[RISK_SENT_AT],
                             .actor = row[RISK_SENT_BY]});
    }
}

static void map_assignments(struct build *build, struct view referral)
{
    const struct rm_rows *rows = &build->person->assignments;
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[ASG_REFERRAL], referral))
            continue;
        struct caseworkers_assigned *assigned =
            build_start(build, COMMAND_ASSIGN_CASEWORKERS, sizeof *assigned);
        struct worker *worker = ARENA_NEW(build->context->arena, struct worker);
        if (assigned == NULL || worker == NULL)
            return;
        put_text(worker, WORKER_USER_ID, &worker->user_id, row[ASG_TO]);
        put_text(worker, WORKER_ORGANISATION, &worker->organisation, row[ASG_PRIME]);
        assigned->workers = (struct worker_array){worker, 1};
        SET(assigned, CASEWORKERS_ASSIGNED_WORKERS);
        struct view key = arena_printf(build->context->arena, "%.*s:%.*s:%.*s", VIEW_ARG(referral),
            VIEW_ARG(row[ASG_AT]), VIEW_ARG(row[ASG_TO]));
        build_end(build,
            &(struct build_meta){"referral_assignments", key, referral, row[ASG_AT], row[ASG_BY]});
    }
}

/* No row becomes more than three commands. */
static size_t commands_max(const struct rm_person *person)
{
    size_t rows = person->risks.count + person->referrals.count + person->assignments.count +
                  person->plans.count + person->appointments.count + person->reports.count +
                  person->case_notes.count;
    return rows < COMMANDS_MAX / 3 ? rows * 3 : COMMANDS_MAX;
}

res_t map_person(
    const struct map_context *context, const struct rm_person *person, struct stated_list *ret)
{
    struct build build = {.context = context, .person = person};
    build.room = commands_max(person);
    build.list.items = arena_array(context->arena, build.room, sizeof *build.list.items);
    if (build.list.items == NULL)
        return FATAL("the arena of an import is too small");
    map_risks(&build);
    for (size_t i = 0; i < person->referrals.count; i++) {
        const struct view *row = rm_row(&person->referrals, i);
        map_referral(&build, row);
        map_assignments(&build, row[REF_ID]);
        map_plans(&build, row[REF_ID]);
        map_appointments(&build, row[REF_ID]);
        map_case_notes(&build, row[REF_ID]);
        map_withdrawal(&build, row);
        map_reports(&build, row[REF_ID]);
    }
    if (arena_full(context->arena))
        return FATAL("one person has more than an import takes at once");
    if (build.failed)
        return REJECT(build.what == NULL ? "a value of the source cannot be read" : build.what);
    *ret = build.list;
    return RES_DONE;
}
