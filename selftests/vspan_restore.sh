#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# save, restore and -batch: objects that are restored, objects that are not changed, and
# errors, which change nothing.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"saved_is_restored"
	"restored_where_nothing_is"
	"restored_again_nothing_happens"
	"restored_under_traffic_no_frame_is_lost"
	"restored_what_differs"
	"dry_run_shows_what_would_change"
	"default_span_needs_no_line"
	"moved_span_stays_fed"
	"bad_file_changes_nothing"
	"missing_span_changes_nothing"
	"refusal_puts_everything_back"
	"refusal_of_an_output_puts_everything_back"
	"batch_stops_or_goes_on"
	"batch_is_one_process_and_socket"
	"thousand_sources"
	"save_replaces_the_file"
	"save_leaves_the_old_file"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"
# shellcheck source=selftests/lib/events.sh
. "$(dirname "$0")/lib/events.sh"
# shellcheck source=selftests/lib/conf.sh
. "$(dirname "$0")/lib/conf.sh"

saved_is_restored()
{
	local before

	everything || return
	before=$(state)
	check_vspan "$sw" save "$DIR/saved"
	check_vspan "$sw" flush
	check_vspan "$sw" output del mon dev out0
	check_vspan "$sw" output del mon psample 7
	check_vspan "$sw" span set mon frames wire qlen 5
	[ "$(state)" != "$before" ] || fail "nothing was taken away"
	check_vspan "$sw" restore "$DIR/saved"
	check_state "restored" "$before"
	check_vspan "$sw" save "$DIR/again"
	check_ok "the same is saved" cmp "$DIR/saved" "$DIR/again"
	check_eq "to standard output" "$(vspan "$sw" save -)" "$(<"$DIR/saved")"
	check_vspan "$sw" restore - <"$DIR/saved"
	check_state "from standard input" "$before"
}

# As at boot, and by a shell: indexes are others, the rest is the same.
restored_where_nothing_is()
{
	local before

	require_command jq || return
	everything || return
	before=$(state | jq -c 'del(.. | .ifindex?)')
	check_vspan "$sw" save "$DIR/saved"
	ip -n "$sw" link del mon && ip -n "$sw" link del span0
	check_eq "nothing is left" "$(state)" "[]"
	check_vspan "$sw" restore "$DIR/saved"
	check_eq "restored" "$(state | jq -c 'del(.. | .ifindex?)')" "$before"
	ip -n "$sw" link del mon && ip -n "$sw" link del span0
	check_vspan "$sw" -b "$DIR/saved"
	check_eq "as a batch" "$(state | jq -c 'del(.. | .ifindex?)')" "$before"
	ip -n "$sw" link del mon && ip -n "$sw" link del span0
	sed "s|^[^#]|'$VSPANCTL' -n $sw &|" "$DIR/saved" >"$DIR/script"
	check_ok "as a script" sh -e "$DIR/script"
	check_eq "as a script" "$(state | jq -c 'del(.. | .ifindex?)')" "$before"
}

restored_again_nothing_happens()
{
	local before

	everything || return
	check_vspan "$sw" save "$DIR/saved"
	flows "some copies" send eth0 ns="$p2" count=50 recv span0 ns="$sw" count=50
	parse_kv "${LINES[*]}"
	before=$(state -s)
	monitor_start -j || return
	check_vspan "$sw" restore "$DIR/saved"
	check_vspan "$sw" restore "$DIR/all"
	vspan "$sw" span set mon qlen 301
	events_until '"qlen":301' || return
	check_eq "one event" "$(grep -c . <<<"$EVENTS")" 1
	vspan "$sw" span set mon qlen 300
	check_state "counters, bindings" "$before" -s
	json "$sw" -s show
	check_j span0/sources/eth0/stats/rx/packets "${KV[frames]}"
}

# lines FILE: those that are no comment, sorted
lines()
{
	grep -v -e '^#' -e '^$' "$1" | sort
}

