#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A container as the monitor: the span in its netns, tcpdump with a ring buffer in it, and
# the end of the container.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"tcpdump_sees_each_frame"
	"tcpdump_sees_nothing_of_others"
	"two_containers"
	"killed_under_traffic monitor_first"
	"killed_under_traffic netns_first"
	"nothing_is_left"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	require_command tcpdump ss || return
	topo_bridge || return 1
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
	MARKERS=$(nproc)
}

# container NAME SPAN: a netns $NAME with SPAN in it, fed by what p1 sends
container()
{
	local name=$1-$RUN_ID-$RANDOM span=$2

	printf -v "$1" %s "$name"
	ip netns add "$name"
	defer ip netns del "$name"
	ip -n "$name" link set lo up
	ip -n "$sw" link add "$span" type vspan || return 1
	check_vspan "$sw" add p1 rx to "$span" || return 1
	check_ok "move" ip -n "$sw" link set "$span" netns "$name" || return 1
	ip -n "$name" link set "$span" up
}

listens()
{
	grep -q "listening on" "$1"
}

# dump NETNS SPAN: a tcpdump with libpcap's own ring, TPACKET_V3, into DIR/SPAN.pcap
dump()
{
	local ns=$1 span=$2

	# What the last one has said of a span of that name is not to be taken for its
	# own.
	rm -f "$DIR/$span".{err,pcap}
	ip netns exec "$ns" tcpdump -n -U -i "$span" -w "$DIR/$span.pcap" 2>"$DIR/$span.err" &
	DUMP=$!
	defer kill_quietly "$DUMP"
	check_wait "tcpdump listens" listens "$DIR/$span.err" || return 1
	REPLY=$(ip netns exec "$ns" ss -n -0 -e)
	[[ $REPLY == *:"$span "*"ver:2"* ]] || fail "no TPACKET_V3 ring on $span" "$REPLY"
}

# tcpdump reports the exact number of frames.
dump_ends()
{
	kill -INT "$DUMP"
	wait "$DUMP"
	grep -q "^$2 packets captured" "$DIR/$1.err" ||
		fail "tcpdump on $1, expected $2 packets" "$(cat "$DIR/$1.err")"
	grep -q "^0 packets dropped by kernel" "$DIR/$1.err" ||
		fail "tcpdump on $1" "$(cat "$DIR/$1.err")"
}

tcpdump_sees_each_frame()
{
	local -a sweep=(count=1455 len=60-1514)

	container mon span7 && dump "$mon" span7 || return
	flows "sweep" send eth0 ns="$p1" "${sweep[@]}" recv "pcap:$DIR/span7.pcap" "${sweep[@]}" \
		recv eth0 ns="$p2" "${sweep[@]}"
	dump_ends span7 $((1455 + MARKERS))
}

# Frames that p2 sends are not copied from p1.
tcpdump_sees_nothing_of_others()
{
	container mon span7 && dump "$mon" span7 || return
	flows "of others" send eth0 ns="$p2" id=2 dst=02:00:00:00:00:01 src=02:00:00:00:00:02 \
		send eth0 ns="$p1" id=1 recv "pcap:$DIR/span7.pcap" id=1 \
		recv eth0 ns="$p1" id=2 dst=02:00:00:00:00:01 src=02:00:00:00:00:02
	dump_ends span7 $((10 + MARKERS))
}

two_containers()
{
	container mon span7 && container mon2 span8 || return
	flows "both" send eth0 ns="$p1" recv span7 ns="$mon" recv span8 ns="$mon2"
	ip netns del "$mon2"
	check_wait "span8 is gone" gone span8
	flows "one is left" send eth0 ns="$p1" recv span7 ns="$mon"
}

gone()
{
	json "$sw" show && [ ! -v "J[$1/span]" ]
}

# The container's programs end and then its netns, or the other way round; the
# socket of one that still runs keeps the netns alive.
end_monitor_first()
{
	kill_quietly "$DUMP"
	ip netns del "$mon"
}

end_netns_first()
{
	ip netns del "$mon"
	kill_quietly "$DUMP"
}

killed_under_traffic()
{
	local order=$1 span

	# 4000 frames in two seconds; production must get all of them
	reader production send eth0 ns="$p1" count=4000 rate=2000 \
		recv eth0 ns="$p2" count=4000 || return
	for span in span7 span8 span9; do
		container mon "$span" && dump "$mon" "$span" || return
		"end_$order"
		check_wait "$span is gone" gone "$span"
	done
	check_finish production
	json "$sw" show
	[[ " ${!J[*]} " != *" span"* ]] || fail "left: ${!J[*]}"
	check_eq "netns" "$(ip netns list | grep -c "^mon-$RUN_ID")" 0
	container mon span7 && flows "a new one" send eth0 ns="$p1" recv span7 ns="$mon"
}

# The module can be unloaded after the end of the containers, even under traffic.
nothing_is_left()
{
	require_reload || return
	container mon span7 && dump "$mon" span7 || return
	reader production send eth0 ns="$p1" count=4000 rate=2000 \
		recv eth0 ns="$p2" count=4000 || return
	end_netns_first
	check_wait "span7 is gone" gone span7
	check_ok "unload" rmmod vspan || return
	check_ok "load" module_load
	check_finish production
	container mon span7 && flows "a new one" send eth0 ns="$p1" recv span7 ns="$mon"
}

tests_run
