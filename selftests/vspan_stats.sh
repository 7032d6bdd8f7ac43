#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Counters: exact, per source and direction, on every CPU, and the same in
# vspanctl, ip -s link and ethtool -S.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"packets_and_bytes_per_direction"
	"each_source_counts_for_itself"
	"sum_over_cpus"
	"drops_by_reason"
	"ip_ethtool_and_vspanctl_agree"
	"tc_is_a_reader"
	"set_keeps_counters"
	"new_source_starts_at_zero"
	"counters_without_s_are_not_shown"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

S0=span0/sources/eth0/stats

setup()
{
	topo_cable && span_add "$sw" idle
}

# fresh [WORDS]: span0 and its source eth0, all counters at zero
fresh()
{
	span_add "$sw" span0 && source_add "$sw" eth0 "$@"
}

# delivered COPIES PKT-WORDS...: send end=0 streams while a packet socket reads, and
# wait until the span has delivered COPIES
delivered()
{
	local copies=$1

	shift
	reader all count span0 ns="$sw" end=0 timeout=0 || return 1
	flows "streams" "$@"
	wait_j "$sw" span0/stats/packets "$copies"
	stop all
}

packets_and_bytes_per_direction()
{
	fresh || return
	# 60..159 bytes: 100 * 109.5; tagged ones are 4 longer
	delivered 180 send eth0 ns="$p2" len=60-159 count=100 end=0 \
		send eth0 ns="$p2" len=100 count=30 vlan=10 end=0 \
		send eth0 ns="$sw" len=1000 count=50 end=0 || return
	stats "$sw" span0
	check_j "$S0/rx/packets" 130
	check_j "$S0/rx/bytes" $((10950 + 30 * 104))
	check_j "$S0/tx/packets" 50
	check_j "$S0/tx/bytes" 50000
	check_j "$S0/filtered" 0
	check_j span0/stats/packets 180
	check_j span0/stats/bytes $((10950 + 30 * 104 + 50000))
	check_j span0/stats/monitor_tx_dropped 0
	no_drops
}

