#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Documentation/recipes: their blocks are run unchanged, in a netns with the devices that
# they name; then frames show that the recipe works.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"each_block_is_marked"
	"each_recipe_is_tested"
	"proxmox-ids"
	"libvirt-suricata"
	"suricata-share"
	"docker-zeek"
	"capture-nic"
	"vlan-only"
	"forged-transmits"
	"erspan-wireshark"
	"privacy"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

RECIPES=$TOP/Documentation/recipes
MAC1=52:54:00:00:00:03
MAC2=52:54:00:00:00:04

# DIR is the /tmp of what is run, so that nothing of the host's is touched.
setup()
{
	require_command jq ethtool tcpdump nsenter || return
	modprobe -aq ip_gre
	DIR=$(mktemp -d) || return
	defer rm -rf "$DIR"
	mkdir "$DIR/bin" && cp "$VSPANCTL" "$DIR/bin/vspanctl"
}

# blocks FILE WHERE: the commands that are to be run there
blocks()
{
	awk -v where="$2" '
		/^\.\. (run|not) / { on = $0 == ".. run " where; next }
		/^\.\. code-block::/ { inside = on; next }
		/^[^ ]/ { inside = on = 0 }
		inside { sub(/^   /, ""); print }
	' "$1"
}

# A command that fails ends it, as it would end an operator's trust.
run_blocks()
{
	local ns=$1 recipe=$2 where=$3 text

	text=$(blocks "$RECIPES/$recipe.rst" "$where")
	[ -n "$text" ] || { fail "nothing to run: $where"; return 1; }
	PID=${PID:-} ip netns exec "$ns" bash -c "mount --bind '$DIR' /tmp &&
		PATH=/tmp/bin:\$PATH && set -e && $text"
}

# as_written NETNS RECIPE WHERE; what it prints is in OUT
as_written()
{
	OUT=$(run_blocks "$@" 2>&1) && return 0
	fail "$2, $3" "$OUT"
	return 1
}

each_block_is_marked()
{
	local file

	for file in "$RECIPES"/*.rst; do
		check_eq "marks in ${file##*/}" \
			"$(grep -A1 -E '^\.\. (run (host|later|monitor)|not run)$' "$file" | grep -c '^$')" \
			"$(grep -c '^\.\. code-block::' "$file")"
		[ "$(grep -c '^\.\. not run' "$file")" -eq 0 ] || tr -s ' \n' ' ' <"$file" | grep -q 'not run by the tests' ||
			fail "${file##*/} does not say what is not run"
	done
}

