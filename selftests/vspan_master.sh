#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sources for all ports of a master: each frame through it, and from the host, is copied
# once; ports that are added and removed; the precedence if several sources match a port.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"through_bridge unicast 1 2"
	"through_bridge unicast 4 3"
	"through_bridge broadcast"
	"through_bridge multicast"
	"through_bridge unknown_unicast"
	"through_bridge tagged"
	"through_bridge host_unicast"
	"through_bridge host_broadcast"
	"through_bridge to_the_host"
	"bridge_with_snooping"
	"one_direction rx"
	"one_direction tx"
	"bound_to_ports_and_master"
	"ports_join_and_leave"
	"ports_join_and_leave_under_traffic"
	"master_made_renamed_and_deleted"
	"vlan_aware_bridge"
	"exact_and_pattern_beat_master exact"
	"exact_and_pattern_beat_master pattern"
	"bridge_on_a_bond"
	"bond_master active-backup 0"
	"bond_master balance-rr"
	"bond_master broadcast"
	"team_master"
	"vrf_master"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

HOST=(src=02:00:00:00:00:fe)
ALL=dst=ff:ff:ff:ff:ff:ff
GROUP=dst=01:00:5e:01:02:03

setup()
{
	topo_ports && span_add "$sw" span0
}

# Words for pkt: one frame's way, 10 times.
way_unicast() { from "$1" "$2"; }
way_broadcast() { from 2; REPLY+=" $ALL"; }
way_multicast() { from 3; REPLY+=" $GROUP"; }
way_unknown_unicast() { from 1; REPLY+=" dst=02:00:00:00:00:77"; }
way_tagged() { from 1 2; REPLY+=" vlan=42:5"; }
way_host_unicast() { REPLY="send br0 ns=$sw ${HOST[*]} dst=02:00:00:00:00:03"; }
way_host_broadcast() { REPLY="send br0 ns=$sw ${HOST[*]} $ALL"; }
way_to_the_host() { from 4; REPLY+=" dst=02:00:00:00:00:fe"; }

# through_bridge WAY [ARGS]: once with the master; byte for byte, in order
through_bridge()
{
	local -a way=()

	source_add "$sw" master br0 || return
	"way_$1" "${@:2}"
	read -ra way <<<"$REPLY"
	copies "$1" 10 "${way[@]}"
	flows "$1, byte by byte" "${way[@]}" len=60-1514 count=300 \
		recv span0 ns="$sw" "${way[@]:3}" len=60-1514 count=300
}

bridge_with_snooping()
{
	ip -n "$sw" link set br0 type bridge mcast_snooping 1
	defer ip -n "$sw" link set br0 type bridge mcast_snooping 0
	source_add "$sw" master br0 || return
	from 1
	# shellcheck disable=SC2086
	copies "multicast" 10 $REPLY "$GROUP"
	# shellcheck disable=SC2086
	copies "unicast" 10 $REPLY dst=02:00:00:00:00:04
}

# one_direction DIR: rx is what comes in by ports, tx what the host sends. A mark from
# the other side ends the stream, as every reader needs one.
one_direction()
{
	local want=10 other

	source_add "$sw" master br0 "$1" && pairs mark0 && source_add "$sw" mark0 rx || return
	way_unicast 1 2
	other="send br0 ns=$sw ${HOST[*]} $ALL id=2"
	# shellcheck disable=SC2086
	flows "$1" $REPLY end=0 $other end=0 send x-mark0 ns="$sw" id=3 count=0 \
		count span0 ns="$sw" id=3
	parse_kv "${LINES[-1]}"
	check_eq "copies" "${KV[frames]}" "$want"
	stats "$sw" span0
	[ "$1" == rx ] && other=tx || other=rx
	check_j "span0/sources/br0/stats/$1/packets" 10
	check_j "span0/sources/br0/stats/$other/packets" 0
}

bound_to_ports_and_master()
{
	source_add "$sw" master br0 || return
	check_bound br0 "br0 p1 p2 p3 p4"
	[[ $(vspan "$sw" show) == *"master br0"* ]] || fail "show does not name the master"
	check_taps "$sw" 5
	check_vspan "$sw" del master br0
	check_taps "$sw" 0
	check_refused "$sw" 1 "no such source" del master br0
	# the bridge as such is another source, and another thing
	source_add "$sw" br0 && source_add "$sw" master br0 to span0 || return
	check_refused "$sw" 1 "has this source already" add master br0
	json "$sw" show span0
	check_taps "$sw" 5
}

