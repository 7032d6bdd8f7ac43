#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The monitor is a QEMU started by hand on the span's /dev/tapN: with and without
# vhost, with two queues, and frozen while production goes on.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"flows_spread_over_queues 2"
	"flows_spread_over_queues 4"
	"sockets_keep_to_a_queue"
	"short_copies_keep_to_a_queue"
	"qemu_reads_the_tap"
	"frozen_qemu_harms_nobody"
	"vhost_reads_two_queues"
)
FREEZE=${FREEZE:-30}	# seconds
RESUME=${RESUME:-1000}	# ms; more where QEMU itself is emulated
RING=1000

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/monitor.sh
. "$(dirname "$0")/lib/monitor.sh"

setup()
{
	topo_bridge && span_add "$sw" span0 || return 1
	ip -n "$sw" link set span0 txqueuelen "$RING"
	source_add "$sw" p1 && tap_path "$sw" span0 || return 1
	TAP=$REPLY
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
}

flows_spread_over_queues()
{
	check_ok "flows" "$PKT" queues "$TAP" ns="$p1" dev=eth0 queues="$1" flows=64 count=100
	stats "$sw" span0
	check_j span0/stats/drops/ring_full 0
}

# TAP QUEUES FRAMES: reads all queues; then tells of conversations how many there were, and
# how many came by more than one queue, and how many queues there were of use
READ_QUEUES='
import fcntl, os, select, sys
fds = [os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK) for _ in range(int(sys.argv[2]))]
want = int(sys.argv[3])
poll = select.poll()
for fd in fds:
    poll.register(fd, select.POLLIN)
print("ready", flush=True)
flows, got = {}, 0
while got < want:
    ready = poll.poll(20000)
    if not ready:
        break
    for fd, _ in ready:
        frame = os.read(fd, 4096)[10:]
        if frame[12:14] == bytes([8, 0]) and frame[23] == 17:
            got += 1
            flows.setdefault(frozenset((frame[34:36], frame[36:38])), set()).add(fd)
print("frames=%d flows=%d torn=%d queues=%d" % (got, len(flows),
      sum(len(q) > 1 for q in flows.values()), len(set().union(*flows.values()))))
'

# WAY OWN PEER FLOWS: as many connected sockets; ask 10 times each, or answer that often
TALK_UDP='
import socket, sys
way, own, peer, flows = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
socks = []
for i in range(flows):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((own, 5000 + i * (7 if way == "ask" else 3)))
    sock.connect((peer, 5000 + i * (3 if way == "ask" else 7)))
    sock.settimeout(20)
    socks.append(sock)
print("ready", flush=True)
for n in range(10):
    for sock in socks:
        if way == "ask":
            sock.send(b"ask")
        sock.recv(64)
        if way != "ask":
            sock.send(b"answer")
'

# A connected socket gives what it sends a hash of its own (sk_txhash), its peer another.
sockets_keep_to_a_queue()
{
	local dir

	dir=$(mktemp -d) && defer rm -rf "$dir"
	python3 -c "$READ_QUEUES" "$TAP" 4 1280 >"$dir/read" 2>&1 &
	busywait grep -q ready "$dir/read" || fail "no reader"
	ip netns exec "$p2" python3 -c "$TALK_UDP" answer 192.0.2.2 192.0.2.1 64 >"$dir/answer" 2>&1 &
	busywait grep -q ready "$dir/answer" || fail "nobody answers"
	check_ok "talk" ip netns exec "$p1" python3 -c "$TALK_UDP" ask 192.0.2.1 192.0.2.2 64
	wait
	check_eq "conversations" "$(tail -n 1 "$dir/read")" "frames=1280 flows=64 torn=0 queues=4"
}

# TAP QUEUES: the same of TCP, until there is a datagram
READ_STREAMS='
import os, select, sys
fds = [os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK) for _ in range(int(sys.argv[2]))]
poll = select.poll()
for fd in fds:
    poll.register(fd, select.POLLIN)
print("ready", flush=True)
flows, end = {}, False
while ready := poll.poll(200 if end else 20000):
    for fd, _ in ready:
        frame = os.read(fd, 4096)[10:]
        end = end or frame[23] == 17
        if frame[23] == 6:
            flows.setdefault(frozenset((frame[34:36], frame[36:38])), set()).add(fd)
