# shellcheck shell=bash
# An e1000e behind a root port, so that it can be pulled, and its peer.
nics+=(-device pcie-root-port,id=port0,addr=0x1c,chassis=1,slot=1)
nic e1000e dut0 0 port0 0
nic virtio-net-pci peer0 0 pcie.0 0x18
captured dut0
