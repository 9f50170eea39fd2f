/* Fills the log and the read model with the crowd's open referrals, by the real way: commands on
 * their topics, decided by the deciders, projected by the projector; only what the gateway would
 * have kept of each person (keys) is copied into its tables. Ends when the projector has it all. */
#include "bare_kafka.h"
#include "bare_pg.h"
#include "crowd.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_US = 150000000 };

static const char EVENTS_TOPIC[] = "referral.events";
static const struct {
    enum command_type type;
    const char *topic;
} phases[] = {{COMMAND_SHARE_RISK, "risk.commands"}, {COMMAND_SUBMIT_REFERRAL, "referral.commands"},
    {COMMAND_ASSIGN_CASEWORKERS, "referral.commands"}};

/* --- the edge's tables -------------------------------------------------------------------------*/

static void hex(struct buf *out, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    buf_text(out, "\\\\x");
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = ((const uint8_t *)bytes)[i];
        buf_byte(out, (uint8_t)digits[byte >> 4]);
        buf_byte(out, (uint8_t)digits[byte & 15]);
    }
}

static void copy(PGconn *pg, const char *sql, const struct buf *rows)
{
    MUST(!rows->failed);
    bare_copy_in(pg, sql, &(struct bare_copy){rows->ptr, rows->len, rows->room});
}

static void put_key(struct buf *out, const struct key_wrapper *wrapper,
    const struct person_keys *keys, enum sealed what)
{
    uint8_t wrapped[SEAL_WRAPPED_BYTES];
    bench_must(key_wrap(wrapper, keys, what, wrapped), "a key");
    buf_printf(out, "%s\t%d\t", uuid_text(keys->person).text, what);
    hex(out, wrapped, sizeof(wrapped));
    buf_byte(out, '\n');
}

static void copy_people(void)
{
    CLEANUP(buf_done) struct buf people = {.limit = (size_t)64 << 20};
    CLEANUP(buf_done) struct buf keys = {.limit = (size_t)256 << 20};
    CLEANUP(key_wrapper_close_p) struct key_wrapper *wrapper = NULL;
    char path[512];
    snprintf(path, sizeof(path), "%s/kek", bench_env("RB_SECRETS"));
    bench_must(key_wrapper_open_file(path, &wrapper), path);
    for (int n = 0; n < CROWD_PEOPLE; n++) {
        struct person_keys own = crowd_keys(n);
        buf_printf(&people, "%s\t", uuid_text(own.person).text);
        hex(&people, own.person.b, sizeof(own.person.b));
        buf_byte(&people, '\n');
        put_key(&keys, wrapper, &own, SEALED_PERSON);
        put_key(&keys, wrapper, &own, SEALED_RISK);
    }
    PGconn *pg = bare_open(bench_env("BENCH_PG_EDGE"));
    copy(pg, "COPY edge.person (person, crn_token) FROM STDIN", &people);
    copy(pg, "COPY edge.person_key (person, what, wrapped) FROM STDIN", &keys);
    PQfinish(pg);
}

/* -----------------------------------------------------------------------------------------------*/

static void until_decided(int64_t count)
{
    int64_t until = clock_monotonic() + PATIENCE_US;
    while (bench_topic_count(EVENTS_TOPIC) < count) {
        if (clock_monotonic() > until)
            bench_fail(EVENTS_TOPIC, "the deciders do not get through");
        usleep(100000);
    }
}

static void send_phase(struct crowd *crowd, size_t phase)
{
    CLEANUP(buf_done) struct buf out = {0};
    rd_kafka_t *producer = bare_producer();
    for (int n = 0; n < CROWD_PEOPLE; n++) {
        struct uuid person = bench_person(n);
        crowd_command(crowd, n, phases[phase].type, &out);
        bare_produce(producer, phases[phase].topic, RD_KAFKA_PARTITION_UA,
            &(rd_kafka_message_t){
                .key = person.b, .key_len = sizeof(person.b), .payload = out.ptr, .len = out.len});
    }
    rd_kafka_flush(producer, 30000);
    rd_kafka_destroy(producer);
}

static void until_projected(PGconn *pg)
{
    int64_t until = clock_monotonic() + PATIENCE_US;
    int64_t all = bench_topic_count(EVENTS_TOPIC);
    while (
        bare_number(pg, "SELECT coalesce(sum(next_offset), 0)::bigint FROM read.position") < all) {
        if (clock_monotonic() > until)
            bench_fail("the projector", "does not get through");
        usleep(100000);
    }
}

int main(void)
{
    int64_t from = clock_monotonic(), before = bench_topic_count(EVENTS_TOPIC);
    struct crowd *crowd = crowd_new();
    copy_people();
    for (size_t phase = 0; phase < ARRAY_LEN(phases); phase++) {
        send_phase(crowd, phase);
        until_decided(before + (int64_t)(phase + 1) * CROWD_PEOPLE);
    }
    int64_t decided = clock_monotonic();
    PGconn *pg = bare_open(bench_env("BENCH_PG_READ"));
    until_projected(pg);
    int64_t projected = clock_monotonic();
    long open = bare_number(pg, "SELECT count(*) FROM read.standing WHERE open");
    long refused = bare_number(pg, "SELECT count(*) FROM read.outcome WHERE code IS NOT NULL");
    if (open != CROWD_PEOPLE || refused != 0)
        bench_fail("the crowd", "not every command was accepted");
    printf("      fill: %ld open referrals, %d records decided in %.0f s, projected %.0f s later\n",
        open, 3 * CROWD_PEOPLE, (double)(decided - from) / 1e6,
        (double)(projected - decided) / 1e6);
    PQfinish(pg);
    crowd_free(crowd);
    return 0;
}
