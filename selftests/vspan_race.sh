#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Objects of every kind are deleted while frames flow in both directions on two CPUs.
# Production must not lose a frame, and the counters must add up.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"production_meets sources_come_and_go"
	"production_meets spans_come_and_go"
	"production_meets span_goes_down_and_up"
	"production_meets rules_change"
	"production_meets devices_come_and_go"
	"production_meets netns_comes_and_goes"
	"production_meets monitor_netns_comes_and_goes"
	"production_meets module_comes_and_goes"
	"counters_add_up softirq 50"
	"counters_add_up thread 4096"
	"books_close_with_the_span softirq"
	"books_close_with_the_span thread"
	"copies_are_complete_on_two_cpus"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

ROUNDS=${ROUNDS:-6}
PINGS=${PINGS:-150}
BACKLOG=/proc/sys/net/core/netdev_max_backlog

setup()
{
	topo_bridge || return 1
	# Two senders at full speed fill the host's own queue, mirror or not.
	defer sh -c "echo $(cat $BACKLOG) >$BACKLOG"
	echo 1000000 >$BACKLOG
	# Each ping switches the kernel's time stamps on and off, which rewrites code
	# that the other CPU runs. Some versions of QEMU's emulation get that wrong
	# ("Oops: int3" in __netif_receive_skb_core): keep them on all the time.
	reader clock count lo ns="$sw" stamp=1 end=0 timeout=0
}

# Both directions at once, each from a CPU of its own.
traffic_start()
{
	local -a to_p2=(send eth0 ns="$p1" id=1 len=60-1514 count=100000000)
	local -a to_p1=(send eth0 ns="$p2" id=2 len=60-1514 count=100000000
		src=02:00:00:00:00:02 dst=02:00:00:00:00:01)

	background left "${to_p2[@]}" end=0 cpu=0 "$@"
	background right "${to_p1[@]}" end=0 cpu=$(($(nproc) > 1)) "$@"
}

# The frames sent, in SENT.
traffic_stop()
{
	stop left
	SENT=${KV[sent]:-0}
	stop right
	SENT=$((SENT + ${KV[sent]:-0}))
	[ "$SENT" -gt 0 ] || fail "no traffic: ${LINES[*]}"
}

# answers OUTPUT: of the first PINGS pings there is one each
answers()
{
	local -A seen=()
	local seq missing=0

	while read -r seq; do
		seen[$seq]=$((${seen[$seq]:-0} + 1))
		[ "${seen[$seq]}" -eq 1 ] || fail "ping $seq is answered twice"
	done < <(sed -n 's/.*icmp_seq=\([0-9]*\) .*time=.*/\1/p' <<<"$1")
	for ((seq = 1; seq <= PINGS; seq++)); do
		[ -n "${seen[$seq]:-}" ] || missing=$((missing + 1))
	done
	check_eq "pings without an answer" "$missing" 0
}

# Ping through the bridge while $1 is done again and again; no answer may be missing.
# Ping waits for its last answer hardly longer than for the others: those of the last
# second are only there to have it wait for the ones before.
production_meets()
{
	local fd pid rounds=0 out='' line

	! declare -F "before_$1" >/dev/null || "before_$1" || return
	traffic_start rate=20000
	exec {fd}< <(exec ip netns exec "$p1" ping -n -c $((PINGS + 100)) -i 0.01 192.0.2.2 2>&1)
	pid=$!
	defer kill_quietly "$pid"
	while ((rounds < ROUNDS)) || kill -0 "$pid" 2>/dev/null; do
		"$1" || { fail "round $rounds of $1"; break; }
		rounds=$((rounds + 1))
	done
	while read -r -u "$fd" line; do
		out+=$line$'\n'
	done
	exec {fd}<&-
	traffic_stop
	answers "$out"
	echo "# $1: $rounds rounds, $SENT frames"
	# what is left behind works
	! declare -F "after_$1" >/dev/null || "after_$1"
}

with_span()
{
	span_add "$sw" span0 && reader monitor count span0 ns="$sw" end=0 timeout=0
}

# A last word from the mirror after it was shaken.
still_mirrors()
{
	vspan "$sw" flush
	check_vspan "$sw" add p2 tx || return
	flows "afterwards" send eth0 ns="$p1" id=77 recv span0 ns="$sw" id=77
	vspan "$sw" flush
}

before_sources_come_and_go() { with_span; }
after_sources_come_and_go() { still_mirrors; }

