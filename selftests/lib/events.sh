# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Reads the events of vspanctl monitor in the netns sw; sourced after lib.sh.
# shellcheck disable=SC2154	# setup_ns sets sw

# monitor_start [-j]: start the monitor, whose events are read from EVENTS_FD. Changes are
# repeated until it prints one, since it has subscribed then; their events are discarded.
monitor_start()
{
	local i line

	exec {EVENTS_FD}< <(exec "$VSPANCTL" -n "$sw" "$@" monitor 2>&1)
	defer kill_quietly $!
	for ((i = 0; i < 200; i++)); do
		vspan "$sw" add "sync$i" && vspan "$sw" del "sync$i"
		read -r -t 0.2 -u "$EVENTS_FD" line && break
	done
	[ -n "${line:-}" ] || { fail "the monitor tells nothing"; return 1; }
	vspan "$sw" add synced && vspan "$sw" del synced
	events_until synced && events_until synced
}

# Read events up to one that contains $1 into EVENTS.
events_until()
{
	local line

	EVENTS=''
	while read -r -t $((DEADLINE / 1000)) -u "$EVENTS_FD" line; do
		EVENTS+=$line$'\n'
		[[ $line != *"$1"* ]] || return 0
	done
	fail "no event '$1' after:" "$EVENTS"
	return 1
}
