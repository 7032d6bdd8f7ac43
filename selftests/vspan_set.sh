#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Changes of the configuration while frames flow: each frame is handled by the old rule or
# by the new one, and other sources are not affected.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"no_gap options"
	"no_gap directions"
	"no_gap vlans"
	"no_gap redirect_at_the_slot"
	"no_gap hook"
	"no_gap redirect"
	"no_gap_while_others_come bridge"
	"no_gap_while_others_come vlan"
	"one_rule_or_the_other"
	"another_source_comes_and_goes"
	"another_span_s_source_comes_and_goes"
	"who_has_a_device_changes_hands tap"
	"who_has_a_device_changes_hands redirect"
	"set_keeps_bindings_and_counters"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

MANY=${MANY:-100000}	# frames that flow while options change
FRAMES=${FRAMES:-20000}	# and while anything else does
RATE=${RATE:-15000}	# a second: what a reader on an emulated CPU can take

setup()
{
	topo_cable && span_add "$sw" span0
}

# Each is done over and over while the frames flow.
do_options()
{
	vspan "$sw" set eth0 dup keep promisc && vspan "$sw" set eth0 dup drop promisc off
}

do_directions()
{
	vspan "$sw" set eth0 rx,tx && vspan "$sw" set eth0 rx
}

do_vlans()
{
	vspan "$sw" set eth0 vlan untagged,10 && vspan "$sw" set eth0 vlan 1-100,untagged &&
		vspan "$sw" set eth0 vlan all
}

do_redirect_at_the_slot()
{
	vspan "$sw" set eth0 redirect on && vspan "$sw" set eth0 redirect off hook rx-handler
}

do_hook()
{
	vspan "$sw" set eth0 hook rx-handler && vspan "$sw" set eth0 hook tap
}

do_redirect()
{
	vspan "$sw" set eth0 redirect && vspan "$sw" set eth0 redirect off
}

# The bridge wants the slot, and the VLAN device takes frames ahead of it.
do_bridge()
{
	ip -n "$sw" link set eth0 master br9 && ip -n "$sw" link set eth0 nomaster
}

do_vlan()
{
	ip -n "$sw" link add eth0.9 link eth0 type vlan id 9 && ip -n "$sw" link del eth0.9
}

# FRAMES frames received on eth0, in the background, and a reader of the span. Adds them,
# with the end markers, to SENT, which each case has of its own.
flow_start()
{
	reader monitor recv span0 ns="$sw" id=1 count="$FRAMES" || return
	background flow send eth0 ns="$p2" id=1 count="$FRAMES" rate="$RATE"
	SENT=$((SENT + FRAMES + $(nproc)))
}

flowing()
{
	kill -0 "${READER_PID[flow]}" 2>/dev/null
}

# Do $1 until the flow ends; the reader knows the rest. At least so often that one
# cannot speak of chance: on a slow machine that takes another flow.
while_flowing()
{
	local rounds=0

	while flowing || { ((rounds < 3)) && flow_again; }; do
		"$@" || { fail "round $rounds of $*"; break; }
		rounds=$((rounds + 1))
	done
	finish flow
	check_finish monitor
	echo "# $1: $rounds rounds, $SENT frames"
}

flow_again()
{
	finish flow
	check_finish monitor
	flow_start
}

no_gap()
{
	local how=tap SENT=0

	[ "$1" != redirect_at_the_slot ] || how=rx-handler
	[ "$1" != options ] || local FRAMES=$MANY
	source_add "$sw" eth0 rx hook "$how" && flow_start || return
	while_flowing "do_$1"
	stats "$sw" span0
	check_j span0/sources/eth0/stats/filtered 0
	check_j span0/sources/eth0/stats/rx/packets "$SENT"
}

