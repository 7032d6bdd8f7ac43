#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspanctl metrics: the rules of the format, and the same numbers as in show.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"rules_of_the_format"
	"rules_without_spans"
	"rules_of_the_older_format"
	"numbers_of_show"
	"each_counter_of_show"
	"states"
	"dashboard_asks_for_what_there_is"
	"textfile_is_replaced_whole"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

DASHBOARD=$TOP/tools/grafana/vspan.json
UNIT=$TOP/tools/systemd/vspan-metrics.service

setup()
{
	require_command jq python3 && topo_cable && setup_ns box || return
	span_add "$sw" span0 && span_add "$sw" away && source_add "$sw" eth0 &&
		source_add "$sw" 'vnet*' rx &&
		source_add "$sw" nic9 to away && output_add "$sw" span0 psample 7 || return
	ip -n "$sw" link set away netns "$box"
	flows "frames" send eth0 ns="$sw" count=20 len=100 end=0 \
		send eth0 ns="$p2" count=30 len=200 end=0
	wait_j "$sw" span0/stats/packets 50 span0/sources/eth0/stats/tx/packets 20 \
		span0/sources/eth0/stats/rx/packets 30
}

strict()
{
	local out

	out=$(vspan "$sw" metrics "$@" | "$SELFTESTS/lib/openmetrics.py") || fail "$out"
}

rules_of_the_format()
{
	strict
	strict openmetrics
}

rules_without_spans()
{
	local out

	setup_ns empty
	out=$(vspan "$empty" metrics | "$SELFTESTS/lib/openmetrics.py") || fail "$out"
}

# promtool reads this one; it is the other but for the heads.
rules_of_the_older_format()
{
	local out

	out=$(diff <(vspan "$sw" metrics prometheus | grep -v '^#') \
		<(vspan "$sw" metrics | grep -v '^#')) || fail "$out"
	[ -n "${PROMTOOL:-}" ] || require_command promtool || return
	out=$(vspan "$sw" metrics prometheus | "${PROMTOOL:-promtool}" check metrics 2>&1) || fail "$out"
}

# value NAME{LABELS}: in REPLY
value()
{
	REPLY=$(vspan "$sw" metrics | grep -F "$1 ")
	REPLY=${REPLY##* }
}

check_value()
{
	value "$1"
	check_eq "$1" "$REPLY" "$2"
}

numbers_of_show()
{
	check_value 'vspan_span_delivered_packets_total{span="span0"}' 50
	check_value 'vspan_span_delivered_bytes_total{span="span0"}' 8000
	check_value 'vspan_source_copied_packets_total{span="span0",source="eth0",direction="tx"}' 20
	check_value 'vspan_source_copied_bytes_total{span="span0",source="eth0",direction="rx"}' 6000
	check_value 'vspan_output_sent_packets_total{span="span0",output="psample 7"}' 50
	check_value 'vspan_source_dropped_packets_total{span="span0",source="eth0",reason="no_reader"}' 0
}

# All that show -s counts is there: as many samples as numbers.
each_counter_of_show()
{
	local want got

	want=$(vspan "$sw" -j -s show |
		jq '[.. | objects | .stats? // empty | .. | numbers] | length')
	got=$(vspan "$sw" metrics | grep -c '_total{')
	check_eq "counters" "$got" "$want"
}

states()
{
	check_value 'vspan_span_up{span="span0"}' 1
	check_value 'vspan_span_read{span="span0"}' 1
	check_value 'vspan_source_active{span="span0",source="eth0"}' 1
	check_value 'vspan_source_bindings{span="span0",source="eth0"}' 1
	check_value 'vspan_source_active{span="span0",source="vnet*"}' 0
	check_value 'vspan_output_active{span="span0",output="psample 7"}' 1
	json "$sw" show
	value 'vspan_span_up{span="away",netnsid="'"${J[away/netnsid]}"'"}'
	check_eq "the span that was moved" "$REPLY" 0
}

dashboard_asks_for_what_there_is()
{
	local name names

	names=$(vspan "$sw" metrics | sed -n 's/^\([a-z_]*\){.*/\1/p' | sort -u)
	check_ok "JSON" jq -e '.panels | length > 0' "$DASHBOARD"
	while read -r name; do
		grep -qx "$name" <<<"$names" || fail "the dashboard asks for $name"
	done < <(jq -r '.. | .expr? // empty' "$DASHBOARD" | grep -o 'vspan_[a-z_]*' | sort -u)
}

# As the unit that is shipped has it.
textfile_is_replaced_whole()
{
	local dir cmd

	dir=$(mktemp -d)
	defer rm -rf "$dir"
	cmd=$(sed -n 's/^ExecStart=//p' "$UNIT")
	cmd=${cmd#/bin/sh -c }
	cmd=${cmd//\/var\/lib\/prometheus\/node-exporter/$dir}
	cmd=${cmd//\/usr\/bin\/vspanctl/$VSPANCTL}
	check_ok "$cmd" ip netns exec "$sw" sh -c "sh -c $cmd"
	check_eq "files" "$(ls "$dir")" vspan.prom
	check_ok "the file" cmp <(vspan "$sw" metrics prometheus) "$dir/vspan.prom"
}

tests_run
