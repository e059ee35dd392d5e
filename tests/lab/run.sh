#!/usr/bin/env bash
# Boots a Linux guest under QEMU with an emulated IOMMU and NICs, and runs test assemblies inside it. See tests/README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$here/bin
name=tests/lab/run.sh
memory=1536M
# What the test platform ends with when a filter leaves nothing.
no_tests=8
boot_limit=${POLLIO_LAB_BOOT_LIMIT:-120}

usage() {
    cat <<TEXT
usage: $name [--full] [--keep] SCENARIO [FILTER]
       $name --shell SCENARIO COMMAND
  SCENARIO  $(scenarios | tr '\n' ' ')
  FILTER    run only test classes whose name matches, for example '*Ping*'
  --full    long counts instead of the short ones CI runs, and tests that CI
            runs with other NICs
  --keep    keep logs and captures although all went well
  --shell   run a shell command in the guest instead of tests
The solution is built before, with: dotnet build -c Release
Time limits in seconds: POLLIO_LAB_BOOT_LIMIT=$boot_limit POLLIO_LAB_LIMIT=$limit
exit code: 0 well, 1 a test failed or the guest did, 2 the command line is wrong
TEXT
}

scenarios() {
    basename -s .sh "$here"/scenarios/*.sh
}

wrong() {
    echo "$name: $1; --help shows what there is" >&2
    exit 2
}

# A value as QEMU's options want it.
quoted() {
    printf '%s' "${1//,/,,}"
}

write_jobs() {
    local project dll test listed selection
    printf 'export DOTNET_CLI_TELEMETRY_OPTOUT=1 POLLIO_LAB_SHARE=/pollio-lab\n' >"$share/settings"
    # The emulator runs .NET's AVX code at half the speed of its SSE code.
    echo 'export DOTNET_EnableAVX=0' >>"$share/settings"
    printf 'export PATH=%q:$PATH DOTNET_ROOT=%q\n' "$(dirname "$dotnet")" "$(dirname "$dotnet")" >>"$share/settings"
    [ -z "${POLLIO_TESTS_FULL:-}" ] || echo 'export POLLIO_TESTS_FULL=1' >>"$share/settings"
    if [ -n "$shell" ]; then
        printf 'shell %s\n' "$shell" >"$share/jobs"
        return
    fi
    selection=(--filter-trait "scenario=$scenario")
    [ -z "${POLLIO_TESTS_FULL:-}" ] || selection+=(--filter-trait "full=$scenario")
    [ -z "$filter" ] || selection+=(--filter-class "$filter")
    for project in "$root"/tests/*/*.csproj; do
        grep -qr 'Trait("scenario"' "$(dirname "$project")" --include='*.cs' || continue
        test=$(basename "$project" .csproj)
        dll=$(dirname "$project")/bin/Release/net10.0/$test.dll
        # Asked here, because starting an assembly in the guest to find that it has nothing to run takes seconds.
        listed=0
        dotnet "$dll" --list-tests "${selection[@]}" >"$folder/tests.log" 2>&1 || listed=$?
        [ $listed -ne $no_tests ] || continue
        [ $listed -eq 0 ] || { cat "$folder/tests.log" && echo "$name: $dll does not list its tests: dotnet build -c Release"; exit 1; }
        printf '%s dotnet %q --no-progress --output Normal' "$test" "$dll" >>"$share/jobs"
        printf ' %q' "${selection[@]}" >>"$share/jobs"
        echo >>"$share/jobs"
    done
}

# The guest's time stamp counter is this machine's. On a busy one the guest takes its rate for several times what it is, and every time
# limit in it ends early; so it is told where this kernel shows it, which is in a virtual machine.
clock_rate() {
    ! grep -qw hypervisor /proc/cpuinfo || awk -F: '/^cpu MHz/ { printf "tsc_early_khz=%d", $2 * 1000; exit }' /proc/cpuinfo
}

