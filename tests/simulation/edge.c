/* Clients and the gateways that they speak to. The order of the command path, who waits, the ids,
 * the request's hash and the answer's bytes are the gateway's own code; a request's way to it and
 * the look into the read model are the simulation's. */
#include "sim.h"

#include "base/clock.h"
#include "dossier/status.h"
#include "edge/edge.h"
#include "gateway/outcome_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_US (2 * TIME_US_PER_S)

static const struct edge_secrets secrets = {.deployment = {0x5e, 0xc2, 0xe7}};

static int64_t wall(const struct sim *sim)
{
    return sim->wall_us + sim->world->now;
}

/* -- what clients send --------------------------------------------------------------------------
 */

static struct uuid live_appointment(const struct dossier_referral *referral)
{
    for (size_t i = 0; i < referral->appointments.len; i++)
        if (appointment_live(&referral->appointments.items[i]))
            return referral->appointments.items[i].id;
    return (struct uuid){{0xee}};
}

static struct command book(struct story *s, const struct dossier_referral *referral)
{
    char start[TIME_TEXT_MAX];
    int32_t session = referral->plans.len == 0 ? 0 : 1 + sessions_recorded(referral);
    time_print(s->now + 2 * TIME_US_PER_DAY, start);
    return (struct command){COMMAND_BOOK_APPOINTMENT, story_book(s, session, start)};
}

static struct command submit(struct story *s, uint64_t *draw)
{
    struct referral_submitted *sent = story_submit(s);
    if (story_draw(draw, 2) == 0)
        sent->terms.approval = APPROVAL_POLICY_PRACTITIONER;
    return (struct command){COMMAND_SUBMIT_REFERRAL, sent};
}

/* As the status says. */
static struct command next_of(
    struct story *s, const struct dossier_referral *referral, uint64_t *draw)
{
    enum next_action next = status_of(s->dossier, referral, s->now).action;
    if (next == ACTION_SUBMIT_REPORT)
        return (struct command){COMMAND_SUBMIT_REPORT, story_report(s)};
    if (next == ACTION_GIVE_FEEDBACK || next == ACTION_HOLD)
        return (struct command){COMMAND_GIVE_FEEDBACK, story_held(s, live_appointment(referral))};
    if (next == ACTION_BOOK || next == ACTION_BOOK_OR_COMPLETE || next == ACTION_REBOOK_OR_WITHDRAW)
        return book(s, referral);
    if (next == ACTION_SUBMIT_PLAN)
        return (struct command){COMMAND_SUBMIT_PLAN, story_plan(s, 1, 1)};
    if (next == ACTION_APPROVE_PLAN)
        return (struct command){COMMAND_APPROVE_PLAN, story_approve(s, 1)};
    if (next == ACTION_READ_CONCERN && referral->concerns.len > 0)
        return (struct command){
            COMMAND_READ_CONCERN, story_read_concern(s, referral->concerns.items[0].id)};
    return story_something(s, draw);
}

/* The next thing to do in a case that goes on: else hardly anything would be accepted. */
static struct command natural(struct story *s, uint64_t *draw)
{
    const struct dossier_referral *referral = dossier_referral(s->dossier, s->referral);
    int32_t risk = dossier_risk_version(s->dossier);
    if (risk == 0)
        return (struct command){COMMAND_SHARE_RISK, story_share(s)};
    if (referral == NULL || referral_ended(referral))
        return submit(s, draw);
    if (referral_caseworkers(referral) == NULL)
        return (struct command){COMMAND_ASSIGN_CASEWORKERS, story_assign(s, "sol.reyes")};
    if (risk_read(s->dossier, VIEW("sol.reyes"), RISK_READER_WORKER) < risk)
        return (struct command){COMMAND_OPEN_RISK, story_open(s, "sol.reyes")};
    if (!risk_acknowledged(s->dossier, VIEW("sol.reyes")))
        return (struct command){COMMAND_ACKNOWLEDGE_RISK, story_acknowledge(s, "sol.reyes")};
    return next_of(s, referral, draw);
}

/* The case as the read model has it just now: perhaps not as it will be when it is decided. */
static void read_case(struct sim *sim, struct uuid person)
{
    struct story *story = &sim->story;
    const struct base_state *state = &sim->base->state;
    arena_clear(story->arena);
    story->dossier = NULL;
    for (size_t i = 0; i < state->dossier_count; i++) {
        const struct base_dossier *row = &state->dossiers[i];
        if (uuid_eq(row->person, person))
            MUST(codec_read_dossier(story->registry, (struct view){row->packed, row->packed_len},
                     story->arena, &story->dossier) == FRAME_OK);
    }
    if (story->dossier == NULL)
        story->dossier = dossier_empty(story->arena);
    size_t count = story->dossier->referrals.len;
    story->referral =
        count > 0 ? story->dossier->referrals.items[count - 1].id : (struct uuid){{0}};
    story->now = wall(sim);
}

