#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copies are sent to other hosts: RSPAN to a second switch; ERSPAN, GRE and VXLAN to a
# second host, where they are the source of a span.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"rspan_of_an_access_port"
	"rspan_of_a_trunk none 8100.10"
	"rspan_of_a_trunk strip none"
	"rspan_all_lengths"
	"rspan_in_another_vlan"
	"tunnel erspan-I"
	"tunnel erspan-II"
	"tunnel erspan-III"
	"tunnel gretap"
	"tunnel vxlan"
	"too_big_for erspan-I"
	"too_big_for erspan-II"
	"too_big_for erspan-III"
	"too_big_for gretap"
	"too_big_for vxlan"
	"super-frames_in_a_tunnel"
	"no_icmp_to_production"
	"tshark_decodes_the_wire"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

PINGS=10
HERE_IP=198.51.100.1
FAR_IP=198.51.100.2

# The two ends of each kind of tunnel are made alike.
declare -A TUNNEL=(
	[erspan-I]="erspan erspan_ver 0"
	[erspan-II]="erspan seq key 100 erspan_ver 1 erspan 123"
	[erspan-III]="erspan seq key 200 erspan_ver 2 erspan_dir ingress erspan_hwid 17"
	[gretap]="gretap key 0x10"
	[vxlan]="vxlan id 42 dstport 4789 nolearning"
)

#   netns p1, p2         netns sw                    netns far            netns mon
# +--------------+   +---------------+          +------------------+   +-----------+
# | eth0         +---+-p1  \         |  trunk   |         / p4 (200+---+-eth0      |
# |   VLAN 10    |   |      br0 -- t0+----------+-t0 -- br0        |   |           |
# | eth0         +---+-p2  /         |          |                  |   +-----------+
# +--------------+   |   span0    up0+----------+-eth0       span0 |
#                    +---------------+ 198.51.. +------------------+
setup()
{
	topo_bridge && setup_ns far mon && span_add "$sw" span0 && span_add "$far" span0 ||
		return 1
	modprobe -a ip_gre vxlan || return 1
	near_switch && far_switch && uplink || return 1
	MARKERS=$(nproc)
	MARK=(send eth0 ns="$p1" id=99 count=0)
}

near_switch()
{
	ip -n "$sw" link set br0 type bridge vlan_filtering 1 &&
		ip -n "$sw" link add t0 up master br0 type veth peer name t0 netns "$far" &&
		bridge -n "$sw" -b - <<-EOT
			vlan add dev p1 vid 10 pvid untagged
			vlan add dev p2 vid 10 pvid untagged
			vlan add dev t0 vid 10
		EOT
}

# An RSPAN VLAN has both MACs of a conversation behind one port: a switch that
# learned them would find nothing to forward.
far_switch()
{
	ip -n "$far" -b - <<-EOT || return 1
		link add br0 up type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
		link add p4 up master br0 type veth peer name eth0 netns $mon
		link set t0 up master br0
	EOT
	bridge -n "$far" -b - <<-EOT || return 1
		vlan add dev t0 vid 200
		vlan add dev p4 vid 200 pvid untagged
		link set dev t0 learning off
	EOT
	ip -n "$mon" link set eth0 up
	wait_up "$sw" t0 && wait_up "$far" t0 p4 && wait_up "$mon" eth0 &&
		check_wait "ports of the far switch forward" ports_forward "$far" 2 &&
		check_wait "ports of the switch forward" ports_forward "$sw" 3
}

uplink()
{
	ip -n "$sw" link add up0 address 02:00:00:00:01:01 type veth \
		peer name eth0 address 02:00:00:00:01:02 netns "$far" || return 1
	ip -n "$sw" -b - <<-EOT || return 1
		addr add $HERE_IP/24 dev up0
		link set up0 up
		neigh add $FAR_IP lladdr 02:00:00:00:01:02 dev up0
	EOT
	ip -n "$far" -b - <<-EOT || return 1
		addr add $FAR_IP/24 dev eth0
		link set eth0 up
		neigh add $HERE_IP lladdr 02:00:00:00:01:01 dev eth0
	EOT
	wait_up "$sw" up0 && wait_up "$far" eth0
}

