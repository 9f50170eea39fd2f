#!/usr/bin/env bash
# The local start (compose/run.sh) with the programs of $BIN: what it says when something is in its
# way, that a second start changes nothing, that Ctrl-C and stop end all that it started and nothing
# else: the stack that this test runs beside stays.
. "$(dirname "$0")/lib.sh"
run=$TOP/compose/run.sh
busy=$KAFKA_PORT
export BIN DEMO=0 STATE=$STACK_DIR/state
unset PG_PORT KAFKA_PORT CONTROLLER_PORT
HTTP_PORT=$(free_port) METRICS_PORT=$(free_port) PG_PORT=$(free_port) KAFKA_PORT=$(free_port)
export HTTP_PORT METRICS_PORT PG_PORT KAFKA_PORT
trap '"$run" stop >"$FLOW/log/stop.log" 2>&1; daemons_down' EXIT

# --- what is in its way: one line, nothing started --------------------------------------------------

# refused 'text of the line' VARIABLE=VALUE...
refused() {
    local text=$1 rc=0
    shift
    env "$@" timeout 60 "$run" up >"$FLOW/refused.out" 2>"$FLOW/refused" </dev/null || rc=$?
    equal "$rc $(wc -l <"$FLOW/refused")" '1 1' && grep -qF -- "$text" "$FLOW/refused" && [ ! -e "$STATE/stack.env" ] ||
        { cat "$FLOW/refused.out" "$FLOW/refused"; return 1; }
}
# This machine without apt-get and without anything installed.
bare_path() {
    local bin=$FLOW/bare
    mkdir -p "$bin" && ln -sf /usr/bin/* "$bin" && rm -f "$bin/apt-get" "$bin/dpkg-query" "$bin/kcat"
    ln -s /usr/bin/true "$bin/dpkg-query"
    echo "$bin"
}
check 'a busy port for HTTP is one line that names the port and its variable' \
    refused "port $busy, for gateway, is busy: stop what listens there, or choose another with HTTP_PORT=PORT" HTTP_PORT="$busy"
check 'a busy port for metrics is one line that names the port and its variable' \
    refused "port $busy, for projector, is busy: stop what listens there, or choose another with METRICS_PORT=PORT" METRICS_PORT="$busy"
check 'a full disk is one line that names the folder and what is needed' refused "MiB free where $STATE lies, 99999999 are needed" NEED_MIB=99999999
check 'a missing tool where nothing can be installed is one line' refused 'install what compose/packages.txt names' PATH="$(bare_path)"

# --- up ---------------------------------------------------------------------------------------------

up_number=0
up() { # in the background, as a terminal's foreground would be: a process group of its own
    up_number=$((up_number + 1))
    up_log=$FLOW/log/up-$up_number.log
    set -m
    "$run" up >"$up_log" 2>&1 </dev/null &
    up_pid=$!
    set +m
    until_true 200 grep -qE 'ready after|It runs already|run.sh: ' "$up_log"
    grep -q 'ready after' "$up_log" || { cat "$up_log"; return 1; }
}
# ours: processes whose command line or folder is in the state folder.
ours() { pgrep -f "$STATE/" | grep -vx $$; }
nobody() { [ -z "$(ours)" ]; }
everybody() { "$run" status >"$FLOW/status" && equal "$(grep -c ' runs' "$FLOW/status")" 7; }
pids() { ours | sort | tr '\n' ' '; }
beside_stands() { "$TOP/compose/stack.sh" status "$STACK_DIR"; }
ends_well() {
    local rc=0
    wait "$up_pid" || rc=$?
    equal "$rc" 0 && until_true 5 nobody || { cat "$up_log"; ours | xargs -r ps -fp; return 1; }
}
interrupted() { kill -INT "-$up_pid" && ends_well; }

check 'it starts, and all of it runs' up
check 'status says so' everybody
again() {
    local before after
    before=$(pids)
    timeout 60 "$run" up >"$FLOW/again" 2>&1 || return 1
    after=$(pids)
    equal "$after" "$before" && grep -q 'It runs already' "$FLOW/again"
}
check 'a second start beside it says that it runs already, and changes nothing' again
dies_and_comes_back() {
    local supervised=$STATE/service/risk/supervise pid
    pid=$(cat "$supervised/pid")
    kill -KILL "$pid"
    came_back() { [ -s "$supervised/pid" ] && [ "$(cat "$supervised/pid")" != "$pid" ]; }
    until_true 10 came_back && until_true 10 grep -q 'risk ended .* is started again' "$up_log"
}
check 'a daemon that dies is started again, and the terminal says so' dies_and_comes_back
check 'Ctrl-C ends everything that it started' interrupted
check 'and nothing else' beside_stands

left_behind() {
    up || return 1
    kill -KILL "$up_pid"
    wait "$up_pid" 2>/dev/null
    up && grep -q 'stopping what an earlier run left behind' "$up_log" && everybody
}
check 'after a start that was killed, the next one ends what it left and starts again' left_behind
stopped_from_beside() { timeout 60 "$run" stop && ends_well; }
check 'stop from another terminal ends all of it' stopped_from_beside
cleaned() {
    equal "$(echo no | "$run" clean-state 2>&1 | grep -c 'nothing was deleted')" 1 && [ -e "$STATE/stack.env" ] || return 1
    YES=1 timeout 60 "$run" clean-state && [ ! -e "$STATE" ]
}
check 'clean-state asks, and then leaves nothing' cleaned
check 'what stood beside still stands' beside_stands
finish
