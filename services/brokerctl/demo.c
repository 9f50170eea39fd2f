#include "brokerctl/demo.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    TABLES_BYTES_MAX = 64 << 20,
    RECORD_BYTES_MAX = 16 << 20,
    TOKEN_S = 6 * 3600,
    HELPERS = 8,
    SHOW_US = 20000
};
#define DAY_LEFT_US (60 * TIME_US_PER_S)

enum whose { OF_PERSON, OF_REFERRAL };
enum sender { PRACTITIONER, WORKER, COLLEAGUE };
/* Where a step's command goes, and who sends it. */
struct demo_route {
    char letter; /* 0: an appointment */
    enum sender sender;
    enum whose whose;
    const char *path; /* after the id */
};
static const struct demo_route routes[] = {
    {'R', PRACTITIONER, OF_PERSON, "risk"},
    {'S', PRACTITIONER, OF_PERSON, "referrals"},
    {'A', WORKER, OF_REFERRAL, "caseworkers"},
    {'O', WORKER, OF_PERSON, "risk-disclosures"},
    {'K', WORKER, OF_PERSON, "risk-acknowledgements"},
    {'o', COLLEAGUE, OF_PERSON, "risk-disclosures"},
    {'k', COLLEAGUE, OF_PERSON, "risk-acknowledgements"},
    {'P', WORKER, OF_REFERRAL, "plans"},
    {'V', PRACTITIONER, OF_REFERRAL, "plan-approvals"},
    {'E', WORKER, OF_REFERRAL, "report"},
    {0, WORKER, OF_REFERRAL, "appointments"},
};
static const struct demo_route feedback = {0, WORKER, OF_REFERRAL, "feedback"};

static const struct demo_route *route_of(char letter)
{
    const struct demo_route *route = routes;
    while (route->letter != 0 && route->letter != letter)
        route++;
    return route;
}

struct outgoing {
    const struct demo_route *route;
    const char *part; /* of the key: which step of the recipe */
    struct view body;
};

static res_t send_one(
    struct demo *demo, const struct demo_person *person, const struct outgoing *out)
{
    char path[128], key[96];
    const size_t users[] = {person->practitioner, person->worker, person->colleague};
    bool of_person = out->route->whose == OF_PERSON;
    (void)snprintf(path, sizeof path, "/v1/%s/%s/%s", of_person ? "people" : "referrals",
        uuid_text(of_person ? person->person : person->referral).text, out->route->path);
    (void)snprintf(
        key, sizeof key, "demo-%" PRId64 "-%zu-%s", demo->seed, person->number, out->part);
    struct demo_command command = {
        .path = path, .user = users[out->route->sender], .key = key, .body = out->body};
    return demo_send(demo, &command);
}

/* `at`: how many steps came before. */
static res_t take_step(struct demo *demo, struct demo_person *person, struct demo_step step, int at)
{
    CLEANUP(buf_done) struct buf body = {0}, told = {0};
    char part[32];
    (void)snprintf(part, sizeof part, "%d", at);
    demo_body(demo, person, step, &body);
    TRY(send_one(
        demo, person, &(struct outgoing){route_of(step.letter), part, buf_as_view(&body)}));
    if (step.letter == 'R')
        person->risk_version++;
    if (strchr("HLN", step.letter) == NULL)
        return RES_DONE;
    (void)snprintf(part, sizeof part, "%d-feedback", at);
    demo_body_feedback(demo, person, step, &told);
    return send_one(demo, person, &(struct outgoing){&feedback, part, buf_as_view(&told)});
}

static res_t live_through(struct demo *demo, struct demo_person *person)
{
    const char *steps = person->recipe->steps;
    TRY(demo_register(demo, person));
    person->referral = demo_id(demo, person, "referral");
    for (int at = 0; *steps != '\0'; at++) {
        struct demo_step step = {*steps++, 0};
        if (*steps >= '0' && *steps <= '9')
            step.number = *steps++ - '0';
        arena_clear(demo->record);
        TRY(take_step(demo, person, step, at));
    }
    return RES_DONE;
}

/* --- several at once: different people know nothing of each other ------------------------------*/

struct crowd {
    struct demo *demo;
    int64_t began;
    _Atomic int64_t next, done;
    _Atomic bool failed;
};
struct helper {
    struct crowd *crowd;
    struct demo demo; /* its own client, arena, dice and counts; tables and tokens are shared */
    pthread_t thread;
    res_t res;
};

/* Not faster than --rate people a second. */
static void keep_rate(const struct crowd *crowd, int64_t number)
{
    if (crowd->demo->rate <= 0)
        return;
    int64_t ahead = crowd->began + number * TIME_US_PER_S / crowd->demo->rate - clock_monotonic();
    if (ahead > 0)
        (void)usleep((useconds_t)ahead);
}

static res_t help_all(struct helper *self)
{
    struct demo *demo = &self->demo;
    TRY(http_client_open(&demo->http));
    for (;;) {
        int64_t number = atomic_fetch_add(&self->crowd->next, 1);
        if (number >= demo->people || atomic_load(&self->crowd->failed))
            return RES_DONE;
        struct demo_person person;
        keep_rate(self->crowd, number);
        /* Each person has dice of their own, so that more people change nobody. */
        demo->dice = (uint64_t)demo->seed * 1000003 + (uint64_t)number;
        TRY(demo_person_make(demo, (size_t)number, &person));
        TRY(live_through(demo, &person));
        atomic_fetch_add(&self->crowd->done, 1);
    }
}

