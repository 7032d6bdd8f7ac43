#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# As on the cable: what the stack hands to a device's taps and no cable carried is not
# copied, and redirect leaves it to the host; what a VRF has received is not what it has
# sent. And whoever reads a span is its reader.
# shellcheck disable=SC2034,SC2154,SC2317	# see lib.sh

ALL_TESTS=(
	"multicast_of_the_host"
	"multicast_under_redirect"
	"esp_is_decrypted"
	"esp_is_decrypted_on_a_vlan"
	"esp_taken_by_gro"
	"decrypted_and_routed_on"
	"vrf_is_pinged"
	"vrf_pings"
	"vrf_one_way"
	"vrf_routes"
	"vrf_talks_to_itself"
	"xdp_reads"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

S=span0/sources
NET_A=198.51.100 NET_B=203.0.113

setup()
{
	topo_cable && span_add "$sw" span0
}

# multicast NETNS COUNT ADDRESS: sent by its device and heard by a member on the same
# host; says how many were heard.
multicast()
{
	ip netns exec "$1" python3 - "$2" "$3" <<-'EOT'
		import socket, sys
		count, own = int(sys.argv[1]), socket.inet_aton(sys.argv[2])
		group = ("239.1.1.1", 5000)
		rx = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		rx.bind(group)
		rx.settimeout(5)
		rx.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
		              socket.inet_aton(group[0]) + own)
		tx = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		tx.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
		heard = 0
		try:
		    for n in range(count):
		        tx.sendto(b"%d" % n, group)
		        heard += rx.recv(100) == b"%d" % n
		except TimeoutError:
		    pass
		print(heard)
	EOT
}

# counted SOURCE RX TX OFF: what it has copied, and what it has not; IGMP is not asked for
counted()
{
	wait_j "$sw" "$S/$1/stats/tx/packets" "$3"
	wait_j "$sw" "$S/$1/stats/off_cable" "$4"
	check_j "$S/$1/stats/rx/packets" "$2"
	check_j "$S/$1/stats/dup" 0
}

multicast_of_the_host()
{
	local out

	reader r count span0 ns="$sw" && source_add "$sw" eth0 filter udp || return
	check_eq "heard" "$(multicast "$sw" 10 192.0.2.1)" 10
	counted eth0 0 10 10
	out=$(vspan "$sw" -s show span0)
	[[ $out =~ off\ cable\ +10\ packets ]] || fail "show does not say what is off the cable" "$out"
	check_eq "heard from afar" "$(multicast "$p2" 10 192.0.2.2)" 10
	counted eth0 10 10 10
}

# The host's own go on to its programs, what comes by the cable does not.
multicast_under_redirect()
{
	reader r count span0 ns="$sw" || return
	source_add "$sw" eth0 rx redirect filter udp || return
	check_eq "heard" "$(multicast "$sw" 10 192.0.2.1)" 10
	counted eth0 0 0 10
	datagrams "$p2" 192.0.2.1 10 100
	counted eth0 10 0 10
}

# esp_end NETNS OWN PEER: an end of a tunnel between 198.51.100.2, which p2 has, and
# 198.51.100.1; OWN and PEER are the last digits
esp_end()
{
	local key=0x0102030405060708090a0b0c0d0e0f1011121314 way out=out to=$3 from=$2
	local -a tmpl

	for way in out in fwd; do
		[ "$way" == out ] || { to=$2 from=$3; }
		tmpl=(tmpl src "192.0.2.$from" dst "192.0.2.$to" proto esp reqid 7 mode tunnel)
		ip -n "$1" xfrm policy add src "$NET_A.$from/32" dst "$NET_A.$to/32" \
			dir "$way" "${tmpl[@]}" || return
		[ "$way" == fwd ] || ip -n "$1" xfrm state add src "192.0.2.$from" \
			dst "192.0.2.$to" proto esp spi "0x70$to" reqid 7 mode tunnel \
			aead 'rfc4106(gcm(aes))' "$key" 128 || return
	done
}

