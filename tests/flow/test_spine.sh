#!/usr/bin/env bash
# The thin whole, through the gateway, over a real Kafka and Postgres: one person from the shared
# risk to the report, who sees what, answers that come late, one command very often, races.
. "$(dirname "$0")/gateway.sh"

check 'the broker starts' broker_up

# --- one person, from risk to report ----------------------------------------------------------------

MARK=zwölfkraut$RANDOM$RANDOM
# next FACT USER PATH BODY: accepted, the fact stands in the read model and on the timeline at once
VERSION=0
next() {
    VERSION=$((VERSION + 1))
    does 201 "$1" "$2" "$3" "$4" || return 1
    equal "$(answer .version)" $VERSION || return 1
    local id
    id=$(answer .id)
    equal "$(rows "SELECT type FROM read.fact WHERE person = '$PERSON' AND id = '$id'")" "$1" || return 1
    [ $VERSION -eq 1 ] && return # no referral yet
    gets 200 JBELL "/v1/referrals/$REFERRAL" || return 1
    equal "$(answer "[.timeline[] | select(.id == \"$id\")][0].type")" "$1"
}
step() { # FACT USER PATH BODY
    check "$1 is answered when it can be read" next "$@"
}
no_risk_text() { ! grep -rl "$MARK-risk" "$FLOW/answers"; }

REFERRAL=$(uuid)
check 'a person is registered' person X912345
step RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$MARK-risk")"
step ReferralSubmitted BBEAKS "/v1/people/$PERSON/referrals" "$(referral_body "$REFERRAL" X912345 Marlon Tate "$MARK-note")"
REFERENCE=$(answer .reference)
AT=/v1/referrals/$REFERRAL
step CaseworkersAssigned JBELL "$AT/caseworkers" "$(assign_body JBELL)"

APPOINTMENT=$(uuid)
check 'no risk text is shown before a disclosure' gets 409 JBELL "$AT/risk"
check 'nor to the practitioner who shared it' gets 409 BBEAKS "$AT/risk"
for page in "$AT" /v1/caseload /today /cases "/referrals/$REFERRAL" "/referrals/$REFERRAL/risk" "/v1/people/$PERSON/risk"; do
    api JBELL GET "$page"
    api BBEAKS GET "$page"
done
check 'what is not read cannot be acknowledged' \
    does 409 risk-not-read JBELL "/v1/people/$PERSON/risk-acknowledgements" "$(acknowledge_body 1 "$REFERRAL")"
check 'nobody is booked before the risk is acknowledged' \
    does 409 risk-not-acknowledged JBELL "$AT/appointments" "$(book_body "$APPOINTMENT" 0 "$(now)" JBELL)"
VERSION=$((VERSION + 2))
check 'no answer so far holds a word of the risk' no_risk_text
step RiskDisclosed JBELL "/v1/people/$PERSON/risk-disclosures" "$(open_body 1)"
risk_shown() { gets 200 JBELL "$AT/risk" && grep -q "nature $MARK-risk" "$ANSWER"; }
check 'after the disclosure the text is shown to its reader' risk_shown
check 'and to no other' gets 409 SREYES "$AT/risk"
step RiskAcknowledged JBELL "/v1/people/$PERSON/risk-acknowledgements" "$(acknowledge_body 1 "$REFERRAL")"

held() { # SESSION
    APPOINTMENT=$(uuid)
    step AppointmentBooked JBELL "$AT/appointments" "$(book_body "$APPOINTMENT" "$1" "$(now)" JBELL)"
    step AttendanceRecorded JBELL "$AT/attendances" "$(attendance_body "$APPOINTMENT")"
    step FeedbackGiven JBELL "$AT/feedback" "$(feedback_body "$APPOINTMENT" "$MARK-note")"
}
held 0
step PlanSubmitted JBELL "$AT/plans" "$(plan_body "$(uuid)" 2 "$MARK-note")"
step PlanApproved BBEAKS "$AT/plan-approvals" '{"planVersion":1}'
held 1
held 2
status_is() { gets 200 BBEAKS "$AT" && equal "$(answer .status)" "$1"; }
check 'the report is due' status_is report-due
step ReportSubmitted JBELL "$AT/report" "$(report_body "$(uuid)" "$MARK-note")"
check 'the referral is completed' status_is completed
check 'the same appointment is not recorded twice' \
    does 409 feedback-already-given JBELL "$AT/feedback" "$(feedback_body "$APPOINTMENT" again)"

# --- who sees what --------------------------------------------------------------------------------

name_shown() { gets 200 "$1" "$AT" && equal "$(answer '.firstName + " " + .lastName')" 'Marlon Tate'; }
check 'the practitioner sees the person' name_shown BBEAKS
check 'the provider sees the person' name_shown JBELL
OTHER_REFERRAL=$REFERRAL
check 'another provider finds nothing' gets 404 THALE "$AT"
check 'nor can it send anything' does 404 not-found THALE "$AT/caseworkers" "$(assign_body JBELL)"
check 'a practitioner of another unit finds nothing' gets 404 EHOLT "$AT"
check 'a commissioner may not open a referral' gets 403 MOKAFOR "$AT"
caseload_empty() { gets 200 "$1" /v1/caseload && equal "$(answer .total)" 0; }
check "another provider's caseload is empty" caseload_empty THALE

case_of X912346 Kofi Lang "$MARK-note" >>"$FLOW/setup.log" 2>&1
check 'a second person comes as far as an acknowledged risk' equal "$STATUS" 201
AT=/v1/referrals/$REFERRAL
flows() {
    gets 200 MOKAFOR /v1/flows || return 1
    equal "$(answer '[.rows[] | select(.contract == "INV-PWB-A" and .status == "assessment-to-book")] | length')" 1 || return 1
    ! grep -iE "Marlon|Tate|Kofi|X91234|$MARK|${REFERENCE:-no reference}|$PERSON|$REFERRAL|BBEAKS|JBELL" "$ANSWER"
}
check "a commissioner sees counts of their contracts and nobody's data" flows

# --- late answers, and the same again ----------------------------------------------------------------

KEY=$(uuid)
APPOINTMENT=$(uuid)
BODY=$(book_body "$APPOINTMENT" 0 "$(now)" JBELL)
first_answer() {
    down sessions
    api JBELL POST "$AT/appointments" "$KEY" "$BODY"
    equal "$STATUS" 202 || return 1
    LINK=$(answer .status)
    equal "$(head_of Location)" "$LINK"
}
check 'while its decider is away, a command is answered with 202 and a link' first_answer
check 'the link says that it is on its way' gets 202 JBELL "$LINK"
check "nobody else's link" gets 404 THALE "$LINK"
check 'another body under the same key is another request, told so at once' \
    does 422 key-reused JBELL "$AT/appointments" "$(jq -c '.booking.minutes = 10' <<<"$BODY")" "$KEY"
link_answers() { gets 201 JBELL "$LINK"; }
check 'the decider starts again' up sessions
check 'the link gives the outcome' until_true 20 link_answers
cp "$ANSWER" "$FLOW/outcome"
again() {
    api JBELL POST "$AT/appointments" "$KEY" "$BODY"
    equal "$STATUS" 201 && cmp "$ANSWER" "$FLOW/outcome"
}
check 'the same key and body give the same bytes' again
check 'the same key with another body is refused' does 422 key-reused JBELL "$AT/appointments" "$(jq -c '.booking.minutes = 10' <<<"$BODY")" "$KEY"
check 'the same key for another address is refused' does 422 key-reused JBELL "$AT/past-appointments" "$BODY" "$KEY"
check 'a late body under a new key is refused by the rules' \
    does 409 id-already-used JBELL "$AT/appointments" "$BODY"

# --- one command very often ---------------------------------------------------------------------------

does 201 AttendanceRecorded JBELL "$AT/attendances" "$(attendance_body "$APPOINTMENT")" >>"$FLOW/setup.log" 2>&1
KEY=$(uuid)
feedback_body "$APPOINTMENT" "$MARK-often" >"$FLOW/often.json"
mkdir -p "$FLOW/often"
often() { # FROM TO: in parallel; nothing is said about the answers
    local n
    for n in $(seq "$1" "$2"); do
        printf 'next\nurl = "%s"\nrequest = POST\nheader = "Authorization: Bearer %s"\nheader = "Idempotency-Key: %s"\nheader = "Content-Type: application/json"\ndata-binary = "@%s"\noutput = "%s"\nmax-time = 20\nwrite-out = "%%{http_code} %s\\n"\n' \
            "$API$AT/feedback" "${TOKEN_OF[JBELL]}" "$KEY" "$FLOW/often.json" "$FLOW/often/$n" "$n"
    done | sed 1d >"$FLOW/often.conf"
    timeout 60 curl -s -Z --parallel-max 32 -K "$FLOW/often.conf" >>"$FLOW/often.codes" 2>/dev/null
}
version_of() { rows "SELECT version FROM read.dossier WHERE person = '$PERSON'"; }
BEFORE=$(version_of)
thousand() {
    often 1 300 &
    local sender=$!
    sleep 0.3
    killed sessions || return 1
    wait $sender
    often 301 600 &
    sender=$!
    sleep 0.3
    killed gateway || return 1
    wait $sender
    often 601 1000
    equal "$(wc -l <"$FLOW/often.codes")" 1000
}
check 'one command is sent 1,000 times, decider and gateway killed between' thousand
one_answer() {
    api JBELL POST "$AT/feedback" "$KEY" "@$FLOW/often.json"
    equal "$STATUS $(answer .type)" '201 FeedbackGiven' || return 1
    local code n
    sort "$FLOW/often.codes" | cut -d' ' -f1 | uniq -c
    while read -r code n; do
        case $code in
        201) cmp "$ANSWER" "$FLOW/often/$n" || return 1 ;;
        000 | 202 | 503) ;; # no answer, or none yet
        *) echo "request $n: $code" && return 1 ;;
        esac
    done <"$FLOW/often.codes"
    [ "$(grep -c ^201 "$FLOW/often.codes")" -ge 300 ]
}
check 'every answer to it is the same, byte by byte' one_answer
one_record() {
    equal "$(version_of)" $((BEFORE + 1)) || return 1
    equal "$(rows "SELECT count(*) FROM read.outcome WHERE id = '$(answer .id)'")" 1 || return 1
    equal "$(rows "SELECT count(*) FROM read.fact WHERE person = '$PERSON' AND type = 'FeedbackGiven'")" 1
}
check 'it is one record' one_record
check 'read model and stores equal the fold' verify

