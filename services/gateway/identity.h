/* Who speaks: from a bearer token or a demo session. Plain data. */
#ifndef GATEWAY_IDENTITY_H
#define GATEWAY_IDENTITY_H

#include "event/event.h"

enum { IDENTITY_UNITS_MAX = 16, IDENTITY_CONTRACTS_MAX = 64 };
struct identity {
    enum actor_kind kind; /* ACTOR_KIND_UNKNOWN: nobody */
    struct view user;     /* as the identity provider names them */
    struct view client;   /* the program that speaks for them */
    struct view name;     /* for the page's head; may be absent */
    struct view organisation;
    struct view units[IDENTITY_UNITS_MAX]; /* a practitioner's delivery units; a commissioner's
                                              contracts */
    uint32_t unit_count;
    struct view contracts[IDENTITY_CONTRACTS_MAX]; /* a provider's; none: all that its organisation
                                                      delivers */
    uint32_t contract_count;
    bool read_only;      /* may send nothing */
    bool session;        /* by cookie: then forms need a token */
    struct view csrf;    /* that token */
    struct uuid sign_in; /* the session's own id */
    int64_t until_us;    /* the session ends then, unless a page prolongs it */
};

static inline bool identity_known(const struct identity *who)
{
    return who->kind != ACTOR_KIND_UNKNOWN;
}

#endif
