#!/usr/bin/env bash
# Several daemons killed, stopped and woken under load. After each scene: every command has exactly
# one outcome that counts, on the log and in Postgres, and the read model and the deciders' stores
# equal the pure fold (brokerctl verify). KILLS=20 rounds, each daemon once a round.
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-20}
logs=$FLOW/log
state=$FLOW/state
ledger=$FLOW/ledger
flow=$(dirname "$BIN")/test/flow
load_pid=
export RB_PG="$RB_PG user=projector" RB_GIVE_UP=5s
declare -A pid_of
mkdir -p "$state"

# --- daemons: NAME.INSTANCE[.PLACE]; another place is another machine's state folder ---------------

start() {
    local key=$1 name instance place
    IFS=. read -r name instance place <<<"$key"
    mkdir -p "$state/${place:-here}"
    RB_INSTANCE=$instance RB_STATE=$state/${place:-here} setsid "$BIN/$name" >>"$logs/$key.log" 2>&1 </dev/null &
    pid_of[$key]=$!
}
kill_and_start() {
    kill -KILL "${pid_of[$1]}" && wait "${pid_of[$1]}" 2>/dev/null
    start "$1"
}
# In order; its exit status.
stop() {
    kill -TERM "${pid_of[$1]}" 2>/dev/null
    local pid=${pid_of[$1]} rc
    unset "pid_of[$1]"
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    rc=$?
    return $rc
}
# What a supervisor does: whoever failed is started again, unless it stopped loudly.
tend() {
    local key rc
    for key in "${!pid_of[@]}"; do
        kill -0 "${pid_of[$key]}" 2>/dev/null && continue
        wait "${pid_of[$key]}" 2>/dev/null
        rc=$?
        echo "$key ended with $rc" >>"$logs/ended"
        unset "pid_of[$key]"
        [ $rc -eq 3 ] || start "$key"
    done
}
# tended SECONDS: waits so long, tending.
tended() {
    local end=$((SECONDS + $1))
    while [ $SECONDS -lt $end ]; do tend; sleep 0.2; done
}
logged() { # KEY EVENT TIMES SECONDS: until its log has the event so often
    for _ in $(seq $(($4 * 10))); do
        [ "$(grep -c "\"event\":\"$2\"" "$logs/$1.log" 2>/dev/null)" -ge "$3" ] && return
        sleep 0.1
    done
    return 1
}
cleanup() {
    for key in "${!pid_of[@]}"; do kill -CONT "${pid_of[$key]}" 2>/dev/null; kill -KILL "${pid_of[$key]}" 2>/dev/null; done
    [ -z "${load_pid:-}" ] || kill -KILL "$load_pid" 2>/dev/null
}
trap cleanup EXIT

# --- what is looked at --------------------------------------------------------------------------------

