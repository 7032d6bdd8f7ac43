#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sources and spans when the devices that they depend on are created, renamed, moved and
# deleted.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"source_before_its_device"
	"first_frame_of_a_new_device"
	"device_renamed_away_and_back"
	"another_device_takes_the_name"
	"name_taken_by_no_ethernet_device"
	"device_in_another_netns"
	"recreated_200_times_under_traffic"
	"veth_recreated"
	"span_renamed"
	"span_mtu_and_txqueuelen"
	"txqueuelen_has_bounds"
	"address_is_that_of_one_station"
	"span_moved_to_another_netns"
	"span_deleted_with_its_netns"
	"netns_of_the_sources_deleted"
	"span_deleted_with_its_sources"
	"span_deleted_while_read"
	"no_memory_left_behind_by_sources"
	"no_memory_left_behind_by_spans"
	"link_kind_and_driver"
	"flush"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/leak.sh
. "$(dirname "$0")/lib/leak.sh"

LATE=span0/sources/late0

setup()
{
	topo_cable && setup_ns other && span_add "$sw" span0
}

check_dormant()
{
	json "$sw" show span0
	check_j "$1/state" dormant
	[[ " ${!J[*]} " != *" $1/bindings/"* ]] || fail "$1 is bound"
	[ -n "${J[$1/why]:-}" ] || fail "$1 does not say why it is dormant"
	[[ ${J[$1/why]:-} == *"$2"* ]] || fail "$1: '${J[$1/why]:-}' does not name $2"
}

check_active()
{
	json "$sw" show span0
	check_j "$1/state" active
	check_j "$1/why" absent
	check_j "$1/bindings/${1##*/}/dev" "${1##*/}"
}

late_up()
{
	ip -n "$sw" -b - <<-EOT
		link add late0 type veth peer name peer0
		link set late0 up
		link set peer0 up
	EOT
	wait_up "$sw" late0 peer0
}

late_works()
{
	flows "late0" send peer0 ns="$sw" id=1 recv span0 ns="$sw" id=1
}

source_before_its_device()
{
	source_add "$sw" late0 rx || return
	check_dormant "$LATE" late0
	late_up
	defer ip -n "$sw" link del late0
	check_active "$LATE"
	late_works
	ip -n "$sw" link del late0
	check_dormant "$LATE" late0
}

# A tap that is made and written to in one go: not one frame may be missing.
first_frame_of_a_new_device()
{
	source_add "$sw" late0 rx || return
	flows "one device, one frame" send tun:late0 ns="$sw" churn=1000 count=1 end=0 \
		send tun:late0 ns="$sw" count=0 recv span0 ns="$sw" count=1
	check_dormant "$LATE" late0
}

device_renamed_away_and_back()
{
	source_add "$sw" late0 rx && late_up || return
	defer ip -n "$sw" link del peer0
	rename "$sw" late0 gone0
	check_dormant "$LATE" late0
	source_add "$sw" eth0 tx
	flows "renamed" send peer0 ns="$sw" end=0 send eth0 ns="$sw" id=2 count=0 \
		recv span0 ns="$sw" id=2 count=0
	rename "$sw" gone0 late0
	wait_up "$sw" late0
	check_active "$LATE"
	late_works
}

another_device_takes_the_name()
{
	source_add "$sw" late0 rx && late_up || return
	defer ip -n "$sw" link del peer0
	link_ifindex "$sw" late0
	rename "$sw" late0 late1
	rename "$sw" peer0 late0
	defer ip -n "$sw" link del late0
	wait_up "$sw" late0 late1
	check_active "$LATE"
	[ "${J[$LATE/bindings/late0/ifindex]}" != "$REPLY" ] || fail "still on the old device"
	flows "the new late0" send late1 ns="$sw" id=1 recv span0 ns="$sw" id=1
}

# A name may come to mean what cannot be a source: the rule stays, and says why.
name_taken_by_no_ethernet_device()
{
	source_add "$sw" late0 rx || return
	ip -n "$sw" tuntap add late0 mode tun
	defer ip -n "$sw" link del late0
	check_dormant "$LATE" late0
	ip -n "$sw" link del late0
	ip -n "$sw" link add late0 type vspan
	check_dormant "$LATE" late0
	ip -n "$sw" link del late0
	late_up
	check_active "$LATE"
	late_works
}

