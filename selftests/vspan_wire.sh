#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connections reassembled from the copies: with any GSO packets in production, the monitor
# gets each byte, in frames that fit the cable, with valid checksums.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"tcp_sent"
	"tcp_received"
	"tcp_through_a_bridge"
	"tcp_over_ipv6"
	"tcp_merged_by_gro"
	"big_tcp"
	"zerocopy"
	"udp_gso_sent"
	"udp_gso_through_a_bridge"
	"udp_in_fragment_lists"
	"sctp_sent"
	"sctp_through_a_bridge"
	"sctp_over_ipv6"
	"sctp_in_short_messages"
	"sctp_from_a_sender_without_gso"
	"sctp_asis_on_the_tap vnet=0"
	"sctp_asis_on_the_tap vnet=1 offload=0x0f"
	"tcp_in_vxlan"
	"tcp_on_a_vlan"
	"tcp_from_a_sender_without_offloads"
	"tshark_has_no_complaint 1"
	"tshark_has_no_complaint 2"
	"iperf3_put_together_by_tshark 1"
	"iperf3_put_together_by_tshark 2"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

BYTES=3000000

setup()
{
	require_command ethtool taskset || return 1
	topo_bridge && span_add "$sw" span0 || return 1
	# TCP's own measure is the pace, which on a slow machine is two segments
	with_sysctl "$p1" tcp_min_tso_segs 40
	ip -n "$sw" link set span0 txqueuelen 20000
	# by this one markers come, each from its own CPU
	ip -n "$sw" link add mark0 up type dummy && check_vspan "$sw" add mark0 tx || return 1
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
	head -c "$BYTES" /dev/urandom >"$DIR/sent"
	check_offloads
}

# offload NETNS DEV WORDS...
offload()
{
	ip netns exec "$1" ethtool -K "${@:2}" >/dev/null
}

# Without these there would be no super-frame to be cut up.
check_offloads()
{
	local out

	out=$(ip netns exec "$p1" ethtool -k eth0)
	[[ $out == *"tcp-segmentation-offload: on"* && $out == *"tx-udp-segmentation: on"* &&
		$out == *"generic-segmentation-offload: on"* ]] || fail "no offloads:" "$out"
}

# conversation MTU WORDS...: p1 sends the file to p2; production and the monitor are
# read meanwhile. Leaves the census of production in P, that of the monitor in KV.
conversation()
{
	local max=$(($1 + 14)) key
	local -a more=() on=()

	shift
	# Datagrams come in order while their sender stays on its processor: veth, too,
	# has a queue for each. And so do the segments of TCP.
	[[ " $* " != *" proto=udp "* && ${CPUS:-} != 1 ]] || on=(taskset -c 0)
	[ "${VXLAN:-0}" -eq 0 ] || more+=(vxlan=1)
	[ -z "${PCAP:-}" ] || more+=(pcap="$PCAP")
	rm -f "$DIR/seen"
	reader production gather eth0 ns="$p2" id=98 "${more[@]:0:${VXLAN:-0}}" || return 1
	reader monitor gather "${MONITOR[@]-span0}" ns="$sw" id=99 stream="$DIR/seen" "${more[@]}" || return 1
	check_ok "transfer" "${on[@]}" "$PKT" talk from="$p1" to="$p2" file="$DIR/sent" "$@" || return 1
	flows "markers" send eth0 ns="$p1" dst=02:00:00:00:00:02 count=0 id=98 \
		send mark0 ns="$sw" count=0 id=99
	finish production
	declare -gA P=()
	for key in "${!KV[@]}"; do
		P[$key]=${KV[$key]}
	done
	check_finish monitor
	check_copies "$max"
}

check_copies()
{
	[ "${KV[maxlen]}" -le "$1" ] || fail "a copy of ${KV[maxlen]} bytes, not $1 at most"
	check_eq "bad checksums" "${KV[badcsum]}" 0
	check_eq "unfinished checksums" "${KV[partial]}" 0
	check_eq "bytes that nobody saw" "${KV[holes]}" 0
	check_eq "bytes that were others when sent again" "${KV[changed]}" 0
	check_eq "what the monitor has put together" "$(sha256sum <"$DIR/seen")" \
		"$(sha256sum <"$DIR/sent")"
	no_drops
}

no_drops()
{
	local key

	stats "$sw" span0
	for key in "${!J[@]}"; do
		# what comes when the readers have gone is their affair
		[[ $key != */drops/* || $key == */no_reader ]] || check_j "$key" 0
	done
}

check_super()
{
	[ "${P[maxlen]:-0}" -gt "$1" ] || fail "production had no super-frame: ${P[maxlen]:-none}"
}

tcp_sent()
{
	# what the host sends to p2 leaves by this port
	source_add "$sw" p2 tx || return
	conversation 1500 addr=192.0.2.2 && check_super 15000
}