static void *help(void *of)
{
    struct helper *self = of;
    self->res = help_all(self);
    if (self->res.act != RES_OK)
        atomic_store(&self->crowd->failed, true);
    http_client_close(self->demo.http);
    return NULL;
}

static void show_progress(struct crowd *crowd)
{
    struct progress progress = {.what = "inventing people", .total = crowd->demo->people};
    int64_t done = 0;
    while (done < progress.total && !atomic_load(&crowd->failed)) {
        (void)usleep(SHOW_US);
        done = atomic_load(&crowd->done);
        progress_to(&progress, done);
    }
    progress_end(&progress);
}

static res_t everybody(struct demo *demo)
{
    static struct helper helpers[HELPERS]; /* too large for the stack */
    struct crowd crowd = {.demo = demo, .began = clock_monotonic()};
    size_t count = 0;
    while (count < HELPERS) {
        struct helper *helper = &helpers[count];
        *helper = (struct helper){.crowd = &crowd, .demo = *demo};
        helper->demo.record = arena_new(RECORD_BYTES_MAX);
        if (pthread_create(&helper->thread, NULL, help, helper) != 0)
            break;
        count++;
    }
    if (count == 0)
        return FATAL("no thread could be started");
    show_progress(&crowd);
    res_t res = RES_DONE;
    for (size_t i = 0; i < count; i++) {
        (void)pthread_join(helpers[i].thread, NULL);
        arena_free(helpers[i].demo.record);
        demo->sent += helpers[i].demo.sent;
        demo->known += helpers[i].demo.known;
        demo->refused += helpers[i].demo.refused;
        if (helpers[i].res.act != RES_OK)
            res = helpers[i].res;
    }
    return res;
}

static res_t read_tables(struct demo *demo)
{
    TRY(catalogue_read(demo->ctl, "users", demo->arena, &demo->users));
    TRY(catalogue_read(demo->ctl, "services", demo->arena, &demo->services));
    TRY(catalogue_read(demo->ctl, "outcomes", demo->arena, &demo->outcomes));
    TRY(catalogue_read(demo->ctl, "complexity", demo->arena, &demo->complexity));
    return catalogue_read(demo->ctl, "offices", demo->arena, &demo->offices);
}

static res_t make_tokens(struct demo *demo)
{
    if (demo->users.count > DEMO_USERS_MAX)
        return REJECT("users.tsv names more users than the demo takes");
    for (size_t i = 0; i < demo->users.count; i++) {
        struct view token;
        TRY(token_make(
            demo->ctl, &(struct token_wish){&demo->users, i, TOKEN_S}, demo->arena, &token));
        demo->tokens[i] = arena_printf(demo->arena, "Bearer %.*s", VIEW_ARG(token));
    }
    return RES_DONE;
}

static res_t run(struct demo *demo)
{
    TRY(read_tables(demo));
    TRY(make_tokens(demo));
    /* The first client makes ready what all of the process share: before any thread. */
    TRY(http_client_open(&demo->http));
    return everybody(demo);
}

/* What is said to have been earlier today must still be today when it is recorded. */
static void wait_for_the_day(void)
{
    int64_t now = clock_now();
    int64_t left = london_midnight(london_day(now) + 1) - now;
    if (left > DAY_LEFT_US)
        return;
    (void)fprintf(stderr, "brokerctl demo: waits until midnight in London has passed\n");
    (void)usleep((useconds_t)left);
}

int demo_run(const struct ctl *ctl)
{
    static struct demo demo; /* too large for the stack */
    demo = (struct demo){.ctl = ctl, .people = 200, .seed = 1};
    const struct ctl_option options[] = {
        {"people", "how many (default 200; each state twice or more from 51 on)",
            .number = &demo.people},
        {"rate", "at most so many people a second (default: as fast as it goes)",
            .number = &demo.rate},
        {"seed", "other people (default 1; the same seed again adds nobody)", .number = &demo.seed},
    };
    struct ctl_args args = {.options = options, .option_count = ARRAY_LEN(options)};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    if (demo.people < 1 || demo.people > 100000 || demo.seed < 0 || demo.rate < 0)
        return ctl_fail(ctl, CTL_USAGE, "--people is 1 to 100000, --seed and --rate 0 or more");
    demo.arena = arena_new(TABLES_BYTES_MAX);
    wait_for_the_day();
    demo.now = clock_now();
    res_t res = run(&demo);
    if (res.act == RES_OK)
        printf("%" PRId64 " people: %" PRId64 " commands answered with yes, %" PRId64
               " stated by an earlier run\n",
            demo.people, demo.sent, demo.known);
    else
        code = demo.refused > 0 ? ctl_fail(ctl, CTL_DIFFERENT, "%s", res.what)
                                : ctl_fail_res(ctl, res);
    http_client_close(demo.http);
    arena_free(demo.arena);
    return code;
}
