#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make check: everything that can be tested, on each kernel Debian offers. Ends
# with one line of totals. TESTS and KERNELS (words that releases begin with)
# narrow it; FULL=1 runs on every kernel what else runs on one of them, in turn;
# VM_TIMEOUT is in seconds.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=selftests/vm/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=selftests/vm/static.sh
. "$(dirname "$0")/static.sh"
# shellcheck source=selftests/vm/packages.sh
. "$(dirname "$0")/packages.sh"

# Alone on two cores a VM takes some minutes; with another, and neighbours, many.
VM_TIMEOUT=${VM_TIMEOUT:-3600}
# Where a VM or systemd boots, or a thousand things are made, an emulated machine is
# too slow; and what is asked of the tool is the same on each kernel.
UML_TESTS=(vspan_boot.sh vspan_restore.sh vspan_scale.sh vspan_qemu.sh vspan_libvirt.sh
	vspan_filter.sh vspan_sample.sh vspan_drops.sh
	vspan_check.sh vspan_checkway.sh vspan_metrics.sh vspan_recipes.sh
	vspan_fault.sh vspan_fuzz.sh vspan_stress.sh)
# These ask more of our code than of the kernel's: one kernel each, in turn.
SPREAD_TESTS=(vspan_glob.sh vspan_master.sh vspan_set.sh vspan_audit.sh vspan_circle.sh
	vspan_loop.sh vspan_remote.sh vspan_psample.sh vspan_container.sh
	vspan_snap.sh vspan_bridgevlan.sh vspan_wire.sh)
# What make was told for us is not meant for the other makes.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

selected_kernels()
{
	local rel word

	for rel in $("$VM/kernels.sh" list); do
		[ -n "${KERNELS:-}" ] || echo "$rel"
		for word in ${KERNELS:-}; do
			[[ $rel != "$word"* ]] || echo "$rel"
		done
	done | sort -uV
}

# Under the sanitizers: what they find ends the test program.
tool_tests()
{
	local failed

	failed=$(count fail)
	{
		make -s -j"$(nproc)" -C "$TOP/tools/vspanctl" O="$BUILD/tool-asan" \
			CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all' \
			VERSION="$(version)" check 2>&1 </dev/null || echo "exit status $?"
	} | tee "$LOGS/vspanctl.log" | grep --line-buffered -v '^  [A-Z]' | ktap vspanctl
	if grep -q '^exit status' "$LOGS/vspanctl.log" && [ "$failed" -eq "$(count fail)" ]; then
		result fail "vspanctl: make check"
	fi
}

# run_machine NICENESS RUNNER NAME VAR=VALUE...: the selftests on that machine, which
# itself is one result besides. Sets OUT, where its logs are.
run_machine()
{
	local nice=$1 runner=$2 rel=$3 ko=$BUILD/$3/src/kmod/vspan.ko
	local begin=$SECONDS

	shift 3
	OUT=$LOGS/vm-$rel
	rm -rf "$OUT"
	echo "# $rel: booting"
	nice -n "$nice" "$runner" -k "$rel" -t "$VM_TIMEOUT" -o "$OUT" -- \
		env "VSPAN_KO=$ko" "VSPAN_ODD_KO=${ko%/kmod/*}/selftests/kmod/vspan_odd.ko" \
		"VSPANCTL=$TOOL_BUILD/vspanctl" "$@" \
		selftests/run.sh </dev/null 2>&1 | ktap "$rel" || true
	health "$rel" "$OUT" $((SECONDS - begin))
}

# QEMU 7.2's emulation on two CPUs can run an instruction that the kernel is just
# rewriting, which has nothing to do with us: see hold_time_stamps() in init.c.
# emulator_failed NAME: whether that ended the machine
emulator_failed()
{
	[[ $("$VM/accel.sh" "$1") == *tcg* ]] &&
		grep -q 'Oops: int3' "$OUT/console.log" 2>/dev/null
}

# machine_tests, as run_machine: once more from the start if the emulator failed.
# What counts is the last run: its results are kept apart until they are known.
machine_tests()
{
	local rel=$3 all=$RESULTS RESULTS=$LOGS/results-$3 OUT

	if [ ! -e "$BUILD/$rel/src/kmod/vspan.ko" ]; then
		RESULTS=$all result fail "$rel: no module to test"
		return
	fi
	: >"$RESULTS"
	run_machine "$@"
	if emulator_failed "$rel"; then
		echo "# $rel: the emulator failed (Oops: int3), not the kernel: once more"
		: >"$RESULTS"
		run_machine "$@"
	fi
	cat "$RESULTS" >>"$all"
}