device_in_another_netns()
{
	source_add "$sw" late0 rx && late_up || return
	defer ip -n "$sw" link del peer0
	ip -n "$sw" link set late0 netns "$other"
	ip -n "$other" link set late0 up
	check_dormant "$LATE" late0
	wait_up "$other" late0
	flows "elsewhere" send peer0 ns="$sw" end=0 recv late0 ns="$other" end=0
	ip -n "$other" link set late0 netns "$sw"
	ip -n "$sw" link set late0 up
	wait_up "$sw" late0
	check_active "$LATE"
	late_works
}

# 200 devices one after the other, 5 frames received on each and at least one sent by
# another program: each of the 1000 frames is copied, once, in order.
recreated_200_times_under_traffic()
{
	source_add "$sw" late0 || return
	background noise send late0 ns="$sw" id=2 keep=1 end=0 count=100000000 rate=2000
	flows "200 devices" send tun:late0 ns="$sw" id=1 count=1000 churn=5 \
		recv span0 ns="$sw" id=1 count=1000 others=ok
	stop noise
	[ "${KV[sent]:-0}" -gt 0 ] || fail "there was no traffic: ${LINES[*]}"
	stats "$sw" span0
	check_j "$LATE/state" dormant
	# 1000 and the markers
	check_j "$LATE/stats/rx/packets" $((1000 + $(nproc)))
	[ "${J[$LATE/stats/tx/packets]}" -ge 199 ] ||
		fail "copies of the traffic: ${J[$LATE/stats/tx/packets]}"
}

veth_recreated()
{
	local i

	source_add "$sw" late0 || return
	background noise send peer0 ns="$sw" keep=1 end=0 count=100000000 rate=2000
	for i in {1..20}; do
		ip -n "$sw" -b - <<-EOT || fail "round $i"
			link add late0 type veth peer name peer0
			link set late0 up
			link set peer0 up
			link del late0
		EOT
	done
	stop noise
	late_up
	defer ip -n "$sw" link del late0
	check_active "$LATE"
	late_works
}

span_renamed()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx to span1 || return
	rename "$sw" span1 mon1
	defer ip -n "$sw" link del mon1
	json "$sw" show
	check_j mon1/sources/eth0/state active
	check_j span1/span absent
	flows "renamed" send eth0 ns="$p2" recv mon1 ns="$sw"
	check_vspan "$sw" set eth0 to mon1 tx
	check_vspan "$sw" del eth0 to mon1
}

span_mtu_and_txqueuelen()
{
	source_add "$sw" eth0 rx || return
	check_ok "MTU" ip -n "$sw" link set span0 mtu 9000
	check_ok "small MTU" ip -n "$sw" link set span0 mtu 576
	flows "larger than the MTU" send eth0 ns="$p2" len=1514 recv span0 ns="$sw" len=1514
	ip -n "$sw" link set span0 mtu 1500
	json "$sw" show span0
	check_j span0/qlen 4096
	check_ok "txqueuelen" ip -n "$sw" link set span0 txqueuelen 100
	json "$sw" show span0
	check_j span0/qlen 100
	flows "short queue" send eth0 ns="$p2" recv span0 ns="$sw"
	check_ok "qlen" vspan "$sw" span set span0 qlen 4096
	[[ $(ip -n "$sw" link show span0) == *"qlen 4096"* ]] || fail "ip shows another qlen"
}

# What the tool could not restore a span cannot have, whichever way it is asked for.
txqueuelen_has_bounds()
{
	local qlen saved sysfs=/sys/class/net/span0/tx_queue_len

	for qlen in 0 32768; do
		ip -n "$sw" link add span1 txqueuelen "$qlen" type vspan 2>/dev/null &&
			fail "a span with $qlen"
		ip -n "$sw" link set span0 txqueuelen "$qlen" 2>/dev/null && fail "$qlen by ip"
		ip netns exec "$sw" bash -c "echo $qlen >$sysfs" 2>/dev/null &&
			fail "$qlen in sysfs"
	done
	json "$sw" show span0
	check_j span0/qlen 4096
	for qlen in 1 32767; do
		check_ok "bound" ip netns exec "$sw" bash -c "echo $qlen >$sysfs"
		saved=$(vspan "$sw" save -) || fail "save with $qlen"
		check_ok "default" ip -n "$sw" link set span0 txqueuelen 4096
		check_vspan "$sw" restore - <<<"$saved"
		json "$sw" show span0
		check_j span0/qlen "$qlen"
	done
	check_ok "default" ip -n "$sw" link set span0 txqueuelen 4096
}

