#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A span is not identified by its name: one that is moved to a container keeps its sources
# and outputs, and a new span with its old name has its own. Names of spans in the
# container do not matter to the host.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"name_means_the_span_here"
	"each_has_its_own_frames"
	"moved_span_is_named_by_netns"
	"moved_span_is_named_by_number"
	"outputs_alone_are_shown"
	"flush_knows_them_apart"
	"events_say_which"
	"renamed_in_the_container"
	"tenant_cannot_feed_the_host"
	"requests_by_index"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/events.sh
. "$(dirname "$0")/lib/events.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	topo_bridge || return 1
	MARKERS=$(nproc)
}

# A container, $box, whose span0 is fed by what p1 sends, and a span0 here.
two_of_a_name()
{
	setup_ns box || return 1
	check_ok "span" ip -n "$sw" link add span0 type vspan || return 1
	check_vspan "$sw" add p1 rx to span0 || return 1
	check_ok "move" ip -n "$sw" link set span0 netns "$box" || return 1
	ip -n "$box" link set span0 up
	check_ok "another" ip -n "$sw" link add span0 type vspan || return 1
	defer ip -n "$sw" link del span0
	ip -n "$sw" link set span0 up
}

# entries NETNS: "name:netnsid:source:dir:rate..." of each source as show tells it
entries()
{
	ip netns exec "$1" "$VSPANCTL" -j show | python3 -c '
import json, sys
for s in json.load(sys.stdin):
    where = "away" if "netnsid" in s else "here"
    for x in s["sources"]:
        print(s["span"], where, x["source"], ",".join(x["dir"]), x.get("rate", 0))
    for x in s["outputs"]:
        print(s["span"], where, "output", x.get("dev", x.get("psample")))' | sort
}

# check_entries WHAT ENTRY...
check_entries()
{
	check_eq "$1" "$(entries "$sw")" "$(printf '%s\n' "${@:2}")"
}

name_means_the_span_here()
{
	require_command python3 || return
	two_of_a_name || return
	check_refused "$sw" 1 "the span has no such source" set p1 rate 7
	check_refused "$sw" 1 "the span has no such source" del p1
	check_vspan "$sw" add p1 tx
	check_vspan "$sw" set p1 rate 7
	check_entries "each its own" "span0 away p1 rx 0" "span0 here p1 tx 7"
	check_vspan "$sw" del p1
	check_entries "the one here is gone" "span0 away p1 rx 0"
	check_refused "$sw" 1 "the span has no such source" del p1
	check_refused "$sw" 1 "the span has no such output" output del span0 dev p2
}

# What p1 sends is the container's, what p2 sends is the host's, and nothing else.
each_has_its_own_frames()
{
	two_of_a_name && check_vspan "$sw" add p2 rx || return
	flows "p1" send eth0 ns="$p1" id=1 recv span0 ns="$box" id=1 \
		recv eth0 ns="$p2" id=1 || return
	flows "p2" send eth0 ns="$p2" id=2 dst=02:00:00:00:00:01 src=02:00:00:00:00:02 \
		recv span0 ns="$sw" id=2 dst=02:00:00:00:00:01 src=02:00:00:00:00:02 \
		recv eth0 ns="$p1" id=2 dst=02:00:00:00:00:01 src=02:00:00:00:00:02 || return
	stats "$box"
	check_j span0/stats/packets $((10 + MARKERS)) "the container's"
}

moved_span_is_named_by_netns()
{
	require_command python3 || return
	two_of_a_name || return
	check_vspan "$sw" set p1 to span0 netns "$box" rate 9
	check_vspan "$sw" add p2 rx to span0 netns "$box"
	check_vspan "$sw" output add span0 netns "$box" psample 5
	check_entries "at the container's" "span0 away output 5" "span0 away p1 rx 9" \
		"span0 away p2 rx 0"
	check_refused "$sw" 1 "the span has this source already" add p2 to span0 netns "$box"
	check_vspan "$sw" output del span0 netns "$box" psample 5
	check_vspan "$sw" del p1 to span0 netns "$box"
	check_entries "and gone" "span0 away p2 rx 0"
	check_refused "$sw" 1 "no network namespace is named nowhere" del p2 netns nowhere
	check_refused "$sw" 1 "there is no such span in that network namespace" \
		add p1 to other netns "$box"
	check_refused "$sw" 2 "is a second network namespace" \
		del p2 to span0 netns "$box" netnsid 0
	# A netns that is no other is no other.
	check_vspan "$sw" add p1 netns "$sw"
	check_entries "here" "span0 away p2 rx 0" "span0 here p1 rx,tx 0"
}

