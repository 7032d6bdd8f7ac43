#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The protocol by its specification only: the example in Documentation/netlink, with the
# kernel's own library for such specifications.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"sources_are_listed"
	"a_source_is_added"
	"a_refusal_has_a_sentence"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

NETLINK=$TOP/Documentation/netlink

setup()
{
	topo_cable && span_add "$sw" span0
}

has_ynl()
{
	require_command python3 || return
	[ -d "${YNL:-}/pyynl" ] || { skip "YNL names no tools/net/ynl of a kernel"; return 1; }
}

# spans [DEVICE SPAN]: run the example in sw. Its output is in OUT, with N in place of the
# number of packets, which is in PACKETS.
spans()
{
	OUT=$(example "$@")
	PACKETS=$(sed -n '1s/span0 \([0-9]*\) packets/\1/p' <<<"$OUT")
	OUT=${OUT/ $PACKETS packets/ N packets}
}

example()
{
	ip netns exec "$sw" env "PYTHONPATH=$YNL" PYTHONDONTWRITEBYTECODE=1 \
		"SPEC=$NETLINK/specs/vspan.yaml" "$NETLINK/spans.py" "$@" 2>&1
}

sources_are_listed()
{
	has_ynl && source_add "$sw" eth0 && source_add "$sw" 'late*' tx || return
	flows "some" send eth0 ns="$p2" count=7 recv span0 ns="$sw" count=7
	spans
	check_eq "list" "$OUT" "span0 N packets
  eth0 rx,tx active
  late* tx dormant: no-match"
	# hosts send some frames of their own
	[ "$PACKETS" -ge 7 ] || fail "$PACKETS packets instead of 7 or more"
}

a_source_is_added()
{
	has_ynl || return
	spans eth0 span0
	check_eq "list" "$OUT" "span0 N packets
  eth0 rx active"
	json "$sw" show
	check_j span0/sources/eth0/dir/0 rx
	check_j span0/sources/eth0/dir/1 absent
	flows "both ways" send eth0 ns="$sw" id=1 end=0 send eth0 ns="$p2" id=2 \
		recv span0 ns="$sw" id=2
}

a_refusal_has_a_sentence()
{
	local out

	has_ynl || return
	! out=$(example lo span0) || fail "lo is not refused"
	[[ $out == *"loopback"* ]] || fail "no sentence" "$out"
}

tests_run
