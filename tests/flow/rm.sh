# shellcheck shell=bash
# Refer and Monitor's side for the flow tests: its seeded database in a cluster of its own, as an
# outside system's would be, and the import from it. Sourced after lib.sh.
SEED=$SHARED/data/refer-and-monitor/seeded-database.sql
if [ ! -f "$SEED" ]; then
    echo "$(basename "$0" .sh): the seeded database is not here ($SEED): skipped"
    finish
    exit
fi
rm_ctl() {
    local bin=(/usr/lib/postgresql/*/bin) user=()
    [ "$(id -u)" -ne 0 ] || user=(runuser -u postgres --)
    "${user[@]}" "${bin[0]}/$@"
}
rm_sql() { PGPORT=5432 psql -X -q -t -A -v ON_ERROR_STOP=1 -h "$FLOW/rm" -U rm -d postgres "$@"; }
rm_open() {
    mkdir -p "$FLOW/rm" && { [ "$(id -u)" -ne 0 ] || chown postgres "$FLOW/rm"; }
    rm_ctl initdb -D "$FLOW/rm/data" -A trust -U rm >/dev/null &&
        rm_ctl pg_ctl -D "$FLOW/rm/data" -w -l "$FLOW/rm/log" \
            -o "-p 5432 -k $FLOW/rm -c listen_addresses='' -c fsync=off" start >/dev/null &&
        rm_sql -f "$SEED" >/dev/null
}
rm_close() { rm_ctl pg_ctl -D "$FLOW/rm/data" -m immediate stop >/dev/null 2>&1; }

# import [COMMAND...]: runs it, behind COMMAND.
import() {
    RB_FROM="host=$FLOW/rm port=5432 user=rm dbname=postgres" \
        RB_PG="$RB_PG user=importer options='-c role=gateway'" "$@" "$BIN/import-rm"
}
# import_killed_after N: killed once N answers stand in the read model.
import_killed_after() {
    import exec >"$FLOW/log/import-killed.log" 2>&1 &
    local pid=$!
    until_true 60 outcomes_at_least "$1"
    { kill -KILL $pid; wait $pid; } 2>/dev/null
    [ $? -eq 137 ] || echo "the import had ended before it could be killed"
}
outcomes_at_least() { [ "$(sql -c 'SELECT count(*) FROM read.outcome')" -ge "$1" ]; }