# --- a case on its way: contact, moves, concerns, notes, a review, the end before its time ---------------

case_of X912348 Lee Farr "$MARK-note" >>"$FLOW/setup.log" 2>&1
AT=/v1/referrals/$REFERRAL
VERSION=$(version_of)
APPOINTMENT=$(uuid)
# A system's token: no such user is in the demo's directory.
mkdir -p "$FLOW/schemas/catalogue"
{ cat "$RB_SCHEMAS/catalogue/users.tsv"; printf 'ASSESS\tAssessments\tSystem\tprobation\tsystem\tPROBATION\t\n'; } >"$FLOW/schemas/catalogue/users.tsv"
TOKEN_OF[ASSESS]=$(RB_SCHEMAS=$FLOW/schemas brokerctl token --user ASSESS)
moved_body() { # START METHOD [OFFICE]
    jq -nc --arg id "$APPOINTMENT" --arg start "$1" --arg method "$2" --arg office "${3:-}" --arg text "$MARK-note" '
        {appointmentId: $id, requestedBy: "person", reason: ("reason " + $text),
         booking: ({start: $start, minutes: 30, method: $method} + if $office == "" then {} else {office: $office} end)}'
}
attempt_body() { # RESULT
    jq -nc --arg id "$(uuid)" --arg at "$(now)" --arg result "$1" --arg text "$MARK-note" '
        {attemptId: $id, at: $at, how: "phone", result: $result, purpose: "arrange", note: $text}'
}
withdraw_body() { jq -nc --arg code "$1" --arg text "$MARK-note" '{code: $code, comments: $text}'; }
note_body() { jq -nc --arg id "$1" --arg text "$MARK-note" '{noteId: $id, subject: $text, body: $text, notify: true}'; }
change_body() { jq -nc --arg ref "$1" '{cause: "registration", urgent: true, externalRef: $ref}'; }

