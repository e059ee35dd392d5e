# shellcheck shell=bash
# An e1000e and a virtio NIC, each behind a root port, so that it can be pulled, and their peers.
nics+=(-device pcie-root-port,id=port0,addr=0x1c,chassis=1,slot=1 -device pcie-root-port,id=port1,addr=0x1d,chassis=2,slot=2)
nic e1000e dut0 0 port0 0
nic virtio-net-pci,disable-legacy=on,iommu_platform=on dut1 1 port1 0
nic virtio-net-pci peer0 0 pcie.0 0x18
nic virtio-net-pci peer1 1 pcie.0 0x19
captured dut0
