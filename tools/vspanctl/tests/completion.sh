#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The completion for bash, with the built tool; what it asks the kernel comes from
# stand-ins for the two commands that tell it.
HERE=$(cd "$(dirname "$0")" && pwd)
TOOL=${VSPANCTL:-$HERE/../vspanctl}
count=0
failed=0

# shellcheck source=tools/vspanctl/completion/vspanctl.bash
. "$HERE/../completion/vspanctl.bash"

# As the tool would answer in a netns with two spans.
vspanctl()
{
	case $* in
	*help) "$TOOL" "$@" ;;
	"-n red span show") printf 'red0: up, reader, frames wire\n' ;;
	"span show") printf 'span0: up, no reader\nmon: up, reader\n' ;;
	show)
		printf 'span0: up, no reader\n  eth0      rx,tx -> active\n'
		printf '  vnet*     rx -> dormant\n  master br0 rx,tx\n'
		printf '  output t0 -> active\n'
		;;
	esac
}

ip()
{
	case $* in
	"-o link show") printf '1: lo: <LOOPBACK>\n2: eth0: <UP>\n3: p1@if2: <UP>\n' ;;
	"-n red -o link show") printf '1: lo: <LOOPBACK>\n5: redeth: <UP>\n' ;;
	"netns list") printf 'red (id: 0)\nblue\n' ;;
	esac
}

# completes WORDS... is WANTED, sorted; the last of the words is being written
completes()
{
	local line=$1 want=$2 got ok=ok

	read -ra COMP_WORDS <<<"vspanctl $line"
	[[ $line != *' ' && -n $line ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_vspanctl
	got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')
	count=$((count + 1))
	[ "${got% }" == "$want" ] || { ok="not ok"; failed=$((failed + 1)); }
	echo "$ok $count - completion: vspanctl $line"
	[ "$ok" == ok ] || printf '#  got: %s\n# want: %s\n' "$got" "$want"
}

echo "KTAP version 1"
OPTIONS="dup filter hook promisc rate redirect rx rx,tx sample snaplen tag to tx vlan"
completes "" "$(printf '%s\n' add check del flush help metrics monitor output restore save set \
	show span xml | tr '\n' ' ' | sed 's/ $//')"
completes "s" "save set show span"
completes "-" "-Version -batch -force -help -json -netns -pretty -statistics"
completes "-s sh" "show"
completes "-n " "blue red"
completes "-n red show " "red0"
completes "-n red add " "lo master redeth"
completes "add " "eth0 lo master p1"
completes "add e" "eth0"
completes "add master " "eth0 lo p1"
completes "add eth0 " "$OPTIONS"
completes "add eth0 rx to mon " "dup filter hook promisc rate redirect rx,tx sample snaplen tag tx vlan"
completes "add eth0 to " "mon span0"
completes "add eth0 hook " "rx-handler tap"
completes "add eth0 snaplen " "headers"
completes "add eth0 vlan " "all untagged"
completes "add eth0 redirect " "off on"
completes "add eth0 dup " "drop keep"
completes "set " "eth0 master vnet*"
completes "del v" "vnet*"
completes "del eth0 " "to"
completes "check " "eth0 master mon span0 vnet*"
completes "show " "mon span0"
completes "metrics " "openmetrics prometheus"
completes "span " "add del help set show"
completes "span add mon " "frames qlen"
completes "span set mon frames " "asis wire"
completes "span del " "mon span0"
completes "output " "add del help show"
completes "output add " "mon span0"
completes "output add span0 " "dev psample strip vlan"
completes "output add span0 dev " "eth0 lo p1"
completes "output del span0 " "dev psample"
completes "xml span0 " "queues"
completes "monitor " ""
echo "1..$count"
echo "# Totals: pass:$((count - failed)) fail:$failed"
[ "$failed" -eq 0 ]
