#include "codec/json.h"
#include "event/event.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <string.h>

#define ID "\"6b381dc1-0000-4000-8000-000000000001\""
#define BOOKING                                                                                    \
    "\"session\":1,\"start\":\"2026-12-01T14:00:00Z\",\"minutes\":60,\"method\":\"phone\","        \
    "\"workers\":[\"sol.reyes\"]"

struct fixture {
    struct arena *arena;
    struct codec_error error;
    struct codec_json_options options;
    struct appointment_booked booked;
    struct attendance_recorded recorded;
};

static enum res_do read_attendance(struct fixture *f, const char *json)
{
    if (f->arena == NULL)
        f->arena = arena_new((size_t)1 << 20);
    return codec_json_read(
        &record_attendance_desc, view_of(json), &f->options, f->arena, &f->recorded, &f->error)
        .act;
}

static void done(struct fixture *f)
{
    arena_free(f->arena);
}

#define ATTENDANCE(inside) "{\"appointmentId\":" ID ",\"attendance\":{" inside "}}"

/* Body, where the error stands, its rule, its limit. */
static const struct {
    const char *json;
    const char *pointer;
    enum codec_rule rule;
    int64_t limit;
} refused[] = {
    {"", "", CODEC_SYNTAX, 0},
    {"nonsense", "", CODEC_SYNTAX, 0},
    {"[]", "", CODEC_INVALID, 0},
    {"{\"appointmentId\":1} ", "/attendance", CODEC_MISSING, 0},
    {"{\"attendance\":{},\"appointmentId\":" ID "}", "/attendance/happened", CODEC_MISSING, 0},
    {ATTENDANCE("\"happened\":1,\"attended\":true"), "/attendance/happened", CODEC_INVALID, 0},
    {ATTENDANCE("\"happened\":true,\"attended\":true"), "/attendance/late", CODEC_MISSING, 0},
    {ATTENDANCE("\"happened\":true,\"attended\":true,\"late\":true"), "/attendance/lateReason",
        CODEC_MISSING, 0},
    {ATTENDANCE("\"happened\":true,\"attended\":true,\"late\":true,\"lateReason\":\" \\n\""),
        "/attendance/lateReason", CODEC_MISSING, 0},
    {ATTENDANCE("\"happened\":true,\"attended\":true,\"late\":false,\"lateReason\":\"bus\""),
        "/attendance/lateReason", CODEC_NOT_ALLOWED, 0},
    {ATTENDANCE("\"happened\":true,\"attended\":true,\"late\":false,\"whose\":\"logistics\""),
        "/attendance/whose", CODEC_NOT_ALLOWED, 0},
    {ATTENDANCE("\"happened\":false,\"attended\":true,\"whose\":\"nobody\""), "/attendance/whose",
        CODEC_INVALID, 0},
    {ATTENDANCE("\"happened\":false,\"attended\":true,\"whose\":\"unknown\""), "/attendance/whose",
        CODEC_INVALID, 0},
    {ATTENDANCE("\"happened\":false,\"attended\":false,\"colour\":1"), "/attendance/colour",
        CODEC_UNKNOWN_FIELD, 0},
    {ATTENDANCE("\"happened\":false,\"attended\":false,\"a/b~c\":1"), "/attendance/a~1b~0c",
        CODEC_UNKNOWN_FIELD, 0},
    {"{\"meta\":{}}", "/appointmentId", CODEC_MISSING, 0},
    {"{\"appointmentId\":" ID
     ",\"attendance\":{\"happened\":false,\"attended\":false},\"meta\":{}}",
        "/meta", CODEC_UNKNOWN_FIELD, 0},
    {"{\"appointmentId\":" ID ",\n\"appointmentId\":" ID "}", "", CODEC_DUPLICATE, 2},
    {"{\"appointmentId\":\"\\u0000\"}", "", CODEC_SYNTAX, 0},
    {"{\"appointmentId\":\"\xff\"}", "", CODEC_SYNTAX, 0},
    {"{\"appointmentId\":99999999999999999999}", "", CODEC_SYNTAX, 0},
    {"{} {}", "", CODEC_SYNTAX, 0},
};

