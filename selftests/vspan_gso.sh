#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# GSO packets and incomplete checksums: with frames wire, copies are as on the cable; with
# frames asis, as in the host. Production packets are not changed.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"wire_on_a_packet_socket"
	"wire_on_the_tap 0"
	"wire_on_the_tap 1"
	"wire_with_a_vlan_tag"
	"wire_received"
	"asis_on_a_packet_socket"
	"asis_on_the_tap"
	"asis_for_a_reader_without vnet=0"
	"asis_for_a_reader_without vnet=1 offload=0"
	"full_ring_asis vnet=0"
	"full_ring_asis vnet=1 offload=0x0f"
	"super_frames_of_a_vm wire"
	"super_frames_of_a_vm asis"
	"wire_again"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

BYTES=2000000

setup()
{
	topo_cable && span_add "$sw" span0 && tap_path "$sw" span0 || return 1
	TAP=$REPLY
	# a ring that nothing of one transfer can overflow
	ip -n "$sw" link set span0 txqueuelen 20000
	ip -n "$sw" -b - <<-EOT || return 1
		link add link eth0 name eth0.10 up type vlan id 10
		addr add 198.51.100.1/24 dev eth0.10
		neigh add 198.51.100.2 lladdr 02:00:00:00:00:02 dev eth0.10
	EOT
	ip -n "$p2" -b - <<-EOT || return 1
		link add link eth0 name eth0.10 up type vlan id 10
		addr add 198.51.100.2/24 dev eth0.10
		neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev eth0.10
	EOT
	wait_up "$sw" eth0.10 && wait_up "$p2" eth0.10
}

# transfer ADDRESS DIRECTION READER-WORDS...: sw sends to p2 at ADDRESS. What the
# monitor saw is in KV, how long production's frames were in LONGEST.
transfer()
{
	local address=$1 dir=$2

	shift 2
	source_add "$sw" eth0 "$dir" || return 1
	reader production count eth0 ns="$p2" id=98 || return 1
	reader monitor count "$@" id=99 || return 1
	check_ok "transfer" "$PKT" bulk from="$sw" to="$p2" addr="$address" bytes="$BYTES"
	flows "markers" send eth0 ns="$sw" count=0 id=98
	flows "markers" send eth0 ns="$sw" count=0 id=99 \
		send eth0 ns="$p2" count=0 id=99
	check_finish production
	LONGEST=${KV[maxlen]}
	[ "$LONGEST" -gt 1518 ] || fail "production sent no super-frame: $LONGEST"
	check_finish monitor
	stats "$sw" span0
}

# check_wire MAX: each frame fits a cable, each checksum is right, none is missing
check_wire()
{
	[ "${KV[maxlen]}" -le "$1" ] || fail "a frame of ${KV[maxlen]} bytes"
	[ "${KV[maxlen]}" -ge 1500 ] || fail "no full frame: ${KV[maxlen]}"
	check_eq "bad checksums" "${KV[badcsum]}" 0
	check_eq "unfinished checksums" "${KV[partial]}" 0
	check_eq "super-frames" "${KV[gso]}" 0
	check_bytes
}

# A transfer may send a byte twice, but the mirror has each at least once.
check_bytes()
{
	[ "${KV[tcp_bytes]}" -ge "$BYTES" ] || fail "only ${KV[tcp_bytes]} bytes of TCP"
}

# A super-frame counts as the frames it was on the wire, in source and span alike.
check_gso_books()
{
	check_eq "packets of source and span" \
		$((J[span0/sources/eth0/stats/rx/packets] +
			J[span0/sources/eth0/stats/tx/packets])) \
		$((J[span0/stats/packets] - PACKETS0))
}

packets_before()
{
	stats "$sw" span0
	PACKETS0=${J[span0/stats/packets]}
}

wire_on_a_packet_socket()
{
	packets_before
	transfer 192.0.2.2 tx span0 ns="$sw" && check_wire 1514 && check_gso_books
	check_eq "frames seen and counted" "${KV[frames]}" \
		$((J[span0/stats/packets] - PACKETS0 - 2 * $(nproc)))
}

wire_on_the_tap()
{
	transfer 192.0.2.2 tx "$TAP" vnet="$1" && check_wire 1514
}

wire_with_a_vlan_tag()
{
	transfer 198.51.100.2 tx span0 ns="$sw" && check_wire 1518
	[[ ${KV[tags]} == *8100.10:* ]] || fail "no tag: ${KV[tags]}"
}

