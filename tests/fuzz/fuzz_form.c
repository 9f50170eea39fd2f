/* A posted form of each page: its fields become a command's JSON that our own reader takes or
 * refuses at a place, or errors; and the page shown again with all that was typed is HTML in which
 * nothing typed became markup. The first byte chooses the page; the field "name" is a person's
 * name. */
#include "codec/json.h"
#include "fuzz.h"
#include "gateway/pages/forms.h"
#include "gateway/pages/pages.h"
#include "html.h"
#include "http/form.h"

#include <string.h>

#define NOW INT64_C(1795184040000000)

struct shown {
    struct page_frame frame;
    struct person_name name;
};

static const struct uuid some_id = {{0x5f, 0x2d, 0, 0, 0, 0, 0x40, 0, 0x80, 1}};
static const struct page_worker workers[] = {
    {{"jo", 2}, {"HARMONY", 7}, {"Jo Bell", 7}}, {{"sol", 3}, {"HARMONY", 7}, {"Sol Reyes", 9}}};

static res_t show_assign(const struct shown *shown, struct buf *out)
{
    const struct case_row row = {.referral = some_id,
        .name = shown->name,
        .status = {"unassigned", 10},
        .action = {"assign", 6}};
    const struct assign_model m = {.waiting = &row,
        .waiting_count = 1,
        .chosen = row,
        .workers = workers,
        .worker_count = ARRAY_LEN(workers)};
    return page_assign(&shown->frame, &m, out);
}

static res_t show_risk(const struct shown *shown, struct buf *out)
{
    const struct risk_model m = {.referral = some_id,
        .name = shown->name,
        .status = {"delivering", 10},
        .basis = {"assessed", 8},
        .line = {.state = RISK_UNREAD, .version = 4, .mine_to_read = true}};
    return page_risk(&shown->frame, &m, out);
}

static res_t show_share(const struct shown *shown, struct buf *out)
{
    const struct share_risk_model m = {.person = some_id, .name = shown->name, .version = 2};
    return page_share_risk(&shown->frame, &m, out);
}

static res_t show_book(const struct shown *shown, struct buf *out)
{
    const struct office office = {{"CRS0151", 7}, {"Leeds office", 12}};
    const struct book_model m = {.referral = some_id,
        .name = shown->name,
        .status = {"session-to-book", 15},
        .session = 3,
        .workers = workers,
        .worker_count = ARRAY_LEN(workers),
        .offices = &office,
        .office_count = 1};
    return page_book(&shown->frame, &m, out);
}

static res_t show_record(const struct shown *shown, struct buf *out)
{
    const struct record_model m = {.referral = some_id,
        .name = shown->name,
        .status = {"feedback-due", 12},
        .session = {.session = 3,
            .appointment = some_id,
            .start_us = NOW - 1,
            .minutes = 60,
            .method = {"office", 6},
            .state = {"unrecorded", 10}}};
    return page_record(&shown->frame, &m, out);
}

static res_t book(const struct form *form, struct buf *json, struct form_errors *errors)
{
    return form_book(form, some_id, 3, json, errors);
}
static res_t record(const struct form *form, struct buf *json, struct form_errors *errors)
{
    return form_record(form, some_id, json, errors);
}

static const struct row {
    res_t (*read)(const struct form *, struct buf *, struct form_errors *);
    res_t (*show)(const struct shown *, struct buf *);
    enum command_type command;
} rows[] = {
    {form_assign, show_assign, COMMAND_ASSIGN_CASEWORKERS},
    {form_open_risk, show_risk, COMMAND_OPEN_RISK},
    {form_acknowledge_risk, show_risk, COMMAND_ACKNOWLEDGE_RISK},
    {form_share_risk, show_share, COMMAND_SHARE_RISK},
    {book, show_book, COMMAND_BOOK_APPOINTMENT},
    {record, show_record, COMMAND_GIVE_FEEDBACK},
};

/* Of our own making: a value of another kind may be refused, never that it is not JSON. */
static void is_a_body(
    const struct row *row, struct view json, struct arena *arena, struct form_errors *errors)
{
    const struct record_desc *desc = command_table[row->command].desc;
    struct codec_error error = {.rule = CODEC_RULE_MAX_};
    struct codec_json_options options = {.partial = true};
    void *body = arena_alloc(arena, desc->size);
    enum res_do act = codec_json_read(desc, json, &options, arena, body, &error).act;
    MUST(act == RES_OK || (act == RES_REJECT && error.pointer[0] == '/'));
    if (act == RES_OK)
        return;
    errors->items[errors->len++] =
        (struct page_error){.pointer = arena_copy(arena, view_of(error.pointer)),
            .code = view_of(codec_rule_code(error.rule))};
}

/* How many tags the page has with these fields. */
static size_t tags(const struct row *row, const struct form *form, const struct form_errors *errors)
{
    struct shown shown = {
        .frame = {.audience = AUDIENCE_PROVIDER,
            .user_name = VIEW("Jo Bell"),
            .csrf = VIEW("token"),
            .now_us = NOW,
            .form = {errors->items, errors->len, form->fields, form->field_count}}};
    shown.name.first = form_value(form, "name");
    shown.name.last = VIEW("Ash");
    CLEANUP(buf_done) struct buf out = {0};
    MUST(row->show(&shown, &out).act == RES_OK);
    html_check(buf_as_view(&out));
    size_t count = 0;
    for (size_t i = 0; i < out.len; i++)
        count += out.ptr[i] == '<';
    return count;
}

static struct view harmless(struct view text, struct arena *arena)
{
    char *copy = arena_text(arena, text);
    for (size_t i = 0; i < text.len; i++)
        if (strchr("<>\"'&", copy[i]) != NULL)
            copy[i] = 'x';
    return (struct view){copy, text.len};
}

/* With all that was typed there are as many tags as with the same, made harmless. */
static void show_again(
    const struct row *row, const struct form *form, const struct form_errors *errors)
{
    struct field *fields = arena_array(form->arena, form->field_count, sizeof *fields);
    for (size_t i = 0; i < form->field_count; i++)
        fields[i] =
            (struct field){form->fields[i].name, harmless(form->fields[i].value, form->arena)};
    const struct form other = {fields, form->field_count, form->arena};
    MUST(tags(row, form, errors) == tags(row, &other, errors));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view rest = {(const char *)data, size};
    const struct row *row = &rows[fuzz_byte(&rest) % ARRAY_LEN(rows)];
    struct arena *arena = fuzz_arena();
    struct http_pairs pairs;
    if (http_form_parse(rest, arena, &pairs).act != RES_OK)
        return 0;
    struct field *fields = arena_array(arena, pairs.len, sizeof *fields);
    for (size_t i = 0; i < pairs.len; i++)
        fields[i] = (struct field){pairs.items[i].name, pairs.items[i].value};
    const struct form form = {fields, pairs.len, arena};
    CLEANUP(buf_done) struct buf json = {0};
    struct form_errors errors = {0};
    enum res_do act = row->read(&form, &json, &errors).act;
    MUST(act == RES_OK || act == RES_REJECT);
    for (size_t i = 0; i < errors.len; i++)
        MUST(view_starts(errors.items[i].pointer, VIEW("/")) && errors.items[i].code.len > 0);
    if (act == RES_OK && errors.len == 0)
        is_a_body(row, buf_as_view(&json), arena, &errors);
    if (act == RES_OK)
        show_again(row, &form, &errors);
    return 0;
}