print("flows=%d torn=%d queues=%d" % (len(flows), sum(len(q) > 1 for q in flows.values()),
      len(set().union(*flows.values()))))
'

# WAY FLOWS: as many streams, one after the other, of which each is half a megabyte
STREAMS='
import socket, sys
way, flows = sys.argv[1], int(sys.argv[2])
if way == "take":
    sock = socket.create_server(("192.0.2.2", 7000))
    print("ready", flush=True)
for i in range(flows):
    if way == "take":
        conn, _ = sock.accept()
        while conn.recv(1 << 16):
            pass
    else:
        conn = socket.create_connection(("192.0.2.2", 7000),
                                        source_address=("192.0.2.1", 8000 + 7 * i))
        conn.sendall(bytes(1 << 19))
        conn.shutdown(socket.SHUT_WR)
        conn.recv(1)
    conn.close()
if way == "send":
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"end", ("192.0.2.2", 9))
'

# Super-frames are cut behind the queue, answers at the hook. The rings have room for all
# frames: they come faster than they are read.
short_copies_keep_to_a_queue()
{
	local dir

	dir=$(mktemp -d) && defer rm -rf "$dir"
	ip -n "$sw" link set span0 txqueuelen 16384 &&
		defer ip -n "$sw" link set span0 txqueuelen "$RING"
	check_vspan "$sw" set p1 snaplen 128 && defer check_vspan "$sw" set p1 snaplen 0
	python3 -c "$READ_STREAMS" "$TAP" 4 >"$dir/read" 2>&1 &
	busywait grep -q ready "$dir/read" || fail "no reader"
	ip netns exec "$p2" python3 -c "$STREAMS" take 16 >"$dir/take" 2>&1 &
	busywait grep -q ready "$dir/take" || fail "nobody takes them"
	check_ok "streams" ip netns exec "$p1" python3 -c "$STREAMS" send 16
	wait
	check_eq "conversations" "$(tail -n 1 "$dir/read")" "flows=16 torn=0 queues=4"
	stats "$sw" span0
	check_j span0/stats/drops/ring_full 0
}

# qemu_start VCPUS NETDEV DEVICE: undone at the end of the test case. The taps are
# open already: NETDEV has the numbers of their descriptors.
qemu_start()
{
	local vcpus=$1 netdev=$2 device=$3

	: >"$DIR/tcpdump"
	monitor_cmdline
	qemu-system-x86_64 -M pc -accel tcg -smp "$vcpus" -m "$MONITOR_MB" -nodefaults \
		-no-user-config -no-reboot -display none -nic none \
		-kernel "$MONITOR_KERNEL" -initrd "$MONITOR_INITRAMFS" -append "$REPLY" \
		-serial "file:$DIR/console" -serial "file:$DIR/tcpdump" \
		-netdev "tap,id=span,$netdev" -device "virtio-net-pci,netdev=span,$device" \
		</dev/null >"$DIR/qemu.log" 2>&1 &
	QEMU=$!
	defer kill_quietly "$QEMU"
	monitor_ready "$DIR/tcpdump" "$DIR/console" || { fail "$(cat "$DIR/qemu.log")"; return 1; }
}

plain_qemu()
{
	local fd

	require_monitor qemu-system-x86_64 || return
	exec {fd}<>"$TAP"
	qemu_start 1 "fd=$fd,vhost=off" romfile=
	exec {fd}>&-
}

qemu_reads_the_tap()
{
	plain_qemu || return
	guest_sees 200 64
	guest_sees 100 1400
}

# counters of span0 to PACKETS and FULL; nothing else may have been lost
span_books()
{
	local key

	stats "$sw" span0
	PACKETS=${J[span0/stats/packets]:-0}
	FULL=${J[span0/stats/drops/ring_full]:-0}
	for key in "${!J[@]}"; do
		[[ $key != span0/stats/drops/* || $key == */ring_full || $key == */no_reader ]] ||
			check_eq "$key" "${J[$key]}" 0
	done
}

