/* Decoding a record of 800 bytes: our codec, the straight table decoder that a patient person would
 * write for exactly this schema (the limit), and avro-c. */
#include "base/clock.h"
#include "codec/codec.h"
#include "codec/framing.h"
#include "event/event.h"

#include <avro.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 501, DECODES = 4000, AVRO_DECODES = 400, ROWS_MAX = 400 };

/* The limit: one row a field, in the wire's order; the same checks, no resolution, no arrays of
 * records, nothing skipped. */
struct row {
    uint8_t kind;
    uint8_t nullable;
    int8_t bit;
    uint16_t offset;
    uint16_t has;
    uint16_t jump;
    int32_t symbols;
};

static struct row rows[ROWS_MAX];
static size_t row_count;

static void flatten(const struct record_desc *desc, size_t base)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        size_t at = row_count++;
        MUST(at < ROWS_MAX);
        rows[at] = (struct row){.kind = (uint8_t)field->kind,
            .nullable = field->has_bit >= 0,
            .bit = field->has_bit,
            .offset = (uint16_t)(base + field->offset),
            .has = (uint16_t)base,
            .symbols = field->enumeration == NULL ? 0 : field->enumeration->count};
        if (field->kind == KIND_RECORD)
            flatten(field->record, base + field->offset);
        rows[at].jump = (uint16_t)(row_count - at - 1);
    }
}

static const uint8_t *number_of(const uint8_t *p, const uint8_t *end, int64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
        value |= (uint64_t)(*p & 0x7f) << shift;
        if ((*p++ & 0x80) == 0) {
            *ret = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
            return p;
        }
    }
    return NULL;
}

static inline const uint8_t *fixed_of(const uint8_t *p, const uint8_t *end, size_t size, char *at)
{
    if ((size_t)(end - p) < size)
        return NULL;
    memcpy(at, p, size);
    return p + size;
}

static bool plain_text(const uint8_t *p, size_t len)
{
    uint64_t bad = 0, word;
    size_t i = 0;
    for (; i + 8 <= len; i += 8) {
        memcpy(&word, p + i, 8);
        bad |= (word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080);
    }
    for (; i < len; i++)
        bad |= (uint64_t)(p[i] - 1u) & 0x80;
    return bad == 0 || utf8_valid((struct view){(const char *)p, len});
}

/* The branch of a nullable row: 1 a value, 0 null, -1 neither. */
static inline int branch(const struct row *row, const uint8_t *p, const uint8_t *end, char *record)
{
    if (p == end || (*p != 0 && *p != 2))
        return -1;
    if (*p == 0)
        return 0;
    *(uint64_t *)(void *)(record + row->has) |= UINT64_C(1) << row->bit;
    return 1;
}

static bool straight(const uint8_t *p, const uint8_t *end, char *record)
{
    int64_t n;
    for (size_t i = 0; i < row_count; i++) {
        const struct row *row = &rows[i];
        if (row->nullable) {
            int there = branch(row, p++, end, record);
            if (there < 0)
                return false;
            if (there == 0) {
                i += row->jump;
                continue;
            }
        }
        char *at = record + row->offset;
        switch ((enum kind)row->kind) {
        case KIND_BOOL:
            if (p == end || *p > 1)
                return false;
            *at = (char)*p++;
            break;
        case KIND_INT:
        case KIND_DATE:
        case KIND_ENUM:
            p = number_of(p, end, &n);
            if (p == NULL || n < INT32_MIN || n > INT32_MAX)
                return false;
            if (row->kind == KIND_ENUM && (n < 0 || n >= row->symbols))
                return false;
            memcpy(at, &(int32_t){(int32_t)n}, 4);
            break;
        case KIND_LONG:
        case KIND_TIME:
            p = number_of(p, end, &n);
            if (p == NULL)
                return false;
            memcpy(at, &n, 8);
            break;
        case KIND_UUID:
        case KIND_DIGEST:
            p = fixed_of(p, end, row->kind == KIND_UUID ? 16 : 32, at);
            if (p == NULL)
                return false;
            break;
        case KIND_TEXT:
        case KIND_BYTES:
            p = number_of(p, end, &n);
            if (p == NULL || n < 0 || n > end - p ||
                (row->kind == KIND_TEXT && !plain_text(p, (size_t)n)))
                return false;
            memcpy(at, &(struct view){(const char *)p, (size_t)n}, sizeof(struct view));
            p += n;
            break;
        case KIND_RECORD:
            break;
        case KIND_ARRAY: /* the record measured has none */
        case KIND_MAX_:
            return false;
        }
    }
    return p == end;
}

