/* Risk: headings changed, before reading; the text, only after the reading is on the stream. */
#include "gateway/model.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum { TEXTS = 9, LEVELS = 5, SELF = 5 };

static const char *const headings[TEXTS] = {"whoIsAtRisk", "nature", "imminence", "increases",
    "decreases", "analysis", "staffSafety", "sexualHistory", "additional"};

static enum risk_reader role_of(const struct call *call)
{
    return call->who.kind == ACTOR_KIND_PRACTITIONER ? RISK_READER_PRACTITIONER
                                                     : RISK_READER_WORKER;
}

/* Until when this reader's own reading of the version in force lasts; 0: there is none. */
static int64_t open_until(const struct call *call, const struct dossier *dossier)
{
    for (size_t i = 0; i < dossier->readings.len; i++) {
        const struct dossier_reading *reading = &dossier->readings.items[i];
        if (reading->reader == (int32_t)role_of(call) &&
            reading->risk_version == dossier_risk_version(dossier) &&
            view_eq(reading->user, call->who.user) && call->now_us < reading->at + RISK_OPEN_US)
            return reading->at + RISK_OPEN_US;
    }
    return 0;
}

static bool in_list(const struct risk_changed *changed, const char *heading)
{
    for (size_t i = 0; i < changed->headings.len; i++)
        if (view_eq_text(changed->headings.items[i], heading))
            return true;
    return false;
}

struct opening {
    struct call *call;
    const struct fact_keys *keys;
    const struct event *shared;
    struct risk_changed changed;
    struct risk_content *out;
};

/* What is there and does not open must not look like nothing having been said. */
static res_t value_of(struct opening *opening, const char *name, void *ret, bool *ret_there)
{
    const struct event *shared = opening->shared;
    const struct field_desc *field = desc_field(event_table[shared->type].desc, view_of(name));
    MUST(field != NULL);
    *ret_there = has_bit(shared->body, field->has_bit);
    if (*ret_there && !fact_value(opening->call, opening->keys, shared, name, ret))
        return FATAL("a part of the risk does not open");
    return RES_DONE;
}

static res_t put_text(struct opening *opening, struct risk_text *texts, const char *heading)
{
    struct risk_field field = {0};
    bool there;
    TRY(value_of(opening, heading, &field, &there));
    if (!there)
        return RES_DONE;
    texts[opening->out->text_count++] = (struct risk_text){
        .code = view_of(heading),
        .state = model_symbol(&risk_field_state_enum, field.state),
        .text = field.state == RISK_FIELD_STATE_WITHHELD ? field.why : field.text,
        .changed = in_list(&opening->changed, heading),
    };
    return RES_DONE;
}

static res_t put_texts(struct opening *opening)
{
    struct risk_text *texts = arena_array(opening->call->arena, TEXTS, sizeof(*texts));
    if (texts == NULL)
        return RETRY("the request needs more memory than it may");
    for (int changed = 1; changed >= 0; changed--)
        for (size_t i = 0; i < TEXTS; i++)
            if (in_list(&opening->changed, headings[i]) == (changed == 1))
                TRY(put_text(opening, texts, headings[i]));
    opening->out->texts = texts;
    return RES_DONE;
}

static res_t put_levels(struct opening *opening)
{
    struct risk_levels levels = {0};
    struct page_risk_level *rows = arena_array(opening->call->arena, LEVELS, sizeof(*rows));
    if (rows == NULL)
        return RETRY("the request needs more memory than it may");
    bool there;
    TRY(value_of(opening, "levels", &levels, &there));
    if (!there)
        return RES_DONE;
    const struct {
        const char *group;
        const struct risk_level_pair *pair;
        int bit;
    } pairs[LEVELS] = {{"children", &levels.children, RISK_LEVELS_CHILDREN},
        {"public", &levels.public, RISK_LEVELS_PUBLIC},
        {"known-adult", &levels.known_adult, RISK_LEVELS_KNOWN_ADULT},
        {"staff", &levels.staff, RISK_LEVELS_STAFF},
        {"prisoners", &levels.prisoners, RISK_LEVELS_PRISONERS}};
    for (size_t i = 0; i < LEVELS; i++) {
        const struct risk_level_pair *pair = pairs[i].pair;
        if (!HAS(&levels, pairs[i].bit))
            continue;
        rows[opening->out->level_count++] = (struct page_risk_level){
            .group = view_of(pairs[i].group),
            .community = HAS(pair, RISK_LEVEL_PAIR_COMMUNITY)
                             ? model_symbol(&risk_level_enum, pair->community)
                             : VIEW("not-assessed"),
            .custody = HAS(pair, RISK_LEVEL_PAIR_CUSTODY)
                           ? model_symbol(&risk_level_enum, pair->custody)
                           : VIEW("not-assessed"),
        };
    }
    opening->out->levels = rows;
    return RES_DONE;
}