ring_is_full()
{
	json "$sw" -s show span0 && ((${J[span0/stats/drops/ring_full]:-0} > FULL))
}

available_kb()
{
	REPLY=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
}

# It has room for more than it had taken.
ring_takes_again()
{
	json "$sw" -s show span0 && ((${J[span0/stats/packets]:-0} > PACKETS))
}

guest_prints_again()
{
	[ "$(stat -c %s "$MONITOR_OUT")" -gt "$1" ]
}

# accounted COUNT: so many copies are either in the guest or counted as lost
accounted()
{
	span_books
	mapfile -t LINES < <(sed "1,/echo reply,.* length $FROM\$/d" "$MONITOR_OUT")
	((${#LINES[@]} + FULL - FULL_BEFORE == $1))
}

ms_now()
{
	REPLY=$((${EPOCHREALTIME/[^0-9]/} / 1000))
}

# QEMU stands still, and the ring of its tap is full.
stop_qemu()
{
	kill -STOP "$QEMU"
	span_books
	check_wait "the ring is full" ring_is_full && span_books
}

# freeze: for so long, while p1 talks with p2. What memory is used when the ring has
# filled up is all that is used.
freeze()
{
	local full_kb early lost_kb grown_kb

	talk_start 1400 && stop_qemu || return
	available_kb
	full_kb=$REPLY
	early=$FULL
	sleep "$FREEZE"
	available_kb
	span_books
	lost_kb=$(((FULL - early) * 1400 / 1024))
	grown_kb=$((full_kb - REPLY))
	echo "# frozen for $FREEZE s: $((FULL - early)) copies ($lost_kb KB) lost while" \
		"the ring was full; memory in use grew by $grown_kb KB"
	((grown_kb < lost_kb / 4)) || fail "memory in use grew with what was lost"
}

# How long after SIGCONT the full ring takes frames again, since QEMU reads, in
# RESUMED. (When the guest prints the first says more about an emulated guest.)
continue_qemu()
{
	local size begin

	size=$(stat -c %s "$MONITOR_OUT")
	ms_now
	begin=$REPLY
	kill -CONT "$QEMU"
	check_wait "the ring takes frames again" ring_takes_again || return
	ms_now
	RESUMED=$((REPLY - begin))
	check_wait "the guest prints again" guest_prints_again "$size" || return
	ms_now
	echo "# delivery resumed $RESUMED ms after SIGCONT; the guest printed after" \
		"$((REPLY - begin)) ms"
}

# Within RESUME. A busy host can only lengthen that: the shortest of five counts.
thaw()
{
	local i

	for i in 1 2 3 4 5; do
		[ "$i" -eq 1 ] || stop_qemu || return
		continue_qemu || return
		((RESUMED >= RESUME)) || return 0
	done
	fail "delivery took longer than $RESUME ms to resume"
}

# Not one copy is missing in the sum of what the guest has got and what was counted.
frozen_qemu_harms_nobody()
{
	local copies

	plain_qemu && mark || return
	FROM=$REPLY
	span_books
	FULL_BEFORE=$FULL
	freeze && thaw
	talk_stop
	copies=$((2 * TALKED))
	check_wait "all copies are accounted for" accounted "$copies"
	echo "# of $copies copies the guest got ${#LINES[@]}, ring_full rose by $((FULL - FULL_BEFORE))"
	check_eq "copies" $((${#LINES[@]} + FULL - FULL_BEFORE)) "$copies"
	((FULL > FULL_BEFORE && ${#LINES[@]} >= RING)) || fail "the ring was never full"
	guest_sees 100 64
}

vhost_threads()
{
	cat "/proc/$QEMU/task/"*/comm | grep -c '^vhost-'
}

vhost_reads_two_queues()
{
	local one two

	require_monitor qemu-system-x86_64 || return
	[ -c /dev/vhost-net ] || { skip "no /dev/vhost-net"; return; }
	exec {one}<>"$TAP" {two}<>"$TAP"
	qemu_start 2 "fds=$one:$two,vhost=on" romfile=,mq=on,vectors=6
	exec {one}>&- {two}>&-
	check_eq "vhost threads" "$(vhost_threads)" 2
	guest_sees 200 64
	guest_sees 100 1400
}

tests_run
