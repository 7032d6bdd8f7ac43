#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Flows distributed to several spans: each flow is in one share, with all its frames, and
# in the same share on every kernel.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"many_flows"
	"same_on_every_kernel"
	"tags_beside_the_frame"
	"without_shares_each_has_all"
	"as_many_shares_as_can_be"
	"known_pairs"
	"super_frames"
	"once_through_a_bridge"
	"order_of_selection"
	"changed_under_traffic"
	"bad_shares"
	"half_a_fraction"
	"shown_saved_restored"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

SHARED=${SHARED:-100000}	# flows
SPANS=(mon1 mon2 mon3)

# nic0 takes all that is sent to it and asks for nothing more.
setup()
{
	local span

	topo_cable || return 1
	ip -n "$sw" link add nic0 up type dummy || return 1
	# by this one come markers, which are in no share
	ip -n "$sw" link add mark0 up type dummy || return 1
	for span in "${SPANS[@]}"; do
		span_add "$sw" "$span" && check_vspan "$sw" add mark0 tx to "$span" || return 1
	done
}

# divide NETNS OPTIONS...: SPANS have a share each of a source
divide()
{
	local i

	for i in "${!SPANS[@]}"; do
		source_add "$@" to "${SPANS[i]}" share "$((i + 1))/${#SPANS[@]}" || return
	done
}

# share NETNS WORDS...: send flows and judge who gets them; its line is in KV
share()
{
	local ns=$1 out rc=0

	shift
	out=$("$PKT" share to="$(IFS=,; echo "${SPANS[*]}")" tons="$ns" mark=mark0 \
		markns="$ns" "$@" 2>&1) || rc=$?
	echo "# ${out##*$'\n'}"
	parse_kv "${out##*$'\n'}"
	[ "$rc" -eq 0 ] || fail "pkt share $*" "$out"
	return "$rc"
}

# check_counted NETNS SOURCE DIR: no frame is in no counter
check_counted()
{
	local i copies

	IFS=, read -ra copies <<<"${KV[copies]}"
	stats "$1"
	for i in "${!SPANS[@]}"; do
		local s=${SPANS[i]}/sources/$2/stats

		check_j "$s/$3/packets" "${copies[i]}"
		check_j "$s/other_shares" $((KV[sent] - copies[i]))
		check_j "$s/filtered" 0
		check_j "$s/sampled_out" 0
	done
	check_eq "copies" "${KV[got]}" "${KV[sent]}"
}

many_flows()
{
	divide "$sw" nic0 tx || return
	share "$sw" from=nic0 fromns="$sw" flows="$SHARED" seed=1 turns=1 || return
	check_counted "$sw" nic0 tx
}

# What was counted when this was written.
same_on_every_kernel()
{
	divide "$sw" nic0 tx || return
	share "$sw" from=nic0 fromns="$sw" flows=9000 seed=1 || return
	check_eq "flows of each share" "${KV[split]}" 3037,3056,2907
	check_eq "their frames" "${KV[copies]}" 20209,20375,19416
}

# The receiver's stack takes the outer tag out of the frame.
tags_beside_the_frame()
{
	divide "$sw" eth0 rx || return
	share "$sw" from=eth0 fromns="$p2" flows=9000 seed=1 || return
	check_eq "flows of each share" "${KV[split]}" 3037,3056,2907
	check_counted "$sw" eth0 rx
}

without_shares_each_has_all()
{
	divide "$sw" nic0 tx || return
	for span in "${SPANS[@]}"; do
		check_vspan "$sw" set nic0 to "$span" share all || return
	done
	share "$sw" from=nic0 fromns="$sw" flows=900 whole=1
	check_eq "flows" "${KV[split]}" 900,900,900
	check_eq "copies" "${KV[got]}" $((3 * KV[sent]))
	stats "$sw"
	check_j mon2/sources/nic0/stats/other_shares 0
}

# one_flow WHAT: a hundred frames, of 02:00:00:00:00:01 and :02, and how many are in mon1
one_flow()
{
	flows "$1" send nic0 ns="$sw" count=100 end=0 send mark0 ns="$sw" count=0 id=99 \
		count mon1 ns="$sw" id=99
	parse_kv "${LINES[-1]}"
}