Test(json, names_field_rule_and_limit_of_what_it_refuses, .timeout = 20)
{
    struct fixture f = {0};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        cr_expect_eq(read_attendance(&f, refused[i].json), RES_REJECT, "%s", refused[i].json);
        cr_expect_str_eq(f.error.pointer, refused[i].pointer, "%s", refused[i].json);
        cr_expect_eq(f.error.rule, refused[i].rule, "%s: %s", refused[i].json,
            codec_rule_name(f.error.rule));
        if (refused[i].rule != CODEC_SYNTAX)
            cr_expect_eq(f.error.limit, refused[i].limit, "%s", refused[i].json);
    }
    done(&f);
}

Test(json, a_nul_byte_in_the_body_is_a_syntax_error_at_its_place, .timeout = 20)
{
    static const char body[] = "{\"a\":\"b\0c\"}";
    struct fixture f = {.arena = arena_new((size_t)1 << 20)};
    cr_assert_eq(codec_json_read(&record_attendance_desc, (struct view){body, sizeof body - 1},
                     NULL, f.arena, &f.recorded, &f.error)
                     .act,
        RES_REJECT);
    cr_expect_eq(f.error.rule, CODEC_SYNTAX);
    cr_expect_eq(f.error.limit, 7);
    done(&f);
}

Test(json, reads_an_attendance_and_hands_the_sealed_text_out_as_json, .timeout = 20)
{
    struct fixture f = {0};
    cr_assert_eq(read_attendance(
                     &f, ATTENDANCE("\"happened\":true,\"attended\":true,\"late\":true,"
                                    "\"lateReason\":\"bus \\u00e9 \\\"late\\\"\",\"whose\":null")),
        RES_OK, "%s %s", f.error.pointer, codec_rule_name(f.error.rule));
    const struct attendance *a = &f.recorded.attendance;
    cr_assert(HAS(&f.recorded, ATTENDANCE_RECORDED_ATTENDANCE));
    cr_assert(HAS(a, ATTENDANCE_LATE) && a->late && !HAS(a, ATTENDANCE_WHOSE));
    cr_assert(view_eq_text(a->late_reason, "\"bus \xc3\xa9 \\\"late\\\"\""), "%.*s",
        VIEW_ARG(a->late_reason));
    struct view plain;
    cr_assert_eq(codec_json_read_plain(desc_field(&attendance_desc, VIEW("lateReason")),
                     a->late_reason, f.arena, &plain)
                     .act,
        RES_OK);
    cr_assert(view_eq_text(plain, "bus \xc3\xa9 \"late\""));
    done(&f);
}

Test(json, a_symbol_with_a_dash_is_the_schemas_with_an_underscore, .timeout = 20)
{
    struct fixture f = {0};
    cr_assert_eq(read_attendance(&f, ATTENDANCE("\"happened\":false,\"attended\":true,"
                                                "\"whose\":\"person-acceptable\"")),
        RES_OK);
    cr_assert_eq(f.recorded.attendance.whose, NOT_HELD_WHOSE_PERSON_ACCEPTABLE);
    done(&f);
}

Test(json, softly_read_what_is_missing_is_told_and_kept_but_a_wrong_type_is_refused, .timeout = 20)
{
    struct codec_error errors[8];
    struct fixture f = {.options = {.soft = true, .errors = errors, .errors_max = 8}};
    cr_assert_eq(read_attendance(&f, "{\"attendance\":{\"happened\":true}}"), RES_OK);
    cr_assert_eq(f.options.error_count, 3);
    cr_expect_str_eq(errors[0].pointer, "/appointmentId");
    cr_expect_str_eq(errors[1].pointer, "/attendance/attended");
    cr_expect_str_eq(errors[2].pointer, "/attendance/late");
    cr_assert(f.recorded.attendance.happened);
    cr_assert_eq(read_attendance(&f, "{\"attendance\":{\"happened\":7}}"), RES_REJECT);
    cr_expect_str_eq(f.error.pointer, "/attendance/happened");
    done(&f);
}

Test(json, what_only_the_import_may_state_is_refused_from_others, .timeout = 20)
{
    struct fixture f = {.arena = arena_new((size_t)1 << 20)};
    static const char body[] = "{\"externalId\":\"x\"}";
    struct past_appointment_recorded past;
    f.options = (struct codec_json_options){.soft = true};
    cr_expect_eq(codec_json_read(&record_past_appointment_desc, view_of(body), &f.options, f.arena,
                     &past, &f.error)
                     .act,
        RES_REJECT);
    cr_expect_str_eq(f.error.pointer, "/externalId");
    cr_expect_eq(f.error.rule, CODEC_NOT_ALLOWED);
    f.options.from_import = true;
    cr_expect_eq(codec_json_read(&record_past_appointment_desc, view_of(body), &f.options, f.arena,
                     &past, &f.error)
                     .act,
        RES_OK);
    cr_expect(view_eq_text(past.external_id, "x"));
    done(&f);
}

