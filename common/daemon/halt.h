/* Stopping loudly: the log, or what we remember of it, is not what it must be, and going on could
 * hide it. One log line says where, what was expected and found, and what to do; the process ends
 * with HALT_EXIT, which a supervisor must not answer with a blind restart. */
#ifndef DAEMON_HALT_H
#define DAEMON_HALT_H

#include "base/id.h"
#include "base/res.h"
#include "obs/trace.h"

enum { HALT_EXIT = 3 };

enum halt_why {
    HALT_NOT,
    HALT_VERSION_GAP,   /* a record of a dossier is missing before this one */
    HALT_FORKED,        /* decided on a history that no longer exists */
    HALT_POSITION,      /* our position is outside the log */
    HALT_TAIL,          /* read past the offset acknowledged for our record without meeting it */
    HALT_UPGRADE,       /* a schema that this program does not know */
    HALT_COMMANDS_GONE, /* the committed offset of a command topic is outside the log */
    HALT_MAX_
};
struct halt {
    enum halt_why why;
    const char *topic; /* static */
    int32_t partition;
    int64_t offset;
    struct uuid person; /* zero where none is concerned */
    struct trace trace; /* of the record, where there is one */
    int64_t expected;   /* version or offset, by `why` */
    int64_t found;
};

const char *halt_name(enum halt_why why);
const char *halt_advice(enum halt_why why); /* what the operator does */
/* Writes the line, keeps it in *halt (the first one stays) and gives the FATAL to return. */
res_t halt_now(struct halt *halt, const struct halt *found) MUST_USE;

#endif
