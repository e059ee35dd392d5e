#!/usr/bin/env bash
# Builds PollIO and runs every tier of its tests; the last line is "N passed, N failed, N skipped".
# As root it first installs, with apt, what the tests need. See tests/README.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages=(gcc libc6-dev cmake make libasan8 libubsan1 iproute2 iputils-ping netcat-openbsd ethtool tshark procps util-linux libpcap0.8 sudo udev)
packages+=(qemu-system-x86 busybox-static cpio kmod xz-utils dpdk)
lanes=(e1000e 'e1000 virtio bridge hotplug noiommu')
passed=0 failed=0 skipped=0

usage() {
    cat <<'TEXT'
usage: tests/run.sh [--full] [--no-install] [FILTER]
  --full        long counts instead of CI's short ones, and in the lab more
                tests for each kind of NIC
  --no-install  do not install Debian packages, even as root
  FILTER        run only test classes whose name matches, for example '*Ring*'
TEXT
}

install=yes filter=
while [ $# -gt 0 ]; do
    case $1 in
        --full) export POLLIO_TESTS_FULL=1 ;;
        --no-install) install=no ;;
        -h | --help) usage; exit 0 ;;
        -*) echo "tests/run.sh: unknown option '$1'; --help shows those there are" >&2; exit 2 ;;
        *) [ -z "$filter" ] || { echo "tests/run.sh: one filter at most" >&2; exit 2; }; filter=$1 ;;
    esac
    shift
done

# Two things the lab needs have another package name in each release: the guest's kernel, and DPDK's drivers.
has_kernel() { compgen -G '/boot/vmlinuz-*' >/dev/null && compgen -G '/lib/modules/*/modules.dep' >/dev/null; }
has_drivers() {
    local driver
    for driver in net_af_packet net_e1000 net_pcap net_vhost net_virtio mempool_ring; do
        compgen -G "/usr/lib/*/dpdk/pmds-*/librte_$driver.so*" >/dev/null || return 1
    done
}

