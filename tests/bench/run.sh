#!/usr/bin/env bash
# Runs the benchmarks: those without a stack, then the others over one private Postgres and Kafka.
# usage: BIN=build/release-gcc tests/bench/run.sh [codec] [seal] [post] [decider] [projection]
#        [projectors] [streams] [queries] [memory] [load] [kill] [start]; flat by name alone
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
    for name in post decider projection projectors streams; do
        wanted "$name" "$@" || continue
        WITH_STACK_SECONDS=240 tests/with-stack.sh "$0" --stack "$name"
    done
    # These share one, filled with 100,000 open referrals first.
    grown=()
    for name in queries memory load kill start; do ! wanted "$name" "$@" || grown+=("$name"); done
    [ ${#grown[@]} -eq 0 ] || WITH_STACK_SECONDS=480 tests/with-stack.sh "$0" --stack grown "${grown[@]}"
    [[ " $* " != *" flat "* ]] || WITH_STACK_SECONDS=3600 tests/with-stack.sh "$0" --stack flat
    exit 0
fi

# Inside tests/with-stack.sh.
BIN=$BIN/bin
# shellcheck source=tests/flow/lib.sh
. tests/flow/lib.sh
set -e
end() { # whatever failed: the daemons' logs stay
    local rc=$?
    set +e
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

broker_up() {
    "$BIN/brokerctl" token --make-keys >/dev/null
    daemons_up
    BENCH_HTTP_PORT=$(free_port)
    export BENCH_HTTP_PORT
    # One caller stands for many here.
    daemon_start gateway RB_HTTP_PORT="$BENCH_HTTP_PORT" RB_COMMANDS_PER_SECOND=0 RB_QUERIES_PER_SECOND=0
    echo "$BENCH_HTTP_PORT" >"$FLOW/run/gateway.port"
    until_true 30 daemon_ready gateway
    BENCH_TOKEN=$("$BIN/brokerctl" token --user DPRICE)
    BENCH_TOKEN_WORKER=$("$BIN/brokerctl" token --user JBELL)
    export BENCH_TOKEN BENCH_TOKEN_WORKER
}

if wanted post "$@"; then
    broker_up
    ${UNDER:-} "$PROGRAMS/bench_post"
    daemons_down
fi
if wanted streams "$@"; then
    # The demo's people sign in by browser; its cases are what they look at.
    export RB_DEMO=1 BENCH_PG_READ="$RB_PG user=projector" BENCH_RUN=$FLOW/run
    broker_up
    RB_GATEWAY=http://127.0.0.1:$BENCH_HTTP_PORT "$BIN/brokerctl" demo --people 12 >/dev/null
    ${UNDER:-} "$PROGRAMS/bench_streams"
    daemons_down
fi
if [ "${1:-}" = flat ]; then
    export BENCH_PG_READ="$RB_PG user=projector" BENCH_RUN=$FLOW/run
    broker_up
    "$PROGRAMS/bench_flat"
fi
if [ "${1:-}" = grown ]; then
    export BENCH_PG_READ="$RB_PG user=projector" BENCH_PG_EDGE="$RB_PG user=gateway" BENCH_RUN=$FLOW/run
    broker_up
    "$PROGRAMS/bench_fill"
    psql -X -q -U postgres -c 'VACUUM (ANALYZE)' -c CHECKPOINT # as would be done in time
    for name in queries memory load kill; do
        ! wanted "$name" "$@" || ${UNDER:-} "$PROGRAMS/bench_$name"
    done
    if wanted start "$@"; then
        daemons_down
        mkdir -p "$FLOW/store/new"
        export BENCH_DECIDER=$BIN/referrals BENCH_LOG=$FLOW/log/referrals-alone.log
        export BENCH_STORE=$FLOW/store/referrals BENCH_STORE_NEW=$FLOW/store/new
        RB_METRICS_PORT=$(free_port) ${UNDER:-} "$PROGRAMS/bench_start"
    fi
fi
if wanted decider "$@"; then
    mkdir -p "$FLOW/store/alone"
    RB_STATE=$FLOW/store/alone RB_METRICS_PORT=$(free_port) ${UNDER:-} "$PROGRAMS/bench_decider"
fi
! wanted projection "$@" || ${UNDER:-} "$PROGRAMS/bench_projection"
if wanted projectors "$@"; then
    export BENCH_PROJECTOR=$BIN/projector BENCH_LOG=$FLOW/log/projectors.log
    BENCH_PORT_0=$(free_port) BENCH_PORT_1=$(free_port)
    export BENCH_PORT_0 BENCH_PORT_1
    ${UNDER:-} "$PROGRAMS/bench_projectors"
fi
