/* What every decider does alike: the checks that come first, the rule table of phase and command,
 * the answer as one record. A family adds its guards, in tables. Pure. */
#ifndef DOSSIER_DECISION_H
#define DOSSIER_DECISION_H

#include "dossier/dossier.h"
#include "dossier/refusal.h"

/* Of the referral that a command is about. */
enum phase {
    PHASE_UNKNOWN, /* the dossier has no such referral */
    PHASE_SENT,    /* nobody assigned */
    PHASE_ASSIGNED,
    PHASE_CLOSING, /* withdrawn, its report due */
    PHASE_ENDED,
    PHASE_MAX_
};

enum { WAIVED_MAX = 20, ARGUMENTS_MAX = 4 };

struct decision {
    const struct dossier *dossier;
    const struct command *command;
    const void *body; /* the command's struct */
    const struct meta *meta;
    struct arena *arena;
    int64_t now;   /* the command's recordedAt, µs UTC: the only now there is */
    int32_t today; /* its London day */
    bool import;
    const struct dossier_referral *referral; /* the one it is about; NULL: none, or not there */
    enum refusal refused;
    struct view field; /* JSON pointer; absent: none */
    struct refusal_argument arguments[ARGUMENTS_MAX];
    size_t argument_count;
    struct view waived[WAIVED_MAX];
    size_t waived_count;
    bool full; /* the arena was */
};

/* The first refusal is the answer: later ones are not heard. `field`: a JSON pointer or NULL. */
void refuse(struct decision *decision, enum refusal refusal, const char *field);
/* The same with a pointer to an item: refuse_at(d, r, "/workers/%zu/userId", i). */
void refuse_at(struct decision *decision, enum refusal refusal, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* An argument of the refusal just given: codes, numbers and ids only. */
void refuse_with(struct decision *decision, const char *name, struct view value);
void refuse_with_number(struct decision *decision, const char *name, int64_t value);
/* The code goes into meta.waived of the event; nothing is refused. */
void waive(struct decision *decision, enum refusal refusal);
/* Refused; of an import waived: a past that broke a rule happened all the same. */
void refuse_softly(struct decision *decision, enum refusal refusal, const char *field);
void refuse_softly_at(struct decision *decision, enum refusal refusal, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A field that only the import connector may state. */
void only_import(struct decision *decision, bool stated, const char *field);
/* A field that is due if `wanted` and must not be there otherwise. */
void require_if(struct decision *decision, bool wanted, bool stated, const char *field);

typedef void guard_fn(struct decision *decision);

/* What a family says about one of its commands; every function may be NULL. */
struct command_rule {
    guard_fn *find;   /* sets decision->referral; NULL: the one that meta names */
    guard_fn *fields; /* conditions that the schema's tables cannot say */
    guard_fn *permit; /* beyond: this kind of actor, and whose organisation delivers the referral */
    guard_fn *ids;    /* new ids are not used yet */
    guard_fn *parts;  /* ids that it names are there */
    void (*finish)(struct decision *decision, void *event); /* the decider's own fields */
};

/* One cell of a rule table: the guards in the order in which they are asked, ending in NULL. A cell
 * left out is a refusal with a name: the phase's. */
struct rule {
    guard_fn *const *guards;
};

struct family_rules {
    enum family family;
    unsigned (*phase)(const struct decision *decision);
    const struct rule (*rules)[COMMAND_MAX_]; /* [phase][command] */
    const struct command_rule *commands;      /* [command] */
    const enum refusal *absent;               /* [phase]: what a cell left out says */
};

/* Phase of decision->referral: an enum phase. */
unsigned referral_phase(const struct decision *decision);
/* Unknown, ended, closing: what a cell left out says of a referral. REFUSAL_NONE in the others. */
extern const enum refusal referral_absent[PHASE_MAX_];

/* The organisation delivers under these terms, as prime or subcontractor. */
bool terms_delivered_by(const struct terms *terms, struct view organisation);

/* The answer to a command that nobody need look at: the refusal, without a field. Never larger than
 * the command and some hundred bytes. RES_FATAL: arena full. */
res_t MUST_USE decide_refusal(
    const struct command *command, enum refusal refusal, struct arena *arena, struct event *ret);
res_t MUST_USE decide(const struct family_rules *family, const struct dossier *dossier,
    const struct command *command, struct arena *arena, struct event *ret);

#endif
