# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Monitor VMs of the vspan selftests; sourced after topo.sh. Such a VM boots the kernel
# MONITOR_KERNEL with MONITOR_INITRAMFS (vm/initramfs.sh monitor), whose only program is
# tcpdump on the NIC. The output goes to the VM's second serial port, which is a file.
# Booting takes some 15 s in user-mode Linux.
# shellcheck disable=SC2034	# some of it is for the scripts

MONITOR_MB=192
BOOT_DEADLINE=${BOOT_DEADLINE:-240000}	# ms
PING_LOT=20	# that go at once; each lot begins with number 1
MARKS=0

# require_monitor COMMAND...: skip the test without a monitor VM or one of these commands
require_monitor()
{
	require_command tcpdump ping "$@" || return 1
	[ -r "${MONITOR_KERNEL:-}" ] && [ -r "${MONITOR_INITRAMFS:-}" ] && return 0
	skip "no kernel for the monitor VM: set MONITOR_KERNEL and MONITOR_INITRAMFS"
	return 1
}

# The guest must not send frames by itself: it has no IPv6 and no address. The buffer of
# tcpdump in the guest holds 40,000 frames, due to the small snaplen.
monitor_cmdline()
{
	REPLY="console=ttyS0 quiet panic=-1 mitigations=off VM_ROOT=none ipv6.disable=1"
	# On a busy host an emulated timer may be late; the kernel must not panic then.
	REPLY+=" no_timer_check"
	REPLY+=" -- /monitor eth0 /dev/ttyS1 -Z root -n -t -l --immediate-mode -s 128 -B 8192 -Q in"
}

# monitor_ready OUT CONSOLE: wait until the guest's tcpdump, whose output is OUT, listens
monitor_ready()
{
	local DEADLINE=$BOOT_DEADLINE

	MONITOR_OUT=$1
	busywait grep -q '^listening on eth0' "$MONITOR_OUT" && return 0
	fail "the monitor VM does not get ready; its console ends with:" \
		"$(tail -n 20 "$2" 2>&1)"
	return 1
}

# pings COUNT BYTES: send pings from p1 to p2, all answered; BYTES of ICMP message each
# shellcheck disable=SC2154	# topo_bridge sets p1
pings()
{
	local left lot

	for ((left = $1; left > 0; left -= PING_LOT)); do
		lot=$((left < PING_LOT ? left : PING_LOT))
		ping_exact "$p1" 192.0.2.2 "$lot" -s $(($2 - 8)) || return
	done
}

# talk DIR BYTES GAP
talk()
{
	until [ -e "$1/quiet" ]; do
		pings "$PING_LOT" "$2" >>"$1/lost" || return 1
		echo >>"$1/rounds"
		[ "$3" -eq 0 ] || sleep "$3"
	done
}

# talk_start BYTES [GAP]: p1 pings p2 until talk_stop, in groups with GAP seconds between
# them; no ping may get lost
talk_start()
{
	TALK=$(mktemp -d) || return 1
	defer rm -rf "$TALK"
	talk "$TALK" "$1" "${2:-0}" &
	TALKER=$!
	defer talk_end
	check_wait "p1 talks with p2" test -s "$TALK/rounds"
}

# Stop the pings, also if the test case has failed.
talk_end()
{
	touch "$TALK/quiet"
	wait "$TALKER"
}

# Put the number of pings into TALKED.
talk_stop()
{
	talk_end || fail "$(cat "$TALK/lost")"
	TALKED=$((PING_LOT * $(wc -l <"$TALK/rounds")))
}

marked()
{
	grep -q "echo reply, .* length $1\$" "$MONITOR_OUT"
}

# Send one ping with a unique length, and wait until the guest has printed the answer. All
# earlier frames have been printed then. REPLY is the length.
mark()
{
	local length=$((1000 + ++MARKS))

	pings 1 "$length" && check_wait "mark $MARKS is seen by the guest" marked "$length" ||
		return 1
	REPLY=$length
}

# between A B: put the guest's output between these marks into LINES
between()
{
	mapfile -t LINES < <(sed -n "/echo reply,.* length $1\$/,/echo request,.* length $2\$/p" \
		"$MONITOR_OUT" | sed '1d; $d')
}

# check_pings COUNT BYTES: LINES are the copies of exactly these pings, each once, and in
# order in each direction
check_pings()
{
	local line sort
	local -A next=([request]=1 [reply]=1)

	check_eq "lines of the guest's tcpdump" "${#LINES[@]}" $((2 * $1))
	for line in "${LINES[@]}"; do
		case $line in
		"IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id "*) sort=request ;;
		"IP 192.0.2.2 > 192.0.2.1: ICMP echo reply, id "*) sort=reply ;;
		*) fail "a stray frame in the guest: $line"; return 1 ;;
		esac
		[[ $line == *", seq ${next[$sort]}, length $2" ]] ||
			{ fail "got '$line', expected $sort ${next[$sort]}"; return 1; }
		next[$sort]=$((next[$sort] % PING_LOT + 1))
	done
}

# guest_sees COUNT BYTES: the guest prints the copies of COUNT pings, and nothing else
guest_sees()
{
	local from

	mark || return 1
	from=$REPLY
	pings "$@" && mark || return 1
	between "$from" "$REPLY"
	check_pings "$@"
}
