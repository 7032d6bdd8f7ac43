#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A capture NIC: frames are taken at the device's receive slot, with redirect also from
# the host; other users of the slot; promiscuous mode while the NIC is mirrored.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"host_sees_nothing"
	"host_answers_no_arp"
	"host_sees_all_by_the_slot"
	"all_frames_to_socket_and_tap redirect"
	"all_frames_to_socket_and_tap hook_rx-handler"
	"nothing_is_cloned"
	"switched_on_and_off"
	"deleted_source_gives_back"
	"unselected_frames_are_not_for_the_host"
	"lost_frames_are_counted_not_the_host_s down"
	"lost_frames_are_counted_not_the_host_s unread"
	"beside_other_sources"
	"redirect_by_pattern"
	"sees_received_frames_only"
	"promisc_while_bound"
	"promisc_of_two_sources"
	"promisc_of_what_comes_and_goes"
	"slot_taken bridge"
	"slot_taken bond"
	"slot_taken macvlan"
	"slot_taken vlan"
	"set_with_the_slot_taken"
	"late_device_with_the_slot_taken"
	"vlan_device_comes_and_goes"
	"vlan_device_above_two_sources"
	"bridge_comes_and_goes"
	"macvlan_is_refused"
	"bond_is_refused"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

S=span0/sources/eth0

setup()
{
	topo_cable && span_add "$sw" span0
}

# What IP of netns sw has received, in REPLY
ip_received()
{
	local -a words
	local line

	while read -r line; do
		read -ra words <<<"$line"
		[[ $line != "Ip: "[0-9]* ]] || REPLY=${words[3]}
	done < <(ip netns exec "$sw" cat /proc/net/snmp)
}

# lost_pings COUNT: nobody answers; they are on the wire when ping ends
lost_pings()
{
	local out

	out=$(ip netns exec "$p2" ping -n -q -c "$1" -i 0.002 -W 0.2 192.0.2.1 2>&1)
	[[ $out == *"$1 packets transmitted, 0 received"* ]] || fail "ping" "$out"
}

# The host gets $1 of 5 pings, the span all of them; $2... are words of the source.
pings()
{
	local before want=$1

	ip_received
	before=$REPLY
	reader monitor count span0 ns="$sw" || return
	if ((want)); then
		ping_exact "$p2" 192.0.2.1 5
	else
		lost_pings 5
	fi
	flows "the end" send eth0 ns="$p2" count=0
	check_finish monitor
	check_eq "pings on the span" "${KV[echo_req]}" 5
	check_eq "frames on the span" "${KV[frames]}" 5
	ip_received
	check_eq "packets that IP got" $((REPLY - before)) "$want"
}

host_sees_nothing()
{
	pings_mirrored_by_tap || return
	source_add "$sw" eth0 rx redirect || return
	check_hook eth0 eth0 rx-handler
	check_j "$S/redirect" true
	check_taps "$sw" 0
	pings 0
	flows "no socket of one protocol either" send eth0 ns="$p2" recv span0 ns="$sw" \
		count eth0 ns="$sw" bind=0x88b5 end=0 timeout=1
	parse_kv "${LINES[-1]}"
	check_eq "frames on a socket of eth0" "${KV[frames]}" 0
}

# The other way round: the same pings are answered and counted without redirect.
pings_mirrored_by_tap()
{
	check_vspan "$sw" add eth0 rx || return
	pings 5
	check_vspan "$sw" del eth0
}

# Who asks gets no answer, and the span sees each of the questions.
host_answers_no_arp()
{
	source_add "$sw" eth0 rx redirect || return
	ip -n "$p2" neigh del 192.0.2.1 dev eth0
	defer ip -n "$p2" neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0
	reader monitor count span0 ns="$sw" || return
	reader wire count eth0 ns="$p2" dir=any || return
	ip netns exec "$p2" ping -n -q -c 1 -W 1 192.0.2.1 >/dev/null 2>&1
	flows "the end" send eth0 ns="$p2" count=0
	check_finish wire
	check_eq "answers" "${KV[arp_rep]}" 0
	((KV[arp_req])) || fail "nobody asked"
	REPLY=${KV[arp_req]}
	check_finish monitor
	check_eq "questions on the span" "${KV[arp_req]}" "$REPLY"
}

