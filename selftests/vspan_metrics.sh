#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspanctl metrics: the rules of the format, and the same numbers as in show.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"rules_of_the_format"
	"rules_without_spans"
	"rules_of_the_older_format"
	"numbers_of_show"
	"each_counter_of_show"
	"states"
	"dashboard_asks_for_what_there_is"
	"textfile_is_replaced_whole"
	"units_are_in_order"
	"by_http"
	"by_http_in_the_format_that_is_asked_for"
	"by_http_refused"
	"by_http_as_the_socket_runs_it"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

DASHBOARD=$TOP/tools/grafana/vspan.json
UNIT=$TOP/tools/systemd/vspan-metrics.service

setup()
{
	require_command jq python3 && tools_for_all && topo_cable && setup_ns box || return
	span_add "$sw" span0 && span_add "$sw" away && source_add "$sw" eth0 &&
		source_add "$sw" 'vnet*' rx &&
		source_add "$sw" nic9 to away && output_add "$sw" span0 psample 7 || return
	ip -n "$sw" link set away netns "$box"
	flows "frames" send eth0 ns="$sw" count=20 len=100 end=0 \
		send eth0 ns="$p2" count=30 len=200 end=0
	wait_j "$sw" span0/stats/packets 50 span0/sources/eth0/stats/tx/packets 20 \
		span0/sources/eth0/stats/rx/packets 30
}

strict()
{
	local out

	out=$(vspan "$sw" metrics "$@" | "$SELFTESTS/lib/openmetrics.py") || fail "$out"
}

rules_of_the_format()
{
	strict
	strict openmetrics
}

rules_without_spans()
{
	local out

	setup_ns empty
	out=$(vspan "$empty" metrics | "$SELFTESTS/lib/openmetrics.py") || fail "$out"
}

# promtool reads this one; it is the other but for the heads.
rules_of_the_older_format()
{
	local out

	out=$(diff <(vspan "$sw" metrics prometheus | grep -v '^#') \
		<(vspan "$sw" metrics | grep -v '^#')) || fail "$out"
	[ -n "${PROMTOOL:-}" ] || require_command promtool || return
	out=$(vspan "$sw" metrics prometheus | "${PROMTOOL:-promtool}" check metrics 2>&1) || fail "$out"
}