Test(json, bounds_bytes_and_depth_before_it_parses, .timeout = 20)
{
    struct fixture f = {.options = {.bytes_max = 40}};
    cr_expect_eq(
        read_attendance(&f, "{\"a\":\"0123456789012345678901234567890123456789\"}"), RES_REJECT);
    cr_expect(f.error.rule == CODEC_BODY_LARGE && f.error.limit == 40);
    f.options.bytes_max = 0;
    char deep[200001];
    memset(deep, '[', 200000);
    deep[200000] = '\0';
    cr_expect_eq(read_attendance(&f, deep), RES_REJECT);
    cr_expect(f.error.rule == CODEC_TOO_DEEP && f.error.limit == 32);
    cr_expect_eq(
        read_attendance(&f, "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}"), RES_REJECT);
    cr_expect_neq(f.error.rule, CODEC_TOO_DEEP);
    done(&f);
}

static struct view show_all(
    void *arg, const struct field_desc *field, const char *pointer, struct view sealed)
{
    (void)arg, (void)field, (void)pointer;
    return sealed;
}

/* What is written from a record that was read says the same when it is read again. */
Test(json, writes_what_it_read, .timeout = 20)
{
    static const char body[] = "{\"appointmentId\":" ID
                               ",\"attendance\":{\"happened\":true,\"attended\":true,\"late\":true,"
                               "\"lateReason\":\"bus\"}}";
    struct fixture f = {0};
    struct buf out = {0};
    struct codec_json_out opts = {.open = show_all, .no_meta = true};
    cr_assert_eq(read_attendance(&f, body), RES_OK);
    codec_json_write(&record_attendance_desc, &f.recorded, &opts, &out);
    cr_assert(view_eq(buf_as_view(&out), view_of(body)), "%.*s", VIEW_ARG(buf_as_view(&out)));
    buf_clear(&out);
    codec_json_write(
        &record_attendance_desc, &f.recorded, &(struct codec_json_out){.no_meta = true}, &out);
    cr_assert_null(memmem(out.ptr, out.len, "lateReason", 10));
    buf_clear(&out);
    codec_json_write(&record_attendance_desc, &f.recorded,
        &(struct codec_json_out){.no_meta = true, .base64 = true}, &out);
    cr_assert_not_null(memmem(out.ptr, out.len, "\"lateReason\":\"ImJ1cyI=\"", 23));
    buf_done(&out);
    done(&f);
}

/* Random records of every type are written as JSON that a strict parser takes, `meta` and all. */
Test(json, every_record_is_written_as_valid_json, .timeout = 60)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)8 << 20);
    struct sample sample = {.state = 3, .arena = arena};
    for (int type = 0; type < EVENT_MAX_; type++)
        for (int i = 0; i < 20; i++) {
            const struct record_desc *desc = event_table[type].desc;
            struct buf out = {0};
            struct codec_error error;
            struct codec_json_options options = {.soft = true, .from_import = true};
            arena_clear(arena);
            void *record = arena_alloc(arena, desc->size);
            void *again = arena_alloc(arena, desc->size);
            sample_record(&sample, desc, record);
            codec_json_write(desc, record, &(struct codec_json_out){.base64 = true}, &out);
            cr_assert(!out.failed);
            res_t res = codec_json_read(desc, buf_as_view(&out), &options, arena, again, &error);
            cr_assert(res.act == RES_REJECT && error.rule != CODEC_SYNTAX, "%s: %s", desc->name,
                error.pointer);
            buf_done(&out);
        }
}

