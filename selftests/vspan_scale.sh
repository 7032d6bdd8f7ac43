#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A thousand sources and five hundred devices are bound correctly, in any order of
# creation. Times are printed but not checked, since they depend on the machine.
# shellcheck disable=SC2119,SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"sources_before_devices"
	"devices_before_sources"
	"many_dormant_sources"
	"one_pattern_many_devices"
	"overlapping_patterns end_by_flush"
	"overlapping_patterns end_with_span"
	"overlapping_patterns end_after_one"
	"others_stay_untouched"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"
# shellcheck source=selftests/lib/events.sh
. "$(dirname "$0")/lib/events.sh"

DEVICES=${DEVICES:-500}	# half of them are ends that no source names

setup()
{
	BATCH=$(mktemp) || return 1
	defer rm -f "$BATCH"
	setup_ns sw && span_add "$sw" span0 && span_add "$sw" span1
}

# timed WHAT COMMAND...
timed()
{
	local start=${EPOCHREALTIME/./}

	check_ok "$1" "${@:2}"
	echo "# $1: $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
}

# devices {add|del} COUNT: d0, d1 ..., each with another end x0, x1 ...
devices()
{
	local i

	for ((i = 0; i < $2; i++)); do
		if [ "$1" == add ]; then
			echo "link add d$i up type veth peer name x$i"
			echo "link set x$i up"
		else
			echo "link del d$i"
		fi
	done >"$BATCH"
	timed "$1 of $((2 * $2)) devices" ip -n "$sw" -b "$BATCH"
}

# sources {new|del} COUNT: d0 ... to span0 and patterns that match one of them each to
# span1
sources()
{
	timed "$1 of $2 exact sources" "$PKT" nl "$1" ns="$sw" span=span0 source=d% count="$2"
	timed "$1 of $2 patterns" "$PKT" nl "$1" ns="$sw" span=span1 source='[d]%' kind=1 \
		count="$2"
}

