#include "base/clock.h"
#include "kafka/admin.h"

#include "mock.h"

#include <poll.h>
#include <unistd.h>

static struct mock mock;
static const char *const topics[] = {"facts"};

static void start(void)
{
    mock_start(&mock, 4);
}

static void done(void)
{
    mock_stop(&mock);
}

TestSuite(group, .init = start, .fini = done, .timeout = 90);

static struct kafka_consumer *member_open(const char *instance)
{
    struct kafka_consumer *member = NULL;
    const struct kafka_group_conf conf = {.kafka = mock.conf,
        .group = "deciders",
        .instance = instance,
        .topics = topics,
        .topic_count = 1};
    OK(kafka_group_open(&conf, &member));
    return member;
}

static struct kafka_event expect_assigned(struct kafka_consumer *member, size_t partitions)
{
    struct kafka_event event = next_event(member);
    cr_assert_eq(event.kind, KAFKA_ASSIGNED, "event %d", (int)event.kind);
    cr_assert_eq(event.position_count, partitions);
    return event;
}

static struct kafka_consumer *member_ready(void)
{
    struct kafka_consumer *member = member_open(NULL);
    expect_assigned(member, 4);
    OK(kafka_group_accept(member, false));
    return member;
}

static enum kafka_commit commit(struct kafka_consumer *member, int32_t partition, int64_t next)
{
    enum kafka_commit answer;
    const struct kafka_position position = {"facts", partition, next};
    OK(kafka_commit(member, &position, 1, &answer));
    return answer;
}

Test(group, a_new_group_starts_at_the_first_record_there_is)
{
    facts_write(&mock, 2, 0, 3);
    struct kafka_consumer *member = member_open(NULL);
    struct kafka_event event = expect_assigned(member, 4);
    for (size_t i = 0; i < event.position_count; i++) {
        cr_assert_str_eq(event.positions[i].topic, "facts");
        cr_assert_eq(event.positions[i].offset, KAFKA_FROM_START);
    }
    cr_assert_not(kafka_group_owns(member, "facts", 2));
    OK(kafka_group_accept(member, false));
    cr_assert(kafka_group_owns(member, "facts", 2));
    for (int i = 0; i < 3; i++)
        expect_fact(member, i, i);
    kafka_consumer_close(member);
}

Test(group, the_next_member_starts_where_was_committed)
{
    facts_write(&mock, 1, 0, 5);
    struct kafka_consumer *member = member_ready();
    for (int i = 0; i < 5; i++)
        expect_fact(member, i, i);
    cr_assert_eq(commit(member, 1, 3), KAFKA_COMMIT_OK);
    kafka_consumer_close(member);

    member = member_open(NULL);
    struct kafka_event event = expect_assigned(member, 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(
            event.positions[i].offset, event.positions[i].partition == 1 ? 3 : KAFKA_FROM_START);
    OK(kafka_group_accept(member, false));
    expect_fact(member, 3, 3);
    kafka_consumer_close(member);
}

Test(group, what_it_has_committed_can_be_asked_for_from_outside)
{
    struct kafka_admin *admin = NULL;
    int64_t next[4];
    const struct kafka_committed ask = {"deciders", "facts", 4, next};
    facts_write(&mock, 1, 0, 5);
    struct kafka_consumer *member = member_ready();
    for (int i = 0; i < 5; i++)
        expect_fact(member, i, i);
    cr_assert_eq(commit(member, 1, 3), KAFKA_COMMIT_OK);
    OK(kafka_admin_open(&mock.conf, &admin));
    OK(kafka_group_offsets(admin, &ask, 10000));
    for (int p = 0; p < 4; p++)
        cr_expect_eq(next[p], p == 1 ? 3 : KAFKA_FROM_START, "partition %d", p);
    const struct kafka_committed nobody = {"nobody", "facts", 4, next};
    OK(kafka_group_offsets(admin, &nobody, 10000));
    cr_expect_eq(next[1], KAFKA_FROM_START);
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    cr_expect_eq(kafka_group_offsets(admin, &ask, 500).act, RES_RETRY);
    kafka_admin_close(admin);
    kafka_consumer_close(member);
}

Test(group, nothing_is_read_while_paused_and_all_of_it_after)
{
    facts_write(&mock, 0, 0, 3);
    struct kafka_consumer *member = member_open(NULL);
    expect_assigned(member, 4);
    OK(kafka_group_accept(member, true));
    for (int i = 0; i < 5; i++) {
        struct kafka_event event;
        OK(kafka_poll(member, 100, &event));
        cr_assert_eq(event.kind, KAFKA_NOTHING);
    }
    for (int32_t p = 0; p < 4; p++)
        OK(kafka_resume(member, "facts", p));
    for (int i = 0; i < 3; i++)
        expect_fact(member, i, i);
    kafka_consumer_close(member);
}

Test(group, a_resume_right_after_a_paused_start_is_not_lost)
{
    facts_write(&mock, 0, 0, 1);
    for (int round = 0; round < 2; round++) {
        struct kafka_consumer *member = member_open(NULL);
        expect_assigned(member, 4);
        OK(kafka_group_accept(member, true));
        OK(kafka_resume(member, "facts", 0));
        expect_fact(member, 0, 0);
        kafka_consumer_close(member);
    }
}

Test(group, answers_to_a_commit_say_whether_we_still_own_the_partition)
{
    static const struct {
        rd_kafka_resp_err_t err;
        enum kafka_commit answer;
    } rows[] = {
        {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, KAFKA_COMMIT_FAILED},
        {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, KAFKA_COMMIT_FAILED},
        {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, KAFKA_COMMIT_NOT_OURS},
        {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, KAFKA_COMMIT_NOT_OURS},
    };
    struct kafka_consumer *member = member_ready();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        rd_kafka_mock_push_request_errors(mock.cluster, OFFSET_COMMIT, 1, rows[i].err);
        cr_assert_eq(commit(member, 0, 1), rows[i].answer, "row %zu", i);
    }
    kafka_consumer_close(member);
}

