#!/usr/bin/env bash
# The parts of a thread test, each by itself: a race, a crash or a hang fails it.
# usage: tests/threads/run.sh PROGRAM        ends with "threads: N passed, N failed"
set -u
here=$(dirname "$0")
logs=${TEST_LOGS:-build/test-logs}/threads
mkdir -p "$logs"
passed=0 failed=0
for part in http keys groups kafka obs; do
    log=$logs/$part.log
    if TSAN_OPTIONS="suppressions=$here/tsan.supp:exitcode=66:second_deadlock_stack=1" \
        timeout 150 "$1" "$part" >"$log" 2>&1 </dev/null; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        grep -aE 'WARNING|SUMMARY|"level":"fatal"' "$log" | head -5
        echo "log of the failure: $log"
    fi
done
echo "threads: $passed passed, $failed failed"
[ $failed -eq 0 ]
