#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A copy does not depend on its origin: it may outlive the source device and its netns,
# the device of an output, and, in a reader's ring, the span itself. KASAN (make
# check-debug, on uml-kasan) finds invalid accesses; this test checks the counters.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"source_goes tcp snaplen headers"
	"source_goes datagrams snaplen headers"
	"source_goes vxlan"
	"source_goes gre"
	"source_of_samples_goes datagrams snaplen headers"
	"container_goes tcp snaplen headers"
	"container_goes vxlan"
	"span_from_a_container tcp snaplen headers"
	"span_from_a_container vxlan"
	"output_goes noqueue"
	"output_goes netem delay 200s limit 10000"
	"span_moves vxlan"
	"span_goes_before_its_reader open"
	"span_goes_before_its_reader down"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

ROUNDS=${ROUNDS:-2}
FRAMES=${FRAMES:-150}	# sent in a round, more than the span delivers in one go
RT_RUNTIME=/proc/sys/kernel/sched_rt_runtime_us
FAIR_SERVER=/sys/kernel/debug/sched/fair_server
SPAN=span0

setup()
{
	require_command chrt taskset pgrep tc renice || return
	CPU=$(($(nproc) - 1))
	[ "$CPU" -eq 0 ] || hog_start || return
	setup_ns sw mon
}

# --- the span's threads, held up ------------------------------------------

# write_back FILE VALUE: written until the end, if there is such a file
write_back()
{
	[ ! -w "$1" ] || { defer sh -c "echo $(cat "$1") >$1" && echo "$2" >"$1"; }
}

# The last CPU is for the span's threads and the hog, and for nobody else.
hog_start()
{
	write_back "$RT_RUNTIME" -1
	# Newer kernels keep some time for others in another way.
	write_back "$FAIR_SERVER/cpu$CPU/runtime" 0
	taskset -pc 0 $$ >/dev/null || return
	# shellcheck disable=SC2016	# the hog's own
	chrt -f 1 taskset -c "$CPU" bash -c 'kill -STOP $$; while :; do :; done' &
	HOG=$!
	defer hog_end
	check_wait "the hog stands still" state_is "$HOG" T
}

# What is stopped is ended by no other signal.
hog_end()
{
	workers_as_they_were
	kill -KILL "$HOG"
	wait "$HOG"
}

state_is()
{
	local state

	read -r _ _ state _ <"/proc/$1/stat" && [ "$state" == "$2" ]
}

# The kernel has work for each CPU when a device goes, and waits until it is done: its
# workers come before the hog.
workers_first()
{
	local pid

	WORKERS=$(pgrep "^kworker/$CPU:")
	for pid in $WORKERS; do
		chrt -f -p 2 "$pid"
	done 2>/dev/null
}

workers_as_they_were()
{
	local pid comm

	for pid in ${WORKERS:-}; do
		read -r comm <"/proc/$pid/comm" && chrt -o -p 0 "$pid"
		[[ $comm != *H* ]] || renice -n -20 -p "$pid" >/dev/null
	done 2>/dev/null
	WORKERS=''
}

# Nothing that is copied from now on leaves the span's queue. With one CPU, where the
# hog would let nobody do anything, the threads are those who wait for us, as long as
# we wait for nobody.
hold()
{
	if [ "$CPU" -eq 0 ]; then
		chrt -f -p 1 $$
		return
	fi
	workers_first
	kill -CONT "$HOG"
	check_wait "the hog runs" state_is "$HOG" R
}

let_go()
{
	if [ "$CPU" -eq 0 ]; then
		chrt -o -p 0 $$
		return
	fi
	kill -STOP "$HOG"
	check_wait "the hog stands still" state_is "$HOG" T
	workers_as_they_were
}

