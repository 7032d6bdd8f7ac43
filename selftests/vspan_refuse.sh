#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Refused requests: one sentence that names the object, the right exit status, and no
# change.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"unknown_words"
	"bad_direction"
	"bad_vlan_lists"
	"bad_names"
	"missing_values"
	"given_twice"
	"loopback"
	"a_span_as_source"
	"not_ethernet"
	"duplicate"
	"missing_span"
	"missing_source"
	"missing_netns"
	"first_add_leaves_no_span"
	"span_commands"
	"no_privilege"
	"bad_netlink_attributes"
	"random_netlink_messages"
	"missing_module"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	topo_cable && setup_ns empty && span_add "$sw" span0 || return 1
	OUT=$(mktemp) && ERR=$(mktemp) || return 1
	defer rm -f "$OUT" "$ERR"
	check_vspan "$sw" add eth0 rx vlan 10,20
	state
	BEFORE=$REPLY
}

# All that a refusal could have changed.
state()
{
	REPLY=$(lasting "$sw"; ip -n "$sw" -br link)
}

# refused RC NEEDLE COMMAND...
refused()
{
	local want=$1 needle=$2 rc=0 err lines

	shift 2
	"$@" >"$OUT" 2>"$ERR" </dev/null || rc=$?
	mapfile -t lines <"$ERR"
	err=${lines[0]:-}
	check_eq "exit status of '${*: -4}' ($err)" "$rc" "$want"
	check_eq "lines on stderr of '${*: -4}'" "${#lines[@]}" 1
	[ ! -s "$OUT" ] || fail "'${*: -4}' prints $(cat "$OUT")"
	[[ $err == "vspanctl: "*"$needle"* ]] || fail "'${*: -4}': '$err' does not name '$needle'"
	[[ $err != *"Invalid argument"* ]] || fail "'${*: -4}': no sentence: $err"
}

# usage NEEDLE WORDS..., kernel NEEDLE WORDS...: refused by the tool, by the kernel
usage()
{
	refused 2 "$1" vspan "$sw" "${@:2}"
}

kernel()
{
	refused 1 "$1" vspan "$sw" "${@:2}"
}

unchanged()
{
	state
	[ "$REPLY" == "$BEFORE" ] || fail "changed" "$(diff <(echo "$BEFORE") <(echo "$REPLY"))"
}

unknown_words()
{
	usage frobnicate frobnicate
	usage frobnicate add eth0 frobnicate
	usage frobnicate set eth0 frobnicate 1
	usage frobnicate del eth0 frobnicate
	usage frobnicate show span0 frobnicate
	usage frobnicate span frobnicate
	usage frobnicate span set span0 frobnicate
	usage frobnicate monitor frobnicate
	usage sho sho
	refused 2 -Z "$VSPANCTL" -Z show
	unchanged
}

bad_direction()
{
	usage both add eth1 both
	usage rx,rx add eth1 rx,rx
	usage rxtx set eth0 rxtx
	usage RX set eth0 RX
	unchanged
}

bad_vlan_lists()
{
	local list

	for list in 0 4095 5000 20-10 -5 5- a 1-2-3 0x10 99999999999 0-10 4000-5000 \
		untagged-10 10.5; do
		usage "$list" set eth0 vlan "$list"
	done
	usage 4095 set eth0 vlan 10,4095,20
	for list in "" "10," ",10" "10,,20"; do
		usage empty set eth0 vlan "$list"
	done
	usage vlan set eth0 vlan
	unchanged
}

bad_names()
{
	usage "at most 63" add "$(printf '%064d' 1)"
	usage sixteencharacter add eth1 to sixteencharacter
	usage sixteencharacter span add sixteencharacter
	usage "a/b" add a/b
	usage "." add .
	usage ".." add ..
	usage "empty" add ""
	usage "empty" add eth1 to ""
	usage "without" add 'vnet[0'
	usage "pattern" add master 'br*'
	usage "master" add master
	unchanged
}

missing_values()
{
	usage SOURCE add
	usage SOURCE set
	usage SOURCE del
	usage to add eth1 to
	usage vlan add eth1 vlan
	usage span span add
	usage span span
	usage eth0 set eth0
	refused 2 -n "$VSPANCTL" -n
	unchanged
}

given_twice()
{
	usage rx add eth1 rx tx
	usage vlan add eth1 vlan 10 vlan 20
	usage to add eth1 to span0 to span1
	unchanged
}

