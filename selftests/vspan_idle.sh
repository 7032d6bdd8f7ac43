#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A span that is down or has no reader is idle: frames that its source devices transmit
# are not processed or counted; received ones are counted as lost. From the time at which
# an event announces a reader, each frame is copied.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"born_idle"
	"each_open_of_the_tap"
	"each_capture"
	"each_capture early=1"
	"silent_reader_is_found"
	"guide_is_found tc"
	"guide_is_found nft"
	"outputs"
	"up_and_down"
	"idle_again"
	"idle_again_without_a_frame filter arp"
	"idle_again_without_a_frame vlan 7"
	"idle_again_without_a_frame share 96/256"
	"idle_again_without_a_frame sample 4294967295"
	"source_comes_after_its_reader"
	"shared_device"
	"set_while_idle"
	"vrf"
	"moves_to_another_netns"
	"tap_is_the_library_s"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

S1=span1/sources/eth0/stats

setup()
{
	MARKERS=$(nproc)
	topo_cable
}

new_span()
{
	span_add "$sw" span1 && source_add "$sw" eth0 "${1:-rx,tx}" to span1
}

# sent N: they pass eth0, and the markers too
sent()
{
	flows "sent" send eth0 ns="$sw" id=9 count="$1" recv eth0 ns="$p2" id=9 count="$1"
}

# lost N: so many frames, and no others, have been seen in vain
lost()
{
	stats "$sw" span1
	check_j "$S1/drops/no_reader" "$1"
	check_j span1/stats/drops/no_reader "$1"
	check_j "$S1/tx/packets" 0
	check_j "$S1/filtered" 0
}

idle()
{
	wait_j "$sw" span1/idle true span1/reader false
}

born_idle()
{
	local out

	new_span && idle || return
	sent 100
	lost 0
	flows "received" send eth0 ns="$p2" count=70 end=0
	wait_j "$sw" "$S1/drops/no_reader" 70
	lost 70
	out=$(vspan "$sw" show span1)
	[[ $out == "span1: up, no reader, idle, frames "* ]] || fail "show: $out"
}

# The first frame counts, also where the span is just about to become idle, or has not
# found out yet.
each_open_of_the_tap()
{
	local i tap

	new_span tx && tap_path "$sw" span1 || return
	tap=$REPLY
	for ((i = 0; i < 40; i++)); do
		flows "open $i" send eth0 ns="$sw" id=1 count=50 \
			recv "$tap" id=1 count=50 || return
		((i % 4 == 1)) || sent 3
		((i % 4)) || idle || return
	done
	stats "$sw" span1
	check_j "$S1/tx/packets" $((40 * (50 + MARKERS)))
}

# each_capture [early=1]: the span is promiscuous before the socket is bound to it
each_capture()
{
	local i

	new_span tx || return
	for ((i = 0; i < 40; i++)); do
		flows "capture $i" send eth0 ns="$sw" id=1 count=50 \
			recv span1 ns="$sw" id=1 count=50 "$@" || return
		((i % 4 == 1)) || sent 3
		((i % 4)) || idle || return
	done
	stats "$sw" span1
	check_j "$S1/tx/packets" $((40 * (50 + MARKERS)))
}

# Nothing tells that it is there: 100 ms at most, and this is no test of time.
silent_reader_is_found()
{
	new_span tx && idle || return
	reader silent recv span1 ns="$sw" silent=1 id=1 count=50 || return
	wait_j "$sw" span1/idle false span1/reader true || return
	flows "sent" send eth0 ns="$sw" id=1 count=50
	check_finish silent
	stats "$sw" span1
	check_j "$S1/tx/packets" $((50 + MARKERS))
}

guide_add()
{
	case $1 in
	tc) tc -n "$sw" qdisc add dev span1 clsact &&
		tc -n "$sw" filter add dev span1 ingress matchall action ok ;;
	nft) ip netns exec "$sw" nft -f - <<-END
		table netdev idle {
			chain c {
				type filter hook ingress device span1 priority 0;
				counter
			}
		}
		END
		;;
	esac
}

# seen_by tc|nft: packets
seen_by()
{
	case $1 in
	tc) tc -n "$sw" -s filter show dev span1 ingress ;;
	nft) ip netns exec "$sw" nft list table netdev idle ;;
	esac | grep -Eo '[0-9]+ pkts?|packets [0-9]+' | grep -Eo '[0-9]+' | head -n 1
}

saw()
{
	[ "$(seen_by "$1")" == "$2" ]
}

# A rule on the span reads it too.
guide_is_found()
{
	require_command "$1" || return
	new_span tx && idle || return
	[ "$1" != nft ] || defer ip netns exec "$sw" nft delete table netdev idle
	guide_add "$1" || { fail "no rule"; return; }
	wait_j "$sw" span1/idle false || return
	flows "$1" send eth0 ns="$sw" count=50 end=0
	check_wait "what $1 has counted" saw "$1" 50
}

outputs()
{
	new_span tx || return
	ip -n "$sw" link add aside up type dummy && defer ip -n "$sw" link del aside
	idle && sent 10
	check_vspan "$sw" output add span1 dev aside || return
	json "$sw" show span1
	check_j span1/idle false
	flows "to the output" send eth0 ns="$sw" id=1 count=50 \
		recv aside ns="$sw" id=1 count=50 dir=any
	# without its device it counts what it cannot send
	ip -n "$sw" link set aside name away && defer ip -n "$sw" link set away name aside
	flows "to nobody" send eth0 ns="$sw" id=1 count=20 end=0
	json "$sw" show span1
	check_j span1/idle false
	stats "$sw" span1
	check_j span1/outputs/aside/stats/drops/no_device 20
	check_vspan "$sw" output del span1 dev aside
	json "$sw" show span1
	check_j span1/idle true
	sent 10
	stats "$sw" span1
	check_j "$S1/tx/packets" $((50 + MARKERS))
	check_j "$S1/drops/no_reader" 20
}

