#!/usr/bin/env bash
# What an operator does when something waits or stands wrong: lag, why, parked commands sent again,
# and the read model rebuilt and swapped under load while everybody is answered.
. "$(dirname "$0")/gateway.sh"
FLOW_PROGRAM=$(dirname "$BIN")/test/flow
ledger=$FLOW/ledger

says() { # PATTERN EXIT COMMAND...: its exit code and what it printed
    local pattern=$1 code=$2 out
    shift 2
    out=$("$@" 2>&1 </dev/null)
    equal $? "$code" && grep -qE -- "$pattern" <<<"$out" || { echo "$out" | head -c 1500; return 1; }
}
never_says() { # PATTERN COMMAND...
    local pattern=$1
    shift
    ! "$@" 2>&1 | grep -E -- "$pattern"
}
as_projector() { # what it printed is kept
    RB_PG="$RB_PG user=projector" timeout 300 "$BIN/brokerctl" "$@" | tee -a "$FLOW/log/rebuild.out"
    return "${PIPESTATUS[0]}"
}
behind() { brokerctl lag --json | jq -s "[.[] | select(.reader == \"$1\") | .records] | add"; } # READER
caught_up() { [ "$(behind "$1")" = 0 ]; }
ends() { end_offsets "$1" | awk '{ sum += $NF } END { print sum }'; }
put() { timeout 20 kcat -P -b "$RB_KAFKA_BOOTSTRAP" -t "$1" -p "$2" -k "$3" "$4"; } # TOPIC PARTITION KEY FILE
parked() { brokerctl parked list "$@"; }
parked_count() { [ "$(parked --json | wc -l)" = "$1" ]; }
place_of() { parked --reason "$1" | awk 'NR == 1 { print $1 }'; } # REASON: the first parked for it
answered() { [ "$(rows "SELECT count(*) FROM read.outcome WHERE id = '$1'")" = 1 ]; }

# --- help ---------------------------------------------------------------------------------------------

# suggests WORDS LINE...: what bash would suggest for the last word.
suggests() {
    local words=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _brokerctl
    equal "${COMPREPLY[*]}" "$words"
}
check 'the completion is a script' bash -n <("$BIN/brokerctl" completion bash)
. <("$BIN/brokerctl" completion bash)
check 'it completes a subcommand' suggests 'tail' brokerctl ta
check 'its verbs' suggests 'show' brokerctl parked s
check 'its options' suggests '--no-topics' brokerctl why --n
check 'and nothing where a value is due' suggests '' brokerctl tail --from ''
check 'the man page is one' says '' 0 groff -man -ww -z -Tutf8 <("$BIN/brokerctl" man)
check 'without a warning' equal "$(groff -man -ww -z -Tutf8 <("$BIN/brokerctl" man) 2>&1)" ''

# --- settings -----------------------------------------------------------------------------------------