# What is shown turns the lines that were saved before into those that are saved after.
dry_run_shows_what_would_change()
{
	local before

	everything && check_vspan "$sw" save "$DIR/saved" || return
	conf new <<-'EOT'
		span add mon frames wire qlen 500 mtu 1500
		add eth0 to span0 vlan 5
		add master br0 to mon dup keep
		add late0
		output add mon dev out0 vlan 201
		output add span0 dev late9
	EOT
	before=$(state)
	check_eq "of the same file" "$(vspan "$sw" restore -n "$DIR/saved")" ""
	vspan "$sw" restore -n "$DIR/new" >"$DIR/shown" || fail "restore -n: $?"
	check_eq "state" "$(state)" "$before"
	check_vspan "$sw" restore "$DIR/new" && check_vspan "$sw" save "$DIR/after" || return
	{
		lines "$DIR/saved" | grep -vxFf <(sed -n 's/^-//p' "$DIR/shown")
		sed -n 's/^+//p' "$DIR/shown"
	} | sort >"$DIR/wanted"
	check_eq "lines" "$(<"$DIR/wanted")" "$(lines "$DIR/after")"
	check_eq "changes" "$(grep -c '^-' "$DIR/shown") $(grep -c '^+' "$DIR/shown")" "9 5"
	conf bad <<<'add eth0 to nospan'
	check_refused "$sw" 1 "no span is named nospan" restore -n "$DIR/bad"
	# a filter without its text looks like none
	check_vspan "$sw" restore "$DIR/saved"
	"$PKT" prog ns="$sw" span=span0 source=eth0 what=accept-all >/dev/null
	check_eq "of a filter of another program" "$(vspan "$sw" restore -n "$DIR/saved")" \
		"-add eth0 to span0, with a filter of another program
+add eth0 rx to span0"
}

# The flow's source is changed, and others come and go.
restored_under_traffic_no_frame_is_lost()
{
	local i

	span_add "$sw" span0 || return
	ip -n "$sw" link set span0 txqueuelen 20000
	conf one <<<'add eth0 rx'
	conf two <<-'EOT'
		add eth0 vlan untagged dup keep
		add x0
		add 'eth[0]*' to span0
	EOT
	check_vspan "$sw" restore "$DIR/one" || return
	defer vspan "$sw" flush
	reader all recv span0 ns="$sw" count=2000 || return
	background traffic send eth0 ns="$p2" count=2000 rate=4000
	for i in {1..10}; do
		check_vspan "$sw" restore "$DIR/two"
		check_vspan "$sw" restore "$DIR/one"
	done
	finish traffic
	check_finish all
}

restored_what_differs()
{
	everything || return
	span_add "$sw" other && check_vspan "$sw" add eth0 to other || return
	check_vspan "$sw" output add other psample 9
	conf new <<-'EOT'
		# all in another order
		output add mon dev out0 vlan 201
		output add span0 dev late9
		add eth0 tx,rx to span0 vlan 5
		add late0
		span add mon frames wire qlen 500
		add master br0 to mon dup keep
	EOT
	check_vspan "$sw" restore "$DIR/new" || return
	json "$sw" show
	check_j mon/frames wire
	check_j mon/qlen 500
	check_j mon/sources/br0/dup keep
	check_j 'mon/sources/vnet*/source' absent
	check_j mon/sources/eth0/source absent
	check_j mon/outputs/out0/vlan 201
	check_j mon/outputs/out0/strip absent
	check_j mon/outputs/7/psample absent
	check_j span0/qlen 4096
	check_j span0/sources/eth0/dir/1 tx
	check_j span0/sources/eth0/vlan 5
	check_j span0/sources/late0/hook tap
	check_j span0/sources/late0/redirect absent
	check_j span0/sources/late1/source absent
	check_j span0/outputs/late9/dev late9
	check_j other/span other "a span the file does not name"
	check_j other/sources/eth0/source absent
	check_eq "its outputs" "$(vspan "$sw" output show other | grep -c psample)" 0
}

default_span_needs_no_line()
{
	defer_spans span0
	conf one <<-'EOT'
		output add span0 psample 1
		add eth0
		add eth1
	EOT
	check_vspan "$sw" restore "$DIR/one" || return
	json "$sw" show
	check_j span0/state up
	check_j span0/sources/eth0/state active
	check_j span0/sources/eth1/state dormant
	ip -n "$sw" link del span0
	conf two <<<'add lo'
	check_refused "$sw" 1 "$DIR/two:1: add lo to span0: " restore "$DIR/two"
	check_state "span0 is gone again" "[]"
}

# What was moved to a container is saved, and its sources are kept, and made again.
moved_span_stays_fed()
{
	local before fed

	everything || return
	check_vspan "$sw" output del mon dev out0
	ip -n "$sw" link set mon netns "$p2"
	defer ip -n "$p2" link del mon
	before=$(state)
	check_vspan "$sw" save "$DIR/saved"
	grep -q "^span add mon netns $p2 " "$DIR/saved" || fail "where?" "$(<"$DIR/saved")"
	check_vspan "$sw" restore "$DIR/saved"
	check_state "nothing changed" "$before"
	grep -v 'vnet' "$DIR/saved" >"$DIR/less"
	check_vspan "$sw" restore "$DIR/less"
	json "$sw" show
	check_j 'mon/sources/vnet*/source' absent
	check_j mon/sources/eth0/source eth0
	fed=$(state)
	check_vspan "$sw" restore "$DIR/saved"
	json "$sw" show
	check_j 'mon/sources/vnet*/source' 'vnet*'
	check_vspan "$sw" restore "$DIR/less"
	check_state "and without again" "$fed"
}

