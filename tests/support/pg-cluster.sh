#!/usr/bin/env bash
# A private Postgres cluster for one test program: no TCP, no fsync, everybody trusted.
#
# usage: tests/support/pg-cluster.sh start DIR OWNER_PID    the socket is in DIR; superuser "test"
#        tests/support/pg-cluster.sh stop DIR               at once, and DIR is removed
#
# It also stops by itself when the process OWNER_PID is gone. As root it runs as the user postgres.
set -euo pipefail
command=$1 dir=$2

for bin in ${PG_BIN:-} /usr/lib/postgresql/1[5-9]/bin; do [ -x "$bin/postgres" ] && break; done
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid postgres --regid postgres --init-groups "$@"
    else
        "$@"
    fi
}
stop() {
    as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}

case $command in
start)
    owner=$3
    mkdir -p "$dir"
    chmod 0755 "$dir"
    [ "$(id -u)" -ne 0 ] || chown postgres "$dir"
    cd "$dir"
    as_owner "$bin/initdb" -D "$dir/data" -U test -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
        --no-instructions >"$dir/initdb.log" 2>&1
    as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 -o "-c listen_addresses= \
        -c unix_socket_directories='$dir' -c fsync=off -c full_page_writes=off -c max_connections=40 \
        -c shared_buffers=32MB -c autovacuum=off -c log_min_messages=panic" start >/dev/null 2>&1
    (
        while kill -0 "$owner" 2>/dev/null && [ -d "$dir" ]; do sleep 1; done
        stop
    ) >/dev/null 2>&1 </dev/null &
    ;;
stop) cd / && stop ;;
*) exit 2 ;;
esac
