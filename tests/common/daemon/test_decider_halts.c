/* The decider driver when the log is not what it must be: it stops loudly. */
#include "support/world/world.h"

#include <criterion/criterion.h>

TestSuite(decider_halts, .timeout = 20);

/* A member whose record for command 1 of `person` is on its way and has not landed. */
static struct member *with_one_held(struct world *world, struct uuid person)
{
    struct member *member = member_start(world);
    member_run(member);
    member->fate = FATE_HELD;
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    member_run(member);
    cr_assert_eq(world->held_count, 1);
    return member;
}

static void expect_halt(struct member *member, enum halt_why why)
{
    res_t res = RES_DONE;
    for (int i = 0; i < 20 && res.act == RES_OK; i++)
        res = member_step(member);
    cr_assert(res.act == RES_FATAL);
    cr_assert_eq(decider_halt(member->decider)->why, why, "%s",
        halt_name(decider_halt(member->decider)->why));
}

Test(decider_halts, stops_loudly_where_its_position_lies_beyond_the_end_of_the_log)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    for (int i = 0; i < 3; i++)
        world_command(world, person, COMMAND_SHARE_RISK, i);
    member_run(member);
    world_cut(world, WORLD_EVENTS, 0, 2);
    member_restart(&member, true);
    expect_halt(member, HALT_POSITION);
    cr_assert_eq(decider_halt(member->decider)->found, 3);
    cr_assert_eq(decider_halt(member->decider)->expected, 2);
    member_free(member);
    world_free(world);
}

Test(decider_halts, stops_loudly_when_the_log_is_cut_while_it_runs)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member_run(member);
    world_cut(world, WORLD_EVENTS, 0, 0);
    expect_halt(member, HALT_POSITION);
    member_free(member);
    world_free(world);
}

Test(decider_halts, stops_loudly_when_it_reads_past_an_acknowledged_record_without_meeting_it)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    member_run(member);
    member->fate = FATE_ACKED_LOST;
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member_run(member);
    struct uuid other = person_in(0, 1);
    world_rival(world, other, 9, world_next(world, other));
    expect_halt(member, HALT_TAIL);
    member_free(member);
    world_free(world);
}

Test(decider_halts, stops_loudly_when_the_acknowledgement_comes_after_that_offset_was_read)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    member_run(member);
    member->fate = FATE_ACKED_LOST;
    member->reports_held = true;
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    member_run(member);
    struct uuid other = person_in(0, 1);
    world_rival(world, other, 9, world_next(world, other));
    member_run(member);
    member->reports_held = false;
    expect_halt(member, HALT_TAIL);
    member_free(member);
    world_free(world);
}

Test(decider_halts, does_not_take_a_twins_record_elsewhere_for_the_acknowledged_one)
{
    struct world *world = world_new();
    struct uuid person = person_in(0, 0), other = person_in(0, 1);
    struct member *member = with_one_held(world, person);
    world->held[0].from = NULL; /* another instance decided the same and wrote the same bytes */
    uint64_t tag = world->held[0].tag;
    world_land(world);
    world_rival(world, other, 9, world_next(world, other));
    member_run(member);
    member->reports[member->report_first] = (struct port_report){tag, PORT_WRITTEN, 1, false};
    member->report_count = 1;
    expect_halt(member, HALT_TAIL);
    member_free(member);
    world_free(world);
}

Test(decider_halts, is_content_when_the_record_was_read_before_its_acknowledgement)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    member->reports_held = true;
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 1);
    world_command(world, person_in(0, 0), COMMAND_SHARE_RISK, 2);
    member_run(member);
    cr_assert_eq(world->committed[WORLD_COMMANDS][0], 2);
    member->reports_held = false;
    member_run(member);
    member_free(member);
    world_free(world);
}

Test(decider_halts, stops_loudly_at_a_version_beyond_the_next_and_remembers_nothing_of_it)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    member_run(member);
    struct referee_input place = world_next(world, person);
    place.version++;
    world_rival(world, person, 2, place);
    expect_halt(member, HALT_VERSION_GAP);
    const struct halt *halt = decider_halt(member->decider);
    cr_assert_eq(halt->partition, 0);
    cr_assert_eq(halt->offset, 1);
    cr_assert_eq(halt->expected, 2);
    cr_assert_eq(halt->found, 3);
    cr_assert(uuid_eq(halt->person, person));
    member_restart(&member, true);
    expect_halt(member, HALT_VERSION_GAP);
    member_free(member);
    world_free(world);
}

Test(decider_halts, stops_loudly_at_a_record_decided_on_another_history)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    world_command(world, person, COMMAND_SHARE_RISK, 1);
    member_run(member);
    struct referee_input place = world_next(world, person);
    place.history.b[0] ^= 1;
    world_rival(world, person, 2, place);
    expect_halt(member, HALT_FORKED);
    member_free(member);
    world_free(world);
}

Test(decider_halts, stops_loudly_at_a_schema_of_the_stream_that_it_does_not_know)
{
    struct world *world = world_new();
    struct member *member = member_start(world);
    struct uuid person = person_in(0, 0);
    static const char bytes[] = {0, 0x7f, 0, 0, 1, 2, 3};
    world_append(world, WORLD_EVENTS, 0, (struct view){(char *)person.b, 16},
        (struct view){bytes, sizeof(bytes)});
    expect_halt(member, HALT_UPGRADE);
    member_free(member);
    world_free(world);
}
