#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The current tool with the first module, and the first tool with the current module:
# everything that both support works. selftests/vm/old.sh builds the old ones,
# VSPAN_OLD_KO and VSPANCTL_OLD, if git has their history.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"both_know old new"
	"both_know new old"
	"both_know new new"
	"saved_and_restored old new"
	"saved_and_restored new old"
	"events old new"
	"events new old"
	"moved_span old new"
	"moved_span new old"
	"new_words_and_old_module"
	"old_messages_and_new_module"
	"old_is_told"
	"same_is_no_news"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/events.sh
. "$(dirname "$0")/lib/events.sh"

NEW_TOOL=$VSPANCTL

setup()
{
	require_command python3 || return
	if [ ! -r "${VSPAN_OLD_KO:-}" ] || [ ! -x "${VSPANCTL_OLD:-}" ]; then
		skip "the first module and tool are not built: see selftests/vm/old.sh"
		return 1
	fi
	require_reload || return
	topo_bridge || return 1
	MARKERS=$(nproc)
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
}

# The module and the tool, each "old" or "new", to the end of the test case
use()
{
	local new=${VSPAN_KO:-}

	VSPANCTL=$NEW_TOOL
	defer tool_back
	[ "$2" != old ] || VSPANCTL=$VSPANCTL_OLD
	[ "$1" == old ] || return 0
	check_ok "unload" rmmod vspan || return
	if ! VSPAN_KO=$VSPAN_OLD_KO module_load; then
		fail "the first module does not load"
		module_load
		return 1
	fi
	defer module_back "$new"
	check_eq "loaded" "$(</sys/module/vspan/version)" 0.0.1
}

tool_back()
{
	VSPANCTL=$NEW_TOOL
}

module_back()
{
	rmmod vspan
	VSPAN_KO=$1 module_load
}

# Every command and option that the first tool has
both_know()
{
	use "$@" || return
	check_vspan "$sw" span add mon frames asis qlen 300
	defer ip -n "$sw" link del mon
	check_vspan "$sw" span set mon frames wire qlen 4096
	check_vspan "$sw" add p1 rx to mon
	check_vspan "$sw" add p2 tx to mon vlan 10,20-30,untagged filter 'ip or arp' \
		snaplen 64 sample 2 rate 1000000 promisc dup keep tag bridge
	check_vspan "$sw" add late to mon redirect
	check_vspan "$sw" add 'vnet*' to mon snaplen headers
	check_vspan "$sw" add master br0 to mon
	check_vspan "$sw" set late to mon redirect off rx,tx
	check_vspan "$sw" set p2 rx,tx to mon vlan all filter '' snaplen 0 sample 1 rate 0 \
		promisc off dup drop tag port
	check_vspan "$sw" output add mon dev far vlan 7 strip
	check_vspan "$sw" output add mon psample 5
	stats "$sw"
	check_j mon/sources/p1/state active
	check_j mon/sources/p2/filter absent
	check_j mon/sources/late/redirect absent
	check_j mon/sources/br0/kind master
	check_j mon/stats/packets 0
	check_j mon/outputs/far/vlan 7
	vspan "$sw" show >"$DIR/show" || fail "show"
	vspan "$sw" metrics >"$DIR/metrics" || fail "metrics"
	check_vspan "$sw" xml mon
	check_refused "$sw" 1 "already" add p1 to mon
	check_refused "$sw" 1 "the span has no such source" del nobody to mon
	check_vspan "$sw" output del mon dev far
	check_vspan "$sw" output del mon psample 5
	check_vspan "$sw" del p2 to mon
	check_vspan "$sw" del master br0 to mon
	flows "copied" send eth0 ns="$p1" recv mon ns="$sw"
	check_vspan "$sw" flush mon
	json "$sw" show
	check_j mon/sources/p1/source absent
	check_vspan "$sw" flush
	check_vspan "$sw" span del mon
	json "$sw" show
	check_j mon/span absent
}

state()
{
	lasting "$sw"
}

saved_and_restored()
{
	local before

	use "$@" || return
	cat >"$DIR/conf" <<-'EOT'
		span add mon frames asis qlen 300
		add p1 rx to mon rate 5 tag bridge
		add 'vnet*' rx to mon vlan 10,20-30
		add late to mon redirect
		output add mon psample 7
		add p2
	EOT
	defer ip -n "$sw" link del mon
	defer ip -n "$sw" link del span0
	check_vspan "$sw" restore "$DIR/conf"
	before=$(state)
	check_vspan "$sw" save "$DIR/saved"
	check_vspan "$sw" restore "$DIR/saved"
	check_eq "nothing changed" "$(state)" "$before"
	cat >"$DIR/other" <<-'EOT'
		span add mon
		add p1 rx to mon
		add late to mon
		add p2 filter arp
	EOT
	check_vspan "$sw" restore "$DIR/other"
	json "$sw" show
	check_j mon/sources/p1/rate absent
	check_j mon/sources/p1/tag absent
	check_j mon/sources/late/redirect absent
	check_j span0/sources/p2/filter arp
	check_vspan "$sw" restore "$DIR/saved"
	check_vspan "$sw" save "$DIR/again"
	# A source that was deleted comes back behind the others.
	check_eq "as before" "$(sort "$DIR/again")" "$(sort "$DIR/saved")"
}

