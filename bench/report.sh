#!/usr/bin/env bash
# Builds the side-by-side runner and writes the bench report: bench/results/report.md, report.json and plots.
# Arguments go to the runner, for example --quick or --only null,latency; --report FOLDER writes it elsewhere.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
runner=$root/bench/SideBySide/bin/Release/net10.0/sidebyside.dll

command -v dotnet >/dev/null || { echo "bench/report.sh: the .NET 10 SDK is missing: there is no 'dotnet' on the path" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || echo "bench/report.sh: not root: no hugepages for DPDK, and no network namespaces for af_packet" >&2
dotnet build -c Release --nologo -v quiet "$root/bench/SideBySide" >&2

folder=(--report "$root/bench/results")
for argument in "$@"; do
    case $argument in --report | --help | --version) folder=() ;; esac
done
exec dotnet "$runner" ${folder[@]+"${folder[@]}"} "$@"
