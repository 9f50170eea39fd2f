/* One referral: its page, risk, booking, recording; sharing risk; assigning. */
#include "base/clock.h"
#include "gateway/handlers.h"
#include "gateway/page.h"

static const struct page_show plainly = {.status = 200};

static void file_done_p(struct case_file *file)
{
    case_file_done(file);
}

res_t referral_page(struct call *call)
{
    CLEANUP(file_done_p) struct case_file file = {0};
    struct referral_model model;
    struct page_frame frame;
    bool found;
    TRY(page_frame_of(call, &plainly, &frame));
    TRY(case_file_open(call, &file, &found));
    if (page_not_found(call, found))
        return RES_DONE;
    TRY(model_referral(call, &file, &model));
    struct part_names parts = page_parts(call);
    CLEANUP(buf_done) struct buf out = {0};
    res_t res = parts.len > 0 ? page_referral_parts(&frame, &model, parts, &out)
                              : page_referral(&frame, &model, &out);
    return page_answer(call, 200, res, &out);
}

res_t show_risk(struct call *call, const struct page_show *show)
{
    CLEANUP(file_done_p) struct case_file file = {0};
    struct risk_model model;
    struct page_frame frame;
    bool found;
    TRY(page_frame_of(call, show, &frame));
    TRY(case_file_open(call, &file, &found));
    if (page_not_found(call, found))
        return RES_DONE;
    TRY(model_risk(call, &file, &model));
    struct part_names parts = page_parts(call);
    CLEANUP(buf_done) struct buf out = {0};
    res_t res = parts.len > 0 ? page_risk_parts(&frame, &model, parts, &out)
                              : page_risk(&frame, &model, &out);
    return page_answer(call, show->status, res, &out);
}

res_t risk_page(struct call *call)
{
    return show_risk(call, &plainly);
}

static res_t put_workers(struct call *call, const struct case_file *file, struct book_model *ret)
{
    const struct dossier_assignment *assigned = referral_caseworkers(file->referral);
    size_t count = assigned == NULL ? 0 : assigned->workers.len;
    struct page_worker *workers = arena_array(call->arena, count, sizeof(*workers));
    if (workers == NULL)
        return RETRY("the request needs more memory than it may");
    size_t len = 0;
    for (int mine = 1; mine >= 0; mine--)
        for (size_t i = 0; i < count; i++) {
            const struct worker *worker = &assigned->workers.items[i];
            if (view_eq(worker->user_id, call->who.user) == (mine == 1))
                workers[len++] = (struct page_worker){
                    worker->user_id, worker->organisation, model_user_name(call, worker->user_id)};
        }
    ret->workers = workers;
    ret->worker_count = len;
    return RES_DONE;
}

static res_t put_offices(struct call *call, const struct case_file *file, struct book_model *ret)
{
    size_t count;
    const struct catalogue_name *all = catalogue_offices(call->gateway->catalogue, &count);
    const struct view_array regions = file->referral->terms.regions;
    struct office *offices = arena_array(call->arena, count, sizeof(*offices));
    if (offices == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < regions.len; k++)
            if (view_eq(all[i].region, regions.items[k]))
                offices[ret->office_count++] = (struct office){all[i].code, all[i].name};
    ret->offices = offices;
    return RES_DONE;
}

res_t show_book(struct call *call, const struct page_show *show)
{
    CLEANUP(file_done_p) struct case_file file = {0};
    struct page_frame frame;
    bool found;
    TRY(page_frame_of(call, show, &frame));
    TRY(case_file_open(call, &file, &found));
    if (page_not_found(call, found))
        return RES_DONE;
    struct book_model model = {
        .referral = file.referral->id,
        .name = file.row.name,
        .crn = file.person.crn,
        .reference = file.row.reference,
        .service = file.row.service,
        .status = file.row.status,
        .session = call->number,
        .seen = file.dossier->seen_version,
        .risk = model_risk_line(call, &file),
    };
    TRY(put_workers(call, &file, &model));
    TRY(put_offices(call, &file, &model));
    CLEANUP(buf_done) struct buf out = {0};
    return page_answer(call, show->status, page_book(&frame, &model, &out), &out);
}

res_t book_page(struct call *call)
{
    return show_book(call, &plainly);
}

res_t show_record(struct call *call, const struct page_show *show)
{
    CLEANUP(file_done_p) struct case_file file = {0};
    struct page_frame frame;
    bool found;
    TRY(page_frame_of(call, show, &frame));
    TRY(case_file_open(call, &file, &found));
    const struct dossier_appointment *appointment =
        found ? model_session_current(file.referral, call->number) : NULL;
    if (appointment == NULL) {
        (void)page_not_found(call, false);
        return RES_DONE;
    }
    struct record_model model = {
        .referral = file.referral->id,
        .name = file.row.name,
        .crn = file.person.crn,
        .reference = file.row.reference,
        .service = file.row.service,
        .status = file.row.status,
        .session = model_session(call, appointment),
        .seen = file.dossier->seen_version,
        .recorded = appointment_has_feedback(appointment),
    };
    if (model.recorded) {
        model.recorded_by = model_user_name(call, appointment->feedback_by);
        model.recorded_us = appointment->feedback_at;
    }
    CLEANUP(buf_done) struct buf out = {0};
    return page_answer(call, show->status, page_record(&frame, &model, &out), &out);
}

res_t record_page(struct call *call)
{
    return show_record(call, &plainly);
}
