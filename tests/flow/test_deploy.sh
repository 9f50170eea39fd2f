#!/usr/bin/env bash
# What stands for other places than this machine: the units for systemd, checked by its own tools, a
# daemon that speaks to its supervisor as they ask; compose.yaml and the Dockerfile, held against the
# programs (nothing here runs containers).
. "$(dirname "$0")/lib.sh"
UNITS=$TOP/compose/systemd
deploy() { python3 "$TOP/tests/flow/deploy.py" "$1" "$TOP" "$BIN"; }

# --- units --------------------------------------------------------------------------------------------

# A machine's root with systemd's own units, ours, and our programs where they look for them.
ROOT=$FLOW/root
mkdir -p "$ROOT/usr/lib/systemd" "$ROOT/usr/lib/referral-broker"
cp -r /usr/lib/systemd/system "$ROOT/usr/lib/systemd/"
cp -r "$UNITS"/referral* "$ROOT/usr/lib/systemd/system/"
for program in "$BIN"/*; do cp /bin/true "$ROOT/usr/lib/referral-broker/$(basename "$program")"; done
verified() { # UNIT: not a word
    local said
    said=$(systemd-analyze verify --root="$ROOT" --man=no "$1" 2>&1) && equal "$said" ''
}
closed() { # UNIT: exposed by no more than 1.5
    systemd-analyze security --offline=true --root="$ROOT" --no-pager --threshold=15 "$1"
}
check 'the target is one' verified referral-broker.target
for unit in "$UNITS"/*.service; do
    unit=$(basename "$unit" | sed 's/@/@1/')
    check "$unit says nothing that systemd does not know" verified "$unit"
    check "$unit is exposed by 1.5 at most" closed "$unit"
done
check 'every daemon has a unit' equal "$(sed -nE "/^DAEMONS=/,/^'/s/^([a-z]+) .*/\1/p" "$TOP/compose/run.sh" | sort | xargs)" \
    "$(sed -n 's/^ExecStart=.*referral-broker\///p' "$UNITS"/*.service | sort | xargs)"
check 'what they set is a setting, what they name is loaded' deploy settings

# --- a daemon under such a supervisor -----------------------------------------------------------------

python3 "$TOP/tests/flow/deploy.py" supervisor "$FLOW/notify" >"$FLOW/log/told" &
listener=$!
trap 'kill $listener 2>/dev/null; daemons_down' EXIT
check 'a supervisor listens' until_true 20 test -S "$FLOW/notify"
daemon_start projector "NOTIFY_SOCKET=$FLOW/notify" WATCHDOG_USEC=400000
told() { [ "$(grep -cx "$1" "$FLOW/log/told")" -ge "$2" ]; }
check 'it is told that the daemon is ready' until_true 60 told READY=1 1
check 'and, again and again, that its loop turns' until_true 60 told WATCHDOG=1 5
hang() { daemon_signal projector STOP; }
silent() { # no word for longer than the supervisor's patience
    local before after
    hang
    before=$(wc -l <"$FLOW/log/told")
    sleep 1
    after=$(wc -l <"$FLOW/log/told")
    daemon_signal projector CONT
    [ $((after - before)) -le 1 ] # one may have been under way
}
check 'one that hangs says nothing' silent
check 'and, once it goes on, again' until_true 60 told WATCHDOG=1 8
port=$(cat "$FLOW/run/projector.port")
check 'its health is found' until_true 60 "$TOP/compose/healthy.sh" "$port"
daemon_stop projector
check 'it is told that the daemon stops' told STOPPING=1 1
check 'and its health is gone' equal "$("$TOP/compose/healthy.sh" "$port" 2>/dev/null; echo $?)" 1

# --- containers ---------------------------------------------------------------------------------------

check 'compose.yaml names what is there, and settings that are' deploy compose
compose_takes() { docker compose -f "$TOP/compose/compose.yaml" "$@" config -q; }
if docker compose version >/dev/null 2>&1; then
    check 'the compose client takes it' compose_takes
    check 'with three brokers, too' compose_takes --env-file "$TOP/compose/three-brokers.env"
else
    echo '  not checked: there is no docker compose here to read compose.yaml'
fi
check 'the image has every library that the programs load' deploy libraries
secrets_once() {
    mkdir -p "$FLOW/made" && "$TOP/compose/secrets.sh" "$FLOW/made" || return 1
    local first
    first=$(cat "$FLOW"/made/*)
    "$TOP/compose/secrets.sh" "$FLOW/made" && equal "$(cat "$FLOW"/made/*)" "$first" &&
        equal "$(stat -c '%a %s' "$FLOW"/made/* | sort | uniq -c | xargs)" '3 600 64'
}
check 'secrets are made once, for their owner alone' secrets_once
finish
