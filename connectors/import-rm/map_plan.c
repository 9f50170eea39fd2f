#include "import-rm/map_build.h"

static void put_activities(struct build *build, struct plan_submitted *plan, struct view plan_id)
{
    const struct rm_rows *rows = &build->person->activities;
    struct activity *items = arena_array(build->context->arena, rows->count, sizeof *items);
    size_t count = 0;
    for (size_t i = 0; items != NULL && i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[ACT_PLAN], plan_id))
            continue;
        struct activity *activity = &items[count++];
        put_uuid(build, activity, ACTIVITY_ID, &activity->id, row[ACT_ID]);
        put_sealed(build, activity, ACTIVITY_TEXT, &activity->text, row[ACT_TEXT]);
        if (build->kept_count < KEPT_MAX - 4)
            build_kept(build, "action_plan_activity.created_at", row[ACT_CREATED_AT]);
    }
    plan->activities = (struct activity_array){items, count};
    SET(plan, PLAN_SUBMITTED_ACTIVITIES);
    if (count == 0)
        build_unknown(build, "/activities");
}

static void map_approval(struct build *build, const struct view *row, int32_t version)
{
    struct plan_approved *approved = build_start(build, COMMAND_APPROVE_PLAN, sizeof *approved);
    if (approved == NULL)
        return;
    approved->plan_version = version;
    SET(approved, PLAN_APPROVED_PLAN_VERSION);
    struct view key = arena_printf(build->context->arena, "%.*s:approved", VIEW_ARG(row[PLAN_ID]));
    build_end(build, &(struct build_meta){"action_plan", key, row[PLAN_REFERRAL],
                         row[PLAN_APPROVED_AT], row[PLAN_APPROVED_BY]});
}

void map_plans(struct build *build, struct view referral)
{
    const struct rm_rows *rows = &build->person->plans;
    int32_t version = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[PLAN_REFERRAL], referral))
            continue;
        struct plan_submitted *plan = build_start(build, COMMAND_SUBMIT_PLAN, sizeof *plan);
        if (plan == NULL)
            return;
        put_uuid(build, plan, PLAN_SUBMITTED_PLAN_ID, &plan->plan_id, row[PLAN_ID]);
        plan->plan_version = ++version;
        SET(plan, PLAN_SUBMITTED_PLAN_VERSION);
        if (!put_int(build, plan, PLAN_SUBMITTED_SESSIONS, &plan->sessions, row[PLAN_SESSIONS]))
            build_unknown(build, "/sessions");
        put_activities(build, plan, row[PLAN_ID]);
        build_kept(build, "action_plan.created_at", row[PLAN_CREATED_AT]);
        build_kept(build, "action_plan.created_by_id", row[PLAN_CREATED_BY]);
        build_end(build, &(struct build_meta){"action_plan", row[PLAN_ID], referral,
                             row[PLAN_SUBMITTED_AT], row[PLAN_SUBMITTED_BY]});
        if (row[PLAN_APPROVED_AT].ptr != NULL)
            map_approval(build, row, version);
    }
}