ports_join_and_leave()
{
	source_add "$sw" master br0 && pairs mark0 || return
	ip -n "$sw" link set p3 nomaster
	check_bound br0 "br0 p1 p2 p4"
	from 3 1
	# shellcheck disable=SC2086
	copies "no port" 0 $REPLY end=0 send br0 ns="$sw" "${HOST[@]}" $ALL count=0
	ip -n "$sw" link set p3 master br0
	check_wait "ports of br0 forward" ports_forward "$sw" 4
	learn 3
	check_bound br0 "br0 p1 p2 p3 p4"
	from 3 1
	# shellcheck disable=SC2086
	copies "a port again" 10 $REPLY
	ip -n "$sw" link set mark0 master br0
	check_bound br0 "br0 mark0 p1 p2 p3 p4"
	ip -n "$sw" link del mark0
	check_bound br0 "br0 p1 p2 p3 p4"
	printf 'link set p%d nomaster\n' 1 2 3 4 | ip -n "$sw" -b -
	check_why br0 "br0 has no ports"
	check_taps "$sw" 0
	printf 'link set p%d master br0\n' 1 2 3 4 | ip -n "$sw" -b -
	check_bound br0 "br0 p1 p2 p3 p4"
	check_wait "ports of br0 forward" ports_forward "$sw" 4
	learn 1 2 3 4
}

# Machine 1 floods through the bridge while ports come and go: each frame once, and
# what the fourth port's machine sends is copied while it is a port, and not twice.
ports_join_and_leave_under_traffic()
{
	local i

	source_add "$sw" master br0 || return
	reader monitor recv span0 ns="$sw" id=1 count=20000 src=02:00:00:00:00:01 \
		dst=ff:ff:ff:ff:ff:ff others=ok || return
	background flood send e1 ns="$lan" id=1 count=20000 src=02:00:00:00:00:01 "$ALL" rate=10000
	for i in {1..8}; do
		printf 'link set p%d nomaster\n' 3 4 | ip -n "$sw" -b -
		printf 'link set p%d master br0\n' 3 4 | ip -n "$sw" -b -
		ip -n "$sw" -b - <<-EOT
			link add p5 type veth peer name x-p5
			link set p5 up
			link set p5 master br0
			link del p5
		EOT
	done
	finish flood
	check_finish monitor
	check_wait "ports of br0 forward" ports_forward "$sw" 4
	learn 3 4
	check_bound br0 "br0 p1 p2 p3 p4"
}

# Names: the source lives by that of the master.
master_made_renamed_and_deleted()
{
	source_add "$sw" master br7 || return
	check_why br7 "no device is named br7"
	pairs q1 q2 || return
	ip -n "$sw" -b - <<-EOT
		link add br7 up type bridge mcast_snooping 0
		link set q1 master br7
		link set q2 master br7
	EOT
	defer ip -n "$sw" link del br7
	defer ip -n "$sw" link del br8
	check_bound br7 "br7 q1 q2"
	check_wait "ports of br7 forward" ports_forward "$sw" 6
	copies "made later" 10 send x-q1 ns="$sw" "$ALL"
	printf '%s\n' "link set br7 down" "link set br7 name br8" "link set br8 up" |
		ip -n "$sw" -b -
	check_why br7 "no device is named br7"
	check_taps "$sw" 0
	printf '%s\n' "link set br8 down" "link set br8 name br7" "link set br7 up" |
		ip -n "$sw" -b -
	check_bound br7 "br7 q1 q2"
	check_wait "ports of br7 forward" ports_forward "$sw" 6
	copies "its old name" 10 send x-q1 ns="$sw" "$ALL"
	ip -n "$sw" link del br7
	check_why br7 "no device is named br7"
	check_taps "$sw" 0
}

# Tags are put on and taken off on the way: each frame once all the same.
vlan_aware_bridge()
{
	ip -n "$sw" link set br0 type bridge vlan_filtering 1 2>/dev/null ||
		{ skip "no VLAN-aware bridges"; return; }
	defer ip -n "$sw" link set br0 type bridge vlan_filtering 0
	bridge -n "$sw" -b - <<-EOT
		vlan add dev p1 vid 10 pvid untagged
		vlan add dev p2 vid 10
		fdb replace 02:00:00:00:00:02 dev p2 vlan 10 master static
	EOT
	defer bridge -n "$sw" vlan del dev p1 vid 10
	defer bridge -n "$sw" vlan del dev p2 vid 10
	defer bridge -n "$sw" vlan add dev p1 vid 1 pvid untagged
	source_add "$sw" master br0 || return
	from 1 2
	# shellcheck disable=SC2086
	copies "untagged in, tagged out" 10 $REPLY
	from 2 1
	# shellcheck disable=SC2086
	copies "tagged in, untagged out" 10 $REPLY vlan=10
}

