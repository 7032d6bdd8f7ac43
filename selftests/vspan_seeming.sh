#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Frames with misleading metadata: plain text that a NIC encrypts, GSO packets of unknown
# type, tags of a provider bridge, hints for transmission. Each is copied correctly, once,
# or counted as lost.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"plain_text_of_a_nic kTLS 7"
	"plain_text_of_a_nic MACsec 8"
	"esp_of_a_nic"
	"no_type_of_super_frame wire"
	"no_type_of_super_frame asis"
	"super_frame_of_lro_to_an_output"
	"many_segments_in_polls"
	"many_segments wire"
	"many_segments asis"
	"many_segments_to_an_output"
	"guest_without_a_checksum"
	"guest_is_kept_whole"
	"ring_is_bounded_in_bytes"
	"ring_of_one"
	"rps_of_a_span"
	"tag_of_a_provider_bridge"
	"priority_stays_behind"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	setup_ns sw && span_add "$sw" span0
}

# balance SPAN SOURCE WAY N: so many were selected, and each delivered or lost and counted
balance()
{
	local drop sum

	stats "$sw" "$1"
	sum=${J[$1/stats/packets]}
	for drop in segment checksum no_memory ring_full flushed span_down; do
		sum=$((sum + J[$1/stats/drops/$drop] - J[$1/sources/$2/stats/drops/$drop]))
	done
	((J[$1/sources/$2/stats/$3/packets] == $4 && sum == $4))
}

check_balance()
{
	check_wait "$4 selected, and each delivered or counted" balance "$@" ||
		fail "$(vspan "$sw" -s show "$1")"
}

# vm_add WORDS...: a tap of a VM, its span, and the source on it
vm_add()
{
	ip -n "$sw" tuntap add vm0 mode tap vnet_hdr
	defer ip -n "$sw" link del vm0
	ip -n "$sw" link set vm0 up
	span_add "$sw" span1 && check_vspan "$sw" span set span1 "$@" &&
		source_add "$sw" vm0 rx to span1
}

# What the NIC encrypts is none of the span's: others of the same bytes are.
plain_text_of_a_nic()
{
	odd_add "$sw" odd0 && source_add "$sw" odd0 rx || return
	reader all count span0 ns="$sw" id=99 || return
	flows "plain text, and what is sent so" \
		send odd0 ns="$sw" dst="$ODD$2" len=200 count=50 end=0 \
		send odd0 ns="$sw" dst="${ODD}1" len=200 count=70 end=0 \
		send odd0 ns="$sw" count=0 id=99
	check_finish all
	check_eq "frames read" "${KV[frames]}" 70
	stats "$sw" span0
	check_j span0/sources/odd0/stats/rx/packets $((70 + $(nproc)))
	check_j span0/sources/odd0/stats/drops/unreadable 50
}

# esp_out WORDS...: what odd0 sends to 192.0.2.9 goes by ESP; with offload, by the NIC's
esp_out()
{
	ip -n "$sw" xfrm state add src 192.0.2.1 dst 192.0.2.9 proto esp spi 9 reqid 9 \
		mode transport aead 'rfc4106(gcm(aes))' \
		0x0102030405060708090a0b0c0d0e0f1011121314 128 "$@"
}

# What the NIC is to encrypt has the header of ESP already, and the payload in plain text.
# Where the host encrypts, the frame is as on the cable.
esp_of_a_nic()
{
	ip -n "$sw" xfrm state list >/dev/null 2>&1 || { skip "no IPsec"; return; }
	modprobe -q esp4_offload
	odd_add "$sw" odd0 && source_add "$sw" odd0 tx && reader r count span0 ns="$sw" || return
	ip -n "$sw" -b - <<-EOT
		addr add 192.0.2.1/24 dev odd0
		neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev odd0
		xfrm policy add src 192.0.2.1 dst 192.0.2.9 dir out tmpl proto esp reqid 9 mode transport
	EOT
	esp_out offload dev odd0 dir out || { skip "no offload of ESP"; return; }
	ip netns exec "$sw" ping -q -c 20 -i 0.01 -W 0.1 192.0.2.9 >/dev/null
	wait_j "$sw" span0/sources/odd0/stats/drops/unreadable 20
	check_j span0/sources/odd0/stats/tx/packets 0
	ip -n "$sw" xfrm state flush
	check_ok "ESP of the host" esp_out
	ip netns exec "$sw" ping -q -c 20 -i 0.01 -W 0.1 192.0.2.9 >/dev/null
	wait_j "$sw" span0/sources/odd0/stats/tx/packets 20
	check_j span0/sources/odd0/stats/drops/unreadable 20
}