events()
{
	use "$@" || return
	span_add "$sw" mon && monitor_start -j || return
	check_vspan "$sw" add p1 rx to mon
	check_vspan "$sw" set p1 tx to mon
	check_vspan "$sw" output add mon psample 5
	check_vspan "$sw" del p1 to mon
	events_until '"source-del"'
	[[ $EVENTS == *'"source-new","span":"mon"'*'"source":"p1"'* ]] || fail "source-new" "$EVENTS"
	[[ $EVENTS == *'"binding-new"'*'"dev":"p1"'* ]] || fail "binding-new" "$EVENTS"
	[[ $EVENTS == *'"source-set"'*'"dir":["tx"]'* ]] || fail "source-set" "$EVENTS"
	[[ $EVENTS == *'"output-new","span":"mon"'*'"psample":5'* ]] || fail "output-new" "$EVENTS"
}

# With one of that name only, each pair shows it, and what feeds it.
moved_span()
{
	use "$@" || return
	setup_ns box || return
	ip -n "$sw" link add mon type vspan
	check_vspan "$sw" add p1 rx to mon
	ip -n "$sw" link set mon netns "$box" up
	json "$sw" show
	check_j mon/sources/p1/state active
	[[ ${J[mon/netnsid]:-} =~ ^[0-9]+$ ]] || fail "not away"
	flows "copied" send eth0 ns="$p1" recv mon ns="$box"
	check_vspan "$sw" save "$DIR/saved"
	check_vspan "$sw" flush
	json "$sw" show
	check_j mon/span absent
}

# What only the tool knows is named, and nothing else is lost.
new_words_and_old_module()
{
	use old new || return
	setup_ns box || return
	ip -n "$sw" link add mon type vspan
	check_vspan "$sw" add p1 rx to mon
	check_refused "$sw" 1 "add p2 to mon: the module that is loaded, vspan 0.0.1, does not know \"share\"; load that of vspanctl" \
		add p2 to mon share 1/2
	check_refused "$sw" 1 "does not know \"share\"" add p2 to mon share all
	check_refused "$sw" 1 "does not know \"capture\"" capture p2
	ip -n "$sw" link set mon netns "$box" up
	check_refused "$sw" 1 "add p2 to mon netns $box: the module that is loaded, vspan 0.0.1, does not know \"netns\"; load that of vspanctl" \
		add p2 to mon netns "$box"
	check_refused "$sw" 1 "does not know \"netns\"" del p1 to mon netns "$box"
	check_refused "$sw" 1 "does not know \"netns\"" output add mon netns "$box" psample 5
	# restore keeps, and takes away, what the old module has of it.
	check_vspan "$sw" save "$DIR/saved"
	check_vspan "$sw" restore "$DIR/saved"
	json "$sw" show
	check_j mon/sources/p1/state active
	check_vspan "$sw" restore - <<<"add p2"
	defer ip -n "$sw" link del span0
	json "$sw" show
	check_j mon/sources/p1/source absent
	check_j span0/sources/p2/state active
}

# The first tool names spans by name alone: that of this netns.
old_messages_and_new_module()
{
	use new old || return
	setup_ns box || return
	ip -n "$sw" link add mon type vspan
	check_vspan "$sw" add p1 rx to mon
	ip -n "$sw" link set mon netns "$box" up
	check_refused "$sw" 1 "the span has no such source" del p1 to mon
	check_vspan "$sw" span add mon
	defer ip -n "$sw" link del mon
	check_vspan "$sw" add p1 tx to mon
	check_vspan "$sw" del p1 to mon
	"$NEW_TOOL" -n "$sw" del p1 to mon netns "$box" || fail "the container's is gone too"
}

old_is_told()
{
	local out

	use old new && span_add "$sw" mon || return
	out=$("$VSPANCTL" -V)
	[[ $out == "vspanctl "*$'\n'"vspan module 0.0.1, older than vspanctl; load the new one with: modprobe -r vspan && modprobe vspan" ]] ||
		fail "-V" "$out"
	out=$(ip netns exec "$sw" "$VSPANCTL" -j check)
	[[ $out == *'"old_module"'*"0.0.1"* ]] || fail "check" "$out"
	# What is to be done is done in the host's netns.
	out=$(vspan "$sw" -j check)
	[[ $out == "["* && $out != *'"old_module"'* ]] || fail "check of another netns" "$out"
}

same_is_no_news()
{
	local out

	use new new && span_add "$sw" mon || return
	out=$("$VSPANCTL" -V)
	[[ $out =~ ^"vspanctl "([0-9.]+)$'\n'"vspan module "([0-9.]+)$ ]] || fail "-V" "$out"
	check_eq "of one version" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
	out=$(ip netns exec "$sw" "$VSPANCTL" -j check)
	[[ $out == "["* && $out != *'"old_module"'* ]] || fail "check" "$out"
}

tests_run