check 'nobody is not engaged whom nobody tried to reach' \
    does 409 no-contact-on-record BBEAKS "$AT/withdrawal" "$(withdraw_body NOT)"
VERSION=$((VERSION + 1))
step ContactAttempted JBELL "$AT/contact-attempts" "$(attempt_body no-answer)"
step AppointmentBooked JBELL "$AT/appointments" "$(book_body "$APPOINTMENT" 0 "$(day 3)T14:00:00Z" JBELL)"
check 'it is not moved to an office elsewhere' \
    does 422 office-not-in-region JBELL "$AT/reschedules" "$(moved_body "$(day 4)T14:00:00Z" office OFC0999)"
step AppointmentRescheduled JBELL "$AT/reschedules" "$(moved_body "$(day 4)T14:00:00Z" video)"
moved() {
    equal "$(rows "SELECT state, method, moved_for, start_at AT TIME ZONE 'UTC' FROM read.appointment WHERE person = '$PERSON'")" \
        "booked|video|person|$(day 4) 14:00:00"
}
check 'the appointment is the same one at its new time' moved
step AppointmentCancelled BBEAKS "$AT/cancellations" \
    "$(jq -nc --arg id "$APPOINTMENT" --arg text "$MARK-note" '{appointmentId: $id, by: "provider", reason: $text}')"