# threads NETNS: the span's copies are delivered by threads, of lowest priority, on the
# hog's CPU
threads()
{
	local pid out n=0

	ip netns exec "$1" sh -c "echo 1 >/sys/class/net/$SPAN/threaded" 2>/dev/null ||
		{ skip "no threaded NAPI"; return 1; }
	for pid in $(pgrep "^napi/$SPAN"); do
		if out=$({ taskset -pc "$CPU" "$pid" && chrt -i -p 0 "$pid"; } 2>&1); then
			n=$((n + 1))
		elif [ -e "/proc/$pid" ]; then
			fail "the span's thread" "$out"
			return 1
		fi	# else it was one of the last test case's span, whose end takes its time
	done
	[ "$n" -gt 0 ] || { fail "the span has no thread"; return 1; }
}

# --- what is copied -------------------------------------------------------

# box_add: a container, with a tunnel of each kind to 192.0.2.1
box_add()
{
	setup_ns box || { fail "no container"; return 1; }
	check_ok "tunnels" ip -n "$box" -b - <<-EOT
		link add vxlan0 mtu 1450 type vxlan id 7 remote 192.0.2.1 dstport 4789 udpcsum
		link add gre1 mtu 1450 type gretap remote 192.0.2.1 local 192.0.2.2
		link set vxlan0 up
		link set gre1 up
	EOT
}

# Its cable to the host, where it is p1.
cable_add()
{
	check_ok "cable" ip -n "$sw" -b - <<-EOT || return
		link add p1 type veth peer name eth0 address 02:00:00:00:00:02 netns $box
		link set p1 up
	EOT
	defer ip -n "$sw" link del p1
	check_ok "address" topo_host "$box" eth0 2 1 && wait_up "$sw" p1
}

# Each sends from the container so many frames as SENT grows, as a cable counts them.
send_tcp()
{
	super_frames eth0 1448
}

send_vxlan()
{
	super_frames vxlan0 1300
}

send_gre()
{
	super_frames gre1 1300
}

# super_frames DEV GSO
super_frames()
{
	flows "super-frames" send "$1" ns="$box" vnet=1 gso="$2" len=$((54 + 10 * $2)) \
		count="$FRAMES" end=0
	SENT=$((SENT + 10 * FRAMES))
}

send_datagrams()
{
	datagrams "$box" 192.0.2.1 "$FRAMES" 500 || fail "datagrams are not sent"
	SENT=$((SENT + FRAMES))
}

# --- the books ------------------------------------------------------------

