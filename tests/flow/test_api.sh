#!/usr/bin/env bash
# The API and the pages: one person's story, every bad input, and what a browser would send.
. "$(dirname "$0")/lib.sh"
API=$(dirname "$BIN")/test/flow-api
HTTP=$(free_port)
export RB_GATEWAY=http://127.0.0.1:$HTTP

# Its checks are counted as our own.
counted() {
    local line ok bad
    "$API" "$1" >"$FLOW/api.out" 2>&1
    cat "$FLOW/api.out"
    line=$(grep -oE '[0-9]+ passed, [0-9]+ failed' "$FLOW/api.out" | tail -n 1)
    read -r ok bad < <(grep -oE '[0-9]+' <<<"${line:-0 passed, 1 failed}" | tr '\n' ' ')
    PASSED=$((PASSED + ok)) FAILED=$((FAILED + bad))
}
no_text_in_logs() { ! grep -lE 'Quillfeather|Zebedee|zz-risk-text|zz-note' "$FLOW"/log/*.log; }

check "the key pair is made" "$API" keys
check "the daemons start" daemons_up
daemon_start gateway RB_HTTP_PORT="$HTTP" RB_JWKS="$FLOW/secrets/jwks.json" RB_DEMO=1
check "the gateway is ready" until_true 60 daemon_ready gateway
counted run
check "no name, no note and no risk text is in any log" no_text_in_logs
check "the gateway stops when asked to" daemon_stop gateway
check "and without a complaint" grep -qx 'exit 0' "$FLOW/log/gateway.exits"
check "log, read model and stores agree" env RB_STATE="$FLOW/store" "$BIN/brokerctl" verify
finish
