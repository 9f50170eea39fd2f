/* parked: list, show; resend stands in parked_send.c. */
#include "brokerctl/parked.h"

#include <stdio.h>
#include <string.h>

static const char PARKED[] = "parked";
enum { PARKED_ARENA_BYTES = 64 << 20 };

/* --- walking -----------------------------------------------------------------------------------*/

static res_t walk_one(void *owner, const struct kafka_record *record)
{
    const struct parked_walk *walk = owner;
    struct parked_record parked;
    const struct parked_source source = {.partition = record->partition,
        .offset = record->offset,
        .at_us = record->at_us,
        .key = record->key,
        .value = record->value,
        .topic = kafka_record_header(record, "origin-topic"),
        .from_partition = kafka_record_header(record, "origin-partition"),
        .from_offset = kafka_record_header(record, "origin-offset"),
        .reason = kafka_record_header(record, "reason")};
    arena_clear(walk->arena);
    if (!parked_of(walk->registry, &source, walk->arena, &parked))
        return FATAL("a parked record does not fit into memory");
    return walk->each(walk->owner, &parked);
}

res_t parked_walk(const struct parked_walk *walk)
{
    CLEANUP(stream_close) struct stream stream = {0};
    struct parked_walk own = *walk;
    struct stream_reading reading = {.each = walk_one, .owner = &own};
    TRY(stream_open(walk->ctl, PARKED, &stream));
    reading.count = (size_t)stream.partitions;
    for (int32_t i = 0; i < stream.partitions; i++)
        reading.from[i] = (struct stream_start){i, stream.low[i]};
    return stream_read(&stream, &reading);
}

/* --- list and show -----------------------------------------------------------------------------*/

struct looking {
    bool json;
    const char *reason;
    const struct uuid *person;      /* NULL: anybody's */
    const struct parked_source *at; /* show: this one; NULL: list all */
    int64_t found;
};

static bool wanted(const struct looking *looking, const struct parked_record *parked)
{
    if (looking->at != NULL)
        return looking->at->partition == parked->source.partition &&
               looking->at->offset == parked->source.offset;
    return (looking->person == NULL || parked_is_of(parked, *looking->person)) &&
           (looking->reason == NULL || strcmp(looking->reason, parked->reason) == 0);
}

static res_t look_at(void *owner, const struct parked_record *parked)
{
    struct looking *looking = owner;
    CLEANUP(buf_done) struct buf text = {0};
    if (!wanted(looking, parked))
        return RES_DONE;
    looking->found++;
    if (looking->json)
        parked_put_json(parked, &text);
    else if (looking->at != NULL)
        parked_put_all(parked, &text);
    else
        parked_put_line(parked, &text);
    printf(
        "%.*s%s", VIEW_ARG(buf_as_view(&text)), looking->at != NULL && !looking->json ? "" : "\n");
    return RES_DONE;
}

static int look(struct parked_sending *opened, struct looking *looking)
{
    const struct parked_walk walk = {
        opened->ctl, opened->registry, opened->arena, look_at, looking};
    res_t res = parked_walk(&walk);
    if (res.act != RES_OK)
        return ctl_fail_res(opened->ctl, res);
    if (looking->at != NULL && looking->found == 0)
        return ctl_fail(opened->ctl, CTL_DIFFERENT, "nothing is parked there");
    if (looking->found == 0 && !looking->json)
        printf("nothing is parked\n");
    return CTL_OK;
}

/* --- the subcommand ----------------------------------------------------------------------------*/

struct asked {
    struct parked_sending sending;
    struct looking looking;
    const char *person;
    bool all;
};

static int list(struct asked *asked)
{
    struct uuid person;
    if (asked->person != NULL && !uuid_parse(view_of(asked->person), &person))
        return ctl_fail(asked->sending.ctl, CTL_USAGE, "--person is an id");
    if (asked->person != NULL)
        asked->looking.person = &person;
    return look(&asked->sending, &asked->looking);
}

static int show(struct asked *asked)
{
    struct parked_source at = {0};
    if (asked->sending.place == NULL ||
        !parked_place_parse(view_of(asked->sending.place), &at.partition, &at.offset))
        return ctl_fail(asked->sending.ctl, CTL_USAGE, "which? PARTITION:OFFSET, as list says");
    asked->looking.at = &at;
    return look(&asked->sending, &asked->looking);
}

static int resend(struct asked *asked)
{
    if ((asked->sending.place == NULL) != asked->all)
        return ctl_fail(
            asked->sending.ctl, CTL_USAGE, "which? PARTITION:OFFSET as list says, or --all");
    return parked_resend(&asked->sending);
}

static const struct {
    const char *name;
    int (*run)(struct asked *asked);
} verbs[] = {{"list", list}, {"show", show}, {"resend", resend}};

static int run_verb(struct asked *asked, const char *verb)
{
    const struct ctl *ctl = asked->sending.ctl;
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (strcmp(verbs[i].name, verb) != 0)
            continue;
        res_t res = codec_registry_new(&asked->sending.registry);
        asked->sending.arena = arena_new(PARKED_ARENA_BYTES);
        int code = res.act == RES_OK ? verbs[i].run(asked) : ctl_fail_res(ctl, res);
        codec_registry_free(asked->sending.registry);
        arena_free(asked->sending.arena);
        return code;
    }
    return ctl_fail(ctl, CTL_USAGE, "usage: brokerctl %s %s", ctl->name, ctl->usage);
}

int parked_run(const struct ctl *ctl)
{
    struct asked asked = {.sending = {.ctl = ctl}};
    const struct ctl_option options[] = {
        {"json", "list, show: a JSON object a record", .flag = &asked.looking.json},
        {"person", "list: only this person's (pseudonymous id)", .text = &asked.person},
        {"reason", "list, resend: only those parked for this reason",
            .text = &asked.looking.reason},
        {"all", "resend: every command that can go back", .flag = &asked.all},
        {"yes", "resend: without asking", .flag = &asked.sending.yes},
    };
    struct ctl_args args = {.options = options,
        .option_count = ARRAY_LEN(options),
        .verbs = "list show resend",
        .words_min = 1,
        .words_max = 2};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    asked.sending.reason = asked.looking.reason;
    asked.sending.place = args.word_count > 1 ? args.words[1] : NULL;
    return run_verb(&asked, args.words[0]);
}
