# shellcheck shell=bash
# What the scripts of this folder share; sourced, never run. Needs `set -euo pipefail` in the caller.
COMPOSE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CHECKOUT=$(dirname "$COMPOSE")

# Started by root, nothing of ours keeps root's rights: Postgres, Kafka and the daemons each run as
# a system user of their own. Started by anybody else, all of it runs as that user.
USER_PG=referral-pg USER_KAFKA=referral-kafka USER_DAEMON=referral

umask 022
is_root() { [ "$(id -u)" -eq 0 ]; }
say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
now_ms() { date +%s%3N; }
seconds_since() { local ms=$(($(now_ms) - $1)); printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }

# The comment at a script's top is its help.
print_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

# step 'what it does' COMMAND...: one line with its seconds, counting on a terminal; on failure the
# end of its output. The command is in the foreground: Ctrl-C reaches it.
step() {
    local what=$1 began log rc=0 ticker=
    shift
    began=$(now_ms)
    log=$(mktemp)
    printf '  %-46s' "$what"
    if [ -t 1 ]; then
        (while sleep 1; do printf '\r  %-46s%s' "$what" "$(seconds_since "$began")"; done) &
        ticker=$!
    fi
    "$@" >"$log" 2>&1 </dev/null || rc=$?
    if [ -n "$ticker" ]; then
        kill -9 "$ticker" 2>/dev/null || true # while we stop, TERM is ignored, by it too
        wait "$ticker" 2>/dev/null || true
        printf '\r  %-46s' "$what"
    fi
    if [ $rc -eq 0 ]; then
        printf '%s\n' "$(seconds_since "$began")"
    else
        printf 'failed after %s\n' "$(seconds_since "$began")"
        tail -n "${STEP_LINES:-12}" "$log" >&2
    fi
    rm -f "$log"
    return $rc
}

# May every user enter this folder? (Those of our system users who work in it must.)
open_to_all() {
    local at=$1
    while [ "$at" != / ]; do
        if [ -e "$at" ]; then case $(stat -L -c %A "$at") in *x | *t) ;; *) return 1 ;; esac; fi
        at=$(dirname "$at")
    done
}

# Where state and downloads live unless STATE and DEPS say otherwise: in the checkout, or, where
# root's checkout is closed to the users that the services run as, below /var/lib.
default_home() {
    if is_root && ! open_to_all "$CHECKOUT"; then echo /var/lib/referral-broker; else echo "$CHECKOUT"; fi
}
HOME_OF_STATE=$(default_home)
STATE=$(realpath -m "${STATE:-$HOME_OF_STATE/.state}")
DEPS=$(realpath -m "${DEPS:-$HOME_OF_STATE/.deps}")

need_users() {
    is_root || return 0
    local user
    for user in "$@"; do
        getent passwd "$user" >/dev/null ||
            useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user" 2>/dev/null ||
            getent passwd "$user" >/dev/null || die "cannot create the system user $user"
    done
}
# as USER COMMAND...: replaces root by USER, never adds a process.
as() {
    local user=$1
    shift
    if is_root; then exec setpriv --reuid "$user" --regid "$user" --init-groups --no-new-privs "$@"; else exec "$@"; fi
}
# A folder that only USER (and a group, if given) may enter.
own_dir() {
    mkdir -p "$3"
    if is_root; then chown "$1:$2" "$3"; fi
    chmod "$4" "$3"
}

need_space() {
    local free
    free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "${NEED_MIB:-2048}" ] ||
        die "only $free MiB free where $1 lies, ${NEED_MIB:-2048} are needed: free some, or choose another place with STATE=FOLDER"
}

port_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# Below the range from which the kernel hands out ports by itself.
free_port() { # but none of those given
    local port
    for _ in $(seq 200); do
        port=$((20000 + RANDOM % 12000))
        if [[ " $* " != *" $port "* ]] && ! port_busy "$port"; then
            echo "$port"
            return
        fi
    done
    die "no free port found between 20000 and 32000"
}
# Does this process run with TEXT in its command line? A pid file alone may be older than a reboot.
pid_runs() { # PID TEXT
    local words
    [ -n "$1" ] && mapfile -d '' words <"/proc/$1/cmdline" && [[ "${words[*]}" == *"$2"* ]]
} 2>/dev/null
# wait_until SECONDS COMMAND...: polls; false when the time is up.
wait_until() {
    local end=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$end" ] || return 1
        sleep 0.05
    done
}