as_many_shares_as_can_be()
{
	source_add "$sw" nic0 tx to mon1 share 95/256 || return
	one_flow "its share"
	check_eq "copies" "${KV[frames]}" 100
	check_vspan "$sw" set nic0 to mon1 share 96/256
	one_flow "another"
	check_eq "copies of another share" "${KV[frames]}" 0
	stats "$sw" mon1
	check_j mon1/sources/nic0/stats/other_shares 100
}

# known A B SHARE: of three
known()
{
	local want=0,0,0

	share "$sw" from=nic0 fromns="$sw" pair="$1,$2" || return
	case $3 in
	1) want=1,0,0 ;;
	2) want=0,1,0 ;;
	3) want=0,0,1 ;;
	esac
	check_eq "share of $1 and $2" "${KV[split]}" "$want"
	share "$sw" from=nic0 fromns="$sw" pair="$2,$1" || return
	check_eq "share of $2 and $1" "${KV[split]}" "$want"
}

# The numbers are those of vspan.rst, and of another implementation of lookup3.
known_pairs()
{
	divide "$sw" nic0 tx || return
	known 192.0.2.1 198.51.100.7 3
	known 198.51.100.1 198.51.100.2 3
	known 198.51.100.2 192.0.2.200 2
	known 2001:db8::1 2001:db8::2 3
	known 02:00:00:00:00:01 02:00:00:00:00:02 2
	known 02:00:00:00:00:11 02:00:00:00:00:77 2
}

# Their addresses are 198.51.100.1 and 2, and each is ten frames on the wire.
super_frames()
{
	ip -n "$sw" tuntap add vm0 mode tap vnet_hdr
	defer ip -n "$sw" link del vm0
	ip -n "$sw" link set vm0 up
	divide "$sw" vm0 rx || return
	flows "super-frames" send tun:vm0 ns="$sw" vnet=1 gso=1448 len=14534 count=40 end=0 \
		send mark0 ns="$sw" count=0 id=99 count mon3 ns="$sw" id=99
	parse_kv "${LINES[-1]}"
	check_eq "copies" "${KV[frames]}" 400
	stats "$sw"
	check_j mon1/sources/vm0/stats/other_shares 400
	check_j mon2/sources/vm0/stats/other_shares 400
	check_j mon3/sources/vm0/stats/other_shares 0
	check_j mon3/sources/vm0/stats/rx/packets 400
}

# A frame that comes in by one port and leaves by another is in the same share at both.
once_through_a_bridge()
{
	local sw p1 p2 span dup=0

	topo_bridge && ip -n "$sw" link add mark0 up type dummy || return
	for span in "${SPANS[@]}"; do
		span_add "$sw" "$span" && source_add "$sw" mark0 tx to "$span" || return
	done
	divide "$sw" 'p?' || return
	share "$sw" from=eth0 fromns="$p1" flows=300 || return
	check_eq "copies" "${KV[got]}" "${KV[sent]}"
	stats "$sw"
	for span in "${SPANS[@]}"; do
		dup=$((dup + ${J[$span/sources/p?/stats/dup]}))
	done
	[ "$dup" -gt $((KV[sent] / 2)) ] || fail "only $dup of ${KV[sent]} left by another port"
}

# check_books FILTERED OTHER-SHARES SAMPLED-OUT: of nic0 for mon1
check_books()
{
	one_flow "by the rule"
	check_eq "copies" "${KV[frames]}" 0
	stats "$sw" mon1
	check_j mon1/sources/nic0/stats/filtered "$1"
	check_j mon1/sources/nic0/stats/other_shares "$2"
	check_j mon1/sources/nic0/stats/sampled_out "$3"
}

# VLANs and filter, share, sample
order_of_selection()
{
	source_add "$sw" nic0 tx to mon1 share 1/2 sample 4294967295 || return
	check_books 0 0 100
	check_vspan "$sw" set nic0 to mon1 share 2/2
	check_books 0 100 100
	check_vspan "$sw" set nic0 to mon1 filter arp
	check_books 100 100 100
	check_vspan "$sw" set nic0 to mon1 filter '' vlan 7
	check_books 200 100 100
	check_vspan "$sw" set nic0 to mon1 share all
	check_books 300 100 100
}

more()
{
	stats "$sw" mon1
	((J[mon1/sources/nic0/stats/$1] > WAS + 200))
}

