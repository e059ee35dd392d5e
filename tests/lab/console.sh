#!/bin/bash
# The first process of a guest that is told what to do line by line: loads the NIC's driver, then runs what comes over the second
# serial line, and says "@exit CODE" after each.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8

mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
ln -sf /proc/self/fd /dev/fd
cd /tmp || exit 1
ip link set lo up
modprobe virtio_net
stty -F /dev/ttyS1 raw -echo
exec </dev/ttyS1 >/dev/ttyS1 2>&1
echo @ready
while read -r command; do
    eval "$command" </dev/null
    echo "@exit $?"
done
