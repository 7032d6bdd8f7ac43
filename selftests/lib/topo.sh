# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Topologies of the vspan selftests; sourced after lib.sh.

# Two hosts on a bridge; MACs end in the number of the host. IPv6 is off and
# neighbours are static: only what a test sends is on the wire.
#
#   netns p1                       netns sw                       netns p2
# +--------------+    +------------------------------+    +--------------+
# |         eth0-+----+-p1                        p2-+----+-eth0         |
# | 192.0.2.1    |    |   \                      /   |    |    192.0.2.2 |
# | ..:01        |    |    +------- br0 --------+    |    |        ..:02 |
# +--------------+    |        192.0.2.254 ..:fe     |    +--------------+
#                     +------------------------------+
# shellcheck disable=SC2154	# setup_ns sets p1, p2 and sw
topo_bridge()
{
	setup_ns sw p1 p2 || return 1
	ip -n "$sw" -b - <<-EOT || return 1
		link add br0 address 02:00:00:00:00:fe type bridge mcast_snooping 0
		link add p1 type veth peer name eth0 address 02:00:00:00:00:01 netns $p1
		link add p2 type veth peer name eth0 address 02:00:00:00:00:02 netns $p2
		link set p1 master br0
		link set p2 master br0
		link set p1 up
		link set p2 up
		link set br0 up
		addr add 192.0.2.254/24 dev br0
		neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev br0
		neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev br0
	EOT
	topo_host "$p1" eth0 1 2 && topo_host "$p2" eth0 2 1 || return 1
	wait_up "$p1" eth0 && wait_up "$p2" eth0 &&
		check_wait "ports of br0 forward" ports_forward "$sw" 2
}

# topo_host NETNS DEV NUMBER PEER: set up host NUMBER, with static neighbours
topo_host()
{
	ip -n "$1" -b - <<-EOT
		addr add 192.0.2.$3/24 dev $2
		link set $2 up
		neigh add 192.0.2.$4 lladdr 02:00:00:00:00:0$4 dev $2
		neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev $2
	EOT
}

# A cable between two hosts, without a bridge.
#
#   netns sw                            netns p2
# +------------------+                +------------------+
# | 192.0.2.1   eth0-+----------------+-eth0   192.0.2.2 |
# | ..:01            |                |            ..:02 |
# +------------------+                +------------------+
topo_cable()
{
	setup_ns sw p2 || return 1
	ip -n "$sw" link add eth0 address 02:00:00:00:00:01 type veth \
		peer name eth0 address 02:00:00:00:00:02 netns "$p2" || return 1
	topo_host "$sw" eth0 1 2 && topo_host "$p2" eth0 2 1 || return 1
	wait_up "$sw" eth0 && wait_up "$p2" eth0
}

# span_add NETNS NAME: make a span that is up
span_add()
{
	ip -n "$1" link add "$2" up type vspan || { fail "cannot make $2"; return 1; }
	defer ip -n "$1" link del "$2"
}

# source_add NETNS DEV WORDS...: add a source, deleted at the end of the test case
source_add()
{
	local ns=$1 word span=span0
	local -a named=("$2")

	check_vspan "$ns" add "${@:2}" || return 1
	[ "$2" != master ] || named+=("$3")
	for word in "${@:3}"; do
		[ "$span" != next ] || span=$word
		[ "$word" != to ] || span=next
	done
	defer vspan "$ns" del "${named[@]}" to "$span"
}

# A device that receives the frames that it sends. It changes frames to the destinations
# ODD plus one digit, as described in selftests/kmod/vspan_odd.c.
# shellcheck disable=SC2034	# for the scripts
ODD=02:0d:d0:00:00:0
# shellcheck disable=SC2034
ODD_EPOCH=1600000000000000000

# odd_add NETNS DEV
odd_add()
{
	require_odd || return 1
	ip -n "$1" link add "$2" up type vspanodd || { fail "cannot make $2"; return 1; }
	defer ip -n "$1" link del "$2"
}

# output_add NETNS SPAN WORDS...: add an output, deleted at the end of the test case
output_add()
{
	check_vspan "$1" output add "${@:2}" || return 1
	defer vspan "$1" output del "${@:2:3}"
}

# books NETNS OUTPUT-PATH: put the output's counters into REPLY: "packets=N REASON=N"
books()
{
	local key

	json "$1" -s show || return 1
	REPLY=packets=${J[$2/stats/packets]-absent}
	for key in "${!J[@]}"; do
		[[ $key != "$2/stats/drops/"* || ${J[$key]} == 0 ]] ||
			REPLY+=" ${key##*/}=${J[$key]}"
	done
}

books_are()
{
	books "$1" "$2" && [ "$REPLY" == "$3" ]
}

# check_books NETNS OUTPUT-PATH WANT: wait for these counters, since a frame is counted
# after it has been sent
check_books()
{
	busywait books_are "$@" && return 0
	fail "$2 has counted '$REPLY', expected '$3'"
	return 1
}

# tcp_copied READER FROM TO ADDRESS BYTES NETNS DEV MARKER...: run a TCP transfer that DEV
# receives. READER, which ends with the marker (id 99), must count as many bytes as DEV;
# retransmissions are in both numbers.
tcp_copied()
{
	local name=$1 bytes=$5

	reader origin count "$7" ns="$6" id=99 || return 1
	check_ok "TCP" "$PKT" bulk from="$2" to="$3" addr="$4" bytes="$bytes"
	flows "marker" "${@:8}"
	check_finish origin
	[ "${KV[tcp_bytes]:-0}" -ge "$bytes" ] || fail "bytes of TCP: ${LINES[*]}"
	bytes=${KV[tcp_bytes]}
	check_finish "$name"
	check_eq "bytes of TCP at $name" "${KV[tcp_bytes]}" "$bytes"
	check_eq "bad checksums at $name" "${KV[badcsum]}" 0
}

# tap_path NETNS SPAN: get its /dev/tapN
tap_path()
{
	link_ifindex "$1" "$2" || { fail "no $2"; return 1; }
	REPLY=/dev/tap$REPLY
	check_wait "$REPLY of $2" test -c "$REPLY"
}

# Print the number of NET_RX softirqs
polls()
{
	awk '/NET_RX/ { for (i = 2; i <= NF; i++) n += $i } END { print n }' /proc/softirqs
}
