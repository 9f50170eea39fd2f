#!/usr/bin/env bash
# What the gateway owes its callers beside the answer itself.
. "$(dirname "$0")/gateway.sh"
export RB_LOG_LEVEL=debug

check 'the broker starts' broker_up
check 'a person is referred' case_of X912351 Nora Ember gateway
AT=/v1/referrals/$REFERRAL

# --- which request it was --------------------------------------------------------------------------

TRACE=$(head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
REQUEST=$(uuid) APPOINTMENT=$(uuid)
traced() { # a booking that says of which trace it is
    CURL=(-H "traceparent: 00-$TRACE-b7ad6b7169203331-01" -H "X-Request-Id: $REQUEST" -H 'tracestate: zz-free=text')
    does 201 AppointmentBooked JBELL "$AT/appointments" "$(book_body "$APPOINTMENT" 0 "$(now)" JBELL)"
    local rc=$?
    CURL=()
    RECORD=$(answer .id)
    return $rc
}
check 'a command that says of which trace it is' traced
check 'is answered with its own request id' equal "$(head_of X-Request-Id)" "$REQUEST"
SPAN=$(head_of traceparent)
entered() { [[ $SPAN =~ ^00-$TRACE-[0-9a-f]{16}-01$ ]] && [[ $SPAN != *b7ad6b7169203331* ]]; }
check 'and with a span of ours in its trace' entered
headers_of() { # TOPIC: of our record there, one a line
    timeout 20 kcat -C -q -e -b "$RB_KAFKA_BOOTSTRAP" -t "$1" -o beginning -f '%h\n' | grep -F "ce_id=$RECORD" | tr ',' '\n' | grep -v '^ce_time=' | sort
}
attributes() { # TYPE SOURCE
    printf '%s\n' "ce_id=$RECORD" "ce_source=$2" ce_specversion=1.0 "ce_type=$1" content-type=application/avro \
        "traceparent=$SPAN" "x-request-id=$REQUEST"
}
check 'both stand beside the command on its topic' \
    equal "$(headers_of session.commands)" "$(attributes BookAppointment /gateway)"
check 'and beside the event, and nothing else of the request' \
    equal "$(headers_of referral.events)" "$(attributes AppointmentBooked /sessions)"
said() { # DAEMON EVENT: its line about our record
    equal "$(grep -h "\"record\":\"$RECORD\"" "$FLOW/log/$1.log" | jq -r "select(.event == \"$2\") | .trace + \" \" + .request")" "$TRACE $REQUEST"
}
check "the gateway's line about it names both" said gateway gateway.answered
check "so does the decider's" said sessions decider.answered

untraced() { # a header that is none: one is made
    CURL=(-H "$1")
    api JBELL GET "$AT"
    CURL=()
    equal "$STATUS" 200 || return 1
    [[ $(head_of traceparent) =~ ^00-[0-9a-f]{32}-[0-9a-f]{16}-00$ ]] &&
        [[ $(head_of X-Request-Id) =~ ^[0-9a-f]{8}-[0-9a-f-]{27}$ ]] || { cat "$FLOW/headers"; return 1; }
}
check 'a request without a trace gets one' untraced 'Accept: */*'
check 'one that cannot be read is not taken' untraced 'traceparent: 00-Zebedee'
check 'a request id that is no id is not taken' untraced 'X-Request-Id: Zebedee-Quillfeather'
check 'and is in no log' not_in_logs 'Zebedee|Quillfeather|zz-free'

# --- who has it already ------------------------------------------------------------------------------

having() { # TAG USER PATH: asks again
    CURL=(-H "If-None-Match: $1")
    api "$2" GET "$3"
    CURL=()
}
same() { # USER PATH: nothing happened meanwhile
    gets 200 "$1" "$2" || return 1
    local tag len
    tag=$(head_of ETag) len=$(head_of Content-Length)
    having "\"other\", $tag" "$1" "$2"
    equal "$STATUS $(head_of ETag) $(head_of Content-Length)" "304 $tag $len" && [ ! -s "$ANSWER" ]
}
for path in "$AT" /v1/caseload /v1/services "$AT/risk"; do
    check "who has $path already is told so" same JBELL "$path"
done
check 'and so is who has the description' same - /openapi.json
check 'and so are counts, whatever the time is' same MOKAFOR /v1/flows
seen_in_tag() { gets 200 JBELL "$AT" && [[ $(head_of ETag) == "W/\"$(answer .seenVersion)-"* ]]; }
check "a referral's tag begins with the version that was seen" seen_in_tag
changed() { # what one had is not what is there now
    gets 200 JBELL "$AT" || return 1
    local tag
    tag=$(head_of ETag)
    does 201 FeedbackGiven JBELL "$AT/feedback" "$(feedback_body "$1" gateway |
        jq '.attendance = {happened: true, attended: true, late: false}')" || return 1
    having "$tag" JBELL "$AT"
    equal "$STATUS" 200 && [ "$(head_of ETag)" != "$tag" ]
}
check 'after a new fact one gets it' changed "$APPOINTMENT"
others() { # the same address, another reader: nothing is told by a tag
    gets 200 JBELL "$AT" || return 1
    having "$(head_of ETag)" THALE "$AT"
    equal "$STATUS" 404
}
check "a tag opens nothing for who may not see it" others
having '*' JBELL "/v1/outcomes/$RECORD"
check 'an outcome is always told' equal "$STATUS" 201

finish_broker
