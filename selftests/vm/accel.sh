#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: accel.sh REL: prints QEMU's options for the CPU. KVM is used only where
# it was seen to run kernel REL to its first process: inside some virtual
# machines /dev/kvm exists and yet no stock kernel gets that far.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
PROBE_TIME=10

kvm_works()
{
	local rel=$1 root initramfs log found

	[ -w /dev/kvm ] || return 1
	root=$("$HERE/kernels.sh" path "$rel")
	initramfs=$("$HERE/initramfs.sh" "$rel")
	log=$(mktemp "$BUILD/kvm.XXXXXX")
	say "trying whether KVM works here (at most $PROBE_TIME s, only this once)"
	# Given no program, init.c says so and switches off. (The shell would
	# report QEMU's abort on its own stderr.)
	{ timeout -k 2 "$PROBE_TIME" qemu-system-x86_64 -M pc -accel kvm -cpu host \
		-smp 2 -m 512 -nodefaults -no-reboot -no-user-config -display none \
		-nic none -serial "file:$log" \
		-kernel "$root/boot/vmlinuz-$rel" -initrd "$initramfs" \
		-append "console=ttyS0 panic=-1" </dev/null || true; } >/dev/null 2>&1
	found=0
	grep -q 'vm-init: no program' "$log" || found=1
	rm "$log"
	return "$found"
}

main()
{
	local rel=${1:?release} answer id

	# The result is valid for one host kernel and one version of QEMU.
	id=$(uname -r)-$(qemu-system-x86_64 --version | head -n 1 | tr -dc '0-9.-')
	answer=$BUILD/accel-$id
	mkdir -p "$BUILD"
	exec 9>"$answer.lock"
	flock 9
	if [ ! -s "$answer" ]; then
		if kvm_works "$rel"; then echo kvm; else echo tcg; fi >"$answer"
		say "the VM runs on $(sed 's/tcg/software emulation/; s/kvm/KVM/' "$answer")"
	fi
	case $(cat "$answer") in
	kvm) echo "-accel kvm -cpu host" ;;
	# Newer processor features (SMAP, AVX) cost more to emulate than they save.
	*) echo "-accel tcg,thread=multi -cpu Nehalem" ;;
	esac
}

main "$@"