tcp_received()
{
	source_add "$sw" p1 rx || return
	conversation 1500 addr=192.0.2.2 && check_super 15000
}

# Each frame once, though it goes by two ports.
tcp_through_a_bridge()
{
	source_add "$sw" master br0 || return
	conversation 1500 addr=192.0.2.2 && check_super 15000
}

ipv6()
{
	local n ns

	for n in 1 2; do
		local -n ns=p$n
		ip netns exec "$ns" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
		defer ip netns exec "$ns" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
		ip -n "$ns" -b - <<-EOT
			addr add 2001:db8::$n/64 dev eth0 nodad
			neigh replace 2001:db8::$((3 - n)) lladdr 02:00:00:00:00:0$((3 - n)) dev eth0
		EOT
	done
}

tcp_over_ipv6()
{
	ipv6
	source_add "$sw" p1 rx || return
	conversation 1500 addr=2001:db8::2 && check_super 15000
}

# The sender sends plain frames; what receives them makes super-frames again.
tcp_merged_by_gro()
{
	offload "$p1" eth0 tso off gso off
	defer offload "$p1" eth0 tso on gso on
	offload "$sw" p1 gro on
	defer offload "$sw" p1 gro off
	source_add "$sw" p1 rx || return
	conversation 1500 addr=192.0.2.2 && check_super 2500
}

# Longer than the 14 + 40 + 65535 bytes that an IPv6 packet can have. How long they
# get is up to TCP: no window is in their way, nor a round trip's time; but when an
# acknowledgement is late, on an emulated CPU, they stay short, and it is to try again.
big_tcp()
{
	local n ns try

	ipv6
	for n in 1 2; do
		local -n ns=p$n
		ip -n "$ns" link set eth0 gso_max_size 180000 gro_max_size 180000
		defer ip -n "$ns" link set eth0 gso_max_size 65536 gro_max_size 65536
		ip -n "$sw" link set "p$n" gso_max_size 180000 gro_max_size 180000
		defer ip -n "$sw" link set "p$n" gso_max_size 65536 gro_max_size 65536
	done
	ip -n "$sw" link set br0 gso_max_size 180000 gro_max_size 180000
	with_sysctl "$p1" tcp_min_tso_segs 120
	with_sysctl "$p2" tcp_rmem "4096 6000000 6000000"
	ip -n "$p1" route change 2001:db8::/64 dev eth0 proto kernel metric 256 initcwnd 400
	source_add "$sw" p1 rx || return
	for try in 1 2 3 4 5; do
		conversation 1500 addr=2001:db8::2 || return
		[ "${P[maxlen]:-0}" -le 65589 ] || return 0
		echo "# try $try: ${P[maxlen]}"
	done
	check_super 65589
}

# with_sysctl NETNS NAME VALUE: of net.ipv4, as it was when the test ends
with_sysctl()
{
	local file=/proc/sys/net/ipv4/$2

	defer ip netns exec "$1" sh -c "echo '$(ip netns exec "$1" cat "$file")' >$file"
	ip netns exec "$1" sh -c "echo '$3' >$file"
}

# The sender's own memory is in the frames: it gets it back, and the copies hold.
zerocopy()
{
	local out

	source_add "$sw" p1 rx || return
	conversation 1500 addr=192.0.2.2 zerocopy=1 && check_super 15000
	out=$("$PKT" talk from="$p1" to="$p2" file="$DIR/sent" addr=192.0.2.2 zerocopy=1)
	parse_kv "$out"
	[ "${KV[notified]:-0}" -gt 0 ] || fail "nothing was sent without copying: $out"
}

udp_gso_sent()
{
	source_add "$sw" p2 tx || return
	conversation 1500 proto=udp seg=1400 addr=192.0.2.2 && check_super 15000
	check_eq "segments" "${KV[segments]}" $(((BYTES + 1399) / 1400))
}

udp_gso_through_a_bridge()
{
	source_add "$sw" master br0 || return
	conversation 1500 proto=udp seg=1472 addr=192.0.2.2 && check_super 15000
	check_eq "segments" "${KV[segments]}" $(((BYTES + 1471) / 1472))
	check_eq "longest copy" "${KV[maxlen]}" 1514
}

# Datagrams on their way through the bridge travel as a list of frames.
udp_in_fragment_lists()
{
	offload "$p1" eth0 tx-udp-segmentation off
	defer offload "$p1" eth0 tx-udp-segmentation on
	offload "$sw" p1 gro on rx-gro-list on
	defer offload "$sw" p1 gro off rx-gro-list off
	source_add "$sw" p1 rx || return
	conversation 1500 proto=udp seg=1400 addr=192.0.2.2 && check_super 2500
	check_eq "segments" "${KV[segments]}" $(((BYTES + 1399) / 1400))
}

