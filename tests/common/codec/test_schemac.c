/* The schema compiler says what is wrong, and the same text always has the same id. */
#include "base/buf.h"
#include "base/res.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[100], schemas[150], out[150];

static void put(const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", schemas, name);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void begin(void)
{
    static const char *const kinds[] = {
        "common", "referral", "session", "risk", "stream", "dossier"};
    char path[300];
    snprintf(folder, sizeof folder, "/tmp/schemac-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(schemas, sizeof schemas, "%s/schemas", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    cr_assert_eq(mkdir(schemas, 0777), 0);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        snprintf(path, sizeof path, "%s/%s", schemas, kinds[i]);
        cr_assert_eq(mkdir(path, 0777), 0);
    }
    put("topics.tsv", "# name\n");
}

static void run(const char *const *argv, int *ret_status, struct buf *said)
{
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        dup2(pipes[1], 1);
        dup2(pipes[1], 2);
        close(pipes[0]);
        close(pipes[1]);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(pipes[1]);
    char some[1000];
    for (ssize_t got; (got = read(pipes[0], some, sizeof some)) > 0;)
        buf_put(said, some, (size_t)got);
    buf_byte(said, 0);
    close(pipes[0]);
    cr_assert_eq(waitpid(pid, ret_status, 0), pid);
}

static void end(void)
{
    const char *const argv[] = {"/bin/rm", "-rf", folder, NULL};
    struct buf said = {0};
    int status;
    run(argv, &status, &said);
    buf_done(&said);
}

/* Runs `schemac verb schemas`, and `out` for gen; the exit status, and its words in `said`. */
static int schemac(const char *verb, struct buf *said)
{
    const char *to = strcmp(verb, "gen") == 0 ? out : NULL;
    const char *const argv[] = {"build/tool/schemac", verb, schemas, to, NULL};
    int status = 0;
    buf_clear(said);
    run(argv, &status, said);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RECORD(more, fields)                                                                       \
    "{\"type\":\"record\",\"name\":\"Thing\",\"doc\":\"d\"" more ",\"fields\":[" fields "]}"
#define FIELD(type, more) "{\"name\":\"f\",\"type\":" type ",\"doc\":\"d\"" more "}"
#define NULLABLE(type, more) FIELD("[\"null\"," type "]", ",\"default\":null" more)

TestSuite(schemac, .init = begin, .fini = end, .timeout = 60);

Test(schemac, names_what_is_wrong_with_a_schema)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"{", "line 1"},
        {RECORD("", ""), "without fields"},
        {RECORD("", "{\"name\":\"f\",\"type\":\"int\"}"), "\"doc\" is missing"},
        {RECORD("", FIELD("\"float\"", "")), "not one that we use"},
        {RECORD("", FIELD("{\"type\":\"map\",\"values\":\"int\"}", "")), "no such type"},
        {RECORD("", FIELD("[\"int\",\"null\"]", "")), "only union"},
        {RECORD("", FIELD("[\"null\",\"int\"]", "")), "\"default\": null"},
        {RECORD("", FIELD("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\"]}", "")),
            "\"unknown\""},
        {RECORD("", FIELD("{\"type\":\"fixed\",\"name\":\"F\",\"size\":8}", "")), "fixed is 16"},
        {RECORD("", NULLABLE("\"string\"", ",\"sealed\":\"person\",\"plain\":\"string\"")),
            "Avro type is bytes"},
        {RECORD("", NULLABLE("\"bytes\"", ",\"sealed\":\"person\"")), "come together"},
        {RECORD("", NULLABLE("\"int\"", ",\"requiredWhen\":\"g=1\"")), "names no field"},
        {RECORD("", NULLABLE("\"int\"", ",\"requiredWhen\":\"f=a\"")), "names no field"},
        {RECORD("", NULLABLE("\"int\"", ",\"requiredWhen\":\"f & f | f\"")), "not both"},
        {RECORD(",\"oneOf\":[{\"fields\":[\"x\"]}]", NULLABLE("\"int\"", "")), "oneOf"},
        {RECORD("", NULLABLE("\"Thing\"", "")), "within itself"},
        {RECORD("", NULLABLE("\"int\"", ",\"by\":\"nobody\"")),
            "\"by\" is decider, import or edge"},
        {RECORD("", NULLABLE("\"int\"", ",\"mints\":\"thing\"")), "\"mints\" is of an id"},
        {"{\"type\":\"record\",\"name\":\"Other\",\"doc\":\"d\",\"fields\":[" FIELD(
             "\"int\"", "") "]}",
            "not named after its type"},
    };
    struct buf said = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        put("common/Thing.avsc", cases[i].text);
        cr_expect_eq(schemac("gen", &said), 1, "%s", cases[i].text);
        cr_expect_not_null(strstr(said.ptr, cases[i].words), "%s: %s", cases[i].text, said.ptr);
    }
    buf_done(&said);
}

Test(schemac, a_changed_text_needs_a_new_id_and_a_changed_limit_does_not)
{
    struct buf said = {0};
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"int\"", "")));
    cr_expect_eq(schemac("gen", &said), 1);
    cr_expect_not_null(strstr(said.ptr, "no row yet"), "%s", said.ptr);
    cr_expect_eq(schemac("ids", &said), 0);
    cr_expect_not_null(strstr(said.ptr, "schema id 1: Thing"), "%s", said.ptr);
    cr_expect_eq(schemac("gen", &said), 0, "%s", said.ptr);
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"int\"", ",\"min\":1,\"max\":5")));
    cr_expect_eq(schemac("gen", &said), 0, "%s", said.ptr);
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"long\"", "")));
    cr_expect_eq(schemac("gen", &said), 1);
    cr_expect_not_null(strstr(said.ptr, "an older text"), "%s", said.ptr);
    cr_expect_eq(schemac("ids", &said), 0);
    cr_expect_not_null(strstr(said.ptr, "schema id 2: Thing"), "%s", said.ptr);
    cr_expect_eq(schemac("release", &said), 0);
    cr_expect_eq(schemac("gen", &said), 0, "%s", said.ptr);
    /* Back to the first text: its id is still its id. */
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"int\"", "")));
    cr_expect_eq(schemac("ids", &said), 0);
    cr_expect_not_null(strstr(said.ptr, "0 schema ids added"), "%s", said.ptr);
    put("ids/0002-Thing.avsc", "{}");
    cr_expect_eq(schemac("gen", &said), 1);
    cr_expect_not_null(strstr(said.ptr, "never changes"), "%s", said.ptr);
    buf_done(&said);
}