# value NAME{LABELS}: in REPLY
value()
{
	REPLY=$(vspan "$sw" metrics | grep -F "$1 ")
	REPLY=${REPLY##* }
}

check_value()
{
	value "$1"
	check_eq "$1" "$REPLY" "$2"
}

numbers_of_show()
{
	check_value 'vspan_span_delivered_packets_total{span="span0"}' 50
	check_value 'vspan_span_delivered_bytes_total{span="span0"}' 8000
	check_value 'vspan_source_copied_packets_total{span="span0",source="eth0",direction="tx"}' 20
	check_value 'vspan_source_copied_bytes_total{span="span0",source="eth0",direction="rx"}' 6000
	check_value 'vspan_output_sent_packets_total{span="span0",output="psample 7"}' 50
	check_value 'vspan_source_dropped_packets_total{span="span0",source="eth0",reason="no_reader"}' 0
}

# All that show -s counts is there: as many samples as numbers.
each_counter_of_show()
{
	local want got

	want=$(vspan "$sw" -j -s show |
		jq '[.. | objects | .stats? // empty | .. | numbers] | length')
	got=$(vspan "$sw" metrics | grep -c '_total{')
	check_eq "counters" "$got" "$want"
}

states()
{
	check_value 'vspan_span_up{span="span0"}' 1
	check_value 'vspan_span_read{span="span0"}' 1
	check_value 'vspan_source_active{span="span0",source="eth0"}' 1
	check_value 'vspan_source_bindings{span="span0",source="eth0"}' 1
	check_value 'vspan_source_active{span="span0",source="vnet*"}' 0
	check_value 'vspan_output_active{span="span0",output="psample 7"}' 1
	json "$sw" show
	value 'vspan_span_up{span="away",netnsid="'"${J[away/netnsid]}"'"}'
	check_eq "the span that was moved" "$REPLY" 0
}

dashboard_asks_for_what_there_is()
{
	local name names

	names=$(vspan "$sw" metrics | sed -n 's/^\([a-z_]*\){.*/\1/p' | sort -u)
	check_ok "JSON" jq -e '.panels | length > 0' "$DASHBOARD"
	while read -r name; do
		grep -qx "$name" <<<"$names" || fail "the dashboard asks for $name"
	done < <(jq -r '.. | .expr? // empty' "$DASHBOARD" | grep -o 'vspan_[a-z_]*' | sort -u)
}

# As the unit that is shipped has it.
textfile_is_replaced_whole()
{
	local dir cmd

	dir=$(mktemp -d)
	defer rm -rf "$dir"
	cmd=$(sed -n 's/^ExecStart=//p' "$UNIT")
	cmd=${cmd#/bin/sh -c }
	cmd=${cmd//\/var\/lib\/prometheus\/node-exporter/$dir}
	cmd=${cmd//\/usr\/bin\/vspanctl/$VSPANCTL}
	check_ok "$cmd" ip netns exec "$sw" sh -c "sh -c $cmd"
	check_eq "files" "$(ls "$dir")" vspan.prom
	check_ok "the file" cmp <(vspan "$sw" metrics prometheus) "$dir/vspan.prom"
}

units_are_in_order()
{
	local dir unit

	require_command systemd-analyze || return
	dir=$(mktemp -d)
	defer rm -rf "$dir"
	for unit in vspan-metrics.service vspan-metrics.timer vspan-http@.service vspan-http.socket; do
		sed "s|/usr/bin/vspanctl|$VSPANCTL|" "${UNIT%/*}/$unit" >"$dir/$unit"
	done
	check_eq "complaints" "$(cd "$dir" && systemd-analyze verify --man=no ./* 2>&1 | grep vspan-)" ""
}

# http REQUEST: the answer to it is in HEAD and BODY
http()
{
	local answer

	answer=$(printf '%b' "$1" | ip netns exec "$sw" "$VSPANCTL" metrics http)
	answer=${answer//$'\r'/}
	HEAD=${answer%%$'\n\n'*}
	BODY=${answer#*$'\n\n'}
	[ "$BODY" != "$answer" ] || BODY=''
}

# check_head LINE...: the answer has
check_head()
{
	local line

	for line; do
		grep -qxF "$line" <<<"$HEAD" || fail "no \"$line\" in" "$HEAD"
	done
}

by_http()
{
	http 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'
	check_head "HTTP/1.1 200 OK" "Content-Type: text/plain; version=0.0.4; charset=utf-8" \
		"Content-Length: $((${#BODY} + 1))" "Connection: close"
	check_eq "counters" "$BODY" "$(vspan "$sw" metrics prometheus)"
	http 'HEAD /metrics?a=b HTTP/1.0\n\n'
	check_head "HTTP/1.1 200 OK" "Content-Length: $(vspan "$sw" metrics prometheus | wc -c)"
	check_eq "what HEAD is sent" "$BODY" ""
}

# As Prometheus asks.
by_http_in_the_format_that_is_asked_for()
{
	http 'GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2\r\n\r\n'
	check_head "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8"
	check_eq "counters" "$BODY" "$(vspan "$sw" metrics openmetrics)"
	http 'GET http://x:9487/metrics?application/openmetrics-text HTTP/1.1\r\nAccept: text/plain\r\n\r\n'
	check_head "HTTP/1.1 200 OK" "Content-Type: text/plain; version=0.0.4; charset=utf-8"
}

by_http_refused()
{
	local long

	http 'GET / HTTP/1.1\r\n\r\n'
	check_head "HTTP/1.1 404 Not Found" "Content-Length: 14"
	check_eq "body" "$BODY" "404 Not Found"
	http 'POST /metrics HTTP/1.1\r\n\r\n'
	check_head "HTTP/1.1 405 Method Not Allowed" "Allow: GET, HEAD"
	http 'PROPFIND /metrics HTTP/1.1\r\n\r\n'
	check_head "HTTP/1.1 405 Method Not Allowed"
	http 'nonsense\r\n\r\n'
	check_head "HTTP/1.1 400 Bad Request"
	http 'GET /metrics HTTP/1.1\r\n'
	check_head "HTTP/1.1 400 Bad Request"
	printf -v long '%9000s' ''
	http "GET /metrics HTTP/1.1\\r\\nA: ${long// /x}\\r\\n\\r\\n"
	check_head "HTTP/1.1 400 Bad Request"
}

# It is another user's, without a capability: it may read, and its client gets the rest.
by_http_as_the_socket_runs_it()
{
	local answer command port=9487

	require_command systemd-socket-activate setpriv || return
	grep -qx "ListenStream=127.0.0.1:$port" "${UNIT%/*}/vspan-http.socket" ||
		fail "it listens elsewhere"
	command=$(sed -n 's/^ExecStart=//p' "${UNIT%/*}/vspan-http@.service")
	ip -n "$sw" link set lo up
	# shellcheck disable=SC2086	# words
	ip netns exec "$sw" setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all \
		systemd-socket-activate -a --inetd -l "127.0.0.1:$port" \
		${command//\/usr\/bin\/vspanctl/$VSPANCTL} 2>/dev/null &
	defer kill_quietly $!
	# shellcheck disable=SC2016	# the other shell's
	answer='exec 3<>/dev/tcp/127.0.0.1/$0 && printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3'
	check_wait "an answer" ip netns exec "$sw" bash -c "$answer" "$port" || return
	answer=$(ip netns exec "$sw" bash -c "$answer" "$port")
	check_eq "counters" "${answer#*$'\r\n\r\n'}" "$(vspan "$sw" metrics prometheus)"
}

tests_run
