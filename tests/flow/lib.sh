# shellcheck shell=bash
# What the flow tests share: daemons under a supervisor of a few lines, checks that count. Sourced
# inside tests/with-stack.sh. A test script sources this, calls `check`, and ends with `finish`.
set -u
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BIN=$(cd "$TOP" && realpath "${BIN:-build/debug-gcc/bin}")
FLOW=$STACK_DIR/flow
SHARED=$(cd "${SHARED:-$TOP/../shared}" 2>/dev/null && pwd || echo none)
PASSED=0 FAILED=0
export RB_SECRETS=$FLOW/secrets RB_SCHEMAS=$TOP/schemas
export LSAN_OPTIONS="suppressions=$TOP/tests/lsan.supp:print_suppressions=0"
mkdir -p "$FLOW/secrets" "$FLOW/log" "$FLOW/run" "$FLOW/store"
for name in deployment.secret kek cookie.key; do
    [ -s "$FLOW/secrets/$name" ] || head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$FLOW/secrets/$name"
done

# check 'sentence' COMMAND...: runs it and counts; what it printed is shown when it failed.
check() {
    local what=$1
    shift
    if "$@" >"$FLOW/check.out" 2>&1; then
        PASSED=$((PASSED + 1))
        echo "  ok      $what"
    else
        FAILED=$((FAILED + 1))
        printf '  FAILED  %s\n%s\n' "$what" "$(head -c 2000 "$FLOW/check.out")"
    fi
}
equal() { [ "$1" = "$2" ] || { printf 'expected: %s\nfound:    %s\n' "$2" "$1"; return 1; }; }
# until_true SECONDS COMMAND...: looks again every 50 ms.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$@"; }
free_port() { # one that nobody listens on; the kernel keeps it from others for a while
    local port
    for port in $(shuf -i 20000-30000 -n 50); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# --- daemons: NAME is the program, or PROGRAM.INSTANCE for a second one ---------------------------
daemon_role() { case $1 in projector) echo projector ;; gateway) echo gateway ;; *) echo projector ;; esac; }
# daemon_start NAME [VARIABLE=VALUE...]: supervised: what dies is started again until daemon_stop.
daemon_start() {
    local name=$1 program=${1%%.*} port rc
    shift
    port=$(free_port)
    echo "$port" >"$FLOW/run/$name.port"
    rm -f "$FLOW/run/$name.stop"
    mkdir -p "$FLOW/store/$name"
    (
        until [ -e "$FLOW/run/$name.stop" ]; do
            env RB_STATE="$FLOW/store/$name" RB_METRICS_PORT="$port" RB_PG="$RB_PG user=$(daemon_role "$program")" \
                "$@" "$BIN/$program" >>"$FLOW/log/$name.log" 2>&1 </dev/null &
            echo $! >"$FLOW/run/$name.pid"
            rc=0
            wait $! || rc=$? # whatever it was: started again
            echo "exit $rc" >>"$FLOW/log/$name.exits"
            sleep 0.05
        done
    ) >/dev/null 2>&1 &
    echo $! >"$FLOW/run/$name.supervisor"
}
daemon_pid() { cat "$FLOW/run/$1.pid"; }
daemon_signal() { kill "-$2" "$(daemon_pid "$1")"; }
daemon_ready() {
    local path=${2:-/health/ready} port line
    port=$(cat "$FLOW/run/$1.port")
    exec 5<>"/dev/tcp/127.0.0.1/$port" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&5
    read -r -t 5 line <&5
    exec 5>&-
    [[ $line == *" 200 "* ]]
} 2>/dev/null
daemon_stop() {
    touch "$FLOW/run/$1.stop"
    kill -TERM "$(daemon_pid "$1")" 2>/dev/null
    wait "$(cat "$FLOW/run/$1.supervisor")" 2>/dev/null
}
daemons_up() { # the four that make commands into rows
    local name
    for name in projector referrals sessions risk; do daemon_start "$name"; done
    for name in projector referrals sessions risk; do
        until_true 60 daemon_ready "$name" || { tail -n 5 "$FLOW/log/$name.log"; return 1; }
    done
}
daemons_down() {
    local at name
    for at in "$FLOW"/run/*.pid; do
        [ -e "$at" ] || continue
        name=$(basename "$at" .pid)
        [ -e "$FLOW/run/$name.stop" ] || daemon_stop "$name"
    done
}
# Neither a sanitizer nor a leak nor one of our own asserts spoke up in any log.
logs_clean() { ! grep -lE 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:|"event":"bug"' "$FLOW"/log/*.log; }

finish() {
    daemons_down
    check "no sanitizer, leak or assertion in any daemon's log" logs_clean
    if [ $FAILED -gt 0 ]; then
        local kept=${TEST_LOGS:-$TOP/build/test-logs}/flow/$(basename "$0" .sh)
        mkdir -p "$kept" && cp -r "$FLOW/log/." "$kept/"
        cp "$FLOW"/calls.log "$kept/" 2>/dev/null
        echo "logs of the failure: $kept"
    fi
    echo "$(basename "$0" .sh): $PASSED passed, $FAILED failed"
    [ $FAILED -eq 0 ]
}
trap 'daemons_down' EXIT
