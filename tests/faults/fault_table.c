/* The faults. Names are what `make faults FAULTS=...` takes and what the matrix says. */
#include "fault.h"
#include "proxy.h"

#define DECIDERS "referrals,sessions,risk"
#define READERS DECIDERS ",projector"
#define EVERYBODY READERS ",gateway"

/* A daemon: SIGKILL; asked to stop; SIGSTOP for less than its session. */
#define DAEMON(who, kills)                                                                         \
    {.name = "kill-" who, .victims = who, .begin = act_kill, .weight = kills},                     \
        {.name = "stop-" who, .victims = who, .begin = act_stop, .weight = 1},                     \
    {                                                                                              \
        .name = "freeze-" who, .victims = who, .begin = act_freeze, .end = act_thaw,               \
        .hold_ms = {100, 2500}, .weight = 1                                                        \
    }
/* SIGSTOP past its session while another one takes its work, then SIGCONT. */
#define ZOMBIE(who)                                                                                \
    {                                                                                              \
        .name = "zombie-" who, .victims = who, .begin = act_replace, .end = act_wake,              \
        .hold_ms = {7000, 8000}, .weight = 1, .restarts = true                                     \
    }
/* SIGKILL from within, at a step that has a name. */
#define CRASH(point, who)                                                                          \
    {                                                                                              \
        .name = "crash-" point, .victims = who, .begin = act_crash, .weight = 1,                   \
        .needs = NEEDS_CRASH_POINTS, .where = point                                                \
    }
/* Between daemons and the broker, or Postgres. */
#define NET(door, who, what, least, most, ...)                                                     \
    {                                                                                              \
        .name = "net-" door "-" what, .victims = who, .begin = act_net, .end = act_net_end,        \
        .hold_ms = {least, most}, .weight = 1, .needs = NEEDS_PROXY, .where = door, __VA_ARGS__    \
    }
#define NET_ALL(door, who)                                                                         \
    NET(door, who, "delay", 500, 2500, .rule = RULE_DELAY, .value = {20, 400}),                    \
        NET(door, who, "slow", 500, 2500, .rule = RULE_SLOW, .value = {5000, 50000}),              \
        NET(door, who, "lose-up", 300, 3000, .rule = RULE_LOSE_UP),                                \
        NET(door, who, "lose-down", 300, 3000, .rule = RULE_LOSE_DOWN),                            \
        NET(door, who, "half-open", 300, 3000, .rule = RULE_HALF_OPEN),                            \
        NET(door, who, "cut", 100, 2000, .rule = RULE_CUT),                                        \
        NET(door, who, "cut-frame", 300, 1500, .rule = RULE_CUT_FRAME)

/* A disk that is full for a while. */
#define DISK(which)                                                                                \
    {                                                                                              \
        .name = "disk-" which, .begin = act_disk_full, .end = act_disk_free,                       \
        .hold_ms = {300, 2500}, .weight = 3, .heavy = true, .restarts = true,                      \
        .needs = NEEDS_DISKS, .where = which                                                       \
    }
/* The daemons' wall clock jumps, or runs at another speed, and jumps back. Where it does so while
 * Kafka's client starts, the client gives up waiting for its own threads. */
#define CLOCK(name_, who, offset)                                                                  \
    {                                                                                              \
        .name = "clock-" name_, .victims = who, .begin = act_clock, .end = act_clock_end,          \
        .hold_ms = {500, 2500}, .weight = 3, .restarts = true, .needs = NEEDS_CLOCK,               \
        .where = offset                                                                            \
    }

/* Calls of the C library fail. */
#define SHIM(name_, who, what, ...)                                                                \
    {                                                                                              \
        .name = name_, .victims = who, .begin = act_shim, .end = act_shim_end,                     \
        .hold_ms = {200, 1500}, .weight = 3, .restarts = true, .needs = NEEDS_CLOCK,               \
        .where = what, __VA_ARGS__                                                                 \
    }
#define CLIENTS(what)                                                                              \
    {                                                                                              \
        .name = what, .begin = act_clients, .weight = 1, .where = what                             \
    }

