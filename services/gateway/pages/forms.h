/* From a posted form to a command's JSON body, as the API takes it. Pure. What the form itself
 * shows to be wrong (a date that is none, nothing chosen) comes back as errors, with JSON Pointers;
 * all other rules are the edge's and the decider's. Nothing is trimmed but spaces around; line
 * breaks become \n. */
#ifndef PAGES_FORMS_H
#define PAGES_FORMS_H

#include "base/arena.h"
#include "gateway/pages/frame.h"

struct form {
    const struct field *fields;
    size_t field_count;
    struct arena *arena; /* the errors' texts live here */
};

enum { FORM_ERRORS_MAX = 32 };
struct form_errors {
    struct page_error items[FORM_ERRORS_MAX];
    size_t len;
};

/* The first field of that name, trimmed; absent where there is none. */
struct view form_value(const struct form *form, const char *name);

/* Each appends one JSON object to `json`, or fills `errors` (then `json` is not to be used).
 * RES_REJECT: the fields are not a form of ours at all (answer 400). */
res_t MUST_USE form_assign(const struct form *, struct buf *json, struct form_errors *);
res_t MUST_USE form_open_risk(const struct form *, struct buf *json, struct form_errors *);
res_t MUST_USE form_acknowledge_risk(const struct form *, struct buf *json, struct form_errors *);
res_t MUST_USE form_share_risk(const struct form *, struct buf *json, struct form_errors *);
/* `appointment` is the new one's id (derived from the command's), `session` comes from the path. */
res_t MUST_USE form_book(const struct form *, struct uuid appointment, int32_t session,
    struct buf *json, struct form_errors *);
/* `appointment`: the one that the page's model named. */
res_t MUST_USE form_record(
    const struct form *, struct uuid appointment, struct buf *json, struct form_errors *);

#endif
