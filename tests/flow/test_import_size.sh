#!/usr/bin/env bash
# The import at size: a generated database (tests/connectors/import-rm/generate.sql, which reads
# plant.sql) with every known kind of defect, killed on the way, run on, compared. IMPORT_REFERRALS
# makes it larger (default 500; 150000 wants WITH_STACK_SECONDS=1800); IMPORT_KILLS says after how many
# answers it is killed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rm.sh"
referrals=${IMPORT_REFERRALS:-500}
out=$FLOW/import.out

rm_generate() {
    rm_sql -v referrals="$referrals" -v seed="${IMPORT_SEED:-1}" -v anchor="$(date -u +%F)" \
        -f "$TOP/tests/connectors/import-rm/generate.sql"
}
# The most anonymous memory that a process had, in kB, looked at until it is gone.
peak_of() {
    local now most=0
    while now=$(awk '/^RssAnon/ { print $2 }' "/proc/$1/status" 2>/dev/null) && [ -n "$now" ]; do
        [ "$now" -le $most ] || most=$now
        sleep 0.2
    done
    echo "$most"
}
planted_found() {
    rm_sql -F ' ' -c 'SELECT code, id FROM planted' | sort >"$FLOW/planted"
    awk '$1 == "defect" { print $2, $4 }' "$out" | sort >"$FLOW/found"
    diff "$FLOW/planted" "$FLOW/found" | head -n 40
    cmp -s "$FLOW/planted" "$FLOW/found"
}

check "the daemons start" daemons_up
check "the source's database is there" rm_open
rm_generate | sed 's/^/  generated: /'
for answers in ${IMPORT_KILLS:-$((referrals / 4)) $((referrals * 2))}; do import_killed_after "$answers"; done
import exec >"$out" 2>"$FLOW/log/import.err" &
pid=$!
peak=$(peak_of $pid)
wait $pid
code=$?
cp "$out" "$FLOW/log/import.log"
check "an import that was killed on the way goes on and ends equal" equal "$code" 0
check "no cell differs, no command is refused" grep -qE '^import: .* 0 refused; .* 0 differences' "$out"
check "every defect planted is named by row, and nothing else is" planted_found
check "progress and the time left are told" grep -qE 'stated: .* people, .* a second; done' "$FLOW/log/import.err"
check "an appointment moved is one row, whatever rows it was" equal \
    "$(sql -c "SELECT count(*) FROM read.appointment WHERE moved_at IS NOT NULL")" \
    "$(rm_sql -c "SELECT count(*) FROM appointment a WHERE superseded AND rescheduled_reason IS NOT NULL")"
grep '^import:' "$out" | sed 's/^/  /'
sed 's/^/  /' "$FLOW/log/import.err" | grep done
echo "  most anonymous memory of the import: $peak kB"
rm_close
finish
