/* Log tables: what one record says, for ever. */
#include <string.h>

#include "projector/project_table.h"

#define ARENA_FULL FATAL("a batch does not fit into its memory")

/* What an event is about, where its meta does not say it: a field of that name and kind. */
static struct cell body_uuid(const struct project_record *record, const char *name)
{
    const struct field_desc *field =
        desc_field(event_table[record->event->type].desc, view_of(name));
    if (field == NULL || field->kind != KIND_UUID || !has_bit(record->event->body, field->has_bit))
        return (struct cell){.null = true};
    struct cell cell = {0};
    memcpy(&cell.id, (const char *)record->event->body + field->offset, sizeof cell.id);
    return cell;
}

static struct cell referral_of(const struct project_record *record)
{
    const struct meta *meta = event_meta(record->event);
    return HAS(meta, META_REFERRAL) ? (struct cell){.id = meta->referral}
                                    : body_uuid(record, "referralId");
}

/* --- fact --------------------------------------------------------------------------------------*/

enum { FACT_TYPE, FACT_REFERRAL, FACT_APPOINTMENT, FACT_PARTITION, FACT_OFFSET, FACT_BODY };

static const struct column fact_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("version", COL_LONG, 0, "version"),
    FIELD("id", COL_UUID, 0, "id"),
    SLOT("type", COL_TEXT, FACT_TYPE),
    SLOT("referral", COL_UUID, FACT_REFERRAL),
    SLOT("appointment", COL_UUID, FACT_APPOINTMENT),
    FIELD("occurred_at", COL_TIME, 0, "occurredAt"),
    FIELD("recorded_at", COL_TIME, 0, "recordedAt"),
    FIELD("actor_kind", COL_TEXT, 0, "actor.kind"),
    FIELD("actor", COL_TEXT, 0, "actor.id"),
    FIELD("organisation", COL_TEXT, 0, "actor.organisation"),
    FIELD("caused_by", COL_UUID, 0, "causedBy"),
    SLOT("partition", COL_INT, FACT_PARTITION),
    SLOT("log_offset", COL_LONG, FACT_OFFSET),
    SLOT("body", COL_BYTES, FACT_BODY),
};

static res_t make_fact(const struct row_source *source, struct made *ret)
{
    const struct project_record *record = source->record;
    if (record->event->type == EVENT_COMMAND_REFUSED)
        return RES_DONE;
    struct cell *slots = made_add(ret, source->arena);
    if (slots == NULL)
        return ARENA_FULL;
    slots[FACT_TYPE] = cell_text(event_table[record->event->type].name);
    slots[FACT_REFERRAL] = referral_of(record);
    slots[FACT_APPOINTMENT] = body_uuid(record, "appointmentId");
    slots[FACT_PARTITION] = cell_number(record->partition);
    slots[FACT_OFFSET] = cell_number(record->offset);
    slots[FACT_BODY] = cell_view(record->bytes);
    return RES_DONE;
}

static const struct table fact_table = {
    .name = "fact",
    .root = ROOT_META,
    .columns = fact_columns,
    .column_count = ARRAY_LEN(fact_columns),
    .key_count = 2,
    .make = make_fact,
};

/* --- outcome -----------------------------------------------------------------------------------*/

enum {
    OUTCOME_SEEN,
    OUTCOME_TYPE,
    OUTCOME_COMMAND,
    OUTCOME_CODE,
    OUTCOME_FIELD,
    OUTCOME_ARGUMENTS,
    OUTCOME_WAIVED,
    OUTCOME_REFERRAL,
    OUTCOME_PARTITION,
    OUTCOME_OFFSET
};

static const struct column outcome_columns[] = {
    FIELD("person", COL_UUID, 0, "person"),
    FIELD("id", COL_UUID, 0, "id"),
    FIELD("version", COL_LONG, 0, "version"),
    SLOT("seen_version", COL_LONG, OUTCOME_SEEN),
    SLOT("type", COL_TEXT, OUTCOME_TYPE),
    SLOT("command", COL_TEXT, OUTCOME_COMMAND),
    SLOT("code", COL_TEXT, OUTCOME_CODE),
    SLOT("field", COL_TEXT, OUTCOME_FIELD),
    SLOT("arguments", COL_JSON, OUTCOME_ARGUMENTS),
    SLOT("waived", COL_JSON, OUTCOME_WAIVED),
    SLOT("referral", COL_UUID, OUTCOME_REFERRAL),
    FIELD("request_hash", COL_BYTES, 0, "requestHash"),
    FIELD("recorded_at", COL_TIME, 0, "recordedAt"),
    SLOT("partition", COL_INT, OUTCOME_PARTITION),
    SLOT("log_offset", COL_LONG, OUTCOME_OFFSET),
};

