/* What only the edge can decide: catalogue, directory, ids across dossiers. */
#include "base/clock.h"
#include "gateway/command.h"

#include <stdio.h>
#include <string.h>

res_t command_plain_text(const struct command_draft *draft, const struct record_desc *desc,
    const char *field, struct view json, struct view *ret)
{
    const struct field_desc *found = desc_field(desc, view_of(field));
    MUST(found != NULL);
    return codec_json_read_plain(found, json, draft->call->arena, ret);
}

static void refuse(struct problem *ret, enum problem_code code, struct view pointer)
{
    *ret = (struct problem){.code = code};
    MUST(pointer.len < sizeof(ret->field));
    memcpy(ret->field, pointer.ptr, pointer.len);
}

static bool outcomes_offered(struct command_draft *draft, struct problem *ret)
{
    const struct referral_submitted *submit = draft->record;
    const struct catalogue *catalogue = draft->call->gateway->catalogue;
    int32_t today = london_day(draft->call->now_us);
    for (size_t i = 0; i < submit->categories.len; i++) {
        const struct category_choice *choice = &submit->categories.items[i];
        for (size_t k = 0; k < choice->outcomes.len; k++) {
            const struct catalogue_outcome *outcome =
                catalogue_outcome(catalogue, choice->outcomes.items[k]);
            if (outcome != NULL && uuid_eq(outcome->category, choice->id) &&
                catalogue_offered(outcome, today))
                continue;
            refuse(ret, PROBLEM_OUTCOME_NOT_OFFERED,
                arena_printf(draft->call->arena, "/categories/%zu/outcomes/%zu", i, k));
            return false;
        }
    }
    return true;
}

static bool levels_offered(struct command_draft *draft, struct problem *ret)
{
    const struct referral_submitted *submit = draft->record;
    for (size_t i = 0; i < submit->categories.len; i++) {
        const struct category_choice *choice = &submit->categories.items[i];
        const struct catalogue_level *level =
            catalogue_level(draft->call->gateway->catalogue, choice->complexity);
        if (!HAS(choice, CATEGORY_CHOICE_COMPLEXITY) ||
            (level != NULL && uuid_eq(level->category, choice->id)))
            continue;
        refuse(ret, PROBLEM_COMPLEXITY_NOT_OFFERED,
            arena_printf(draft->call->arena, "/categories/%zu/complexity", i));
        return false;
    }
    return true;
}

static bool ends_gov_uk(struct view email)
{
    static const struct view end = {"gov.uk", 6};
    if (email.len <= end.len)
        return false;
    for (size_t i = 0; i < end.len; i++) {
        char c = email.ptr[email.len - end.len + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != end.ptr[i])
            return false;
    }
    char before = email.ptr[email.len - end.len - 1];
    return before == '.' || before == '@';
}

static res_t guard_submit(struct command_draft *draft, struct problem *ret)
{
    const struct referral_submitted *submit = draft->record;
    struct view email;
    if (!outcomes_offered(draft, ret) || !levels_offered(draft, ret))
        return RES_DONE;
    TRY(command_plain_text(draft, &practitioner_desc, "email", submit->practitioner.email, &email));
    if (!ends_gov_uk(email)) {
        *ret = problem_at(PROBLEM_EMAIL_NOT_GOV_UK, "/practitioner/email");
        return RES_DONE;
    }
    return command_submit_reserve(draft, ret);
}

/* The directory: who signed in or was imported, and the demo's users. */
static res_t works_there(struct call *call, const struct worker *worker, bool *ret)
{
    const struct catalogue_user *user = catalogue_user(call->gateway->catalogue, worker->user_id);
    *ret = user != NULL && user->kind == ACTOR_KIND_PROVIDER &&
           view_eq(user->organisation, worker->organisation);
    if (*ret)
        return RES_DONE;
    static const struct pg_sql sql = {
        "directory_user", "SELECT FROM edge.app_user WHERE user_id = $1 AND organisation = $2"};
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    struct pg_params params = {0};
    pg_put_text(&params, worker->user_id);
    pg_put_text(&params, worker->organisation);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, &params, &rows));
    *ret = pg_rows_count(rows) > 0;
    return pg_rows_ok(rows);
}