# Of TESTS, the words that are for user-mode Linux ("uml") or for the other machines
# ("vm"): names of scripts are for either, beginnings of test cases for both.
tests_for()
{
	local word where

	for word in ${TESTS:-}; do
		where=both
		case " ${UML_TESTS[*]} " in
		*" ${word%.sh}.sh "*) where=uml ;;
		*) [[ $word != vspan_* ]] || where=vm ;;
		esac
		[ "$where" != both ] && [ "$where" != "$1" ] || echo "$word"
	done | tr '\n' ' '
}

# False if TESTS names scripts, but none for that kind of machine.
wanted()
{
	[[ " ${TESTS:-}" != *" vspan_"* ]] || [[ $(tests_for "$1") == *vspan_* ]]
}

# has WORD LIST...
has()
{
	[[ " ${*:2} " == *" $1 "* ]]
}

# The scripts for machine number $1 of $2
vm_scripts()
{
	local script i=0

	sed -n '/^TEST_PROGS=(/,/^)/s/^\t\(vspan_[^ ]*\)$/\1/p' "$TOP/selftests/run.sh" |
		while read -r script; do
			! has "$script" "${UML_TESTS[@]}" || continue
			if has "$script" "${SPREAD_TESTS[@]}"; then
				i=$((i + 1))
				[ "${FULL:-0}" -eq 1 ] || [ $((i % $2)) -eq "$1" ] || continue
			fi
			echo "$script"
		done | tr '\n' ' '
}

# vm_tests REL NUMBER OF. Nice to the machine that has one processor, and a test that
# measures.
vm_tests()
{
	local words

	wanted vm || return 0
	words=$(tests_for vm)
	[[ $words == *vspan_* ]] || words="$(vm_scripts "$2" "$3") $words"
	machine_tests 10 "$VM/run.sh" "$1" "TESTS=$words" TEST_TIMEOUT=900
}

# The newest of the kernels is what the monitor VM boots.
uml_tests()
{
	local root words

	wanted uml || return 0
	words=$(tests_for uml)
	[[ $words == *vspan_* ]] || words="${UML_TESTS[*]} $words"
	root=$("$VM/kernels.sh" path "$1")
	machine_tests 0 "$VM/uml-run.sh" uml "TESTS=$words" TEST_TIMEOUT=900 \
		"FREEZE=${FREEZE:-30}" "PROMTOOL=$("$VM/promtool.sh")" \
		"MONITOR_KERNEL=$root/boot/vmlinuz-$1" \
		"MONITOR_INITRAMFS=$("$VM/initramfs.sh" monitor "$1")"
}

# Takes two minutes of two processors: begun as soon as possible.
uml_build()
{
	wanted uml || return 0
	try "user-mode Linux builds" "$VM/uml.sh" uml
	try "uml: module builds without warnings (W=1)" build_module uml
	try "uml: what make bench counts is right" "$TOP/selftests/bench/bench.sh" -q
}

all_tests()
{
	local rel i=0

	static_checks "$@"
	tool_tests
	[ -n "${TESTS:-}" ] || packages_checks "$@"
	for rel; do
		vm_tests "$rel" "$i" $# &
		i=$((i + 1))
	done
	wait "$UML_BUILD"
	uml_tests "${@: -1}" &
	wait
}

main()
{
	local -a kernels

	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$LOGS"
	exec 8>"$BUILD/.check.lock"
	flock -n 8 || { say "waiting for another check of this tree"; flock 8; }
	: >"$RESULTS"
	"$VM/deps.sh" check
	stoppable_jobs
	uml_build &
	UML_BUILD=$!
	mapfile -t kernels < <(selected_kernels)
	[ ${#kernels[@]} -gt 0 ] || die "no kernel begins with '${KERNELS:-}'"
	"$VM/kernels.sh" fetch "${kernels[@]}"
	"$VM/accel.sh" "${kernels[-1]}" >/dev/null
	echo "# kernels: ${kernels[*]}"
	all_tests "${kernels[@]}"
	echo "# $SECONDS s in all; logs are in build/logs"
	summary
}

main "$@"
