# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions of run.sh and uml-run.sh: start a test machine, show its output, and evaluate
# the run. Sourced after common.sh by a script that defines usage, machine (which executes
# the machine), and main, which calls these functions in order.
# shellcheck disable=SC2034,SC2154

# shellcheck source=selftests/lib/races.sh
. "$TOP/selftests/lib/races.sh"

# Booting takes 12 s on an idle processor; with all debugging or other load, minutes.
BOOT_TIMEOUT=${BOOT_TIMEOUT:-600}

BAD='BUG:|kernel BUG|WARNING:|Oops|Call Trace|Kernel panic|general protection'
BAD+='|leaked|unregister_netdevice: waiting|rcu.*detected.*stall|kthread starved|soft lockup'
BAD+='|possible (circular|recursive)|suspicious RCU|blocked for more than'
BAD+='|Out of memory:|vm-init: '

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
}

# make_outdir NAME: also writes the job into it. The machine reads the job from there,
# since it sees the host's files.
make_outdir()
{
	KEEP=$OUTDIR
	mkdir -p "$LOGS"
	[ -n "$OUTDIR" ] || OUTDIR=$(mktemp -d "$LOGS/vm-$1.XXXXXX")
	mkdir -p "$OUTDIR"
	OUTDIR=$(cd "$OUTDIR" && pwd -P)
	need_plain_path "$OUTDIR"
	rm -f "$OUTDIR"/{console.log,output.log,status,machine.log,verdict}
	touch "$OUTDIR"/{console.log,output.log,status}
	declare -p REL SYSROOT TOP OUTDIR COMMAND >"$OUTDIR/job"
}

# outlives SECONDS PID: true if the process still runs after this time
outlives()
{
	local rc=0

	timeout "$1" tail -f --pid="$2" /dev/null || rc=$?
	[ "$rc" -eq 124 ]
}

# Ends a machine that has not started its command after BOOT_TIMEOUT, or has not ended
# after TIMEOUT, and leaves a file that tells which.
watch_machine()
{
	local left=$TIMEOUT

	if [ "$left" -gt "$BOOT_TIMEOUT" ]; then
		outlives "$BOOT_TIMEOUT" "$MACHINE" || return 0
		if [ ! -e "$OUTDIR/begun" ]; then
			touch "$OUTDIR/stuck"
			end_machine "$MACHINE"
			return
		fi
		left=$((left - BOOT_TIMEOUT))
	fi
	outlives "$left" "$MACHINE" || return 0
	touch "$OUTDIR/timeout"
	end_machine "$MACHINE"
}

# Sets ENDED to the machine's exit status, or 124.
boot_once()
{
	local watchdog

	rm -f "$OUTDIR"/{begun,stuck,timeout}
	machine </dev/null >"$OUTDIR/machine.log" 2>&1 &
	MACHINE=$!
	# It must not write to, or keep open, the caller's pipes, nor keep a lock if this
	# script is killed: it ends with the machine.
	watch_machine </dev/null >/dev/null 2>&1 &
	watchdog=$!
	tail -q -s 0.2 -n +1 -f --pid="$MACHINE" "$OUTDIR/output.log"
	ENDED=0
	wait "$MACHINE" || ENDED=$?
	MACHINE=
	pkill -P "$watchdog" 2>/dev/null || true
	wait "$watchdog" 2>/dev/null || true
	[ ! -e "$OUTDIR/timeout" ] || ENDED=124
}

# If an emulated kernel hangs before it runs the command, this says nothing about the
# command. The machine is started again, with a message.
boot()
{
	local try

	for try in 1 2 3; do
		boot_once
		[ -e "$OUTDIR/stuck" ] || break
		say "kernel $REL: not at its command after $BOOT_TIMEOUT s (boot $try of 3)"
		ENDED=124
		cp "$OUTDIR/console.log" "$OUTDIR/console.log.$try"
	done
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
	local status bad log=$OUTDIR/console.log

	status=$(sed -n 's/^exit=\([0-9]*\)$/\1/p' "$OUTDIR/status")
	[ ! -e "$OUTDIR/stuck" ] || failed 124 "did not come to its command in $BOOT_TIMEOUT s"
	[ "$ENDED" -ne 124 ] || failed 124 "stopped after $TIMEOUT s"
	if [ ! -s "$log" ]; then
		cat "$OUTDIR/machine.log" >&2
		failed 1 "the machine did not start the kernel"
	fi
	# Messages of vmalloc about injected failures
	bad=$(sed '/: vmalloc error: size/,/Mem-Info:/d' "$log" | without_others_races |
		grep -E "$BAD" | head -n 5)
	if [ -n "$bad" ]; then
		printf '%s\n' "$bad" >&2
		TAIL=80 failed 1 "complained; see the lines above"
	fi
	[ -n "$status" ] || failed 1 "died before the command ended"
	grep -q 'reboot: \(Power down\|System halted\)' "$log" ||
		failed 1 "did not switch off in order"
	echo healthy >"$OUTDIR/verdict"
	return "$status"
}

# shellcheck disable=SC2317
cleanup()
{
	[ -z "${MACHINE:-}" ] || end_machine "$MACHINE"
}

# Boots the prepared machine, and exits with the command's status.
boot_and_exit()
{
	local rc=0

	trap cleanup EXIT
	trap 'exit 130' INT TERM
	boot
	judge || rc=$?
	[ -n "$KEEP" ] || rm -rf "$OUTDIR"
	exit "$rc"
}
