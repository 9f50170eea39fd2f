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

# --- packed ------------------------------------------------------------------------------------------

packed() { # USER PATH: the same, shorter, for who takes it so; and its tag is good for both
    gets 200 "$1" "$2" || return 1
    equal "$(head_of Vary) $(head_of Content-Encoding)" 'Accept-Encoding ' || return 1
    local tag
    tag=$(head_of ETag)
    cp "$ANSWER" "$FLOW/plain"
    CURL=(-H 'Accept-Encoding: br, gzip')
    gets 200 "$1" "$2"
    CURL=()
    equal "$(head_of Vary) $(head_of Content-Encoding) $(head_of ETag)" "Accept-Encoding gzip $tag" || return 1
    gzip -dc <"$ANSWER" | cmp - "$FLOW/plain" && [ "$(wc -c <"$ANSWER")" -lt "$(($(wc -c <"$FLOW/plain") / 2))" ]
}
check 'the catalogue comes packed for who takes it so' packed JBELL /v1/services
check 'and the description' packed - /openapi.json
unpacked() { # USER PATH
    CURL=(-H 'Accept-Encoding: gzip')
    gets 200 "$1" "$2"
    CURL=()
    equal "$(head_of Content-Encoding)" ''
}
check 'what is short is not packed' unpacked MOKAFOR /v1/flows
signed_in() { # CURL takes the cookie along from now on
    curl -s -o /dev/null -D "$FLOW/headers" -H "Host: probation.localhost:$HTTP_PORT" -H "Origin: http://probation.localhost:$HTTP_PORT" \
        --data-urlencode user=BBEAKS "$API/sign-in" && COOKIE=$(head_of Set-Cookie | cut -d';' -f1) && [ -n "$COOKIE" ]
}
check 'somebody signs in' signed_in
unpacked_page() { # PATH
    CURL=(-H 'Accept-Encoding: gzip' -H "Cookie: $COOKIE" -H "Host: probation.localhost:$HTTP_PORT")
    api - GET "$1"
    CURL=()
    equal "$STATUS $(head_of Content-Encoding)" '200 ' && [ "$(wc -c <"$ANSWER")" -gt 2000 ]
}
for path in /today /cases "/referrals/$REFERRAL" "/referrals/$REFERRAL?part=timeline,next" /openapi.json; do
    check "what comes by a cookie never is: ${path%%[0-9]*}" unpacked_page "$path"
done
part_known() {
    CURL=(-H "Cookie: $COOKIE" -H "Host: probation.localhost:$HTTP_PORT")
    api - GET "$1"
    local first=$STATUS tag
    tag=$(head_of ETag)
    CURL+=(-H "If-None-Match: $tag")
    api - GET "$1"
    CURL=()
    equal "$first $STATUS" '200 304' && [ -n "$tag" ]
}
check 'a part of a page is told to be known' part_known "/referrals/$REFERRAL?part=timeline,next,status,sessions"

# --- lists, a part at a time -------------------------------------------------------------------------

