#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspanctl top: every frame is counted in exactly one interval; text, JSON, and the screen
# of a terminal.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"each_frame_is_told_once"
	"each_loss_is_told_once"
	"a_table_of_text"
	"text_is_plain"
	"as_often_as_asked"
	"the_screen"
	"the_screen_without_colours"
	"another_size"
	"the_user_goes"
	"an_unknown_terminal"
	"an_unknown_span"
	"a_span_that_goes"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

setup()
{
	require_command jq python3 && topo_cable && span_add "$sw" span0 &&
		source_add "$sw" eth0 && source_add "$sw" 'vnet*' rx && output_add "$sw" span0 psample 7 &&
		span_add "$sw" unread && source_add "$sw" eth0 to unread || return
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
}

# Lines of JSON in $DIR/json, until the end of the test case
top_start()
{
	rm -f "$DIR/json"
	"$VSPANCTL" -n "$sw" -j top -d 0.1 "$@" >"$DIR/json" 2>"$DIR/err" &
	defer kill_quietly $!
	check_wait "the first line" test -s "$DIR/json"
}

# told JQ: the sum over all lines that are whole
told()
{
	jq -nR "[inputs | fromjson? | .spans[] | $1] | add" "$DIR/json"
}

told_is()
{
	[ "$(told "$1")" == "$2" ]
}

# check_told WHAT JQ NUMBER: in the end, and no more with the next two lines
check_told()
{
	local lines

	check_wait "$1" told_is "$2" "$3" || { told "$2"; return; }
	lines=$(wc -l <"$DIR/json")
	busywait lines_are "$DIR/json" $((lines + 2))
	check_eq "$1, later" "$(told "$2")" "$3"
}

lines_are()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

each_frame_is_told_once()
{
	local span0='select(.span == "span0")' eth0

	eth0="$span0 | .sources[] | select(.source == \"eth0\")"

	flows "frames before" send eth0 ns="$sw" count=7 len=100 end=0
	top_start
	flows "frames" send eth0 ns="$sw" count=200 len=100 end=0 \
		send eth0 ns="$p2" count=300 len=200 end=0
	check_told "transmitted" "$eth0.tx.packets" 200
	check_told "received" "$eth0.rx.packets" 300
	check_told "bytes received" "$eth0.rx.bytes" 60000
	check_told "delivered" "$span0.packets" 500
	check_told "samples sent" "$span0 | .outputs[].packets" 500
	check_told "of the other source" '.sources[] | select(.source == "vnet*").rx.packets' 0
	check_eq "rates" "$(jq -nR '[inputs | fromjson? | .ms as $ms | .spans[].sources[].rx | select(. != null) |
		select(.packets_per_second != (.packets * 1000 / $ms | floor))] | length' "$DIR/json")" 0
}

# Where nobody reads, all is lost.
each_loss_is_told_once()
{
	top_start unread
	flows "frames" send eth0 ns="$p2" count=50 len=200 end=0
	check_told "lost" ".drops.no_reader" 50
	check_told "delivered" ".packets" 0
}

a_table_of_text()
{
	local out

	"$VSPANCTL" -n "$sw" top -d 0.1 >"$DIR/text" &
	defer kill_quietly $!
	check_wait "a table" grep -q '^unread, no reader ' "$DIR/text"
	check_wait "a second one, behind an empty line" grep -qx '' "$DIR/text"
	flows "frames" send eth0 ns="$p2" count=50 len=200 end=0
	check_wait "what is lost" grep -Eq '^  dropped, no_reader +[1-9][0-9]*$' "$DIR/text"
	check_wait "the source" grep -Eq '^  eth0 +rx +[1-9][0-9]* +[1-9]' "$DIR/text"
	out=$(grep -E '.{81}' "$DIR/text") && fail "wider than 80 columns" "$out"
	check_eq "headings" "$(head -n 1 "$DIR/text" | tr -s ' ')" "span packets/s bits/s"
}

text_is_plain()
{
	local out

	out=$(TERM=xterm vspan "$sw" top -d 0.1 -c 1 | grep -c $'\e')
	check_eq "lines with an escape" "$out" 0
}

as_often_as_asked()
{
	check_eq "lines of JSON" "$(vspan "$sw" -j top span0 -d 0.1 -c 3 | jq -c .ms | wc -l)" 3
	check_eq "tables" "$(vspan "$sw" top -d 0.1 -c 2 | grep -c '^span0')" 2
	span_add "$sw" mon || return
	check_eq "other spans" "$(vspan "$sw" top span0 -d 0.1 -c 1 | grep -c '^mon')" 0
}

# terminal ROWS COLUMNS STEP...: what topterm.py prints, which plays the user
terminal()
{
	timeout 60 "$SELFTESTS/lib/topterm.py" "$@" "$VSPANCTL" -n "$sw" top -d 0.1 2>&1
}

lose_on()
{
	while :; do
		"$PKT" send eth0 ns="$p2" count=20 len=200 end=0 >/dev/null 2>&1
		nap
	done
}

the_screen()
{
	local out

	lose_on &
	defer kill_quietly $!
	out=$(terminal 24 80 "unread, no reader" "output psample 7" "eth0" "dropped, no_reader" red key:q end:0)
	check_eq "seen" "$out" "ok"
}

the_screen_without_colours()
{
	local out

	lose_on &
	defer kill_quietly $!
	out=$(NO_COLOR=1 terminal 24 80 "dropped, no_reader" plain key:q end:0)
	check_eq "seen" "$out" "ok"
}

# What does not fit is there when one scrolls.
another_size()
{
	local out

	out=$(terminal 24 80 "output psample 7" size:4:60 "q: quit" key:down key:down key:down \
		key:down key:redraw "output psample 7" key:q end:0)
	check_eq "seen" "$out" "ok"
}

# Even where that is no signal to end: it must not go on, and take a processor for it.
the_user_goes()
{
	local out

	out=$(terminal 24 80 "output psample 7" hangup:0)
	check_eq "seen" "$out" "ok"
}

an_unknown_terminal()
{
	local out

	out=$(TERM=nonesuch terminal 24 80 "the terminal's type is not known" end:1)
	check_eq "seen" "$out" "ok"
}

an_unknown_span()
{
	check_refused "$sw" 1 "no span is named nope" top nope -c 1
}

a_span_that_goes()
{
	span_add "$sw" mon || return
	top_start mon
	ip -n "$sw" link del mon
	check_wait "a sentence" grep -q "no span is named mon; list them with: vspanctl span show" "$DIR/err"
	wait $!
	check_eq "exit status" $? 1
}

tests_run
