#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: initramfs.sh REL: makes REL's initramfs, once, and prints its path.
# In it: init.c and the modules that the host's root file system comes through.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
# virtio_console carries the test's output; see run.sh.
MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay)
PATH=$PATH:/usr/sbin:/sbin

# In load order, each once; those built into the kernel are not listed.
module_files()
{
	local root=$1 rel=$2 mod

	for mod in "${MODULES[@]}"; do
		modprobe -C /dev/null -d "$root" -S "$rel" --show-depends "$mod" ||
			die "kernel $rel has no module $mod"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

copy_modules()
{
	local n=10 file

	while read -r file; do
		case $file in
		*.ko) cat "$file" ;;
		*.ko.xz) xz -dc "$file" ;;
		*.ko.zst) zstd -qdc "$file" ;;
		*) die "cannot unpack $file" ;;
		esac >"$1/$n-$(basename "${file%%.ko*}").ko"
		n=$((n + 1))
	done
}

make_cpio()
{
	local root=$1 rel=$2 out=$3 dir

	dir=$(mktemp -d "$BUILD/initramfs.XXXXXX")
	mkdir "$dir/modules" "$dir/dev"
	# The kernel opens this one before init runs, for its messages.
	mknod "$dir/dev/console" c 5 1 2>/dev/null || true
	gcc -O2 -Wall -Wextra -static -o "$dir/init" "$HERE/init.c"
	module_files "$root" "$rel" | copy_modules "$dir/modules"
	(cd "$dir" && find . | cpio --quiet -o -H newc -R 0:0) >"$dir.cpio"
	mv "$dir.cpio" "$out"
	rm -rf "$dir"
}

main()
{
	local rel=${1:?release} root out

	root=$("$HERE/kernels.sh" path "$rel")
	out=$root/initramfs.cpio
	if [ ! "$out" -nt "$HERE/init.c" ] || [ ! "$out" -nt "$HERE/initramfs.sh" ]; then
		make_cpio "$root" "$rel" "$out"
	fi
	printf '%s\n' "$out"
}

main "$@"