need_sctp()
{
	modprobe -q sctp
	[ -d /proc/net/sctp ] && return 0
	skip "this kernel has no SCTP"
	return 1
}

# surplus SOURCE: frames of the span that neither SOURCE nor mark0 has counted
surplus()
{
	stats "$sw" span0
	REPLY=$((J[span0/stats/packets] - J[span0/sources/mark0/stats/tx/packets] -
		${J[span0/sources/$1/stats/tx/packets]:-0}))
}

surplus_is()
{
	surplus "$1" && [ "$REPLY" -eq "$2" ]
}

# A super-frame is a list of packets here, and counts for all of them.
sctp_sent()
{
	local before

	need_sctp && surplus p2 || return
	before=$REPLY
	source_add "$sw" p2 tx || return
	conversation 1500 proto=sctp addr=192.0.2.2 && check_super 5000
	check_wait "the source has counted what the span has" surplus_is p2 "$before"
}

# Each frame once, though it goes by two ports.
sctp_through_a_bridge()
{
	need_sctp && source_add "$sw" master br0 || return
	conversation 1500 proto=sctp addr=192.0.2.2 && check_super 5000
}

sctp_over_ipv6()
{
	need_sctp || return
	ipv6
	source_add "$sw" p1 rx || return
	conversation 1500 proto=sctp addr=2001:db8::2 && check_super 5000
}

# Several of them are in a frame.
sctp_in_short_messages()
{
	need_sctp && source_add "$sw" p1 rx || return
	conversation 1500 proto=sctp seg=300 addr=192.0.2.2 || return
	[ "${KV[segments]}" -ge $((BYTES / 300)) ] || fail "messages: ${KV[segments]}"
	[ "${KV[frames]}" -lt $((BYTES / 600)) ] || fail "each had its own frame"
}

# Nothing to cut up, but a checksum to finish, which is none of the internet's.
sctp_from_a_sender_without_gso()
{
	need_sctp || return
	offload "$p1" eth0 gso off tx-sctp-segmentation off
	defer offload "$p1" eth0 gso on tx-sctp-segmentation on
	source_add "$sw" p1 rx || return
	conversation 1500 proto=sctp addr=192.0.2.2
	check_eq "longest frame of production" "${P[maxlen]}" 1514
	[ "${P[partial]}" -gt 0 ] || fail "production had no unfinished checksum"
}

# A virtio header can tell neither of such super-frames nor of such checksums.
sctp_asis_on_the_tap()
{
	local -a MONITOR

	need_sctp && tap_path "$sw" span0 || return
	MONITOR=("$REPLY" "$@")
	check_vspan "$sw" span set span0 frames asis
	defer vspan "$sw" span set span0 frames wire
	source_add "$sw" p1 rx || return
	conversation 1500 proto=sctp addr=192.0.2.2 && check_super 5000
}

# vxlan NETNS NUMBER: end NUMBER of a tunnel between p1 and p2
vxlan()
{
	ip -n "$1" -b - <<-EOT
		link add vx0 address 02:00:00:00:01:0$2 mtu 1450 type vxlan id 7 remote 192.0.2.$((3 - $2)) dstport 4789 udpcsum
		addr add 203.0.113.$2/24 dev vx0
		neigh add 203.0.113.$((3 - $2)) lladdr 02:00:00:00:01:0$((3 - $2)) dev vx0
		link set vx0 up
	EOT
	defer ip -n "$1" link del vx0
}

tcp_in_vxlan()
{
	if ! ip -n "$sw" link add vx1 type vxlan id 1 dstport 4789 2>/dev/null; then
		skip "no VXLAN devices"
		return
	fi
	ip -n "$sw" link del vx1
	vxlan "$p1" 1 && vxlan "$p2" 2 && source_add "$sw" p1 rx || return
	VXLAN=1 conversation 1500 addr=203.0.113.2 && check_super 15000
}

tcp_on_a_vlan()
{
	local n ns

	for n in 1 2; do
		local -n ns=p$n
		ip -n "$ns" -b - <<-EOT
			link add link eth0 name eth0.10 up type vlan id 10
			addr add 198.51.100.$n/24 dev eth0.10
			neigh add 198.51.100.$((3 - n)) lladdr 02:00:00:00:00:0$((3 - n)) dev eth0.10
		EOT
		defer ip -n "$ns" link del eth0.10
	done
	source_add "$sw" p1 rx || return
	conversation 1504 addr=198.51.100.2 && check_super 15000
	[[ ${KV[tags]} == "none:0,8100.10:"* ]] || fail "tags: ${KV[tags]}"
}

