#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sources with patterns: the devices that they match and those that they never match, the
# precedence if several match a device, and a thousand VM taps that are made and deleted.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"present_and_future_devices"
	"only_what_matches_is_copied"
	"renamed_into_it_and_out_of_it"
	"first_frame_of_a_new_device"
	"moved_to_another_netns_and_back"
	"pattern_matches_own_names_only"
	"pattern_ignores_an_alternative_name_that_comes_later"
	"pattern_ignores_an_alternative_name_when_its_device_comes_up"
	"pattern_that_matches_an_alternative_name_gets_nothing_from_another"
	"alternative_name_goes_along_to_another_netns"
	"alternative_name_comes_and_goes"
	"alternative_name_of_a_device_that_is_down"
	"alternative_name_too_long_for_a_device"
	"alternative_name_beside_its_own"
	"alternative_name_of_a_master"
	"alternative_name_of_an_output"
	"what_a_pattern_matches"
	"longest_pattern"
	"never_what_can_be_no_source"
	"never_what_an_output_waits_for"
	"exact_beats_pattern before"
	"exact_beats_pattern after"
	"exact_source_in_another_span"
	"older_pattern_beats_younger"
	"deleted_pattern_lets_go"
	"dormant_sources_say_why"
	"refusals"
	"recreated_under_traffic"
	"cost_of_a_device"
	"module_unloaded_with_patterns"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

RECREATED=${RECREATED:-1000}	# VM taps, a multiple of 4
COSTED=${COSTED:-200}		# devices whose making and deleting is timed

setup()
{
	setup_ns sw other && span_add "$sw" span0
}

# works DEV [BEHIND]: 10 frames received on DEV are copied, each once
works()
{
	copies "$1" 10 send "${2:-x-$1}" ns="$sw"
}

# silent DEV [BEHIND]: none of them
silent()
{
	pairs mark0 || return
	vspan "$sw" add mark0 rx || { fail "no mark0"; return; }
	flows "$1 is no source" send "${2:-x-$1}" ns="$sw" id=8 end=0 \
		send x-mark0 ns="$sw" id=9 count=1 count span0 ns="$sw" id=9
	parse_kv "${LINES[-1]}"
	check_eq "frames but for the mark, of $1" "${KV[frames]}" 1
	vspan "$sw" del mark0
	ip -n "$sw" link del mark0
}

present_and_future_devices()
{
	pairs vnet0 || return
	source_add "$sw" 'vnet*' rx || return
	check_bound 'vnet*' "vnet0"
	works vnet0
	pairs vnet1 vnet2
	check_bound 'vnet*' "vnet0 vnet1 vnet2"
	works vnet1
	works vnet2
	ip -n "$sw" link del vnet1
	check_bound 'vnet*' "vnet0 vnet2"
	ip -n "$sw" link del vnet0
	ip -n "$sw" link del vnet2
	check_bound 'vnet*' ""
	check_taps "$sw" 0
}

only_what_matches_is_copied()
{
	pairs vnet0 tap0 || return
	source_add "$sw" 'vnet*' || return
	check_taps "$sw" 1
	silent tap0
	copies "both directions" 20 send vnet0 ns="$sw" id=2 end=0 send x-vnet0 ns="$sw"
}

renamed_into_it_and_out_of_it()
{
	pairs vnet0 else0 || return
	source_add "$sw" 'vnet*' rx || return
	rename "$sw" else0 vnet7 && wait_up "$sw" vnet7 || return
	defer ip -n "$sw" link del vnet7
	check_bound 'vnet*' "vnet0 vnet7"
	works vnet7 x-else0
	# from one matching name to another: the binding stays what it was
	stats "$sw" span0
	rename "$sw" vnet7 vnet8 && wait_up "$sw" vnet8 || return
	defer ip -n "$sw" link del vnet8
	check_bound 'vnet*' "vnet0 vnet8"
	works vnet8 x-else0
	rename "$sw" vnet0 gone0 && wait_up "$sw" gone0 || return
	defer ip -n "$sw" link del gone0
	check_bound 'vnet*' "vnet8"
	silent gone0 x-vnet0
	check_taps "$sw" 1
}

first_frame_of_a_new_device()
{
	source_add "$sw" 'vnet*' rx || return
	flows "one device, one frame" send tun:vnet0 ns="$sw" churn=1000 count=1 end=0 \
		send tun:vnet0 ns="$sw" count=0 recv span0 ns="$sw" count=1
	check_bound 'vnet*' ""
}

