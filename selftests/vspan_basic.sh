#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which frames are copied: exactly those of the source's device and direction,
# on each kind of device, for any number of sources and spans.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"bridge_port tx"
	"bridge_port rx"
	"bridge_port rx,tx"
	"bridge_device tx"
	"bridge_device rx"
	"bridge_device rx,tx"
	"no_source_copies_nothing"
	"other_port_copies_nothing"
	"veth_outside_a_bridge"
	"tap_device"
	"bond_slave"
	"vlan_device"
	"default_direction_is_both"
	"many_sources_one_span"
	"one_source_two_spans"
	"removal_stops_one_only"
	"broadcast_and_link_local_frames"
	"running_flow_is_copied_from_the_next_frame"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

PINGS=10

setup()
{
	topo_bridge && span_add "$sw" span0
}

# wanted DIRECTION TX RX: REPLY is the number of frames that the direction selects
wanted()
{
	case $1 in
	tx) REPLY="$2" ;;
	rx) REPLY="$3" ;;
	*) REPLY=$(($2 + $3)) ;;
	esac
}

# count_pings SPAN NETNS ADDRESS MARK-NETNS MARK-DEV: ping; the frames on the span are
# counted in KV. The markers take a mirrored path, in each direction needed.
count_pings()
{
	local span=$1 ns=$2 address=$3

	shift 3
	reader "$span" count "$span" ns="$sw" id=99 || return 1
	ping_exact "$ns" "$address" "$PINGS"
	flows "marker" "$@"
	check_finish "$span"
}

check_echos()
{
	check_eq "echo requests" "${KV[echo_req]}" "$1"
	check_eq "echo replies" "${KV[echo_rep]}" "$2"
	check_eq "frames in all" "${KV[frames]}" $(($1 + $2))
}

# The sender of frames that port p2 transmits, or receives.
marker_for()
{
	case $1 in
	tx) MARKER=(send eth0 ns="$p1" count=0 id=99) ;;
	*) MARKER=(send eth0 ns="$p2" count=0 id=99 dst=02:00:00:00:00:01
		src=02:00:00:00:00:02) ;;
	esac
}

# Seeds scenario 1: what leaves towards p2 are the requests.
bridge_port()
{
	local dir=$1 req rep

	source_add "$sw" p2 "$dir" || return
	marker_for "$dir"
	count_pings span0 "$p1" 192.0.2.2 "${MARKER[@]}" || return
	wanted "$dir" "$PINGS" 0
	req=$REPLY
	wanted "$dir" 0 "$PINGS"
	rep=$REPLY
	check_echos "$req" "$rep"
}

# The bridge device itself: what the host sends through it and receives by it.
bridge_device()
{
	local dir=$1 req rep

	source_add "$sw" br0 "$dir" || return
	MARKER=(send br0 ns="$sw" count=0 id=99)
	[ "$dir" == tx ] || MARKER=(send eth0 ns="$p1" count=0 id=99 dst=02:00:00:00:00:fe)
	count_pings span0 "$sw" 192.0.2.1 "${MARKER[@]}" || return
	wanted "$dir" "$PINGS" 0
	req=$REPLY
	wanted "$dir" 0 "$PINGS"
	rep=$REPLY
	check_echos "$req" "$rep"
}

# The marker's own path is mirrored by a second source where the rest is not.
no_source_copies_nothing()
{
	source_add "$sw" br0 tx || return
	count_pings span0 "$p1" 192.0.2.2 send br0 ns="$sw" count=0 id=99 || return
	check_echos 0 0
}

# With p2 as source, the frames between p1 and the host must not be copied.
other_port_copies_nothing()
{
	source_add "$sw" p2 || return
	# the bridge must know both addresses, or it floods the frames to p2
	ping_exact "$sw" 192.0.2.1 1
	count_pings span0 "$p1" 192.0.2.254 \
		send eth0 ns="$p2" count=0 id=99 dst=02:00:00:00:00:01 src=02:00:00:00:00:02 ||
		return
	check_echos 0 0
}

