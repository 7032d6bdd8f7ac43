# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154	# lib.sh and topo.sh set and read the names
# Checks the findings of vspanctl check, and that the commands that it prints as their
# remedy work.

setup()
{
	require_command jq ethtool tcpdump tc || return
	BIN=$(mktemp -d) || return
	defer rm -rf "$BIN"
	ln -s "$VSPANCTL" "$BIN/vspanctl"
	modprobe -aq bonding nf_tables
	topo_bridge
}

# Run a command in the netns like an operator, with the tool in the path.
shell()
{
	PATH=$BIN:$PATH ip netns exec "$sw" bash -c "$1"
}

# checked [WORDS]: put the findings into FOUND, one per line: key, severity, fix. Set RC.
checked()
{
	local out

	out=$(shell "vspanctl -j check $*")
	RC=$?
	FOUND=$(jq -r '.[] | "\(.finding) \(.severity) \(.fix)"' <<<"$out")
	TAKEN=$(jq -r '.[] | select(.takes) | "\(.finding) \(.takes)"' <<<"$out")
}

# has KEY: put its severity and fix into SEVERITY and FIX, and what the fix removes into
# TAKES
has()
{
	local key severity line

	while read -r key severity line; do
		[ "$key" == "$1" ] || continue
		SEVERITY=$severity FIX=$line
		TAKES=$(sed -n "s/^$key //p" <<<"$TAKEN")
		return 0
	done <<<"$FOUND"
	return 1
}

gone()
{
	checked "${@:2}" && ! has "$1"
	! has "$1"
}

# finds KEY SEVERITY [WORDS]
finds()
{
	checked "${@:3}"
	has "$1" || { fail "$1 is not found" "${FOUND:-nothing is found}"; return 1; }
	check_eq "severity of $1" "$SEVERITY" "$2"
	[ "$2" == note ] || check_eq "exit status" "$RC" 1
}

# cured KEY SEVERITY [FIX]: the finding exists, and the printed command removes it
cured()
{
	finds "$1" "$2" || return
	[ $# -lt 3 ] || check_eq "what ends $1" "$FIX" "$3"
	check_ok "what ends $1" shell "$FIX"
	check_wait "$1 is gone by: $FIX" gone "$1"
}

# mirrored SOURCE...: add sources to span0, which has a reader
mirrored()
{
	source_add "$sw" "$@" || return
	reader all count span0 ns="$sw" end=0 timeout=0
}

# Send frames both ways; they are counted at p1 and p2 when they are received. The ids of
# the streams differ from that of the reader of span0, which continues.
traffic()
{
	local -a there=(id=98) back=(id=99 src=02:00:00:00:00:02 dst=02:00:00:00:00:01)

	flows "traffic" send eth0 ns="$p1" "${there[@]}" recv eth0 ns="$p2" "${there[@]}" \
		send eth0 ns="$p2" "${back[@]}" recv eth0 ns="$p1" "${back[@]}"
}
