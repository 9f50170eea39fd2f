#!/usr/bin/env bash
# House rules that a machine can check: layers, another program's headers, banned calls, log lines, dead
# files, long functions and files, formatting, a README a folder. Prints each break with its place; exits
# 1 if there was one.
# usage: tests/tidy/tidy.sh        from the top of the tree (make tidy)
set -u
[ "${1:-}" = --help ] && { sed -n '2,5s/^# //p' "$0"; exit 0; }
breaks=0
break_at() { echo "tidy: $*"; breaks=$((breaks + 1)); }

mapfile -t sources < <(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^build/')

# --- layers: a folder includes only what stands below it (mk/layers.mk) ---------------------------
layer_of() { sed -nE "s/^LAYER_$1 *:= *(.*)/\1/p" mk/layers.mk; }
check_includes() { # FILE ALLOWED...
    local file=$1 header folder
    shift
    while read -r header; do
        folder=${header%%/*}
        [ -d "common/$folder" ] || [ "$folder" = event ] || continue
        case " $* " in *" $folder "*) ;; *) break_at "layer: $file includes $header" ;; esac
    done < <(sed -nE 's/^#include "([a-z-]+\/[^"]+)".*/\1/p' "$file")
}
for file in "${sources[@]}"; do
    case $file in
    common/codec/schemac/*) check_includes "$file" base codec ;;
    common/*) folder=${file#common/}; folder=${folder%%/*}; check_includes "$file" "$folder" $(layer_of "$folder") ;;
    services/*/decide_*.[ch] | services/*/rules.h | services/projector/project_*.c) check_includes "$file" base event dossier ;;
    services/gateway/pages/*) check_includes "$file" base event dossier obs ;;
    # Deciders and projector never see a key: neither seal nor edge.
    services/referrals/* | services/sessions/* | services/risk/* | services/projector/*)
        check_includes "$file" daemon $(layer_of daemon) ;;
    connectors/*/map*.c) check_includes "$file" base event codec ;;
    esac
done

# --- a program includes nothing of another's, and common/ nothing of any program ----------------------
# By design (PARTS_<program> in mk/layers.mk): brokerctl is made of the projector's parts, too, because
# verify and rebuild make rows as the projector does.
parts_of() { sed -nE "s/^PARTS_$1 *:= *(.*)/\1/p" mk/layers.mk; }
for file in "${sources[@]}"; do
    case $file in
    common/*) own= ;;
    services/* | connectors/*) own=${file#*/}; own=${own%%/*}; own="$own $(parts_of "$own")" ;;
    *) continue ;;
    esac
    while read -r header; do
        [[ $header != *..* ]] || break_at "include that leaves its folder: $file includes $header"
        program=${header#services/}; program=${program#connectors/}; program=${program%%/*}
        [ -d "services/$program" ] || [ -d "connectors/$program" ] || continue
        case " $own " in *" $program "*) ;; *) break_at "another's header: $file includes $header" ;; esac
    done < <(sed -nE 's/^#include "([^"]+\/[^"]+)".*/\1/p' "$file")
done

# --- third-party headers: one folder each ---------------------------------------------------------
third_party() { # HEADER-REGEX FOLDER-REGEX
    local file
    while read -r file; do
        [[ $file =~ $2 ]] || break_at "third-party header $1 in $file"
    done < <(grep -lE "^#include <$1" "${sources[@]}")
}
third_party 'librdkafka/' '^(common/kafka|tests/(common/kafka|bench))/'
third_party '(libpq-fe|postgres)' '^(common/pg|tests/(common/pg|bench))/'
third_party 'lmdb' '^(common/store|tests/common/store)/'
third_party 'microhttpd' '^common/http/'
third_party '(rhonabwy|ulfius|orcania|yder)' '^(common/http|tests/common/http)/'
third_party 'curl/' '^common/http/'
third_party 'zlib' '^common/http/'
third_party 'avro' '^(common/codec|tests/(common/codec|fuzz|bench))/'
third_party 'jansson' '^(common/codec|common/http|tests)/'
third_party 'openssl/' '^(common/(base|seal|edge|http)|tests)/'

# --- banned calls -----------------------------------------------------------------------------------
while read -r hit; do break_at "banned call: $hit"; done < <(
    grep -nE '(^|[^a-zA-Z0-9_>.])(strcpy|strcat|sprintf|vsprintf|atoi|atol|strtok|strncpy|gets|rand|srand|system)\(' \
        "${sources[@]}" | grep -vE ':[0-9]+: *(\*|/\*|//)')

# --- log lines: a constant name of one pattern, typed fields with constant keys, nothing else ----------
# (obs/log.h keeps text from outside out at run time; here it is not even written down.)
log_calls() { tr '\n' ' ' <"$1" | tr -s ' ' | grep -oE '[^a-z_]log_line\([^;]*;'; }
call_good='^.log_line\( ?LEVEL_[A-Z]+, ?"[a-z0-9]+([.-][a-z0-9]+)*" ?[,)]'
for file in "${sources[@]}"; do
    case $file in services/* | connectors/* | common/*) ;; *) continue ;; esac
    case $file in common/obs/*) continue ;; esac
    while read -r call; do
        [[ " $call" =~ $call_good ]] || [[ $call =~ $call_good ]] || break_at "log line without a constant name: $file: ${call:0:60}"
    done < <(log_calls "$file")
    while read -r hit; do break_at "log field: $file:$hit"; done < <(
        grep -nE 'LOG_(INT|ID|DIGEST|WORD|CODE)\((""|[^")][^,]*,|"[^"]*[^a-z0-9_"][^"]*")|LOG_WORD\("[a-z0-9_]*", *[^),]*(\.|->)ptr|LOG_DIGEST\("[a-z0-9_]*", *sha256' "$file")
    while read -r hit; do break_at "log line past log_line and log_res: $file:$hit"; done < <(
        grep -nE '(^|[^a-z_])(log_write|log_failure|syslog|perror)\(|struct log_field' "$file")
    case $file in # these speak to whoever started them
    services/brokerctl/* | connectors/*/* | common/conf/* | common/base/res.c | */schemac/* | */mustachec/*) continue ;;
    esac
    while read -r hit; do break_at "text printed past the log: $file:$hit"; done < <(
        grep -nE '(^|[^a-z_])(v?printf|v?fprintf|v?dprintf|fputs|puts|putchar)\(' "$file" | grep -vE ':[0-9]*: *(\*|/\*|//)')
done

# --- long files and functions (Linux braces: a function's braces stand in column 0) ---------------
for file in "${sources[@]}"; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || break_at "file of $lines lines (500): $file"
done
while read -r hit; do break_at "$hit"; done < <(
    awk 'FNR == 1 { start = 0 } /^\{/ { start = FNR }
         /^\}/ { if (start && FNR - start > 60) print "function of " FNR - start " lines (60): " FILENAME ":" start; start = 0 }' \
        $(printf '%s\n' "${sources[@]}" | grep '\.c$'))

# --- dead files: a header nobody includes, SQL nobody embeds, a script nobody calls ------------------
everything=$(git ls-files -co --exclude-standard | grep -vE '\.(png|gz)$|package-lock.json')
for file in "${sources[@]}"; do
    case $file in */plain/*) continue ;; *.h) ;; *) continue ;; esac # plain/ stands in for a system header
    name=$(basename "$file")
    grep -lE "#include \"([^\"]*/)?$name\"" "${sources[@]}" | grep -qv "^$file$" || break_at "no one includes $file"
