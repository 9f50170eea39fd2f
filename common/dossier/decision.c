#include "dossier/decision.h"

#include "base/check.h"
#include "base/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- refusing and waiving -----------------------------------------------------------------------
 */

void refuse(struct decision *decision, enum refusal refusal, const char *field)
{
    if (decision->refused != REFUSAL_NONE)
        return;
    decision->refused = refusal;
    decision->field = arena_copy(decision->arena, view_of(field));
    decision->full |= field != NULL && decision->field.ptr == NULL;
}

void waive(struct decision *decision, enum refusal refusal)
{
    struct view code = view_of(refusal_code(refusal));
    for (size_t i = 0; i < decision->waived_count; i++)
        if (view_eq(decision->waived[i], code))
            return;
    if (decision->waived_count < WAIVED_MAX) /* as many as there is room for on the stream */
        decision->waived[decision->waived_count++] = code;
}

void refuse_softly(struct decision *decision, enum refusal refusal, const char *field)
{
    if (decision->import)
        waive(decision, refusal);
    else
        refuse(decision, refusal, field);
}

enum { POINTER_MAX = 160 };

void refuse_at(struct decision *decision, enum refusal refusal, const char *format, ...)
{
    char field[POINTER_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(field, sizeof field, format, args);
    va_end(args);
    refuse(decision, refusal, field);
}

void refuse_softly_at(struct decision *decision, enum refusal refusal, const char *format, ...)
{
    char field[POINTER_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(field, sizeof field, format, args);
    va_end(args);
    refuse_softly(decision, refusal, field);
}

void refuse_with(struct decision *decision, const char *name, struct view value)
{
    if (decision->refused == REFUSAL_NONE || decision->argument_count == ARGUMENTS_MAX)
        return;
    struct refusal_argument *argument = &decision->arguments[decision->argument_count++];
    argument->name = view_of(name);
    argument->value = arena_copy(decision->arena, value);
    decision->full |= argument->value.ptr == NULL;
}

void refuse_with_number(struct decision *decision, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    refuse_with(decision, name, view_of(text));
}

void only_import(struct decision *decision, bool stated, const char *field)
{
    if (stated && !decision->import)
        refuse(decision, REFUSAL_FIELD_NOT_ALLOWED, field);
}

void require_if(struct decision *decision, bool wanted, bool stated, const char *field)
{
    if (wanted && !stated)
        refuse_softly(decision, REFUSAL_FIELD_MISSING, field);
    else if (!wanted && stated)
        refuse(decision, REFUSAL_FIELD_NOT_ALLOWED, field);
}

/* -- what comes first ---------------------------------------------------------------------------
 */

/* What an import is not refused for. A field whose condition the source does not state (concerns
 * without "notify concerns") is kept where it stands: nothing of an older system is dropped. */
static bool soft_rule(enum check_rule rule)
{
    return rule == CHECK_MISSING || rule == CHECK_TOO_LONG || rule == CHECK_TOO_MANY ||
           rule == CHECK_TOO_FEW || rule == CHECK_NOT_ALLOWED;
}

static bool check_found(void *arg, const struct check_error *error)
{
    struct decision *decision = arg;
    enum refusal refusal = refusal_of(view_of(check_code(error->rule)));
    MUST(refusal != REFUSAL_NONE);
    if (decision->import && soft_rule(error->rule)) {
        waive(decision, refusal);
        return true;
    }
    refuse(decision, refusal, error->pointer);
    if (error->limit != 0)
        refuse_with_number(decision, "limit", error->limit);
    return false;
}

static void no_unknown_codes(struct decision *decision, const struct record_desc *desc,
    const void *record, const char *pointer);

/* One value: an item of a list, or what a field holds. */
static void no_unknown_code(
    struct decision *decision, const struct field_desc *field, const void *at, const char *pointer)
{
    enum kind kind = field->kind == KIND_ARRAY ? field->item_kind : field->kind;
    int32_t symbol;
    if (kind == KIND_RECORD)
        no_unknown_codes(decision, field->record, at, pointer);
    if (kind != KIND_ENUM)
        return;
    memcpy(&symbol, at, sizeof symbol);
    if (symbol < 0 || symbol >= field->enumeration->count - 1)
        refuse(decision, REFUSAL_FIELD_INVALID, pointer);
}

/* "unknown" is for imports and for readers older than a symbol: nobody else may state it. */
static void no_unknown_codes(struct decision *decision, const struct record_desc *desc,
    const void *record, const char *pointer)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        const char *at = (const char *)record + field->offset;
        char here[POINTER_MAX];
        snprintf(here, sizeof here, "%.100s/%.50s", pointer, field->name);
        if (!has_bit(record, field->has_bit) || view_eq_text(view_of(here), "/meta"))
            continue;
        struct array_any items = {at, 1};
        if (field->kind == KIND_ARRAY)
            memcpy(&items, at, sizeof items);
        for (size_t n = 0; n < items.len; n++) {
            char each[POINTER_MAX];
            snprintf(each, sizeof each, "%.130s/%zu", here, n);
            no_unknown_code(decision, field, (const char *)items.items + n * field->item_size,
                field->kind == KIND_ARRAY ? each : here);
        }
    }
}