# Every program by the same rules; what it needs is set, secrets in a file.
printf 'host=/nowhere' >"$FLOW/conninfo"
bare() { # PROGRAM VARIABLE=VALUE... -- ARGUMENT...: with that environment and no other
    local program=$1 set=()
    shift
    while [ "$1" != -- ]; do set+=("$1"); shift; done
    shift
    timeout 20 env -i LSAN_OPTIONS="$LSAN_OPTIONS" RB_PG="file:$FLOW/conninfo" RB_FROM="file:$FLOW/conninfo" RB_STATE=/nowhere \
        RB_SECRETS=/nowhere RB_KAFKA_BOOTSTRAP=127.0.0.1:1 "${set[@]}" "$BIN/$program" "$@"
}
prints_a_config_file() { # PROGRAM: what it prints, read again, gives the same values and nothing else
    bare "$1" -- --print-config >"$FLOW/first.conf" || return 1
    env -i "$BIN/$1" --config "$FLOW/first.conf" --print-config >"$FLOW/second.conf" || return 1
    grep -q ' (file)$' "$FLOW/second.conf" &&
        diff <(grep -v '^#' "$FLOW/first.conf") <(grep -v '^#' "$FLOW/second.conf")
}
for program in "$BIN"/*; do
    program=$(basename "$program")
    check "$program prints its settings as a file that it reads" prints_a_config_file "$program"
    check "$program masks what is secret" never_says hunter2 bare "$program" RB_PG='password=hunter2' RB_FROM='password=hunter2' -- --print-config
    check "$program names its settings in its help" says 'RB_KAFKA_BOOTSTRAP' 0 bare "$program" -- --help
done
check 'a setting that is not set is named' says '^referrals: RB_STATE: not set: allowed: a path$' 2 env -i "$BIN/referrals" --print-config
check 'a bad value is a line with the key, the value and what is allowed' says '^risk: RB_LOG_LEVEL = loud: allowed: debug\|info\|warn\|error$' 2 bare risk RB_LOG_LEVEL=loud --
printf 'log_level = warn\n\nno_such = 1\nstop = soon\nstop = 5s\n' >"$FLOW/wrong.conf"
check 'an unknown name in the file is named with its line' says "^gateway: $FLOW/wrong.conf:3: no_such: no such setting; see --help\$" 2 bare gateway -- --config "$FLOW/wrong.conf"
check 'so is one that is set twice' says "^gateway: $FLOW/wrong.conf:5: stop: set twice\$" 2 bare gateway -- --config "$FLOW/wrong.conf"
check 'so is a bad value' says "^gateway: $FLOW/wrong.conf:4: stop = soon: allowed: a duration" 2 bare gateway -- --config "$FLOW/wrong.conf"
check 'the environment goes before the file' says '^log_level = error$' 0 bare projector RB_LOG_LEVEL=error -- --config <(echo 'log_level = warn') --print-config
check 'the file before the default' says '^log_level = warn$' 0 bare projector -- --config <(echo 'log_level = warn') --print-config

check 'the broker starts' broker_up
check 'a person is referred' case_of X100001 Ada Lind one
reference=$(rows "SELECT reference FROM read.referral WHERE referral = '$REFERRAL'")

# --- lag and why --------------------------------------------------------------------------------------

check 'lag names every reader' says '^projector +referral.events +0 records 0.000 s behind' 0 brokerctl lag
check 'and has nobody behind' equal "$(for r in referrals sessions risk projector; do behind $r; done | xargs)" '0 0 0 0'
check 'why says whose turn it is' says 'waits for  the provider to book an appointment \(the initial assessment\)' 0 brokerctl why "$reference"
check 'since which fact' says 'since .*: RiskAcknowledged$' 0 brokerctl why "$reference"
check 'and that nothing is on its way' says "commands   none of this person's is without an answer" 0 brokerctl why "$reference"
check 'why knows the id of a referral, too' says "^$reference is assessment-to-book" 0 brokerctl why --no-topics "$REFERRAL"
check 'why knows no other' says 'no referral has that' 1 brokerctl why ZZ0000ZZ

# A decider that takes no large commands parks this one, and it stays without an answer.
check 'the decider of risk stops' down risk
check 'a command waits' does 202 '' BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$(printf 'x%.0s' {1..300})")"
id=$(jq -r '.id // empty' "$ANSWER")
[ -n "$id" ] || id=$(grep -oE '[0-9a-f]{8}-[0-9a-f-]{27}' "$ANSWER" | head -1)
check 'lag counts it' equal "$(behind risk)" 1
check 'its age is an exit code' says 'risk.commands +1 records' 1 brokerctl lag --seconds 0
check 'why names it' says "commands   ShareRisk $id unanswered for .*, risk.commands" 0 brokerctl why "$reference"
daemon_start risk "RB_STATE=$RB_STATE" RB_COMMAND_BYTES_MAX=1024
check 'it is parked by a decider that takes no large commands' until_true 60 parked_count 1
check 'why says so' says "^parked +[0-9]+:[0-9]+ .* too-large +from risk.commands .* ShareRisk id $id" 0 brokerctl why "$reference"
daemon_stop risk
check 'the decider starts as it was' up risk

# --- parked -------------------------------------------------------------------------------------------

place=$(place_of too-large)
check 'parked list names it' says "^$place +[0-9TZ:.-]+ too-large +from risk.commands [0-9]+:[0-9]+ ShareRisk id $id" 0 parked
check 'parked show decodes it, but for what is sealed' says 'nature=sealed|nature.text=sealed' 0 brokerctl parked show "$place"
check 'without anybody to ask it is not sent' says 'not sent: --yes' 2 brokerctl parked resend "$place"
check 'and has no answer' says 'no command' 1 brokerctl outcome "$id"
check 'parked resend sends it again' says '^1 sent, 0 answered already' 0 brokerctl parked resend --yes "$place"
check 'and it is answered' until_true 30 answered "$id"
beside() { timeout 20 kcat -C -e -q -b "$RB_KAFKA_BOOTSTRAP" -t risk.commands -o beginning -f '%h\n' | grep "ce_id=$id,ce_source=/brokerctl,ce_type=ShareRisk,"; }
check 'its attributes say who sent it this time' beside
sent=$(ends risk.commands)
check 'sent again it is not sent' says '^0 sent, 1 answered already' 0 brokerctl parked resend --yes --all
check 'nothing new on the topic' equal "$(ends risk.commands)" "$sent"

printf 'HIDDEN nonsense' >"$FLOW/nonsense"
put session.commands 4 'HIDDEN NAME' "$FLOW/nonsense"
put referral.events 4 'HIDDEN NAME' "$FLOW/nonsense"
check 'what cannot be read is parked by decider and projector' until_true 60 parked_count 3
check 'no byte of it is shown' never_says HIDDEN parked
check 'not in its whole either' never_says HIDDEN brokerctl parked show "$(parked | awk '/session.commands/ { print $1 }')"
check 'a command that cannot be read does not go back' says 'would be parked again: unreadable' 1 brokerctl parked resend --yes "$(parked | awk '/session.commands/ { print $1 }')"
check 'nor does a record of the stream' says 'which the deciders alone write' 1 brokerctl parked resend --yes "$(parked | awk '/referral.events/ { print $1 }')"
check 'nothing is parked where nothing is' says 'nothing is parked there' 1 brokerctl parked show 0:999999

# --- rebuild ------------------------------------------------------------------------------------------

# Reads and writes as long as it runs, each answer's status a line.
talk() {
    local n=0
    while [ ! -e "$FLOW/talk.stop" ]; do
        n=$((n + 1))
        api JBELL GET "/v1/referrals/$REFERRAL"
        echo "GET $STATUS" >>"$FLOW/talk"
        api BBEAKS POST "/v1/people/$PERSON/risk" "$(uuid)" "$(risk_body "talk $n")"
        echo "POST $STATUS" >>"$FLOW/talk"
    done
}
talked() { # PATTERN: every answer while the read model was swapped is one of these, and there were some
    touch "$FLOW/talk.stop"
    wait "$talk_pid"
    [ "$(wc -l <"$FLOW/talk")" -ge 10 ] && ! grep -vE "$1" "$FLOW/talk"
}
killed_again_and_again() {
    local wait pid
    for wait in 0.1 0.2 0.4 0.7 1.1 1.6; do
        RB_PG="$RB_PG user=projector" "$BIN/brokerctl" rebuild --no-swap >>"$FLOW/log/killed.out" 2>&1 &
        pid=$!
        sleep "$wait"
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    true
}
total() { rows 'SELECT (SELECT count(*) FROM read.fact) + (SELECT count(*) FROM read.outcome)'; }

check 'rebuild is for the role that owns the read model' says 'only the role that owns schema read' 3 brokerctl rebuild
check 'invented people make it larger' says '^40 people' 0 env RB_GATEWAY="$API" RB_PG="$RB_PG user=operator" timeout 240 "$BIN/brokerctl" demo --people 40
rows_before=$(total)
pid_before=$(daemon_pid projector)
epoch_before=$(rows 'SELECT max(epoch) FROM read.position')
check 'a rebuild that is killed at any moment harms nothing' killed_again_and_again
check 'the read model is as it was' says '^equal' 0 verify
check 'a rebuild can leave the swap to the next' says 'not swapped' 0 as_projector rebuild --no-swap
check 'which nobody notices' equal "$(total)" "$rows_before"
check 'and which goes on where it stopped' says 'going on where the last rebuild stopped' 0 as_projector rebuild
check 'what was rebuilt equals the log' says '^equal' 0 verify
check 'and has the same rows' equal "$(total)" "$rows_before"
check 'nothing is left of the old one' equal "$(rows "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'read\_%'")" 0

RB_PG="$RB_PG user=projector" "$FLOW_PROGRAM" load "$ledger" 25 20 >"$FLOW/log/load.log" 2>&1 &
load_pid=$!
token JBELL; token BBEAKS
talk &
talk_pid=$!
sleep 3
check 'under load a rebuild comes to the end and swaps' says '^swapped: .*held up for [0-9]+ ms' 0 as_projector rebuild --anew
check 'and another one' says '^swapped: ' 0 as_projector rebuild
check 'every reader and writer was answered meanwhile' talked '^(GET 200|POST 20[12])$'
check 'the load was answered' wait "$load_pid"
check 'each command has exactly one outcome, on the log and in Postgres' env RB_PG="$RB_PG user=projector" timeout 120 "$FLOW_PROGRAM" check "$ledger"
check 'the projector caught up' until_true 60 caught_up projector
check 'the read model equals the log' says '^equal' 0 verify
check 'the projector was never started again' equal "$(daemon_pid projector)" "$pid_before"
check 'but had to claim anew' [ "$(rows 'SELECT min(epoch) FROM read.position')" -gt "$epoch_before" ]
check 'whoever writes now is answered at once' does 201 RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body after)"

# A swap whose connection is ended: while it still waits for the lock of migrations, or when it is
# committed and its answer waits for a standby that there is none of.
lock_of_migrations=$(awk '$2 == "PG_SCHEMA_LOCK" { gsub(/"/, "", $3); print $3 }' "$TOP/common/pg/migrate.h")
superuser() { sql -U postgres "$@"; }
of_swap() { superuser -c "SELECT $2 FROM pg_stat_activity WHERE application_name = 'brokerctl' AND $1" | grep -q t; }
waits_for_lock="wait_event_type = 'Lock' AND wait_event = 'advisory'"
waits_for_standby="wait_event = 'SyncRep'"
ended='pg_terminate_backend(pid)'
standby_is_awaited() { # then a transaction of the test waits, too, until it is no more
    sql -c "SELECT pg_logical_emit_message(true, 'test', 'a')" >/dev/null 2>&1 </dev/null &
    superuser -c "SELECT count(*) > 0 FROM pg_stat_activity WHERE $waits_for_standby" | grep -q t
}
start_held_swap() { # what it swaps is built already, for that takes the lock, too
    as_projector rebuild --no-swap || return 1
    coproc HOLDER { sql; }
    holder_in=${HOLDER[1]} holder_out=${HOLDER[0]} holder_pid=$HOLDER_PID
    echo "SELECT pg_advisory_lock($lock_of_migrations) IS NOT NULL;" >&"$holder_in"
    read -r -t 10 <&"$holder_out" || return 1
    as_projector rebuild >"$FLOW/held.out" 2>&1 &
    swap_pid=$!
    until_true 60 of_swap "$waits_for_lock" true
}
swap_ended() { # EXIT PATTERN
    wait "$swap_pid"
    equal $? "$1" && grep -qE "$2" "$FLOW/held.out" || { cat "$FLOW/held.out"; return 1; }
}
let_go() { exec {holder_in}>&- && wait "$holder_pid"; }
commit_without_answer() {
    superuser -c "ALTER SYSTEM SET synchronous_standby_names = 'nobody'" -c 'SELECT pg_reload_conf()' &&
        until_true 20 standby_is_awaited && let_go && until_true 20 of_swap "$waits_for_standby" "$ended"
    local rc=$?
    superuser -c 'ALTER SYSTEM RESET synchronous_standby_names' -c 'SELECT pg_reload_conf()'
    return $rc
}
check 'a swap waits' start_held_swap
check 'its connection is ended' of_swap "$waits_for_lock" "$ended"
check 'it says that nothing was swapped' swap_ended 3 'schema read is as it was'
check 'and what it built is there for the next' equal "$(rows "SELECT count(*) FROM pg_namespace WHERE nspname = 'read_next'")" 1
check 'who held it goes' let_go
check 'a swap waits again' start_held_swap
check 'its connection is ended when it has committed' commit_without_answer
check 'it looks, and says that it was swapped' swap_ended 0 '^swapped: '
check 'nothing is left of either' equal "$(rows "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'read\_%'")" 0
check 'and the read model equals the log' says '^equal' 0 verify

# Last, for it cannot be mended: the beginning of a partition is deleted.
cut_the_log() {
    local deps=${DEPS:-$TOP/.deps}
    printf '{"partitions": [{"topic": "referral.events", "partition": 5, "offset": 1}], "version": 1}' >"$FLOW/cut.json"
    timeout 60 java -Xmx64m -XX:TieredStopAtLevel=1 -cp "$deps/kafka/*" org.apache.kafka.tools.DeleteRecordsCommand \
        --bootstrap-server "$RB_KAFKA_BOOTSTRAP" --offset-json-file "$FLOW/cut.json" &&
        until_true 20 says 'partition 5 of the stream begins at 1' 1 as_projector rebuild
}
check 'a log whose beginning is gone is no source of a read model' cut_the_log
check 'and nothing was done' equal "$(rows "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'read\_%'")" 0
grep -E 'built|swapped' "$FLOW/log/rebuild.out"
sort "$FLOW/talk" | uniq -c
finish_broker
