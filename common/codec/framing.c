#include "codec/framing.h"

#include <stdlib.h>

enum { HEAD_BYTES = 5, ID_MAX = 1 << 20 };

struct entry {
    const struct schema_row *row;
    struct codec_plan *plan;
};

struct codec_registry {
    struct entry *by_id; /* ids are small and dense */
    int32_t id_max;
};

static const struct record_desc *reader_of(const struct schema_row *row)
{
    if (row->is_command)
        return command_table[row->type].desc;
    return row->type == SCHEMA_DOSSIER ? &dossier_desc : event_table[row->type].desc;
}

res_t codec_registry_new(struct codec_registry **ret)
{
    int32_t id_max = 0;
    for (size_t i = 0; i < schema_count; i++)
        id_max = schema_table[i].id > id_max ? schema_table[i].id : id_max;
    if (id_max > ID_MAX)
        return FATAL("schema ids are not small numbers");
    CLEANUP(codec_registry_free_p) struct codec_registry *made = calloc(1, sizeof *made);
    if (made != NULL)
        made->by_id = calloc((size_t)id_max + 1, sizeof *made->by_id);
    if (made == NULL || made->by_id == NULL)
        return FATAL("no memory for the schema registry");
    made->id_max = id_max;
    for (size_t i = 0; i < schema_count; i++) {
        const struct schema_row *row = &schema_table[i];
        struct entry *entry = &made->by_id[row->id];
        entry->row = row;
        struct view text = {row->text, row->text_len};
        res_t made_plan = codec_plan_new(text, reader_of(row), &entry->plan);
        if (made_plan.act != RES_OK)
            return FATAL("a schema of ids.tsv cannot be read by today's");
    }
    *ret = TAKE(made);
    return RES_DONE;
}

void codec_registry_free(struct codec_registry *registry)
{
    if (registry == NULL)
        return;
    for (int32_t i = 0; registry->by_id != NULL && i <= registry->id_max; i++)
        codec_plan_free(registry->by_id[i].plan);
    free(registry->by_id);
    free(registry);
}

void codec_registry_free_p(struct codec_registry **registry)
{
    codec_registry_free(*registry);
    *registry = NULL;
}

static enum frame_fault entry_of(
    const struct codec_registry *registry, struct view bytes, const struct entry **ret)
{
    const uint8_t *b = (const uint8_t *)bytes.ptr;
    if (bytes.len < HEAD_BYTES || b[0] != 0)
        return FRAME_CORRUPT;
    uint32_t id =
        (uint32_t)b[1] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 8 | (uint32_t)b[4];
    if (id > (uint32_t)registry->id_max || registry->by_id[id].plan == NULL)
        return FRAME_UNKNOWN_SCHEMA;
    *ret = &registry->by_id[id];
    return FRAME_OK;
}

static enum frame_fault body_of(
    const struct entry *entry, struct view bytes, struct arena *arena, void **ret)
{
    struct arena_mark mark = arena_mark(arena);
    void *record = arena_alloc(arena, reader_of(entry->row)->size);
    if (record == NULL)
        return FRAME_NO_ROOM;
    res_t res = codec_decode(entry->plan, view_from(bytes, HEAD_BYTES), arena, record);
    if (res.act == RES_OK) {
        *ret = record;
        return FRAME_OK;
    }
    arena_rollback(arena, mark);
    return res.act == RES_REJECT ? FRAME_CORRUPT : FRAME_NO_ROOM;
}

enum frame_fault codec_read_event(const struct codec_registry *registry, struct view bytes,
    struct arena *arena, struct event *ret)
{
    const struct entry *entry = NULL;
    enum frame_fault fault = entry_of(registry, bytes, &entry);
    if (fault != FRAME_OK)
        return fault;
    if (entry->row->is_command || entry->row->type < 0)
        return FRAME_WRONG_KIND;
    void *body = NULL;
    fault = body_of(entry, bytes, arena, &body);
    if (fault == FRAME_OK)
        *ret = (struct event){(enum event_type)entry->row->type, body};
    return fault;
}

enum frame_fault codec_read_command(const struct codec_registry *registry, struct view bytes,
    struct arena *arena, struct command *ret)
{
    const struct entry *entry = NULL;
    enum frame_fault fault = entry_of(registry, bytes, &entry);
    if (fault != FRAME_OK)
        return fault;
    if (!entry->row->is_command)
        return FRAME_WRONG_KIND;
    void *body = NULL;
    fault = body_of(entry, bytes, arena, &body);
    if (fault == FRAME_OK)
        *ret = (struct command){(enum command_type)entry->row->type, body};
    return fault;
}

enum frame_fault codec_read_dossier(const struct codec_registry *registry, struct view bytes,
    struct arena *arena, struct dossier **ret)
{
    const struct entry *entry = NULL;
    enum frame_fault fault = entry_of(registry, bytes, &entry);
    if (fault != FRAME_OK)
        return fault;
    if (entry->row->is_command || entry->row->type != SCHEMA_DOSSIER)
        return FRAME_WRONG_KIND;
    void *body = NULL;
    fault = body_of(entry, bytes, arena, &body);
    if (fault == FRAME_OK)
        *ret = body;
    return fault;
}

/* What there is to write: a record, its table, and the schemas that may say it. */
struct writing {
    const struct record_desc *desc;
    const void *record;
    int32_t newest;
    const struct edition *was; /* NULL: the newest alone */
};

static bool frame_put(const struct writing *writing, const struct edition *edition, struct buf *out)
{
    size_t before = out->len;
    int32_t id = edition == NULL ? writing->newest : edition->id;
    uint8_t head[HEAD_BYTES] = {
        0, (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id};
    buf_put(out, head, sizeof head);
    if (edition == NULL)
        codec_encode(writing->desc, writing->record, out);
    else
        codec_encode_older(edition, writing->desc, writing->record, out);
    if (!out->failed)
        return true;
    out->len = before;
    out->failed = false;
    return false;
}

static res_t frame_write(const struct writing *writing, struct buf *out)
{
    if ((writing->was != NULL && frame_put(writing, writing->was, out)) ||
        frame_put(writing, NULL, out))
        return RES_DONE;
    return REJECT("the record cannot be written: bad text, a value out of range, or too large");
}

res_t codec_write_event(const struct event *event, struct buf *out)
{
    enum event_type type = event->type;
    return frame_write(&(struct writing){event_table[type].desc, event->body, event_schema_id[type],
                           event_schema_was[type]},
        out);
}

res_t codec_write_command(const struct command *command, struct buf *out)
{
    enum command_type type = command->type;
    return frame_write(&(struct writing){command_table[type].desc, command->body,
                           command_schema_id[type], command_schema_was[type]},
        out);
}

res_t codec_write_dossier(const struct dossier *dossier, struct buf *out)
{
    return frame_write(
        &(struct writing){&dossier_desc, dossier, dossier_schema_id, dossier_schema_was}, out);
}
