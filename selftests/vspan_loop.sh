#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Outputs that form a loop are refused if the kernel can detect it, and stopped at run
# time otherwise. All frames on the wire are counted, so that a storm is noticed.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"what_can_be_no_output"
	"output_is_a_source"
	"source_is_an_output"
	"vlan_device_above_a_source"
	"bridge_above_a_source"
	"bond_above_a_source"
	"another_span_may"
	"device_becomes_a_loop"
	"tunnel_over_a_mirrored_uplink"
	"tunnel_in_fragments"
	"tunnel_that_encrypts"
	"marked_by_a_program"
	"peer_of_a_bridge_port"
	"peer_of_a_bridge_port_with_xdp"
	"bridge_takes_a_source"
	"two_spans_in_a_circle"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

# eth0 of sw is the uplink, with p2 at its other end; out0 leads to far.
setup()
{
	topo_cable && setup_ns far && span_add "$sw" span0 || return 1
	ip -n "$sw" link add out0 type veth peer name mon0 netns "$far" || return 1
	ip -n "$far" link set mon0 up
	ip -n "$sw" link set out0 up
	wait_up "$sw" out0 && wait_up "$far" mon0 || return 1
	MARKERS=$(nproc)
	TEN=$((10 + MARKERS))
}

state()
{
	REPLY=$(lasting "$sw")
}

# refused NEEDLE WORDS...: one sentence with the needle in it, and nothing changes
refused()
{
	local needle=$1 before err rc=0

	shift
	state
	before=$REPLY
	err=$(vspan "$sw" "$@" 2>&1) || rc=$?
	check_eq "exit status of '$*' ($err)" "$rc" 1
	[[ $err == "vspanctl: "*"$needle"*"; "* && $err != *$'\n'* ]] ||
		fail "'$*': '$err' does not name '$needle' and the way out"
	state
	check_eq "state after '$*'" "$REPLY" "$before"
}

what_can_be_no_output()
{
	refused lo output add span0 dev lo
	refused span0 output add span0 dev span0
	ip -n "$sw" link add span5 type vspan
	defer ip -n "$sw" link del span5
	refused span5 output add span0 dev span5
	ip -n "$sw" tuntap add tun0 mode tun
	defer ip -n "$sw" link del tun0
	refused tun0 output add span0 dev tun0
	output_add "$sw" span0 dev out0 || return
	refused out0 output add span0 dev out0 vlan 10
	refused out1 output del span0 dev out1
	refused 7 output del span0 psample 7
}

output_is_a_source()
{
	local dir

	ip -n "$sw" link property add dev eth0 altname other0
	defer ip -n "$sw" link property del dev eth0 altname other0
	for dir in rx tx rx,tx; do
		check_vspan "$sw" add eth0 "$dir"
		refused eth0 output add span0 dev eth0
		refused eth0 output add span0 dev eth0 vlan 200
		refused other0 output add span0 dev other0
		check_vspan "$sw" del eth0
	done
	output_add "$sw" span0 dev eth0
}

source_is_an_output()
{
	output_add "$sw" span0 dev eth0 || return
	refused eth0 add eth0
	refused eth0 add eth0 rx vlan 10
	check_vspan "$sw" output del span0 dev eth0
	source_add "$sw" eth0
}

# above DEV [LOWER]: a device that sends by LOWER is refused, in either order
above()
{
	local lower=${2:-eth0}

	check_vspan "$sw" add "$lower" || return
	refused "$1" output add span0 dev "$1"
	refused "$1" output add span0 dev "$1" vlan 7
	check_vspan "$sw" del "$lower"
	check_vspan "$sw" output add span0 dev "$1" || return
	refused "$lower" add "$lower" rx
	# the device itself is one, too; what is beside it is not
	refused "$1" add "$1"
	check_vspan "$sw" add out0
	check_vspan "$sw" del out0
	check_vspan "$sw" output del span0 dev "$1"
}

vlan_device_above_a_source()
{
	ip -n "$sw" link add link eth0 name eth0.7 up type vlan id 7
	defer ip -n "$sw" link del eth0.7
	above eth0.7
	# below the source nothing that is sent would come by it again
	source_add "$sw" eth0.7
	output_add "$sw" span0 dev eth0
}

bridge_above_a_source()
{
	ip -n "$sw" link add br7 up type bridge
	defer ip -n "$sw" link del br7
	ip -n "$sw" link set eth0 master br7
	above br7
	# two storeys
	ip -n "$sw" link add link br7 name br7.8 up type vlan id 8
	above br7.8
}

bond_above_a_source()
{
	modprobe -q bonding 2>/dev/null
	ip -n "$sw" link add bond0 type bond mode active-backup 2>/dev/null ||
		{ skip "no bonding driver"; return; }
	defer ip -n "$sw" link del bond0
	ip -n "$sw" link add s0 type veth peer name s1
	defer ip -n "$sw" link del s0
	ip -n "$sw" link set s0 master bond0
	above bond0 s0
}

