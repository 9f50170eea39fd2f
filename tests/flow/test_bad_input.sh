#!/usr/bin/env bash
# What must not come in: bodies, names, tokens over HTTP; bytes on the topics. Each has a named
# outcome and changes nothing.
. "$(dirname "$0")/gateway.sh"

# --- tokens of our own making: any header, any claims, any signature ------------------------------

b64url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
jwk_of() { # PEM KID
    local n
    n=$(openssl rsa -in "$1" -noout -modulus | cut -d= -f2 | basenc -d --base16 | b64url)
    jq -nc --arg n "$n" --arg kid "$2" '{kty: "RSA", kid: $kid, alg: "RS256", use: "sig", n: $n, e: "AQAB"}'
}
rsa_keys() {
    local name
    for name in ours theirs; do openssl genrsa -out "$FLOW/$name.pem" 2048 2>/dev/null || return 1; done
    openssl rsa -in "$FLOW/ours.pem" -pubout -out "$FLOW/ours.pub" 2>/dev/null
    jq -c --argjson key "$(jwk_of "$FLOW/ours.pem" rsa)" '.keys += [$key]' "$RB_JWKS" >"$RB_JWKS.new" && mv "$RB_JWKS.new" "$RB_JWKS"
}
HEAD='{"alg":"RS256","typ":"JWT","kid":"rsa"}'
claims() { # JQ-FILTER: changes to what would be fine
    jq -nc --argjson now "$(date +%s)" "{iss: \"referral-broker-demo\", aud: \"referral-broker\", sub: \"BBEAKS\", user_name: \"BBEAKS\",
        client_id: \"test\", rb_kind: \"practitioner\", rb_organisation: \"PROBATION\", rb_units: [\"NORTH\"],
        iat: \$now, nbf: \$now, exp: (\$now + 600)} | $1"
}
jwt() { # HEAD CLAIMS ours|theirs|none|hmac
    local text
    text=$(printf %s "$1" | b64url).$(printf %s "$2" | b64url)
    case $3 in
    none) printf '%s.' "$text" ;;
    hmac) printf '%s.%s' "$text" "$(printf %s "$text" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -v -tx1 "$FLOW/ours.pub" | tr -d ' \n')" -binary | b64url)" ;;
    *) printf '%s.%s' "$text" "$(printf %s "$text" | openssl dgst -sha256 -sign "$FLOW/$3.pem" -binary | b64url)" ;;
    esac
}

BEFORE_START=rsa_keys
check 'the broker starts' broker_up

TEXT=grünspan$RANDOM
check 'a referral is there' case_of X923456 Ana Vidal "$TEXT"
AT=/v1/referrals/$REFERRAL
RISK=/v1/people/$PERSON/risk
check 'nothing is booked for a day before the referral' does 422 before-referral JBELL "$AT/appointments" \
    "$(book_body "$(uuid)" 0 "$(date -u -d '2 days ago' +%FT%TZ)" JBELL)"
AHEAD=$(uuid)
check 'with an appointment for tomorrow' does 201 AppointmentBooked JBELL "$AT/appointments" \
    "$(jq -c --arg start "$(day 1)T10:00:00Z" '.booking.start = $start' <<<"$(book_body "$AHEAD" 0 "$(now)" JBELL)")"

# --- refused at the edge: nothing on any topic, nothing in the read model ---------------------------

state() { rows "SELECT count(*), sum(version) FROM read.dossier; SELECT count(*) FROM read.outcome; SELECT count(*) FROM read.fact"; }
STATE=$(state)
ENDS=$(end_offsets "${TOPICS[@]}")
unchanged() { equal "$(state)" "$STATE"; }
nothing_sent() { unchanged && equal "$(end_offsets "${TOPICS[@]}")" "$ENDS"; }
# edge WHAT STATUS CODE FIELD USER PATH BODY [KEY]
edge() {
    check "$1 is answered with $3${4:+ at $4}" edge_refuses "${@:2}"
}
edge_refuses() {
    api "$4" POST "$5" "${7-$(uuid)}" "$6"
    equal "$STATUS $(answer '.code') $(answer '.field // ""')" "$1 $2 $3" || { head -c 400 "$ANSWER"; return 1; }
    equal "$(answer .type)" "/problems/$2" && unchanged
}
GOOD=$(risk_body "$TEXT")
with() { jq -c "$1" <<<"$GOOD"; }
file() { # printf FORMAT: a file with just these bytes
    local at
    at=$(mktemp "$FLOW/body.XXXXXX")
    printf "$1" >"$at"
    echo "@$at"
}
deep() { printf '{"source":'; printf '[%.0s' $(seq 20000); }
big() { printf '{"source":"'; head -c 10485760 /dev/zero | tr '\0' x; printf '"}'; }
deep >"$FLOW/deep" && big >"$FLOW/big"

