#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Failed allocations: each allocation of a request fails in turn, and the request must be
# undone completely. Copies without memory are counted, and production gets all of its
# frames. For kernels with fault injection; kmemleak finds memory that is not freed.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"adding_a_span"
	"deleting_a_span"
	"source_add_by_name"
	"source_add_by_pattern"
	"source_add_by_master"
	"source_add_at_the_receive_slot"
	"source_add_that_takes_a_device_over"
	"source_add_of_many_devices"
	"source_del_with_an_heir"
	"source_set"
	"source_set_of_the_hook"
	"source_set_of_the_hook_of_many"
	"output_add_of_a_device"
	"output_add_of_a_group"
	"output_del"
	"dumps"
	"requests_while_somebody_listens"
	"no_memory_for_copies"
	"no_memory_for_short_copies"
	"no_memory_beside_a_socket_of_one_protocol"
	"no_memory_to_finish_checksums"
	"loading_the_module"
	"nothing_is_leaked"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/leak.sh
. "$(dirname "$0")/lib/leak.sh"

FAULT=/sys/kernel/debug/failslab
PAGES=/sys/kernel/debug/fail_page_alloc
HEADS=/sys/kernel/slab/skbuff_head_cache/failslab
SHORT=/sys/kernel/slab/skbuff_small_head/failslab

setup()
{
	fault_injection=no
	[ -w /proc/self/fail-nth ] || return 0
	[ -d "$FAULT" ] && [ -d "$PAGES" ] || return 0
	fault_injection=yes
	# Each failure leaves a stack in the log, if it may.
	echo 0 >"$FAULT/verbose" && echo 0 >"$PAGES/verbose" || return 1
	echo N >"$FAULT/ignore-gfp-wait" && echo N >"$PAGES/ignore-gfp-wait" || return 1
	echo 0 >"$PAGES/min-order"
	setup_ns sw p2 || return 1
	ip -n "$sw" -b - <<-EOT || return 1
		link add br0 type bridge mcast_snooping 0
		link set br0 up
		link add a1 type veth peer name b1
		link add a2 type veth peer name b2
		link add a3 type veth peer name b3
		link set a1 master br0
		link set a2 master br0
		link add d0 type dummy
	EOT
	span_add "$sw" span0
	clear_leaks
}

need_faults()
{
	[ "$fault_injection" == yes ] && return 0
	skip "this kernel has no fault injection (CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC)"
	return 1
}

# each_fails REQUEST WORDS...: some of its allocations must have been seen to fail
each_fails()
{
	local out

	need_faults || return
	out=$("$PKT" fault "$1" ns="$sw" "${@:2}" 2>&1) || { fail "pkt fault $*" "$out"; return; }
	echo "# $1: $out"
	parse_kv "$out"
	[ "${KV[refused]:-0}" -gt 0 ] || fail "$*: no failure has mattered: $out"
}

adding_a_span() { each_fails span-add span=span7; }

# A span is deleted even if there is no memory for the notification.
deleting_a_span()
{
	need_faults || return
	ip -n "$sw" link add span7 index 4711 up type vspan || return
	defer ip -n "$sw" link del span7
	each_fails span-del span=span7
}

source_add_by_name() { each_fails source-add name=a3; }
source_add_by_pattern() { each_fails source-add name='a*' kind=1; }
source_add_by_master() { each_fails source-add name=br0 kind=2; }
source_add_at_the_receive_slot() { each_fails source-add name=a3 hook=1; }

# A pattern has the device's receive slot; a name comes and has its tap.
source_add_that_takes_a_device_over()
{
	need_faults && source_add "$sw" 'a3*' rx hook rx-handler || return
	each_fails source-add name=a3
}

source_add_of_many_devices()
{
	need_faults || return
	source_add "$sw" 'b?' && source_add "$sw" a1 && each_fails source-add name='*' kind=1
}

# All of a source is freed at once; what has to be made for the next is another's.
source_del_with_an_heir()
{
	need_faults && source_add "$sw" 'a*' && source_add "$sw" a3 || return
	each_fails source-del name=a3
}

source_set()
{
	need_faults && source_add "$sw" a3 || return
	each_fails source-set name=a3
}

source_set_of_the_hook()
{
	need_faults && source_add "$sw" a3 || return
	each_fails source-set name=a3 hook=1
}

source_set_of_the_hook_of_many()
{
	need_faults && source_add "$sw" '[bd]*' || return
	each_fails source-set name='[bd]*' kind=1 hook=1
}

