#include "dossier/evolve.h"

#include <string.h>

/* NULL: no state of a person moves. */
static change_fn *const changes[EVENT_MAX_] = {
    [EVENT_REFERRAL_SUBMITTED] = change_referral_submitted,
    [EVENT_CASEWORKERS_ASSIGNED] = change_caseworkers_assigned,
    [EVENT_PLAN_SUBMITTED] = change_plan_submitted,
    [EVENT_PLAN_APPROVED] = change_plan_approved,
    [EVENT_REPORT_SUBMITTED] = change_report_submitted,
    [EVENT_REFERRAL_WITHDRAWN] = change_referral_withdrawn,
    [EVENT_CASE_NOTE_ADDED] = change_case_note_added,
    [EVENT_APPOINTMENT_BOOKED] = change_appointment_booked,
    [EVENT_ATTENDANCE_RECORDED] = change_attendance_recorded,
    [EVENT_FEEDBACK_GIVEN] = change_feedback_given,
    [EVENT_PAST_APPOINTMENT_RECORDED] = change_past_appointment_recorded,
    [EVENT_APPOINTMENT_RESCHEDULED] = change_appointment_rescheduled,
    [EVENT_APPOINTMENT_CANCELLED] = change_appointment_cancelled,
    [EVENT_CONTACT_ATTEMPTED] = change_contact_attempted,
    [EVENT_CONCERN_RAISED] = change_concern_raised,
    [EVENT_CONCERN_READ] = change_concern_read,
    [EVENT_RISK_SHARED] = change_risk_shared,
    [EVENT_RISK_DISCLOSED] = change_risk_disclosed,
    [EVENT_RISK_ACKNOWLEDGED] = change_risk_acknowledged,
    [EVENT_RISK_REVIEW_DUE] = change_risk_review_due,
    [EVENT_RISK_CONFIRMED] = change_risk_confirmed,
    [EVENT_COMMAND_REFUSED] = NULL,
};
_Static_assert(EVENT_MAX_ == 22, "a new event: give it a change, and this line its number");

res_t dossier_evolve(const struct dossier *before, const struct event *event, struct arena *arena,
    struct dossier **ret)
{
    struct dossier *after = ARENA_NEW(arena, struct dossier);
    if (after == NULL)
        return FATAL("no room to evolve a dossier");
    *after = *before;
    const struct meta *meta = event_meta(event);
    struct change change = {after, arena, event->type, event->body, meta, fact_time(meta), false};
    MUST(event->type < EVENT_MAX_);
    if (changes[event->type] != NULL)
        changes[event->type](&change);
    if (change.full)
        return FATAL("no room to evolve a dossier");
    *ret = after;
    return RES_DONE;
}

/* By memcpy: the compiler may hold the generated array structs for unrelated types. */
static void *copy_longer(struct change *change, void *array, size_t size, size_t more)
{
    struct array_any old;
    memcpy(&old, array, sizeof old);
    char *items = arena_array(change->arena, old.len + more, size);
    if (items == NULL) {
        change->full = true;
        return NULL;
    }
    if (old.len > 0)
        memcpy(items, old.items, old.len * size);
    struct array_any longer = {items, old.len + more};
    memcpy(array, &longer, sizeof longer);
    return items;
}

void *change_append(struct change *change, void *array, size_t size)
{
    char *items = copy_longer(change, array, size, 1);
    struct array_any longer;
    memcpy(&longer, array, sizeof longer);
    return items == NULL ? NULL : items + (longer.len - 1) * size;
}

void *change_copy(struct change *change, void *array, size_t size)
{
    return copy_longer(change, array, size, 0);
}

struct dossier_referral *change_referral(struct change *change, struct uuid id)
{
    const struct dossier_referral *old = dossier_referral(change->after, id);
    if (old == NULL)
        return NULL;
    size_t at = (size_t)(old - change->after->referrals.items);
    struct dossier_referral *items = change_copy(change, &change->after->referrals, sizeof *items);
    return items == NULL ? NULL : &items[at];
}

struct dossier_referral *change_own_referral(struct change *change)
{
    return HAS(change->meta, META_REFERRAL) ? change_referral(change, change->meta->referral)
                                            : NULL;
}

