#!/usr/bin/env bash
# The test that Apache Kafka sets its own clients, for our way from command to event to read model:
# 100,000 messages, every client killed hard three times, each time after at least a fifth of
# progress; nothing lost, nothing doubled, order kept. Fails where a kill came too late.
# COMMANDS=100000 of them; BIN best names release programs.
. tests/flow/lib.sh
commands=${COMMANDS:-100000}
flow=${FLOW_PROGRAM:-$(dirname "$BIN")/test/flow}
export RB_STATE=$FLOW/store RB_GIVE_UP=5s
daemons=(projector referrals sessions risk)
killed=0

up() {
    local name
    for name in "${daemons[@]}"; do daemon_start "$name" "RB_STATE=$RB_STATE"; done
    for name in "${daemons[@]}"; do until_true 60 daemon_ready "$name" || return 1; done
}
outcomes() { sql -c 'SELECT count(*) FROM read.outcome'; }
# All four at a fifth, two and three fifths of the way; the load itself goes on.
killed_on_the_way() {
    local fifth name
    for fifth in 1 2 3; do
        until_true 300 outcomes_reach $((commands * fifth / 5)) || return 1
        for name in "${daemons[@]}"; do daemon_signal "$name" KILL && killed=$((killed + 1)); sleep 0.3; done
    done
    [ "$(outcomes)" -lt "$commands" ] && equal "$killed" 12
}
outcomes_reach() { [ "$(outcomes)" -ge "$1" ]; }
load_ends() { wait $load && tail -n 1 "$FLOW/log/load.out"; }
exactly_once() { RB_PG="$RB_PG user=projector" timeout 200 "$flow" check "$FLOW/ledger"; }
enough() { [ "$(wc -l <"$FLOW/ledger")" -ge "$commands" ]; }
verify() { RB_PG="$RB_PG user=operator" timeout 200 "$BIN/brokerctl" verify; }
rebuilt() { RB_PG="$RB_PG user=projector" timeout 200 "$BIN/brokerctl" rebuild && verify; }
not_loud() { ! grep -l stopped-loudly "$FLOW"/log/*.log; }

check 'the daemons start' up
began=$SECONDS
RB_PG="$RB_PG user=projector" timeout 540 "$flow" load "$FLOW/ledger" 500 100 "$commands" >"$FLOW/log/load.out" 2>&1 &
load=$!
check 'each of the four is killed three times, at a fifth, two and three fifths' killed_on_the_way
check 'every command was answered' load_ends
cat "$FLOW/check.out"
echo "  $commands commands in $((SECONDS - began)) s"
check "there were at least $commands" enough
check 'each has exactly one outcome, in its person'"'"'s order, on the log and in Postgres' exactly_once
cat "$FLOW/check.out"
check 'read model and stores equal the fold' verify
check 'and so does a read model that is made anew' rebuilt
check 'nobody stopped loudly' not_loud
finish
