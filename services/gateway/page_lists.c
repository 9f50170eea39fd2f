/* Today, the caseload, flows, one outcome. */
#include "gateway/access.h"
#include "gateway/handlers.h"
#include "gateway/outcome.h"
#include "gateway/page.h"
#include "gateway/page_words.h"

static const struct page_show plainly = {.status = 200};

res_t cases_page(struct call *call)
{
    struct case_filter filter;
    struct cases_model model;
    struct page_frame frame;
    if (!query_case_filter(call, &filter)) {
        call_problem_code(call, PROBLEM_BAD_REQUEST);
        return RES_DONE;
    }
    TRY(page_frame_of(call, &plainly, &frame));
    TRY(model_cases(call, &filter, &model));
    struct part_names parts = page_parts(call);
    CLEANUP(buf_done) struct buf out = {0};
    res_t res = parts.len > 0 ? page_cases_parts(&frame, &model, parts, &out)
                              : page_cases(&frame, &model, &out);
    return page_answer(call, 200, res, &out);
}

static res_t provider_today(struct call *call)
{
    struct provider_today_model model;
    struct page_frame frame;
    TRY(page_frame_of(call, &plainly, &frame));
    TRY(model_provider_today(call, &model));
    struct part_names parts = page_parts(call);
    CLEANUP(buf_done) struct buf out = {0};
    res_t res = parts.len > 0 ? page_provider_today_parts(&frame, &model, parts, &out)
                              : page_provider_today(&frame, &model, &out);
    return page_answer(call, 200, res, &out);
}

static res_t probation_today(struct call *call)
{
    struct probation_today_model model;
    struct page_frame frame;
    TRY(page_frame_of(call, &plainly, &frame));
    TRY(model_probation_today(call, &model));
    struct part_names parts = page_parts(call);
    CLEANUP(buf_done) struct buf out = {0};
    res_t res = parts.len > 0 ? page_probation_today_parts(&frame, &model, parts, &out)
                              : page_probation_today(&frame, &model, &out);
    return page_answer(call, 200, res, &out);
}

res_t today_page(struct call *call)
{
    return call->who.kind == ACTOR_KIND_PROVIDER ? provider_today(call) : probation_today(call);
}

res_t flows_page(struct call *call)
{
    struct flows_model model;
    struct page_frame frame;
    TRY(page_frame_of(call, &plainly, &frame));
    TRY(model_flows(call, &model));
    struct part_names parts = page_parts(call);
    CLEANUP(buf_done) struct buf out = {0};
    res_t res = parts.len > 0 ? page_flows_parts(&frame, &model, parts, &out)
                              : page_flows(&frame, &model, &out);
    return page_answer(call, 200, res, &out);
}

res_t outcome_page(struct call *call)
{
    struct access_outcome seen;
    struct outcome_asker asker;
    struct page_frame frame;
    if (outcome_asker_read(call->request->query, &asker) != PROBLEM_MAX_) {
        call_problem_code(call, PROBLEM_BAD_REQUEST);
        return RES_DONE;
    }
    TRY(page_frame_of(call, &plainly, &frame));
    TRY(access_outcome(call, call->id, &seen));
    if (page_not_found(call, seen.may))
        return RES_DONE;
    struct outcome_model model = {.command = call->id,
        .command_type = seen.outcome.command,
        .answered = seen.found,
        .referral = seen.outcome.referral};
    if (seen.found && outcome_of_another(&seen.outcome, &asker))
        model.refused =
            page_error_of_problem(call->arena, &(struct problem){.code = PROBLEM_KEY_REUSED});
    else if (seen.found && seen.outcome.code.ptr == NULL)
        model.event = seen.outcome.type;
    else if (seen.found)
        model.refused = page_error_of_outcome(call->arena, &seen.outcome);
    struct part_names parts = page_parts(call);
    CLEANUP(buf_done) struct buf out = {0};
    res_t res = parts.len > 0 ? page_outcome_parts(&frame, &model, parts, &out)
                              : page_outcome(&frame, &model, &out);
    return page_answer(call, 200, res, &out);
}
