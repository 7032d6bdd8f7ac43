#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspanctl capture: a program on a span of its own gets each frame once. The span is
# deleted with it, however the program ends, and nothing else is.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"counts_and_ends"
	"both_ports_of_a_bridge"
	"options_hold_for_all"
	"exit_status_is_the_program_s"
	"signals_are_passed_on"
	"what_is_ignored_stays_ignored"
	"reader_of_its_output_ends"
	"killed"
	"killed_after_a_move"
	"no_program"
	"no_device"
	"device_with_a_long_name"
	"name_is_taken"
	"no_span_is_left_by_a_refusal"
	"two_at_a_time"
	"not_saved_and_not_touched"
	"not_touched_elsewhere"
	"owned_once"
	"in_a_hurry"
	"ended_as_it_starts"
	"ignored_signals_stay_so"
	"number_is_another_s"
	"ended_as_it_begins"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	require_command tcpdump || return
	DIR=$(mktemp -d) && defer rm -rf "$DIR" || return
	topo_cable
}

# capture SPAN WORDS...: in the background, until its program reads
capture()
{
	local span=$1

	shift
	"$VSPANCTL" -n "$sw" capture "$@" >"$DIR/out" 2>"$DIR/err" &
	CAPTURE=$!
	defer kill_quietly "$CAPTURE"
	busywait json_is "$sw" "$span/reader" true "$span/idle" false && return
	fail "capture $*" "$(<"$DIR/err")"
	return 1
}

# ended STATUS: the capture has
ended()
{
	local rc=0

	wait "$CAPTURE" || rc=$?
	check_eq "exit status" "$rc" "$1"
	no_spans
}

no_spans()
{
	json "$sw" show
	check_eq "spans" "${!J[*]}" ""
}

