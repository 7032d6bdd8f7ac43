#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make bench: what mirroring costs, ours and everyone else's, in user-mode Linux at
# native speed. Nothing of this machine is changed. Progress and a table go to the
# terminal, all figures to build/bench.json.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
KERNEL=${KERNEL:-uml-bench}
TOOL=$BUILD/tool

usage()
{
	cat <<-EOT
	Usage: bench.sh [-s SVG | -q]
	  -s SVG  draw the chart, too
	  -q      only see that all is counted right: one short round, in the
	          selftests' kernel, with the peers that it has
	Parameters are environment variables:
	  ROUNDS  of all rows, one after the other (default: 9)
	  BURSTS  of 64 frames, of each row in a round (default: 25)
	  TCP_MB  of a transfer (default: 16)
	  CASES   which (default: all); CASES=help lists them
	  NICE    of the machine (default: -5)
	EOT
}

# A module outside of this tree's own, in a directory of its own.
build_generator()
{
	local dir=$BUILD/$KERNEL/gen

	mkdir -p "$dir"
	cp -u "$HERE"/gen/* "$dir/"
	make -s -C "$BUILD/$KERNEL/obj" ARCH=um "M=$dir" modules >"$LOGS/bench-gen.log" 2>&1 ||
		{ cat "$LOGS/bench-gen.log" >&2; die "the generator does not build"; }
	GEN_KO=$dir/vspan_gen.ko
}

build()
{
	[ -n "$QUICK" ] || "$TOP/selftests/check/deps.sh" bench
	say "kernel, module, tool (the first time takes some minutes)"
	"$VM/uml.sh" "$KERNEL" >/dev/null
	VSPAN_KO=$("$VM/module.sh" "$KERNEL" 2>"$LOGS/bench-module.log") ||
		{ cat "$LOGS/bench-module.log" >&2; die "the module does not build"; }
	build_generator
	[ -n "$QUICK" ] ||
		OVS=$(dirname "$("$VM/unpacked.sh" openvswitch-switch usr/bin/ovs-dpctl)")
	make -s -C "$TOP/tools/vspanctl" O="$TOOL" VERSION="$(version)" >/dev/null
}

measure()
{
	nice -n "${NICE:--5}" "$VM/uml-run.sh" -k "$KERNEL" -m 512 -t "${TIMEOUT:-1800}" \
		-o "$OUT" -- env "VSPAN_KO=$VSPAN_KO" "GEN_KO=$GEN_KO" \
		"VSPANCTL=$TOOL/vspanctl" "OVS=${OVS:-/usr/bin}" "ROUNDS=${ROUNDS:-}" "BURSTS=${BURSTS:-}" \
		"TCP_MB=${TCP_MB:-}" "CASES=${CASES:-}" "PEERS=${PEERS:-}" \
		"$HERE/guest.sh" "$OUT"
}

quick()
{
	QUICK=1 KERNEL=uml ROUNDS=1 BURSTS=5 TCP_MB=1
	CASES='receive single forward both_ways vlan_filter pcap_filter unread stalled'
	CASES+=' snaplen tcp'
	PEERS='nobody tc vspan unread tc_sink vspan_sink'
}

main()
{
	local svg='' json=$BUILD/bench.json

	QUICK=''
	while getopts s:qh opt; do
		case $opt in
		s) svg=$OPTARG ;;
		q) quick ;;
		h) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
	done
	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$LOGS"
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	OUT=$LOGS/bench${QUICK:+-quick}
	[ -z "$QUICK" ] || json=$OUT/bench.json
	rm -rf "$OUT"
	build
	say "measuring; the load of this machine is $(cut -d ' ' -f 1 /proc/loadavg)"
	measure
	python3 -B "$HERE/report.py" "$OUT/raw.json" "$json" ${svg:+"$svg"}
}

main "$@"