moved_span_is_named_by_number()
{
	local id

	require_command python3 || return
	two_of_a_name || return
	id=$(ip netns exec "$sw" "$VSPANCTL" -j show | sed -n 's/.*"netnsid":\([0-9]*\).*/\1/p')
	[[ $id =~ ^[0-9]+$ ]] || { fail "show tells no number: '$id'"; return; }
	# As ip prints it.
	[[ $(ip -n "$sw" netns list-id) == *"nsid $id "*"$box"* ]] ||
		fail "ip has another number" "$(ip -n "$sw" netns list-id)"
	check_vspan "$sw" set p1 to span0 netnsid "$id" rate 3
	check_entries "by number" "span0 away p1 rx 3"
	check_vspan "$sw" del p1 netnsid "$id"
	check_entries "gone"
	check_refused "$sw" 1 "the span has no such source" del p1 netnsid "$id"
	check_refused "$sw" 2 "netnsid \"x\" is out of range" del p1 netnsid x
}

# A span that only has outputs here: show, save and restore know it.
outputs_alone_are_shown()
{
	require_command python3 || return
	two_of_a_name || return
	check_vspan "$sw" output add span0 netns "$box" psample 5
	check_vspan "$sw" del p1 to span0 netns "$box"
	check_entries "the output" "span0 away output 5"
	check_vspan "$sw" save - >/dev/null
	check_vspan "$sw" output del span0 netns "$box" psample 5
	check_entries "nothing"
	json "$sw" show
	check_j span0/netnsid absent
}

flush_knows_them_apart()
{
	require_command python3 || return
	two_of_a_name && check_vspan "$sw" add p2 || return
	check_vspan "$sw" flush span0
	check_entries "the container's stay" "span0 away p1 rx 0"
	check_vspan "$sw" add p2
	check_vspan "$sw" flush
	check_entries "all are gone"
}

events_say_which()
{
	local here away id

	two_of_a_name || return
	link_ifindex "$sw" span0
	here=$REPLY
	link_ifindex "$box" span0
	away=$REPLY
	id=$(ip netns exec "$sw" "$VSPANCTL" -j show | sed -n 's/.*"netnsid":\([0-9]*\).*/\1/p')
	monitor_start -j || return
	check_vspan "$sw" add p2 rx
	check_vspan "$sw" del p1 netns "$box"
	check_vspan "$sw" output add span0 psample 6
	events_until '"output-new"'
	[[ $EVENTS == *'"source-new","span":"span0","span_ifindex":'"$here,"* ]] ||
		fail "source-new" "$EVENTS"
	[[ $EVENTS == *'"binding-new","span":"span0","span_ifindex":'"$here,"* ]] ||
		fail "binding-new" "$EVENTS"
	[[ $EVENTS == *'"source-del","span":"span0","span_ifindex":'"$away,"'"span_netnsid":'"$id,"* ]] ||
		fail "source-del" "$EVENTS"
	[[ $EVENTS == *'"binding-del","span":"span0","span_ifindex":'"$away,"'"span_netnsid":'"$id,"* ]] ||
		fail "binding-del" "$EVENTS"
	[[ $EVENTS == *'"output-new","span":"span0","span_ifindex":'"$here,"* ]] ||
		fail "output-new" "$EVENTS"
}

# The host's mon, and a container that comes to call its span so.
renamed_in_the_container()
{
	local before

	require_command python3 || return
	setup_ns box || return
	DIR=$(mktemp -d) || return
	defer rm -rf "$DIR"
	check_ok "spans" ip -n "$sw" -b - <<-EOT
		link add mon type vspan
		link add theirs type vspan
	EOT
	defer ip -n "$sw" link del mon
	check_vspan "$sw" add p1 rx to mon
	check_vspan "$sw" add p1 tx to theirs
	check_ok "move" ip -n "$sw" link set theirs netns "$box"
	cat >"$DIR/conf" <<-EOT
		span add mon
		add p1 rx to mon
	EOT
	check_ok "rename" ip -n "$box" link set theirs name mon
	check_vspan "$sw" save "$DIR/saved"
	before=$(entries "$sw")
	check_vspan "$sw" restore "$DIR/saved"
	check_eq "restored as saved" "$(entries "$sw")" "$before"
	check_vspan "$sw" restore "$DIR/conf"
	ip -n "$sw" link set mon up
	check_entries "what the file says" "mon here p1 rx 0"
	flows "the host's" send eth0 ns="$p1" recv mon ns="$sw"
}

