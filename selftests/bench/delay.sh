#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a guest that sends super-frames of very short segments, and whose port is mirrored,
# does to the pings of others: run in a VM, as the selftests are. Prints how long they
# take, in microseconds, of PINGS each time: the median, the 99th of 100, the longest;
# when nothing is sent, when nothing is mirrored, when it is.
#
# The segments are made on the CPU on which the pings are answered (RPS), and the pings
# are sent from another.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=("pings")

HERE=$(dirname "$0")/..
# shellcheck source=selftests/lib/lib.sh
. "$HERE/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$HERE/lib/topo.sh"

PINGS=${PINGS:-2000}
SIZES=${SIZES:-"8 100 1448"}

setup()
{
	require_cpus 2 || return
	topo_cable && span_add "$sw" span0 || return
	ip -n "$sw" tuntap add vm0 mode tap vnet_hdr
	defer ip -n "$sw" link del vm0
	ip -n "$sw" link set vm0 up
	for ns in "$sw" "$p2"; do
		ip netns exec "$ns" sh -c 'echo 1 >/sys/class/net/eth0/queues/rx-0/rps_cpus'
	done
}

# round NAME
round()
{
	ip netns exec "$sw" taskset -c 1 chrt -f 10 ping -i 0.002 -c "$PINGS" 192.0.2.2 |
		sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n |
		awk -v name="$1" '{ t[NR] = $1 * 1000 }
			END { printf "# %-28s %7.0f %7.0f %7.0f\n", name, t[int(NR / 2)],
				t[int(NR * 0.99)], t[NR] }'
}

# with_guest GSO NAME
with_guest()
{
	"$PKT" send tun:vm0 ns="$sw" vnet=1 gso="$1" len=57974 cpu=0 rate=100 count=1000000 \
		end=0 >/dev/null &
	defer kill_quietly $!
	check_wait "the guest sends" sends && round "$2"
	kill_quietly $!
}

sends()
{
	local n

	n=$(ip -n "$sw" -s -j link show vm0 | sed 's/.*"rx":{"bytes":\([0-9]*\).*/\1/')
	((n > ${SENT:-0})) && SENT=$n
}

pings()
{
	local gso

	printf '# %-28s %7s %7s %7s\n' "" median "99 %" longest
	round "nothing is sent"
	for gso in $SIZES; do
		with_guest "$gso" "gso_size $gso, no mirror"
		source_add "$sw" vm0 rx && reader all count span0 ns="$sw" end=0 timeout=0 ||
			return
		with_guest "$gso" "gso_size $gso, mirrored"
		stop all
		check_vspan "$sw" del vm0
	done
}

tests_run
