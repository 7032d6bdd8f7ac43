#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds Debian's newest kernel from source for QEMU on two CPUs, with KCSAN, which
# finds data races and which user-mode Linux has not, and puts it beside the kernels of
# kernels.sh, so that module.sh and run.sh can use it; prints its release. Nothing is
# installed.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
OBJ=$BUILD/kcsan/obj
# The shared fragments without the options of user-mode Linux.
NOT_HERE='NO_IOMEM|SSL|NULL_CHAN|STDERR_CONSOLE|HOSTFS|LOCALVERSION'

fragments()
{
	sed -E "/^CONFIG_($NOT_HERE)=/d" "$HERE/uml.config"
	cat "$HERE/kcsan.config"
}

kernel_make()
{
	make -s -C "$SOURCE" ARCH=x86 O="$OBJ" "$@"
}

# Check that the configuration has all options of the fragments.
configure()
{
	local line

	mkdir -p "$OBJ"
	fragments >"$OBJ/fragments"
	kernel_make KCONFIG_ALLCONFIG="$OBJ/fragments" allnoconfig
	grep '^CONFIG_' "$OBJ/fragments" | while read -r line; do
		grep -qxF "$line" "$OBJ/.config" ||
			{ echo "the kernel has not taken: $line"; exit 1; }
	done
}

# Install it like the kernels of kernels.sh.
lay_out()
{
	local rel=$1 root=$KERNELS_DIR/$1 list

	rm -rf "${root:?}"
	mkdir -p "$root/boot" "$root/lib/modules/$rel" "$root/usr/src"
	cp "$OBJ/arch/x86/boot/bzImage" "$root/boot/vmlinuz-$rel"
	for list in modules.builtin modules.builtin.modinfo modules.order; do
		cp "$OBJ/$list" "$root/lib/modules/$rel/"
	done
	ln -s "$OBJ" "$root/usr/src/linux-headers-$rel"
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$root" "$rel"
	touch "$root/.complete"
}

build()
{
	configure
	kernel_make -j"$(nproc)" bzImage modules
	lay_out "$(cat "$OBJ/include/config/kernel.release")"
}

stale()
{
	local file

	for file in kcsan-kernel.sh kcsan.config uml.config; do
		[ "$BUILD/kcsan/.complete" -nt "$HERE/$file" ] || return 0
	done
	return 1
}

main()
{
	local log=$LOGS/kcsan-build.log begin=$SECONDS

	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$BUILD/kcsan" "$LOGS"
	exec 9>"$BUILD/kcsan/.lock"
	flock 9
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	SOURCE=$("$HERE/source.sh")
	if stale; then
		rm -f "$BUILD/kcsan/.complete"
		say "building a kernel with KCSAN, ten minutes of two processors"
		( set -e; build ) >"$log" 2>&1 </dev/null 9>&- &
		wait $! || { tail -n 20 "$log" >&2; die "the kernel with KCSAN cannot be built"; }
		touch "$BUILD/kcsan/.complete"
		say "kernel with KCSAN built: $((SECONDS - begin)) s"
	fi
	cat "$OBJ/include/config/kernel.release"
}

main "$@"
