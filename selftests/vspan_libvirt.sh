#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The monitor is a libvirt VM, defined with the output of vspanctl xml. Its tcpdump gets
# the copies, and it can be stopped, paused and killed at any time.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"libvirt_takes_the_snippet"
	"guest_sees_what_was_sent"
	"paused_and_resumed"
	"stopped_and_started"
	"killed_and_started"
)
TALK_GAP=${TALK_GAP:-0}	# seconds; one where QEMU itself is emulated, lest it only reads

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/monitor.sh
. "$(dirname "$0")/lib/monitor.sh"

setup()
{
	require_monitor qemu-system-x86_64 libvirtd virsh || bail "$WHY"
	topo_bridge && span_add "$sw" span0 && source_add "$sw" p1 || return 1
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
	tap_path "$sw" span0 && libvirt_start || return 1
	defer destroy_monitor
}

# The domain outlives its libvirtd.
destroy_monitor()
{
	! virsh_ domstate monitor 2>/dev/null | grep -q . || virsh_ destroy monitor >/dev/null 2>&1
}

# libvirtd and its QEMU are root, and alone: no other driver, daemon or cgroup
libvirt_conf()
{
	cat >"$DIR/libvirtd.conf" <<-EOT
		unix_sock_dir = "$DIR"
		auth_unix_rw = "none"
		log_outputs = "3:stderr"
	EOT
	cat >"$DIR/qemu.conf" <<-EOT
		user = "root"
		group = "root"
		dynamic_ownership = 0
		remember_owner = 0
		security_driver = "none"
		cgroup_controllers = []
		namespaces = []
		stdio_handler = "file"
	EOT
	# libvirtd wants to know them, though it is told to use others.
	{ cat /etc/passwd; echo "libvirt-qemu:x:64055:64055::/:/bin/false"; } >"$DIR/passwd"
	{ cat /etc/group; echo "libvirt-qemu:x:64055:"; } >"$DIR/group"
}

# In the span's netns, for it looks for the span there, and with all it keeps in
# a mount namespace of its own (which ip makes): the host's libvirt, if there is
# one, does not notice.
libvirt_start()
{
	libvirt_conf
	# shellcheck disable=SC2016
	ip netns exec "$sw" sh -c '
		for dir in /etc/libvirt /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
			mkdir -p "$dir" && mount -t tmpfs libvirt "$dir" || exit 1
		done
		cp "$1/qemu.conf" /etc/libvirt/ &&
			mount --bind "$1/passwd" /etc/passwd &&
			mount --bind "$1/group" /etc/group || exit 1
		exec libvirtd -f "$1/libvirtd.conf" -p "$1/libvirtd.pid"' sh "$DIR" \
		>"$DIR/libvirtd.log" 2>&1 &
	LIBVIRTD=$!
	defer kill_quietly "$LIBVIRTD"
	busywait virsh_ list && return 0
	fail "libvirtd does not answer" "$(tail -n 20 "$DIR/libvirtd.log")"
	return 1
}

virsh_()
{
	virsh -q -c "qemu+unix:///system?socket=$DIR/libvirt-sock" "$@"
}

check_virsh()
{
	check_ok "virsh $1" virsh_ "$@"
}

domain_xml()
{
	monitor_cmdline
	cat <<-EOT
		<domain type='qemu'>
		  <name>monitor</name>
		  <memory unit='MiB'>$MONITOR_MB</memory>
		  <os>
		    <type arch='x86_64' machine='pc'>hvm</type>
		    <kernel>$MONITOR_KERNEL</kernel>
		    <initrd>$MONITOR_INITRAMFS</initrd>
		    <cmdline>$REPLY</cmdline>
		  </os>
		  <devices>
		    <emulator>$(command -v qemu-system-x86_64)</emulator>
		    <serial type='file'><source path='$DIR/console'/></serial>
		    <serial type='file'><source path='$DIR/tcpdump'/><target port='1'/></serial>
		    <controller type='usb' model='none'/>
		    <memballoon model='none'/>
		    $(vspan "$sw" xml span0)
		  </devices>
		</domain>
	EOT
}

state_is()
{
	[ "$(virsh_ domstate monitor)" == "$1" ]
}

start_monitor()
{
	# what the last one has printed is not what is waited for
	rm -f "$DIR/tcpdump"
	check_virsh start monitor && monitor_ready "$DIR/tcpdump" "$DIR/console"
}

# Started once; the cases that stop it start it again.
need_monitor()
{
	state_is running || start_monitor
}

libvirt_takes_the_snippet()
{
	local xml

	domain_xml >"$DIR/monitor.xml"
	check_virsh define --validate "$DIR/monitor.xml" || return
	xml=$(virsh_ dumpxml monitor)
	[[ $xml == *"<target dev='span0' managed='no'/>"* ]] ||
		fail "libvirt has made something else of it" "$xml"
}

guest_sees_what_was_sent()
{
	need_monitor || return
	stats "$sw" span0
	check_j span0/stats/drops/ring_full 0
	guest_sees 300 64
	guest_sees 100 900
	stats "$sw" span0
	check_j span0/stats/drops/ring_full 0
	check_j span0/stats/drops/queue_full 0
}

# What comes while the VM is paused waits in the ring.
paused_and_resumed()
{
	local from

	need_monitor && mark || return
	from=$REPLY
	check_virsh suspend monitor || return
	state_is paused || fail "not paused"
	pings 200 64
	check_virsh resume monitor && mark || return
	between "$from" "$REPLY"
	check_pings 200 64
	guest_sees 100 64
	state_is running || fail "not running"
}

# without_monitor VERB...: it ends so while p1 talks with p2, and comes back
without_monitor()
{
	local before

	need_monitor && talk_start 64 "$TALK_GAP" || return
	check_ok "$1" "$@"
	check_wait "the VM is off" state_is "shut off"
	talk_stop
	json "$sw" show span0
	check_j span0/sources/p1/state active
	# what is sent is not looked at any more, what is received is
	wait_j "$sw" span0/idle true
	stats "$sw" span0
	before=${J[span0/stats/drops/no_reader]:-0}
	pings 50 64
	stats "$sw" span0
	check_j span0/stats/drops/no_reader $((before + 50))
	talk_start 64 "$TALK_GAP" && start_monitor
	talk_stop
	guest_sees 100 64
}

stopped_and_started()
{
	without_monitor virsh_ destroy monitor
}

# As the kernel does that is out of memory
kill_monitor()
{
	kill -KILL "$(cat "/proc/$LIBVIRTD/root/run/libvirt/qemu/monitor.pid")"
}

killed_and_started()
{
	without_monitor kill_monitor
}

tests_run
