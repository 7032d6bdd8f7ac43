#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Filters: the span gets exactly the frames that tcpdump with the same expression selects
# from the copies of all frames. Invalid filters are refused.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"without_a_filter_all_frames"
	"as_tcpdump"
	"as_tcpdump_with_vlan"
	"as_tcpdump_by_direction"
	"the_books"
	"shown_as_written"
	"two_spans_two_filters"
	"changed_under_traffic"
	"libpcap_refuses"
	"too_long"
	"the_kernel_refuses"
	"the_kernel_accepts"
	"text_without_its_program"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

MIXED=32	# frames of pkt mix, each sent in both directions

# How many of the 64 an expression takes | the expression. All are sent with the tag among
# the bytes, half of them are received with it beside: an expression takes both or none.
TABLE=(
	"30|ip"
	"14|ip6"
	"6|arp"
	"12|tcp"
	"20|udp"
	"6|icmp"
	"2|icmp6"
	"8|port 53"
	"8|tcp port 80"
	"2|tcp dst port 443 and greater 1000"
	"2|ether proto 0x88cc"
	"2|mpls"
	"2|mpls 1000 and udp port 53"
	"46|not (tcp or arp)"
	"2|ip[6:2] & 0x1fff != 0"
	"4|ip[6:2] & 0x3fff != 0"
	"4|ip6 proto 44"
	"30|src host 198.51.100.1 and ip"
	"30|dst net 203.0.113.0/24 and not icmp"
	"2|tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn"
	"6|ether broadcast"
	"14|ether multicast"
	"6|less 60"
	"2|stp"
	"4|portrange 5000-5010"
	"2|ip[0] & 0xf > 5"
	"12|udp[8:4] = 0x50524956"
	"4|ether[12:2] = 0x1234 or greater 1000"
	"64|ether[6] = 2 and ether[11] = 0x11"
	"14|ether[len - len + 6] = 2 and vlan"
)

# With "vlan" in each place that people put it. After the word libpcap takes all frames
# for tagged ones; where that matters, what follows ";" says for tcpdump what is meant.
VLAN_TABLE=(
	"14|vlan"
	"4|vlan 10"
	"50|not vlan"
	"4|vlan 100 and vlan 200"
	"2|vlan 10 and udp port 53"
	"2|udp port 53 and vlan 10"
	"2|vlan 20 and ip6 and tcp"
	"2|ip6 and tcp and vlan 20"
	"2|ip6 and vlan 20 and tcp"
	"2|icmp and vlan"
	"2|icmp and vlan 0"
	"2|vlan 0 and icmp"
	"0|icmp and vlan 10"
	"0|tcp and vlan 1"
	"2|arp and vlan 10"
	"2|vlan 10 and arp"
	"4|(arp or udp) and vlan 10"
	"4|vlan 10 and (arp or udp)"
	"2|not arp and vlan 10"
	"2|vlan 10 and not arp"
	"18|not vlan and udp;udp and not vlan"
	"18|udp and not vlan"
	"10|icmp or vlan 10"
	"10|vlan 10 or icmp;icmp or vlan 10"
	"4|ether[6] & 3 = 2 and vlan 10"
	"2|ip[9] = 17 and vlan 10"
	"2|vlan 10 and ip[9] = 17"
	"2|ether[14:2] = 0x4500 and vlan 10"
	"2|udp[2:2] = 53 and vlan 10"
	"2|less 64 and vlan 10"
	"2|vlan 10 and less 64"
	"2|host 198.51.100.1 and udp and vlan 10"
	"2|ip[9] = 17 and vlan 10 and udp;vlan 10 and udp"
	"2|udp[2:2] = 53 and vlan 10 and ip;vlan 10 and udp port 53"
)

# These say which way a frame goes, which a span's reader does not know.
DIR_TABLE=(
	"32|outbound"
	"32|inbound"
)

setup()
{
	topo_cable && span_add "$sw" span0 || return 1
	# by this one markers come that no filter holds up
	ip -n "$sw" link add mark0 up type dummy && check_vspan "$sw" add mark0 tx || return 1
	ERR=$(mktemp) || return 1
	defer rm -f "$ERR"
	PORTS=(rx=eth0 rxns="$p2" tx=eth0 txns="$sw" mark=mark0 markns="$sw")
}

# mix TO WORDS...: its line is in KV
mix()
{
	local out rc=0

	out=$("$PKT" mix "${PORTS[@]}" to="$1" tons="$sw" "${@:2}" 2>&1) || rc=$?
	parse_kv "${out##*$'\n'}"
	[ "$rc" -eq 0 ] || fail "pkt mix ${*:2}" "$out"
	return "$rc"
}

without_a_filter_all_frames()
{
	source_add "$sw" eth0 || return
	mix span0 rounds=10
	check_eq "copies" "${KV[got]}" $((2 * 10 * MIXED))
}

