#include "referrals/rules.h"

#include "base/clock.h"
#include "dossier/reference.h"

#include <stdio.h>

/* A draft begun while the service was open may be sent for so long after its last day. */
enum { DRAFT_GRACE_DAYS = 14 };

void submit_find(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    decision->referral = dossier_referral(decision->dossier, sent->referral_id);
}

/* Only a commissioned service has outcomes and complexity levels to choose from. */
void submit_fields(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    bool commissioned = sent->terms.kind == SERVICE_KIND_COMMISSIONED;
    for (size_t i = 0; i < sent->categories.len; i++) {
        const struct category_choice *choice = &sent->categories.items[i];
        char field[48];
        snprintf(field, sizeof field, "/categories/%zu/outcomes", i);
        require_if(decision, commissioned, HAS(choice, CATEGORY_CHOICE_OUTCOMES), field);
        snprintf(field, sizeof field, "/categories/%zu/complexity", i);
        require_if(decision, commissioned, HAS(choice, CATEGORY_CHOICE_COMPLEXITY), field);
    }
    if (HAS(decision->meta, META_REFERRAL) && !uuid_eq(decision->meta->referral, sent->referral_id))
        refuse(decision, REFUSAL_FIELD_INVALID, "/referralId");
    only_import(decision, HAS(sent, REFERRAL_SUBMITTED_ALIASES), "/aliases");
}

void submit_ids(struct decision *decision)
{
    if (decision->referral != NULL)
        refuse(decision, REFUSAL_ID_ALREADY_USED, "/referralId");
}

void submit_finish(struct decision *decision, void *event)
{
    struct referral_submitted *sent = event;
    (void)decision;
    sent->meta.referral = sent->referral_id;
    SET(&sent->meta, META_REFERRAL);
}

/* -- guards: what each refuses ----------------------------------------------------------------- */

static void reference(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    struct view suffix = reference_suffix(&sent->terms, decision->arena);
    if (!reference_valid(sent->reference, suffix))
        refuse_softly(decision, REFUSAL_REFERENCE_INVALID, "/reference");
}

static void not_merged(struct decision *decision)
{
    if (decision->dossier->merged_away)
        refuse(decision, REFUSAL_PERSON_MERGED, NULL);
}

static void alive(struct decision *decision)
{
    if (HAS(decision->dossier, DOSSIER_DIED_AT))
        refuse(decision, REFUSAL_PERSON_DIED, NULL);
}

static void risk_stated(struct decision *decision)
{
    if (!HAS(decision->dossier, DOSSIER_RISK))
        refuse_softly(decision, REFUSAL_NO_RISK_POSITION, NULL);
}

static void service_open(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    const struct terms *terms = &sent->terms;
    int32_t today = decision->today;
    bool begun = !HAS(terms, TERMS_OPEN_FROM) || today >= terms->open_from;
    bool open = !HAS(terms, TERMS_OPEN_TO) || today <= terms->open_to;
    bool drafted = HAS(sent, REFERRAL_SUBMITTED_DRAFTED_AT) && HAS(terms, TERMS_OPEN_TO) &&
                   london_day(sent->drafted_at) <= terms->open_to &&
                   today <= terms->open_to + DRAFT_GRACE_DAYS;
    if (!begun || (!open && !drafted))
        refuse_softly(decision, REFUSAL_SERVICE_CLOSED, NULL);
}

static void eligible(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    const struct terms *terms = &sent->terms;
    bool young = HAS(terms, TERMS_AGE_FROM) && sent->age_years < terms->age_from;
    bool old = HAS(terms, TERMS_AGE_TO) && sent->age_years > terms->age_to;
    if (HAS(sent, REFERRAL_SUBMITTED_AGE_YEARS) && (young || old))
        refuse_softly(decision, REFUSAL_NOT_ELIGIBLE, "/ageYears");
    bool taken = !HAS(sent, REFERRAL_SUBMITTED_SEX) || sent->sex == SEX_OTHER;
    for (size_t i = 0; i < terms->sexes.len; i++)
        taken |= terms->sexes.items[i] == sent->sex;
    if (!taken)
        refuse_softly(decision, REFUSAL_NOT_ELIGIBLE, "/sex");
}

static bool offers(const struct terms *terms, struct uuid category)
{
    for (size_t i = 0; i < terms->categories.len; i++)
        if (uuid_eq(terms->categories.items[i], category))
            return true;
    return false;
}

static void categories_offered(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    for (size_t i = 0; i < sent->categories.len; i++)
        if (!offers(&sent->terms, sent->categories.items[i].id))
            refuse_at(decision, REFUSAL_CATEGORY_NOT_IN_CONTRACT, "/categories/%zu/id", i);
}

static void deadline_ahead(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    if (HAS(sent, REFERRAL_SUBMITTED_COMPLETION_DEADLINE) &&
        sent->completion_deadline < decision->today)
        refuse_softly(decision, REFUSAL_DEADLINE_PAST, "/completionDeadline");
}

static bool same_service(const struct terms *a, const struct terms *b)
{
    if (HAS(a, TERMS_TYPE) && HAS(b, TERMS_TYPE) && view_eq(a->type, b->type))
        return true;
    return uuid_eq(a->service_id, b->service_id);
}

static void no_open_twin(struct decision *decision)
{
    const struct referral_submitted *sent = decision->body;
    const struct dossier_referral *twin = NULL;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++) {
        const struct dossier_referral *one = &decision->dossier->referrals.items[i];
        if (referral_ended(one) || !same_service(&one->terms, &sent->terms))
            continue;
        if (HAS(sent, REFERRAL_SUBMITTED_DUPLICATE_OF) && uuid_eq(one->id, sent->duplicate_of))
            return; /* the sender knows, and says which */
        twin = one;
    }
    if (twin == NULL)
        return;
    refuse_softly(decision, REFUSAL_OPEN_REFERRAL_EXISTS, "/duplicateOf");
    refuse_with(decision, "referral", view_of(uuid_text(twin->id).text));
}

guard_fn *const submit_guards[] = {reference, not_merged, alive, risk_stated, service_open,
    eligible, categories_offered, deadline_ahead, no_open_twin, NULL};
