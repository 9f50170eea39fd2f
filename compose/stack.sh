#!/usr/bin/env bash
# One private Postgres cluster and one Kafka broker (KRaft, one node) in a state folder.
#
# usage: compose/stack.sh COMMAND DIR
#   start          starts both, makes them first where DIR is new; writes DIR/stack.env
#   stop           stops both, in order, waiting for each
#   remove         stops both and deletes what they kept
#   kill           at once, as a crash would
#   status         says what runs; exit 0 if both do
#   topics         creates the topics of schemas/topics.tsv that are not there yet
# for tests of faults:
#   kill-kafka | stop-kafka | start-kafka      SIGKILL; in order; again on the same port
#   pg-immediate | pg-stop | pg-start          as a crash would; in order; again
#
# Ports: PG_PORT, KAFKA_PORT and CONTROLLER_PORT, else those of the last start, else free ones.
# DIR/stack.env keeps them: source it for PGHOST, PGPORT, PGDATABASE, PGUSER, RB_PG and
# RB_KAFKA_BOOTSTRAP. Logs: DIR/log. KAFKA_JVM holds more options for the broker's Java, TOPICS names
# another topics file, BROKERCTL the program that creates them. KAFKA_BEHIND=PORT:ADVERTISED is one more
# listener of the broker, behind a proxy that listens where it is advertised.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

DATABASE=referral
TOPICS=${TOPICS:-$CHECKOUT/schemas/topics.tsv}
NAMED_PORTS=("PG_PORT=${PG_PORT:-}" "KAFKA_PORT=${KAFKA_PORT:-}" "CONTROLLER_PORT=${CONTROLLER_PORT:-}")

# --- Postgres -------------------------------------------------------------------------------------

pg_bin() {
    local bin
    for bin in ${PG_BIN:-} /usr/lib/postgresql/1[5-9]/bin; do [ -x "$bin/postgres" ] && { echo "$bin"; return; }; done
    die "PostgreSQL 15 or newer is not installed: run compose/install.sh run"
}
pg() { (as "$USER_PG" "$(pg_bin)/$1" "${@:2}" 9>&-); }
pg_pid() { head -1 "$DIR/pg/postmaster.pid" 2>/dev/null || true; }
pg_up() { pid_runs "$(pg_pid)" "$DIR/pg"; }

# `made` is written last: what an interrupted start left half made is made again.
pg_make() {
    [ ! -f "$DIR/pg/made" ] || return 0
    find "$DIR/pg" -mindepth 1 -delete
    pg initdb -D "$DIR/pg" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-instructions
    # Whoever may enter the socket's folder is one of ours; the superuser is for the cluster's owner
    # and root alone. Over TCP a password is needed, and no role has one until somebody sets it.
    {
        printf 'local\tall\tpostgres\tpeer map=super\n'
        printf 'local\tall\tall\ttrust\n'
        printf 'host\tall\tall\t127.0.0.1/32\tscram-sha-256\n'
    } >"$DIR/pg/pg_hba.conf"
    printf 'super\t%s\tpostgres\nsuper\troot\tpostgres\n' "$( (as "$USER_PG" id -un))" >"$DIR/pg/pg_ident.conf"
    echo "include = 'referral.conf'" >>"$DIR/pg/postgresql.conf"
    touch "$DIR/pg/made"
}
# Written at each start: the folder may have been moved, a port changed.
pg_conf() {
    cat "$COMPOSE/postgres.conf" - >"$DIR/pg/referral.conf" <<EOF
listen_addresses = '127.0.0.1'
port = $PG_PORT
unix_socket_directories = '$PG_SOCKET'
EOF
}

pg_start() {
    pg_up && return 0
    need_port PG_PORT
    pg_conf
    pg pg_ctl -D "$DIR/pg" -l "$DIR/log/pg/postgres.log" -w -t 60 start >/dev/null 2>&1 ||
        die "Postgres did not start: see $DIR/log/pg/postgres.log"
}

pg_roles() { pg psql -q -X -v ON_ERROR_STOP=1 -h "$PG_SOCKET" -p "$PG_PORT" -U postgres -d postgres <"$COMPOSE/roles.sql"; }

