#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Recognition of frames that another source has copied: by their address in memory, their
# length, their VLAN, the length of the copy, and the receiving device.
# shellcheck disable=SC2034,SC2086,SC2154,SC2317	# from() gives words; see lib.sh

ALL_TESTS=(
	"led_by_a_classful_qdisc"
	"led_by_clsact"
	"led_by_fq_codel"
	"may_be_led_by_nftables"
	"another_vlan_by_tc"
	"another_vlan_by_vlan_devices"
	"a_tag_put_on"
	"the_same_vlan"
	"short_copies_of_one_source"
	"short_copies_of_layers"
	"short_of_two_lengths"
	"cut_by_open_vswitch"
	"padding_taken_off"
	"hairpin_among_others"
	"vrf_and_its_port"
	"ipvlan_and_its_device"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

ALL=dst=ff:ff:ff:ff:ff:ff

# What is noted of a frame must be, by whichever way its copy gets to the tap's reader.
export PKT_TAP=1

# DEV COUNT: UDP of 40 bytes from machine 1 to machine 2, in frames padded to 60
PADDED='
import socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sock.bind((sys.argv[1], 0))
head = bytes.fromhex("020000000002" "020000000001" "0800"
                     "45000028000000004011f6c1c0000201c0000202" "03e8000900140000")
for i in range(int(sys.argv[2])):
    sock.send(head + bytes(60 - len(head)))
'

setup()
{
	topo_ports && span_add "$sw" span0
}

# led_to_p2 PARENT QDISC...: what p3 was to send is sent by p2
led_to_p2()
{
	tc -n "$sw" qdisc add dev p3 "${@:2}" && defer tc -n "$sw" qdisc del dev p3 "${@:2}"
	tc -n "$sw" filter add dev p3 $1 protocol all matchall \
		action mirred egress redirect dev p2 || fail "no filter"
}

# If p3 has not received the frame, its index in skb_iif is not used.
check_led()
{
	source_add "$sw" 'p?' || return
	copies "of the host" 20 send br0 ns="$sw" dst=02:00:00:00:00:03 count=20
	from 1 3
	copies "of machine 1" 20 $REPLY count=20
	check_vspan "$sw" del 'p?'
	source_add "$sw" p3 rx && source_add "$sw" p2 tx || return
	copies "of machine 1, whose port is no source" 20 $REPLY count=20
	copies "of the host, with p3 rx" 20 send br0 ns="$sw" dst=02:00:00:00:00:03 count=20
}

led_by_a_classful_qdisc()
{
	led_to_p2 'parent 1:' root handle 1: prio && check_led
}

led_by_clsact()
{
	led_to_p2 egress clsact && check_led
}

led_by_fq_codel()
{
	led_to_p2 'parent 1:' root handle 1: fq_codel && check_led
}

# A rule at p1's egress may redirect as tc does, so p1's number in skb_iif is not believed:
# a frame that waits for longer than its copy is kept is copied again.
may_be_led_by_nftables()
{
	require_command nft || return
	tc -n "$sw" qdisc add dev p2 root netem delay 2s limit 1000 || return
	defer tc -n "$sw" qdisc del dev p2 root
	reader r count span0 ns="$sw" && source_add "$sw" p1 && source_add "$sw" p2 || return
	from 1 2
	flows "without rules" $REPLY count=20 end=0
	wait_j "$sw" span0/sources/p2/stats/dup 20
	ip netns exec "$sw" nft -f - <<-EOT || { skip "no nftables at egress"; return; }
		table netdev t {
			chain c {
				type filter hook egress device "p1" priority 0
			}
		}
	EOT
	defer ip netns exec "$sw" nft delete table netdev t
	from 1 2
	flows "beside rules" $REPLY count=20 end=0
	wait_j "$sw" span0/sources/p2/stats/tx/packets 20
	check_j span0/sources/p2/stats/dup 20
}

another_vlan_by_tc()
{
	source_add "$sw" p1 vlan 10 && source_add "$sw" p2 vlan 20 || return
	tc -n "$sw" qdisc add dev p2 clsact && defer tc -n "$sw" qdisc del dev p2 clsact
	tc -n "$sw" filter add dev p2 egress protocol all matchall action vlan modify id 20 ||
		{ fail "no action vlan"; return; }
	from 1 2
	copies "in 10 and in 20" 40 $REPLY vlan=10 count=20
	check_vspan "$sw" set p1 filter 'vlan 10'
	check_vspan "$sw" set p2 filter 'vlan 20'
	copies "by filters" 40 $REPLY vlan=10 count=20
	check_vspan "$sw" set p1 filter '' snaplen 400
	check_vspan "$sw" set p2 filter '' snaplen 400
	copies "as short as each other" 40 $REPLY vlan=10 count=20 len=300
	check_vspan "$sw" set p1 snaplen 0
	copies "short and whole" 40 $REPLY vlan=10 count=20 len=300
}

another_vlan_by_vlan_devices()
{
	pairs nic0 nic1 || return
	ip -n "$sw" -b - <<-EOT
		link add link nic0 name nic0.10 up type vlan id 10
		link add link nic1 name nic1.20 up type vlan id 20
		link add brv up type bridge mcast_snooping 0
		link set nic0.10 master brv
		link set nic1.20 master brv
	EOT
	defer ip -n "$sw" link del brv
	check_wait "ports forward" ports_forward "$sw" 6
	source_add "$sw" nic0 vlan 10 && source_add "$sw" nic1 vlan 20 || return
	copies "in 10 and in 20" 40 send x-nic0 ns="$sw" vlan=10 $ALL count=20
}

a_tag_put_on()
{
	source_add "$sw" p1 vlan untagged && source_add "$sw" p2 vlan 10 || return
	tc -n "$sw" qdisc add dev p2 clsact && defer tc -n "$sw" qdisc del dev p2 clsact
	tc -n "$sw" filter add dev p2 egress protocol all matchall action vlan push id 10 ||
		{ fail "no action vlan"; return; }
	from 1 2
	copies "with and without" 40 $REPLY count=20
}

# At an access port and at a trunk
the_same_vlan()
{
	source_add "$sw" p1 vlan 10 && source_add "$sw" p2 vlan 10,20 || return
	bridge -n "$sw" vlan add vid 10 dev p2
	bridge -n "$sw" vlan add vid 10 pvid untagged dev p1
	ip -n "$sw" link set br0 type bridge vlan_filtering 1
	defer ip -n "$sw" link set br0 type bridge vlan_filtering 0
	from 1
	copies "once" 20 $REPLY $ALL count=20
}

# Both copies are cut to the same length.
short_copies_of_one_source()
{
	local words

	for words in 'snaplen headers' 'snaplen 100'; do
		source_add "$sw" 'p?' filter 'len > 10' $words || return
		from 1 2
		once "$words, to one" $REPLY len=1000
		once "$words, to all" ${REPLY/ dst=*/} len=1000 $ALL
		check_vspan "$sw" del 'p?'
	done
}

short_copies_of_layers()
{
	pairs nic0 || return
	ip -n "$sw" link add link nic0 name nic0.10 up type vlan id 10 || return
	source_add "$sw" 'nic*' snaplen 128 || return
	once "received" send x-nic0 ns="$sw" vlan=10 len=1000 $ALL
}

# once WHAT WORDS...: 20 frames make as many copies, though too short to tell more
once()
{
	reader r count span0 ns="$sw" || return
	stats "$sw" span0
	BEFORE=$(packets)
	flows "$1" "${@:2}" count=20 end=0
	wait_j "$sw" span0/stats/packets $((BEFORE + 20))
	stop r
}

packets()
{
	echo "${J[span0/stats/packets]}"
}

short_of_two_lengths()
{
	source_add "$sw" p1 rx snaplen 100 && source_add "$sw" p2 tx snaplen 200 || return
	from 1 2
	reader r count span0 ns="$sw"
	flows "both" $REPLY count=20 len=1000 end=0
	wait_j "$sw" span0/sources/p2/stats/tx/packets 20
	check_j span0/sources/p1/stats/rx/packets 20
}

# By p3 it leaves cut, by p2 whole, both out of the same memory.
cut_by_open_vswitch()
{
	require_command "${OVS_DPCTL:-ovs-dpctl}" && switch p1 p2 p3 || return
	"${DPCTL[@]}" add-flow sw0 'in_port(1),eth(),eth_type(0x88b5)' 'trunc(100),3,2' ||
		{ fail "no flow"; return; }
	source_add "$sw" 'p[23]' tx && reader r count span0 ns="$sw" || return
	from 1 2
	flows "frames" $REPLY count=20 len=1000 end=0
	wait_j "$sw" 'span0/sources/p[23]/stats/tx/packets' 40
	check_j 'span0/sources/p[23]/stats/tx/bytes' $((20 * 100 + 20 * 1000))
}

# The bridge's netfilter takes it off.
padding_taken_off()
{
	modprobe -q br_netfilter
	ip netns exec "$sw" sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null ||
		{ skip "no br_netfilter"; return; }
	defer ip netns exec "$sw" sysctl -qw net.bridge.bridge-nf-call-iptables=0
	source_add "$sw" 'p[12]' filter udp && reader r count span0 ns="$sw" || return
	ip netns exec "$lan" python3 -B -c "$PADDED" e1 20 || { fail "nothing sent"; return; }
	wait_j "$sw" 'span0/sources/p[12]/stats/dup' 20
	check_j 'span0/sources/p[12]/stats/rx/packets' 20
}

# Flooded frames are recognized at other ports, too.
hairpin_among_others()
{
	source_add "$sw" p1 filter 'len > 10' &&
		source_add "$sw" 'p[234]' filter 'len > 10' dup keep || return
	bridge -n "$sw" link set dev p1 hairpin on
	from 1
	copies "in, out by the same, out by three" 100 $REPLY count=20 $ALL
	bridge -n "$sw" link set dev p1 hairpin off
}

# The VRF's has a header of no use, on which the real one is then written: what was
# copied of it stays as it was, and is not what its port sends.
vrf_and_its_port()
{
	local dump

	require_command tcpdump || return
	ip -n "$sw" link add vrf7 up type vrf table 7 2>/dev/null || { skip "no VRF"; return; }
	defer ip -n "$sw" link del vrf7
	defer learn 1 2 3 4
	ip -n "$sw" link set p1 master vrf7 && defer ip -n "$sw" link set p1 master br0
	ip -n "$sw" -b - <<-EOT
		addr add 192.0.2.254/24 dev p1
		neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev p1
	EOT
	ip -n "$lan" addr add 192.0.2.1/24 dev e1 && defer ip -n "$lan" addr del 192.0.2.1/24 dev e1
	source_add "$sw" vrf7 tx filter icmp && source_add "$sw" p1 tx filter icmp &&
		reader r count span0 ns="$sw" || return
	dump=$(dumped 20 ip netns exec "$sw" ping -q -c 10 -i 0.01 -I vrf7 192.0.2.1)
	check_eq "headers of no use" "$(grep -c '> 00:00:00:00:00:00' <<<"$dump")" 10
	check_eq "headers of p1" "$(grep -c '> 02:00:00:00:00:01' <<<"$dump")" 10
	stats "$sw" span0
	check_j span0/sources/p1/stats/dup 0
	check_j span0/sources/p1/stats/tx/packets 10
}

# An ipvlan that routes shows what it sends with a header of no use, on which the real one
# is written later, in the same memory: each is copied as it was.
ipvlan_and_its_device()
{
	local dump

	require_command tcpdump || return
	ip -n "$sw" link set p1 nomaster && defer ip -n "$sw" link set p1 master br0
	defer learn 1 2 3 4
	ip -n "$sw" link add link p1 name iv0 up type ipvlan mode l3 2>/dev/null ||
		{ skip "no ipvlan"; return; }
	defer ip -n "$sw" link del iv0
	ip -n "$sw" -b - <<-EOT
		addr add 192.0.2.253/32 dev iv0
		route add 192.0.2.1/32 dev iv0 src 192.0.2.253
		neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev p1
	EOT
	source_add "$sw" iv0 tx filter icmp && source_add "$sw" p1 tx filter icmp &&
		reader r count span0 ns="$sw" || return
	dump=$(dumped 20 ip netns exec "$sw" ping -q -c 10 -i 0.01 -W 0.1 -I iv0 192.0.2.1)
	check_eq "headers of p1" "$(grep -c '> 02:00:00:00:00:01' <<<"$dump")" 10
	check_eq "headers of no use" "$(grep -vc '> 02:00:00:00:00:01' <<<"$dump")" 10
	stats "$sw" span0
	check_j span0/sources/p1/stats/dup 0
	check_j span0/sources/p1/stats/tx/packets 10
}

# dumped N COMMAND...: what tcpdump shows of N copies made by COMMAND, read after its end
dumped()
{
	local pcap

	pcap=$(mktemp) && defer rm -f "$pcap"
	ip netns exec "$sw" timeout 20 tcpdump -qeni span0 -c "$1" -w "$pcap" 2>"$pcap.err" &
	busywait grep -q listening "$pcap.err"
	"${@:2}" >/dev/null
	wait $!
	tcpdump -qenr "$pcap" 2>/dev/null
	rm -f "$pcap" "$pcap.err"
}

tests_run
