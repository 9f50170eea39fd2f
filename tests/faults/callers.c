#include "callers.h"

#include "base/clock.h"
#include "edge/edge.h"
#include "flow/api/story.h"
#include "flow/walk.h"
#include "rng.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CALLERS = 8, PEOPLE_MAX = 64, TOKEN_MAX = 4096, AGAIN_US = 10000, ANSWER_MS = 8000 };
/* Once the faults are over. Before that there is no giving up: a server may be away for long. */
#define PATIENCE_US (INT64_C(45) * TIME_US_PER_S)

struct someone {
    char person[40], referral[40], crn[8];
    struct uuid id;
    atomic_bool ready; /* referred, assigned and acknowledged: anybody may write about them */
};
struct caller {
    struct callers *callers;
    int number, keys;
    uint64_t rng;
    struct api api;
    struct story story; /* of whom the next command is */
    char tokens[2][TOKEN_MAX];
    pthread_t thread;
};
struct callers {
    struct callers_conf conf;
    struct edge_secrets secrets;
    atomic_bool hasty;
    atomic_llong ended_us; /* 0: not yet */
    atomic_int waiting, begun, repeats;
    struct someone people[PEOPLE_MAX];
    struct caller callers[CALLERS];
};
enum who { BERNARD, JO };

/* A command, ready to be sent as often as needed. */
struct letter {
    enum who who;
    enum family family;
    const char *path;
    struct view body;
    char key[64];
};

/* --- one command, until it is answered
 * -----------------------------------------------------------*/

static struct http_reply ask(struct caller *caller, const struct letter *letter, int64_t wait_ms)
{
    struct api *api = &caller->api;
    const struct http_pair headers[] = {
        {VIEW("Authorization"), printed(api, "Bearer %s", caller->tokens[letter->who])},
        {VIEW("Idempotency-Key"), view_of(letter->key)},
        {VIEW("Content-Type"), VIEW("application/json")},
    };
    const struct http_call call = {
        .method = "POST",
        .url = printed(api, "%s%s", api->url, letter->path).ptr,
        .headers = {headers, ARRAY_LEN(headers)},
        .body = letter->body,
        .timeout_ms = wait_ms,
    };
    struct http_reply reply = {0};
    if (http_client_call(api->client, &call, api->arena, &reply).act != RES_OK)
        reply.status = 0; /* whatever came is no answer */
    return reply;
}

static bool is_final(int status)
{
    return status == 201 || status == 200 || (status >= 400 && status < 500 && status != 429);
}

static int64_t patience_ms(struct caller *caller)
{
    return atomic_load(&caller->callers->hasty) ? rng_between(&caller->rng, 2, 40) : ANSWER_MS;
}

static struct call *new_call(struct caller *caller, const struct letter *letter)
{
    static const struct person *const people[] = {&bernard, &jo};
    const struct callers *callers = caller->callers;
    char client[32];
    snprintf(client, sizeof(client), "test-%s", people[letter->who]->user);
    struct call *call = history_add(callers->conf.history);
    *call = (struct call){.family = letter->family,
        .first_us = clock_monotonic(),
        .schedule = callers->conf.schedule,
        .id = edge_record_id(&callers->secrets, view_of(client), view_of(letter->key))};
    MUST(uuid_parse(view_of(caller->story.person), &call->person));
    return call;
}

/* One in eight is sent once more when it is answered: same key, same bytes, same answer. */
static void send_again(struct caller *caller, const struct letter *letter, struct call *call)
{
    struct http_reply again = ask(caller, letter, ANSWER_MS);
    if (again.status == 201)
        call->differs = !digest_eq(sha256(again.body), call->answer);
}

static bool patient(struct callers *callers)
{
    int64_t ended = atomic_load(&callers->ended_us);
    return ended == 0 || clock_monotonic() - ended < PATIENCE_US;
}

