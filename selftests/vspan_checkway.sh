#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspanctl check: causes of losses before frames are copied, and after, are found and
# removed as in vspan_check.sh.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"xdp drv"
	"xdp skb"
	"slot_taken_by_a_bridge"
	"slot_taken_by_a_vlan_device"
	"tc_ingress"
	"nft_ingress netdev"
	"nft_ingress inet"
	"nft_names_are_whole"
	"nft_egress"
	"tc_notes"
	"tcx_ingress"
	"tcx_notes"
	"netkit"
	"redirect_peer"
	"rate_limit"
	"ring_full"
	"output_faults"
	"tunnel_room gretap"
	"tunnel_room gretap key 7 ocsum seq"
	"tunnel_room ip6gretap"
	"tunnel_room erspan seq key 7 erspan_ver 1 erspan 7"
	"tunnel_room erspan seq key 7 erspan_ver 2 erspan_dir ingress erspan_hwid 7"
	"tunnel_room vxlan id 7 dstport 4789 dev u0"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/findings.sh
. "$(dirname "$0")/lib/findings.sh"

xdp()
{
	local word=xdpgeneric

	[ "$1" == skb ] || word=xdpdrv
	span_add "$sw" span0 && mirrored p1 rx || return
	check_ok "attach" shell "$SELFTESTS/lib/bpf.py xdp p1 $1" || return
	cured xdp warning "ip link set dev p1 $word off"
	check_eq "that takes away" "$TAKES" "the XDP program"
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

# nft_chain FAMILY WHERE DEV NAME
nft_chain()
{
	ip netns exec "$sw" nft -f - <<-EOT || { fail "no nftables"; return 1; }
		table $1 t {
			chain $4 {
				type filter hook $2 device "$3" priority 0; policy drop;
			}
		}
	EOT
}

# nft_ingress FAMILY
nft_ingress()
{
	require_command nft || return
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	defer ip netns exec "$sw" nft delete table "$1" t
	nft_chain "$1" ingress a0 c || return
	span_add "$sw" span0 && mirrored a0 rx hook rx-handler || return
	cured nft_ingress warning "vspanctl set a0 to span0 hook tap"
	check_eq "that takes away" "$TAKES" ""
	check_vspan "$sw" set a0 redirect
	cured nft_ingress warning
	check_eq "that takes away" "$TAKES" "the chain c and all of its rules"
}

# The command with them is the one that is printed.
nft_names_are_whole()
{
	local table chain

	require_command nft || return
	table=$(printf 't%.0s' {1..100})
	chain=$(printf 'c%.0s' {1..120})
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	defer ip netns exec "$sw" nft delete table netdev "$table"
	ip netns exec "$sw" nft -f - <<-EOT || return
		table netdev $table {
			chain $chain { type filter hook ingress device a0 priority 0; }
		}
	EOT
	span_add "$sw" span0 && mirrored a0 rx redirect || return
	cured nft_ingress warning "nft 'flush chain netdev $table $chain; delete chain netdev $table $chain'"
	check_eq "that takes away" "$TAKES" "the chain $chain and all of its rules"
}

# Frames that a0 receives, or that another device sends, are not affected.
nft_egress()
{
	require_command nft || return
	ip -n "$sw" link add a0 up type veth peer name b0
	defer ip -n "$sw" link del a0
	defer ip netns exec "$sw" nft delete table netdev t
	nft_chain netdev egress a0 c || return
	span_add "$sw" span0 && mirrored a0 tx || return
	finds nft_egress note || return
	check_ok "what tells more of it" shell "$FIX"
	check_vspan "$sw" set a0 rx
	gone nft_egress || fail "what a0 sends is not asked for"
	check_vspan "$sw" set a0 tx
	ip netns exec "$sw" nft 'flush chain netdev t c; delete chain netdev t c'
	nft_chain netdev egress b0 c
	gone nft_egress || fail "the chain is at b0"
}

# Notes about settings that may be intended.
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
		check_ok "attach" shell "$SELFTESTS/lib/bpf.py $*"
		return
	fi
	exec {fd}< <(exec ip netns exec "$sw" "$SELFTESTS/lib/bpf.py" "$@" 2>&1)
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

# A note about the first of two programs.
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

# A pod's device on the host, and what comes for the pod by in0: by the stack it is sent
# to that device, by a program it is not.
redirect_peer()
{
	require_command bpftool || return
	setup_ns pod || return
	ip -n "$sw" -b - <<-EOT
		link add lxc0 up type veth peer name eth0 netns $pod
		link add in0 up type veth peer name x-in0
		link set x-in0 up
	EOT
	defer ip -n "$sw" link del lxc0
	defer ip -n "$sw" link del in0
	ip -n "$pod" link set eth0 up
	wait_up "$pod" eth0 && wait_up "$sw" in0 || return
	span_add "$sw" span0 && mirrored lxc0 || return
	flows "sent to the pod" send lxc0 ns="$sw" count=10 recv eth0 ns="$pod"
	gone redirect_peer || fail "all passed it: $FOUND"
	shell "$SELFTESTS/lib/bpf.py handover in0 lxc0" || { skip "no tcx"; return; }
	flows "handed to the pod" send x-in0 ns="$sw" count=10 recv eth0 ns="$pod"
	finds redirect_peer warning || return
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

tests_run