Test(group, a_member_fenced_by_its_own_instance_stops)
{
    struct kafka_consumer *member = member_open("one");
    expect_assigned(member, 4);
    OK(kafka_group_accept(member, false));
    rd_kafka_mock_push_request_errors(
        mock.cluster, OFFSET_COMMIT, 1, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID);
    enum kafka_commit answer;
    const struct kafka_position position = {"facts", 0, 1};
    cr_assert_eq(kafka_commit(member, &position, 1, &answer).act, RES_FATAL);
    cr_assert_eq(answer, KAFKA_COMMIT_NOT_OURS);
    kafka_consumer_close(member);
}

Test(group, a_commit_can_be_answered_by_an_event)
{
    struct kafka_consumer *member = member_ready();
    const struct kafka_position next[] = {{"facts", 3, 7}, {"facts", 0, 2}};
    OK(kafka_commit_start(member, next, 2));
    struct kafka_event event;
    do
        event = next_event(member);
    while (event.kind == KAFKA_END);
    cr_assert_eq(event.kind, KAFKA_COMMITTED);
    cr_assert_eq(event.commit, KAFKA_COMMIT_OK);
    cr_assert_eq(event.position_count, 2);
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(event.positions[i].offset, event.positions[i].partition == 3 ? 7 : 2);

    rd_kafka_mock_push_request_errors(
        mock.cluster, OFFSET_COMMIT, 1, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
    OK(kafka_commit_start(member, next, 1));
    do {
        event = next_event(member);
        if (event.kind == KAFKA_LOST) /* may come before the answer or after it */
            OK(kafka_group_release(member));
    } while (event.kind != KAFKA_COMMITTED);
    cr_assert_eq(event.commit, KAFKA_COMMIT_NOT_OURS);
    kafka_consumer_close(member);
}

Test(group, a_request_that_is_never_answered_is_sent_again)
{
    enum { NEVER_MS = 60000 };
    rd_kafka_mock_broker_push_request_error_rtts(
        mock.cluster, 1, FIND_COORDINATOR, 1, RD_KAFKA_RESP_ERR_NO_ERROR, NEVER_MS);
    struct kafka_consumer *member = member_open(NULL);
    struct kafka_event event;
    int64_t until = clock_monotonic() + NEVER_MS / 2 * INT64_C(1000);
    do {
        res_t res = kafka_poll(member, 100, &event);
        cr_assert_neq(res.act, RES_FATAL, "%s", res.what);
        event.kind = res.act == RES_OK ? event.kind : KAFKA_NOTHING;
    } while (event.kind != KAFKA_ASSIGNED && clock_monotonic() < until);
    cr_assert_eq(event.kind, KAFKA_ASSIGNED);
    kafka_consumer_close(member);
}

/* An owner that sleeps on the descriptor would turn without a pause, a line of its log each time.
 */
Test(group, while_committed_offsets_cannot_be_had_the_descriptor_is_quiet)
{
    enum { TIMES = 200 };
    rd_kafka_resp_err_t errors[TIMES];
    for (int i = 0; i < TIMES; i++)
        errors[i] = RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
    rd_kafka_mock_push_request_errors_array(mock.cluster, OFFSET_FETCH, TIMES, errors);
    struct kafka_consumer *member = member_open(NULL);
    struct kafka_event event;
    int refused = 0, woken = 0;
    for (int64_t until = clock_monotonic() + 20 * TIME_US_PER_S;
         refused < 10 && clock_monotonic() < until;) {
        struct pollfd wait = {kafka_consumer_fd(member), POLLIN, 0};
        bool was_refused = kafka_poll(member, 0, &event).act == RES_RETRY;
        refused += was_refused;
        woken += was_refused && poll(&wait, 1, 0) > 0;
        usleep(20000);
    }
    cr_assert_geq(refused, 10);
    cr_assert_lt(woken, refused / 2);
    kafka_consumer_close(member);
}

/* Until it gives up. */
static res_t poll_to_the_end(struct kafka_consumer *member)
{
    struct kafka_event event;
    int64_t until = clock_monotonic() + 30 * TIME_US_PER_S;
    while (clock_monotonic() < until) {
        res_t res = kafka_poll(member, 100, &event);
        if (res.act == RES_FATAL)
            return res;
        if (res.act == RES_OK && event.kind == KAFKA_LOST)
            OK(kafka_group_release(member));
    }
    return RES_DONE;
}

Test(group, whom_the_group_does_not_take_back_gives_up)
{
    enum { NEVER_MS = 60000 };
    struct kafka_consumer *member = NULL;
    const struct kafka_group_conf conf = {.kafka = mock.conf,
        .group = "deciders",
        .topics = topics,
        .topic_count = 1,
        .join_ms = 7500};
    OK(kafka_group_open(&conf, &member));
    expect_assigned(member, 4);
    OK(kafka_group_accept(member, false));
    rd_kafka_mock_broker_push_request_error_rtts(
        mock.cluster, 1, JOIN_GROUP, 1, RD_KAFKA_RESP_ERR_NO_ERROR, NEVER_MS);
    rd_kafka_mock_push_request_errors(
        mock.cluster, HEARTBEAT, 1, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
    res_t res = poll_to_the_end(member);
    cr_assert_eq(res.act, RES_FATAL);
    cr_assert_str_eq(res.what, "kafka: the group does not take us");
    kafka_consumer_close(member);
}

Test(group, whom_nobody_answers_waits_for_the_broker)
{
    struct kafka_consumer *member = NULL;
    const struct kafka_group_conf conf = {.kafka = mock.conf,
        .group = "deciders",
        .topics = topics,
        .topic_count = 1,
        .join_ms = 300};
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    OK(kafka_group_open(&conf, &member));
    struct kafka_event event;
    for (int64_t until = clock_monotonic() + 3 * TIME_US_PER_S; clock_monotonic() < until;) {
        res_t res = kafka_poll(member, 100, &event);
        cr_assert_neq(res.act, RES_FATAL, "%s", res.what);
    }
    kafka_consumer_close(member);
}

Test(group, what_we_do_not_own_cannot_be_committed)
{
    struct kafka_consumer *member = member_ready();
    const struct kafka_position position = {"facts", 9, 1};
    cr_assert_eq(commit(member, 9, 1), KAFKA_COMMIT_NOT_OURS);
    cr_assert_eq(kafka_commit_start(member, &position, 1).act, RES_RETRY);
    kafka_consumer_close(member);
}

/* The next change of either member, answered; END and other events are passed over. */
static enum kafka_event_kind change_of(struct kafka_consumer *member, size_t *ret_owned)
{
    struct kafka_event event;
    res_t res = kafka_poll(member, 50, &event);
    cr_assert_neq(res.act, RES_FATAL, "%s", res.what);
    if (res.act != RES_OK)
        return KAFKA_NOTHING;
    if (event.kind == KAFKA_RECORD)
        kafka_record_done(&event.record);
    if (event.kind == KAFKA_ASSIGNED) {
        *ret_owned = event.position_count;
        OK(kafka_group_accept(member, false));
    } else if (event.kind == KAFKA_REVOKED || event.kind == KAFKA_LOST) {
        *ret_owned = 0;
        OK(kafka_group_release(member));
    }
    return event.kind;
}

Test(group, two_members_share_and_the_first_is_told_before)
{
    struct kafka_consumer *first = member_ready();
    struct kafka_consumer *second = member_open(NULL);
    size_t owned[2] = {4, 0};
    bool revoked = false;
    for (int tries = 0; tries < 400 && (owned[0] != 2 || owned[1] != 2); tries++) {
        revoked |= change_of(first, &owned[0]) == KAFKA_REVOKED;
        change_of(second, &owned[1]);
    }
    cr_assert(revoked);
    cr_assert_eq(owned[0], 2);
    cr_assert_eq(owned[1], 2);
    for (int32_t p = 0; p < 4; p++)
        cr_assert_neq(kafka_group_owns(first, "facts", p), kafka_group_owns(second, "facts", p));
    kafka_consumer_close(second);
    for (int tries = 0; tries < 400 && owned[0] != 4; tries++)
        change_of(first, &owned[0]);
    cr_assert_eq(owned[0], 4);
    kafka_consumer_close(first);
}

Test(group, until_it_releases_a_revoked_member_still_owns_its_partitions)
{
    struct kafka_consumer *first = member_ready();
    struct kafka_consumer *second = member_open(NULL);
    struct kafka_event event;
    do
        event = next_event(first);
    while (event.kind == KAFKA_END);
    cr_assert_eq(event.kind, KAFKA_REVOKED);
    cr_assert_eq(event.position_count, 4);
    /* The mock refuses every commit while a group rebalances; Kafka takes it until members sync. */
    cr_assert_neq(commit(first, 2, 5), KAFKA_COMMIT_NOT_OURS);
    OK(kafka_group_release(first));
    cr_assert_eq(commit(first, 2, 6), KAFKA_COMMIT_NOT_OURS);
    kafka_consumer_close(first);
    kafka_consumer_close(second);
}

Test(group, a_member_that_the_group_dropped_has_lost_its_partitions)
{
    struct kafka_consumer *member = member_ready();
    rd_kafka_mock_push_request_errors(
        mock.cluster, HEARTBEAT, 1, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
    struct kafka_event event;
    do
        event = next_event(member);
    while (event.kind == KAFKA_END);
    cr_assert_eq(event.kind, KAFKA_LOST);
    cr_assert_eq(event.position_count, 4);
    cr_assert_eq(commit(member, 0, 1), KAFKA_COMMIT_NOT_OURS);
    OK(kafka_group_release(member));
    expect_assigned(member, 4);
    kafka_consumer_close(member);
}

Test(group, a_committed_offset_that_is_no_longer_in_the_log_is_a_gap)
{
    facts_write(&mock, 0, 0, 2);
    struct kafka_consumer *member = member_ready();
    cr_assert_eq(commit(member, 0, 50), KAFKA_COMMIT_OK);
    kafka_consumer_close(member);
    member = member_ready();
    struct kafka_event event;
    do
        event = next_event(member);
    while (event.kind == KAFKA_END);
    cr_assert_eq(event.kind, KAFKA_GAP);
    cr_assert_eq(event.at.offset, 50);
    kafka_consumer_close(member);
}

Test(group, closing_with_an_answer_owed_does_not_hang)
{
    struct kafka_consumer *member = member_open(NULL);
    expect_assigned(member, 4);
    kafka_consumer_close(member);
}
