/* What every page shares: who looks, at what time, with which form behind it. Pages are pure: view
 * model in, HTML bytes out. No clock, no I/O, no decision on access: what may not be seen is not in
 * the model. All views are borrowed for the call and need not be escaped: the templates do that. */
#ifndef PAGES_FRAME_H
#define PAGES_FRAME_H

#include "base/buf.h"
#include "base/id.h"
#include "base/res.h"

enum audience { AUDIENCE_NONE, AUDIENCE_PROBATION, AUDIENCE_PROVIDER, AUDIENCE_COMMISSIONER };

/* A value for the {name} of a text: of a refusal, of an event. */
struct word {
    struct view name;
    struct view value;
};
struct words {
    const struct word *items;
    size_t len;
};

/* One thing that is wrong with what was sent. `pointer` is the JSON Pointer into the command's body
 * (absent: about the whole form). The words come from the catalogue: "error.CODE.POINTER", else
 * "refusal.CODE". `message` (finished English) wins where it is given. */
struct page_error {
    struct view pointer;
    struct view code;
    struct words arguments;
    struct view message;
};

/* A posted form's fields, decoded, in the order sent; a name may come twice (ticked boxes). */
struct field {
    struct view name;
    struct view value;
};

/* The state of a page's form: empty on GET. */
struct page_form {
    const struct page_error *errors; /* then the page is answered with 409 or 422 */
    size_t error_count;
    const struct field *kept; /* what was typed; shown again instead of what is known */
    size_t kept_count;
};

struct page_frame {
    enum audience audience;
    struct view user_name;    /* absent: nobody is signed in */
    struct view organisation; /* for whom: "Probation, North Office", "Harmony Living" */
    struct view csrf;         /* the token that each form carries as "csrf" */
    struct uuid command;      /* minted with the page: each form carries it as "command" */
    int64_t now_us;
    bool demo;              /* the banner "Invented people" */
    int64_t unassigned;     /* provider: beside "Assign" in the navigation */
    int64_t risk_unread;    /* provider: beside "Today" */
    struct view live_after; /* signed cursor that `/live?after=` takes; absent: page is not live */
    struct view done;       /* what the reader just did, as the event's name ("FeedbackGiven"), for
                               the green banner; absent: nothing */
    struct page_form form;
};

/* Parts of a page, for `?part=a,b`: the names as sent. Names that the page does not have are left
 * out of the answer; none left: RES_REJECT (answer 404). */
struct part_names {
    const struct view *items;
    size_t len;
};

#endif