# pings_seen NETNS DEV ADDRESS TAGS: p1 pings; DEV sees the requests, and no more
pings_seen()
{
	local ns=$1 dev=$2 address=$3 tags=$4

	reader "$dev" count "$dev" ns="$ns" id=99 || return 1
	ping_exact "$p1" "$address" "$PINGS"
	flows "marker" "${MARK[@]}"
	check_finish "$dev"
	check_eq "echo requests at $dev" "${KV[echo_req]}" "$PINGS"
	check_eq "frames at $dev" "${KV[frames]}" "$PINGS"
	check_eq "tags at $dev" "${KV[tags]}" "$tags"
}

# Seeds scenario 3. The far switch's own span is fed by the same VLAN.
rspan_of_an_access_port()
{
	source_add "$sw" p1 rx && output_add "$sw" span0 dev t0 vlan 200 || return
	pings_seen "$mon" eth0 192.0.2.2 "none:$PINGS"
	source_add "$far" t0 rx vlan 200 || return
	pings_seen "$far" span0 192.0.2.2 "none:0,8100.200:$PINGS"
	check_books "$sw" span0/outputs/t0 "packets=$((2 * (PINGS + MARKERS)))"
}

# The host p1 tags its frames itself.
trunk_host()
{
	defer bridge -n "$sw" vlan add dev p1 vid 10 pvid untagged
	bridge -n "$sw" vlan add dev p1 vid 10
	ip -n "$p1" link add link eth0 name eth0.10 up type vlan id 10
	defer ip -n "$p1" link del eth0.10
	ip -n "$p1" -b - <<-EOT
		addr add 203.0.113.1/24 dev eth0.10
		neigh add 203.0.113.2 lladdr 02:00:00:00:00:02 dev eth0.10
	EOT
	defer ip -n "$p2" addr del 203.0.113.2/24 dev eth0
	ip -n "$p2" -b - <<-EOT
		addr add 203.0.113.2/24 dev eth0
		neigh replace 203.0.113.1 lladdr 02:00:00:00:00:01 dev eth0
	EOT
	wait_up "$p1" eth0.10
}

rspan_of_a_trunk()
{
	local strip=$1 tag=$2
	local -a words=(dev t0 vlan 200)

	[ "$strip" == none ] || words+=("$strip")
	trunk_host && source_add "$sw" p1 rx && output_add "$sw" span0 "${words[@]}" || return
	MARK=(send eth0 ns="$p1" id=99 vlan=10 count=0)
	if [ "$tag" == none ]; then
		pings_seen "$mon" eth0 203.0.113.2 "none:$PINGS"
	else
		pings_seen "$mon" eth0 203.0.113.2 "none:0,$tag:$PINGS"
	fi
	MARK=(send eth0 ns="$p1" id=99 count=0)
}

rspan_all_lengths()
{
	local -a sweep=(count=1455 len=60-1514)

	source_add "$sw" p1 rx && source_add "$far" t0 rx vlan 200 &&
		output_add "$sw" span0 dev t0 vlan 200 || return
	flows "untagged" send eth0 ns="$p1" "${sweep[@]}" recv eth0 ns="$p2" "${sweep[@]}" \
		recv eth0 ns="$mon" "${sweep[@]}" recv span0 ns="$far" "${sweep[@]}" outer=200
	flows "tagged" send eth0 ns="$p1" "${sweep[@]}" vlan=10:6 \
		recv eth0 ns="$p2" "${sweep[@]}" \
		recv eth0 ns="$mon" "${sweep[@]}" vlan=10:6 \
		recv span0 ns="$far" "${sweep[@]}" outer=200 vlan=10:6
	check_books "$sw" span0/outputs/t0 "packets=$((2 * (1455 + MARKERS)))"
}

# VLAN 201 leaves the host, but is not let into the far switch nor its span.
rspan_in_another_vlan()
{
	source_add "$sw" p1 rx && source_add "$far" t0 rx vlan 200 || return
	reader p4 count eth0 ns="$mon" id=99 && reader span0 count span0 ns="$far" id=99 || return
	check_vspan "$sw" output add span0 dev t0 vlan 201
	ping_exact "$p1" 192.0.2.2 "$PINGS"
	check_books "$sw" span0/outputs/t0 "packets=$PINGS"
	check_vspan "$sw" output del span0 dev t0
	output_add "$sw" span0 dev t0 vlan 200
	flows "marker" "${MARK[@]}"
	check_finish p4
	check_eq "frames at p4" "${KV[frames]}" 0
	check_finish span0
	check_eq "frames at the far span" "${KV[frames]}" 0
	stats "$far" span0
	check_j span0/sources/t0/stats/filtered "$PINGS"
}

