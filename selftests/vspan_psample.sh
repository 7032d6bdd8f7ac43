#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Outputs to psample groups: an sFlow daemon gets each frame once, in full length, with
# its device, direction and sampling rate.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"samples rx"
	"samples tx"
	"samples_of_two_devices"
	"tags"
	"super-frames"
	"cut_samples_tell_the_length"
	"other_group_sees_nothing"
	"deleted_output_sends_nothing"
	"two_groups_and_a_device"
	"two_spans_one_group"
	"another_netns_sees_nothing"
	"group_0_and_the_last"
	"group_refused"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	topo_cable && setup_ns far && span_add "$sw" span0 || return 1
	MARKERS=$(nproc)
	link_ifindex "$sw" eth0
	IFINDEX=$REPLY
	IN=(send eth0 ns="$p2")
}

samples()
{
	local dir=$1 bytes
	local -a sweep=(count=1455 len=60-1514) by=(iif="$IFINDEX")

	if [ "$dir" == tx ]; then
		IN=(send eth0 ns="$sw")
		by=(oif="$IFINDEX")
	fi
	source_add "$sw" eth0 "$dir" && output_add "$sw" span0 psample 7 || return
	flows "all lengths" "${IN[@]}" "${sweep[@]}" \
		recv psample:7 ns="$sw" "${sweep[@]}" "${by[@]}"
	IN=(send eth0 ns="$p2")
	parse_kv "${LINES[-1]}"
	bytes=$((KV[bytes] + 60 * MARKERS))
	check_books "$sw" span0/outputs/7 "packets=$((1455 + MARKERS))"
	check_j span0/outputs/7/stats/bytes "$bytes"
	check_j span0/outputs/7/state active
	check_j span0/outputs/7/psample 7
	check_j span0/outputs/7/dev absent
}

# Each sample names the device and direction of its own.
samples_of_two_devices()
{
	local lower

	ip -n "$sw" link add v0 type veth peer name v1
	defer ip -n "$sw" link del v0
	ip -n "$sw" link set v0 up
	ip -n "$sw" link set v1 up
	wait_up "$sw" v0 v1
	link_ifindex "$sw" v0
	lower=$REPLY
	source_add "$sw" eth0 rx && source_add "$sw" v0 tx &&
		output_add "$sw" span0 psample 7 || return
	flows "eth0" "${IN[@]}" id=1 recv psample:7 ns="$sw" id=1 iif="$IFINDEX"
	flows "v0" send v0 ns="$sw" id=2 recv psample:7 ns="$sw" id=2 oif="$lower"
	# seen on both sides of the cable that is in the host
	source_add "$sw" v1 rx dup keep || return
	flows "v0 and v1" send v0 ns="$sw" id=3 count=100 recv v1 ns="$sw" id=3 count=100
	check_books "$sw" span0/outputs/7 \
		"packets=$((10 + MARKERS + 10 + MARKERS + 2 * (100 + MARKERS)))"
}

# A tag is part of the frame, wherever the host keeps it.
tags()
{
	local words
	local -a tag

	source_add "$sw" eth0 rx && output_add "$sw" span0 psample 7 || return
	for words in "vlan=10:6" "vlan=10 proto=0x88a8 inner=20"; do
		read -ra tag <<<"$words"
		flows "$words" "${IN[@]}" "${tag[@]}" \
			recv psample:7 ns="$sw" "${tag[@]}" iif="$IFINDEX"
	done
}

# As the wire would have them, not as the host carries them.
super-frames()
{
	source_add "$sw" eth0 rx && output_add "$sw" span0 psample 7 || return
	reader samples count psample:7 ns="$sw" id=99 iif="$IFINDEX" || return
	tcp_copied samples "$p2" "$sw" 192.0.2.1 1000000 "$sw" eth0 "${IN[@]}" count=0 id=99
	[ "${KV[maxlen]}" -le 1514 ] || fail "a sample of ${KV[maxlen]} bytes"
	check_books "$sw" span0/outputs/7 "packets=$((KV[frames] + MARKERS))"
}

# The listener has the first 64 bytes, with the tag, and knows of the others; the
# span's own reader has as many.
cut_samples_tell_the_length()
{
	local tag total=0 before

	stats "$sw" span0
	before=${J[span0/stats/packets]}
	source_add "$sw" eth0 rx snaplen 64 && output_add "$sw" span0 psample 7 || return
	for tag in "" vlan=10; do
		reader samples count psample:7 ns="$sw" end=0 timeout=0 iif="$IFINDEX" orig=1000 &&
			reader monitor count span0 ns="$sw" end=0 timeout=0 || return
		check_ok "1000 bytes $tag" "$PKT" "${IN[@]}" count=50 len=1000 end=0 ${tag:+"$tag"}
		total=$((total + 50))
		check_books "$sw" span0/outputs/7 "packets=$total"
		# a sample is taken before the frame is delivered
		wait_j "$sw" span0/stats/packets $((before + total))
		stop samples
		check_eq "samples $tag" "${KV[frames]} ${KV[bytes]}" "50 3200"
		stop monitor
		check_eq "copies $tag" "${KV[frames]}" 50
	done
	wait_j "$sw" span0/outputs/7/stats/bytes 6400
}

