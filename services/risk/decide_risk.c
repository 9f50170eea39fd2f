#include "risk/decide_risk.h"

#include "dossier/decision.h"

/* -- ShareRisk ----------------------------------------------------------------------------------
 */

static bool has_text(const struct risk_shared *shared)
{
    return HAS(shared, RISK_SHARED_WHO_IS_AT_RISK) || HAS(shared, RISK_SHARED_NATURE) ||
           HAS(shared, RISK_SHARED_IMMINENCE) || HAS(shared, RISK_SHARED_INCREASES) ||
           HAS(shared, RISK_SHARED_DECREASES) || HAS(shared, RISK_SHARED_ANALYSIS) ||
           HAS(shared, RISK_SHARED_STAFF_SAFETY) || HAS(shared, RISK_SHARED_SEXUAL_HISTORY) ||
           HAS(shared, RISK_SHARED_ADDITIONAL);
}

static bool has_more(const struct risk_shared *shared)
{
    return HAS(shared, RISK_SHARED_LEVELS) || HAS(shared, RISK_SHARED_TO_SELF) ||
           HAS(shared, RISK_SHARED_REGISTRATIONS);
}

/* What is inside the headings is sealed; that they are there, and how many of which sort, is not.
 * "assessed" with nothing to say, and text on no basis, contradict themselves. */
static void basis_fits(struct decision *decision)
{
    const struct risk_shared *shared = decision->body;
    bool said = shared->disclosed + shared->withheld > 0;
    bool fits = shared->basis == RISK_BASIS_ASSESSED
                    ? said && has_text(shared)
                    : !said && !has_text(shared) && !has_more(shared);
    if (shared->disclosed + shared->withheld + shared->not_assessed > 9 || !fits)
        refuse(decision, REFUSAL_BASIS_CONTRADICTS_FIELDS, "/basis");
}

static void approved(struct decision *decision)
{
    const struct risk_shared *shared = decision->body;
    bool unsaid = decision->import && !HAS(shared, RISK_SHARED_APPROVED);
    if (!shared->approved && !unsaid)
        refuse(decision, REFUSAL_NOT_APPROVED, "/approved");
}

static void finish_share(struct decision *decision, void *event)
{
    struct risk_shared *shared = event;
    shared->risk_version = dossier_risk_version(decision->dossier) + 1;
    SET(shared, RISK_SHARED_RISK_VERSION);
}

/* -- OpenRisk -----------------------------------------------------------------------------------
 */

/* Of the referrals that the sender's organisation delivers: one is open, one names the sender. */
struct standing {
    bool open;
    bool assigned;
};

static struct standing standing_of(const struct decision *decision)
{
    struct standing standing = {false, false};
    const struct actor *actor = &decision->meta->actor;
    for (size_t i = 0; i < decision->dossier->referrals.len; i++) {
        const struct dossier_referral *one = &decision->dossier->referrals.items[i];
        if (referral_ended(one) || !terms_delivered_by(&one->terms, actor->organisation))
            continue;
        standing.open = true;
        standing.assigned |= referral_has_caseworker(one, actor->id);
    }
    return standing;
}

static void nothing_found(struct decision *decision)
{
    decision->referral = NULL; /* it is about the person, whatever meta names */
}

static void reader_fits(struct decision *decision)
{
    static const int32_t readers[ACTOR_KIND_MAX_] = {
        [ACTOR_KIND_PRACTITIONER] = RISK_READER_PRACTITIONER,
        [ACTOR_KIND_PROVIDER] = RISK_READER_WORKER,
        [ACTOR_KIND_SYSTEM] = RISK_READER_SYSTEM,
    };
    const struct risk_disclosed *disclosed = decision->body;
    int32_t kind = decision->meta->actor.kind;
    bool reads =
        kind == ACTOR_KIND_PRACTITIONER || kind == ACTOR_KIND_PROVIDER || kind == ACTOR_KIND_SYSTEM;
    if (reads && disclosed->reader != readers[kind])
        refuse(decision, REFUSAL_FIELD_INVALID, "/reader");
    bool explain = kind == ACTOR_KIND_PROVIDER && !standing_of(decision).assigned;
    require_if(decision, explain, HAS(disclosed, RISK_DISCLOSED_REASON), "/reason");
}

static void has_open_referral(struct decision *decision)
{
    if (decision->meta->actor.kind == ACTOR_KIND_PROVIDER && !standing_of(decision).open)
        refuse(decision, REFUSAL_NOT_PERMITTED, NULL);
}

static void current_version(struct decision *decision, int32_t stated)
{
    if (stated == dossier_risk_version(decision->dossier))
        return;
    refuse(decision, REFUSAL_RISK_VERSION_OLD, "/riskVersion");
    refuse_with_number(decision, "current", dossier_risk_version(decision->dossier));
}

static void version_to_open(struct decision *decision)
{
    current_version(decision, ((const struct risk_disclosed *)decision->body)->risk_version);
}

/* -- AcknowledgeRisk ----------------------------------------------------------------------------
 */

static void find_acknowledged(struct decision *decision)
{
    const struct risk_acknowledged *acknowledged = decision->body;
    decision->referral = dossier_referral(decision->dossier, acknowledged->referral_id);
}

