#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Losses that need a special setup. Each is counted once, for its reason, at the place
# where it happens. The other reasons are tested elsewhere: span_down, no_reader and
# ring_full in vspan_tap.sh, flushed in vspan_race.sh, loop in vspan_loop.sh, no_device,
# dev_down, too_big and xmit in vspan_output.sh, rate_limit in vspan_sample.sh, no_memory
# in vspan_fault.sh. No NIC here brings about unreadable, but a module of the tests' own
# does.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"every_reason_is_shown"
	"queue_full"
	"segment wire"
	"segment asis"
	"checksum wire 20"
	"checksum wire 30"
	"checksum asis 20"
	"unreadable"
	"unreadable snaplen 64"
	"reserve"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	setup_ns sw && ip -n "$sw" link add nic0 up type dummy
}

# fresh NIC DIRECTION WORDS...: span0, its source and a reader; all counters at zero
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
# queue takes what it holds, and the rest is lost at the source. A burst so short ends
# on any machine before the scheduler lets others run (sched_rt_runtime_us, 0.95 s).
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
	check_ok "a burst" taskset -c 0 chrt -f 50 "$PKT" send nic0 ns="$sw" count=200 end=0
	wait_j "$sw" span0/stats/packets 64
	stop all
	check_eq "frames read" "${KV[frames]}" 64
	check_j span0/sources/nic0/stats/tx/packets 64
	only queue_full 136 span0
	only queue_full 136 span0/sources/nic0
}

# Memory from the emergency reserve must be freed soon, so no copy holds it.
reserve()
{
	local key

	odd_add "$sw" odd0 && fresh odd0 rx || return
	reader production count odd0 ns="$sw" id=99 &&
		reader all count span0 ns="$sw" id=99 || return
	flows "frames from the reserve, and others" \
		send odd0 ns="$sw" dst="${ODD}6" len=200 count=50 end=0 \
		send odd0 ns="$sw" dst="${ODD}1" len=200 count=70 end=0 \
		send odd0 ns="$sw" count=0 id=99
	check_finish production
	check_eq "frames of production" "${KV[frames]}" 120
	check_finish all
	check_eq "frames read" "${KV[frames]}" 70
	stats "$sw" span0
	for key in span0 span0/sources/odd0; do
		only no_memory 50 "$key"
	done
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

# What XDP cuts off takes the place of the checksum with it (20), or the header as well
# (30), of half the frames. As they are, they have none, and all can be passed on: to
# both of them who read.
checksum()
{
	local short=50

	require_command python3 && setup_ns host || return
	ip -n "$sw" link add nic1 address 02:00:00:00:00:01 type veth \
		peer name eth0 netns "$host" || return
	defer ip -n "$sw" link del nic1
	ip -n "$sw" link set nic1 up
	topo_host "$host" eth0 2 1 && wait_up "$sw" nic1 && wait_up "$host" eth0 || return
	check_ok "attach" ip netns exec "$sw" "$SELFTESTS/lib/bpf.py" xdp nic1 skb "$2"
	fresh nic1 rx && check_vspan "$sw" span set span0 frames "$1" || return
	[ "$1" == wire ] || short=0
	tap_path "$sw" span0 && reader tap count "$REPLY" end=0 timeout=0 &&
		reader all count span0 ns="$sw" end=0 timeout=0 || return
	check_ok "short frames" datagrams "$host" 192.0.2.1 50 18
	check_ok "long frames" datagrams "$host" 192.0.2.1 50 1000
	wait_j "$sw" span0/stats/packets $((100 - short)) span0/stats/drops/checksum "$short" \
		span0/sources/nic1/stats/rx/packets 100
	only "$([ "$short" -eq 0 ] && echo none || echo checksum)" "$short" span0
	stop all
	check_eq "frames read" "${KV[frames]}" $((100 - short))
	check_eq "unfinished checksums" "${KV[partial]}" "$([ "$1" == wire ] && echo 0 || echo 50)"
	stop tap
	check_eq "frames read from the tap" "${KV[frames]}" $((100 - short))
	only none 0 span0/sources/nic1
}

# Payload that a NIC has written to memory of its own: a packet socket gets the headers
# only, a span nothing. Frames that are the same, but for where their payload is, are
# copied; and both reach who receives them.
unreadable()
{
	local len=${2:-200} key

	odd_add "$sw" odd0 || return
	[ "$(</sys/module/vspan_odd/parameters/unreadable)" == Y ] ||
		{ skip "this kernel has no unreadable frames"; return; }
	fresh odd0 rx "$@" || return
	reader production count odd0 ns="$sw" id=99 &&
		reader all count span0 ns="$sw" id=99 || return
	flows "unreadable frames, and readable ones" \
		send odd0 ns="$sw" dst="${ODD}3" len=200 count=50 end=0 \
		send odd0 ns="$sw" dst="${ODD}1" len=200 count=70 end=0 \
		send odd0 ns="$sw" count=0 id=99
	check_finish production
	check_eq "frames of production" "${KV[frames]}" 120
	check_eq "bytes of production" "${KV[bytes]}" $((50 * 26 + 70 * 200))
	check_finish all
	check_eq "frames read" "${KV[frames]}" 70
	check_eq "bytes read" "${KV[bytes]}" $((70 * len))
	stats "$sw" span0
	check_j span0/sources/odd0/stats/rx/packets $((70 + $(nproc)))
	for key in span0 span0/sources/odd0; do
		only unreadable 50 "$key"
	done
}

tests_run
