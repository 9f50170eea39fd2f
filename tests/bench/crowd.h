/* 100,000 invented people, each with a risk summary and one open referral to which somebody is
 * assigned: the commands, sealed as the gateway seals them. Spread as a country would be: 20
 * providers of 2 contracts each, 100 delivery units of 20 practitioners each, 100 caseworkers a
 * provider. Of the people that the demo's users see: JBELL's organisation has 5,000 referrals, 50
 * of them her own; DPRICE's unit 1,000, 60 of them his own. */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "bench.h"

#include "event/event.h"
#include "seal/seal.h"

enum { CROWD_PEOPLE = 100000, CROWD_PROVIDERS = 20, CROWD_UNITS = 100, CROWD_PRACTITIONERS = 2000 };
enum { CROWD_JBELL_TEAM = 5000, CROWD_JBELL = 50, CROWD_DPRICE_TEAM = 1000, CROWD_DPRICE = 60 };

struct crowd;
struct crowd *crowd_new(void);
void crowd_free(struct crowd *crowd);

/* Person n is bench_person(n); the keys are always the same. */
struct person_keys crowd_keys(int n);
struct uuid crowd_referral(int n);
/* COMMAND_SHARE_RISK, COMMAND_SUBMIT_REFERRAL or COMMAND_ASSIGN_CASEWORKERS, in this order. */
void crowd_command(struct crowd *crowd, int n, enum command_type type, struct buf *out);

#endif