moved_to_another_netns_and_back()
{
	pairs vnet0 || return
	source_add "$sw" 'vnet*' rx || return
	ip -n "$sw" link set vnet0 netns "$other" && ip -n "$other" link set vnet0 up
	wait_up "$other" vnet0
	check_bound 'vnet*' ""
	flows "elsewhere" send x-vnet0 ns="$sw" recv vnet0 ns="$other"
	ip -n "$other" link set vnet0 netns "$sw" && ip -n "$sw" link set vnet0 up
	wait_up "$sw" vnet0
	check_bound 'vnet*' "vnet0"
	stats "$sw" span0
	check_j "span0/sources/vnet*/stats/rx/packets" 0
	works vnet0
}

# altname {add|del} DEV NAME
altname()
{
	ip -n "$sw" link property "$1" dev "$2" altname "$3"
}

# An exact source finds by an alternative name what the pattern leaves.
pattern_matches_own_names_only()
{
	local long=vnet-by-a-name-that-no-device-itself-could-have

	pairs tap0 vnet1 && altname add tap0 vnet5 && altname add tap0 "$long" || return
	source_add "$sw" 'vnet*' rx || return
	check_bound 'vnet*' vnet1
	check_taps "$sw" 1
	silent tap0
	works vnet1
	source_add "$sw" vnet5 rx || return
	check_bound 'vnet*' vnet1
	check_bound vnet5 tap0
	works tap0
	ip -n "$sw" link del vnet1
	check_why 'vnet*' "no device matches 'vnet*'"
}

# Only a name of its own makes tap0 a source.
pattern_ignores_an_alternative_name_that_comes_later()
{
	pairs tap0 || return
	source_add "$sw" 'vnet*' rx && source_add "$sw" vnet5 rx || return
	altname add tap0 vnet6
	check_bound 'vnet*' ""
	check_taps "$sw" 0
	silent tap0
	altname add tap0 vnet5
	check_bound vnet5 tap0
	check_bound 'vnet*' ""
	works tap0
	altname del tap0 vnet5
	check_bound vnet5 ""
	check_taps "$sw" 0
	altname del tap0 vnet6
	rename "$sw" tap0 vnet6 && wait_up "$sw" vnet6 || return
	defer ip -n "$sw" link del vnet6
	check_bound 'vnet*' vnet6
	works vnet6 x-tap0
}

pattern_ignores_an_alternative_name_when_its_device_comes_up()
{
	pairs tap0 || return
	source_add "$sw" 'vnet*' rx || return
	ip -n "$sw" link set tap0 down
	altname add tap0 vnet5
	ip -n "$sw" link set tap0 up
	wait_up "$sw" tap0 x-tap0
	check_bound 'vnet*' ""
	check_taps "$sw" 0
	silent tap0
}

# The older source has it, and the other does not get it when that is deleted.
pattern_that_matches_an_alternative_name_gets_nothing_from_another()
{
	pairs tap0 || return
	altname add tap0 vnet5
	source_add "$sw" 'tap*' rx && source_add "$sw" 'vnet*' rx || return
	check_bound 'tap*' tap0
	check_why 'vnet*' "no device matches 'vnet*'"
	works tap0
	check_vspan "$sw" del 'tap*'
	check_bound 'vnet*' ""
	check_taps "$sw" 0
	silent tap0
}

alternative_name_goes_along_to_another_netns()
{
	pairs tap0 || return
	altname add tap0 vnet5
	source_add "$sw" vnet5 rx && source_add "$sw" 'vnet*' rx || return
	check_bound vnet5 tap0
	ip -n "$sw" link set tap0 netns "$other"
	check_bound vnet5 ""
	ip -n "$other" link set tap0 netns "$sw" && ip -n "$sw" link set tap0 up
	wait_up "$sw" tap0
	check_bound vnet5 tap0
	check_bound 'vnet*' ""
	works tap0
}

alternative_name_comes_and_goes()
{
	pairs tap0 tap1 || return
	source_add "$sw" other0 rx || return
	check_bound other0 ""
	altname add tap0 other0
	check_bound other0 tap0
	copies "by the alternative name" 10 send x-tap0 ns="$sw"
	altname del tap0 other0
	check_bound other0 ""
	altname add tap1 other0
	check_bound other0 tap1
	ip -n "$sw" link set tap1 down && ip -n "$sw" link set tap1 name tap2 &&
		ip -n "$sw" link set tap2 up
	wait_up "$sw" tap2
	check_bound other0 tap2
	copies "after its own has changed" 10 send x-tap1 ns="$sw"
	ip -n "$sw" link del tap2
	check_bound other0 ""
}

