#!/usr/bin/env bash
# Is the daemon ready whose metrics (or the gateway's pages) are on that port of this machine?
# usage: healthy.sh PORT      exit 0: /health/ready answers 200
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 5 _ status _ <&3
[ "$status" = 200 ]
