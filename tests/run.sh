#!/usr/bin/env bash
# Builds PollIO and runs every tier of its tests; the last line is "N passed, N failed, N skipped".
# As root it first installs, with apt, what the tests need. See tests/README.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages=(gcc libc6-dev cmake make libasan8 libubsan1 iproute2 iputils-ping ethtool tshark procps util-linux)
passed=0 failed=0 skipped=0

usage() {
    cat <<'TEXT'
usage: tests/run.sh [--full] [--no-install] [FILTER]
  --full        long counts instead of the short ones CI runs
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

install_packages() {
    local missing=() package
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$install" = no ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "not installed, so some tests will be skipped: ${missing[*]}"
        return 0
    fi
    echo "installing: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Adds the numbers of one test run's summary to the totals; a run that printed none counts as failed.
count() {
    local log=$1 total
    total=$(sed -n 's/^ *total: *\([0-9]*\)$/\1/p' "$log" | tail -n 1)
    if [ -z "$total" ]; then
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + $(sed -n 's/^ *succeeded: *\([0-9]*\)$/\1/p' "$log" | tail -n 1)))
    failed=$((failed + $(sed -n 's/^ *failed: *\([0-9]*\)$/\1/p' "$log" | tail -n 1)))
    skipped=$((skipped + $(sed -n 's/^ *skipped: *\([0-9]*\)$/\1/p' "$log" | tail -n 1)))
}

run_assembly() {
    local dll=$1 status=0 arguments=(--no-progress --output Normal)
    [ -z "$filter" ] || arguments+=(--filter-class "$filter" --minimum-expected-tests 0)
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
trap 'rm -rf "$logs"' EXIT
install_packages
cd "$root"
dotnet build -c Release --nologo -v minimal

if [ -z "$filter" ]; then
    run_native plain "$logs/build"
    run_native sanitized "$logs/build-sanitized" -DPOLLIO_SANITIZE=ON
fi
for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    run_assembly "$(dirname "$project")/bin/Release/net10.0/$name.dll"
done

echo
[ "$skipped" -eq 0 ] || [ "${CI:-}" != true ] || { echo "in CI nothing may be skipped"; failed=$((failed + skipped)); }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
