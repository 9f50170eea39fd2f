#!/usr/bin/env bash
# libFuzzer programs, one on each processor, from their seeds and their kept corpora.
#
# usage: tests/fuzz/run.sh run SECONDS PROGRAM...   each so many seconds; new finds go to build/fuzz/finds, what
#                                                   reached something new to build/fuzz/corpus. A line for
#                                                   each, then "fuzz: N passed, N failed"
#        tests/fuzz/run.sh keep PROGRAM...          chooses from all that there is at most FILES_MAX files for
#                                                   tests/fuzz/corpus; files with a name of words stay
set -u
here=$(dirname "$0")
work=build/fuzz
FILES_MAX=50
export LSAN_OPTIONS="suppressions=$here/../lsan.supp:print_suppressions=0"

dirs_of() { # NAME: what it starts from
    local dir
    for dir in "$work/corpus/$1" "$work/seeds/$1" "$here/corpus/$1"; do
        [ ! -d "$dir" ] || echo "$dir"
    done
}

last_of() { # LOG WORD: the number behind the word in the last line that has it
    grep -aoE "$2: [0-9]+" "$1" | tail -n 1 | grep -oE '[0-9]+'
}

run_one() { # SECONDS PROGRAM: 0 if it ran and found nothing
    local name log rc=0 runs
    name=$(basename "$2") log=$work/$(basename "$2").log
    mkdir -p "$work/corpus/$name" "$work/finds/$name"
    # shellcheck disable=SC2046
    timeout $(($1 + 120)) "$2" -max_total_time="$1" -timeout=60 -rss_limit_mb=1500 -max_len=8192 \
        -artifact_prefix="$work/finds/$name/" $(dirs_of "$name") >"$log" 2>&1 </dev/null || rc=$?
    runs=$(grep -aoE 'Done [0-9]+ runs' "$log" | grep -oE '[0-9]+')
    if [ $rc -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
        printf '%-14s %9d inputs  %6d edges  %6d features  %5d files kept of them\n' "$name" "$runs" \
            "$(last_of "$log" cov)" "$(last_of "$log" ft)" "$(find "$work/corpus/$name" -type f | wc -l)"
        return 0
    fi
    grep -aE 'ERROR|SUMMARY|wrong|Test unit' "$log" | head -5
    echo "log of the failure: $log"
    return 1
}

keep_one() { # PROGRAM
    local name chosen=$work/chosen file
    name=$(basename "$1")
    rm -rf "$chosen" && mkdir -p "$chosen" "$here/corpus/$name"
    # Edges alone, without counts: a set that says more would be too large to keep.
    # shellcheck disable=SC2046
    "$1" -set_cover_merge=1 -use_counters=0 -max_len=4096 "$chosen" $(dirs_of "$name") >"$work/$name.keep.log" 2>&1 ||
        { echo "$name: not merged, see $work/$name.keep.log"; return 1; }
    find "$here/corpus/$name" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
    # Of a cover too large to keep, the larger ones: they reach more.
    while read -r file; do
        cp "$chosen/$file" "$here/corpus/$name/"
    done < <(find "$chosen" -type f -printf '%s %P\n' | sort -rn |
        head -n $((FILES_MAX - $(find "$here/corpus/$name" -type f | wc -l))) |
        awk '(sum += $1) <= 90000 { print $2 }')
    echo "$name: $(find "$here/corpus/$name" -type f | wc -l) files, $(du -cb "$here/corpus/$name"/* | tail -1 | cut -f1) bytes"
}

passed=0 failed=0
case ${1:-} in
run)
    seconds=$2
    shift 2
    rm -f "$work"/*.rc
    for program in "$@"; do
        while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
        { run_one "$seconds" "$program"; echo $? >"$work/$(basename "$program").rc"; } &
    done
    wait
    for program in "$@"; do
        if [ "$(cat "$work/$(basename "$program").rc")" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    done
    echo "fuzz: $passed passed, $failed failed"
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
    ;;
keep)
    shift
    for program in "$@"; do keep_one "$program" || exit 1; done
    ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
