#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Boots a Debian kernel in QEMU on the host's root file system (read-only under a
# tmpfs: nothing on the host changes), runs a command there and judges the run.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
BAD='BUG:|kernel BUG|WARNING:|Oops|Call Trace|Kernel panic|general protection'
BAD+='|leaked|unregister_netdevice: waiting|rcu.*detected.*stall|kthread starved|soft lockup'
BAD+='|possible (circular|recursive)|suspicious RCU|blocked for more than'
BAD+='|Out of memory:|vm-init: '

usage()
{
	cat <<-EOT
	Usage: run.sh [-k REL] [-m MEM] [-t TIMEOUT] [-o OUTDIR] -- COMMAND [ARG...]
	  -k REL      kernel: one of 'kernels.sh list' (default: the newest)
	  -m MEM      megabytes of memory (default 1024)
	  -t TIMEOUT  seconds until the VM is stopped (default 300)
	  -o OUTDIR   keeps console.log, output.log and verdict ("healthy" or what
	              was wrong with the machine); the command can write here too:
	              the only directory it shares with the host
	COMMAND runs as root in the top directory of the repository. Exit status: its
	own, 1 if the kernel complained or died, 124 if the time was up.
	EOT
}

parse_args()
{
	REL='' MEM=1024 TIMEOUT=300 OUTDIR=''
	local opt

	while getopts k:m:t:o:h opt; do
		case $opt in
		k) REL=$OPTARG ;;
		m) MEM=$OPTARG ;;
		t) TIMEOUT=$OPTARG ;;
		o) OUTDIR=$OPTARG ;;
		h) usage; exit 0 ;;
		*) usage >&2; exit 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -gt 0 ] || { usage >&2; exit 2; }
	COMMAND=("$@")
	[ -n "$REL" ] || REL=$("$HERE/kernels.sh" newest)
}

make_outdir()
{
	KEEP=$OUTDIR
	mkdir -p "$LOGS"
	[ -n "$OUTDIR" ] || OUTDIR=$(mktemp -d "$LOGS/vm-$REL.XXXXXX")
	mkdir -p "$OUTDIR"
	OUTDIR=$(cd "$OUTDIR" && pwd -P)
	need_plain_path "$OUTDIR"
	rm -f "$OUTDIR"/{console.log,output.log,status,qemu.log,verdict}
	touch "$OUTDIR"/{console.log,output.log,status}
	# 9p shows the VM the host's files; the job is read from there.
	declare -p REL SYSROOT TOP OUTDIR COMMAND >"$OUTDIR/job"
}

kernel_args()
{
	# panic=-1 with -no-reboot ends QEMU at once. An emulated CPU is slow and
	# shares the host's: stall detectors get time. (6.1 knows them as sysctls.)
	echo "console=ttyS0 panic=-1 oops=panic panic_on_warn=1" \
		"softlockup_panic=1 nmi_watchdog=0 watchdog_thresh=60" \
		"rcupdate.rcu_cpu_stall_timeout=120 mitigations=off" \
		"no_timer_check tsc=reliable random.trust_cpu=on selinux=0 apparmor=0" \
		"-- $HERE/guest.sh $OUTDIR/job"
}

qemu()
{
	local accel

	accel=$("$HERE/accel.sh" "$REL")
	# shellcheck disable=SC2086
	exec qemu-system-x86_64 -M pc $accel -smp 2 -m "$MEM" \
		-nodefaults -no-reboot -no-user-config -display none -nic none \
		-kernel "$SYSROOT/boot/vmlinuz-$REL" -initrd "$INITRAMFS" \
		-append "$(kernel_args)" \
		-serial "file:$OUTDIR/console.log" \
		-device virtio-serial-pci \
		-chardev "file,id=stdio,path=$OUTDIR/output.log" \
		-device virtserialport,chardev=stdio,name=stdio \
		-chardev "file,id=status,path=$OUTDIR/status" \
		-device virtserialport,chardev=status,name=status \
		-virtfs local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$OUTDIR,mount_tag=outdir,security_model=none,multidevs=remap"
}

# Sets ENDED to qemu's exit status, or 124.
boot()
{
	local watchdog

	qemu </dev/null >"$OUTDIR/qemu.log" 2>&1 &
	QEMU=$!
	# Writes nothing and holds no pipe open, whatever the caller does with ours.
	(sleep "$TIMEOUT" && touch "$OUTDIR/timeout" && kill "$QEMU") \
		</dev/null >/dev/null 2>&1 &
	watchdog=$!
	tail -q -s 0.2 -n +1 -f --pid="$QEMU" "$OUTDIR/output.log"
	ENDED=0
	wait "$QEMU" || ENDED=$?
	QEMU=
	pkill -P "$watchdog" 2>/dev/null || true
	wait "$watchdog" 2>/dev/null || true
	if [ -e "$OUTDIR/timeout" ]; then
		rm "$OUTDIR/timeout"
		ENDED=124
	fi
}

failed()
{
	local code=$1

	shift
	echo "$*" >"$OUTDIR/verdict"
	say "kernel $REL: $*"
	say "last lines of $OUTDIR/console.log:"
	tail -n "${TAIL:-25}" "$OUTDIR/console.log" | tr -d '\r' | sed 's/^/  | /' >&2
	exit "$code"
}

# The command's own exit status counts only if the kernel stayed healthy and the
# machine went down in order.
judge()
{
	local status log=$OUTDIR/console.log

	status=$(sed -n 's/^exit=\([0-9]*\)$/\1/p' "$OUTDIR/status")
	[ "$ENDED" -ne 124 ] || failed 124 "stopped after $TIMEOUT s"
	if [ ! -s "$log" ]; then
		cat "$OUTDIR/qemu.log" >&2
		failed 1 "QEMU did not start the kernel"
	fi
	if grep -qE "$BAD" "$log"; then
		grep -E "$BAD" "$log" | head -n 5 >&2
		TAIL=80 failed 1 "complained; see the lines above"
	fi
	[ -n "$status" ] || failed 1 "died before the command ended"
	grep -q 'reboot: Power down' "$log" || failed 1 "did not switch off in order"
	echo healthy >"$OUTDIR/verdict"
	return "$status"
}

# shellcheck disable=SC2317
cleanup()
{
	[ -z "${QEMU:-}" ] || kill "$QEMU" 2>/dev/null || true
}

main()
{
	local rc=0

	parse_args "$@"
	need_amd64
	need_plain_path "$TOP"
	SYSROOT=$("$HERE/kernels.sh" path "$REL")
	INITRAMFS=$("$HERE/initramfs.sh" "$REL")
	make_outdir
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	boot
	judge || rc=$?
	[ -n "$KEEP" ] || rm -rf "$OUTDIR"
	exit "$rc"
}

main "$@"