# end_add NETNS KIND LOCAL REMOTE: one end of a tunnel, mir0
end_add()
{
	# shellcheck disable=SC2086	# words
	check_ok "$2" ip -n "$1" link add mir0 up type ${TUNNEL[$2]} local "$3" remote "$4" ||
		return 1
	defer ip -n "$1" link del mir0
}

tunnel_add()
{
	end_add "$sw" "$1" "$HERE_IP" "$FAR_IP" && end_add "$far" "$1" "$FAR_IP" "$HERE_IP" &&
		source_add "$sw" p1 rx && output_add "$sw" span0 dev mir0 &&
		source_add "$far" mir0 rx
}

# Seeds scenario 4, for every kind of tunnel.
tunnel()
{
	local -a sweep=(count=1341 len=60-1400)

	tunnel_add "$1" || return
	pings_seen "$far" span0 192.0.2.2 "none:$PINGS"
	flows "$1, untagged" send eth0 ns="$p1" "${sweep[@]}" recv span0 ns="$far" "${sweep[@]}"
	flows "$1, tagged" send eth0 ns="$p1" "${sweep[@]}" vlan=10:6 \
		recv span0 ns="$far" "${sweep[@]}" vlan=10:6 recv eth0 ns="$p2" "${sweep[@]}"
	check_books "$sw" span0/outputs/mir0 "packets=$((PINGS + MARKERS + 2 * (1341 + MARKERS)))"
	check_vspan "$sw" output del span0 dev mir0
	flows "$1, deleted" send eth0 ns="$p1" id=1 recv eth0 ns="$p2" id=1 \
		send mir0 ns="$sw" id=9 count=0 recv span0 ns="$far" id=9 count=0
}