# Bring up the tunnel over DEV of both; skips where the kernel has no IPsec.
esp()
{
	local dev=${1:-eth0}

	ip -n "$sw" xfrm state list >/dev/null 2>&1 || { skip "no IPsec"; return 1; }
	ip -n "$sw" addr add "$NET_A.1/32" dev "$dev"
	ip -n "$p2" addr add "$NET_A.2/32" dev "$dev"
	ip -n "$sw" route add "$NET_A.2" via "${2:-192.0.2.2}" dev "$dev" onlink src "$NET_A.1"
	ip -n "$p2" route add "$NET_A.1" via "${3:-192.0.2.1}" dev "$dev" onlink src "$NET_A.2"
	defer ip -n "$sw" addr del "$NET_A.1/32" dev "$dev"
	defer ip -n "$p2" addr del "$NET_A.2/32" dev "$dev"
	defer esp_end_all
	esp_end "$sw" 1 2 && esp_end "$p2" 2 1 && return
	fail "no tunnel"
	return 1
}

esp_end_all()
{
	local ns

	for ns in "$sw" "$p2"; do
		ip -n "$ns" xfrm policy flush
		ip -n "$ns" xfrm state flush
	done
}

esp_is_decrypted()
{
	esp && reader r count span0 ns="$sw" && source_add "$sw" eth0 || return
	ping_exact "$p2" "$NET_A.1" 10 -I "$NET_A.2"
	counted eth0 10 10 10
	check_vspan "$sw" set eth0 filter "host $NET_A.1"
	ping_exact "$p2" "$NET_A.1" 10 -I "$NET_A.2"
	counted eth0 10 10 20
}

# The tunnel's own frames come by a VLAN device; so does what they carried.
esp_is_decrypted_on_a_vlan()
{
	local ns n

	for ns in "$sw" "$p2"; do
		ip -n "$ns" link add link eth0 name eth0.9 up type vlan id 9 || return
		defer ip -n "$ns" link del eth0.9
		n=$([ "$ns" == "$sw" ] && echo 1 || echo 2)
		ip -n "$ns" addr add "10.9.0.$n/24" dev eth0.9
		ip -n "$ns" neigh add "10.9.0.$((3 - n))" lladdr "02:00:00:00:00:0$((3 - n))" dev eth0.9
		ip -n "$ns" route add "192.0.2.$((3 - n))/32" via "10.9.0.$((3 - n))" \
			dev eth0.9 onlink src "192.0.2.$n"
	done
	esp eth0.9 10.9.0.2 10.9.0.1 && reader r count span0 ns="$sw" || return
	source_add "$sw" 'eth0*' || return
	ping_exact "$p2" "$NET_A.1" 10 -I "$NET_A.2"
	wait_j "$sw" "$S/eth0*/stats/tx/packets" 10
	wait_j "$sw" "$S/eth0*/stats/off_cable" 10
	check_j "$S/eth0*/stats/rx/packets" 10
}

# Where GRO takes the ESP frame ahead of all taps, what it carried is all there is.
esp_taken_by_gro()
{
	modprobe -q esp4_offload
	require_command ethtool && esp || return
	# A veth gives GRO what comes from one without TSO.
	check_ok "GRO" ip netns exec "$sw" ethtool -K eth0 gro on
	defer ip netns exec "$sw" ethtool -K eth0 gro off
	check_ok "no TSO" ip netns exec "$p2" ethtool -K eth0 tso off
	defer ip netns exec "$p2" ethtool -K eth0 tso on
	reader r count span0 ns="$sw" && source_add "$sw" eth0 rx filter "host $NET_A.1" || return
	ping_exact "$p2" "$NET_A.1" 10 -I "$NET_A.2"
	counted eth0 10 0 0
}

