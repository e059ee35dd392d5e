# shellcheck shell=bash
# Two of each kind joined to each other, and one whose frames come from a datagram socket of the host; nothing is captured.
wires=${POLLIO_LAB_WIRES:-$folder}
flooded() {
    nics+=(-netdev "dgram,id=$2,local.type=unix,local.path=$(quoted "$wires")/$2,remote.type=unix,remote.path=$(quoted "$wires")/$2.peer")
    nics+=(-device "$1,id=nic-$2,netdev=$2,bus=pcie.0,addr=$3")
}
nic e1000e pair0 0 pcie.0 0x10
nic e1000e pair1 0 pcie.0 0x11
flooded e1000e flooded0 0x14
nic e1000 pair2 1 pcie.0 0x12
nic e1000 pair3 1 pcie.0 0x13
flooded e1000 flooded1 0x15
