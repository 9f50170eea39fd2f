/* What the files of `brokerctl demo` share. Private.
 * A recipe is what happened to one invented person, a letter a step; everybody's steps are sent
 * through the gateway's API, as the users of schemas/catalogue/users.tsv would. */
#ifndef BROKERCTL_DEMO_H
#define BROKERCTL_DEMO_H

#include "brokerctl/token.h"
#include "http/client.h"

/* Steps: R risk shared, S referred, A assigned, O risk opened, K acknowledged (o, k: by a
 * colleague, who is then assigned, too, and meets the person before), P<n> plan of n sessions, V
 * plan approved, E report. Appointments, <n> the session: H held, L came late, N came but not held,
 * all earlier today; T begun half an hour ago and not recorded yet; F later today; B on a later
 * day. */
struct recipe {
    const char *steps;
    const char *service; /* code; NULL: any commissioned one whose plans need no approval */
    bool urgent;
    uint8_t times; /* among the first, before recipes are drawn */
};

struct demo_person {
    const struct recipe *recipe;
    size_t number;
    size_t service;      /* row of services.tsv */
    size_t practitioner; /* rows of users.tsv */
    size_t worker;
    size_t colleague; /* the worker where there is none */
    struct view first, last;
    char crn[8];
    struct uuid person, referral;
    int32_t risk_version;
    size_t past, past_count; /* appointments of earlier today so far, and in all */
};

enum { DEMO_USERS_MAX = 64 };
struct demo {
    const struct ctl *ctl;
    int64_t people, rate, seed;
    struct arena *arena;  /* tables, tokens */
    struct arena *record; /* cleared for each command */
    struct tsv users, services, outcomes, complexity, offices;
    struct view tokens[DEMO_USERS_MAX]; /* "Bearer ...", by row of users */
    struct http_client *http;
    int64_t now;   /* of the start: every time is relative to it */
    uint64_t dice; /* seeded: the same people each time */
    int64_t sent, known, refused;
};

/* demo_people.c: who, and with whom. *number counts from 0, the first is the story's. */
res_t demo_person_make(struct demo *demo, size_t number, struct demo_person *ret) MUST_USE;
uint64_t demo_dice(struct demo *demo, uint64_t limit);

/* demo_body.c: the JSON of a step's command. `session` of those that have one. */
struct demo_step {
    char letter;
    int32_t number;
};
/* Appends; the steps that are two commands (H, L, N) give the booking first. */
void demo_body(
    struct demo *demo, struct demo_person *person, struct demo_step step, struct buf *out);
void demo_body_feedback(
    struct demo *demo, struct demo_person *person, struct demo_step step, struct buf *out);
struct uuid demo_id(const struct demo *demo, const struct demo_person *person, const char *part);

/* demo_send.c: a command through the gateway. */
struct demo_command {
    const char *path;
    size_t user;     /* row of users */
    const char *key; /* the same each time, so that a second run finds its answers */
    struct view body;
};
/* Waits for the outcome. REJECT: refused, said why on stderr. RETRY: no answer. */
res_t demo_send(struct demo *demo, const struct demo_command *command) MUST_USE;
res_t demo_register(struct demo *demo, struct demo_person *person) MUST_USE;

#endif
