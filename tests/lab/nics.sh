# shellcheck shell=bash
# What the files in scenarios/ are written with; each adds to the array of QEMU arguments, nics, and to those of taps.sh, taps.

# Adds a NIC, model $1 named $2, to wire number $3, on bus $4 at address $5.
nic() {
    nics+=(-netdev "hubport,id=$2,hubid=$3" -device "$1,id=nic-$2,netdev=$2,mac=$(mac_of "$2"),bus=$4,addr=$5")
}

# dut0 is 52:54:00:00:00:00, peer1 52:54:00:00:01:01, pair1 52:54:00:00:02:01.
mac_of() {
    local kind=0
    case $1 in
        peer*) kind=1 ;;
        pair*) kind=2 ;;
    esac
    printf '52:54:00:00:%02x:%02x' $kind "${1//[a-z]/}"
}

# Records the wire of a NIC in NAME.pcap.
captured() {
    nics+=(-object "filter-dump,id=dump-$1,netdev=$1,file=$(quoted "$share")/$1.pcap")
}

# Two NICs of a kind, each on a wire of its own with a peer that the guest's kernel drives.
wired_pair() {
    nic "$1" dut0 0 pcie.0 0x10
    nic "$1" dut1 1 pcie.0 0x11
    nic virtio-net-pci peer0 0 pcie.0 0x18
    nic virtio-net-pci peer1 1 pcie.0 0x19
    captured dut0
    captured dut1
}

# Adds a NIC, model $1 named $2, with $3 queue pairs, to a tap interface on bridge $4, at address $5.
tapped() {
    local several=''
    [ "$3" -eq 1 ] || several=,mq=on,vectors=$((2 * $3 + 2))
    nics+=(-netdev "tap,id=$2,ifname=$2,queues=$3,script=no,downscript=no")
    nics+=(-device "$1$several,id=nic-$2,netdev=$2,mac=$(mac_of "$2"),bus=pcie.0,addr=$5")
    taps+=("$2:$3:$4")
}

# Two NICs of a kind on one wire, for throughput.
joined_pair() {
    nic "$1" pair0 2 pcie.0 0x12
    nic "$1" pair1 2 pcie.0 0x13
}
