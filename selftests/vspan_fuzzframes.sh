#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Arbitrary frames on a tap, as from a broken or malicious VM, with valid and invalid
# virtio headers. The tap is in a bridge, alone, or below other devices. Spans of each
# form, with outputs, copy the frames. The kernel must survive, each frame must be counted
# once, and normal frames must be copied afterwards. The frames are the same each time.
# SEED, and FRAMES or MINUTES, are passed on. To repeat a part of PART frames that failed,
# use the seed that is printed, and FRAMES=PART.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"wild_frames_are_counted"
	"nothing_is_left"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/balance.sh
. "$(dirname "$0")/lib/balance.sh"

FRAMES=${FRAMES:-3000}
PART=${PART:-500}
SPANS=(wire asis heads any)
PLACES=(alone bridge filtering layers)
# Of the source that has other options in each part; VLANs and outputs are those of
# others.
OPTIONS=("" "snaplen 14" "snaplen 64" "snaplen 1500" "snaplen headers" "vlan untagged"
	"vlan 10,200" "share 1/2" "sample 3" "rate 100" "promisc" "dup keep" "tag bridge")
FILTERS=("" "" "" "" "" "tcp" "ip6" "vlan 10" "less 200" "ether[12:2] = 0x88a8" "udp port 4789")
PLAIN="rx,tx vlan all snaplen 0 share all sample 1 rate 0 hook tap redirect off promisc off dup drop
	tag port"

# e1 is a port of the bridge beside the tap, with e2 at its other end.
setup()
{
	setup_ns sw || return 1
	ip -n "$sw" tuntap add wild0 mode tap vnet_hdr || return 1
	ip -n "$sw" -b - <<-EOT || return 1
		link set wild0 up
		link add br0 up type bridge mcast_snooping 0
		link add e1 up master br0 type veth peer name e2
		link set e2 up
		link add d0 up master br0 type dummy
		link add o0 up type dummy
		link add o1 up type veth peer name o2
		link set o2 up
		addr add 192.0.2.1/24 dev o0
		neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev o0
		link add vx0 up type vxlan id 7 local 192.0.2.1 remote 192.0.2.2 dstport 4789 dev o0
	EOT
	spans
}

# One with whole frames, one as the host has them, one with headers of all ports, and one
# whose options change. Outputs are there from the first frame.
spans()
{
	local span

	for span in "${SPANS[@]}"; do
		span_add "$sw" "$span" && check_vspan "$sw" span set "$span" qlen 32767 || return 1
	done
	check_vspan "$sw" span set asis frames asis || return 1
	for span in wire asis any; do
		check_vspan "$sw" output add "$span" dev o1 vlan 200 &&
			check_vspan "$sw" output add "$span" dev vx0 || return 1
	done
	check_vspan "$sw" output add heads dev o0 &&
		check_vspan "$sw" output add any psample 5 &&
		check_vspan "$sw" add wild0 rx to wire &&
		check_vspan "$sw" add wild0 rx to asis &&
		check_vspan "$sw" add wild0 rx to heads snaplen headers &&
		check_vspan "$sw" add 'e?' to heads snaplen headers &&
		check_vspan "$sw" add wild0 to any
}

# Of each kind of reader one; the last span has its outputs only.
readers()
{
	tap_path "$sw" asis && reader asis count "$REPLY" vnet=1 offload=0x0f end=0 timeout=0 &&
		tap_path "$sw" heads && reader heads count "$REPLY" vnet=0 end=0 timeout=0 &&
		reader wire count wire ns="$sw" end=0 timeout=0
}

# pick WORD...: one of them, in REPLY, as the seed of the part has it
pick()
{
	shift $((RANDOM % $#))
	REPLY=$1
}

# From wherever it is now.
place()
{
	ip -n "$sw" -force -b - <<-EOT 2>/dev/null
		link del wild0.10
		link del mac0
		link set wild0 nomaster
		link set br0 type bridge vlan_filtering 0
	EOT
	case $1 in
	bridge) check_ok "bridge" ip -n "$sw" link set wild0 master br0 ;;
	filtering)
		check_ok "bridge" ip -n "$sw" -b - <<-EOT
			link set wild0 master br0
			link set br0 type bridge vlan_filtering 1
		EOT
		;;
	layers)
		check_ok "layers" ip -n "$sw" -b - <<-EOT
			link add link wild0 name wild0.10 up type vlan id 10
			link add link wild0 name mac0 up type macvlan mode bridge
		EOT
		;;
	esac
}