# exact_and_pattern_beat_master {exact|pattern}
exact_and_pattern_beat_master()
{
	local name=p1

	[ "$1" == exact ] || name='p[1]'
	source_add "$sw" master br0 && source_add "$sw" "$name" tx || return
	check_bound br0 "br0 p2 p3 p4"
	check_bound "$name" p1
	from 1 2
	# shellcheck disable=SC2086
	copies "rx of the port, which nobody wants" 0 $REPLY end=0 \
		send br0 ns="$sw" "${HOST[@]}" $ALL count=0
	from 2 1
	# shellcheck disable=SC2086
	copies "once" 10 $REPLY
	# shellcheck disable=SC2086
	copies "from the host, once" 10 send br0 ns="$sw" "${HOST[@]}" dst=02:00:00:00:00:01
	check_vspan "$sw" del "$name"
	check_bound br0 "br0 p1 p2 p3 p4"
	from 1 2
	# shellcheck disable=SC2086
	copies "the master's again" 10 $REPLY
	check_vspan "$sw" add "$name" tx
	check_bound br0 "br0 p2 p3 p4"
}

# bond MODE NAME PORT...: of pairs, so that x-PORT is what is at their other ends
bond()
{
	local mode=$1 name=$2 port

	pairs "${@:3}" || return 1
	{
		echo "link add $name type bond mode $mode miimon 10"
		for port in "${@:3}"; do
			echo "link set $port down"
			echo "link set $port master $name"
		done
		echo "link set $name up"
	} | ip -n "$sw" -b - || return 1
	defer ip -n "$sw" link del "$name"
	wait_up "$sw" "$name" "${@:3}"
}

# bond_master MODE [BY-Q2]: what the bond accepts, once, of 10 frames that come in by the
# second port BY-Q2; and what it sends, once, even where it sends it by all ports
bond_master()
{
	local by_q2=${2:-10}

	modinfo bonding >/dev/null 2>&1 || [ -d /proc/net/bonding ] ||
		{ skip "no bonding"; return; }
	source_add "$sw" master bond7 || return
	bond "$1" bond7 q1 q2 || return
	[ "$by_q2" -eq 10 ] || ip -n "$sw" link set bond7 type bond active_slave q1
	check_bound bond7 bond7
	copies "in by the first" 10 send x-q1 ns="$sw"
	copies "in by the second" "$by_q2" send x-q2 ns="$sw"
	copies "in by both" $((10 + by_q2)) send x-q1 ns="$sw" "$ALL" end=0 send x-q2 ns="$sw" "$ALL"
	copies "sent" 10 send bond7 ns="$sw"
	copies "sent to all" 10 send bond7 ns="$sw" "$ALL"
	ip -n "$sw" link set q2 nomaster
	check_bound bond7 bond7
	ip -n "$sw" link set q1 nomaster
	check_why bond7 "bond7 has no ports"
	ip -n "$sw" link del bond7
	check_why bond7 "no device is named bond7"
	check_taps "$sw" 0
}

# The bond is a port, its ports are not: frames come in by both, as seen on the bond.
bridge_on_a_bond()
{
	modinfo bonding >/dev/null 2>&1 || [ -d /proc/net/bonding ] ||
		{ skip "no bonding"; return; }
	bond active-backup bond7 q1 q2 || return
	ip -n "$sw" link set bond7 master br0
	check_wait "ports of br0 forward" ports_forward "$sw" 5
	source_add "$sw" master br0 || return
	check_bound br0 "bond7 br0 p1 p2 p3 p4"
	copies "in by the bond" 10 send x-q1 ns="$sw" "$ALL"
	from 1
	# shellcheck disable=SC2086
	copies "out by the bond" 10 $REPLY "$ALL"
}

# Without a team daemon a team has no mode: it receives, and sends nothing on.
team_master()
{
	pairs q1 q2 || return
	ip -n "$sw" link add team7 type team 2>/dev/null || { skip "no team devices"; return; }
	defer ip -n "$sw" link del team7
	source_add "$sw" master team7 || return
	check_why team7 "team7 has no ports"
	printf '%s\n' "link set q1 down" "link set q2 down" "link set q1 master team7" \
		"link set q2 master team7" "link set team7 up" "link set q1 up" \
		"link set q2 up" | ip -n "$sw" -b -
	wait_up "$sw" q1 q2
	check_bound team7 team7
	copies "in by a port" 10 send x-q2 ns="$sw"
	ip -n "$sw" link set q2 nomaster
	check_bound team7 team7
	ip -n "$sw" link del team7
	check_taps "$sw" 0
}

# A VRF sends nothing through itself but what is for the host: its ports say it all,
# and a routed frame, which has other addresses when it leaves, is two.
vrf_master()
{
	ip -n "$sw" link add vrf7 up type vrf table 7 2>/dev/null || { skip "no VRF"; return; }
	defer ip -n "$sw" link del vrf7
	pairs q1 q2 || return
	source_add "$sw" master vrf7 || return
	check_why vrf7 "vrf7 has no ports"
	ip -n "$sw" -b - <<-EOT
		link set q1 master vrf7
		link set q2 master vrf7
	EOT
	check_bound vrf7 "q1 q2"
	copies "in" 10 send x-q1 ns="$sw"
	copies "out" 10 send q2 ns="$sw"
	ip -n "$sw" link set q2 nomaster
	check_bound vrf7 "q1"
}

tests_run