host_sees_all_by_the_slot()
{
	source_add "$sw" eth0 hook rx-handler || return
	check_hook eth0 eth0 rx-handler
	check_j "$S/dir/0" rx
	check_j "$S/dir/1" absent
	check_j "$S/redirect" absent
	check_taps "$sw" 0
	pings 5
}

# all_frames_to_socket_and_tap {redirect|hook_rx-handler}
all_frames_to_socket_and_tap()
{
	tap_path "$sw" span0 || return
	# shellcheck disable=SC2086
	source_add "$sw" eth0 rx ${1/_/ } || return
	flows "60 to 1514 bytes" send eth0 ns="$p2" len=60-1514 count=1455 \
		recv span0 ns="$sw" len=60-1514 count=1455 recv "$REPLY" len=60-1514 count=1455
	flows "tagged" send eth0 ns="$p2" vlan=10:3 len=60-1514 count=300 \
		recv span0 ns="$sw" vlan=10:3 len=60-1514 count=300
	flows "for others" send eth0 ns="$p2" dst=02:00:00:00:00:77 \
		recv span0 ns="$sw" dst=02:00:00:00:00:77
	flows "broadcast" send eth0 ns="$p2" dst=ff:ff:ff:ff:ff:ff \
		recv span0 ns="$sw" dst=ff:ff:ff:ff:ff:ff
}

