#include "import-rm/send.h"

#include "base/clock.h"
#include "codec/cloudevent.h"
#include "codec/framing.h"
#include "import-rm/map.h"
#include "kafka/producer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 256 << 20, WAIT_MS = 200 };

/* A person on the way. */
struct slot {
    struct arena *arena;
    struct view crn;
    struct uuid person;
    struct stated_list list;
    size_t next;     /* the command in hand */
    bool sent;       /* it is on its way */
    bool again;      /* it was certainly not written, or its answer is late: produce it again */
    int64_t sent_at; /* monotonic µs */
};

struct sender {
    struct sender_conf conf;
    struct kafka_producer *producer;
    struct slot slots[SEND_SLOTS];
    struct send_totals totals;
    int64_t shown_at;
    res_t broken;
};

static void on_report(void *owner, const struct kafka_report *report)
{
    struct sender *sender = owner;
    if (report->outcome == KAFKA_WRITTEN)
        return;
    struct slot *slot = &sender->slots[report->tag % SEND_SLOTS];
    if (report->why.act == RES_REJECT || report->why.act == RES_FATAL)
        sender->broken = report->why;
    /* The id makes a second copy harmless: it has one outcome. */
    slot->again = true;
}

res_t sender_new(const struct sender_conf *conf, struct sender **ret)
{
    struct sender *sender = calloc(1, sizeof *sender);
    MUST(sender != NULL);
    sender->conf = *conf;
    static const char *const written[] = {
        "referral.commands", "session.commands", "risk.commands", NULL};
    struct kafka_producer_conf kafka = {
        .kafka = {.brokers = conf->brokers, .client_id = "import-rm"},
        .topics = written,
        .on_report = on_report,
        .owner = sender};
    res_t opened = kafka_producer_open(&kafka, &sender->producer);
    if (opened.act != RES_OK) {
        free(sender);
        return opened;
    }
    *ret = sender;
    return RES_DONE;
}

void sender_free(struct sender *sender)
{
    if (sender == NULL)
        return;
    for (size_t i = 0; i < SEND_SLOTS; i++)
        arena_free(sender->slots[i].arena);
    kafka_producer_close(sender->producer);
    free(sender);
}

void sender_free_p(struct sender **sender)
{
    sender_free(*sender);
    *sender = NULL;
}

/* Marks which of the person's commands have an outcome; they are in order, so the first without one
 * is next. */
static res_t skip_answered(struct sender *sender, struct slot *slot)
{
    static const struct pg_sql sql = {
        "import_outcomes", "SELECT id, code, field FROM read.outcome WHERE person = $1"};
    struct pg_params params = {0};
    pg_put_uuid(&params, slot->person);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(sender->conf.target, &sql, &params, &rows));
    while (slot->next < slot->list.len) {
        const struct stated *stated = &slot->list.items[slot->next];
        int found = -1;
        for (int i = 0; i < pg_rows_count(rows) && found < 0; i++)
            if (uuid_eq(pg_uuid(rows, i, 0), stated->head->meta.id))
                found = i;
        if (found < 0)
            break;
        struct view code = pg_text(rows, found, 1), field = pg_text(rows, found, 2);
        if (code.ptr == NULL)
            sender->totals.accepted++;
        else {
            sender->totals.refused++;
            fprintf(sender->conf.out, "refused %s %s: %.*s %.*s\n",
                command_table[stated->command.type].name, uuid_text(stated->head->meta.id).text,
                VIEW_ARG(code), VIEW_ARG(field));
        }
        slot->next++;
        slot->sent = slot->again = false;
    }
    return pg_rows_ok(rows);
}

/* What the edge must know before a command is produced: references, ids, words to search by. */
static res_t reserve(struct sender *sender, struct slot *slot, const struct stated *stated)
{
    struct edge *edge = sender->conf.edge;
    const struct meta *meta = &stated->head->meta;
    struct uuid owner;
    if (stated->command.type == COMMAND_SUBMIT_REFERRAL) {
        const struct referral_submitted *submitted = stated->command.body;
        struct edge_referral referral = {meta->id, submitted->referral_id, slot->person};
        bool taken;
        TRY(edge_reference_claim(edge, &referral, submitted->reference, &taken));
        if (taken)
            fprintf(sender->conf.out, "defect reference-twice referral %s\n",
                uuid_text(submitted->referral_id).text);
        TRY(edge_index_add(
            edge, slot->person, (struct view[]){slot->crn, submitted->reference}, 2));
        TRY(edge_claim(edge, submitted->referral_id, slot->person, "referral", &owner));
        if (!uuid_eq(owner, slot->person))
            fprintf(sender->conf.out, "defect id-of-another-person referral %s\n",
                uuid_text(submitted->referral_id).text);
    }
    return RES_DONE;
}

static res_t index_names(struct sender *sender, struct slot *slot, const struct rm_person *person)
{
    for (size_t i = 0; i < person->referrals.count; i++) {
        const struct view *row = rm_row(&person->referrals, i);
        struct view names[] = {row[REF_FIRST_NAME], row[REF_LAST_NAME]};
        TRY(edge_index_add(sender->conf.edge, slot->person, names, ARRAY_LEN(names)));
    }
    return RES_DONE;
}