static int insist(struct caller *caller, const struct letter *letter)
{
    struct callers *callers = caller->callers;
    struct call *call = new_call(caller, letter);
    atomic_fetch_add(&callers->waiting, 1);
    while (call->status == 0 && patient(callers)) {
        struct arena_mark mark = arena_mark(caller->api.arena);
        struct http_reply reply = ask(caller, letter, patience_ms(caller));
        call->attempts++;
        if (is_final(reply.status)) {
            call->answered_us = clock_monotonic();
            call->answer = sha256(reply.body);
            call->status = reply.status;
        }
        arena_rollback(caller->api.arena, mark);
        if (call->status == 0)
            usleep(AGAIN_US);
    }
    if (call->status == 201 && rng_between(&caller->rng, 1, 8) == 1)
        send_again(caller, letter, call);
    atomic_fetch_sub(&callers->waiting, 1);
    return call->status;
}

static struct letter letter_of(struct caller *caller, enum family family, enum who who)
{
    struct letter letter = {.who = who, .family = family};
    snprintf(letter.key, sizeof(letter.key), "s%d-c%d-%d", caller->callers->conf.schedule,
        caller->number, caller->keys++);
    return letter;
}

static int tell(struct caller *caller, const struct letter *what)
{
    struct letter letter = letter_of(caller, what->family, what->who);
    letter.path = what->path;
    letter.body = what->body;
    return insist(caller, &letter);
}

/* --- what they have to say
 * -----------------------------------------------------------------------*/

static struct view new_id(struct caller *caller)
{
    return printed(&caller->api, "%s", uuid_text(uuid_random()).text);
}

static struct view say_assign(struct caller *caller)
{
    (void)caller;
    return VIEW("{\"workers\":[{\"userId\":\"JBELL\",\"organisation\":\"HARMONY\"}]}");
}

static struct view say_share(struct caller *caller)
{
    return body_share(&caller->story);
}

static struct view say_submit(struct caller *caller)
{
    return body_submit(&caller->story, &(struct submit){0});
}

static struct view say_open(struct caller *caller)
{
    (void)caller;
    return VIEW("{\"riskVersion\":1,\"reader\":\"worker\",\"purpose\":\"read\","
                "\"shown\":[\"whoIsAtRisk\",\"staffSafety\"]}");
}

static struct view say_acknowledge(struct caller *caller)
{
    return printed(
        &caller->api, "{\"riskVersion\":1,\"referralId\":\"%s\"}", caller->story.referral);
}

static struct view say_note(struct caller *caller)
{
    return printed(&caller->api,
        "{\"noteId\":\"%.*s\",\"subject\":\"zz-note-text\",\"body\":\"zz-note-text\","
        "\"notify\":false}",
        VIEW_ARG(new_id(caller)));
}

static struct view say_attempt(struct caller *caller)
{
    char now[TIME_TEXT_MAX];
    time_print(clock_now(), now);
    return printed(&caller->api,
        "{\"attemptId\":\"%.*s\",\"at\":\"%s\",\"how\":\"phone\",\"result\":\"no-answer\","
        "\"purpose\":\"arrange\",\"note\":\"zz-note-text\"}",
        VIEW_ARG(new_id(caller)), now);
}

/* Of these only the first can be: the others are refused, and that must count, too. */
static struct view say_book(struct caller *caller)
{
    return body_book(&caller->story, new_id(caller).ptr, clock_now());
}

struct saying {
    enum family family;
    enum who who;
    const char *(*path)(struct story *story, const char *rest);
    const char *rest;
    struct view (*body)(struct caller *caller);
};
/* What makes somebody a case, in this order. */
static const struct saying beginning[] = {
    {FAMILY_RISK, BERNARD, person_path, "/risk", say_share},
    {FAMILY_REFERRAL, BERNARD, person_path, "/referrals", say_submit},
    {FAMILY_REFERRAL, JO, referral_path, "/caseworkers", say_assign},
    {FAMILY_RISK, JO, person_path, "/risk-disclosures", say_open},
    {FAMILY_RISK, JO, person_path, "/risk-acknowledgements", say_acknowledge},
};
/* What is said of a case by anybody at any time; what races is refused or decided anew. */
static const struct saying sayings[] = {
    {FAMILY_REFERRAL, JO, referral_path, "/case-notes", say_note},
    {FAMILY_REFERRAL, BERNARD, referral_path, "/case-notes", say_note},
    {FAMILY_SESSION, JO, referral_path, "/contact-attempts", say_attempt},
    {FAMILY_SESSION, JO, referral_path, "/contact-attempts", say_attempt},
    {FAMILY_SESSION, JO, referral_path, "/appointments", say_book},
    {FAMILY_RISK, JO, person_path, "/risk-disclosures", say_open},
    {FAMILY_RISK, BERNARD, person_path, "/risk", say_share},
    {FAMILY_REFERRAL, JO, referral_path, "/caseworkers", say_assign},
};

