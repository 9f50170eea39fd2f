#!/usr/bin/env bash
# Every ring in order, to the end even if one fails; the last line sums them.
#
# usage: tests/all.sh [RING...]
#
# Rings: core and edge (gcc, sanitizers), clang (all programs and core again), simulate (10,000 worlds
# in memory that fail as they may), fuzz (hostile bytes, a few seconds each), threads (ThreadSanitizer),
# flow (several services over real Kafka and Postgres), faults (a few schedules of them), system
# (everything, browser included). The output of each is kept in TEST_LOGS (default build/test-logs).
# All in all bounded by TEST_SECONDS (default 1500).
# Exit status 0 only if nothing failed.
set -euo pipefail
. "$(dirname "$0")/../compose/lib.sh"
cd "$CHECKOUT"

export TEST_LOGS=${TEST_LOGS:-$CHECKOUT/build/test-logs}
RINGS=(core edge clang simulate fuzz threads flow faults system)
ENDS_AT=$(($(now_ms) + ${TEST_SECONDS:-1500} * 1000))
JOBS=$(nproc)
cache=
! command -v ccache >/dev/null || cache='ccache '

ring_command() {
    case $1 in
    core | edge) RING=(make "-j$JOBS" MODE=debug "CC=${cache}gcc" "test-$1") ;;
    clang) RING=(make "-j$JOBS" MODE=debug "CC=${cache}clang" all test-core) ;;
    simulate | fuzz | threads | flow | faults | system)
        RING=(make "-j$JOBS" MODE=debug "CC=${cache}gcc" "test-$1") ;;
    *) die "no ring '$1': ${RINGS[*]}" ;;
    esac
}

passed=0 failed=0 logs=() running=
trap '[ -z "$running" ] || kill -TERM "$running" 2>/dev/null || true; exit 130' INT TERM HUP

run_ring() { # sets `passed`, `failed` and `logs`
    local name=$1 log=$TEST_LOGS/$1.log began rc=0 ok=0 bad=0 left
    ring_command "$name"
    began=$(now_ms)
    left=$(((ENDS_AT - began) / 1000))
    printf '%-8s' "$name"
    timeout -k 30 "$((left > 1 ? left : 1))" "${RING[@]}" >"$log" 2>&1 </dev/null &
    running=$!
    wait "$running" || rc=$?
    running=
    read -r ok bad < <(grep -aoE '^[a-z]+: [0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 | grep -oE '[0-9]+' | paste -sd' ') || true
    # No count, or an exit status that the count does not explain: something else went wrong.
    if [ $rc -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then bad=1; fi
    if [ $rc -eq 0 ] && [ "${ok:-0}" -eq 0 ]; then bad=1; fi
    printf '%5d passed, %d failed   %s\n' "${ok:-0}" "${bad:-0}" "$(seconds_since "$began")"
    passed=$((passed + ${ok:-0})) failed=$((failed + ${bad:-0}))
    [ "${bad:-0}" -gt 0 ] || return 0
    logs+=("$log")
    [ $rc -ne 124 ] || echo "stopped: the time for all rings (TEST_SECONDS=${TEST_SECONDS:-1500}) was over" >>"$log"
    tail -n 15 "$log" | sed 's/^/    /'
}

case ${1:-} in -h | --help) print_help; exit 0 ;; esac
[ $# -eq 0 ] || RINGS=("$@")
mkdir -p "$TEST_LOGS"
for ring in "${RINGS[@]}"; do
    run_ring "$ring"
done
[ $failed -eq 0 ] || printf 'logs of what failed: %s\n' "${logs[*]}"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
