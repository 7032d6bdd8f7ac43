#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Loops of spans, bridges and outputs are refused or harmless: production gets neither
# more frames nor fewer.
# shellcheck disable=SC2034,SC2086,SC2154,SC2317	# from() gives words; see lib.sh

ALL_TESTS=(
	"span_under_the_mirrored_bridge master"
	"span_under_the_mirrored_bridge pattern"
	"span_under_the_mirrored_bridge exact"
	"output_is_never_matched"
	"output_into_its_source_is_refused"
	"output_leads_there_no_more"
	"two_spans_feed_each_other"
	"output_into_the_mirrored_bridge"
	"tc_leads_copies_back"
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
	topo_ports && span_add "$sw" span0
}

# production WORDS...: 100 frames from machine 1 reach 2, 3 and 4, each once
production()
{
	from 1
	flows "production" $REPLY $ALL count=100 "$@" \
		recv e2 ns="$lan" $ALL count=100 recv e3 ns="$lan" $ALL count=100 \
		recv e4 ns="$lan" $ALL count=100
}

# A span is a port like others to the bridge, or not to be had: either way its copies
# do not come round again. What the bridge sends by it is what a monitor sends: lost.
span_under_the_mirrored_bridge()
{
	local -a what=(br0)

	case $1 in
	master) what=(master br0) ;;
	pattern) what=('[ps]*') ;;
	esac
	source_add "$sw" "${what[@]}" || return
	if ip -n "$sw" link set span0 master br0 2>/dev/null; then
		defer ip -n "$sw" link set span0 nomaster
		check_wait "ports of br0 forward" ports_forward "$sw" 5
	fi
	production recv span0 ns="$sw" $ALL count=100
	bound_never_span
}

bound_never_span()
{
	local key

	json "$sw" show
	for key in "${!J[@]}"; do
		[[ $key != */bindings/*/dev || ${J[$key]} != span* ]] ||
			fail "a span is mirrored: $key"
	done
}

# out SPAN DEV: an output, for the rest of the test case
out()
{
	check_vspan "$sw" output add "$1" dev "$2" || return
	defer vspan "$sw" output del "$1" dev "$2"
}

output_is_never_matched()
{
	pairs vnet0 vnet1 || return
	out span0 vnet1 || return
	source_add "$sw" 'vnet*' || return
	check_bound 'vnet*' "vnet0"
	flows "sent on" send x-vnet0 ns="$sw" recv span0 ns="$sw" recv x-vnet1 ns="$sw"
	check_vspan "$sw" output del span0 dev vnet1
	check_bound 'vnet*' "vnet0 vnet1"
	ip -n "$sw" link del vnet0
	check_refused "$sw" 1 "copied" output add span0 dev vnet1
	check_bound 'vnet*' "vnet1"
}

output_into_its_source_is_refused()
{
	local rc=0

	source_add "$sw" p1 || return
	vspan "$sw" output add span0 dev p1 2>/dev/null || rc=$?
	check_eq "output to a source" "$rc" 1
	check_vspan "$sw" del p1
	out span0 p1 || return
	rc=0
	vspan "$sw" add p1 2>/dev/null || rc=$?
	check_eq "source of an output" "$rc" 1
	source_add "$sw" p2 rx
	# p1 gets the copies of what machine 2 sends, besides the frames themselves
	from 2
	flows "sent on" $REPLY $ALL recv span0 ns="$sw" "${REPLY##* }" $ALL \
		recv e3 ns="$lan" "${REPLY##* }" $ALL
	stats "$sw" span0
	check_j span0/sources/p2/stats/rx/packets $((10 + $(nproc)))
}

# Of what a master lets go, all that is below is asked about anew.
output_leads_there_no_more()
{
	ip -n "$sw" -b - <<-EOT || return
		link add br9 up type bridge
		link add d9 up type dummy
		link add link d9 name d9.10 up type vlan id 10
		link set d9.10 master br9
	EOT
	defer ip -n "$sw" link del d9
	defer ip -n "$sw" link del br9
	output_add "$sw" span0 dev br9 && check_vspan "$sw" add 'd[9]' || return
	json_is "$sw" span0/sources/d[9]/state dormant || fail "copies of d9 come round again"
	ip -n "$sw" link set d9.10 nomaster
	json_is "$sw" span0/sources/d[9]/state active || fail "d9 is not copied, and nothing leads there"
}

# span0 mirrors q0 and sends to q1, span1 mirrors q1 and sends to q0.
two_spans_feed_each_other()
{
	pairs q0 q1 && span_add "$sw" span1 || return
	out span0 q1 && out span1 q0 || return
	source_add "$sw" q0 && source_add "$sw" q1 to span1 || return
	flows "once there" send x-q0 ns="$sw" recv span0 ns="$sw" recv x-q1 ns="$sw" \
		send x-q1 ns="$sw" id=2 end=0 count=0
	stats "$sw"
	check_j span1/stats/packets 0
	flows "once back" send x-q1 ns="$sw" recv span1 ns="$sw" recv x-q0 ns="$sw"
	check_vspan "$sw" del q0
	check_vspan "$sw" del q1 to span1
	production
}

# The output's cable is connected to another port of the mirrored bridge.
output_into_the_mirrored_bridge()
{
	pairs q0 || return
	ip -n "$sw" link set x-q0 master br0
	check_wait "ports of br0 forward" ports_forward "$sw" 5
	source_add "$sw" p1 rx && out span0 q0 || return
	from 1 2
	flows "into the bridge once" $REPLY recv span0 ns="$sw"
	stats "$sw" span0
	check_j span0/sources/p1/stats/rx/packets $((10 + $(nproc)))
}

# A tc filter on the span sends each copy back to the device of its source.
tc_leads_copies_back()
{
	pairs q0 || return
	source_add "$sw" q0 || return
	if ! tc -n "$sw" qdisc add dev span0 clsact 2>/dev/null ||
	   ! tc -n "$sw" filter add dev span0 ingress matchall \
			action mirred egress mirror dev q0 2>/dev/null; then
		skip "no tc mirred"
		return
	fi
	defer tc -n "$sw" qdisc del dev span0 clsact
	flows "back" send x-q0 ns="$sw" recv span0 ns="$sw" recv x-q0 ns="$sw"
	stats "$sw" span0
	check_j span0/sources/q0/stats/tx/packets 0
	check_j span0/sources/q0/stats/drops/loop $((10 + $(nproc)))
}

tests_run
