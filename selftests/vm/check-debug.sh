#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make check-debug: all selftests on kernels that look for mistakes, one after the
# other: user-mode Linux with KASAN, lockdep, kmemleak and failing allocations; Debian's
# 6.12 from source with the like, in QEMU on two CPUs; Debian's kernel with PREEMPT_RT.
# In QEMU every other script runs in a second machine beside the first: what is emulated
# uses little more than one CPU of the host. A splat, a leak or a hang fails. MACHINES
# (of: uml debug rt) and TESTS narrow it. What is built stays under build/.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"
LOGS=$LOGS/debug
# shellcheck source=selftests/vm/results.sh
. "$(dirname "$0")/results.sh"

VM=$TOP/selftests/vm
# Emulated, and with every access checked.
VM_TIMEOUT=${VM_TIMEOUT:-14400}
# What the scripts do a hundred thousand times elsewhere, for its chance, is done less
# often where each time costs ten times as much.
UML_SIZES=(SAMPLED=100000 MANY=20000)
QEMU_SIZES=(SAMPLED=10000 MANY=4000 FRAMES=2000 RATE=400 ROUNDS=2 PINGS=20 RECREATED=40
	COSTED=20 COUNT=1000 OPS=12 DEVICES=20)
# A QEMU in QEMU takes five minutes to boot, for ever if it has to read all the time
# besides, as in vspan_libvirt.sh; and its time to wake up.
TWICE_EMULATED=(BOOT_DEADLINE=1800000 RESUME=5000 TALK_GAP=2)
# What make was told for us is not meant for the other makes.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# TESTS may name some, besides cases.
scripts()
{
	local word found=''

	for word in ${TESTS:-}; do
		[[ $word != vspan_* ]] || found+=" $word"
	done
	[ -n "$found" ] ||
		found=$(sed -n '/^TEST_PROGS=(/,/^)/s/^\t\(vspan_[^ ]*\)$/\1/p' \
			"$TOP/selftests/run.sh")
	# shellcheck disable=SC2086	# as words
	echo $found
}

cases()
{
	local word

	for word in ${TESTS:-}; do
		[[ $word == vspan_* ]] || printf '%s ' "$word"
	done
}

# half FIRST WORD...: every other word, from the first (0) or the second (1) on
half()
{
	local i

	for ((i = $1 + 2; i <= $#; i += 2)); do
		printf '%s ' "${!i}"
	done
}

# run_on NAME RUNNER REL SCRIPTS VAR=VALUE...: the machine's health, which is what this
# is for, is a result too
run_on()
{
	local name=$1 runner=$2 rel=$3 scripts=$4 begin=$SECONDS
	local out=$LOGS/vm-$1 ko=$BUILD/$3/src/kmod/vspan.ko

	shift 4
	[ -n "$scripts" ] || return 0
	rm -rf "$out"
	echo "# $name: booting $rel"
	"$runner" -k "$rel" -m 2048 -t "$VM_TIMEOUT" -o "$out" -- \
		env "VSPAN_KO=$ko" "VSPAN_ODD_KO=${ko%/kmod/*}/selftests/kmod/vspan_odd.ko" \
		"VSPANCTL=$BUILD/tool/vspanctl" \
		"PKT=$BUILD/selftests/pkt" "${OTHERS[@]}" "TESTS=$scripts $(cases)" "$@" \
		selftests/run.sh </dev/null 2>&1 | ktap "$name" || true
	health "$name" "$out" $((SECONDS - begin))
}

# Sets OTHERS: what scripts need of others' making
fetch_others()
{
	local rel

	rel=$("$VM/kernels.sh" newest)
	"$VM/kernels.sh" fetch "$rel"
	OTHERS=("MONITOR_KERNEL=$("$VM/kernels.sh" path "$rel")/boot/vmlinuz-$rel"
		"MONITOR_INITRAMFS=$("$VM/initramfs.sh" monitor "$rel")"
		"PROMTOOL=$("$VM/promtool.sh")")
}

# module_for NAME REL
module_for()
{
	"$VM/module.sh" "$2" >"$LOGS/module-$1.log" 2>&1 && return
	result fail "$1: module builds"
	tail -n 20 "$LOGS/module-$1.log"
	return 1
}

# two_on NAME REL VAR=VALUE...: in two machines at a time
two_on()
{
	local name=$1 rel=$2 i

	shift 2
	module_for "$name" "$rel" || return 0
	for i in 0 1; do
		# shellcheck disable=SC2046	# words
		run_on "$name-$((i + 1))" "$VM/run.sh" "$rel" "$(half "$i" $(scripts))" \
			"${TWICE_EMULATED[@]}" "$@" &
	done
	wait
}

on_uml()
{
	"$VM/uml.sh" uml-debug >/dev/null
	module_for uml uml-debug || return 0
	run_on uml "$VM/uml-run.sh" uml-debug "$(scripts)" \
		TEST_TIMEOUT=1200 LEAKS=1 "${UML_SIZES[@]}"
}

on_debug()
{
	local rel

	rel=$("$VM/debug-kernel.sh")
	two_on debug "$rel" TEST_TIMEOUT=3600 LEAKS=1 "${QEMU_SIZES[@]}" \
		DEADLINE=120000
}

on_rt()
{
	local rel

	rel=$("$VM/kernels.sh" rt)
	two_on rt "$rel" TEST_TIMEOUT=3600
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
	fetch_others
	stoppable_jobs
	for machine in ${MACHINES:-uml debug rt}; do
		"on_$machine"
	done
	echo "# $SECONDS s in all; logs are in build/logs/debug"
	summary
}

main "$@"
