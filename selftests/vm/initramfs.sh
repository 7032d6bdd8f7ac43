#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Makes initramfs's, each once, and prints the path. All begin with init.c.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
PATH=$PATH:/usr/sbin:/sbin

usage()
{
	cat <<-EOT
	Usage: initramfs.sh [qemu|monitor] REL
	       initramfs.sh uml|monitor
	  qemu     (default) goes on with the host's files over 9p, in QEMU
	  uml      goes on with the host's files over hostfs, in user-mode Linux
	  monitor  has all it needs: tcpdump (see monitor.c), and the driver of its
	           NIC if REL is given; user-mode Linux has that built in
	EOT
}

# The modules for the root file system, and virtio_console for the output of the tests;
# see run.sh.
qemu_modules()
{
	echo virtio_pci virtio_console 9pnet_virtio 9p overlay
}

monitor_modules()
{
	echo virtio_pci virtio_net
}

# In load order, each once; those built into the kernel are not listed.
module_files()
{
	local root=$1 rel=$2 mod

	shift 2
	for mod; do
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

compile()
{
	gcc -O2 -Wall -Wextra -static -o "$1" "$HERE/$2"
}

# The libraries keep their paths, where the loader looks for them.
copy_program()
{
	local dir=$1 program lib

	program=$(command -v "$2") || die "no $2: run selftests/check/deps.sh"
	install -D "$program" "$dir/usr/bin/$2"
	ldd "$program" | grep -o '/[^ ]*' | while read -r lib; do
		install -D "$lib" "$dir$lib"
	done
}

qemu_files()
{
	:
}

uml_files()
{
	:
}

# tcpdump looks up the user root before it changes to it.
monitor_files()
{
	compile "$1/monitor" monitor.c
	copy_program "$1" tcpdump
	mkdir "$1/etc"
	echo 'root:x:0:0:root:/:/bin/sh' >"$1/etc/passwd"
}

# make_cpio KIND OUT [ROOT REL]
make_cpio()
{
	local kind=$1 out=$2 dir

	shift 2
	dir=$(mktemp -d "$BUILD/initramfs.XXXXXX")
	mkdir "$dir/modules" "$dir/dev"
	# The kernel opens this one before init runs, for its messages.
	mknod "$dir/dev/console" c 5 1 2>/dev/null || true
	compile "$dir/init" init.c
	# shellcheck disable=SC2046
	[ $# -eq 0 ] || module_files "$@" $("${kind}_modules") | copy_modules "$dir/modules"
	"${kind}_files" "$dir"
	(cd "$dir" && find . | cpio --quiet -o -H newc -R 0:0) >"$dir.cpio"
	mv "$dir.cpio" "$out"
	rm -rf "$dir"
}

# True if one of its files is newer.
stale()
{
	local file

	for file in init.c monitor.c initramfs.sh; do
		[ "$1" -nt "$HERE/$file" ] || return 0
	done
	return 1
}

main()
{
	local kind=qemu rel='' root out

	case ${1:-} in
	qemu | monitor | uml) kind=$1; shift ;;
	-h | --help | help | '') usage; exit 0 ;;
	esac
	if [ $# -eq 0 ] && [ "$kind" != qemu ]; then
		mkdir -p "$BUILD"
		out=$BUILD/initramfs-$kind.cpio
	else
		rel=${1:?release}
		root=$("$HERE/kernels.sh" path "$rel")
		out=$root/initramfs-$kind.cpio
	fi
	! stale "$out" || make_cpio "$kind" "$out" ${rel:+"$root" "$rel"}
	printf '%s\n' "$out"
}

main "$@"
