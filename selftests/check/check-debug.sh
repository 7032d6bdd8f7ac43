#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make check-debug: the selftests on kernels that look for mistakes, side by side:
# all of them in user-mode Linux with KASAN, lockdep, kmemleak and debug objects, a
# machine each, of one CPU; those in which much happens at once also with KASAN alone,
# on two; on Debian's newest kernel with PREEMPT_RT; and on one with KCSAN, which finds
# data races, these two in QEMU. A splat, a leak, a race or a hang fails. MACHINES (of:
# uml kasan rt kcsan) and TESTS narrow it. What is built stays under build/.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"
LOGS=$LOGS/debug
# shellcheck source=selftests/check/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=selftests/check/machines.sh
. "$(dirname "$0")/machines.sh"

VM_TIMEOUT=${VM_TIMEOUT:-7200}
# Number of user-mode Linux machines at the same time
SIDE_BY_SIDE=${SIDE_BY_SIDE:-2}
# What the scripts do a hundred thousand times elsewhere, for its chance, is done less
# often where each time costs ten times as much.
UML_SIZES=(SAMPLED=100000 SHARED=10000 MANY=20000 RESUME=60000)
# What is used after it is freed, by another CPU; and the vspan_fuzz*.sh.
KASAN_TESTS=(vspan_lifetime.sh vspan_race.sh vspan_stress.sh)
# Emulated: what a kernel with PREEMPT_RT does differently (threads for soft interrupts,
# locks that sleep), and what races.
RT_TESTS=(vspan_race.sh vspan_order.sh vspan_set.sh vspan_drops.sh vspan_gso.sh
	vspan_tap.sh vspan_output.sh vspan_stress.sh)
KCSAN_TESTS=(vspan_race.sh vspan_stress.sh vspan_order.sh vspan_set.sh)
RT_SIZES=(MANY=20000 ROUNDS=2)
KCSAN_SIZES=(MANY=4000 FRAMES=2000 RATE=400 ROUNDS=2 PINGS=20 RECREATED=40 COSTED=20
	COUNT=1000 OPS=12 DEADLINE=120000)
KINDS="uml kasan rt kcsan"
# Options of the calling make are not for the other makes.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# module_for NAME REL
module_for()
{
	"$VM/module.sh" "$2" >"$LOGS/module-$1.log" 2>&1 && return
	result fail "$1: module builds"
	tail -n 20 "$LOGS/module-$1.log"
	return 1
}

# chosen SCRIPT...: print those of them that TESTS selects
chosen()
{
	{ named_scripts | grep . || printf '%s\n' "$@"; } | tr '\n' ' '
}

on_uml()
{
	"$VM/uml.sh" uml-debug >/dev/null
	module_for uml uml-debug || return 0
	{ named_scripts | grep . || all_scripts; } | longest_first |
		MEMORY=2048 side_by_side "$SIDE_BY_SIDE" uml_script uml-debug \
			TEST_TIMEOUT=1800 LEAKS=1 "${UML_SIZES[@]}"
}

kasan_scripts()
{
	printf '%s\n' "${KASAN_TESTS[@]}"
	all_scripts | grep '^vspan_fuzz'
}

on_kasan()
{
	"$VM/uml.sh" uml-kasan >/dev/null
	module_for kasan uml-kasan || return 0
	{ named_scripts | grep . || kasan_scripts; } | longest_first |
		MEMORY=2048 side_by_side "$SIDE_BY_SIDE" uml_script uml-kasan \
			TEST_TIMEOUT=1800
}

on_rt()
{
	local rel

	rel=$("$VM/kernels.sh" rt)
	module_for rt "$rel" || return 0
	machine_tests rt "$rel" "$(chosen "${RT_TESTS[@]}")" TEST_TIMEOUT=3600 \
		"${RT_SIZES[@]}"
}

on_kcsan()
{
	local rel

	rel=$("$VM/kcsan-kernel.sh")
	module_for kcsan "$rel" || return 0
	machine_tests kcsan "$rel" "$(chosen "${KCSAN_TESTS[@]}")" TEST_TIMEOUT=3600 \
		"${KCSAN_SIZES[@]}"
	echo "# races of others, which are not ours to judge:"
	others_races "$LOGS/vm-kcsan/console.log" | sort | uniq -c | sort -rn | sed 's/^/#/'
}

# Builds come first, one after the other, since each uses all processors.
build_all()
{
	local machine

	for machine; do
		case $machine in
		uml) "$VM/uml.sh" uml-debug >/dev/null ;;
		kasan) "$VM/uml.sh" uml-kasan >/dev/null ;;
		rt) "$VM/kernels.sh" fetch "$("$VM/kernels.sh" rt)" ;;
		kcsan) "$VM/kcsan-kernel.sh" >/dev/null ;;
		*) die "MACHINES are of: $KINDS" ;;
		esac
	done
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
	"$TOP/selftests/check/deps.sh" debug
	make -s -C "$TOP/tools/vspanctl" O="$BUILD/tool" VERSION="$(version)"
	make -s -C "$TOP/selftests" OUT="$BUILD/selftests"
	"$VM/kernels.sh" fetch "$("$VM/kernels.sh" newest)"
	"$VM/accel.sh" "$("$VM/kernels.sh" newest)" >/dev/null
	fetch_others
	# shellcheck disable=SC2086	# words
	build_all ${MACHINES:-$KINDS}
	echo "# built after $SECONDS s"
	stoppable_jobs
	for machine in ${MACHINES:-$KINDS}; do
		"on_$machine" &
	done
	wait
	echo "# $SECONDS s in all; logs are in build/logs/debug"
	summary
}

main "$@"