other_group_sees_nothing()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx && output_add "$sw" span0 psample 7 &&
		source_add "$sw" eth0 tx to span1 && output_add "$sw" span1 psample 8 || return
	flows "7, not 8" "${IN[@]}" id=1 send eth0 ns="$sw" id=9 count=0 \
		recv psample:7 ns="$sw" id=1 iif="$IFINDEX" \
		recv psample:8 ns="$sw" id=9 count=0 oif="$IFINDEX"
	check_books "$sw" span0/outputs/7 "packets=$((10 + MARKERS))"
	check_books "$sw" span1/outputs/8 "packets=$MARKERS"
}

deleted_output_sends_nothing()
{
	source_add "$sw" eth0 rx && output_add "$sw" span0 psample 7 &&
		output_add "$sw" span0 psample 8 || return
	check_vspan "$sw" output del span0 psample 7
	check_vspan "$sw" output add span0 psample 9
	reader gone count psample:7 ns="$sw" end=0 timeout=0 || return
	flows "8 and 9" "${IN[@]}" recv psample:8 ns="$sw" iif="$IFINDEX" \
		recv psample:9 ns="$sw" iif="$IFINDEX"
	check_vspan "$sw" output del span0 psample 9
	stop gone
	check_eq "samples of group 7" "${KV[frames]}" 0
	json "$sw" show span0
	check_j span0/outputs/7/psample absent
	check_j span0/outputs/8/psample 8
}

two_groups_and_a_device()
{
	ip -n "$sw" link add out0 type veth peer name mon0 netns "$far"
	defer ip -n "$sw" link del out0
	ip -n "$sw" link set out0 up
	ip -n "$far" link set mon0 up
	wait_up "$sw" out0 && wait_up "$far" mon0
	source_add "$sw" eth0 rx && output_add "$sw" span0 psample 7 &&
		output_add "$sw" span0 dev out0 vlan 200 && output_add "$sw" span0 psample 8 ||
		return
	flows "three ways" "${IN[@]}" vlan=10 recv psample:7 ns="$sw" vlan=10 iif="$IFINDEX" \
		recv psample:8 ns="$sw" vlan=10 iif="$IFINDEX" \
		recv mon0 ns="$far" vlan=10 outer=200 recv span0 ns="$sw" vlan=10
}

# A group is the host's, not a span's.
two_spans_one_group()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx && source_add "$sw" eth0 tx to span1 &&
		output_add "$sw" span0 psample 7 && output_add "$sw" span1 psample 7 || return
	flows "in" "${IN[@]}" id=1 recv psample:7 ns="$sw" id=1 iif="$IFINDEX"
	check_vspan "$sw" output del span0 psample 7
	flows "out" send eth0 ns="$sw" id=2 recv psample:7 ns="$sw" id=2 oif="$IFINDEX"
	check_books "$sw" span1/outputs/7 "packets=$((10 + MARKERS))"
}

another_netns_sees_nothing()
{
	source_add "$sw" eth0 rx && output_add "$sw" span0 psample 7 || return
	reader other count psample:7 ns="$p2" end=0 timeout=0 || return
	flows "here" "${IN[@]}" recv psample:7 ns="$sw" iif="$IFINDEX"
	stop other
	check_eq "samples in another netns" "${KV[frames]}" 0
}

group_0_and_the_last()
{
	source_add "$sw" eth0 rx && output_add "$sw" span0 psample 0 &&
		output_add "$sw" span0 psample 4294967295 || return
	flows "ends" "${IN[@]}" recv psample:0 ns="$sw" iif="$IFINDEX" \
		recv psample:4294967295 ns="$sw" iif="$IFINDEX"
}

group_refused()
{
	local err

	output_add "$sw" span0 psample 7 || return
	err=$(vspan "$sw" output add span0 psample 7 2>&1) && fail "a group twice"
	check_eq "exit status" "$?" 1
	[[ $err == *7*"delete it first"* ]] || fail "'$err'"
	err=$(vspan "$sw" output del span0 psample 8 2>&1) && fail "an output that is not there"
	[[ $err == *8* ]] || fail "'$err'"
}

tests_run
