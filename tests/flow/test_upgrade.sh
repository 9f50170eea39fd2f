#!/usr/bin/env bash
# A rolling upgrade under load: the next release, built from the same sources with schemas one version
# on, takes the place of this one daemon by daemon, in the order of compose/systemd/README.md. No
# request fails, nobody stops loudly; something new stands on the log only once the gateway, last,
# lets it be stated. Then the release after it, which writes nothing any more as this one did.
. "$(dirname "$0")/gateway.sh"
export RB_COMMANDS_PER_SECOND=0 RB_QUERIES_PER_SECOND=0
. "$TOP/tests/flow/releases.sh"
SENDERS=$(dirname "$BIN")/test/flow-api
KNOWN=$(awk '!/^#/ && $1 > max { max = $1 } END { print max }' "$TOP/schemas/ids.tsv") # the newest id of this release

# --- what stands where ------------------------------------------------------------------------------

# newer: ids of schemas that this release does not know, of all records on the topics
newer() {
    local topic
    for topic in "$@"; do
        timeout 60 kcat -C -e -q -b "$RB_KAFKA_BOOTSTRAP" -t "$topic" -f '%R%s'
    done | python3 -c 'import sys
read, ids = sys.stdin.buffer.read, set()
while head := read(4):
    ids.add(int.from_bytes(read(int.from_bytes(head, "big"))[1:5], "big"))
print(*sorted(id for id in ids if id > int(sys.argv[1])))' "$KNOWN"
}
dossiers() { # CONDITION: how many, by the id under which they are packed
    rows "SELECT count(*) FROM read.dossier WHERE (get_byte(packed, 3) << 8) + get_byte(packed, 4) $1"
}
nothing_new() { equal "$(newer "${TOPICS[@]}")" '' && equal "$(dossiers "> $KNOWN")" 0; }

# --- under load -------------------------------------------------------------------------------------

load() { # NAME
    cp "$RB_SECRETS/token.jwk" "$RB_SECRETS/token.key" # where the senders look
    LOAD=$FLOW/load-$1.out LOADED_AT=$(now)
    RB_GATEWAY=$API "$SENDERS" restart 400 >"$LOAD" 2>&1 &
    LOAD_PID=$!
    sending() { grep -qx sending "$LOAD"; }
    until_true 60 sending
}
load_ends() {
    kill -TERM "$LOAD_PID"
    wait "$LOAD_PID" && grep -h '^commands ' "$LOAD" || { cat "$LOAD"; return 1; }
}
once() { # each command that was answered stands in the read model, and none twice
    equal "$(rows "SELECT count(*) FROM read.fact WHERE type = 'RiskDisclosed' AND actor = 'BBEAKS' AND recorded_at >= '$LOADED_AT'")" \
        "$(sed -n 's/^commands \([0-9]*\) .*/\1/p' "$LOAD")"
}
facts() { rows 'SELECT count(*) FROM read.fact'; }
goes_on() { # the senders' commands are answered
    local before
    before=$(facts)
    more() { [ "$(facts)" -gt $((before + 20)) ]; }
    kill -0 "$LOAD_PID" && until_true 60 more
}
replaced() { # NAME: by the one in $BIN
    daemon_stop "$1"
    equal "$(tail -n 1 "$FLOW/log/$1.exits")" 'exit 0' && up "$1" && goes_on
}
# A whole case, with a meeting of which the person was told: BODY is the booking's.
case_goes_on() { # CRN [LANGUAGE]
    case_of "$1" Ada Lind "$1" || return 1
    BODY=$(book_body "$(uuid)" 0 "$(now)" JBELL | jq -c --arg language "${2:-}" 'if $language == "" then . else .booking.notice.language = $language end')
    does 201 AppointmentBooked JBELL "/v1/referrals/$REFERRAL/appointments" "$BODY"
}

check 'the next release is built' next_release
cp -a "$TREE/schemas/ids.tsv" "$FLOW/log/"
check 'this release starts' broker_up
check 'a case is worked on' case_goes_on X100001
FIRST=$PERSON
check 'eight senders send without a pause' load next
BIN=$FLOW/next number=0
for name in projector referrals sessions risk; do
    check "the next $name takes the place of this one under load" replaced "$name"
    check 'and a case is worked on' case_goes_on "X20000$((++number))"
done
check 'nothing stands anywhere that this release could not read' nothing_new
check 'what this gateway does not know, it refuses' does 422 field-not-allowed JBELL "/v1/referrals/$REFERRAL/appointments" \
    "$(jq -c '.booking.notice.language = "cy"' <<<"$BODY")"
check 'the next gateway takes the place of this one under load' replaced gateway
check 'still nothing new stands anywhere' nothing_new
check 'what is new can be stated now' case_goes_on X300001 cy
LANGUAGE=$PERSON
stated() {
    [ -n "$(newer session.commands)" ] && [ -n "$(newer referral.events)" ] && equal "$(newer referral.commands risk.commands)" '' &&
        equal "$(dossiers "> $KNOWN AND person = '$LANGUAGE'")" 1 && equal "$(dossiers "> $KNOWN")" 1
}
check 'it stands under new ids, and what says nothing new stands under the old ones' stated
check 'every request was answered' load_ends
check 'each command once' once
check 'read model and stores equal the fold' verify

check 'the release after that is built' release_after
check 'eight senders send without a pause' load after
BIN=$FLOW/after
for name in projector referrals sessions risk gateway; do
    check "the $name after that takes the place of the next under load" replaced "$name"
done
check 'a case is worked on' case_goes_on X400001
check 'every request was answered' load_ends
check 'each command once' once
both() { equal "$(dossiers "<= $KNOWN AND person = '$FIRST'")" 1 && equal "$(dossiers "> $KNOWN AND person = '$PERSON'")" 1; }
check 'dossiers stand there as either release packs them' both
check 'and equal the fold by what they say' verify
rebuilt() { RB_PG="$RB_PG user=projector" timeout 120 "$BIN/brokerctl" rebuild && equal "$(dossiers "<= $KNOWN")" 0 && verify; }
check 'rebuilt, they are all as this one packs them' rebuilt
finish_broker
