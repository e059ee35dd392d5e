#!/usr/bin/env bash
# Makes what a lab guest boots from, in the folder given: an uncompressed kernel and a small initramfs whose first process is the script
# given, init (the host's files) or alone (none of them). Prints both paths. Made once for each installed kernel and state of these scripts.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$1
first=${2:-init}
case $first in
    init) modules=(virtio_pci 9pnet_virtio 9p overlay) ;;
    alone) modules=(virtio_pci virtio_net) ;;
    *) echo "tests/lab/image.sh: '$first' is neither init nor alone" >&2 && exit 2 ;;
esac

fail() {
    echo "tests/lab/image.sh: $1" >&2
    exit 1
}

# The newest installed kernel whose modules are installed too.
newest_kernel() {
    local image release newest=
    for image in $(printf '%s\n' /boot/vmlinuz-* | sort -V); do
        release=${image#/boot/vmlinuz-}
        if [ -r "$image" ] && [ -e "/lib/modules/$release/modules.dep" ]; then newest=$release; fi
    done
    [ -n "$newest" ] || fail "no readable kernel with modules under /boot: apt-get install linux-image-amd64"
    echo "$newest"
}

# An unsigned number of SIZE bytes at OFFSET of a file.
number_at() {
    od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# Unpacks the ELF kernel out of a bzImage: unpacking it in the guest would take the emulator some seconds at each boot.
# Offsets are those of the kernel's x86 boot protocol (Documentation/arch/x86/boot.rst, 2.08 or later).
unpack_kernel() {
    local image=$1 sectors start length tool
    [ "$(number_at "$image" 514 4)" = "$((0x53726448))" ] || fail "$image is no bzImage"
    sectors=$(number_at "$image" 497 1)
    start=$(((sectors == 0 ? 5 : sectors + 1) * 512 + $(number_at "$image" 584 4)))
    length=$(number_at "$image" 588 4)
    case $(od -A n -t x1 -j $start -N 4 "$image" | tr -d ' ') in
        fd377a58) tool='xz -dc --single-stream' ;;
        28b52ffd) tool='zstd -dcq' ;;
        1f8b*) tool='gzip -dc' ;;
        *) fail "$image is packed in a way this script does not know" ;;
    esac
    command -v "${tool%% *}" >/dev/null || fail "'${tool%% *}' is missing: apt-get install xz-utils zstd gzip"
    # The size that follows the packed kernel makes the tools complain, after they have unpacked all of it.
    tail -c +$((start + 1)) "$image" | head -c "$length" | $tool 2>/dev/null || true
}

make_initrd() {
    local release=$1 work=$2 module path name
    mkdir -p "$work"/{bin,dev,proc,sys,lower,upper,newroot,modules}
    cp "$(command -v busybox)" "$work/bin/busybox"
    install -m 755 "$here/$first" "$work/init"
    : >"$work/modules/order"
    for module in "${modules[@]}"; do
        modprobe -S "$release" --show-depends "$module" || fail "kernel $release has no module $module"
    done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
        while read -r path; do
            name=$(basename "$path")
            case $name in
                *.xz) name=${name%.xz} && xz -dc "$path" >"$work/modules/$name" ;;
                *.zst) name=${name%.zst} && zstd -dcq "$path" >"$work/modules/$name" ;;
                *) cp "$path" "$work/modules/" ;;
            esac
            echo "$name" >>"$work/modules/order"
        done
    (cd "$work" && find . | cpio -o -H newc --quiet -R 0:0)
}

mkdir -p "$cache"
release=$(newest_kernel)
key=$(cat "$here/init" "$here/alone" "${BASH_SOURCE[0]}" <(stat -L -c '%n %s %Y' "/boot/vmlinuz-$release") | sha256sum | cut -c 1-12)
kernel=$cache/vmlinux-$release-$key
initrd=$cache/$first-$release-$key
if [ ! -e "$kernel" ] || [ ! -e "$initrd" ]; then
    work=$(mktemp -d "$cache/making.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    if [ ! -e "$kernel" ]; then
        unpack_kernel "/boot/vmlinuz-$release" >"$work/kernel"
        [ "$(od -A n -t x1 -N 4 "$work/kernel" | tr -d ' ')" = 7f454c46 ] || fail "/boot/vmlinuz-$release did not unpack to an ELF kernel"
        mv "$work/kernel" "$kernel"
    fi

    make_initrd "$release" "$work/files" >"$work/initrd"
    mv "$work/initrd" "$initrd"
fi
printf '%s\n' "$kernel" "$initrd"