bad_file_changes_nothing()
{
	local before

	everything || return
	before=$(state)
	monitor_start -j || return
	conf bad <<-'EOT'
		add eth0 to mon
		span add new

		add eth1 frob
	EOT
	check_refused "$sw" 2 "$DIR/bad:4: what is \"frob\"? see: vspanctl add help" restore "$DIR/bad"
	printf 'add eth0\nadd "eth1\n' >"$DIR/bad"
	check_refused "$sw" 2 "$DIR/bad:2: the quote \" is not closed" restore "$DIR/bad"
	printf 'add eth0\nadd eth1\nadd eth0 to span0 tx\n' >"$DIR/bad"
	check_refused "$sw" 2 "$DIR/bad:3: \"add eth0 to span0\" is in line 1 already" restore "$DIR/bad"
	check_refused "$sw" 1 "$DIR/none: No such file" restore "$DIR/none"
	vspan "$sw" span set mon qlen 301
	events_until '"qlen":301'
	check_eq "one event" "$(grep -c . <<<"$EVENTS")" 1
	vspan "$sw" span set mon qlen 300
	check_state "nothing changed" "$before"
}

missing_span_changes_nothing()
{
	local before

	everything || return
	before=$(state)
	conf bad <<-'EOT'
		span add new
		add eth1 to new
		add eth0 to nowhere
	EOT
	check_refused "$sw" 1 "$DIR/bad:3: add eth0 to nowhere: no span is named nowhere; make it with a line: span add nowhere" \
		restore "$DIR/bad"
	conf bad <<<'output add nowhere dev out0'
	check_refused "$sw" 1 "$DIR/bad:1: output add nowhere dev out0: no span is named nowhere" \
		restore "$DIR/bad"
	check_state "nothing changed" "$before"
}

# In the middle: spans and sources were made, set and taken away before.
refusal_puts_everything_back()
{
	local before

	everything || return
	flows "some copies" send eth0 ns="$p2" count=20 recv span0 ns="$sw" count=20
	before=$(state -s)
	conf bad <<-'EOT'
		span add new qlen 7
		span add mon frames wire qlen 8
		add eth0 tx to mon vlan 3
		add eth0 rx,tx vlan 4
		add eth1 to new
		add lo to new
		add eth2 to new
	EOT
	check_refused "$sw" 1 "$DIR/bad:6: add lo to new: a loopback device" restore "$DIR/bad"
	check_state "as before" "$before" -s
	[ -z "$(ip -n "$sw" link show new 2>/dev/null)" ] || fail "the span new is still there"
}

# The last step: all sources that go are gone already, and come back.
refusal_of_an_output_puts_everything_back()
{
	local before

	everything || return
	before=$(state)
	conf bad <<-'EOT'
		add eth1
		output add span0 dev lo
	EOT
	check_refused "$sw" 1 "$DIR/bad:2: output add lo to span0: " restore "$DIR/bad"
	check_state "as before" "$before"
}

batch_stops_or_goes_on()
{
	local out

	defer_spans span0
	conf cmds <<-'EOT'
		add eth0 rx	# makes span0
		add eth0
		show
		add 'vnet*' \
			tx
	EOT
	check_refused "$sw" 1 "$DIR/cmds:2: add eth0 to span0: the span has this source already" -b "$DIR/cmds"
	json "$sw" show
	check_j span0/sources/eth0/source eth0
	check_j 'span0/sources/vnet*/source' absent
	vspan "$sw" flush
	out=$(vspan "$sw" -force -j -b "$DIR/cmds" 2>"$DIR/err")
	check_eq "exit code with -force" $? 1
	check_eq "its sentence" "$(<"$DIR/err")" "vspanctl: $DIR/cmds:2: add eth0 to span0: \
the span has this source already; change it with set or delete it first"
	[[ $out == '[{"span":"span0"'*']' ]] || fail "show in a batch" "$out"
	json "$sw" show
	check_j 'span0/sources/vnet*/dir/0' tx
	out=$(printf 'show\nshow span0\n' | vspan "$sw" -j -batch - | "$PKT" json | grep -c '^span0/ifindex ')
	check_eq "two arrays" "$out" 2
}

