#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: guest.sh JOB: runs in the VM, started by init.c: mounts what a command
# expects, runs it and hands output and exit code to run.sh or uml-run.sh on the
# host. JOB, written by these, sets REL SYSROOT TOP OUTDIR COMMAND.
set -u

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8 LC_ALL=C.UTF-8 TERM=dumb SHELL=/bin/bash

# shellcheck disable=SC1090
. "$1"

mount_all()
{
	mount -t proc proc /proc
	mount -t sysfs sys /sys
	mkdir -p /dev/pts /dev/shm
	mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
	mount -t tmpfs shm /dev/shm
	mount -t tmpfs -o mode=0755 run /run
	mkdir -p /run/lock /run/netns
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	mount -t bpf bpf /sys/fs/bpf 2>/dev/null
	ln -sfn /proc/self/fd /dev/fd
	ln -sfn fd/0 /dev/stdin
	ln -sfn fd/1 /dev/stdout
	ln -sfn fd/2 /dev/stderr
	mkdir -p "/lib/modules/$REL"
	mount --bind "$SYSROOT/lib/modules/$REL" "/lib/modules/$REL"
	mount_outdir
}

# hostfs takes its directory as the whole data of mount(2). With the new system calls,
# which mount(8) uses from util-linux 2.39 on, it is an option with a name.
mount_outdir()
{
	if [ "${VM_ROOT:-9p}" = hostfs ]; then
		LIBMOUNT_FORCE_MOUNT2=always mount -t hostfs -o "$OUTDIR" outdir "$OUTDIR"
	else
		mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=mmap \
			outdir "$OUTDIR"
	fi
}

# A kernel with built-in tunnels makes seven tunnel devices in each netns.
few_devices()
{
	local knob=/proc/sys/net/core/fb_tunnels_only_for_init_net

	[ ! -w "$knob" ] || echo 1 >"$knob"
}

# KCSAN does not look for races until it is enabled.
look_for_races()
{
	local knob=/sys/kernel/debug/kcsan

	[ ! -e "$knob" ] || echo on >"$knob"
}

# Print how many checks it has made, and its findings
say_races()
{
	local knob=/sys/kernel/debug/kcsan

	[ ! -e "$knob" ] || grep -E '^(setup_watchpoints|data_races)' "$knob" >/dev/kmsg
}

# Nodes that load their driver when opened; elsewhere systemd makes them.
static_nodes()
{
	mkdir -p /dev/net
	[ -c /dev/net/tun ] || mknod -m 666 /dev/net/tun c 10 200
	[ -c /dev/vhost-net ] || mknod -m 600 /dev/vhost-net c 10 238
}

# There is no udev to give the ports their names. User-mode Linux has serial lines.
port()
{
	local file name

	case ${VM_ROOT:-9p},$1 in
	hostfs,stdio) echo ttyS0; return ;;
	hostfs,status) echo ttyS1; return ;;
	esac
	for file in /sys/class/virtio-ports/*/name; do
		read -r name <"$file"
		[ "$name" != "$1" ] || basename "$(dirname "$file")"
	done
}

# A port can be opened only once, and a command may open its /dev/stdout anew: a
# pipe stands between. A daemon that keeps the pipe open must not keep the VM up.
run_command()
{
	local copier rc i

	exec 3> >(exec cat >"/dev/$PORT")
	copier=$!
	(cd "$TOP" && exec "${COMMAND[@]}") </dev/null >&3 2>&3 3>&-
	rc=$?
	exec 3>&-
	for ((i = 0; i < 30; i++)); do
		kill -0 "$copier" 2>/dev/null || break
		sleep 0.1
	done
	return "$rc"
}

mount_all
touch "$OUTDIR/begun"
few_devices
look_for_races
static_nodes
hostname vspan-vm
ip link set lo up
PORT=$(port stdio)
STATUS=$(port status)
# A line ends as the command ends it.
[[ $PORT != ttyS* ]] || { stty -F "/dev/$PORT" raw; stty -F "/dev/$STATUS" raw; }
run_command
rc=$?
say_races
echo "exit=$rc" >"/dev/$STATUS"