edge 'an unknown field' 422 field-not-allowed /colour BBEAKS "$RISK" "$(with '.colour = 1')"
edge 'an unknown field inside a sealed one' 422 field-not-allowed /nature/colour BBEAKS "$RISK" "$(with '.nature.colour = 1')"
edge 'a wrong type' 422 field-invalid /urgent BBEAKS "$RISK" "$(with '.urgent = "no"')"
edge 'a fraction for a whole number' 422 field-invalid /disclosed BBEAKS "$RISK" "$(with '.disclosed = 3.5')"
edge 'a day that does not exist' 422 field-invalid /reviewBy BBEAKS "$RISK" "$(with '.reviewBy = "2027-02-30"')"
edge 'an unknown code' 422 field-invalid /basis BBEAKS "$RISK" "$(with '.basis = "guessed"')"
edge 'a missing field' 422 field-missing /approved BBEAKS "$RISK" "$(with 'del(.approved)')"
edge 'a text that is too long' 422 field-too-long /source BBEAKS "$RISK" "$(with '.source = ("x" * 101)')"
edge 'a sealed text that is too long' 422 field-too-long /nature/text BBEAKS "$RISK" "$(with '.nature.text = ("é" * 4001)')"
edge 'bad UTF-8' 400 bad-request '' BBEAKS "$RISK" "$(file '{"source":"\xc3\x28"}')"
edge 'a NUL' 400 bad-request '' BBEAKS "$RISK" "$(file '{"source":"a\0b"}')"
edge 'a body of 10 MB' 413 body-too-large '' BBEAKS "$RISK" "@$FLOW/big"
edge 'deep JSON' 400 bad-request '' BBEAKS "$RISK" "@$FLOW/deep"
edge 'no JSON' 400 bad-request '' BBEAKS "$RISK" 'basis=assessed'
duplicate_refused() { # the pointer may name the field or its object
    does 422 field-invalid BBEAKS "$RISK" "${GOOD%\}},\"urgent\":true}" && unchanged
}
check 'a field given twice is refused' duplicate_refused
edge 'no Idempotency-Key' 400 idempotency-key-missing '' BBEAKS "$RISK" "$GOOD" ''
edge 'a person who is not there' 404 not-found '' BBEAKS "/v1/people/$(uuid)/risk" "$GOOD"
edge 'a referral that is not there' 404 not-found '' JBELL "/v1/referrals/$(uuid)/caseworkers" "$(assign_body JBELL)"
edge "another provider's referral" 404 not-found '' THALE "$AT/caseworkers" "$(assign_body JBELL)"
edge "another unit's referral" 404 not-found '' EHOLT "$AT/plan-approvals" '{"planVersion":1}'
edge 'what a provider may not send' 403 not-permitted '' JBELL "$RISK" "$GOOD"
edge 'what a commissioner may not send' 403 not-permitted '' MOKAFOR "$AT/caseworkers" "$(assign_body JBELL)"
edge 'a worker of another organisation' 422 worker-out-of-scope /workers/0 JBELL "$AT/caseworkers" "$(assign_body THALE)"
edge 'nobody' 401 sign-in '' - "$RISK" "$GOOD"
check 'none of it left a record on any topic' nothing_sent

# --- tokens ---------------------------------------------------------------------------------------

TOKEN_OF[good]=$(jwt "$HEAD" "$(claims .)" ours)
check 'a token that we made ourselves is taken where all of it is right' gets 200 good "$AT"
bad_token() { # CODE TOKEN
    TOKEN_OF[bad]=$2
    api bad GET "$AT"
    equal "$STATUS $(answer .code)" "401 $1" || return 1
    api bad POST "$RISK" "$(uuid)" "$GOOD"
    equal "$STATUS $(answer .code)" "401 $1" && unchanged
}
forged() { # WHAT CODE TOKEN
    check "$1 is answered with $2" bad_token "$2" "$3"
}
forged 'an expired token' token-expired "$(jwt "$HEAD" "$(claims '.iat -= 1200 | .nbf -= 1200 | .exp = .iat + 600')" ours)"
forged 'a token that is not valid yet' token-expired "$(jwt "$HEAD" "$(claims '.nbf += 600 | .exp += 600')" ours)"
forged 'a token for another audience' token-refused "$(jwt "$HEAD" "$(claims '.aud = "others"')" ours)"
forged 'a token of another issuer' token-refused "$(jwt "$HEAD" "$(claims '.iss = "others"')" ours)"
forged 'a token without an end' token-refused "$(jwt "$HEAD" "$(claims 'del(.exp)')" ours)"
forged 'a token signed with nothing (alg none)' token-refused "$(jwt '{"alg":"none","kid":"rsa"}' "$(claims .)" none)"
forged 'a token without a signature' token-refused "$(jwt "$HEAD" "$(claims .)" none)"
forged 'a token signed with our public key as a password (HS256)' token-refused \
    "$(jwt '{"alg":"HS256","typ":"JWT","kid":"rsa"}' "$(claims .)" hmac)"