# check_states COUNT STATE: of both spans' sources, each bound to one device or none
check_states()
{
	local key active=0 dormant=0 bindings=0 start=${EPOCHREALTIME/./}

	json "$sw" show || fail "cannot show"
	echo "# show of $((2 * $1)) sources: $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
	for key in "${!J[@]}"; do
		case $key in
		*/state) [ "${J[$key]}" != active ] || active=$((active + 1))
			[ "${J[$key]}" != dormant ] || dormant=$((dormant + 1)) ;;
		*/dev) bindings=$((bindings + 1))
			[[ $key == */sources/"${J[$key]}"/bindings/* ||
			   $key == */sources/"[d]${J[$key]#d}"/bindings/* ]] || fail "wrong: $key" ;;
		esac
	done
	[ "$2" == active ] && REPLY=$((2 * $1)) || REPLY=0
	check_eq "active sources" "$active" "$REPLY"
	check_eq "dormant sources" "$dormant" $((2 * $1 - REPLY))
	check_eq "bindings" "$bindings" "$REPLY"
	check_taps "$sw" $((REPLY / 2))
}

# What some of the devices receive is copied to each span once.
check_copies()
{
	local i last=$(($1 - 1))

	for i in 0 $((last / 2)) $last; do
		flows "frames of d$i" send "x$i" ns="$sw" recv span0 ns="$sw" recv span1 ns="$sw"
	done
}

sources_before_devices()
{
	local n=$((DEVICES / 2))

	sources new "$DEVICES"
	check_states "$DEVICES" dormant
	devices add "$n"
	wait_up "$sw" d0 "d$((n - 1))"
	json "$sw" show
	check_j "span0/sources/d$((n - 1))/state" active
	check_j "span0/sources/d$n/state" dormant
	check_j "span1/sources/[d]$((n - 1))/bindings/d$((n - 1))/hook" tap
	check_taps "$sw" "$n"
	check_copies "$n"
	devices del "$n"
	check_states "$DEVICES" dormant
	sources del "$DEVICES"
	json "$sw" show
	check_j span0/sources/d0/state absent
	check_j "span1/sources/[d]0/state" absent
}

devices_before_sources()
{
	local n=$((DEVICES / 2))

	devices add "$n"
	check_taps "$sw" 0
	sources new "$n"
	check_states "$n" active
	wait_up "$sw" d0 "d$((n - 1))"
	check_copies "$n"
	timed "flush of $((2 * n)) sources" "$VSPANCTL" -n "$sw" flush
	json "$sw" show
	check_j span0/sources/d0/state absent
	check_taps "$sw" 0
	devices del "$n"
}

# Twice as many take about twice as long: to be seen in what is printed.
many_dormant_sources()
{
	local n

	for n in $((DEVICES / 2)) "$DEVICES" $((2 * DEVICES)); do
		sources new "$n"
		check_states "$n" dormant
		timed "flush of $((2 * n))" "$VSPANCTL" -n "$sw" flush
	done
}

one_pattern_many_devices()
{
	local n=$((DEVICES / 2))

	source_add "$sw" 'd*' && source_add "$sw" '*' to span1 || return
	devices add "$n"
	wait_up "$sw" d0 "d$((n - 1))"
	check_taps "$sw" $((2 * n))
	json "$sw" show span0
	bound 'd*'
	check_eq "bindings of d*" "$(wc -w <<<"$REPLY")" "$n"
	flows "copies" send x0 ns="$sw" recv span0 ns="$sw" count span1 ns="$sw"
	parse_kv "${LINES[-1]}"
	check_eq "copies, at both ends one frame" "${KV[frames]}" 10
	timed "del of a pattern" "$VSPANCTL" -n "$sw" del 'd*'
	check_taps "$sw" $((2 * n))
	devices del "$n"
	check_taps "$sw" 0
}

# dummies {add|del} COUNT
dummies()
{
	local i

	for ((i = 0; i < $2; i++)); do
		[ "$1" == add ] && echo "link add d$i up type dummy" || echo "link del d$i"
	done | ip -n "$sw" -b - || fail "cannot $1 $2 dummies"
}

# d*, d**, d*** ... of span2 mean the same devices; every other one takes the receive slot
overlap()
{
	local i stars=''

	for ((i = 0; i < $1; i++)); do
		stars+='*'
		((i % 2)) && REPLY=redirect || REPLY=''
		# shellcheck disable=SC2086	# or no word
		check_vspan "$sw" add "d$stars" rx $REPLY to span2 || return
	done
}

end_by_flush()
{
	timed "flush of $1 patterns on $2 devices" vspan "$sw" flush span2
}

end_with_span()
{
	timed "end of a span with $1 patterns on $2 devices" ip -n "$sw" link del span2
}

# One that goes alone hands its devices over once.
end_after_one()
{
	timed "del of a pattern on $2 devices" vspan "$sw" del 'd*' to span2
	check_moves "$2" "$2"
	end_by_flush "$(($1 - 1))" "$2"
}

# check_moves ENDED MADE: so many bindings have, since this was asked last
check_moves()
{
	vspan "$sw" add over && vspan "$sw" del over
	events_until "source del over"
	check_eq "bindings ended" "$(grep -c ^unbind <<<"$EVENTS")" "$1"
	check_eq "bindings made" "$(grep -c ^bind <<<"$EVENTS")" "$2"
}

# When all go at once, a device is not handed from each to the next: as many bindings
# end as there are, and none is made. Of N patterns on D devices it were N * D.
overlapping_patterns()
{
	local patterns=30 devices=20

	ip -n "$sw" link add span2 up type vspan || return
	defer ip -n "$sw" link del span2
	dummies add "$devices"
	defer dummies del "$devices"
	overlap "$patterns" || return
	json "$sw" show span2
	check_j "span2/sources/d*/bindings/d$((devices - 1))/hook" tap
	check_j "span2/sources/d**/state" dormant
	monitor_start || return
	"$1" "$patterns" "$devices"
	check_moves "$devices" 0
	check_taps "$sw" 0
}

# A device that no source means has no hook, and so costs what it did.
others_stay_untouched()
{
	local out

	devices add 2
	"$PKT" nl new ns="$sw" span=span0 source='[d]%' kind=1 count=1 >/dev/null
	out=$(taps "$sw")
	[[ $out == *" d0 "* ]] || fail "d0 has no tap" "$out"
	[[ $out != *" d1 "* && $out != *" x0 "* ]] || fail "others have" "$out"
	check_taps "$sw" 1
	check_vspan "$sw" flush
	devices del 2
}

tests_run
