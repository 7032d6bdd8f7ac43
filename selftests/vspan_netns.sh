#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# save and restore of spans in other network namespaces: the file names the namespace, the
# spans are restored in it, and a line that fails does not affect the others.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"made_there_and_fed"
	"same_name_here_and_there"
	"saved_and_restored"
	"outputs_alone_are_saved"
	"container_comes_back"
	"several_that_nothing_feeds"
	"undone_here_alone"
	"netns_that_is_not_there_costs_its_own_lines"
	"refused_here_puts_back_what_is_there"
	"name_taken_there_costs_its_own_lines"
	"renamed_there_is_made_anew"
	"without_a_name_is_a_comment"
	"two_names_are_one_netns"
	"words_of_a_file"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	require_command python3 || return
	topo_bridge || return 1
	MARKERS=$(nproc)
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
}

# Lines of a configuration on stdin to a file
conf()
{
	cat >"$DIR/$1"
}

state()
{
	lasting "$sw"
}

# What show tells, by the span's name and whether it is away: a source, or an output
entries()
{
	state | python3 -c '
import json, sys
for s in json.load(sys.stdin):
    where = "away" if "netnsid" in s else "here"
    print(s["span"], where, s["state"], s["frames"])
    for x in s["sources"]:
        print(s["span"], where, "source", x["source"], ",".join(x["dir"]))
    for x in s["outputs"]:
        print(s["span"], where, "output", x.get("dev", x.get("psample")))' | sort
}

# check_entries WHAT ENTRY...
check_entries()
{
	check_eq "$1" "$(entries)" "$(printf '%s\n' "${@:2}")"
}

# Spans, at the end of a test case
defer_span()
{
	defer ip -n "$1" link del "$2"
}

links_of()
{
	ip -n "$1" -br link show type vspan | sed 's/ .*//' | sort | xargs
}

made_there_and_fed()
{
	setup_ns box || return
	check_vspan "$sw" span add mon netns "$box" frames asis qlen 77
	check_eq "here" "$(links_of "$sw")" ""
	check_eq "there" "$(links_of "$box")" mon
	check_vspan "$sw" add p1 rx to mon netns "$box"
	check_entries "and fed" "mon away source p1 rx" "mon away up asis"
	json "$sw" show
	check_j mon/qlen 77
	flows "p1" send eth0 ns="$p1" recv mon ns="$box"
	check_refused "$sw" 1 "a device named mon exists there" span add mon netns "$box"
	check_eq "nothing is left here" "$(links_of "$sw")" ""
	check_refused "$sw" 1 "no network namespace is named nowhere" span add x netns nowhere
	check_refused "$sw" 2 "is made in a network namespace that has a name" \
		span add x netnsid 0
	check_vspan "$sw" span add here netns "$sw"
	defer_span "$sw" here
	check_eq "its own is no other" "$(links_of "$sw")" here
}

same_name_here_and_there()
{
	setup_ns box || return
	conf two <<-EOT
		span add span0
		add p1 rx
		span add span0 netns $box
		add p2 rx to span0 netns $box
		output add span0 netns $box psample 3
	EOT
	defer_span "$sw" span0
	check_vspan "$sw" restore "$DIR/two"
	check_entries "both" "span0 away output 3" "span0 away source p2 rx" \
		"span0 away up wire" "span0 here source p1 rx" "span0 here up wire"
	flows "p1" send eth0 ns="$p1" id=1 recv span0 ns="$sw" id=1 recv eth0 ns="$p2" id=1
}