# no_gap_while_others_come WHO: the source gives the slot away, and has it back when
# WHO has gone. Frames go by in between.
no_gap_while_others_come()
{
	local SENT=0

	ip -n "$sw" link add br9 up type bridge
	defer ip -n "$sw" link del br9
	if ! "do_$1"; then
		skip "no device of kind $1"
		return
	fi
	source_add "$sw" eth0 rx redirect && flow_start || return
	while_flowing come_and_go "$1"
	stats "$sw" span0
	check_j span0/sources/eth0/stats/rx/packets "$SENT"
}

come_and_go()
{
	check_wait "the slot is ours" hook_is eth0 eth0 rx-handler && "do_$1"
}

do_rules()
{
	vspan "$sw" set eth0 vlan 10 && vspan "$sw" set eth0 vlan untagged
}

# Frames of one VLAN under rules that want them and do not: copied or filtered, and
# together all there are.
one_rule_or_the_other()
{
	local copied filtered

	pairs mark0 && source_add "$sw" mark0 rx && source_add "$sw" eth0 rx vlan 10 || return
	reader monitor count span0 ns="$sw" id=2 || return
	background flow send eth0 ns="$p2" id=1 count="$FRAMES" rate="$RATE" end=0 vlan=10
	while flowing; do
		do_rules || { fail "set"; break; }
	done
	finish flow
	flows "the end" send x-mark0 ns="$sw" id=2 count=0
	check_finish monitor
	stats "$sw" span0
	copied=${J[span0/sources/eth0/stats/rx/packets]}
	filtered=${J[span0/sources/eth0/stats/filtered]}
	check_eq "copied or filtered" $((copied + filtered)) "$FRAMES"
	check_eq "frames on the span" "${KV[frames]}" "$copied"
	((copied > 0 && filtered > 0)) || fail "$copied copied, $filtered filtered"
	echo "# $copied copied, $filtered filtered"
}

do_other_source()
{
	vspan "$sw" add q0 && vspan "$sw" add 'q*' && vspan "$sw" del q0 && vspan "$sw" del 'q*'
}

another_source_comes_and_goes()
{
	local SENT=0

	pairs q0 && source_add "$sw" eth0 rx && flow_start || return
	while_flowing do_other_source
	stats "$sw" span0
	check_j span0/sources/eth0/stats/rx/packets "$SENT"
}

do_other_span()
{
	vspan "$sw" add eth0 to span1 && vspan "$sw" add 'e*' to span2 &&
		vspan "$sw" del eth0 to span1 && vspan "$sw" flush span2
}

# Of the same device: both hang on one hook.
another_span_s_source_comes_and_goes()
{
	local SENT=0

	span_add "$sw" span1 && span_add "$sw" span2 && source_add "$sw" eth0 rx &&
		flow_start || return
	while_flowing do_other_span
	stats "$sw" span0
	check_j span0/sources/eth0/stats/rx/packets "$SENT"
	check_taps "$sw" 1
}

# shellcheck disable=SC2086
do_hands()
{
	vspan "$sw" add eth0 rx $WORDS && vspan "$sw" del eth0
}

# An exact source takes the device from a pattern and gives it back: not a frame twice,
# and those that are copied are what the two say.
who_has_a_device_changes_hands()
{
	local WORDS=${1#tap} SENT=0

	source_add "$sw" 'e*' rx && flow_start || return
	while_flowing do_hands
	check_bound 'e*' eth0
	check_taps "$sw" 1
}

set_keeps_bindings_and_counters()
{
	local ifindex

	source_add "$sw" 'e*' || return
	check_bound 'e*' eth0
	copies "before" 10 send eth0 ns="$p2"
	check_vspan "$sw" set 'e*' rx vlan all dup keep
	check_bound 'e*' eth0
	copies "after" 10 send eth0 ns="$p2"
	stats "$sw" span0
	check_j 'span0/sources/e*/stats/rx/packets' $((20 + 2 * $(nproc)))
	check_j 'span0/sources/e*/dup' keep
}

tests_run
