/* A configuration file: taken or refused. What is taken, printed by --print-config and read again
 * is the same; each line that says why not names the file's line or the setting. */
#include "conf/conf.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct example {
    const char *brokers, *mode, *folder, *password;
    int64_t port, wait_us;
    bool demo;
};

#define FIELD(field) offsetof(struct example, field)
static const struct conf_field fields[] = {
    {"brokers", CONF_TEXT, FIELD(brokers), .fallback = "localhost:9092", .doc = "of Kafka"},
    {"mode", CONF_TEXT, FIELD(mode), .fallback = "plain", .allowed = "plain|tls", .doc = "how"},
    {"folder", CONF_PATH, FIELD(folder), .doc = "of the store"},
    {"password", CONF_SECRET, FIELD(password), .fallback = "", .doc = "of the key"},
    {"port", CONF_INT, FIELD(port), .fallback = "8080", .min = 1, .max = 65535, .doc = "ours"},
    {"wait", CONF_DURATION, FIELD(wait_us), .fallback = "20ms", .min = 1000, .max = 60000000,
        .doc = "of a poll"},
    {"demo", CONF_BOOL, FIELD(demo), .fallback = "no", .doc = "invented people"},
};
static const struct conf_table table = {"example", "FUZZ_", fields, ARRAY_LEN(fields)};

struct loaded {
    struct example values;
    struct conf *conf;
    char *out, *err; /* what was printed */
    enum conf_next next;
};

static void load(const char *path, bool print, struct loaded *ret)
{
    char name[] = "example", file[] = "--config", shown[] = "--print-config";
    char *argv[] = {name, file, (char *)(uintptr_t)path, shown, NULL};
    size_t len;
    *ret = (struct loaded){0};
    struct conf_args args = {
        print ? 4 : 3, argv, open_memstream(&ret->out, &len), open_memstream(&ret->err, &len)};
    ret->next = conf_load(&table, &args, &ret->values, &ret->conf);
    fclose(args.out);
    fclose(args.err);
}

static void loaded_done(struct loaded *loaded)
{
    conf_done(loaded->conf);
    free(loaded->out);
    free(loaded->err);
}

static void in_limits(const struct example *e)
{
    MUST(strcmp(e->mode, "plain") == 0 || strcmp(e->mode, "tls") == 0);
    MUST(e->folder[0] != '\0' && e->port >= 1 && e->port <= 65535);
    MUST(e->wait_us >= 1000 && e->wait_us <= 60000000);
    MUST(utf8_valid(view_of(e->brokers)) && utf8_valid(view_of(e->folder)));
}

static bool same(const struct example *a, const struct example *b)
{
    return strcmp(a->brokers, b->brokers) == 0 && strcmp(a->mode, b->mode) == 0 &&
           strcmp(a->folder, b->folder) == 0 && a->port == b->port && a->wait_us == b->wait_us &&
           a->demo == b->demo;
}

/* The password alone is masked there. */
static void reads_the_same_when_printed(const char *path, const struct example *values)
{
    struct loaded printed, again;
    load(path, true, &printed);
    MUST(printed.next == CONF_EXIT_OK && printed.err[0] == '\0');
    load(fuzz_file(view_of(printed.out)), false, &again);
    MUST(again.next == CONF_RUN && same(values, &again.values));
    loaded_done(&printed);
    loaded_done(&again);
}

static void each_line_names_a_place(const char *path, const char *err)
{
    struct view rest = view_of(err);
    MUST(rest.len > 0 && rest.ptr[rest.len - 1] == '\n');
    while (rest.len > 0) {
        struct view line = view_cut(&rest, '\n');
        bool file = memmem(line.ptr, line.len, path, strlen(path)) != NULL;
        bool setting = memmem(line.ptr, line.len, "FUZZ_", 5) != NULL;
        MUST(view_starts(line, VIEW("example: ")) && (file || setting) && line.len < 600);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A secret would be read from any file that is named. */
    if (memmem(data, size, "file:", 5) != NULL)
        return 0;
    const char *path = fuzz_file((struct view){(const char *)data, size});
    struct loaded loaded;
    load(path, false, &loaded);
    MUST(loaded.out[0] == '\0' && (loaded.next == CONF_RUN || loaded.next == CONF_EXIT_BAD));
    if (loaded.next == CONF_EXIT_BAD) {
        MUST(loaded.conf == NULL);
        each_line_names_a_place(path, loaded.err);
    } else {
        MUST(loaded.err[0] == '\0');
        in_limits(&loaded.values);
        reads_the_same_when_printed(path, &loaded.values);
    }
    loaded_done(&loaded);
    return 0;
}
