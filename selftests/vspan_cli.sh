#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The user interface of vspanctl: grammar, defaults, JSON, events, help.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"add_makes_span0_and_brings_it_up"
	"add_to_a_span_that_exists"
	"words_in_any_order"
	"json_keys"
	"json_keys_with_statistics"
	"pretty_json_is_the_same"
	"set_changes_only_what_it_names"
	"set_loses_no_frame"
	"span_add_set_del_show"
	"monitor_tells_of_changes"
	"monitor_tells_the_time"
	"monitor_tells_of_devices"
	"netns_option"
	"help_at_every_level"
	"version"
	"show_fits_80_columns"
	"show_without_privilege"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/events.sh
. "$(dirname "$0")/lib/events.sh"

setup()
{
	topo_cable
}

# A fresh span0 with eth0 on it, by one command.
added()
{
	defer ip -n "$sw" link del span0
	check_vspan "$sw" add eth0 "$@"
}

# check_same WHAT DIR: eth0 of span0
check_dir()
{
	check_eq "direction" "${J[span0/sources/eth0/dir/0]-},${J[span0/sources/eth0/dir/1]-}" "$1"
}

add_makes_span0_and_brings_it_up()
{
	local out

	added || return
	out=$(ip -n "$sw" -d link show span0)
	[[ $out == *UP* && $out == *vspan* ]] || fail "span0: $out"
	json "$sw" show
	check_j span0/state up
	check_j span0/sources/eth0/state active
	check_dir rx,tx
	flows "first copies" send eth0 ns="$p2" recv span0 ns="$sw"
}

add_to_a_span_that_exists()
{
	added rx || return
	check_vspan "$sw" add eth1 tx
	check_vspan "$sw" add late0
	json "$sw" show
	check_j span0/sources/eth1/state dormant
	check_j span0/sources/late0/state dormant
	check_vspan "$sw" del eth1
	check_vspan "$sw" del late0 to span0
	json "$sw" show
	check_j span0/sources/eth1/state absent
	check_j span0/sources/late0/state absent
	check_j span0/sources/eth0/state active
}

words_in_any_order()
{
	added vlan 10 to span0 tx || return
	json "$sw" show
	check_dir tx,
	check_j span0/sources/eth0/vlan 10
	check_vspan "$sw" set eth0 vlan 20-30,7,untagged,21 tx,rx
	json "$sw" show
	check_dir rx,tx
	check_j span0/sources/eth0/vlan 7,20-30,untagged
}

# The keys of DESIGN.md: these, and no others.
jq_keys()
{
	"$VSPANCTL" -n "$sw" -j "$@" | jq -r '[paths | map(select(type == "string")) |
		join(".")] | unique | map(select(. != "")) | join(" ")'
}

json_keys()
{
	require_command jq || return
	added rx vlan 10 || return
	check_vspan "$sw" add late0
	check_eq "keys" "$(jq_keys show span0)" "frames idle ifindex outputs owned qlen reader sources \
sources.bindings sources.bindings.dev sources.bindings.hook sources.bindings.ifindex sources.dir \
sources.hook sources.kind sources.reason sources.source sources.state sources.vlan sources.why span state"
}

