# shellcheck shell=bash
# What the flow tests share that go through the gateway: the whole broker, tokens, calls, bodies.
# Sourced by such a test instead of lib.sh, which it sources. Ends with `finish_broker`.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mkdir -p "$FLOW/answers"
export RB_DEMO=1 RB_JWKS=$FLOW/secrets/jwks.json RB_GIVE_UP=5s RB_STATE=$FLOW/store
TOPICS=(referral.commands session.commands risk.commands referral.events parked)
declare -A TOKEN_OF

# --- the broker -----------------------------------------------------------------------------------

brokerctl() { RB_PG="$RB_PG user=operator" timeout 60 "$BIN/brokerctl" "$@"; }
gateway_ready() { [ "$(curl -s -o "$FLOW/ready" -m 5 -w '%{http_code}' "$API/health/ready")" = 200 ]; }
# All stores in one folder, as verify wants them.
up() { # NAME
    case $1 in
    gateway) daemon_start gateway "RB_HTTP_PORT=$HTTP_PORT" && until_true 60 gateway_ready ;;
    *) daemon_start "$1" "RB_STATE=$RB_STATE" && until_true 60 daemon_ready "$1" ;;
    esac
}
# At once, and it stays down until `up`. Again and again: its supervisor may just start it anew.
down() { # NAME
    local supervisor
    supervisor=$(cat "$FLOW/run/$1.supervisor")
    touch "$FLOW/run/$1.stop"
    while kill -0 "$supervisor" 2>/dev/null; do
        daemon_signal "$1" KILL 2>/dev/null
        sleep 0.02
    done
    wait "$supervisor" 2>/dev/null
    return 0
}
killed() { down "$1" && up "$1"; }
broker_up() {
    local name
    HTTP_PORT=$(free_port)
    API=http://127.0.0.1:$HTTP_PORT
    brokerctl token --make-keys || return 1
    ${BEFORE_START:-true} || return 1
    for name in projector referrals sessions risk; do daemon_start "$name" "RB_STATE=$RB_STATE"; done
    for name in projector referrals sessions risk; do until_true 60 daemon_ready "$name" || return 1; done
    up gateway
}
stopped_in_order() {
    local exits
    daemons_down
    for exits in "$FLOW"/log/*.exits; do equal "$(basename "$exits") $(tail -n 1 "$exits")" "$(basename "$exits") exit 0" || return 1; done
}
not_in_logs() { ! grep -lE "$1" "$FLOW"/log/*.log; }
not_loud() { ! grep -h 'stopped-loudly' "$FLOW"/log/*.log; }
finish_broker() {
    check 'every daemon stops in order' stopped_in_order
    check 'nobody stopped loudly' not_loud
    finish
}

# --- calls ----------------------------------------------------------------------------------------

token() { # USER
    [ -n "${TOKEN_OF[$1]:-}" ] || TOKEN_OF[$1]=$(brokerctl token --user "$1")
}
uuid() { cat /proc/sys/kernel/random/uuid; }

# api USER METHOD PATH [KEY] [BODY]: STATUS and the file ANSWER; every answer is kept. USER - is
# nobody, BODY @FILE a file's bytes. CURL: more arguments for curl. Head of the answer: `head_of NAME`.
CALLS=0
CURL=()
api() {
    local user=$1 method=$2 path=$3 key=${4:-} body=${5:-} args=()
    CALLS=$((CALLS + 1))
    ANSWER=$FLOW/answers/$(printf '%05d' $CALLS)-$user
    if [ "$user" != - ]; then
        token "$user"
        args+=(-H "Authorization: Bearer ${TOKEN_OF[$user]}")
    fi
    [ -z "$key" ] || args+=(-H "Idempotency-Key: $key")
    [ "$method" = GET ] || args+=(-H 'Content-Type: application/json' --data-binary "$body")
    STATUS=$(curl -s -m 20 "${CURL[@]}" -o "$ANSWER" -D "$FLOW/headers" -w '%{http_code}' -X "$method" "${args[@]}" "$API$path")
    echo "$user $method $path -> $STATUS $(head -c 300 "$ANSWER" 2>/dev/null)" >>"$FLOW/calls.log"
}
head_of() { tr -d '\r' <"$FLOW/headers" | sed -n "s/^$1: //Ip" | tail -n 1; }
answer() { jq -r "$1" "$ANSWER" 2>/dev/null; }
# does STATUS CODE-OR-TYPE USER PATH BODY [KEY]: posts it, and looks at the answer.
does() {
    api "$3" POST "$4" "${6:-$(uuid)}" "$5"
    local what
    what=$(answer '.code // .type // ""')
    equal "$STATUS $what" "$1 $2" || { cat "$ANSWER"; return 1; }
}
gets() { # STATUS USER PATH
    api "$2" GET "$3"
    equal "$STATUS" "$1" || { cat "$ANSWER"; return 1; }
}
rows() { sql -U operator -c "$1"; }
end_offsets() { # TOPIC...
    local topic args=() i
    for topic in "$@"; do for i in $(seq 0 11); do args+=(-t "$topic:$i:-1"); done; done
    timeout 20 kcat -Q -b "$RB_KAFKA_BOOTSTRAP" "${args[@]}" | sort
}
verify() { brokerctl verify; }

# --- bodies: everybody in them is invented ----------------------------------------------------------

SERVICE=db2aaf69-02f8-5377-a240-b57069a1992a # INV-PWB-A: HARMONY, plans wait for the practitioner
CATEGORY=89359d0f-1106-5e86-bde8-f8da8f723c9e
OUTCOME=6a4068f8-f6c9-5420-b630-d637c008a8ba
OUTCOME2=acb40287-4dd4-5702-b9aa-c441d0fc9f27
COMPLEXITY=9de12b74-c5de-51dc-8098-9239623d217c

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
day() { date -u -d "+$1 days" +%F; }
risk_body() { # TEXT
    jq -nc --arg text "$1" --arg at "$(now)" --arg by "$(day 90)" '
        {basis: "assessed", assessedAt: $at, source: "Assessment",
         whoIsAtRisk: {state: "disclosed", text: ("people close by " + $text)},
         nature: {state: "disclosed", text: ("nature " + $text)},
         staffSafety: {state: "disclosed", text: ("safety " + $text)},
         additional: {state: "withheld", why: ("why " + $text)},
         sexualHistory: {state: "not-assessed"},
         levels: {children: {community: "low"}, staff: {community: "medium"}},
         toSelf: {suicide: {state: "no"}, selfHarm: {state: "yes", text: ("self " + $text)}},
         reviewBy: $by, urgent: false, approved: true, disclosed: 3, withheld: 1, notAssessed: 1}'
}
referral_body() { # REFERRAL CRN FIRST LAST TEXT
    jq -nc --arg id "$1" --arg crn "$2" --arg first "$3" --arg last "$4" --arg text "$5" \
        --arg service "$SERVICE" --arg category "$CATEGORY" --arg outcome "$OUTCOME" --arg outcome2 "$OUTCOME2" \
        --arg level "$COMPLEXITY" --arg at "$(now)" --arg deadline "$(day 180)" --arg sentence "$(day 300)" \
        --arg practitioner "${PRACTITIONER_NAME:-Bernard Beaks}" '
        {referralId: $id, terms: {serviceId: $service}, subject: {kind: "sentence-event", id: "1"},
         categories: [{id: $category, outcomes: [$outcome, $outcome2], complexity: $level}],
         crn: $crn, person: {firstName: $first, lastName: $last, dob: "1990-04-05", asAt: $at},
         ageYears: 36, sex: "male", location: {setting: "community"},
         practitioner: {userId: "BBEAKS", name: $practitioner, email: "b.beaks@justice.gov.uk", unit: "NORTH",
                        phone: "01632 960000"},
         allocated: true, needs: {interpreter: false, responsibilities: false,
                                  additional: ("needs " + $text)},
         enforceableDays: 10, completionDeadline: $deadline, sentenceEnd: $sentence,
         reason: ("reason " + $text), furtherInformation: ("more " + $text), urgent: false,
         strengths: ("strengths " + $text), ownWords: ("words " + $text)}'
}
assign_body() { # WORKER...
    jq -nc '{workers: [$ARGS.positional[] | {userId: ., organisation: "HARMONY"}]}' --args "$@"
}
open_body() { # RISKVERSION [READER]
    jq -nc --argjson version "$1" --arg reader "${2:-worker}" '{riskVersion: $version, reader: $reader, purpose: "read",
        shown: ["whoIsAtRisk", "nature", "staffSafety"]}'
}
acknowledge_body() { # RISKVERSION REFERRAL
    jq -nc --argjson version "$1" --arg id "$2" '{riskVersion: $version, referralId: $id}'
}
book_body() { # APPOINTMENT SESSION START WORKER...
    jq -nc --arg id "$1" --argjson session "$2" --arg start "$3" --arg at "$(now)" '
        {appointmentId: $id, booking: {session: $session, start: $start, minutes: 5, method: "phone",
         workers: $ARGS.positional, notice: {how: "text", at: $at}}}' --args "${@:4}"
}
attendance_body() { # APPOINTMENT
    jq -nc --arg id "$1" '{appointmentId: $id, attendance: {happened: true, attended: true, late: false}}'
}
feedback_body() { # APPOINTMENT TEXT
    jq -nc --arg id "$1" --arg text "$2" '{appointmentId: $id, feedback: {summary: ("summary " + $text),
        response: ("response " + $text), notifyBehaviour: false, notifyConcerns: true,
        concerns: ("concern " + $text)}}'
}
plan_body() { # PLAN SESSIONS TEXT
    jq -nc --arg id "$1" --argjson sessions "$2" --arg text "$3" --arg activity "$(uuid)" '
        {planId: $id, planVersion: 1, sessions: $sessions,
         activities: [{id: $activity, text: ("activity " + $text)}]}'
}
report_body() { # REPORT TEXT
    jq -nc --arg id "$1" --arg text "$2" --arg outcome "$OUTCOME" --arg outcome2 "$OUTCOME2" '
        {reportId: $id, ownWords: ("own " + $text), outcomes: [
         {id: $outcome, level: "achieved", progress: ("progress " + $text)},
         {id: $outcome2, level: "partly", progress: ("progress " + $text)}]}'
}

# person CRN: PERSON
person() {
    api BBEAKS POST /v1/people '' "$(jq -nc --arg crn "$1" '{crn: $crn}')"
    PERSON=$(answer .person)
    [ ${#PERSON} -eq 36 ]
}
# case_of CRN FIRST LAST TEXT: a referral whose worker JBELL has acknowledged; PERSON, REFERRAL
case_of() {
    person "$1" || return 1
    REFERRAL=$(uuid)
    does 201 RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$4")" || return 1
    does 201 ReferralSubmitted BBEAKS "/v1/people/$PERSON/referrals" "$(referral_body "$REFERRAL" "$1" "$2" "$3" "$4")" || return 1
    does 201 CaseworkersAssigned JBELL "/v1/referrals/$REFERRAL/caseworkers" "$(assign_body JBELL)" || return 1
    does 201 RiskDisclosed JBELL "/v1/people/$PERSON/risk-disclosures" "$(open_body 1)" || return 1
    does 201 RiskAcknowledged JBELL "/v1/people/$PERSON/risk-acknowledgements" "$(acknowledge_body 1 "$REFERRAL")"
}
