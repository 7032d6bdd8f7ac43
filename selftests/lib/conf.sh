# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Configuration files for tests of save and restore; sourced after topo.sh.
# shellcheck disable=SC2154	# setup_ns sets sw

setup()
{
	topo_cable || return 1
	ip -n "$sw" -b - <<-EOT || return 1
		link add out0 type veth peer name out1
		link set out0 up
		link set out1 up
		link add br0 type bridge
	EOT
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
}

# Write the lines of a configuration from stdin to a file
conf()
{
	cat >"$DIR/$1"
}

# Configure objects of every kind; undone at the end of the test case
everything()
{
	conf all <<-'EOT'
		span add mon frames asis qlen 300
		add 'vnet*' rx to mon vlan 10,20-30,untagged
		add master br0 to mon dup keep
		add eth0 tx to mon promisc
		output add mon dev out0 vlan 200 strip
		output add mon psample 7
		span add span0 qlen 4096
		add eth0 rx
		add tap[0-9] tx
		add late0 redirect
		add late1 rx hook rx-handler
	EOT
	defer_spans mon span0
	check_vspan "$sw" -b "$DIR/all"
}

defer_spans()
{
	local span

	for span in "$@"; do
		defer ip -n "$sw" link del "$span"
	done
}

# Print the whole state; with counters if called with -s
state()
{
	"$VSPANCTL" -n "$sw" "$@" -j show
}

# check_state WHAT WANT [-s]
check_state()
{
	check_eq "$1" "$(state "${@:3}")" "$2"
}
