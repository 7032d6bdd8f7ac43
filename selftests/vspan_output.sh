#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Outputs: a span's frames are sent through other devices, with the configured tags.
# Losses are counted by reason, and production is not affected.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"plain_port rx"
	"plain_port tx"
	"deleted_output_sends_nothing"
	"tags_on_the_wire"
	"rspan_keeps_the_tag_inside"
	"rspan_strips_the_tag"
	"full_size_frames_with_three_tags"
	"super-frames wire"
	"super-frames asis"
	"two_outputs_and_two_readers"
	"outputs_change_under_traffic"
	"device_before_and_after"
	"device_recreated_under_traffic"
	"device_renamed_away_and_back"
	"device_in_another_netns_and_back"
	"far_netns_deleted_under_traffic"
	"netns_of_the_output_deleted"
	"device_down"
	"device_without_carrier"
	"down_and_up_under_traffic"
	"carrier_comes_under_traffic"
	"too_big"
	"refused_by_the_qdisc"
	"refused_by_tc"
	"flows_spread_over_queues"
	"output_whose_name_is_gone"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

OUT0=span0/outputs/out0
OUT2=span0/outputs/out2

#   netns p2                netns sw                   netns far
# +----------+    +-------------------------+    +----------------+
# |     eth0-+----+-eth0 ..> span0 ..> out0-+----+-mon0           |
# |          |    |                    out1-+----+-mon1           |
# +----------+    +-------------------------+    +----------------+
setup()
{
	topo_cable && setup_ns far && span_add "$sw" span0 || return 1
	port_add out0 mon0 && port_add out1 mon1 || return 1
	MARKERS=$(nproc)	# the end of a stream is mirrored as well
	IN=(send eth0 ns="$p2")
}

# port_add DEV PEER: a device of sw to send by, with its other end in far
port_add()
{
	ip -n "$sw" link add "$1" type veth peer name "$2" netns "$far" || return 1
	ip -n "$far" link set "$2" up
	ip -n "$sw" link set "$1" up
	wait_up "$sw" "$1" && wait_up "$far" "$2"
}

port2_add()
{
	port_add out2 mon2 && defer ip -n "$sw" link del out2
}

# sends WORDS...: eth0 is mirrored, and the span has an output
sends()
{
	source_add "$sw" eth0 rx && output_add "$sw" span0 "$@"
}

# sees WHAT OUTPUT N WORDS...: N frames come in and go out by outN to monN
sees()
{
	flows "$1" "${IN[@]}" count="$3" recv "mon${2#out}" ns="$far" count="$3" "${@:4}"
}

plain_port()
{
	local dir=$1 bytes
	local -a sweep=(count=1455 len=60-1514)

	[ "$dir" == rx ] || IN=(send eth0 ns="$sw")
	source_add "$sw" eth0 "$dir" && output_add "$sw" span0 dev out0 || return
	flows "all lengths" "${IN[@]}" "${sweep[@]}" recv mon0 ns="$far" "${sweep[@]}"
	IN=(send eth0 ns="$p2")
	parse_kv "${LINES[-1]}"
	bytes=$((KV[bytes] + 60 * MARKERS))
	check_books "$sw" "$OUT0" "packets=$((1455 + MARKERS))"
	check_j "$OUT0/stats/bytes" "$bytes"
	check_j "$OUT0/state" active
	check_j "$OUT0/vlan" absent
	check_j "$OUT0/why" absent
}

deleted_output_sends_nothing()
{
	sends dev out0 || return
	check_vspan "$sw" output add span0 dev out1
	check_vspan "$sw" output del span0 dev out1
	flows "deleted" "${IN[@]}" id=1 send out1 ns="$sw" id=9 count=0 \
		recv mon0 ns="$far" id=1 recv mon1 ns="$far" id=9 count=0
	json "$sw" show span0
	check_j "span0/outputs/out1/dev" absent
}

# on_the_wire WORDS-SENT WORDS-SEEN: seen by a tap, which has the tags in the frame
on_the_wire()
{
	local -a sent seen

	read -ra sent <<<"$1"
	read -ra seen <<<"$2"
	flows "'$1' as '$2'" "${IN[@]}" "${sent[@]}" recv tun:tap9 ns="$sw" "${seen[@]}"
}