# Of these the core tells nothing, until they are up.
alternative_name_of_a_device_that_is_down()
{
	pairs tap0 || return
	source_add "$sw" other0 rx || return
	ip -n "$sw" link set tap0 down
	altname add tap0 other0
	ip -n "$sw" link set tap0 up
	check_bound other0 tap0
	wait_up "$sw" tap0 x-tap0
	copies "of what came up" 10 send x-tap0 ns="$sw"
	ip -n "$sw" link set tap0 down
	altname del tap0 other0
	ip -n "$sw" link set tap0 up
	check_bound other0 ""
}

alternative_name_too_long_for_a_device()
{
	local name=a-name-that-is-too-long-to-be-the-name-of-a-device

	pairs tap0 || return
	source_add "$sw" "$name" rx || return
	check_bound "$name" ""
	altname add tap0 "$name"
	check_bound "$name" tap0
	json "$sw" show span0
	check_j "span0/sources/$name/state" active
	copies "by a long name" 10 send x-tap0 ns="$sw"
}

# Both name it: the one that was there first has it, and one copy is made.
alternative_name_beside_its_own()
{
	pairs tap0 || return
	altname add tap0 other0
	source_add "$sw" tap0 rx && source_add "$sw" other0 rx || return
	check_bound tap0 tap0
	check_bound other0 ""
	json "$sw" show span0
	check_j span0/sources/other0/why "other sources have all that other0 means"
	copies "once" 10 send x-tap0 ns="$sw"
	check_vspan "$sw" del tap0
	check_bound other0 tap0
}

alternative_name_of_a_master()
{
	pairs tap0 || return
	ip -n "$sw" link add br9 up type bridge
	defer ip -n "$sw" link del br9
	ip -n "$sw" link set tap0 master br9
	source_add "$sw" master other0 rx || return
	altname add br9 other0
	check_bound other0 "br9 tap0"
	altname del br9 other0
	check_bound other0 ""
}

alternative_name_of_an_output()
{
	pairs tap0 out0 || return
	source_add "$sw" tap0 rx && output_add "$sw" span0 dev other0 || return
	json "$sw" show span0
	check_j span0/outputs/other0/state dormant
	altname add out0 other0
	json "$sw" show span0
	check_j span0/outputs/other0/state active
	altname del out0 other0
	json "$sw" show span0
	check_j span0/outputs/other0/state dormant
}

# matches PATTERN DEVS: which of the devices there are it means
matches()
{
	source_add "$sw" "$1" rx || return
	check_bound "$1" "$2"
	check_vspan "$sw" del "$1"
}

what_a_pattern_matches()
{
	pairs a0 a1 a12 ab1 b0 || return
	matches 'a?' "a0 a1"
	matches 'a??' "a12 ab1"
	matches '?0' "a0 b0"
	matches '[ab]0' "a0 b0"
	matches 'a[0-9]' "a0 a1"
	matches 'a[!0]' "a1"
	matches 'a[!0-9]1' "ab1"
	matches 'a[0-9]*' "a0 a1 a12"
	matches '[!x]*[12]' "a1 a12 ab1"
	matches 'a*1' "a1 ab1"
	matches '*a*1*' "a1 a12 ab1 x-a1 x-a12 x-ab1"
	matches '[a]1' "a1"
	matches '[b-a]*' ""
	matches '*[*]*' ""
	matches 'A*' ""
	matches 'a0*b' ""
}

