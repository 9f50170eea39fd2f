#!/usr/bin/env bash
# Runs Criterion programs side by side, sums their counts, keeps each one's log.
# usage: tests/run.sh RING PROGRAM...      ends with "RING: N passed, N failed"
# TEST_PROGRAMS of them at a time (default 4: most of them wait more than they work).
set -u
ring=$1; shift
logs=${TEST_LOGS:-build/test-logs}/$ring
mkdir -p "$logs"
export LSAN_OPTIONS="suppressions=$(dirname "$0")/lsan.supp:print_suppressions=0"
run_one() {
    local name
    name=$(basename "$1")
    "$1" --jobs "${TEST_JOBS:-2}" >"$logs/$name.log" 2>&1 </dev/null
    echo $? >"$logs/$name.exit"
}
for program in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "${TEST_PROGRAMS:-4}" ]; do wait -n; done
    run_one "$program" &
done
wait
passed=0 failed=0 broken=()
for program in "$@"; do
    log=$logs/$(basename "$program").log
    rc=$(<"${log%.log}.exit")
    line=$(grep -aoE 'Tested: [0-9]+ \| Passing: [0-9]+ \| Failing: [0-9]+ \| Crashing: [0-9]+' "$log" | tail -1)
    read -r tested ok bad crash < <(grep -oE '[0-9]+' <<<"${line:-0 0 0 0}" | tr '\n' ' ')
    # A leak report and an empty selection both exit 0: look for them by name.
    if [ "${tested:-0}" -eq 0 ] || [ $rc -ne 0 -a $((bad + crash)) -eq 0 ] ||
        grep -aqE 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error:' "$log"; then
        bad=$((bad + 1)); [ "${ok:-0}" -gt 0 ] && [ "$bad" -gt "$tested" ] && ok=$((ok - 1))
    fi
    passed=$((passed + ok)) failed=$((failed + bad + crash))
    [ $((bad + crash)) -eq 0 ] || { broken+=("$log"); grep -aE '\[(----|FAIL)\]|runtime error|Sanitizer' "$log" | head -20; }
done
for log in "${broken[@]:-}"; do [ -z "$log" ] || echo "log of the failure: $log"; done
echo "$ring: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