# wait_more WHAT COUNTER: it grows from now on
wait_more()
{
	stats "$sw" mon1
	WAS=${J[mon1/sources/nic0/stats/$2]}
	check_wait "$1" more "$2"
}

# Each frame is judged by the old rule or by the new one.
changed_under_traffic()
{
	local words

	source_add "$sw" nic0 tx to mon1 share 1/2 || return
	reader stream probe from=nic0 fromns="$sw" to=mon1 tons="$sw" mark=mark0 \
		markns="$sw" len=60-80 loss=ok || return
	wait_more "frames of another share" other_shares
	check_j mon1/sources/nic0/stats/tx/packets 0
	for words in 2/2 all 1/1 2/3; do
		check_vspan "$sw" set nic0 to mon1 share "$words"
		wait_more "copies with $words" tx/packets
		check_vspan "$sw" set nic0 to mon1 share 1/2
		wait_more "none with 1/2" other_shares
	done
	check_vspan "$sw" set nic0 to mon1 share all
	wait_more "copies of all" tx/packets
	stop stream || fail "stream" "${LINES[@]}"
	stats "$sw" mon1
	check_j mon1/sources/nic0/stats/tx/packets "${KV[got]}"
	check_j mon1/sources/nic0/stats/other_shares "${KV[lost]}"
	check_eq "all frames" $((KV[got] + KV[lost])) "${KV[sent]}"
}

bad_shares()
{
	local word

	source_add "$sw" nic0 to mon1 share 2/3 || return
	for word in 0/2 3/2 1/0 0/0 1/257 1/999999 4294967297/4294967298 1 1/ /2 1/2/3 -1/2 \
		half 1:2 ""; do
		check_refused "$sw" 2 "share \"$word\" is no share: it is K/N, N from 1 to 256 and K from 1 to N, or all" \
			set nic0 to mon1 share "$word"
	done
	check_refused "$sw" 2 '"share" needs a value' set nic0 to mon1 share
	check_refused "$sw" 2 '"share" is given twice' set nic0 to mon1 share 1/2 share 2/2
	json "$sw" show mon1
	check_j mon1/sources/nic0/share 2
	check_j mon1/sources/nic0/shares 3
}

# asked WANT WORDS...: what the kernel says to who has no tool to stop him
asked()
{
	check_eq "${*:2}" "$("$PKT" ask set ns="$sw" name=mon1 source=nic0 "${@:2}")" "$1"
}

half_a_fraction()
{
	source_add "$sw" nic0 to mon1 share 2/3 || return
	asked EINVAL share=1
	asked EINVAL shares=2
	asked EINVAL share=0 shares=2
	asked EINVAL share=3 shares=2
	asked EINVAL share=1 shares=0
	asked EINVAL share=1 shares=257
	asked EINVAL share=4294967295 shares=4294967295
	json "$sw" show mon1
	check_j mon1/sources/nic0/share 2
	asked ok share=256 shares=256
	json "$sw" show mon1
	check_j mon1/sources/nic0/share 256
	asked ok shares=0
	json "$sw" show mon1
	check_j mon1/sources/nic0/shares absent
}

shown_saved_restored()
{
	local saved

	source_add "$sw" nic0 to mon1 share 2/3 sample 9 || return
	json "$sw" show mon1
	check_j mon1/sources/nic0/share 2
	check_j mon1/sources/nic0/shares 3
	[[ $(vspan "$sw" show mon1) == *" share 2/3 sample 9 "* ]] || fail "show does not print it"
	[[ $(vspan "$sw" metrics) == *'vspan_source_other_shares_packets_total{span="mon1",source="nic0"'* ]] ||
		fail "metrics do not have it" "$(vspan "$sw" metrics | grep other_shares)"
	saved=$(vspan "$sw" save -)
	[[ $saved == *"add nic0 rx,tx to mon1 share 2/3 sample 9"* ]] || fail "saved" "$saved"
	check_vspan "$sw" set nic0 to mon1 share all
	json "$sw" show mon1
	check_j mon1/sources/nic0/share absent
	check_j mon1/sources/nic0/shares absent
	check_vspan "$sw" restore - <<<"$saved"
	check_eq "restored" "$(vspan "$sw" save -)" "$saved"
	check_vspan "$sw" set nic0 to mon1 share 1/1
	json "$sw" show mon1
	check_j mon1/sources/nic0/shares absent
}

tests_run
