#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The length of copies: the whole frame, its first bytes, or its headers only. The frame
# itself is not cut.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"random_frames tx"
	"random_frames rx"
	"cut_at 14 rx"
	"cut_at 64 rx"
	"cut_at 77 tx"
	"cut_at 128 tx"
	"cut_at 65535 rx"
	"the_tag_counts rx"
	"the_tag_counts tx"
	"shorter_than_its_tag rx"
	"shorter_than_its_tag tx"
	"changed_under_traffic"
	"on_the_tap 0"
	"on_the_tap 1"
	"the_frame_itself_is_whole rx"
	"the_frame_itself_is_whole tx"
	"headers_of_each_protocol"
	"headers_behind_an_inserted_tag"
	"headers_and_nothing_else"
	"headers_of_super_frames"
	"asis_is_cut_too"
	"out_of_range"
	"shown"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

MIXED=32	# frames of pkt mix, each sent in both directions

setup()
{
	topo_cable && span_add "$sw" span0 && tap_path "$sw" span0 || return 1
	TAP=$REPLY
	ip -n "$sw" link set span0 txqueuelen 20000
	# by this one markers come that no option holds up or cuts
	ip -n "$sw" link add mark0 up type dummy && check_vspan "$sw" add mark0 tx || return 1
	MARK=(mark=mark0 markns="$sw")
}

# probe DIRECTION TO WORDS...: random frames through eth0; the line is in KV
probe()
{
	local dir=$1 to=$2 ns=$p2 out rc=0

	[ "$dir" == rx ] || ns=$sw
	out=$("$PKT" probe from=eth0 fromns="$ns" to="$to" tons="$sw" "${MARK[@]}" \
		len=60-1514 seed="$RANDOM" "${@:3}" 2>&1) || rc=$?
	parse_kv "${out##*$'\n'}"
	[ "$rc" -eq 0 ] || fail "pkt probe $*" "$out"
	return "$rc"
}

random_frames()
{
	local dir=$1 s0=span0/sources/eth0/stats bytes

	source_add "$sw" eth0 "$dir" || return
	probe "$dir" span0 count=100000 || return
	check_eq "copies" "${KV[got]}" 100000
	check_eq "whole ones" "${KV[snap0]}" 100000
	stats "$sw" span0
	check_j "$s0/$dir/packets" 100000
	check_j "$s0/$dir/bytes" "${KV[bytes]}"
}

# A frame shorter than that is whole.
cut_at()
{
	local len=$1 dir=$2

	source_add "$sw" eth0 "$dir" snaplen "$len" || return
	if [ "$len" -gt 26 ]; then
		probe "$dir" span0 count=5000 snap="$len"
		check_eq "copies of $len bytes at most" "${KV[snap$len]}" 5000
		return
	fi
	# too short for a number: count them
	flows "$len bytes" send eth0 ns="$p2" len=60-1514 count=1455 end=0 \
		send mark0 ns="$sw" id=9 count=0 count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "frames" "${KV[frames]}" 1455
	check_eq "bytes" "${KV[bytes]}" $((1455 * len))
}

# A tag is never cut in two: a frame that says it has one, and has not, is none.
shorter_than_its_tag()
{
	local from=$p2

	[ "$1" == rx ] || from=$sw
	source_add "$sw" eth0 "$1" snaplen 14 || return
	flows "Ethernet header and tag" send eth0 ns="$from" vlan=10 count=100 end=0 \
		send mark0 ns="$sw" id=9 count=0 count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "by VLAN" "${KV[tags]}" "none:0,8100.10:100"
	check_eq "bytes" "${KV[bytes]}" 1800
}

# 64 bytes with the tag, wherever the host keeps it.
the_tag_counts()
{
	source_add "$sw" eth0 "$1" snaplen 64 || return
	probe "$1" span0 count=1000 vlan=10 snap=64
	check_eq "copies of 64 bytes" "${KV[snap64]}" 1000
}

more_copies()
{
	stats "$sw" span0
	((J[span0/sources/eth0/stats/rx/packets] > COPIES + 200))
}

