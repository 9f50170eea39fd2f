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
# The directory of users: A and B have groups, D's answer is none, nobody else is known.
GROUPS_PORT=$(free_port)
groups_of() { # ID CODE...
    mkdir -p "$FLOW/users/externalusers/$1" && jq -nc '[$ARGS.positional[] | {groupCode: ., groupName: "Invented"}]' --args "${@:2}" >"$FLOW/users/externalusers/$1/groups"
}
groups_of A INT_SP_HARMONY INT_CR_INV-ACC-A && groups_of B INT_SP_HARMONY INT_CR_INV-PWB-A
mkdir -p "$FLOW/users/externalusers/D" && echo '{"groupCode": "INT_SP_HARMONY"}' >"$FLOW/users/externalusers/D/groups"
python3 -m http.server --bind 127.0.0.1 --directory "$FLOW/users" "$GROUPS_PORT" >"$FLOW/users.log" 2>&1 &
USERS_PID=$!
export RB_GROUPS=http://127.0.0.1:$GROUPS_PORT
daemon_start gateway RB_HTTP_PORT="$HTTP" RB_JWKS="$FLOW/secrets/jwks.json" RB_DEMO=1
check "the gateway is ready" until_true 60 daemon_ready gateway
counted run
kill "$USERS_PID" && wait "$USERS_PID" 2>/dev/null
asked_once() { [ "$(grep -c "GET /externalusers/$1/groups" "$FLOW/users.log")" = 1 ]; }
check "groups were asked for once, and kept" asked_once A
failed_counted() { curl -s -m 10 "$RB_GATEWAY/metrics" | grep -q '^broker_groups_failed_total [1-9]'; }
check "a request that failed is counted" until_true 5 failed_counted
check "and said" grep -q '"groups: what their address answers is no list of groups"' "$FLOW/log/gateway.log"
check "no name, no note and no risk text is in any log" no_text_in_logs
check "the gateway stops when asked to" daemon_stop gateway
check "and without a complaint" grep -qx 'exit 0' "$FLOW/log/gateway.exits"
check "log, read model and stores agree" env RB_STATE="$FLOW/store" "$BIN/brokerctl" verify
finish
