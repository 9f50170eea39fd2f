#!/usr/bin/env bash
# The whole broker on this machine, in one state folder, in the foreground.
#
# usage: compose/run.sh up            installs, builds, starts everything, stays; Ctrl-C stops it
#        compose/run.sh stop          stops it from another terminal
#        compose/run.sh status        says what runs; exit 0 if all of it does
#        compose/run.sh import-rm     moves Refer and Monitor's database FROM=postgres://... over
#        compose/run.sh clean-state   deletes the state folder after asking (YES=1: without)
#
# STATE     the state folder (default .state): logs, secrets, Postgres, Kafka, the deciders' stores
# DEPS      downloads (default .deps)
# HTTP_PORT (8080), METRICS_PORT (9101, and those after it), KAFKA_PORT (9092), PG_PORT (5433)
# DEMO=0    without the invented people
# BIN       programs that are built already, to run as they are
set -euo pipefail
. "$(dirname "$0")/lib.sh"

HTTP_PORT=${HTTP_PORT:-8080}
METRICS_PORT=${METRICS_PORT:-9101}
DEMO=${DEMO:-1}
BUILT=${BIN:-$CHECKOUT/build/release-gcc/bin}
SERVICE=$STATE/service
STARTED=0 # by this process, so that it is ours to stop
# In the order of starting: who reads the stream first, who serves people last. Stopped backwards.
# name, its role in Postgres (- for none), the port of its metrics (an offset, or http)
DAEMONS='
projector projector 0
referrals -         1
sessions  -         2
risk      -         3
gateway   gateway   http
'
daemons() { awk 'NF { print $1 }' <<<"$DAEMONS"; }
installed() { local name; for name in $(daemons); do [ ! -d "$SERVICE/$name" ] || echo "$name"; done; }
daemon_group() { if is_root; then echo "$USER_DAEMON"; else id -gn; fi; }

# Nothing that outlives us may hold our lock.
stack() { "$COMPOSE/stack.sh" "$@" 8>&-; }

# --- what is made once ----------------------------------------------------------------------------

make_secrets() {
    own_dir "$USER_DAEMON" "$(daemon_group)" "$STATE/secrets" 0700
    "$COMPOSE/secrets.sh" "$STATE/secrets"
    if is_root; then chown -R "$USER_DAEMON:" "$STATE/secrets"; fi
}

# Whom bearer tokens must come from: here, from `brokerctl token` with the key beside.
make_token_keys() {
    [ ! -s "$STATE/secrets/jwks.json" ] && knows token || return 0
    brokerctl token --make-keys >/dev/null
}