static res_t put_self(struct opening *opening)
{
    struct risk_to_self self = {0};
    struct risk_self *rows = arena_array(opening->call->arena, SELF, sizeof(*rows));
    if (rows == NULL)
        return RETRY("the request needs more memory than it may");
    bool there;
    TRY(value_of(opening, "toSelf", &self, &there));
    if (!there)
        return RES_DONE;
    const struct {
        const char *code;
        const struct risk_to_self_item *item;
        int bit;
    } items[SELF] = {{"suicide", &self.suicide, RISK_TO_SELF_SUICIDE},
        {"selfHarm", &self.self_harm, RISK_TO_SELF_SELF_HARM},
        {"custody", &self.custody, RISK_TO_SELF_CUSTODY},
        {"hostel", &self.hostel, RISK_TO_SELF_HOSTEL},
        {"vulnerability", &self.vulnerability, RISK_TO_SELF_VULNERABILITY}};
    for (size_t i = 0; i < SELF; i++)
        if (HAS(&self, items[i].bit))
            rows[opening->out->self_count++] = (struct risk_self){view_of(items[i].code),
                model_symbol(&risk_to_self_state_enum, items[i].item->state), items[i].item->text};
    opening->out->self = rows;
    return RES_DONE;
}

static res_t shared_fact(
    struct call *call, const struct dossier *dossier, struct event *ret, bool *ret_found)
{
    TRY(fact_find(call, dossier->person, dossier->risk.record, ret, ret_found));
    if (*ret_found && ret->type != EVENT_RISK_SHARED)
        return FATAL("the dossier's risk record is not a RiskShared");
    return RES_DONE;
}

res_t model_risk_content(struct call *call, const struct dossier *dossier,
    const struct fact_keys *keys, const struct risk_content **ret)
{
    struct event shared;
    bool found = false;
    int64_t until = open_until(call, dossier);
    *ret = NULL;
    if (until != 0 && keys->there)
        TRY(shared_fact(call, dossier, &shared, &found));
    if (!found)
        return RES_DONE;
    struct opening opening = {.call = call, .keys = keys, .shared = &shared};
    opening.out = ARENA_NEW(call->arena, struct risk_content);
    if (opening.out == NULL)
        return RETRY("the request needs more memory than it may");
    opening.out->open_until_us = until;
    (void)fact_value(call, keys, &shared, "changed", &opening.changed);
    struct risk_registrations registrations = {0};
    bool there;
    TRY(value_of(&opening, "registrations", &registrations, &there));
    if (there) {
        opening.out->registrations = registrations.items.items;
        opening.out->registration_count = registrations.items.len;
    }
    TRY(put_texts(&opening));
    TRY(put_levels(&opening));
    TRY(put_self(&opening));
    *ret = opening.out;
    return RES_DONE;
}

static res_t put_changed(struct call *call, const struct case_file *file, struct risk_model *ret)
{
    struct event shared;
    struct risk_changed changed = {0};
    bool found;
    TRY(shared_fact(call, file->dossier, &shared, &found));
    if (found && fact_value(call, &file->keys, &shared, "changed", &changed)) {
        ret->changed = changed.headings.items;
        ret->changed_count = changed.headings.len;
    }
    return RES_DONE;
}

static bool is_assigned(const struct call *call, const struct dossier *dossier)
{
    for (size_t i = 0; i < dossier->referrals.len; i++) {
        const struct dossier_referral *referral = &dossier->referrals.items[i];
        if (!referral_ended(referral) && referral_has_caseworker(referral, call->who.user))
            return true;
    }
    return false;
}

res_t model_risk(struct call *call, const struct case_file *file, struct risk_model *ret)
{
    const struct dossier_risk *risk = &file->dossier->risk;
    *ret = (struct risk_model){
        .referral = file->referral->id,
        .name = file->row.name,
        .crn = file->person.crn,
        .reference = file->row.reference,
        .service = file->row.service,
        .status = file->row.status,
        .line = model_risk_line(call, file),
        .seen = file->dossier->seen_version,
    };
    if (ret->line.version == 0)
        return RES_DONE;
    ret->basis = model_symbol(&risk_basis_enum, risk->basis);
    ret->shared_by = model_user_name(call, risk->shared_by);
    ret->review_by_us = london_midnight(risk->review_by);
    ret->acknowledged = risk_acknowledged(file->dossier, call->who.user);
    TRY(put_changed(call, file, ret));
    TRY(model_risk_content(call, file->dossier, &file->keys, &ret->content));
    ret->explain = call->who.kind == ACTOR_KIND_PROVIDER && !is_assigned(call, file->dossier);
    ret->may_acknowledge = ret->content != NULL && ret->line.mine_to_read;
    return RES_DONE;
}