# The sockets of the batch that runs, in REPLY; there is one at least
batch_sockets()
{
	local fd

	REPLY=''
	for fd in "/proc/$BATCH_PID/fd/"*; do
		REPLY+=" $(readlink "$fd" | grep socket:)"
	done
	REPLY=${REPLY// /}
	[ -n "$REPLY" ]
}

has_source()
{
	json "$sw" show && [ -v "J[span0/sources/$1/source]" ]
}

batch_is_one_process_and_socket()
{
	local first i

	span_add "$sw" span0 || return
	mkfifo "$DIR/fifo"
	"$VSPANCTL" -n "$sw" -b "$DIR/fifo" &
	BATCH_PID=$!
	defer kill_quietly "$BATCH_PID"
	exec {BATCH_FD}>"$DIR/fifo"
	echo "add b0" >&"$BATCH_FD"
	check_wait "b0 is there" has_source b0 && batch_sockets || return
	first=$REPLY
	for i in {1..50}; do
		echo "add b$i"
	done >&"$BATCH_FD"
	check_wait "b50 is there" has_source b50 && batch_sockets
	check_eq "sockets" "$REPLY" "$first"
	exec {BATCH_FD}>&-
	wait "$BATCH_PID" || fail "the batch: exit code $?"
	check_eq "sources" "$(state | grep -o '"source":' | wc -l)" 51
}

ms()
{
	local start=${EPOCHREALTIME/[^0-9]/}

	"${@:2}" || fail "${*:2}"
	echo "# $1: $(((${EPOCHREALTIME/[^0-9]/} - start) / 1000)) ms"
}

thousand_sources()
{
	local n i

	span_add "$sw" mon || return
	for n in 500 1000; do
		for ((i = 0; i < n; i += 4)); do
			printf 'add s%d to mon\nadd "p%d*" rx to mon vlan %d\n' "$i" "$i" $((i + 1))
			printf 'add master m%d to mon\nadd d%d tx to mon dup keep\n' "$i" "$i"
		done >"$DIR/$n"
		ms "restore of $n sources, all new" vspan "$sw" restore "$DIR/$n"
		ms "once more" vspan "$sw" restore "$DIR/$n"
		check_eq "sources" "$(state | grep -o '"source":' | wc -l)" "$n"
		ms "save of $n sources" vspan "$sw" save "$DIR/saved"
		check_eq "lines" "$(grep -c '^add ' "$DIR/saved")" "$n"
		sed 's/ tx / rx /' "$DIR/$n" >"$DIR/changed"
		ms "restore with a quarter changed" vspan "$sw" restore "$DIR/changed"
		ms "restore of none" vspan "$sw" restore /dev/null
		check_eq "sources" "$(state | grep -o '"source":' | wc -l)" 0
	done
}

save_replaces_the_file()
{
	everything || return
	echo old >"$DIR/real"
	chmod 640 "$DIR/real"
	chown 1:2 "$DIR/real"
	ln -s real "$DIR/link"
	check_vspan "$sw" save "$DIR/link"
	[ -L "$DIR/link" ] || fail "the link was replaced"
	check_eq "owner and mode" "$(stat -c %u:%g:%a "$DIR/real")" 1:2:640
	check_eq "lines" "$(grep -vc '^#\|^$' "$DIR/real")" 11
	(umask 027; vspan "$sw" save "$DIR/fresh")
	check_eq "mode of a new file" "$(stat -c %a "$DIR/fresh")" 640
	check_eq "files left behind" "$(find "$DIR" -name '.vspan*')" ""
}

save_leaves_the_old_file()
{
	local i

	everything || return
	mkdir "$DIR/small"
	mount -t tmpfs -o size=8k small "$DIR/small" || return
	defer umount "$DIR/small"
	echo old >"$DIR/small/conf"
	for ((i = 0; i < 300; i++)); do
		echo "add 'a long name of a pattern for a device*$i' to mon"
	done >"$DIR/many"
	check_vspan "$sw" -b "$DIR/many"
	check_refused "$sw" 1 "save to $DIR/small/conf: No space left on device" save "$DIR/small/conf"
	check_eq "on a full file system" "$(<"$DIR/small/conf")" old
	mount -o remount,ro "$DIR/small"
	check_refused "$sw" 1 "save to $DIR/small/conf: Read-only file system" save "$DIR/small/conf"
	check_eq "on a read-only file system" "$(<"$DIR/small/conf")" old
	check_eq "files left behind" "$(ls -A "$DIR/small")" conf
	check_refused "$sw" 1 "save to $DIR/no/conf: No such file or directory" save "$DIR/no/conf"
	check_refused "$sw" 1 "save to $DIR: it is no file that can be replaced" save "$DIR"
	check_refused "$sw" 1 "save to /dev/null: it is no file that can be replaced" save /dev/null
	[ -c /dev/null ] || fail "/dev/null is no device any more"
	vspan "$sw" save - >/dev/full 2>"$DIR/err"
	check_eq "to a full standard output" "$?: $(<"$DIR/err")" \
		"1: vspanctl: write the output: No space left on device"
}

tests_run