# Each copy has one of the lengths, and each length is seen.
changed_under_traffic()
{
	local len

	source_add "$sw" eth0 rx || return
	reader stream probe from=eth0 fromns="$p2" to=span0 tons="$sw" "${MARK[@]}" \
		len=200-1514 snap=0,64,77,128 || return
	for len in 64 77 128 65535 64 0; do
		check_vspan "$sw" set eth0 snaplen "$len"
		stats "$sw" span0
		COPIES=${J[span0/sources/eth0/stats/rx/packets]}
		check_wait "copies with snaplen $len" more_copies
	done
	stop stream || fail "stream" "${LINES[@]}"
	check_eq "lost" "${KV[lost]}" 0
	for len in 0 64 77 128; do
		[ "${KV[snap$len]:-0}" -gt 100 ] || fail "copies of $len: ${KV[snap$len]:-none}"
	done
}

on_the_tap()
{
	source_add "$sw" eth0 rx snaplen 100 || return
	reader tap count "$TAP" vnet="$1" id=99 || return
	flows "into the tap" send eth0 ns="$p2" len=60-1514 count=1455 end=0 \
		send mark0 ns="$sw" count=0 id=99
	check_finish tap
	check_eq "frames" "${KV[frames]}" 1455
	check_eq "longest" "${KV[maxlen]}" 100
	# 60 to 99 bytes whole, the others 100
	check_eq "bytes" "${KV[bytes]}" $((40 * 159 / 2 + 1415 * 100))
}

# The receiver was there first: taps that come later see a frame earlier.
the_frame_itself_is_whole()
{
	local from=$p2 to=$sw

	[ "$1" == rx ] || { from=$sw; to=$p2; }
	reader whole recv eth0 ns="$to" len=60-1514 count=1455 || return
	source_add "$sw" eth0 "$1" snaplen 64 || return
	reader short count span0 ns="$sw" id=99 || return
	flows "frames" send eth0 ns="$from" len=60-1514 count=1455
	check_finish whole
	reader whole recv eth0 ns="$to" id=2 len=60-1514 count=1455 || return
	check_vspan "$sw" set eth0 snaplen headers
	flows "frames, headers copied" send eth0 ns="$from" id=2 len=60-1514 count=1455
	check_finish whole
	flows "markers" send mark0 ns="$sw" count=0 id=99
	check_finish short
	check_eq "longest copy" "${KV[maxlen]}" 64
}

# mix WORDS...: the frames of pkt mix; its line is in KV
mix()
{
	local out rc=0

	out=$("$PKT" mix to=span0 tons="$sw" "${MARK[@]}" "$@" 2>&1) || rc=$?
	parse_kv "${out##*$'\n'}"
	[ "$rc" -eq 0 ] || fail "pkt mix $*" "$out"
	return "$rc"
}

headers_of_each_protocol()
{
	source_add "$sw" eth0 || return
	mix rx=eth0 rxns="$p2" tx=eth0 txns="$sw"
	check_eq "copies" "${KV[got]}" $((2 * MIXED))
	[ "${KV[secrets]:-0}" -gt 40 ] || fail "payload seen without the option: ${KV[secrets]:-}"
	check_vspan "$sw" set eth0 snaplen headers
	mix rx=eth0 rxns="$p2" cut=headers
	check_eq "received: copies with payload" "${KV[secrets]:-}" 0
	mix tx=eth0 txns="$sw" cut=headers
	check_eq "sent: copies with payload" "${KV[secrets]:-}" 0
}

# A VLAN device on a NIC that cannot insert tags: the kernel puts it into the frame.
headers_behind_an_inserted_tag()
{
	require_command ethtool || return
	ip netns exec "$sw" ethtool -K eth0 txvlan off
	defer ip netns exec "$sw" ethtool -K eth0 txvlan on
	ip -n "$sw" -b - <<-EOT
		link add link eth0 name eth0.10 up type vlan id 10
		addr add 198.51.100.1/24 dev eth0.10
		neigh add 198.51.100.2 lladdr 02:00:00:00:00:02 dev eth0.10
	EOT
	defer ip -n "$sw" link del eth0.10
	wait_up "$sw" eth0.10 && source_add "$sw" eth0 tx snaplen headers || return
	reader monitor count span0 ns="$sw" id=99 || return
	ip netns exec "$sw" ping -q -c 5 -i 0.002 -s 1000 -W 1 198.51.100.2 >/dev/null
	flows "markers" send mark0 ns="$sw" count=0 id=99
	check_finish monitor
	check_eq "by VLAN" "${KV[tags]}" "none:0,8100.10:5"
	check_eq "pings" "${KV[echo_req]}" 5
	check_eq "bytes" "${KV[bytes]}" $((5 * (14 + 4 + 20 + 8)))
}

