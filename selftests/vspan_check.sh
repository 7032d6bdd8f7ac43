#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspanctl check: each fault of spans, sources and their devices is found, with its key,
# and the command that is printed with it removes it.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"nothing_is_mirrored"
	"all_is_well"
	"words_narrow_it"
	"span_down"
	"span_down_in_a_container"
	"no_reader"
	"span_without_source"
	"one_waits_beside_another"
	"dormant no_device nic9 nic9"
	"dormant no_match nic*x nic*x"
	"dormant loopback lo lo"
	"dormant is_span span1 span1"
	"dormant no_ports master br1"
	"alternative_name"
	"alternative_name_when_a_pattern_is_added"
	"shadowed_is_a_note"
	"output_is_source"
	"link_down"
	"no_carrier"
	"no_carrier_in_another_netns"
	"silent"
	"all_filtered vlan 7"
	"all_filtered filter arp"
	"vlans_that_are_seen"
	"vlan_mismatch"
	"not_promisc"
	"offloads lro rx"
	"offloads rx_vlan_filter redirect"
	"span_mtu"
	"overlap"
	"a_netns_by_name"
	"elsewhere"
	"unseen"
	"wrong_node"
	"no_node"
	"node_of_another_netns"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/findings.sh
. "$(dirname "$0")/lib/findings.sh"

nothing_is_mirrored()
{
	finds no_source error || return
	check_eq "what ends it" "$FIX" "vspanctl add br0"
	shell "$FIX"
	gone no_source || fail "$FOUND"
	ip -n "$sw" link del span0
}

all_is_well()
{
	defer ip -n "$sw" link del span0
	mirrored p1 && traffic || return
	checked
	check_eq "findings" "$FOUND" ""
	check_eq "exit status" "$RC" 0
	check_eq "as text" "$(shell 'vspanctl check')" "all is well"
	check_eq "as JSON" "$(shell 'vspanctl -j check' | jq -c .)" "[]"
}

words_narrow_it()
{
	span_add "$sw" span0 && span_add "$sw" span1 && mirrored p1 || return
	source_add "$sw" nic9 to span1 && traffic || return
	finds no_device error || return
	checked span0
	check_eq "findings of span0" "$FOUND" ""
	finds no_device error nic9
	checked p1
	check_eq "findings of p1" "$FOUND" ""
	finds not_source error p2
	check_eq "what makes p2 one" "$FIX" "vspanctl add p2"
	finds not_source error master br0
	source_add "$sw" 'p*' to span1
	gone not_source p2 || fail "p2 is bound by 'p*': $FOUND"
}

span_down()
{
	span_add "$sw" span0 && mirrored p1 && traffic || return
	ip -n "$sw" link set span0 down
	cured span_down error "ip link set span0 up"
}

span_down_in_a_container()
{
	span_add "$sw" span0 && source_add "$sw" p1 || return
	setup_ns box
	ip -n "$sw" link set span0 netns "$box"
	cured span_down error "ip -n $box link set span0 up"
	finds no_reader error
	check_eq "what ends it" "$FIX" "ip netns exec $box tcpdump -ni span0"
}

no_reader()
{
	span_add "$sw" span0 && source_add "$sw" p1 || return
	finds no_reader error || return
	check_eq "what ends it" "$FIX" "tcpdump -ni span0"
	PATH=$BIN:$PATH ip netns exec "$sw" bash -c "exec $FIX" >/dev/null 2>&1 &
	defer kill_quietly $!
	check_wait "a reader is found" gone no_reader
}

span_without_source()
{
	span_add "$sw" span0 || return
	cured no_source error "vspanctl add br0 to span0"
}

# A dormant source is an error only if no other source is bound.
one_waits_beside_another()
{
	span_add "$sw" span0 && mirrored p1 && source_add "$sw" nic9 && source_add "$sw" 'nic*x' ||
		return
	ip -n "$sw" link add br1 up type bridge
	defer ip -n "$sw" link del br1
	check_vspan "$sw" add master br1 && traffic || return
	checked
	check_eq "findings" "$(cut -d ' ' -f 1,2 <<<"$FOUND" | sort | paste -sd ' ')" \
		"no_device note no_match note no_ports note"
	check_eq "exit status" "$RC" 0
	check_vspan "$sw" del p1 || return
	finds no_device error && finds no_match error && finds no_ports error
}

# dormant KEY WORDS...
dormant()
{
	local key=$1
	shift
	local -a words=("$@")

	[ "$1" == master ] || words=("$1")
	ip -n "$sw" link add br1 up type bridge
	defer ip -n "$sw" link del br1
	span_add "$sw" span0 && span_add "$sw" span1 || return
	case $key in
	loopback | is_span) dormant_by_rename "$key" ;;
	*) check_vspan "$sw" add "${words[@]}" ;;
	esac
	cured "$key" error
}