const struct fault_kind fault_kinds[] = {
    DAEMON("referrals", 3),
    DAEMON("sessions", 3),
    DAEMON("risk", 3),
    DAEMON("projector", 4),
    DAEMON("gateway", 4),
    ZOMBIE("risk"),
    ZOMBIE("referrals"),
    ZOMBIE("projector"),
    /* Members that come and go every two seconds; two under one static name. */
    {.name = "storm",
        .heavy = true,
        .victims = READERS,
        .begin = act_storm,
        .weight = 2,
        .restarts = true},
    {.name = "twin", .victims = READERS, .begin = act_twin, .weight = 2, .restarts = true},
    {.name = "broker-kill",
        .heavy = true,
        .begin = act_broker_kill,
        .end = act_broker_start,
        .hold_ms = {0, 1000},
        .weight = 2},
    {.name = "broker-stop",
        .heavy = true,
        .begin = act_broker_stop,
        .end = act_broker_start,
        .hold_ms = {0, 1000},
        .weight = 1},
    {.name = "broker-freeze",
        .heavy = true,
        .begin = act_broker_freeze,
        .end = act_broker_thaw,
        .hold_ms = {500, 7000},
        .weight = 2,
        .restarts = true},
    {.name = "postgres-immediate",
        .begin = act_postgres_immediate,
        .end = act_postgres_start,
        .hold_ms = {0, 1000},
        .weight = 2},
    {.name = "postgres-restart",
        .begin = act_postgres_stop,
        .end = act_postgres_start,
        .hold_ms = {0, 500},
        .weight = 2},
    {.name = "postgres-backends", .begin = act_postgres_backends, .weight = 3},
    {.name = "thousand-posts", .begin = act_repeat, .weight = 2},
    {.name = "lost-answers",
        .begin = act_hasty,
        .end = act_patient,
        .hold_ms = {300, 1500},
        .weight = 2},
    /* Records that no honest program writes, on every topic. */
    {.name = "poison", .begin = act_poison, .weight = 4},
    CRASH("start", EVERYBODY),
    CRASH("started", EVERYBODY),
    CRASH("stop", EVERYBODY),
    CRASH("stopped", EVERYBODY),
    CRASH("before-produce", DECIDERS ",gateway"),
    CRASH("after-produce", DECIDERS ",gateway"),
    CRASH("before-read-back", DECIDERS),
    CRASH("after-read-back", DECIDERS),
    CRASH("before-store-commit", DECIDERS),
    CRASH("after-store-commit", DECIDERS),
    CRASH("before-offset-commit", DECIDERS),
    CRASH("after-offset-commit", DECIDERS),
    CRASH("mid-batch", READERS),
    CRASH("before-claim", "projector"),
    CRASH("after-claim", "projector"),
    CRASH("before-commit", "projector"),
    CRASH("in-commit", "projector"),
    CRASH("after-commit", "projector"),
    CRASH("before-answer", "gateway"),
    NET_ALL("broker", EVERYBODY ",*"),
    NET_ALL("postgres", "projector,gateway"),
    NET("postgres", "projector", "cut-commit", 100, 1000, .rule = RULE_CUT_COMMIT),
    DISK("store"),
    DISK("log"),
    DISK("wal"),
    DISK("kafka"),
    CLOCK("hour-ahead", READERS, "+1h"),
    CLOCK("hour-behind", READERS, "-1h"),
    CLOCK("fast", READERS, "+0 x3"),
    CLOCK("slow", READERS, "+0 x0.5"),
    /* As far as the callers' tokens stay valid. */
    CLOCK("edge-ahead", "gateway", "+4m"),
    /* One daemon is of the next release for a while. */
    {.name = "release",
        .victims = EVERYBODY,
        .begin = act_upgrade,
        .end = act_downgrade,
        .hold_ms = {1500, 4000},
        .weight = 60,
        .needs = NEEDS_RELEASES},
    SHIM("write-fails", EVERYBODY, "write", .heavy = false),
    SHIM("sync-fails", EVERYBODY, "sync", .heavy = false),
    SHIM("malloc-fails", EVERYBODY, "malloc", .aborts = true),
    {.name = "no-descriptors",
        .victims = EVERYBODY,
        .begin = act_descriptors,
        .end = act_descriptors_end,
        .hold_ms = {300, 2500},
        .weight = 2,
        .restarts = true},
    CLIENTS("slow-loris"),
    CLIENTS("endless-body"),
    CLIENTS("deaf-readers"),
};
const size_t fault_kind_count = ARRAY_LEN(fault_kinds);