sources_come_and_go()
{
	vspan "$sw" add p1 && vspan "$sw" add p2 && vspan "$sw" add br0 &&
		vspan "$sw" del p1 && vspan "$sw" del p2 && vspan "$sw" flush
}

# The tap's reader keeps its file open over the end of the span.
spans_come_and_go()
{
	ip -n "$sw" link add span1 up type vspan && vspan "$sw" add p1 to span1 &&
		vspan "$sw" add p2 to span1 && link_ifindex "$sw" span1 || return
	reader tap recv "/dev/tap$REPLY" end=0 timeout=0
	reader socket count span1 ns="$sw" end=0 timeout=0
	ip -n "$sw" link del span1 || return
	stop tap
	stop socket
	return 0
}

before_span_goes_down_and_up()
{
	with_span && check_vspan "$sw" add p1 && check_vspan "$sw" add p2
}
after_span_goes_down_and_up() { still_mirrors; }

span_goes_down_and_up()
{
	ip -n "$sw" -b - <<-EOT
		link set span0 down
		link set span0 up
		link set span0 txqueuelen 100
		link set span0 txqueuelen 4096
		link set span0 mtu 9000
		link set span0 mtu 1500
	EOT
}

before_rules_change() { before_span_goes_down_and_up; }
after_rules_change() { still_mirrors; }

rules_change()
{
	vspan "$sw" set p1 rx vlan 10 && vspan "$sw" set p2 tx vlan untagged &&
		vspan "$sw" set p1 rx,tx vlan all && vspan "$sw" span set span0 frames asis &&
		vspan "$sw" span set span0 frames wire && vspan "$sw" -s show >/dev/null
}

# A third port of the bridge: the traffic is flooded to it, and it is a source.
before_devices_come_and_go()
{
	with_span && check_vspan "$sw" add p3 && check_vspan "$sw" add p3x
}
after_devices_come_and_go() { still_mirrors; }

devices_come_and_go()
{
	ip -n "$sw" -b - <<-EOT
		link add p3 type veth peer name p3x
		link set p3 up
		link set p3x up
		link set p3 master br0
		link del p3
	EOT
}

# A netns with a source, a span and traffic in it. Only the tap reads: a packet
# socket would keep the netns alive.
netns_comes_and_goes()
{
	local ns=gone-$RUN_ID-$RANDOM

	ip netns add "$ns"
	ip -n "$ns" -b - <<-EOT || return
		link add v0 type veth peer name v1
		link set v0 up
		link set v1 up
		link add span7 index 77$((RANDOM % 1000)) up type vspan
	EOT
	vspan "$ns" add v0 to span7 && link_ifindex "$ns" span7 || return
	reader tap recv "/dev/tap$REPLY" end=0 timeout=0
	"$PKT" send v1 ns="$ns" count=300 end=0 send v0 ns="$ns" count=300 end=0 >/dev/null
	ip netns del "$ns"
	stop tap
	return 0
}

# The span dies in the monitor's netns while the sources feed it.
monitor_netns_comes_and_goes()
{
	local ns=mon-$RUN_ID-$RANDOM

	ip netns add "$ns"
	ip -n "$sw" link add span2 index 78$((RANDOM % 1000)) up type vspan || return
	vspan "$sw" add p1 to span2 && vspan "$sw" add p2 to span2 || return
	ip -n "$sw" link set span2 netns "$ns"
	ip -n "$ns" link set span2 up && link_ifindex "$ns" span2 || return
	reader tap recv "/dev/tap$REPLY" end=0 timeout=0
	ip netns del "$ns"
	busywait span_gone span2
	stop tap
	return 0
}

span_gone()
{
	json "$sw" show && [ ! -v "J[$1/span]" ]
}

before_module_comes_and_goes() { require_reload; }

module_comes_and_goes()
{
	ip -n "$sw" link add span3 up type vspan && vspan "$sw" add p1 to span3 &&
		vspan "$sw" add p2 to span3 || return
	reader socket count span3 ns="$sw" end=0 timeout=0
	rmmod vspan && module_load || return
	stop socket
	return 0
}