/* JSON in an arena, exactly as Postgres prints a jsonb of it, so that rows can be compared with
 * what was read back: names by length, then bytes; of equal ones the last; ", " and ": ". */
struct json {
    char *text; /* NULL: the arena is full */
    size_t len;
};
enum { JSON_GROWS = 6, JSON_AROUND = 8 };

static void json_put(struct json *json, const char *bytes, size_t len)
{
    memcpy(json->text + json->len, bytes, len);
    json->len += len;
}

static void json_char(struct json *json, char c)
{
    static const char hex[] = "0123456789abcdef", from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    unsigned char byte = (unsigned char)c;
    const char *known = c == '\0' ? NULL : strchr(from, c);
    if (known != NULL)
        json_put(json, (const char[]){'\\', to[known - from]}, 2);
    else if (byte < 0x20)
        json_put(json, (const char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
    else
        json_put(json, &c, 1);
}

static void json_string(struct json *json, struct view text)
{
    json_put(json, "\"", 1);
    for (size_t i = 0; i < text.len; i++)
        json_char(json, text.ptr[i]);
    json_put(json, "\"", 1);
}

static int name_cmp(const struct refusal_argument *a, const struct refusal_argument *b)
{
    if (a->name.len != b->name.len)
        return a->name.len < b->name.len ? -1 : 1;
    return view_cmp(a->name, b->name);
}

/* The next name after `last` (NULL: the first); NULL: there is none. At most ten arguments. */
static const struct refusal_argument *argument_next(
    const struct refusal_argument_array *all, const struct refusal_argument *last)
{
    const struct refusal_argument *next = NULL;
    for (size_t i = 0; i < all->len; i++)
        if ((last == NULL || name_cmp(&all->items[i], last) > 0) &&
            (next == NULL || name_cmp(&all->items[i], next) <= 0))
            next = &all->items[i];
    return next;
}

static struct cell json_of_arguments(
    const struct refusal_argument_array *arguments, struct arena *arena)
{
    size_t room = JSON_AROUND;
    for (size_t i = 0; i < arguments->len; i++)
        room += JSON_AROUND +
                JSON_GROWS * (arguments->items[i].name.len + arguments->items[i].value.len);
    struct json json = {.text = arena_alloc(arena, room)};
    if (arguments->len == 0 || json.text == NULL)
        return (struct cell){.null = true};
    json_put(&json, "{", 1);
    for (const struct refusal_argument *a = argument_next(arguments, NULL); a != NULL;
         a = argument_next(arguments, a)) {
        json_put(&json, ", ", json.len == 1 ? 0 : 2);
        json_string(&json, a->name);
        json_put(&json, ": ", 2);
        json_string(&json, a->value);
    }
    json_put(&json, "}", 1);
    return cell_view((struct view){json.text, json.len});
}

static struct cell json_of_codes(const struct view_array *codes, struct arena *arena)
{
    size_t room = JSON_AROUND;
    for (size_t i = 0; i < codes->len; i++)
        room += JSON_AROUND + JSON_GROWS * codes->items[i].len;
    struct json json = {.text = arena_alloc(arena, room)};
    if (codes->len == 0 || json.text == NULL)
        return (struct cell){.null = true};
    json_put(&json, "[", 1);
    for (size_t i = 0; i < codes->len; i++) {
        json_put(&json, ", ", i == 0 ? 0 : 2);
        json_string(&json, codes->items[i]);
    }
    json_put(&json, "]", 1);
    return cell_view((struct view){json.text, json.len});
}

/* The wire lets a field be absent; a refusal without its code must not look like an acceptance. */
static struct cell stated(struct view text)
{
    return text.len == 0 ? cell_text("unknown") : cell_view(text);
}

static void put_refusal(
    const struct command_refused *refused, struct arena *arena, struct cell *slots)
{
    slots[OUTCOME_COMMAND] = stated(refused->command);
    slots[OUTCOME_CODE] = stated(refused->code);
    slots[OUTCOME_FIELD] = cell_view(refused->field);
    slots[OUTCOME_ARGUMENTS] = json_of_arguments(&refused->arguments, arena);
}

static res_t make_outcome(const struct row_source *source, struct made *ret)
{
    const struct project_record *record = source->record;
    const struct event_row *row = &event_table[record->event->type];
    struct cell *slots = made_add(ret, source->arena);
    if (slots == NULL)
        return ARENA_FULL;
    slots[OUTCOME_SEEN] = cell_number(record->seen_version);
    slots[OUTCOME_TYPE] = cell_text(row->name);
    slots[OUTCOME_WAIVED] = json_of_codes(&event_meta(record->event)->waived, source->arena);
    slots[OUTCOME_REFERRAL] = referral_of(record);
    slots[OUTCOME_PARTITION] = cell_number(record->partition);
    slots[OUTCOME_OFFSET] = cell_number(record->offset);
    if (record->event->type != EVENT_COMMAND_REFUSED)
        slots[OUTCOME_COMMAND] = cell_text(command_table[row->command].name);
    else
        put_refusal(record->event->body, source->arena, slots);
    return arena_full(source->arena) ? ARENA_FULL : RES_DONE;
}

static const struct table outcome_table = {
    .name = "outcome",
    .root = ROOT_META,
    .columns = outcome_columns,
    .column_count = ARRAY_LEN(outcome_columns),
    .key_count = 2,
    .make = make_outcome,
};

/* --- disclosure --------------------------------------------------------------------------------*/

static const struct column disclosure_columns[] = {
    FIELD("person", COL_UUID, 0, "meta.person"),
    FIELD("version", COL_LONG, 0, "meta.version"),
    FIELD("id", COL_UUID, 0, "meta.id"),
    FIELD("risk_version", COL_INT, 0, "riskVersion"),
    FIELD("reader", COL_TEXT, 0, "reader"),
    FIELD("purpose", COL_TEXT, 0, "purpose"),
    FIELD("referral", COL_UUID, 0, "meta.referral"),
    FIELD("actor_kind", COL_TEXT, 0, "meta.actor.kind"),
    FIELD("actor", COL_TEXT, 0, "meta.actor.id"),
    FIELD("organisation", COL_TEXT, 0, "meta.actor.organisation"),
    FIELD("occurred_at", COL_TIME, 0, "meta.occurredAt"),
};
static const struct table disclosure_table = {
    .name = "disclosure",
    .root = ROOT_BODY,
    .only = EVENT_RISK_DISCLOSED,
    .columns = disclosure_columns,
    .column_count = ARRAY_LEN(disclosure_columns),
    .key_count = 2,
};

/* --- case_note ---------------------------------------------------------------------------------*/

static const struct column case_note_columns[] = {
    FIELD("person", COL_UUID, 0, "meta.person"),
    FIELD("version", COL_LONG, 0, "meta.version"),
    FIELD("id", COL_UUID, 0, "meta.id"),
    FIELD("referral", COL_UUID, 0, "meta.referral"),
    FIELD("note", COL_UUID, 0, "noteId"),
    FIELD("notify", COL_BOOL, 0, "notify"),
    FIELD("actor_kind", COL_TEXT, 0, "meta.actor.kind"),
    FIELD("actor", COL_TEXT, 0, "meta.actor.id"),
    FIELD("organisation", COL_TEXT, 0, "meta.actor.organisation"),
    FIELD("occurred_at", COL_TIME, 0, "meta.occurredAt"),
    FIELD("recorded_at", COL_TIME, 0, "meta.recordedAt"),
};
static const struct table case_note_table = {
    .name = "case_note",
    .root = ROOT_BODY,
    .only = EVENT_CASE_NOTE_ADDED,
    .columns = case_note_columns,
    .column_count = ARRAY_LEN(case_note_columns),
    .key_count = 2,
};

const struct table *const log_tables[] = {
    &fact_table,
    &outcome_table,
    &disclosure_table,
    &case_note_table,
    NULL,
};
