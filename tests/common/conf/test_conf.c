#include "conf/conf.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct example_conf {
    const char *kafka_bootstrap;
    const char *mode;
    const char *state;
    const char *password;
    int64_t port;
    int64_t wait_us;
    bool demo;
};

#define FIELD(field) offsetof(struct example_conf, field)
static const struct conf_field fields[] = {
    {"kafka_bootstrap", CONF_TEXT, FIELD(kafka_bootstrap), .fallback = "localhost:9092",
        .doc = "where Kafka listens"},
    {"mode", CONF_TEXT, FIELD(mode), .fallback = "plain", .allowed = "plain|tls", .doc = "how"},
    {"state", CONF_PATH, FIELD(state), .doc = "folder of the store"},
    {"password", CONF_SECRET, FIELD(password), .fallback = "", .doc = "of the key"},
    {"port", CONF_INT, FIELD(port), .fallback = "8080", .min = 1, .max = 65535, .doc = "ours"},
    {"wait", CONF_DURATION, FIELD(wait_us), .fallback = "20ms", .min = 1000, .max = 60000000,
        .doc = "of a poll"},
    {"demo", CONF_BOOL, FIELD(demo), .fallback = "no", .doc = "demo people"},
};
static const struct conf_table table = {"example", "RBT_", fields, ARRAY_LEN(fields)};

static struct example_conf conf;
static struct conf *loaded;
static char out_text[8192], err_text[8192];
static char file_path[64];

static enum conf_next load(const char *option, const char *value)
{
    char name[] = "example", first[32] = "", second[64] = "";
    char *argv[] = {name, first, second, NULL};
    int argc = 1;
    memset(out_text, 0, sizeof out_text);
    memset(err_text, 0, sizeof err_text);
    if (option != NULL)
        snprintf(argv[argc++], sizeof first, "%s", option);
    if (value != NULL)
        snprintf(argv[argc++], sizeof second, "%s", value);
    FILE *out = fmemopen(out_text, sizeof out_text - 1, "w");
    FILE *err = fmemopen(err_text, sizeof err_text - 1, "w");
    struct conf_args args = {argc, argv, out, err};
    enum conf_next next = conf_load(&table, &args, &conf, &loaded);
    fclose(out);
    fclose(err);
    return next;
}

