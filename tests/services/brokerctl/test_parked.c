#include "brokerctl/parked.h"

#include <criterion/criterion.h>
#include <string.h>

#include "support/story.h"

TestSuite(brokerctl_parked, .timeout = 20);

/* A command as it was parked from its own topic. */
static struct parked_source parked_share(struct story *s, struct buf *bytes)
{
    struct risk_shared *share = story_share(s);
    struct command command = {.type = COMMAND_SHARE_RISK, .body = share};
    cr_assert_eq(codec_write_command(&command, bytes).act, RES_OK);
    return (struct parked_source){.partition = 3,
        .offset = 17,
        .at_us = time_of("2026-11-23T10:05:00Z"),
        .key = arena_copy(s->arena, (struct view){(const char *)share->meta.person.b, 16}),
        .value = buf_as_view(bytes),
        .topic = VIEW("risk.commands"),
        .from_partition = VIEW("3"),
        .from_offset = VIEW("120"),
        .reason = VIEW("wrong-partition")};
}

static struct parked_record parked(struct story *s, const struct parked_source *source)
{
    struct parked_record ret;
    cr_assert(parked_of(s->registry, source, s->arena, &ret));
    return ret;
}

static const char *refuses(struct story *s, const struct parked_source *source, const char **reason)
{
    struct parked_record record = parked(s, source);
    return parked_refuses(s->registry, &record, s->arena, reason);
}

Test(brokerctl_parked, a_command_is_decoded_but_for_its_sealed_fields)
{
    STORY;
    CLEANUP(buf_done) struct buf bytes = {0}, text = {0};
    struct parked_source source = parked_share(s, &bytes);
    struct parked_record record = parked(s, &source);
    cr_expect_eq(record.kind, PARKED_COMMAND);
    cr_expect_str_eq(record.type, "ShareRisk");
    cr_expect_eq(record.from_offset, 120);
    parked_put_line(&record, &text);
    parked_put_all(&record, &text);
    parked_put_json(&record, &text);
    buf_byte(&text, 0);
    cr_expect_not_null(strstr(text.ptr, "3:17 "));
    cr_expect_not_null(strstr(text.ptr, "from     risk.commands 3:120\n"));
    cr_expect_not_null(strstr(text.ptr, "nature=sealed"));
    cr_expect_not_null(strstr(text.ptr, "\"nature\":\"sealed\""));
}

Test(brokerctl_parked, is_found_by_the_person_in_it_or_in_its_key)
{
    STORY;
    CLEANUP(buf_done) struct buf bytes = {0};
    struct parked_source source = parked_share(s, &bytes);
    struct uuid person = story_share(s)->meta.person;
    struct parked_record record = parked(s, &source);
    cr_expect(parked_is_of(&record, person));
    cr_expect_not(parked_is_of(&record, story_id(s)));
    source.value = VIEW("nonsense");
    record = parked(s, &source);
    cr_expect(parked_is_of(&record, person));
    source.key = VIEW("-");
    record = parked(s, &source);
    cr_expect_not(parked_is_of(&record, person));
}

Test(brokerctl_parked, bytes_keys_and_headers_that_somebody_wrote_are_never_shown)
{
    STORY;
    CLEANUP(buf_done) struct buf text = {0};
    const struct parked_source source = {.key = VIEW("HIDDEN KEY"),
        .value = VIEW("HIDDEN VALUE"),
        .topic = VIEW("HIDDEN.topic"),
        .from_partition = VIEW("HIDDEN"),
        .from_offset = VIEW("-5"),
        .reason = VIEW("HIDDEN reason")};
    struct parked_record record = parked(s, &source);
    cr_expect_eq(record.kind, PARKED_UNREADABLE);
    cr_expect_str_eq(record.reason, "unknown");
    parked_put_line(&record, &text);
    parked_put_all(&record, &text);
    parked_put_json(&record, &text);
    buf_byte(&text, 0);
    cr_expect_null(strstr(text.ptr, "HIDDEN"));
    cr_expect_not_null(strstr(text.ptr, "key      no id, 10 bytes"));
    cr_expect_not_null(strstr(text.ptr, "bytes    12 (SHA-256 "));
}

Test(brokerctl_parked, goes_back_only_where_a_decider_would_take_it)
{
    STORY;
    CLEANUP(buf_done) struct buf bytes = {0};
    const char *reason = NULL;
    const struct parked_source good = parked_share(s, &bytes);
    cr_expect_null(refuses(s, &good, &reason));
    struct parked_source bad = good;
    bad.topic = VIEW("session.commands");
    cr_expect_str_eq(refuses(s, &bad, &reason), "it would be parked again");
    cr_expect_str_eq(reason, "other-family");
    bad = good;
    bad.key = VIEW("-");
    cr_expect_not_null(refuses(s, &bad, &reason));
    cr_expect_str_eq(reason, "wrong-key");
    bad = good;
    bad.value = VIEW("");
    cr_expect_not_null(refuses(s, &bad, &reason));
    cr_expect_str_eq(reason, "unreadable");
    bad = good;
    bad.topic = VIEW("elsewhere");
    cr_expect_str_eq(refuses(s, &bad, &reason), "nobody knows which topic it came from");
    bad = good;
    bad.key = VIEW_NONE;
    cr_expect_str_eq(refuses(s, &bad, &reason), "it has no key");
}

Test(brokerctl_parked, a_record_of_the_stream_never_goes_back)
{
    STORY;
    const char *reason = NULL;
    ACCEPTED(SENT(COMMAND_SHARE_RISK, story_share(s)));
    const struct parked_source source = {.key = VIEW("0123456789abcdef"),
        .value = s->log[0],
        .topic = VIEW("referral.events"),
        .reason = VIEW("unreadable")};
    cr_expect_eq(parked(s, &source).kind, PARKED_EVENT);
    cr_expect_str_eq(refuses(s, &source, &reason),
        "it is a record of the stream, which the deciders alone write");
}

Test(brokerctl_parked, is_named_by_partition_and_offset)
{
    static const char *const bad[] = {"", "3", "3:", ":1", "3:-1", "-3:1", "64:1", "3:1:2", "a:b"};
    int32_t partition = 0;
    int64_t offset = 0;
    cr_assert(parked_place_parse(VIEW("3:17"), &partition, &offset));
    cr_expect(partition == 3 && offset == 17);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        cr_expect_not(parked_place_parse(view_of(bad[i]), &partition, &offset), "%s", bad[i]);
}
