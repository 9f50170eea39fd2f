#!/usr/bin/env bash
# The contract as others meet it: both documents linted, the API held against its own by
# schemathesis, and our topics read unchanged by kcat, Python's fastavro and Java's Avro and Kafka.
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/contract/readers.sh"

# --- the documents ----------------------------------------------------------------------------------

lints() { timeout 60 node "$CONTRACT/lint.mjs" "$@"; }
# finds_fault DOCUMENT JQ-EDIT: the linter would have said so.
finds_fault() {
    jq "$2" "$DOCUMENTS/$1" >"$FLOW/$1" && ! lints "$FLOW/$1"
}
check 'the linter finds nothing in the OpenAPI document' lints "$DOCUMENTS/openapi.json"
check 'nor in the AsyncAPI document' lints "$DOCUMENTS/asyncapi.json"
check 'it would find an answer that leads nowhere' finds_fault openapi.json '.components.responses.Accepted = {"$ref": "#/components/responses/Nothing"}'
check 'and a channel of unknown messages' finds_fault asyncapi.json '.channels.parked.messages.Parked["$ref"] = "#/components/messages/Nothing"'

# --- the API against its document -------------------------------------------------------------------

check 'the broker starts' broker_up
demo() { RB_GATEWAY=$API RB_PG="$RB_PG user=projector" timeout 100 "$BIN/brokerctl" demo --people 12; }
check 'people are there, in many states' demo

# Who may call, and ids that are there, for hooks.py.
ids() { rows "$1" | jq -R . | jq -sc .; }
write_known() {
    local user
    for user in BBEAKS JBELL MOKAFOR; do token $user; done
    jq -n --arg practitioner "${TOKEN_OF[BBEAKS]}" --arg provider "${TOKEN_OF[JBELL]}" --arg commissioner "${TOKEN_OF[MOKAFOR]}" \
        --argjson person "$(ids 'SELECT person FROM read.standing ORDER BY person')" \
        --argjson referral "$(ids 'SELECT referral FROM read.standing ORDER BY referral')" \
        --argjson id "$(ids 'SELECT id FROM read.outcome ORDER BY id')" --arg service "$SERVICE" --arg level "$COMPLEXITY" '
        {tokens: {practitioner: $practitioner, provider: $provider, commissioner: $commissioner},
         path: {person: $person, referral: $referral, id: $id},
         body: {serviceId: [$service], complexity: [$level], referralId: $referral}}' >"$FLOW/known.json"
}
# schemathesis DOCUMENT ARGUMENT...: bounded in examples and time. One worker: its generators are not
# safe in two threads of Python 3.11.
schemathesis() {
    local document=$1
    shift
    (cd "$FLOW" && SCHEMATHESIS_HOOKS=hooks CONTRACT_KNOWN=$FLOW/known.json PYTHONPATH=$CONTRACT PYTHONDONTWRITEBYTECODE=1 \
        timeout 120 "$PYTHON" -m schemathesis.cli run "$document" --url "$API/v1" --phases coverage,fuzzing --workers 1 --seed 7 \
        --no-shrink --continue-on-failure --request-timeout 20 --warnings off --checks \
        not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance,missing_required_header,ignored_auth \
        "$@") >"$FLOW/schemathesis.log" 2>&1 || { grep -vE "^ +(AST|KeyError)" "$FLOW/schemathesis.log" | cut -c1-400 | head -60; return 1; }
}
operations=$(jq '[.paths[] | keys[]] | length' "$DOCUMENTS/openapi.json")
every_operation() { grep -E "^ +Tested: $operations\$" "$FLOW/schemathesis.log"; }
many_cases() { [ "$(grep -oE '[0-9]+ generated' "$FLOW/schemathesis.log" | cut -d' ' -f1)" -gt $((operations * 20)) ]; }
undocumented() {
    jq 'del(.paths["/flows"].get.responses["403"])' "$DOCUMENTS/openapi.json" >"$FLOW/undocumented.json"
    ! schemathesis "$FLOW/undocumented.json" --include-operation-id getFlows -n 5 >/dev/null && grep 'Undocumented status code' "$FLOW/schemathesis.log"
}
write_known
check 'no answer is a server error or none of the document' schemathesis "$DOCUMENTS/openapi.json" -n 25
check 'of every operation' every_operation
check 'of many cases each' many_cases
check 'an answer that the document lacks would be found' undocumented

# --- our topics, read by others ---------------------------------------------------------------------

java_reads() {
    local jars
    jars=$(printf '%s:' "$DEPS"/readers/*.jar "$DEPS"/kafka/kafka-clients-*.jar "$DEPS"/kafka/{lz4,snappy,zstd}*.jar)
    java -jar "$DEPS"/readers/ecj-*.jar -17 -proc:none -d "$FLOW/classes" -cp "$jars" "$CONTRACT/Reader.java" || return 1
    timeout 60 java -XX:TieredStopAtLevel=1 -cp "$FLOW/classes:$jars" Reader "$RB_KAFKA_BOOTSTRAP" "$TOP/schemas" "${STREAM[@]}" \
        2>"$FLOW/java.err" | sort >"$FLOW/java.jsonl"
    [ "${PIPESTATUS[0]}" -eq 0 ] || { head -c 2000 "$FLOW/java.err"; return 1; }
}
written() { end_offsets "$@" | awk '{ sum += $NF } END { print sum }'; }
every_record() { equal "$(wc -l <"$FLOW/python.jsonl")" "$(written "${STREAM[@]}")"; }
same_records() { cmp <(jq -cS . "$FLOW/java.jsonl" | sort) <(jq -cS . "$FLOW/python.jsonl" | sort); }
many_kinds() { [ "$(jq -r .type "$FLOW/python.jsonl" | sort -u | wc -l)" -ge 20 ]; }

check 'brokerctl reads the stream' ours
check 'kcat reads every topic' dump
check 'fastavro decodes every record, with headers and ids as the AsyncAPI document has them' python_reads
check 'as many as were written' every_record
check 'of nearly every kind' many_kinds
check 'and the same as brokerctl, field for field' as_ours "$FLOW/python.jsonl"
check "Java's Avro decodes every record by Kafka's own client, and finds our schemas compatible" java_reads
check 'the same ones, field for field' same_records

# What cannot be read is parked with its origin, as the AsyncAPI document says.
parked() {
    timeout 20 kcat -C -e -q -b "$RB_KAFKA_BOOTSTRAP" -t parked -o beginning -f '%h %s\n' | grep -x 'origin-topic=risk.commands,origin-partition=5,origin-offset=[0-9]*,reason=unreadable gossip'
}
check 'gossip is written to a topic of commands' eval 'printf gossip | timeout 20 kcat -P -b "$RB_KAFKA_BOOTSTRAP" -t risk.commands -p 5 -k x'
check 'kcat reads it among the parked, with where it came from' until_true 20 parked

check 'log, read model and stores agree' verify
finish_broker