check 'the assessment is to be booked again' status_is assessment-to-rebook

CONCERN=$(uuid)
step ConcernRaised JBELL "$AT/concerns" \
    "$(jq -nc --arg id "$CONCERN" --arg text "concern $MARK-risk" '{concernId: $id, category: "child", text: $text}')"
action_is() { gets 200 BBEAKS "$AT" && equal "$(answer .action)" "$1"; }
check 'a concern is the first thing to be done' action_is read-concern
check 'the provider does not read it in the practitioner'"'"'s place' \
    does 403 not-permitted JBELL "$AT/concern-readings" "$(jq -nc --arg id "$CONCERN" '{concernId: $id}')"
step ConcernRead BBEAKS "$AT/concern-readings" "$(jq -nc --arg id "$CONCERN" '{concernId: $id}')"
check 'then the turn goes back' action_is book

NOTE=$(uuid)
step CaseNoteAdded JBELL "$AT/case-notes" "$(note_body "$NOTE")"
note_shown() { gets 200 BBEAKS "$AT" && equal "$(answer '[.timeline[] | select(.type == "CaseNoteAdded")][0].note')" "$MARK-note"; }
check 'the practitioner reads the note on the timeline' note_shown
check 'a system notes a change of the risk' does 201 RiskReviewDue ASSESS "/v1/people/$PERSON/risk-changes" "$(change_body "change $MARK")"
check 'once' does 409 already-noted ASSESS "/v1/people/$PERSON/risk-changes" "$(change_body "change $MARK")"
check 'a provider does not' does 403 not-permitted JBELL "/v1/people/$PERSON/risk-changes" "$(change_body other)"
check 'while an urgent review is open, nobody is booked' \
    does 409 risk-review-pending JBELL "$AT/appointments" "$(book_body "$(uuid)" 0 "$(day 3)T14:00:00Z" JBELL)"
check 'the practitioner confirms the risk' does 201 RiskConfirmed BBEAKS "/v1/people/$PERSON/risk-confirmations" \
    "$(jq -nc --arg by "$(day 90)" '{riskVersion: 1, reviewBy: $by}')"
APPOINTMENT=$(uuid)
VERSION=$(version_of)
step AppointmentBooked JBELL "$AT/appointments" "$(book_body "$APPOINTMENT" 0 "$(day 3)T14:00:00Z" JBELL)"
step ReferralWithdrawn BBEAKS "$AT/withdrawal" "$(withdraw_body NOT)"
withdrawn() {
    status_is withdrawn || return 1
    equal "$(rows "SELECT state FROM read.appointment WHERE appointment = '$APPOINTMENT'")" cancelled || return 1
    equal "$(rows "SELECT withdrawal_stage, end_state, closed_without_contact FROM read.standing WHERE referral = '$REFERRAL'")" \
        'before-first-session|cancelled|f'
}
check 'it has ended, and what was booked ahead is cancelled by the same record' withdrawn
check 'a note of that id in another dossier is refused' \
    does 409 id-already-used JBELL "/v1/referrals/$OTHER_REFERRAL/case-notes" "$(note_body "$NOTE")"

# Two requests under one key, and no gateway that knows of both: each link gives its own answer.
two_links() {
    local key
    key=$(uuid)
    down referrals
    api JBELL POST "$AT/case-notes" "$key" "$(note_body "$(uuid)")"
    equal "$STATUS" 202 || return 1
    LINK=$(answer .status)
    killed gateway || return 1
    api JBELL POST "$AT/case-notes" "$key" "$(note_body "$(uuid)")"
    equal "$STATUS" 202 || return 1
    OTHER_LINK=$(answer .status)
    gets 202 JBELL "$OTHER_LINK" && equal "$(answer .status)" "$OTHER_LINK" && up referrals
}
check 'a gateway that was started again takes another request under a key that is on its way' two_links
check 'the link of the first gives its outcome' until_true 20 link_answers
check 'the link of the other says that it was another request' gets 422 JBELL "$OTHER_LINK"
check 'by its code' equal "$(answer .code)" key-reused
check 'and who asks by the id alone gets the outcome of the first' gets 201 JBELL "${LINK%%\?*}"
check 'a link that was cut short is no link' gets 400 JBELL "${LINK%?}"
check 'read model and stores equal the fold' verify