static struct view body_new(struct sim *sim, const struct key *key, uint64_t *draw)
{
    struct command command;
    read_case(sim, key->person);
    do
        command = story_draw(draw, 3) > 0 ? natural(&sim->story, draw)
                                          : story_something(&sim->story, draw);
    while (key->bodies[0].ptr != NULL && command_table[command.type].family != key->family);
    struct record_head *head = (struct record_head *)(uintptr_t)command.body;
    head->meta.id = key->id;
    head->meta.person = key->person;
    CLEANUP(buf_done) struct buf out = {0};
    MUST(codec_write_command(&command, &out).act == RES_OK && !out.failed);
    return arena_copy(sim->parts->world, buf_as_view(&out));
}

static enum family family_of(const struct sim *sim, struct view body)
{
    struct command command;
    arena_clear(sim->parts->step);
    MUST(codec_read_command(sim->parts->registry, body, sim->parts->step, &command) == FRAME_OK);
    return command_table[command.type].family;
}

int sim_key_new(struct sim *sim, uint64_t *draw)
{
    if (sim->key_count == KEYS_MAX)
        return -1;
    struct key *key = &sim->keys[sim->key_count];
    char text[32];
    int len = snprintf(text, sizeof(text), "key %d", sim->key_count);
    /* Half of all about one person. */
    *key = (struct key){
        .id = edge_record_id(&secrets, VIEW("a client"), (struct view){text, (size_t)len}),
        .person = sim->parts->people[story_draw(draw, 2) == 0 ? 0 : story_draw(draw, PEOPLE)]};
    key->bodies[0] = body_new(sim, key, draw);
    key->family = family_of(sim, key->bodies[0]);
    return sim->key_count++;
}

void sim_key_other(struct sim *sim, int n, uint64_t *draw)
{
    struct key *key = &sim->keys[n];
    if (key->bodies[1].ptr == NULL)
        key->bodies[1] = body_new(sim, key, draw);
    if (view_eq(key->bodies[0], key->bodies[1]))
        key->bodies[1] = VIEW_NONE;
}

/* -- the read model, as a gateway looks at it ---------------------------------------------------
 */

static struct view text_of(const struct cell *cell)
{
    return cell->null ? VIEW_NONE : cell->text;
}

bool sim_outcome(const struct sim *sim, struct uuid id, struct outcome *ret)
{
    const struct row_list *rows = &sim->rows.rows.of[sim->parts->outcome_table];
    const size_t *at = sim->parts->outcome_columns;
    for (size_t i = 0; i < rows->count; i++) {
        const struct cell *row = rows->items[i];
        if (!uuid_eq(row[at[OUTCOME_ID]].id, id))
            continue;
        *ret = (struct outcome){.person = row[at[OUTCOME_PERSON]].id,
            .id = id,
            .version = row[at[OUTCOME_VERSION]].number,
            .seen_version = row[at[OUTCOME_SEEN_VERSION]].number,
            .type = text_of(&row[at[OUTCOME_TYPE]]),
            .command = text_of(&row[at[OUTCOME_COMMAND]]),
            .code = text_of(&row[at[OUTCOME_CODE]]),
            .field = text_of(&row[at[OUTCOME_FIELD]]),
            .arguments = text_of(&row[at[OUTCOME_ARGUMENTS]]),
            .has_hash = !row[at[OUTCOME_REQUEST_HASH]].null};
        if (!row[at[OUTCOME_REFERRAL]].null)
            ret->referral = row[at[OUTCOME_REFERRAL]].id;
        if (ret->has_hash)
            memcpy(ret->request_hash.b, row[at[OUTCOME_REQUEST_HASH]].text.ptr,
                sizeof(ret->request_hash.b));
        return true;
    }
    return false;
}

void sim_answer(const struct outcome *outcome, struct asked *asked)
{
    CLEANUP(buf_done) struct buf body = {0};
    asked->end = ASKED_OUTCOME;
    asked->status = outcome_write(outcome, &body);
    asked->answer = sha256(buf_as_view(&body));
}

/* -- a gateway ----------------------------------------------------------------------------------
 */

/* A request on its way through the gateway's command path. */
struct passing {
    struct sim *sim;
    const struct key *key;
    struct edge_gateway *gateway;
    struct view body;
    struct digest hash;
    struct buf record;
};

static res_t find(void *self, struct outcome *ret, bool *ret_found)
{
    const struct passing *passing = self;
    if (passing->gateway->away)
        return RETRY("away");
    *ret_found = sim_outcome(passing->sim, passing->key->id, ret);
    return RES_DONE;
}

static res_t make(void *self, struct problem *ret)
{
    struct passing *passing = self;
    struct command command;
    struct arena *arena = passing->sim->parts->step;
    arena_clear(arena);
    MUST(codec_read_command(passing->sim->parts->registry, passing->body, arena, &command) ==
         FRAME_OK);
    struct meta *meta = &((struct record_head *)(uintptr_t)command.body)->meta;
    meta->recorded_at = meta->occurred_at = wall(passing->sim);
    meta->request_hash = passing->hash;
    SET(meta, META_REQUEST_HASH);
    *ret = (struct problem){.code = PROBLEM_MAX_};
    return codec_write_command(&command, &passing->record);
}