# each_way DEV PEER-NETNS PEER-PORT [OUT-DEV]: 10 frames each way on DEV
each_way()
{
	local dev=$1 ns=$2 port=$3 out_dev=${4:-$1}
	local -a out=(send "$out_dev" ns="$sw" id=1) in=(send "$port" ns="$ns" id=2)

	source_add "$sw" "$dev" tx || return
	flows "tx of $dev" "${in[@]}" end=0 "${out[@]}" recv span0 ns="$sw" id=1
	check_vspan "$sw" set "$dev" rx
	flows "rx of $dev" "${out[@]}" end=0 "${in[@]}" recv span0 ns="$sw" id=2
	check_vspan "$sw" set "$dev" rx,tx
	flows "both of $dev" "${out[@]}" end=0 "${in[@]}" "${out[@]}" count=0 \
		recv span0 ns="$sw" id=1 others=ok recv span0 ns="$sw" id=2 others=ok
	json "$sw" show span0
	check_j "span0/sources/$dev/bindings/$dev/dev" "$dev"
	check_j "span0/sources/$dev/state" active
}

veth_outside_a_bridge()
{
	ip -n "$sw" link add nic0 type veth peer name nic0 netns "$p1"
	defer ip -n "$sw" link del nic0
	ip -n "$p1" link set nic0 up
	ip -n "$sw" link set nic0 up
	wait_up "$sw" nic0 && each_way nic0 "$p1" nic0
}

# tap0 with a machine behind it that answers pings: seeds scenario 1 for a VM.
tap_device()
{
	ip -n "$sw" tuntap add tap0 mode tap
	defer ip -n "$sw" link del tap0
	ip -n "$sw" link set tap0 up
	each_way tap0 "$sw" tun:tap0
	reader vm echo tun:tap0 ns="$sw" || return
	ip -n "$sw" addr add 198.51.100.1/24 dev tap0
	ip -n "$sw" neigh add 198.51.100.2 lladdr 02:00:00:00:00:05 dev tap0
	# the machine sends the markers back, so that they pass in each direction
	check_vspan "$sw" set tap0 tx
	count_pings span0 "$sw" 198.51.100.2 send tap0 ns="$sw" count=0 id=99 &&
		check_echos "$PINGS" 0
	check_vspan "$sw" set tap0 rx
	count_pings span0 "$sw" 198.51.100.2 send tap0 ns="$sw" count=0 id=99 &&
		check_echos 0 "$PINGS"
}

bond_slave()
{
	modprobe -q bonding 2>/dev/null
	if ! ip -n "$sw" link add bond0 type bond mode active-backup 2>/dev/null; then
		skip "no bonding driver"
		return
	fi
	defer ip -n "$sw" link del bond0
	ip -n "$sw" -b - <<-EOT
		link add s0 type veth peer name s0 netns $p1
		link set s0 master bond0
		link set bond0 up
		addr add 198.51.100.1/24 dev bond0
	EOT
	defer ip -n "$sw" link del s0
	ip -n "$p1" link set s0 up
	wait_up "$sw" s0 bond0 && each_way s0 "$p1" s0 bond0
}

vlan_device()
{
	ip -n "$sw" -b - <<-EOT
		link add nic1 type veth peer name nic1 netns $p1
		link add link nic1 nic1.10 type vlan id 10
		link set nic1 up
		link set nic1.10 up
	EOT
	defer ip -n "$sw" link del nic1
	ip -n "$p1" -b - <<-EOT
		link set nic1 up
		link add link nic1 nic1.10 type vlan id 10
		link set nic1.10 up
	EOT
	wait_up "$sw" nic1 nic1.10 && wait_up "$p1" nic1.10 || return
	each_way nic1.10 "$p1" nic1.10
	# untagged and VLAN 20 on the trunk below are none of its frames
	flows "frames of other VLANs" send nic1 ns="$p1" id=3 end=0 \
		send nic1 ns="$p1" id=4 vlan=20 end=0 send nic1.10 ns="$p1" count=0 id=5 \
		recv span0 ns="$sw" id=5 count=0
}