# One frame, as nobody can tell what it was: to a reader with virtio headers, too.
no_type_of_super_frame()
{
	odd_add "$sw" odd0 && span_add "$sw" span1 &&
		check_vspan "$sw" span set span1 frames "$1" &&
		source_add "$sw" odd0 rx to span1 && tap_path "$sw" span1 || return
	reader tap count "$REPLY" vnet=1 offload=0x0f id=99 &&
		reader all count span1 ns="$sw" id=99 || return
	flows "of no type" send odd0 ns="$sw" dst="${ODD}9" len=1000 count=20 end=0 \
		send odd0 ns="$sw" count=0 id=99
	check_finish tap
	check_eq "frames of the tap" "${KV[frames]}" 20
	check_eq "longest" "${KV[maxlen]}" 1000
	check_finish all
	check_eq "frames" "${KV[frames]}" 20
	check_balance span1 odd0 rx $((20 + $(nproc)))
}

# segments COUNT EACH WORDS...: so many super-frames of so many segments to the span's tap
segments()
{
	vm_add "${@:3}" && tap_path "$sw" span1 || return
	check_vspan "$sw" span set span1 qlen 32767
	reader all count "$REPLY" id=99 || return
	flows "segments" send tun:vm0 ns="$sw" vnet=1 gso=8 len=$((54 + 8 * $2)) count="$1" id=99
	check_finish all
	check_eq "bytes of TCP" "${KV[tcp_bytes]}" $(($1 * $2 * 8))
	check_eq "bad checksums" "${KV[badcsum]}" 0
	check_eq "frames" "${KV[frames]}" $(($1 * $2))
	check_balance span1 vm0 rx $(($1 * $2 + $(nproc)))
}

# A poll makes no more frames than its budget (64), however many its copies are: others
# have their turns in between.
many_segments_in_polls()
{
	local before

	before=$(polls)
	segments 170 120 frames wire
	(($(polls) - before >= 170 * 120 / 64)) ||
		fail "20400 frames were delivered in $(($(polls) - before)) polls"
}

# As many as a guest may make of one frame: more than are made with BH off.
many_segments()
{
	segments 20 1000 frames "$1"
}

# An output of span1, with mon0 at its other end
out_add()
{
	ip -n "$sw" link add out0 up mtu 9000 type veth peer name mon0
	defer ip -n "$sw" link del out0
	ip -n "$sw" link set mon0 up mtu 9000
	wait_up "$sw" out0 mon0 && output_add "$sw" span1 dev out0
}

# Of LRO's there is no sum that a NIC could finish for each segment: they are cut before.
super_frame_of_lro_to_an_output()
{
	odd_add "$sw" odd0 && span_add "$sw" span1 &&
		check_vspan "$sw" span set span1 frames asis &&
		source_add "$sw" odd0 rx to span1 && out_add || return
	flows "super-frames" send odd0 ns="$sw" vnet=1 gso=1448 len=14534 dst="${ODD}a" \
		count=20 end=0 send odd0 ns="$sw" count=0 id=99 count mon0 ns="$sw" id=99
	parse_kv "${LINES[-1]}"
	check_eq "bytes of TCP" "${KV[tcp_bytes]}" $((20 * 14480))
	check_eq "longest" "${KV[maxlen]}" 1502
	check_eq "bad checksums" "${KV[badcsum]}" 0
	check_books "$sw" span1/outputs/out0 "packets=$((200 + $(nproc)))"
}

# As they are, an output would have to cut them: they come cut already.
many_segments_to_an_output()
{
	vm_add frames asis && out_add || return
	flows "segments" send tun:vm0 ns="$sw" vnet=1 gso=8 len=8054 count=20 id=99 \
		count mon0 ns="$sw" id=99
	parse_kv "${LINES[-1]}"
	check_eq "bytes of TCP" "${KV[tcp_bytes]}" $((20 * 8000))
	check_eq "frames" "${KV[frames]}" 20000
	check_books "$sw" span1/outputs/out0 "packets=$((20000 + $(nproc)))"
}

# A guest need not leave its checksums to others; its segments are counted all the same.
guest_without_a_checksum()
{
	vm_add frames wire || return
	reader all count span1 ns="$sw" end=0 timeout=0 || return
	check_ok "super-frames" "$PKT" send tun:vm0 ns="$sw" vnet=1 gso=1448 nocsum=1 \
		len=14534 count=20 end=0
	check_balance span1 vm0 rx 200
	stop all
	check_eq "bytes of TCP" "${KV[tcp_bytes]}" $((20 * 14480))
}

# The headers of a guest's super-frames are not to be trusted; but are looked at, and
# need not be cut for that.
guest_is_kept_whole()
{
	vm_add frames asis && tap_path "$sw" span1 || return
	reader tap count "$REPLY" vnet=1 offload=0x0f id=99 || return
	flows "super-frames" send tun:vm0 ns="$sw" vnet=1 gso=1448 len=14534 count=20 id=99
	check_finish tap
	check_eq "frames" "${KV[frames]}" 20
	check_eq "with a virtio header that says so" "${KV[gso]}" 20
	check_balance span1 vm0 rx $((200 + $(nproc)))
	reader all count span1 ns="$sw" end=0 timeout=0 || return
	check_ok "broken ones" "$PKT" broken tun:vm0 ns="$sw" count=5 len=14034
	check_balance span1 vm0 rx $((250 + $(nproc)))
}

