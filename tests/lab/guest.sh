#!/bin/bash
# The first process of the guest once the host's files are its root: runs what the share's "jobs" file asks for, then powers off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8
share=/pollio-lab

mount -t tmpfs tmpfs /run
mkdir -p /dev/pts /dev/shm /tmp
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
chmod 1777 /tmp /dev/shm
ln -sf /proc/self/fd /dev/fd
for stream in stdin:0 stdout:1 stderr:2; do
    ln -sf "/proc/self/fd/${stream#*:}" "/dev/${stream%:*}"
done
hostname lab
ip link set lo up

cut -d ' ' -f 1 /proc/uptime >$share/booted
cd /tmp || exit 1
# shellcheck source=/dev/null
. $share/settings
ulimit -c 0
while read -r name command; do
    eval "$command" >"$share/$name.log" 2>&1 </dev/null
    echo $? >"$share/$name.exit"
done <$share/jobs
dmesg >$share/dmesg.log
cut -d ' ' -f 1 /proc/uptime >$share/done
sync
echo o >/proc/sysrq-trigger
while :; do sleep 1; done