start_guest() {
    local kernel initrd launcher=()
    { read -r kernel && read -r initrd; } < <("$here/image.sh" "$cache") || exit 1
    mkfifo "$folder/monitor.in" "$folder/monitor.out"
    # Opened for both directions, so that neither side waits for the other.
    exec 3<>"$folder/monitor.in" 4<>"$folder/monitor.out"
    cat <&4 >"$share/monitor.log" 3<&- &
    reader=$!
    [ ${#taps[@]} -eq 0 ] || launcher=("$here/taps.sh" "${taps[@]}" --)
    "${launcher[@]}" qemu-system-x86_64 \
        -machine q35 -accel tcg,thread=multi -cpu max -smp 1 -m $memory \
        -nodefaults -no-user-config -no-reboot -display none \
        -serial "file:$folder/console.log" \
        -chardev "pipe,id=monitor,path=$(quoted "$folder/monitor")" -mon chardev=monitor,mode=control \
        -kernel "$kernel" -initrd "$initrd" \
        -append "console=ttyS0 quiet panic=-1 mitigations=off clocksource=tsc tsc=reliable $(clock_rate) no_timer_check random.trust_cpu=on nowatchdog audit=0 apparmor=0 net.ifnames=0 $iommu pollio.lab=$scenario" \
        -device intel-iommu,intremap=on,caching-mode=on,device-iotlb=on \
        -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=root,mount_tag=root \
        -fsdev "local,id=share,path=$(quoted "$share"),security_model=none" -device virtio-9p-pci,fsdev=share,mount_tag=share \
        "${nics[@]}" </dev/null >"$folder/qemu.log" 2>&1 3<&- 4<&- &
    qemu=$!
    echo '{"execute":"qmp_capabilities"}' >&3
}

# Waits for the guest's end, and passes on what its tests ask QEMU for: a file request-N.json each, answered in monitor.log.
watch_guest() {
    local started=$SECONDS request
    while kill -0 "$qemu" 2>/dev/null; do
        for request in "$share"/request-*.json; do
            [ -e "$request" ] || continue
            cat "$request" >&3
            mv "$request" "$request.sent"
        done
        if [ ! -e "$share/booted" ] && ((SECONDS - started > boot_limit)); then
            problem="the guest did not boot within $boot_limit s (POLLIO_LAB_BOOT_LIMIT)"
            return
        elif ((SECONDS - started > limit)); then
            problem="the guest was not done within $limit s (POLLIO_LAB_LIMIT)"
            return
        fi
        sleep 0.1
    done
    [ -e "$share/done" ] || problem="the guest ended before its tests did"
}

stop_guest() {
    local child
    for child in ${qemu:+"$qemu"} ${reader:+"$reader"}; do
        kill -KILL "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    qemu='' reader=''
}

show_results() {
    local log exit_code test
    for log in "$share"/*.exit; do
        [ -e "$log" ] || continue
        test=$(basename "$log" .exit)
        exit_code=$(cat "$log")
        cat "$share/$test.log"
        [ "$exit_code" -eq 0 ] || problem=${problem:-"$test ended with code $exit_code"}
    done
}

shell='' filter='' keep=no scenario=''
limit=${POLLIO_LAB_LIMIT:-}
while [ $# -gt 0 ]; do
    case $1 in
        --full) export POLLIO_TESTS_FULL=1 ;;
        --keep) keep=yes ;;
        --shell) shell=yes ;;
        -h | --help) limit=${limit:-1200} && usage; exit 0 ;;
        -*) wrong "unknown option '$1'" ;;
        *)
            if [ -z "$scenario" ]; then scenario=$1
            elif [ "$shell" = yes ]; then shell="$*" && break
            elif [ -z "$filter" ]; then filter=$1
            else wrong "one filter at most"; fi
            ;;
    esac
    shift
done
[ -n "$scenario" ] || wrong "a scenario is missing"
[ -e "$here/scenarios/$scenario.sh" ] || wrong "there is no scenario '$scenario'"
[ "$shell" != yes ] || wrong "--shell wants a command"
limit=${limit:-$([ -z "${POLLIO_TESTS_FULL:-}" ] && echo 1200 || echo 7200)}
for tool in qemu-system-x86_64 busybox cpio modprobe; do
    command -v $tool >/dev/null || { echo "$name: '$tool' is missing: apt-get install qemu-system-x86 linux-image-amd64 busybox-static cpio kmod" >&2; exit 1; }
done
dotnet=$(readlink -f "$(command -v dotnet)")

mkdir -p "$cache/runs"
folder=$(mktemp -d "$cache/runs/$scenario.XXXXXX")
share=$folder/share
mkdir "$share"
cp "$here/guest.sh" "$share/"
qemu='' reader='' problem='' nics=() taps=() iommu='intel_iommu=on iommu=nopt'
trap stop_guest EXIT
trap 'exit 130' INT TERM
write_jobs
if [ ! -e "$share/jobs" ]; then
    rm -rf "$folder"
    echo "no test of scenario $scenario matches"
    exit 0
fi
# shellcheck source=tests/lab/nics.sh
. "$here/nics.sh"
# shellcheck source=/dev/null
. "$here/scenarios/$scenario.sh"
start_guest
watch_guest
stop_guest
show_results
if [ -n "$problem" ]; then
    echo "$name: $scenario: $problem"
    if [ ! -e "$share/done" ]; then
        echo "last lines of the console:"
        tail -n 40 "$folder/console.log" 2>/dev/null | tr -d '\r' || true
        tail -n 5 "$folder/qemu.log"
        for log in "$share"/*.log; do
            [ -e "${log%.log}.exit" ] || { echo "last lines of $(basename "$log"):" && tail -n 20 "$log"; }
        done
    fi
    echo "logs and captures: $folder"
    exit 1
fi
if [ $keep = yes ]; then echo "logs and captures: $folder"; else rm -rf "$folder"; fi
