#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspanctl check: each fault is found by its name, and is gone when the command
# that was printed with it has been run as printed.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"nothing_is_mirrored"
	"all_is_well"
	"words_narrow_it"
	"span_down"
	"span_down_in_a_container"
	"no_reader"
	"span_without_source"
	"dormant no_device nic9 nic9"
	"dormant no_match nic*x nic*x"
	"dormant loopback lo lo"
	"dormant is_span span1 span1"
	"dormant no_ports master br1"
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
	"xdp drv"
	"xdp skb"
	"slot_taken_by_a_bridge"
	"slot_taken_by_a_vlan_device"
	"tc_ingress"
	"nft_ingress"
	"tc_notes"
	"tcx_ingress"
	"tcx_notes"
	"netkit"
	"rate_limit"
	"ring_full"
	"output_faults"
	"span_mtu"
	"tunnel_room gretap"
	"tunnel_room gretap key 7 ocsum seq"
	"tunnel_room ip6gretap"
	"tunnel_room erspan seq key 7 erspan_ver 1 erspan 7"
	"tunnel_room erspan seq key 7 erspan_ver 2 erspan_dir ingress erspan_hwid 7"
	"tunnel_room vxlan id 7 dstport 4789 dev u0"
	"a_netns_by_name"
)

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topo.sh
. "$(dirname "$0")/topo.sh"

setup()
{
	require_command jq ethtool tcpdump tc || return
	BIN=$(mktemp -d) || return
	defer rm -rf "$BIN"
	ln -s "$VSPANCTL" "$BIN/vspanctl"
	modprobe -aq bonding nf_tables
	topo_bridge
}

# In the netns, with the tool in the path: as an operator there would.
shell()
{
	PATH=$BIN:$PATH ip netns exec "$sw" bash -c "$1"
}

# checked [WORDS]: the findings, one a line, key severity and fix, in FOUND; RC
checked()
{
	local out

	out=$(shell "vspanctl -j check $*")
	RC=$?
	FOUND=$(jq -r '.[] | "\(.finding) \(.severity) \(.fix)"' <<<"$out")
}

# has KEY: its severity and fix in SEVERITY and FIX
has()
{
	local key severity line

	while read -r key severity line; do
		[ "$key" == "$1" ] || continue
		SEVERITY=$severity FIX=$line
		return 0
	done <<<"$FOUND"
	return 1
}

gone()
{
	checked "${@:2}" && ! has "$1"
	! has "$1"
}

# finds KEY SEVERITY [WORDS]
finds()
{
	checked "${@:3}"
	has "$1" || { fail "$1 is not found" "${FOUND:-nothing is found}"; return 1; }
	check_eq "severity of $1" "$SEVERITY" "$2"
	[ "$2" == note ] || check_eq "exit status" "$RC" 1
}