mtu_of()
{
	REPLY=$(ip -n "$1" -o link show dev "$2")
	REPLY=${REPLY#*mtu }
	REPLY=${REPLY%% *}
}

# Unlike a wire, a tunnel has no room for a tag beyond its MTU.
too_big_for()
{
	local kind=$1 room

	tunnel_add "$kind" || return
	# it does not know by which device it will send
	[ "$kind" != vxlan ] || ip -n "$sw" link set mir0 mtu 1450
	mtu_of "$sw" mir0
	room=$((REPLY + 14))
	reader fits count span0 ns="$far" id=99 || return
	flows "$kind, up to $room" \
		send eth0 ns="$p1" id=1 count=21 end=0 len=$((room - 10))-$((room + 10)) \
		send eth0 ns="$p1" id=2 count=21 end=0 len=$((room - 14))-$((room + 6)) vlan=10 \
		"${MARK[@]}" recv eth0 ns="$p2" id=99 count=0 others=ok
	check_finish fits
	check_books "$sw" span0/outputs/mir0 "packets=$((22 + MARKERS)) too_big=20"
	check_eq "frames that arrived" "${KV[stream]}" 22
	check_eq "their lengths" "${KV[maxlen]}" "$room"
}

# Frames of the wire's MTU fit if the uplink's is larger, as the manual says.
super-frames_in_a_tunnel()
{
	defer ip -n "$sw" link set up0 mtu 1500
	ip -n "$sw" link set up0 mtu 1600
	defer ip -n "$far" link set eth0 mtu 1500
	ip -n "$far" link set eth0 mtu 1600
	tunnel_add gretap || return
	mtu_of "$sw" mir0
	[ "$REPLY" -ge 1504 ] || fail "MTU of the tunnel: $REPLY"
	reader far count span0 ns="$far" id=99 || return
	tcp_copied far "$p1" "$p2" 192.0.2.2 1000000 "$sw" p1 "${MARK[@]}"
	check_books "$sw" span0/outputs/mir0 "packets=$((KV[frames] + MARKERS))"
}

ipv6_addr()
{
	ip netns exec "$1" sh -c "echo 0 >/proc/sys/net/ipv6/conf/$2/disable_ipv6"
	ip -n "$1" addr add "$3" dev "$2" nodad
}

ipv6_off()
{
	ip netns exec "$1" sh -c "echo 1 >/proc/sys/net/ipv6/conf/$2/disable_ipv6"
}

too_bigs()
{
	REPLY=$(ip netns exec "$p1" sed -n 's/^Icmp6InPktTooBigs[^0-9]*//p' /proc/net/snmp6)
}

# A tunnel whose MTU is a lie tells senders so: never those whose frames are copies.
no_icmp_to_production()
{
	[ -e /proc/sys/net/ipv6 ] || { skip "no IPv6"; return; }
	defer ipv6_off "$p1" eth0
	defer ipv6_off "$p2" eth0
	defer ipv6_off "$sw" br0
	ipv6_addr "$p1" eth0 2001:db8::1/64
	ipv6_addr "$p2" eth0 2001:db8::2/64
	ipv6_addr "$sw" br0 2001:db8::fe/64
	defer bridge -n "$sw" vlan del dev br0 vid 10 self
	bridge -n "$sw" vlan add dev br0 vid 10 pvid untagged self
	tunnel_add gretap || return
	ip -n "$sw" link set mir0 mtu 1500
	ping_exact "$p1" 2001:db8::fe 1
	ip netns exec "$p1" ping -n -q -c 5 -i 0.01 -s 1452 -W 10 2001:db8::2 >/dev/null ||
		fail "pings of the full MTU"
	flows "marker" "${MARK[@]}" recv span0 ns="$far" id=99 count=0
	ping_exact "$p1" 2001:db8::fe 1
	too_bigs
	check_eq "ICMP 'packet too big' that production got" "$REPLY" 0
	stats "$sw" span0
	[ "${J[span0/outputs/mir0/stats/packets]}" -gt 5 ] || fail "nothing was sent"
}

captured()
{
	[ "$(tcpdump -n -r "$1" 2>/dev/null | wc -l)" -ge "$2" ]
}

# One of each kind, five frames and their markers; one start of tshark for all.
tshark_decodes_the_wire()
{
	local kind file line
	local -A SEEN=()

	require_command tcpdump tshark || return
	file=$(mktemp)
	defer rm -f "$file"
	ip netns exec "$far" tcpdump -n -U -i eth0 -w "$file" ip 2>/dev/null &
	defer kill_quietly $!
	check_wait "tcpdump has begun" test -s "$file"
	for kind in erspan-I erspan-II erspan-III gretap vxlan; do
		carry_five "$kind"
	done
	check_wait "captured" captured "$file" $((5 * (5 + MARKERS))) || return
	while read -r line; do
		# the layers from the tunnel's own on
		line=${line/|eth:ethertype:ip:/|}
		line=${line/|gre:erspan/|erspan}
		line=${line/|udp:vxlan/|vxlan}
		SEEN[$line]=$((${SEEN[$line]:-0} + 1))
	done < <(tshark -n -r "$file" -T fields -E separator='|' -E occurrence=f -e gre.proto \
		-e gre.key -e erspan.version -e erspan.spanid -e vxlan.vni -e frame.protocols \
		2>/dev/null)
	check_decoded "ERSPAN type I" "0x88be|||||erspan"
	check_decoded "ERSPAN type II" "0x88be||1|100||erspan"
	check_decoded "ERSPAN type III" "0x22eb||2|200||erspan"
	check_decoded "GRE" "0x6558|0x00000010||||gre"
	check_decoded "VXLAN" "||||42|vxlan"
	check_eq "kinds of frames on the wire" "${#SEEN[@]}" 5
}

# check_decoded WHAT LINE: as often as it was sent, with a frame of ours inside
check_decoded()
{
	local line=$2:eth:ethertype:data

	check_eq "frames that are $1" "${SEEN[$line]:-0}" $((5 + MARKERS))
	[ -v "SEEN[$line]" ] || fail "$(declare -p SEEN)"
}

# In a scope of its own: the tunnel is gone when it ends.
carry_five()
{
	local mark=${#DEFERRED[@]}

	tunnel_add "$1" && flows "$1" send eth0 ns="$p1" count=5 recv span0 ns="$far" count=5
	undo_to "$mark"
}

tests_run
