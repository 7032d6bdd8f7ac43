#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The part of the demo that runs in the VM: two hosts on a bridge, and a monitor VM
# that sees what they say to each other. PATH_ADD has vspanctl and tapfd;
# MONITOR_KERNEL is user-mode Linux, for another QEMU in here would take minutes.
set -eu

PATH=$PATH_ADD:$PATH
OUT=/run/demo
PINGS=3

title()
{
	printf '\n== %s\n' "$*"
}

# Shown as typed, then done.
show()
{
	echo "# $*"
	"$@" | sed 's/^/    /'
}

# One host: a netns with a cable to the bridge, standing for a VM's vnet device.
# Its neighbour is known beforehand, so that only the pings are on the wire.
#
#   netns h1                                          netns h2
# +-----------+     +--------------------------+    +-----------+
# | 192.0.2.1 +-----+ vnet1 --- br0 --- vnet2  +----+ 192.0.2.2 |
# +-----------+     +-----------|--------------+    +-----------+
#                             span0 (/dev/tapN): the monitor VM
add_host()
{
	local host=h$1 port=vnet$1 peer=$((3 - $1))

	ip netns add "$host"
	ip link add "$port" type veth peer name eth0 address "02:00:00:00:00:0$1" \
		netns "$host"
	ip link set "$port" master br0 up
	ip netns exec "$host" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n "$host" addr add "192.0.2.$1/24" dev eth0
	ip -n "$host" link set eth0 up
	ip -n "$host" neigh add "192.0.2.$peer" lladdr "02:00:00:00:00:0$peer" dev eth0
}

build_network()
{
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip link add br0 up type bridge mcast_snooping 0
	add_host 1
	add_host 2
	wait_for forwarding
	cat <<-EOT
	    host h1 192.0.2.1 -- vnet1 -- br0 -- vnet2 -- host h2 192.0.2.2
	EOT
}

forwarding()
{
	[ "$(bridge link show | grep -c 'state forwarding')" -eq 2 ]
}

wait_for()
{
	local i

	for ((i = 0; i < 300; i++)); do
		"$@" && return
		sleep 0.2
	done
	echo "demo: waited in vain for: $*" >&2
	return 1
}

# A machine with a kernel of its own and one NIC, where tcpdump is all that runs: what
# that prints comes out of its serial line, to a file.
boot_monitor()
{
	local node

	node=/dev/tap$(cat /sys/class/net/span0/ifindex)
	wait_for test -c "$node"
	echo "# user-mode Linux, its NIC on $node      (a VM, as QEMU's would be)"
	setsid tapfd "$node" "$MONITOR_KERNEL" mem=96M "initrd=$MONITOR_INITRAMFS" \
		root=none console=tty0 con0=null,fd:1 con=null ssl0=null,fd:4 ssl=null \
		vec0:transport=fd,fd=3,vec=0 VM_ROOT=none \
		-- /monitor vec0 /dev/ttyS0 -Z root -n -t -l -Q in \
		</dev/null >"$OUT/monitor.log" 2>&1 4>"$OUT/monitor" &
}

# What arrives on span0 is seen twice: by the monitor VM, and by a sniffer here.
start_monitors()
{
	boot_monitor
	echo "# tcpdump -i span0      (on this host, beside it)"
	tcpdump -Z root -U -n -i span0 -w "$OUT/span.pcap" 2>"$OUT/tcpdump.err" &
	wait_for grep -q 'listening on' "$OUT/tcpdump.err"
	wait_for grep -q 'listening on' "$OUT/monitor" || { cat "$OUT/monitor.log"; return 1; }
	grep -o 'Linux version [0-9.]*' "$OUT/monitor.log" | sed 's/^/    the monitor VM runs /'
}

# What the monitor VM's tcpdump has printed of frames
monitor_lines()
{
	sed '1,/^listening on/d' "$OUT/monitor"
}

count()
{
	tcpdump -n -r "$1" 2>/dev/null | wc -l
}

# vnet1's own counters: what passed it in either direction
passed()
{
	local stats=/sys/class/net/vnet1/statistics

	echo $(($(cat $stats/rx_packets) + $(cat $stats/tx_packets)))
}

all_seen()
{
	[ "$(monitor_lines | wc -l)" -ge $((2 * PINGS)) ] &&
		[ "$(count "$OUT/span.pcap")" -ge $((2 * PINGS)) ]
}

send_traffic()
{
	echo "# ip netns exec h1 ping -c $PINGS 192.0.2.2"
	ip netns exec h1 ping -n -q -c "$PINGS" -i 0.2 192.0.2.2 |
		sed -n '/transmitted/s/^/    /p'
}

on_your_host()
{
	cat <<-EOT

	== The same on a real host
	    make && sudo make install        the module for its kernel, and the tool
	    modprobe vspan
	    vspanctl add eth0 rx,tx          mirror eth0; span0 is made
	    vspanctl add 'vnet*'             and every VM that libvirt starts
	    tcpdump -i span0                 watch it here,
	    vspanctl xml span0               or give it to a VM: virsh attach-device
	    vspanctl save                    have it back after a reboot
	    vspanctl -s show                 what was copied, what was not, and why
	EOT
}

main()
{
	local before sent vm span

	mkdir -p "$OUT"
	title "Two hosts on a bridge ($(uname -r))"
	build_network
	title "A SPAN port that copies what passes vnet1"
	echo "# insmod vspan.ko"
	modprobe -a tap psample bridge
	insmod "$VSPAN_KO"
	show vspanctl add vnet1 rx,tx
	show vspanctl show
	title "The monitor"
	start_monitors
	title "Traffic: h1 pings h2"
	before=$(passed)
	send_traffic
	wait_for all_seen
	sent=$(($(passed) - before))
	title "What tcpdump in the monitor VM printed"
	monitor_lines | sed 's/, length.*//; s/^/    /'
	title "Counters"
	show vspanctl -s show
	vm=$(monitor_lines | wc -l)
	span=$(count "$OUT/span.pcap")
	title "Result: $sent frames passed vnet1; the monitor VM got $vm, the sniffer $span"
	[ "$vm" -eq "$sent" ] && [ "$span" -eq "$sent" ]
	on_your_host
}

main "$@"