# Saved as it is, restored without a change, and from nothing.
saved_and_restored()
{
	local before

	setup_ns box || return
	defer_span "$sw" mon
	check_ok "span" ip -n "$sw" link add mon type vspan
	check_vspan "$sw" add p1 rx to mon rate 1000
	check_vspan "$sw" output add mon psample 4
	ip -n "$sw" link set mon netns "$box" up
	check_vspan "$sw" span add mon
	check_vspan "$sw" add p1 tx to mon
	check_vspan "$sw" save "$DIR/saved"
	check_eq "lines" "$(grep -v '^#\|^$' "$DIR/saved")" "$(cat <<-EOT
		span add mon qlen 4096 mtu 1500
		add p1 tx to mon
		span add mon netns $box qlen 4096
		add p1 rx to mon netns $box rate 1000
		output add mon netns $box psample 4
	EOT
	)"
	before=$(state)
	check_vspan "$sw" restore "$DIR/saved"
	check_eq "nothing changed" "$(state)" "$before"
	before=$(entries)
	ip -n "$box" link del mon
	ip -n "$sw" link del mon
	check_entries "nothing is left"
	check_vspan "$sw" restore "$DIR/saved"
	check_eq "from nothing" "$(entries)" "$before"
	ip -n "$box" link del mon
	ip -n "$sw" link del mon
	check_vspan "$sw" -b "$DIR/saved"
	check_eq "as a batch" "$(entries)" "$before"
	conf less <<<"span add mon"
	check_vspan "$sw" restore "$DIR/less"
	check_entries "what it does not name" "mon here up wire"
}

outputs_alone_are_saved()
{
	setup_ns box || return
	check_ok "span" ip -n "$sw" link add mon type vspan
	check_vspan "$sw" output add mon psample 4
	ip -n "$sw" link set mon netns "$box" up
	check_entries "shown" "mon away output 4" "mon away up wire"
	check_vspan "$sw" save "$DIR/saved"
	grep -q "^output add mon netns $box psample 4" "$DIR/saved" ||
		fail "not saved" "$(<"$DIR/saved")"
	check_vspan "$sw" restore "$DIR/saved"
	check_entries "kept" "mon away output 4" "mon away up wire"
}

# The file stays, containers come and go; what is here is not touched.
container_comes_back()
{
	local name=box-$RUN_ID-$RANDOM

	ip netns add "$name"
	defer ip netns del "$name"
	conf box <<-EOT
		span add span0
		add p2 rx
		span add mon netns $name
		add p1 rx to mon netns $name
	EOT
	defer_span "$sw" span0
	check_vspan "$sw" restore "$DIR/box"
	ip netns del "$name"
	check_wait "gone with it" gone mon
	check_refused "$sw" 1 "$DIR/box:3: span add mon netns $name: no network namespace is named $name" \
		restore "$DIR/box"
	check_entries "the rest" "span0 here source p2 rx" "span0 here up wire"
	ip netns add "$name"
	check_vspan "$sw" restore "$DIR/box"
	check_entries "all" "mon away source p1 rx" "mon away up wire" \
		"span0 here source p2 rx" "span0 here up wire"
	flows "again" send eth0 ns="$p1" recv mon ns="$name"
}

# What nothing here feeds is looked for there, one after the other.
several_that_nothing_feeds()
{
	setup_ns box || return
	conf several <<-EOT
		span add a netns $box
		span add b netns $box
		span add c netns $box
	EOT
	check_vspan "$sw" restore "$DIR/several"
	check_vspan "$sw" restore "$DIR/several"
	check_eq "spans" "$(vspan "$box" span show | grep -c '^[abc]: ')" 3
}

# The namesake here, with what feeds it, has nothing to do with the one made there.
undone_here_alone()
{
	setup_ns box && span_add "$sw" mon && check_vspan "$sw" add p2 rx to mon || return
	conf undone <<-EOT
		span add mon
		add p2 rx to mon
		span add mon netns $box
		add lo to mon
	EOT
	check_refused "$sw" 1 "$DIR/undone:4: add lo to mon: " restore "$DIR/undone"
	check_entries "still" "mon here source p2 rx" "mon here up wire"
}

gone()
{
	json "$sw" show && [ ! -v "J[$1/span]" ]
}

