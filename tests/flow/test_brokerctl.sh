#!/usr/bin/env bash
# The operator's command over a running broker: the demo's people, everything that reads them, and
# whether verify finds each way in which log, read model and stores can differ.
. "$(dirname "$0")/lib.sh"
HTTP=$(free_port)
export RB_GATEWAY=http://127.0.0.1:$HTTP RB_STATE=$FLOW/store RB_PG="$RB_PG user=projector"
CTL=$BIN/brokerctl
PEOPLE=${PEOPLE:-55}

says() { # PATTERN EXIT COMMAND...: its exit code and what it printed
    local pattern=$1 code=$2 out
    shift 2
    out=$("$@" 2>&1)
    equal $? "$code" && grep -qE -- "$pattern" <<<"$out" || { echo "$out" | head -c 600; return 1; }
}
# finds 'sentence' PATTERN SQL UNDO: verify names a row that was changed behind its back.
finds() {
    sql -c "$3"
    check "verify finds $1" says "$2" 1 "$CTL" verify
    sql -c "$4"
}
states_twice() { # of the caseload's statuses that the demo can reach, each at least twice
    local few
    few=$(sql -c "SELECT s FROM unnest(ARRAY['unassigned', 'assessment-to-book', 'assessment-booked',
        'assessment-feedback-due', 'assessment-to-rebook', 'plan-due', 'plan-to-approve', 'session-to-book',
        'delivering', 'feedback-due', 'report-due', 'not-engaged', 'completed']) s
        WHERE (SELECT count(*) FROM read.referral_now WHERE status = s) < 2")
    equal "$few" ""
}
lines() { "$@" | wc -l; }
# What stands on the stream: a copy or a lost race is a record, too, though it does not count.
on_the_stream() {
    local args=() i
    for i in $(seq 0 11); do args+=(-t "referral.events:$i:-1"); done
    timeout 20 kcat -Q -b "$RB_KAFKA_BOOTSTRAP" "${args[@]}" | awk '{ sum += $NF } END { print sum }'
}

check "topics says that all are there" says 'referral.events +12 partitions +ok' 0 "$CTL" topics
check "topics makes nothing anew" says ok 0 "$CTL" topics --create
check "token makes a key pair" says 'RB_JWKS=' 0 "$CTL" token --make-keys
check "token speaks for a user of the catalogue" says '^eyJ' 0 "$CTL" token --user JBELL
check "token knows nobody else" says 'knows no NOBODY' 2 "$CTL" token --user NOBODY
check "the daemons start" daemons_up
daemon_start gateway RB_HTTP_PORT="$HTTP" RB_JWKS="$FLOW/secrets/jwks.json" RB_DEMO=1
check "the gateway is ready" until_true 60 daemon_ready gateway

check "demo invents people" says "^$PEOPLE people: [0-9]+ commands answered with yes, 0 stated" 0 "$CTL" demo --people "$PEOPLE"
check "each state is there twice" states_twice
records=$(sql -c 'SELECT count(*) FROM read.outcome')
check "demo again states nothing twice" says "^$PEOPLE people" 0 "$CTL" demo --people "$PEOPLE"
check "and no record came" equal "$(sql -c 'SELECT count(*) FROM read.outcome')" "$records"

check "verify says equal, with three stores" says 'store risk-1: equal' 0 "$CTL" verify
check "tail shows every record once" equal "$(lines "$CTL" tail --from start --once)" "$(on_the_stream)"
"$CTL" tail --from start --once --json --type ReferralSubmitted >"$FLOW/submitted.json"
check "tail shows one type, each person's" equal "$(grep -oE '"person":"[0-9a-f-]{36}"' "$FLOW/submitted.json" | sort -u | wc -l) $(grep -vc ReferralSubmitted "$FLOW/submitted.json")" "$PEOPLE 0"
check "tail opens nothing that is sealed" says '"reason":"sealed"' 0 "$CTL" tail --from start --once --json --type ReferralSubmitted
check "tail knows its types" says 'no event Nonsense' 2 "$CTL" tail --once --type Nonsense
reference=$(sql -c "SELECT reference FROM read.referral_now WHERE status = 'completed' LIMIT 1")
check "timeline finds a referral by its reference" says 'ReportSubmitted' 0 "$CTL" timeline "$reference"
check "timeline says when there is none" says 'no referral has that reference' 1 "$CTL" timeline ZZ0000ZZ
check "outcome finds a command" says '"code":null' 0 "$CTL" outcome "$(sql -c 'SELECT id FROM read.outcome LIMIT 1')"
check "outcome says when there is none" says 'no command' 1 "$CTL" outcome 00000000-0000-0000-0000-000000000001

one=$(sql -c 'SELECT referral FROM read.standing ORDER BY referral LIMIT 1')
row="partition = (SELECT min(partition) FROM read.fact) AND log_offset = 0"
finds "a changed column" "read.standing .*$one: status is xx" \
    "UPDATE read.standing SET status = 'xx' || status WHERE referral = '$one'" \
    "UPDATE read.standing SET status = substr(status, 3) WHERE referral = '$one'"
finds "an altered record" 'read.fact .*: body is' \
    "UPDATE read.fact SET body = set_byte(body, 30, 255 - get_byte(body, 30)) WHERE $row" \
    "UPDATE read.fact SET body = set_byte(body, 30, 255 - get_byte(body, 30)) WHERE $row"
finds "a missing row" 'read.fact .*: is missing' \
    "CREATE TABLE public.kept AS SELECT * FROM read.fact WHERE $row; DELETE FROM read.fact WHERE $row" \
    "INSERT INTO read.fact SELECT * FROM public.kept; DROP TABLE public.kept"
finds "a row of a person whom the log does not know" 'holds person 00000000-0000-0000-0000-0000000000aa' \
    "INSERT INTO read.scope VALUES ('00000000-0000-0000-0000-0000000000aa', '$one', 'unit', 'x', true)" \
    "DELETE FROM read.scope WHERE person = '00000000-0000-0000-0000-0000000000aa'"
finds "a row too many of a person whom it knows" 'read.scope .*: is there, but not by the log' \
    "INSERT INTO read.scope SELECT person, referral, 'zz', 'x', true FROM read.standing WHERE referral = '$one'" \
    "DELETE FROM read.scope WHERE kind = 'zz'"
finds "a position beyond the end of the log" 'but the log ends at' \
    "UPDATE read.position SET next_offset = next_offset + 1000 WHERE partition = 3" \
    "UPDATE read.position SET next_offset = next_offset - 1000 WHERE partition = 3"
check "verify says equal again" says '^equal' 0 "$CTL" verify

daemon_stop risk
store=$FLOW/store/risk/risk-1
check "verify wants stores where it is told to look" says 'no store in the folder' 2 env RB_STATE="$FLOW/log" "$CTL" verify
check "verify without stores" says '^equal' 0 "$CTL" verify --no-stores
check "verify cannot reach a broker that is not there" says '' 3 env RB_KAFKA_BOOTSTRAP=127.0.0.1:1 timeout 60 "$CTL" verify --no-postgres --no-stores
rm -rf "$store"
check "a store that is not there is not compared" says 'store sessions-1: equal' 0 "$CTL" verify
daemon_start risk
check "a store that was deleted is rebuilt" until_true 60 daemon_ready risk
check "byte for byte" says 'store risk-1: equal' 0 "$CTL" verify
finish
