#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A frame that passes several sources of a span on its way through a master is copied
# once, unless dup keep is set. A frame that is changed on its way is copied twice.
# shellcheck disable=SC2034,SC2086,SC2154,SC2317	# from() gives words; see lib.sh

ALL_TESTS=(
	"two_ports_of_one_flow"
	"keep_shows_both"
	"keep_is_of_the_sender_s_side"
	"mix p1 p2"
	"mix p[1] p2"
	"mix p1 p[2]"
	"mix p[1] p[2]"
	"mix p? p?"
	"mix p[1-2] p?"
	"mix master p2"
	"mix p1 master"
	"mix master p[2]"
	"mix p[1] master"
	"mix p1 p2 keep"
	"mix p[1] p2 keep"
	"mix p? p? keep"
	"mix master p2 keep"
	"flooded_frames"
	"host_frames"
	"only_one_side_is_mirrored"
	"other_selection_on_the_other_side"
	"other_span_on_the_other_side"
	"other_bridge"
	"frames_made_for_one_port"
	"three_sources_of_one_port"
	"side_that_goes_away"
	"routed_by_the_bridge"
	"routed_by_a_vrf"
	"routed_without_a_master"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

ALL=dst=ff:ff:ff:ff:ff:ff

setup()
{
	topo_ports && span_add "$sw" span0
}

# check_dup SOURCE COUNT: frames that it did not copy a second time
check_dup()
{
	stats "$sw" span0
	check_j "span0/sources/$1/stats/dup" "$2"
}

# Both ways; the markers pass as the frames do, one for each CPU.
two_ports_of_one_flow()
{
	local marks

	marks=$(nproc)
	source_add "$sw" p1 && source_add "$sw" p2 || return
	from 1 2
	copies "one way" 10 $REPLY
	check_dup p2 $((10 + marks))
	check_dup p1 0
	flows "in order" $REPLY len=60-1514 count=300 recv span0 ns="$sw" len=60-1514 count=300
	from 2 1
	copies "the other" 10 $REPLY
	check_dup p1 $((10 + marks))
	check_j span0/sources/p1/stats/tx/packets 0
	check_j span0/sources/p2/stats/rx/packets $((10 + marks))
	# frames that pass only one of them
	from 3 1
	copies "from elsewhere" 10 $REPLY
	from 2 4
	copies "to elsewhere" 10 $REPLY
}

keep_shows_both()
{
	source_add "$sw" p1 dup keep && source_add "$sw" p2 dup keep || return
	json "$sw" show span0
	check_j span0/sources/p1/dup keep
	from 1 2
	copies "one way" 20 $REPLY
	from 2 1
	copies "the other" 20 $REPLY
	check_dup p1 0
	check_dup p2 0
	check_vspan "$sw" set p1 dup drop
	check_vspan "$sw" set p2 dup drop
	copies "no more" 10 $REPLY
}

keep_is_of_the_sender_s_side()
{
	source_add "$sw" p1 dup keep && source_add "$sw" p2 || return
	from 1 2
	copies "sent by the other" 10 $REPLY
	from 2 1
	copies "sent by the one that keeps" 20 $REPLY
}

# mix A B [keep]: sources that have p1 and p2, in one span, both directions
mix()
{
	local want=10 name
	local -a opts=()

	[ -z "${3:-}" ] || opts=(dup keep)
	for name in "$1" "$2"; do
		[ "$name" != master ] || name="master br0"
		vspan "$sw" show | grep -qF "  $name " || source_add "$sw" $name "${opts[@]}" || return
	done
	[ -z "${3:-}" ] || want=20
	from 1 2
	copies "1 to 2" $want $REPLY
	# a master has no sending side at its ports
	[[ ${3:-} != keep || $1 != master ]] || want=10
	from 2 1
	copies "2 to 1" $want $REPLY
}

flooded_frames()
{
	source_add "$sw" 'p?' || return
	from 3
	copies "flooded" 10 $REPLY $ALL
	check_dup 'p?' $((3 * (10 + $(nproc))))
	copies "unknown" 10 $REPLY dst=02:00:00:00:00:77
	check_vspan "$sw" set 'p?' dup keep
	copies "all of them" 40 $REPLY $ALL
	copies "all of them, unknown" 40 $REPLY dst=02:00:00:00:00:77
}

# What the host floods is one frame, whether the master is a source or not.
host_frames()
{
	local -a host=(send br0 ns="$sw" src=02:00:00:00:00:fe)

	source_add "$sw" 'p?' || return
	copies "to one" 10 "${host[@]}" dst=02:00:00:00:00:03
	copies "to all, by four ports" 10 "${host[@]}" $ALL
	source_add "$sw" br0 tx || return
	copies "to one, once" 10 "${host[@]}" dst=02:00:00:00:00:03
	copies "to all, once" 10 "${host[@]}" $ALL
	check_vspan "$sw" set 'p?' dup keep
	copies "to all, on the bridge and by four ports" 50 "${host[@]}" $ALL
	check_vspan "$sw" del br0
	check_vspan "$sw" set 'p?' dup drop
	source_add "$sw" master br0 || return
	copies "pattern and master" 10 "${host[@]}" $ALL
}

only_one_side_is_mirrored()
{
	source_add "$sw" p2 tx || return
	from 1 2
	copies "sent" 10 $REPLY
	source_add "$sw" p1 tx || return
	copies "sent by one, the other sends too" 10 $REPLY
	check_dup p2 0
	check_vspan "$sw" set p1 rx
	copies "received" 10 $REPLY
	check_dup p2 $((10 + $(nproc)))
}

# The other source copies other frames, so these are copied here.
other_selection_on_the_other_side()
{
	source_add "$sw" p1 vlan 10 && source_add "$sw" p2 || return
	from 1 2
	copies "not selected there" 10 $REPLY
	check_dup p2 0
	copies "selected there" 10 $REPLY vlan=10
	check_dup p2 $((10 + $(nproc)))
	copies "another VLAN" 10 $REPLY vlan=11
	check_dup p2 $((10 + $(nproc)))
}

other_span_on_the_other_side()
{
	span_add "$sw" span1 && source_add "$sw" p1 && source_add "$sw" p2 to span1 || return
	from 1 2
	flows "each span" $REPLY recv span0 ns="$sw" recv span1 ns="$sw"
	stats "$sw"
	check_j span1/sources/p2/stats/dup 0
}

# Two bridges joined by a veth pair, which is no cable: the frame is the same.
other_bridge()
{
	pairs q1 q2 || return
	ip -n "$sw" -b - <<-EOT
		link add br9 up type bridge mcast_snooping 0
		link set q1 master br0
		link set x-q1 master br9
		link set q2 master br9
	EOT
	defer ip -n "$sw" link del br9
	check_wait "ports forward" ports_forward "$sw" 7
	source_add "$sw" p1 && source_add "$sw" q2 || return
	from 1
	copies "two bridges" 10 $REPLY $ALL
	check_dup q2 $((10 + $(nproc)))
	source_add "$sw" q1 && source_add "$sw" x-q1 || return
	copies "two bridges, two ports each" 10 $REPLY $ALL
}

# What is sent on a port itself is seen there alone, whatever its address.
frames_made_for_one_port()
{
	source_add "$sw" 'p?' && source_add "$sw" br0 || return
	copies "link-local" 10 send p1 ns="$sw" src=02:00:00:00:00:fe \
		dst=01:80:c2:00:00:0e end=0 send p1 ns="$sw" count=0 dst=01:80:c2:00:00:0e
}

# One device, many sources: one copy for each span.
three_sources_of_one_port()
{
	span_add "$sw" span1 || return
	source_add "$sw" p1 && source_add "$sw" 'p*' && source_add "$sw" master br0 &&
		source_add "$sw" 'p*' to span1 && source_add "$sw" master br0 to span1 || return
	from 1 2
	flows "each span" $REPLY recv span0 ns="$sw" recv span1 ns="$sw"
	check_taps "$sw" 5
}

# When the source that copied is deleted, the other one copies from the next frame on.
side_that_goes_away()
{
	source_add "$sw" p1 && source_add "$sw" p2 || return
	from 1 2
	copies "both" 10 $REPLY
	check_vspan "$sw" del p1
	copies "the sending side" 10 $REPLY
	stats "$sw" span0
	check_j span0/sources/p2/stats/tx/packets $((10 + $(nproc)))
	source_add "$sw" p1 || return
	check_vspan "$sw" del p2
	copies "the receiving side" 10 $REPLY
}

# host NETNS NUMBER: 192.0.NUMBER.2 behind port rNUMBER, and its way to all others
host()
{
	ip -n "$sw" -b - <<-EOT || return 1
		link add r$2 address 02:00:00:00:01:0$2 type veth peer name eth0 address 02:00:00:00:02:0$2 netns $1
		link set r$2 up
	EOT
	defer ip -n "$sw" link del "r$2"
	ip -n "$1" -b - <<-EOT
		link set eth0 up
		addr add 192.0.$2.2/24 dev eth0
		route add default via 192.0.$2.1
		neigh add 192.0.$2.1 lladdr $3 dev eth0
	EOT
}

# router DEV1 DEV2: the netns sw is a router between both, and sends no advice
router()
{
	local i

	# shellcheck disable=SC2016	# the other shell's
	ip netns exec "$sw" sh -c 'cd /proc/sys/net/ipv4
		echo 1 >ip_forward
		for f in conf/*/send_redirects conf/*/rp_filter; do echo 0 >$f; done'
	for i in 1 2; do
		echo "addr add 192.0.$i.1/24 dev ${!i}"
		echo "neigh add 192.0.$i.2 lladdr 02:00:00:00:02:0$i dev ${!i}"
	done | ip -n "$sw" -b -
	for i in 1 2; do
		defer ip -n "$sw" addr del "192.0.$i.1/24" dev "${!i}"
	done
}

# routed WHAT: 5 pings from one to the other; request and answer twice each
routed()
{
	pairs mark0 && source_add "$sw" mark0 rx || return
	reader monitor count span0 ns="$sw" || return
	ping_exact "$one" 192.0.2.2 5
	flows "the end" send x-mark0 ns="$sw" count=0
	check_finish monitor
	check_eq "$1: requests" "${KV[echo_req]}" 10
	check_eq "$1: answers" "${KV[echo_rep]}" 10
	check_eq "$1: frames" "${KV[frames]}" 20
}

routed_by_the_bridge()
{
	setup_ns one two || return
	host "$one" 1 02:00:00:00:00:fe && host "$two" 2 02:00:00:00:00:fe || return
	printf 'link set r%d master br0\n' 1 2 | ip -n "$sw" -b -
	router br0 br0
	check_wait "ports of br0 forward" ports_forward "$sw" 6
	wait_up "$one" eth0 && wait_up "$two" eth0
	source_add "$sw" master br0 || return
	routed "master"
	check_vspan "$sw" del master br0
	source_add "$sw" 'r?' || return
	vspan "$sw" del mark0
	ip -n "$sw" link del mark0
	routed "ports"
}

routed_by_a_vrf()
{
	ip -n "$sw" link add vrf7 up type vrf table 7 2>/dev/null || { skip "no VRF"; return; }
	defer ip -n "$sw" link del vrf7
	setup_ns one two || return
	host "$one" 1 02:00:00:00:01:01 && host "$two" 2 02:00:00:00:01:02 || return
	printf 'link set r%d master vrf7\n' 1 2 | ip -n "$sw" -b -
	router r1 r2
	wait_up "$one" eth0 && wait_up "$two" eth0
	source_add "$sw" master vrf7 || return
	check_bound vrf7 "r1 r2"
	routed "master"
}

routed_without_a_master()
{
	setup_ns one two || return
	host "$one" 1 02:00:00:00:01:01 && host "$two" 2 02:00:00:00:01:02 || return
	router r1 r2
	wait_up "$one" eth0 && wait_up "$two" eth0
	source_add "$sw" 'r?' || return
	routed "pattern"
}

tests_run
