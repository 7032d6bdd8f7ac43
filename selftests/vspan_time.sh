#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Time stamps: a copy has the receive time and the hardware time stamp of its frame.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"time_of_arrival rx"
	"time_of_arrival tx"
	"time_of_arrival rx snaplen 40"
	"hardware_time"
	"hardware_time snaplen 64"
	"hardware_time hook rx-handler"
	"hardware_time redirect"
	"hardware_time_of_super_frames wire"
	"hardware_time_of_super_frames wire snaplen 64"
	"hardware_time_of_super_frames asis"
	"hardware_time_of_which_only_the_driver_knows"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	topo_cable && span_add "$sw" span0
}

# A packet socket on the span reports the time that one on the source reports: of
# clones, and of truncated copies.
time_of_arrival()
{
	local dir=$1 sender=$p2 out rc=0

	[ "$dir" == rx ] || sender=$sw
	source_add "$sw" eth0 "$dir" "${@:2}" || return
	out=$("$PKT" stamps from=eth0 fromns="$sender" source=eth0 sourcens="$sw" to=span0 \
		tons="$sw" count=200 2>&1) || rc=$?
	[ "$rc" -eq 0 ] || fail "pkt stamps" "$out"
	parse_kv "${out##*$'\n'}"
	check_eq "frames with the same time" "${KV[equal]}" 200
}

# odd_source WORDS...: odd0 is a source with these; production and monitor read times
odd_source()
{
	odd_add "$sw" odd0 && source_add "$sw" odd0 rx "$@" &&
		reader production count odd0 ns="$sw" id=99 hw=1 &&
		reader monitor count span0 ns="$sw" id=99 hw=1
}

# The first COUNT times of a device, each so many times in a row: times COUNT EACH
times()
{
	local i

	REPLY=''
	for ((i = 0; i < $1; i++)); do
		REPLY+=,$((ODD_EPOCH + i)):$2
	done
	REPLY=${REPLY#,}
}

# check_times READER COUNT EACH REST
check_times()
{
	check_finish "$1"
	times "$2" "$3"
	check_eq "times of $1" "${KV[hw]:-}" "$REPLY$4"
}

# Twenty frames with a time each, and as many without.
hardware_time()
{
	odd_source "$@" || return
	flows "frames" send odd0 ns="$sw" dst="${ODD}1" len=200 count=20 end=0 \
		send odd0 ns="$sw" len=200 count=20 end=0 send odd0 ns="$sw" count=0 id=99
	check_times production 20 1 ,0:20
	check_times monitor 20 1 ,0:20
}

# Each of the ten frames that were one has its time, which is that of the first of
# them: the NIC's others were lost where they became one.
hardware_time_of_super_frames()
{
	local each=10

	[ "$1" == wire ] || each=1
	check_vspan "$sw" span set span0 frames "$1"
	defer vspan "$sw" span set span0 frames wire
	odd_source "${@:2}" || return
	flows "super-frames" send odd0 ns="$sw" dst="${ODD}1" vnet=1 gso=1448 len=14534 \
		count=5 end=0 send odd0 ns="$sw" vnet=1 gso=1448 len=14534 count=5 end=0 \
		send odd0 ns="$sw" count=0 id=99
	check_times production 5 1 ,0:5
	check_times monitor 5 "$each" ",0:$((5 * each))"
}

# igc leaves the time in the frame's buffer, of which a copy that is cut, or a frame
# that was part of another, has nothing: better none than what is there by then.
hardware_time_of_which_only_the_driver_knows()
{
	odd_source snaplen 64 || return
	flows "frames" send odd0 ns="$sw" dst="${ODD}2" len=200 count=20 end=0 \
		send odd0 ns="$sw" dst="${ODD}2" vnet=1 gso=1448 len=14534 count=5 end=0 \
		send odd0 ns="$sw" count=0 id=99
	check_finish production
	[[ ,${KV[hw]:-} != ,0:* ]] || fail "production's frames have no such time: ${KV[hw]}"
	check_times monitor 0 1 0:70
}

tests_run