load() { "$flow" load "$ledger" "$1" "$2" >>"$logs/load.log" 2>&1 & load_pid=$!; }
load_ends() {
    local rc
    while kill -0 "$load_pid" 2>/dev/null; do tend; sleep 0.2; done
    wait "$load_pid"
    rc=$?
    load_pid=
    tail -n 1 "$logs/load.log" | tee -a "$logs/loads"
    return $rc
}
exactly_once() { timeout 120 "$flow" check "$ledger"; }
equal_to_the_fold() { RB_STATE=$state/here timeout 120 "$BIN/brokerctl" verify; }
not_loud() { ! grep -l stopped-loudly "$logs"/*.log; }
after() { # SCENE
    check "$1: every command was answered" load_ends
    check "$1: each has exactly one outcome, on the log and in Postgres" exactly_once
    check "$1: read model and stores equal the fold" equal_to_the_fold
}
# --- scenes ----------------------------------------------------------------------------------------

daemons=(referrals.1 sessions.1 risk.1 projector.1)
for key in "${daemons[@]}"; do start "$key"; done
for key in referrals.1 sessions.1 risk.1; do logged "$key" decider.caught-up 1 30; done
logged projector.1 sink.claimed 1 30

killed_under_load() {
    local round key
    for round in $(seq "$kills"); do
        for key in "${daemons[@]}"; do
            kill_and_start "$key"
            sleep "0.$((RANDOM % 9))"
        done
    done
    [ "$round" -eq "$kills" ]
}
load $((kills * 3)) 20
check "$kills times kill -9 of each daemon, and started again" killed_under_load
after "kill -9"

# Stopped for longer than its session; another instance takes over; then it wakes.
zombie_instance() {
    kill -STOP "${pid_of[risk.1]}"
    start risk.2.there
    logged risk.2.there decider.caught-up 1 30 || return 1
    sleep 2
    kill -CONT "${pid_of[risk.1]}"
    tended 5
    logged risk.1 decider.released 1 20
}
load 16 10
check "a stopped decider's partitions go to another instance, and it wakes as a zombie" zombie_instance
after "zombie"
check "zombie: the other instance leaves in order" stop risk.2.there

# The same instance started elsewhere: the one that wakes is fenced.
zombie_same_instance() {
    local zombie=${pid_of[sessions.1]}
    kill -STOP "$zombie"
    start sessions.1.there
    logged sessions.1.there decider.caught-up 1 30 || return 1
    sleep 2
    unset "pid_of[sessions.1]"
    kill -CONT "$zombie"
    for _ in $(seq 150); do kill -0 "$zombie" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$zombie" 2>/dev/null && return 1
    wait "$zombie" 2>/dev/null
    [ $? -eq 1 ]
}
load 12 10
check "a stopped decider that was replaced under its own name is fenced when it wakes" zombie_same_instance
check "fenced: every command was answered" load_ends
check "fenced: each has exactly one outcome, on the log and in Postgres" exactly_once
check "fenced: the replacement leaves in order" stop sessions.1.there
start sessions.1

zombie_projector() {
    kill -STOP "${pid_of[projector.1]}"
    start projector.2
    logged projector.2 sink.claimed 1 30 || return 1
    sleep 2
    kill -CONT "${pid_of[projector.1]}"
    tended 5
}
load 14 10
check "a stopped projector's partitions go to another one, and it wakes as a zombie" zombie_projector
after "zombie projector"
check "zombie projector: the other one leaves in order" stop projector.2

check "one command sent 1,000 times has one outcome" "$flow" repeat "$ledger" 1000

# Both have to come through without being started again.
postgres_dies() {
    local before=${pid_of[projector.1]}
    sleep 2
    "$TOP/compose/stack.sh" pg-immediate "$STACK_DIR" || return 1
    tended 2
    "$TOP/compose/stack.sh" pg-start "$STACK_DIR" || return 1
    tended 2
    [ "${pid_of[projector.1]}" = "$before" ]
}
load 10 10
check "Postgres stops at once and comes back; the projector goes on by itself" postgres_dies
after "Postgres"

# In the middle of a batch, its positions moved and its last rows not written: the table of outcomes is
# held until the projector waits for it, then its statement is cancelled, or its connection ended.
hit_batch() { # pg_cancel_backend|pg_terminate_backend
    sql <<EOF
BEGIN;
LOCK TABLE read.outcome IN SHARE MODE;
DO \$\$
DECLARE
    waits integer;
    until timestamptz := clock_timestamp() + interval '5 s';
BEGIN
    LOOP
        SELECT pid INTO waits FROM pg_locks
        WHERE relation = 'read.outcome'::regclass AND mode = 'RowExclusiveLock' AND NOT granted;
        EXIT WHEN waits IS NOT NULL;
        IF clock_timestamp() > until THEN RAISE 'no batch came'; END IF;
        PERFORM pg_sleep(0.005);
    END LOOP;
    PERFORM pg_sleep(random() * 0.3); -- the next batch is made meanwhile
    IF NOT $1(waits) THEN RAISE 'it was gone'; END IF;
END \$\$;
COMMIT;
EOF
}
# Wherever a transaction that has written stands: also at its end, where the answer to COMMIT is lost.
hit_somewhere() { # pg_cancel_backend|pg_terminate_backend
    sql <<EOF
DO \$\$
DECLARE
    hit boolean;
    until timestamptz := clock_timestamp() + interval '5 s';
BEGIN
    LOOP
        PERFORM pg_stat_clear_snapshot();
        SELECT $1(pid) INTO hit FROM pg_stat_activity
        WHERE application_name = 'projector' AND backend_xid IS NOT NULL;
        EXIT WHEN hit;
        IF clock_timestamp() > until THEN RAISE 'no batch came'; END IF;
    END LOOP;
END \$\$;
EOF
}
batches_hit() { # again and again while there is load, in each way twice or more
    local before=${pid_of[projector.1]} how hits=0
    while kill -0 "$load_pid" 2>/dev/null; do
        for how in pg_terminate_backend pg_cancel_backend; do
            hit_batch $how && hit_somewhere $how && hits=$((hits + 1))
        done
    done
    tend
    [ $hits -ge 4 ] && [ "${pid_of[projector.1]}" = "$before" ]
}
load 20 10
check "the projector's statements and connections are ended in the middle of live batches; it goes on by itself" batches_hit
after "ended batches"

# More than two full batches wait, so that one is made while the database works on the other.
backlog() {
    stop projector.1 || return 1
    load 12 20
    load_ends
}
check "the stream grows while no projector runs" backlog
load 15 10
start projector.1
check "the same while it catches up, the next batch made already" batches_hit
after "ended while catching up"

broker_dies() {
    sleep 2
    "$TOP/compose/stack.sh" "$1" "$STACK_DIR" || return 1
    tended 3
    "$TOP/compose/stack.sh" start-kafka "$STACK_DIR" || return 1
    tended 5
}
load 20 10
check "the broker is killed and comes back" broker_dies kill-kafka
check "the broker stops in order and comes back" broker_dies stop-kafka
after "broker"

store_dropped() {
    stop referrals.1 || return 1
    rm -rf "$state/here/referrals-1"
    start referrals.1
    logged referrals.1 decider.caught-up 1 30
}
check "a decider whose store was deleted starts again" store_dropped
load 5 10
after "dropped store"

for key in "${!pid_of[@]}"; do check "$key stops in order" stop "$key"; done
check "nobody stopped loudly" not_loud
cat "$logs/loads" "$logs/ended" 2>/dev/null
finish
