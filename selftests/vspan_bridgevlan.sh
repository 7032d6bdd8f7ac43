#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The VLAN of untagged frames: the VLAN that a VLAN-aware bridge assigns is used to select
# them, and is added to the copy with tag bridge, like in Open vSwitch.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"forms rx"
	"forms tx"
	"selection rx"
	"selection tx"
	"access_to_access"
	"access_to_trunk"
	"trunk_to_access"
	"double_tag_through_trunks"
	"sent_by_the_host"
	"several_leave_untagged"
	"several_leave_untagged_and_a_list"
	"several_leave_untagged_and_two_sources"
	"several_leave_untagged_by_the_host"
	"several_reach_the_host_untagged"
	"they_change"
	"bridge_not_aware"
	"pvid_changes"
	"tag_changed_under_traffic"
	"filter_sees_the_port"
	"filter_on_both_ports"
	"snaplen_counts_the_tag"
	"seeds_scenario_1"
	"seeds_scenario_2"
	"bad_words"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

#   netns far                      netns sw
#  cab ---------------------------- cab         a cable, no bridge
#  acc ---------------------------- acc \
#  ac2 ---------------------------- ac2  |      access, VLAN 10
#  oth ---------------------------- oth  + br0  access, VLAN 20
#  trk ---------------------------- trk  |      trunk: 10 and 20 tagged, 99 native
#  tr2 ---------------------------- tr2 /       the same
setup()
{
	local dev

	setup_ns sw far || return 1
	ip -n "$sw" link add br0 address 02:00:00:00:00:fe up type bridge mcast_snooping 0 \
		vlan_filtering 1 vlan_default_pvid 0 || return 1
	for dev in cab acc ac2 oth trk tr2; do
		ip -n "$sw" link add "$dev" up type veth peer name "$dev" netns "$far" || return 1
		ip -n "$far" link set "$dev" up
		[ "$dev" == cab ] || ip -n "$sw" link set "$dev" master br0
	done
	vlans || return 1
	ip -n "$sw" link add mark0 up type dummy
	wait_up "$sw" cab acc ac2 oth trk tr2 && wait_up "$far" cab acc ac2 oth trk tr2 &&
		check_wait "ports of br0 forward" ports_forward "$sw" 5 || return 1
	span_add "$sw" span0 && check_vspan "$sw" add mark0 tx
}

vlans()
{
	bridge -n "$sw" -b - <<-EOT
		vlan add dev acc vid 10 pvid untagged
		vlan add dev ac2 vid 10 pvid untagged
		vlan add dev oth vid 20 pvid untagged
		vlan add dev trk vid 10
		vlan add dev trk vid 20
		vlan add dev trk vid 99 pvid untagged
		vlan add dev tr2 vid 10
		vlan add dev tr2 vid 20
		vlan add dev tr2 vid 99 pvid untagged
		vlan add dev br0 vid 10 pvid untagged self
	EOT
}

# The forms of a frame on a cable, and the tags of their copies.
FORMS=("" "vlan=0:5" "vlan=20:3" "vlan=20 proto=0x88a8" "vlan=20 proto=0x88a8 inner=10")
AS_SENT="vlan=0:5|vlan=20:3|vlan=20 proto=0x88a8|vlan=20 proto=0x88a8 inner=10"
# port | tag | untagged | priority | 802.1Q | 802.1ad | QinQ
MATRIX=(
	"cab|port||$AS_SENT"
	"cab|bridge||$AS_SENT"
	"acc|port||$AS_SENT"
	"acc|bridge|vlan=10|$AS_SENT"
	"trk|port||$AS_SENT"
	"trk|bridge|vlan=99|$AS_SENT"
)

