# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Checks for memory leaks with the kmemleak of a debug kernel; sourced after lib.sh.

KMEMLEAK=/sys/kernel/debug/kmemleak

# kmemleak reports an object that two scans have not found and that is older than five
# seconds.
leaked()
{
	local i

	for i in 1 2; do
		echo scan >"$KMEMLEAK" || return 1
		[ "$i" -eq 2 ] || sleep 5
	done
	cat "$KMEMLEAK"
}

# Each leak since clear_leaks is a failure, since nothing else runs on the machine.
check_no_leak()
{
	local found

	[ -w "$KMEMLEAK" ] || { skip "this kernel has no kmemleak"; return; }
	found=$(leaked) || { fail "kmemleak cannot scan"; return; }
	[ -z "$found" ] || fail "memory is leaked" "${found:0:4000}"
}

# Discard the leaks from before the test.
clear_leaks()
{
	[ ! -w "$KMEMLEAK" ] || echo clear >"$KMEMLEAK"
}