struct dossier_appointment *change_appointment(
    struct change *change, struct dossier_referral *referral, struct uuid id)
{
    const struct dossier_appointment *old = referral_appointment(referral, id);
    if (old == NULL)
        return NULL;
    size_t at = (size_t)(old - referral->appointments.items);
    struct dossier_appointment *items = change_copy(change, &referral->appointments, sizeof *items);
    return items == NULL ? NULL : &items[at];
}

/* -- which sealed fields a record holds ---------------------------------------------------------
 */

/* The way from the body to where the walk is; written out only where a sealed field ends it. */
struct way {
    const struct way *before; /* NULL: the body itself */
    const char *name;         /* NULL: an item */
    size_t item;
};
enum { SEALED_FIRST = 16 };
struct sealed_walk {
    struct change *change;
    struct view *paths; /* so far; at first on the walk's stack, as most records have few */
    size_t count, room;
};

/* A step's text: its name, or the item's number. `digits` is where a number is written. */
static struct view step_text(const struct way *way, char digits[static 20])
{
    if (way->name != NULL)
        return view_of(way->name);
    size_t left = way->item, at = 20;
    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    return (struct view){digits + at, 20 - at};
}

/* "/needs/0/text", written from its end. */
static struct view way_text(const struct way *way, struct arena *arena)
{
    char digits[20];
    size_t len = 0;
    for (const struct way *step = way; step->before != NULL; step = step->before)
        len += 1 + step_text(step, digits).len;
    char *text = arena_alloc(arena, len);
    if (text == NULL)
        return VIEW_NONE;
    char *at = text + len;
    for (const struct way *step = way; step->before != NULL; step = step->before) {
        struct view one = step_text(step, digits);
        at -= one.len;
        memcpy(at, one.ptr, one.len);
        *--at = '/';
    }
    return (struct view){text, len};
}

static void found(struct sealed_walk *walk, const struct way *way)
{
    struct arena *arena = walk->change->arena;
    if (walk->count == walk->room) {
        struct view *more = arena_array(arena, 2 * walk->room, sizeof *more);
        if (more == NULL) {
            walk->change->full = true;
            return;
        }
        memcpy(more, walk->paths, walk->count * sizeof *more);
        walk->paths = more;
        walk->room *= 2;
    }
    struct view text = way_text(way, arena);
    walk->change->full |= text.ptr == NULL;
    walk->paths[walk->count++] = text;
}

static void walk_record(struct sealed_walk *walk, const struct record_desc *desc,
    const void *record, const struct way *way);

static void walk_field(
    struct sealed_walk *walk, const struct field_desc *field, const void *at, const struct way *way)
{
    if (field->sealed != SEALED_NO) {
        found(walk, way);
    } else if (field->kind == KIND_RECORD) {
        walk_record(walk, field->record, at, way);
    } else if (field->kind == KIND_ARRAY && field->item_kind == KIND_RECORD) {
        struct array_any array;
        memcpy(&array, at, sizeof array);
        for (size_t i = 0; i < array.len; i++)
            walk_record(walk, field->record, (const char *)array.items + i * field->item_size,
                &(struct way){way, NULL, i});
    }
}

static void walk_record(struct sealed_walk *walk, const struct record_desc *desc,
    const void *record, const struct way *way)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (field_seals(field) && has_bit(record, field->has_bit))
            walk_field(walk, field, (const char *)record + field->offset,
                &(struct way){way, field->name, 0});
    }
}

void change_sealed(struct change *change, struct dossier_sealed_array *array)
{
    struct view first[SEALED_FIRST];
    struct sealed_walk walk = {change, first, 0, SEALED_FIRST};
    const struct way body = {NULL, NULL, 0};
    walk_record(&walk, event_table[change->type].desc, change->body, &body);
    if (walk.count == 0 || change->full)
        return;
    struct dossier_sealed *sealed = change_append(change, array, sizeof *sealed);
    struct view *paths = arena_array(change->arena, walk.count, sizeof *paths);
    if (sealed == NULL || paths == NULL) {
        change->full = true;
        return;
    }
    memcpy(paths, walk.paths, walk.count * sizeof *paths);
    sealed->record = change->meta->id;
    sealed->fields.items = paths;
    sealed->fields.len = walk.count;
}