# What leaves by another cable is on that one, as it is.
decrypted_and_routed_on()
{
	esp && pairs q1 || return
	ip -n "$sw" -b - <<-EOT
		addr add $NET_B.1/24 dev q1
		neigh add $NET_B.9 lladdr 02:00:00:00:00:09 dev q1
	EOT
	ip netns exec "$sw" sysctl -qw net.ipv4.ip_forward=1
	ip -n "$sw" xfrm policy add src "$NET_A.2/32" dst "$NET_B.9/32" dir fwd tmpl \
		src 192.0.2.2 dst 192.0.2.1 proto esp reqid 7 mode tunnel
	ip -n "$p2" xfrm policy add src "$NET_A.2/32" dst "$NET_B.9/32" dir out tmpl \
		src 192.0.2.2 dst 192.0.2.1 proto esp reqid 7 mode tunnel
	ip -n "$p2" route add "$NET_B.9" via 192.0.2.1 src "$NET_A.2"
	reader r count span0 ns="$sw" && source_add "$sw" q1 filter udp || return
	datagrams "$p2" "$NET_B.9" 10 100
	counted q1 0 10 0
	ip -n "$p2" route del "$NET_B.9"
}

# vrf: eth0 and q1 are its ports
vrf()
{
	ip -n "$sw" link add vrf7 up type vrf table 7 2>/dev/null || { skip "no VRF"; return 1; }
	defer ip -n "$sw" link del vrf7
	pairs q1 || return 1
	ip -n "$sw" -b - <<-EOT
		link set eth0 master vrf7
		neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0
		link set q1 master vrf7
		addr add $NET_B.1/24 dev q1
		neigh replace $NET_B.9 lladdr 02:00:00:00:00:09 dev q1
	EOT
	defer ip -n "$sw" neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0
	defer ip -n "$sw" link set eth0 nomaster
	reader r count span0 ns="$sw"
}

vrf_is_pinged()
{
	vrf && source_add "$sw" vrf7 filter icmp || return
	ping_exact "$p2" 192.0.2.1 10
	counted vrf7 10 10 0
}

vrf_pings()
{
	vrf && source_add "$sw" vrf7 filter icmp || return
	ping_exact "$sw" 192.0.2.2 10 -I vrf7
	counted vrf7 10 10 0
}

vrf_one_way()
{
	vrf && source_add "$sw" vrf7 rx filter icmp || return
	ping_exact "$p2" 192.0.2.1 10
	counted vrf7 10 0 0
	check_vspan "$sw" set vrf7 tx
	ping_exact "$p2" 192.0.2.1 10
	counted vrf7 10 10 0
}

# The VRF itself has no part in sending on.
vrf_routes()
{
	vrf && source_add "$sw" vrf7 filter udp || return
	ip netns exec "$sw" sysctl -qw net.ipv4.ip_forward=1
	ip -n "$p2" route add "$NET_B.9" via 192.0.2.1
	datagrams "$p2" "$NET_B.9" 10 100
	ip -n "$p2" route del "$NET_B.9"
	counted vrf7 10 0 0
}

# Sent by it, and handed to itself as received: no cable.
vrf_talks_to_itself()
{
	vrf && source_add "$sw" vrf7 filter icmp || return
	ping_exact "$sw" 192.0.2.1 10 -I vrf7
	counted vrf7 0 20 20
}

# arrive COUNT: frames by the cable
arrive()
{
	flows "frames" send eth0 ns="$p2" count="$1" end=0
}

xdp_reads()
{
	source_add "$sw" eth0 rx filter 'ether proto 0x88b5' || return
	arrive 10
	wait_j "$sw" "$S/eth0/stats/drops/no_reader" 10
	check_j span0/reader false
	ip netns exec "$sw" "$SELFTESTS/lib/bpf.py" xdp span0 skb || { fail "no program"; return; }
	defer ip -n "$sw" link set span0 xdpgeneric off
	arrive 10
	wait_j "$sw" "$S/eth0/stats/rx/packets" 10
	check_j "$S/eth0/stats/drops/no_reader" 10
	check_j span0/reader true
	ip -n "$sw" link set span0 xdpgeneric off
	arrive 10
	wait_j "$sw" "$S/eth0/stats/drops/no_reader" 20
}

tests_run
