#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Selection by VLAN: exactly the frames of the list, their tags intact, wherever
# the host keeps the tag: in the frame or beside it.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"vlan_10_of_a_trunk rx"
	"vlan_10_of_a_trunk tx"
	"another_vlan_copies_nothing rx"
	"another_vlan_copies_nothing tx"
	"untagged"
	"lists_and_ranges"
	"first_and_last_vlan"
	"outer_802.1ad"
	"inner_vlan_does_not_select"
	"all_lengths_tagged"
	"change_at_run_time"
	"vlan_all"
	"change_under_traffic_loses_nothing"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

#   sw: eth0, eth0.10, eth0.ad10 ------ trunk ------ p2: the same
setup()
{
	local ns

	topo_cable && span_add "$sw" span0 || return 1
	for ns in "$sw" "$p2"; do
		ip -n "$ns" -b - <<-EOT || return 1
			link add link eth0 name eth0.10 up type vlan id 10
			link add link eth0 name eth0.ad10 up type vlan proto 802.1ad id 10
		EOT
	done
	wait_up "$sw" eth0.10 eth0.ad10 && wait_up "$p2" eth0.10 eth0.ad10
}

# Who has to send so that eth0 of sw sees the frames in the direction asked for.
sender_of()
{
	case $1 in
	rx) FROM=$p2 ;;
	*) FROM=$sw ;;
	esac
}

# trunk: frames of VLAN 10 (in the frame, beside it), of VLAN 20 and of none
trunk()
{
	TRUNK=(send eth0 ns="$FROM" id=1 vlan=10 end=0
		send eth0 ns="$FROM" id=2 vlan=20 end=0
		send eth0 ns="$FROM" id=3 end=0
		send eth0.10 ns="$FROM" id=4 end=0)
}

# A census by VLAN of what the span sees until the marker $1; in KV.
last_census()
{
	parse_kv "${LINES[-1]:-}"
	check_eq "frames by VLAN" "${KV[tags]:-}" "$1"
}

# Seeds scenario 2.
vlan_10_of_a_trunk()
{
	local dir=$1

	sender_of "$dir"
	trunk
	source_add "$sw" eth0 "$dir" vlan 10 || return
	flows "trunk" "${TRUNK[@]}" send eth0 ns="$FROM" id=1 vlan=10 count=0 \
		send eth0 ns="$FROM" id=4 vlan=10 count=0 \
		recv span0 ns="$sw" id=1 vlan=10 others=ok \
		recv span0 ns="$sw" id=4 vlan=10 others=ok \
		count span0 ns="$sw" id=4
	last_census "none:0,8100.10:20"
	stats "$sw" span0
	check_j span0/sources/eth0/stats/filtered 20
}

another_vlan_copies_nothing()
{
	local dir=$1

	sender_of "$dir"
	trunk
	source_add "$sw" eth0 "$dir" vlan 30 || return
	flows "trunk" "${TRUNK[@]}" send eth0 ns="$FROM" id=9 vlan=30 count=0 \
		count span0 ns="$sw" id=9
	last_census "none:0"
	stats "$sw" span0
	check_j span0/sources/eth0/stats/filtered 40
}

# A priority tag has no VLAN in it: the frame belongs to none, and keeps its tag.
untagged()
{
	sender_of rx
	trunk
	source_add "$sw" eth0 rx vlan untagged || return
	flows "untagged" "${TRUNK[@]}" send eth0 ns="$FROM" id=5 vlan=0:5 \
		send eth0 ns="$FROM" id=3 count=0 \
		recv span0 ns="$sw" id=5 vlan=0:5 others=ok \
		recv span0 ns="$sw" id=3 others=ok \
		count span0 ns="$sw" id=3
	last_census "none:10,8100.0:10"
	stats "$sw" span0
	check_j span0/sources/eth0/stats/filtered 30
}

# by_vlan LIST-OF-VIDS: ten frames of each VLAN, "-" for untagged
by_vlan()
{
	local vid

	SENT=()
	for vid in "$@"; do
		SENT+=(send eth0 ns="$p2" id=1 end=0)
		[ "$vid" == - ] || SENT+=("vlan=$vid")
	done
}

lists_and_ranges()
{
	source_add "$sw" eth0 rx vlan 10,20-30,untagged || return
	by_vlan 9 10 11 19 20 25 30 31 -
	flows "list" "${SENT[@]}" send eth0 ns="$p2" id=9 count=0 count span0 ns="$sw" id=9
	last_census "none:10,8100.10:10,8100.20:10,8100.25:10,8100.30:10"
	stats "$sw" span0
	check_j span0/sources/eth0/stats/filtered 40
}