loopback()
{
	kernel lo add lo
	kernel lo add lo rx to span0
	unchanged
}

a_span_as_source()
{
	kernel span0 add span0
	kernel span0 add span0 rx to span0
	ip -n "$sw" link add span5 type vspan
	kernel span5 add span5
	kernel span0 add span0 to span5
	ip -n "$sw" link del span5
	unchanged
}

not_ethernet()
{
	ip -n "$sw" tuntap add tun0 mode tun
	kernel tun0 add tun0
	ip -n "$sw" link del tun0
	unchanged
}

duplicate()
{
	kernel eth0 add eth0
	kernel eth0 add eth0 tx vlan 30
	kernel span0 span add span0
	kernel eth0 span add eth0
	unchanged
}

missing_span()
{
	kernel span9 add eth1 to span9
	kernel span9 set eth0 to span9 rx
	kernel span9 del eth0 to span9
	kernel span9 show span9
	kernel span9 flush span9
	kernel span9 span del span9
	kernel span9 span set span9 frames asis
	kernel span9 span show span9
	# a device that is no span
	kernel eth0 add eth1 to eth0
	kernel eth0 span del eth0
	kernel eth0 span set eth0 qlen 100
	unchanged
}

missing_source()
{
	kernel eth1 set eth1 rx
	kernel eth1 del eth1
	unchanged
}

missing_netns()
{
	refused 1 nosuchns "$VSPANCTL" -n nosuchns show
	refused 2 "a/b" "$VSPANCTL" -n a/b show
}

# The default span is made by an add that works, and only by it.
first_add_leaves_no_span()
{
	refused 1 lo vspan "$empty" add lo
	refused 2 5000 vspan "$empty" add eth0 vlan 5000
	check_eq "spans" "$(vspan "$empty" -j show | tr -d ' \n')" "[]"
	check_eq "devices" "$(ip -n "$empty" -br link | wc -l)" 1
	refused 1 span0 vspan "$empty" set eth0 rx
	refused 1 span0 vspan "$empty" del eth0
}

span_commands()
{
	usage fast span set span0 frames fast
	usage frames span set span0 frames
	usage 0 span set span0 qlen 0
	usage -1 span set span0 qlen -1
	usage 5000000000 span add span6 qlen 5000000000
	unchanged
}

without_net_admin()
{
	refused 1 CAP_NET_ADMIN setpriv --bounding-set=-net_admin --inh-caps=-net_admin \
		"$VSPANCTL" -n "$sw" "$@"
}

no_privilege()
{
	require_command setpriv || return
	without_net_admin add eth1
	without_net_admin set eth0 rx,tx
	without_net_admin del eth0
	without_net_admin flush
	without_net_admin span set span0 frames asis
	without_net_admin span add span6
	without_net_admin span del span0
	unchanged
}

netlink()
{
	local out rc=0

	out=$("$PKT" nl "$@" ns="$sw" span=span0 source=eth0 2>&1) || rc=$?
	mapfile -t LINES <<<"$out"
	parse_kv "${LINES[-1]}"
	check_eq "messages accepted" "${KV[accepted]:-}" 0
	[ "$rc" -eq 0 ] || fail "pkt nl" "${LINES[@]:0:20}"
	[ "${KV[refused]:-0}" -gt 0 ] || fail "nothing was refused: $out"
	unchanged
}

# Each message is a good one with one thing wrong in it.
bad_netlink_attributes()
{
	check_vspan "$sw" add eth1 rx
	check_ok "a good message" "$PKT" nl good ns="$sw" span=span0 source=eth1
	check_vspan "$sw" del eth1
	netlink bad
	check_eq "refused without a sentence" "${KV[mute]}" 0
	[ "${KV[mute]}" -eq 0 ] || fail "${LINES[@]}"
}

random_netlink_messages()
{
	netlink random seed="$RANDOM" count=2000
}

missing_module()
{
	local modprobe=/proc/sys/kernel/modprobe

	require_reload || return
	# the kernel and the tool must not be able to load it
	if [ -z "${VSPAN_KO:-}" ]; then
		skip "the module is installed: it would be loaded"
		return
	fi
	defer sh -c "echo '$(cat "$modprobe")' >$modprobe"
	echo /bin/false >"$modprobe"
	check_ok "unload" rmmod vspan || return
	kernel "modprobe vspan" show
	kernel "modprobe vspan" add eth0
	kernel "modprobe vspan" span add span0
	check_ok "load" module_load
}

tests_run