# What one span sends may be watched by another: only a circle is none's wish.
another_span_may()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx && output_add "$sw" span1 dev eth0 ||
		return
	source_add "$sw" out0 to span1
	output_add "$sw" span0 dev out0
}

# The name of an output comes to mean a device above a source.
device_becomes_a_loop()
{
	source_add "$sw" eth0 && output_add "$sw" span0 dev eth0.7 || return
	ip -n "$sw" link add link eth0 name eth0.7 up type vlan id 7
	defer ip -n "$sw" link del eth0.7
	wait_up "$sw" eth0.7
	json "$sw" show span0
	check_j span0/outputs/eth0.7/state dormant
	[[ ${J[span0/outputs/eth0.7/why]:-} == *"source of"* ]] ||
		fail "why is eth0.7 dormant? '${J[span0/outputs/eth0.7/why]:-}'"
	flows "both ways" send eth0 ns="$sw" id=1 send eth0 ns="$p2" id=2 \
		recv eth0 ns="$p2" id=1 recv eth0 ns="$sw" id=2
	check_books "$sw" span0/outputs/eth0.7 "packets=0 no_device=$((2 * TEN))"
	check_vspan "$sw" del eth0
	json "$sw" show span0
	check_j span0/outputs/eth0.7/state active
}

# check_loops SOURCE N: so many copies came by it again, and were not copied
check_loops()
{
	wait_j "$sw" "span0/sources/$1/stats/drops/loop" "$2"
}

# An end of the tunnel at p2 too, that swallows what comes.
tunnel_add()
{
	ip -n "$1" link add gre7 up type gretap local "$2" remote "$3" key 7 || return 1
	defer ip -n "$1" link del gre7
}

# Ten frames each way, and each of them once more through the tunnel.
tunnel_over_a_mirrored_uplink()
{
	local before

	stats "$sw" span0
	before=${J[span0/stats/drops/loop]}
	check_ok "GRE" modprobe ip_gre &&
		tunnel_add "$sw" 192.0.2.1 192.0.2.2 && tunnel_add "$p2" 192.0.2.2 192.0.2.1 &&
		source_add "$sw" eth0 && output_add "$sw" span0 dev gre7 || return
	reader wire count eth0 ns="$p2" id=99 || return
	flows "both ways" send eth0 ns="$sw" id=1 send eth0 ns="$p2" id=2 \
		recv eth0 ns="$p2" id=1 recv eth0 ns="$sw" id=2
	check_books "$sw" span0/outputs/gre7 "packets=$((2 * TEN))"
	check_loops eth0 $((2 * TEN))
	wait_j "$sw" span0/stats/drops/loop $((before + 2 * TEN))
	check_vspan "$sw" del eth0
	flows "marker" send eth0 ns="$sw" id=99 count=0
	check_finish wire
	check_eq "frames in the tunnel" "${KV[ip4]}" $((2 * TEN))
	check_eq "frames of production" "${KV[stream]}" 10
	check_eq "frames on the wire" "${KV[frames]}" $((2 * TEN + 10))
}

# Each of ten frames is two fragments of a tunnel's packet, which know nothing of a mark.
tunnel_in_fragments()
{
	check_ok "GRE" modprobe ip_gre || return
	tunnel_add "$sw" 192.0.2.1 192.0.2.2 && tunnel_add "$p2" 192.0.2.2 192.0.2.1 || return
	check_ok "fragments" ip -n "$sw" link change gre7 type gretap local 192.0.2.1 \
		remote 192.0.2.2 key 7 nopmtudisc ignore-df || return
	ip -n "$sw" link set gre7 mtu 1500
	source_add "$sw" eth0 tx && output_add "$sw" span0 dev gre7 || return
	flows "long frames" send eth0 ns="$sw" id=1 len=1490 recv eth0 ns="$p2" id=1 \
		len=1490 others=ok
	check_books "$sw" span0/outputs/gre7 "packets=$TEN"
	check_loops eth0 $((2 * TEN))
	check_j span0/sources/eth0/stats/tx/packets "$TEN"
}

# wg_add NETNS NUMBER PEER: WireGuard from host NUMBER to PEER, keys made up of these
wg_add()
{
	local wg=${WG:-wg}

	ip -n "$1" link add wg7 type wireguard || { fail "no WireGuard"; return 1; }
	defer ip -n "$1" link del wg7
	check_ok "keys of WireGuard" ip netns exec "$1" "$wg" set wg7 listen-port 51820 \
		private-key <(key "$2") \
		peer "$(key "$3" | "$wg" pubkey)" endpoint "192.0.2.$3:51820" \
		allowed-ips 198.51.100.0/24 &&
		ip -n "$1" addr add "198.51.100.$2/24" dev wg7 &&
		ip -n "$1" link set wg7 up
}

