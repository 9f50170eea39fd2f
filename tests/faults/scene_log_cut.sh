#!/usr/bin/env bash
# A log that lost what somebody had read, or had still to read: every reader must stop loudly, say
# where, and change nothing. Commands deleted unanswered; records deleted that somebody had not read;
# a store that is gone with the log's beginning; the topic deleted and made anew.
. tests/flow/lib.sh
flow=$(dirname "$BIN")/test/flow
export RB_STATE=$FLOW/store RB_GIVE_UP=5s

start() { daemon_start "$1" "RB_STATE=$RB_STATE"; }
up() { # NAME...
    local name
    for name in "$@"; do start "$name"; done
    for name in "$@"; do until_true 60 daemon_ready "$name" || return 1; done
}
down() { local name; for name in "$@"; do daemon_stop "$name"; done; }
load() { RB_PG="$RB_PG user=projector" timeout 60 "$flow" load "$FLOW/ledger" 2 5; }
burst() { # commands of which some find nobody to answer them
    RB_PG="$RB_PG user=projector" timeout 4 "$flow" load "$FLOW/more" 3 20
    true
}
tool() { # CLASS ARGUMENT...: one of Kafka's own
    timeout 60 java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "${DEPS:-$TOP/.deps}/kafka/*" "$@"
}
deleted() { # TOPIC: every record that it holds
    seq 0 11 | jq -c --arg topic "$1" '{topic: $topic, partition: ., offset: -1}' |
        jq -sc '{partitions: ., version: 1}' >"$FLOW/delete.json"
    tool org.apache.kafka.tools.DeleteRecordsCommand --bootstrap-server "$RB_KAFKA_BOOTSTRAP" --offset-json-file "$FLOW/delete.json"
}
stopped_with() {
    grep '"event":"stopped-loudly"' "$FLOW/log/$1.log" | grep -q "\"why\":\"$2\"" && grep -q '^exit 3$' "$FLOW/log/$1.exits"
}
stops_loudly() { # NAME WHY
    start "$1"
    until_true 30 stopped_with "$@" || { tail -n 3 "$FLOW/log/$1.log"; return 1; }
    daemon_stop "$1"
    rm -f "$FLOW/log/$1.exits" && mv "$FLOW/log/$1.log" "$FLOW/log/$1.before-$RANDOM"
}
rows() { sql -c 'SELECT md5(string_agg(o::text, $$|$$ ORDER BY person, id)) FROM read.outcome o'; }
unchanged() { equal "$(rows)" "$BEFORE"; }

check 'the daemons start' up projector referrals sessions risk
check 'people are worked on' load
down sessions
burst
check 'commands are deleted that nobody has answered' deleted session.commands
check 'their decider stops loudly: its committed offset is outside the topic' stops_loudly sessions commands-outside-log
down projector
BEFORE=$(rows)
burst
down referrals risk
check 'records are deleted that the projector has not read' deleted referral.events
check 'the projector stops loudly: its position is outside the log' stops_loudly projector position-outside-log
check 'and its rows stay as they are' unchanged
check 'a decider that had read all goes on' up referrals
down referrals
made_anew() {
    gone() { ! timeout 10 kcat -L -b "$RB_KAFKA_BOOTSTRAP" | grep -q '"referral.events"'; }
    tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$RB_KAFKA_BOOTSTRAP" --delete --topic referral.events || return 1
    until_true 30 gone
    "$TOP/compose/stack.sh" topics "$STACK_DIR"
}
check 'the stream is deleted and made anew' made_anew
for name in referrals projector; do
    check "$name stops loudly: its position is outside the log" stops_loudly "$name" position-outside-log
done
check 'the rows stay as they are' unchanged
finish
