#!/usr/bin/env bash
# Shows, reserves, mounts and clears hugepages. Everything is checked before anything is changed.
set -euo pipefail
export LC_ALL=C

readonly NAME=hugepages.sh
readonly VERSION=0.1.0
readonly DEFAULT_DIRECTORY=/dev/hugepages
# The tests put a made-up machine here.
readonly ROOT=${POLLIO_HUGEPAGES_ROOT:-}
readonly POOLS=$ROOT/sys/kernel/mm/hugepages
readonly NODES=$ROOT/sys/devices/system/node
readonly MEMINFO=$ROOT/proc/meminfo
readonly MOUNTS=$ROOT/proc/mounts

usage() {
    cat <<'TEXT'
Usage: hugepages.sh [ACTION]... [OPTION]...

Actions, carried out in this order (none: --show):
  -u, --unmount        unmount the hugetlbfs at --directory
  -c, --clear          release all hugepages: of every size and node, or of
                       --pagesize and --node; refused while pages are in use
  -r, --reserve SIZE   make the pool SIZE large (K, M, G or T), for example 2G
      --count N        the same, as a number of pages
      --setup SIZE     --reserve SIZE and --mount; a hugetlbfs of another page
                       size at --directory is replaced
  -m, --mount          mount a hugetlbfs at --directory, made when missing
  -s, --show           show pools and mounts

Options:
  -p, --pagesize SIZE  page size, for example 2M or 1G (the kernel's default)
  -n, --node N         this NUMA node only; without it, each node gets SIZE
  -d, --directory DIR  mount point (/dev/hugepages)
  -U, --user USER      owner of the mounted directory, a name or number
  -G, --group GROUP    its group, a name or number
      --owner USER[:GROUP]
  -h, --help           show this text
  -V, --version        show the version

A pool of which the kernel grants only a part keeps that part, and the exit
code is 1. Other page sizes and nodes are left alone.
Exit code: 0 done, 1 failed, 2 wrong arguments (nothing was changed).

Examples:
  sudo ./hugepages.sh --setup 1G                    1 GiB in pages of 2 MiB
  sudo ./hugepages.sh -p 1G --setup 4G -n 0         four 1 GiB pages on node 0
  sudo ./hugepages.sh --unmount --clear             give everything back
TEXT
}

wrong() {
    printf '%s: %s (see --help)\n' "$NAME" "$1" >&2
    exit 2
}

fail() {
    printf '%s: %s\n' "$NAME" "$1" >&2
    exit 1
}

# Sets kib to a size such as 2G, in KiB; without a suffix the number is bytes.
parse_size() {
    local option=$1 text=$2
    [[ $text =~ ^0*([0-9]+)([KkMmGgTt]?)([Ii]?[Bb])?$ ]] ||
        wrong "$option '$text' is not a size: give a whole number with K, M, G or T"
    local number=${BASH_REMATCH[1]} suffix=${BASH_REMATCH[2]^^}
    ((${#number} <= 15)) || wrong "$option '$text' is too large"
    case $suffix in
    '')
        ((number % 1024 == 0)) || wrong "$option '$text' is not a whole number of KiB"
        kib=$((number / 1024))
        ;;
    K) kib=$number ;;
    M) kib=$((number << 10)) ;;
    *)
        ((${#number} <= 9)) || wrong "$option '$text' is too large"
        if [[ $suffix == G ]]; then kib=$((number << 20)); else kib=$((number << 30)); fi
        ;;
    esac
    ((kib > 0)) || wrong "$option must be above 0; --clear releases pages"
}

# A size in KiB as people write it, in the largest unit that divides it.
format_size() {
    local kib=$1 unit=K
    if ((kib > 0 && kib % (1 << 20) == 0)); then
        unit=G kib=$((kib >> 20))
    elif ((kib > 0 && kib % 1024 == 0)); then
        unit=M kib=$((kib >> 10))
    fi
    if ((kib == 0)); then printf 0; else printf '%d%s' "$kib" "$unit"; fi
}

read_count() {
    local value=
    if [[ -r $1 ]]; then read -r value <"$1" || true; fi
    if [[ $value =~ ^[0-9]+$ ]]; then printf '%d' "$value"; else printf 0; fi
}

# A field of /proc/meminfo in KiB; nothing when it is not there.
meminfo() {
    if [[ -r $MEMINFO ]]; then
        sed -n "s/^$1: *\([0-9]*\) kB.*/\1/p" "$MEMINFO"
    fi
}

# Page sizes in KiB that the kernel supports, smallest first.
page_sizes() {
    local path
    for path in "$POOLS"/hugepages-*kB; do
        [[ -d $path ]] || continue
        path=${path##*/hugepages-}
        printf '%d\n' "${path%kB}"
    done | sort -n
}

supported() {
    local size list=()
    for size in $(page_sizes); do
        list+=("$(format_size "$size")")
    done
    printf '%s' "${list[*]}"
}

# NUMA nodes that have hugepage pools; none in a container without them.
numa_nodes() {
    local path
    for path in "$NODES"/node[0-9]*; do
        if [[ -d $path/hugepages ]]; then
            printf '%d\n' "${path##*/node}"
        fi
    done | sort -n
}

# The pool directories of a page size: the chosen node's, each node's, or the machine's.
pools_of() {
    local size=$1 nodes n
    nodes=${node:-$(numa_nodes)}
    if [[ -z $nodes ]]; then
        printf '%s\n' "$POOLS/hugepages-${size}kB"
        return
    fi
    for n in $nodes; do
        printf '%s\n' "$NODES/node$n/hugepages/hugepages-${size}kB"
    done
}

# Says which pool a directory is, for messages: "node 0: ".
place_of() {
    if [[ $1 =~ /node([0-9]+)/hugepages/ ]]; then
        printf 'node %d: ' "${BASH_REMATCH[1]}"
    fi
}

in_use() {
    printf '%d' $(($(read_count "$1/nr_hugepages") - $(read_count "$1/free_hugepages") + $(read_count "$1/resv_hugepages")))
}

# Who has hugepages mapped, and mounts that hold files: ", held by testpmd (12)".
holders() {
    local file pid who=() text=
    for file in "$ROOT"/proc/[0-9]*/smaps_rollup; do
        if grep -qsE '^(Shared|Private)_Hugetlb: +[1-9]' "$file"; then
            pid=${file%/smaps_rollup}
            pid=${pid##*/}
            who+=("$(cat "$ROOT/proc/$pid/comm" 2>/dev/null || true) ($pid)")
        fi
    done
    while read -r pid file; do
        if [[ -n $(find "$file" -xdev -type f -print -quit 2>/dev/null) ]]; then
            who+=("files in $file")
        fi
    done < <(hugetlbfs_mounts)
    if ((${#who[@]} > 0)); then
        printf -v text ', %s' "${who[@]:0:5}"
        printf ', held by %s' "${text:2}"
    fi
}

# Lines of page size in KiB and mount point.
hugetlbfs_mounts() {
    local point type options size
    [[ -r $MOUNTS ]] || return 0
    while read -r _ point type options _; do
        [[ $type == hugetlbfs ]] || continue
        size=$(meminfo Hugepagesize)
        if [[ $options =~ pagesize=([0-9]+)([KMG]) ]]; then
            case ${BASH_REMATCH[2]} in
            K) size=${BASH_REMATCH[1]} ;;
            M) size=$((BASH_REMATCH[1] << 10)) ;;
            G) size=$((BASH_REMATCH[1] << 20)) ;;
            esac
        fi
        # The kernel writes blanks in a mount point as \040.
        printf '%d %b\n' "${size:-0}" "${point//\\/\\0}"
    done <"$MOUNTS"
}

# Page size in KiB of the hugetlbfs at a mount point; nothing when there is none.
mounted_size() {
    local size point found=
    while read -r size point; do
        if [[ $point == "$1" ]]; then found=$size; fi
    done < <(hugetlbfs_mounts)
    printf '%s' "$found"
}

require_writable() {
    local file=$1/nr_hugepages
    [[ -e $file ]] || fail "$(place_of "$1")the kernel keeps no pool of $(format_size "$page_kib") pages there"
    [[ ! -w $file ]] || return 0
    ((EUID != 0)) || fail "$file is read-only: in a container, run this on the host"
    fail "changing hugepages needs root: sudo ./$NAME${arguments:+ $arguments}"
}

# Writes a pool's size; what the kernel made of it is read back by the caller.
set_pool() {
    { printf '%d\n' "$2" >"$1/nr_hugepages"; } 2>/dev/null
}

do_clear() {
    local size path sizes=$page_kib
    [[ -n $pagesize ]] || sizes=$(page_sizes)
    for size in $sizes; do
        for path in $(pools_of "$size"); do
            require_writable "$path"
        done
        for path in $(pools_of "$size") "$POOLS/hugepages-${size}kB"; do
            # Pages promised to a mapping count for the machine and not for a node.
            if [[ $path == "$POOLS"/* && -n $node ]]; then continue; fi
            (($(in_use "$path") <= 0)) ||
                fail "$(place_of "$path")$(in_use "$path") pages of $(format_size "$size") are in use$(holders); nothing was released: end their users or remove the files first"
        done
    done
    for size in $sizes; do
        for path in $(pools_of "$size"); do
            (($(read_count "$path/nr_hugepages") > 0)) || continue
            set_pool "$path" 0 || true
            (($(read_count "$path/nr_hugepages") == 0)) ||
                fail "$(place_of "$path")$(read_count "$path/nr_hugepages") pages of $(format_size "$size") were not released$(holders)"
            printf '%spages of %s released\n' "$(place_of "$path")" "$(format_size "$size")"
        done
    done
}

check_reserve() {
    local path memory
    for path in $(pools_of "$page_kib"); do
        require_writable "$path"
    done
    memory=$(meminfo MemTotal)
    if [[ -n $memory ]] && ((pages > memory / page_kib)); then
        fail "$(format_size $((pages * page_kib))) is more than the machine's $((memory >> 10)) MiB of memory; nothing was changed"
    fi
}

do_reserve() {
    local path got place size total kept failed=0
    size=$(format_size "$page_kib")
    total=$(format_size $((pages * page_kib)))
    for path in $(pools_of "$page_kib"); do
        place=$(place_of "$path")
        set_pool "$path" "$pages" || true
        got=$(read_count "$path/nr_hugepages")
        if ((got == pages)); then
            printf '%s%d pages of %s reserved, %s\n' "$place" "$got" "$size" "$total"
            continue
        fi
        failed=1
        if ((got > pages)); then
            printf '%s: %s%d pages of %s are left and %d were asked for: the others are in use%s\n' \
                "$NAME" "$place" "$got" "$size" "$pages" "$(holders)" >&2
        else
            kept=''
            ((got == 0)) || kept=' and keeps them'
            printf '%s: %sgot %d of %d pages of %s%s: no more memory is free in pieces of that size; %s\n' \
                "$NAME" "$place" "$got" "$pages" "$size" "$kept" \
                "end programs or run 'sysctl vm.compact_memory=1' and try again, or boot with hugepagesz=$size hugepages=$pages" >&2
        fi
    done
    return $failed
}

check_mount() {
    local present
    [[ ! -e $directory || -d $directory ]] || fail "$directory is not a directory"
    ((EUID == 0)) || fail "mounting needs root: sudo ./$NAME${arguments:+ $arguments}"
    present=$(mounted_size "$directory")
    if [[ -z $present && -d $directory && -n $(find "$directory" -mindepth 1 -print -quit) ]]; then
        fail "$directory is not empty, and a mount would hide what is in it: choose another --directory"
    fi
    if [[ -n $present && $present != "$page_kib" && -z $setup && -z $unmount ]]; then
        fail "$directory has a hugetlbfs of $(format_size "$present") pages: --unmount it, or choose another --directory"
    fi
}

do_unmount() {
    local output
    if [[ -z $(mounted_size "$directory") ]]; then
        printf '%s is not mounted\n' "$directory"
        return
    fi
    ((EUID == 0)) || fail "unmounting needs root: sudo ./$NAME${arguments:+ $arguments}"
    output=$(umount -- "$directory" 2>&1) || fail "cannot unmount $directory: ${output#umount: }$(holders)"
    printf '%s unmounted\n' "$directory"
}

do_mount() {
    local output present
    present=$(mounted_size "$directory")
    if [[ -n $present && $present != "$page_kib" ]]; then
        do_unmount
        present=$(mounted_size "$directory")
    fi
    if [[ -n $present ]]; then
        printf '%s is mounted already\n' "$directory"
    else
        output=$(mkdir -p -- "$directory" 2>&1) || fail "cannot make $directory: ${output#mkdir: }"
        output=$(mount -t hugetlbfs -o "pagesize=${page_kib}K" nodev "$directory" 2>&1) ||
            fail "cannot mount a hugetlbfs on $directory: ${output#mount: }"
        printf '%s mounted, pages of %s\n' "$directory" "$(format_size "$page_kib")"
    fi
    if [[ -n $user$group ]]; then
        output=$(chown -- "$user${group:+:$group}" "$directory" 2>&1) || fail "cannot change the owner of $directory: ${output#chown: }"
    fi
}

show_pool() {
    local n=$1 path=$2 size=$3 total free
    total=$(read_count "$path/nr_hugepages")
    free=$(read_count "$path/free_hugepages")
    printf '%4s  %9s  %8d  %8d  %8d  %10s\n' "$n" "$(format_size "$size")" "$total" "$free" $((total - free)) "$(format_size $((total * size)))"
}

do_show() {
    local n size point nodes mounted=0
    nodes=$(numa_nodes)
    printf '%4s  %9s  %8s  %8s  %8s  %10s\n' Node 'Page size' Pages Free 'In use' Memory
    for n in ${node:-${nodes:--}}; do
        for size in $(page_sizes); do
            [[ -z $pagesize || $size == "$page_kib" ]] || continue
            if [[ $n == - ]]; then
                show_pool - "$POOLS/hugepages-${size}kB" "$size"
            else
                show_pool "$n" "$NODES/node$n/hugepages/hugepages-${size}kB" "$size"
            fi
        done
    done
    echo
    while read -r size point; do
        mounted=1
        printf 'Mounted on %s, pages of %s\n' "$point" "$(format_size "$size")"
    done < <(hugetlbfs_mounts)
    ((mounted)) || echo 'No hugetlbfs is mounted.'
}

# Option values; empty means not given.
show='' clear='' mount='' unmount='' setup='' reserve='' count=''
pagesize='' node='' directory='' user='' group=''
arguments="$*"

while (($# > 0)); do
    option=$1
    shift
    if [[ $option == --*=* ]]; then
        set -- "${option#*=}" "$@"
        option=${option%%=*}
        case $option in
        --reserve | --count | --setup | --pagesize | --node | --directory | --user | --group | --owner) ;;
        *) wrong "$option takes no value, or is not an option" ;;
        esac
    fi
    case $option in
    -s | --show) show=1 ;;
    -c | --clear) clear=1 ;;
    -m | --mount) mount=1 ;;
    -u | --unmount) unmount=1 ;;
    -h | --help)
        usage
        exit 0
        ;;
    -V | --version)
        echo "$NAME $VERSION"
        exit 0
        ;;
    -r | --reserve | --count | --setup | -p | --pagesize | -n | --node | -d | --directory | -U | --user | -G | --group | --owner)
        if (($# == 0)) || [[ -z $1 || $1 == -* ]]; then wrong "$option needs a value"; fi
        value=$1
        shift
        case $option in
        -r | --reserve) reserve=$value ;;
        --count) count=$value ;;
        --setup) setup=$value ;;
        -p | --pagesize) pagesize=$value ;;
        -n | --node) node=$value ;;
        -d | --directory) directory=$value ;;
        -U | --user) user=$value ;;
        -G | --group) group=$value ;;
        --owner)
            user=${value%%:*}
            [[ $value != *:* ]] || group=${value#*:}
            ;;
        esac
        ;;
    *) wrong "'$option' is not an option" ;;
    esac
done

sizings=0
for given in "$reserve" "$count" "$setup"; do
    [[ -z $given ]] || sizings=$((sizings + 1))
done
((sizings <= 1)) || wrong "--reserve, --count and --setup exclude each other"
[[ -z $setup ]] || mount=1
[[ -n $clear$mount$unmount$reserve$count$setup ]] || show=1

[[ -n $(page_sizes) ]] || fail "this kernel has no hugepages ($POOLS is missing or empty)"
if [[ -n $pagesize ]]; then
    parse_size --pagesize "$pagesize"
    page_kib=$kib
else
    page_kib=$(meminfo Hugepagesize)
    [[ -n $page_kib ]] || page_kib=$(page_sizes | head -n 1)
fi
[[ -d $POOLS/hugepages-${page_kib}kB ]] ||
    wrong "the kernel has no pages of $(format_size "$page_kib"): it supports $(supported)"

if [[ -n $node ]]; then
    [[ $node =~ ^0*([0-9]{1,4})$ ]] || wrong "--node '$node' is not a node number"
    node=${BASH_REMATCH[1]}
    [[ -n $(numa_nodes) ]] || wrong "--node $node: this machine shows no NUMA nodes"
    [[ -d $NODES/node$node/hugepages ]] ||
        wrong "there is no node $node: this machine has $(numa_nodes | tr '\n' ' ' | sed 's/ $//')"
fi

pages=''
if [[ -n $count ]]; then
    [[ $count =~ ^0*([1-9][0-9]{0,8})$ ]] || wrong "--count '$count' is not a number of pages above 0"
    pages=${BASH_REMATCH[1]}
elif [[ -n $reserve$setup ]]; then
    option=--reserve
    [[ -z $setup ]] || option=--setup
    parse_size $option "$reserve$setup"
    ((kib % page_kib == 0)) ||
        wrong "$option $reserve$setup is not a multiple of the page size $(format_size "$page_kib")"
    pages=$((kib / page_kib))
fi

if [[ -n $directory$user$group ]]; then
    [[ -n $mount$unmount ]] || wrong "--directory, --user and --group go with --mount, --setup or --unmount"
fi
if [[ -n $user$group ]]; then
    [[ -n $mount ]] || wrong "--user and --group go with --mount or --setup"
    [[ -z $user || $user =~ ^[0-9]+$ ]] || id -u -- "$user" >/dev/null 2>&1 || wrong "there is no user '$user'"
    [[ -z $group || $group =~ ^[0-9]+$ ]] || getent group "$group" >/dev/null 2>&1 || wrong "there is no group '$group'"
fi
directory=$(realpath -m -- "${directory:-$DEFAULT_DIRECTORY}")

# Everything that can be told beforehand is told before the first change.
[[ -z $mount ]] || check_mount
[[ -z $pages ]] || check_reserve

status=0
[[ -z $unmount ]] || do_unmount
[[ -z $clear ]] || do_clear
if [[ -n $pages ]]; then do_reserve || status=$?; fi
if [[ -n $mount ]] && ((status == 0)); then do_mount; fi
[[ -z $show ]] || do_show
exit $status
