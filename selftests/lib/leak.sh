# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Memory that nobody points to any more, as kmemleak finds it in a debug kernel;
# sourced after lib.sh.

KMEMLEAK=/sys/kernel/debug/kmemleak

# An object is reported when two scans have not found it, and it is older than five
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

# Of what is found since clear_leaks, all is a failure: nobody else is at work.
check_no_leak()
{
	local found

	[ -w "$KMEMLEAK" ] || { skip "this kernel has no kmemleak"; return; }
	found=$(leaked) || { fail "kmemleak cannot scan"; return; }
	[ -z "$found" ] || fail "memory is leaked" "${found:0:4000}"
}

# What was there before is none of ours.
clear_leaks()
{
	[ ! -w "$KMEMLEAK" ] || echo clear >"$KMEMLEAK"
}
