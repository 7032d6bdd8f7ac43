#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The completion for bash, with the built tool; what it asks the kernel comes from
# stand-ins for the two commands that tell it.
HERE=$(cd "$(dirname "$0")" && pwd)
TOOL=$(readlink -f "${VSPANCTL:-$HERE/../vspanctl}")
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
	"-n evil show") printf 'span0: up\n'; evil_names | sed 's/.*/  & rx,tx -> active/' ;;
	"-n evil span show") evil_names | sed 's/$/: up, reader/' ;;
	esac
}

# Names that a container may give to its devices, and to sources and spans there.
# shellcheck disable=SC2016	# they are not to be expanded, that is the point
evil_names()
{
	printf '%s\n' 'd$(touch${IFS}X)' 'd`touch${IFS}X`' "d';touch\${IFS}X;'" 'd*' 'd\x'
}

ip()
{
	case $* in
	"-o link show") printf '1: lo: <LOOPBACK>\n2: eth0: <UP>\n3: p1@if2: <UP>\n' ;;
	"-n red -o link show") printf '1: lo: <LOOPBACK>\n5: redeth: <UP>\n' ;;
	"-n evil -o link show") evil_names | sed 's/.*/2: &: <UP>/' ;;
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

# offers LINE WORDS...: exactly these, as they are to stand on the command line
offers()
{
	local line=$1 got want ok=ok

	shift
	read -ra COMP_WORDS <<<"vspanctl ${line//\\/\\\\}"
	[[ $line != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_vspanctl
	got=$(printf '%s\n' "${COMPREPLY[@]}" | sort -u)
	want=$(printf '%s\n' "$@" | sort)
	count=$((count + 1))
	[ "$got" == "$want" ] || { ok="not ok"; failed=$((failed + 1)); }
	echo "$ok $count - completion of evil names: vspanctl $line"
	[ "$ok" == ok ] || printf '# got: %s\n' "$got"
}

# Nothing was run, neither by what looks for names nor by the line they are put into.
runs_nothing()
{
	local word ok=ok

	for word in "${COMPREPLY[@]}"; do
		eval ": $word"
	done
	count=$((count + 1))
	[ -z "$(ls -A)" ] || { ok="not ok"; failed=$((failed + 1)); }
	echo "$ok $count - completion of evil names: $1 runs nothing"
}

# shellcheck disable=SC2016,SC2088
evil()
{
	local dir place quoted=()

	dir=$(mktemp -d)
	cd "$dir" || return
	mapfile -t quoted < <(evil_names | while read -r word; do printf '%q\n' "$word"; done)
	for place in "del " "set " "show " "add " "add eth0 to " "output add span0 dev " \
		"output del " "xml " "check "; do
		COMPREPLY=()
		offers "-n evil ${place}d" "${quoted[@]}"
		runs_nothing "$place"
	done
	offers "-n evil del 'd" 'd$(touch${IFS}X)' 'd`touch${IFS}X`' 'd*' 'd\x'
	offers '-n evil del "d' 'd*'
	offers '-n evil del d\$' 'd\$\(touch\$\{IFS\}X\)'
	offers '-n evil del d$(touch${IFS}X)' 'd\$\(touch\$\{IFS\}X\)'
	runs_nothing "what was typed"
	# Words that were given are left out, and no pattern among them is expanded.
	touch dup drop 'file;x'
	HOME=$dir offers "save f" 'file\;x'
	HOME=$dir offers "save ~/f" '~/file\;x'
	offers "del eth0 to mon " netns netnsid
	rm -rf "$dir"
}

echo "KTAP version 1"
OPTIONS="dup filter hook netns netnsid promisc rate redirect rx rx,tx sample share snaplen tag to tx vlan"
completes "" "$(printf '%s\n' add capture check del flush help metrics monitor output restore save set \
	show span top xml | tr '\n' ' ' | sed 's/ $//')"
completes "s" "save set show span"
completes "-" "-Version -batch -force -help -json -netns -pretty -statistics -timestamp"
completes "-s sh" "show"
completes "-n " "blue red"
completes "-n red show " "red0"
completes "-n red add " "lo master redeth"
completes "add " "eth0 lo master p1"
completes "add e" "eth0"
completes "add master " "eth0 lo p1"
completes "add eth0 " "$OPTIONS"
completes "add eth0 rx to mon " "dup filter hook netns netnsid promisc rate redirect rx,tx sample share snaplen tag tx vlan"
completes "add eth0 to " "mon span0"
completes "add eth0 hook " "rx-handler tap"
completes "add eth0 snaplen " "headers"
completes "add eth0 vlan " "all untagged"
completes "add eth0 share " "all"
completes "add eth0 redirect " "off on"
completes "add eth0 dup " "drop keep"
completes "set " "eth0 master vnet\\*"
completes "del v" "vnet\\*"
completes "del eth0 " "netns netnsid to"
completes "del eth0 to mon netns " "blue red"
completes "check " "eth0 master mon span0 vnet\\*"
completes "show " "mon span0"
completes "metrics " "http openmetrics prometheus"
completes "top " "mon span0"
completes "span " "add del help set show"
completes "span add mon " "down frames mtu netns qlen up"
completes "span set mon frames " "asis wire"
completes "span del " "mon span0"
completes "output " "add del help show"
completes "output add " "mon span0"
completes "output add span0 " "dev netns netnsid psample strip vlan"
completes "output add span0 dev " "eth0 lo p1"
completes "output del span0 " "dev netns netnsid psample"
completes "xml span0 " "queues"
completes "monitor " ""
completes "capture " "eth0 lo master p1"
completes "capture eth0 vlan 5 " "-- dup filter frames hook lo master p1 promisc qlen rate redirect rx rx,tx sample share snaplen tag to tx with"
completes "capture eth0 with tcpdum" "$(compgen -c tcpdum | sort -u | tr '\n' ' ' | sed 's/ $//')"
completes "capture eth0 -- -w /etc/hostn" "/etc/hostname"
evil
echo "1..$count"
echo "# Totals: pass:$((count - failed)) fail:$failed"
[ "$failed" -eq 0 ]