static int say(struct caller *caller, const struct saying *saying)
{
    struct letter letter = {.family = saying->family,
        .who = saying->who,
        .path = saying->path(&caller->story, saying->rest),
        .body = saying->body(caller)};
    return tell(caller, &letter);
}

/* --- people
 * --------------------------------------------------------------------------------------*/

static void talk_about(struct caller *caller, const struct someone *someone)
{
    struct story *story = &caller->story;
    memcpy(story->person, someone->person, sizeof(story->person));
    memcpy(story->referral, someone->referral, sizeof(story->referral));
    memcpy(story->crn, someone->crn, sizeof(story->crn));
}

static bool registered(struct caller *caller, struct someone *someone)
{
    struct letter letter = {.who = BERNARD, .path = "/v1/people"};
    letter.body = printed(&caller->api, "{\"crn\":\"%s\"}", someone->crn);
    snprintf(letter.key, sizeof(letter.key), "register-%s", someone->crn);
    while (patient(caller->callers)) {
        struct http_reply reply = ask(caller, &letter, ANSWER_MS);
        if (reply.status / 100 == 2) {
            snprintf(someone->person, sizeof(someone->person), "%.*s",
                VIEW_ARG(member(&caller->api, reply.body, "person")));
            return true;
        }
        usleep(AGAIN_US);
    }
    return false;
}

/* Somebody new, and who they are. */
static void begin(struct caller *caller, int n)
{
    const struct callers_conf *conf = &caller->callers->conf;
    struct someone *someone = &caller->callers->people[n];
    int number = conf->schedule * PEOPLE_MAX + n;
    snprintf(someone->crn, sizeof(someone->crn), "F%06u", (unsigned)number % 1000000);
    snprintf(someone->referral, sizeof(someone->referral), "%s", uuid_text(uuid_random()).text);
    if (!registered(caller, someone))
        return;
    talk_about(caller, someone);
    for (size_t i = 0; i < ARRAY_LEN(beginning); i++)
        if (say(caller, &beginning[i]) == 0)
            return;
    atomic_store(&someone->ready, true);
}

static const struct someone *anybody(struct caller *caller, const struct callers *callers)
{
    int count = callers->conf.people;
    int from = rng_between(&caller->rng, 0, count - 1);
    for (int i = 0; i < count; i++) {
        const struct someone *someone = &callers->people[(from + i) % count];
        if (atomic_load(&someone->ready))
            return someone;
    }
    return NULL;
}

static void *keep_calling(void *owner)
{
    struct caller *caller = owner;
    struct callers *callers = caller->callers;
    while (atomic_load(&callers->ended_us) == 0) {
        struct arena_mark mark = arena_mark(caller->api.arena);
        int next = atomic_fetch_add(&callers->begun, 1);
        const struct someone *someone =
            next < callers->conf.people ? NULL : anybody(caller, callers);
        if (next < callers->conf.people) {
            begin(caller, next);
        } else if (someone != NULL) {
            talk_about(caller, someone);
            say(caller, &sayings[rng_next(&caller->rng) % ARRAY_LEN(sayings)]);
        } else {
            usleep(AGAIN_US);
        }
        arena_rollback(caller->api.arena, mark);
    }
    return NULL;
}

/* --- all of them
 * ---------------------------------------------------------------------------------*/

static void caller_open(struct callers *callers, int n)
{
    struct caller *caller = &callers->callers[n];
    static const struct person *const people[] = {&bernard, &jo};
    caller->callers = callers;
    caller->number = n;
    caller->rng = callers->conf.seed * CALLERS + (uint64_t)n;
    api_open(&caller->api);
    caller->story = (struct story){.api = &caller->api};
    snprintf(caller->story.service, sizeof(caller->story.service),
        "e6876644-c9c4-5312-b4bf-f085b178fffb"); /* schemas/catalogue: HARMONY's in the North */
    for (int i = 0; i < 2; i++) {
        struct view token = api_token(&caller->api, people[i]);
        MUST(token.len < TOKEN_MAX);
        memcpy(caller->tokens[i], token.ptr, token.len);
    }
}

