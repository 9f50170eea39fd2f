#!/usr/bin/env bash
# Runs a command against the whole broker, daemons and gateway of $BIN, with invented people in it.
#
# usage: tests/with-stack.sh tests/system/broker.sh COMMAND...
#
# The command finds in its environment STORY_PORT (the gateway's) and STORY_CASES (referrals of
# Bernard's with Jo, a first meeting begun in each).
. "$(dirname "${BASH_SOURCE[0]}")/../flow/gateway.sh"

demo() { RB_GATEWAY=$API brokerctl demo --people 12; }
started() { broker_up && demo; }
begun() { # CRN FIRST LAST
    case_of "$1" "$2" "$3" story &&
        does 201 AppointmentBooked JBELL "/v1/referrals/$REFERRAL/appointments" "$(book_body "$(uuid)" 0 "$(now)" JBELL)" &&
        STORY_CASES="${STORY_CASES:-} $REFERRAL"
}
cases() { # enough that a stage of theirs is counted in the open
    local number
    for number in 1 2 3 4 5 6 7 8; do begun "X70000$number" Kit Lantern || return 1; done
}

check 'the broker starts and takes invented people' started
check 'eight first meetings begin' cases
if [ $FAILED -eq 0 ]; then
    export STORY_PORT=$HTTP_PORT STORY_CASES
    "$@"
    rc=$?
fi
finish_broker >"$FLOW/finish.out" 2>&1 || { cat "$FLOW/finish.out"; exit 1; }
exit "${rc:-1}"
