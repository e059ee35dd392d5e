#!/usr/bin/env bash
# Forwards between null ports with two builds of l2fwd in turns, and prints what one costs against the other. See bench/README.md.
set -euo pipefail
export LC_ALL=C

# With profiles of their own the two builds get their loops laid out in orders of their own, which alone makes 3% here.
export DOTNET_TieredPGO=0

name=bench/compare.sh
usage() {
    cat <<TEXT
usage: $name BEFORE AFTER [PAIRS [SECONDS]]
  BEFORE, AFTER  two trees of this repository, built with:
                 dotnet build -c Release apps/l2fwd
  PAIRS          runs of each, in turns (15)
  SECONDS        length of a run (3)
exit code: 0 measured, 1 a run failed, 2 the command line is wrong
TEXT
}

wrong() {
    echo "$name: $1; --help shows how it is called" >&2
    exit 2
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
[ $# -ge 2 ] && [ $# -le 4 ] || wrong "two trees are wanted"
pairs=${3:-15} seconds=${4:-3}
[[ $pairs =~ ^[1-9][0-9]*$ && $seconds =~ ^[1-9][0-9]*$ ]] || wrong "PAIRS and SECONDS are whole numbers"

app() {
    local dll=$1/apps/l2fwd/bin/Release/net10.0/l2fwd.dll
    [ -e "$dll" ] || wrong "there is no $dll"
    echo "$dll"
}

# Cycles a packet of one run.
run() {
    dotnet "$1" --port null: --port null: --mode io --cores "$cpu" --duration "$seconds" --interval 0 --json "$summary" >/dev/null
    sed -n 's/.*"cyclesPerPacket":\([0-9.]*\).*/\1/p' "$summary"
}

before=$(app "$1") after=$(app "$2")
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
# The last CPU this shell may use: a system's own work is on the first.
cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
for ((pair = 1; pair <= pairs; pair++)); do
    # Every other pair begins with the other side, so that what drifts falls on both.
    if ((pair % 2)); then a=$(run "$before") b=$(run "$after"); else b=$(run "$after") a=$(run "$before"); fi
    echo "pair $pair: $a and $b cycles/packet" >&2
    awk -v a="$a" -v b="$b" 'BEGIN { printf "%.5f\n", b / a }'
done | sort -n | awk '
    { ratio[NR] = $1 }
    # The widest rank whose interval of order statistics, k to n + 1 - k, holds the true median 95 times in 100.
    function rank(n,   k, term, below) {
        term = below = 0.5 ^ n
        for (k = 0; 2 * below <= 0.05; below += term) { k++; term = term * (n - k + 1) / k }
        return k > 0 ? k : 1
    }
    END {
        if (NR == 0) exit 1
        median = NR % 2 ? ratio[(NR + 1) / 2] : (ratio[NR / 2] + ratio[NR / 2 + 1]) / 2
        k = rank(NR)
        printf "after / before, cycles a packet: median %.4f, interval %.4f to %.4f, %d pairs\n", median, ratio[k], ratio[NR + 1 - k], NR
    }'