# wire WORDS...: sends by a tap, of which a machine could not tell it from a cable
wire()
{
	ip -n "$sw" tuntap add tap9 mode tap
	defer ip -n "$sw" link del tap9
	ip -n "$sw" link set tap9 up
	sends dev tap9 "$@"
}

AD="vlan=10 proto=0x88a8 inner=20"

tags_on_the_wire()
{
	wire || return
	on_the_wire "" ""
	on_the_wire "vlan=10:6" "vlan=10:6"
	on_the_wire "$AD" "$AD"
}

rspan_keeps_the_tag_inside()
{
	wire vlan 200 || return
	json "$sw" show span0
	check_j span0/outputs/tap9/vlan 200
	on_the_wire "" "outer=200"
	on_the_wire "vlan=10:6" "outer=200 vlan=10:6"
	on_the_wire "vlan=0:5" "outer=200 vlan=0:5"
	on_the_wire "vlan=10 inner=20" "outer=200 vlan=10 inner=20"
	on_the_wire "$AD" "outer=200 $AD"
}

# The outer of its own tags goes, as a switch would take it off at an access port.
rspan_strips_the_tag()
{
	wire vlan 200 strip || return
	json "$sw" show span0
	check_j span0/outputs/tap9/strip true
	on_the_wire "" "outer=200"
	on_the_wire "vlan=10:6" "outer=200"
	on_the_wire "vlan=10 inner=20" "outer=200 vlan=20"
	on_the_wire "$AD" "outer=200 vlan=20"
	check_vspan "$sw" output del span0 dev tap9
	check_vspan "$sw" output add span0 dev tap9 strip
	on_the_wire "" ""
	on_the_wire "vlan=10" ""
	on_the_wire "$AD" "vlan=20"
}

# A tag more than the MTU allows for passes, as on any port; two more do not, besides
# the one that is not in the frame yet.
full_size_frames_with_three_tags()
{
	local -a tags

	read -ra tags <<<"$AD"
	defer ip -n "$p2" link set eth0 mtu 1500
	ip -n "$p2" link set eth0 mtu 1508
	defer ip -n "$sw" link set eth0 mtu 1500
	ip -n "$sw" link set eth0 mtu 1508
	sends dev out0 vlan 200 || return
	flows "what fits" "${IN[@]}" len=1510 "${tags[@]}" \
		recv mon0 ns="$far" len=1510 outer=200 "${tags[@]}"
	flows "what does not" "${IN[@]}" id=1 len=1511-1514 end=0 "${tags[@]}" \
		"${IN[@]}" count=0 id=9 recv mon0 ns="$far" id=9 count=0
	check_books "$sw" "$OUT0" "packets=$((10 + 2 * MARKERS)) too_big=10"
}

# A TCP transfer: production's super-frames leave as frames, or whole if asked.
super-frames()
{
	local form=$1

	sends dev out0 vlan 200 || return
	defer vspan "$sw" span set span0 frames wire
	check_vspan "$sw" span set span0 frames "$form"
	reader far count mon0 ns="$far" id=99 || return
	tcp_copied far "$p2" "$sw" 192.0.2.1 2000000 "$sw" eth0 "${IN[@]}" count=0 id=99
	check_eq "tags" "${KV[tags]}" "none:0,8100.200:${KV[frames]}"
	[ "$form" == asis ] || check_eq "unfinished checksums" "${KV[partial]}" 0
	[ "$form" == asis ] || [ "${KV[maxlen]}" -le 1518 ] || fail "a frame of ${KV[maxlen]}"
	[ "$form" == wire ] || [ "${KV[maxlen]}" -gt 1518 ] || fail "no super-frame"
}

two_outputs_and_two_readers()
{
	sends dev out0 && output_add "$sw" span0 dev out1 vlan 200 && tap_path "$sw" span0 ||
		return
	flows "four ways" "${IN[@]}" count=100 vlan=10 \
		recv mon0 ns="$far" count=100 vlan=10 \
		recv mon1 ns="$far" count=100 outer=200 vlan=10 \
		recv span0 ns="$sw" count=100 vlan=10 recv "$REPLY" count=100 vlan=10
	check_books "$sw" "$OUT0" "packets=$((100 + MARKERS))"
	check_books "$sw" span0/outputs/out1 "packets=$((100 + MARKERS))"
}

