/* event_rows.c: which events and commands there are, and the schema behind each id. */
#include "codec/schemac/emit.h"

#include <string.h>

static const char *family_name(const struct record *record)
{
    static const char *const families[IN_MAX_] = {"FAMILY_REFERRAL", "FAMILY_SESSION",
        "FAMILY_RISK", "FAMILY_MAX_", "FAMILY_MAX_", "FAMILY_MAX_"};
    return families[record->in];
}

static void emit_event_rows(
    const struct model *model, const struct record **events, size_t count, struct buf *out)
{
    buf_text(out, "const struct event_row event_table[EVENT_MAX_] = {\n");
    for (size_t i = 0; i < count; i++) {
        const char *command = events[i]->command == NULL ? "MAX_" : events[i]->command;
        buf_printf(out, "    [EVENT_%s] = {\"%s\", %s, COMMAND_%s, &%s_desc},\n",
            name_upper(model->arena, events[i]->name), events[i]->name, family_name(events[i]),
            events[i]->command == NULL ? command : name_upper(model->arena, command),
            events[i]->cname);
    }
    buf_text(out, "};\n\n");
}

static void emit_command_rows(
    const struct model *model, const struct record **events, size_t count, struct buf *out)
{
    buf_text(out, "const struct command_row command_table[COMMAND_MAX_] = {\n");
    for (size_t i = 0; i < count; i++) {
        const struct record *event = events[i];
        if (event->command == NULL)
            continue;
        buf_printf(out, "    [COMMAND_%s] = {\"%s\", %s, EVENT_%s, 0",
            name_upper(model->arena, event->command), event->command, family_name(event),
            name_upper(model->arena, event->name));
        for (size_t k = 0; k < event->who_count; k++)
            buf_printf(out, " | 1u << ACTOR_KIND_%s", name_upper(model->arena, event->who[k]));
        buf_text(out, ", ");
        emit_string(out, event->route);
        buf_printf(out, ", &%s_desc},\n", event->command_cname);
    }
    buf_text(out, "};\n\n");
}

/* The record of a row, `*ret_command`: as its command; NULL: it is no more. */
static const struct record *record_of(
    const struct model *model, const struct id_row *row, bool *ret_command)
{
    for (size_t i = 0; i < model->record_count; i++) {
        const struct record *record = model->records[i];
        *ret_command = record->command != NULL && strcmp(record->command, row->record) == 0;
        if (*ret_command || strcmp(record->name, row->record) == 0)
            return record;
    }
    return NULL;
}

/* The row's place: an event, a command or the dossier. */
static const char *place_of(const struct model *model, const struct id_row *row, bool *ret_command)
{
    const struct record *record = record_of(model, row, ret_command);
    if (record == NULL)
        fail(row->record, "id %d: a record on the wire stays in schemas/ for ever", row->id);
    if (record->in == IN_DOSSIER)
        return "SCHEMA_DOSSIER";
    const char *name = *ret_command ? record->command : record->name;
    return arena_printf(
        model->arena, "%s_%s", *ret_command ? "COMMAND" : "EVENT", name_upper(model->arena, name))
        .ptr;
}

/* Each row's text, and how it is written where it is an older one (`written`). */
static void emit_texts_and_editions(
    const struct model *model, const struct ids *ids, bool *written, struct buf *out)
{
    for (size_t i = 0; i < ids->count; i++) {
        const struct id_row *row = &ids->rows[i];
        bool command = false;
        const char *why = NULL;
        buf_printf(out, "static const char text_%d[] = ", row->id);
        emit_string(out, row->text);
        buf_text(out, ";\n");
        (void)place_of(model, row, &command);
        written[i] = !row->newest &&
                     emit_edition(model, row, record_of(model, row, &command), command, out, &why);
        if (row->was && !written[i])
            fail(row->record,
                "id %d, written by the release before (`was`), cannot be written any more, so no "
                "rolling upgrade: %s. `make schema-release` once no such program runs",
                row->id, why);
    }
}