netns_that_is_not_there_costs_its_own_lines()
{
	conf lost <<-EOT
		span add mon netns nowhere
		add p1 rx to mon netns nowhere
		output add mon netns nowhere psample 3
		span add span0
		add p2 rx
	EOT
	defer_span "$sw" span0
	check_refused "$sw" 1 "$DIR/lost:1: span add mon netns nowhere: no network namespace is named nowhere; list them with: ip netns" \
		restore "$DIR/lost"
	check_entries "the rest" "span0 here source p2 rx" "span0 here up wire"
	conf worse <<-EOT
		add p1 rx to mon netns nowhere
		add p1 rx to mon netns nowhere frob
	EOT
	check_refused "$sw" 2 "$DIR/worse:2: what is \"frob\"?" restore "$DIR/worse"
	check_entries "and still" "span0 here source p2 rx" "span0 here up wire"
}

# What a container has by the name of the span that the host wants there.
name_taken_there_costs_its_own_lines()
{
	setup_ns box || return
	ip -n "$box" link add mon type dummy
	conf taken <<-EOT
		span add mon netns $box
		add p1 rx to mon netns $box
		span add span0
		add p2 rx
		add p1 to other netns $box
	EOT
	defer_span "$sw" span0
	vspan "$sw" restore "$DIR/taken" >"$DIR/err" 2>&1
	check_eq "exit status" $? 1
	check_eq "sentences" "$(<"$DIR/err")" "$(cat <<-EOT
		vspanctl: $DIR/taken:5: add p1 to other netns $box: no span is named other; make it with a line: span add other netns $box
		vspanctl: $DIR/taken:1: span add mon netns $box: a device named mon exists there; choose another name, or delete that one
	EOT
	)"
	check_entries "the rest" "span0 here source p2 rx" "span0 here up wire"
	check_eq "nothing is left here" "$(links_of "$sw")" span0
}

# Sources and outputs are here, wherever their span is: a line of them that is refused is
# a mistake, and an output that was to be made anew is as it was.
refused_here_puts_back_what_is_there()
{
	local before

	setup_ns box && ip -n "$sw" link add out0 up type dummy || return
	conf good <<-EOT
		span add mon netns $box
		add p1 rx to mon netns $box
		output add mon netns $box dev out0 vlan 7
	EOT
	check_vspan "$sw" restore "$DIR/good" || return
	before=$(state)
	conf bad <<-EOT
		span add mon netns $box
		add p1 tx to mon netns $box
		add out0 rx to mon netns $box
		output add mon netns $box dev out0 vlan 8
	EOT
	check_refused "$sw" 1 "$DIR/bad:" restore "$DIR/bad"
	check_eq "an output anew" "$(state)" "$before"
	conf worse <<-EOT
		span add mon netns $box
		add p2 rx to mon netns $box
		add lo to mon netns $box
		output add mon netns $box dev out0 vlan 7
	EOT
	check_refused "$sw" 1 "$DIR/worse:3: add lo to mon netns $box: " restore "$DIR/worse"
	check_eq "a source" "$(state)" "$before"
	# with -force each line that can be done
	vspan "$sw" -force restore "$DIR/worse" 2>/dev/null
	check_eq "exit status" $? 1
	check_entries "with -force" "mon away output out0" "mon away source p2 rx" "mon away up wire"
}

renamed_there_is_made_anew()
{
	setup_ns box || return
	conf box <<-EOT
		span add span0
		add p2 rx
		span add mon netns $box
		add p1 rx to mon netns $box
	EOT
	defer_span "$sw" span0
	check_vspan "$sw" restore "$DIR/box"
	rename "$box" mon span0
	check_entries "renamed" "span0 away source p1 rx" "span0 away up wire" \
		"span0 here source p2 rx" "span0 here up wire"
	check_vspan "$sw" restore "$DIR/box"
	check_entries "as the file says" "mon away source p1 rx" "mon away up wire" \
		"span0 here source p2 rx" "span0 here up wire"
}

