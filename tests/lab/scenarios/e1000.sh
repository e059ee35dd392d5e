# shellcheck shell=bash
# The 82540EM (e1000), which has INTx only and no reset of its own.
wired_pair e1000
joined_pair e1000
