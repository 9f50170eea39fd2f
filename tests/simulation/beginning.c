/* Cases that are on their way when a world begins: else commands of their later days would hardly
 * ever be accepted. Made once, by the deciders' own code. */
#include "sim.h"

#include "base/clock.h"

enum { OLD_MAX = 16 };
struct old {
    enum family family;
    struct view command, record;
};
struct beginning {
    int64_t now; /* of people's clocks, afterwards */
    size_t count;
    struct old old[OLD_MAX];
};
static struct beginning beginnings[BEGINNINGS];

static void tell(
    struct beginning *to, const struct sim_parts *parts, struct story *s, struct command command)
{
    struct record_head *head = (struct record_head *)(uintptr_t)command.body;
    CLEANUP(buf_done) struct buf bytes = {0};
    head->meta.person = parts->people[0];
    MUST(codec_write_command(&command, &bytes).act == RES_OK);
    ACCEPTED(story_send(s, command.type, command.body));
    MUST(to->count < OLD_MAX);
    to->old[to->count++] = (struct old){command_table[command.type].family,
        arena_copy(parts->arena, buf_as_view(&bytes)),
        arena_copy(parts->arena, s->log[s->records - 1])};
    to->now = s->now;
}
#define TELL(type, body) tell(to, parts, s, (struct command){(type), (body)})

static void held_session(struct beginning *to, const struct sim_parts *parts, struct story *s)
{
    char start[TIME_TEXT_MAX];
    int32_t session = to->count > 6 ? 1 : 0;
    time_print(s->now + TIME_US_PER_DAY, start);
    struct appointment_booked *booked = story_book(s, session, start);
    TELL(COMMAND_BOOK_APPOINTMENT, booked);
    s->now += TIME_US_PER_DAY + 80 * 60 * TIME_US_PER_S;
    struct feedback_given *given = story_held(s, booked->appointment_id);
    if (session == 0) {
        TELL(COMMAND_RECORD_ATTENDANCE, story_attendance(s, booked->appointment_id));
        given->has &= ~(UINT64_C(1) << FEEDBACK_GIVEN_ATTENDANCE);
    }
    TELL(COMMAND_GIVE_FEEDBACK, given);
}

/* 1: the worker may book. 2: a plan of one session. 3: that session held, the report due. 4: a plan
 * that waits for its approval. */
static void begin(struct beginning *to, const struct sim_parts *parts, struct story *s, int far)
{
    TELL(COMMAND_SHARE_RISK, story_share(s));
    s->now += 60 * TIME_US_PER_S;
    struct referral_submitted *sent = story_submit(s);
    if (far == 4)
        sent->terms.approval = APPROVAL_POLICY_PRACTITIONER;
    TELL(COMMAND_SUBMIT_REFERRAL, sent);
    TELL(COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes"));
    TELL(COMMAND_OPEN_RISK, story_open(s, "sol.reyes"));
    TELL(COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes"));
    if (far < 2)
        return;
    held_session(to, parts, s);
    TELL(COMMAND_SUBMIT_PLAN, story_plan(s, 1, 1));
    if (far == 3)
        held_session(to, parts, s);
}

void sim_beginnings_new(struct sim_parts *parts)
{
    for (int far = 1; far < BEGINNINGS; far++) {
        struct story *story = story_new();
        begin(&beginnings[far], parts, story, far);
        story_free(story);
    }
}

void sim_begin(struct sim *sim, int far)
{
    const struct beginning *from = &beginnings[far];
    struct uuid person = sim->parts->people[0];
    struct view key = {(const char *)person.b, sizeof(person.b)};
    int32_t partition = partition_of(key, WORLD_PARTITIONS);
    for (size_t i = 0; i < from->count; i++) {
        world_append(sim->world, (enum world_topic)from->old[i].family, partition, key,
            from->old[i].command);
        world_append(sim->world, WORLD_EVENTS, partition, key, from->old[i].record);
    }
    if (from->count > 0)
        sim->wall_us = from->now;
    sim->story.ids = STORY_IDS; /* beyond those of the beginnings */
}
