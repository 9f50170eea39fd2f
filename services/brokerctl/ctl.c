#include "brokerctl/ctl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "brokerctl/help.h"
#include "codec/json.h"

/* --- options -----------------------------------------------------------------------------------*/

static const struct ctl_option *option_find(const struct ctl_args *args, struct view name)
{
    for (size_t i = 0; i < args->option_count; i++)
        if (view_eq_text(name, args->options[i].name))
            return &args->options[i];
    return NULL;
}

/* Reads argv[*at], which begins with "--". */
static bool option_read(const struct ctl *ctl, const struct ctl_args *args, int *at)
{
    struct view rest = view_of(ctl->argv[*at] + 2);
    struct view name = view_cut(&rest, '=');
    const struct ctl_option *option = option_find(args, name);
    if (option == NULL)
        return false;
    if (option->flag != NULL) {
        *option->flag = true;
        return rest.ptr == NULL;
    }
    const char *value = rest.ptr;
    if (value == NULL) {
        if (*at + 1 >= ctl->argc)
            return false;
        value = ctl->argv[++*at];
    }
    if (option->text != NULL)
        *option->text = value;
    return option->number == NULL || view_to_i64(view_of(value), option->number);
}

bool ctl_parse(const struct ctl *ctl, struct ctl_args *args, int *ret_exit)
{
    if (ctl->describe != NULL) {
        ctl->describe(ctl->owner, ctl, args);
        *ret_exit = CTL_OK;
        return false;
    }
    for (int i = 1; i < ctl->argc; i++) {
        const char *word = ctl->argv[i];
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            help_print_command(NULL, ctl, args);
            *ret_exit = CTL_OK;
            return false;
        }
        if (strncmp(word, "--", 2) == 0) {
            if (option_read(ctl, args, &i))
                continue;
            *ret_exit = ctl_fail(ctl, CTL_USAGE, "%s is not an option or lacks its value", word);
            return false;
        }
        if (args->word_count == args->words_max) {
            *ret_exit = ctl_fail(ctl, CTL_USAGE, "one argument too many: %s", word);
            return false;
        }
        args->words[args->word_count++] = ctl->argv[i];
    }
    if (args->word_count >= args->words_min)
        return true;
    *ret_exit = ctl_fail(ctl, CTL_USAGE, "usage: brokerctl %s %s", ctl->name, ctl->usage);
    return false;
}

int ctl_fail(const struct ctl *ctl, enum ctl_exit code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "brokerctl %s: ", ctl->name);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return (int)code;
}

int ctl_fail_res(const struct ctl *ctl, res_t res)
{
    return ctl_fail(ctl, res.act == RES_REJECT ? CTL_USAGE : CTL_UNREACHABLE, "%s", res.what);
}

res_t ctl_pg_open(const struct ctl *ctl, struct pg **ret)
{
    if (ctl->conf->pg[0] == '\0')
        return REJECT("RB_PG does not say where Postgres is");
    struct pg_conf conf = {
        .conninfo = ctl->conf->pg, .application = "brokerctl", .statement_ms = -1};
    return pg_open(&conf, ret);
}

res_t ctl_is_answered(struct pg *pg, struct uuid person, struct uuid id, bool *ret)
{
    static const struct pg_sql sql = {
        "answered", "SELECT FROM read.outcome WHERE person = $1 AND id = $2"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    struct pg_params params = {0};
    pg_put_uuid(&params, person);
    pg_put_uuid(&params, id);
    TRY(pg_exec(pg, &sql, &params, &rows));
    *ret = pg_rows_count(rows) > 0;
    return RES_DONE;
}

/* --- records as text ---------------------------------------------------------------------------*/

struct printer {
    struct buf *out;
    char path[256];
};
static void put_value(struct printer *printer, const struct field_desc *field, enum kind kind,
    const void *at, size_t path_len);

static void put_record(
    struct printer *printer, const struct record_desc *desc, const void *record, size_t path_len)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const struct field_desc *field = &desc->fields[i];
        if (!has_bit(record, field->has_bit) || field->record == &meta_desc)
            continue;
        int len = snprintf(printer->path + path_len, sizeof printer->path - path_len, "%s%s",
            path_len == 0 ? "" : ".", field->name);
        if (len < 0 || (size_t)len >= sizeof printer->path - path_len)
            continue;
        put_value(printer, field, field->kind, (const char *)record + field->offset,
            path_len + (size_t)len);
        printer->path[path_len] = '\0';
    }
}

static void put_plain(
    struct buf *out, const struct field_desc *field, enum kind kind, const void *at)
{
    char text[TIME_TEXT_MAX];
    switch (kind) {
    case KIND_BOOL:
        buf_text(out, *(const bool *)at ? "yes" : "no");
        return;
    case KIND_INT:
        buf_printf(out, "%" PRId32, *(const int32_t *)at);
        return;
    case KIND_LONG:
        buf_printf(out, "%" PRId64, *(const int64_t *)at);
        return;
    case KIND_DATE:
        day_print(*(const int32_t *)at, text);
        buf_text(out, text);
        return;
    case KIND_TIME:
        time_print(*(const int64_t *)at, text);
        buf_text(out, text);
        return;
    case KIND_UUID:
        buf_text(out, uuid_text(*(const struct uuid *)at).text);
        return;
    case KIND_ENUM:
        buf_text(out, field->enumeration->symbols[*(const int32_t *)at]);
        return;
    case KIND_TEXT:
        codec_json_text(*(const struct view *)at, out);
        return;
    case KIND_DIGEST:
    case KIND_BYTES:
        buf_text(out, "bytes");
        return;
    case KIND_RECORD:
    case KIND_ARRAY:
    case KIND_MAX_:
        break;
    }
    WRONG("not a plain kind");
}

