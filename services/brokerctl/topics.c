#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "brokerctl/stream.h"
#include "brokerctl/tsv.h"
#include "kafka/admin.h"

enum { WAIT_MS = 20000, COLUMNS = 6, ARENA_BYTES_MAX = 4 << 20 };

/* Column 3 to 5 of topics.tsv are settings of the topic. */
static const char *const settings[] = {"retention.ms", "cleanup.policy", "max.message.bytes"};

struct topics {
    const struct ctl *ctl;
    struct arena *arena;
    struct kafka_topic wanted[KAFKA_TOPICS_MAX];
    size_t count;
    bool create;
};

static bool topic_read(struct topics *topics, const struct view *cells)
{
    int64_t partitions = 0;
    if (cells[COLUMNS - 1].ptr == NULL || cells[COLUMNS].ptr != NULL ||
        topics->count == KAFKA_TOPICS_MAX || !view_to_i64(cells[1], &partitions) ||
        partitions < 1 || partitions > INT32_MAX)
        return false;
    struct kafka_topic *topic = &topics->wanted[topics->count++];
    *topic = (struct kafka_topic){.name = arena_text(topics->arena, cells[0]),
        .partitions = (int32_t)partitions,
        .replication = -1};
    for (size_t i = 0; i < ARRAY_LEN(settings); i++)
        topic->properties[i] =
            (struct kafka_property){settings[i], arena_text(topics->arena, cells[i + 2])};
    return true;
}

static int topics_read(struct topics *topics, const char *path)
{
    static struct tsv tsv;
    res_t res = tsv_read(path, topics->arena, &tsv);
    if (res.act != RES_OK)
        return ctl_fail(topics->ctl, CTL_USAGE, "%s: %s", path, res.what);
    for (size_t i = 0; i < tsv.count; i++)
        if (!topic_read(topics, tsv.rows[i]))
            return ctl_fail(topics->ctl, CTL_USAGE, "%s, line %d: not %d columns with a count",
                path, tsv.lines[i], COLUMNS);
    return topics->count > 0 ? CTL_OK : ctl_fail(topics->ctl, CTL_USAGE, "%s names no topic", path);
}

static int32_t partitions_of(const struct kafka_topics *there, const char *name)
{
    for (size_t i = 0; i < there->count; i++)
        if (strcmp(there->items[i].name, name) == 0)
            return there->items[i].partitions;
    return 0;
}

static int compare(const struct topics *topics, const struct kafka_topics *there)
{
    int code = CTL_OK;
    for (size_t i = 0; i < topics->count; i++) {
        const struct kafka_topic *topic = &topics->wanted[i];
        int32_t found = partitions_of(there, topic->name);
        bool same = found == topic->partitions;
        printf("%-20s %3" PRId32 " partitions  %s\n", topic->name, topic->partitions,
            same        ? "ok"
            : found > 0 ? "ANOTHER COUNT: keys depend on it, it can only be made anew"
                        : "missing");
        if (!same)
            code = CTL_DIFFERENT;
    }
    return code;
}

static int topics_do(struct topics *topics)
{
    CLEANUP(kafka_admin_close_p) struct kafka_admin *admin = NULL;
    struct kafka_conf conf = stream_kafka(topics->ctl);
    struct kafka_topics there;
    res_t res = kafka_admin_open(&conf, &admin);
    if (res.act == RES_OK && topics->create)
        res = kafka_topics_create(admin, topics->wanted, topics->count, WAIT_MS);
    if (res.act == RES_OK)
        res = kafka_topics_list(admin, topics->arena, WAIT_MS, &there);
    return res.act == RES_OK ? compare(topics, &there) : ctl_fail_res(topics->ctl, res);
}

int topics_run(const struct ctl *ctl)
{
    static struct topics topics; /* too large for the stack */
    topics = (struct topics){.ctl = ctl};
    const struct ctl_option options[] = {
        {"create", "make those that are not there", .flag = &topics.create},
    };
    struct ctl_args args = {.options = options, .option_count = ARRAY_LEN(options), .words_max = 1};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    topics.arena = arena_new(ARENA_BYTES_MAX);
    struct view path = arena_printf(topics.arena, "%s/topics.tsv", ctl->conf->schemas);
    code = topics_read(&topics, args.word_count > 0 ? args.words[0] : path.ptr);
    if (code == CTL_OK)
        code = topics_do(&topics);
    arena_free(topics.arena);
    return code;
}
