# shellcheck shell=bash
# Our topics read by others, for a test that has sourced lib.sh: kcat dumps them, fastavro decodes the
# dumps, brokerctl says what we read.
CONTRACT=$TOP/tests/flow/contract
DOCUMENTS=$TOP/build/gen
DEPS=$(. "$TOP/compose/lib.sh" && echo "$DEPS")
PYTHON=$DEPS/python/bin/python
STREAM=(referral.commands session.commands risk.commands referral.events)

# kcat's dump of each topic, for reader.py: sizes and headers on a line, then key and value.
dump() {
    local topic
    for topic in "${STREAM[@]}"; do
        timeout 30 kcat -C -e -q -b "$RB_KAFKA_BOOTSTRAP" -t "$topic" -o beginning -f '%t %p %o %K %S %h\n%k%s' >"$FLOW/$topic.dump" || return 1
    done
}
python_reads() {
    "$PYTHON" "$CONTRACT/reader.py" "$TOP/schemas" "$DOCUMENTS/asyncapi.json" "$FLOW"/*.dump | sort >"$FLOW/python.jsonl"
    [ "${PIPESTATUS[0]}" -eq 0 ]
}
ours() { "$BIN/brokerctl" tail --from start --once --json | jq -cS '. + {topic: "referral.events"}' | sort >"$FLOW/ours.jsonl"; }
as_ours() { # FILE: its records of the stream are brokerctl's, field for field
    cmp <(grep '"topic":"referral.events"' "$1" | jq -cS . | sort) "$FLOW/ours.jsonl"
}
