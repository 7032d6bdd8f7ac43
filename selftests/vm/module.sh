#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: module.sh REL [MAKE-ARG...]: builds vspan.ko for kernel REL, or for a
# user-mode Linux that uml.sh builds (uml...), and prints its path; beside it, in
# selftests/kmod, the tests' own module. On a copy of the sources under build/REL, so
# that kernels do not share objects. The build's messages go to stderr.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

sources()
{
	(cd "$1" && find Kbuild kmod include selftests/kmod -type f \
		\( -name '*.[ch]' -o -name 'Kbuild*' \) ! -name '*.mod.c' 2>/dev/null)
}

# Copies only files that differ, so that make rebuilds only those.
copy_sources()
{
	local dst=$1 file

	mkdir -p "$dst"
	sources "$dst" | while read -r file; do
		[ -e "$TOP/$file" ] || rm "$dst/$file"
	done
	sources "$TOP" | while read -r file; do
		cmp -s "$TOP/$file" "$dst/$file" && continue
		mkdir -p "$dst/$(dirname "$file")"
		cp "$TOP/$file" "$dst/$file"
	done
}

# builder REL: sets IN, the prefix for commands that build for that kernel. Headers of
# another suite have programs that may be too new for this machine's C library.
builder()
{
	local vm=$TOP/selftests/vm suite

	IN=()
	suite=$("$vm/kernels.sh" suite "$1")
	[ "$suite" != own ] || return 0
	"$vm/userland.sh" make "$suite" "$1"
	IN=("$vm/userland.sh" run "$suite")
}

main()
{
	local rel=${1:?release} dst kdir
	local -a IN=()

	shift
	case $rel in
	uml*) kdir=$("$TOP/selftests/vm/uml.sh" "$rel")/obj; set -- ARCH=um "$@" ;;
	*) kdir=$("$TOP/selftests/vm/kernels.sh" kdir "$rel"); builder "$rel" ;;
	esac
	dst=$BUILD/$rel/src
	mkdir -p "$dst"
	exec 9>"$BUILD/$rel/.lock"
	flock 9
	copy_sources "$dst"
	# Options of the calling make are not for that of the kernel.
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	"${IN[@]}" make -j"$(nproc)" -C "$kdir" "M=$dst" VSPAN_SELFTESTS=1 \
		"VSPAN_VERSION=$(version)" "$@" modules 9>&- >&2
	printf '%s\n' "$dst/kmod/vspan.ko"
}

main "$@"
