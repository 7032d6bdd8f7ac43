#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: old.sh REL: builds the module, for kernel REL as module.sh has it, and the tool
# as they were at first, and prints VSPAN_OLD_KO=... and VSPANCTL_OLD=... for
# vspan_versions.sh. Prints nothing, and says so, where git has no such history: that is
# so in a tarball. The build's messages go to stderr.
#
# The first are those of the oldest commit that builds for Linux 7.3; the numbers of the
# protocol are what they are since shortly before. They call themselves 0.0.1, to be
# older than whatever is here.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

FIRST=e18b22d5c04330f990dfbf23b912a2ffae79140d
FIRST_VERSION=0.0.1

# What git has of it, below $1
unpack()
{
	[ ! -e "$1/Kbuild" ] || return 0
	mkdir -p "$1.part"
	git -C "$TOP" archive "$FIRST" Kbuild kmod include tools | tar x -C "$1.part"
	rm -rf "$1"
	mv "$1.part" "$1"
}

main()
{
	local rel=${1:?release} src kdir
	local -a arch=()

	if ! git -C "$TOP" cat-file -e "$FIRST^{commit}" 2>/dev/null; then
		say "git has no commit $FIRST here: versions are not compared"
		return
	fi
	case $rel in
	uml*) kdir=$("$VM/uml.sh" "$rel")/obj; arch=(ARCH=um) ;;
	*) kdir=$("$VM/kernels.sh" kdir "$rel") ;;
	esac
	src=$BUILD/$rel/first
	mkdir -p "$BUILD/$rel"
	exec 9>"$BUILD/$rel/.lock"
	flock 9
	unpack "$src"
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	make -s -j"$(nproc)" -C "$kdir" "M=$src" "VSPAN_VERSION=$FIRST_VERSION" "${arch[@]}" \
		modules 9>&- >&2
	make -s -j"$(nproc)" -C "$src/tools/vspanctl" "O=$src/tool" \
		"VERSION=$FIRST_VERSION" 9>&- >&2
	printf '%s\n' "VSPAN_OLD_KO=$src/kmod/vspan.ko" "VSPANCTL_OLD=$src/tool/vspanctl"
}

main "$@"
