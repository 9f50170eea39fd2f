/* Who waits for which outcome. */
#include "gateway/outcome.h"
#include "gateway/waits.h"

#include <criterion/criterion.h>

static struct waits *waits;
static int late, not_sent;

static void set_up(void)
{
    late = not_sent = 0;
    waits = waits_new();
}
static void tear_down(void)
{
    waits_free(waits);
}
TestSuite(gateway_waits, .init = set_up, .fini = tear_down, .timeout = 10);

static void ended(void *owner, enum wait_end end, const struct outcome *outcome)
{
    (void)owner, (void)outcome;
    late += end == WAIT_LATE;
    not_sent += end == WAIT_NOT_SENT;
}

static uint64_t tag; /* of the last one */

static enum wait_begin wait_for(const char *request, struct uuid person)
{
    const struct wait wait = {.id = uuid_v5((struct uuid){0}, VIEW("a key")),
        .person = person,
        .hash = sha256(view_of(request)),
        .until_us = 2,
        .end = ended};
    return waits_begin(waits, &wait, &tag);
}

Test(gateway_waits, the_same_request_again_joins_the_one_on_its_way)
{
    struct uuid person = uuid_v5((struct uuid){0}, VIEW("a person"));
    cr_assert_eq(wait_for("as it was", person), WAIT_FIRST);
    cr_assert_eq(wait_for("as it was", person), WAIT_JOINED);
    cr_assert_eq(waits_waiting(waits), 2);
}

Test(gateway_waits, another_request_under_the_same_key_is_never_told_to_look_later)
{
    struct uuid person = uuid_v5((struct uuid){0}, VIEW("a person"));
    cr_assert_eq(wait_for("as it was", person), WAIT_FIRST);
    cr_assert_eq(wait_for("another", person), WAIT_FOREIGN, "while it is waited for");
    waits_expire(waits, 3, false);
    cr_assert_eq(late, 1);
    cr_assert_eq(wait_for("another", person), WAIT_FOREIGN, "after its 202");
    cr_assert_eq(wait_for("as it was", person), WAIT_FIRST, "it is sent again");
}

Test(gateway_waits, a_key_belongs_to_one_person)
{
    cr_assert_eq(wait_for("a", uuid_v5((struct uuid){0}, VIEW("a person"))), WAIT_FIRST);
    cr_assert_eq(wait_for("a", uuid_v5((struct uuid){0}, VIEW("another"))), WAIT_FOREIGN);
}

Test(gateway_waits, nothing_was_recorded_is_said_only_when_nothing_can_come_any_more)
{
    struct uuid person = uuid_v5((struct uuid){0}, VIEW("a person"));
    cr_assert_eq(wait_for("as it was", person), WAIT_FIRST);
    waits_expire(waits, 3, false);
    cr_assert_eq(late, 1, "the first one is in doubt");
    cr_assert_eq(wait_for("as it was", person), WAIT_FIRST);
    waits_not_sent(waits, tag, 3);
    cr_assert_eq(not_sent, 0, "the first one may still come");
    cr_assert_eq(waits_waiting(waits), 1);
    waits_expire(waits, 3, false);
    cr_assert_eq(late, 2);
    cr_assert_eq(wait_for("as it was", person), WAIT_FIRST);
    cr_assert_not(waits_forget(waits, tag), "nor was the second request queued");
    cr_assert_eq(wait_for("another", person), WAIT_FOREIGN);
    waits_expire(waits, 3, false);
    cr_assert_eq(late, 3);
}

Test(gateway_waits, nothing_was_recorded_is_said_where_the_only_record_never_comes)
{
    struct uuid person = uuid_v5((struct uuid){0}, VIEW("a person"));
    cr_assert_eq(wait_for("as it was", person), WAIT_FIRST);
    waits_not_sent(waits, tag, 3);
    cr_assert_eq(not_sent, 1);
    cr_assert_eq(wait_for("another", person), WAIT_FIRST, "the key is free again");
    cr_assert(waits_forget(waits, tag));
    cr_assert_eq(waits_waiting(waits), 0);
}
