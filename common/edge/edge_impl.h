/* What the files of this folder share. */
#ifndef EDGE_EDGE_IMPL_H
#define EDGE_EDGE_IMPL_H

#include "edge/edge.h"

enum { KEY_CACHE_SLOTS = 1024 };

struct edge {
    struct pg *pg;
    const struct edge_secrets *secrets;
    struct person_keys
        *cache; /* KEY_CACHE_SLOTS, by the person's first bytes; zero person: empty */
};

struct view edge_secret(const struct edge_secrets *secrets);

#endif
