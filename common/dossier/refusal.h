/* The stable codes by which deciders refuse, each with the HTTP status it is answered with. Codes
 * that only the edge gives stand with the edge. Words are the text catalogue's. */
#ifndef DOSSIER_REFUSAL_H
#define DOSSIER_REFUSAL_H

#include "base/view.h"

enum refusal {
    REFUSAL_NONE,
#define REFUSAL(NAME, code, status) REFUSAL_##NAME,
#include "dossier/refusals.inc"
#undef REFUSAL
    REFUSAL_MAX_
};

/* "risk-not-acknowledged"; REFUSAL_NONE: "". */
const char *refusal_code(enum refusal refusal);
/* 403, 404, 409 or 422; REFUSAL_NONE: 0. */
int refusal_status(enum refusal refusal);
/* REFUSAL_NONE: no decider's code. */
enum refusal refusal_of(struct view code);

#endif
