#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who changed what is mirrored, in the kernel's audit log; and what becomes of sources,
# as it happens, in vspanctl monitor.
# shellcheck disable=SC2119,SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"record_of_each_change"
	"record_says_who"
	"record_of_kinds_and_options"
	"record_of_filter_and_netns"
	"record_of_an_output"
	"record_of_a_span"
	"record_of_what_is_deleted_along"
	"no_record_of_what_was_refused"
	"odd_names_are_in_hex"
	"a_stuck_daemon_is_not_waited_for"
	"events_of_a_pattern"
	"events_of_a_master"
	"events_of_changing_hands"
	"events_of_a_hook"
	"echo_to_the_sender"
	"echo_beside_listeners"
	"no_echo_from_elsewhere"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/events.sh
. "$(dirname "$0")/lib/events.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

setup()
{
	setup_ns sw && span_add "$sw" span0 && pairs eth0
}

# Records from now on, into AUDIT_FD
audit_start()
{
	local line=''

	exec {AUDIT_FD}< <(exec "$PKT" audit 2>&1)
	AUDIT_PID=$!
	defer kill_quietly "$AUDIT_PID"
	read -r -t $((DEADLINE / 1000)) -u "$AUDIT_FD" line
	[ "$line" == ready ] && return
	skip "no audit: ${line:-no answer}"
	return 1
}

# record WORDS...: the next record has all of these; it is left in REPLY
record()
{
	local word

	read -r -t $((DEADLINE / 1000)) -u "$AUDIT_FD" REPLY ||
		{ fail "no record with: $*"; return 1; }
	for word in "$@"; do
		[[ " $REPLY " == *" $word "* ]] || fail "no $word in the record" "$REPLY"
	done
}

record_of_each_change()
{
	audit_start || return
	check_vspan "$sw" add eth0 rx
	record type=1305 op=vspan-source-new 'span="span0"' 'source="eth0"' kind=name rx=1 tx=0 \
		redirect=0 res=1
	check_vspan "$sw" set eth0 rx,tx
	record type=1305 op=vspan-source-set 'span="span0"' 'source="eth0"' kind=name rx=1 tx=1
	check_vspan "$sw" del eth0
	record type=1305 op=vspan-source-del 'span="span0"' 'source="eth0"' kind=name
}

record_says_who()
{
	audit_start || return
	check_vspan "$sw" add eth9
	record op=vspan-source-new "uid=$(id -u)" "euid=$(id -u)" "auid=$(cat /proc/self/loginuid)" \
		'comm="vspanctl"'
	[[ $REPLY =~ \ pid=[0-9]+\  ]] || fail "no pid" "$REPLY"
	[[ $REPLY =~ audit\([0-9]+\.[0-9]+:[0-9]+\) ]] || fail "no time" "$REPLY"
	vspan "$sw" del eth9
	# somebody else
	(echo 4242 >/proc/self/loginuid) 2>/dev/null || return
	(echo 4242 >/proc/self/loginuid; vspan "$sw" add eth9)
	record op=vspan-source-del
	record op=vspan-source-new auid=4242
	vspan "$sw" del eth9
}

record_of_kinds_and_options()
{
	audit_start || return
	check_vspan "$sw" add 'vnet*' tx
	record op=vspan-source-new 'source="vnet*"' kind=glob rx=0 tx=1
	check_vspan "$sw" add master br0
	record op=vspan-source-new 'source="br0"' kind=master rx=1 tx=1
	check_vspan "$sw" add eth0 rx redirect
	record op=vspan-source-new 'source="eth0"' kind=name rx=1 tx=0 redirect=1
	check_vspan "$sw" flush
	record op=vspan-source-del 'source="vnet*"'
	record op=vspan-source-del 'source="br0"'
	record op=vspan-source-del 'source="eth0"'
}

