/* SubmitReferral: terms from the catalogue, the reference, the blind index. */
#include "base/clock.h"
#include "dossier/reference.h"
#include "gateway/command.h"

/* Stands in the record until the real one is reserved, when all else is known to be fine. */
static const struct view reference_later = {"AB1234AC", 8};

void command_submit_fill(void *arg, void *record)
{
    struct command_fill *fill = arg;
    struct referral_submitted *submit = record;
    const struct terms *asked = &submit->terms;
    fill->problem = (struct problem){.code = PROBLEM_MAX_};
    if (!HAS(submit, REFERRAL_SUBMITTED_TERMS) || !HAS(asked, TERMS_SERVICE_ID))
        return; /* missing, as the check will say */
    const struct catalogue_service *service = catalogue_service(fill->catalogue, asked->service_id);
    if (service == NULL) {
        fill->problem = problem_at(PROBLEM_FIELD_INVALID, "/terms/serviceId");
        return;
    }
    submit->terms = service->terms;
    submit->reference = reference_later;
    SET(submit, REFERRAL_SUBMITTED_REFERENCE);
}

static res_t person_is_the_crns(struct command_draft *draft, struct view *ret_crn, bool *ret)
{
    struct referral_submitted *submit = draft->record;
    struct call *call = draft->call;
    struct view crn;
    TRY(command_plain_text(draft, draft->desc, "crn", submit->crn, &crn));
    *ret = false;
    if (edge_crn_normalise(crn, call->arena, ret_crn).act != RES_OK)
        return RES_DONE;
    struct uuid person;
    bool is_new;
    TRY(edge_person_register(call->gateway->edge, *ret_crn, &person, &is_new));
    *ret = uuid_eq(person, draft->in->person);
    return RES_DONE;
}

static res_t make_findable(struct command_draft *draft, struct view crn, struct view reference)
{
    struct referral_submitted *submit = draft->record;
    struct person_details person = {0};
    const struct field_desc *field = desc_field(draft->desc, VIEW("person"));
    TRY(codec_json_read_plain(field, submit->person, draft->call->arena, &person));
    const struct view texts[] = {person.first_name, person.last_name, crn, reference};
    return edge_index_add(draft->call->gateway->edge, draft->in->person, texts, ARRAY_LEN(texts));
}

res_t command_submit_reserve(struct command_draft *draft, struct problem *ret)
{
    struct referral_submitted *submit = draft->record;
    struct view crn;
    bool fits;
    TRY(person_is_the_crns(draft, &crn, &fits));
    if (!fits) {
        *ret = problem_at(PROBLEM_FIELD_INVALID, "/crn");
        return RES_DONE;
    }
    struct view suffix = reference_suffix(&submit->terms, draft->call->arena);
    if (suffix.ptr == NULL)
        return FATAL("the catalogue has a service without letters for its references");
    char reference[REFERENCE_TEXT_MAX];
    struct edge_referral referral = {draft->in->id, submit->referral_id, draft->in->person};
    TRY(edge_reference_reserve(draft->call->gateway->edge, &referral, suffix, reference));
    submit->reference = arena_copy(draft->call->arena, view_of(reference));
    return make_findable(draft, crn, submit->reference);
}