pg_stop() { # MODE
    pg_up || return 0
    pg pg_ctl -D "$DIR/pg" -m "$1" -w -t 60 stop >/dev/null || die "Postgres did not stop: see $DIR/log/pg/postgres.log"
}

# --- Kafka ----------------------------------------------------------------------------------------

kafka_pid() { cat "$DIR/kafka/pid" 2>/dev/null || true; }
kafka_up() { pid_runs "$(kafka_pid)" "$DIR/kafka/server.properties"; }

java_with() { # JVM-OPTION... -- CLASS ARGUMENT...
    local options=()
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    as "$USER_KAFKA" java "${options[@]}" -Xshare:auto -XX:+UseSerialGC -XX:-UsePerfData \
        -Dorg.slf4j.simpleLogger.showDateTime=true -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS \
        -Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn \
        -cp "$DEPS/kafka/*" "$@"
}

kafka_conf() {
    local behind=${KAFKA_BEHIND:-}
    cat "$COMPOSE/kafka.properties" - >"$DIR/kafka/server.properties" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$CONTROLLER_PORT
listeners=PLAINTEXT://127.0.0.1:$KAFKA_PORT,CONTROLLER://127.0.0.1:$CONTROLLER_PORT${behind:+,BEHIND://127.0.0.1:${behind%:*}}
advertised.listeners=PLAINTEXT://127.0.0.1:$KAFKA_PORT,CONTROLLER://127.0.0.1:$CONTROLLER_PORT${behind:+,BEHIND://127.0.0.1:${behind#*:}}
${behind:+listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,BEHIND:PLAINTEXT}
inter.broker.listener.name=PLAINTEXT
log.dirs=$DIR/kafka/data
EOF
}

kafka_make() {
    [ ! -f "$DIR/kafka/made" ] || return 0
    find "$DIR/kafka/data" -mindepth 1 -delete
    kafka_conf
    (java_with -Xmx128m -XX:TieredStopAtLevel=1 -- kafka.tools.StorageTool format \
        -t "$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | sed 's/=*$//; s/^-/A/')" -c "$DIR/kafka/server.properties" --standalone) \
        >"$DIR/log/kafka/format.log" 2>&1 || die "Kafka's storage could not be made: see $DIR/log/kafka/format.log"
    touch "$DIR/kafka/made"
}

kafka_ready() {
    # Not by its command line: that is empty for a moment while one program becomes the next.
    kill -0 "$(kafka_pid)" 2>/dev/null || die "Kafka did not start: see $DIR/log/kafka/kafka.log"
    grep -q 'Kafka Server started' "$DIR/log/kafka/kafka.log"
}
kafka_start() {
    kafka_up && return 0
    need_port KAFKA_PORT
    need_port CONTROLLER_PORT
    kafka_conf
    [ ! -f "$DIR/log/kafka/kafka.log" ] || mv "$DIR/log/kafka/kafka.log" "$DIR/log/kafka/kafka.log.1"
    (
        set -m # a process group of its own: Ctrl-C in the terminal is not for the broker
        (java_with -Xmx512m -Xms128m ${KAFKA_JVM:-} -- kafka.Kafka "$DIR/kafka/server.properties") \
            >"$DIR/log/kafka/kafka.log" 2>&1 </dev/null 9>&- &
        echo $! >"$DIR/kafka/pid"
    )
    wait_until 5 kafka_up || die "Kafka did not start: see $DIR/log/kafka/kafka.log" # it is a shell first
    wait_until 60 kafka_ready || die "Kafka was not ready after 60 s: see $DIR/log/kafka/kafka.log"
}
kafka_gone() { ! kafka_up; }
kafka_stop() {
    kafka_up || return 0
    kill "$(kafka_pid)" 2>/dev/null || true
    wait_until 30 kafka_gone || kill -9 "$(kafka_pid)" 2>/dev/null || true
    wait_until 10 kafka_gone || die "Kafka (process $(kafka_pid)) does not stop"
    rm -f "$DIR/kafka/pid"
}
kafka_kill() {
    kafka_up || return 0
    kill -9 "$(kafka_pid)" || true
    wait_until 10 kafka_gone || die "Kafka (process $(kafka_pid)) does not die"
    rm -f "$DIR/kafka/pid"
}

