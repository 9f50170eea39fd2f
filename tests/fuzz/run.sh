#!/usr/bin/env bash
# Runs libFuzzer programs, each for so many seconds from its seeds and its kept corpus; new finds go to the build
# folder. usage: tests/fuzz/run.sh SECONDS PROGRAM...     ends with "fuzz: N passed, N failed"
set -u
seconds=$1; shift
here=$(dirname "$0")
work=build/fuzz
passed=0 failed=0
for program in "$@"; do
    name=$(basename "$program")
    log=$work/$name.log
    mkdir -p "$work/corpus/$name" "$work/finds/$name"
    timeout $((seconds + 60)) "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1500 \
        -max_len=8192 -artifact_prefix="$work/finds/$name/" "$work/corpus/$name" \
        "$work/seeds/$name" "$here/corpus/$name" >"$log" 2>&1 </dev/null
    rc=$?
    runs=$(grep -aoE 'Done [0-9]+ runs' "$log" | grep -oE '[0-9]+')
    if [ $rc -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
        passed=$((passed + 1))
        echo "$name: $runs inputs"
    else
        failed=$((failed + 1))
        grep -aE 'ERROR|SUMMARY|wrong|Test unit' "$log" | head -5
        echo "log of the failure: $log"
    fi
done
echo "fuzz: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
