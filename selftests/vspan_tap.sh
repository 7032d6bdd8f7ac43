#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tap of a span: the frames that a VM reads from /dev/tapN, byte by byte; operations
# that are refused; and the counters of copies that the VM does not get.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"all_lengths 0"
	"all_lengths 1"
	"jumbo_frames 0"
	"jumbo_frames 1"
	"tagged_frames"
	"tap_and_packet_socket_at_once"
	"tap_and_socket_of_one_protocol"
	"monitor_frames_go_nowhere"
	"packet_socket_frames_go_nowhere"
	"ring_full_is_counted"
	"txqueuelen_changes_while_open"
	"no_reader_is_counted"
	"span_down_is_counted"
	"reader_comes_and_goes"
	"threaded_napi"
	"alone_goes_straight"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	topo_cable && span_add "$sw" span0 && tap_path "$sw" span0 || return 1
	TAP=$REPLY
}

# all_lengths VNET: with and without virtio header, both directions
all_lengths()
{
	source_add "$sw" eth0 || return
	flows "60 to 1514 bytes" send eth0 ns="$p2" id=1 len=60-1514 count=1455 \
		recv "$TAP" vnet="$1" id=1 len=60-1514 count=1455
	flows "60 to 1514 bytes sent" send eth0 ns="$sw" id=2 len=60-1514 count=1455 \
		recv "$TAP" vnet="$1" id=2 len=60-1514 count=1455
	parse_kv "${LINES[-1]}"
	check_eq "super-frames" "${KV[gso]}" 0
	check_eq "unfinished checksums" "${KV[csum]}" 0
}

# The span's own MTU does not cut what is copied.
jumbo_frames()
{
	ip -n "$sw" link set eth0 mtu 9000
	ip -n "$p2" link set eth0 mtu 9000
	defer ip -n "$sw" link set eth0 mtu 1500
	defer ip -n "$p2" link set eth0 mtu 1500
	source_add "$sw" eth0 rx || return
	flows "jumbo" send eth0 ns="$p2" len=8915-9014 count=100 \
		recv "$TAP" vnet="$1" len=8915-9014 count=100
}

tagged_frames()
{
	local -a ad=(vlan=100 proto=0x88a8 inner=200)

	source_add "$sw" eth0 || return
	flows "tagged" send eth0 ns="$p2" vlan=10:3 len=60-1514 count=300 \
		recv "$TAP" vlan=10:3 len=60-1514 count=300
	flows "tagged, sent" send eth0 ns="$sw" vlan=10:3 len=60-1514 count=300 \
		recv "$TAP" vnet=1 vlan=10:3 len=60-1514 count=300
	flows "double-tagged" send eth0 ns="$p2" "${ad[@]}" recv "$TAP" "${ad[@]}"
}

tap_and_packet_socket_at_once()
{
	source_add "$sw" eth0 rx || return
	flows "two readers" send eth0 ns="$p2" count=100 recv "$TAP" count=100 \
		recv span0 ns="$sw" count=100
}

tx_dropped()
{
	local out

	out=$(ip -n "$sw" -s -j link show dev span0 | "$PKT" json)
	REPLY=$(sed -n 's,^stats64/tx/dropped ,,p' <<<"$out")
}

# Ten frames by the monitor: on no wire, in no socket, and counted.
injected()
{
	local before

	source_add "$sw" eth0 || return
	stats "$sw" span0
	before=${J[span0/stats/monitor_tx_dropped]:-0}
	flows "injected" "$@" send eth0 ns="$sw" id=9 count=0 send eth0 ns="$p2" id=9 count=0 \
		count eth0 ns="$p2" id=9 count eth0 ns="$sw" dir=any id=9
	parse_kv "${LINES[-2]}"
	check_eq "frames on the other end" "${KV[frames]}" 0
	parse_kv "${LINES[-1]}"
	check_eq "frames on the source" "${KV[frames]}" 0
	wait_j "$sw" span0/stats/monitor_tx_dropped $((before + 10))
	tx_dropped
	check_eq "tx dropped in ip -s link" "$REPLY" $((before + 10))
}

# Such a socket comes behind the tap, which must leave it the frames.
tap_and_socket_of_one_protocol()
{
	source_add "$sw" eth0 rx || return
	reader one recv span0 ns="$sw" bind=0x88b5 id=5 others=ok || return
	flows "tap beside it" send eth0 ns="$p2" id=5 recv "$TAP" id=5
	check_finish one
}

monitor_frames_go_nowhere()
{
	injected send "$TAP" id=1 end=0
}

packet_socket_frames_go_nowhere()
{
	injected send span0 ns="$sw" id=1 end=0
}

# span1, fresh, with a ring of $1 frames: its counters start at 0
new_span()
{
	span_add "$sw" span1 && ip -n "$sw" link set span1 txqueuelen "$1" &&
		source_add "$sw" eth0 rx to span1 && tap_path "$sw" span1
}

