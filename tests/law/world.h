/* The state of the modelled world, and the acts that change it. */
#ifndef LAW_WORLD_H
#define LAW_WORLD_H

#include "law/law.h"

/* No padding: states are compared as bytes. */
struct instance {
    struct reader reader;         /* its confirmed state */
    uint32_t flight[DOSSIERS][2]; /* its records on the way; the law uses the first place alone */
    uint8_t family, owner;        /* the group's generation is the owner's */
    uint8_t start;                /* offset of the first command in hand */
    uint8_t known;                /* offset it last committed */
    uint8_t done;                 /* weaknesses: its own notion of done, bits by offset */
    uint8_t spare[3];
};
struct world {
    struct reader fresh; /* of the whole log from its start */
    struct faults left;
    uint8_t committed[FAMILIES]; /* by the groups */
    uint8_t log_count, net_count;
    uint8_t lost; /* the log has lost something */
    struct instance instances[INSTANCES_MAX];
    uint32_t log[LOG_MAX]; /* 0: a hole */
    uint32_t net[NET_MAX]; /* appends on their way, in any order; sorted */
};

int world_instances(const struct model *model);
void world_begin(const struct model *model, struct world *ret);
/* Equal worlds become equal bytes; where the model is reduced, ignored records go. */
void world_settle(const struct law *law, struct world *world);
/* Gives the length. `ret` holds sizeof(struct world). */
size_t world_pack(const struct model *model, const struct world *world, uint8_t *ret);
void world_unpack(const struct model *model, const uint8_t *packed, struct world *ret);
void world_send(struct world *world, uint32_t record);
void world_unsend(struct world *world, int place);

enum act_kind {
    ACT_READ,   /* an instance reads the next record */
    ACT_DECIDE, /* it decides a dossier's next command and sends the record */
    ACT_COMMIT, /* it commits its offset */
    ACT_RESEND, /* its append is gone: the same bytes again, unless they can only lose */
    ACT_LET_GO, /* its number is taken: it waits no longer. In reduced models alone */
    ACT_LAND,   /* an append reaches the log */
    ACT_CRASH,  /* the owner dies and starts again with its store */
    ACT_LOSE_STORE,
    ACT_TAKE_OVER, /* a zombie is given its family's commands; the owner does not hear of it */
    ACT_DUPLICATE, /* of an append */
    ACT_DROP,
    ACT_ODD,      /* it refuses what the rules accept, or the opposite: another release of it */
    ACT_DELETE,   /* the log loses a record, */
    ACT_TRUNCATE, /* or all from one on */
    ACT_MAX_
};
struct act {
    uint8_t kind;
    uint8_t which; /* instance, or place in log or net */
    uint8_t sub;   /* dossier, or dossier and place in flight */
    uint8_t reads; /* reduced models: so many records are read first */
};
struct act_row {
    const char *name;
    bool (*step)(struct law *law, struct world *world, struct act act);
    enum { OF_INSTANCES, OF_NET, OF_LOG } of;
    uint8_t subs;
    bool fault;
    uint8_t left; /* of a fault: where the world keeps how many may still happen */
};
extern const struct act_row act_table[ACT_MAX_];
int act_range(const struct law *law, const struct world *world, enum act_kind kind);
/* A fault of which none is left. */
bool act_is_spent(const struct world *world, enum act_kind kind);
/* Of an instance's own will. */
bool act_is_own(enum act_kind kind);
/* Is it one that must go on by itself: of an owner or the network, and no fault? */
bool act_is_due(const struct world *world, struct act act);

/* What each row does; false: not possible here, and the world is to be thrown away. */
bool step_read(struct law *law, struct world *world, struct act act);
bool step_decide(struct law *law, struct world *world, struct act act);
bool step_commit(struct law *law, struct world *world, struct act act);
bool step_resend(struct law *law, struct world *world, struct act act);
bool step_let_go(struct law *law, struct world *world, struct act act);
bool step_land(struct law *law, struct world *world, struct act act);
bool step_crash(struct law *law, struct world *world, struct act act);
bool step_lose_store(struct law *law, struct world *world, struct act act);
bool step_take_over(struct law *law, struct world *world, struct act act);
bool step_duplicate(struct law *law, struct world *world, struct act act);
bool step_drop(struct law *law, struct world *world, struct act act);
bool step_odd(struct law *law, struct world *world, struct act act);
bool step_delete(struct law *law, struct world *world, struct act act);
bool step_truncate(struct law *law, struct world *world, struct act act);

/* judge.c: is anything not as it must be? Finds at most one thing a run. */
void judge_landing(struct law *law, const struct world *world, uint32_t record);
void judge_reading(
    struct law *law, const struct world *world, const struct reader *before, int instance);
bool judge_must_show(const struct law *law, const struct world *world, uint8_t place);
void judge_loss(struct law *law, const struct world *world, const struct reader *before);
/* Nothing is left that must happen by itself. */
void judge_quiet(struct law *law, const struct world *world);

#endif
