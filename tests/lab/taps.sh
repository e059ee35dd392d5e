#!/usr/bin/env bash
# usage: taps.sh NAME:QUEUES:BRIDGE... -- COMMAND...
# Runs a command in a network namespace of its own, with these tap interfaces; those of one bridge are joined. It all ends with the
# command, whose process this becomes.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
    if [ "$(id -u)" -eq 0 ]; then as=(); else as=(--map-root-user); fi
    exec unshare --net "${as[@]}" -- "${BASH_SOURCE[0]}" --inside "$@"
fi

shift
# What this kernel would say on the bridges by itself, the guests would hear.
for switch in /proc/sys/net/ipv6/conf/{all,default}/disable_ipv6; do
    [ ! -e "$switch" ] || echo 1 >"$switch"
done
while [ "$1" != -- ]; do
    IFS=: read -r tap queues bridge <<<"$1"
    [ -e "/proc/sys/net/ipv4/conf/$bridge" ] || ip link add name "$bridge" up type bridge stp_state 0 mcast_snooping 0
    if [ "$queues" -gt 1 ]; then several=multi_queue; else several=''; fi
    ip tuntap add dev "$tap" mode tap vnet_hdr $several
    ip link set dev "$tap" up master "$bridge"
    shift
done
shift
exec "$@"
