#!/usr/bin/env bash
# The fault campaign: real Kafka, Postgres and daemons, schedules of faults, invariants.
#
# usage: tests/faults/run.sh
#
# SEEDS (default 10) schedules from SEED (default 1) on; FAULTS names some faults (beginnings of names,
# by commas; `make faults FAULTS=list` lists them). SECONDS_MAX (default 480): no new schedule after
# so many. Lines of results are added to RESULTS (default build/faults/results.tsv).
# STACK=plain (default); releases: daemons of the next one beside these; disks: small ones that can be
# filled (root only); clock: the daemons' wall clock is ours, and calls of their C library fail
# (libfaketime, shim.c; release programs: neither goes with sanitizers).
# CAUGHT_UP_SECONDS (default 10): I9. FAULTS_APART=3000: so many ms from one to the next.
# Ends with "faults: N passed, N failed": each invariant of each schedule counts. BIN names the programs.
set -u
cd "$(dirname "$0")/../.." || exit 1
case ${1:-} in -h | --help) sed -n '2,14s/^# //p' "$0"; exit 0 ;; esac
export BIN=${BIN:-build/debug-gcc/bin}
FAULTS_PROGRAM=${FAULTS_PROGRAM:-$(dirname "$BIN")/test/faults}
RESULTS=${RESULTS:-build/faults/results.tsv}
list() { "$FAULTS_PROGRAM" list; for scene in tests/faults/scene_*.sh; do basename "$scene" .sh | tr _ -; done; }
[ "${FAULTS:-}" != list ] || { list; exit; }
case ${FAULTS:-} in scene-*) # one of the scenes instead, on a stack of its own
    scene=$(tr - _ <<<"${FAULTS#scene-}")
    WITH_STACK_SECONDS=${WITH_STACK_SECONDS:-900} exec tests/with-stack.sh "tests/faults/scene_$scene.sh" ;;
esac
mkdir -p "$(dirname "$RESULTS")"
if [ "${1:-}" != --stack ]; then
    . compose/lib.sh
    KAFKA_BEHIND=$(free_port)
    KAFKA_BEHIND+=:$(free_port "$KAFKA_BEHIND")
    export KAFKA_BEHIND WITH_STACK_SECONDS=${WITH_STACK_SECONDS:-$((${SECONDS_MAX:-480} + 90))}
    exec tests/with-stack.sh "$0" --stack
fi

