#!/usr/bin/env bash
# What people are called and what was written about them stands nowhere in plain: not in Kafka's
# segments, not in Postgres and its WAL, not in a decider's store, not in a log. Searched byte by
# byte, as UTF-8, UTF-16 and base64, for every such text of the run.
. "$(dirname "$0")/gateway.sh"

# Each text is a word of its own that occurs nowhere else; base64 of it is looked for in each of the
# three ways in which it may stand inside something longer.
WORDS=$FLOW/words
word() { # NAME: sets WORD, and keeps it
    WORD=$1$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')
    printf '%s\n' "$WORD" >>"$WORDS"
}
crn() {
    WORD=$(printf 'W%06d' $((10#$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') % 1000000)))
    printf '%s\n' "$WORD" >>"$WORDS"
}
patterns() { # WORDS: one a line
    python3 - "$1" <<'PYTHON'
import base64, sys
for word in open(sys.argv[1], encoding="utf-8").read().split():
    plain = word.encode()
    found = [plain, word.encode("utf-16-le"), word.encode("utf-16-be")]
    for shift in (0, 1, 2):
        text = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        # What the bytes before and behind have a part in is left out.
        end = len(text) - (1 if (shift + len(plain)) % 3 else 0)
        found.append(text[(shift * 8 + 5) // 6 : end])
    sys.stdout.buffer.write(b"\n".join(found) + b"\n")
PYTHON
}
# hits WORDS FOLDER...: does a file hold one of them? Says which files do.
hits() {
    patterns "$1" >"$FLOW/patterns" || return 2
    shift
    [ "$(find "$@" -type f -size +0 | wc -l)" -gt 0 ] || { echo "nothing to search in $*"; return 2; }
    # Kafka's indexes hold numbers only, in large empty files.
    LC_ALL=C grep -rlaF --exclude='*.index' --exclude='*.timeindex' -f "$FLOW/patterns" "$@"
}
absent() {
    hits "$@"
    equal "exit $?" 'exit 1'
}
present() { hits "$@"; }

check 'the broker starts' broker_up

# A lively run: several people, every field that takes words, accepted, refused and unfit.
lively() { # one person
    local crn first last text appointment
    crn && crn=$WORD && word Fn && first=$WORD && word Ln && last=$WORD && word note && text=$WORD
    word Prac && PRACTITIONER_NAME=$WORD
    case_of "$crn" "$first" "$last" "$text" || return 1
    local at=/v1/referrals/$REFERRAL
    appointment=$(uuid)
    does 201 AppointmentBooked JBELL "$at/appointments" "$(book_body "$appointment" 0 "$(now)" JBELL)" || return 1
    word late && does 201 FeedbackGiven JBELL "$at/feedback" "$(jq -c --arg why "$WORD" \
        '.attendance = {happened: true, attended: true, late: true, lateReason: $why} | .feedback.notifyBehaviour = true
         | .feedback.behaviour = $why' <<<"$(feedback_body "$appointment" "$text")")" || return 1
    does 201 PlanSubmitted JBELL "$at/plans" "$(plan_body "$(uuid)" 2 "$text")" || return 1
    does 201 PlanApproved BBEAKS "$at/plan-approvals" '{"planVersion":1}' || return 1
    word street && does 201 AppointmentBooked JBELL "$at/appointments" "$(jq -c --arg line "$WORD" --arg start "$(day 1)T10:00:00Z" \
        '.booking |= . + {method: "other", start: $start, address: {line1: $line, postcode: "NE11AA"}}' \
        <<<"$(book_body "$(uuid)" 1 "$(now)" JBELL)")" || return 1
    word refused && does 409 feedback-already-given JBELL "$at/feedback" "$(feedback_body "$appointment" "$WORD")" || return 1
    word unfit && does 422 field-not-allowed BBEAKS "/v1/people/$PERSON/risk" "$(jq -c --arg text "$WORD" '.[$text] = $text' <<<"$(risk_body "$WORD")")" || return 1
    word second && does 201 RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$WORD")" || return 1
    word reason && does 201 RiskDisclosed SREYES "/v1/people/$PERSON/risk-disclosures" "$(jq -c --arg why "$WORD" '.reason = $why' <<<"$(open_body 2)")" || return 1
    gets 200 BBEAKS "$at" && grep -q "$first" "$ANSWER" && REFERENCE=$(answer .reference)
}

unallocated() { # a referral whose practitioner is not known yet: a contact instead
    local crn first last text contact
    crn && crn=$WORD && word Fn && first=$WORD && word Ln && last=$WORD && word note && text=$WORD
    word Cont && contact=$WORD
    person "$crn" && REFERRAL=$(uuid) || return 1
    does 201 RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body "$text")" || return 1
    does 201 ReferralSubmitted BBEAKS "/v1/people/$PERSON/referrals" "$(jq -c --arg contact "$contact" --arg text "$text" \
        '. + {allocated: false, contact: {name: $contact, role: "Duty officer", email: ($contact + "@justice.gov.uk"), office: "OFC0101"},
              reasonBeforeAllocation: ("early " + $text), lateReason: ("late " + $text), sentenceEnd: "2026-12-01"}' \
        <<<"$(referral_body "$REFERRAL" "$crn" "$first" "$last" "$text")")"
}
for n in 1 2 3; do check "person $n comes as far as a second session" lively; done
check 'a person without a practitioner is referred' unallocated
page_read() { # signed in as a browser would be: pages, and their logs
    for at in /cases /today "/referrals/$REFERRAL" "/v1/caseload" "/v1/people?crn=$(head -n 1 "$WORDS")"; do api BBEAKS GET "$at"; done
}
page_read
check 'a word of the run is in an answer: it can be found at all' present "$WORDS" "$FLOW/answers"

# The daemons die in the middle of it, then stop; Postgres writes all out.
check 'daemons are killed and come back' eval 'killed sessions && killed projector && killed gateway'
check 'one more person' lively
check 'Postgres is stopped at once and recovers' eval \
    '"$TOP/compose/stack.sh" pg-immediate "$STACK_DIR" && "$TOP/compose/stack.sh" pg-start "$STACK_DIR" && until_true 20 gateway_ready'
check 'every daemon stops in order' stopped_in_order
checkpoint() { psql -X -q -U postgres -d postgres -c 'CHECKPOINT'; }
check 'Postgres writes everything out' checkpoint

PLACES=("$STACK_DIR/kafka/data" "$STACK_DIR/pg" "$FLOW/store" "$FLOW/log" "$STACK_DIR/log")
check 'nothing of it is in Kafka, Postgres, stores or logs' absent "$WORDS" "${PLACES[@]}"
"$TOP/compose/stack.sh" stop "$STACK_DIR" >/dev/null 2>&1
check 'nor after both were stopped' absent "$WORDS" "${PLACES[@]}"

# Could it have been found? What is meant to be plain is, in each of the places that hold records.
printf '%s\n' "$REFERENCE" >"$FLOW/plain.words"
for place in kafka/data pg flow/store; do
    check "the reference, which is plain, is found in $place" present "$FLOW/plain.words" "$STACK_DIR/$place"
done
planted() {
    mkdir -p "$FLOW/planted" && tail -n 1 "$WORDS" >"$FLOW/text"
    tr -d '\n' <"$FLOW/text" | "${@}" >"$FLOW/planted/file" && present "$WORDS" "$FLOW/planted"
}
check 'a planted word is found as it is' planted cat
check 'and in UTF-16' planted iconv -t UTF-16LE
for pad in '' x xy; do
    check "and in base64 behind '$pad'" planted sh -c "{ printf '$pad'; cat; printf 'behind'; } | base64 -w0"
done
check 'nobody stopped loudly' not_loud
finish
