#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The host never processes mirrored frames: it does not answer them, learn from them or
# count them, even if the span has their destination address.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"no_addresses_appear"
	"silent_after_up"
	"ipv6_turned_on_for_all"
	"ping_to_the_spans_own_address"
	"arp_for_the_spans_own_address"
	"ipv6_neighbour_discovery"
	"broadcast_and_multicast"
	"tcp_port_that_listens"
	"packet_socket_of_one_protocol"
	"host_answers_once"
	"no_upper_devices"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

# The bridge of topo_bridge() and a third host, mon, with nothing but the span in
# it: whatever mon counts can only come from copies. The span has the addresses of
# p2, the worst there is. IPv6 is on in mon, as it is by default.
setup()
{
	topo_bridge && setup_ns mon || return 1
	ip netns exec "$mon" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6 &&
		echo 0 >/proc/sys/net/ipv6/conf/default/disable_ipv6' || return 1
	ip -n "$mon" link add span0 address 02:00:00:00:00:02 type vspan || return 1
	ip -n "$mon" link set span0 up
	check_ok "move to sw" ip -n "$mon" link set span0 netns "$sw" || return 1
	ip -n "$sw" link set span0 up
	check_vspan "$sw" add p1 || return 1
	ip -n "$sw" link set span0 netns "$mon"
	ip -n "$mon" link set span0 up
	ip -n "$mon" addr add 192.0.2.2/24 dev span0
}

# What mon knows and has counted, in REPLY.
snapshot()
{
	REPLY=$(ip netns exec "$mon" sh -c 'cat /proc/net/snmp /proc/net/snmp6 \
		/proc/net/netstat; ip neigh show; ip -6 neigh show; ip maddr show
		ip -6 addr show dev span0')
}

# unmoved WHAT COMMAND...: while mirrored, it changes nothing in mon
unmoved()
{
	local what=$1 before sent

	shift
	stats "$sw" span0
	sent=${J[span0/stats/monitor_tx_dropped]}
	# somebody has to read, else nothing would be copied at all
	reader mon count span0 ns="$mon" id=99 || return 1
	snapshot
	before=$REPLY
	"$@"
	flows "marker" send eth0 ns="$p1" count=0 id=99
	check_finish mon
	snapshot
	[ "$REPLY" == "$before" ] ||
		fail "$what" "$(diff <(echo "$before") <(echo "$REPLY"))"
	stats "$sw" span0
	check_j span0/stats/monitor_tx_dropped "$sent" "frames the host sent on the span"
}

no_addresses_appear()
{
	check_eq "IPv6 addresses" "$(ip -n "$mon" -6 addr show dev span0)" ""
	check_eq "IPv6 routes" "$(ip -n "$mon" -6 route show dev span0)" ""
	check_eq "IPv6 is off" \
		"$(ip netns exec "$mon" cat /proc/sys/net/ipv6/conf/span0/disable_ipv6)" 1
}

silent_after_up()
{
	stats "$sw" span0
	check_j span0/stats/monitor_tx_dropped 0
	ip -n "$mon" link set span0 down
	ip -n "$mon" link set span0 up
	unmoved "up" true
}

# What an admin does to a whole netns must not make a span speak.
ipv6_turned_on_for_all()
{
	[ -e /proc/sys/net/ipv6 ] || { skip "no IPv6"; return; }
	ip netns exec "$mon" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
	check_eq "IPv6 addresses" "$(ip -n "$mon" -6 addr show dev span0)" ""
	stats "$sw" span0
	check_j span0/stats/monitor_tx_dropped 0
	# so that the other cases start as they should
	ip -n "$mon" link set span0 down
	ip -n "$mon" link set span0 up
}

# p1 hears ten answers, all from p2.
ten_pings()
{
	reader p1 count eth0 ns="$p1" id=98 || return
	ping_exact "$p1" "$1" 10
	flows "marker" send eth0 ns="$p2" count=0 id=98 src=02:00:00:00:00:02 \
		dst=02:00:00:00:00:01
	check_finish p1
	check_eq "answers" "${KV[echo_rep]}" 10
}

ping_to_the_spans_own_address()
{
	unmoved "ping" ten_pings 192.0.2.2
	[ "${KV[echo_req]:-0}" -gt 0 ] || fail "nothing was mirrored"
}

arp_for_the_spans_own_address()
{
	ip -n "$p1" neigh del 192.0.2.2 dev eth0
	unmoved "ARP" ten_pings 192.0.2.2
	[ "${KV[arp_req]:-0}" -gt 0 ] || fail "no ARP request was mirrored"
	ip -n "$p1" neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0
}

ipv6_on()
{
	ip netns exec "$1" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
	ip -n "$1" addr add "$2" dev eth0 nodad
}

ipv6_off()
{
	ip netns exec "$1" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
}

ipv6_neighbour_discovery()
{
	[ -e /proc/sys/net/ipv6 ] || { skip "no IPv6"; return; }
	defer ipv6_off "$p1"
	defer ipv6_off "$p2"
	ipv6_on "$p1" 2001:db8::1/64
	ipv6_on "$p2" 2001:db8::2/64
	unmoved "IPv6" ten_pings 2001:db8::2
	[ "${KV[ip6]:-0}" -gt 0 ] || fail "nothing was mirrored"
}

ping_all()
{
	ip netns exec "$p1" ping -n -q -b -c 3 -i 0.002 -w 1 192.0.2.255
	ip netns exec "$p1" ping -n -q -c 3 -i 0.002 -w 1 -I eth0 224.0.0.1
} >/dev/null 2>&1

broadcast_and_multicast()
{
	unmoved "broadcast and multicast" ping_all
	[ "${KV[echo_req]:-0}" -ge 6 ] || fail "nothing was mirrored"
}

# p1 tries to reach a TCP port that is open in mon and closed on p2.
connect_from_p1()
{
	"$PKT" bulk from="$p1" to="$mon" addr=192.0.2.2 bytes=1 >/dev/null 2>&1 &&
		fail "the host answered a mirrored SYN"
}

tcp_port_that_listens()
{
	unmoved "TCP to a port that listens" connect_from_p1
	[ "${KV[ip4]:-0}" -gt 0 ] || fail "nothing was mirrored"
}

# Such a socket lies behind the place where frames leave the host's stack.
packet_socket_of_one_protocol()
{
	reader one recv span0 ns="$mon" bind=0x88b5 id=5 others=ok || return
	unmoved "with such a socket" ten_pings 192.0.2.2
	flows "stream" send eth0 ns="$p1" id=5
	check_finish one
}

icmp_received()
{
	REPLY=$(ip netns exec "$sw" sed -n 's/^Icmp: \([0-9]*\) .*/\1/p' /proc/net/snmp)
}

# An address of the host's own in the mirrored network: one answer, not two.
host_answers_once()
{
	local before

	icmp_received
	before=$REPLY
	ten_pings 192.0.2.254
	icmp_received
	check_eq "ICMP messages the host has received" $((REPLY - before)) 10
}

# Whatever is put on top of a span would carry copies into the host.
no_upper_devices()
{
	local kind

	ip -n "$mon" link add br9 type bridge
	ip -n "$mon" link set span0 master br9 2>/dev/null && fail "a bridge took the span"
	for kind in "vlan id 10" "macvlan" "macvtap"; do
		# shellcheck disable=SC2086	# words
		ip -n "$mon" link add link span0 name up0 type $kind 2>/dev/null &&
			fail "a $kind on the span was made"
	done
	ip -n "$mon" link del br9
}

tests_run