unnamed_is_there()
{
	[ "$(readlink "/proc/$UNNAMED/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# A container that ip-netns(8) does not know, as most runtimes make them.
without_a_name_is_a_comment()
{
	local id

	require_command unshare || return
	unshare -n sleep infinity &
	UNNAMED=$!
	defer kill_quietly "$UNNAMED"
	check_wait "the container is there" unnamed_is_there || return
	check_ok "span" ip -n "$sw" link add mon type vspan
	check_vspan "$sw" add p1 rx to mon filter $'tcp\nor udp'
	ip -n "$sw" link set mon netns "$UNNAMED" up
	check_vspan "$sw" span add span0
	defer_span "$sw" span0
	check_refused "$sw" 1 "save: mon is in a network namespace without a name (id " \
		save "$DIR/saved"
	id=$(state | sed -n 's/.*"netnsid":\([0-9]*\).*/\1/p')
	check_eq "lines" "$(grep -v '^# [Vv]\|^$' "$DIR/saved")" "$(cat <<-EOT
		# span add mon netnsid $id qlen 4096
		# add p1 rx to mon netnsid $id filter 'tcp
		# or udp'
		span add span0 qlen 4096 mtu 1500
	EOT
	)"
	# No file can mean it, so none takes it away.
	check_vspan "$sw" restore "$DIR/saved"
	check_entries "it stays" "mon away source p1 rx" "mon away up wire" \
		"span0 here up wire"
	check_ok "a name" ip netns attach "named-$RUN_ID" "$UNNAMED"
	defer ip netns del "named-$RUN_ID"
	check_vspan "$sw" save "$DIR/saved"
	grep -q "^add p1 rx to mon netns named-$RUN_ID filter " "$DIR/saved" ||
		fail "not by its name" "$(<"$DIR/saved")"
	check_vspan "$sw" del p1 to mon netns "named-$RUN_ID"
}

two_names_are_one_netns()
{
	local before

	setup_ns box || return
	touch "/run/netns/alias-$RUN_ID"
	mount --bind "/run/netns/$box" "/run/netns/alias-$RUN_ID" || return
	defer ip netns del "alias-$RUN_ID"
	conf one <<-EOT
		span add mon netns alias-$RUN_ID
		add p1 rx to mon netns $box
	EOT
	check_vspan "$sw" restore "$DIR/one"
	check_entries "made" "mon away source p1 rx" "mon away up wire"
	before=$(state)
	sed "s/alias-$RUN_ID/X/; s/$box/alias-$RUN_ID/; s/X/$box/" "$DIR/one" >"$DIR/other"
	check_vspan "$sw" restore "$DIR/other"
	check_eq "by the other names" "$(state)" "$before"
	conf twice <<-EOT
		span add mon netns alias-$RUN_ID
		span add mon netns $box
	EOT
	vspan "$sw" restore "$DIR/twice" >"$DIR/err" 2>&1
	check_eq "twice" $? 2
	check_eq "still" "$(state)" "$before"
}

words_of_a_file()
{
	conf bad <<<"span add mon netnsid 0"
	check_refused "$sw" 2 "$DIR/bad:1: \"netnsid\" is a number that changes" restore "$DIR/bad"
	conf bad <<<"add p1 to mon netnsid 0"
	check_refused "$sw" 2 "$DIR/bad:1: \"netnsid\" is a number that changes" restore "$DIR/bad"
	conf bad <<<"output add mon netnsid 0 dev p1"
	check_refused "$sw" 2 "$DIR/bad:1: \"netnsid\" is a number that changes" restore "$DIR/bad"
	conf bad <<<"span add mon netns a/b"
	check_refused "$sw" 2 "$DIR/bad:1: \"a/b\" cannot name a network namespace" \
		restore "$DIR/bad"
	conf bad <<<"span add mon netns"
	check_refused "$sw" 2 "$DIR/bad:1: \"netns\" needs a value" restore "$DIR/bad"
}

tests_run
