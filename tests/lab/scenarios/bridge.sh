# shellcheck shell=bash
# Two e1000 behind one conventional bridge: they share an IOMMU group.
nics+=(-device pcie-pci-bridge,id=bridge0,addr=0x15)
nic e1000 dut0 0 bridge0 1
nic e1000 dut1 0 bridge0 2