# A reader that has stopped holds no more than show says, though there would be room for
# so many frames.
ring_is_bounded_in_bytes()
{
	local pins

	vm_add frames asis && tap_path "$sw" span1 || return
	reader tap count "$REPLY" vnet=1 offload=0x0f end=0 timeout=0 || return
	kill -STOP "${READER_PID[tap]}"
	check_ok "super-frames" "$PKT" send tun:vm0 ns="$sw" vnet=1 gso=1448 len=57974 \
		count=2000 end=0
	check_balance span1 vm0 rx 80000
	pins=${J[span1/pins]}
	check_eq "bytes that it can pin" "$pins" $((2 * 4096 * 4096))
	kill -CONT "${READER_PID[tap]}"
	stop tap
	(("${KV[bytes]}" < pins)) || fail "${KV[bytes]} bytes waited for the reader"
	(("${KV[frames]}" > 100)) || fail "only ${KV[frames]} frames had room"
	check_eq "lost" "$((J[span1/stats/drops/ring_full]))" $((80000 - 40 * KV[frames]))
}

# In a ring of one frame there is room for that one, however large it is.
ring_of_one()
{
	vm_add frames asis qlen 1 && tap_path "$sw" span1 || return
	reader tap count "$REPLY" vnet=1 offload=0x0f end=0 timeout=0 || return
	check_ok "a super-frame" "$PKT" send tun:vm0 ns="$sw" vnet=1 gso=1448 len=57974 \
		count=1 end=0
	check_balance span1 vm0 rx 40
	stop tap
	check_eq "frames read" "${KV[frames]}" 1
}

# Others' CPUs would deliver what nobody could tell any more whether it had room.
rps_of_a_span()
{
	local rps=/sys/class/net/span1/queues/rx-0/rps_cpus

	vm_add frames wire && tap_path "$sw" span1 || return
	ip netns exec "$sw" sh -c "echo 3 >$rps" 2>/dev/null ||
		{ skip "this kernel has no RPS"; return; }
	reader tap count "$REPLY" end=0 timeout=0 &&
		reader all count span1 ns="$sw" id=99 loss=ok || return
	kill -STOP "${READER_PID[tap]}"
	flows "more than the ring holds" send tun:vm0 ns="$sw" count=6000 id=99
	check_balance span1 vm0 rx $((6000 + $(nproc)))
	check_eq "what had no room" "${J[span1/stats/drops/ring_full]}" $((6000 + $(nproc) - 4096))
	kill -CONT "${READER_PID[tap]}"
	stop tap
	check_finish all
	check_eq "frames of the socket" "${KV[frames]}" 6000
}

# A customer's tag is payload to it, and stays inside.
tag_of_a_provider_bridge()
{
	ip -n "$sw" -b - <<-EOT || return
		link add br7 up type bridge vlan_filtering 1 vlan_protocol 802.1ad mcast_snooping 0
		link add q7 type veth peer name c7
		link set q7 master br7
		link set q7 up
		link set c7 up
	EOT
	defer ip -n "$sw" link del br7
	defer ip -n "$sw" link del q7
	bridge -n "$sw" vlan add dev q7 vid 70 pvid untagged
	wait_up "$sw" q7 c7 && source_add "$sw" q7 rx tag bridge || return
	flows "without a tag" send c7 ns="$sw" id=1 \
		recv span0 ns="$sw" id=1 vlan=70 proto=0x88a8
	flows "a customer's" send c7 ns="$sw" id=2 vlan=5 \
		recv span0 ns="$sw" id=2 vlan=70 proto=0x88a8 inner=5
	flows "a provider's" send c7 ns="$sw" id=3 vlan=71 proto=0x88a8 \
		recv span0 ns="$sw" id=3 vlan=71 proto=0x88a8
}

# How urgent a frame was is nothing that the output's queues are to know.
priority_stays_behind()
{
	local n

	ip -n "$sw" -b - <<-EOT || return
		link add p7 up type veth peer name c7
		link set c7 up
		link add out7 up type veth peer name mon7
		link set mon7 up
	EOT
	defer ip -n "$sw" link del p7
	defer ip -n "$sw" link del out7
	wait_up "$sw" p7 out7 && source_add "$sw" p7 tx && output_add "$sw" span0 dev out7 ||
		return
	check_ok "urgent" tc -n "$sw" qdisc add dev p7 clsact &&
		check_ok "urgent" tc -n "$sw" filter add dev p7 egress matchall \
			action skbedit priority 6 &&
		check_ok "bands" tc -n "$sw" qdisc add dev out7 root handle 1: prio bands 3 \
			priomap 1 1 1 1 1 1 0 1 1 1 1 1 1 1 1 1 &&
		check_ok "first" tc -n "$sw" qdisc add dev out7 parent 1:1 pfifo || return
	flows "urgent" send p7 ns="$sw" id=1 recv mon7 ns="$sw" id=1
	n=$(tc -n "$sw" -s qdisc show dev out7 | sed -n '/parent 1:1/,/Sent/s/.* \([0-9]*\) pkt.*/\1/p')
	check_eq "copies in the first band" "$n" 0
}

tests_run
