#!/usr/bin/env bash
# What the gateway owes its callers beside the answer itself.
. "$(dirname "$0")/gateway.sh"
export RB_LOG_LEVEL=debug

check 'the broker starts' broker_up
check 'a person is referred' case_of X912351 Nora Ember gateway
AT=/v1/referrals/$REFERRAL

# --- which request it was --------------------------------------------------------------------------

TRACE=$(head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
REQUEST=$(uuid)
traced() { # a booking that says of which trace it is
    CURL=(-H "traceparent: 00-$TRACE-b7ad6b7169203331-01" -H "X-Request-Id: $REQUEST" -H 'tracestate: zz-free=text')
    does 201 AppointmentBooked JBELL "$AT/appointments" "$(book_body "$(uuid)" 0 "$(now)" JBELL)"
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

finish_broker
