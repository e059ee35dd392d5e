# shellcheck shell=bash
# The 82574 (e1000e). Slots are those of tests/PollIO.Lab.Tests/Support/Slots.cs.
wired_pair e1000e
joined_pair e1000e