# Inside tests/with-stack.sh. The daemons' way to the broker and to Postgres is the proxy's; ours is not.
FAULTS_PROGRAM=$(realpath "$FAULTS_PROGRAM")
RESULTS=$(realpath -m "$RESULTS")
. tests/flow/gateway.sh
export TOP FLOW BIN RB_COMMANDS_PER_SECOND=0 RB_QUERIES_PER_SECOND=0
export FAULTS_KAFKA=127.0.0.1:${KAFKA_BEHIND#*:} FAULTS_PG="host=$FLOW/pg port=5432 dbname=$PGDATABASE"
STACK=${STACK:-plain}
SHIM=$(realpath -m "$(dirname "$FAULTS_PROGRAM")/faults-shim.so")
FAKETIME=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1
HAVE=2 # enum need of fault.h: the proxy
! nm "$BIN/projector" | grep -q ' T crash_point$' || HAVE=$((HAVE + 1))
[ "$STACK" != disks ] || HAVE=$((HAVE + 4))
[ "$STACK" != clock ] || HAVE=$((HAVE + 8))
[ "$STACK" != releases ] || HAVE=$((HAVE + 16))
export FAULTS_HAVE=$HAVE

# --- what a stack has beside the daemons -------------------------------------------------------------

# disk NAME SIZE FOLDER [OWNER]: FOLDER is on a small disk of its own from now on.
disk() {
    local at=$FLOW/disks/$1
    mkdir -p "$at" && mount -t tmpfs -o "size=$2" tmpfs "$at" && mv "$3" "$at/here" && ln -s "$at/here" "$3"
}
disks_up() {
    local stack=$TOP/compose/stack.sh
    psql -X -q -U postgres -d postgres -c "ALTER SYSTEM SET max_wal_size = '64MB'" -c "ALTER SYSTEM SET min_wal_size = '32MB'" &&
        "$stack" stop "$STACK_DIR" && disk store 128m "$FLOW/store" && disk log 128m "$FLOW/log" &&
        disk wal 192m "$STACK_DIR/pg/pg_wal" && disk kafka 512m "$STACK_DIR/kafka/data" &&
        "$stack" start "$STACK_DIR"
}
# The daemons' programs can be changed for those of the next release while all runs.
releases_up() {
    . "$TOP/tests/flow/releases.sh"
    next_release || return 1
    mkdir -p "$FLOW/this" "$FLOW/bin" && cp "${PROGRAMS[@]/#/$BIN/}" "$FLOW/this" &&
        ln -s "${PROGRAMS[@]/#/$FLOW/this/}" "$FLOW/bin" && BIN=$FLOW/bin
}
disks_down() { # the servers first: they write until they are stopped
    [ "$STACK" = disks ] || return 0
    "$TOP/compose/stack.sh" stop "$STACK_DIR"
    umount -l "$FLOW"/disks/*
} 2>/dev/null

proxy_up() {
    mkdir -p "$FLOW/pg"
    "$FAULTS_PROGRAM" proxy "$FLOW/proxy.control" "broker=${KAFKA_BEHIND#*:}>${KAFKA_BEHIND%:*}" \
        "postgres=$FLOW/pg/.s.PGSQL.5432>$PGHOST/.s.PGSQL.$PGPORT" >"$FLOW/log/proxy.log" 2>&1 &
    PROXY=$!
    until_true 5 test -S "$FLOW/proxy.control"
}
start() { # NAME [VARIABLE=VALUE...]
    local more=("RB_CRASH=$FLOW/crash/$1")
    mkdir -p "$FLOW/crash/$1" "$FLOW/clock" "$FLOW/shim"
    head -c 64 /dev/zero >"$FLOW/shim/$1"
    echo '+0' >"$FLOW/clock/$1"
    [ "$STACK" != clock ] || more+=("LD_PRELOAD=$SHIM:$FAKETIME" "FAKETIME_TIMESTAMP_FILE=$FLOW/clock/$1" \
        FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1 "FAULTS_SHIM=$FLOW/shim/$1")
    daemon_start "$1" "RB_STATE=$RB_STATE" "RB_KAFKA_BOOTSTRAP=$FAULTS_KAFKA" \
        "RB_PG=$FAULTS_PG user=$(daemon_role "$1")" "${more[@]}" "${@:2}"
}
started() {
    local name
    brokerctl token --make-keys >/dev/null || return 1
    cp "$RB_SECRETS/token.jwk" "$RB_SECRETS/token.key" # where the callers look
    [ "$STACK" != disks ] || disks_up || return 1
    [ "$STACK" != releases ] || releases_up || return 1
    proxy_up || { cat "$FLOW/log/proxy.log"; return 1; }
    for name in projector referrals sessions risk; do start "$name"; done
    for name in projector referrals sessions risk; do until_true 60 daemon_ready "$name" || return 1; done
    psql -X -q -U postgres -v ON_ERROR_STOP=1 -f "$TOP/tests/faults/audit.sql" || return 1
    HTTP_PORT=$(free_port) API=http://127.0.0.1:$HTTP_PORT
    start gateway "RB_HTTP_PORT=$HTTP_PORT" && until_true 60 gateway_ready
}
keep() { # the logs of a run that broke something
    local kept=${TEST_LOGS:-$TOP/build/test-logs}/faults
    rm -rf "$kept" && mkdir -p "$kept" && cp -r "$FLOW/log/." "$kept/" && echo "logs of the failure: $kept"
}
PROXY=
trap 'daemons_down; [ -z "$PROXY" ] || kill "$PROXY" 2>/dev/null; disks_down' EXIT
started || { echo 'the broker did not start'; keep; echo 'faults: 0 passed, 1 failed'; exit 1; }
export RB_GATEWAY=$API
"$FAULTS_PROGRAM" run "$RESULTS" "${SEED:-1}" "${SEEDS:-10}" "${SECONDS_MAX:-480}" "${FAULTS:-}" | tee "$FLOW/log/schedules.out"
read -r passed failed < <(sed -n 's/^schedules: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$FLOW/log/schedules.out") || { passed=0 failed=1; }
# Each debug program has crash points, no release one has.
crash_points() { nm "$@" | grep -c ' crash_point$'; }
if [ -n "${RELEASE_OBJECTS:-}" ]; then
    for object in $RELEASE_OBJECTS; do
        if [ "$(crash_points "$object")" -eq 0 ] && [ "$(crash_points "${object/release/debug}")" -gt 0 ]; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "FAILED: $object has crash points, or that of the debug build has none"
        fi
    done
fi
[ "$failed" -eq 0 ] || keep
echo "faults: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