# clones WORDS: a source with them; how often a frame 1111 bytes long is cloned, in REPLY
clones()
{
	local hits

	check_vspan "$sw" add eth0 "$@" || return
	echo 1 >"$TRACING/events/vspan_test/clone/enable"
	: >"$TRACING/trace"
	flows "$*" send eth0 ns="$p2" len=1125 count=200 recv "$TAP" len=1125 count=200
	echo 0 >"$TRACING/events/vspan_test/clone/enable"
	mapfile -t hits < <(grep 'clone:' "$TRACING/trace")
	REPLY=${#hits[@]}
	check_vspan "$sw" del eth0
}

# skb_clone() is watched for frames of one length, which no other here has: without
# the Ethernet header, as on reception, or with it, as the hook looks at them. The reader
# is a tap, which needs no clone.
nothing_is_cloned()
{
	TRACING=/sys/kernel/tracing
	[ -w "$TRACING/kprobe_events" ] || { skip "no kprobe events"; return; }
	tap_path "$sw" span0 || return
	TAP=$REPLY
	# skb->len is at one of them: behind what a kernel with conntrack keeps there.
	# shellcheck disable=SC2016	# the kernel's
	echo 'p:vspan_test/clone skb_clone a=+104($arg1):u32 b=+112($arg1):u32' \
		>>"$TRACING/kprobe_events" ||
		{ skip "no kprobe on skb_clone"; return; }
	defer sh -c "echo '-:vspan_test/clone' >>$TRACING/kprobe_events"
	defer sh -c "echo 0 >$TRACING/events/vspan_test/clone/enable"
	echo 'a == 1111 || a == 1125 || b == 1111 || b == 1125' \
		>"$TRACING/events/vspan_test/clone/filter"
	clones rx redirect
	check_eq "clones with redirect" "$REPLY" 0
	clones rx hook rx-handler
	# the markers too
	check_eq "clones at the slot without" "$REPLY" $((200 + $(nproc)))
}

switched_on_and_off()
{
	source_add "$sw" eth0 rx || return
	check_hook eth0 eth0 tap
	pings 5
	check_vspan "$sw" set eth0 redirect
	check_hook eth0 eth0 rx-handler
	pings 0
	check_vspan "$sw" set eth0 redirect off
	check_hook eth0 eth0 tap
	check_j "$S/redirect" absent
	pings 5
	check_vspan "$sw" set eth0 hook rx-handler
	check_hook eth0 eth0 rx-handler
	pings 5
	check_vspan "$sw" set eth0 redirect on
	pings 0
	check_vspan "$sw" set eth0 redirect off hook tap
	check_hook eth0 eth0 tap
	pings 5
}

deleted_source_gives_back()
{
	check_vspan "$sw" add eth0 rx redirect || return
	lost_pings 1
	check_vspan "$sw" del eth0
	ping_exact "$p2" 192.0.2.1 5
	check_vspan "$sw" add eth0 rx redirect
	check_vspan "$sw" flush
	ping_exact "$p2" 192.0.2.1 5
	span_add "$sw" span1
	check_vspan "$sw" add eth0 rx redirect to span1
	lost_pings 1
	ip -n "$sw" link del span1
	ping_exact "$p2" 192.0.2.1 5
	ip -n "$sw" link add mv0 link eth0 type macvlan || fail "the slot is not free"
	ip -n "$sw" link del mv0
}

unselected_frames_are_not_for_the_host()
{
	local before

	ip_received
	before=$REPLY
	source_add "$sw" eth0 rx redirect vlan 10 || return
	lost_pings 5
	flows "selected" send eth0 ns="$p2" vlan=10 recv span0 ns="$sw" vlan=10
	ip_received
	check_eq "packets that IP got" $((REPLY - before)) 0
	stats "$sw" span0
	check_j "$S/stats/filtered" 5
	check_j "$S/stats/rx/packets" $((10 + $(nproc)))
}

# lost_frames_are_counted_not_the_host_s {down|unread}
lost_frames_are_counted_not_the_host_s()
{
	local before why=no_reader

	span_add "$sw" span1 && source_add "$sw" eth0 rx redirect to span1 || return
	[ "$1" == unread ] || { why=span_down; ip -n "$sw" link set span1 down; }
	ip_received
	before=$REPLY
	lost_pings 5
	wait_j "$sw" "span1/stats/drops/$why" 5 "span1/sources/eth0/stats/drops/$why" 5
	ip_received
	check_eq "packets that IP got" $((REPLY - before)) 0
	check_j span1/stats/packets 0
	check_j span1/sources/eth0/stats/rx/packets 0
}

# The tap comes before the slot, and one who redirects takes it from all at the slot.
beside_other_sources()
{
	span_add "$sw" span1 && span_add "$sw" span2 || return
	source_add "$sw" eth0 rx redirect && source_add "$sw" eth0 to span1 &&
		source_add "$sw" eth0 rx hook rx-handler to span2 || return
	check_taps "$sw" 1
	flows "three spans" send eth0 ns="$p2" recv span0 ns="$sw" recv span1 ns="$sw" \
		recv span2 ns="$sw"
	flows "sent" send eth0 ns="$sw" recv span1 ns="$sw"
	pings 0
	check_vspan "$sw" set eth0 redirect off hook rx-handler
	pings 5
}

redirect_by_pattern()
{
	source_add "$sw" 'eth*' rx redirect promisc || return
	check_hook 'eth*' eth0 rx-handler
	pings 0
	promiscuity
	check_eq "promiscuity" "$REPLY" 1
}

sees_received_frames_only()
{
	check_refused "$sw" 1 "see received frames only; select rx" add eth0 tx redirect
	check_refused "$sw" 1 "see received frames only; select rx" add eth0 rx,tx redirect
	check_refused "$sw" 1 "see received frames only; select rx" add eth0 tx hook rx-handler
	check_refused "$sw" 1 "leave the hook out" add eth0 rx redirect hook tap
	source_add "$sw" eth0 || return
	check_refused "$sw" 1 "see received frames only; select rx" set eth0 redirect
	json "$sw" show span0
	check_j "$S/redirect" absent
	check_hook eth0 eth0 tap
}

# Of $1, eth0 if not said, in REPLY
promiscuity()
{
	REPLY=$(ip -n "$sw" -d link show dev "${1:-eth0}")
	REPLY=${REPLY#*promiscuity }
	REPLY=${REPLY%% *}
}

check_promiscuity()
{
	promiscuity
	check_eq "promiscuity" "$REPLY" "$1"
}

promisc_while_bound()
{
	check_promiscuity 0
	source_add "$sw" eth0 rx || return
	check_promiscuity 0
	check_vspan "$sw" set eth0 promisc
	check_promiscuity 1
	json "$sw" show span0
	check_j "$S/promisc" true
	[[ $(vspan "$sw" show span0) == *promisc* ]] || fail "show does not tell"
	check_vspan "$sw" set eth0 vlan 10
	check_promiscuity 1
	check_vspan "$sw" set eth0 redirect
	check_promiscuity 1
	check_vspan "$sw" set eth0 promisc off
	check_promiscuity 0
	check_vspan "$sw" set eth0 promisc on
	check_vspan "$sw" del eth0
	check_promiscuity 0
	check_vspan "$sw" add eth0 rx redirect promisc
	check_promiscuity 1
}

# Another's, as tcpdump's, stays.
promisc_of_two_sources()
{
	span_add "$sw" span1 && source_add "$sw" eth0 promisc &&
		source_add "$sw" 'e*' promisc to span1 || return
	check_promiscuity 2
	ip -n "$sw" link set eth0 promisc on
	defer ip -n "$sw" link set eth0 promisc off
	check_promiscuity 3
	check_vspan "$sw" del 'e*' to span1
	check_promiscuity 2
	check_vspan "$sw" del eth0
	check_promiscuity 1
}

# promisc_is DEV COUNT
promisc_is()
{
	promiscuity "$1"
	[ "$REPLY" == "$2" ]
}

# By itself, a moment later; see vspan_lock.sh
promisc_of_what_comes_and_goes()
{
	source_add "$sw" 'vnet*' promisc || return
	pairs vnet0
	check_wait "promiscuity of a new device" promisc_is vnet0 1
	printf '%s\n' "link set vnet0 down" "link set vnet0 name gone0" | ip -n "$sw" -b -
	check_wait "promiscuity of a lost device" promisc_is gone0 0
	defer ip -n "$sw" link del gone0
}

# slot_taken BY: then neither hook nor redirect is to be had, and the tap is
slot_taken()
{
	pairs q0 || return
	case $1 in
	bridge)
		ip -n "$sw" link add br7 up type bridge && ip -n "$sw" link set q0 master br7
		;;
	bond)
		ip -n "$sw" -b - <<-EOT
			link add br7 up type bond mode active-backup
			link set q0 down
			link set q0 master br7
		EOT
		;;
	*)
		# shellcheck disable=SC2046
		ip -n "$sw" link add br7 link q0 type "$1" $([ "$1" != vlan ] || echo id 5)
		;;
	esac || { skip "no device of kind $1"; return; }
	defer ip -n "$sw" link del br7
	check_refused "$sw" 1 "receive slot is taken" add q0 rx redirect
	check_refused "$sw" 1 "receive slot is taken" add q0 rx hook rx-handler
	json "$sw" show span0
	check_j span0/sources/q0/state absent
	source_add "$sw" q0 rx || return
	check_hook q0 q0 tap
	ip -n "$sw" link set q0 up
	wait_up "$sw" q0 x-q0
	copies "by the tap" 10 send x-q0 ns="$sw"
	check_vspan "$sw" del q0
	ip -n "$sw" link del br7
	# a bond takes down what it lets go of
	ip -n "$sw" link set q0 up
	wait_up "$sw" q0 x-q0
	source_add "$sw" q0 rx redirect || return
	check_hook q0 q0 rx-handler
	copies "by the slot" 10 send x-q0 ns="$sw"
}