# The broker takes up new topics a moment after the controller has answered; a reader that asks
# earlier is told that there is no such topic.
topics_ready() {
    local listed
    listed=$(timeout 5 kcat -L -J -b "127.0.0.1:$KAFKA_PORT" 2>/dev/null |
        jq -r '.topics[] | select(all(.partitions[]; .leader > 0)) | "\(.topic)\t\(.partitions | length)"' | sort)
    [ -z "$(grep -v '^#' "$TOPICS" | cut -f1,2 | sort | comm -23 - <(printf '%s\n' "$listed"))" ]
}
make_topics() {
    local brokerctl=${BROKERCTL:-}
    topics_ready && return 0
    if [ -n "$brokerctl" ]; then
        RB_KAFKA_BOOTSTRAP=$RB_KAFKA_BOOTSTRAP "$brokerctl" topics --create "$TOPICS" || true # what counts is asked next
    else
        topics_by_kafka_tool
    fi
    wait_until 30 topics_ready || die "the topics of $TOPICS are not there after 30 s (another partition count?): kcat -L -b 127.0.0.1:$KAFKA_PORT"
}
topics_by_kafka_tool() {
    local name partitions retention cleanup bytes pids=() pid
    while IFS=$'\t' read -r name partitions retention cleanup bytes _; do
        case $name in '#'* | '') continue ;; esac
        (java_with -Xmx64m -XX:TieredStopAtLevel=1 -- org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$KAFKA_PORT" \
            --create --if-not-exists --topic "$name" --partitions "$partitions" --replication-factor 1 \
            --config "retention.ms=$retention" --config "cleanup.policy=$cleanup" --config "max.message.bytes=$bytes") \
            >>"$DIR/log/kafka/topics.log" 2>&1 &
        pids+=($!)
    done <"$TOPICS"
    for pid in "${pids[@]}"; do wait "$pid" || die "a topic could not be created: see $DIR/log/kafka/topics.log"; done
}

# --- both -----------------------------------------------------------------------------------------

make_folders() {
    need_users "$USER_PG" "$USER_KAFKA" "$USER_DAEMON"
    mkdir -p "$DIR"
    if is_root && ! open_to_all "$DIR"; then
        chmod o+x "$DIR"
        open_to_all "$DIR" || die "a folder above $DIR is closed to the users that Postgres and Kafka run as: choose another place with STATE=FOLDER"
    fi
    need_space "$DIR"
    local group=$USER_DAEMON
    is_root || group=$(id -gn)
    mkdir -p "$DIR/log"
    own_dir "$USER_PG" "$group" "$DIR/pg" 0700
    own_dir "$USER_PG" "$group" "$DIR/log/pg" 0755
    own_dir "$USER_KAFKA" "$group" "$DIR/kafka" 0755
    own_dir "$USER_KAFKA" "$group" "$DIR/kafka/data" 0700
    own_dir "$USER_KAFKA" "$group" "$DIR/log/kafka" 0755
}

