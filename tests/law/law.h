/* A model of the law of the log: deciders of three families, their zombies, the network between
 * them and the log, and every fault that may come in between, as one small state that a search can
 * walk through whole. What rules is the real referee; what is modelled is all that stands around
 * it. The projector has a model of its own: projector.h. */
#ifndef LAW_LAW_H
#define LAW_LAW_H

#include "dossier/referee.h"

enum { REFERRALS, SESSIONS, RISK, FAMILIES };
enum { DOSSIERS = 2, IDS_MAX = 8, ORDER_MAX = 5, INSTANCES_MAX = 5, LOG_MAX = 18, NET_MAX = 12 };

/* The commands of the model's domain; the rules are in facts.c. */
enum command_type { NO_COMMAND, REFER, CLOSE, BOOK, SHARE, ACKNOWLEDGE, COMMAND_TYPES };

struct order { /* one command at its place in its family's topic; id 0: none */
    uint8_t id, type, dossier;
};
struct faults { /* how many of each may happen */
    uint8_t crash, takeover, duplicate, drop, odd, loss;
};
struct model {
    const char *name;
    struct order orders[FAMILIES][ORDER_MAX];
    uint8_t zombies[FAMILIES]; /* beside the owner, which every family with orders has */
    struct faults faults;
    bool unreferred;  /* else REFER has happened before it all */
    bool reduced;     /* records that everybody ignores for ever are left out: see README.md */
    bool real_digest; /* SHA-256, not the stand-in */
    uint8_t log_max;  /* a log beyond it grows without bound; 0: LOG_MAX */
};

#define WEAK(name, text) WEAK_##name,
enum weakness {
#include "law/weaknesses.inc"
    WEAK_MAX_
};
#undef WEAK
const char *weakness_name(enum weakness weakness);
const char *weakness_text(enum weakness weakness);

enum property {
    NOTHING_FOUND,
    ONE_OUTCOME,   /* a command has one outcome */
    SAME_FOR_ALL,  /* every reader of the same prefix has the same dossier and answered ids */
    ITS_HISTORY,   /* what counts was decided on the history before it, and as the rules say */
    IN_ORDER,      /* outcomes of a family and dossier come in the order of its commands */
    NO_FALSE_STOP, /* on an intact log nobody stops */
    LOSS_NOTICED,  /* a counted record with a counted successor is gone: who reads it stops */
    NOTHING_LOST,  /* when all is quiet every command has its outcome and is committed */
    IT_ENDS,       /* the log does not grow without bound */
    ROWS_ARE_FOLD, /* stored rows are the fold of the log up to the stored position */
    PROPERTIES
};
const char *property_text(enum property property);

struct finding {
    enum property property;
    char text[240];
};
enum { LAW_HISTORIES = 1 << 12 };
/* What a run is about; the finding is the first one. */
struct law {
    const struct model *model;
    uint32_t weak; /* bits by enum weakness */
    struct finding finding;
    /* What was met on the way: a property that nothing could break proves nothing. */
    uint64_t landings[RULING_MAX_]; /* as a fresh reader rules them */
    uint64_t noticed;               /* states in which a fresh reader stops after a loss */
    uint64_t quiet;                 /* states in which all is done */
    uint64_t *histories; /* LAW_HISTORIES places for those that were reached; NULL: none kept */
};
bool law_is_weak(const struct law *law, enum weakness weakness);
__attribute__((format(printf, 3, 4))) void law_found(
    struct law *law, enum property property, const char *format, ...);

/* A record is one word: four bits for its own id and kind, above them the history that it was
 * decided on, four bits for each record that counted, so the latest is lowest. Its version is one
 * more than there are records before it. A history is therefore the word of its last record, and no
 * two histories have the same: what a digest is for. */
#define RECORD(history, id, refused) ((uint32_t)(history) << 4 | (uint32_t)(id) << 1 | (refused))
#define RECORD_ID(record) ((record) >> 1 & 7)
#define RECORD_REFUSED(record) ((record)&1)
#define RECORD_HISTORY(record) ((record) >> 4)
/* How many records counted. */
int64_t history_version(uint32_t history);

/* What a reader knows: nothing but what it read. */
struct reader {
    uint32_t history[DOSSIERS];
    uint8_t answered; /* bits by id */
    uint8_t pos;      /* next place of the log */
    uint8_t stopped;
    uint8_t outcomes; /* bits by id: it saw the outcome count. Only to be judged by */
};
/* By the real referee; a weakness is told to it as a lie, or is a step left out around it. Moves
 * the reader where the record counts; its position is the caller's. */
enum ruling reader_rule(const struct law *law, struct reader *reader, uint32_t record);
/* Everything up to `end` from the start; holes are passed over. */
struct reader reader_of(const struct law *law, const uint32_t *log, uint8_t end);

/* The command of an id, and its family. */
const struct order *order_of(const struct law *law, uint32_t id, int *ret_family);
int orders_count(const struct model *model, int family);

/* The domain: may a command be accepted after this history? Booking needs a referral that is open
 * and a risk summary that is acknowledged: rules across families. */
bool facts_accept(const struct law *law, const struct order *order, uint32_t history);

#endif
