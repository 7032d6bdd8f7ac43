#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A frame that passes layers of devices (a NIC, VLAN devices, bonds, a bridge on top) is
# copied once, in the form nearest to the cable.
# shellcheck disable=SC2034,SC2086,SC2154,SC2317	# see lib.sh

ALL_TESTS=(
	"layers_received"
	"layers_sent"
	"layers_sent_and_the_lower_chooses"
	"layers_sent_while_rules_change"
	"bond_and_ports"
	"keep_through_layers"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

ALL=dst=ff:ff:ff:ff:ff:ff

setup()
{
	setup_ns sw && span_add "$sw" span0
}

# A bridge on a VLAN device on a NIC
layers()
{
	pairs nic0 || return 1
	ip -n "$sw" -b - <<-EOT
		link add link nic0 name nic0.10 up type vlan id 10
		link add brv up type bridge mcast_snooping 0
		link set nic0.10 master brv
	EOT
	defer ip -n "$sw" link del brv
	check_wait "port forwards" ports_forward "$sw" 1
}

layers_received()
{
	layers || return
	source_add "$sw" 'nic*' && source_add "$sw" brv || return
	copies "received" 50 send x-nic0 ns="$sw" vlan=10 $ALL count=50
}

# Shown is what the cable has: with the tag
layers_sent()
{
	layers || return
	source_add "$sw" 'nic*' || return
	copies "sent" 50 send brv ns="$sw" $ALL count=50
	check_dup nic0.10
	source_add "$sw" brv || return
	copies "sent, and the bridge is a source" 50 send brv ns="$sw" $ALL count=50
	check_vspan "$sw" del brv
	check_vspan "$sw" del 'nic*'
	source_add "$sw" 'nic*' filter 'vlan 10' || return
	copies "with the tag, which only the NIC shows" 50 send brv ns="$sw" $ALL count=50
	check_vspan "$sw" del 'nic*'
	source_add "$sw" nic0.10 && source_add "$sw" nic0 || return
	copies "by the NIC" 50 send brv ns="$sw" $ALL count=50
	stats "$sw" span0
	check_j span0/sources/nic0.10/stats/tx/packets 0
}

# What the device below may not copy is not left to it.
layers_sent_and_the_lower_chooses()
{
	local words

	layers || return
	source_add "$sw" nic0.10 tx || return
	for words in 'share 1/256' 'sample 1000000000' 'rate 1' 'vlan 11' 'filter arp' \
		'snaplen headers'; do
		check_vspan "$sw" add nic0 $words || return
		flows "$words" send brv ns="$sw" $ALL count=50 end=0
		check_vspan "$sw" del nic0
	done
	stats "$sw" span0
	check_j span0/sources/nic0.10/stats/dup 0
}

# What nic0.10 leaves to nic0 is copied there, by the rule it is left for: while that
# changes, some may be shown twice, and none is lost.
layers_sent_while_rules_change()
{
	local i sent got

	layers || return
	source_add "$sw" nic0.10 tx && source_add "$sw" nic0 tx &&
		reader r count span0 ns="$sw" || return
	background sender send brv ns="$sw" $ALL count=10000000 end=0 cpu=0
	for ((i = 0; i < ${CHANGED:-200}; i++)); do
		check_vspan "$sw" set nic0 vlan 11 && check_vspan "$sw" set nic0 vlan all || return
	done
	stop sender
	sent=$(ip netns exec "$sw" cat /sys/class/net/nic0/statistics/tx_packets)
	judged nic0
	got=$REPLY
	judged nic0.10
	((got += REPLY))
	echo "# of $sent sent, $got are copied, or counted as lost"
	((got >= sent)) || fail "$((sent - got)) of $sent are missing"
}

# check_dup DEV: it has left its frames to the one below
check_dup()
{
	json "$sw" -s show span0
	[ "${J[span0/sources/nic*/stats/dup]:-0}" -ge 50 ] || fail "$1 has left none"
}

bond_and_ports()
{
	modinfo bonding >/dev/null 2>&1 || [ -d /proc/net/bonding ] ||
		{ skip "no bonding"; return; }
	pairs s1 s2 || return
	ip -n "$sw" link add bd0 type bond mode active-backup miimon 10 || return
	defer ip -n "$sw" link del bd0
	ip -n "$sw" -b - <<-EOT
		link set s1 down
		link set s2 down
		link set s1 master bd0
		link set s2 master bd0
		link set bd0 up
	EOT
	wait_up "$sw" bd0 s1 s2
	source_add "$sw" '[bs][d12]*' || return
	copies "received" 30 send x-s1 ns="$sw" $ALL count=30
	copies "sent" 20 send bd0 ns="$sw" $ALL count=20
}

keep_through_layers()
{
	layers || return
	source_add "$sw" 'nic*' dup keep || return
	copies "sent" 100 send brv ns="$sw" $ALL count=50
	copies "received" 100 send x-nic0 ns="$sw" vlan=10 $ALL count=50
}

tests_run
