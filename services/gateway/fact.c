#include "gateway/fact.h"

#include "base/clock.h"

#include <stdio.h>

res_t fact_decode(struct call *call, struct view body, struct event *ret)
{
    struct view copy = arena_copy(call->arena, body);
    if (copy.ptr == NULL)
        return RETRY("the request needs more memory than it may");
    switch (codec_read_event(call->gateway->registry, copy, call->arena, ret)) {
    case FRAME_OK:
        return RES_DONE;
    case FRAME_NO_ROOM:
        return RETRY("the request needs more memory than it may");
    case FRAME_UNKNOWN_SCHEMA:
        return FATAL("a fact has a schema that this program does not know: upgrade it first");
    case FRAME_CORRUPT:
    case FRAME_WRONG_KIND:
        break;
    }
    return FATAL("a fact in the read model cannot be decoded");
}

res_t fact_find(
    struct call *call, struct uuid person, struct uuid record, struct event *ret, bool *ret_found)
{
    static const struct pg_sql sql = {
        "fact_find", "SELECT body FROM read.fact WHERE person = $1 AND id = $2"};
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    pg_put_uuid(&params, record);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(pg, &sql, &params, &rows));
    *ret_found = pg_rows_count(rows) > 0;
    if (*ret_found)
        TRY(fact_decode(call, pg_bytes(rows, 0, 0), ret));
    return pg_rows_ok(rows);
}

res_t fact_keys_open(struct call *call, struct uuid person, struct fact_keys *ret)
{
    *ret = (struct fact_keys){0};
    struct pg *pg;
    TRY(gateway_sql(call->gateway, &pg));
    res_t res = edge_person_keys(call->gateway->edge, person, &ret->keys);
    ret->there = res.act == RES_OK;
    return res.act == RES_REJECT ? RES_DONE : res;
}

void fact_keys_done(struct fact_keys *keys)
{
    person_keys_clear(&keys->keys);
}

struct view fact_open(struct call *call, const struct fact_keys *keys,
    const struct field_desc *field, const char *pointer, struct view sealed)
{
    struct seal_place place = {.what = field->sealed, .path = view_of(pointer)};
    struct view plain;
    if (!keys->there || sealed.ptr == NULL || !seal_record_of(sealed, &place.record) ||
        seal_open(&keys->keys, place, sealed, call->arena, &plain).act != RES_OK)
        return VIEW_NONE;
    return plain;
}

static bool value_at(struct call *call, const struct fact_keys *keys,
    const struct fact_place *place, void *ret_value)
{
    const struct field_desc *field = desc_field(place->desc, view_of(place->name));
    MUST(field != NULL && field->sealed != SEALED_NO);
    if (!has_bit(place->record, field->has_bit))
        return false;
    const struct view *sealed =
        (const struct view *)(const void *)((const char *)place->record + field->offset);
    struct view plain = fact_open(call, keys, field, place->pointer, *sealed);
    return plain.ptr != NULL &&
           codec_json_read_plain(field, plain, call->arena, ret_value).act == RES_OK;
}

bool fact_value(struct call *call, const struct fact_keys *keys, const struct event *event,
    const char *name, void *ret_value)
{
    char pointer[64];
    int len = snprintf(pointer, sizeof(pointer), "/%s", name);
    MUST(len > 0 && (size_t)len < sizeof(pointer));
    const struct fact_place place = {event_table[event->type].desc, event->body, name, pointer};
    return value_at(call, keys, &place, ret_value);
}

struct view fact_text(
    struct call *call, const struct fact_keys *keys, const struct fact_place *place)
{
    struct view text = VIEW_NONE;
    return value_at(call, keys, place, &text) ? text : VIEW_NONE;
}
