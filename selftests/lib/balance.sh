# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Checks that the counters of a span add up, if its sources and outputs exist since its
# first frame; sourced after lib.sh. The span has delivered or lost the copies that its
# sources have made. It also counts the losses of its sources. Each output got all copies
# that reached it.
# shellcheck disable=SC2034	# WRONG is for the scripts

# Losses at the hook, and behind the span's queue
AT_HOOK=(span_down no_reader no_memory queue_full unreadable loop rate_limit)
AT_SPAN=(segment checksum ring_full flushed)
declare -A SUM=()
WRONG=''	# what did not add up last

# sum_up SPAN: put sums of J into SUM: copied, lost/REASON, and output/NAME
sum_up()
{
	local key rest

	SUM=([copied]=0)
	for key in "${!J[@]}"; do
		rest=${key#"$1"/}
		case $rest in
		sources/*/stats/[rt]x/packets) SUM[copied]=$((SUM[copied] + ${J[$key]})) ;;
		sources/*/stats/drops/*)
			rest=lost/${rest##*/}
			SUM[$rest]=$((${SUM[$rest]:-0} + ${J[$key]}))
			;;
		outputs/*/stats/packets | outputs/*/stats/drops/*)
			rest=${rest#outputs/}
			rest=output/${rest%%/*}
			SUM[$rest]=$((${SUM[$rest]:-0} + ${J[$key]}))
			;;
		esac
	done
}

# sum_of SPAN REASON...: put its delivered frames and losses for these reasons into REPLY
sum_of()
{
	local span=$1 reason

	REPLY=${J[$span/stats/packets]-0}
	shift
	for reason; do
		REPLY=$((REPLY + ${J[$span/stats/drops/$reason]-0}))
	done
}

# unbalanced WHAT GOT WANT
unbalanced()
{
	[ "$2" -ne "$3" ] || return 1
	WRONG="$1: $2, expected $3"
}

# span_balanced SPAN: check the counters in J
span_balanced()
{
	local span=$1 reason key

	sum_up "$span"
	sum_of "$span" "${AT_SPAN[@]}"
	! unbalanced "$span: delivered and lost, of what its sources copied" \
		"$REPLY" "${SUM[copied]}" || return 1
	for reason in "${AT_HOOK[@]}"; do
		# The span also counts clones that the tap did not get.
		[ "$reason" != no_memory ] || continue
		! unbalanced "$span: $reason, as its sources count it" \
			"${J[$span/stats/drops/$reason]-0}" "${SUM[lost/$reason]-0}" || return 1
	done
	sum_of "$span" ring_full no_reader
	for key in "${!SUM[@]}"; do
		[[ $key != output/* ]] ||
			! unbalanced "$span: $key" "${SUM[$key]}" "$REPLY" || return 1
	done
}

# balanced NETNS SPAN...
balanced()
{
	local span

	json "$1" -s show || return 1
	shift
	for span; do
		span_balanced "$span" || return 1
	done
}

# check_balanced NETNS SPAN...: wait until the counters add up; J and SUM are left, SUM of
# the last span. The wait goes on while counters change, since thousands of segments from
# a guest take long to deliver to many spans.
check_balanced()
{
	local before=''

	until busywait balanced "$@"; do
		if [ "$WRONG" == "$before" ]; then
			fail "$WRONG" "$(vspan "$1" -s show)"
			return 1
		fi
		before=$WRONG
	done
}
