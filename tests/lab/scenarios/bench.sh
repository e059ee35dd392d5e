# shellcheck shell=bash
# Both kinds, joined to each other and to a peer that sends; nothing is captured.
nic e1000e pair0 0 pcie.0 0x10
nic e1000e pair1 0 pcie.0 0x11
nic virtio-net-pci peer0 0 pcie.0 0x18
nic e1000 pair2 1 pcie.0 0x12
nic e1000 pair3 1 pcie.0 0x13
nic virtio-net-pci peer1 1 pcie.0 0x19