static res_t produce(void *self, uint64_t tag)
{
    struct passing *passing = self;
    struct view key = {(const char *)passing->key->person.b, sizeof(passing->key->person.b)};
    struct port_message message = {.partition = partition_of(key, WORLD_PARTITIONS),
        .key = key,
        .value = buf_as_view(&passing->record),
        .tag = tag};
    return member_produce(
        passing->gateway->producer, (enum world_topic)passing->key->family, &message);
}

static void ended(void *owner, enum wait_end end, const struct outcome *outcome)
{
    struct asked *asked = owner;
    EXPECT(asked->sim, asked->end == ASKED_OPEN, "a request was answered twice");
    switch (end) {
    case WAIT_ANSWERED:
        sim_answer(outcome, asked);
        return;
    case WAIT_OTHER:
        asked->end = ASKED_REUSED;
        return;
    case WAIT_LATE:
        asked->end = ASKED_LATE;
        return;
    case WAIT_NOT_SENT:
        asked->end = ASKED_NOT_RECORDED;
        return;
    }
}

static void take_result(struct asked *asked, const struct command_result *result)
{
    if (result->step == COMMAND_KNOWN)
        sim_answer(&result->outcome, asked);
    else if (result->step == COMMAND_PROBLEM)
        asked->end = result->problem.code == PROBLEM_KEY_REUSED ? ASKED_REUSED : ASKED_NOT_RECORDED;
}

struct digest sim_hash(const struct sim *sim, const struct asked *asked)
{
    const struct key *key = &sim->keys[asked->key];
    const struct person_keys keys = {.person = key->person, .person_key = {1}};
    return seal_request_hash(&keys, key->bodies[asked->body]);
}

void sim_post(struct sim *sim, int n, int body, int gateway)
{
    if (sim->asked_count == ASKED_MAX)
        return;
    const struct key *key = &sim->keys[n];
    struct asked *asked = &sim->asked[sim->asked_count++];
    *asked = (struct asked){.sim = sim,
        .key = n,
        .body = body,
        .gateway = gateway,
        .life = sim->gateways[gateway].life};
    struct passing passing = {.sim = sim,
        .key = key,
        .gateway = &sim->gateways[gateway],
        .body = key->bodies[body],
        .hash = sim_hash(sim, asked)};
    const struct command_port port = {&passing, find, make, produce};
    const struct wait wait = {.id = key->id,
        .person = key->person,
        .hash = passing.hash,
        .until_us = sim->world->now + WAIT_US,
        .end = ended,
        .owner = asked};
    struct command_result result;
    res_t res = command_pass(&port, passing.gateway->waits, &wait, &result);
    buf_done(&passing.record);
    EXPECT(sim, res.act == RES_OK || res.act == RES_RETRY, "a gateway failed: %s", res.what);
    if (res.act == RES_OK)
        take_result(asked, &result);
    else
        asked->end = ASKED_AWAY;
}

void sim_gateway_new(struct sim *sim, int n)
{
    sim->gateways[n] = (struct edge_gateway){.producer = member_new_bare(sim->world),
        .waits = waits_new(),
        .life = sim->gateways[n].life + 1};
    sim->gateways[n].producer->fate = sim_fate(sim);
}

/* With it goes whoever waited: their connections break. */
void sim_gateway_free(struct sim *sim, int n)
{
    for (int i = 0; i < sim->asked_count; i++)
        if (sim->asked[i].gateway == n && sim->asked[i].end == ASKED_OPEN)
            sim->asked[i].end = ASKED_NOTHING;
    waits_free(sim->gateways[n].waits);
    member_free(sim->gateways[n].producer);
}

static void take_reports(struct sim *sim, const struct edge_gateway *gateway)
{
    struct producer_port port = member_ports(gateway->producer).producer;
    struct port_report report;
    bool any = true;
    while (any) {
        MUST(port.report(port.self, &report, &any).act == RES_OK);
        if (any && report.outcome == PORT_NOT_WRITTEN)
            waits_not_sent(gateway->waits, report.tag, sim->world->now);
    }
}

struct wanted {
    struct uuid ids[KEYS_MAX];
    size_t count;
};

static void want(void *owner, struct uuid person, struct uuid id)
{
    (void)person;
    struct wanted *wanted = owner;
    wanted->ids[wanted->count++] = id;
}

void sim_gateway_step(struct sim *sim, int n)
{
    struct edge_gateway *gateway = &sim->gateways[n];
    struct wanted wanted = {.count = 0};
    struct outcome outcome;
    take_reports(sim, gateway);
    if (!gateway->away)
        waits_each(gateway->waits, want, &wanted);
    for (size_t i = 0; i < wanted.count; i++)
        if (sim_outcome(sim, wanted.ids[i], &outcome))
            waits_answer(gateway->waits, &outcome, sim->world->now);
    waits_expire(gateway->waits, sim->world->now, false);
}
