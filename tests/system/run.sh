#!/usr/bin/env bash
# The browser ring: components and templates against their oracles, every page in every flavour, the
# live script, and whatever else stands in *.test.mjs. Ends with "system: N passed, N failed".
#
# usage: tests/system/run.sh [NAME...]     (BIN: folder of the programs, default build/debug-gcc/bin)
set -euo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-build/debug-gcc/bin}
logs=${TEST_LOGS:-build/test-logs}
RENDER_FOLDER=$PWD/build/render
export BIN RENDER_FOLDER
mkdir -p "$logs"
rm -rf "$RENDER_FOLDER"
"$(dirname "$BIN")/test/render-pages" "$RENDER_FOLDER"

files=()
if [ $# -gt 0 ]; then
    for name in "$@"; do files+=("tests/system/$name.test.mjs"); done
else
    files=(tests/system/*.test.mjs)
fi
passed=0 failed=0
for file in "${files[@]}"; do
    name=$(basename "$file" .test.mjs)
    log=$logs/system-$name.tap
    rc=0
    # The story needs the broker; every other file holds what it needs in its hands.
    around=()
    [ "$name" != story ] || around=(tests/with-stack.sh tests/system/broker.sh)
    timeout -k 10 "${SYSTEM_SECONDS:-600}" "${around[@]}" node --test "$file" >"$log" 2>&1 || rc=$?
    ok=$(grep -cE '^(# Subtest.*)?ok [0-9]' "$log" || true)
    bad=$(grep -cE '^not ok [0-9]' "$log" || true)
    # A file that broke before its first test, or a count that does not explain the status.
    if [ $rc -ne 0 ] && [ "$bad" -eq 0 ] || [ "$ok" -eq 0 ]; then bad=$((bad + 1)); fi
    printf '%-12s %3d passed, %d failed\n' "$name" "$ok" "$bad"
    if [ "$bad" -gt 0 ]; then
        grep -E -A 14 '^not ok' "$log" | head -60 || true
        echo "log of the failure: $log"
    fi
    passed=$((passed + ok)) failed=$((failed + bad))
done
echo "system: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
