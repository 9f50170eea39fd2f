#!/usr/bin/env bash
# Makes the secrets that the gateway and brokerctl find in RB_SECRETS, where they are not there yet.
# usage: secrets.sh FOLDER
set -euo pipefail
umask 077
for name in deployment.secret kek cookie.key; do
    [ ! -s "$1/$name" ] || continue
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$1/$name.new"
    mv "$1/$name.new" "$1/$name"
done
