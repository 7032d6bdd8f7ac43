#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Boots a Debian kernel in QEMU on the host's root file system (read-only under a
# tmpfs: nothing on the host changes), runs a command there and judges the run.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=selftests/vm/boot.sh
. "$(dirname "$0")/boot.sh"

HERE=$(dirname "$(readlink -f "$0")")

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
	NICS=1 gives the machine four NICs on one hub, for vspan_nic.sh.
	COMMAND runs as root in the top directory of the repository. Exit status: its
	own, 1 if the kernel complained or died, 124 if the time was up.
	EOT
}

# KCSAN watches one in 200 accesses, in soft interrupts for as long as in tasks.
KCSAN_ARGS='panic_on_warn=0 kcsan.skip_watch=200 kcsan.udelay_interrupt=80'

# The emulated machine's clock, told: see tsc.c.
clock_args()
{
	local tsc=$BUILD/tsc

	[[ $1 == *tcg* ]] || return 0
	if [ ! "$tsc" -nt "$HERE/tsc.c" ]; then
		gcc -O2 -Wall -Wextra -o "$tsc.$$" "$HERE/tsc.c"
		mv "$tsc.$$" "$tsc"
	fi
	echo "tsc_early_khz=$("$tsc")"
}

# kernel_args ACCEL
kernel_args()
{
	# panic=-1 with -no-reboot ends QEMU at once. An emulated CPU is slow and
	# shares the host's: stall detectors get time. (6.1 knows them as sysctls.)
	# maxcpus=1: init.c starts the other processor. KCSAN's reports would be warnings
	# that end the machine, whoever's race it is: see races.sh.
	echo "console=ttyS0 maxcpus=1 panic=-1 oops=panic" \
		"$([[ $REL == *-kcsan ]] && echo "$KCSAN_ARGS" || echo panic_on_warn=1)" \
		"softlockup_panic=1 nmi_watchdog=0 watchdog_thresh=60" \
		"rcupdate.rcu_cpu_stall_timeout=120 mitigations=off" \
		"no_timer_check tsc=reliable $(clock_args "$1") random.trust_cpu=on selinux=0 apparmor=0" \
		"-- $HERE/guest.sh $OUTDIR/job"
}

# The older machine describes interrupt routing by a loop in ACPI. With all debugging, it
# takes the kernel longer than ACPI allows.
chipset()
{
	case $REL in
	*-kcsan) echo q35 ;;
	*) echo pc ;;
	esac
}

# Four NICs on one hub, for vspan_nic.sh, where NICS is set
nics()
{
	local model n=0

	[ -n "${NICS:-}" ] || return 0
	for model in virtio-net-pci e1000e vmxnet3 virtio-net-pci; do
		echo "-netdev hubport,id=nic$n,hubid=1" \
			"-device $model,netdev=nic$n,mac=02:00:00:00:0f:0$n,romfile="
		n=$((n + 1))
	done
}

machine()
{
	local accel

	accel=$("$HERE/accel.sh" "$REL")
	# shellcheck disable=SC2046,SC2086
	exec qemu-system-x86_64 -M "$(chipset)" $accel -smp 2 -m "$MEM" \
		-nodefaults -no-reboot -no-user-config -display none -nic none $(nics) \
		-kernel "$SYSROOT/boot/vmlinuz-$REL" -initrd "$INITRAMFS" \
		-append "$(kernel_args "$accel")" \
		-serial "file:$OUTDIR/console.log" \
		-device virtio-serial-pci \
		-chardev "file,id=stdio,path=$OUTDIR/output.log" \
		-device virtserialport,chardev=stdio,name=stdio \
		-chardev "file,id=status,path=$OUTDIR/status" \
		-device virtserialport,chardev=status,name=status \
		-virtfs local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$OUTDIR,mount_tag=outdir,security_model=none,multidevs=remap"
}

end_machine()
{
	kill "$1" 2>/dev/null || true
}

main()
{
	parse_args "$@"
	[ -n "$REL" ] || REL=$("$HERE/kernels.sh" newest)
	need_amd64
	need_plain_path "$TOP"
	SYSROOT=$("$HERE/kernels.sh" path "$REL")
	INITRAMFS=$("$HERE/initramfs.sh" "$REL")
	make_outdir "$REL"
	boot_and_exit
}

main "$@"
