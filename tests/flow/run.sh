#!/usr/bin/env bash
# The flow ring: each tests/flow/test_*.sh over its own private Kafka and Postgres, real daemons.
# usage: tests/flow/run.sh [TEST...]     (names without test_ and .sh; default all)
# FLOW_JOBS of them side by side (default 2: they wait more than they work), the longest first.
# Ends with "flow: N passed, N failed". BIN names the programs (default build/debug-gcc/bin).
set -u
cd "$(dirname "$0")/../.." || exit 1
case ${1:-} in -h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;; esac
logs=${TEST_LOGS:-build/test-logs}/flow
mkdir -p "$logs"
names() { echo faults; for f in tests/flow/test_*.sh; do basename "$f" .sh | sed 's/^test_//'; done | grep -vx faults; }
[ $# -gt 0 ] || set -- $(names)
run_one() {
    echo "flow: $1"
    WITH_STACK_SECONDS=${WITH_STACK_SECONDS:-600} tests/with-stack.sh "tests/flow/test_$1.sh" >"$logs/$1.log" 2>&1 </dev/null
}
for name in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "${FLOW_JOBS:-2}" ]; do wait -n; done
    run_one "$name" &
done
wait
passed=0 failed=0
for name in "$@"; do
    log=$logs/$name.log
    line=$(grep -aoE "^test_$name: [0-9]+ passed, [0-9]+ failed" "$log" | tail -1)
    read -r ok bad < <(grep -oE '[0-9]+ (passed|failed)' <<<"${line:-0 passed, 1 failed}" | grep -oE '[0-9]+' | tr '\n' ' ')
    passed=$((passed + ok)) failed=$((failed + bad))
    grep -a '^  not checked:' "$log"
    [ "$bad" -eq 0 ] || { grep -aA4 FAILED "$log" || tail -n 15 "$log"; echo "log of the failure: $log"; }
done
echo "flow: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
