#!/usr/bin/env bash
# The simulation as tests: every rule holds in 10,000 worlds and in those that failed once, each rule is missed that is taken away,
# and nothing of that is in a release.
# usage: tests/simulation/run.sh PROGRAM SANITIZED OBJECT...   ends with "simulate: N passed, N failed"
# SANITIZED: the same program with sanitizers, for fewer worlds.
# OBJECTs are those of a release which could carry a switch of common/base/weak.h.
set -u
program=$1 sanitized=$2; shift 2
logs=${TEST_LOGS:-build/test-logs}
mkdir -p "$logs"
log=$logs/simulation.log
has_switch() { nm "$@" | grep -qw weakness; }

{
    "$program" 10000 || echo "exit status $?"
    "$sanitized" 500 20001 || echo "exit status $?"
    "$program" --kept || echo "exit status $?"
    "$program" --weakened || echo "exit status $?"
    if has_switch "$program" && [ $# -gt 0 ] && ! has_switch "$@"; then
        echo "passed: no switch of the simulation is in a release"
    else
        echo "FAILED: no switch of the simulation is in a release"
    fi
} 2>&1 | tee "$log"
passed=$(grep -c '^passed: ' "$log") failed=$(grep -c '^FAILED: ' "$log")
# A bad end that no line explains.
[ "$failed" -gt 0 ] || ! grep -q '^exit status' "$log" || failed=1
echo "simulate: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