# One of two is added and deleted all the time: the other does not miss a frame.
outputs_change_under_traffic()
{
	local i

	sends dev out0 || return
	reader steady recv mon0 ns="$far" count=2000 || return
	reader shaky recv mon1 ns="$far" count=2000 loss=ok end=0 timeout=0 || return
	background traffic "${IN[@]}" count=2000 rate=2000
	for i in {1..8}; do
		check_vspan "$sw" output add span0 dev out1
		check_vspan "$sw" output del span0 dev out1
	done
	check_finish steady
	stop shaky || fail "the other output" "${LINES[@]}"
}

check_dormant()
{
	json "$sw" show span0
	check_j "$OUT2/state" dormant
	[[ ${J[$OUT2/why]:-} == *out2* ]] ||
		fail "out2: '${J[$OUT2/why]:-}' does not name the device"
}

check_active()
{
	json "$sw" show span0
	check_j "$OUT2/state" active
	check_j "$OUT2/why" absent
}

# in_vain WORDS...: ten frames come in, and production has them
in_vain()
{
	flows "production" "${IN[@]}" recv eth0 ns="$sw" "$@"
}

# Without its device an output counts each frame, with or without other readers.
device_before_and_after()
{
	local each=$((10 + MARKERS))

	sends dev out2 || return
	check_dormant
	in_vain
	check_books "$sw" "$OUT2" "packets=0 no_device=$each"
	wait_j "$sw" span0/sources/eth0/stats/drops/no_reader "$each"
	port2_add || return
	check_active
	sees "there" out2 10
	check_books "$sw" "$OUT2" "packets=$each no_device=$each"
	ip -n "$sw" link del out2
	check_dormant
	in_vain recv span0 ns="$sw"
	check_books "$sw" "$OUT2" "packets=$each no_device=$((2 * each))"
	check_j span0/sources/eth0/stats/drops/no_reader "$each"
}

# production WORDS: 4000 frames in two seconds, of which none may be missing
production_starts()
{
	reader production "${IN[@]}" count=4000 rate=2000 recv eth0 ns="$sw" count=4000
}

sums_to()
{
	local key sum

	json "$sw" -s show && [ -v "J[$1/stats/packets]" ] || return 1
	sum=${J[$1/stats/packets]}
	for key in "${!J[@]}"; do
		[[ $key != "$1/stats/drops/"* ]] || sum=$((sum + J[$key]))
	done
	((sum == $2))
}

# Each frame that production got was sent by the output, or counted there.
check_production()
{
	check_finish production
	check_wait "sent and lost frames of $1 are all" sums_to "$1" $((4000 + MARKERS)) ||
		fail "$(vspan "$sw" -s show)"
}

device_recreated_under_traffic()
{
	local i

	sends dev out2 && production_starts || return
	for i in {1..10}; do
		ip -n "$sw" -b - <<-EOT || fail "round $i"
			link add out2 type veth peer name mon2
			link set mon2 up
			link set out2 up
			link del out2
		EOT
	done
	check_production "$OUT2"
	port2_add || return
	check_active
	sees "afterwards" out2 10
}

device_renamed_away_and_back()
{
	port2_add && sends dev out2 || return
	rename "$sw" out2 gone2 && wait_up "$sw" gone2 || return
	defer ip -n "$sw" link del gone2
	check_dormant
	flows "renamed" "${IN[@]}" id=1 recv eth0 ns="$sw" id=1 \
		send gone2 ns="$sw" id=9 count=0 recv mon2 ns="$far" id=9 count=0
	check_books "$sw" "$OUT2" "packets=0 no_device=$((10 + MARKERS))"
	rename "$sw" gone2 out2 && wait_up "$sw" out2 || return
	check_active
	sees "back" out2 10
}

device_in_another_netns_and_back()
{
	port2_add && sends dev out2 || return
	ip -n "$sw" link set out2 netns "$far"
	ip -n "$far" link set out2 up
	check_dormant
	in_vain
	check_books "$sw" "$OUT2" "packets=0 no_device=$((10 + MARKERS))"
	ip -n "$far" link set out2 netns "$sw"
	ip -n "$sw" link set out2 up
	wait_up "$sw" out2 && check_active
	sees "back" out2 10
}

