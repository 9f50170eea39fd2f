#!/usr/bin/env bash
# The fault campaign: real Kafka, Postgres and daemons, schedules of faults, invariants.
#
# usage: tests/faults/run.sh
#
# SEEDS (default 10) schedules from SEED (default 1) on; FAULTS names some faults (beginnings of names,
# by commas; `make faults FAULTS=list` lists them). SECONDS_MAX (default 480): no new schedule after
# so many. Lines of results are added to RESULTS (default build/faults/results.tsv).
# Ends with "faults: N passed, N failed": each invariant of each schedule counts. BIN names the programs.
set -u
cd "$(dirname "$0")/../.." || exit 1
case ${1:-} in -h | --help) sed -n '2,10s/^# //p' "$0"; exit 0 ;; esac
export BIN=${BIN:-build/debug-gcc/bin}
FAULTS_PROGRAM=${FAULTS_PROGRAM:-$(dirname "$BIN")/test/faults}
RESULTS=${RESULTS:-build/faults/results.tsv}
[ "${FAULTS:-}" != list ] || exec "$FAULTS_PROGRAM" list
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
HAVE=2 # enum need of fault.h: the proxy
! nm "$BIN/projector" | grep -q ' T crash_point$' || HAVE=$((HAVE + 1))
export FAULTS_HAVE=$HAVE

proxy_up() {
    mkdir -p "$FLOW/pg"
    "$FAULTS_PROGRAM" proxy "$FLOW/proxy.control" "broker=${KAFKA_BEHIND#*:}>${KAFKA_BEHIND%:*}" \
        "postgres=$FLOW/pg/.s.PGSQL.5432>$PGHOST/.s.PGSQL.$PGPORT" >"$FLOW/log/proxy.log" 2>&1 &
    PROXY=$!
    until_true 5 test -S "$FLOW/proxy.control"
}
start() { # NAME [VARIABLE=VALUE...]
    mkdir -p "$FLOW/crash/$1"
    daemon_start "$1" "RB_STATE=$RB_STATE" "RB_KAFKA_BOOTSTRAP=$FAULTS_KAFKA" "RB_CRASH=$FLOW/crash/$1" \
        "RB_PG=$FAULTS_PG user=$(daemon_role "$1")" "${@:2}"
}
started() {
    local name
    brokerctl token --make-keys >/dev/null || return 1
    cp "$RB_SECRETS/token.jwk" "$RB_SECRETS/token.key" # where the callers look
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
trap 'daemons_down; [ -z "$PROXY" ] || kill "$PROXY" 2>/dev/null' EXIT
started || { echo 'the broker did not start'; keep; echo 'faults: 0 passed, 1 failed'; exit 1; }
export RB_GATEWAY=$API
rc=0
"$FAULTS_PROGRAM" run "$RESULTS" "${SEED:-1}" "${SEEDS:-10}" "${SECONDS_MAX:-480}" "${FAULTS:-}" || rc=$?
[ $rc -eq 0 ] || keep
exit $rc