# A source is refused for such a device, but its name may come to be one's.
dormant_by_rename()
{
	if [ "$1" == is_span ]; then
		ip -n "$sw" link set span1 down
		ip -n "$sw" link set span1 name spare
		check_vspan "$sw" add span1
		ip -n "$sw" link set spare name span1
	else
		ip -n "$sw" link set lo name spare
		check_vspan "$sw" add lo
		ip -n "$sw" link set spare name lo
	fi
}

# altnames {add|del}: of devices that can be a source, and of two that cannot
altnames()
{
	ip -n "$sw" link property "$1" dev p2 altname ens2 altname eno2 &&
		ip -n "$sw" link property "$1" dev p1 altname ens1 &&
		ip -n "$sw" link property "$1" dev lo altname ens3 &&
		ip -n "$sw" link property "$1" dev span0 altname ens4
}

# A device that is copied by another name, or is an output, is not noted.
alternative_name()
{
	span_add "$sw" span0 && mirrored p1 && source_add "$sw" 'en*' && traffic ||
		return
	gone alternative_name || fail "none has one yet: $FOUND"
	defer altnames del
	altnames add || { fail "no names"; return; }
	checked
	check_eq "findings" "$(grep alternative_name <<<"$FOUND")" \
		"alternative_name note vspanctl add ens2 to span0"
	check_eq "exit status" "$RC" 0
	check_eq "the sentence" "$(shell 'vspanctl -j check' |
		jq -r '.[] | select(.finding == "alternative_name").text')" \
		"the pattern 'en*' matches devices' own names only, and ens2 is an alternative name of p2"
	cured alternative_name note "vspanctl add ens2 to span0"
	check_vspan "$sw" del ens2 && check_vspan "$sw" output add span0 dev ens2 || return
	gone alternative_name || fail "p2 is an output: $FOUND"
	check_vspan "$sw" output del span0 dev ens2
	finds alternative_name note
	altnames del
	gone alternative_name || fail "none has one any more: $FOUND"
}

# added PATTERN: what add says, and that it succeeds, in REPLY
added()
{
	REPLY=$(shell "vspanctl add '$1'" 2>&1) || fail "add $1: $REPLY"
	check_vspan "$sw" del "$1"
}

alternative_name_when_a_pattern_is_added()
{
	span_add "$sw" span0 || return
	added 'en*'
	check_eq "no name matches" "$REPLY" ""
	ip -n "$sw" link property add dev p2 altname ens2
	defer ip -n "$sw" link property del dev p2 altname ens2
	added 'en*'
	check_eq "an alternative name matches" "$REPLY" \
		"vspanctl: note: no device's own name matches en*, and ens2 is an alternative name of p2; patterns match own names only: add the device with: vspanctl add ens2 to span0"
	added '[ep]*'
	check_eq "own names match as well" "$REPLY" ""
	ip -n "$sw" link property add dev p1 altname "wl\$(id);0"
	defer ip -n "$sw" link property del dev p1 altname "wl\$(id);0"
	added 'wl*'
	[[ $REPLY == *"with: vspanctl add 'wl\$(id);0' to span0" ]] || fail "not quoted: $REPLY"
	added 'ens2'
	check_eq "a name" "$REPLY" ""
}

shadowed_is_a_note()
{
	span_add "$sw" span0 && mirrored p1 && source_add "$sw" 'p1*' && traffic || return
	finds shadowed note || return
	check_eq "exit status" "$RC" 0
	cured shadowed note "vspanctl del 'p1*' to span0"
}

# Both wait for the device, and the source is asked first.
output_is_source()
{
	span_add "$sw" span0 && check_vspan "$sw" output add span0 dev nic1 &&
		check_vspan "$sw" add nic1 || return
	ip -n "$sw" link add nic1 up type dummy
	defer ip -n "$sw" link del nic1
	cured output_dormant error "vspanctl output del span0 dev nic1"
}

link_down()
{
	span_add "$sw" span0 && mirrored p1 || return
	ip -n "$sw" link set p1 down
	cured link_down error "ip link set p1 up"
	wait_up "$sw" p1
}

no_carrier()
{
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	span_add "$sw" span0 && mirrored a0 || return
	cured no_carrier error "ip link set b0 up"
}

no_carrier_in_another_netns()
{
	span_add "$sw" span0 && mirrored p2 || return
	ip -n "$p2" link set eth0 down
	cured no_carrier error "ip -n $p2 link set eth0 up"
	topo_host "$p2" eth0 2 1 2>/dev/null
	wait_up "$sw" p2
}

