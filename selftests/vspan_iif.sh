#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skb_iif, the index of the receiving device, may be of another netns. Then it must not
# suppress a copy, assign a VLAN, or make a frame look like a loop.
# shellcheck disable=SC2034,SC2154,SC2317	# see lib.sh

ALL_TESTS=(
	"came_in_elsewhere"
	"vlan_of_the_bridge"
	"no_loop"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

setup()
{
	topo_ports && span_add "$sw" span0
}

# container NUMBER: a macvlan on br0 in a netns of its own, which leads there what comes
# by in0, of that number, as a router in it would
container()
{
	setup_ns ctn || return 1
	ip -n "$sw" link add mv0 link br0 type macvlan mode bridge &&
		ip -n "$sw" link set mv0 netns "$ctn" || return 1
	ip -n "$ctn" -b - <<-EOT || return 1
		link add in0 index $1 type veth peer name x-in0
		link set in0 up
		link set x-in0 up
		link set mv0 up
	EOT
	tc -n "$ctn" qdisc add dev in0 clsact
	tc -n "$ctn" filter add dev in0 ingress matchall action mirred egress redirect dev mv0
	wait_up "$ctn" in0 mv0
}

# What the container routes seems to have come by p1.
came_in_elsewhere()
{
	link_ifindex "$sw" p1 && container "$REPLY" && source_add "$sw" 'p[12]' || return
	copies "from the container" 50 send x-in0 ns="$ctn" dst=02:00:00:00:00:02 count=50
}

# p1's VLAN is 10, that of the host 20.
vlan_of_the_bridge()
{
	link_ifindex "$sw" p1 && container "$REPLY" || return
	bridge -n "$sw" -b - <<-EOT
		vlan del dev p1 vid 1
		vlan add dev p1 vid 10 pvid untagged
		vlan del dev p2 vid 1
		vlan add dev p2 vid 10 untagged
		vlan add dev p2 vid 20 untagged
		vlan add dev br0 self vid 20 pvid untagged
	EOT
	ip -n "$sw" link set br0 type bridge vlan_filtering 1
	source_add "$sw" p2 tx vlan 20
	copies "from the container" 30 send x-in0 ns="$ctn" dst=02:00:00:00:00:02 count=30
	ip -n "$sw" link set br0 type bridge vlan_filtering 0
	bridge -n "$sw" -b - <<-EOT
		vlan del dev br0 self vid 20
		vlan add dev br0 self vid 1 pvid untagged
		vlan add dev p1 vid 1 pvid untagged
		vlan add dev p2 vid 1 pvid untagged
	EOT
}

# ... or to have come by the span.
no_loop()
{
	link_ifindex "$sw" span0 && container "$REPLY" && source_add "$sw" p2 || return
	copies "from the container" 20 send x-in0 ns="$ctn" dst=02:00:00:00:00:02 count=20
}

tests_run