# The other end goes, and the device with it.
far_netns_deleted_under_traffic()
{
	local ns=gone-$RUN_ID-$RANDOM

	ip netns add "$ns"
	ip -n "$sw" link add out2 up type veth peer name mon2 netns "$ns"
	ip -n "$ns" link set mon2 up
	sends dev out2 && production_starts || return
	ip netns del "$ns"
	check_wait "out2 is dormant" json_is "$sw" "$OUT2/state" dormant
	check_production "$OUT2"
}

outputless()
{
	json "$1" show && [ -v "J[$2/span]" ] && [[ " ${!J[*]} " != *" $2/outputs/"* ]]
}

# The span lives elsewhere; its sources and outputs go with the netns they are of.
netns_of_the_output_deleted()
{
	local ns=prod-$RUN_ID-$RANDOM

	ip netns add "$ns"
	ip -n "$ns" -b - <<-EOT
		link add in9 type veth peer name peer9
		link add out9 type veth peer name mon9 netns $far
		link set in9 up
		link set peer9 up
		link set out9 up
		link add span9 type vspan
	EOT
	ip -n "$far" link set mon9 up
	wait_up "$ns" in9 peer9 out9
	check_vspan "$ns" add in9 rx to span9 && check_vspan "$ns" output add span9 dev out9 &&
		check_vspan "$ns" output add span9 psample 9
	check_ok "move" ip -n "$ns" link set span9 netns "$far" || return
	defer ip -n "$far" link del span9
	ip -n "$far" link set span9 up
	flows "from afar" send peer9 ns="$ns" recv mon9 ns="$far"
	background traffic send peer9 ns="$ns" count=100000000 end=0 keep=1
	ip netns del "$ns"
	# the sender's socket keeps the netns
	stop traffic
	check_wait "no outputs" outputless "$far" span9
	port2_add
	check_vspan "$sw" output add span0 dev out2
	check_vspan "$sw" output del span0 dev out2
}

# cannot_send NS DEV: with that one down nothing leaves, and with it up all does
cannot_send()
{
	sends dev out0 || return
	defer ip -n "$1" link set "$2" up
	ip -n "$1" link set "$2" down
	in_vain
	check_books "$sw" "$OUT0" "packets=0 dev_down=$((10 + MARKERS))"
	ip -n "$1" link set "$2" up
	wait_up "$sw" out0
	sees "$2 is up" out0 10
	check_books "$sw" "$OUT0" "packets=$((10 + MARKERS)) dev_down=$((10 + MARKERS))"
}

device_down()
{
	cannot_send "$sw" out0
}

device_without_carrier()
{
	cannot_send "$far" mon0
}

# What counts as sent has arrived, however often the device goes down and up; which it
# does until the stream has ended, so that its end markers may get lost as well.
down_and_up_under_traffic()
{
	local sent

	sends dev out0 && reader far count mon0 ns="$far" id=99 && production_starts || return
	while kill -0 "${READER_PID[production]}" 2>/dev/null; do
		ip -n "$sw" -b - <<-EOT || { fail "down and up"; break; }
			link set out0 down
			link set out0 up
		EOT
	done
	check_production "$OUT0"
	sent=${J[$OUT0/stats/packets]}
	wait_up "$sw" out0
	flows "the end" "${IN[@]}" count=0 id=99
	check_finish far
	check_eq "frames that arrived" $((KV[stream] + KV[marks])) "$sent"
}

# A tap has a carrier when it is opened, and its queue some time later.
carrier_comes_under_traffic()
{
	local sent

	wire || return
	# A reader that has to wait for a CPU loses nothing: tun would tell nobody.
	ip -n "$sw" link set tap9 txqueuelen 5000
	production_starts && reader tap count tun:tap9 ns="$sw" || return
	check_production span0/outputs/tap9
	sent=${J[span0/outputs/tap9/stats/packets]}
	check_finish tap
	[ "${KV[stream]}" -gt 0 ] || fail "nothing came"
	check_eq "frames that arrived" $((KV[stream] + MARKERS)) "$sent"
}