# The programs run from the state folder: a rebuild beside them changes nothing until the next start.
copy_programs() {
    local program name
    mkdir -p "$STATE/bin" "$STATE/schemas"
    for program in "$BUILT"/*; do
        name=$(basename "$program")
        cmp -s "$program" "$STATE/bin/$name" && continue
        install -m 0755 "$program" "$STATE/bin/$name.new"
        mv "$STATE/bin/$name.new" "$STATE/bin/$name"
    done
    cp -r "$CHECKOUT/schemas/." "$STATE/schemas/"
}

write_env() { # what every daemon and brokerctl finds in its environment
    # shellcheck disable=SC1091
    . "$STATE/stack.env"
    cat >"$STATE/broker.env" <<EOF
RB_KAFKA_BOOTSTRAP=$RB_KAFKA_BOOTSTRAP
RB_STATE='$STATE/store'
RB_SECRETS='$STATE/secrets'
RB_SCHEMAS='$STATE/schemas'
RB_HTTP_PORT=$HTTP_PORT
RB_GATEWAY=http://127.0.0.1:$HTTP_PORT
RB_DEMO=$DEMO
EOF
}
# env_of NAME ROLE METRICS: the rest of it, which differs
env_of() {
    [ ! -s "$STATE/secrets/jwks.json" ] || printf "RB_JWKS='%s'\n" "$STATE/secrets/jwks.json"
    [ "$2" = - ] || printf "RB_PG='%s user=%s'\n" "$RB_PG" "$2"
    [ "$3" = http ] || printf 'RB_METRICS_PORT=%s\n' "$(metrics_port "$3")"
}

script() { cat >"$1" && chmod 0755 "$1"; }
make_service() { # NAME ROLE METRICS
    local at=$STATE/service.new/$1 become=
    if is_root; then become="setpriv --reuid $USER_DAEMON --regid $USER_DAEMON --init-groups --no-new-privs "; fi
    own_dir "$USER_DAEMON" "$(daemon_group)" "$STATE/log/$1" 0755
    printf 's10000000\nn5\n' >"$STATE/log/$1/config"
    mkdir -p "$at/log"
    touch "$at/down" # started by us, in order
    env_of "$@" >"$at/env"
    script "$at/run" <<EOF
#!/bin/sh
exec 2>&1
set -a
. '$STATE/broker.env'
. '$SERVICE/$1/env'
cd '$STATE' && exec ${become}'$STATE/bin/$1'
EOF
    script "$at/log/run" <<EOF
#!/bin/sh
exec ${become}svlogd '$STATE/log/$1'
EOF
    script "$at/finish" <<EOF
#!/bin/sh
[ -e '$STATE/stopping' ] || echo "\$(date -u +%H:%M:%S) $1 ended (exit \$1, signal \$2) and is started again: $STATE/log/$1/current" >>'$STATE/log/supervisor.log'
EOF
}
make_services() {
    local name role metrics
    rm -rf "$STATE/service.new" "$SERVICE"
    mkdir -p "$STATE/service.new"
    own_dir "$USER_DAEMON" "$(daemon_group)" "$STATE/store" 0700
    while read -r name role metrics; do
        [ -n "$name" ] || continue
        if [ -x "$STATE/bin/$name" ]; then make_service "$name" "$role" "$metrics"; else say "  $name is not built: left out"; fi
    done <<<"$DAEMONS"
    mv "$STATE/service.new" "$SERVICE"
}

# --- up -------------------------------------------------------------------------------------------

supervisor_pid() { cat "$STATE/runsvdir.pid" 2>/dev/null || true; }
supervisor_up() { pid_runs "$(supervisor_pid)" "$SERVICE"; }
start_supervisor() {
    : >>"$STATE/log/supervisor.log"
    rm -f "$STATE/stopping"
    setsid runsvdir -P "$SERVICE" >>"$STATE/log/supervisor.log" 2>&1 </dev/null 8>&- 9>&- &
    SUPERVISOR=$!
    echo "$SUPERVISOR" >"$STATE/runsvdir.pid"
}
metrics_port() { # its column in DAEMONS
    if [ "$1" = http ]; then echo "$HTTP_PORT"; else echo $((METRICS_PORT + $1)); fi
}
# Said without sv, which would look only every 0.4 s whether it has come true.
start_daemons() { local name; for name in "$@"; do [ ! -d "$SERVICE/$name" ] || printf u >"$SERVICE/$name/supervise/control"; done; }
supervised() {
    local name
    for name in $(installed); do sv status "$SERVICE/$name" || return 1; done >/dev/null
}
daemons_ready() { # those that are named, else all
    local name metrics
    while read -r name _ metrics; do
        [ -d "$SERVICE/${name:-none}" ] || continue
        [[ $# -eq 0 || " $* " == *" $name "* ]] || continue
        "$COMPOSE/healthy.sh" "$(metrics_port "$metrics")" 2>/dev/null || return 1
    done <<<"$DAEMONS"
}
wait_daemons() {
    wait_until 30 supervised || { echo "the supervisor did not start: $STATE/log/supervisor.log" && return 1; }
    start_daemons projector referrals sessions risk
    # The gateway reads tables that the projector makes.
    wait_until 60 daemons_ready projector && start_daemons gateway && wait_until 60 daemons_ready && return
    local name
    for name in $(installed); do sv status "$SERVICE/$name" && tail -n 3 "$STATE/log/$name/current"; done || true
    echo "not ready after 60 s; logs: $STATE/log/NAME/current"
    return 1
}

program() { # ROLE PROGRAM ARGUMENT...: as the daemons' user, with their environment
    (
        set -a
        # shellcheck disable=SC1091
        . "$STATE/stack.env" && . "$STATE/broker.env"
        RB_PG="$RB_PG user=$1"
        set +a
        as "$USER_DAEMON" "$STATE/bin/$2" "${@:3}"
    )
}
brokerctl() { program operator brokerctl "$@"; }
knows() { # SUBCOMMAND
    "$STATE/bin/brokerctl" --help | grep -q "^  $1 " || { say "  brokerctl knows no '$1': left out" && return 1; }
}
load_demo() {
    [ "$DEMO" = 1 ] && [ -d "$SERVICE/gateway" ] && knows demo || return 0
    [ ! -e "$STATE/demo-loaded" ] || return 0
    step 'invented people' brokerctl demo || { say "  nobody is in it yet; the next start tries again"; return 0; }
    touch "$STATE/demo-loaded"
}

check_ports() {
    local name role metrics port
    while read -r name role metrics; do
        [ -n "$name" ] || continue
        port=$(metrics_port "$metrics")
        ! port_busy "$port" ||
            die "port $port, for $name, is busy: stop what listens there, or choose another with $([ "$metrics" = http ] && echo HTTP_PORT || echo METRICS_PORT)=PORT"
    done <<<"$DAEMONS"
}
build() { make -s -C "$CHECKOUT" "-j$(nproc)" MODE=release CC=gcc all; }

print_where() {
    # shellcheck disable=SC1091
    . "$STATE/stack.env"
    cat <<EOF

The Referral Broker runs. Everybody in it is invented.

  start here     http://localhost:$HTTP_PORT
  probation      http://probation.localhost:$HTTP_PORT
  provider       http://provider.localhost:$HTTP_PORT
  commissioner   http://commissioner.localhost:$HTTP_PORT
  API            http://localhost:$HTTP_PORT/v1         a token: brokerctl token --help
  metrics        http://localhost:$HTTP_PORT/metrics    the others: ports $METRICS_PORT to $((METRICS_PORT + 3))
  Kafka          $RB_KAFKA_BOOTSTRAP
  Postgres       psql -h $PG_SOCKET -p $PG_PORT -U operator $PGDATABASE
  brokerctl      . $STATE/operator.env; $STATE/bin/brokerctl --help
  logs           $STATE/log/NAME/current
  stop           Ctrl-C here, or 'make stop' in another terminal

EOF
}
write_operator_env() {
    # shellcheck disable=SC1091
    (. "$STATE/stack.env" && sed 's/^/export /' "$STATE/broker.env" && printf "export RB_PG='%s user=operator'\n" "$RB_PG") >"$STATE/operator.env"
}

up() {
    local began
    began=$(now_ms)
    "$COMPOSE/install.sh" run
    mkdir -p "$STATE/log"
    exec 8>"$STATE/run.lock"
    if ! flock -n 8; then
        say "It runs already (state folder $STATE): 'make stop' stops it."
        print_where
        return
    fi
    need_space "$STATE"
    need_users "$USER_PG" "$USER_KAFKA" "$USER_DAEMON"
    trap 'exit 0' INT TERM HUP PIPE
    trap finish EXIT
    if supervisor_up; then
        STARTED=1
        step 'stopping what an earlier run left behind' stop_all
    fi
    check_ports
    [ -n "${BIN:-}" ] || step 'build' build 8>&- || die "it does not build: see above"
    STARTED=1
    PG_PORT=${PG_PORT:-5433} KAFKA_PORT=${KAFKA_PORT:-9092} step 'Postgres and Kafka' stack start "$STATE" || die "see above"
    echo $$ >"$STATE/run.pid"
    copy_programs
    write_env
    BROKERCTL=$STATE/bin/brokerctl step 'topics' stack topics "$STATE" || die "see above"
    # shellcheck disable=SC1091
    . "$STATE/stack.env"
    make_secrets
    make_token_keys
    make_services
    write_operator_env
    start_supervisor
    step 'daemons' wait_daemons || die "see above"
    load_demo
    say "  ready after $(seconds_since "$began")"
    print_where
    stay
}
stay() {
    tail -n 0 -F --pid=$$ "$STATE/log/supervisor.log" 2>/dev/null 8>&- &
    wait "$SUPERVISOR" || true
    die "the supervisor (runsvdir) ended: see $STATE/log/supervisor.log"
}

# --- stop -----------------------------------------------------------------------------------------

stop_all() {
    local name
    touch "$STATE/stopping"
    # The gateway first, the readers last; deciders together.
    for name in gateway 'risk sessions referrals' projector; do tell_daemons force-stop $name; done
    kill -HUP "$(supervisor_pid)" 2>/dev/null || true
    wait_until 20 supervisor_gone || kill -9 "$(supervisor_pid)" 2>/dev/null || true
    # What stood under a supervisor that was killed.
    tell_daemons exit $(installed)
    rm -f "$STATE/runsvdir.pid"
    stack stop "$STATE"
}
supervisor_gone() { ! supervisor_up; }
tell_daemons() { # WHAT NAME...
    local what=$1 name at=()
    shift
    for name in "$@"; do [ ! -p "$SERVICE/$name/supervise/control" ] || at+=("$SERVICE/$name"); done
    [ ${#at[@]} -eq 0 ] || sv -w 15 "$what" "${at[@]}" >/dev/null 2>&1 || true
}
finish() {
    local rc=$?
    trap '' INT TERM HUP PIPE
    set +e
    if [ $STARTED = 1 ]; then
        printf '\n'
        step 'stopping' stop_all || rc=1
    fi
    rm -f "$STATE/run.pid"
    exit $rc
}

lock_is_free() { flock -n 8; }
stop() {
    [ -d "$STATE" ] || { say "nothing runs: there is no $STATE"; return; }
    local pid
    pid=$(cat "$STATE/run.pid" 2>/dev/null || true)
    exec 8>>"$STATE/run.lock"
    if ! lock_is_free; then
        pid_runs "$pid" run.sh || die "a start is at work (state folder $STATE): stop it with Ctrl-C there"
        kill -TERM "$pid"
        step 'stopping' wait_until 90 lock_is_free || die "process $pid does not end"
    elif supervisor_up || stack status "$STATE" 2>/dev/null | grep -q ' runs, '; then
        step 'stopping what an earlier run left behind' stop_all
    else
        say "nothing runs (state folder $STATE)"
    fi
}

status() {
    local name rc=0
    stack status "$STATE" || rc=1
    for name in $(installed); do
        if sv status "$SERVICE/$name" 2>/dev/null | grep -q '^run:'; then
            say "$(printf '%-9s' "$name") runs"
        else
            say "$(printf '%-9s' "$name") stopped" && rc=1
        fi
    done
    return $rc
}

import_rm() {
    [ -n "${FROM:-}" ] || die "which database? FROM=postgres://user@host:port/name"
    status >/dev/null || die "the broker does not run: 'make run' in another terminal first"
    RB_FROM=$FROM program importer import-rm
}

clean_state() {
    [ -f "$STATE/stack.env" ] || [ -f "$STATE/run.lock" ] || { say "no state in $STATE"; return; }
    local answer=
    if [ "${YES:-}" != 1 ]; then
        printf 'Delete everything in %s (log, read model, keys of sealed fields)? Type yes: ' "$STATE"
        read -r answer || true
        [ "$answer" = yes ] || die "nothing was deleted"
    fi
    stop
    [ ! -f "$STATE/stack.env" ] || stack remove "$STATE"
    (cd "$STATE" && rm -rf bin schemas service service.new store secrets log ./*.env run.lock run.pid runsvdir.pid stopping demo-loaded)
    rmdir "$STATE" 2>/dev/null || say "left in $STATE, not ours: $(ls -A "$STATE")"
}

case ${1:-} in
-h | --help) print_help ;;
up) up ;;
stop) stop ;;
status) status ;;
import-rm) import_rm ;;
clean-state) clean_state ;;
*) die "usage: compose/run.sh up|stop|status|import-rm|clean-state (--help says more)" ;;
esac