struct callers *callers_start(const struct callers_conf *conf)
{
    struct callers *callers = calloc(1, sizeof(*callers));
    MUST(callers != NULL && conf->people > 0 && conf->people <= PEOPLE_MAX);
    callers->conf = *conf;
    must(edge_secrets_open(getenv("RB_SECRETS"), &callers->secrets), "secrets");
    for (int i = 0; i < CALLERS; i++)
        caller_open(callers, i);
    for (int i = 0; i < CALLERS; i++)
        if (pthread_create(&callers->callers[i].thread, NULL, keep_calling, &callers->callers[i]) !=
            0)
            fail("a caller does not start");
    return callers;
}

void callers_hasty(struct callers *callers, bool hasty)
{
    atomic_store(&callers->hasty, hasty);
}

int callers_waiting(const struct callers *callers)
{
    return atomic_load(&callers->waiting);
}

void callers_end(struct callers *callers)
{
    if (atomic_load(&callers->ended_us) == 0)
        atomic_store(&callers->ended_us, clock_monotonic());
}

void callers_free(struct callers *callers)
{
    callers_end(callers);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(callers->callers[i].thread, NULL);
        api_close(&callers->callers[i].api);
    }
    edge_secrets_close(&callers->secrets);
    free(callers);
}

/* --- the same, a thousand times
 * ------------------------------------------------------------------*/

struct repeat {
    struct caller *caller;
    const struct letter *letter;
    struct digest answer; /* of the first that was one */
    int times, answered;
    bool differs;
    pthread_t thread;
};

static void note_answer(struct repeat *repeat, const struct http_reply *reply)
{
    struct digest digest = sha256(reply->body);
    if (reply->status != 201)
        return; /* not yet, or too many at once */
    if (repeat->answered++ == 0)
        repeat->answer = digest;
    repeat->differs |= !digest_eq(digest, repeat->answer);
}

static void *keep_repeating(void *owner)
{
    struct repeat *repeat = owner;
    for (int i = 0; i < repeat->times; i++) {
        struct arena_mark mark = arena_mark(repeat->caller->api.arena);
        struct http_reply reply = ask(repeat->caller, repeat->letter, ANSWER_MS);
        note_answer(repeat, &reply);
        arena_rollback(repeat->caller->api.arena, mark);
    }
    return NULL;
}

/* All of them at once, from before the first is answered. */
static void repeat_letter(struct callers *aside, const struct letter *letter, struct call *call)
{
    struct repeat repeats[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        repeats[i] = (struct repeat){
            .caller = &aside->callers[i], .letter = letter, .times = call->attempts / CALLERS};
        if (pthread_create(&repeats[i].thread, NULL, keep_repeating, &repeats[i]) != 0)
            fail("a caller does not start");
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(repeats[i].thread, NULL);
        if (repeats[i].answered == 0)
            continue;
        if (call->status == 0)
            call->answer = repeats[i].answer;
        call->status = 201;
        call->answered_us = clock_monotonic();
        call->differs |= repeats[i].differs || !digest_eq(call->answer, repeats[i].answer);
    }
}

void callers_repeat(struct callers *callers, int times)
{
    struct callers *aside = calloc(1, sizeof(*aside));
    MUST(aside != NULL);
    aside->conf = callers->conf;
    aside->secrets = callers->secrets;
    const struct someone *someone = NULL;
    for (int i = 0; i < CALLERS; i++)
        caller_open(aside, i);
    struct caller *teller = &aside->callers[0];
    teller->number = CALLERS + atomic_fetch_add(&callers->repeats, 1); /* keys of its own */
    for (; someone == NULL; usleep(AGAIN_US))
        someone = anybody(teller, callers);
    talk_about(teller, someone);
    struct letter letter = letter_of(teller, FAMILY_RISK, JO);
    letter.path = person_path(&teller->story, "/risk-disclosures");
    letter.body = say_open(teller);
    struct call *call = new_call(teller, &letter);
    call->attempts = times;
    repeat_letter(aside, &letter, call);
    for (int i = 0; i < CALLERS; i++)
        api_close(&aside->callers[i].api);
    free(aside);
}
