/* parked resend: a command goes back to the topic that it came from, with the same key and bytes.
 * Its id is the record's: a command that was answered meanwhile is not sent, and one that is sent
 * twice all the same has one answer (every reader ignores a second). What is parked stays there
 * until it expires. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "brokerctl/parked.h"
#include "codec/cloudevent.h"
#include "kafka/producer.h"

enum { SENT_MAX = 10000, KEPT_BYTES_MAX = 256 << 20, GIVE_UP_MS = 20000 };

/* One that will go back. */
struct going {
    const char *topic, *type; /* static */
    int32_t partition;        /* among the parked */
    int64_t offset;
    struct uuid person, id;
    int64_t occurred_at;
    struct view key, value; /* the arena's */
};
struct sender {
    const struct parked_sending *asked;
    struct arena *kept;
    struct going *going;
    size_t count;
    int32_t partition; /* of the place asked for */
    int64_t offset;
    int64_t found, refused, answered;
    int64_t left; /* beyond what is sent at once */
    struct pg *pg;
    int64_t written, failed;
};

/* --- which ones --------------------------------------------------------------------------------*/

static bool is_asked_for(const struct sender *sender, const struct parked_record *parked)
{
    if (sender->asked->place != NULL)
        return parked->source.partition == sender->partition &&
               parked->source.offset == sender->offset;
    return sender->asked->reason == NULL ||
           view_eq_text(view_of(sender->asked->reason), parked->reason);
}

/* Parking is at least once: the same command may stand there more than once. */
static bool is_going(const struct sender *sender, const struct parked_record *parked)
{
    for (size_t i = 0; i < sender->count; i++)
        if (uuid_eq(sender->going[i].id, parked->meta->id) &&
            uuid_eq(sender->going[i].person, parked->meta->person))
            return true;
    return false;
}

static res_t keep(struct sender *sender, const struct parked_record *parked)
{
    struct going going = {.topic = parked->topic,
        .type = parked->type,
        .partition = parked->source.partition,
        .offset = parked->source.offset,
        .person = parked->meta->person,
        .id = parked->meta->id,
        .occurred_at = parked->meta->occurred_at,
        .key = arena_copy(sender->kept, parked->source.key),
        .value = arena_copy(sender->kept, parked->source.value)};
    if (going.value.ptr == NULL || going.key.ptr == NULL)
        return FATAL("the commands do not fit into memory: choose some with --reason");
    sender->going[sender->count++] = going;
    return RES_DONE;
}

static void say(const struct parked_record *parked, const char *what, const char *more)
{
    CLEANUP(buf_done) struct buf line = {0};
    parked_put_line(parked, &line);
    printf("%.*s: %s%s%s\n", VIEW_ARG(buf_as_view(&line)), what, more == NULL ? "" : ": ",
        more == NULL ? "" : more);
}

static res_t choose(void *owner, const struct parked_record *parked)
{
    struct sender *sender = owner;
    const char *reason = NULL;
    bool answered = false;
    if (!is_asked_for(sender, parked))
        return RES_DONE;
    sender->found++;
    const char *why =
        parked_refuses(sender->asked->registry, parked, sender->asked->arena, &reason);
    if (why != NULL) {
        sender->refused++;
        say(parked, why, reason);
        return RES_DONE;
    }
    if (is_going(sender, parked))
        return RES_DONE;
    TRY(ctl_is_answered(sender->pg, parked->meta->person, parked->meta->id, &answered));
    if (answered) {
        sender->answered++;
        say(parked, "answered already (brokerctl outcome says how)", NULL);
        return RES_DONE;
    }
    if (sender->count == SENT_MAX) {
        sender->left++;
        return RES_DONE;
    }
    say(parked, "goes back", NULL);
    return keep(sender, parked);
}

/* --- sending them ------------------------------------------------------------------------------*/