# ask WANT OP WORDS...: one request from netns sw
ask()
{
	check_eq "pkt ask ${*:2}" "$("$PKT" ask "$2" ns="$sw" "${@:3}" 2>&1)" "$1"
}

# By index, by name, or by both, which then have to agree.
requests_by_index()
{
	local here away id

	require_command python3 || return
	two_of_a_name && check_vspan "$sw" add p1 tx || return
	link_ifindex "$sw" span0
	here=$REPLY
	link_ifindex "$box" span0
	away=$REPLY
	id=$(ip netns exec "$sw" "$VSPANCTL" -j show | sed -n 's/.*"netnsid":\([0-9]*\).*/\1/p')
	ask ok span ifindex="$here"
	ask ok span name=span0
	ask ok span name=span0 ifindex="$here"
	ask ENODEV span name=span1 ifindex="$here"
	check_ok "another name" ip -n "$sw" link property add dev span0 altname ids
	ask ok span name=ids
	ask EEXIST new name=ids source=p1
	ask ENODEV span ifindex=1
	ask EINVAL span
	ask EINVAL get source=p1
	ask ok span ifindex="$away" netnsid="$id"
	ask ok span name=span0 netnsid="$id"
	ask ENODEV span name=span0 netnsid=77
	ask ok get ifindex="$here" source=p1
	ask ENOENT get ifindex="$here" source=p2
	ask EEXIST new ifindex="$here" source=p1
	ask ok new ifindex="$here" source=p2
	ask EEXIST new ifindex="$away" netnsid="$id" source=p1
	ask ok set ifindex="$away" netnsid="$id" source=p1
	ask ok del ifindex="$here" source=p1
	check_entries "one of two" "span0 away p1 rx 0" "span0 here p2 rx,tx 0"
	ask ok flush ifindex="$away" netnsid="$id"
	check_entries "the other" "span0 here p2 rx,tx 0"
	ask ENODEV flush ifindex="$away" netnsid=77
	ask ok flush ifindex="$here"
	check_entries "none"
}

tenant_is_there()
{
	[ "$(readlink "/proc/$TENANT/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
		[ "$(readlink "/proc/$TENANT/ns/user")" != "$(readlink /proc/self/ns/user)" ] &&
		nsenter -t "$TENANT" -U -n --preserve-credentials ip link set lo up
}

# tenant COMMAND...: as who is root in a netns of his own, and nowhere else
tenant()
{
	nsenter -t "$TENANT" -U -n --preserve-credentials "$@"
}

# He knows the host's netns by its number, as he has one end of a cable, and gives no
# frames to a monitor there, nor learns of it: not by its name, not by its number.
tenant_cannot_feed_the_host()
{
	local id word

	require_command unshare nsenter || return
	unshare -Urn sleep infinity &
	TENANT=$!
	defer kill_quietly "$TENANT"
	check_wait "the tenant is there" tenant_is_there || return
	span_add "$sw" mon || return
	check_ok "cable" ip -n "$sw" link add cable type veth peer name eth9 netns "$TENANT"
	defer ip -n "$sw" link del cable
	check_ok "his end" tenant ip link show dev eth9
	id=$(tenant ip netns list-id | sed -n 's/^nsid \([0-9]*\).*/\1/p')
	[[ $id =~ ^[0-9]+$ ]] || { fail "the tenant has no number of the host"; return; }
	link_ifindex "$sw" mon
	for word in name=mon name=none ifindex="$REPLY" ifindex=77; do
		check_eq "span $word" "$(tenant "$PKT" ask span netnsid="$id" "$word")" EPERM
		check_eq "new $word" \
			"$(tenant "$PKT" ask new netnsid="$id" "$word" source=eth9)" EPERM
		check_eq "flush $word" "$(tenant "$PKT" ask flush netnsid="$id" "$word")" EPERM
		check_eq "set $word" \
			"$(tenant "$PKT" ask set netnsid="$id" "$word" source=eth9)" ENOENT
		check_eq "del $word" \
			"$(tenant "$PKT" ask del netnsid="$id" "$word" source=eth9)" ENOENT
	done
	# In his own he may.
	check_ok "his own" tenant ip link add mine type vspan
	check_eq "to his own" "$(tenant "$PKT" ask new name=mine source=eth9)" ok
	json "$sw" show
	check_j mon/span mon
	check_j mon/sources/eth9/source absent
}

tests_run