# The receive slot can be had only where nobody else has it.
arrange()
{
	local where filter frames
	local -a words

	# first, as who has the slot keeps others out
	# shellcheck disable=SC2086	# words
	check_vspan "$sw" set wild0 to any $PLAIN filter "" || return 1
	pick "${PLACES[@]}" && where=$REPLY
	place "$where"
	pick wire asis && frames=$REPLY
	check_vspan "$sw" span set any frames "$frames"
	pick "${OPTIONS[@]}" && read -ra words <<<"$REPLY"
	pick "${FILTERS[@]}" && filter=$REPLY
	[ "$where" != alone ] || pick "" "rx hook rx-handler" "rx redirect"
	# shellcheck disable=SC2206	# words
	[ "$where" != alone ] || words+=($REPLY)
	echo "# seed $1: $where, any: $frames ${words[*]} filter '$filter'"
	check_vspan "$sw" set wild0 to any filter "$filter" "${words[@]}"
}

# source_bytes SPAN: of what it has copied of wild0, in REPLY; empty if anything was lost
source_bytes()
{
	local reason

	REPLY=${J[$1/sources/wild0/stats/rx/bytes]-absent}
	for reason in "${AT_HOOK[@]}"; do
		[ "${J[$1/sources/wild0/stats/drops/$reason]-0}" -eq 0 ] || REPLY=''
	done
}

# check_bytes SPAN: what a packet socket has seen by now, the source has copied
check_bytes()
{
	source_bytes "$1"
	[ -z "$REPLY" ] || check_eq "bytes of wild0 that $1 has" "$REPLY" "$BYTES"
}

# part SEED COUNT
part()
{
	RANDOM=$1
	arrange "$1" || return 1
	flows "wild frames" wild wild0 ns="$sw" seed="$1" count="$2" || return 1
	echo "# ${LINES[*]}"
	parse_kv "${LINES[-1]}"
	BYTES=$((BYTES + KV[bytes]))
	((KV[seen] > 0 && KV[refused] > 0)) || fail "all was refused, or nothing"
	check_balanced "$sw" "${SPANS[@]}"
	check_bytes wire
	check_bytes asis
	marker
}

# Behind all that, a frame passes, by a cable's form and by the host's.
marker()
{
	local span

	for span in wire asis; do
		flows "a frame afterwards" send tun:wild0 ns="$sw" vnet=1 id=7 \
			recv "$span" ns="$sw" id=7 || return 1
	done
	json "$sw" -s show
	BYTES=${J[wire/sources/wild0/stats/rx/bytes]}
}

# more DONE: is there anything left to do?
more()
{
	if [ -n "${MINUTES:-}" ]; then
		((SECONDS < 60 * MINUTES))
	else
		(($1 < FRAMES))
	fi
}

wild_frames_are_counted()
{
	local done=0 seed=${SEED:-1}

	BYTES=0
	readers || return
	while more "$done"; do
		part "$seed" "$PART"
		[ "$RET" -eq 0 ] || { fail "again with: SEED=$seed FRAMES=$PART"; return; }
		done=$((done + PART))
		seed=$((seed + 1))
	done
	echo "# $done frames, seeds ${SEED:-1} to $((seed - 1))"
	stop asis
	stop heads
	stop wire
	echo "# wire: ${LINES[*]}"
}

# Whoever still holds one of these would keep it from going.
nothing_is_left()
{
	local dev

	check_vspan "$sw" flush
	for dev in wild0 e1 d0 vx0 o0 o1 br0; do
		check_ok "delete" ip -n "$sw" link del "$dev"
	done
	json "$sw" show
	[[ " ${!J[*]} " != *"/sources/"* ]] || fail "sources are left: ${!J[*]}"
}

tests_run
