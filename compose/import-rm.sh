#!/usr/bin/env bash
# Moves Refer and Monitor's own database over into the broker that `make run` started.
#
# usage: compose/import-rm.sh postgres://user@host:port/name
#
# Progress on stderr; defects, differences and the sum on stdout. May be stopped anywhere and run
# again; run twice, it changes nothing. Exit: 0 equal, 1 a difference or a refusal, 2 usage,
# 3 something cannot be reached.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
case ${1:-} in -h | --help) print_help; exit 0 ;; '') die "which database? make import-rm FROM=postgres://user@host:port/name" ;; esac
[ -f "$STATE/broker.env" ] || die "the broker has never run here ($STATE): make run"
set -a
# shellcheck disable=SC1091
. "$STATE/broker.env"
# shellcheck disable=SC1091
. "$STATE/stack.env"
set +a
RB_PG="$RB_PG user=importer options='-c role=gateway'" RB_FROM=$1 exec "$STATE/bin/import-rm"