silent()
{
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	ip -n "$sw" link set b0 up
	span_add "$sw" span0 && mirrored a0 rx && finds silent warning || return
	check_eq "what ends it" "$FIX" "tcpdump -c 1 -ni a0"
	ip netns exec "$sw" bash -c "exec $FIX" >/dev/null 2>&1 &
	defer kill_quietly $!
	flows "a frame" send b0 ns="$sw" count=1 end=0
	check_wait "frames are seen" gone silent
}

all_filtered()
{
	local what=all

	[ "$1" == vlan ] || what="''"
	span_add "$sw" span0 && mirrored p1 rx "$@" && traffic || return
	cured all_filtered warning "vspanctl set p1 to span0 $1 $what"
}

# Frames arrive in other VLANs than the selected one; check names these. Transmitted
# frames are not selected.
vlans_that_are_seen()
{
	local text vid

	span_add "$sw" span0 && mirrored p1 rx vlan 7 && traffic || return
	background tagged send eth0 ns="$p1" vlan=10 count=100000000 rate=200 end=0
	background qinq send eth0 ns="$p1" vlan=20 proto=0x88a8 inner=30 count=100000000 \
		rate=200 end=0
	background out send eth0 ns="$p2" src=02:00:00:00:00:02 dst=02:00:00:00:00:01 vlan=40 \
		count=100000000 rate=200 end=0
	for vid in 10 20 40; do
		check_ok "VLAN $vid is there" timeout "$((DEADLINE / 1000))" ip netns exec "$sw" \
			tcpdump -c 1 -ni p1 vlan "$vid" || return
	done
	text=$(shell "vspanctl -j check" | jq -r '.[] | select(.finding == "all_filtered").text')
	[[ $text == "the VLAN list 7 has refused "*" are of 10,20" ]] || fail "it says: $text"
	cured all_filtered warning "vspanctl set p1 to span0 vlan 10,20"
	stop out
	stop qinq
	stop tagged
}

vlan_mismatch()
{
	defer ip -n "$sw" link set br0 type bridge vlan_filtering 0
	defer bridge -n "$sw" vlan del dev p1 vid 20-22
	ip -n "$sw" link set br0 type bridge vlan_filtering 1
	bridge -n "$sw" vlan add dev p1 vid 20-22
	span_add "$sw" span0 && mirrored p1 rx vlan 30 || return
	cured vlan_mismatch warning "vspanctl set p1 to span0 vlan 1,20-22"
}

not_promisc()
{
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	ip -n "$sw" link set b0 up
	span_add "$sw" span0 && mirrored a0 redirect || return
	cured not_promisc warning "vspanctl set a0 to span0 promisc"
}

offloads()
{
	ip -n "$sw" link add bond9 up type bond || { fail "no bond"; return; }
	defer ip -n "$sw" link del bond9
	span_add "$sw" span0 && mirrored bond9 "$2" || return
	case $1 in
	lro) cured lro warning "ethtool -K bond9 lro off" ;;
	*) cured "$1" warning "ethtool -K bond9 rx-vlan-filter off" ;;
	esac
}

span_mtu()
{
	ip -n "$sw" link add a0 mtu 9000 up type veth peer name b0
	defer ip -n "$sw" link del a0
	ip -n "$sw" link set b0 up
	span_add "$sw" span0 && mirrored a0 snaplen 1514 || return
	gone span_mtu || fail "no frame is longer: $FOUND"
	check_vspan "$sw" set a0 snaplen 0
	cured span_mtu note "ip link set span0 mtu 9000"
}

overlap()
{
	span_add "$sw" span0 && mirrored 'p?' || return
	gone overlap || fail "all is copied at both: $FOUND"
	check_vspan "$sw" set 'p?' filter 'len > 10'
	finds overlap note || return
	check_ok "what is printed with it" shell "$FIX"
	check_vspan "$sw" set 'p?' dup keep
	gone overlap || fail "each is wanted: $FOUND"
	check_vspan "$sw" del 'p?'
	check_vspan "$sw" add p1 rx sample 2
	gone overlap || fail "there is one: $FOUND"
	check_vspan "$sw" add br0
	finds overlap note
	check_vspan "$sw" del p1
	check_vspan "$sw" del br0
	source_add "$sw" master br0 filter 'len > 10'
	gone overlap || fail "master br0 sees a frame once: $FOUND"
	source_add "$sw" 'p?'
}