# Ports: those that the caller names, else those of the last start, else free ones.
make_env() {
    local socket=$DIR/pg-socket group=$USER_DAEMON port
    # shellcheck disable=SC1091
    [ ! -f "$DIR/stack.env" ] || . "$DIR/stack.env"
    for port in "${NAMED_PORTS[@]}"; do [ -z "${port#*=}" ] || printf -v "${port%%=*}" %s "${port#*=}"; done
    is_root || group=$(id -gn)
    # The kernel takes at most 107 bytes for a socket's path.
    [ ${#socket} -le 80 ] || socket=$([ -d "${PG_SOCKET:-}" ] && echo "$PG_SOCKET" || mktemp -d /tmp/referral-pg.XXXXXX)
    own_dir "$USER_PG" "$group" "$socket" 0750
    PG_PORT=${PG_PORT:-$(free_port)}
    KAFKA_PORT=${KAFKA_PORT:-$(free_port "$PG_PORT")}
    CONTROLLER_PORT=${CONTROLLER_PORT:-$(free_port "$PG_PORT" "$KAFKA_PORT")}
    cat >"$DIR/stack.env.new" <<EOF
# Written by compose/stack.sh at each start.
PG_PORT=$PG_PORT
KAFKA_PORT=$KAFKA_PORT
CONTROLLER_PORT=$CONTROLLER_PORT
PG_SOCKET='$socket'
PGHOST='$socket'
PGPORT=$PG_PORT
PGDATABASE=$DATABASE
PGUSER=projector
RB_PG='host=$socket port=$PG_PORT dbname=$DATABASE'
RB_KAFKA_BOOTSTRAP=127.0.0.1:$KAFKA_PORT
EOF
    mv "$DIR/stack.env.new" "$DIR/stack.env"
}

load_env() {
    [ -f "$DIR/stack.env" ] || die "$DIR holds no stack: start one first"
    # shellcheck disable=SC1091
    . "$DIR/stack.env"
}
# Both were up already: then nothing is written, nothing changes.
all_up() { [ -f "$DIR/stack.env" ] && load_env && pg_up && kafka_up; }

lock() {
    exec 9>"$DIR/lock"
    flock -w 90 9 || die "another start or stop of $DIR is at work"
}

start() {
    [ -d "$DEPS/kafka" ] || die "Kafka is not in $DEPS: run compose/install.sh run"
    make_folders
    lock
    if all_up; then return; fi
    make_env
    load_env
    pg_up || need_port PG_PORT
    kafka_up || { need_port KAFKA_PORT && need_port CONTROLLER_PORT; }
    local kafka failed=0
    (kafka_make && kafka_start) &
    kafka=$!
    (make_postgres) || failed=1
    wait "$kafka" || failed=1
    [ $failed -eq 0 ] || { stop_both; exit 1; }
}
make_postgres() {
    pg_make >"$DIR/log/initdb.log" 2>&1 || die "Postgres could not be made: see $DIR/log/initdb.log"
    pg_start
    pg_roles
}
need_port() { ! port_busy "${!1}" || die "port ${!1} is busy: stop what listens there, or choose another with $1=PORT"; }

stop_both() {
    kafka_stop &
    pg_stop fast
    wait $!
}
stop() {
    [ -f "$DIR/stack.env" ] || return 0
    lock
    load_env
    stop_both
}

remove() {
    stop
    case ${PG_SOCKET:-} in /tmp/referral-pg.*) rm -rf "$PG_SOCKET" ;; esac
    rm -rf "$DIR/pg" "$DIR/kafka" "$DIR/pg-socket" "$DIR/log/pg" "$DIR/log/kafka" "$DIR/log/initdb.log" "$DIR/stack.env" "$DIR/lock"
}

status() {
    load_env
    local ok=0
    if kafka_up; then say "kafka     runs, process $(kafka_pid), 127.0.0.1:$KAFKA_PORT"; else say "kafka     stopped" && ok=1; fi
    if pg_up; then say "postgres  runs, process $(pg_pid), $PG_SOCKET port $PG_PORT"; else say "postgres  stopped" && ok=1; fi
    return $ok
}

case ${1:-} in -h | --help) print_help; exit 0 ;; esac
[ $# -eq 2 ] || die "usage: compose/stack.sh COMMAND DIR (--help says more)"
DIR=$(realpath -m "$2")
case $1 in
start) start ;;
stop) stop ;;
remove) remove ;;
kill) load_env && kafka_kill && pg_stop immediate ;;
status) status ;;
topics) load_env && make_topics ;;
kill-kafka) load_env && kafka_kill ;;
stop-kafka) load_env && kafka_stop ;;
start-kafka) load_env && kafka_start ;;
pg-immediate) load_env && pg_stop immediate ;;
pg-stop) load_env && pg_stop fast ;;
pg-start) load_env && pg_start ;;
*) die "no command '$1' (--help lists them)" ;;
esac