static res_t begin_person(struct sender *sender, struct slot *slot, struct view crn)
{
    if (slot->arena == NULL)
        slot->arena = arena_new(ARENA_BYTES);
    arena_clear(slot->arena);
    *slot = (struct slot){.arena = slot->arena};
    slot->crn = arena_copy(slot->arena, crn);
    bool is_new;
    struct view normal;
    TRY(edge_crn_normalise(crn, slot->arena, &normal));
    TRY(edge_person_register(sender->conf.edge, normal, &slot->person, &is_new));
    struct rm_person person;
    TRY(source_person(sender->conf.source, crn, slot->arena, &person));
    TRY(index_names(sender, slot, &person));
    struct map_context context = {sender->conf.space, slot->person, clock_now(), slot->arena};
    TRY(map_person(&context, &person, &slot->list));
    sender->totals.commands += slot->list.len;
    return skip_answered(sender, slot);
}

/* Seals a command the first time it is produced; later the same bytes would do as well, but ids
 * decide. */
static res_t produce(struct sender *sender, struct slot *slot)
{
    struct stated *stated = &slot->list.items[slot->next];
    struct meta *meta = &stated->head->meta;
    if (!slot->sent) {
        struct person_keys keys;
        TRY(reserve(sender, slot, stated));
        TRY(edge_person_keys(sender->conf.edge, slot->person, &keys));
        res_t sealed = seal_record(&keys, meta->id, stated->desc, stated->head, slot->arena);
        person_keys_clear(&keys);
        TRY(sealed);
        sender->totals.sent++;
    }
    CLEANUP(buf_done) struct buf value = {0};
    TRY(codec_write_command(&stated->command, &value));
    static const char *const topics[FAMILY_MAX_] = {[FAMILY_REFERRAL] = "referral.commands",
        [FAMILY_SESSION] = "session.commands",
        [FAMILY_RISK] = "risk.commands"};
    struct cloudevent attributes;
    cloudevent_make(&attributes, stated->desc->name, meta, "import-rm");
    struct kafka_message message = {.topic = topics[command_table[stated->command.type].family],
        .partition = KAFKA_BY_KEY,
        .key = {(const char *)slot->person.b, sizeof slot->person.b},
        .value = buf_as_view(&value),
        .headers = attributes.headers,
        .header_count = CLOUDEVENT_HEADERS,
        .tag = (uint64_t)(slot - sender->slots)};
    TRY(kafka_produce(sender->producer, &message));
    slot->sent = true;
    slot->again = false;
    slot->sent_at = clock_monotonic();
    return RES_DONE;
}

static bool slot_busy(const struct slot *slot)
{
    return slot->next < slot->list.len;
}

/* Fills free slots with the next people, then moves each slot on by what it can. */
static res_t move_slots(struct sender *sender, const struct rm_rows *people, size_t *next_person)
{
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        struct slot *slot = &sender->slots[i];
        if (slot_busy(slot))
            TRY(skip_answered(sender, slot));
        while (!slot_busy(slot) && (slot->list.items != NULL || *next_person < people->count)) {
            sender->totals.people_done += slot->list.items != NULL;
            slot->list = (struct stated_list){0};
            if (*next_person < people->count)
                TRY(begin_person(sender, slot, rm_row(people, (*next_person)++)[PERSON_CRN]));
        }
        if (slot_busy(slot) && (!slot->sent || slot->again))
            TRY(produce(sender, slot));
        if (slot_busy(slot) && clock_monotonic() - slot->sent_at > sender->conf.answer_us)
            return RETRY(
                "a command has no outcome in time: is the broker's side running? run it again");
    }
    return sender->broken;
}

static bool any_busy(const struct sender *sender)
{
    for (size_t i = 0; i < SEND_SLOTS; i++)
        if (sender->slots[i].list.items != NULL)
            return true;
    return false;
}

static void show(struct sender *sender, bool last)
{
    int64_t now = clock_monotonic();
    if (sender->conf.progress == NULL || (!last && now - sender->shown_at < TIME_US_PER_S))
        return;
    sender->shown_at = now;
    const struct send_totals *t = &sender->totals;
    fprintf(sender->conf.progress, "people %zu of %zu, commands sent %zu, answered %zu\n",
        t->people_done, t->people, t->sent, t->accepted + t->refused);
}

/* What arrived while a query was under way is not seen by poll any more: it is taken first. */
static res_t take_notes(struct sender *sender, bool *ret_any)
{
    struct pg_notification note;
    bool more = true;
    *ret_any = false;
    while (more) {
        TRY(pg_notified(sender->conf.target, &note, &more));
        *ret_any |= more;
    }
    return RES_DONE;
}

/* Waits for a report, a batch of the projector, or a moment. */
static res_t wait_for_news(struct sender *sender)
{
    bool any;
    TRY(take_notes(sender, &any));
    struct pollfd fds[] = {{.fd = kafka_producer_fd(sender->producer), .events = POLLIN},
        {.fd = pg_fd(sender->conf.target), .events = POLLIN}};
    if (!any && poll(fds, ARRAY_LEN(fds), WAIT_MS) < 0)
        return RES_DONE; /* a signal: the loop goes round */
    return kafka_producer_poll(sender->producer, 0);
}

res_t sender_run(struct sender *sender, const struct rm_rows *people, struct send_totals *ret)
{
    size_t next_person = 0;
    sender->totals = (struct send_totals){.people = people->count};
    TRY(pg_listen(sender->conf.target, "read"));
    do {
        TRY(move_slots(sender, people, &next_person));
        show(sender, false);
        if (any_busy(sender))
            TRY(wait_for_news(sender));
    } while (any_busy(sender) || next_person < people->count);
    show(sender, true);
    *ret = sender->totals;
    return RES_DONE;
}