static void reported(void *owner, const struct kafka_report *report)
{
    struct sender *sender = owner;
    const struct going *going = &sender->going[report->tag];
    if (report->outcome == KAFKA_WRITTEN) {
        sender->written++;
        printf("%" PRId32 ":%" PRId64 " sent to %s %" PRId32 ":%" PRId64 "\n", going->partition,
            going->offset, going->topic, report->partition, report->offset);
    } else {
        sender->failed++;
        printf("%" PRId32 ":%" PRId64 " %s\n", going->partition, going->offset,
            report->outcome == KAFKA_UNKNOWN ? "may have been sent: send it again"
                                             : "was not sent: send it again");
    }
}

static res_t send_all(struct sender *sender)
{
    CLEANUP(kafka_producer_close_p) struct kafka_producer *producer = NULL;
    struct kafka_producer_conf conf = {.kafka = stream_kafka(sender->asked->ctl),
        .give_up_ms = GIVE_UP_MS,
        .queue_max = SENT_MAX,
        .on_report = reported,
        .owner = sender};
    TRY(kafka_producer_open(&conf, &producer));
    for (size_t i = 0; i < sender->count; i++) {
        const struct going *going = &sender->going[i];
        const struct meta meta = {.id = going->id, .occurred_at = going->occurred_at};
        struct cloudevent attributes;
        cloudevent_make(&attributes, going->type, &meta, "brokerctl");
        struct kafka_message message = {.topic = going->topic,
            .partition = KAFKA_BY_KEY,
            .key = going->key,
            .value = going->value,
            .headers = attributes.headers,
            .header_count = CLOUDEVENT_HEADERS,
            .tag = i};
        TRY(kafka_produce(producer, &message));
    }
    return kafka_flush(producer, 2 * GIVE_UP_MS);
}

/* Nobody who could answer: not asked, not sent. */
static bool is_agreed(const struct sender *sender)
{
    char answer[8] = "";
    if (sender->asked->yes)
        return true;
    if (!isatty(STDIN_FILENO))
        return false;
    printf("send %zu back? [y/N] ", sender->count);
    (void)fflush(stdout);
    return fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

static int result(const struct sender *sender)
{
    const struct ctl *ctl = sender->asked->ctl;
    if (sender->found == 0 && sender->asked->place != NULL)
        return ctl_fail(ctl, CTL_DIFFERENT, "nothing is parked there");
    printf("%" PRId64 " sent, %" PRId64 " answered already, %" PRId64 " cannot go back, %" PRId64
           " failed\n",
        sender->written, sender->answered, sender->refused, sender->failed);
    if (sender->left > 0)
        printf("%" PRId64 " more: once these are answered, resend again\n", sender->left);
    if (sender->failed > 0)
        return CTL_UNREACHABLE;
    return sender->asked->place != NULL && sender->refused > 0 ? CTL_DIFFERENT : CTL_OK;
}

static int send_chosen(struct sender *sender)
{
    const struct ctl *ctl = sender->asked->ctl;
    if (sender->count > 0 && !is_agreed(sender))
        return ctl_fail(ctl, CTL_USAGE, "not sent: --yes sends without asking");
    res_t res = sender->count == 0 ? RES_DONE : send_all(sender);
    return res.act == RES_OK ? result(sender) : ctl_fail_res(ctl, res);
}

int parked_resend(const struct parked_sending *asked)
{
    struct sender sender = {.asked = asked};
    if (asked->place != NULL &&
        !parked_place_parse(view_of(asked->place), &sender.partition, &sender.offset))
        return ctl_fail(
            asked->ctl, CTL_USAGE, "%s is not PARTITION:OFFSET, as list says", asked->place);
    sender.kept = arena_new(KEPT_BYTES_MAX);
    sender.going = calloc(SENT_MAX, sizeof *sender.going);
    MUST(sender.going != NULL);
    const struct parked_walk walk = {asked->ctl, asked->registry, asked->arena, choose, &sender};
    res_t res = ctl_pg_open(asked->ctl, &sender.pg);
    if (res.act == RES_OK)
        res = parked_walk(&walk);
    int code = res.act == RES_OK ? send_chosen(&sender) : ctl_fail_res(asked->ctl, res);
    pg_close(sender.pg);
    free(sender.going);
    arena_free(sender.kept);
    return code;
}