# netns_number NETNS: as audit records have it, in REPLY
netns_number()
{
	REPLY=$(ip netns exec "$1" readlink /proc/self/ns/net)
	REPLY=${REPLY//[^0-9]/}
}

record_of_filter_and_netns()
{
	local text="tcp port 80 and host 192.0.2.1 and host 192.0.2.2 and greater 65 or arp" hex

	audit_start || return
	netns_number "$sw"
	check_vspan "$sw" add eth0 rx filter arp
	record op=vspan-source-new "netns=$REPLY" "span_netns=$REPLY" 'filter="arp"' ||
		return
	check_vspan "$sw" set eth0 filter "$text"
	hex=$(printf %s "$text" | od -An -v -tx1 | tr -d ' \n')
	record op=vspan-source-set "filter=$hex"
	check_vspan "$sw" set eth0 filter ''
	record op=vspan-source-set
	[[ $REPLY != *filter=* ]] || fail "a filter that is none" "$REPLY"
	check_vspan "$sw" del eth0
}

record_of_an_output()
{
	audit_start || return
	netns_number "$sw"
	check_vspan "$sw" output add span0 psample 17
	record op=vspan-output-new 'output="psample"' group=17 "netns=$REPLY"
	check_vspan "$sw" output del span0 psample 17
	record op=vspan-output-del group=17
	check_vspan "$sw" output add span0 dev eth9
	record op=vspan-output-new 'output="eth9"'
	[[ $REPLY != *group=* ]] || fail "a group of a device" "$REPLY"
	check_vspan "$sw" output del span0 dev eth9
}

# Who has a span moved to him reads what it copies from then on.
record_of_a_span()
{
	local here there

	setup_ns c1 && span_add "$sw" span1 || return
	netns_number "$sw" && here=$REPLY
	netns_number "$c1" && there=$REPLY
	audit_start || return
	check_vspan "$sw" span set span1 frames asis
	record op=vspan-span-set 'span="span1"' frames=asis "span_netns=$here"
	check_vspan "$sw" span set span1 frames wire
	record op=vspan-span-set frames=wire
	check_ok "move" ip -n "$sw" link set span1 netns "$c1"
	record op=vspan-span-move 'span="span1"' "span_netns=$there" "from_netns=$here" 'comm="ip"'
	ip -n "$c1" link del span1
	check_vspan "$sw" add eth0
	record op=vspan-source-new 'source="eth0"'
	check_vspan "$sw" del eth0
}

record_of_what_is_deleted_along()
{
	audit_start || return
	span_add "$sw" span1
	check_vspan "$sw" add eth0 to span1
	record op=vspan-source-new 'span="span1"'
	ip -n "$sw" link del span1
	record op=vspan-source-del 'span="span1"' 'source="eth0"' 'comm="ip"'
}

# The next record is of what came after.
no_record_of_what_was_refused()
{
	audit_start || return
	check_vspan "$sw" add eth0
	record op=vspan-source-new 'source="eth0"'
	vspan "$sw" add eth0 2>/dev/null
	vspan "$sw" add lo 2>/dev/null
	vspan "$sw" del eth9 2>/dev/null
	vspan "$sw" set eth0 redirect 2>/dev/null
	vspan "$sw" -j show >/dev/null
	pairs eth7
	check_vspan "$sw" del eth0
	record op=vspan-source-del 'source="eth0"'
}

# Nobody can forge a field by the name of a device.
odd_names_are_in_hex()
{
	audit_start || return
	check_vspan "$sw" add 'a"b'
	record op=vspan-source-new source=612262
	check_vspan "$sw" del 'a"b'
	record op=vspan-source-del source=612262
	check_vspan "$sw" add '*" op=x'
	record op=vspan-source-new source=2a22206f703d78 kind=glob
	check_vspan "$sw" del '*" op=x'
}

# event LINE: the next one is just that
event()
{
	local line=''

	read -r -t $((DEADLINE / 1000)) -u "$EVENTS_FD" line
	check_eq "event" "$line" "$1"
}

# All who want RTNL would wait too, up to a minute.
a_stuck_daemon_is_not_waited_for()
{
	local requests out

	audit_start || return
	kill_quietly "$AUDIT_PID"
	requests=$(mktemp) || return
	defer rm -f "$requests"
	printf '%s\n' "add eth0 rx" "del eth0" >"$requests"
	out=$("$PKT" auditd "$VSPANCTL" -n "$sw" -batch "$requests" 2>&1) ||
		{ fail "pkt auditd" "$out"; return; }
	[ "$out" != busy ] || { skip "an audit daemon runs here"; return; }
	echo "# $out"
}

events_of_a_pattern()
{
	monitor_start && source_add "$sw" 'vnet*' rx || return
	event "source add vnet* to span0 rx -> dormant: no device matches 'vnet*'"
	pairs vnet0
	event "bind vnet* to span0: vnet0 (tap)"
	printf '%s\n' "link set vnet0 down" "link set vnet0 name gone0" | ip -n "$sw" -b -
	event "unbind vnet* to span0: gone0 (tap)"
	printf '%s\n' "link set gone0 name vnet1" | ip -n "$sw" -b -
	event "bind vnet* to span0: vnet1 (tap)"
	ip -n "$sw" link del vnet1
	event "unbind vnet* to span0: vnet1 (tap)"
}

events_of_a_master()
{
	monitor_start && source_add "$sw" master br7 || return
	event "source add master br7 to span0 rx,tx -> dormant: no device is named br7"
	pairs q0 q1
	ip -n "$sw" link add br7 up type bridge
	defer ip -n "$sw" link del br7
	ip -n "$sw" link set q0 master br7
	event "bind master br7 to span0: q0 (tap)"
	event "bind master br7 to span0: br7 (tap)"
	ip -n "$sw" link set q1 master br7
	event "bind master br7 to span0: q1 (tap)"
	ip -n "$sw" link set q0 nomaster
	event "unbind master br7 to span0: q0 (tap)"
	ip -n "$sw" link set q1 nomaster
	event "unbind master br7 to span0: q1 (tap)"
	event "unbind master br7 to span0: br7 (tap)"
}

events_of_changing_hands()
{
	monitor_start && source_add "$sw" 'eth*' rx || return
	event "source add eth* to span0 rx"
	event "bind eth* to span0: eth0 (tap)"
	check_vspan "$sw" add eth0 tx
	event "source add eth0 to span0 tx"
	event "unbind eth* to span0: eth0 (tap)"
	event "bind eth0 to span0: eth0 (tap)"
	check_vspan "$sw" del eth0
	event "source del eth0 of span0 tx"
	event "unbind eth0 to span0: eth0 (tap)"
	event "bind eth* to span0: eth0 (tap)"
}

events_of_a_hook()
{
	monitor_start && source_add "$sw" eth0 rx redirect || return
	event "source add eth0 to span0 rx redirect"
	event "bind eth0 to span0: eth0 (rx-handler)"
	ip -n "$sw" link add br7 up type bridge
	defer ip -n "$sw" link del br7
	ip -n "$sw" link set eth0 master br7
	event "unbind eth0 to span0: eth0 (rx-handler)"
	event "bind eth0 to span0: eth0 (tap)"
	ip -n "$sw" link set eth0 nomaster
	event "unbind eth0 to span0: eth0 (tap)"
	event "bind eth0 to span0: eth0 (rx-handler)"
}

# ask WANT OP WORDS...: a request about sources of span0, and what comes back
ask()
{
	check_eq "pkt ask ${*:2}" "$("$PKT" ask "$2" ns="$sw" name=span0 "${@:3}" 2>&1)" "$1"
}

# NLM_F_ECHO, as rtnetlink has it
echo_to_the_sender()
{
	ask "source-new binding-new ok" new source=eth0 echo=1
	ask "EEXIST" new source=eth0 echo=1
	ask "source-del binding-del ok" del source=eth0 echo=1
	ask "ok" new source=eth0
	ask "ok" del source=eth0
	ask "source-new binding-new ok" new source=eth0 echo=1
	ask "source-del binding-del ok" flush echo=1
	ask "ok" flush echo=1
}

# They are told as ever, once.
echo_beside_listeners()
{
	monitor_start || return
	ask "source-new binding-new ok" new source=eth0 echo=1
	event "source add eth0 to span0 rx,tx"
	event "bind eth0 to span0: eth0 (tap)"
	ask "source-del binding-del ok" del source=eth0 echo=1
	event "source del eth0 of span0 rx,tx"
	event "unbind eth0 to span0: eth0 (tap)"
}

# A source that the sender's netns has goes with a span of another, which is told.
no_echo_from_elsewhere()
{
	setup_ns box || return
	check_ok "span" ip -n "$sw" link add mon type vspan
	defer ip -n "$box" link del mon
	check_eq "new" "$("$PKT" ask new ns="$sw" name=mon source=eth0 echo=1)" \
		"source-new binding-new ok"
	check_ok "move" ip -n "$sw" link set mon netns "$box"
	check_eq "of the box" "$("$PKT" ask flush ns="$box" echo=1)" "ok"
	check_eq "its own" "$("$PKT" ask flush ns="$sw" echo=1)" "source-del binding-del ok"
}

tests_run