done
for file in $(grep -E '\.(sh|mjs|py)$' <<<"$everything" | grep -vE '/test_[a-z_]+\.sh$|\.test\.mjs$'); do
    grep -lF "$(basename "$file")" $everything 2>/dev/null | grep -qvxF "$file" || break_at "no one uses $file"
done
for file in $(grep -E '\.sql$' <<<"$everything"); do
    embedded=$file.inc
    [[ ${file##*/} != [0-9]* ]] || embedded=${file%/*}/migrations.inc # which includes all the numbered ones
    grep -qF "$embedded" "${sources[@]}" || grep -qF "$(basename "$file")" mk/*.mk compose/* 2>/dev/null ||
        grep -rqF --include='*.sh' "$(basename "$file")" tests || break_at "no one embeds $file"
done

# --- a README a folder ------------------------------------------------------------------------------
# Every folder of C, and those without: but a folder of tests that mirrors its sources is told of in
# tests/README.md, and one inside a ring's folder may be told of there, as `name/`.
folders=$(printf '%s\n' "${sources[@]}" | sed -nE 's/\/[^/]+\.c$//p' | sort -u)
for folder in schemas schemas/catalogue compose compose/systemd mk tests $folders; do
    case $folder in
    tests/common/* | tests/services/* | tests/connectors/*) continue ;;
    tests/*/*) grep -qF "\`${folder##*/}/\`" "${folder%/*}/README.md" 2>/dev/null && continue ;;
    esac
    [ -f "$folder/README.md" ] || break_at "no README.md in $folder"
    [ ! -f "$folder/README.md" ] || [ "$(wc -l <"$folder/README.md")" -le 80 ] || break_at "README of over a page: $folder"
done

# --- formatting ---------------------------------------------------------------------------------------
if command -v clang-format >/dev/null; then
    printf '%s\n' "${sources[@]}" | xargs -P2 -n40 clang-format --dry-run -Werror 2>&1 |
        sed -nE 's/^([^:]+):([0-9]+):.*Wclang-format.*/\1/p' | sort | uniq -c >build/tidy-format.txt
    while read -r count file; do break_at "formatting: $file ($count places): clang-format -i $file"; done <build/tidy-format.txt
else
    break_at "clang-format is missing: make test installs it"
fi

[ $breaks -eq 0 ] && echo "tidy: nothing to mend" || { echo "tidy: $breaks breaks"; exit 1; }