referred() { # CRN: with a due time of its own
    person "$1" && does 201 RiskShared BBEAKS "/v1/people/$PERSON/risk" "$(risk_body gateway)" &&
        does 201 ReferralSubmitted BBEAKS "/v1/people/$PERSON/referrals" \
        "$(referral_body "$(uuid)" "$1" Nora Lantern gateway)"
}
five_more() {
    local number
    for number in 1 2 3 4 5; do referred "X91236$number" || return 1; done
}
check 'five more people are referred' five_more
walk() { # LIMIT: every referral of the caseload, by the links that the answers give
    local path="/v1/caseload?limit=$1" parts=0
    while [ -n "$path" ] && [ $parts -lt 20 ]; do
        gets 200 JBELL "$path" || return 1
        [ "$(answer '.cases | length')" -le "$1" ] || return 1
        answer '.cases[].referral'
        path=$(head_of Link | sed -n 's/^<\(.*\)>; rel="next"$/\1/p')
        [ -z "$path" ] || [[ $path == *"after=$(answer .next)" ]] || return 1
        parts=$((parts + 1))
    done
    echo "$parts parts"
}
whole() { gets 200 JBELL '/v1/caseload' && answer '.cases[].referral' && echo "$1 parts"; }
check 'the whole list is one part' equal "$(walk 100)" "$(whole 1)"
check 'in parts of two it is the same list, each case once' equal "$(walk 2)" "$(whole 3)"
check 'in parts of four, too' equal "$(walk 4)" "$(whole 2)"
search_walk() {
    local after='' parts=0
    while [ $parts -lt 20 ]; do
        api JBELL POST /v1/search '' "$(jq -nc --arg after "$after" '{text: "nora", limit: 4} + if $after == "" then {} else {after: $after} end')"
        equal "$STATUS" 200 || return 1
        answer '.cases[].referral'
        parts=$((parts + 1))
        after=$(answer '.next // ""')
        [ -n "$after" ] || break
    done
    echo "$parts parts"
}
check 'what a search finds comes in parts of the same kind' equal "$(search_walk | sort)" "$(whole 2 | sort)"
refused() { # STATUS CODE PATH [USER]
    gets "$1" "${4:-JBELL}" "$3" && equal "$(answer .code)" "$2"
}
place() { gets 200 JBELL '/v1/caseload?limit=2' && AFTER=$(answer .next) && [ ${#AFTER} -gt 60 ]; }
check 'a part says where the next one begins' place
check 'a place with a digit changed is refused' refused 400 cursor-invalid "/v1/caseload?limit=2&after=1$AFTER"
check "another reader's place is refused" refused 400 cursor-invalid "/v1/caseload?limit=2&after=$AFTER" BBEAKS
check 'the place in another list is refused' refused 400 cursor-invalid "/v1/caseload?limit=2&whose=mine&after=$AFTER"
check 'a text that is no place is refused' refused 400 cursor-invalid '/v1/caseload?after=Zebedee'
check 'parts have at most a hundred cases' refused 400 bad-request '/v1/caseload?limit=101'
check 'and at least one' refused 400 bad-request '/v1/caseload?limit=0'
check 'nobody counts pages' refused 400 bad-request '/v1/caseload?page=2'

# --- live ----------------------------------------------------------------------------------------------

LIVE=()
listen() { # NAME PAGE [HEADER]: into $FLOW/live-NAME until the stream ends
    curl -s -N -m 120 -o "$FLOW/live-$1" -D "$FLOW/live-$1.head" -H "Cookie: $COOKIE" -H "Host: probation.localhost:$HTTP_PORT" \
        ${3:+-H "$3"} "$API/live?page=$2" 2>/dev/null &
    LIVE+=($!)
}
heard() { [ "$(grep -c "$2" "$FLOW/live-$1" 2>/dev/null)" = "${3:-1}" ]; } # NAME LINE [TIMES]
last_id() { sed -n 's/^id: //p' "$FLOW/live-$1" | tail -n 1; }
another_fact() { does 201 RiskDisclosed BBEAKS "/v1/people/$PERSON/risk-disclosures" "$(open_body 1 practitioner)"; }
unseen_stream() { # 404 in the words of what is not there
    listen unseen "$1" && wait $! && equal "$(head -n 1 "$FLOW/live-unseen.head" | cut -d' ' -f2)" 404
}
check 'somebody signs in for live pages' signed_in
OTHER=$PERSON # one of the five
check 'a person of its own' case_of X912371 Ida Lantern gateway
PAGE=/referrals/$REFERRAL
as_signed_in() { curl -s -m 20 -H "Cookie: $COOKIE" -H "Host: probation.localhost:$HTTP_PORT" "$@"; }
CURSOR=$(as_signed_in "$API$PAGE" | grep -oE 'data-live="[^"]+"' | cut -d'"' -f2)
check 'the page says where it stands' [ ${#CURSOR} -gt 40 ]
listen first "$PAGE&after=$CURSOR"
check 'a stream beats at once' until_true 10 heard first 'event: beat'
check 'a fact is stated' another_fact
check 'and told, with the parts that may change' until_true 10 heard first '^data: status,next,progress,sessions,deadlines,timeline$' 1
SEEN=$(last_id first)
check 'another fact while nobody of the second tab listens' another_fact
check 'the first tab is told again' until_true 10 heard first 'event: change' 2
listen again "$PAGE" "Last-Event-ID: $SEEN"
check 'who comes back is told once what happened meanwhile' until_true 10 heard again 'event: change' 1
listen newest "$PAGE" "Last-Event-ID: $(last_id again)"
check 'a third tab has seen everything' until_true 10 heard newest 'event: beat'
check 'one more fact' another_fact
for name in first again newest; do
    check "is told to the tab that came $name" until_true 10 heard $name "^id: $(last_id first)$" 1
done
check 'and nothing was told twice' equal "$(grep -c 'event: change' "$FLOW/live-first" "$FLOW/live-again" "$FLOW/live-newest" | sed 's/.*://' | tr '\n' ' ')" '3 2 1 '
listen fourth "$PAGE"
check 'four streams of one session are open' until_true 10 heard fourth 'event: beat'
listen fifth "$PAGE"
check 'the fifth is' until_true 10 heard fifth 'event: beat'
check 'and the oldest made room for it' until_true 10 heard first '^data: replaced'
check 'a page that is not there has no stream' unseen_stream "/referrals/$(uuid)"
check 'the referral goes to another practitioner' sql -U projector -c "UPDATE read.scope SET code = 'ELSEWHERE' WHERE referral = '$REFERRAL' AND kind IN ('practitioner', 'unit')"
check 'and something happens to it' does 201 RiskDisclosed JBELL "/v1/people/$PERSON/risk-disclosures" "$(open_body 1)"
for name in again newest fourth fifth; do
    check "a reader who lost sight of it is told no more: $name" until_true 10 heard $name '^data: no-access'
done
listen left /today
check 'another page of the session has a stream' until_true 10 heard left 'event: beat'
signed_out() {
    as_signed_in -o /dev/null -w '%{http_code}' -H "Origin: http://probation.localhost:$HTTP_PORT" --data-urlencode "csrf=$CSRF" "$API/sign-out"
}
CSRF=$(as_signed_in "$API/today" | grep -oE 'name="csrf" value="[0-9a-f]+"' | head -n 1 | cut -d'"' -f4)
check 'the session signs out' equal "$(signed_out)" 303
check 'and its streams end' until_true 10 heard left '^data: signed-out'
wait "${LIVE[@]}"

# --- people whose record is restricted -----------------------------------------------------------------

check 'another person' case_of X912381 Odette Lantern gateway
AT=/v1/referrals/$REFERRAL
listed() { # USER: how often the referral is in the caseload, in a search, among those found nowhere else
    api "$1" GET '/v1/caseload?limit=100' && answer "[.cases[] | select(.referral == \"$REFERRAL\")] | length"
    TOTAL=$(answer .total)
    api "$1" POST /v1/search '' '{"text": "odette lantern"}' && answer '(.cases | length), .total'
}
restricted() { RB_PG="$RB_PG user=gateway" timeout 60 "$BIN/brokerctl" restrict "$@"; }
refused_restriction() { ! restricted "$@" && grep -q "$REASON" "$FLOW/check.out"; }
check 'its practitioner and its provider see it' equal "$(listed BBEAKS) $(listed JBELL)" "$(printf '1\n1\n1 1\n1\n1')"
listed JBELL >"$FLOW/listed"
BEFORE=$TOTAL
check 'nothing is said of the record yet' equal "$(restricted X912381)" "$(printf '%s\n  not restricted' "$PERSON")"
COUNTED=$(gets 200 MOKAFOR /v1/flows && answer .rows)
check 'a commissioner has counts' [ ${#COUNTED} -gt 20 ]
REASON='named by their id' check 'a name names nobody' refused_restriction Odette
check 'the record is closed to the caseworker' equal "$(restricted X912381 --except JBELL)" "$(printf '%s\n  except  JBELL' "$PERSON")"
same_words() { # METHOD PATH PATH-OF-NOTHING [BODY]: what is hidden is answered like what is not there
    local hidden
    api JBELL "$1" "$2" "$(uuid)" "${4:-}"
    hidden="$STATUS $(cat "$ANSWER")"
    api JBELL "$1" "$3" "$(uuid)" "${4:-}"
    equal "$hidden" "$STATUS $(cat "$ANSWER")" && equal "$STATUS" 404
}
NOBODY=$(uuid)
check 'the referral is not there for them' same_words GET "$AT" "/v1/referrals/$NOBODY"
check 'nor is its risk' same_words GET "$AT/risk" "/v1/referrals/$NOBODY/risk"
check 'nor takes it a command' same_words POST "$AT/appointments" "/v1/referrals/$NOBODY/appointments" "$(book_body "$(uuid)" 0 "$(now)" JBELL)"
check 'nor does the person' same_words POST "/v1/people/$PERSON/risk-disclosures" "/v1/people/$NOBODY/risk-disclosures" "$(open_body 1)"
gone() {
    equal "$(listed JBELL)" "$(printf '0\n0\n0')" && listed JBELL >"$FLOW/listed" && equal "$TOTAL" $((BEFORE - 1))
}
check 'no list and no search holds it, and no count' gone
check 'others see it as before' equal "$(listed BBEAKS)" "$(printf '1\n1\n1')"
check 'its practitioner signs in' signed_in
listen closing-page "/referrals/$REFERRAL"
listen closing-list /cases
check 'and has two pages open' until_true 10 heard closing-page 'event: change'
check 'both know where they stand' until_true 10 heard closing-list 'event: change'
check 'a fact is stated' another_fact
check 'and told to the one' until_true 10 heard closing-page 'event: change' 2
check 'and to the other' until_true 10 heard closing-list 'event: change' 2
check 'now nobody may but one other practitioner' restricted "$PERSON" --only DPRICE
check 'the page of the referral ends at once' until_true 10 heard closing-page '^data: no-access'
check 'the list has to be looked at again' until_true 10 heard closing-list 'event: change' 3
check 'something happens to the person' does 201 RiskDisclosed DPRICE "/v1/people/$PERSON/risk-disclosures" "$(open_body 1 practitioner)"
check "and somebody else's fact reaches the list" does 201 RiskDisclosed BBEAKS "/v1/people/$OTHER/risk-disclosures" "$(open_body 1 practitioner)"
check 'by a word' until_true 10 heard closing-list 'event: change' 4
check 'which was not told of what is hidden' heard closing-list 'event: change' 4
check "the gateway's log says whose record it was" grep -q "\"event\":\"gateway.restriction-changed\".*\"person\":\"$PERSON\"" "$FLOW/log/gateway.log"
check 'and names nobody' not_in_logs 'Odette|X912381'
counts_as_before() { gets 200 MOKAFOR /v1/flows && equal "$(answer .rows)" "$COUNTED"; }
check 'counts are as they were, so that they do not tell' counts_as_before
check 'who does' gets 200 DPRICE "$AT"
check 'the practitioner whose case it is does not' gets 404 BBEAKS "$AT"
check 'nor does a list of theirs' equal "$(listed BBEAKS)" "$(printf '0\n0\n0')"
hidden_live() { # NAME: the stream of somebody who is not let in
    signed_in && listen "$1" "/referrals/$REFERRAL" && wait $! && equal "$(head -n 1 "$FLOW/live-$1.head" | cut -d' ' -f2)" 404
}
check 'nor has a page of theirs a stream' hidden_live restricted
OUTCOME=/outcome/$(sql -U projector -c "SELECT id FROM read.outcome WHERE person = '$PERSON' LIMIT 1")
check 'nor has the outcome of a command about them' unseen_stream "$OUTCOME"
hidden_today() { ! as_signed_in "$API/today" | grep -F 'Odette' && as_signed_in "$API/cases" | grep -q Lantern && ! as_signed_in "$API/cases" | grep -F 'Odette'; }
check 'nor shows a page of theirs the name' hidden_today
REASON='is empty' check 'a restriction that is wrong in part is refused' refused_restriction X912381 --lift --only 'BBEAKS,,JBELL'
check 'and leaves the record as closed as it was' equal "$(restricted X912381)" "$(printf '%s\n  only    DPRICE\n  except  JBELL' "$PERSON")"
check 'the record is open again' equal "$(restricted X912381 --lift)" "$(printf '%s\n  not restricted' "$PERSON")"
check 'and everybody sees it who did' equal "$(listed BBEAKS) $(listed JBELL)" "$(printf '1\n1\n1 1\n1\n1')"
says_reused() { as_signed_in "$API$OUTCOME$1" | grep -q 'You already sent this'; }
check 'the page of an outcome tells another request under its key so' says_reused "?request=$(printf '0%.0s' {1..64})"
check 'and nobody else' eval '! says_reused ""'
listen outcome-open "$OUTCOME"
check 'a page that waits for an outcome is told that it is there' until_true 10 heard outcome-open 'event: change'
listen outcome-back "$OUTCOME" "Last-Event-ID: $(last_id outcome-open)"
check 'and has a stream when it comes back' until_true 10 heard outcome-back 'event: beat'
listen open-list /cases
check 'a list is open beside it' until_true 10 heard open-list 'event: change'
for times in 2 3; do
    check 'something else happens to the person' another_fact
    check "the list is told of it: $times" until_true 10 heard open-list 'event: change' "$times"
done
check 'a page whose outcome is there is told no more' equal "$(grep -c 'event: change' "$FLOW/live-outcome-open" "$FLOW/live-outcome-back" | sed 's/.*://' | tr '\n' ' ')" '1 0 '
kill "${LIVE[@]:(-3)}"

# --- many readers --------------------------------------------------------------------------------------

patient() { # the gateway again, with other limits
    down gateway
    daemon_start gateway "RB_HTTP_PORT=$HTTP_PORT" "$@" && until_true 60 gateway_ready
}
many() {
    token BBEAKS
    open_body 1 practitioner | TOKEN=${TOKEN_OF[BBEAKS]} timeout 200 python3 "$(dirname "$0")/many_streams.py" "$HTTP_PORT" "$PERSON"
}
check 'the gateway starts without limits for many' patient RB_COMMANDS_PER_SECOND=0 RB_QUERIES_PER_SECOND=0
check 'each of 600 readers is told of each fact once, and of what it missed when it comes back' many
check 'the gateway starts with room for three streams' patient RB_STREAMS=3
seated() { # three streams, one more is told that there is no room
    local seat
    signed_in || return 1
    for seat in 1 2 3; do listen seat$seat /cases && until_true 10 heard seat$seat 'event: beat' || return 1; done
    listen seat4 /cases && wait $! && equal "$(head -n 1 "$FLOW/live-seat4.head" | cut -d' ' -f2)" 503
}
check 'one more than there is room for is refused as busy' seated

few_files() { down gateway && (ulimit -n 4096 && daemon_start gateway "RB_HTTP_PORT=$HTTP_PORT") && until_true 60 gateway_ready; }
check 'fewer files than are wanted are no hindrance' few_files
check 'but said, in one line' equal "$(grep -c '"event":"gateway.file-limit-too-low"' "$FLOW/log/gateway.log")" 1

# --- how often one client may ask --------------------------------------------------------------------

check 'the gateway starts with low limits' patient RB_COMMANDS_PER_SECOND=1 RB_QUERIES_PER_SECOND=1 RB_BURST=30s
statuses() { # USER COUNT METHOD PATH: how often which
    local i
    for i in $(seq "$2"); do
        api "$1" "$3" "$4" "$(uuid)" '{}'
        echo "$STATUS"
    done | sort | uniq -c | awk '{print $2}' | tr '\n' ' '
}
check 'somebody who asks too often is told so' equal "$(statuses JBELL 60 GET /v1/caseload)" '200 429 '
limited() {
    api JBELL GET /v1/caseload
    equal "$STATUS $(answer .code)" '429 too-many-requests' && equal "$(head_of Retry-After)" 1
}
check 'by name, and when to come again' until_true 5 limited
check 'who waits so long is answered' until_true 5 gets 200 JBELL /v1/caseload
check 'their commands have a measure of their own' does 422 field-missing JBELL "$AT/appointments" '{}'
check 'which is used up, too' equal "$(statuses JBELL 60 POST "$AT/appointments")" '422 429 '
check 'nobody else is held back' gets 200 BBEAKS /v1/caseload
check 'health and metrics are never held back' equal "$(statuses - 100 GET /health/live)$(statuses - 100 GET /metrics)" '200 200 '
counted() { api - GET /metrics && grep -q 'broker_http_limited_total{rate="commands"} [1-9]' "$ANSWER"; }
check 'and say how many were' counted

# --- keys of tokens by address -----------------------------------------------------------------------

KEYS_PORT=$(free_port)
mkdir -p "$FLOW/keys"
keys_out() { cp "$RB_SECRETS/jwks.json" "$FLOW/keys/new" && mv "$FLOW/keys/new" "$FLOW/keys/jwks.json"; }
keys_out
python3 -m http.server --bind 127.0.0.1 --directory "$FLOW/keys" "$KEYS_PORT" >"$FLOW/keys.log" 2>&1 &
KEYS_PID=$!
check 'the gateway starts with keys by address' patient "RB_JWKS=http://127.0.0.1:$KEYS_PORT/jwks.json" RB_QUERIES_PER_SECOND=0
check 'and takes tokens by them' until_true 20 gets 200 JBELL /v1/services
new_keys() { brokerctl token --make-keys && keys_out && TOKEN_OF=(); }
check 'the identity provider has new keys' new_keys
check 'a token by a new key is taken once it was fetched' until_true 30 gets 200 JBELL /v1/services
kill "$KEYS_PID" && wait "$KEYS_PID" 2>/dev/null
check 'the keys stay when their address is away' gets 200 JBELL /v1/services

# --- stopped and started under load -------------------------------------------------------------------

check 'the gateway starts without limits' patient RB_COMMANDS_PER_SECOND=0 RB_QUERIES_PER_SECOND=0
LOADED_AT=$(now)
cp "$RB_SECRETS/token.jwk" "$RB_SECRETS/token.key" # where the sender looks
RB_GATEWAY=$API "$(dirname "$BIN")/test/flow-api" restart 12 >"$FLOW/restart.out" 2>&1 &
SENDER=$!
sending() { grep -qx sending "$FLOW/restart.out"; }
check 'eight senders send without a pause' until_true 60 sending
restarted() { # asked to stop, and back by itself
    local before exits
    exits=$(wc -l <"$FLOW/log/gateway.exits")
    before=$(daemon_pid gateway)
    daemon_signal gateway TERM
    left() { [ "$(wc -l <"$FLOW/log/gateway.exits")" -gt "$exits" ] && [ "$(daemon_pid gateway)" != "$before" ]; }
    until_true 20 left && equal "$(tail -n 1 "$FLOW/log/gateway.exits")" 'exit 0' && until_true 20 gateway_ready
}
for time in first second third fourth; do
    check "it stops in order and is there again, the $time time" restarted
done
wait "$SENDER"
check 'every request was answered whole or refused whole' grep -qE '^api: [0-9]+ passed, 0 failed' "$FLOW/restart.out"
grep -h '^commands ' "$FLOW/restart.out"
once() { # each command that was answered stands in the read model, and none twice
    equal "$(rows "SELECT count(*) FROM read.fact WHERE type = 'RiskDisclosed' AND recorded_at >= '$LOADED_AT'")" \
        "$(sed -n 's/^commands \([0-9]*\) .*/\1/p' "$FLOW/restart.out")"
}
check 'and every command has one outcome' once

finish_broker
