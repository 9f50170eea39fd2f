/* Rules of the log's law that the simulation takes away, one at a time, to see whether it notices
 * (tests/simulation). Its own build alone knows them; everywhere else WEAK(...) is the constant
 * false, and nothing of it is left in the program. Each is used where its rule is kept. */
#ifndef BASE_WEAK_H
#define BASE_WEAK_H

#ifdef SIMULATION
enum weakness {
    WEAK_NOTHING,
    WEAK_EVENTS_UNCHECKED,   /* a late event counts */
    WEAK_REFUSALS_UNCHECKED, /* a late refusal counts */
    WEAK_FAMILY_VERSIONS,   /* a version a family: late counts only where its own family moved on */
    WEAK_LOST_IS_ANSWERED,  /* the id of a lost record counts as answered */
    WEAK_SEEN_FIRST,        /* "answered already" is asked before gap and fork */
    WEAK_COMMIT_ON_PRODUCE, /* a command's offset is committed once its record was sent */
    WEAK_COMMIT_HIGHEST,    /* the highest answered offset is committed, not the lowest open one */
    WEAK_TWO_IN_FLIGHT,     /* the next command of a dossier does not wait for the one before */
    WEAK_NO_SECOND_LOOK,    /* nobody asks whether an id was answered meanwhile */
    WEAK_NO_RESEND,         /* an append that failed is left at that */
    WEAK_STORE_WITHOUT_IDS, /* the store keeps dossiers and no answered ids */
    WEAK_CLAIM_AFTER_LOADING /* positions are read first, the epoch claimed later, and it alone is
                                checked */
};
extern enum weakness weakness; /* the one that is on */
#define WEAK(name) (weakness == WEAK_##name)
#else
#define WEAK(name) false
#endif

#endif
