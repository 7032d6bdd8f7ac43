#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# README.md: the lines under "Use" are run unchanged, with the devices that they name;
# then frames show that the configuration works.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"use"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

README=$TOP/README.md

setup()
{
	require_command tcpdump || return
	topo_bridge && setup_ns a b c || return
	ip -n "$sw" link add eth0 up type veth peer name eth0 netns "$a" &&
		ip -n "$sw" link add eth1 up type veth peer name eth0 netns "$b" &&
		ip -n "$sw" link add eth2 up type veth peer name eth0 netns "$c" || return
	for ns in "$a" "$b" "$c"; do
		ip -n "$ns" link set eth0 up && wait_up "$ns" eth0 || return
	done
	DIR=$(mktemp -d) || return
	defer rm -rf "$DIR"
	mkdir "$DIR/bin" && cp "$VSPANCTL" "$DIR/bin/vspanctl" && cp -a /etc "$DIR/etc"
}

# The indented lines under a heading
lines_under()
{
	awk -v head="**$1**" '$0 == head { on = 1; next } /^[^ ]/ { on = 0 } on && /^    / { sub(/^    /, ""); print }' "$README"
}

# as_written LINE: where /etc is a copy of the host's. Its output is in $DIR/out.
as_written()
{
	exec ip netns exec "$sw" bash -c "mount --bind '$DIR/etc' /etc && PATH=$DIR/bin:\$PATH && $1" \
		</dev/null >"$DIR/out" 2>&1
}

# ends LINE STATUS...: with one of these
ends()
{
	local rc=0

	(as_written "$1") || rc=$?
	[[ " ${*:2} " == *" $rc "* ]] || fail "'$1': exit status $rc" "$(<"$DIR/out")"
}

# goes_on LINE TEXT: until it is interrupted; by then it has said this
goes_on()
{
	(as_written "exec $1") &
	check_wait "'$1' says '$2'" grep -q "$2" "$DIR/out"
	kill_quietly $!
}

use()
{
	local line n=0

	while read -r line; do
		n=$((n + 1))
		case $line in
		"vspanctl top"*) goes_on "$line" packets/s ;;
		tcpdump*) goes_on "$line" "listening on span0" ;;
		# Nobody reads these spans.
		"vspanctl check"*) ends "$line" 1 ;;
		*) ends "$line" 0 ;;
		esac
		case $line in
		"vspanctl check"*) grep -q "nobody reads span0" "$DIR/out" || fail "$line" "$(<"$DIR/out")" ;;
		"vspanctl del"*) json_is "$sw" span0/sources/eth0/kind name && fail "eth0 is still there" ;;
		"vspanctl save"*) grep -q '^add master br0 ' "$DIR/etc/vspan.conf" || fail "$line" "$(<"$DIR/etc/vspan.conf")" ;;
		esac
	done < <(lines_under Use)
	[ "$n" -ge 10 ] || fail "README.md has $n lines of use"
	flows "through the bridge, to the output" recv eth0 ns="$c" id=1 count=10 outer=200 \
		send eth0 ns="$p1" id=1 count=10
}

tests_run
