#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# NICs with real drivers as sources, on one hub with another NIC that sends: tags in
# metadata and in the frame, with and without promisc, mirrored and redirected, both
# directions. The NICs are those of QEMU (NICS=1 selftests/vm/run.sh), identified by their
# addresses.
# shellcheck disable=SC2034,SC2154,SC2317	# see lib.sh

DRIVERS=(e1000e vmxnet3 virtio_net)
ALL_TESTS=()
for driver in "${DRIVERS[@]}"; do
	ALL_TESTS+=("received $driver on" "received $driver off" "sent $driver on"
		"sent $driver off" "promiscuous $driver" "redirected $driver")
done

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

GEN=02:00:00:00:0f:00
declare -A MAC=([e1000e]=02:00:00:00:0f:01 [vmxnet3]=02:00:00:00:0f:02
	[virtio_net]=02:00:00:00:0f:03)
FOREIGN=dst=02:00:00:00:0f:77
# The hub does not wait for who is slow.
RATE=rate=2000

# nic_into NETNS MAC NAME: and back at the end of the case
nic_into()
{
	local file dev=''

	for file in /sys/class/net/*/address; do
		[ "$(cat "$file")" != "$2" ] || dev=$(basename "$(dirname "$file")")
	done
	[ -n "$dev" ] || { fail "no NIC has the address $2"; return 1; }
	ip link set "$dev" down
	ip link set "$dev" netns "$1" name "$3" || return 1
	defer ip -n "$1" link set "$3" netns 1 name "$dev"
	ip netns exec "$1" sysctl -qw "net.ipv6.conf.$3.disable_ipv6=1" 2>/dev/null
	ip -n "$1" link set "$3" up && wait_up "$1" "$3"
}

setup()
{
	[ -d /sys/bus/pci/devices ] || { skip "no PCI"; return 1; }
	modprobe -a "${DRIVERS[@]}" 2>/dev/null
	setup_ns sw lan
}

# nic DRIVER: as nic0 in sw; gen0 in lan is on the same cable
nic()
{
	nic_into "$lan" "$GEN" gen0 && nic_into "$sw" "${MAC[$1]}" nic0 &&
		span_add "$sw" span0 || return
	echo "# $(ip netns exec "$sw" ethtool -i nic0 | sed -n 's/^driver: //p'):" \
		"$(queues) queues to receive by"
}

queues()
{
	ip netns exec "$sw" sh -c 'ls -d /sys/class/net/nic0/queues/rx-*' | wc -l
}

# offloads ON-OR-OFF: of VLAN tags, where the driver lets; it may take the link down for
# it
offloads()
{
	local what

	for what in rxvlan txvlan rx-vlan-filter; do
		ip netns exec "$sw" ethtool -K nic0 "$what" "$1" >/dev/null 2>&1
	done
	wait_up "$sw" nic0
}

# frames WANT-OR-0 PORT WORDS...: untagged of all lengths, with one tag, with two
frames()
{
	local words=(send "${@:2}" "$RATE")

	copies "untagged" "${1/all/200}" "${words[@]}" count=200 len=60-1514
	copies "VLAN 10" "${1/all/100}" "${words[@]}" count=100 vlan=10:3
	copies "VLANs 100, 200" "${1/all/50}" "${words[@]}" count=50 vlan=100 proto=0x88a8 inner=200
}

# Promiscuous, or a NIC may drop VLANs that the host does not have.
received()
{
	nic "$1" && offloads "$2" && source_add "$sw" nic0 rx promisc || return
	frames all gen0 ns="$lan" "dst=${MAC[$1]}"
	offloads on
}

sent()
{
	nic "$1" && offloads "$2" && source_add "$sw" nic0 tx || return
	frames all nic0 ns="$sw" "dst=$GEN"
	offloads on
}

promiscuous()
{
	nic "$1" && source_add "$sw" nic0 || return
	copies "to another, passed by" 0 send gen0 ns="$lan" "$FOREIGN" count=100 end=0 "$RATE" \
		send gen0 ns="$lan" "dst=${MAC[$1]}" count=0
	check_vspan "$sw" set nic0 promisc on
	copies "to another" 100 send gen0 ns="$lan" "$FOREIGN" count=100 "$RATE"
}

redirected()
{
	nic "$1" && source_add "$sw" nic0 rx redirect promisc || return
	check_hook nic0 nic0 rx-handler
	frames all gen0 ns="$lan" "$FOREIGN"
	stats "$sw" span0
	check_j span0/stats/drops/ring_full 0
}

tests_run