static void put_items(
    struct printer *printer, const struct field_desc *field, const void *at, size_t path_len)
{
    const struct array_any *array = at;
    for (size_t i = 0; i < array->len; i++) {
        int len = snprintf(printer->path + path_len, sizeof printer->path - path_len, ".%zu", i);
        if (len < 0 || (size_t)len >= sizeof printer->path - path_len)
            continue;
        put_value(printer, field, field->item_kind,
            (const char *)array->items + i * field->item_size, path_len + (size_t)len);
    }
}

static void put_value(struct printer *printer, const struct field_desc *field, enum kind kind,
    const void *at, size_t path_len)
{
    if (kind == KIND_RECORD) {
        put_record(printer, field->record, at, path_len);
        return;
    }
    if (kind == KIND_ARRAY) {
        put_items(printer, field, at, path_len);
        return;
    }
    buf_printf(printer->out, "%s%s=", printer->out->len == 0 ? "" : " ", printer->path);
    if (field->sealed != SEALED_NO)
        buf_text(printer->out, "sealed");
    else
        put_plain(printer->out, field, kind, at);
}

void ctl_put_fields(const struct record_desc *desc, const void *record, struct buf *out)
{
    struct printer printer = {.out = out};
    put_record(&printer, desc, record, 0);
}

static struct view mark_sealed(
    void *arg, const struct field_desc *field, const char *pointer, struct view sealed)
{
    (void)arg;
    (void)field;
    (void)pointer;
    (void)sealed;
    return VIEW("\"sealed\"");
}

void ctl_put_json(const struct record_desc *desc, const void *record, struct buf *out)
{
    struct codec_json_out options = {.open = mark_sealed};
    codec_json_write(desc, record, &options, out);
}

void ctl_put_actor(const struct actor *actor, struct buf *out)
{
    buf_text(out, actor_kind_enum.symbols[actor->kind]);
    if (HAS(actor, ACTOR_ORGANISATION))
        buf_printf(out, " %.*s", VIEW_ARG(actor->organisation));
    buf_printf(out, " %.*s", VIEW_ARG(actor->id));
}

void ctl_put_duration(int64_t us, struct buf *out)
{
    int64_t s = us / TIME_US_PER_S, min = s / 60, h = min / 60;
    if (s < 60)
        buf_printf(out, "%" PRId64 ".%" PRId64 " s", s, us % TIME_US_PER_S * 10 / TIME_US_PER_S);
    else if (min < 60)
        buf_printf(out, "%" PRId64 " min", min);
    else if (h < 24)
        buf_printf(out, "%" PRId64 " h %" PRId64 " min", h, min % 60);
    else
        buf_printf(out, "%" PRId64 " d %" PRId64 " h", h / 24, h % 24);
}

/* --- progress ----------------------------------------------------------------------------------*/

enum { BAR_WIDTH = 40, SHOW_EVERY_US = 100000, LINE_EVERY_US = 10000000 };

void progress_put(const struct progress *progress, int64_t done, int64_t now, struct buf *out)
{
    int64_t part = done >= progress->total ? BAR_WIDTH : done * BAR_WIDTH / progress->total;
    int64_t more = done - progress->began_at, took_us = now - progress->began_us;
    buf_printf(out, "%s [", progress->what);
    for (int64_t i = 0; i < BAR_WIDTH; i++)
        buf_byte(out, i < part ? '#' : ' ');
    buf_printf(out, "] %" PRId64 " of %" PRId64, done, progress->total);
    if (more <= 0 || took_us < TIME_US_PER_S || done >= progress->total)
        return;
    buf_text(out, ", ");
    ctl_put_duration(
        (int64_t)((double)(progress->total - done) * (double)took_us / (double)more), out);
    buf_text(out, " left");
}

void progress_to(struct progress *progress, int64_t done)
{
    bool terminal = isatty(STDERR_FILENO);
    int64_t now = clock_monotonic();
    if (progress->began_us == 0) {
        progress->began_us = progress->shown_us = now;
        progress->began_at = done;
    }
    if (now - progress->shown_us < (terminal ? SHOW_EVERY_US : LINE_EVERY_US) ||
        progress->total <= 0)
        return;
    CLEANUP(buf_done) struct buf text = {0};
    progress->shown_us = now;
    progress->shown = terminal;
    progress_put(progress, done, now, &text);
    (void)fprintf(stderr, terminal ? "\r%.*s\033[K" : "%.*s\n", VIEW_ARG(buf_as_view(&text)));
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        (void)fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