# Else the span is made, and then cannot be brought up.
address_is_that_of_one_station()
{
	local addr out

	for addr in 01:00:5e:00:00:01 ff:ff:ff:ff:ff:ff 00:00:00:00:00:00 02:00:00:00; do
		out=$(ip -n "$sw" link add span1 address "$addr" type vspan 2>&1) &&
			fail "a span with $addr"
		[[ $out == *"neither multicast nor all zero"* ]] || fail "$addr: '$out'"
		ip -n "$sw" link del span1 2>/dev/null
	done
	check_ok "add" ip -n "$sw" link add span1 address 02:00:00:00:00:77 up type vspan
	out=$(ip -n "$sw" -br link show span1)
	[[ $out == *02:00:00:00:00:77* ]] || fail "the address" "$out"
	ip -n "$sw" link del span1
}

# The monitor's netns: the sources stay where they were configured and feed it.
span_moved_to_another_netns()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx to span1 || return
	check_ok "move" ip -n "$sw" link set span1 netns "$other"
	defer ip -n "$other" link del span1
	ip -n "$other" link set span1 up
	flows "from the other netns" send eth0 ns="$p2" recv span1 ns="$other"
	json "$sw" show
	check_j span1/sources/eth0/state active
	[[ ${J[span1/netnsid]:-} =~ ^[0-9]+$ ]] || fail "show does not say that span1 is away"
	json "$other" show
	check_j span1/span span1
	check_j span1/sources/eth0/state absent
	check_ok "back" ip -n "$other" link set span1 netns "$sw"
	ip -n "$sw" link set span1 up
	flows "back again" send eth0 ns="$p2" recv span1 ns="$sw"
}

gone()
{
	json "$1" show && [ ! -v "J[$2/span]" ]
}

# Deletion of a netns goes on in the background.
span_deleted_with_its_netns()
{
	local mon=mon-$RUN_ID-$RANDOM

	ip netns add "$mon"
	span_add "$sw" span1 && source_add "$sw" eth0 rx to span1 || return
	ip -n "$sw" link set span1 netns "$mon"
	ip -n "$mon" link set span1 up
	ip netns del "$mon"
	check_wait "span1 is gone" gone "$sw" span1
	ping_exact "$sw" 192.0.2.2 3
	span_add "$sw" span1 && source_add "$sw" eth0 rx to span1 || return
	flows "a new one" send eth0 ns="$p2" recv span1 ns="$sw"
}

sourceless()
{
	json "$1" show && [ ! -v "J[$2/sources/veth9/source]" ]
}

netns_of_the_sources_deleted()
{
	local prod=prod-$RUN_ID-$RANDOM

	ip netns add "$prod"
	ip -n "$prod" -b - <<-EOT
		link add veth9 type veth peer name peer9
		link set veth9 up
		link set peer9 up
		link add span9 type vspan
	EOT
	wait_up "$prod" veth9 peer9
	check_vspan "$prod" add veth9 rx to span9
	ip -n "$prod" link set span9 netns "$other"
	ip -n "$other" link set span9 up
	flows "from afar" send peer9 ns="$prod" recv span9 ns="$other"
	ip netns del "$prod"
	check_wait "no sources" sourceless "$other" span9
	json "$other" show
	check_j span9/span span9
	check_ok "delete the span" ip -n "$other" link del span9
}

span_deleted_with_its_sources()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx to span1 &&
		source_add "$sw" late0 to span1 && source_add "$sw" eth0 tx || return
	check_ok "delete" ip -n "$sw" link del span1
	json "$sw" show
	check_j span1/span absent
	check_j span0/sources/eth0/state active
	span_add "$sw" span1
	json "$sw" show span1
	check_j span1/sources/eth0/source absent
}