set_with_the_slot_taken()
{
	pairs q0 || return
	ip -n "$sw" link add br7 up type bridge
	defer ip -n "$sw" link del br7
	ip -n "$sw" link set q0 master br7
	source_add "$sw" q0 rx || return
	check_refused "$sw" 1 "receive slot is taken" set q0 redirect
	check_hook q0 q0 tap
	check_j span0/sources/q0/redirect absent
}

# The rule was there first: it does what it can, and show tells what that is.
late_device_with_the_slot_taken()
{
	source_add "$sw" q0 rx redirect || return
	pairs p0 || return
	ip -n "$sw" link add br7 up type bridge
	defer ip -n "$sw" link del br7
	printf '%s\n' "link set p0 master br7" "link set p0 down" "link set p0 name q0" \
		"link set q0 up" | ip -n "$sw" -b -
	defer ip -n "$sw" link del q0
	wait_up "$sw" q0
	check_hook q0 q0 tap
	check_j span0/sources/q0/hook rx-handler
	copies "by the tap" 10 send x-p0 ns="$sw"
	ip -n "$sw" link set q0 nomaster
	check_wait "the slot is ours" hook_is q0 q0 rx-handler
	copies "by the slot" 10 send x-p0 ns="$sw"
}

# A VLAN device gets its frames before the slot does: all are seen by the tap then.
vlan_device_comes_and_goes()
{
	source_add "$sw" eth0 rx redirect || return
	check_hook eth0 eth0 rx-handler
	ip -n "$sw" link add eth0.5 link eth0 up type vlan id 5 || { skip "no VLAN devices"; return; }
	defer ip -n "$sw" link del eth0.5
	check_wait "the tap" hook_is eth0 eth0 tap
	wait_up "$sw" eth0.5
	flows "of the VLAN" send eth0 ns="$p2" vlan=5 recv span0 ns="$sw" vlan=5 \
		recv eth0.5 ns="$sw"
	pings 5
	ip -n "$sw" link del eth0.5
	check_wait "the slot again" hook_is eth0 eth0 rx-handler
	pings 0
}

