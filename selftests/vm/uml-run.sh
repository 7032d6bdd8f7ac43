#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Boots user-mode Linux on the host's root file system (read-only under a tmpfs:
# nothing on the host changes), runs a command there and judges the run. Two CPUs, if
# it is built for them, at native speed; QEMU can be run inside.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=selftests/vm/boot.sh
. "$(dirname "$0")/boot.sh"

HERE=$(dirname "$(readlink -f "$0")")

usage()
{
	cat <<-EOT
	Usage: uml-run.sh [-k NAME] [-m MEM] [-t TIMEOUT] [-o OUTDIR] -- COMMAND [ARG...]
	  -k NAME     kernel, as uml.sh builds it (default: uml)
	  other options and exit status: as run.sh has them
	EOT
}

# A kernel for several CPUs needs seccomp to trap system calls.
cpus()
{
	! grep -qx 'CONFIG_SMP=y' "$SYSROOT/obj/.config" || echo ncpus=2
}

# The lines ssl0 and ssl1 are what the virtio ports of run.sh's machine are. The
# kernel ends by killing its process group: it gets one of its own.
machine()
{
	# shellcheck disable=SC2046	# a word or none
	exec setsid "$SYSROOT/obj/linux" "mem=${MEM}M" "initrd=$INITRAMFS" $(cpus) seccomp=on \
		con0=null,fd:1 con=null ssl0=null,fd:3 ssl1=null,fd:4 ssl=null \
		"uml_dir=$OUTDIR/uml" umid=machine \
		panic=-1 oops=panic panic_on_warn=1 root=none console=tty0 VM_ROOT=hostfs \
		-- "$HERE/guest.sh" "$OUTDIR/job" \
		>"$OUTDIR/console.log" 2>&1 3>"$OUTDIR/output.log" 4>"$OUTDIR/status"
}

end_machine()
{
	kill -KILL -- "-$1" 2>/dev/null || kill -KILL "$1" 2>/dev/null || true
}

main()
{
	local name

	parse_args "$@"
	name=${REL:-uml}
	need_amd64
	need_plain_path "$TOP"
	SYSROOT=$("$HERE/uml.sh" "$name")
	REL=$(cat "$SYSROOT/obj/include/config/kernel.release")
	INITRAMFS=$("$HERE/initramfs.sh" uml)
	make_outdir "$name"
	boot_and_exit
}

main "$@"
