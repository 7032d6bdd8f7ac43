#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make check: everything that can be tested. All scripts run in user-mode Linux of the
# newest source, a machine each, several side by side, since most of the time they wait;
# those that ask something of the kernel run on each kernel as Debian ships it besides.
# Ends with one line of totals. TESTS and KERNELS (words that releases begin with, or
# uml) narrow it; FULL=1 runs every script on every kernel; VM_TIMEOUT is in seconds.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"
# shellcheck source=selftests/check/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=selftests/check/machines.sh
. "$(dirname "$0")/machines.sh"
# shellcheck source=selftests/check/static.sh
. "$(dirname "$0")/static.sh"
# shellcheck source=selftests/packages/checks.sh
. "$(dirname "$0")/../packages/checks.sh"

# Alone on two cores a VM takes some minutes; with others, and neighbours, many.
VM_TIMEOUT=${VM_TIMEOUT:-3600}
# Number of user-mode Linux machines at the same time
SIDE_BY_SIDE=${SIDE_BY_SIDE:-3}
# What runs on each kernel as Debian ships it: where kernels have differed is
# segmentation, the tap, VLANs, bridges, and what keeps copies from the host's stack; and
# who shares flows with others relies on all of them. Emulated, a script takes six to nine
# times as long.
KERNEL_TESTS=(vspan_basic.sh vspan_vlan.sh vspan_tap.sh vspan_isolation.sh vspan_gso.sh
	vspan_share.sh)
KERNEL_SIZES=(SHARED=2000)
# Options of the calling make are not for the other makes.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# wanted RELEASE: true if it begins with a word of KERNELS
wanted()
{
	local word

	[ -n "${KERNELS:-}" ] || return 0
	for word in $KERNELS; do
		[[ $1 != "$word"* ]] || return 0
	done
	return 1
}

# selected list|built: of these, what KERNELS wants
selected()
{
	local rel

	for rel in $("$VM/kernels.sh" "$1"); do
		! wanted "$rel" || echo "$rel"
	done
}

# If a suite of the mirror is not available, its kernels are skipped, with a message.
missing_suites()
{
	local suite

	for suite in $("$VM/suites.sh" missing); do
		result skip "kernels of $suite: it cannot be had from this machine's mirror"
		echo "ok - kernels of $suite # SKIP it cannot be had from this machine's mirror"
	done
}

# With the sanitizers, whose findings end the test program.
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

# kernel_scripts KERNEL: those for a kernel as Debian ships it. NICs have one kernel.
kernel_scripts()
{
	local script

	for script in $(named_scripts | grep . || all_scripts); do
		[ "${FULL:-0}" -eq 0 ] && [ -z "${TESTS:+${KERNELS:-}}" ] &&
			! has "$script" "${KERNEL_TESTS[@]}" || echo "$script"
	done
	[ "${FULL:-0}" -eq 0 ] && { [ -n "${TESTS:-}" ] || [ "$1" != "$NIC_KERNEL" ]; } ||
		echo vspan_nic.sh
}

kernel_tests()
{
	local scripts

	scripts=$(kernel_scripts "$1" | tr '\n' ' ')
	[ -z "$scripts" ] || NICS=1 machine_tests "$1" "$1" "$scripts" TEST_TIMEOUT=900 \
		"${KERNEL_SIZES[@]}"
}

uml_tests()
{
	{ named_scripts | grep . || all_scripts; } | longest_first |
		MEMORY=2048 side_by_side "$SIDE_BY_SIDE" uml_script uml TEST_TIMEOUT=900 \
			"FREEZE=${FREEZE:-30}"
}

# The first time it takes eight minutes of two processors: begun as soon as possible.
uml_build()
{
	wanted uml || return 0
	try "user-mode Linux builds" "$VM/uml.sh" uml
	try "uml: module builds without warnings (W=1)" build_module uml
	try "uml: what make bench counts is right" "$TOP/selftests/bench/bench.sh" -q
}

# Checks without a machine, and tests of the packages
other_tests()
{
	# shellcheck disable=SC2046	# words
	module_checks $(selected built)
	static_checks
	tool_tests
	[ -n "${TESTS:-}" ] || packages_checks "$@"
}

module_checks()
{
	local rel

	for rel; do
		try "$rel: module builds without warnings (W=1), sparse finds none" \
			checked_module "$rel"
	done
}

# Machines and the other checks run in parallel, since they wait for different things.
all_tests()
{
	try "tool builds without warnings" build_tool
	try "test helper builds without warnings" build_helper
	module_checks "$@"
	fetch_others
	[ $# -eq 0 ] || printf '%s\n' "$@" | side_by_side 2 kernel_tests &
	other_tests "$@" &
	if wanted uml; then
		wait "$UML_BUILD"
		uml_tests &
	fi
	wait
}

main()
{
	local -a kernels built

	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$LOGS"
	exec 8>"$BUILD/.check.lock"
	flock -n 8 || { say "waiting for another check of this tree"; flock 8; }
	: >"$RESULTS"
	"$TOP/selftests/check/deps.sh" check
	mapfile -t kernels < <(selected list)
	mapfile -t built < <(selected built)
	[ ${#kernels[@]} -gt 0 ] || wanted uml || die "no kernel begins with '${KERNELS:-}'"
	NIC_KERNEL=${kernels[*]: -1}
	missing_suites
	stoppable_jobs
	uml_build &
	UML_BUILD=$!
	"$VM/kernels.sh" fetch "${kernels[@]}" "${built[@]}"
	"$VM/accel.sh" "$("$VM/kernels.sh" newest)" >/dev/null
	echo "# kernels: ${kernels[*]}; built for: ${built[*]}"
	all_tests "${kernels[@]}"
	echo "# $SECONDS s in all; logs are in build/logs"
	summary
}

main "$@"
