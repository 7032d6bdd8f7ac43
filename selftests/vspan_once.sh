#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A copy is suppressed only if the span has the same frame: frames that another source of
# the span does not select, cuts, or has copied in another form are not lost. Through
# layers of devices and chains of bridges, a frame is still copied once.
# shellcheck disable=SC2034,SC2086,SC2154,SC2317	# from() gives words; see lib.sh

ALL_TESTS=(
	"another_source_samples"
	"another_source_has_a_rate"
	"another_source_cuts"
	"another_source_is_not_alone"
	"one_source_samples_once"
	"changed_for_the_filter"
	"changed_by_nat"
	"changed_for_the_vlan"
	"changed_by_open_vswitch"
	"identical_frames_of_two_ports"
	"no_note_stays_behind"
	"hairpin"
	"program_on_a_port"
	"queries_of_the_bridge"
	"answers_for_others"
	"vlan_device_on_a_port"
	"late_by_a_qdisc"
	"late_and_from_the_host"
	"too_late_to_be_known"
	"led_past_the_bridge"
	"bridges_in_a_row"
	"bridges_in_a_row_with_a_filter"
	"bridges_in_a_row_with_a_firewall"
	"bridge_in_a_vlan_in_a_bridge"
	"super_frames_cut_on_the_way"
	"two_cpus_and_little_memory"
	"two_cpus_and_a_delay"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

# Fills the page cache and has the kernel look there for pages to free: what it wants to
# keep free is a little more than is free. Nothing is used up, so that neither frames nor
# processes go without memory.
RECLAIM='
import glob, os

def fill(left=256 << 20):
    for path in filter(os.path.isfile, glob.glob("/usr/lib/*/*.so*")):
        left -= len(open(path, "rb").read()) if left > 0 else 0

def free():
    return next(int(line.split()[1]) for line in open("/proc/meminfo") if "MemFree" in line)

while True:
    fill()
    with open("/proc/sys/vm/min_free_kbytes", "w") as keep:
        keep.write(str(free() * 9 // 10))
'
ALL=dst=ff:ff:ff:ff:ff:ff

setup()
{
	topo_ports && span_add "$sw" span0
}

# What p1 does not copy is copied as it leaves by p2: none is lost, and none is twice.
another_source_samples()
{
	source_add "$sw" p1 rx sample 1000 && source_add "$sw" p2 tx || return
	from 1 2
	copies "in all" 300 $REPLY count=300
	check_vspan "$sw" set p1 rx sample 2
	copies "half here, half there" 300 $REPLY count=300
}

another_source_has_a_rate()
{
	source_add "$sw" p1 rx rate 1 && source_add "$sw" p2 tx || return
	from 1 2
	copies "in all" 100 $REPLY count=100
}

# A truncated copy is not the frame.
another_source_cuts()
{
	source_add "$sw" p1 rx snaplen headers && source_add "$sw" p2 tx || return
	from 1 2
	flows "short and whole" $REPLY len=1000 count=20 count span0 ns="$sw" || return
	parse_kv "${LINES[-1]}"
	check_eq "whole copies" "${KV[stream]}" 20
	stats "$sw" span0
	check_j span0/sources/p2/stats/tx/packets $((20 + $(nproc)))
	check_j span0/sources/p2/stats/dup 0
	# Lengths that look alike to who knows only ten bits of them
	check_vspan "$sw" set p1 rx snaplen 65
	flows "short and whole" $REPLY len=1088 count=20 count span0 ns="$sw"
	check_eq "copies" "$(copied p2 tx)" $((2 * (20 + $(nproc))))
}

# copied SOURCE WAY: so many
copied()
{
	stats "$sw" span0
	echo "${J[span0/sources/$1/stats/$2/packets]}"
}

# With a filter each judges the frame as it is there: a second copy is spared where the
# first is there.
another_source_is_not_alone()
{
	source_add "$sw" p1 rx vlan 10 && source_add "$sw" p2 tx || return
	from 1 2
	copies "selected by both" 50 $REPLY vlan=10 count=50
	copies "selected by one" 50 $REPLY vlan=11 count=50
}

# One source judges a frame once: a tenth is a tenth, not a tenth of the rest besides.
one_source_samples_once()
{
	source_add "$sw" 'p?' sample 1000000000 || return
	# else what is sent would not be looked at
	reader any recv span0 ns="$sw" loss=ok timeout=0 || return
	from 1 2
	flows "frames" $REPLY count=200 end=0
	wait_j "$sw" 'span0/sources/p?/stats/dup' 200
	check_j 'span0/sources/p?/stats/sampled_out' 200
}

# On its way through p2 the first byte of the sender's address becomes 6.
changed_for_the_filter()
{
	local -a pedit=(pedit munge offset -8 u8 set 6)

	source_add "$sw" 'p[12]' filter 'ether[6] == 6' || return
	tc -n "$sw" qdisc add dev p2 clsact && defer tc -n "$sw" qdisc del dev p2 clsact
	tc -n "$sw" filter add dev p2 egress matchall action "${pedit[@]}" ||
		{ fail "no pedit"; return; }
	from 1 2
	copies "changed on the way" 20 $REPLY count=20
	stats "$sw" span0
	check_j 'span0/sources/p[12]/stats/dup' 0
}

# udp_from_1 COUNT ADDRESS [N]: with checksums left undone, to machine N, or 2
udp_from_1()
{
	ip -n "$lan" -b - <<-EOT
		addr replace 192.0.2.1/24 dev e1
		neigh replace $2 lladdr 02:00:00:00:00:0${3:-2} dev e1
	EOT
	datagrams "$lan" "$2" "$1" 100
	ip -n "$lan" addr del 192.0.2.1/24 dev e1
}

# Its bridges have netfilter judge IP packets.
bridges_call_netfilter()
{
	local net

	modprobe -q br_netfilter
	net=$(ip netns exec "$sw" sysctl -qn net.bridge.bridge-nf-call-iptables 2>/dev/null)
	[ -n "$net" ] || { skip "no br_netfilter"; return 1; }
	require_command nft || return
	ip netns exec "$sw" sysctl -qw net.bridge.bridge-nf-call-iptables=1
	defer ip netns exec "$sw" sysctl -qw net.bridge.bridge-nf-call-iptables=0
}

# Only behind the bridge's NAT has the frame the address that is asked for.
changed_by_nat()
{
	bridges_call_netfilter || return
	ip -n "$sw" -b - <<-EOT
		addr add 192.0.2.254/24 dev br0
		neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev br0
	EOT
	defer ip -n "$sw" addr del 192.0.2.254/24 dev br0
	ip netns exec "$sw" sysctl -qw net.ipv4.ip_forward=1
	ip netns exec "$sw" nft -f - <<-EOT || { fail "no NAT"; return; }
		table ip nat {
			chain pre {
				type nat hook prerouting priority -100
				ip daddr 192.0.2.77 dnat to 192.0.2.2
			}
		}
	EOT
	defer ip netns exec "$sw" nft delete table ip nat
	reader r count span0 ns="$sw" &&
		source_add "$sw" 'p[12]' filter 'udp and dst host 192.0.2.2' || return
	udp_from_1 20 192.0.2.77
	wait_j "$sw" 'span0/sources/p[12]/stats/tx/packets' 20
	check_j 'span0/sources/p[12]/stats/rx/packets' 0
	check_j 'span0/sources/p[12]/stats/dup' 0
}

# From an access port to a trunk: the tag is put on at p2.
changed_for_the_vlan()
{
	source_add "$sw" 'p[12]' vlan 10 || return
	tc -n "$sw" qdisc add dev p2 clsact && defer tc -n "$sw" qdisc del dev p2 clsact
	tc -n "$sw" filter add dev p2 egress matchall action vlan push id 10 ||
		{ fail "no action vlan"; return; }
	from 1 2
	flows "frames" $REPLY count=20 end=0 || return
	wait_j "$sw" 'span0/sources/p[12]/stats/filtered' 20
	check_j 'span0/sources/p[12]/stats/dup' 0
}

# p1 is an access port of Open vSwitch's VLAN 10, p2 a trunk.
changed_by_open_vswitch()
{
	require_command "${OVS_DPCTL:-ovs-dpctl}" && switch p1 p2 || return
	from 1 2
	"${DPCTL[@]}" add-flow sw0 'in_port(1),eth(),eth_type(0x88b5)' \
		'push_vlan(vid=10,pcp=0),2' || { fail "no flow"; return; }
	source_add "$sw" 'p[12]' vlan 10 || return
	copies "in VLAN 10 at the trunk" 20 $REPLY count=20
	stats "$sw" span0
	check_j 'span0/sources/p[12]/stats/rx/packets' 0
	check_j 'span0/sources/p[12]/stats/dup' 0
	check_vspan "$sw" set 'p[12]' vlan all
	copies "as they came in" 20 $REPLY count=20
}

# The same bytes, and likely the same memory: from p1, which is copied, and from p3.
identical_frames_of_two_ports()
{
	local i

	source_add "$sw" p1 rx vlan untagged && source_add "$sw" p2 tx vlan all || return
	bridge -n "$sw" link set dev p1 learning off
	bridge -n "$sw" link set dev p3 learning off
	for i in 1 2 3 4 5 6 7 8; do
		from 1 2
		copies "by p1" 20 $REPLY count=20
		copies "by p3" 20 ${REPLY/e1/e3} count=20
	done
}

# While p1's frames are copied, p2 ceases to be a source. What was noted of them must
# not be taken for p3's, which get the same memory.
no_note_stays_behind()
{
	local i cpu

	ip -n "$sw" link add out0 up type dummy || return
	defer ip -n "$sw" link del out0
	source_add "$sw" p1 rx filter 'len > 10' && output_add "$sw" span0 dev out0 || return
	for i in {1..8}; do
		check_vspan "$sw" add p2 tx || return
		from 1 2
		for ((cpu = 0; cpu < $(nproc); cpu++)); do
			background "noise$cpu" $REPLY count=10000000 len=1000 end=0 cpu="$cpu"
		done
		wait_more p1 || return
		check_vspan "$sw" del p2 || return
		for ((cpu = 0; cpu < $(nproc); cpu++)); do
			stop "noise$cpu"
		done
		check_vspan "$sw" add p2 tx || return
		from 3 2
		copies "of p3" 300 $REPLY count=300 len=1000 || return
		stats "$sw" span0
		check_j span0/sources/p2/stats/dup 0 || return
		check_vspan "$sw" del p2 || return
	done
}

# wait_more SOURCE: until it has copied some more
wait_more()
{
	stats "$sw" span0
	busywait has_more "$1" "${J[span0/sources/$1/stats/rx/packets]}"
}

has_more()
{
	json "$sw" -s show span0 && [ "${J[span0/sources/$1/stats/rx/packets]}" -gt $(($2 + 100)) ]
}

# In and out by one port is on that cable twice.
hairpin()
{
	source_add "$sw" 'p?' || return
	bridge -n "$sw" link set dev p1 hairpin on
	bridge -n "$sw" fdb replace 02:00:00:00:00:09 dev p1 master static
	from 1 9
	copies "in and out" 100 $REPLY count=50
	bridge -n "$sw" link set dev p1 hairpin off
}

program_on_a_port()
{
	source_add "$sw" 'p?' && source_add "$sw" br0 || return
	copies "sent by a program" 50 send p1 ns="$sw" count=50 dst=02:00:00:00:00:01
}

# received_in_all DEV...: by these of lan
received_in_all()
{
	local dev sum=0

	for dev in "$@"; do
		sum=$((sum + $(ip netns exec "$lan" cat "/sys/class/net/$dev/statistics/rx_packets")))
	done
	REPLY=$sum
}

# more_queries N: N in all have come to the machines since BEFORE
more_queries()
{
	received_in_all e1 e2 e3 e4
	((REPLY - BEFORE >= $1))
}

# To each port one of its own, and one to the host
queries_of_the_bridge()
{
	local sent

	reader r count span0 ns="$sw" && source_add "$sw" 'p?' tx && source_add "$sw" br0 tx || return
	received_in_all e1 e2 e3 e4
	BEFORE=$REPLY
	ip -n "$sw" link set br0 type bridge mcast_snooping 1 mcast_startup_query_interval 10 \
		mcast_querier 1
	defer ip -n "$sw" link set br0 type bridge mcast_querier 0 mcast_snooping 0
	check_wait "queries" more_queries 8
	ip -n "$sw" link set br0 type bridge mcast_querier 0 mcast_snooping 0
	received_in_all e1 e2 e3 e4
	sent=$((REPLY - BEFORE))
	wait_j "$sw" 'span0/sources/p?/stats/tx/packets' "$sent"
	check_j 'span0/sources/p?/stats/dup' 0
}

# The bridge answers by p1 for machine 2, whom it knows.
answers_for_others()
{
	ip -n "$sw" neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev br0
	defer ip -n "$sw" neigh del 192.0.2.2 dev br0
	ip -n "$sw" link set p1 type bridge_slave proxy_arp on
	defer ip -n "$sw" link set p1 type bridge_slave proxy_arp off
	reader r count span0 ns="$sw" && source_add "$sw" 'p?' filter arp &&
		source_add "$sw" br0 filter arp || return
	ip -n "$lan" addr add 192.0.2.1/24 dev e1
	defer ip -n "$lan" addr del 192.0.2.1/24 dev e1
	datagrams "$lan" 192.0.2.2 1 100
	wait_j "$sw" 'span0/sources/p?/stats/tx/packets' 1
	check_j 'span0/sources/p?/stats/rx/packets' 1
}

vlan_device_on_a_port()
{
	ip -n "$sw" link add link p1 name p1.30 up type vlan id 30 || return
	defer ip -n "$sw" link del p1.30
	source_add "$sw" p1 && source_add "$sw" br0 || return
	copies "sent" 20 send p1.30 ns="$sw" count=20 dst=02:00:00:00:00:01
	from 1
	copies "received" 20 $REPLY count=20 vlan=30 $ALL
}

# The copy is long delivered when the frame leaves. How late that is, on a machine with
# much to do, nobody knows: for what only the copy can tell, none lost is all.
late_by_a_qdisc()
{
	tc -n "$sw" qdisc add dev p2 root netem delay 5ms limit 10000 || return
	defer tc -n "$sw" qdisc del dev p2 root
	source_add "$sw" p1 && source_add "$sw" p2 || return
	from 1 2
	copies "by port" 500 $REPLY count=500
	check_vspan "$sw" set p1 filter 'len > 10'
	check_vspan "$sw" set p2 sample 1
	flows "by its copy" $REPLY count=100 count span0 ns="$sw" || return
	parse_kv "${LINES[-1]}"
	[ "${KV[stream]}" -ge 100 ] || fail "lost: ${LINES[*]}"
}

# No port has received it: that the copy is kept is all there is to tell.
late_and_from_the_host()
{
	tc -n "$sw" qdisc add dev p2 root netem delay 5ms limit 10000 || return
	defer tc -n "$sw" qdisc del dev p2 root
	source_add "$sw" br0 && source_add "$sw" p2 || return
	flows "from the host" send br0 ns="$sw" count=200 dst=02:00:00:00:00:02 \
		count span0 ns="$sw" || return
	parse_kv "${LINES[-1]}"
	[ "${KV[stream]}" -ge 200 ] || fail "lost: ${LINES[*]}"
	stats "$sw" span0
	((J[span0/sources/p2/stats/dup] > 0)) || fail "none is known at p2"
}

# A copy keeps the frame's memory from production for 50 ms at most, so a frame that waits
# for 2 s is shown twice. The end of the copies' time does not depend on new ones.
too_late_to_be_known()
{
	tc -n "$sw" qdisc add dev p2 root netem delay 2s limit 10000 || return
	defer tc -n "$sw" qdisc del dev p2 root
	reader r count span0 ns="$sw" && source_add "$sw" 'p[12]' filter 'len > 10' || return
	from 1 2
	flows "frames" $REPLY count=50 end=0 || return
	wait_j "$sw" 'span0/sources/p[12]/stats/tx/packets' 50
	check_j 'span0/sources/p[12]/stats/rx/packets' 50
	check_j 'span0/sources/p[12]/stats/dup' 0
}

# By tc, and changed, ahead of the bridge: another frame leaves than came in.
led_past_the_bridge()
{
	source_add "$sw" 'p[12]' || return
	tc -n "$sw" qdisc add dev p1 clsact && defer tc -n "$sw" qdisc del dev p1 clsact
	tc -n "$sw" filter add dev p1 ingress matchall action pedit munge offset -8 u8 set 6 \
		pipe action mirred egress redirect dev p2 || { fail "no pedit"; return; }
	from 1 2
	copies "came in and left" 40 $REPLY count=20
}

# row: p4 is in a bridge of its own, and a third is between that and br0
row()
{
	pairs fw1 fw2 || return 1
	ip -n "$sw" -b - <<-EOT
		link add brx up type bridge mcast_snooping 0
		link add bry up type bridge mcast_snooping 0
		link set p4 master brx
		link set fw1 master brx
		link set x-fw1 master bry
		link set fw2 master bry
		link set x-fw2 master br0
	EOT
	defer ip -n "$sw" link set p4 master br0
	defer ip -n "$sw" link del brx
	defer ip -n "$sw" link del bry
	check_wait "ports forward" ports_forward "$sw" 8
}

# As on Proxmox with a VM's firewall on: two ports of different masters
bridges_in_a_row()
{
	row || return
	source_add "$sw" 'p?' || return
	from 4
	copies "from the far end" 50 $REPLY $ALL count=50
	from 1
	copies "to the far end" 50 $REPLY $ALL count=50
	source_add "$sw" '*' || return
	copies "all devices there are" 50 $REPLY $ALL count=50
}

bridges_in_a_row_with_a_filter()
{
	row || return
	source_add "$sw" '*' filter 'len > 10' || return
	from 4
	copies "from the far end" 50 $REPLY $ALL count=50
}

# As on Proxmox, whose firewall follows connections: each bridge has netfilter look at
# the packets, and count them.
bridges_in_a_row_with_a_firewall()
{
	bridges_call_netfilter && row && learn 4 || return
	bridge -n "$sw" fdb replace 02:00:00:00:00:04 dev x-fw2 master static
	ip netns exec "$sw" nft -f - <<-EOT || { fail "no firewall"; return; }
		table ip fw {
			chain forward {
				type filter hook forward priority 0
				counter
			}
			chain follow {
				type nat hook prerouting priority -100
			}
		}
	EOT
	defer ip netns exec "$sw" nft delete table ip fw
	source_add "$sw" 'p?' && reader r count span0 ns="$sw" id=99 || return
	udp_from_1 20 192.0.2.4 4
	from 1 4
	flows "markers" $REPLY id=99 count=0
	check_finish r
	check_eq "copies" "${KV[ip4]}" 20
	[[ $(ip netns exec "$sw" nft list table ip fw) == *"packets 60 "* ]] ||
		fail "not asked by three bridges" "$(ip netns exec "$sw" nft list table ip fw)"
}

# p4 is in a bridge that has a VLAN of br0 for another port.
bridge_in_a_vlan_in_a_bridge()
{
	ip -n "$sw" -b - <<-EOT
		link add link br0 name br0.10 up type vlan id 10
		link add brv up type bridge mcast_snooping 0
		link set br0.10 master brv
		link set p4 master brv
	EOT
	defer ip -n "$sw" link set p4 master br0
	defer ip -n "$sw" link del brv
	defer ip -n "$sw" link del br0.10
	check_wait "ports forward" ports_forward "$sw" 5
	source_add "$sw" '*' || return
	from 1
	copies "to the inner bridge" 50 $REPLY $ALL vlan=10 count=50
	from 4
	copies "from the inner bridge" 50 $REPLY $ALL count=50
}

# p1 receives super-frames, p2 sends their segments. Where all is copied whole the
# segments are known by where they came in; where not, they are other frames: twice, not
# lost.
super_frames_cut_on_the_way()
{
	require_command ethtool && setup_ns far || return
	ip -n "$lan" link set e2 netns "$far" && ip -n "$far" link set e2 up || return
	defer ip -n "$lan" link set e2 up
	defer ip -n "$far" link set e2 netns "$lan"
	ip netns exec "$sw" ethtool -K p2 tso off gso off
	defer ip netns exec "$sw" ethtool -K p2 tso on gso on
	ip -n "$lan" addr add 192.0.2.1/24 dev e1 && defer ip -n "$lan" addr del 192.0.2.1/24 dev e1
	ip -n "$far" addr add 192.0.2.2/24 dev e2
	source_add "$sw" 'p[12]' && reader monitor count span0 ns="$sw" id=99 || return
	tcp_copied monitor "$lan" "$far" 192.0.2.2 5000000 "$sw" p1 \
		send e1 ns="$lan" src=02:00:00:00:00:01 dst=02:00:00:00:00:02 id=99 count=0
	check_vspan "$sw" set 'p[12]' filter 'len > 10'
	reader monitor count span0 ns="$sw" id=99 || return
	check_ok "TCP" "$PKT" bulk from="$lan" to="$far" addr=192.0.2.2 bytes=1000000
	from 1 2
	flows "markers" $REPLY id=99 count=0
	check_finish monitor
	[ "${KV[tcp_bytes]:-0}" -ge 1000000 ] || fail "lost: ${LINES[*]}"
}

# What p1 receives p2 sends, and is one frame; what p3 receives is none of it, though it
# looks alike and often gets the memory of the other.
two_cpus_and_little_memory()
{
	local half=$((${MANY:-1000000} / 2)) full before

	source_add "$sw" p1 rx vlan untagged && source_add "$sw" p2 tx vlan all &&
		reader r count span0 ns="$sw" || return
	before=$(scanned)
	defer sysctl -qw "vm.min_free_kbytes=$(</proc/sys/vm/min_free_kbytes)"
	short_of_memory &
	defer kill_quietly $!
	bridge -n "$sw" link set dev p1 learning off
	bridge -n "$sw" link set dev p3 learning off
	from 1 2
	flows "by two ports" $REPLY count="$half" end=0 cpu=0 \
		${REPLY/e1/e3} count="$half" end=0 cpu=$(($(nproc) - 1)) || return
	full=span0/sources
	check_wait "all have passed" passed $((2 * half))
	echo "# of $((2 * half)): ${J[$full/p1/stats/rx/packets]} copied at p1," \
		"${J[$full/p2/stats/tx/packets]} at p2, ${J[$full/p2/stats/dup]} left out there"
	((J[$full/p2/stats/dup] <= J[$full/p1/stats/rx/packets])) || fail "frames of p3 are lost"
	echo "# pages looked at to free some: $(($(scanned) - before))"
	(($(scanned) > before)) || fail "memory was never short"
}

# Frames of p1 wait at p2, where only those of p3 are copied, of which the span has no
# copy. Copies of p1's are dropped because of their number or age while the frames wait, and
# the tap's reader has the same copies.
two_cpus_and_a_delay()
{
	local each=$((${MANY:-1000000} / 10))

	tc -n "$sw" qdisc add dev p2 root netem delay 1ms limit 100000 || return
	defer tc -n "$sw" qdisc del dev p2 root
	source_add "$sw" p1 rx && source_add "$sw" p2 tx filter 'ether[11] == 3' &&
		PKT_TAP=1 reader r count span0 ns="$sw" loss=ok || return
	flows "by two ports" send e1 ns="$lan" src=02:00:00:00:00:01 dst=02:00:00:00:00:02 \
		count="$each" end=0 cpu=0 send e3 ns="$lan" src=02:00:00:00:00:03 \
		dst=02:00:00:00:00:02 count="$each" end=0 cpu=$(($(nproc) - 1)) || return
	check_wait "all of p3's have passed" passed "$each"
	check_j span0/sources/p2/stats/dup 0
	echo "# of $each: ${J[span0/sources/p2/stats/tx/packets]} copied at p2"
}

# Memory that is freed is used again at once.
short_of_memory()
{
	exec python3 -B -c "$RECLAIM"
}

# Pages that the kernel has looked at to free some
scanned()
{
	awk '$1 ~ /^pgscan_[dk]/ { n += $2 } END { print n }' /proc/vmstat
}

# passed N: p2 has judged so many
passed()
{
	judged p2 && ((REPLY + J[span0/sources/p2/stats/dup] == $1))
}

tests_run