static void check_fields(struct decision *decision, const struct command_rule *rule)
{
    const struct record_desc *desc = command_table[decision->command->type].desc;
    only_import(decision, HAS(decision->meta, META_WAIVED), "/meta/waived");
    only_import(decision, HAS(decision->meta, META_KEPT), "/meta/kept");
    check_each(desc, decision->body, check_found, decision);
    if (!decision->import)
        no_unknown_codes(decision, desc, decision->body, "");
    if (rule->fields != NULL && decision->refused == REFUSAL_NONE)
        rule->fields(decision);
}

bool terms_delivered_by(const struct terms *terms, struct view organisation)
{
    if (organisation.len == 0)
        return false;
    bool delivers = view_eq(terms->prime, organisation);
    for (size_t i = 0; i < terms->subcontractors.len; i++)
        delivers |= view_eq(terms->subcontractors.items[i], organisation);
    return delivers;
}

static void check_permission(struct decision *decision, const struct command_rule *rule)
{
    const struct actor *actor = &decision->meta->actor;
    if (decision->import)
        return;
    if (actor->kind < 0 || actor->kind >= ACTOR_KIND_MAX_ ||
        (command_table[decision->command->type].who & (1u << actor->kind)) == 0) {
        refuse(decision, REFUSAL_NOT_PERMITTED, NULL);
        return;
    }
    const struct dossier_referral *referral = decision->referral;
    if (actor->kind == ACTOR_KIND_PROVIDER && referral != NULL &&
        !terms_delivered_by(&referral->terms, actor->organisation))
        refuse(decision, REFUSAL_NOT_PERMITTED, NULL);
    if (rule->permit != NULL)
        rule->permit(decision);
}

static void call(struct decision *decision, guard_fn *guard)
{
    if (guard != NULL && decision->refused == REFUSAL_NONE)
        guard(decision);
}

unsigned referral_phase(const struct decision *decision)
{
    const struct dossier_referral *referral = decision->referral;
    if (referral == NULL)
        return PHASE_UNKNOWN;
    if (referral_ended(referral))
        return PHASE_ENDED;
    if (referral_closing(referral))
        return PHASE_CLOSING;
    return referral_caseworkers(referral) != NULL ? PHASE_ASSIGNED : PHASE_SENT;
}

const enum refusal referral_absent[PHASE_MAX_] = {
    [PHASE_UNKNOWN] = REFUSAL_UNKNOWN_PART,
    [PHASE_CLOSING] = REFUSAL_END_ALREADY_REQUESTED,
    [PHASE_ENDED] = REFUSAL_REFERRAL_ENDED,
};

static void find_referral(struct decision *decision, const struct command_rule *rule)
{
    if (rule->find != NULL)
        rule->find(decision);
    else if (HAS(decision->meta, META_REFERRAL))
        decision->referral = dossier_referral(decision->dossier, decision->meta->referral);
}

static void ask(struct decision *decision, const struct family_rules *family)
{
    enum command_type type = decision->command->type;
    const struct command_rule *rule = &family->commands[type];
    find_referral(decision, rule);
    check_fields(decision, rule);
    if (decision->refused == REFUSAL_NONE)
        check_permission(decision, rule);
    if (HAS(decision->dossier, DOSSIER_ERASED_AT))
        refuse(decision, REFUSAL_PERSON_ERASED, NULL);
    call(decision, rule->ids);
    call(decision, rule->parts);
    if (decision->refused != REFUSAL_NONE)
        return;
    unsigned phase = family->phase(decision);
    guard_fn *const *guards = family->rules[phase][type].guards;
    if (guards == NULL) {
        MUST(family->absent[phase] != REFUSAL_NONE);
        refuse(decision, family->absent[phase], NULL);
        return;
    }
    for (; *guards != NULL; guards++)
        call(decision, *guards);
}

