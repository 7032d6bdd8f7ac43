#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make check: everything that can be tested, on each kernel Debian offers. Ends
# with one line of totals. TESTS and KERNELS (words that releases begin with)
# narrow it; VM_TIMEOUT is in seconds.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=selftests/vm/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=selftests/vm/static.sh
. "$(dirname "$0")/static.sh"

VM=$TOP/selftests/vm
UAPI=$TOP/include/uapi/linux/vspan.h
TOOL_BUILD=$BUILD/tool
# Alone on two cores a VM takes three minutes; with another, and neighbours, ten.
VM_TIMEOUT=${VM_TIMEOUT:-1500}
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

# The machine itself is one result, besides those of the tests in it.
vm_tests()
{
	local rel=$1 out=$LOGS/vm-$1 ko=$BUILD/$1/src/kmod/vspan.ko verdict='no VM' begin=$SECONDS

	if [ ! -e "$ko" ]; then
		result fail "$rel: no module to test"
		return
	fi
	rm -rf "$out"
	echo "# $rel: booting"
	"$VM/run.sh" -k "$rel" -t "$VM_TIMEOUT" -o "$out" -- \
		env "VSPAN_KO=$ko" "VSPANCTL=$TOOL_BUILD/vspanctl" "TESTS=${TESTS:-}" \
		selftests/run.sh </dev/null 2>&1 | ktap "$rel" || true
	[ ! -e "$out/verdict" ] || verdict=$(cat "$out/verdict")
	if [ "$verdict" = healthy ]; then
		result pass "$rel: kernel stayed healthy"
		echo "ok - $rel: kernel stayed healthy ($((SECONDS - begin)) s)"
	else
		result fail "$rel: kernel stayed healthy"
		echo "not ok - $rel: kernel stayed healthy: $verdict"
	fi
}

stop()
{
	local job

	for job in $(jobs -p); do
		kill -- "-$job" 2>/dev/null || true
	done
	exit 130
}

all_tests()
{
	local rel

	static_checks "$@"
	tool_tests
	# Each job a process group of its own, for stop().
	set -m
	for rel; do
		vm_tests "$rel" &
	done
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
	mapfile -t kernels < <(selected_kernels)
	[ ${#kernels[@]} -gt 0 ] || die "no kernel begins with '${KERNELS:-}'"
	"$VM/kernels.sh" fetch "${kernels[@]}"
	"$VM/accel.sh" "${kernels[-1]}" >/dev/null
	trap stop INT TERM
	echo "# kernels: ${kernels[*]}"
	all_tests "${kernels[@]}"
	echo "# $SECONDS s in all; logs are in build/logs"
	summary
}

main "$@"