static void version_to_acknowledge(struct decision *decision)
{
    current_version(decision, ((const struct risk_acknowledged *)decision->body)->risk_version);
}

static void is_assigned(struct decision *decision)
{
    if (!referral_has_caseworker(decision->referral, decision->meta->actor.id))
        refuse(decision, REFUSAL_NOT_ASSIGNED_WORKER, NULL);
}

static void has_read(struct decision *decision)
{
    const struct risk_acknowledged *acknowledged = decision->body;
    int32_t read = risk_read(decision->dossier, decision->meta->actor.id, RISK_READER_WORKER);
    if (read != acknowledged->risk_version)
        refuse(decision, REFUSAL_RISK_NOT_READ, NULL);
}

static void is_new(struct decision *decision)
{
    if (risk_acknowledged(decision->dossier, decision->meta->actor.id))
        refuse(decision, REFUSAL_ALREADY_NOTED, NULL);
}

static void finish_acknowledge(struct decision *decision, void *event)
{
    struct risk_acknowledged *acknowledged = event;
    (void)decision;
    acknowledged->meta.referral = acknowledged->referral_id;
    SET(&acknowledged->meta, META_REFERRAL);
}

/* -- NoteRiskChange -----------------------------------------------------------------------------
 */

static void change_is_new(struct decision *decision)
{
    const struct risk_review_due *due = decision->body;
    const struct view_array *noted = &decision->dossier->risk_changes;
    for (size_t i = 0; i < noted->len; i++)
        if (view_eq(noted->items[i], due->external_ref))
            refuse(decision, REFUSAL_ALREADY_NOTED, "/externalRef");
}

/* -- ConfirmRisk --------------------------------------------------------------------------------
 */

static void version_to_confirm(struct decision *decision)
{
    current_version(decision, ((const struct risk_confirmed *)decision->body)->risk_version);
}

/* -- tables -------------------------------------------------------------------------------------
 */

static void referral_is_open(struct decision *decision)
{
    enum refusal refusal = referral_absent[referral_phase(decision)];
    if (refusal != REFUSAL_NONE)
        refuse(decision, refusal, NULL);
}

/* Of the risk file. Only an acknowledgement is about a referral as well: command_rule.parts. */
enum risk_phase { RISK_PHASE_EMPTY, RISK_PHASE_SHARED, RISK_PHASE_MAX_ };

static unsigned risk_phase(const struct decision *decision)
{
    return HAS(decision->dossier, DOSSIER_RISK) ? RISK_PHASE_SHARED : RISK_PHASE_EMPTY;
}

static guard_fn *const share[] = {basis_fits, approved, NULL};
static guard_fn *const open_risk[] = {version_to_open, NULL};
static guard_fn *const acknowledge[] = {
    version_to_acknowledge, is_assigned, has_read, is_new, NULL};

static guard_fn *const note_change[] = {change_is_new, NULL};

static guard_fn *const confirm[] = {version_to_confirm, NULL};

static const struct rule rules[RISK_PHASE_MAX_][COMMAND_MAX_] = {
    [RISK_PHASE_EMPTY][COMMAND_SHARE_RISK] = {share},
    [RISK_PHASE_EMPTY][COMMAND_ACKNOWLEDGE_RISK] = {acknowledge},
    [RISK_PHASE_EMPTY][COMMAND_NOTE_RISK_CHANGE] = {note_change},
    [RISK_PHASE_SHARED][COMMAND_NOTE_RISK_CHANGE] = {note_change},
    [RISK_PHASE_EMPTY][COMMAND_CONFIRM_RISK] = {confirm},
    [RISK_PHASE_SHARED][COMMAND_CONFIRM_RISK] = {confirm},
    [RISK_PHASE_SHARED][COMMAND_SHARE_RISK] = {share},
    [RISK_PHASE_SHARED][COMMAND_OPEN_RISK] = {open_risk},
    [RISK_PHASE_SHARED][COMMAND_ACKNOWLEDGE_RISK] = {acknowledge},
};

static const enum refusal absent[RISK_PHASE_MAX_] = {
    [RISK_PHASE_EMPTY] = REFUSAL_NO_RISK_POSITION,
};

static const struct command_rule commands[COMMAND_MAX_] = {
    [COMMAND_SHARE_RISK] = {.find = nothing_found, .finish = finish_share},
    [COMMAND_NOTE_RISK_CHANGE] = {.find = nothing_found},
    [COMMAND_CONFIRM_RISK] = {.find = nothing_found},
    [COMMAND_OPEN_RISK] = {.find = nothing_found,
        .fields = reader_fits,
        .permit = has_open_referral},
    [COMMAND_ACKNOWLEDGE_RISK] = {.find = find_acknowledged,
        .parts = referral_is_open,
        .finish = finish_acknowledge},
};

static const struct family_rules family = {
    .family = FAMILY_RISK,
    .phase = risk_phase,
    .rules = rules,
    .commands = commands,
    .absent = absent,
};

res_t decide_risk(const struct dossier *dossier, const struct command *command, struct arena *arena,
    struct event *ret)
{
    return decide(&family, dossier, command, arena, ret);
}
