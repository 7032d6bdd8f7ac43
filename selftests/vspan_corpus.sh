#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Frames of capture files, received, sent and bridged: what a packet socket and the tap
# get of them is what passed the device, byte for byte and in order. CORPUS names a file
# or a directory of them; without it there are frames that Wireshark's randpkt makes up.
# shellcheck disable=SC2034,SC2154,SC2317	# see lib.sh

ALL_TESTS=(
	"received"
	"sent"
	"bridged"
	"read_by_the_tap"
)
MADE_UP=(arp dns eth icmp ip ipv6 nbns sctp syslog tcp udp)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/follow.sh
. "$(dirname "$0")/lib/follow.sh"

# By mark0 come the markers that tell the end. The bridge learns nothing, and floods.
setup()
{
	topo_ports && span_add "$sw" span0 || return
	bridge -n "$sw" link set dev p1 learning off
	DIR=$(mktemp -d) || return
	defer rm -rf "$DIR"
	printf 'link set %s mtu 65535\n' p1 p2 p3 p4 br0 | ip -n "$sw" -b - &&
		printf 'link set %s mtu 65535\n' e1 e2 e3 e4 | ip -n "$lan" -b - &&
		ip -n "$sw" link add mark0 up type dummy &&
		check_vspan "$sw" add mark0 tx && files
}

# FILES are of the one format that pkt reads, and of Ethernet.
files()
{
	local type file

	require_command randpkt editcap || return
	if [ -z "${CORPUS:-}" ]; then
		for type in "${MADE_UP[@]}"; do
			randpkt -b 1514 -c 100 -t "$type" "$DIR/$type" || return
			editcap -F pcap "$DIR/$type" "$DIR/$type.pcap" || return
		done
	else
		find "$CORPUS" -type f | sort | while read -r file; do
			editcap -F pcap "$file" "$DIR/${file//\//_}.pcap" 2>/dev/null
		done
	fi
	for file in "$DIR"/*.pcap; do
		[ "$(od -An -tu2 -j20 -N2 "$file")" -eq 1 ] && FILES+=("$file")
	done
	[ ${#FILES[@]} -gt 0 ] || fail "no capture of Ethernet in ${CORPUS:-what randpkt made}"
}

# same TO REF-WORDS...: of each file all frames have their copies
same()
{
	local file out frames=0

	for file in "${FILES[@]}"; do
		out=$("$PKT" corpus file="$file" from=e1 fromns="$lan" to="$1" tons="$sw" \
			mark=mark0 markns="$sw" "${@:2}" 2>&1)
		parse_kv "${out##*$'\n'}"
		frames=$((frames + ${KV[got]:-0}))
		[[ ${KV[got]:-} == "${KV[wanted]:-x}" && $out != *pkt:* ]] ||
			fail "${file##*/}: $out"
	done
	echo "# $frames frames of ${#FILES[@]} files"
	[ "$frames" -gt 0 ]
}

received()
{
	source_add "$sw" p1 rx && same span0 ref=p1 refns="$sw"
}

sent()
{
	source_add "$sw" p2 tx && same span0 ref=e2 refns="$lan"
}

bridged()
{
	source_add "$sw" 'p?' && same span0 ref=p1 refns="$sw"
}

read_by_the_tap()
{
	tap_path "$sw" span0 && source_add "$sw" p1 rx && same "$REPLY" ref=p1 refns="$sw"
}

tests_run