# --- a newer risk, and races with it --------------------------------------------------------------------

case_of X912347 Sam Idle "$MARK-note" >>"$FLOW/setup.log" 2>&1
AT=/v1/referrals/$REFERRAL
book() { does "$1" "$2" JBELL "$AT/appointments" "$(book_body "$(uuid)" 0 "$(now)" "${@:3}")"; }
acknowledge() { does "$1" "$2" JBELL "/v1/people/$PERSON/risk-acknowledgements" "$(acknowledge_body "$3" "$REFERRAL")"; }
check 'a new version of the risk is shared' does 201 RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$MARK-second")"
check 'it ends what was acknowledged: no booking' book 409 risk-not-acknowledged JBELL
check 'unread, it cannot be acknowledged' acknowledge 409 risk-not-read 2
check 'nor can the old one' acknowledge 409 risk-version-old 1
second_hidden() { gets 409 JBELL "$AT/risk" && ! grep -rl "$MARK-second" "$FLOW/answers"; }
check 'the new text is in no answer before it is disclosed' second_hidden
check 'it is disclosed' does 201 RiskDisclosed JBELL "/v1/people/$PERSON/risk-disclosures" "$(open_body 2)"
check 'and acknowledged' acknowledge 201 RiskAcknowledged 2
check 'two workers are assigned' does 201 CaseworkersAssigned JBELL "$AT/caseworkers" "$(assign_body JBELL SREYES)"
check 'one who has not read it cannot be booked along' book 409 risk-not-acknowledged JBELL SREYES
check 'the refusal names the second worker' equal "$(answer .field)" /booking/workers/1

# Decided on the same version or not: the order on the log rules.
race() { # booked before the risk, or refused because of it
    local appointment start booking sharing racers=()
    appointment=$(uuid) start=$(now)
    api_in_background() {
        (
            CALLS=$((90000 + RANDOM % 9000))
            api "$1" POST "$2" "$(uuid)" "$3"
            jq -r "\"$STATUS \\(.version) \\(.code // .type)\"" "$ANSWER" >"$4"
        ) &
        racers+=($!)
    }
    token JBELL && token BBEAKS
    api_in_background JBELL "$AT/appointments" "$(book_body "$appointment" 0 "$start" JBELL)" "$FLOW/race.booking"
    api_in_background BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$MARK-race")" "$FLOW/race.risk"
    wait "${racers[@]}"
    booking=$(cat "$FLOW/race.booking") sharing=$(cat "$FLOW/race.risk")
    echo "booking: $booking, sharing: $sharing"
    local at risk_at
    at=$(cut -d' ' -f2 <<<"$booking") risk_at=$(cut -d' ' -f2 <<<"$sharing")
    if [ "$at" -lt "$risk_at" ]; then
        equal "$booking" "201 $at AppointmentBooked"
    else
        equal "$booking" "409 $at risk-not-acknowledged"
    fi && equal "$sharing" "201 $risk_at RiskShared"
}
check 'a booking and a new risk at the same moment: the order on the log rules' race

booked_too_late() {
    local id
    id=$(uuid)
    does 201 RiskDisclosed JBELL "/v1/people/$PERSON/risk-disclosures" "$(open_body 3)" || return 1
    acknowledge 201 RiskAcknowledged 3 || return 1
    down sessions
    api JBELL POST "$AT/appointments" "$id" "$(book_body "$(uuid)" 1 "$(now)" JBELL)"
    equal "$STATUS" 202 || return 1
    LINK=$(answer .status)
    does 201 RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$MARK-late")" || return 1
    up sessions || return 1
    link_refuses() { gets 409 JBELL "$LINK"; }
    until_true 20 link_refuses && equal "$(answer .code)" risk-not-acknowledged
}
check 'a booking that is decided after a new risk is refused' booked_too_late

check 'read model and stores still equal the fold' verify
finish_broker
