# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for tests of sources that follow devices; sourced after topo.sh. The netns
# under test is always sw, and its span is span0.
# shellcheck disable=SC2034,SC2154	# setup_ns sets sw

# pairs NAME...: make a veth for each NAME, up; its other end is x-NAME
pairs()
{
	local name

	for name in "$@"; do
		echo "link add $name type veth peer name x-$name"
		echo "link set $name up"
		echo "link set x-$name up"
	done | ip -n "$sw" -b - || { fail "cannot make $*"; return 1; }
	for name in "$@"; do
		defer ip -n "$sw" link del "$name"
	done
	wait_up "$sw" "$@" "${@/#/x-}"
}

# A bridge with four ports, each a cable to a machine that sends only test frames.
# Machine N has MAC 02:00:00:00:00:0N, the bridge itself ..:fe.
#
#             netns sw                              netns lan
#   +---------------------------+          +-----------------------+
#   |       p1 -----------------+----------+- e1                   |
#   |  br0  p2 -----------------+----------+- e2                   |
#   |       p3 -----------------+----------+- e3                   |
#   |       p4 -----------------+----------+- e4                   |
#   +---------------------------+          +-----------------------+
topo_ports()
{
	setup_ns sw lan || return 1
	{
		echo "link add br0 address 02:00:00:00:00:fe type bridge mcast_snooping 0"
		printf 'link add p%d type veth peer name e%d netns %s\n' \
			1 1 "$lan" 2 2 "$lan" 3 3 "$lan" 4 4 "$lan"
		printf 'link set p%d up\nlink set p%d master br0\n' 1 1 2 2 3 3 4 4
		echo "link set br0 up"
	} | ip -n "$sw" -b - || return 1
	printf 'link set e%d address 02:00:00:00:00:0%d up\n' 1 1 2 2 3 3 4 4 |
		ip -n "$lan" -b - || return 1
	wait_up "$lan" e1 e2 e3 e4 && wait_up "$sw" br0 &&
		check_wait "ports of br0 forward" ports_forward "$sw" 4 && learn 1 2 3 4
}

# switch PORT...: add these ports to Open vSwitch's datapath sw0, in this order. DPCTL is
# the command for its flows
switch()
{
	local port

	DPCTL=(ip netns exec "$sw" "${OVS_DPCTL:-ovs-dpctl}")
	defer learn 1 2 3 4
	for port in "$@"; do
		ip -n "$sw" link set "$port" nomaster
		defer ip -n "$sw" link set "$port" master br0
	done
	"${DPCTL[@]}" add-dp sw0 "$@" 2>/dev/null || { skip "no Open vSwitch"; return 1; }
	defer "${DPCTL[@]}" del-dp sw0
}

# learn N...: let the bridge learn the ports of these machines
learn()
{
	local n

	for n in "$@"; do
		echo "fdb replace 02:00:00:00:00:0$n dev p$n master static"
	done | bridge -n "$sw" -b -
}

# from A [B]: put arguments for pkt that send from machine A to machine B into REPLY
from()
{
	REPLY="send e$1 ns=$lan src=02:00:00:00:00:0$1"
	[ -z "${2:-}" ] || REPLY+=" dst=02:00:00:00:00:0$2"
}

# copies WHAT WANT PKT-WORDS...: the frames that are sent make WANT copies on the span
copies()
{
	flows "$1" "${@:3}" count span0 ns="$sw" || return 1
	parse_kv "${LINES[-1]}"
	check_eq "$1: copies" "${KV[stream]} of ${KV[frames]} frames" "$2 of $2 frames"
}

# judged SOURCE: put the number of frames that it has copied or counted as lost into REPLY
judged()
{
	local key n

	stats "$sw" span0 || return
	REPLY=${J[span0/sources/$1/stats/tx/packets]}
	for key in "${!J[@]}"; do
		n=${J[$key]}
		[[ $key != "span0/sources/$1/stats/drops/"* ]] || REPLY=$((REPLY + n))
	done
}

# Put the devices of a source's bindings into REPLY, from J; the span is span0.
bound()
{
	local key
	local -a devs=()

	for key in "${!J[@]}"; do
		[[ $key != "span0/sources/$1/bindings/"*/dev ]] || devs+=("${J[$key]}")
	done
	REPLY=$(printf '%s\n' "${devs[@]}" | sort)
	REPLY=${REPLY//$'\n'/ }
}

bound_is()
{
	json "$sw" show span0 && bound "$1" && [ "$REPLY" == "$2" ]
}

# check_bound SOURCE DEVS: it is bound on these, in the order of names; none means dormant
check_bound()
{
	json "$sw" show span0
	bound "$1"
	check_eq "$1 is bound on" "$REPLY" "$2"
	if [ -n "$2" ]; then
		check_j "span0/sources/$1/state" active
		check_j "span0/sources/$1/why" absent
	else
		check_j "span0/sources/$1/state" dormant
	fi
}

# check_why SOURCE WHY: it is dormant for this reason, in JSON and in the text output
check_why()
{
	local out

	check_bound "$1" ""
	check_j "span0/sources/$1/why" "$2"
	out=$(vspan "$sw" show span0 | tr -s '\n ' ' ')
	[[ $out == *"-> dormant: $2"* ]] || fail "show does not say '$2'" "$out"
}

# check_hook SOURCE DEV HOOK: it uses this hook on DEV
check_hook()
{
	json "$sw" show span0
	check_j "span0/sources/$1/bindings/$2/hook" "$3"
}

# hook_is SOURCE DEV HOOK [SPAN]
hook_is()
{
	local span=${4:-span0}

	json "$sw" show "$span" &&
		[ "${J[$span/sources/$1/bindings/$2/hook]-absent}" == "$3" ]
}

# The packet taps of vspan in a netns, one line each: "ALL DEV vspan_..."
taps()
{
	ip netns exec "$1" cat /proc/net/ptype | grep vspan
}

check_taps()
{
	local out

	mapfile -t out < <(taps "$1")
	check_eq "packet taps of vspan" "${#out[@]}" "$2"
}