# One row: byte by byte, in each form; and however the host kept the tag, the
# monitor is told of it in the same way.
forms()
{
	local dir=$1 row port tag ns=$far i want
	local -a send recv words wants
	local mark=${#DEFERRED[@]}

	[ "$dir" == rx ] || ns=$sw
	for row in "${MATRIX[@]}"; do
		IFS='|' read -ra wants <<<"$row"
		port=${wants[0]} tag=${wants[1]}
		send=() recv=()
		for i in 0 1 2 3 4; do
			read -ra words <<<"${FORMS[i]}"
			send+=(send "$port" ns="$ns" id="$i" len=60-159 count=100
				dst=02:00:00:00:00:77 "${words[@]}")
			read -ra words <<<"${wants[i + 2]}"
			recv+=(recv span0 ns="$sw" id="$i" len=60-159 count=100
				dst=02:00:00:00:00:77 "${words[@]}" others=ok)
		done
		source_add "$sw" "$port" "$dir" tag "$tag" || return
		flows "$port, tag $tag" "${send[@]}" "${recv[@]}"
		for i in 0 1 2 3 4; do
			parse_kv "${LINES[i + 5]:-}"
			want=aux
			[ -n "${wants[i + 2]}" ] || want=none
			check_eq "$port, tag $tag, form $i: the tag" "${KV[tag]:-}" "$want"
		done
		undo_to "$mark"
	done
}

# port | VLAN list | what of ten frames of each form is selected
SELECTION=(
	"cab|untagged|none:10,8100.0:10"
	"cab|20|none:0,8100.20:10,88a8.20:20"
	"cab|10|none:0"
	"acc|10|none:10,8100.0:10"
	"acc|20|none:0,8100.20:10,88a8.20:20"
	"acc|untagged|none:0"
	"acc|10,20|none:10,8100.0:10,8100.20:10,88a8.20:20"
	"trk|99|none:10,8100.0:10"
	"trk|20|none:0,8100.20:10,88a8.20:20"
	"trk|1-98,untagged|none:0,8100.20:10,88a8.20:20"
	"trk|10|none:0"
)

selection()
{
	local dir=$1 row port list want ns=$far
	local form mark=${#DEFERRED[@]}
	local -a words send

	[ "$dir" == rx ] || ns=$sw
	for row in "${SELECTION[@]}"; do
		IFS='|' read -r port list want <<<"$row"
		send=()
		for form in "${FORMS[@]}"; do
			read -ra words <<<"$form"
			send+=(send "$port" ns="$ns" dst=02:00:00:00:00:77 end=0 "${words[@]}")
		done
		source_add "$sw" "$port" "$dir" vlan "$list" || return
		flows "$port, vlan $list" "${send[@]}" send mark0 ns="$sw" count=0 id=9 \
			count span0 ns="$sw" id=9
		parse_kv "${LINES[-1]}"
		check_eq "$port, vlan $list" "${KV[tags]:-}" "$want"
		undo_to "$mark"
	done
}

# through FROM WORDS TO WANTED-PORT WANTED-BRIDGE: a frame of that form comes in by
# one port and leaves by another; what its copy there shows with either tag
through()
{
	local from=$1 to=$3 tag want mark=${#DEFERRED[@]}
	local -a in out=()

	read -ra in <<<"$2"
	for tag in port bridge; do
		want=$4
		[ "$tag" == port ] || want=$5
		read -ra out <<<"$want"
		source_add "$sw" "$to" tx tag "$tag" || return
		flows "$from to $to, tag $tag" \
			send "$from" ns="$far" len=60-159 count=100 "${in[@]}" dst=02:00:00:00:00:77 \
			recv span0 ns="$sw" len=60-159 count=100 "${out[@]}" dst=02:00:00:00:00:77
		undo_to "$mark"
	done
}

access_to_access()
{
	through acc "" ac2 "" "vlan=10"
}

access_to_trunk()
{
	through acc "" trk "vlan=10" "vlan=10"
	through trk "" tr2 "" "vlan=99"
}

trunk_to_access()
{
	through trk "vlan=10" acc "" "vlan=10"
	# both directions of a connection have the same tag
	source_add "$sw" acc tag bridge || return
	flows "there and back" send acc ns="$far" id=1 send trk ns="$far" id=2 vlan=10 \
		recv span0 ns="$sw" id=1 vlan=10 others=ok \
		recv span0 ns="$sw" id=2 vlan=10 others=ok
}

double_tag_through_trunks()
{
	through trk "vlan=10 inner=30" tr2 "vlan=10 inner=30" "vlan=10 inner=30"
	through trk "vlan=10 inner=30" acc "vlan=30" "vlan=30"
}

sent_by_the_host()
{
	source_add "$sw" br0 tx tag bridge || return
	flows "by br0" send br0 ns="$sw" recv span0 ns="$sw" vlan=10
	check_vspan "$sw" set br0 tag port
	flows "by br0, tag port" send br0 ns="$sw" recv span0 ns="$sw"
	check_vspan "$sw" set br0 vlan 10
	flows "by br0, VLAN 10" send br0 ns="$sw" recv span0 ns="$sw"
	check_vspan "$sw" set br0 vlan untagged
	flows "by br0, untagged" send br0 ns="$sw" end=0 send mark0 ns="$sw" count=0 id=9 \
		count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "frames of no VLAN" "${KV[frames]}" 0
}

# A port at which the frames of VLANs 10 and 20 leave without a tag, and those that
# come in are of VLAN 20.
hybrid()
{
	ip -n "$sw" link add hyb up type veth peer name hyb netns "$far" || return 1
	defer ip -n "$sw" link del hyb
	ip -n "$far" link set hyb up
	ip -n "$sw" link set hyb master br0
	bridge -n "$sw" vlan add dev hyb vid 10 untagged
	bridge -n "$sw" vlan add dev hyb vid 20 pvid untagged
	wait_up "$sw" hyb && wait_up "$far" hyb &&
		check_wait "ports of br0 forward" ports_forward "$sw" 6
}

# By the port a frame came in by, if that has one VLAN; by its sender, if it has two.
several_leave_untagged()
{
	hybrid || return
	through acc "" hyb "" "vlan=10"
	through oth "" hyb "" "vlan=20"
	through trk "vlan=10 src=02:00:00:00:00:31" hyb "src=02:00:00:00:00:31" \
		"vlan=10 src=02:00:00:00:00:31"
	through trk "vlan=20 src=02:00:00:00:00:32" hyb "src=02:00:00:00:00:32" \
		"vlan=20 src=02:00:00:00:00:32"
	through hyb "" oth "" "vlan=20"
	# known in both, but at two ports
	through acc "src=02:00:00:00:00:34" hyb "src=02:00:00:00:00:34" \
		"vlan=10 src=02:00:00:00:00:34"
	through trk "vlan=20 src=02:00:00:00:00:34" hyb "src=02:00:00:00:00:34" \
		"vlan=20 src=02:00:00:00:00:34"
	# known in both: the lowest
	through trk "vlan=10 src=02:00:00:00:00:32" hyb "src=02:00:00:00:00:32" \
		"vlan=10 src=02:00:00:00:00:32"
	through trk "vlan=20 src=02:00:00:00:00:32" hyb "src=02:00:00:00:00:32" \
		"vlan=10 src=02:00:00:00:00:32"
	# known in none: any by which it can have come
	bridge -n "$sw" link set dev trk learning off
	defer bridge -n "$sw" link set dev trk learning on
	bridge -n "$sw" vlan del dev trk vid 10
	defer bridge -n "$sw" vlan add dev trk vid 10
	through trk "vlan=20 src=02:00:00:00:00:33" hyb "src=02:00:00:00:00:33" \
		"vlan=20 src=02:00:00:00:00:33"
}

# counted WHAT WANTED: what the monitor has counted by VLAN of ten frames by acc, of
# VLAN 10, and twenty by oth, of VLAN 20
counted()
{
	flows "$1" send acc ns="$far" dst=02:00:00:00:00:77 count=10 end=0 \
		send oth ns="$far" dst=02:00:00:00:00:77 count=20 end=0 \
		send mark0 ns="$sw" count=0 id=9 count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "$1" "${KV[tags]:-}" "$2"
}

several_leave_untagged_and_a_list()
{
	hybrid && source_add "$sw" hyb tx vlan 10 || return
	counted "VLAN 10" "none:10"
	check_vspan "$sw" set hyb vlan 20
	counted "VLAN 20" "none:20"
	check_vspan "$sw" set hyb vlan 20 tag bridge
	counted "VLAN 20, tag bridge" "none:0,8100.20:20"
	check_vspan "$sw" set hyb vlan 10,20
	counted "both" "none:0,8100.10:10,8100.20:20"
	check_vspan "$sw" set hyb vlan untagged
	counted "neither" "none:0"
}

# Copied as it came in, it is not copied again as it leaves; the other VLAN is not of
# the list at either port.
several_leave_untagged_and_two_sources()
{
	hybrid && source_add "$sw" acc vlan 10 && source_add "$sw" hyb vlan 10 || return
	counted "VLAN 10, at both ports" "none:10"
	stats "$sw" span0
	check_eq "second copies" "${J[span0/sources/hyb/stats/dup]}" 10
	check_vspan "$sw" set acc vlan 10 dup keep
	check_vspan "$sw" set hyb vlan 10 dup keep
	counted "dup keep" "none:20"
}

# The host's are of its PVID, or of what it has that leaves there without a tag.
several_leave_untagged_by_the_host()
{
	hybrid && source_add "$sw" hyb tx tag bridge || return
	flows "by br0" send br0 ns="$sw" recv span0 ns="$sw" vlan=10
	bridge -n "$sw" vlan add dev hyb vid 30 untagged
	bridge -n "$sw" vlan del dev hyb vid 10
	bridge -n "$sw" vlan add dev br0 vid 30 self
	defer bridge -n "$sw" vlan del dev br0 vid 30 self
	flows "by br0 in VLAN 30" send br0 ns="$sw" vlan=30 recv span0 ns="$sw" vlan=30
}

several_reach_the_host_untagged()
{
	local acc=02:00:00:00:00:31 oth=02:00:00:00:00:32 br0=02:00:00:00:00:fe

	source_add "$sw" br0 rx tag bridge || return
	bridge -n "$sw" vlan add dev br0 vid 20 untagged self
	defer bridge -n "$sw" vlan del dev br0 vid 20 self
	flows "VLAN 10" send acc ns="$far" src="$acc" dst="$br0" \
		recv span0 ns="$sw" src="$acc" dst="$br0" vlan=10
	flows "VLAN 20" send oth ns="$far" src="$oth" dst="$br0" \
		recv span0 ns="$sw" src="$oth" dst="$br0" vlan=20
}

# From the next frame on, at a port that has a source already, and without one.
they_change()
{
	hybrid && source_add "$sw" hyb tx tag bridge || return
	counted "two" "none:0,8100.10:10,8100.20:20"
	# who is known in both VLANs is taken to be in the lower, if that is one of them
	flows "by the trunk" send trk ns="$far" vlan=10 src=02:00:00:00:00:35 \
		recv span0 ns="$sw" vlan=10 src=02:00:00:00:00:35
	bridge -n "$sw" vlan add dev hyb vid 10
	flows "by the trunk, VLAN 20" send trk ns="$far" vlan=20 src=02:00:00:00:00:35 \
		recv span0 ns="$sw" vlan=20 src=02:00:00:00:00:35
	counted "one, and one tagged" "none:0,8100.10:10,8100.20:20"
	check_vspan "$sw" set hyb tag port
	counted "the same, tag port" "none:20,8100.10:10"
	check_vspan "$sw" set hyb tag bridge
	bridge -n "$sw" vlan add dev hyb vid 10 pvid untagged
	counted "the PVID is another" "none:0,8100.10:10,8100.20:20"
	bridge -n "$sw" vlan del dev hyb vid 10
	counted "one" "none:0,8100.20:20"
	ip -n "$sw" link set hyb nomaster
	ip -n "$sw" link set hyb master br0
	bridge -n "$sw" vlan add dev hyb vid 10 untagged
	check_wait "ports of br0 forward" ports_forward "$sw" 6 || return
	counted "one, after the bridge was left" "none:0,8100.10:10"
}

# A bridge that is not VLAN-aware assigns no VLAN.
bridge_not_aware()
{
	source_add "$sw" acc rx tag bridge || return
	ip -n "$sw" link set br0 type bridge vlan_filtering 0
	defer ip -n "$sw" link set br0 type bridge vlan_filtering 1
	flows "not aware" send acc ns="$far" recv span0 ns="$sw"
	check_vspan "$sw" set acc vlan untagged
	flows "untagged" send acc ns="$far" recv span0 ns="$sw"
	ip -n "$sw" link set br0 type bridge vlan_filtering 1
	check_vspan "$sw" set acc vlan 10
	flows "aware again" send acc ns="$far" recv span0 ns="$sw" vlan=10
}

pvid_changes()
{
	source_add "$sw" acc rx tag bridge || return
	bridge -n "$sw" vlan add dev acc vid 30 pvid untagged
	defer bridge -n "$sw" vlan add dev acc vid 10 pvid untagged
	defer bridge -n "$sw" vlan del dev acc vid 30
	flows "VLAN 30" send acc ns="$far" recv span0 ns="$sw" vlan=30
	bridge -n "$sw" vlan add dev acc vid 30 untagged
	flows "no PVID" send acc ns="$far" recv span0 ns="$sw"
	bridge -n "$sw" vlan add dev acc vid 10 pvid untagged
	flows "VLAN 10" send acc ns="$far" recv span0 ns="$sw" vlan=10
}

more_frames()
{
	stats "$sw" span0
	((J[span0/sources/acc/stats/rx/packets] > COPIES + 50))
}

# Each copy has the tag or not, and none is lost.
tag_changed_under_traffic()
{
	local tag i none tagged

	source_add "$sw" acc rx tag bridge || return
	reader all count span0 ns="$sw" id=99 || return
	background sender send acc ns="$far" count=1000000 rate=2000 end=0
	for tag in port bridge port bridge; do
		check_vspan "$sw" set acc tag "$tag"
		stats "$sw" span0
		COPIES=${J[span0/sources/acc/stats/rx/packets]}
		check_wait "copies with tag $tag" more_frames
	done
	stop sender
	i=${KV[sent]}
	flows "markers" send mark0 ns="$sw" count=0 id=99
	check_finish all
	none=${KV[tags]#none:}
	none=${none%%,*}
	tagged=${KV[tags]##*8100.10:}
	check_eq "copies" $((none + tagged)) "$i"
	[[ $none -gt 50 && $tagged -gt 50 ]] || fail "not both: ${KV[tags]}"
}

# A filter sees the frame as on the port, without the tag that tag bridge adds.
filter_sees_the_port()
{
	source_add "$sw" acc rx tag bridge filter "not vlan" || return
	flows "not vlan" send acc ns="$far" recv span0 ns="$sw" vlan=10
	check_vspan "$sw" set acc filter "vlan 10"
	flows "vlan 10" send acc ns="$far" end=0 send acc ns="$far" vlan=10 count=3 end=0 \
		send mark0 ns="$sw" count=0 id=9 count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "frames" "${KV[tags]}" "none:0,8100.10:3"
}

# Only where it has its tag does the filter take the frame: it was not copied before,
# on the other port, by the same filter.
filter_on_both_ports()
{
	source_add "$sw" acc filter "vlan 10" && source_add "$sw" trk filter "vlan 10" || return
	flows "out by the trunk" send acc ns="$far" recv span0 ns="$sw" vlan=10
	flows "in by the trunk" send trk ns="$far" vlan=10 recv span0 ns="$sw" vlan=10
	check_vspan "$sw" set acc filter "not vlan" && check_vspan "$sw" set trk filter "not vlan"
	flows "in by the access port" send acc ns="$far" recv span0 ns="$sw"
	flows "out by the access port" send trk ns="$far" vlan=10 recv span0 ns="$sw"
}

snaplen_counts_the_tag()
{
	source_add "$sw" acc rx tag bridge snaplen 64 || return
	flows "64 bytes" send acc ns="$far" len=100 count=50 end=0 \
		send mark0 ns="$sw" count=0 id=9 count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "tags" "${KV[tags]}" "none:0,8100.10:50"
	check_eq "bytes" "${KV[bytes]}" 3200
}

# Hosts p1 and p2 in VLAN 10, p5 and p6 in VLAN 20; p2 has to ask for p1's MAC.
hosts()
{
	local n vid

	setup_ns p1 p2 p5 p6 || return 1
	for n in 1 2 5 6; do
		vid=$((n < 5 ? 10 : 20))
		local -n ns=p$n
		ip -n "$sw" link add "p$n" up type veth \
			peer name eth0 address "02:00:00:00:00:0$n" netns "$ns" || return 1
		defer ip -n "$sw" link del "p$n"
		ip -n "$sw" link set "p$n" master br0
		bridge -n "$sw" vlan add dev "p$n" vid "$vid" pvid untagged
		ip -n "$ns" addr add "192.168.10.1$n/24" dev eth0
		ip -n "$ns" link set eth0 up
		wait_up "$ns" eth0 && wait_up "$sw" "p$n" || return 1
	done
	ip -n "$p1" neigh add 192.168.10.12 lladdr 02:00:00:00:00:02 dev eth0
	ip -n "$p5" neigh add 192.168.10.16 lladdr 02:00:00:00:00:06 dev eth0
	check_wait "ports of br0 forward" ports_forward "$sw" 9
}

# p1 pings p2, and meanwhile p5 pings p6; the monitor's census is in KV
pings()
{
	reader monitor count span0 ns="$sw" id=99 || return 1
	ping_exact "$p1" 192.168.10.12 5
	ping_exact "$p5" 192.168.10.16 5
	flows "markers" send mark0 ns="$sw" count=0 id=99
	check_finish monitor
}

# What leaves towards p2: requests, and the answer to its question for p1's MAC.
seeds_scenario_1()
{
	hosts && source_add "$sw" p2 tx tag bridge && pings || return
	check_eq "echo requests" "${KV[echo_req]}" 5
	check_eq "echo replies" "${KV[echo_rep]}" 0
	check_eq "ARP replies" "${KV[arp_rep]}" 1
	check_eq "ARP requests" "${KV[arp_req]}" 0
	check_eq "by VLAN" "${KV[tags]}" "none:0,8100.10:6"
}

# All of VLAN 10, each frame once.
seeds_scenario_2()
{
	hosts && source_add "$sw" master br0 vlan 10 tag bridge && pings || return
	check_eq "echo requests" "${KV[echo_req]}" 5
	check_eq "echo replies" "${KV[echo_rep]}" 5
	check_eq "ARP requests" "${KV[arp_req]}" 1
	check_eq "ARP replies" "${KV[arp_rep]}" 1
	check_eq "by VLAN" "${KV[tags]}" "none:0,8100.10:12"
}

bad_words()
{
	local out rc=0

	source_add "$sw" acc tag bridge || return
	out=$(vspan "$sw" set acc tag switch 2>&1) || rc=$?
	check_eq "exit status" "$rc" 2
	[[ $out == *'tag "switch" is unknown: it is port or bridge' ]] || fail "$out"
	json "$sw" show span0
	check_j span0/sources/acc/tag bridge
	[[ $(vspan "$sw" show) == *"tag bridge"* ]] || fail "show does not print it"
	check_vspan "$sw" set acc tag port
	json "$sw" show span0
	check_j span0/sources/acc/tag absent
}

tests_run
