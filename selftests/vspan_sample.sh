#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sampling, with the same chance for each frame, and the rate limit.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"one_in_100_of_a_million"
	"one_in_3"
	"one_in_one"
	"sample_changed_under_traffic"
	"rate 1000 tx"
	"rate 200 rx"
	"rate_of_super_frames"
	"rate_changed_under_traffic"
	"sources_have_their_own_rate"
	"sample_before_rate"
	"bad_numbers"
	"shown"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

SAMPLED=${SAMPLED:-1000000}	# frames of which one in 100 is copied
S0=span0/sources/nic0/stats

# nic0 takes all that is sent to it and asks for nothing more.
setup()
{
	topo_cable && span_add "$sw" span0 || return 1
	ip -n "$sw" link set span0 txqueuelen 20000
	ip -n "$sw" link add nic0 up type dummy || return 1
	# by this one markers come that no option thins out
	ip -n "$sw" link add mark0 up type dummy && check_vspan "$sw" add mark0 tx || return 1
	TO=(to=span0 tons="$sw" mark=mark0 markns="$sw")
}

# probe WORDS...: its line is in KV
probe()
{
	local out rc=0

	out=$("$PKT" probe "${TO[@]}" len=60-80 seed="$RANDOM" "$@" 2>&1) || rc=$?
	echo "# ${out##*$'\n'}"
	parse_kv "${out##*$'\n'}"
	[ "$rc" -eq 0 ] || fail "pkt probe $*" "$out"
	return "$rc"
}

# check_sampled DIR FRAMES: no frame is in no counter
check_sampled()
{
	stats "$sw" span0
	check_j "$S0/$1/packets" "${KV[got]}"
	check_j "$S0/sampled_out" $(($2 - KV[got]))
	check_j "$S0/filtered" 0
}

one_in_100_of_a_million()
{
	source_add "$sw" nic0 tx sample 100 || return
	probe from=nic0 fromns="$sw" count="$SAMPLED" sample=100 loss=ok
	check_sampled tx "$SAMPLED"
}

one_in_3()
{
	source_add "$sw" nic0 tx sample 3 || return
	probe from=nic0 fromns="$sw" count=60000 sample=3 loss=ok
	check_sampled tx 60000
}

one_in_one()
{
	source_add "$sw" nic0 tx sample 1 || return
	probe from=nic0 fromns="$sw" count=5000
	check_sampled tx 5000
}

more_sampled_out()
{
	stats "$sw" span0
	((J[$S0/sampled_out] > OUT + 200))
}

more_copies()
{
	stats "$sw" span0
	((J[$S0/tx/packets] > COPIES + 200))
}

# Nothing is sampled out before and after, and nobody starts anew.
sample_changed_under_traffic()
{
	source_add "$sw" nic0 tx || return
	reader stream probe from=nic0 fromns="$sw" "${TO[@]}" len=60-80 loss=ok || return
	COPIES=0 OUT=0
	check_wait "copies" more_copies
	check_j "$S0/sampled_out" 0
	check_vspan "$sw" set nic0 sample 4294967295
	check_wait "frames passed over" more_sampled_out
	COPIES=${J[$S0/tx/packets]} OUT=${J[$S0/sampled_out]}
	check_wait "more frames passed over" more_sampled_out
	check_j "$S0/tx/packets" "$COPIES" "copies with one in 4294967295"
	check_vspan "$sw" set nic0 sample 2
	check_wait "copies of every second" more_copies
	check_vspan "$sw" set nic0 sample 1
	# the frame that was under way has been counted when others have
	stats "$sw" span0
	COPIES=${J[$S0/tx/packets]}
	check_wait "copies again" more_copies
	OUT=${J[$S0/sampled_out]} COPIES=${J[$S0/tx/packets]}
	check_wait "copies of all" more_copies
	check_j "$S0/sampled_out" "$OUT" "passed over when all are copied"
	stop stream || fail "stream" "${LINES[@]}"
	check_sampled tx "${KV[sent]}"
}

# This is the one place where time counts. A machine that stood still meanwhile is
# no failure: what a burst cannot make up for is taken off the time. And who cannot send
# four times as many frames, all of them copied, as the limit lets through has a lower
# limit.
rate()
{
	local pps=$1 dir=$2
	local -a from=(from=eth0 fromns="$sw")

	[ "$dir" == tx ] || from=(from=eth0 fromns="$p2")
	check_vspan "$sw" add eth0 "$dir" && probe "${from[@]}" seconds=1 loss=ok &&
		check_vspan "$sw" del eth0 || return
	((KV[sent] >= 4 * pps)) || pps=$((KV[sent] / 4))
	source_add "$sw" eth0 "$dir" rate "$pps" || return
	probe "${from[@]}" seconds=3 rate="$pps" loss=ok
	stats "$sw" span0
	check_j "span0/sources/eth0/stats/$dir/packets" "${KV[got]}"
	check_j span0/sources/eth0/stats/drops/rate_limit "${KV[lost]}"
	check_j span0/sources/eth0/stats/filtered 0
}