# compare WANT EXPR PEER-EXPR TCPDUMP-WORDS...
# Frames of 2000 bytes, or few would find room in its ring before it looks.
# The end of a capture is known by its length: that no frame is missing from it is
# what tcpdump says of those its filter let pass.
compare()
{
	local want=$1 expr=$2 fd pid said

	check_vspan "$sw" set eth0 filter "$expr" || return
	exec {fd}< <(exec ip netns exec "$sw" tcpdump -Z root "${@:4}" --immediate-mode -U \
		-s 2000 -w - "$3" 2>"$ERR")
	pid=$!
	mix span0 against="$want" <&"$fd" || fail "'$expr':" "$(cat "$ERR")"
	kill -TERM "$pid"
	wait "$pid"
	exec {fd}<&-
	said=$(sed -n 's/ packets\? received by filter//p' "$ERR")
	check_eq "frames of '$expr' in tcpdump" "$said" $((want + KV[warm]))
	check_eq "frames of '$expr' on the span" "${KV[got]}" "$want"
}

# compare_all ROW...: with what tcpdump takes of all copies, where tags are beside. Its
# optimizer is left out: "icmp and vlan 10" would take nothing.
compare_all()
{
	local row expr

	require_command tcpdump || return
	source_add "$sw" eth0 && span_add "$sw" span1 && source_add "$sw" eth0 to span1 || return
	for row in "$@"; do
		expr=${row#*|}
		compare "${row%%|*}" "${expr%%;*}" "${expr##*;}" -i span1 -O
	done
}

as_tcpdump()
{
	compare_all "${TABLE[@]}"
}

as_tcpdump_with_vlan()
{
	compare_all "${VLAN_TABLE[@]}"
}

as_tcpdump_by_direction()
{
	local row

	require_command tcpdump || return
	source_add "$sw" eth0 || return
	for row in "${DIR_TABLE[@]}"; do
		compare "${row%%|*}" "${row#*|}" "${row#*|}" -i eth0
	done
}

# books FILTER FILTERED: the mix through a filter that refuses so many frames
books()
{
	local before after

	stats "$sw" span0
	before=${J[span0/sources/eth0/stats/filtered]}
	check_vspan "$sw" set eth0 filter "$1"
	"$PKT" mix "${PORTS[@]}" to=span0 tons="$sw" >/dev/null 2>&1
	stats "$sw" span0
	after=${J[span0/sources/eth0/stats/filtered]}
	check_eq "filtered by '$1'" $((after - before)) "$2"
}

the_books()
{
	source_add "$sw" eth0 || return
	books "arp" $((2 * MIXED - 6))
	books "not arp" 6
	books "" 0
	check_j span0/sources/eth0/stats/rx/packets $((2 * MIXED))
	check_j span0/sources/eth0/stats/tx/packets $((2 * MIXED))
}

shown_as_written()
{
	local text='tcp[tcpflags] & tcp-syn != 0 and "not" or udp'

	text="tcp[13] & 2 != 0 or (udp  and port 53)"
	source_add "$sw" eth0 filter "$text" || return
	json "$sw" show span0
	check_j span0/sources/eth0/filter "$text"
	[[ $(vspan "$sw" show) == *"$text"* ]] || fail "show does not print it"
	check_vspan "$sw" set eth0 rx
	json "$sw" show span0
	check_j span0/sources/eth0/filter "$text" "filter after set rx"
	check_vspan "$sw" set eth0 filter ''
	json "$sw" show span0
	check_j span0/sources/eth0/filter absent "filter taken off"
}

two_spans_two_filters()
{
	source_add "$sw" eth0 filter "arp" || return
	span_add "$sw" span1 && source_add "$sw" mark0 tx to span1 &&
		source_add "$sw" eth0 to span1 filter "not arp" || return
	reader other count span1 ns="$sw" id=99 || return
	"$PKT" mix "${PORTS[@]}" to=span0 tons="$sw" >/dev/null 2>&1
	flows "markers" send mark0 ns="$sw" id=99 count=0
	check_finish other
	check_eq "frames on span1" $((KV[frames] - KV[stream])) $((2 * MIXED - 6))
	stats "$sw"
	check_j span0/sources/eth0/stats/filtered $((2 * MIXED - 6))
	check_j span1/sources/eth0/stats/filtered 6
}

more_copies()
{
	stats "$sw" span0
	((J[span0/sources/eth0/stats/rx/packets] > COPIES))
}

# Each frame matches both the old and the new filter, and is copied once.
changed_under_traffic()
{
	local expr

	source_add "$sw" eth0 rx filter "ether proto 0x88b5" || return
	reader stream probe from=eth0 fromns="$p2" to=span0 tons="$sw" mark=mark0 markns="$sw" \
		len=60-1514 || return
	for expr in "" "ether src 02:00:00:00:00:11" "not ip" "" "greater 60 or less 60"; do
		check_vspan "$sw" set eth0 filter "$expr"
		stats "$sw" span0
		COPIES=${J[span0/sources/eth0/stats/rx/packets]}
		check_wait "copies after '$expr'" more_copies
	done
	stop stream || fail "stream" "${LINES[@]}"
	check_eq "lost" "${KV[lost]}" 0
	stats "$sw" span0
	check_j span0/sources/eth0/stats/filtered 0
}

# refused RC NEEDLE COMMAND...: one line that has the needle, nothing else
refused()
{
	local want=$1 needle=$2 out rc=0

	shift 2
	out=$("$@" 2>&1 </dev/null) || rc=$?
	check_eq "exit status of '${*: -1:1}' ($out)" "$rc" "$want"
	[[ $out == *"$needle"* && $out != *$'\n'* ]] ||
		fail "'${*: -1:1}': '$out' does not say '$needle'"
}

libpcap_refuses()
{
	local row

	source_add "$sw" eth0 rx filter "arp" || return
	for row in "tcp port|syntax error" \
		"tcp port 99999|illegal port number" \
		"host 1.2.3.4.5|" \
		"wlan type mgt|802.11" \
		"ether proto \\foo|unknown ether proto" \
		"ip and arp|rejects all packets" \
		"vlan 5000|VLAN tag 5000 greater than maximum 4095" \
		"and|syntax error"; do
		refused 2 "filter \"${row%%|*}\": " vspan "$sw" set eth0 filter "${row%%|*}"
		refused 2 "${row#*|}" vspan "$sw" add eth9 filter "${row%%|*}"
	done
	refused 2 filter vspan "$sw" set eth0 filter
	json "$sw" show span0
	check_j span0/sources/eth0/filter "arp" "filter after all that"
	check_j span0/sources/eth9/filter absent
}

# An expression of exactly $1 characters.
long_expression()
{
	printf -v REPLY '%*s' "$(($1 - 8))" ''
	REPLY="arp${REPLY}or ip"
}

too_long()
{
	source_add "$sw" eth0 rx || return
	long_expression 1023
	check_vspan "$sw" set eth0 filter "$REPLY"
	json "$sw" show span0
	check_j span0/sources/eth0/filter "$REPLY"
	long_expression 1024
	refused 2 "1023" vspan "$sw" set eth0 filter "$REPLY"
}

prog()
{
	"$PKT" prog ns="$sw" span=span0 source=eth0 what="$1"
}

the_kernel_refuses()
{
	local what

	source_add "$sw" eth0 rx filter "arp" || return
	for what in no-ret jump-out bad-opcode divide-by-zero memory-out; do
		check_eq "$what" "$(prog "$what")" \
			"EINVAL: the kernel refuses the filter's program"
	done
	for what in odd-length one-byte too-long; do
		check_eq "$what" "$(prog "$what")" \
			"EINVAL: the filter is no program of 1 to 4096 instructions"
	done
	json "$sw" show span0
	check_j span0/sources/eth0/filter "arp" "filter after all that"
	flows "and it filters" send eth0 ns="$p2" end=0 send mark0 ns="$sw" count=0 \
		count span0 ns="$sw"
	parse_kv "${LINES[-1]}"
	check_eq "frames" "${KV[frames]}" 0
}

# A program from another tool has no text.
the_kernel_accepts()
{
	source_add "$sw" eth0 rx filter "arp" || return
	check_eq "accept-all" "$(prog accept-all)" accepted
	json "$sw" show span0
	check_j span0/sources/eth0/filter "" "text of a raw program"
	flows "and it accepts" send eth0 ns="$p2" recv span0 ns="$sw"
	check_eq "longest" "$(prog longest)" accepted
	check_eq "empty" "$(prog empty)" accepted
	json "$sw" show span0
	check_j span0/sources/eth0/filter absent "filter after an empty program"
}

# Who reads the text has to be able to rely on it: it says what the program selects.
text_without_its_program()
{
	local what

	source_add "$sw" eth0 rx filter "arp" || return
	for what in text-only text-of-none; do
		check_eq "$what" "$(prog "$what")" \
			"EINVAL: a filter's text came without its program; send both"
	done
	json "$sw" show span0
	check_j span0/sources/eth0/filter "arp" "filter after all that"
	check_eq "no text" "$(prog empty)" accepted
	json "$sw" show span0
	check_j span0/sources/eth0/filter absent
	check_eq "and of no filter" "$(prog text-only)" \
		"EINVAL: a filter's text came without its program; send both"
	json "$sw" show span0
	check_j span0/sources/eth0/filter absent
}

tests_run
