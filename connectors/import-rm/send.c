#include "import-rm/send.h"

#include "base/clock.h"
#include "kafka/producer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 200, CRNS_BYTES = 1 << 20 };

/* A person on the way; free while its mail has no letters left. */
struct slot {
    struct mail mail;
    size_t next;     /* the letter in hand */
    bool sent;       /* it is on its way */
    bool again;      /* it was certainly not written, or nobody knows: produce it again */
    int64_t sent_at; /* monotonic µs */
};

struct sender {
    struct sender_conf conf;
    struct kafka_producer *producer;
    struct slot slots[SEND_SLOTS];
    size_t busy;
    bool all_loaded;
    struct arena *crns;
    struct send_totals totals;
    res_t broken;
};

static void on_report(void *owner, const struct kafka_report *report)
{
    struct sender *sender = owner;
    if (report->outcome == KAFKA_WRITTEN)
        return;
    if (report->why.act == RES_REJECT || report->why.act == RES_FATAL)
        sender->broken = report->why;
    /* The id makes a second copy harmless: it has one outcome. */
    sender->slots[report->tag % SEND_SLOTS].again = true;
}

res_t sender_new(const struct sender_conf *conf, struct sender **ret)
{
    struct sender *sender = calloc(1, sizeof *sender);
    MUST(sender != NULL);
    sender->conf = *conf;
    sender->crns = arena_new(CRNS_BYTES);
    static const char *const written[] = {
        "referral.commands", "session.commands", "risk.commands", NULL};
    struct kafka_producer_conf kafka = {
        .kafka = {.brokers = conf->brokers, .client_id = "import-rm"},
        .topics = written,
        .on_report = on_report,
        .owner = sender};
    res_t opened = kafka_producer_open(&kafka, &sender->producer);
    if (opened.act != RES_OK) {
        sender_free(sender);
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
        mail_done(&sender->slots[i].mail);
    arena_free(sender->crns);
    kafka_producer_close(sender->producer);
    free(sender);
}

void sender_free_p(struct sender **sender)
{
    sender_free(*sender);
    *sender = NULL;
}

static bool slot_busy(const struct slot *slot)
{
    return slot->next < slot->mail.len;
}

static void note_outcome(struct sender *sender, struct slot *slot, struct pg_rows *rows, int row)
{
    const struct letter *letter = &slot->mail.letters[slot->next++];
    struct view code = pg_text(rows, row, 1);
    slot->sent = slot->again = false;
    sender->totals.of.accepted += code.ptr == NULL;
    sender->totals.of.refused += code.ptr != NULL;
    if (code.ptr != NULL)
        print_refusal(sender->conf.load.out, letter->type, letter->id, code, pg_text(rows, row, 2));
    sender->totals.people_done += !slot_busy(slot);
    sender->busy -= !slot_busy(slot);
}

/* One question for all that is on its way; slot by slot, so that what comes back says whose it is.
 */
static res_t take_outcomes(struct sender *sender)
{
    static const struct pg_sql sql = {"import_outcomes",
        "SELECT n.place, o.code, o.field FROM unnest($1::uuid[]) WITH ORDINALITY AS n (id, place)"
        " JOIN read.outcome o ON o.id = n.id"};
    CLEANUP(pg_array_done) struct pg_array ids;
    struct slot *asked[SEND_SLOTS];
    size_t count = 0;
    pg_array_init(&ids, PG_UUID, 0);
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        struct slot *slot = &sender->slots[i];
        if (!slot_busy(slot) || !slot->sent)
            continue;
        asked[count++] = slot;
        pg_array_uuid(&ids, slot->mail.letters[slot->next].id);
    }
    if (count == 0)
        return RES_DONE;
    struct pg_params params = {0};
    pg_put_array(&params, &ids);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(sender->conf.load.target, &sql, &params, &rows));
    for (int i = 0; i < pg_rows_count(rows); i++) {
        size_t place = (size_t)pg_int(rows, i, 0) - 1;
        MUST(place < count);
        note_outcome(sender, asked[place], rows, i);
    }
    return pg_rows_ok(rows);
}