# Ten frames on the wire each, 200 of them a second: of 2000 frames a second 100 are
# copied, and never a part of ten. What the sender took longer is measured.
rate_of_super_frames()
{
	local start=${EPOCHREALTIME/[^0-9]/} most

	ip -n "$sw" tuntap add vm0 mode tap vnet_hdr
	defer ip -n "$sw" link del vm0
	ip -n "$sw" link set vm0 up
	source_add "$sw" vm0 rx rate 100 || return
	flows "super-frames" send tun:vm0 ns="$sw" vnet=1 gso=1448 len=14534 count=400 rate=200 \
		end=0 send mark0 ns="$sw" count=0 id=99 count span0 ns="$sw" id=99
	most=$((100 * (${EPOCHREALTIME/[^0-9]/} - start) / 1000000 + 20))
	parse_kv "${LINES[-1]}"
	[ "${KV[frames]}" -le "$most" ] || fail "${KV[frames]} copies, not $most at most"
	[ "${KV[frames]}" -ge 100 ] || fail "only ${KV[frames]} copies"
	check_eq "copies of a part" $((KV[frames] % 10)) 0
	stats "$sw" span0
	check_j span0/sources/vm0/stats/rx/packets "${KV[frames]}"
	check_j span0/sources/vm0/stats/drops/rate_limit $((4000 - KV[frames]))
}

more_limited()
{
	stats "$sw" span0
	((J[$S0/drops/rate_limit] > LIMITED + 200))
}

rate_changed_under_traffic()
{
	source_add "$sw" nic0 tx rate 1 || return
	reader stream probe from=nic0 fromns="$sw" "${TO[@]}" len=60-80 loss=ok || return
	LIMITED=0
	check_wait "frames beyond the rate" more_limited
	check_vspan "$sw" set nic0 rate 0
	stats "$sw" span0
	COPIES=${J[$S0/tx/packets]}
	check_wait "copies again" more_copies
	COPIES=${J[$S0/tx/packets]} LIMITED=${J[$S0/drops/rate_limit]}
	check_wait "copies without a limit" more_copies
	check_j "$S0/drops/rate_limit" "$LIMITED" "limited without a limit"
	check_vspan "$sw" set nic0 rate 1
	check_wait "frames beyond the rate again" more_limited
	stop stream || fail "stream" "${LINES[@]}"
	stats "$sw" span0
	check_eq "copies and losses" \
		$((J[$S0/tx/packets] + J[$S0/drops/rate_limit])) "${KV[sent]}"
}

sources_have_their_own_rate()
{
	local before

	source_add "$sw" nic0 tx rate 1 && source_add "$sw" eth0 tx || return
	stats "$sw" span0
	before=${J[span0/stats/drops/rate_limit]}
	flows "two sources" send nic0 ns="$sw" count=100 end=0 \
		send eth0 ns="$sw" id=2 count=100 len=60-159 end=0 \
		send mark0 ns="$sw" count=0 id=99 count span0 ns="$sw" id=99
	stats "$sw" span0
	check_j span0/sources/eth0/stats/tx/packets 100
	check_j span0/sources/eth0/stats/drops/rate_limit 0
	check_eq "all of nic0" $((J[$S0/tx/packets] + J[$S0/drops/rate_limit])) 100
	[ "${J[$S0/drops/rate_limit]}" -gt 0 ] || fail "nothing was limited"
	check_j span0/stats/drops/rate_limit \
		$((J[$S0/drops/rate_limit] + before)) "at the span"
}

# What is not in the sample takes no room in the rate.
sample_before_rate()
{
	source_add "$sw" nic0 tx sample 4294967295 rate 1 || return
	reader any recv span0 ns="$sw" loss=ok others=ok timeout=0 || return
	flows "none" send nic0 ns="$sw" count=1000 end=0
	stats "$sw" span0
	check_j "$S0/sampled_out" 1000
	check_j "$S0/drops/rate_limit" 0
	check_vspan "$sw" set nic0 sample 1
	flows "one" send nic0 ns="$sw" count=1 end=0 send mark0 ns="$sw" count=0 id=99 \
		count span0 ns="$sw" id=99
	stats "$sw" span0
	check_j "$S0/drops/no_reader" 0
	check_j "$S0/tx/packets" 1
}

bad_numbers()
{
	local word

	source_add "$sw" nic0 sample 5 rate 6 || return
	for word in -1 1.5 4294967296 many ""; do
		check_refused "$sw" 2 "sample" set nic0 sample "$word"
		check_refused "$sw" 2 "rate" set nic0 rate "$word"
	done
	check_refused "$sw" 2 sample set nic0 sample 0
	check_refused "$sw" 2 sample set nic0 sample
	check_refused "$sw" 2 rate set nic0 rate
	json "$sw" show span0
	check_j span0/sources/nic0/sample 5
	check_j span0/sources/nic0/rate 6
}

shown()
{
	source_add "$sw" nic0 sample 100 rate 5000 || return
	json "$sw" show span0
	check_j span0/sources/nic0/sample 100
	check_j span0/sources/nic0/rate 5000
	[[ $(vspan "$sw" show) == *"sample 100"*"rate 5000"* ]] || fail "show does not print them"
	check_vspan "$sw" set nic0 sample 1 rate 0
	json "$sw" show span0
	check_j span0/sources/nic0/sample absent
	check_j span0/sources/nic0/rate absent
}

tests_run
