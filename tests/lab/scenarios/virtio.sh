# shellcheck shell=bash
# virtio-net behind the IOMMU: one with split rings, one with packed ones, a joined pair, and again one of each kind with two queue pairs
# on taps. The peers are the kind that bypasses it.
behind_iommu=virtio-net-pci,disable-legacy=on,iommu_platform=on,rx_queue_size=1024
nic "$behind_iommu" dut0 0 pcie.0 0x10
nic "$behind_iommu,packed=on" dut1 1 pcie.0 0x11
nic "$behind_iommu" pair0 2 pcie.0 0x12
nic "$behind_iommu" pair1 2 pcie.0 0x13
nic virtio-net-pci peer0 0 pcie.0 0x18
nic virtio-net-pci peer1 1 pcie.0 0x19
tapped "$behind_iommu" dut2 2 wire2 0x14
tapped "$behind_iommu,packed=on" dut3 2 wire3 0x16
tapped virtio-net-pci peer2 1 wire2 0x1a
tapped virtio-net-pci peer3 1 wire3 0x1b
captured dut0
captured dut1