# cured KEY SEVERITY [FIX]: found, and gone by what is printed
cured()
{
	finds "$1" "$2" || return
	[ $# -lt 3 ] || check_eq "what ends $1" "$FIX" "$3"
	check_ok "what ends $1" shell "$FIX"
	check_wait "$1 is gone by: $FIX" gone "$1"
}

# mirrored SOURCE...: to span0, which is read
mirrored()
{
	source_add "$sw" "$@" || return
	reader all count span0 ns="$sw" end=0 timeout=0
}

traffic()
{
	flows "traffic" send eth0 ns="$p1" end=0 send eth0 ns="$p2" end=0
}

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

# Frames come in other VLANs than the one asked for: check sees which. Those that go
# out are not asked for.
vlans_that_are_seen()
{
	local text

	span_add "$sw" span0 && mirrored p1 rx vlan 7 && traffic || return
	background tagged send eth0 ns="$p1" vlan=10 count=100000000 rate=200 end=0
	background qinq send eth0 ns="$p1" vlan=20 proto=0x88a8 inner=30 count=100000000 \
		rate=200 end=0
	background out send eth0 ns="$p2" vlan=40 count=100000000 rate=200 end=0
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

xdp()
{
	local word=xdpgeneric

	[ "$1" == skb ] || word=xdpdrv
	span_add "$sw" span0 && mirrored p1 rx || return
	check_ok "attach" shell "$SELFTESTS/bpf.py xdp p1 $1" || return
	cured xdp warning "ip link set dev p1 $word off"
}

slot_taken_by_a_bridge()
{
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	span_add "$sw" span0 && mirrored a0 redirect promisc || return
	ip -n "$sw" link set a0 master br0
	cured slot_taken warning "ip link set a0 nomaster"
	check_vspan "$sw" set a0 rx redirect off hook rx-handler
	ip -n "$sw" link set a0 master br0
	cured slot_taken note "vspanctl set a0 to span0 hook tap"
}

slot_taken_by_a_vlan_device()
{
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	span_add "$sw" span0 && mirrored a0 redirect promisc || return
	ip -n "$sw" link add link a0 name a0.7 type vlan id 7
	cured slot_taken warning "ip link del a0.7"
}

tc_ingress()
{
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	tc -n "$sw" qdisc add dev a0 clsact
	tc -n "$sw" filter add dev a0 ingress matchall classid 1:1 || { fail "no tc"; return; }
	span_add "$sw" span0 && mirrored a0 rx hook rx-handler || return
	cured tc_ingress warning "vspanctl set a0 to span0 hook tap"
	check_vspan "$sw" set a0 redirect
	cured tc_ingress warning "tc filter del dev a0 ingress"
}

nft_ingress()
{
	require_command nft || return
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	ip netns exec "$sw" nft -f - <<-EOT || { fail "no nftables"; return; }
		table netdev t {
			chain c {
				type filter hook ingress device "a0" priority 0; policy drop;
			}
		}
	EOT
	span_add "$sw" span0 && mirrored a0 rx hook rx-handler || return
	cured nft_ingress warning "vspanctl set a0 to span0 hook tap"
	check_vspan "$sw" set a0 redirect
	cured nft_ingress warning
}

# What is worth knowing, but is meant so perhaps.
tc_notes()
{
	defer tc -n "$sw" qdisc del dev p1 clsact
	tc -n "$sw" qdisc add dev p1 clsact
	tc -n "$sw" filter add dev p1 egress matchall classid 1:1
	span_add "$sw" span0 && mirrored p1 && traffic || return
	tc -n "$sw" qdisc add dev span0 clsact
	tc -n "$sw" filter add dev span0 ingress matchall classid 1:1
	finds tc_egress note
	finds tc_of_span note
	check_eq "exit status" "$RC" 0
}

# attached KIND DEV PLACE [link]: a BPF program; a link stays until the case ends
attached()
{
	local fd line

	if [ "${4:-}" != link ]; then
		check_ok "attach" shell "$SELFTESTS/bpf.py $*"
		return
	fi
	exec {fd}< <(exec ip netns exec "$sw" "$SELFTESTS/bpf.py" "$@" 2>&1)
	defer kill_quietly $!
	read -r -t "$((DEADLINE / 1000))" -u "$fd" line
	exec {fd}<&-
	[ "$line" == ready ] || { fail "attach $*: ${line:-no answer}"; return 1; }
}

has_tcx()
{
	require_command bpftool || return
	grep -q ' tcx_prog_query$' /proc/kallsyms || { skip "no tcx"; return 1; }
}

tcx_ingress()
{
	has_tcx || return
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	span_add "$sw" span0 && mirrored a0 rx hook rx-handler || return
	attached tcx a0 ingress link || return
	cured tcx_ingress warning "vspanctl set a0 to span0 hook tap"
	check_vspan "$sw" set a0 redirect
	cured tcx_ingress warning
	attached tcx a0 ingress && finds tcx_ingress warning || return
	check_eq "what ends it" "$FIX" "bpftool net detach tcx_ingress dev a0"
}

# What is worth knowing, of two programs the first.
tcx_notes()
{
	has_tcx || return
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	span_add "$sw" span0 && mirrored a0 redirect promisc || return
	attached tcx a0 egress && attached tcx a0 egress &&
		attached tcx span0 ingress || return
	finds tcx_of_span note
	check_ok "what tells more of it" shell "$FIX"
	gone tcx_egress || fail "what a0 sends is not asked for"
	check_vspan "$sw" set a0 tx redirect off
	finds tcx_egress note
	check_ok "what tells more of it" shell "$FIX"
}

# The program of the other end is attached to the one that is here.
netkit()
{
	require_command bpftool || return
	ip -n "$sw" link add kit0 up type netkit 2>/dev/null || { skip "no netkit devices"; return; }
	defer ip -n "$sw" link del kit0
	span_add "$sw" span0 && mirrored kit0 rx || return
	attached netkit kit0 peer link || return
	cured netkit warning
	attached netkit kit0 peer && finds netkit warning || return
	check_ok "what tells more of it" shell "$FIX"
}

# losing KEY FIX: as long as frames are lost it is a fault, then it is past
losing()
{
	background flood send eth0 ns="$p1" count=1000000 rate=1000 len=1000 end=0
	check_wait "losses of $1 are seen" has_warning "$1" || return
	check_eq "what ends $1" "$FIX" "$2"
	check_ok "what ends $1" shell "$FIX"
}

has_warning()
{
	checked
	has "$1" && [ "$SEVERITY" == warning ]
}

is_past()
{
	checked
	has "$1" && [ "$SEVERITY" == note ]
}

rate_limit()
{
	span_add "$sw" span0 && mirrored p1 rx rate 1 || return
	losing rate_limit "vspanctl set p1 to span0 rate 0"
	check_wait "the losses are past" is_past rate_limit
	check_eq "exit status" "$RC" 0
	stop flood
}

# A machine that does not read: a larger ring is what can be done from here.
ring_full()
{
	local fd

	span_add "$sw" span0 && check_vspan "$sw" span set span0 qlen 4 || return
	source_add "$sw" p1 rx && tap_path "$sw" span0 || return
	exec {fd}<>"$REPLY"
	losing ring_full "vspanctl span set span0 qlen 8"
	stop flood
	check_wait "the losses are past" is_past ring_full
	exec {fd}>&-
	json_is "$sw" span0/qlen 8 || fail "qlen is ${J[span0/qlen]}"
}

output_faults()
{
	span_add "$sw" span0 && mirrored p1 && traffic || return
	check_vspan "$sw" output add span0 dev out0
	cured output_no_device error "vspanctl output del span0 dev out0"
	ip -n "$sw" link add out0 type veth peer name out1
	defer ip -n "$sw" link del out0
	output_add "$sw" span0 dev out0 vlan 200 || return
	cured output_mtu warning "ip link set out0 mtu 1504"
	cured output_down error "ip link set out0 up"
	finds output_no_carrier error
	ip -n "$sw" link set out1 up
	check_wait "carrier" gone output_no_carrier
	output_too_big
}

output_too_big()
{
	ip -n "$sw" link set out0 mtu 500
	losing output_too_big "ip link set out0 mtu 1504"
	check_wait "the losses are past" is_past output_too_big
	stop flood
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

# tunnel_room KIND WORDS...: what the kernel gives a new tunnel is just enough
tunnel_room()
{
	local kind=$1 net=198.51.100. mtu
	shift

	ip -n "$sw" link add u0 up type veth peer name u1
	defer ip -n "$sw" link del u0
	if [[ $kind == ip6* ]]; then
		net=2001:db8::
		ip netns exec "$sw" sysctl -qw net.ipv6.conf.u0.disable_ipv6=0 2>/dev/null
	fi
	ip -n "$sw" link set u1 up
	ip -n "$sw" addr add "${net}1/24" dev u0 nodad 2>/dev/null
	ip -n "$sw" link add tun0 up type "$kind" local "${net}1" remote "${net}2" "$@" 2>/dev/null ||
		{ skip "no $kind devices"; return; }
	defer ip -n "$sw" link del tun0
	mtu=$(ip -n "$sw" -j link show tun0 | jq '.[].mtu')
	ip -n "$sw" link add a0 mtu "$((mtu - 4))" up type veth peer name b0
	defer ip -n "$sw" link del a0
	ip -n "$sw" link set b0 up
	span_add "$sw" span0 && mirrored a0 && output_add "$sw" span0 dev tun0 || return
	checked
	[[ $FOUND != *_mtu* && $FOUND != *tunnel* ]] || fail "there is room: $FOUND"
	ip -n "$sw" link set u0 mtu 1499
	cured tunnel_mtu warning "ip link set u0 mtu 1500"
	ip -n "$sw" route add "${net}2" dev u0 mtu 1499
	cured tunnel_route warning "vspanctl set a0 to span0 snaplen $((mtu + 14 - 4 - 1))"
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

tests_run