each_recipe_is_tested()
{
	local name

	while read -r name; do
		declare -F "$name" >/dev/null || fail "no test of $name"
		[ -e "$RECIPES/$name.rst" ] || fail "no $name.rst"
	done < <(sed -n '/toctree/,/^[A-Z]/s/^   \([a-z-]\+\)$/\1/p' "$RECIPES/index.rst")
	check_eq "recipes" "$(find "$RECIPES" -name '*.rst' | wc -l)" $((${#ALL_TESTS[@]} - 1))
}

# nic NETNS DEV HOST: a cable from DEV to eth0 of the netns in the variable HOST
nic()
{
	ip -n "$1" link add "$2" up type veth peer name eth0 netns "${!3}" &&
		ip -n "${!3}" link set eth0 up && wait_up "$1" "$2" && wait_up "${!3}" eth0
}

# The VMs' taps are in vmbr0, that of the IDS in vmbr9; the VM 900 starts later.
proxmox-ids()
{
	setup_ns sw
	ip -n "$sw" link add vmbr0 up type bridge mcast_snooping 0
	virtual_machine tap101i0 vmbr0 && virtual_machine tap102i0 vmbr0 || return
	as_written "$sw" proxmox-ids host || return
	json_is "$sw" ids/outputs/tap900i1/state dormant || fail "the output does not wait"
	virtual_machine tap900i1 vmbr9
	wait_j "$sw" ids/outputs/tap900i1/state active
	json_is "$sw" ids/sources/tap1\*i\*/state active || fail "no VM is copied"
	flows "between VMs" recv tun:tap900i1 ns="$sw" id=1 send tun:tap101i0 ns="$sw" id=1
	virtual_machine tap103i0 vmbr0
	flows "a VM that came later" recv tun:tap900i1 ns="$sw" id=2 send tun:tap103i0 ns="$sw" id=2
	reader span count ids ns="$sw" id=4
	flows "the IDS sends" send tun:tap900i1 ns="$sw" id=3 end=0 send tun:tap101i0 ns="$sw" id=4
	check_finish span
	check_eq "frames of the IDS that are copied" "${KV[frames]}" 10
}

virtual_machine()
{
	ip -n "$sw" tuntap add "$1" mode tap && ip -n "$sw" link set "$1" up master "$2"
}

libvirt-suricata()
{
	setup_ns sw vm
	nic "$sw" vnet0 vm || return
	as_written "$sw" libvirt-suricata host && tap_path "$sw" ids0 || return
	TAP=$REPLY
	exec {FD}<>"$TAP"
	flows "before" send eth0 ns="$vm" end=0
	wait_j "$sw" ids0/stats/packets 10
	as_written "$sw" libvirt-suricata later
	exec {FD}>&-
	check_eq "the check" "$OUT" "all is well"
	grep -q "<target dev='ids0' managed='no'/>" "$DIR/ids0.xml" || fail "$(cat "$DIR/ids0.xml")"
	flows "to the VM" send eth0 ns="$vm" id=1 recv "$TAP" id=1
	setup_ns late
	nic "$sw" vnet1 late && flows "of a later VM" send eth0 ns="$late" id=2 recv "$TAP" id=2
	stats "$sw" ids0
	check_j ids0/qlen 16384
}

# Each flow is seen by one of the two, whole; and by one of three when there is a third.
suricata-share()
{
	setup_ns sw vm
	nic "$sw" vnet0 vm && ip -n "$sw" link add mark0 up type dummy || return
	as_written "$sw" suricata-share host || return
	shared ids0 ids1
	grep -q "<target dev='ids1' managed='no'/>" "$DIR/ids1.xml" || fail "$(cat "$DIR/ids1.xml")"
	as_written "$sw" suricata-share later || return
	shared ids0 ids1 ids2
	[[ $OUT == *"other shares"* ]] || fail "the counters" "$OUT"
}

# shared SPAN...: markers, which are in no share, come by mark0
shared()
{
	local span

	for span; do
		check_vspan "$sw" add mark0 tx to "$span"
	done
	flows "$# spans" share from=eth0 fromns="$vm" to="$(IFS=,; echo "$*")" tons="$sw" \
		mark=mark0 markns="$sw" flows=300
	for span; do
		check_vspan "$sw" del mark0 to "$span"
	done
}

docker-zeek()
{
	setup_ns sw peer
	nic "$sw" eth0 peer || return
	unshare -n sleep infinity &
	PID=$!
	defer kill_quietly "$PID"
	check_wait "a namespace" own_netns "$PID"
	defer ip netns del zeek
	as_written "$sw" docker-zeek host || return
	[[ $OUT == *"zeek0: up"*"(in netns id"* ]] || fail "$OUT"
	setup_ns zeek
	ip netns attach "box-$RUN_ID" "$PID"
	defer ip netns del "box-$RUN_ID"
	flows "in the container" send eth0 ns="$peer" id=1 recv zeek0 ns="box-$RUN_ID" id=1
}

own_netns()
{
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# As the SPAN port of a switch: frames from and to others.
capture-nic()
{
	local -a span=(dst=02:00:00:00:aa:01 src=02:00:00:00:aa:02)

	setup_ns sw switch
	nic "$sw" eth1 switch || return
	ip -n "$switch" link set eth0 mtu 9000
	as_written "$sw" capture-nic host || return
	reader all count cap0 ns="$sw" end=0 timeout=0 || return
	flows "before" send eth0 ns="$switch" end=0
	wait_j "$sw" cap0/stats/packets 10
	as_written "$sw" capture-nic later
	check_eq "the check" "$OUT" "all is well"
	stop all
	flows "jumbo frames" recv cap0 ns="$sw" id=1 len=9014 "${span[@]}" \
		send eth0 ns="$switch" id=1 len=9014 "${span[@]}"
	reader host count eth1 ns="$sw" id=3 bind=0x0800 timeout=0
	flows "moved" send eth0 ns="$switch" id=2 count=20 type=0x0800 "${span[@]}" \
		recv cap0 ns="$sw" id=2 count=20 type=0x0800 "${span[@]}"
	stop host
	check_eq "frames the host has seen" "${KV[frames]}" 0
}

vlan-only()
{
	topo_bridge || return
	ip -n "$sw" link set br0 type bridge vlan_filtering 1
	bridge -n "$sw" vlan add dev p1 vid 10 pvid untagged
	bridge -n "$sw" vlan add dev p2 vid 10 pvid untagged
	bridge -n "$sw" vlan add dev p1 vid 30
	bridge -n "$sw" vlan add dev p2 vid 30
	as_written "$sw" vlan-only host || return
	reader all count span0 ns="$sw" id=3 || return
	flows "VLANs 10 and 30" send eth0 ns="$p1" id=1 count=7 end=0 \
		send eth0 ns="$p1" id=2 count=9 vlan=30 end=0 send eth0 ns="$p1" id=3 count=0
	check_finish all
	check_eq "frames" "${KV[frames]}" 7
	check_eq "their tags" "${KV[tags]}" "none:0,8100.10:7"
}

forged-transmits()
{
	setup_ns sw vm
	nic "$sw" vnet3 vm || return
	as_written "$sw" forged-transmits host || return
	reader all count forged ns="$sw" end=0 timeout=0 || return
	as_written "$sw" forged-transmits later
	check_eq "forged frames at first" "$OUT" 0
	flows "its own" send eth0 ns="$vm" src="$MAC1" count=20 end=0
	flows "forged" send eth0 ns="$vm" src="$MAC2" count=3 len=1000 end=0
	wait_j "$sw" forged/stats/packets 3 forged/sources/vnet3/stats/filtered 20
	stop all
	check_eq "frames that were reported" "${KV[frames]}" 3
	as_written "$sw" forged-transmits later
	check_eq "the number for an alarm" "$OUT" 3
}

erspan-wireshark()
{
	setup_ns sw far peer
	nic "$sw" eth0 peer && nic "$sw" eth1 far || return
	ip -n "$far" link set eth0 mtu 1600 address 02:00:00:00:00:02
	ip -n "$far" addr add 198.51.100.2/24 dev eth0
	ip -n "$sw" addr add 198.51.100.1/24 dev eth1
	ip -n "$sw" neigh add 198.51.100.2 lladdr 02:00:00:00:00:02 dev eth1
	as_written "$sw" erspan-wireshark host || return
	run_blocks "$far" erspan-wireshark monitor >"$DIR/tcpdump" 2>&1 &
	defer kill_quietly $!
	check_wait "tcpdump listens" grep -q "listening on" "$DIR/tcpdump"
	flows "five frames" send eth0 ns="$peer" id=1 count=5 len=1000 end=0
	wait $! || fail "tcpdump" "$(cat "$DIR/tcpdump")"
	check_eq "frames of GRE" "$(tcpdump -nr "$DIR/erspan.pcap" 2>/dev/null |
		grep -c 'IP 198.51.100.1 > 198.51.100.2: GREv0')" 5
}

# Each rule as it comes to stand; the last one leaves headers of few frames.
privacy()
{
	setup_ns sw peer
	nic "$sw" eth0 peer || return
	as_written "$sw" privacy host || return
	[[ $OUT == *"filter 'not host 192.0.2.77 and not port 22' snaplen headers"* ]] || fail "$OUT"
	check_vspan "$sw" set eth0 sample 1 rate 0
	reader all count span0 ns="$sw" end=0 timeout=0 || return
	flows "payload" send eth0 ns="$peer" count=10 len=1000 end=0
	wait_j "$sw" span0/stats/packets 10
	stop all
	check_eq "longest frame" "${KV[maxlen]}" 14
}

tests_run
