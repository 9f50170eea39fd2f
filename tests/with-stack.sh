#!/usr/bin/env bash
# Runs a command against a private Postgres and Kafka that live only as long as it does.
#
# usage: tests/with-stack.sh [--no-topics] COMMAND...
#
# The command finds PGHOST, PGPORT, PGDATABASE, PGUSER (owner of the database), RB_PG and
# RB_KAFKA_BOOTSTRAP in its environment, and in STACK_DIR the folder for compose/stack.sh
# (kill-kafka, pg-immediate, ...). Exit status: the command's. Bounded by WITH_STACK_SECONDS
# (default 900). On failure the stack's logs are kept below TEST_LOGS (default build/test-logs).
set -euo pipefail
. "$(dirname "$0")/../compose/lib.sh"
topics=1
case ${1:-} in -h | --help) print_help; exit 0 ;; --no-topics) topics=0; shift ;; esac
[ $# -gt 0 ] || die "which command? (--help says more)"

STACK_DIR=$(mktemp -d "${TMPDIR:-/tmp}/referral-stack.XXXXXX")
export STACK_DIR
chmod 0755 "$STACK_DIR"
command_pid=
finish() {
    local rc=$?
    trap '' INT TERM HUP
    [ -z "$command_pid" ] || kill -TERM -- "-$command_pid" 2>/dev/null || true
    "$COMPOSE/stack.sh" stop "$STACK_DIR" || "$COMPOSE/stack.sh" kill "$STACK_DIR" || true
    if [ $rc -ne 0 ]; then
        local kept=${TEST_LOGS:-$CHECKOUT/build/test-logs}/$(basename "$STACK_DIR")
        mkdir -p "$kept" && cp -r "$STACK_DIR/log/." "$kept/" && say "the stack's logs: $kept" >&2
    fi
    "$COMPOSE/stack.sh" remove "$STACK_DIR" || true
    rm -rf "$STACK_DIR"
    exit $rc
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A broker that lives for minutes is not worth the time of Java's second compiler.
export KAFKA_JVM=${KAFKA_JVM--XX:TieredStopAtLevel=1}
"$COMPOSE/stack.sh" start "$STACK_DIR"
[ $topics -eq 0 ] || "$COMPOSE/stack.sh" topics "$STACK_DIR"
set -a
# shellcheck disable=SC1091
. "$STACK_DIR/stack.env"
set +a
set -m # the command and its children are one process group
timeout -k 10 "${WITH_STACK_SECONDS:-900}" "$@" &
command_pid=$!
set +m
wait "$command_pid"
