/* One person, referred, met and recorded over the API; then everything that must be refused. */
#ifndef FLOW_STORY_H
#define FLOW_STORY_H

#include "api.h"

struct story {
    struct api *api;
    char person[40], referral[40], appointment[40], crn[8], service[40];
};
void story_tell(struct story *story);
/* A new person with a risk summary and a referral that nobody is assigned to. */
void story_begin(struct story *story);
/* The same, referred over the API and met through pages, as a browser without script sends them. */
void pages_tell(struct story *story);
/* Tokens of HMPPS Auth: what they open of the story that was told. */
void hmpps_tell(struct story *story);
/* Sends for so many seconds, whatever becomes of the gateway. */
void restart_tell(struct api *api, int seconds);
/* Issue by issue: a named outcome each, and nothing changed by any of it. */
void bad_input(struct story *story);

/* Bodies, for both. */
struct view body_share(struct story *story);
/* NULL: what is fine. */
struct submit {
    const char *referral, *service, *outcome, *complexity, *email, *crn;
    const char *more, *terms; /* members that come first; members beside the service's id */
};
struct view body_submit(struct story *story, const struct submit *with);
struct view body_book(struct story *story, const char *appointment, int64_t start_us);
const char *referral_path(struct story *story, const char *rest);
const char *person_path(struct story *story, const char *rest);

#endif
