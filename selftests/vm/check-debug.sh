#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make check-debug: the selftests on kernels that look for mistakes, one after the
# other: user-mode Linux with KASAN, lockdep, kmemleak and failing allocations; Debian's
# 6.12 from source with the like, in QEMU on two CPUs; Debian's kernel with PREEMPT_RT.
# A splat, a leak or a hang fails. MACHINES (of: uml debug rt) and TESTS narrow it. What
# is built stays under build/.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"
LOGS=$LOGS/debug
# shellcheck source=selftests/vm/results.sh
. "$(dirname "$0")/results.sh"

VM=$TOP/selftests/vm
# Emulated, and with every access checked.
VM_TIMEOUT=${VM_TIMEOUT:-14400}
# They boot a VM in the VM, or measure; or make a thousand of everything.
NOT_IN_QEMU=(vspan_boot.sh vspan_restore.sh vspan_scale.sh vspan_qemu.sh vspan_libvirt.sh)
# What the scripts do a hundred thousand times elsewhere, for its chance, is done less
# often where each time costs ten times as much.
UML_SIZES=(SAMPLED=100000 MANY=20000)
QEMU_SIZES=(SAMPLED=10000 MANY=4000 FRAMES=2000 RATE=400 ROUNDS=2 PINGS=20 RECREATED=40
	COSTED=20 COUNT=1000 OPS=12)
# What make was told for us is not meant for the other makes.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

all_scripts()
{
	sed -n '/^TEST_PROGS=(/,/^)/s/^\t\(vspan_[^ ]*\)$/\1/p' "$TOP/selftests/run.sh"
}

# scripts_but NAME...
scripts_but()
{
	local script

	for script in $(all_scripts); do
		[[ " $* " == *" $script "* ]] || echo "$script"
	done | tr '\n' ' '
}

# One machine; its health, which is what this is for, is a result too.
run_on()
{
	local name=$1 runner=$2 rel=$3 scripts=$4 ko begin=$SECONDS
	local out=$LOGS/vm-$1

	shift 4
	ko=$("$VM/module.sh" "$rel" 2>"$LOGS/module-$name.log") || {
		result fail "$name: module builds"
		tail -n 20 "$LOGS/module-$name.log"
		return
	}
	rm -rf "$out"
	echo "# $name: booting $rel"
	"$runner" -k "$rel" -m 2048 -t "$VM_TIMEOUT" -o "$out" -- \
		env "VSPAN_KO=$ko" "VSPAN_ODD_KO=${ko%/kmod/*}/selftests/kmod/vspan_odd.ko" \
		"VSPANCTL=$BUILD/tool/vspanctl" \
		"PKT=$BUILD/selftests/pkt" "TESTS=${TESTS:-$scripts}" "$@" \
		selftests/run.sh </dev/null 2>&1 | ktap "$name" || true
	health "$name" "$out" $((SECONDS - begin))
}

on_uml()
{
	"$VM/uml.sh" uml-debug >/dev/null
	run_on uml "$VM/uml-run.sh" uml-debug "$(all_scripts | tr '\n' ' ')" \
		TEST_TIMEOUT=1200 LEAKS=1 "PROMTOOL=$("$VM/promtool.sh")" "${UML_SIZES[@]}"
}

on_debug()
{
	local rel

	rel=$("$VM/debug-kernel.sh")
	run_on debug "$VM/run.sh" "$rel" "$(scripts_but "${NOT_IN_QEMU[@]}")" \
		TEST_TIMEOUT=3600 LEAKS=1 DEADLINE=120000 "${QEMU_SIZES[@]}"
}

on_rt()
{
	local rel

	rel=$("$VM/kernels.sh" rt)
	run_on rt "$VM/run.sh" "$rel" "$(scripts_but "${NOT_IN_QEMU[@]}")" \
		TEST_TIMEOUT=1800
}

main()
{
	local machine

	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$LOGS"
	exec 8>"$BUILD/.check.lock"
	flock -n 8 || { say "waiting for another check of this tree"; flock 8; }
	: >"$RESULTS"
	"$VM/deps.sh" debug
	make -s -C "$TOP/tools/vspanctl" O="$BUILD/tool" VERSION="$(version)"
	make -s -C "$TOP/selftests" OUT="$BUILD/selftests"
	for machine in ${MACHINES:-uml debug rt}; do
		"on_$machine"
	done
	echo "# $SECONDS s in all; logs are in build/logs/debug"
	summary
}

main "$@"
