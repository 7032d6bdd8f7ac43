#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# save with objects that it cannot write, and restore with lines that fail: with -force
# the other lines are restored, and nothing is copied that the file does not select.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"refusal_leaves_no_source_without_its_filter"
	"force_does_what_can_be_done"
	"mtu_up_and_down_come_back"
	"hosts_are_saved_as_addresses"
	"what_cannot_be_compiled_is_not_saved"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/conf.sh
. "$(dirname "$0")/lib/conf.sh"

# A program without text: nobody can make it again, and without it all is mirrored.
refusal_leaves_no_source_without_its_filter()
{
	local what out rc

	defer_spans span0
	source_add "$sw" eth0 rx filter "arp" || return
	for what in "add eth0 rx filter udp" "add eth1"; do
		"$PKT" prog ns="$sw" span=span0 source=eth0 what=accept-all >/dev/null
		conf bad <<<"$what"$'\n'"output add span0 dev lo"
		rc=0
		out=$("$VSPANCTL" -n "$sw" restore "$DIR/bad" 2>&1) || rc=$?
		check_eq "exit code" "$rc" 1
		[[ $out == *"could not be put back in full"* ]] || fail "'$what' says" "$out"
		json "$sw" show
		[[ ! -v J[span0/sources/eth0/source] || -v J[span0/sources/eth0/filter] ]] ||
			fail "'$what' and back: all of eth0 is mirrored"
	done
	check_vspan "$sw" add eth0
}

# Lines of each kind that fail, in each step of restore.
force_does_what_can_be_done()
{
	local rc=0 out

	everything || return
	conf some <<-'EOT'
		span add mon frames asis qlen 300
		add eth0 tx to mon promisc
		add lo to mon
		add vnet* frob
		output add nowhere psample 1
		output add mon psample 8
		output add mon psample 8
		add eth0 rx vlan 7
		add "never
		add late9
	EOT
	out=$("$VSPANCTL" -n "$sw" -force restore "$DIR/some" 2>&1) || rc=$?
	check_eq "exit code" "$rc" 2
	check_eq "what it said" "$(cut -d : -f 3 <<<"$out" | tr '\n' ' ')" "4 9 7 5 3 "
	json "$sw" show
	check_j mon/sources/eth0/dir/0 tx
	check_j mon/outputs/8/psample 8
	check_j span0/sources/eth0/vlan 7
	check_j span0/sources/late9/source late9
	check_j 'mon/sources/vnet*/source' 'vnet*' "named by a line that could not be read"
	check_j mon/outputs/7/psample 7 "or could be"
	sed -i '/frob/d; /never/d' "$DIR/some"
	check_refused "$sw" 2 "$DIR/some:6: " restore "$DIR/some"
	rc=0
	vspan "$sw" -force restore "$DIR/some" 2>/dev/null || rc=$?
	check_eq "exit code of what was not understood" "$rc" 2
	json "$sw" show
	check_j 'mon/sources/vnet*/source' absent "all lines could be read"
	check_j mon/outputs/7/psample absent
	sed -i '/psample/d' "$DIR/some"
	rc=0
	vspan "$sw" -force restore "$DIR/some" 2>/dev/null || rc=$?
	check_eq "exit code of what was refused" "$rc" 1
	sed -i '/ lo /d' "$DIR/some"
	check_ok "nothing is wrong" vspan "$sw" -force restore "$DIR/some"
}

mtu_up_and_down_come_back()
{
	defer_spans mon low
	check_vspan "$sw" span add mon mtu 9000
	check_vspan "$sw" span add low down
	check_vspan "$sw" save "$DIR/saved"
	check_eq "saved" "$(grep -c -e '^span add mon .* mtu 9000$' -e '^span add low .* down$' \
		"$DIR/saved")" 2
	ip -n "$sw" link set mon mtu 1400 down
	ip -n "$sw" link set low up
	check_vspan "$sw" restore "$DIR/saved"
	[[ $(ip -n "$sw" link show mon) == *UP*"mtu 9000"* ]] || fail "mon" "$(ip -n "$sw" link show mon)"
	[[ $(ip -n "$sw" link show low) != *[,\<]UP[,\>]* ]] || fail "low is up"
	conf bad <<<"span add mon mtu 1400 down"$'\n'"span add low up"$'\n'"add lo"
	check_refused "$sw" 1 "add lo" restore "$DIR/bad"
	check_vspan "$sw" save "$DIR/again"
	check_ok "put back" cmp "$DIR/saved" "$DIR/again"
	ip -n "$sw" link del mon
	ip -n "$sw" link del low
	check_vspan "$sw" restore "$DIR/saved"
	check_vspan "$sw" save "$DIR/again"
	check_ok "made anew" cmp "$DIR/saved" "$DIR/again"
}

hosts_are_saved_as_addresses()
{
	local out

	defer_spans span0
	source_add "$sw" eth0 filter 'udp port domain and not src host localhost' || return
	source_add "$sw" eth1 filter 'ip host (localhost) and vlan 10' || return
	out=$("$VSPANCTL" -n "$sw" save "$DIR/saved" 2>&1) || fail "save: $out"
	check_eq "sentences" "$(grep -c 'names are saved as the addresses they have now' <<<"$out")" 2
	grep -Eq "filter 'udp port domain and not src host \(?(127.0.0.1|::1)( or [0-9.:]+)*\)?'" \
		"$DIR/saved" || fail "eth0" "$(<"$DIR/saved")"
	grep -Fq "filter 'ip host (127.0.0.1) and vlan 10'" "$DIR/saved" ||
		fail "eth1" "$(<"$DIR/saved")"
	check_vspan "$sw" flush
	check_vspan "$sw" restore "$DIR/saved"
	check_eq "and no name is left" "$(vspan "$sw" save - 2>&1)" "$(<"$DIR/saved")"
}

# The kernel has the program, and the file would not bring it back.
what_cannot_be_compiled_is_not_saved()
{
	defer_spans span0
	source_add "$sw" eth0 rx || return
	"$PKT" prog ns="$sw" span=span0 source=eth0 what=text-unknown >/dev/null
	conf saved <<<"as it was"
	check_refused "$sw" 1 "would not come back: filter \"host vspan.invalid\": unknown host" \
		save "$DIR/saved"
	check_eq "the file" "$(<"$DIR/saved")" "as it was"
}

tests_run