# True when $1 copies are accounted for, wherever they went.
settled()
{
	local key sum

	json "$sw" -s show span1 || return 1
	sum=${J[span1/stats/packets]:-0}
	for key in "${!J[@]}"; do
		[[ $key != span1/stats/drops/* ]] || sum=$((sum + J[$key]))
	done
	((sum == $1))
}

# A marker finds no room in a full ring: send until the reader has one from each CPU.
markers_arrive()
{
	"$PKT" send eth0 ns="$p2" id=1 count=0 >/dev/null
	! kill -0 "${READER_PID[tap]}" 2>/dev/null
}

# full_ring SIZE: a reader that stands still, 500 frames, and the books after it.
# What is read is 500 less what is counted as lost, and not one frame of it twice.
full_ring()
{
	local taken lost

	kill -STOP "${READER_PID[tap]}"
	flows "into the ring" send eth0 ns="$p2" id=1 count=500 end=0
	check_wait "500 copies accounted for" settled 500
	taken=${J[span1/stats/packets]:-0}
	lost=$((${J[span1/stats/drops/ring_full]:-0} + ${J[span1/stats/drops/queue_full]:-0}))
	check_eq "frames in a ring of $1" "$taken" "$1"
	check_eq "ring_full" "$lost" $((500 - taken))
	# a source counts just after its span has the copy
	wait_j "$sw" span1/sources/eth0/stats/rx/packets $((500 -
		${J[span1/stats/drops/queue_full]:-0}))
	kill -CONT "${READER_PID[tap]}"
	check_wait "markers arrive" markers_arrive
	check_finish tap
	check_eq "frames read" "${KV[got]}" "$taken"
}

ring_full_is_counted()
{
	new_span 64 || return
	reader tap recv "$REPLY" id=1 count=500 loss=ok && full_ring 64
}

txqueuelen_changes_while_open()
{
	new_span 64 || return
	reader tap recv "$REPLY" id=1 count=500 loss=ok || return
	ip -n "$sw" link set span1 txqueuelen 200
	json "$sw" show span1
	check_j span1/qlen 200
	full_ring 200
}

no_reader_is_counted()
{
	new_span 500 || return
	flows "nobody reads" send eth0 ns="$p2" count=100 end=0
	wait_j "$sw" span1/stats/drops/no_reader 100 \
		span1/sources/eth0/stats/drops/no_reader 100
	check_j span1/stats/packets 0
	check_j span1/sources/eth0/stats/rx/packets 0
}

span_down_is_counted()
{
	new_span 500 || return
	ip -n "$sw" link set span1 down
	flows "span down" send eth0 ns="$p2" count=100 end=0
	wait_j "$sw" span1/stats/drops/span_down 100 \
		span1/sources/eth0/stats/drops/span_down 100
	check_j span1/stats/drops/no_reader 0
	check_j span1/stats/packets 0
	ip -n "$sw" link set span1 up
	flows "up again" send eth0 ns="$p2" id=2 recv "$REPLY" id=2
}

# Each reader gets what comes while it is there, from the first frame on.
reader_comes_and_goes()
{
	local i

	new_span 500 || return
	for i in 1 2 3; do
		flows "reader $i" send eth0 ns="$p2" id="$i" recv "$REPLY" id="$i" \
			recv span1 ns="$sw" id="$i"
		flows "no reader $i" send eth0 ns="$p2" id=9 count=5 end=0
		wait_j "$sw" span1/stats/drops/no_reader $((5 * i))
	done
}

# The admin may move the span's work to a thread of its own.
threaded_napi()
{
	new_span 4096 || return
	ip netns exec "$sw" sh -c 'echo 1 >/sys/class/net/span1/threaded' 2>/dev/null ||
		{ skip "no threaded NAPI"; return; }
	flows "by threads" send eth0 ns="$p2" id=1 len=60-1514 count=1455 \
		recv "$REPLY" id=1 len=60-1514 count=1455 \
		recv span1 ns="$sw" id=1 len=60-1514 count=1455
	ip netns exec "$sw" sh -c 'echo 0 >/sys/class/net/span1/threaded'
	flows "without again" send eth0 ns="$p2" id=2 recv "$REPLY" id=2
}

# A dummy's frames raise no softirq. Where another reads too, each copy has a poll.
alone_goes_straight()
{
	local before

	ip -n "$sw" link add d0 up type dummy && defer ip -n "$sw" link del d0
	source_add "$sw" d0 tx || return
	before=$(polls)
	flows "alone" send d0 ns="$sw" id=1 len=60-1514 count=2000 \
		recv "$TAP" id=1 len=60-1514 count=2000
	(($(polls) - before < 1000)) || fail "2000 copies took $(($(polls) - before)) polls"
	before=$(polls)
	flows "not alone" send d0 ns="$sw" id=2 count=2000 recv "$TAP" id=2 count=2000 \
		recv span0 ns="$sw" id=2 count=2000
	(($(polls) - before >= 1000)) || fail "2000 copies took $(($(polls) - before)) polls"
	stats "$sw" span0
	check_j span0/stats/drops/ring_full 0
}

tests_run