# The other direction: what p2's machine has sent as super-frames arrives at sw.
wire_received()
{
	source_add "$sw" eth0 rx || return
	reader monitor count span0 ns="$sw" id=99 || return
	check_ok "transfer" "$PKT" bulk from="$p2" to="$sw" addr=192.0.2.1 bytes="$BYTES"
	flows "markers" send eth0 ns="$p2" count=0 id=99
	check_finish monitor && check_wire 1514
}

asis()
{
	check_vspan "$sw" span set span0 frames asis
	defer vspan "$sw" span set span0 frames wire
}

asis_on_a_packet_socket()
{
	asis
	packets_before
	transfer 192.0.2.2 tx span0 ns="$sw" || return
	[ "${KV[maxlen]}" -gt 1514 ] || fail "no super-frame came: ${KV[maxlen]}"
	check_eq "bad checksums" "${KV[badcsum]}" 0
	[ "${KV[partial]}" -gt 0 ] || fail "no unfinished checksum came"
	check_bytes
	check_gso_books
}

asis_on_the_tap()
{
	asis
	transfer 192.0.2.2 tx "$TAP" vnet=1 offload=0x0f || return
	[ "${KV[maxlen]}" -gt 1514 ] || fail "no super-frame came: ${KV[maxlen]}"
	[ "${KV[gso]}" -gt 0 ] || fail "no virtio header told of one"
	check_eq "bad checksums" "${KV[badcsum]}" 0
	check_bytes
}

# Without the header, or without the offloads, nobody could tell the reader.
asis_for_a_reader_without()
{
	asis
	transfer 192.0.2.2 tx "$TAP" "$@" && check_wire 1514
}

# A marker finds no room in a full ring: send until the reader has one from each CPU.
markers_arrive()
{
	"$PKT" send eth0 ns="$sw" id=99 count=0 >/dev/null
	! kill -0 "${READER_PID[tap]}" 2>/dev/null
}

books_balance()
{
	local key sum

	json "$sw" -s show span1 || return 1
	sum=${J[span1/stats/packets]}
	for key in segment checksum ring_full flushed; do
		sum=$((sum + J[span1/stats/drops/$key]))
	done
	((sum == J[span1/sources/eth0/stats/tx/packets]))
}

# A reader that stands still while super-frames come: each frame of theirs that it
# does not get is counted, and no other.
full_ring_asis()
{
	span_add "$sw" span1 && check_vspan "$sw" span set span1 frames asis qlen 64 &&
		source_add "$sw" eth0 tx to span1 && tap_path "$sw" span1 || return
	reader tap count "$REPLY" id=99 "$@" || return
	kill -STOP "${READER_PID[tap]}"
	check_ok "transfer" "$PKT" bulk from="$sw" to="$p2" addr=192.0.2.2 bytes="$BYTES"
	check_wait "source and span agree" books_balance ||
		fail "$(vspan "$sw" -s show span1)"
	[ "${J[span1/stats/drops/ring_full]}" -gt 0 ] || fail "the ring was not full"
	kill -CONT "${READER_PID[tap]}"
	check_wait "markers arrive" markers_arrive
	check_finish tap
	[[ $* != vnet=0 ]] || check_eq "frames read" "${KV[frames]}" "${J[span1/stats/packets]}"
}

# What a VM sends by virtio: 14480 bytes of TCP in one frame, with no word of how many
# segments that makes. They are ten on the wire, and ten in all counters.
super_frames_of_a_vm()
{
	ip -n "$sw" tuntap add vm0 mode tap vnet_hdr
	defer ip -n "$sw" link del vm0
	ip -n "$sw" link set vm0 up
	span_add "$sw" span1 && check_vspan "$sw" span set span1 frames "$1" &&
		source_add "$sw" vm0 rx to span1 || return
	flows "super-frames" send tun:vm0 ns="$sw" vnet=1 gso=1448 len=14534 count=20 id=99 \
		count span1 ns="$sw" id=99
	parse_kv "${LINES[-1]}"
	check_eq "bytes of TCP" "${KV[tcp_bytes]}" $((20 * 14480))
	check_eq "bad checksums" "${KV[badcsum]}" 0
	if [ "$1" == wire ]; then
		check_eq "frames" "${KV[frames]}" 200
		check_eq "longest frame" "${KV[maxlen]}" 1502
	else
		check_eq "frames" "${KV[frames]}" 20
	fi
	stats "$sw" span1
	check_j span1/sources/vm0/stats/rx/packets $((200 + $(nproc)))
	check_j span1/stats/packets $((200 + $(nproc)))
}

wire_again()
{
	transfer 192.0.2.2 tx span0 ns="$sw" && check_wire 1514
}

tests_run