default_direction_is_both()
{
	source_add "$sw" p2 || return
	marker_for rx
	count_pings span0 "$p1" 192.0.2.2 "${MARKER[@]}" && check_echos "$PINGS" "$PINGS"
}

many_sources_one_span()
{
	local -a back=(dst=02:00:00:00:00:01 src=02:00:00:00:00:02)

	source_add "$sw" p1 tx && source_add "$sw" p2 tx && source_add "$sw" br0 rx || return
	flows "three sources" send eth0 ns="$p1" id=1 send eth0 ns="$p2" id=2 "${back[@]}" \
		send eth0 ns="$p1" id=3 dst=02:00:00:00:00:fe \
		recv span0 ns="$sw" id=1 others=ok \
		recv span0 ns="$sw" id=2 "${back[@]}" others=ok \
		recv span0 ns="$sw" id=3 dst=02:00:00:00:00:fe others=ok
}

one_source_two_spans()
{
	span_add "$sw" span1 && source_add "$sw" p2 tx && source_add "$sw" p2 rx to span1 ||
		return
	flows "two spans" send eth0 ns="$p1" id=1 end=0 \
		send eth0 ns="$p2" id=2 dst=02:00:00:00:00:01 src=02:00:00:00:00:02 \
		send eth0 ns="$p1" id=1 count=0 \
		recv span0 ns="$sw" id=1 recv span1 ns="$sw" id=2 \
		src=02:00:00:00:00:02 dst=02:00:00:00:00:01
	removal_of_one
}

# Deletes one of two; the other must not be affected.
removal_of_one()
{
	check_vspan "$sw" del p2 to span1
	flows "the span left" send eth0 ns="$p2" id=2 end=0 dst=02:00:00:00:00:01 \
		src=02:00:00:00:00:02 send eth0 ns="$p1" id=1 recv span0 ns="$sw" id=1
}

removal_stops_one_only()
{
	source_add "$sw" p2 tx && source_add "$sw" br0 tx || return
	check_vspan "$sw" del p2
	flows "after removal" send eth0 ns="$p1" id=1 end=0 send br0 ns="$sw" count=0 id=9 \
		recv span0 ns="$sw" id=9 count=0
}

# Multicast that the bridge consumes (STP) or does not forward (LLDP) is copied at the
# port that receives it; broadcast is copied once.
broadcast_and_link_local_frames()
{
	source_add "$sw" p1 rx || return
	flows "link-local and broadcast" \
		send eth0 ns="$p1" id=1 dst=ff:ff:ff:ff:ff:ff end=0 \
		send eth0 ns="$p1" id=2 dst=01:80:c2:00:00:00 end=0 \
		send eth0 ns="$p1" id=3 dst=01:80:c2:00:00:0e end=0 \
		send eth0 ns="$p1" id=4 dst=33:33:00:00:00:01 end=0 \
		send eth0 ns="$p1" id=1 count=0 send eth0 ns="$p1" id=2 count=0 \
		send eth0 ns="$p1" id=3 count=0 send eth0 ns="$p1" id=4 count=0 \
		recv span0 ns="$sw" id=1 dst=ff:ff:ff:ff:ff:ff others=ok \
		recv span0 ns="$sw" id=2 dst=01:80:c2:00:00:00 others=ok \
		recv span0 ns="$sw" id=3 dst=01:80:c2:00:00:0e others=ok \
		recv span0 ns="$sw" id=4 dst=33:33:00:00:00:01 others=ok
}

running_flow_is_copied_from_the_next_frame()
{
	reader all recv span0 ns="$sw" id=7 count=20 loss=ok || return
	flows "before" send eth0 ns="$p1" id=6
	source_add "$sw" p2 tx
	flows "after" send eth0 ns="$p1" id=7 count=20
	check_finish all && check_eq "frames" "${KV[got]}" 20
	check_eq "frames from before" "${KV[other]}" 0
}

tests_run