/* The last column of ids.tsv, in order of the ids. */
static void marks(struct buf *said)
{
    char path[300], line[300];
    snprintf(path, sizeof path, "%s/ids.tsv", schemas);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    buf_clear(said);
    while (fgets(line, sizeof line, file) != NULL)
        if (line[0] != '#')
            buf_text(said, strrchr(line, '\t') + 1);
    buf_byte(said, 0);
    fclose(file);
}

Test(schemac, what_a_release_wrote_is_marked_until_the_next)
{
#define TWO                                                                                        \
    RECORD("",                                                                                     \
        NULLABLE("\"int\"",                                                                        \
            "") ",{\"name\":\"g\",\"type\":[\"null\",\"int\"],\"doc\":\"d\",\"default\":null}")
    struct buf said = {0};
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"int\"", "")));
    cr_expect_eq(schemac("ids", &said), 0);
    put("stream/Thing.avsc", TWO);
    cr_expect_eq(schemac("ids", &said), 0);
    marks(&said);
    cr_expect_str_eq(said.ptr, "was\nat\n");
    cr_expect_eq(schemac("gen", &said), 0, "%s", said.ptr);
    /* Changed again before the release: that text was never written by one. */
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"long\"", "")));
    cr_expect_eq(schemac("ids", &said), 0);
    marks(&said);
    cr_expect_str_eq(said.ptr, "was\n\nat\n");
    cr_expect_eq(schemac("gen", &said), 1);
    cr_expect_not_null(
        strstr(said.ptr, "no rolling upgrade: int: is of another type"), "%s", said.ptr);
    cr_expect_eq(schemac("release", &said), 0);
    marks(&said);
    cr_expect_str_eq(said.ptr, "\n\nat\n");
    cr_expect_eq(schemac("gen", &said), 0, "%s", said.ptr);
    buf_done(&said);
}

Test(schemac, a_record_once_on_the_wire_stays)
{
    struct buf said = {0};
    char path[300];
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"int\"", "")));
    cr_expect_eq(schemac("ids", &said), 0);
    snprintf(path, sizeof path, "%s/stream/Thing.avsc", schemas);
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(schemac("gen", &said), 1);
    cr_expect_not_null(strstr(said.ptr, "stays in schemas/"), "%s", said.ptr);
    buf_done(&said);
}

Test(schemac, gives_no_id_to_what_is_refused)
{
    static const char event[] = "{\"type\":\"record\",\"name\":\"%s\",\"doc\":\"d\",\"command\":"
                                "\"Do%s\",\"family\":\"referral\",\"who\":[\"provider\"],"
                                "\"route\":\"/things\",\"fields\":[" NULLABLE("\"int\"", "") "]}";
    struct buf said = {0};
    char text[500], path[300];
    snprintf(text, sizeof text, event, "ThingDone", "Thing");
    put("referral/ThingDone.avsc", text);
    cr_expect_eq(schemac("ids", &said), 0, "%s", said.ptr);
    snprintf(text, sizeof text, event, "OtherDone", "Other");
    put("referral/OtherDone.avsc", text);
    cr_expect_eq(schemac("ids", &said), 1);
    cr_expect_not_null(strstr(said.ptr, "/things is another command's"), "%s", said.ptr);
    marks(&said);
    cr_expect_str_eq(said.ptr, "at\nat\n");
    snprintf(path, sizeof path, "%s/ids/0003-OtherDone.avsc", schemas);
    cr_expect_eq(access(path, F_OK), -1);
    buf_done(&said);
}

Test(schemac, leaves_a_file_alone_whose_text_is_the_same)
{
    struct buf said = {0};
    struct stat before, after;
    char path[300];
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"int\"", "")));
    cr_expect_eq(schemac("ids", &said), 0);
    cr_expect_eq(schemac("gen", &said), 0, "%s", said.ptr);
    snprintf(path, sizeof path, "%s/event/event.h", out);
    cr_assert_eq(stat(path, &before), 0);
    cr_expect_eq(schemac("gen", &said), 0);
    cr_assert_eq(stat(path, &after), 0);
    cr_expect_eq(before.st_ino, after.st_ino);
    buf_done(&said);
}

Test(schemac, knows_what_stands_on_every_topic)
{
    struct buf said = {0};
    put("stream/Thing.avsc", RECORD("", NULLABLE("\"int\"", "")));
    cr_expect_eq(schemac("ids", &said), 0);
    put("topics.tsv", "gossip\t12\t-1\tdelete\t1000\tnobody\n");
    cr_expect_eq(schemac("gen", &said), 1);
    cr_expect_not_null(strstr(said.ptr, "what stands on \"gossip\""), "%s", said.ptr);
    put("topics.tsv", "parked\ttwelve\t-1\tdelete\t1000\tnobody\n");
    cr_expect_eq(schemac("gen", &said), 1);
    cr_expect_not_null(strstr(said.ptr, "\"twelve\" is not a number"), "%s", said.ptr);
    buf_done(&said);
}