# What the kernel does not know could be payload: the Ethernet header is left.
headers_and_nothing_else()
{
	source_add "$sw" eth0 rx snaplen headers || return
	flows "unknown protocol" send eth0 ns="$p2" len=60-1514 count=1455 end=0 \
		send mark0 ns="$sw" id=9 count=0 count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "frames" "${KV[frames]}" 1455
	check_eq "bytes" "${KV[bytes]}" $((1455 * 14))
}

# 14 + 20 + 32 bytes of each, however long production's were.
headers_of_super_frames()
{
	source_add "$sw" eth0 tx snaplen headers || return
	reader production count eth0 ns="$p2" id=98 || return
	reader monitor count span0 ns="$sw" id=99 || return
	check_ok "transfer" "$PKT" bulk from="$sw" to="$p2" addr=192.0.2.2 bytes=2000000
	flows "markers" send eth0 ns="$sw" count=0 id=98 send mark0 ns="$sw" count=0 id=99
	check_finish production
	[ "${KV[maxlen]}" -gt 1514 ] || fail "production sent no super-frame: ${KV[maxlen]}"
	check_finish monitor
	# a SYN has eight bytes more of options
	[ "${KV[maxlen]}" -le 74 ] || fail "a copy of ${KV[maxlen]} bytes"
	[ "${KV[ip4]}" -ge $((2000000 / 1448)) ] || fail "only ${KV[ip4]} copies of TCP"
	check_eq "bytes of all" $((KV[bytes] <= KV[frames] * 74 && KV[bytes] >= KV[ip4] * 66)) 1
}

asis_is_cut_too()
{
	check_vspan "$sw" span set span0 frames asis
	defer vspan "$sw" span set span0 frames wire
	source_add "$sw" eth0 tx snaplen headers || return
	reader monitor count span0 ns="$sw" id=99 || return
	check_ok "transfer" "$PKT" bulk from="$sw" to="$p2" addr=192.0.2.2 bytes=2000000
	flows "markers" send mark0 ns="$sw" count=0 id=99
	check_finish monitor
	[ "${KV[maxlen]}" -le 74 ] || fail "a copy of ${KV[maxlen]} bytes"
	[ "${KV[ip4]}" -gt 20 ] || fail "only ${KV[ip4]} copies of TCP"
}

out_of_range()
{
	local word

	source_add "$sw" eth0 rx snaplen 64 || return
	for word in 13 1 65536 -1 99999999999 header 64k ""; do
		check_refused "$sw" 2 "snaplen \"$word\" is neither headers nor a number from 14 to 65535" \
			set eth0 snaplen "$word"
	done
	check_refused "$sw" 2 snaplen set eth0 snaplen
	json "$sw" show span0
	check_j span0/sources/eth0/snaplen 64
}

shown()
{
	source_add "$sw" eth0 snaplen 128 || return
	json "$sw" show span0
	check_j span0/sources/eth0/snaplen 128
	[[ $(vspan "$sw" show) == *"snaplen 128"* ]] || fail "show does not print it"
	check_vspan "$sw" set eth0 snaplen headers
	json "$sw" show span0
	check_j span0/sources/eth0/snaplen headers
	[[ $(vspan "$sw" show) == *"snaplen headers"* ]] || fail "show does not print it"
	check_vspan "$sw" set eth0 rx
	json "$sw" show span0
	check_j span0/sources/eth0/snaplen headers "snaplen after set rx"
	check_vspan "$sw" set eth0 snaplen 0
	json "$sw" show span0
	check_j span0/sources/eth0/snaplen absent
}

tests_run