static void file_write(const char *text)
{
    snprintf(file_path, sizeof file_path, "%s", "/tmp/test_conf_XXXXXX");
    int fd = mkstemp(file_path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void start(void)
{
    setenv("RBT_STATE", "/var/lib/example", 1);
}

static void done(void)
{
    conf_done(loaded);
    if (file_path[0] != '\0')
        unlink(file_path);
}

TestSuite(conf, .init = start, .fini = done, .timeout = 10);

Test(conf, defaults_fill_what_nothing_sets)
{
    cr_assert_eq(load(NULL, NULL), CONF_RUN, "%s", err_text);
    cr_assert_str_eq(conf.kafka_bootstrap, "localhost:9092");
    cr_assert_str_eq(conf.state, "/var/lib/example");
    cr_assert_str_eq(conf.password, "");
    cr_assert_eq(conf.port, 8080);
    cr_assert_eq(conf.wait_us, 20000);
    cr_assert_not(conf.demo);
}

Test(conf, the_file_beats_the_default_and_the_environment_beats_the_file)
{
    file_write("# ours\n\n  port = 9000 \nmode=tls\r\nwait = 2s\ndemo = on");
    setenv("RBT_PORT", "9001", 1);
    cr_assert_eq(load("--config", file_path), CONF_RUN, "%s", err_text);
    cr_assert_eq(conf.port, 9001);
    cr_assert_str_eq(conf.mode, "tls");
    cr_assert_eq(conf.wait_us, 2000000);
    cr_assert(conf.demo);
}

Test(conf, a_bad_value_is_one_line_with_the_key_the_value_and_what_is_allowed)
{
    static const struct {
        const char *name, *value, *line;
    } rows[] = {
        {"RBT_PORT", "0", "example: RBT_PORT = 0: allowed: a whole number, 1 to 65535\n"},
        {"RBT_PORT", "12x", "example: RBT_PORT = 12x: allowed: a whole number, 1 to 65535\n"},
        {"RBT_MODE", "TLS", "example: RBT_MODE = TLS: allowed: plain|tls\n"},
        {"RBT_WAIT", "61s",
            "example: RBT_WAIT = 61s: allowed: a duration such as 20ms, 5s, 2m, from 1ms to 1m\n"},
        {"RBT_WAIT", "5",
            "example: RBT_WAIT = 5: allowed: a duration such as 20ms, 5s, 2m, from 1ms to 1m\n"},
        {"RBT_DEMO", "maybe", "example: RBT_DEMO = maybe: allowed: true or false\n"},
        {"RBT_STATE", "", "example: RBT_STATE = : allowed: a path\n"},
        {"RBT_PASSWORD", "file:/does/not/exist",
            "example: RBT_PASSWORD = *****: allowed: a secret, or file:PATH of one\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *before = getenv(rows[i].name) == NULL ? NULL : strdup(getenv(rows[i].name));
        setenv(rows[i].name, rows[i].value, 1);
        cr_expect_eq(load(NULL, NULL), CONF_EXIT_BAD);
        cr_expect_str_eq(err_text, rows[i].line);
        if (before == NULL)
            unsetenv(rows[i].name);
        else
            setenv(rows[i].name, before, 1);
        free(before);
    }
}

Test(conf, a_required_setting_that_is_not_set_is_named)
{
    unsetenv("RBT_STATE");
    cr_assert_eq(load(NULL, NULL), CONF_EXIT_BAD);
    cr_assert_str_eq(err_text, "example: RBT_STATE: not set: allowed: a path\n");
}

Test(conf, an_unknown_name_in_the_file_is_named_with_its_line)
{
    file_write("port = 1\nprot = 2\nnonsense\n");
    char want[512];
    snprintf(want, sizeof want,
        "example: %s:2: prot: no such setting; see --help\n"
        "example: %s:3: nonsense: allowed: name = value\n",
        file_path, file_path);
    cr_assert_eq(load("--config", file_path), CONF_EXIT_BAD);
    cr_assert_str_eq(err_text, want);
}

Test(conf, a_bad_value_of_the_file_is_named_with_its_line)
{
    file_write("# ours\nport = 99999\n\nwait = 5\npassword = file:/does/not/exist\n");
    char want[512];
    snprintf(want, sizeof want,
        "example: %s:5: password = *****: allowed: a secret, or file:PATH of one\n"
        "example: %s:2: port = 99999: allowed: a whole number, 1 to 65535\n"
        "example: %s:4: wait = 5: allowed: a duration such as 20ms, 5s, 2m, from 1ms to 1m\n",
        file_path, file_path, file_path);
    cr_assert_eq(load("--config", file_path), CONF_EXIT_BAD);
    cr_assert_str_eq(err_text, want);
}

Test(conf, what_the_environment_replaces_in_the_file_is_judged_alone)
{
    file_write("port = 99999\n");
    setenv("RBT_PORT", "9001", 1);
    cr_assert_eq(load("--config", file_path), CONF_RUN, "%s", err_text);
    cr_assert_eq(conf.port, 9001);
    setenv("RBT_PORT", "0", 1);
    cr_assert_eq(load("--config", file_path), CONF_EXIT_BAD);
    cr_assert_str_eq(err_text, "example: RBT_PORT = 0: allowed: a whole number, 1 to 65535\n");
}

Test(conf, what_the_file_sets_twice_is_named)
{
    file_write("port = 1\nmode = tls\nport = 1\n");
    char want[256];
    snprintf(want, sizeof want, "example: %s:3: port: set twice\n", file_path);
    cr_assert_eq(load("--config", file_path), CONF_EXIT_BAD);
    cr_assert_str_eq(err_text, want);
}

Test(conf, a_complaint_is_one_line_whatever_the_value_holds)
{
    setenv("RBT_STATE", "/var/lib\nexample: all is well\n", 1);
    cr_assert_eq(load(NULL, NULL), CONF_EXIT_BAD);
    cr_assert_str_eq(
        err_text, "example: RBT_STATE = /var/lib?example: all is well?: allowed: a path\n");
}

Test(conf, a_file_that_is_not_there_is_bad)
{
    cr_assert_eq(load("--config", "/does/not/exist"), CONF_EXIT_BAD);
    cr_assert_not_null(strstr(err_text, "/does/not/exist"));
}

Test(conf, secrets_are_masked_and_can_come_from_a_file)
{
    file_write("hunter2\n");
    char where[96];
    snprintf(where, sizeof where, "file:%s", file_path);
    setenv("RBT_PASSWORD", where, 1);
    cr_assert_eq(load(NULL, NULL), CONF_RUN, "%s", err_text);
    cr_assert_str_eq(conf.password, "hunter2");
    conf_done_p(&loaded);
    setenv("RBT_PASSWORD", "hunter3", 1);
    cr_assert_eq(load("--print-config", NULL), CONF_EXIT_OK);
    cr_assert_null(strstr(out_text, "hunter"));
    cr_assert_not_null(strstr(out_text, "password = *****\n"));
    cr_assert_not_null(strstr(out_text, "# ours (default)\nport = 8080\n"));
    cr_assert_not_null(strstr(out_text, "# folder of the store (environment)\nstate = /var/lib/"));
}

Test(conf, what_print_config_prints_is_a_config_file)
{
    setenv("RBT_PORT", "9002", 1);
    cr_assert_eq(load("--print-config", NULL), CONF_EXIT_OK);
    file_write(out_text);
    unsetenv("RBT_PORT");
    cr_assert_eq(load("--config", file_path), CONF_RUN, "%s", err_text);
    cr_assert_eq(conf.port, 9002);
}

Test(conf, help_names_every_setting_and_runs_nothing)
{
    unsetenv("RBT_STATE");
    cr_assert_eq(load("--help", NULL), CONF_EXIT_OK);
    cr_assert_not_null(strstr(out_text, "RBT_KAFKA_BOOTSTRAP"));
    cr_assert_not_null(strstr(out_text, "a whole number, 1 to 65535; default: 8080"));
    cr_assert_not_null(strstr(out_text, "a path; required"));
}

Test(conf, an_unknown_argument_is_bad)
{
    cr_assert_eq(load("--verbose", NULL), CONF_EXIT_BAD);
    cr_assert_not_null(strstr(err_text, "--verbose"));
}

Test(conf, durations_are_whole_texts)
{
    static const char *const bad[] = {
        "", "s", "5 s", "-5s", "5sec", "1.5s", "9223372036854775807d"};
    int64_t us;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        cr_expect_not(conf_duration(view_of(bad[i]), &us), "%s", bad[i]);
    cr_assert(conf_duration(VIEW("0"), &us) && us == 0);
    cr_assert(conf_duration(VIEW("30d"), &us) && us == INT64_C(2592000000000));
}
