#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Losses that need some doing, each counted as what it is, where it happened, once.
# The others are provoked where they belong: span_down, no_reader and ring_full in
# vspan_tap.sh, flushed in vspan_race.sh, loop in vspan_loop.sh, no_device, dev_down,
# too_big and xmit in vspan_output.sh, rate_limit in vspan_sample.sh. No traffic can
# bring about no_memory, checksum and unreadable: they are for a host without memory
# and for NICs that write to memory of their own.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"every_reason_is_shown"
	"queue_full"
	"segment wire"
	"segment asis"
)

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topo.sh
. "$(dirname "$0")/topo.sh"

setup()
{
	setup_ns sw && ip -n "$sw" link add nic0 up type dummy
}

# fresh NIC DIRECTION: span0, its source and a reader; all counters at zero
fresh()
{
	span_add "$sw" span0 && source_add "$sw" "$@"
}

# only REASON COUNT SPAN-OR-SOURCE: this many for this reason, and none for others
only()
{
	local key

	for key in "${!J[@]}"; do
		case $key in
		"$3/stats/drops/$1") check_j "$key" "$2" ;;
		"$3/stats/drops/"*) check_j "$key" 0 ;;
		esac
	done
}

every_reason_is_shown()
{
	local key want

	fresh nic0 tx || return
	stats "$sw" span0
	want=$(sed -n 's/.*X([A-Z_]*,.*"\(.*\)").*/\1/p' "$TOP/include/vspan-drops.h" | sort)
	for key in span0 span0/sources/nic0; do
		check_eq "reasons of $key" "$(printf '%s\n' "${!J[@]}" |
			sed -n "s,^$key/stats/drops/,,p" | sort)" "$want"
		only none 0 "$key"
	done
}

# The span's own context is a thread, which waits for a sender that does not: the
# queue takes what it holds, and the rest is lost at the source.
queue_full()
{
	local pid

	require_command chrt taskset pgrep || return
	fresh nic0 tx && check_vspan "$sw" span set span0 qlen 64 || return
	ip netns exec "$sw" sh -c 'echo 1 >/sys/class/net/span0/threaded' 2>/dev/null ||
		{ skip "no threaded NAPI"; return; }
	for pid in $(pgrep '^napi/span0-'); do
		check_ok "pin thread $pid" taskset -pc 0 "$pid"
	done
	reader all count span0 ns="$sw" id=99 end=0 timeout=0 || return
	check_ok "a burst" taskset -c 0 chrt -f 50 "$PKT" send nic0 ns="$sw" count=1000 end=0
	wait_j "$sw" span0/stats/packets 64
	stop all
	check_eq "frames read" "${KV[frames]}" 64
	check_j span0/sources/nic0/stats/tx/packets 64
	only queue_full 936 span0
	only queue_full 936 span0/sources/nic0
}

# Ten frames on the wire each, if anybody could tell where one ends. As they are,
# they can be passed on.
segment()
{
	ip -n "$sw" tuntap add vm0 mode tap vnet_hdr
	defer ip -n "$sw" link del vm0
	ip -n "$sw" link set vm0 up
	fresh vm0 rx && check_vspan "$sw" span set span0 frames "$1" || return
	reader all count span0 ns="$sw" end=0 timeout=0 || return
	check_ok "broken frames" "$PKT" broken tun:vm0 ns="$sw" count=5 len=14034
	if [ "$1" == wire ]; then
		wait_j "$sw" span0/stats/drops/segment 50
		only segment 50 span0
		check_j span0/stats/packets 0
	else
		wait_j "$sw" span0/stats/packets 50
		only none 0 span0
	fi
	stop all
	check_eq "super-frames read" "${KV[frames]}" "$([ "$1" == wire ] && echo 0 || echo 5)"
	check_j span0/sources/vm0/stats/rx/packets 50
	only none 0 span0/sources/vm0
}

tests_run
