#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices whose instance lock is held during their notifications (since Linux 6.15: dummy,
# netkit and many NICs), compared with veth, which has no such lock. Sources with promisc
# that wait for such devices must not cause a deadlock.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=()
for kind in dummy netkit veth; do
	ALL_TESTS+=(
		"waits $kind"
		"at_once $kind"
		"renamed_in_and_out $kind"
		"moved_and_back $kind"
	)
done
for kind in dummy netkit; do
	ALL_TESTS+=(
		"waits_without_promisc $kind"
		"deleted_while_pending $kind"
		"source_comes_and_goes $kind"
		"span_deleted $kind"
		"netns_deleted $kind"
	)
done
# (A netkit without more words has no MAC address, and can be no port and below no VLAN.)
ALL_TESTS+=(
	"two_spans dummy"
	"from_source_to_source dummy"
	"moved_to_another_source dummy"
	"port_of_a_bridge dummy"
	"vlan_above dummy"
	"module_unloaded dummy"
	"monitor_tells"
	"refused"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/events.sh
. "$(dirname "$0")/lib/events.sh"

#   netns sw                           netns other
# +-----------------------------+    +---------------+
# |  span0   late0, gone0, ...  |    |               |
# +-----------------------------+    +---------------+
setup()
{
	DIR=$(mktemp -d) && defer rm -rf "$DIR" &&
		setup_ns sw other && span_add "$sw" span0
}

# --- commands that may never return -----------------------------------------

ended()
{
	[ -s "$DIR/rc" ]
}

# What waits for a lock that it has itself cannot be killed, and has RTNL: nobody can
# do anything to a device any more, nor undo what this script has done.
stuck()
{
	fail "'$1' does not return: the kernel waits for itself"
	# shellcheck disable=SC2154	# run_one has it
	report "${entry//_/ }"
	echo "1..$SEEN"
	echo "Bail out! RTNL is held for ever: this machine must be booted anew"
	trap - EXIT
	exit 1
}

# links NS: the lines of stdin to ip -b; must succeed
links()
{
	rm -f "$DIR/rc"
	cat >"$DIR/batch"
	( ip -n "$1" -b "$DIR/batch" >"$DIR/out" 2>&1 </dev/null; echo $? >"$DIR/rc" ) \
		>/dev/null 2>&1 &
	busywait ended || stuck "$(<"$DIR/batch")"
	[ "$(<"$DIR/rc")" -eq 0 ] && return 0
	fail "ip in $1" "$(<"$DIR/batch")" "$(<"$DIR/out")"
	return 1
}

# --- devices -------------------------------------------------------------------

# A kernel, or an iproute2, may not know netkit. iproute2 needs not: without more
# words it hands the name on.
need_kind()
{
	local out

	out=$(ip -n "$other" link add probe0 type "$1" 2>&1) && ip -n "$other" link del probe0 &&
		return 0
	[ "$1" != netkit ] || [[ $out != *nknown* && $out != *"not supported"* ]] ||
		{ skip "this kernel has no $1"; return 1; }
	fail "no $1: $out"
	return 1
}

# new NAME KIND: a line that makes one; the other end, if it has any, is x-NAME or nkN
new()
{
	REPLY="link add $1 type $2"
	[ "$2" != veth ] || REPLY+=" peer name x-$1"
}

# renaming FROM TO: 6.1 renames a device only while it is down
renaming()
{
	REPLY="link set $1 down
link set $1 name $2
link set $2 up"
}

# make NS NAME KIND: it is up, and gone at the end of the test case
make()
{
	defer ip -n "$1" link del "$2"
	new "$2" "$3"
	links "$1" <<-EOT
		$REPLY
		link set $2 up
	EOT
}

# rename_to NS FROM TO
rename_to()
{
	defer ip -n "$1" link del "$3"
	renaming "$2" "$3"
	links "$1" <<<"$REPLY"
}

# --- what they are -----------------------------------------------------------

# promiscuity NS DEV: in REPLY
promiscuity()
{
	REPLY=$(ip -n "$1" -d link show dev "$2" 2>&1)
	REPLY=${REPLY#*promiscuity }
	REPLY=${REPLY%% *}
}

# check_now NS DEV COUNT
check_now()
{
	promiscuity "$1" "$2"
	check_eq "promiscuity of $2" "$REPLY" "$3"
}

is()
{
	promiscuity "$1" "$2"
	[ "$REPLY" == "$3" ]
}

# check_soon NS DEV COUNT: the work has its turn
check_soon()
{
	busywait is "$@" || check_now "$@"
}

# check_shown SOURCE DEV HELD [SPAN [NS]]: true, false, or absent if not asked for
check_shown()
{
	local span=${4:-span0} ns=${5:-$sw}

	json "$ns" show "$span"
	check_j "$span/sources/$1/bindings/$2/dev" "$2"
	check_j "$span/sources/$1/bindings/$2/promisc" "$3"
}

# check_is NS DEV COUNT SOURCE [SPAN]: and show agrees
check_is()
{
	check_soon "$1" "$2" "$3"
	check_shown "$4" "$2" true "${5:-span0}" "$1"
}

# A request for a change does all that is due in its netns before it is answered: what
# has not happened by then does not happen.
nothing_is_due()
{
	check_vspan "$1" output add span0 psample 7
	check_vspan "$1" output del span0 psample 7
}

check_dormant()
{
	json "$sw" show span0
	check_j "span0/sources/$1/state" dormant
}

# --- test cases --------------------------------------------------------------

waits()
{
	local out

	need_kind "$1" && source_add "$sw" late0 promisc || return
	check_dormant late0
	make "$sw" late0 "$1" || return
	check_is "$sw" late0 1 late0
	links "$sw" <<-EOT || return
		link set late0 down
		link set late0 up
		link set late0 mtu 1400
	EOT
	nothing_is_due "$sw"
	check_now "$sw" late0 1
	out=$(vspan "$sw" show span0)
	[[ $out == *" promisc "*"on late0 (tap, promiscuous)"* ]] || fail "show does not tell: $out"
	links "$sw" <<<"link del late0" || return
	check_dormant late0
	make "$sw" late0 "$1" || return
	check_is "$sw" late0 1 late0
	check_vspan "$sw" del late0
	check_now "$sw" late0 0
}

waits_without_promisc()
{
	need_kind "$1" && source_add "$sw" late0 && source_add "$sw" 'gone*' promisc || return
	make "$sw" late0 "$1" || return
	nothing_is_due "$sw"
	check_now "$sw" late0 0
	check_shown late0 late0 absent
	check_dormant 'gone*'
}

# Whoever asks need not wait, nor be slower than a work.
at_once()
{
	local i out

	need_kind "$1" && make "$sw" late0 "$1" && source_add "$sw" late0 promisc || return
	check_now "$sw" late0 1
	check_shown late0 late0 true
	check_vspan "$sw" set late0 promisc off
	check_now "$sw" late0 0
	check_shown late0 late0 absent
	check_vspan "$sw" set late0 promisc
	check_now "$sw" late0 1
	check_shown late0 late0 true
	check_vspan "$sw" set late0 rx vlan 10
	check_now "$sw" late0 1
	check_vspan "$sw" set late0 redirect
	check_now "$sw" late0 1
	check_vspan "$sw" set late0 redirect off hook tap promisc off
	check_now "$sw" late0 0
	check_vspan "$sw" set late0 promisc on
	check_now "$sw" late0 1
	for i in {1..20}; do
		printf '%s\n' "set late0 promisc off" "set late0 promisc" "show span0"
	done >"$DIR/words"
	out=$(vspan "$sw" -j -b "$DIR/words" | grep -o '"promisc":[a-z]*}' | sort | uniq -c | tr -s ' ')
	check_eq "of 20 times" "$out" ' 20 "promisc":true}'
	check_vspan "$sw" flush span0
	check_now "$sw" late0 0
}

two_spans()
{
	need_kind "$1" && span_add "$sw" span1 && source_add "$sw" late0 promisc &&
		source_add "$sw" 'l*' promisc to span1 || return
	make "$sw" late0 "$1" || return
	check_is "$sw" late0 2 late0
	check_shown 'l*' late0 true span1
	links "$sw" <<<"link set late0 promisc on" || return
	check_now "$sw" late0 3
	check_vspan "$sw" set late0 promisc off
	check_now "$sw" late0 2
	check_shown late0 late0 absent
	check_shown 'l*' late0 true span1
	links "$sw" <<<"link set late0 promisc off" || return
	check_now "$sw" late0 1
	check_vspan "$sw" del 'l*' to span1
	check_now "$sw" late0 0
}

renamed_in_and_out()
{
	local i

	need_kind "$1" && source_add "$sw" 'late*' promisc || return
	make "$sw" gone0 "$1" || return
	nothing_is_due "$sw"
	check_now "$sw" gone0 0
	for i in 1 2; do
		rename_to "$sw" gone0 late0 || return
		check_is "$sw" late0 1 'late*'
		rename_to "$sw" late0 gone0 || return
		check_soon "$sw" gone0 0
		check_dormant 'late*'
	done
	# To and fro, faster than a work may have its turn.
	for i in 1 2 3 4 5 6 7 8 9 10; do
		renaming gone0 late0
		echo "$REPLY"
		renaming late0 gone0
		echo "$REPLY"
	done | links "$sw" || return
	nothing_is_due "$sw"
	check_now "$sw" gone0 0
	rename_to "$sw" gone0 late1 || return
	check_is "$sw" late1 1 'late*'
}

# One lets go as the other takes it; and a twin of neither.
from_source_to_source()
{
	need_kind "$1" && span_add "$sw" span1 && source_add "$sw" 'late*' promisc &&
		source_add "$sw" 'next*' promisc to span1 || return
	make "$sw" late0 "$1" && make "$sw" twin0 "$1" || return
	check_is "$sw" late0 1 'late*'
	rename_to "$sw" late0 next0 || return
	nothing_is_due "$sw"
	check_now "$sw" next0 1
	check_shown 'next*' next0 true span1
	check_dormant 'late*'
	# Within a span: the name beats the pattern.
	check_vspan "$sw" add next0 promisc to span1
	check_now "$sw" next0 1
	check_shown next0 next0 true span1
	check_vspan "$sw" set next0 to span1 promisc off
	check_now "$sw" next0 0
	check_vspan "$sw" del next0 to span1
	check_now "$sw" next0 1
	check_shown 'next*' next0 true span1
	check_now "$sw" twin0 0
}

deleted_while_pending()
{
	local i

	need_kind "$1" && source_add "$sw" 'late*' promisc || return
	for i in {1..30}; do
		new late0 "$1"
		echo "$REPLY"
		echo "link del late0"
	done | links "$sw" || return
	check_dormant 'late*'
	# With a debt, which it pays on its way out.
	for i in {1..15}; do
		new late0 "$1"
		echo "$REPLY"
		renaming late0 gone0
		echo "$REPLY"
		echo "link del gone0"
	done | links "$sw" || return
	check_dormant 'late*'
	make "$sw" late0 "$1" || return
	check_is "$sw" late0 1 'late*'
}

moved_and_back()
{
	local i

	need_kind "$1" && source_add "$sw" late0 promisc || return
	make "$sw" late0 "$1" || return
	for i in 1 2; do
		check_is "$sw" late0 1 late0
		links "$sw" <<<"link set late0 netns $other" || return
		check_now "$other" late0 0
		check_dormant late0
		links "$other" <<<"link set late0 netns $sw" || return
	done
	check_is "$sw" late0 1 late0
	links "$sw" <<<"link del late0" || return
	# Before the work had its turn, or after.
	for i in 1 2; do
		new late0 "$1"
		links "$sw" <<-EOT || return
			$REPLY
			link set late0 netns $other
		EOT
		check_now "$other" late0 0
		check_dormant late0
		links "$other" <<<"link del late0" || return
	done
}

moved_to_another_source()
{
	need_kind "$1" && span_add "$other" span0 && source_add "$sw" late0 promisc &&
		source_add "$other" late0 promisc || return
	make "$sw" late0 "$1" || return
	check_is "$sw" late0 1 late0
	links "$sw" <<<"link set late0 netns $other" || return
	check_is "$other" late0 1 late0
	check_dormant late0
	links "$other" <<<"link set late0 netns $sw" || return
	check_is "$sw" late0 1 late0
	check_vspan "$sw" del late0
	check_now "$sw" late0 0
}

# Devices come and go in the background, sources in front.
source_comes_and_goes()
{
	local i

	need_kind "$1" || return
	for i in {1..30}; do
		new late0 "$1"
		echo "$REPLY"
		echo "link del late0"
	done >"$DIR/churn"
	rm -f "$DIR/rc"
	( ip -n "$sw" -b "$DIR/churn" >"$DIR/out" 2>&1 </dev/null; echo $? >"$DIR/rc" ) \
		>/dev/null 2>&1 &
	# What waits for RTNL as well is killed with the machine, if it must be.
	( until ended; do
		vspan "$sw" add late0 promisc && vspan "$sw" set late0 promisc off &&
			vspan "$sw" set late0 promisc on && vspan "$sw" del late0
	done ) >/dev/null 2>&1 &
	busywait ended || stuck "$1 and a source come and go"
	wait
	check_eq "ip ($(<"$DIR/out"))" "$(<"$DIR/rc")" 0
	make "$sw" late0 "$1" || return
	nothing_is_due "$sw"
	check_now "$sw" late0 0
	source_add "$sw" late0 promisc
	check_now "$sw" late0 1
}

span_deleted()
{
	local i

	need_kind "$1" && span_add "$sw" span1 && source_add "$sw" 'late*' promisc to span1 || return
	make "$sw" late0 "$1" || return
	check_is "$sw" late0 1 'late*' span1
	links "$sw" <<<"link del span1" || return
	check_now "$sw" late0 0
	# Before the work had its turn, or after.
	for i in 1 2; do
		span_add "$sw" span1 && check_vspan "$sw" add 'gone*' promisc to span1
		renaming late0 gone0
		links "$sw" <<-EOT || return
			$REPLY
			link del span1
		EOT
		check_now "$sw" gone0 0
		renaming gone0 late0
		links "$sw" <<<"$REPLY" || return
		check_now "$sw" late0 0
	done
}

# Netns end one after the other: when a later one has ended, so have those before it.
netns_deleted()
{
	local mark="link add mark0 type veth peer name mark1 netns" ending after dev

	need_kind "$1" && setup_ns ending after || return
	links "$sw" <<<"$mark $after" && span_add "$ending" span0 || return
	check_vspan "$ending" add 'late*' promisc
	for dev in late0 late1 late2; do
		new "$dev" "$1"
		echo "$REPLY"
	done | links "$ending" || return
	renaming late0 gone0
	links "$ending" <<<"$REPLY" || return
	ip netns del "$ending"
	ip netns del "$after"
	check_wait "the netns is gone" gone "$sw" mark0
}

gone()
{
	! ip -n "$1" link show dev "$2" >/dev/null 2>&1
}

module_unloaded()
{
	local i

	need_kind "$1" && require_reload || return
	for i in 1 2; do
		check_vspan "$sw" add 'late*' promisc
		make "$sw" late0 "$1" && make "$sw" late1 "$1" || return
		[ "$i" -eq 1 ] || check_is "$sw" late0 1 'late*'
		rename_to "$sw" late1 gone1 || return
		check_ok "unload" rmmod vspan || return
		check_now "$sw" late0 0
		check_now "$sw" gone1 0
		check_ok "load" module_load && span_add "$sw" span0 || return
		nothing_is_due "$sw"
		check_now "$sw" late0 0
		links "$sw" <<-EOT || return
			link del late0
			link del gone1
		EOT
	done
}

# The bridge has its share as well.
port_of_a_bridge()
{
	need_kind "$1" && make "$sw" late0 "$1" && make "$sw" br0 bridge &&
		source_add "$sw" master br0 promisc || return
	check_now "$sw" late0 0
	links "$sw" <<<"link set late0 master br0" || return
	check_is "$sw" late0 2 br0
	links "$sw" <<<"link set late0 nomaster" || return
	check_soon "$sw" late0 0
	links "$sw" <<<"link set late0 master br0" || return
	check_is "$sw" late0 2 br0
	check_vspan "$sw" del master br0
	check_now "$sw" late0 1
}

# A VLAN device hands it on to the one below, while both are up.
vlan_above()
{
	need_kind "$1" && source_add "$sw" late0.10 promisc || return
	make "$sw" late0 "$1" || return
	links "$sw" <<-EOT || return
		link add link late0 name late0.10 type vlan id 10
		link set late0.10 up
	EOT
	check_is "$sw" late0.10 1 late0.10
	check_soon "$sw" late0 1
	links "$sw" <<-EOT || return
		link set late0 down
		link set late0 up
		link set late0.10 up
	EOT
	check_soon "$sw" late0 1
	check_vspan "$sw" set late0.10 promisc off
	check_now "$sw" late0.10 0
	check_now "$sw" late0 0
	check_vspan "$sw" set late0.10 promisc
	check_now "$sw" late0 1
	links "$sw" <<<"link del late0.10" || return
	check_now "$sw" late0 0
}

monitor_tells()
{
	source_add "$sw" late0 promisc && monitor_start -j || return
	make "$sw" late0 dummy || return
	events_until binding-set
	[[ $EVENTS == *'"event":"binding-new"'*'"promisc":false'* ]] ||
		fail "it was not told that it is still to come" "$EVENTS"
	[[ ${EVENTS##*$'\n{'} == *'"event":"binding-set"'*'"promisc":true'* ]] ||
		fail "it was not told that it has come" "$EVENTS"
}

# What is not so is not shown as if it were, nor given back.
refused()
{
	local roof=4294967295 out

	odd_add "$sw" odd0 || return
	links "$sw" <<<"link set odd0 mtu 1234" || return
	check_now "$sw" odd0 "$roof"
	check_vspan "$sw" add odd0 promisc
	check_now "$sw" odd0 "$roof"
	check_shown odd0 odd0 false
	out=$(vspan "$sw" show span0)
	[[ $out == *"on odd0 (tap, not promiscuous)"* ]] || fail "show does not tell: $out"
	check_vspan "$sw" del odd0
	check_now "$sw" odd0 "$roof"
	source_add "$sw" odd0 promisc || return
	links "$sw" <<<"link set odd0 mtu 1500" || return
	check_now "$sw" odd0 0
	check_shown odd0 odd0 false
	check_vspan "$sw" set odd0 promisc
	check_now "$sw" odd0 1
	check_shown odd0 odd0 true
	check_vspan "$sw" del odd0
	check_now "$sw" odd0 0
}

tests_run