install_packages() {
    local missing=() others=() package
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    has_kernel || others+=('a kernel (linux-image-amd64)')
    has_drivers || others+=('DPDK drivers (librte-net-e1000 and others)')
    [ ${#missing[@]} -gt 0 ] || [ ${#others[@]} -gt 0 ] || return 0
    if [ "$install" = no ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "not installed, so some tests will be skipped: ${missing[*]} ${others[*]}"
        return 0
    fi
    echo "installing: ${missing[*]} ${others[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    has_kernel || missing+=("$(apt-cache pkgnames linux-image- | grep -xE 'linux-image-(amd64|generic)' | head -n 1)")
    has_drivers || mapfile -t -O ${#missing[@]} missing < <(apt-cache pkgnames librte- | grep -xE 'librte-(net-(af-packet|e1000-|pcap|vhost|virtio)|mempool-ring)[0-9]+')
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The sum of a number over the summaries of the test runs in a log.
summed() {
    awk -v name="$2:" '$1 == name && NF == 2 { sum += $2 } END { print sum + 0 }' "$1"
}

# Adds the numbers of the test runs in a log to the totals; a log without any counts as failed.
count() {
    local log=$1
    if ! grep -qE '^ *total: *[0-9]+$' "$log"; then
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + $(summed "$log" succeeded)))
    failed=$((failed + $(summed "$log" failed)))
    skipped=$((skipped + $(summed "$log" skipped)))
}

run_assembly() {
    local dll=$1 status=0 arguments=(--no-progress --output Normal --filter-not-trait tier=lab)
    [ -z "$filter" ] || arguments+=(--filter-class "$filter")
    echo "== $(basename "$dll" .dll)"
    dotnet "$dll" "${arguments[@]}" >"$logs/run.log" 2>&1 || status=$?
    cat "$logs/run.log"
    local before=$failed
    count "$logs/run.log"
    # A crash after the summary, or an exit code nothing above explains, is a failure too. 8 means that the filter left no test.
    if [ $status -ne 0 ] && [ $failed -eq "$before" ] && ! { [ $status -eq 8 ] && [ -n "$filter" ]; }; then
        echo "$(basename "$dll") ended with code $status"
        failed=$((failed + 1))
    fi
}

# Boots a guest for each scenario, one after the other, and keeps what it prints and how it ends.
run_lane() {
    local scenario status
    for scenario in "$@"; do
        status=0
        "$root/tests/lab/run.sh" "$scenario" ${filter:+"$filter"} >"$logs/$scenario.log" 2>&1 || status=$?
        # QEMU 7.2's e1000e ends QEMU when MSI-X goes while its throttling timer still runs: no fault of ours, and of no test.
        if grep -q 'e1000e_intrmgr_on_.*throttling_timer: Assertion' "$logs/$scenario.log"; then
            echo "QEMU's e1000e model failed its own assertion; the guest is booted again"
            status=0
            "$root/tests/lab/run.sh" "$scenario" ${filter:+"$filter"} >"$logs/$scenario.log" 2>&1 || status=$?
        fi
        echo $status >"$logs/$scenario.status"
    done
}

# Every assembly's summary is in the one log.
report_lab() {
    local log=$logs/$1.log status before=$failed
    status=$(cat "$logs/$1.status" 2>/dev/null || echo 1)
    echo "== lab: $1"
    cat "$log"
    [ "$status" -eq 0 ] && [ -n "$filter" ] && ! grep -q '^ *total:' "$log" || count "$log"
    if [ "$status" -ne 0 ] && [ $failed -eq "$before" ]; then failed=$((failed + 1)); fi
}

# A guest has one CPU and keeps one busy: on two, two lanes run side by side, in process groups of their own that end with this one.
run_labs() {
    local lane scenario
    set -m
    for lane in "${lanes[@]}"; do
        # shellcheck disable=SC2086
        run_lane $lane &
        lane_groups+=($!)
        [ "$(nproc)" -gt 1 ] || wait
    done
    set +m
    wait
    lane_groups=()
    for scenario in ${lanes[*]}; do
        report_lab "$scenario"
    done
}

finish() {
    local group
    for group in "${lane_groups[@]}"; do
        kill -TERM -- "-$group" 2>/dev/null || true
        wait "$group" 2>/dev/null || true
    done
    rm -rf "$logs"
}

# The shim's own C tests, plain and under the address and undefined-behaviour sanitizers.
run_native() {
    local name=$1 build=$2 log=$logs/ctest.log
    shift 2
    echo "== native-vfio ($name)"
    if ! command -v cmake >/dev/null || ! command -v cc >/dev/null; then
        echo "skipped: no C toolchain (apt-get install gcc libc6-dev cmake make)"
        skipped=$((skipped + 1))
        return
    fi
    if ! { cmake -S "$root/native-vfio" -B "$build" "$@" && cmake --build "$build"; } >"$log" 2>&1; then
        cat "$log"
        failed=$((failed + 1))
        return
    fi
    ctest --test-dir "$build" --output-on-failure 2>&1 | tee "$log" || true
    passed=$((passed + $(grep -cE 'Test +#[0-9]+: .* Passed' "$log" || true)))
    skipped=$((skipped + $(grep -cE 'Test +#[0-9]+: .*\*\*\*Skipped' "$log" || true)))
    failed=$((failed + $(grep -cE 'Test +#[0-9]+: .*(\*\*\*Failed|\*\*\*Exception|\*\*\*Timeout|\*\*\*Not Run)' "$log" || true)))
}

command -v dotnet >/dev/null || { echo "tests/run.sh: the .NET 10 SDK is missing: there is no 'dotnet' on the path" >&2; exit 1; }
logs=$(mktemp -d)
lane_groups=()
trap finish EXIT
trap 'exit 130' INT TERM
install_packages
cd "$root"
dotnet build -c Release --nologo -v minimal

if [ -z "$filter" ]; then
    run_native plain "$logs/build"
    run_native sanitized "$logs/build-sanitized" -DPOLLIO_SANITIZE=ON
fi
for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    [ "$name" != PollIO.Lab.Tests ] || continue
    run_assembly "$(dirname "$project")/bin/Release/net10.0/$name.dll"
done
lab_problem=
command -v qemu-system-x86_64 busybox cpio modprobe dpdk-testpmd >/dev/null && has_kernel && has_drivers || lab_problem='the lab is not installed (run tests/run.sh as root)'
if [ -z "$lab_problem" ]; then
    run_labs
else
    for scenario in ${lanes[*]}; do
        echo "== lab: $scenario"
        echo "skipped: $lab_problem"
        skipped=$((skipped + 1))
    done
fi

echo
[ "$skipped" -eq 0 ] || [ "${CI:-}" != true ] || { echo "in CI nothing may be skipped"; failed=$((failed + skipped)); }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