first_and_last_vlan()
{
	source_add "$sw" eth0 rx vlan 1,4094 || return
	by_vlan 1 2 4093 4094 -
	flows "ends" "${SENT[@]}" send eth0 ns="$p2" id=9 vlan=1 count=0 \
		count span0 ns="$sw" id=9
	last_census "none:0,8100.1:10,8100.4094:10"
}

outer_802.1ad()
{
	local -a ad=(vlan=10 proto=0x88a8)

	source_add "$sw" eth0 vlan 10 || return
	flows "802.1ad" send eth0 ns="$p2" id=1 "${ad[@]}" send eth0.ad10 ns="$p2" id=2 end=0 \
		send eth0 ns="$p2" id=2 "${ad[@]}" count=0 \
		send eth0 ns="$sw" id=3 "${ad[@]}" inner=20 \
		send eth0.ad10 ns="$sw" id=4 vlan=20 end=0 \
		send eth0 ns="$sw" id=4 "${ad[@]}" inner=20 count=0 \
		recv span0 ns="$sw" id=1 "${ad[@]}" others=ok \
		recv span0 ns="$sw" id=2 "${ad[@]}" others=ok \
		recv span0 ns="$sw" id=3 "${ad[@]}" inner=20 others=ok \
		recv span0 ns="$sw" id=4 "${ad[@]}" inner=20 others=ok
}

inner_vlan_does_not_select()
{
	source_add "$sw" eth0 vlan 20 || return
	flows "inner 20" send eth0 ns="$p2" id=1 vlan=10 inner=20 end=0 \
		send eth0 ns="$sw" id=1 vlan=10 inner=20 end=0 \
		send eth0 ns="$p2" id=2 vlan=10 proto=0x88a8 inner=20 end=0 \
		send eth0 ns="$sw" id=9 vlan=20 inner=10 \
		recv span0 ns="$sw" id=9 vlan=20 inner=10
}

all_lengths_tagged()
{
	source_add "$sw" eth0 vlan 10 || return
	flows "sweep" send eth0 ns="$p2" id=1 vlan=10:6 len=60-1514 count=1455 \
		send eth0.10 ns="$sw" id=2 len=60-1514 count=1455 end=0 \
		send eth0 ns="$sw" id=2 vlan=10 count=0 \
		recv span0 ns="$sw" id=1 vlan=10:6 len=60-1514 count=1455 others=ok \
		recv span0 ns="$sw" id=2 vlan=10 len=60-1514 count=1455 others=ok
}

change_at_run_time()
{
	source_add "$sw" eth0 rx vlan 10 || return
	by_vlan 10 20 -
	check_vspan "$sw" set eth0 vlan 20
	flows "now 20" "${SENT[@]}" send eth0 ns="$p2" id=9 vlan=20 count=0 \
		count span0 ns="$sw" id=9
	last_census "none:0,8100.20:10"
	check_vspan "$sw" set eth0 vlan untagged,20
	flows "and untagged" "${SENT[@]}" send eth0 ns="$p2" id=9 count=0 \
		count span0 ns="$sw" id=9
	last_census "none:10,8100.20:10"
	# a change of the direction leaves the list alone
	check_vspan "$sw" set eth0 rx,tx
	flows "still 20" "${SENT[@]}" send eth0 ns="$p2" id=9 count=0 \
		count span0 ns="$sw" id=9
	last_census "none:10,8100.20:10"
}

vlan_all()
{
	source_add "$sw" eth0 rx vlan 10 || return
	by_vlan 10 20 -
	json "$sw" show span0
	check_j span0/sources/eth0/vlan 10
	check_vspan "$sw" set eth0 vlan all
	flows "all" "${SENT[@]}" send eth0 ns="$p2" id=9 count=0 count span0 ns="$sw" id=9
	last_census "none:10,8100.10:10,8100.20:10"
	json "$sw" show span0
	check_j span0/sources/eth0/vlan absent
}

# Each frame is judged by the old list or by the new one; both have VLAN 10.
change_under_traffic_loses_nothing()
{
	local i

	source_add "$sw" eth0 rx vlan 10 || return
	reader all recv span0 ns="$sw" vlan=10 count=2000 || return
	"$PKT" send eth0 ns="$p2" vlan=10 count=2000 rate=2000 >/dev/null &
	for ((i = 0; i < 10; i++)); do
		check_vspan "$sw" set eth0 rx,tx vlan 10,20
		check_vspan "$sw" set eth0 rx vlan 1-10
	done
	wait $!
	check_finish all
}

tests_run