output_add_of_a_device() { each_fails output-add name=d0; }
output_add_of_a_group() { each_fails output-add name=77; }

output_del()
{
	need_faults && source_add "$sw" a3 && output_add "$sw" span0 dev d0 || return
	each_fails output-del name=d0
}

dumps()
{
	need_faults && source_add "$sw" 'a*' && source_add "$sw" d0 &&
		output_add "$sw" span0 psample 3 || return
	each_fails dump
}

# Who cannot be told is told that he missed something; it is done all the same.
requests_while_somebody_listens()
{
	local heard

	need_faults || return
	heard=$(mktemp) || return
	defer rm -f "$heard"
	"$VSPANCTL" -n "$sw" monitor >"$heard" 2>&1 &
	defer kill_quietly $!
	check_wait "monitor listens" heard_a_change "$heard" || return
	each_fails source-add name='a*' kind=1
	check_wait "monitor knows that it missed something" grep -q "events were lost" "$heard"
}

heard_a_change()
{
	vspan "$sw" span set span0 frames wire
	grep -q span0 "$1"
}

# --- the packet path ------------------------------------------------------

# p2's frames come in by in0 and leave by the tun out0, whose reader needs no memory.
production()
{
	ip -n "$sw" -b - <<-EOT || return 1
		link add br1 type bridge mcast_snooping 0
		link add in0 type veth peer name eth0 address 02:00:00:00:00:01 netns $p2
		tuntap add out0 mode tap
		link set in0 mtu 9000 master br1
		link set out0 mtu 9000 master br1
		link set in0 up
		link set out0 up
		link set br1 up
	EOT
	defer ip -n "$sw" link del in0
	defer ip -n "$sw" link del out0
	defer ip -n "$sw" link del br1
	ip -n "$p2" link set eth0 mtu 9000 up
	wait_up "$p2" eth0 && wait_up "$sw" in0
}

# One in five allocations of a cache fails, for all of the kernel.
faults_on()
{
	echo 1 >"$1" && echo 1 >"$FAULT/cache-filter" && echo -1 >"$FAULT/times" &&
		echo 0 >"$FAULT/interval" && echo 20 >"$FAULT/probability"
}

faults_off()
{
	echo 0 >"$FAULT/probability"
	echo 0 >"$FAULT/cache-filter"
	echo 0 >"$1"
}

# copies_fail CACHE OPTION...: each frame of production is copied, or counted
copies_fail()
{
	local cache=$1
	local -a long=()

	# What is longer than a page has some of it in pages, and is no clone when cut.
	[ "$cache" != "$SHORT" ] || long=(len=5000)
	[ -w "$cache" ] || { skip "this kernel's slab caches cannot fail one by one"; return; }
	production && span_add "$sw" span1 && source_add "$sw" in0 rx to span1 "${@:2}" || return
	tap_path "$sw" span1 && reader monitor count "$REPLY" end=0 timeout=0 || return
	reader production recv tun:out0 ns="$sw" count=5000 end=0 "${long[@]}" ||
		return
	check_wait "out0 forwards" ports_forward "$sw" 2
	defer faults_off "$cache"
	faults_on "$cache"
	background sender send eth0 ns="$p2" count=5000 rate=5000 end=0 "${long[@]}"
	finish sender
	faults_off "$cache"
	check_eq "sent" "${KV[sent]}" 5000
	check_finish production
	check_wait "all is counted" all_is_counted span1 5000
	stop monitor
	check_j span1/sources/in0/stats/drops/no_memory "${J[span1/stats/drops/no_memory]}"
	((J[span1/stats/drops/no_memory] > 0)) || fail "no allocation has failed"
	echo "# ${J[span1/stats/drops/no_memory]} of 5000 copies had no memory"
}

no_memory_for_copies()
{
	need_faults && copies_fail "$HEADS"
}

no_memory_for_short_copies()
{
	need_faults && copies_fail "$SHORT" snaplen 40
}

# faults_of CACHE PID...: every other allocation of a cache by these processes fails
faults_of()
{
	local pid

	defer faults_of_none "$1"
	for pid in "${@:2}"; do
		echo 1 >"/proc/$pid/make-it-fail" || return
	done
	echo 1 >"$FAULT/task-filter" && faults_on "$1" && echo 50 >"$FAULT/probability"
}

faults_of_none()
{
	faults_off "$1"
	echo 0 >"$FAULT/task-filter"
}

