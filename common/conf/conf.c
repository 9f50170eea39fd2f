#include "conf/conf.h"

#include "base/arena.h"
#include "conf/value.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 64, FILE_BYTES_MAX = 64 << 10, NAME_MAX_ = 64 };

/* Where a field's value came from, for the line that says it is bad. */
enum source { FROM_NOTHING, FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT };

struct conf {
    struct arena *texts;
    const struct conf_table *table;
    struct view values[FIELDS_MAX];
    enum source sources[FIELDS_MAX];
    int lines[FIELDS_MAX]; /* in the file, of what it sets; 0: not in it */
    const char *file;
    FILE *err;
    bool bad;
};

struct options {
    const char *file;
    bool help, print;
};

static void env_name(
    const struct conf_table *table, const struct conf_field *field, char ret[static NAME_MAX_])
{
    int n = snprintf(ret, NAME_MAX_, "%s%s", table->prefix, field->name);
    MUST(n > 0 && n < NAME_MAX_);
    for (char *c = ret; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
}

static void help_print(const struct conf_table *table, FILE *out)
{
    fprintf(out,
        "usage: %s [--config FILE] [--print-config] [--help]\n\n"
        "Settings: default < file (name = value) < environment.\n\n",
        table->service);
    for (size_t i = 0; i < table->count; i++) {
        const struct conf_field *f = &table->fields[i];
        char env[NAME_MAX_], allowed[CONF_ALLOWED_MAX];
        env_name(table, f, env);
        conf_allowed_print(f, allowed);
        fprintf(out, "  %-24s %s\n%27s%s; %s%s\n", env, f->doc, "", allowed,
            f->fallback == NULL ? "required" : "default: ",
            f->fallback == NULL      ? ""
            : f->fallback[0] == '\0' ? "(none)"
            : f->kind == CONF_SECRET ? "*****"
                                     : f->fallback);
    }
}

static bool options_read(
    const struct conf_table *table, const struct conf_args *args, struct options *ret)
{
    for (int i = 1; i < args->argc; i++) {
        const char *arg = args->argv[i];
        if (strcmp(arg, "--help") == 0) {
            ret->help = true;
        } else if (strcmp(arg, "--print-config") == 0) {
            ret->print = true;
        } else if (strcmp(arg, "--config") == 0 && i + 1 < args->argc) {
            ret->file = args->argv[++i];
        } else {
            fprintf(args->err, "%s: %s: allowed: --config FILE, --print-config, --help\n",
                table->service, arg);
            return false;
        }
    }
    return true;
}

static void defaults_take(struct conf *conf)
{
    for (size_t i = 0; i < conf->table->count; i++) {
        conf->values[i] = view_of(conf->table->fields[i].fallback);
        conf->sources[i] = conf->values[i].ptr == NULL ? FROM_NOTHING : FROM_DEFAULT;
    }
}

static size_t field_index(const struct conf_table *table, struct view name)
{
    size_t i = 0;
    while (i < table->count && !view_eq_text(name, table->fields[i].name))
        i++;
    return i;
}

/* Somebody else's text within one line of ours. */
static void text_print(struct view text, size_t max, FILE *out)
{
    for (size_t i = 0; i < text.len && i < max; i++)
        fputc((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f ? '?' : text.ptr[i], out);
}

static void line_take(struct conf *conf, struct view line, int number)
{
    struct view value = line;
    struct view name = view_trim(view_cut(&value, '='));
    if (name.len == 0 && value.ptr == NULL)
        return;
    size_t i = field_index(conf->table, name);
    const char *wrong = value.ptr == NULL         ? "allowed: name = value"
                        : i == conf->table->count ? "no such setting; see --help"
                        : conf->lines[i] > 0      ? "set twice"
                                                  : NULL;
    if (wrong != NULL) {
        fprintf(conf->err, "%s: %s:%d: ", conf->table->service, conf->file, number);
        text_print(name, 60, conf->err);
        fprintf(conf->err, ": %s\n", wrong);
        conf->bad = true;
        return;
    }
    conf->values[i] = view_trim(value);
    conf->sources[i] = FROM_FILE;
    conf->lines[i] = number;
}

static void file_take(struct conf *conf, const char *path)
{
    struct view text;
    conf->file = path;
    if (!conf_file_read(path, FILE_BYTES_MAX, conf->texts, &text)) {
        fprintf(conf->err, "%s: --config: %s: allowed: a readable file of at most 64 KiB\n",
            conf->table->service, path);
        conf->bad = true;
        return;
    }
    for (int number = 1; text.ptr != NULL; number++) {
        struct view line = view_trim(view_cut(&text, '\n'));
        if (line.len > 0 && line.ptr[0] != '#')
            line_take(conf, line, number);
    }
}

static void environment_take(struct conf *conf)
{
    for (size_t i = 0; i < conf->table->count; i++) {
        char name[NAME_MAX_];
        env_name(conf->table, &conf->table->fields[i], name);
        const char *value = getenv(name);
        if (value != NULL) {
            conf->values[i] = view_of(value);
            conf->sources[i] = FROM_ENVIRONMENT;
        }
    }
}

/* "service: FILE:LINE: name = value: allowed: ..." or, of the environment, its variable's name. */
static void complain(const struct conf *conf, size_t i)
{
    const struct conf_field *field = &conf->table->fields[i];
    char env[NAME_MAX_], allowed[CONF_ALLOWED_MAX];
    bool in_file = conf->sources[i] == FROM_FILE;
    conf_allowed_print(field, allowed);
    env_name(conf->table, field, env);
    fprintf(conf->err, "%s: ", conf->table->service);
    if (in_file)
        fprintf(conf->err, "%s:%d: ", conf->file, conf->lines[i]);
    fprintf(conf->err, "%s", in_file ? field->name : env);
    if (conf->values[i].ptr == NULL) {
        fprintf(conf->err, ": not set");
    } else {
        fprintf(conf->err, " = ");
        text_print(field->kind == CONF_SECRET ? VIEW("*****") : conf->values[i], 200, conf->err);
    }
    fprintf(conf->err, ": allowed: %s\n", allowed);
}

static void values_parse(struct conf *conf, void *ret_struct)
{
    for (size_t i = 0; i < conf->table->count; i++) {
        const struct conf_field *field = &conf->table->fields[i];
        if (conf->values[i].ptr != NULL && conf_value_parse(field, conf->values[i], conf->texts,
                                               (char *)ret_struct + field->offset))
            continue;
        complain(conf, i);
        conf->bad = true;
    }
}

static void config_print(const struct conf *conf, FILE *out)
{
    static const char *const from[] = {[FROM_NOTHING] = "nothing",
        [FROM_DEFAULT] = "default",
        [FROM_FILE] = "file",
        [FROM_ENVIRONMENT] = "environment"};
    for (size_t i = 0; i < conf->table->count; i++) {
        const struct conf_field *f = &conf->table->fields[i];
        struct view shown = conf->values[i];
        if (f->kind == CONF_SECRET && shown.len > 0 && !view_starts(shown, VIEW("file:")))
            shown = VIEW("*****");
        fprintf(out, "# %s (%s)\n%s = %.*s\n", f->doc, from[conf->sources[i]], f->name,
            VIEW_ARG(shown));
    }
}

enum conf_next conf_load(const struct conf_table *table, const struct conf_args *args,
    void *ret_struct, struct conf **ret_conf)
{
    MUST(table->count <= FIELDS_MAX);
    struct options options = {0};
    if (!options_read(table, args, &options))
        return CONF_EXIT_BAD;
    if (options.help) {
        help_print(table, args->out);
        return CONF_EXIT_OK;
    }
    CLEANUP(conf_done_p) struct conf *conf = calloc(1, sizeof *conf);
    MUST(conf != NULL);
    *conf = (struct conf){.table = table, .err = args->err, .texts = arena_new(4 << 20)};
    defaults_take(conf);
    if (options.file != NULL)
        file_take(conf, options.file);
    environment_take(conf);
    values_parse(conf, ret_struct);
    if (conf->bad)
        return CONF_EXIT_BAD;
    if (options.print) {
        config_print(conf, args->out);
        return CONF_EXIT_OK;
    }
    *ret_conf = TAKE(conf);
    return CONF_RUN;
}

void conf_done(struct conf *conf)
{
    if (conf == NULL)
        return;
    arena_free(conf->texts);
    free(conf);
}

void conf_done_p(struct conf **conf)
{
    conf_done(*conf);
    *conf = NULL;
}