longest_pattern()
{
	local stars pattern out rc=0

	pairs vnet0 || return
	printf -v stars '%57s' ''
	pattern=${stars// /*}'vn[e]t'
	check_eq "length" "${#pattern}" 63
	matches "$pattern" ""
	pattern=${stars// /*}'n[e]t0'
	matches "$pattern" "vnet0 x-vnet0"
	source_add "$sw" "$pattern" rx || return
	copies "a long pattern" 10 send x-vnet0 ns="$sw" dst=02:00:00:00:00:03
	out=$(vspan "$sw" add "*$pattern" 2>&1) || rc=$?
	check_eq "64 characters" "$rc" 2
	[[ $out == *"at most 63 characters"* ]] || fail "$out"
}

# All there is: a loopback device, spans, a device without Ethernet frames, and vnet0.
never_what_can_be_no_source()
{
	local tun=tun0

	span_add "$sw" span1 && pairs vnet0 || return
	ip -n "$sw" tuntap add "$tun" mode tun
	defer ip -n "$sw" link del "$tun"
	source_add "$sw" '*' && source_add "$sw" '*' to span1 || return
	span_add "$sw" span2
	check_bound '*' "vnet0 x-vnet0"
	check_taps "$sw" 2
	ip -n "$sw" addr add 127.0.0.1/8 dev lo 2>/dev/null
	ping_exact "$sw" 127.0.0.1 3
	# at one end of the pair and at the other, which is one frame
	flows "the rest" send x-vnet0 ns="$sw" count span0 ns="$sw" count span1 ns="$sw"
	parse_kv "${LINES[-1]}"
	check_eq "copies on span1" "${KV[frames]}" 10
	parse_kv "${LINES[-2]}"
	check_eq "copies on span0" "${KV[frames]}" 10
	check_vspan "$sw" del '*'
	source_add "$sw" 'span*' && source_add "$sw" 'l?' && source_add "$sw" 'tun*' || return
	check_bound 'span*' ""
	check_bound 'l?' ""
	check_bound 'tun*' ""
}

# The output names the device, the pattern does not.
never_what_an_output_waits_for()
{
	source_add "$sw" 'vnet*' rx && output_add "$sw" span0 dev vnet1 || return
	pairs vnet0 vnet1 || return
	check_bound 'vnet*' "vnet0"
	json "$sw" show span0
	check_j span0/outputs/vnet1/state active
	check_vspan "$sw" output del span0 dev vnet1
	check_bound 'vnet*' "vnet0 vnet1"
}

# exact_beats_pattern {before|after}: the exact source came before the pattern or after.
# What it does not want of its device nobody gets.
exact_beats_pattern()
{
	pairs vnet0 vnet1 || return
	if [ "$1" == before ]; then
		source_add "$sw" vnet0 tx && source_add "$sw" 'vnet*' rx || return
	else
		source_add "$sw" 'vnet*' rx && source_add "$sw" vnet0 tx || return
	fi
	check_bound vnet0 "vnet0"
	check_bound 'vnet*' "vnet1"
	silent vnet0
	copies "tx by the exact one" 10 send vnet0 ns="$sw"
	works vnet1
	check_vspan "$sw" del vnet0
	check_bound 'vnet*' "vnet0 vnet1"
	works vnet0
	check_vspan "$sw" add vnet0 tx
	check_bound 'vnet*' "vnet1"
	# a new device goes to the right one at once
	ip -n "$sw" link del vnet0
	pairs vnet0
	check_bound vnet0 "vnet0"
	check_bound 'vnet*' "vnet1"
	rename "$sw" vnet0 vnet9 && wait_up "$sw" vnet9 || return
	defer ip -n "$sw" link del vnet9
	check_bound vnet0 ""
	check_bound 'vnet*' "vnet1 vnet9"
}

exact_source_in_another_span()
{
	span_add "$sw" span1 && pairs vnet0 || return
	source_add "$sw" vnet0 rx to span1 && source_add "$sw" 'vnet*' rx || return
	check_bound 'vnet*' "vnet0"
	flows "both spans" send x-vnet0 ns="$sw" recv span0 ns="$sw" recv span1 ns="$sw"
	check_taps "$sw" 1
}

older_pattern_beats_younger()
{
	pairs vnet0 else0 || return
	source_add "$sw" 'vnet*' rx && source_add "$sw" 'v*' tx || return
	check_why 'v*' "other sources have all that v* means"
	check_bound 'vnet*' "vnet0"
	works vnet0
	pairs veth0
	check_bound 'v*' "veth0"
	check_vspan "$sw" del 'vnet*'
	check_bound 'v*' "veth0 vnet0"
	silent vnet0
	check_vspan "$sw" add 'vnet*' rx
	check_bound 'v*' "veth0 vnet0"
	check_why 'vnet*' "other sources have all that vnet* means"
}

deleted_pattern_lets_go()
{
	pairs vnet0 vnet1 || return
	source_add "$sw" 'vnet*' || return
	check_taps "$sw" 2
	check_vspan "$sw" del 'vnet*'
	check_taps "$sw" 0
	silent vnet0
	check_vspan "$sw" add 'vnet*'
	check_vspan "$sw" flush
	check_taps "$sw" 0
}

dormant_sources_say_why()
{
	source_add "$sw" 'vnet*' && source_add "$sw" eth9 && source_add "$sw" master br0 || return
	check_why 'vnet*' "no device matches 'vnet*'"
	check_why eth9 "no device is named eth9"
	check_why br0 "no device is named br0"
	ip -n "$sw" link add br0 type bridge
	defer ip -n "$sw" link del br0
	check_why br0 "br0 has no ports"
	ip -n "$sw" link add eth9 type vspan
	check_why eth9 "eth9 is itself a span"
	ip -n "$sw" link del eth9
	ip -n "$sw" tuntap add eth9 mode tun
	check_why eth9 "eth9 carries no Ethernet frames"
	ip -n "$sw" link del eth9
	source_add "$sw" 'lo*' || return
	check_why 'lo*' "lo* is a loopback device"
	pairs vnet0
	check_bound 'vnet*' "vnet0"
}

refusals()
{
	local out rc=0

	source_add "$sw" 'vnet*' || return
	check_refused "$sw" 1 "the span has this source already" add 'vnet*' tx
	check_refused "$sw" 1 "no such source" del 'tap*'
	out=$(vspan "$sw" add 'vnet[0' 2>&1) || rc=$?
	check_eq "open bracket" "$rc" 2
	out=$(vspan "$sw" add master 'br*' 2>&1) || rc=$?
	check_eq "pattern of masters" "$rc" 2
	[[ $out == *"name one device"* ]] || fail "$out"
	check_bound 'vnet*' ""
}

# Four at a time are made, send 5 frames each and are deleted, while another program
# sends on whatever is there: not one frame is missed, from the first of each tap on.
recreated_under_traffic()
{
	local n=$((RECREATED * 5 / 4)) start=${EPOCHREALTIME/./} i

	source_add "$sw" 'vnet*' || return
	background noise send vnet1 ns="$sw" id=9 keep=1 end=0 count=100000000 rate=2000
	for i in 1 2 3 4; do
		reader "monitor$i" recv span0 ns="$sw" id="$i" count="$n" others=ok timeout=60000 ||
			return
	done
	for i in 1 2 3 4; do
		background "vm$i" send "tun:vnet$i" ns="$sw" id="$i" count="$n" churn=5 hasty=1
	done
	for i in 1 2 3 4; do
		finish "vm$i"
		check_finish "monitor$i"
	done
	stop noise
	echo "# $RECREATED VM taps in $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
	[ "${KV[sent]:-0}" -gt 0 ] || fail "there was no traffic: ${LINES[*]}"
	stats "$sw" span0
	check_j "span0/sources/vnet*/state" dormant
	# the markers are frames too
	check_j "span0/sources/vnet*/stats/rx/packets" $((4 * (n + $(nproc))))
	((J["span0/sources/vnet*/stats/tx/packets"] > 0)) || fail "none of the traffic is copied"
	check_taps "$sw" 0
}

# Microseconds to make, bring up and delete a device, in REPLY
cost()
{
	local i start

	for ((i = 0; i < COSTED; i++)); do
		printf '%s\n' "link add vnet0 type veth peer name x-vnet0" \
			"link set vnet0 up" "link del vnet0"
	done >"$BATCH"
	start=${EPOCHREALTIME/./}
	ip -n "$sw" -b "$BATCH" || fail "cannot make and delete vnet0"
	REPLY=$(((${EPOCHREALTIME/./} - start) / COSTED))
}

# What a pattern adds to the life of a device; told, not judged.
cost_of_a_device()
{
	local without

	BATCH=$(mktemp) || return
	defer rm -f "$BATCH"
	cost
	cost
	without=$REPLY
	source_add "$sw" 'vnet*' || return
	cost
	echo "# veth made and deleted: $without us, with a pattern that matches: $REPLY us"
	check_bound 'vnet*' ""
	check_taps "$sw" 0
}

module_unloaded_with_patterns()
{
	require_reload || return
	pairs vnet0 || return
	check_vspan "$sw" add 'vnet*'
	check_vspan "$sw" add 'tap*' rx
	check_taps "$sw" 1
	rmmod vspan || fail "cannot unload"
	check_taps "$sw" 0
	module_load || { fail "cannot load"; return; }
	span_add "$sw" span0
	check_taps "$sw" 0
	source_add "$sw" 'vnet*' rx
	works vnet0
}

tests_run