# What a source copied is what the span delivered or lost after its queue; and all that
# was sent has come by the sources: while some of it has not, that may be so as well.
span_balance()
{
	local key sum

	stats "$sw" span0
	sum=${J[span0/stats/packets]}
	for key in segment checksum ring_full flushed; do
		sum=$((sum + ${J[span0/stats/drops/$key]}))
	done
	COPIED=0 LOST=0
	for key in "${!J[@]}"; do
		case $key in
		span0/sources/*/stats/[rt]x/packets) COPIED=$((COPIED + J[$key])) ;;
		span0/sources/*/drops/*) LOST=$((LOST + J[$key])) ;;
		esac
	done
	((COPIED == sum && COPIED + LOST == 2 * SENT))
}

# The span's work done by threads that get no CPU while there is traffic.
lazy_threads()
{
	local pid

	require_command chrt pgrep || return
	ip netns exec "$sw" sh -c 'echo 1 >/sys/class/net/span0/threaded' 2>/dev/null ||
		{ skip "no threaded NAPI"; return 1; }
	for pid in $(pgrep napi/span0); do
		chrt -i -p 0 "$pid"
	done
}

# counters_add_up CONTEXT QLEN: each frame goes in by one port and out by the other:
# two sources, four counts. Threads lag behind: so queues are cut off when full.
counters_add_up()
{
	local i

	with_span && check_vspan "$sw" add p1 dup keep &&
		check_vspan "$sw" add p2 dup keep || return
	# else what is sent while span0 is down would not be looked at
	span_add "$sw" awake && check_vspan "$sw" output add awake psample 9 &&
		check_vspan "$sw" add 'p[12]' tx to awake || return
	[ "$1" == softirq ] || lazy_threads || return
	ip -n "$sw" link set span0 txqueuelen "$2"
	tap_path "$sw" span0 && reader tap recv "$REPLY" end=0 timeout=0 others=ok || return
	traffic_start
	for i in {1..5}; do
		ip -n "$sw" -b - <<-EOT
			link set span0 down
			link set span0 up
			link set span0 txqueuelen 100
			link set span0 txqueuelen $2
		EOT
	done
	traffic_stop
	check_wait "source and span agree" span_balance ||
		fail "$COPIED copies and $LOST drops at the sources, of twice $SENT frames" \
			"$(vspan "$sw" -s show)"
	stop tap
	stop monitor
	echo "# $SENT frames, $COPIED copies, ${J[span0/stats/packets]} delivered," \
		"${J[span0/stats/drops/flushed]} flushed"
}

has_delivered()
{
	json "$sw" -s show && ((J[span0/stats/packets] >= $1))
}

# One span's life; what its books say in the end is added to COPIED and LOST.
span_lives()
{
	ip -n "$sw" link add span0 up type vspan || return
	defer ip -n "$sw" link del span0
	check_vspan "$sw" add p1 dup keep && check_vspan "$sw" add p2 dup keep &&
		tap_path "$sw" span0 || return
	[ "$1" == softirq ] || lazy_threads || return
	reader last last span0 ns="$sw" sources=2 &&
		reader tap count "$REPLY" end=0 timeout=0 loss=ok others=ok || return
	check_wait "copies are delivered" has_delivered 100
	check_ok "delete" ip -n "$sw" link del span0
	check_finish last
	((KV[delivered] >= 100)) || fail "only ${KV[delivered]} frames are in the last books"
	check_eq "delivered and lost, of what was copied" $((KV[delivered] + KV[lost])) \
		"${KV[copied]}"
	COPIED=$((COPIED + KV[copied]))
	LOST=$((LOST + KV[lost]))
	stop tap
	return 0
}

# books_close_with_the_span CONTEXT: deleted while it is up and frames come, it says for
# the last time what became of all that its sources have copied, to the frame.
books_close_with_the_span()
{
	local i

	COPIED=0 LOST=0
	traffic_start rate=5000
	for i in {1..5}; do
		span_lives "$1" || break
	done
	traffic_stop
	[ "$1" == softirq ] || [ "$RET" -ne 0 ] || [ "$LOST" -gt 0 ] || fail "nothing was lost"
	echo "# $COPIED copies, $LOST lost"
}

# Two streams on two CPUs into one span, with room for all: none lost, none twice.
copies_are_complete_on_two_cpus()
{
	span_add "$sw" span0 && source_add "$sw" p2 || return
	ip -n "$sw" link set span0 txqueuelen 20000
	reader one recv span0 ns="$sw" id=1 count=3000 others=ok || return
	reader two recv span0 ns="$sw" id=2 count=3000 others=ok \
		src=02:00:00:00:00:02 dst=02:00:00:00:00:01 || return
	background left send eth0 ns="$p1" id=1 count=3000 cpu=0
	background right send eth0 ns="$p2" id=2 count=3000 cpu=$(($(nproc) > 1)) \
		src=02:00:00:00:00:02 dst=02:00:00:00:00:01
	finish left
	finish right
	check_finish one
	check_finish two
}

tests_run