static void emit_schema_rows(const struct model *model, const struct ids *ids, struct buf *out)
{
    bool *written = arena_array(model->arena, IDS_MAX, sizeof *written);
    emit_texts_and_editions(model, ids, written, out);
    buf_text(out, "\nconst struct schema_row schema_table[] = {\n");
    for (size_t i = 0; i < ids->count; i++) {
        const struct id_row *row = &ids->rows[i];
        bool command = false;
        const char *place = place_of(model, row, &command);
        buf_printf(out, "    {%d, %s, %s, \"%s\", text_%d, sizeof text_%d - 1, %s, ", row->id,
            command ? "true" : "false", place, row->record, row->id, row->id,
            row->newest ? "true" : "false");
        if (written[i])
            buf_printf(out, "&edition_%d},\n", row->id);
        else
            buf_text(out, "NULL},\n");
    }
    buf_text(out, "};\nconst size_t schema_count = sizeof schema_table / sizeof *schema_table;\n");
}

static void emit_was(const struct model *model, const struct ids *ids, struct buf *out)
{
    const char *dossier = "NULL";
    struct buf rows = {0};
    for (int commands = 0; commands < 2; commands++) {
        buf_clear(&rows);
        for (size_t i = 0; i < ids->count; i++) {
            bool command = false;
            const char *place = place_of(model, &ids->rows[i], &command);
            if (!ids->rows[i].was)
                continue;
            if (strcmp(place, "SCHEMA_DOSSIER") == 0)
                dossier = arena_printf(model->arena, "&edition_%d", ids->rows[i].id).ptr;
            else if (command == (commands != 0))
                buf_printf(&rows, "    [%s] = &edition_%d,\n", place, ids->rows[i].id);
        }
        buf_printf(out, "const struct edition *const %s_schema_was[%s_MAX_] = {\n",
            commands ? "command" : "event", commands ? "COMMAND" : "EVENT");
        buf_view(out, rows.len > 0 ? buf_as_view(&rows) : VIEW("    NULL,\n"));
        buf_text(out, "};\n");
    }
    buf_printf(out, "const struct edition *const dossier_schema_was = %s;\n", dossier);
    buf_done(&rows);
}

static void emit_newest(const struct model *model, const struct ids *ids, struct buf *out)
{
    for (int commands = 0; commands < 2; commands++) {
        buf_text(out, commands ? "const int32_t command_schema_id[COMMAND_MAX_] = {\n"
                               : "const int32_t event_schema_id[EVENT_MAX_] = {\n");
        for (size_t i = 0; i < ids->count; i++) {
            bool command = false;
            const char *place = place_of(model, &ids->rows[i], &command);
            bool event = strncmp(place, "EVENT_", 6) == 0;
            if (ids->rows[i].newest && (commands ? command : event))
                buf_printf(out, "    [%s] = %d,\n", place, ids->rows[i].id);
        }
        buf_text(out, "};\n");
    }
    for (size_t i = 0; i < ids->count; i++)
        if (ids->rows[i].newest && strcmp(ids->rows[i].record, "Dossier") == 0)
            buf_printf(out, "const int32_t dossier_schema_id = %d;\n", ids->rows[i].id);
}

void emit_rows(const struct model *model, const struct ids *ids, struct buf *out)
{
    const struct record *events[TYPES_MAX];
    size_t count = emit_events(model, events);
    buf_text(out, "/* Generated from schemas/ by common/codec/schemac: do not edit. */\n"
                  "#include \"event/event.h\"\n\n"
                  "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n");
    emit_event_rows(model, events, count, out);
    emit_command_rows(model, events, count, out);
    emit_schema_rows(model, ids, out);
    emit_newest(model, ids, out);
    emit_was(model, ids, out);
}

void emit_embedded(struct view text, struct buf *out)
{
    buf_text(out, "/* Generated from schemas/ by common/codec/schemac: do not edit. */\n"
                  "#include \"event/openapi.h\"\n\n"
                  "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n"
                  "const char openapi_json[] =");
    while (text.ptr != NULL && text.len > 0) {
        struct view line = view_cut(&text, '\n');
        buf_text(out, "\n    \"");
        for (size_t i = 0; i < line.len; i++) {
            if (line.ptr[i] == '"' || line.ptr[i] == '\\')
                buf_byte(out, '\\');
            buf_byte(out, (uint8_t)line.ptr[i]);
        }
        buf_text(out, "\\n\"");
    }
    buf_text(out, ";\nconst size_t openapi_json_len = sizeof openapi_json - 1;\n");
}