# span_threads NETNS SPAN: let threads, one for each CPU, be its context; in THREADS
span_threads()
{
	ip netns exec "$1" sh -c "echo 1 >/sys/class/net/$2/threaded" 2>/dev/null &&
		mapfile -t THREADS < <(pgrep "^napi/$2-") && [ ${#THREADS[@]} -gt 0 ]
}

# all_is_counted SPAN COUNT: each frame has been given to the tap, or lost
all_is_counted()
{
	stats "$sw" "$1"
	((J[$1/stats/packets] + J[$1/stats/drops/no_memory] == $2))
}

# Beside a socket of one protocol, the tap's reader has a clone; and misses what could
# not be cloned.
no_memory_beside_a_socket_of_one_protocol()
{
	need_faults && require_command pgrep && production && span_add "$sw" span1 &&
		source_add "$sw" in0 rx to span1 && tap_path "$sw" span1 || return
	reader tap count "$REPLY" end=0 timeout=0 &&
		reader socket recv span1 ns="$sw" bind=0x88b5 count=1000 end=0 timeout=0 || return
	span_threads "$sw" span1 || { fail "no thread of span1"; return; }
	faults_of "$HEADS" "${THREADS[@]}" || { fail "cannot make ${THREADS[*]} fail"; return; }
	flows "all" send eth0 ns="$p2" count=1000 end=0
	check_wait "all is counted" all_is_counted span1 1000
	faults_of_none "$HEADS"
	stop tap
	check_eq "the tap's reader" "${KV[frames]}" "${J[span1/stats/packets]}"
	stop socket
	check_eq "the socket" "${KV[got]}" 1000
	check_j span1/stats/drops/ring_full 0
	((J[span1/stats/drops/no_memory] > 0)) || fail "no allocation has failed"
	echo "# ${J[span1/stats/drops/no_memory]} of 1000 copies had no memory"
}

# what_is_left SPAN COUNT: each frame is delivered, or lost with its checksum undone
what_is_left()
{
	stats "$sw" "$1"
	((J[$1/stats/packets] + J[$1/stats/drops/checksum] == $2))
}

# As long as production, whose reader stands still, has a frame, its bytes are not for
# us to write to.
no_memory_to_finish_checksums()
{
	need_faults && require_command pgrep && production || return
	ip -n "$sw" link set out0 txqueuelen 2000
	ip -n "$p2" addr add 192.0.2.2/24 dev eth0
	ip -n "$p2" neigh add 192.0.2.1 lladdr 02:00:00:00:00:02 dev eth0
	span_add "$sw" span1 && source_add "$sw" in0 rx to span1 || return
	reader monitor count span1 ns="$sw" end=0 timeout=0 &&
		reader production count tun:out0 ns="$sw" vnet=1 offload=0x01 id=99 || return
	check_wait "out0 forwards" ports_forward "$sw" 2
	kill -STOP "${READER_PID[production]}"
	span_threads "$sw" span1 || { fail "no thread of span1"; return; }
	faults_of "$SHORT" "${THREADS[@]}" || { fail "cannot make ${THREADS[*]} fail"; return; }
	check_ok "datagrams" datagrams "$p2" 192.0.2.1 1000 18
	check_wait "all is counted" what_is_left span1 1000
	faults_of_none "$SHORT"
	kill -CONT "${READER_PID[production]}"
	flows "the last" send eth0 ns="$p2" count=0 id=99
	check_finish production
	check_eq "production" "frames=${KV[frames]} partial=${KV[partial]}" "frames=1000 partial=1000"
	stop monitor
	check_eq "monitor" "frames=${KV[frames]} badcsum=${KV[badcsum]} partial=${KV[partial]}" \
		"frames=${J[span1/stats/packets]} badcsum=0 partial=0"
	check_j span1/sources/in0/stats/rx/packets 1000
	((J[span1/stats/drops/checksum] > 0)) || fail "no allocation has failed"
	echo "# ${J[span1/stats/drops/checksum]} of 1000 checksums had no memory"
}

loading_the_module()
{
	local out

	need_faults && require_reload || return
	[ -n "${VSPAN_KO:-}" ] || { skip "VSPAN_KO names no module"; return; }
	check_ok "unload" rmmod vspan || return
	out=$("$PKT" fault module "$VSPAN_KO" 2>&1) || fail "pkt fault module" "$out"
	echo "# loading: $out"
	module_loaded || check_ok "load" module_load
}

nothing_is_leaked()
{
	need_faults && check_no_leak
}

tests_run