no_drops()
{
	local key

	for key in "${!J[@]}"; do
		[[ $key != */drops/* ]] || check_j "$key" 0
	done
}

each_source_counts_for_itself()
{
	fresh rx || return
	ip -n "$sw" -b - <<-EOT
		link add nic1 type veth peer name nic1 netns $p2
		link set nic1 up
	EOT
	defer ip -n "$sw" link del nic1
	ip -n "$p2" link set nic1 up
	wait_up "$sw" nic1 && source_add "$sw" nic1 tx || return
	delivered 15 send eth0 ns="$p2" count=10 end=0 send nic1 ns="$sw" count=5 end=0 \
		send nic1 ns="$p2" count=7 end=0 send eth0 ns="$sw" count=9 end=0
	stats "$sw" span0
	check_j "$S0/rx/packets" 10
	check_j "$S0/tx/packets" 0
	check_j span0/sources/nic1/stats/tx/packets 5
	check_j span0/sources/nic1/stats/rx/packets 0
	# a direction nobody asked for is not "filtered"
	check_j "$S0/filtered" 0
}

sum_over_cpus()
{
	local cpu
	local -a words=()

	require_cpus 2 || return
	fresh rx || return
	for ((cpu = 0; cpu < 2; cpu++)); do
		words+=(send eth0 ns="$p2" cpu="$cpu" count=$((100 + cpu)) len=100 end=0)
	done
	delivered 201 "${words[@]}"
	stats "$sw" span0
	check_j "$S0/rx/packets" 201
	check_j "$S0/rx/bytes" 20100
	check_j span0/stats/bytes 20100
}

drops_by_reason()
{
	fresh rx vlan untagged || return
	flows "nobody reads" send eth0 ns="$p2" count=11 end=0 \
		send eth0 ns="$p2" count=5 vlan=10 end=0
	wait_j "$sw" span0/stats/drops/no_reader 11 "$S0/filtered" 5
	ip -n "$sw" link set span0 down
	flows "down" send eth0 ns="$p2" count=7 end=0
	wait_j "$sw" span0/stats/drops/span_down 7 "$S0/drops/span_down" 7
	check_j span0/stats/drops/no_reader 11
	check_j "$S0/drops/no_reader" 11
	check_j "$S0/filtered" 5
	check_j "$S0/rx/packets" 0
	check_j span0/stats/packets 0
}

# ip -s link to IP_*, ethtool -S to E[]
other_tools()
{
	local name value out

	out=$(ip -n "$sw" -s -j link show dev span0 | "$PKT" json)
	while read -r name value; do
		L[$name]=$value
	done <<<"$out"
	out=$(ip netns exec "$sw" ethtool -S span0)
	while IFS=': ' read -r name value; do
		E[$name]=$value
	done <<<"$out"
}

ip_ethtool_and_vspanctl_agree()
{
	local -A L=() E=()
	local key sum=0

	require_command ethtool || return
	fresh rx || return
	flows "nobody reads" send eth0 ns="$p2" count=11 end=0
	wait_j "$sw" span0/stats/drops/no_reader 11
	delivered 20 send eth0 ns="$p2" count=20 len=200 end=0 send span0 ns="$sw" count=3 end=0
	stats "$sw" span0
	other_tools
	check_eq "ip rx packets" "${L[stats64/rx/packets]}" 20
	check_eq "ip rx bytes" "${L[stats64/rx/bytes]}" 4000
	check_eq "ip tx packets" "${L[stats64/tx/packets]}" 0
	check_eq "ip tx dropped" "${L[stats64/tx/dropped]}" 3
	check_eq "ethtool rx_packets" "${E[rx_packets]:-absent}" 20
	check_eq "ethtool rx_bytes" "${E[rx_bytes]:-absent}" 4000
	check_eq "ethtool monitor_tx_dropped" "${E[monitor_tx_dropped]:-absent}" 3
	check_j span0/stats/packets 20
	check_j span0/stats/bytes 4000
	check_j span0/stats/monitor_tx_dropped 3
	for key in "${!J[@]}"; do
		[[ $key == span0/stats/drops/* ]] || continue
		sum=$((sum + J[$key]))
		check_eq "ethtool drop_${key##*/}" "${E[drop_${key##*/}]:-absent}" "${J[$key]}"
	done
	check_eq "ip rx dropped and all drops" "${L[stats64/rx/dropped]}" "$sum"
	check_eq "all drops" "$sum" 11
}

# Who reads by tc has no socket.
tc_is_a_reader()
{
	require_command tc || return
	fresh rx || return
	if ! ip netns exec "$sw" sh -c 'tc qdisc add dev span0 clsact &&
		tc filter add dev span0 ingress matchall action pass' 2>/dev/null; then
		skip "no clsact or matchall"
		return
	fi
	flows "tc" send eth0 ns="$p2" end=0
	wait_j "$sw" span0/stats/packets 10
	check_j span0/stats/drops/no_reader 0
	ip netns exec "$sw" tc qdisc del dev span0 clsact
	flows "nobody" send eth0 ns="$p2" end=0
	wait_j "$sw" span0/stats/drops/no_reader 10
	check_j span0/stats/packets 10
}

set_keeps_counters()
{
	fresh rx || return
	delivered 10 send eth0 ns="$p2" end=0
	check_vspan "$sw" set eth0 rx,tx vlan untagged
	stats "$sw" span0
	check_j "$S0/rx/packets" 10
	ip -n "$sw" link set span0 down
	ip -n "$sw" link set span0 up
	stats "$sw" span0
	check_j "$S0/rx/packets" 10
	check_j span0/stats/packets 10
}

new_source_starts_at_zero()
{
	fresh rx || return
	delivered 10 send eth0 ns="$p2" end=0
	check_vspan "$sw" del eth0
	check_vspan "$sw" add eth0 rx
	stats "$sw" span0
	check_j "$S0/rx/packets" 0
	check_j span0/stats/packets 10
}

counters_without_s_are_not_shown()
{
	fresh rx || return
	json "$sw" show span0
	check_j span0/stats/packets absent
	check_j "$S0/rx/packets" absent
	check_j span0/sources/eth0/state active
}

tests_run