# What sources copied, or lost, which is shown at the span as well, in COPIED; what the
# span delivered or lost in DONE. GONE is what sources had copied that are no more.
add_up()
{
	local key

	COPIED=$GONE DONE=0
	json "$1" -s show "$SPAN" || return
	for key in "${!J[@]}"; do
		case $key in
		"$SPAN"/sources/*/stats/[rt]x/packets | "$SPAN"/sources/*/drops/*)
			COPIED=$((COPIED + J[$key])) ;;
		"$SPAN/stats/packets" | "$SPAN/stats/drops/"*)
			DONE=$((DONE + J[$key])) ;;
		esac
	done
}

all_are_copied()
{
	add_up "$1" && ((COPIED == SENT))
}

all_are_done()
{
	all_are_copied "$1" && ((DONE == SENT))
}

# copied NETNS: wait until what was sent is in the queue, or was
copied()
{
	check_wait "all frames are copied" all_are_copied "$1" ||
		fail "sent $SENT, copied $COPIED" "$(vspan "$1" -s show)"
}

check_done()
{
	check_wait "source and span agree" all_are_done "$1" ||
		fail "sent $SENT, copied $COPIED, delivered or lost $DONE" "$(vspan "$1" -s show)"
}

# Copies were waiting when all was over: else nothing has been tested. The kernel lets a
# real-time task have not quite all of a CPU, so some rounds may miss it.
late()
{
	! add_up "$1" || ((DONE >= SENT)) || LATE=$((LATE + 1))
}

check_late()
{
	echo "# copies waited in $LATE of $1 rounds"
	[ "$CPU" -eq 0 ] || [ "$LATE" -gt 0 ] || fail "no copy was late"
}

begin()
{
	SENT=0 GONE=0 LATE=0
}

# --- cases ----------------------------------------------------------------

# A span with room for all that is sent, whose threads can be held up.
lazy_span()
{
	span_add "$sw" "$SPAN" &&
		check_ok "room" ip -n "$sw" link set "$SPAN" txqueuelen 20000 && threads "$sw"
}

# That, and its reader.
read_span()
{
	lazy_span && reader monitor count "$SPAN" ns="$sw" end=0 timeout=0
}

bound_to_p1()
{
	json_is "$sw" "$SPAN/sources/p1/state" active
}

# rounds KIND WAY: a veth, frames of that kind, and the end by that way
rounds()
{
	local i

	for ((i = 0; i < ROUNDS; i++)); do
		[ "$2" == end_veth ] && [ "$i" -gt 0 ] || box_add || return
		cable_add && check_wait "p1 is a source" bound_to_p1 && hold || return
		"send_$1"
		copied "$sw"
		"$2"
		late "$sw"
		let_go
		check_done "$sw" || return
	done
	check_late "$ROUNDS"
}

end_veth()
{
	ip -n "$sw" link del p1
}

end_container()
{
	ip netns del "$box"
	check_wait "p1 is gone" gone "$sw" p1
}

gone()
{
	! link_ifindex "$@"
}

# source_goes KIND RULE...
source_goes()
{
	begin
	read_span && source_add "$sw" p1 rx "${@:2}" && rounds "$1" end_veth
}

# psample is told of frames before they are cut.
source_of_samples_goes()
{
	begin
	read_span && output_add "$sw" "$SPAN" psample 7 &&
		source_add "$sw" p1 rx "${@:2}" && rounds "$1" end_veth
}

container_goes()
{
	begin
	read_span && source_add "$sw" p1 rx "${@:2}" && rounds "$1" end_container
}

# born RULE...: a span of the container's devices, which is then brought here
born()
{
	defer ip -n "$sw" link del "$SPAN"
	check_ok "span" ip -n "$box" link add "$SPAN" txqueuelen 20000 type vspan &&
		check_vspan "$box" add eth0 tx "$@" &&
		check_ok "move" ip -n "$box" link set "$SPAN" netns "$sw" up && threads "$sw"
}

# Of the source nothing is left, nor of the netns that its device was in.
span_from_a_container()
{
	local i

	for ((LATE = i = 0; i < ROUNDS; i++)); do
		SENT=0 GONE=0
		box_add && cable_add && born "${@:2}" &&
			reader monitor count "$SPAN" ns="$sw" end=0 timeout=0 && hold || return
		"send_$1"
		copied "$box"
		end_container
		GONE=$COPIED
		late "$sw"
		let_go
		check_done "$sw" || return
		stop monitor
		ip -n "$sw" link del "$SPAN"
	done
	check_late "$ROUNDS"
}

output_ready()
{
	json_is "$sw" "$SPAN/outputs/o0/state" active
}

# out_add QDISC...
out_add()
{
	check_ok "output" ip -n "$sw" link add o0 up type veth peer name o1 &&
		check_ok "output" ip -n "$sw" link set o1 up && wait_up "$sw" o0 &&
		check_ok "qdisc" tc -n "$sw" qdisc add dev o0 root "$@" &&
		check_wait "o0 is an output" output_ready
}

# All that was sent has come to the output, and was sent there or lost.
check_output()
{
	local key sum

	check_done "$sw" || return
	sum=${J[$SPAN/outputs/o0/stats/packets]}
	for key in "${!J[@]}"; do
		[[ $key != "$SPAN/outputs/o0/stats/drops/"* ]] || sum=$((sum + J[$key]))
	done
	check_eq "what the output sent or lost" "$sum" "$SENT"
}

# output_goes QDISC...: some frames are in its qdisc, others in the span's queue.
output_goes()
{
	local i

	begin
	read_span && source_add "$sw" p1 rx snaplen headers &&
		output_add "$sw" "$SPAN" dev o0 && box_add && cable_add || return
	for ((i = 0; i < ROUNDS; i++)); do
		out_add "$@" && send_datagrams && check_output && hold || return
		send_tcp
		copied "$sw"
		ip -n "$sw" link del o0
		late "$sw"
		let_go
		check_output || return
	done
	check_late "$ROUNDS"
}

# lost NETNS: what the span has lost, in REPLY; not asked for where it would have to wait
# for who changes the span
lost()
{
	REPLY=$(ip netns exec "$1" sed -n "s/^ *$SPAN://p" /proc/net/dev)
	read -r _ _ _ REPLY _ <<<"$REPLY"
}

# closed_or_over NETNS PID: the span takes no more copies, as a frame more shows, or the
# command has ended
closed_or_over()
{
	state_is "$2" Z || [ ! -d "/proc/$2" ] && return
	FRAMES=1 send_datagrams
	lost "$1" && [ "${REPLY:-0}" -gt "$LOST" ]
}

# held_up NETNS COMMAND...: it closes the span there, and has to wait for its threads
held_up()
{
	local pid

	lost "$1"
	LOST=$REPLY
	"${@:2}" &
	pid=$!
	check_wait "'${*:2}' waits" closed_or_over "$1" "$pid"
	let_go
	wait "$pid" || fail "'${*:2}' fails"
}

# moved FROM TO KIND: copies are in the queue, and more are made all the time
moved()
{
	hold || return
	"send_$3"
	copied "$sw"
	background sender send eth0 ns="$box" vnet=1 gso=1448 len=14534 count=1000000 \
		rate=100 end=0
	# Not as urgent as we may be just now: the only CPU would do nothing else.
	chrt -o -p 0 "${READER_PID[sender]}"
	late "$sw"
	held_up "$1" ip -n "$1" link set "$SPAN" netns "$2"
	ip -n "$2" link set "$SPAN" up
	stop sender
	SENT=$((SENT + 10 * ${KV[sent]:-0}))
	check_done "$sw"
}

# Its tap is open all the time: who has it keeps it, wherever the span goes.
span_moves()
{
	local i tap

	begin
	lazy_span && source_add "$sw" p1 rx && box_add && cable_add &&
		tap_path "$sw" "$SPAN" || return
	exec {tap}<>"$REPLY"
	for ((i = 0; i < ROUNDS && RET == 0; i++)); do
		moved "$sw" "$mon" "$1" && moved "$mon" "$sw" "$1"
	done
	exec {tap}>&-
	check_late $((2 * ROUNDS))
}

# tapped: a span with frames in its tap's ring, and in its queue; TAP is open
tapped()
{
	begin
	defer ip -n "$sw" link del "$SPAN"
	check_ok "span" ip -n "$sw" link add "$SPAN" up txqueuelen 20000 type vspan &&
		threads "$sw" && check_vspan "$sw" add p1 rx && tap_path "$sw" "$SPAN" || return
	exec {TAP}<>"$REPLY"
	send_tcp
	check_done "$sw"
	check_eq "frames in the ring" "${J[$SPAN/stats/packets]}" "$SENT"
	hold || return
	send_vxlan
	copied "$sw"
}

# It goes as it is, and what it lost of its queue nobody can tell; but what is read is
# what it had delivered before, and some of the others at most.
end_open()
{
	LEAST=${J[$SPAN/stats/packets]}
	held_up "$sw" ip -n "$sw" link del "$SPAN"
	MOST=$SENT
}

# It loses its queue first, and tells of it.
end_down()
{
	held_up "$sw" ip -n "$sw" link set "$SPAN" down
	check_done "$sw"
	LEAST=${J[$SPAN/stats/packets]}
	MOST=$LEAST
	check_ok "delete" ip -n "$sw" link del "$SPAN"
}

# What was delivered can be read, to the last frame, though the span is no more.
span_goes_before_its_reader()
{
	local i out n

	box_add && cable_add || return
	for ((i = 0; i < ROUNDS; i++)); do
		tapped || return
		"end_$1"
		out=$(dd bs=65536 iflag=nonblock <&"$TAP" 2>&1 >/dev/null)
		exec {TAP}>&-
		[[ $out =~ 0\+([0-9]+)\ records\ in ]] || fail "cannot be read" "$out"
		n=${BASH_REMATCH[1]:-0}
		((n >= LEAST && n <= MOST)) || fail "$n frames read of $LEAST to $MOST"
		echo "# $SENT copies, $n of them read when the span was gone"
	done
}

tests_run
