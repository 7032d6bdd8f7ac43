#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random messages to the netlink family (valid, damaged, or random bytes), under traffic
# and with a listener. The messages are the same each time. make fuzz passes on SEED and
# COUNT, for other messages or more of them.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"random_messages_under_traffic"
	"it_works_afterwards"
	"nothing_is_leaked"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/leak.sh
. "$(dirname "$0")/lib/leak.sh"

COUNT=${COUNT:-20000}
PART=100000	# messages between two lines of what has been done

setup()
{
	topo_cable || return 1
	ip -n "$sw" -b - <<-EOT || return 1
		link add br0 up type bridge mcast_snooping 0
		link add d0 up type dummy
		link add d1 master br0 up type dummy
		link add eth1 up type veth peer name eth2
		link set eth2 up
	EOT
	span_add "$sw" span0 && span_add "$sw" span1 && span_add "$sw" span2 || return 1
	clear_leaks
}

random_messages_under_traffic()
{
	local done=0 part

	reader monitor count span0 ns="$sw" end=0 timeout=0 || return
	"$VSPANCTL" -n "$sw" monitor >/dev/null 2>&1 &
	defer kill_quietly $!
	background sender send eth0 ns="$p2" count=100000000 len=60-1514 end=0 rate=500
	background other send eth0 ns="$sw" count=100000000 vlan=10 end=0 rate=500
	while ((done < COUNT)); do
		part=$((COUNT - done < PART ? COUNT - done : PART))
		flows "fuzz" fuzz ns="$sw" seed=$((${SEED:-1} + done / PART)) count="$part" || return
		echo "# seed $((${SEED:-1} + done / PART)): ${LINES[*]}"
		parse_kv "${LINES[-1]}"
		((KV[granted] > 0 && KV[refused] > 0)) || fail "all was refused, or nothing: ${LINES[*]}"
		done=$((done + part))
	done
	stop sender
	[ "${KV[sent]:-0}" -gt 0 ] || fail "there was no traffic: ${LINES[*]}"
	stop other
}

# Whatever it has left there: once that is gone, a copy is a copy.
it_works_afterwards()
{
	check_vspan "$sw" flush
	check_vspan "$sw" span set span0 frames wire
	json "$sw" show
	[[ " ${!J[*]} " != *" span0/sources/"* ]] || fail "sources are left: ${!J[*]}"
	source_add "$sw" eth0 rx || return
	flows "afterwards" send eth0 ns="$p2" id=7 recv span0 ns="$sw" id=7
}

nothing_is_leaked()
{
	check_no_leak
}

tests_run
