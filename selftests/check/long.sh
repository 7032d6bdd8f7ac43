#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: long.sh stress|fuzz|fuzzframes|fuzzlife: one selftest for as long as one likes,
# in user-mode Linux with all the debugging, or with KERNEL (a word that a release begins
# with, as 6.12) on that kernel, in QEMU; KERNEL=uml-kasan is user-mode Linux with KASAN
# alone, on two CPUs. SEED MINUTES ROUNDS FIRST OPS RATE are for stress and fuzzlife, SEED
# COUNT for fuzz, SEED MINUTES FRAMES PART for fuzzframes; the scripts say what they mean.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

# Options of the calling make are not for the other makes.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

release()
{
	local rel found=''

	for rel in $("$VM/kernels.sh" list); do
		[[ $rel != "$KERNEL"* ]] || found=$rel
	done
	[ -n "$found" ] || die "no kernel begins with '$KERNEL'"
	echo "$found"
}

# The timeout is one and a half times the requested time, plus the time to boot.
timeout_of()
{
	case $1 in
	stress) echo $((600 + ${MINUTES:-0} * 90 + ${ROUNDS:-0} * 240)) ;;
	fuzz) echo $((600 + ${COUNT:-0} / 200)) ;;
	fuzzframes) echo $((600 + ${MINUTES:-0} * 90 + ${FRAMES:-0} / 10)) ;;
	fuzzlife) echo $((600 + ${MINUTES:-0} * 90 + ${ROUNDS:-0} * 240)) ;;
	esac
}

main()
{
	local what=${1:-} runner=$VM/uml-run.sh rel=uml-debug ko seconds name
	local -a given=()

	case $what in
	stress | fuzzlife) [ -n "${ROUNDS:-}" ] || export MINUTES=${MINUTES:-5} ;;
	fuzzframes) [ -n "${FRAMES:-}" ] || export MINUTES=${MINUTES:-5} ;;
	fuzz) export COUNT=${COUNT:-2000000} ;;
	*) die "stress, fuzz, fuzzframes or fuzzlife?" ;;
	esac
	if [[ ${KERNEL:-} == uml* ]]; then
		rel=$KERNEL
		"$VM/uml.sh" "$rel" >/dev/null
	elif [ -n "${KERNEL:-}" ]; then
		rel=$(release)
		runner=$VM/run.sh
	fi
	mkdir -p "$LOGS"
	"$TOP/selftests/check/deps.sh" check
	ko=$("$VM/module.sh" "$rel" 2>"$LOGS/$what-module.log")
	make -s -C "$TOP/tools/vspanctl" O="$BUILD/tool" VERSION="$(version)"
	make -s -C "$TOP/selftests" OUT="$BUILD/selftests"
	for name in SEED MINUTES ROUNDS FIRST OPS RATE COUNT FRAMES PART; do
		[ -z "${!name:-}" ] || given+=("$name=${!name}")
	done
	seconds=$(timeout_of "$what")
	exec "$runner" -k "$rel" -m 1536 -t "$seconds" -o "$LOGS/$what-$rel" -- \
		env "VSPAN_KO=$ko" "VSPANCTL=$BUILD/tool/vspanctl" "PKT=$BUILD/selftests/pkt" \
		"TEST_TIMEOUT=$seconds" "${given[@]}" selftests/run.sh "vspan_$what.sh"
}

main "$@"