# The twin of all others: nothing to cut up.
tcp_from_a_sender_without_offloads()
{
	offload "$p1" eth0 tso off gso off tx off
	defer offload "$p1" eth0 tx on tso on gso on
	source_add "$sw" p1 rx || return
	conversation 1500 addr=192.0.2.2
	check_eq "longest frame of production" "${P[maxlen]}" 1514
}

# tshark_count FILTER: frames of the capture that match. What is sent is random, and is
# for tshark not to guess at: one file in thirty has a "Thrift" message, of many lines.
tshark_count()
{
	tshark -n -r "$PCAP" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-o udp.check_checksum:TRUE -d tcp.port==5001,data -d tcp.port==5201,data \
		-T fields -e frame.number -Y "$1" 2>/dev/null | wc -l
}

# Another's judgement of the same. An answer ahead of what it answers would be the sign
# of a loss (ack_lost_segment). Of two segments that are sent on two processors, either
# may be ahead in production, and so on the span: they are looked at where there is one.
tshark_is_content()
{
	local bad="ip.checksum.status == 0 || tcp.checksum.status == 0"

	bad+=" || tcp.analysis.ack_lost_segment || _ws.malformed || frame.len > 1514"
	[ "$CPUS" -gt 1 ] || bad+=" || tcp.analysis.lost_segment"
	check_eq "frames that tshark complains of" "$(tshark_count "$bad")" 0
	check_eq "frames that tshark finds good" \
		"$(tshark_count "ip.checksum.status == 1 && tcp.checksum.status == 1")" \
		"${KV[frames]}"
}

# tshark_has_no_complaint CPUS
tshark_has_no_complaint()
{
	local PCAP=$DIR/pcap CPUS=$1

	require_command tshark && require_cpus "$1" || return
	source_add "$sw" master br0 || return
	conversation 1500 addr=192.0.2.2 && check_super 15000
	tshark_is_content
}

listens()
{
	ip netns exec "$1" ss -Hltn "sport = :$2" | grep -q .
}

# tshark_stream PCAP: what the client has sent by the second connection of it, the first
# being iperf3's own; less the 37 bytes by which it says which test it is
tshark_stream()
{
	tshark -n -r "$1" -q -z follow,tcp,raw,1 2>/dev/null |
		perl -ne 'print pack("H*", $1) if /^([0-9a-f]+)$/' | tail -c +38
}

ended()
{
	! kill -0 "$1" 2>/dev/null
}

# p1 to p2, on CPUS processors; production is read as the monitor is
iperf3_sends()
{
	local -a on=(ip netns exec)
	local server

	rm -f "$DIR/got"
	taskset -c $((CPUS - 1)) "${on[@]}" "$p2" iperf3 -s -1 -F "$DIR/got" >/dev/null 2>&1 &
	server=$!
	defer kill_quietly "$server"
	check_wait "iperf3 listens" listens "$p2" 5201 || return
	reader production gather eth0 ns="$p2" id=98 pcap="$DIR/production" &&
		reader monitor gather span0 ns="$sw" id=99 pcap="$PCAP" || return
	check_ok "iperf3" taskset -c 0 "${on[@]}" "$p1" iperf3 -c 192.0.2.2 -n "$BYTES" -F "$DIR/sent"
	# with what it has read written down
	check_wait "iperf3's server has ended" ended "$server"
	flows "markers" send eth0 ns="$p1" dst=02:00:00:00:00:02 count=0 id=98 \
		send mark0 ns="$sw" count=0 id=99
	check_finish production
	[ "${KV[maxlen]}" -gt 15000 ] || fail "production had no super-frame: ${KV[maxlen]}"
	check_finish monitor
}

# Another's conversation, and another's judgement. The file is no measure of it: iperf3
# mixes up its parts where TCP takes less than it was given, and its server closes, with
# TCP's buffers full, as soon as the client says that it has nothing more to give. What
# production had is one, and what the server has read: most of it, the buffers are small.
iperf3_put_together_by_tshark()
{
	local PCAP=$DIR/pcap CPUS=$1 got

	require_command iperf3 tshark perl ss && require_cpus "$1" || return
	source_add "$sw" master br0 || return
	with_sysctl "$p1" tcp_wmem "4096 16384 262144"
	with_sysctl "$p2" tcp_rmem "4096 131072 262144"
	iperf3_sends || return
	tshark_is_content
	tshark_stream "$PCAP" >"$DIR/seen"
	check_ok "what production had" cmp "$DIR/seen" <(tshark_stream "$DIR/production")
	got=$(stat -c %s "$DIR/got")
	[ "$got" -ge $((BYTES / 2)) ] || fail "iperf3 has read $got bytes"
	check_ok "what iperf3 has read" cmp -n "$got" "$DIR/seen" "$DIR/got"
	no_drops
}

tests_run