# A reader of the tap keeps its file, not the device.
span_deleted_while_read()
{
	local i

	for i in 1 2 3; do
		span_add "$sw" span1 && source_add "$sw" eth0 rx to span1 &&
			tap_path "$sw" span1 || return
		reader tap recv "$REPLY" end=0 count=1000 timeout=0 || return
		reader socket count span1 ns="$sw" end=0 timeout=0 || return
		flows "traffic" send eth0 ns="$p2" end=0
		check_ok "delete" ip -n "$sw" link del span1
		stop tap
		stop socket
	done
}

# Objects of each general size, and per-CPU memory: MEM[name]
memory()
{
	local name count

	MEM=()
	while read -r name count _; do
		[[ $name != kmalloc-* ]] || MEM[$name]=$count
	done </proc/slabinfo
	while read -r name count _; do
		[ "$name" != Percpu: ] || MEM[percpu]=$count
	done </proc/meminfo
}

# leaves_nothing ROUNDS SIZES KB COMMAND...: it makes and deletes ROUNDS objects. No
# size of objects grows by half as many, per-CPU memory by less than KB: what others
# do meanwhile is much less. RCU frees late. A kernel that keeps freed memory to find
# who uses it still has kmemleak, which knows better.
leaves_nothing()
{
	local objects=$(($1 / 2)) sizes=$2 kb=$3 key
	local -A MEM=() BEFORE=()

	shift 3
	if [ -w "$KMEMLEAK" ]; then
		clear_leaks
		check_ok "make and delete" "$@"
		check_no_leak
		return
	fi
	[ -r /proc/slabinfo ] || { skip "no /proc/slabinfo"; return; }
	check_ok "warm up" "$@"
	memory
	for key in "${!MEM[@]}"; do
		[[ ! $key =~ ^($sizes)$ ]] || BEFORE[$key]=${MEM[$key]}
	done
	check_ok "make and delete" "$@"
	check_wait "memory comes back" grown_less "$objects" "$kb" || fail "$GROWN"
}

# grown_less OBJECTS KB
grown_less()
{
	local key

	memory
	for key in "${!BEFORE[@]}"; do
		GROWN="$key: ${BEFORE[$key]} -> ${MEM[$key]}"
		if [ "$key" == percpu ]; then
			((MEM[$key] - BEFORE[$key] < $2)) || return 1
		else
			((MEM[$key] - BEFORE[$key] < $1)) || return 1
		fi
	done
}

no_memory_left_behind_by_sources()
{
	leaves_nothing 2000 "kmalloc-.*|percpu" 250 \
		"$PKT" nl churn ns="$sw" span=span0 source=eth0 count=2000
}

make_and_delete_spans()
{
	local i

	for i in {1..40}; do
		echo "link add span5 up type vspan"
		echo "link del span5"
	done | ip -n "$sw" -b -
}

# A span is large, and has a queue of more than 512 bytes for each CPU.
no_memory_left_behind_by_spans()
{
	leaves_nothing 40 "kmalloc-[1248]k|percpu" $(($(nproc) * 10)) make_and_delete_spans
}

link_kind_and_driver()
{
	local out

	require_command ethtool || return
	out=$(ip -n "$sw" -d -j link show span0 | "$PKT" json)
	[[ $out == *"linkinfo/info_kind vspan"* ]] || fail "ip -d link: $out"
	[[ $out == *"link_type ether"* ]] || fail "not an Ethernet device"
	out=$(ip netns exec "$sw" ethtool -i span0)
	[[ $out == *"driver: vspan"* ]] || fail "ethtool -i: $out"
}

flush()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx to span1 &&
		source_add "$sw" late0 to span1 && source_add "$sw" eth0 tx || return
	check_vspan "$sw" flush span1
	json "$sw" show
	check_j span1/sources/eth0/state absent
	check_j span1/sources/late0/state absent
	check_j span0/sources/eth0/state active
	check_vspan "$sw" flush
	json "$sw" show
	check_j span0/sources/eth0/state absent
	check_j span1/span span1
}

tests_run