# A tag may come on top of the MTU, so that 4 bytes more may pass.
too_big()
{
	local -a sweep=(count=1455 len=60-1514)
	local fit=$((1000 + 14 + 4 - 59))

	defer ip -n "$sw" link set out0 mtu 1500
	ip -n "$sw" link set out0 mtu 1000
	sends dev out0 || return
	flows "MTU 1000" "${IN[@]}" "${sweep[@]}" recv mon0 ns="$far" "${sweep[@]}" loss=ok \
		recv eth0 ns="$sw" "${sweep[@]}"
	parse_kv "${LINES[1]}"
	check_eq "frames that fit" "${KV[got]}" "$fit"
	check_books "$sw" "$OUT0" "packets=$((fit + MARKERS)) too_big=$((1455 - fit))"
	ip -n "$sw" link set out0 mtu 1500
	sees "MTU 1500" out0 10
	check_books "$sw" "$OUT0" \
		"packets=$((fit + MARKERS + 10 + MARKERS)) too_big=$((1455 - fit))"
}

refused_by_the_qdisc()
{
	sends dev out0 || return
	check_ok "qdisc" tc -n "$sw" qdisc add dev out0 root pfifo limit 0 || return
	defer tc -n "$sw" qdisc del dev out0 root
	in_vain
	check_books "$sw" "$OUT0" "packets=0 xmit=$((10 + MARKERS))"
	tc -n "$sw" qdisc del dev out0 root
	sees "without" out0 10
	check_books "$sw" "$OUT0" "packets=$((10 + MARKERS)) xmit=$((10 + MARKERS))"
}

refused_by_tc()
{
	tc -n "$sw" qdisc add dev out0 clsact 2>/dev/null || { skip "no clsact"; return; }
	defer tc -n "$sw" qdisc del dev out0 clsact
	tc -n "$sw" filter add dev out0 egress matchall action drop 2>/dev/null ||
		{ skip "no matchall"; return; }
	sends dev out0 || return
	in_vain
	check_books "$sw" "$OUT0" "packets=0 xmit=$((10 + MARKERS))"
	tc -n "$sw" filter del dev out0 egress
	sees "without" out0 10
	check_books "$sw" "$OUT0" "packets=$((10 + MARKERS)) xmit=$((10 + MARKERS))"
}

# NUMBER: a datagram each of so many flows
FLOWS='
import socket, sys
for i in range(int(sys.argv[1])):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("192.0.2.2", 5000 + 7 * i))
    sock.sendto(b"x", ("192.0.2.1", 6000 + 3 * i))
'

# As those of a NIC are, by the upper bits of a hash.
flows_spread_over_queues()
{
	ip -n "$sw" link add outq up numtxqueues 4 type veth peer name monq
	defer ip -n "$sw" link del outq
	ip -n "$sw" link set monq up
	check_ok "queues" tc -n "$sw" qdisc add dev outq root handle 9: mq || return
	wait_up "$sw" outq monq && source_add "$sw" eth0 rx && output_add "$sw" span0 dev outq &&
		check_ok "flows" ip netns exec "$p2" python3 -c "$FLOWS" 64 || return
	wait_j "$sw" span0/outputs/outq/stats/packets 64
	check_eq "queues in use" "$(tc -n "$sw" -s qdisc show dev outq |
		grep -A1 "parent 9:" | grep -c ' [1-9][0-9]* pkt')" 4
}

# The output is still bound to the device, and keeps sources from what it sends through.
output_whose_name_is_gone()
{
	ip -n "$sw" -b - <<-EOT || return
		link add bx type bridge
		link property add dev bx altname other0
		link add ex0 up type dummy
		link set ex0 master bx
	EOT
	defer ip -n "$sw" link del ex0
	defer ip -n "$sw" link del bx
	check_vspan "$sw" output add span0 dev other0
	check_vspan "$sw" add 'ex*' rx
	[[ $(vspan "$sw" show) != *"active on ex0"* ]] || fail "ex0 is below an output"
	ip -n "$sw" link property del dev bx altname other0
	check_vspan "$sw" output del span0 dev other0
	[[ $(vspan "$sw" show) == *"active on ex0"* ]] || fail "$(vspan "$sw" show)"
	check_vspan "$sw" del 'ex*'
}

tests_run
