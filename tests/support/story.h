/* One invented person's dossier for tests: commands are decided, their records framed, ruled upon,
 * read back and folded, as on the real log, but in memory and at a clock that the test sets. */
#ifndef SUPPORT_STORY_H
#define SUPPORT_STORY_H

#include "codec/framing.h"
#include "dossier/dossier.h"

#include <criterion/criterion.h>

enum { STORY_RECORDS_MAX = 600 };

struct story {
    struct arena *arena;
    struct codec_registry *registry;
    struct dossier *dossier;
    int64_t now;
    struct actor actor;   /* of the next command */
    struct uuid referral; /* that the next command is about */
    uint32_t ids;         /* minted so far */
    struct view log[STORY_RECORDS_MAX];
    size_t records;
    struct event last; /* the last record */
};

struct answer {
    bool accepted;
    struct view code;  /* refused: its code */
    struct view field; /* and JSON pointer; absent: none */
};

struct story *story_new(void);
void story_free(struct story *story);
void story_free_p(struct story **story);
#define STORY CLEANUP(story_free_p) struct story *s = story_new()

/* "2026-11-23T10:05:00Z" */
int64_t time_of(const char *text);
int32_t day_of(const char *text);
void story_at(struct story *story, const char *time);
struct uuid story_id(struct story *story);

/* Who sends what comes next. The practitioner is dana.price; organisations as in the terms. */
void as_practitioner(struct story *story);
void as_worker(struct story *story, const char *user);
void as_import(struct story *story);
void as_kind(struct story *story, enum actor_kind kind);

/* The command's record as a decider would answer it, put on the log and folded. */
struct answer story_send(struct story *story, enum command_type type, const void *body);
#define SENT(type, body) story_send(s, (type), (body))

#define ACCEPTED(expr)                                                                             \
    do {                                                                                           \
        struct answer got_ = (expr);                                                               \
        cr_assert(                                                                                 \
            got_.accepted, "refused: %.*s at %.*s", VIEW_ARG(got_.code), VIEW_ARG(got_.field));    \
    } while (0)
/* `at`: the pointer or NULL for none. */
#define REFUSED(expr, why, at)                                                                     \
    do {                                                                                           \
        struct answer got_ = (expr);                                                               \
        cr_assert(!got_.accepted, "accepted, not %s", (why));                                      \
        cr_assert(view_eq_text(got_.code, (why)), "%.*s at %.*s, not %s", VIEW_ARG(got_.code),     \
            VIEW_ARG(got_.field), (why));                                                          \
        cr_assert(view_eq(got_.field, view_of(at)), "at %.*s", VIEW_ARG(got_.field));              \
    } while (0)
/* The last event's meta.waived names the code. */
bool story_waived(const struct story *story, const char *code);

/* Commands that are accepted as they stand, to be changed by the test; the sender is set too. */
struct risk_shared *story_share(struct story *story);
struct risk_disclosed *story_open(struct story *story, const char *user);
struct risk_acknowledged *story_acknowledge(struct story *story, const char *user);
struct referral_submitted *story_submit(struct story *story);
struct caseworkers_assigned *story_assign(struct story *story, const char *user);
struct plan_submitted *story_plan(struct story *story, int32_t version, int32_t sessions);
struct plan_approved *story_approve(struct story *story, int32_t version);
struct report_submitted *story_report(struct story *story);
struct appointment_booked *story_book(struct story *story, int32_t session, const char *start);
struct attendance_recorded *story_attendance(struct story *story, struct uuid appointment);
/* Feedback with attendance: held, came late, did not come, came but was not held. */
struct feedback_given *story_held(struct story *story, struct uuid appointment);
struct feedback_given *story_late(struct story *story, struct uuid appointment);
struct feedback_given *story_missed(struct story *story, struct uuid appointment);
struct feedback_given *story_not_held(struct story *story, struct uuid appointment);
struct past_appointment_recorded *story_past(
    struct story *story, int32_t session, const char *start);
struct referral_withdrawn *story_withdraw(struct story *story, enum withdrawal_code code);
/* A registration, from another system: about the person, not about a referral. */
struct risk_review_due *story_risk_change(struct story *story, bool urgent);
/* The version in force. */
struct risk_confirmed *story_confirm(struct story *story);
struct case_note_added *story_note(struct story *story);
/* A phone call that nobody answered, about the appointment (zero: about none), to arrange. */
struct contact_attempted *story_attempt(struct story *story, struct uuid appointment);
struct concern_raised *story_concern(struct story *story);
struct concern_read *story_read_concern(struct story *story, struct uuid concern);
/* To another time at the same office, no notice given. */
struct appointment_rescheduled *story_move(
    struct story *story, struct uuid appointment, const char *start);
struct appointment_cancelled *story_cancel(struct story *story, struct uuid appointment);

/* Any command, right or wrong, about what the dossier holds; all of it drawn from *seed. */
struct command story_something(struct story *story, uint64_t *seed);
/* Below `below`; moves *seed, which must not be 0. */
uint64_t story_draw(uint64_t *seed, uint64_t below);

/* Several at once, each accepted: risk shared, referred, assigned to sol.reyes, who has read. */
void story_referred(struct story *story);
void story_started(struct story *story);
/* Session 0 held on the given day at 14:00, then a plan of so many sessions. */
void story_planned(struct story *story, int32_t sessions);
/* Booked and held at the time given (hour and day), feedback an hour later. */
void story_session(struct story *story, int32_t session, const char *booked, const char *start);
/* The referral of the story as the dossier has it now. */
const struct dossier_referral *story_referral(const struct story *story);
/* A writable copy of it in the dossier: for facts whose commands do not exist. */
struct dossier_referral *story_change(struct story *story);

struct view story_pack(struct story *story, const struct dossier *dossier);

#endif