# From outside, what is printed goes to the inside.
a_netns_by_name()
{
	local out

	span_add "$sw" span0 && mirrored p1 && traffic || return
	ip -n "$sw" link set span0 down
	out=$("$VSPANCTL" -n "$sw" check)
	check_eq "exit status" $? 1
	[[ $out == *"ip netns exec $sw ip link set span0 up"* ]] || fail "$out"
	[[ $out == "error (span_down): span0 is down"* ]] || fail "$out"
	check_eq "lines over 80 columns" "$(grep -c '.\{81\}' <<<"$out")" 0
	check_ok "what ends it" bash -c "ip netns exec $sw ip link set span0 up"
}

elsewhere()
{
	setup_ns box || return
	span_add "$sw" span0 && source_add "$sw" p1 || return
	gone elsewhere || fail "span0 is here"
	ip -n "$sw" link set span0 netns "$box"
	finds elsewhere note || return
	check_eq "what tells more of it" "$FIX" \
		"ip netns exec $box tc -s filter show dev span0 ingress"
	check_ok "it does" shell "$FIX"
}

# Root without its rights is shown what anybody is; the JSON has the note too.
unseen()
{
	defer ip -n "$sw" link del span0
	mirrored p1 && traffic || return
	gone unseen || fail "root is shown all"
	check_eq "as text" "$(shell 'setpriv --bounding-set -all vspanctl check' | tail -n 1)" \
		"all is well, as far as can be seen"
	check_eq "as JSON" "$(shell 'setpriv --bounding-set -all vspanctl -j check' |
		jq -r '.[] | "\(.finding) \(.severity) \(.fix)"')" "unseen note sudo vspanctl check"
	check_ok "exit status" shell 'setpriv --bounding-set -all vspanctl check'
}

# node SPAN: of it, in NODE; made again when the test ends
node()
{
	local numbers

	link_ifindex "$sw" "$1" || return
	NODE=/dev/tap$REPLY
	numbers=$(shell "cat /sys/class/net/$1/tap$REPLY/dev") || return
	[ -c "$NODE" ] || mknod -m 600 "$NODE" c "${numbers%:*}" "${numbers#*:}"
	defer rm -f "$NODE"
}

# As if a device of a container had its number: the node is that of /dev/null.
wrong_node()
{
	span_add "$sw" span0 && mirrored p1 && traffic && node span0 || return
	gone wrong_node || fail "$NODE is right"
	check_ok "xml" shell "vspanctl xml span0"
	rm "$NODE" && mknod "$NODE" c 1 3
	check_eq "xml" "$(shell 'vspanctl xml span0' 2>&1)" \
		"vspanctl: xml: $NODE is the node of another device, perhaps of a container's, and \
not of span0; see what puts it right with: vspanctl check span0"
	cured wrong_node error
	check_eq "that takes away" "$TAKES" "the node of that other device"
	check_ok "xml" shell "vspanctl xml span0"
}

no_node()
{
	span_add "$sw" span0 && mirrored p1 && traffic && node span0 || return
	rm "$NODE"
	[[ $(shell 'vspanctl xml span0' 2>&1) == *"warning: there is no $NODE, "* ]] ||
		fail "xml does not warn"
	cured no_node note
}

# node_numbers NETNS: of the node that span0 there has, in REPLY
node_numbers()
{
	local line

	link_ifindex "$1" span0 || return
	line=$(ip netns exec "$1" cat "/sys/class/net/span0/tap$REPLY/dev") || return
	REPLY=${line/:/ }
}

# Two spans of one name and number: the node is that of one, wherever vspanctl comes from.
node_of_another_netns()
{
	local there

	setup_ns c1 && span_add "$sw" span0 && node span0 || return
	ip -n "$c1" link add span0 index "${NODE#/dev/tap}" type vspan || return
	node_numbers "$c1" && there=$REPLY
	check_ok "xml, in the netns" shell "vspanctl xml span0"
	check_ok "xml -n of it" ip netns exec "$c1" "$VSPANCTL" -n "$sw" xml span0
	defer rm -f "$NODE"
	# shellcheck disable=SC2086	# two words
	rm "$NODE" && mknod "$NODE" c $there
	check_eq "xml -n of it" "$(ip netns exec "$c1" "$VSPANCTL" -n "$sw" xml span0 2>&1)" \
		"$(shell 'vspanctl xml span0' 2>&1)"
	check_refused "$sw" 1 "$NODE is the node of another device" xml span0
	check_ok "xml -n of the other" shell "vspanctl -n $c1 xml span0"
	FOUND=$(ip netns exec "$c1" "$VSPANCTL" -n "$sw" -j check span0 | jq -r '.[].finding')
	[[ $FOUND == *wrong_node* ]] || fail "check -n does not see it" "$FOUND"
	FOUND=$(shell "vspanctl -n $c1 -j check span0" | jq -r '.[].finding')
	[[ $FOUND != *_node* ]] || fail "check -n of the other" "$FOUND"
}

tests_run