static res_t produce(struct sender *sender, struct slot *slot)
{
    static const char *const topics[FAMILY_MAX_] = {[FAMILY_REFERRAL] = "referral.commands",
        [FAMILY_SESSION] = "session.commands",
        [FAMILY_RISK] = "risk.commands"};
    const struct letter *letter = &slot->mail.letters[slot->next];
    struct kafka_message message = {.topic = topics[command_table[letter->type].family],
        .partition = KAFKA_BY_KEY,
        .key = {(const char *)slot->mail.person.b, sizeof slot->mail.person.b},
        .value = letter->value,
        .headers = letter->attributes->headers,
        .header_count = CLOUDEVENT_HEADERS,
        .tag = (uint64_t)(slot - sender->slots)};
    TRY(kafka_produce(sender->producer, &message));
    sender->totals.sent += !slot->sent;
    slot->sent = true;
    slot->again = false;
    slot->sent_at = clock_monotonic();
    return RES_DONE;
}

/* Every letter in hand is on its way afterwards. */
static res_t produce_all(struct sender *sender)
{
    int64_t now = clock_monotonic();
    for (size_t i = 0; i < SEND_SLOTS; i++) {
        struct slot *slot = &sender->slots[i];
        if (!slot_busy(slot))
            continue;
        if (!slot->sent || slot->again)
            TRY(produce(sender, slot));
        else if (now - slot->sent_at > sender->conf.answer_us)
            return RETRY(
                "a command has no outcome in time: is the broker's side running? run it again");
    }
    return sender->broken;
}

/* The next people into free slots. */
static res_t load_more(struct sender *sender)
{
    struct rm_rows crns;
    struct mail *mails[SOURCE_PEOPLE];
    struct slot *slots[SOURCE_PEOPLE];
    arena_clear(sender->crns);
    TRY(source_people_next(sender->conf.load.source, sender->crns, &crns));
    sender->all_loaded = crns.count == 0;
    for (size_t i = 0, found = 0; i < SEND_SLOTS && found < crns.count; i++) {
        if (slot_busy(&sender->slots[i]))
            continue;
        slots[found] = &sender->slots[i];
        mails[found++] = &sender->slots[i].mail;
    }
    if (crns.count > 0)
        TRY(load_people(&sender->conf.load, &crns, mails, &sender->totals.of));
    for (size_t i = 0; i < crns.count; i++) {
        *slots[i] = (struct slot){.mail = slots[i]->mail};
        sender->busy += slot_busy(slots[i]);
        sender->totals.people_done += !slot_busy(slots[i]);
    }
    return RES_DONE;
}

static void show(struct sender *sender, bool last)
{
    const struct send_totals *t = &sender->totals;
    progress_show(
        sender->conf.progress, "stated", t->people_done, t->of.accepted + t->of.refused, last);
}

/* What arrived while a query was under way is not seen by poll any more: it is taken first. */
static res_t take_notes(struct sender *sender, bool *ret_any)
{
    struct pg_notification note;
    bool more = true;
    *ret_any = false;
    while (more) {
        TRY(pg_notified(sender->conf.load.target, &note, &more));
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
        {.fd = pg_fd(sender->conf.load.target), .events = POLLIN}};
    if (!any && poll(fds, ARRAY_LEN(fds), WAIT_MS) < 0)
        return RES_DONE; /* a signal: the loop goes round */
    return kafka_producer_poll(sender->producer, 0);
}

res_t sender_run(struct sender *sender, struct send_totals *ret)
{
    TRY(pg_listen(sender->conf.load.target, "read"));
    TRY(source_people_begin(sender->conf.load.source));
    do {
        TRY(take_outcomes(sender));
        if (!sender->all_loaded && SEND_SLOTS - sender->busy >= SOURCE_PEOPLE)
            TRY(load_more(sender));
        TRY(produce_all(sender));
        show(sender, false);
        bool room = !sender->all_loaded && SEND_SLOTS - sender->busy >= SOURCE_PEOPLE;
        if (sender->busy > 0 && !room)
            TRY(wait_for_news(sender));
    } while (sender->busy > 0 || !sender->all_loaded);
    show(sender, true);
    *ret = sender->totals;
    return RES_DONE;
}