json_keys_with_statistics()
{
	local stats

	require_command jq || return
	added rx || return
	stats=$("$VSPANCTL" -n "$sw" -s -j show | jq -r '.[0] | (.stats, .sources[0].stats) |
		[paths | join(".")] | map(select(startswith("drops.") | not)) | sort | join(" ")')
	check_eq "keys" "$stats" "bytes drops monitor_tx_dropped packets
drops dup filtered off_cable other_shares rx rx.bytes rx.packets sampled_out tx tx.bytes tx.packets"
	stats=$("$VSPANCTL" -n "$sw" -s -j show |
		jq '[.[0] | .stats, .sources[0].stats | .. | numbers] | all(. >= 0)')
	check_eq "all are numbers" "$stats" true
}

pretty_json_is_the_same()
{
	added || return
	wait_j "$sw" span0/idle true
	[ "$(vspan "$sw" -j show | "$PKT" json)" == "$(vspan "$sw" -p -j show | "$PKT" json)" ] ||
		fail "-p changes the content"
	[ "$(vspan "$sw" -j show | wc -l)" -le 1 ] || fail "-j alone prints many lines"
	[ "$(vspan "$sw" -p -j show | wc -l)" -gt 5 ] || fail "-p -j prints few lines"
}

set_changes_only_what_it_names()
{
	added rx vlan 10 || return
	check_vspan "$sw" set eth0 rx,tx
	json "$sw" show
	check_dir rx,tx
	check_j span0/sources/eth0/vlan 10
	check_vspan "$sw" set eth0 vlan all
	json "$sw" show
	check_dir rx,tx
	check_j span0/sources/eth0/vlan absent
}

set_loses_no_frame()
{
	local i

	added rx || return
	reader all recv span0 ns="$sw" count=1000 || return
	background traffic send eth0 ns="$p2" count=1000 rate=2000
	for i in {1..8}; do
		check_vspan "$sw" set eth0 rx,tx
		check_vspan "$sw" set eth0 rx
	done
	finish traffic
	check_finish all
}

span_add_set_del_show()
{
	check_vspan "$sw" span add span7 frames asis qlen 300
	defer ip -n "$sw" link del span7
	json "$sw" span show span7
	check_j span7/frames asis
	check_j span7/qlen 300
	check_j span7/state up
	check_vspan "$sw" span set span7 frames wire
	# the kernel accepts the largest values of the tool
	check_vspan "$sw" span set span7 qlen 32767
	check_vspan "$sw" span del span7
	check_vspan "$sw" span add span7 qlen 32767
	check_vspan "$sw" span set span7 qlen 400
	json "$sw" span show
	check_j span7/frames wire
	check_j span7/qlen 400
	check_vspan "$sw" span del span7
	json "$sw" show && check_j span7/span absent
	[ -z "$(ip -n "$sw" link show span7 2>/dev/null)" ] || fail "the device is still there"
}

monitor_tells_of_changes()
{
	added || return
	monitor_start -j || return
	check_vspan "$sw" add eth9 rx vlan 10
	check_vspan "$sw" set eth9 tx
	check_vspan "$sw" del eth9
	check_vspan "$sw" span add span9
	check_vspan "$sw" span set span9 frames asis
	check_vspan "$sw" span del span9
	events_until '"source-new"'
	[[ $EVENTS == *'"source":"eth9"'*'"vlan":"10"'* ]] || fail "event" "$EVENTS"
	events_until '"source-set"'
	[[ $EVENTS == *'"dir":["tx"]'* ]] || fail "event" "$EVENTS"
	events_until '"source-del"'
	events_until '"span-new"'
	[[ $EVENTS == *'"span":"span9"'* ]] || fail "event" "$EVENTS"
	events_until '"span-set"'
	events_until '"span-del"'
	"$PKT" json <<<"$EVENTS" >/dev/null || fail "not JSON" "$EVENTS"
}

# Of now, to the second that there was before and is behind it.
monitor_tells_the_time()
{
	local before after time

	printf -v before '%(%Y-%m-%dT%H:%M:%S)T'
	monitor_start -t || return
	check_vspan "$sw" add eth8
	events_until "source add eth8" || return
	printf -v after '%(%Y-%m-%dT%H:%M:%S)T'
	time=$(grep 'source add eth8' <<<"$EVENTS")
	[[ $time =~ ^([0-9T:-]{19})\.[0-9]{6}[+-][0-9]{4}' source add eth8 ' ]] ||
		fail "no time" "$EVENTS"
	[[ ! ${BASH_REMATCH[1]} < $before && ! ${BASH_REMATCH[1]} > $after ]] ||
		fail "${BASH_REMATCH[1]} is not between $before and $after"
	monitor_start -t -j || return
	check_vspan "$sw" del eth8
	events_until '"event":"source-del","span":"span0"' || return
	[[ $EVENTS == *'{"time":"'[0-9]*'","event":"source-del"'* ]] || fail "JSON" "$EVENTS"
}

monitor_tells_of_devices()
{
	added || return
	check_vspan "$sw" add late0
	monitor_start || return
	ip -n "$sw" link add late0 type veth peer name late1
	events_until "late0"
	[[ $EVENTS == *bind*late0*span0* ]] || fail "event" "$EVENTS"
	ip -n "$sw" link del late0
	events_until "unbind late0"
}

netns_option()
{
	local here there

	added || return
	wait_j "$sw" span0/idle true
	there=$("$VSPANCTL" -n "$sw" show)
	here=$(ip netns exec "$sw" "$VSPANCTL" show)
	check_eq "the same from inside and outside" "$here" "$there"
	json "$p2" show
	check_j span0/span absent "the other netns"
}

help_at_every_level()
{
	local words out

	for words in help "add help" "set help" "del help" "show help" "flush help" \
		"monitor help" "save help" "restore help" "span help" "span add help" "span set help" "span del help" \
		"span show help" "-h"; do
		# shellcheck disable=SC2086	# words
		out=$("$VSPANCTL" $words 2>/dev/null) || fail "vspanctl $words: $?"
		[[ $out == *Usage:*vspanctl* ]] || fail "vspanctl $words prints '$out'"
	done
	out=$("$VSPANCTL" 2>&1 >/dev/null)
	check_eq "no words: exit status" $? 2
	[[ $out == *Usage:* ]] || fail "no words: $out"
}

version()
{
	[[ $("$VSPANCTL" -V) == "vspanctl "[0-9]* ]] || fail "$("$VSPANCTL" -V)"
}

show_fits_80_columns()
{
	local long

	span_add "$sw" longspanname123 || return
	check_vspan "$sw" add longsourcename0 to longspanname123 rx \
		vlan 1,3,5,7,9,11,13,15,17,19,21-29,100-200,1000,2000,3000,3500-4000,4094,untagged
	check_vspan "$sw" add eth0 to longspanname123
	long=$(vspan "$sw" -s show | awk 'length > 80')
	check_eq "lines over 80 columns" "$long" ""
	long=$(vspan "$sw" show | awk 'length > 80')
	check_eq "lines over 80 columns" "$long" ""
	[[ $(vspan "$sw" show) == *dormant* ]] || fail "text does not tell what is dormant"
}

show_without_privilege()
{
	local out

	require_command setpriv || return
	added || return
	wait_j "$sw" span0/idle true
	out=$(setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
		"$VSPANCTL" -n "$sw" -j show) || fail "show is refused"
	check_eq "the same" "$out" "$(vspan "$sw" -j show)"
}

tests_run