static res_t guard_assign(struct command_draft *draft, struct problem *ret)
{
    const struct caseworkers_assigned *assign = draft->record;
    for (size_t i = 0; i < assign->workers.len; i++) {
        bool known;
        TRY(works_there(draft->call, &assign->workers.items[i], &known));
        if (known)
            continue;
        refuse(
            ret, PROBLEM_WORKER_OUT_OF_SCOPE, arena_printf(draft->call->arena, "/workers/%zu", i));
        return RES_DONE;
    }
    return RES_DONE;
}

/* Every command that books a meeting says where under /booking/office; NONE: no office. */
static struct view office_of(const struct command_draft *draft)
{
    const struct field_desc *booking = desc_field(draft->desc, VIEW("booking"));
    if (booking == NULL || booking->kind != KIND_RECORD ||
        !has_bit(draft->record, booking->has_bit))
        return VIEW_NONE;
    const char *meeting = (const char *)draft->record + booking->offset;
    const struct field_desc *office = desc_field(booking->record, VIEW("office"));
    struct view code;
    if (office == NULL || !has_bit(meeting, office->has_bit))
        return VIEW_NONE;
    memcpy(&code, meeting + office->offset, sizeof(code));
    return code;
}

static res_t guard_office(struct command_draft *draft, struct problem *ret)
{
    struct view code = office_of(draft);
    if (code.ptr == NULL)
        return RES_DONE;
    const struct catalogue_name *office = catalogue_office(draft->call->gateway->catalogue, code);
    bool fits = false;
    if (office != NULL) {
        static const struct pg_sql sql = {"referral_region",
            "SELECT FROM read.scope WHERE person = $1 AND referral = $2 AND kind = 'region'"
            " AND code = $3"};
        struct pg *pg;
        TRY(gateway_sql(draft->call->gateway, &pg));
        struct pg_params params = {0};
        pg_put_uuid(&params, draft->in->person);
        pg_put_uuid(&params, draft->in->referral);
        pg_put_text(&params, office->region);
        CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
        TRY(pg_exec(pg, &sql, &params, &rows));
        fits = pg_rows_count(rows) > 0;
    }
    if (!fits)
        *ret = problem_at(PROBLEM_OFFICE_NOT_IN_REGION, "/booking/office");
    return RES_DONE;
}

/* What one command alone has; NULL: nothing. */
static res_t (*const guards[COMMAND_MAX_])(struct command_draft *draft, struct problem *ret) = {
    [COMMAND_SUBMIT_REFERRAL] = guard_submit,
    [COMMAND_ASSIGN_CASEWORKERS] = guard_assign,
    [COMMAND_SHARE_RISK] = command_share_fill,
};

/* Ids that are looked up by themselves belong to the dossier that named them first. */
static res_t claim_ids(struct command_draft *draft, struct problem *ret)
{
    for (uint32_t i = 0; i < draft->desc->field_count; i++) {
        const struct field_desc *field = &draft->desc->fields[i];
        struct uuid id, owner;
        if (field->mints == NULL || !has_bit(draft->record, field->has_bit))
            continue;
        memcpy(&id, (const char *)draft->record + field->offset, sizeof(id));
        TRY(edge_claim(draft->call->gateway->edge, id, draft->in->person, field->mints, &owner));
        if (!uuid_eq(owner, draft->in->person))
            refuse(
                ret, PROBLEM_ID_ALREADY_USED, arena_printf(draft->call->arena, "/%s", field->name));
    }
    return RES_DONE;
}

res_t command_guard(struct command_draft *draft, struct problem *ret)
{
    *ret = (struct problem){.code = PROBLEM_MAX_};
    TRY(claim_ids(draft, ret));
    if (ret->code == PROBLEM_MAX_)
        TRY(guard_office(draft, ret));
    if (ret->code != PROBLEM_MAX_ || guards[draft->in->type] == NULL)
        return RES_DONE;
    return guards[draft->in->type](draft, ret);
}
