#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make demo: installs what is missing, builds, and shows vspan at work in a
# throw-away VM. The host's kernel, boot loader and network stay as they are.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

BIN=$BUILD/demo
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# step TEXT COMMAND...: one line; the details go to a log.
step()
{
	local text=$1 log=$LOGS/demo-build.log begin=$SECONDS

	shift
	printf '  %-60s ' "$text"
	if ! "$@" >>"$log" 2>&1 </dev/null; then
		echo failed
		tail -n 20 "$log" >&2
		exit 1
	fi
	echo "$((SECONDS - begin)) s"
}

monitor_files()
{
	"$VM/uml.sh" debian
	"$VM/initramfs.sh" monitor
}

build_tools()
{
	make -C "$TOP/tools/vspanctl" -j"$(nproc)" O="$BIN" VERSION="$(version)"
	gcc -O2 -Wall -static -o "$BIN/tapfd" "$TOP/selftests/demo/tapfd.c"
}

main()
{
	local rel out=$LOGS/vm-demo

	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$LOGS" "$BIN"
	: >"$LOGS/demo-build.log"
	cat <<-EOT
	vspan demo. A throw-away VM with a stock Debian kernel runs everything; this
	machine's kernel, boot loader and network are not touched.

	EOT
	"$TOP/selftests/check/deps.sh" demo
	rel=$("$VM/kernels.sh" newest)
	step "Debian's kernel $rel, unpacked under build/" "$VM/kernels.sh" fetch "$rel"
	step "the module for it, built" "$VM/module.sh" "$rel"
	step "vspanctl, built" build_tools
	step "a kernel for the monitor VM, unpacked" monitor_files
	step "how the VM runs best here, found out" "$VM/accel.sh" "$rel"
	echo "  booting (the log: build/logs/vm-demo)"
	"$VM/run.sh" -k "$rel" -t 150 -o "$out" -- env \
		"VSPAN_KO=$BUILD/$rel/src/kmod/vspan.ko" "PATH_ADD=$BIN" \
		"MONITOR_KERNEL=$("$VM/uml.sh" debian)" \
		"MONITOR_INITRAMFS=$("$VM/initramfs.sh" monitor)" \
		"$TOP/selftests/demo/guest.sh"
}

main "$@"