key()
{
	printf "%032d" "$1" | base64
}

# It forgets all that its packets were told, but not what is in their memory.
tunnel_that_encrypts()
{
	modprobe -q wireguard 2>/dev/null
	check_ok "GRE" modprobe ip_gre && require_command "${WG:-wg}" &&
		wg_add "$sw" 1 2 && wg_add "$p2" 2 1 || return
	# so that there are keys, and nothing else is said while we count
	check_ok "handshake" ip netns exec "$sw" ping -q -c 1 -W 10 198.51.100.2 &&
		tunnel_add "$sw" 198.51.100.1 198.51.100.2 &&
		tunnel_add "$p2" 198.51.100.2 198.51.100.1 &&
		source_add "$sw" eth0 tx && output_add "$sw" span0 dev gre7 || return
	flows "sent" send eth0 ns="$sw" id=1 recv eth0 ns="$p2" id=1 others=ok
	check_books "$sw" span0/outputs/gre7 "packets=$TEN"
	check_loops eth0 "$TEN"
	check_j span0/sources/eth0/stats/tx/packets "$TEN"
}

# The mark that outputs once gave their frames is nothing to hide behind.
marked_by_a_program()
{
	source_add "$sw" eth0 || return
	flows "marked" send eth0 ns="$sw" id=1 mark=4211 count=50 \
		recv eth0 ns="$p2" id=1 count=50 recv span0 ns="$sw" id=1 count=50
	wait_j "$sw" span0/sources/eth0/stats/tx/packets $((50 + MARKERS))
	check_j span0/sources/eth0/stats/drops/loop 0
}

# Copies come into the bridge by another port and are flooded back: once.
peer_of_a_bridge_port()
{
	ip -n "$sw" -b - <<-EOT
		link add br7 up type bridge mcast_snooping 0
		link add q7 type veth peer name out7
		link set q7 master br7
		link set eth0 master br7
		link set q7 up
		link set out7 up
	EOT
	defer ip -n "$sw" link del br7
	defer ip -n "$sw" link del q7
	bridge -n "$sw" link set dev q7 learning off
	"${@:-true}" || { fail "no program"; return; }
	wait_up "$sw" q7 out7 && check_wait "ports forward" ports_forward "$sw" 2 || return
	source_add "$sw" eth0 && output_add "$sw" span0 dev out7 || return
	flows "flooded" send eth0 ns="$p2" id=1 recv eth0 ns="$p2" id=1 \
		recv out7 ns="$sw" id=1
	check_loops eth0 "$TEN"
	check_books "$sw" span0/outputs/out7 "packets=$TEN"
}

# XDP wants frames in pages of its own, and has them copied.
peer_of_a_bridge_port_with_xdp()
{
	require_command python3 || return
	peer_of_a_bridge_port ip netns exec "$sw" "$SELFTESTS/lib/bpf.py" xdp q7 drv
}

# A bridge that is an output gets a source as its port.
bridge_takes_a_source()
{
	ip -n "$sw" link add br7 up type bridge mcast_snooping 0
	defer ip -n "$sw" link del br7
	source_add "$sw" eth0 && output_add "$sw" span0 dev br7 || return
	ip -n "$sw" link set eth0 master br7
	json "$sw" show span0
	check_j span0/outputs/br7/state dormant
	flows "both ways" send eth0 ns="$sw" id=1 send eth0 ns="$p2" id=2 \
		recv eth0 ns="$p2" id=1
	check_books "$sw" span0/outputs/br7 "packets=0 no_device=$((2 * TEN))"
	ip -n "$sw" link set eth0 nomaster
	json "$sw" show span0
	check_j span0/outputs/br7/state active
}

# span0 sends eth0's frames to out0; span1 would send those of out0 to eth0.
two_spans_in_a_circle()
{
	span_add "$sw" span1 && source_add "$sw" eth0 && output_add "$sw" span0 dev out0 &&
		source_add "$sw" out0 to span1 && output_add "$sw" span1 dev eth0 || return
	flows "round" send eth0 ns="$p2" id=1 recv eth0 ns="$sw" id=1 recv mon0 ns="$far" id=1
	check_books "$sw" span0/outputs/out0 "packets=$TEN"
	check_books "$sw" span1/outputs/eth0 "packets=0"
	check_j span1/sources/out0/stats/drops/loop "$TEN"
	check_j span0/sources/eth0/stats/drops/loop 0
	# what out0 itself receives does go to eth0, and from there no further
	flows "back" send mon0 ns="$far" id=2 recv eth0 ns="$p2" id=2
	check_books "$sw" span1/outputs/eth0 "packets=$TEN"
	check_loops eth0 "$TEN"
	check_books "$sw" span0/outputs/out0 "packets=$TEN"
}

tests_run
