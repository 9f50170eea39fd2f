/* Sharing risk, assigning caseworkers. */
#include "base/clock.h"
#include "gateway/access.h"
#include "gateway/handlers.h"
#include "gateway/page.h"

#include <stdlib.h>

static const struct page_show plainly = {.status = 200};

static void keys_done_p(struct fact_keys *keys)
{
    fact_keys_done(keys);
}

/* Everybody who works with the person now, with their organisation. */
static struct view told_of(struct call *call, const struct dossier *dossier)
{
    struct view told = VIEW_NONE;
    for (size_t i = 0; i < dossier->referrals.len; i++) {
        const struct dossier_referral *referral = &dossier->referrals.items[i];
        const struct dossier_assignment *assigned = referral_caseworkers(referral);
        for (size_t k = 0;
             assigned != NULL && !referral_ended(referral) && k < assigned->workers.len; k++) {
            const struct worker *worker = &assigned->workers.items[k];
            struct view name = model_user_name(call, worker->user_id);
            struct view organisation = model_organisation_name(call, worker->organisation);
            told = arena_printf(call->arena, "%.*s%s%.*s, %.*s", VIEW_ARG(told),
                told.len > 0 ? "; " : "", VIEW_ARG(name), VIEW_ARG(organisation));
        }
    }
    return told;
}

static res_t put_person(struct call *call, const struct dossier *dossier,
    const struct fact_keys *keys, struct share_risk_model *ret)
{
    if (dossier->referrals.len == 0)
        return RES_DONE;
    const struct dossier_referral *last = &dossier->referrals.items[dossier->referrals.len - 1];
    struct event submitted;
    bool found;
    TRY(fact_find(call, call->person, last->record, &submitted, &found));
    if (!found)
        return FATAL("the read model has a referral without the fact that sent it");
    struct person_known known = query_person_of(call, keys, &submitted);
    ret->name = (struct person_name){known.first, known.last};
    ret->crn = known.crn;
    ret->back = last->id;
    return RES_DONE;
}

res_t show_share_risk(struct call *call, const struct page_show *show)
{
    struct page_frame frame;
    const struct dossier *dossier;
    TRY(page_frame_of(call, show, &frame));
    TRY(model_dossier(call, call->person, &dossier));
    struct share_risk_model model = {.person = call->person, .version = 1};
    CLEANUP(keys_done_p) struct fact_keys keys;
    TRY(fact_keys_open(call, call->person, &keys));
    if (dossier != NULL) {
        model.version = dossier_risk_version(dossier) + 1;
        model.seen = dossier->seen_version;
        model.told = told_of(call, dossier);
        TRY(put_person(call, dossier, &keys, &model));
        TRY(model_risk_content(call, dossier, &keys, &model.previous));
    }
    CLEANUP(buf_done) struct buf out = {0};
    return page_answer(call, show->status, page_share_risk(&frame, &model, &out), &out);
}

res_t share_risk_page(struct call *call)
{
    return show_share_risk(call, &plainly);
}

static int by_name(const void *left, const void *right)
{
    const struct page_worker *a = left;
    const struct page_worker *b = right;
    return view_cmp(a->name, b->name);
}

/* The organisation's own people; a prime's subcontractors assign theirs themselves. */
static res_t put_workers(struct call *call, struct assign_model *ret)
{
    size_t count;
    const struct catalogue_user *users = catalogue_users(call->gateway->catalogue, &count);
    struct page_worker *workers = arena_array(call->arena, count, sizeof(*workers));
    if (workers == NULL)
        return RETRY("the request needs more memory than it may");
    for (size_t i = 0; i < count; i++)
        if (users[i].kind == ACTOR_KIND_PROVIDER &&
            view_eq(users[i].organisation, call->who.organisation))
            workers[ret->worker_count++] =
                (struct page_worker){users[i].id, users[i].organisation, users[i].name};
    qsort(workers, ret->worker_count, sizeof(*workers), by_name);
    ret->workers = workers;
    return RES_DONE;
}

static res_t put_chosen(struct call *call, struct assign_model *ret)
{
    struct case_file file;
    bool found;
    TRY(case_file_open(call, &file, &found));
    if (found) {
        ret->chosen = file.row;
        ret->seen = file.dossier->seen_version;
    }
    case_file_done(&file);
    return RES_DONE;
}

/* Which referral: the form's, the address's, else the one that waits longest. */
static res_t choose(struct call *call, const struct assign_model *model, bool *ret_may)
{
    struct view asked = http_pair_get(call->request->query, "referral");
    *ret_may = true;
    if (uuid_is_zero(call->referral) && asked.ptr != NULL)
        *ret_may = uuid_parse(asked, &call->referral);
    else if (uuid_is_zero(call->referral) && model->waiting_count > 0)
        call->referral = model->waiting[0].referral;
    if (*ret_may && !uuid_is_zero(call->referral))
        return access_referral(call, call->referral, &call->person, ret_may);
    return RES_DONE;
}

res_t show_assign(struct call *call, const struct page_show *show)
{
    struct page_frame frame;
    struct assign_model model = {0};
    bool may;
    TRY(page_frame_of(call, show, &frame));
    TRY(model_unassigned(call, &model.waiting, &model.waiting_count));
    TRY(choose(call, &model, &may));
    if (page_not_found(call, may))
        return RES_DONE;
    if (!uuid_is_zero(call->referral))
        TRY(put_chosen(call, &model));
    TRY(put_workers(call, &model));
    CLEANUP(buf_done) struct buf out = {0};
    return page_answer(call, show->status, page_assign(&frame, &model, &out), &out);
}

res_t assign_page(struct call *call)
{
    return show_assign(call, &plainly);
}
