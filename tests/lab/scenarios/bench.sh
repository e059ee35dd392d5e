# shellcheck shell=bash
# Of each kind two joined to each other, one whose wire ends at a network that passes nothing on, and one whose frames come from a
# datagram socket of the host; nothing is captured.
wires=${POLLIO_LAB_WIRES:-$folder}
flooded() {
    nics+=(-netdev "dgram,id=$2,local.type=unix,local.path=$(quoted "$wires")/$2,remote.type=unix,remote.path=$(quoted "$wires")/$2.peer")
    nics+=(-device "$1,id=nic-$2,netdev=$2,bus=pcie.0,addr=$3")
}

# A wire without anybody takes nothing from a virtio NIC.
sending() {
    nics+=(-netdev "user,id=$2,restrict=on,ipv6=off" -device "$1,id=nic-$2,netdev=$2,bus=pcie.0,addr=$3")
}

# Model $1, the number of its kind, and the PCI slots.
kind() {
    nic "$1" "pair$2" "$2" pcie.0 "$3"
    nic "$1" "pair1$2" "$2" pcie.0 "$4"
    sending "$1" "sending$2" "$5"
    flooded "$1" "flooded$2" "$6"
}
virtio=virtio-net-pci,disable-legacy=on,iommu_platform=on,rx_queue_size=512
kind e1000e 0 0x10 0x11 0x0a 0x14
kind e1000 1 0x12 0x13 0x0b 0x15
kind "$virtio" 2 0x16 0x17 0x0c 0x18
kind "$virtio,packed=on" 3 0x19 0x1a 0x0d 0x1b