/* A recorded session with its sealed notes, as they usually are: 800 bytes. */
static void feedback_of_800_bytes(struct buf *out)
{
    static char sealed[1000];
    struct feedback_given f = {0};
    f.meta = (struct meta){.occurred_at = INT64_C(1764590400000000),
        .recorded_at = INT64_C(1764590460000000),
        .actor = {.kind = ACTOR_KIND_PROVIDER,
            .id = VIEW("sol.reyes@harbour-trust.example"),
            .organisation = VIEW("HARBOUR_TRUST")},
        .version = 17};
    SET(&f.meta.actor, ACTOR_ORGANISATION);
    SET(&f.meta, META_REFERRAL);
    SET(&f.meta, META_REQUEST_HASH);
    SET(&f, FEEDBACK_GIVEN_APPOINTMENT_ID);
    SET(&f, FEEDBACK_GIVEN_ATTENDANCE);
    SET(&f, FEEDBACK_GIVEN_FEEDBACK);
    SET(&f.attendance, ATTENDANCE_HAPPENED);
    SET(&f.attendance, ATTENDANCE_ATTENDED);
    SET(&f.attendance, ATTENDANCE_LATE);
    SET(&f.feedback, FEEDBACK_SUMMARY);
    SET(&f.feedback, FEEDBACK_RESPONSE);
    SET(&f.feedback, FEEDBACK_NOTIFY_BEHAVIOUR);
    SET(&f.feedback, FEEDBACK_NOTIFY_CONCERNS);
    f.feedback.response = (struct view){sealed, 200};
    for (size_t len = 100; out->len < 800; len++) {
        buf_clear(out);
        f.feedback.summary = (struct view){sealed, len};
        codec_encode(&feedback_given_desc, &f, out);
    }
    MUST(!out->failed && out->len >= 800 && out->len <= 802);
}

/* The best round: what the machine can do when nothing else runs on it. */
static double least(const double *values)
{
    double best = values[0];
    for (int i = 1; i < ROUNDS; i++)
        best = values[i] < best ? values[i] : best;
    return best;
}

static double us_each(int64_t from, int count)
{
    return (double)(clock_monotonic() - from) / count;
}

static void print(const char *name, double ours, double limit, double goal)
{
    bool faster = goal > 2; /* a goal of "so many times faster than" */
    double ratio = faster ? limit / ours : ours / limit;
    printf("bench %s ours=%.4fus limit=%.4fus ratio=%.2f goal=%s%.1f %s\n", name, ours, limit,
        ratio, faster ? ">=" : "<=", goal,
        (faster ? ratio >= goal : ratio <= goal) ? "ok" : "short");
}

static const char *newest_text(enum event_type type)
{
    for (size_t i = 0; i < schema_count; i++)
        if (schema_table[i].id == event_schema_id[type])
            return schema_table[i].text;
    WRONG("an event without a schema");
}

static double avro_round(avro_value_t *value, struct view body)
{
    int64_t from = clock_monotonic();
    for (int i = 0; i < AVRO_DECODES; i++) {
        avro_reader_t reader = avro_reader_memory(body.ptr, (int64_t)body.len);
        MUST(avro_value_read(reader, value) == 0);
        avro_reader_free(reader);
        avro_value_reset(value);
    }
    return us_each(from, AVRO_DECODES);
}

int main(void)
{
    struct buf body = {0};
    struct codec_plan *plan = NULL;
    struct arena *arena = arena_new((size_t)1 << 20);
    static struct feedback_given ours, theirs;
    double times[3][ROUNDS];
    const char *schema = newest_text(EVENT_FEEDBACK_GIVEN);
    feedback_of_800_bytes(&body);
    flatten(&feedback_given_desc, 0);
    MUST(codec_plan_new(view_of(schema), &feedback_given_desc, &plan).act == RES_OK);
    avro_schema_t avro = NULL;
    MUST(avro_schema_from_json_length(schema, strlen(schema), &avro) == 0);
    avro_value_iface_t *iface = avro_generic_class_from_schema(avro);
    avro_value_t value;
    MUST(avro_generic_value_new(iface, &value) == 0);
    const uint8_t *from = (const uint8_t *)body.ptr;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = clock_monotonic();
        for (int i = 0; i < DECODES; i++)
            MUST(codec_decode(plan, buf_as_view(&body), arena, &ours).act == RES_OK);
        times[0][round] = us_each(start, DECODES);
        start = clock_monotonic();
        for (int i = 0; i < DECODES; i++) {
            memset(&theirs, 0, sizeof theirs);
            MUST(straight(from, from + body.len, (char *)&theirs));
        }
        times[1][round] = us_each(start, DECODES);
        times[2][round] = avro_round(&value, buf_as_view(&body));
    }
    MUST(memcmp(&ours, &theirs, sizeof ours) == 0);
    double mine = least(times[0]);
    print("codec-decode-800-bytes", mine, least(times[1]), 1.3);
    print("codec-decode-vs-avro-c", mine, least(times[2]), 8);
    avro_value_decref(&value);
    avro_value_iface_decref(iface);
    avro_schema_decref(avro);
    codec_plan_free(plan);
    arena_free(arena);
    buf_done(&body);
    return 0;
}
