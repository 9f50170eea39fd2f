/* The line about a record of the stream that fails says of which request it is. */
#include "support/world/world_base.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const char TRACE[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
static const char REQUEST[] = "aaaaaaaa-0000-4000-8000-00000000000a";

TestSuite(stream_trace, .timeout = 20);

/* A record after which another is missing, as a request's. */
static void leave_gap(struct world *world)
{
    struct uuid person = person_in(0, 0);
    world_rival(world, person, 1, world_next(world, person));
    struct referee_input place = world_next(world, person);
    place.version++;
    world_rival(world, person, 2, place);
    struct world_headers *headers = &world->logs[WORLD_EVENTS][0].records[1].headers;
    snprintf(headers->traceparent, sizeof headers->traceparent, "%s", TRACE);
    snprintf(headers->request, sizeof headers->request, "%s", REQUEST);
}

static void expect_named(const struct halt *halt)
{
    struct trace trace = {.flags = 0};
    cr_assert(trace_parse(view_of(TRACE), &trace) && uuid_parse(view_of(REQUEST), &trace.request));
    cr_expect_eq(halt->why, HALT_VERSION_GAP);
    cr_expect(uuid_eq(halt->trace.id, trace.id));
    cr_expect(uuid_eq(halt->trace.request, trace.request));
}

Test(stream_trace, of_a_sink_that_stops)
{
    struct world *world = world_new();
    struct base *base = base_new();
    leave_gap(world);
    struct sinker *sinker = sinker_start(world, base);
    for (int i = 0; i < 40 && sinker_step(sinker).act == RES_OK; i++)
        continue;
    expect_named(sink_halt(sinker->sink));
    sinker_free(sinker);
    base_free(base);
    world_free(world);
}

Test(stream_trace, of_a_decider_that_stops)
{
    struct world *world = world_new();
    leave_gap(world);
    struct member *member = member_start(world);
    for (int i = 0; i < 40 && member_step(member).act == RES_OK; i++)
        continue;
    expect_named(decider_halt(member->decider));
    member_free(member);
    world_free(world);
}
