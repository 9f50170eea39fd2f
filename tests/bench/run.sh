#!/usr/bin/env bash
# Runs the benchmarks: those without a stack, then the others over one private Postgres and Kafka.
# usage: BIN=build/release-gcc tests/bench/run.sh [codec] [seal] [decider] [projection] [post]
# UNDER="perf record -g -o FILE" puts that before each program.
set -euo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/release-gcc}
[ "${1:-}" != --stack ] || { shift; stack=1; }
wanted() { [ $# -eq 1 ] || [[ " ${*:2} " == *" $1 "* ]]; }

if [ -z "${stack:-}" ]; then
    for name in codec seal; do
        ! wanted $name "$@" || ${UNDER:-} "$BIN/bench/bench_$name"
    done
    export BIN
    # A stack of its own for each: what one leaves behind (a backlog, a group's members) slows the next.
    # The broker's Java as in production, not as in the tests' short life.
    export KAFKA_JVM=
    for name in post decider projection; do
        wanted "$name" "$@" || continue
        WITH_STACK_SECONDS=240 tests/with-stack.sh "$0" --stack "$name"
    done
    exit 0
fi

# Inside tests/with-stack.sh.
BIN=$BIN/bin
# shellcheck source=tests/flow/lib.sh
. tests/flow/lib.sh
set -e
end() { # whatever failed: the daemons' logs stay
    local rc=$?
    daemons_down
    [ $rc -eq 0 ] || { mkdir -p build/test-logs/bench && cp -r "$FLOW/log/." build/test-logs/bench/ && echo "logs: build/test-logs/bench"; }
    exit $rc
}
trap end EXIT
PROGRAMS=$(realpath "$BIN/../bench")
export RB_JWKS=$RB_SECRETS/jwks.json BENCH_LOG=$FLOW/log/risk-alone.log BENCH_RISK=$BIN/risk
for name in bench bench_bare; do
    psql -X -q -U postgres -d postgres -c "CREATE DATABASE $name OWNER projector"
done
export BENCH_PG="${RB_PG/dbname=referral/dbname=bench} user=projector"
export BENCH_PG_BARE="${RB_PG/dbname=referral/dbname=bench_bare} user=projector"

if wanted post "$@"; then
    "$BIN/brokerctl" token --make-keys >/dev/null
    daemons_up
    BENCH_HTTP_PORT=$(free_port)
    export BENCH_HTTP_PORT
    daemon_start gateway RB_HTTP_PORT="$BENCH_HTTP_PORT" RB_COMMANDS_PER_SECOND=0
    echo "$BENCH_HTTP_PORT" >"$FLOW/run/gateway.port"
    until_true 30 daemon_ready gateway
    BENCH_TOKEN=$("$BIN/brokerctl" token --user DPRICE)
    export BENCH_TOKEN
    ${UNDER:-} "$PROGRAMS/bench_post"
    daemons_down
fi
if wanted decider "$@"; then
    mkdir -p "$FLOW/store/alone"
    RB_STATE=$FLOW/store/alone RB_METRICS_PORT=$(free_port) ${UNDER:-} "$PROGRAMS/bench_decider"
fi
! wanted projection "$@" || ${UNDER:-} "$PROGRAMS/bench_projection"
