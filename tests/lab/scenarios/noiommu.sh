# shellcheck shell=bash
# A kernel that was told not to use its IOMMU, and one NIC.
# shellcheck disable=SC2034
iommu='intel_iommu=off'
nic e1000e dut0 0 pcie.0 0x10