forged 'the same that says RS256' token-refused "$(jwt "$HEAD" "$(claims .)" hmac)"
forged "another key's token under our key's name" token-refused "$(jwt "$HEAD" "$(claims .)" theirs)"
forged 'a token of an unknown key' token-refused "$(jwt '{"alg":"RS256","kid":"theirs"}' "$(claims .)" theirs)"
forged 'a token that names no key' token-refused "$(jwt '{"alg":"RS256"}' "$(claims .)" ours)"
forged 'a token that brings its own key' token-refused \
    "$(jwt "$(jq -nc --argjson jwk "$(jwk_of "$FLOW/theirs.pem" theirs)" '{alg: "RS256", kid: "theirs", jwk: $jwk}')" "$(claims .)" theirs)"
altered() { # the claims of one, the signature of another
    local other
    other=$(jwt "$HEAD" "$(claims '.rb_kind = "provider" | .rb_organisation = "HARMONY"')" ours)
    echo "${other%.*}.${TOKEN_OF[good]##*.}"
}
forged 'a token whose claims were altered' token-refused "$(altered)"
forged 'something that is no token' token-refused 'a.b.c'
check 'none of them left a record on any topic' nothing_sent

# --- refused by a decider: one refusal on the log, every fact and row as before -----------------------

facts() { rows "SELECT count(*) FROM read.fact; SELECT person, seen_version FROM read.dossier ORDER BY 1;
    SELECT * FROM read.standing ORDER BY 1, 2; SELECT * FROM read.appointment ORDER BY 1, 2, 3; SELECT * FROM read.risk ORDER BY 1"; }
FACTS=$(facts)
decided() { # WHAT STATUS CODE USER PATH BODY
    check "$1 is refused with $3 and changes nothing else" decider_refuses "${@:2}"
}
decider_refuses() {
    local outcomes
    outcomes=$(rows 'SELECT count(*) FROM read.outcome')
    does "$@" || return 1
    equal "$(rows 'SELECT count(*) FROM read.outcome')" $((outcomes + 1)) || return 1
    diff <(echo "$FACTS") <(facts)
}
decided 'attendance before the appointment' 422 appointment-in-future JBELL "$AT/attendances" "$(attendance_body "$AHEAD")"
decided 'a second booking of a session' 409 session-has-live-appointment JBELL "$AT/appointments" "$(book_body "$(uuid)" 0 "$(now)" JBELL)"
decided 'an acknowledgement sent twice' 409 already-noted JBELL "/v1/people/$PERSON/risk-acknowledgements" "$(acknowledge_body 1 "$REFERRAL")"
decided 'a second referral of the kind' 409 open-referral-exists BBEAKS "/v1/people/$PERSON/referrals" \
    "$(referral_body "$(uuid)" X923456 Ana Vidal "$TEXT")"
decided 'a plan before the assessment' 409 assessment-not-held JBELL "$AT/plans" "$(plan_body "$(uuid)" 2 "$TEXT")"
decided "somebody else's appointment" 404 unknown-part JBELL "$AT/attendances" "$(attendance_body "$(uuid)")"

# --- bytes on the command topics ----------------------------------------------------------------------

PARTITION=$(rows "SELECT partition FROM read.fact WHERE person = '$PERSON' LIMIT 1")
put() { # TOPIC KEY FILE [OPTION...]
    timeout 20 kcat -P -b "$RB_KAFKA_BOOTSTRAP" -X message.max.bytes=1048576 -t "$1" -p "$PARTITION" ${2:+-k "$2"} "${@:4}" "$3"
}
last_of() { # TOPIC: the partition's newest record, its value
    timeout 20 kcat -C -q -e -b "$RB_KAFKA_BOOTSTRAP" -t "$1" -p "$PARTITION" -o -1 -c 1 -f %s
}
ends_of() { end_offsets "$1" | awk '{ sum += $NF } END { print sum }'; }
parked_reasons() { timeout 20 kcat -C -q -e -b "$RB_KAFKA_BOOTSTRAP" -t parked -o beginning -f '%h\n'; }
last_of risk.commands >"$FLOW/risk.command"
last_of referral.events >"$FLOW/event"
head -c $(($(stat -c %s "$FLOW/risk.command") - 3)) "$FLOW/risk.command" >"$FLOW/truncated"
(printf '\0\x7f\0\0\1' && tail -c +6 "$FLOW/risk.command") >"$FLOW/unknown"
printf 'hello' >"$FLOW/garbage"
printf '\0\0' >"$FLOW/short"
head -c 1040000 /dev/urandom >"$FLOW/large"
works() { does 201 RiskDisclosed JBELL "/v1/people/$PERSON/risk-disclosures" "$(open_body 1)"; }
is_parked() { [ "$(ends_of parked)" -eq "$1" ]; }
parks() { # TOPIC KEY FILE REASON
    local parked events
    parked=$(ends_of parked) events=$(ends_of referral.events)
    put "$1" "$2" "$3" || return 1
    until_true 20 is_parked $((parked + 1)) || { echo 'not parked'; return 1; }
    parked_reasons | grep -q "origin-topic=$1.*reason=$4" || { parked_reasons; return 1; }
    equal "$(ends_of referral.events)" "$events" && works
}
parked() { # WHAT TOPIC KEY FILE REASON
    check "$2: $1 is parked as $5, and the partition goes on" parks "${@:2}"
}
KEY=sixteen-bytes-xx
parked garbage risk.commands $KEY "$FLOW/garbage" unreadable
parked 'the head of a frame' risk.commands $KEY "$FLOW/short" unreadable
parked 'a truncated record' risk.commands $KEY "$FLOW/truncated" unreadable
parked 'an unknown schema id' risk.commands $KEY "$FLOW/unknown" unknown-schema
parked 'an event' risk.commands $KEY "$FLOW/event" not-a-command
parked 'a record of 1 MB' risk.commands $KEY "$FLOW/large" too-large
parked 'a command without a key' risk.commands '' "$FLOW/risk.command" wrong-key
parked "a command under another's key" risk.commands $KEY "$FLOW/risk.command" wrong-key
parked "another family's command" session.commands $KEY "$FLOW/risk.command" other-family
parked garbage referral.commands $KEY "$FLOW/garbage" unreadable

# --- bytes on the stream -------------------------------------------------------------------------------

(head -c 5 "$FLOW/event" && head -c 40 /dev/urandom) >"$FLOW/corrupt"
counted_by() { # DAEMON
    curl -s -m 5 "http://127.0.0.1:$(cat "$FLOW/run/$1.port")/metrics" | grep -q '^broker_.*"corrupt".* 1$'
}
ignored_by_all() {
    local parked name
    parked=$(ends_of parked)
    put referral.events $KEY "$FLOW/corrupt" || return 1
    until_true 20 is_parked $((parked + 1)) || { echo 'not parked'; return 1; }
    parked_reasons | grep -q 'origin-topic=referral.events.*reason=unreadable' || return 1
    works || return 1
    for name in referrals sessions risk projector; do
        until_true 10 counted_by $name || { echo "$name did not count it"; return 1; }
    done
}
check 'corrupt bytes on the stream are ignored and counted by every reader, and copied to parked' ignored_by_all
check 'a true event under a key that is not its own is ignored, too' eval 'put referral.events $KEY "$FLOW/event" && works'
check 'read model and stores equal the fold' verify
check 'nobody stopped loudly' not_loud
check 'no text of the run is in any log' eval '! grep -l "$TEXT" "$FLOW"/log/*.log'

(printf '\0\x7f\0\0\1' && tail -c +6 "$FLOW/event") >"$FLOW/newer"
STREAM_TRACE=0af7651916cd43dd8448eb211c80319c
stopped_loudly() { grep -q '"why":"upgrade-me-first"' "$FLOW/log/$1.log" && grep -q '^exit 3$' "$FLOW/log/$1.exits"; }
all_stop_loudly() {
    local name
    put referral.events $KEY "$FLOW/newer" -H "traceparent=00-$STREAM_TRACE-b7ad6b7169203331-01" || return 1
    for name in referrals sessions risk projector; do
        until_true 20 stopped_loudly $name || { echo "$name did not"; tail -n 2 "$FLOW/log/$name.log"; return 1; }
    done
}
check 'a schema of a newer program stops every reader, and it says so' all_stop_loudly
traced() { grep -h '"why":"upgrade-me-first"' "$FLOW/log/$1.log" | jq -r .trace | sort -u; }
for name in referrals sessions risk projector; do check "$name says of which trace the record is" equal "$(traced $name)" "$STREAM_TRACE"; done
for name in referrals sessions risk projector; do down $name; done
finish