# Each of those who have the slot lets go of it.
vlan_device_above_two_sources()
{
	span_add "$sw" span1 && source_add "$sw" eth0 rx redirect &&
		source_add "$sw" eth0 rx redirect to span1 || return
	ip -n "$sw" link add eth0.5 link eth0 up type vlan id 5 || { skip "no VLAN devices"; return; }
	defer ip -n "$sw" link del eth0.5
	check_wait "the tap" hook_is eth0 eth0 tap
	check_wait "the tap of span1" hook_is eth0 eth0 tap span1
	wait_up "$sw" eth0.5
	flows "of the VLAN" send eth0 ns="$p2" vlan=5 recv span0 ns="$sw" vlan=5 \
		recv span1 ns="$sw" vlan=5 recv eth0.5 ns="$sw"
	ip -n "$sw" link del eth0.5
	check_wait "the slot again" hook_is eth0 eth0 rx-handler span1
}

bridge_comes_and_goes()
{
	local before

	pairs q0 || return
	source_add "$sw" q0 rx redirect || return
	ip -n "$sw" link add br7 up type bridge mcast_snooping 0
	defer ip -n "$sw" link del br7
	ip -n "$sw" link set eth0 master br7
	defer ip -n "$sw" link set eth0 nomaster
	check_ok "join" ip -n "$sw" link set q0 master br7
	check_hook q0 q0 tap
	check_wait "ports of br7 forward" ports_forward "$sw" 2
	flows "through the bridge" send x-q0 ns="$sw" recv span0 ns="$sw" recv eth0 ns="$p2"
	ip -n "$sw" link set q0 nomaster
	check_wait "the slot again" hook_is q0 q0 rx-handler
	flows "redirected again" send x-q0 ns="$sw" recv span0 ns="$sw" \
		count q0 ns="$sw" bind=0x88b5 end=0 timeout=1
	parse_kv "${LINES[-1]}"
	check_eq "for the host" "${KV[frames]}" 0
	check_ok "join again" ip -n "$sw" link set q0 master br7
	check_hook q0 q0 tap
	ip -n "$sw" link del br7
	check_wait "the slot after the bridge" hook_is q0 q0 rx-handler
}

# refused_by_kernel COMMAND...: busy, and the mirror stays what it was
refused_by_kernel()
{
	local out

	out=$("$@" 2>&1) && fail "'$*' was not refused"
	[[ $out == *[Bb]usy* || $out == *"in use"* ]] || fail "$*" "$out"
	check_hook eth0 eth0 rx-handler
	pings 0
}

macvlan_is_refused()
{
	source_add "$sw" eth0 rx redirect || return
	refused_by_kernel ip -n "$sw" link add mv0 link eth0 type macvlan
	check_vspan "$sw" set eth0 redirect off
	check_ok "with the tap" ip -n "$sw" link add mv0 link eth0 type macvlan
	ip -n "$sw" link del mv0
}

bond_is_refused()
{
	source_add "$sw" eth0 rx redirect || return
	ip -n "$sw" link add bond7 type bond mode active-backup || { skip "no bonding"; return; }
	defer ip -n "$sw" link del bond7
	refused_by_kernel ip -n "$sw" link set eth0 master bond7
}

tests_run
