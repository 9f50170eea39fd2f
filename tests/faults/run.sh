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
    export WITH_STACK_SECONDS=${WITH_STACK_SECONDS:-$((${SECONDS_MAX:-480} + 90))}
    exec tests/with-stack.sh "$0" --stack
fi

# Inside tests/with-stack.sh.
FAULTS_PROGRAM=$(realpath "$FAULTS_PROGRAM")
RESULTS=$(realpath -m "$RESULTS")
. tests/flow/gateway.sh
export TOP FLOW BIN
export FAULTS_KAFKA=$RB_KAFKA_BOOTSTRAP FAULTS_PG=$RB_PG
export RB_COMMANDS_PER_SECOND=0 RB_QUERIES_PER_SECOND=0
started() { broker_up && psql -X -q -U postgres -v ON_ERROR_STOP=1 -f "$TOP/tests/faults/audit.sql"; }
keep() { # the logs of a run that broke something
    local kept=${TEST_LOGS:-$TOP/build/test-logs}/faults
    rm -rf "$kept" && mkdir -p "$kept" && cp -r "$FLOW/log/." "$kept/" && echo "logs of the failure: $kept"
}
started || { echo 'the broker did not start'; keep; echo 'faults: 0 passed, 1 failed'; exit 1; }
cp "$RB_SECRETS/token.jwk" "$RB_SECRETS/token.key" # where the callers look
export RB_GATEWAY=$API
rc=0
"$FAULTS_PROGRAM" run "$RESULTS" "${SEED:-1}" "${SEEDS:-10}" "${SECONDS_MAX:-480}" "${FAULTS:-}" || rc=$?
[ $rc -eq 0 ] || keep
exit $rc
