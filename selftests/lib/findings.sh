# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154	# lib.sh and topo.sh set and read the names
# What vspanctl check finds, and whether what it prints against it helps.

setup()
{
	require_command jq ethtool tcpdump tc || return
	BIN=$(mktemp -d) || return
	defer rm -rf "$BIN"
	ln -s "$VSPANCTL" "$BIN/vspanctl"
	modprobe -aq bonding nf_tables
	topo_bridge
}

# In the netns, with the tool in the path: as an operator there would.
shell()
{
	PATH=$BIN:$PATH ip netns exec "$sw" bash -c "$1"
}

# checked [WORDS]: the findings, one a line, key severity and fix, in FOUND; RC
checked()
{
	local out

	out=$(shell "vspanctl -j check $*")
	RC=$?
	FOUND=$(jq -r '.[] | "\(.finding) \(.severity) \(.fix)"' <<<"$out")
	TAKEN=$(jq -r '.[] | select(.takes) | "\(.finding) \(.takes)"' <<<"$out")
}

# has KEY: its severity and fix in SEVERITY and FIX, what that takes away in TAKES
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

# cured KEY SEVERITY [FIX]: found, and gone by what is printed
cured()
{
	finds "$1" "$2" || return
	[ $# -lt 3 ] || check_eq "what ends $1" "$FIX" "$3"
	check_ok "what ends $1" shell "$FIX"
	check_wait "$1 is gone by: $FIX" gone "$1"
}

# mirrored SOURCE...: to span0, which is read
mirrored()
{
	source_add "$sw" "$@" || return
	reader all count span0 ns="$sw" end=0 timeout=0
}

# Both ways; it has been counted at p1 and p2 when it is received. The stream's numbers
# are not that of the reader of span0, who goes on.
traffic()
{
	local -a there=(id=98) back=(id=99 src=02:00:00:00:00:02 dst=02:00:00:00:00:01)

	flows "traffic" send eth0 ns="$p1" "${there[@]}" recv eth0 ns="$p2" "${there[@]}" \
		send eth0 ns="$p2" "${back[@]}" recv eth0 ns="$p1" "${back[@]}"
}
