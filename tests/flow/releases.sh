# shellcheck shell=bash
# The next release, and the one after it, built from these sources with schemas one version on: for
# tests in which releases stand side by side. Sourced after lib.sh.
TREE=$TOP/build/upgrade
PROGRAMS=(projector referrals sessions risk gateway brokerctl)

# release NAME: what stands in $TREE is built; its programs are in $FLOW/NAME
release() {
    local cache=''
    ! command -v ccache >/dev/null || cache='ccache '
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$TREE" "-j$(nproc)" MODE=debug "CC=${cache}gcc" \
        "${PROGRAMS[@]/#/build/debug-gcc/bin/}" >"$FLOW/log/build-$1.out" 2>&1 || { tail -n 20 "$FLOW/log/build-$1.out"; return 1; }
    mkdir -p "$FLOW/$1" && cp "${PROGRAMS[@]/#/$TREE/build/debug-gcc/bin/}" "$FLOW/$1"
}
schemas() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$TREE" "$1"; }
# One field more in how a person is told of a meeting: in bookings, in moves, in the dossier.
next_release() {
    local parts=(common connectors mk schemas services)
    (cd "$TREE" 2>/dev/null && rm -rf "${parts[@]}")
    mkdir -p "$TREE"
    tar -C "$TOP" -c --exclude=node_modules Makefile "${parts[@]}" | tar -C "$TREE" -x || return 1
    ln -sfn "$TOP/services/gateway/pages/node_modules" "$TREE/services/gateway/pages/node_modules"
    jq '.fields += [{name: "language", type: ["null", "string"], default: null, doc: "in which language", maxLength: 20}]' \
        "$TOP/schemas/common/Notice.avsc" >"$TREE/schemas/common/Notice.avsc"
    schemas schema-ids && release next
}
release_after() { schemas schema-release && release after; }