has_no_span()
{
	json "$sw" show && [ ${#J[@]} -eq 0 ]
}

# frames FILE: print their number
frames()
{
	tcpdump --count -nr "$1" 2>/dev/null | sed 's/ packets*//'
}

counts_and_ends()
{
	capture cap0 eth0 -- -n -c 60 -w "$DIR/pcap" || return
	json "$sw" show cap0
	check_j cap0/owned true
	flows "both ways" send eth0 ns="$sw" id=1 count=30 end=0 \
		send eth0 ns="$p2" id=2 count=30 end=0
	ended 0
	check_eq "frames" "$(frames "$DIR/pcap")" 60
}

# A frame that one port receives and another transmits is captured once.
both_ports_of_a_bridge()
{
	ip -n "$sw" link add br0 up type bridge mcast_snooping 0 && defer ip -n "$sw" link del br0
	ip -n "$sw" link set eth0 master br0
	ip -n "$sw" link add eth1 up type veth peer name far1 netns "$p2" && defer ip -n "$sw" link del eth1
	ip -n "$p2" link set far1 up
	ip -n "$sw" link set eth1 master br0
	wait_up "$sw" eth1 && wait_up "$p2" far1 || return
	capture cap0 eth0 eth1 -- -n -c 41 -w "$DIR/pcap" ether src 02:00:00:00:00:99 || return
	flows "through" send eth0 ns="$p2" src=02:00:00:00:00:99 dst=ff:ff:ff:ff:ff:ff count=40 \
		recv far1 ns="$p2" src=02:00:00:00:00:99 dst=ff:ff:ff:ff:ff:ff count=40 others=ok
	# what tells that no other came in between
	flows "last" send eth0 ns="$p2" id=7 src=02:00:00:00:00:99 dst=ff:ff:ff:ff:ff:ff count=1 end=0
	wait "$CAPTURE"
	stats "$sw"
	check_eq "frames" "$(frames "$DIR/pcap")" 41
	no_spans
}

options_hold_for_all()
{
	ip -n "$sw" link add d0 up type dummy && defer ip -n "$sw" link del d0
	capture mine eth0 d0 tx vlan 5 to mine frames asis qlen 77 -- -n -c 20 -w "$DIR/pcap" || return
	json "$sw" show mine
	check_j mine/frames asis
	check_j mine/qlen 77
	check_j mine/sources/eth0/vlan 5
	check_j mine/sources/d0/vlan 5
	check_j mine/sources/d0/dir/0 tx
	flows "each" send d0 ns="$sw" vlan=5 count=10 end=0 send d0 ns="$sw" vlan=6 count=10 end=0 \
		send eth0 ns="$sw" vlan=5 count=10 end=0
	ended 0
	check_eq "frames" "$(frames "$DIR/pcap")" 20
}

# program STATEMENTS...: a script that is given -i SPAN and what else is said
program()
{
	printf '%s\n' '#!/bin/bash' "$@" >"$DIR/program" && chmod +x "$DIR/program"
}

exit_status_is_the_program_s()
{
	local rc=0 out

	program 'echo "$@"' 'exit 7'
	out=$(vspan "$sw" capture eth0 rx with "$DIR/program" -- a "b c") || rc=$?
	check_eq "exit status" "$rc" 7
	check_eq "its words" "$out" "-i cap0 a b c"
	program 'kill -9 $$'
	rc=0
	vspan "$sw" capture eth0 with "$DIR/program" || rc=$?
	check_eq "exit status" "$rc" 137
	no_spans
}

signals_are_passed_on()
{
	local signal

	for signal in TERM HUP INT QUIT; do
		program "trap 'echo got $signal; exit 3' $signal" "echo ready" \
			'while :; do read -rt 1 <> <(:) || :; done'
		# of what is in the background bash has INT and QUIT ignored
		env --default-signal="$signal" "$VSPANCTL" -n "$sw" capture eth0 \
			with "$DIR/program" >"$DIR/out" 2>&1 &
		CAPTURE=$!
		check_wait "the program" grep -q ready "$DIR/out" || return
		kill -"$signal" "$CAPTURE"
		ended 3
		check_eq "what it was told" "$(tail -n 1 "$DIR/out")" "got $signal"
		rm -f "$DIR/out"
	done
}

# With SIGHUP ignored, as by nohup, a hangup ends neither the tool nor the program.
what_is_ignored_stays_ignored()
{
	program "trap 'echo got HUP; exit 3' HUP" "trap 'exit 4' TERM" "echo ready" \
		'while :; do read -rt 1 <> <(:) || :; done'
	env --ignore-signal=HUP "$VSPANCTL" -n "$sw" capture eth0 \
		with "$DIR/program" >"$DIR/out" 2>&1 &
	CAPTURE=$!
	check_wait "the program" grep -q ready "$DIR/out" || return
	kill -HUP "$CAPTURE"
	kill -TERM "$CAPTURE"
	ended 4
	check_eq "what it was told" "$(<"$DIR/out")" ready
}

# As when a connection of ssh ends: tcpdump would notice only with the next frame.
reader_of_its_output_ends()
{
	local fd

	mkfifo "$DIR/pipe" || return
	"$VSPANCTL" -n "$sw" capture eth0 -- -U -w - 2>"$DIR/err" >"$DIR/pipe" &
	CAPTURE=$!
	defer kill_quietly "$CAPTURE"
	exec {fd}<"$DIR/pipe"
	# the head of the file: by then tcpdump has set what it does at a signal
	check_eq "bytes" "$(head -c 24 <&"$fd" | wc -c)" 24
	exec {fd}<&-
	ended 0
}

# After SIGKILL no process can delete the span; the kernel deletes it, with its source.
killed()
{
	local ifindex

	capture cap0 eth0 -- -n -w "$DIR/pcap" || return
	link_ifindex "$sw" cap0
	ifindex=$REPLY
	kill -9 "$CAPTURE"
	wait "$CAPTURE" 2>/dev/null
	check_wait "the span goes" has_no_span
	check_wait "its device goes" gone "$sw" cap0
	check_eq "sources" "$(vspan "$sw" -j show)" "[]"
}

gone()
{
	! ip -n "$1" link show dev "$2" >/dev/null 2>&1
}

no_device()
{
	check_refused "$sw" 1 "capture: no device is named nodev0; list them with: ip link" \
		capture eth0 nodev0
	no_spans
}

# An alternative name is a name, and longer than others may be.
device_with_a_long_name()
{
	local long=the-first-port-of-the-switch

	ip -n "$sw" link property add dev eth0 altname "$long" || { fail "no name"; return; }
	defer ip -n "$sw" link property del dev eth0 altname "$long"
	capture cap0 "$long" rx -- -n -c 10 -w "$DIR/pcap" || return
	flows "in" send eth0 ns="$p2" count=10 end=0
	ended 0
	check_eq "frames" "$(frames "$DIR/pcap")" 10
	check_refused "$sw" 1 "capture: no device is named $long-2; list them with: ip link" \
		capture "$long-2"
	no_spans
}

# A capture whose span is moved to p2. tcpdump would end for that, this program does not.
moved()
{
	program "echo \$\$ >$DIR/pid.new && mv $DIR/pid.new $DIR/pid" \
		'while :; do read -rt 1 <> <(:) || :; done'
	"$VSPANCTL" -n "$sw" capture eth0 with "$DIR/program" &
	CAPTURE=$!
	defer kill_quietly "$CAPTURE"
	check_wait "the program" test -e "$DIR/pid" || return
	defer kill_quietly "$(<"$DIR/pid")"
	rm "$DIR/pid"
	ip -n "$sw" link set cap0 netns "$p2" || fail "no move"
}

killed_after_a_move()
{
	moved || return
	kill -9 "$CAPTURE"
	wait "$CAPTURE" 2>/dev/null
	check_wait "no source is left" has_no_span
	check_wait "the device is gone there" gone "$p2" cap0
}

no_program()
{
	local rc=0

	"$VSPANCTL" -n "$sw" capture eth0 with "$DIR/nothing" 2>"$DIR/err" || rc=$?
	check_eq "exit status" "$rc" 1
	check_eq "sentence" "$(<"$DIR/err")" \
		"vspanctl: capture: run $DIR/nothing, which \"with PROGRAM\" names: No such file or directory"
	no_spans
}

name_is_taken()
{
	check_refused "$sw" 1 "a device named eth0 exists; choose another name" \
		capture eth0 to eth0
	no_spans
}

# The second source fails.
no_span_is_left_by_a_refusal()
{
	check_refused "$sw" 1 "" capture eth0 lo
	no_spans
}

two_at_a_time()
{
	local first

	capture cap0 eth0 rx -- -n -c 10 -w "$DIR/pcap" || return
	first=$CAPTURE
	capture cap1 eth0 rx -- -n -c 20 -w "$DIR/pcap1" || return
	flows "in" send eth0 ns="$p2" count=10 end=0
	wait "$first" || fail "the first: $?"
	check_wait "the first's span goes" gone "$sw" cap0
	flows "in" send eth0 ns="$p2" count=10 end=0
	ended 0
	check_eq "frames" "$(frames "$DIR/pcap") $(frames "$DIR/pcap1")" "10 20"
}

not_saved_and_not_touched()
{
	local before

	span_add "$sw" span0 && source_add "$sw" eth0 || return
	before=$(vspan "$sw" save -)
	capture cap0 eth0 -- -n -c 10 -w "$DIR/pcap" || return
	check_eq "saved" "$(vspan "$sw" save -)" "$before"
	check_ok "restore" vspan "$sw" restore - <<<"$before"
	json "$sw" show
	check_j cap0/sources/eth0/state active
	flows "in" send eth0 ns="$p2" count=10 end=0
	wait "$CAPTURE" || fail "capture: $?"
	check_eq "frames" "$(frames "$DIR/pcap")" 10
	json "$sw" show
	check_j span0/sources/eth0/state active
}

# Nor where it was moved to, if the file names it there.
not_touched_elsewhere()
{
	moved || return
	check_refused "$sw" 1 "a device named cap0 exists there" \
		restore - <<<"span add cap0 netns $p2 qlen 55"
	json "$p2" span show cap0
	check_j cap0/qlen 4096
	check_j cap0/owned true
	kill "$CAPTURE"
	wait "$CAPTURE" 2>/dev/null
	check_wait "the device is gone there" gone "$p2" cap0
}

# A second socket is refused, the first may ask again; one that is open keeps the span.
owned_once()
{
	span_add "$sw" mine || return
	check_eq "twice by one, once by another" \
		"$(ip netns exec "$sw" "$PKT" own mine)" "0 0 16"
	check_wait "the span goes" has_no_span
}

# Many that are killed at any moment leave no span but one whose maker had no time to
# say whose it is.
in_a_hurry()
{
	local i

	for ((i = 0; i < 20; i++)); do
		"$VSPANCTL" -n "$sw" capture eth0 to "hurry$i" -- -n -w /dev/null >/dev/null 2>&1 &
		CAPTURE=$!
		busywait json_is "$sw" "hurry$i/owned" true || { fail "no span"; return; }
		((i % 2)) && nap
		kill -9 "$CAPTURE"
		wait "$CAPTURE" 2>/dev/null
	done
	check_wait "all spans go" has_no_span
}

is_vspanctl()
{
	[ "$(<"/proc/$1/comm")" == vspanctl ]
}

# Whatever it has come to: before the span is its own as well.
ended_as_it_starts()
{
	local i until

	program 'exit 0'
	# so that it waits for RTNL at each step
	while ip -n "$p2" link add busy0 type dummy && ip -n "$p2" link del busy0; do :; done &
	defer kill_quietly $!
	for ((i = 0; i < 30; i++)); do
		"$VSPANCTL" -n "$sw" capture eth0 to "start$i" with "$DIR/program" >/dev/null 2>&1 &
		CAPTURE=$!
		busywait is_vspanctl "$CAPTURE" || { fail "it does not start"; return; }
		until=$((${EPOCHREALTIME/[^0-9]/} + i * 500))
		while ((${EPOCHREALTIME/[^0-9]/} < until)); do :; done
		kill -TERM "$CAPTURE" 2>/dev/null
		wait "$CAPTURE" 2>/dev/null
	done
	check_wait "all spans go" has_no_span
}

# end_at_once PID DEVICE: a signal that can be held, as soon as the device is there
end_at_once()
{
	# shellcheck disable=SC2016	# for the inner one
	ip netns exec "$sw" bash -c 'until [ -d "/sys/class/net/$1" ]; do :; done; kill "$0"' \
		"$1" "$2"
}

# A signal that ends us waits until it is said whose the span is: none stays.
ended_as_it_begins()
{
	local i

	for ((i = 0; i < 40; i++)); do
		"$VSPANCTL" -n "$sw" capture eth0 to "begin$i" -- -n -w /dev/null >/dev/null 2>&1 &
		CAPTURE=$!
		defer kill_quietly "$CAPTURE"
		timeout 10 bash -c "$(declare -f end_at_once); sw=$sw end_at_once $CAPTURE begin$i" ||
			{ fail "no span"; return; }
		wait "$CAPTURE" 2>/dev/null
	done
	check_wait "all spans go" has_no_span
}

# ignored COMMAND...: is SIGHUP, by the program that it runs? 0 or 1 in REPLY
ignored()
{
	local mask

	read -r _ mask < <("$@" | grep SigIgn)
	REPLY=$((0x${mask:-0} & 1))
}

# Started by nohup.
ignored_signals_stay_so()
{
	program 'cat /proc/self/status'
	ignored vspan "$sw" capture eth0 with "$DIR/program"
	check_eq "SIGHUP is ignored" "$REPLY" 0
	trap '' HUP
	ignored vspan "$sw" capture eth0 with "$DIR/program"
	check_eq "SIGHUP is ignored with nohup" "$REPLY" 1
	trap - HUP
	no_spans
}

# The span was deleted, and another device has its ifindex; that device is not deleted.
number_is_another_s()
{
	# shellcheck disable=SC2016	# the program's
	program 'ifindex=$(ip -o link show dev $2)' 'ip link del $2' \
		'ip link add mine index ${ifindex%%:*} type dummy'
	check_vspan "$sw" capture eth0 with "$DIR/program"
	ip -n "$sw" link show dev mine >/dev/null || fail "a device of another is deleted"
	ip -n "$sw" link del mine
	no_spans
}

tests_run