up_and_down()
{
	local i

	new_span tx || return
	for i in 1 2 3; do
		reader "$i" recv span1 ns="$sw" id="$i" count=50 loss=ok timeout=0 || return
		json "$sw" show span1
		check_j span1/idle false
		flows "up" send eth0 ns="$sw" id="$i" count=50 end=0
		ip -n "$sw" link set span1 down
		json "$sw" show span1
		check_j span1/idle true
		sent 20
		ip -n "$sw" link set span1 up
		json "$sw" show span1
		check_j span1/idle false
		check_j span1/reader true
		flows "up again" send eth0 ns="$sw" id=7 count=10 end=0
		stop "$i"
	done
	stats "$sw" span1
	check_j "$S1/tx/packets" 180
	check_j "$S1/drops/span_down" 0
}

# After a reader, what is sent is seen until the span is idle, and counted; then no more.
idle_again()
{
	local before

	new_span && tap_path "$sw" span1 || return
	flows "read" send eth0 ns="$sw" id=1 recv "$REPLY" id=1
	flows "sent" send eth0 ns="$sw" count=1 end=0
	idle || return
	stats "$sw" span1
	before=${J[$S1/drops/no_reader]}
	((before <= 1)) || fail "no_reader: $before, with one frame sent"
	sent 100
	stats "$sw" span1
	check_j "$S1/drops/no_reader" "$before"
	check_j "$S1/tx/packets" $((10 + MARKERS))
}

# idle_again_without_a_frame WORDS...: none is lost, since the rule wants none
idle_again_without_a_frame()
{
	local fd

	span_add "$sw" span1 && source_add "$sw" eth0 tx to span1 "$@" && idle &&
		tap_path "$sw" span1 || return
	exec {fd}<>"$REPLY" || { fail "open"; return; }
	json "$sw" show span1
	check_j span1/idle false
	exec {fd}<&-
	flows "sent" send eth0 ns="$sw" count=1 end=0
	idle || return
	stats "$sw" span1
	check_j "$S1/tx/packets" 0
	check_j "$S1/drops/no_reader" 0
}

source_comes_after_its_reader()
{
	span_add "$sw" span1 || return
	reader silent recv span1 ns="$sw" silent=1 id=1 count=50 || return
	source_add "$sw" eth0 tx to span1 || return
	flows "sent" send eth0 ns="$sw" id=1 count=50
	check_finish silent
}

# One that is read keeps no other from being idle, and has all.
shared_device()
{
	new_span tx && idle && span_add "$sw" span2 && source_add "$sw" eth0 tx to span2 || return
	flows "for span2" send eth0 ns="$sw" id=1 count=50 recv span2 ns="$sw" id=1 count=50
	json "$sw" show span1
	check_j span1/idle true
	flows "for both" send eth0 ns="$sw" id=2 count=50 recv span2 ns="$sw" id=2 count=50 \
		recv span1 ns="$sw" id=2 count=50
}

# No change of a rule wakes an idle span, and what it says is in force for the reader.
set_while_idle()
{
	new_span rx && idle || return
	check_vspan "$sw" set eth0 tx to span1 || return
	sent 30
	lost 0
	flows "sent" send eth0 ns="$sw" id=1 send eth0 ns="$p2" id=2 end=0 recv span1 ns="$sw" id=1
}

# It shows what its ports have received as if it had sent it.
vrf()
{
	ip -n "$sw" link add vrf0 up type vrf table 77 2>/dev/null ||
		{ skip "no VRF"; return; }
	defer ip -n "$sw" link del vrf0
	ip -n "$sw" link set eth0 master vrf0 && defer ip -n "$sw" link set eth0 nomaster
	span_add "$sw" span1 && source_add "$sw" vrf0 to span1 || return
	idle || return
	ping_exact "$p2" 192.0.2.1 3 || return
	stats "$sw" span1
	check_j span1/sources/vrf0/stats/drops/no_reader 0
	reader census recv span1 ns="$sw" id=9 others=ok timeout=0 || return
	ping_exact "$p2" 192.0.2.1 3 || return
	stats "$sw" span1
	check_j span1/sources/vrf0/stats/rx/packets 3
	check_j span1/sources/vrf0/stats/tx/packets 3
}

moves_to_another_netns()
{
	new_span tx && idle || return
	sent 5
	ip -n "$sw" link set span1 netns "$p2" || { fail "no move"; return; }
	ip -n "$p2" link set span1 up
	flows "there" send eth0 ns="$sw" id=1 count=50 recv span1 ns="$p2" id=1 count=50
	ip -n "$p2" link del span1
}

# vhost asks the file whose it is; here, whether it does what the library's does.
tap_is_the_library_s()
{
	local i fd
	local -a readers=()

	new_span tx && tap_path "$sw" span1 || return
	for i in 1 2 3; do
		exec {fd}<>"$REPLY" || { fail "open $i"; return; }
		readers+=("$fd")
	done
	json "$sw" show span1
	check_j span1/idle false
	rmmod vspan 2>/dev/null && fail "the module goes while its node is open"
	for fd in "${readers[@]}"; do
		exec {fd}<&-
	done
	flows "sent" send eth0 ns="$sw" count=1 end=0
	idle
}

tests_run