/* -- the answer ---------------------------------------------------------------------------------
 */

static void put_waived(struct decision *decision, struct meta *meta)
{
    size_t stated = HAS(meta, META_WAIVED) ? meta->waived.len : 0;
    size_t count = stated < WAIVED_MAX ? stated : WAIVED_MAX;
    struct view *items = arena_array(decision->arena, WAIVED_MAX, sizeof *items);
    if (decision->waived_count == 0 || items == NULL) {
        decision->full |= items == NULL;
        return;
    }
    for (size_t i = 0; i < count; i++)
        items[i] = meta->waived.items[i];
    for (size_t i = 0; i < decision->waived_count && count < WAIVED_MAX; i++) {
        bool there = false;
        for (size_t n = 0; n < stated && n < WAIVED_MAX; n++)
            there |= view_eq(items[n], decision->waived[i]);
        if (!there)
            items[count++] = decision->waived[i];
    }
    meta->waived.items = items;
    meta->waived.len = count;
    SET(meta, META_WAIVED);
}

static struct event accept(struct decision *decision, const struct command_rule *rule)
{
    enum event_type emits = command_table[decision->command->type].emits;
    size_t size = event_table[emits].desc->size;
    struct record_head *event = arena_alloc(decision->arena, size);
    if (event == NULL) {
        decision->full = true;
        return (struct event){emits, NULL};
    }
    memcpy(event, decision->body, size);
    put_waived(decision, &event->meta);
    if (rule->finish != NULL)
        rule->finish(decision, event);
    return (struct event){emits, event};
}

static struct event refusal_record(struct decision *decision)
{
    struct command_refused *refused = ARENA_NEW(decision->arena, struct command_refused);
    struct refusal_argument *arguments =
        arena_array(decision->arena, ARGUMENTS_MAX, sizeof *arguments);
    if (refused == NULL || arguments == NULL) {
        decision->full = true;
        return (struct event){EVENT_COMMAND_REFUSED, NULL};
    }
    refused->meta = *decision->meta;
    refused->command = view_of(command_table[decision->command->type].name);
    SET(refused, COMMAND_REFUSED_COMMAND);
    refused->code = view_of(refusal_code(decision->refused));
    SET(refused, COMMAND_REFUSED_CODE);
    if (decision->field.ptr != NULL) {
        refused->field = decision->field;
        SET(refused, COMMAND_REFUSED_FIELD);
    }
    if (decision->argument_count > 0) {
        memcpy(arguments, decision->arguments, decision->argument_count * sizeof *arguments);
        refused->arguments.items = arguments;
        refused->arguments.len = decision->argument_count;
        SET(refused, COMMAND_REFUSED_ARGUMENTS);
    }
    return (struct event){EVENT_COMMAND_REFUSED, refused};
}

res_t decide_refusal(
    const struct command *command, enum refusal refusal, struct arena *arena, struct event *ret)
{
    struct decision decision = {
        .command = command, .meta = command_meta(command), .arena = arena, .refused = refusal};
    MUST(command->type < COMMAND_MAX_);
    struct event answer = refusal_record(&decision);
    if (decision.full)
        return FATAL("no room to decide a command");
    *ret = answer;
    return RES_DONE;
}

res_t decide(const struct family_rules *family, const struct dossier *dossier,
    const struct command *command, struct arena *arena, struct event *ret)
{
    const struct meta *meta = command_meta(command);
    struct decision decision = {
        .dossier = dossier,
        .command = command,
        .body = command->body,
        .meta = meta,
        .arena = arena,
        .now = meta->recorded_at,
        .today = london_day(meta->recorded_at),
        .import = meta->actor.kind == ACTOR_KIND_IMPORT,
    };
    MUST(command->type < COMMAND_MAX_);
    if (command_table[command->type].family == family->family)
        ask(&decision, family);
    else
        refuse(&decision, REFUSAL_COMMAND_UNKNOWN, NULL);
    struct event answer = decision.refused != REFUSAL_NONE
                              ? refusal_record(&decision)
                              : accept(&decision, &family->commands[command->type]);
    if (decision.full)
        return FATAL("no room to decide a command");
    *ret = answer;
    return RES_DONE;
}