Test(json, a_group_that_will_be_sealed_is_checked_by_its_own_rules, .timeout = 20)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    static const struct {
        const char *json, *pointer;
        enum codec_rule rule;
    } cases[] = {
        {"{\"nature\":\"x\"}", "/nature", CODEC_INVALID},
        {"{\"nature\":{\"state\":\"disclosed\"}}", "/nature/text", CODEC_MISSING},
        {"{\"nature\":{\"state\":\"withheld\",\"why\":\"w\",\"text\":\"t\"}}", "/nature/text",
            CODEC_NOT_ALLOWED},
        {"{\"nature\":{\"state\":\"sometimes\"}}", "/nature/state", CODEC_INVALID},
        {"{\"nature\":{\"state\":\"not-assessed\",\"x\":1}}", "/nature/x", CODEC_UNKNOWN_FIELD},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct codec_error errors[16];
        struct codec_json_options options = {.errors = errors, .errors_max = 16};
        struct risk_shared shared;
        struct codec_error error;
        bool met = false;
        cr_assert_eq(codec_json_read(
                         &share_risk_desc, view_of(cases[i].json), &options, arena, &shared, &error)
                         .act,
            RES_REJECT);
        for (size_t k = 0; k < options.error_count && k < 16; k++)
            met = met || (strcmp(errors[k].pointer, cases[i].pointer) == 0 &&
                             errors[k].rule == cases[i].rule);
        cr_expect(met, "%s", cases[i].json);
    }
}

Test(json, a_doubtful_symbol_may_be_stated_only_where_its_schema_says_so, .timeout = 20)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    struct risk_shared shared;
    struct codec_error error;
    struct codec_json_options options = {.partial = true};
    cr_expect_eq(codec_json_read(&share_risk_desc,
                     VIEW("{\"toSelf\":{\"suicide\":{\"state\":\"unknown\"}}}"), &options, arena,
                     &shared, &error)
                     .act,
        RES_OK);
    cr_expect(view_eq_text(shared.to_self, "{\"suicide\":{\"state\":\"unknown\"}}"));
    cr_expect_eq(codec_json_read(&share_risk_desc, VIEW("{\"basis\":\"unknown\"}"), &options, arena,
                     &shared, &error)
                     .act,
        RES_REJECT);
    cr_expect_str_eq(error.pointer, "/basis");
}

static void fill_id(void *arg, void *record)
{
    struct attendance_recorded *recorded = record;
    recorded->appointment_id = *(const struct uuid *)arg;
    SET(recorded, ATTENDANCE_RECORDED_APPOINTMENT_ID);
}

Test(json, what_the_edge_adds_itself_is_there_before_the_check, .timeout = 20)
{
    struct uuid id = {{7}};
    struct fixture f = {.options = {.fill = fill_id, .arg = &id}};
    cr_expect_eq(
        read_attendance(&f, "{\"attendance\":{\"happened\":false,\"attended\":false}}"), RES_OK);
    cr_expect(uuid_eq(f.recorded.appointment_id, id));
    done(&f);
}

/* The error at that place of a referral's body; CODEC_RULE_MAX_ where there is none. */
static enum codec_rule referral_refused(const char *json, bool from_import, const char *pointer)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new((size_t)1 << 20);
    struct codec_error errors[64] = {0}, error = {.rule = CODEC_RULE_MAX_};
    struct codec_json_options options = {
        .from_import = from_import, .errors = errors, .errors_max = ARRAY_LEN(errors)};
    struct referral_submitted sent;
    cr_assert_eq(
        codec_json_read(&submit_referral_desc, view_of(json), &options, arena, &sent, &error).act,
        RES_REJECT);
    for (size_t i = 0; i < options.error_count && i < ARRAY_LEN(errors); i++)
        if (strcmp(errors[i].pointer, pointer) == 0)
            return errors[i].rule;
    return CODEC_RULE_MAX_;
}

Test(json, what_the_edge_fills_in_is_neither_stated_nor_missed_by_a_sender, .timeout = 20)
{
    static const struct {
        const char *json, *pointer;
        bool from_import;
        enum codec_rule rule;
    } cases[] = {
        {"{}", "/reference", false, CODEC_RULE_MAX_},
        {"{}", "/terms", false, CODEC_MISSING},
        {"{\"terms\":{}}", "/terms/serviceId", false, CODEC_MISSING},
        {"{\"terms\":{\"serviceId\":" ID "}}", "/terms/code", false, CODEC_RULE_MAX_},
        {"{\"terms\":{\"code\":\"A\"}}", "/terms/code", false, CODEC_NOT_ALLOWED},
        {"{\"terms\":{\"code\":\"A\"}}", "/terms/code", true, CODEC_RULE_MAX_},
        {"{\"reference\":\"AB1234AC\"}", "/reference", false, CODEC_NOT_ALLOWED},
        {"{\"reference\":\"AB1234AC\"}", "/reference", true, CODEC_RULE_MAX_},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cr_expect_eq(referral_refused(cases[i].json, cases[i].from_import, cases[i].pointer),
            cases[i].rule, "%s", cases[i].json);
    }
}
