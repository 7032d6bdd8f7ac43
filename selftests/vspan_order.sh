#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The copies of one flow stay in order, on whichever CPUs its frames are sent and
# received.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"what_is_answered_comes_first"
	"what_is_answered_comes_first cut=headers snaplen headers"
	"super_frames_come_before_short_answers"
	"what_others_say_does_not_wait"
	"straight_is_no_short_cut"
	"sender_on_every_cpu 0"
	"sender_on_every_cpu 1"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

FRAMES=${FRAMES:-5000}
MIXED=32	# frames of pkt mix

setup()
{
	setup_ns sw && span_add "$sw" span0 || return
	ip -n "$sw" link set span0 txqueuelen 30000
	ip -n "$sw" link add nic0 up type dummy
	ip -n "$sw" link add mark0 up type dummy && check_vspan "$sw" add mark0 tx
}

# mix DIGIT WORDS...: the frames of pkt mix are sent to one who answers on another CPU;
# leaves the exit code in RC, what was printed in OUT
mix()
{
	RC=0
	OUT=$("$PKT" mix tx=odd0 txns="$sw" answered="$ODD$1" to=span0 tons="$sw" \
		mark=mark0 markns="$sw" "${@:2}" 2>&1) || RC=$?
	parse_kv "${OUT##*$'\n'}"
	check_eq "copies" "${KV[got]:-$OUT}" $((2 * MIXED))
}

# Of each protocol, tagged or not: the frame, and then the answer, though the copy of
# the one waits for a CPU that does nothing else until the copy of the other is made.
what_is_answered_comes_first()
{
	require_cpus 2 && odd_add "$sw" odd0 && source_add "$sw" odd0 rx,tx "${@:2}" || return
	mix 4 ${1:+"$1"}
	[ "$RC" -eq 0 ] || fail "order" "$OUT"
}

# A super-frame is cut in the span's context, its answer where it is copied: both behind
# the Ethernet header, where no address is left to tell that they belong together.
super_frames_come_before_short_answers()
{
	local want='' i

	require_cpus 2 && odd_add "$sw" odd0 &&
		source_add "$sw" odd0 rx,tx snaplen 14 &&
		reader monitor count span0 ns="$sw" id=99 hw=1 || return
	flows "super-frames" send odd0 ns="$sw" dst="${ODD}4" vnet=1 gso=1448 len=14534 \
		count=20 end=0 send mark0 ns="$sw" count=0 id=99
	check_finish monitor
	for ((i = 0; i < 20; i++)); do
		want+=,0:10,$((ODD_EPOCH + i)):1
	done
	check_eq "times, which only answers have" "${KV[hw]:-}" "${want#,}"
}

# Who has nothing to do with them is not kept waiting: that is what a queue for each CPU
# is for. Of the frames before it, his copy is ahead.
what_others_say_does_not_wait()
{
	require_cpus 2 && odd_add "$sw" odd0 && source_add "$sw" odd0 rx,tx || return
	mix 5
	check_eq "exit code, as it is out of order" "$RC" 1
}

# TAP FRAMES: reads so many; of those to 02:0d:d0:00:00:04 and from there, tells the order
QUESTIONS='
import os, select, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK)
poll = select.poll()
poll.register(fd, select.POLLIN)
print("ready", flush=True)
said = ""
for _ in range(int(sys.argv[2])):
    if not poll.poll(20000):
        break
    frame = os.read(fd, 4096)[10:]
    odd = bytes.fromhex("020dd0000004")
    said += "q" * (frame[:6] == odd) + "a" * (frame[6:12] == odd)
print(said)
'

# Who asks has softirqs off until he is answered, so that the copy of what he asked waits.
# On the CPU that answers, copies come one at a time, and need not wait: but for those
# of this conversation.
straight_is_no_short_cut()
{
	local out i want=''

	require_cpus 2 && require_command taskset && odd_add "$sw" odd0 &&
		span_add "$sw" span1 && source_add "$sw" odd0 rx,tx to span1 &&
		tap_path "$sw" span1 || return
	out=$(mktemp) && defer rm -f "$out"
	python3 -c "$QUESTIONS" "$REPLY" 160 >"$out" 2>&1 &
	busywait grep -q ready "$out" || fail "no reader"
	for ((i = 0; i < 20; i++)); do
		taskset -c 1 "$PKT" send odd0 ns="$sw" count=3 end=0 >/dev/null
		taskset -c 0 "$PKT" send odd0 ns="$sw" dst="${ODD}4" count=1 end=0 >/dev/null
		want+=qa
	done
	wait
	check_eq "questions and answers" "$(tail -n 1 "$out")" "$want"
}

# THREADED: copies of many frames wait, or of few.
sender_on_every_cpu()
{
	require_cpus 2 && source_add "$sw" nic0 tx || return
	ip netns exec "$sw" sh -c "echo $1 >/sys/class/net/span0/threaded" 2>/dev/null ||
		{ skip "no threaded NAPI"; return; }
	defer ip netns exec "$sw" sh -c 'echo 0 >/sys/class/net/span0/threaded'
	flows "frames" send nic0 ns="$sw" hop=1 count="$FRAMES" recv span0 ns="$sw" \
		count="$FRAMES"
}

tests_run
