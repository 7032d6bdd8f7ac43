# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for all vspan selftests. A test script sets ALL_TESTS (one entry per
# test case: a function and its arguments), sources this file and ends with
# tests_run. Functions return results in REPLY, KV, J and LINES, and not by command
# substitution, since a fork costs 20 ms on an emulated CPU.
# shellcheck disable=SC2034	# much of it is for the scripts

SELFTESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(dirname "$SELFTESTS")
VSPANCTL=${VSPANCTL:-$TOP/tools/vspanctl/vspanctl}
DEADLINE=${DEADLINE:-60000}	# ms; generous, since only a failure waits that long
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C
export RUN_ID=${RUN_ID:-vspan$$}	# in the name of every netns of this run

declare -A KV=()	# the last key=value line
declare -A J=()		# the last JSON, flattened
declare -a LINES=()	# the last output of pkt, line by line
declare -A READER_FD=() READER_PID=()
declare -a DEFERRED=()
RET=0 PASSED=0 FAILED=0 SKIPPED=0 SEEN=0
WHY=''

# --- undo ---------------------------------------------------------------

# Schedule a command for the end of the scope; they run in reverse order.
defer()
{
	local cmd

	printf -v cmd '%q ' "$@"
	DEFERRED+=("$cmd")
}

# Run the deferred commands down to entry $1.
undo_to()
{
	local cmd

	while ((${#DEFERRED[@]} > $1)); do
		cmd=${DEFERRED[-1]}
		unset 'DEFERRED[-1]'
		eval "$cmd" >/dev/null 2>&1
	done
}

# --- waiting ------------------------------------------------------------

exec {NAP_FD}<> <(:)

nap()
{
	read -rt 0.02 -u "$NAP_FD"
	return 0
}

# Repeat a command until it succeeds, or until the deadline.
busywait()
{
	local end=$((${EPOCHREALTIME/[^0-9]/} / 1000 + DEADLINE))

	until "$@" >/dev/null 2>&1; do
		((${EPOCHREALTIME/[^0-9]/} / 1000 < end)) || return 1
		nap
	done
}

kill_quietly()
{
	kill "$@" 2>/dev/null
	wait "$@" 2>/dev/null
	return 0
}

# --- verdicts -----------------------------------------------------------

fail()
{
	RET=1
	printf '#   %s\n' "$@"
}

skip()
{
	[ "$RET" -ne 0 ] || RET=4
	WHY=$1
}

# check_eq WHAT GOT WANT
check_eq()
{
	[ "$2" == "$3" ] || fail "$1: got '$2', expected '$3'"
}

# check_ok WHAT COMMAND...
check_ok()
{
	local what=$1 out rc

	shift
	out=$("$@" 2>&1) && return 0
	rc=$?
	fail "$what: '$*' failed ($rc)" "${out:-no output}"
	return 1
}

# check_wait WHAT COMMAND...: the command succeeds before the deadline
check_wait()
{
	local what=$1

	shift
	busywait "$@" && return 0
	fail "$what: '$*' still not true after $DEADLINE ms"
	return 1
}

require_command()
{
	local cmd

	for cmd in "$@"; do
		command -v "$cmd" >/dev/null && continue
		skip "$cmd is not installed"
		return 1
	done
}

require_cpus()
{
	[ "$(nproc)" -ge "$1" ] || { skip "this machine has fewer than $1 CPUs"; return 1; }
}

# --- network namespaces -------------------------------------------------

# Read $2 of device $3 in netns $1 as ip prints it with -o.
link_ifindex()
{
	REPLY=$(ip -n "$1" -o link show dev "$2" 2>/dev/null)
	REPLY=${REPLY%%:*}
	[ -n "$REPLY" ]
}

# setup_ns a b: makes netns named a-... and b-...; their names are in $a and $b.
# IPv6 is off, so that the host sends no frames by itself and counts can be exact.
setup_ns()
{
	local var name

	for var in "$@"; do
		name=$var-$RUN_ID-$RANDOM
		ip netns add "$name" || return 1
		defer ip netns del "$name"
		ip netns exec "$name" sh -c 'cd /proc/sys/net/ipv6/conf &&
			echo 1 >all/disable_ipv6 && echo 1 >default/disable_ipv6' 2>/dev/null
		ip -n "$name" link set lo up || return 1
		printf -v "$var" %s "$name"
	done
}

links_up()
{
	local ns=$1 out dev

	shift
	out=$(ip -n "$ns" -br link show)
	for dev in "$@"; do
		[[ $'\n'$out =~ $'\n'"$dev"(@[^ ]*)?\ +UP\  ]] || return 1
	done
}

# Wait until devices are up: a veth drops frames before that.
wait_up()
{
	busywait links_up "$@" || { fail "not up in $1: ${*:2}"; return 1; }
}

# rename NS FROM TO: 6.1 renames a device only while it is down
rename()
{
	check_ok "rename $2 to $3" ip -n "$1" -b - <<-EOT
		link set $2 down
		link set $2 name $3
		link set $3 up
	EOT
}

ports_forward()
{
	local out

	out=$(bridge -n "$1" link show | grep -c 'state forwarding')
	[ "$out" -eq "$2" ]
}

# --- vspanctl -----------------------------------------------------------

# vspan NETNS ARGS...
vspan()
{
	local ns=$1

	shift
	"$VSPANCTL" -n "$ns" "$@"
}

# lasting NETNS: the output of show without the states that change by themselves
lasting()
{
	"$VSPANCTL" -n "$1" -j show | sed 's/"reader":[a-z]*,"idle":[a-z]*,//g'
}

check_vspan()
{
	check_ok "vspanctl ${*:2}" vspan "$@"
}

# check_refused NS EXIT-CODE SAYS WORDS...: the command fails with one sentence
check_refused()
{
	local out rc=0

	out=$(vspan "$1" "${@:4}" 2>&1) || rc=$?
	check_eq "exit status of '${*:4}' ($out)" "$rc" "$2"
	[[ $out == "vspanctl: "*"$3"* && $out != *$'\n'* ]] ||
		fail "'${*:4}': '$out' does not say '$3'"
}

# Flatten the output of 'vspanctl -j ARGS' in a netns into J.
json()
{
	local ns=$1 path value out

	shift
	J=()
	out=$("$VSPANCTL" -n "$ns" -j "$@" | "$PKT" json) || return 1
	while IFS=' ' read -r path value; do
		[ -z "$path" ] || J[$path]=$value
	done <<<"$out"
}

# stats NETNS [SPAN]: read J, with counters
stats()
{
	json "$1" -s show "${@:2}" || fail "no statistics of ${2:-all spans}"
}

# check_j PATH WANT [WHAT]
check_j()
{
	check_eq "${3:-$1}" "${J[$1]-absent}" "$2"
}

# json_is NETNS PATH VALUE [PATH VALUE]...
json_is()
{
	json "$1" -s show || return 1
	shift
	while (($#)); do
		[ "${J[$1]-absent}" == "$2" ] || return 1
		shift 2
	done
}

# wait_j NETNS PATH VALUE [PATH VALUE]...: wait until 'show' has all these values at the
# same time. After frames without a reader this is the only way to wait until they are
# counted: the kernel may still process them after the sender has ended.
wait_j()
{
	busywait json_is "$@" && return 0
	shift
	while (($#)); do
		[ "${J[$1]-absent}" == "$2" ] ||
			fail "$1: still '${J[$1]-absent}', expected '$2'"
		shift 2
	done
	RET=1
	return 1
}

# --- traffic ------------------------------------------------------------

# Parse key=value words into KV
parse_kv()
{
	local word

	KV=()
	for word in $1; do
		KV[${word%%=*}]=${word#*=}
	done
}

# flows WHAT PKT-WORDS...: run senders and readers in one pkt; all must succeed.
# Puts the result lines, one per flow, into LINES.
flows()
{
	local what=$1 out rc=0

	shift
	out=$("$PKT" "$@" 2>&1) || rc=1
	mapfile -t LINES <<<"${out#ready$'\n'}"
	[ "$rc" -eq 0 ] || fail "$what: pkt $*" "${LINES[@]}"
	return "$rc"
}

# background NAME PKT-WORDS...: start senders that run until 'stop NAME'
background()
{
	local name=$1 fd

	shift
	exec {fd}< <(exec "$PKT" "$@" 2>&1)
	READER_PID[$name]=$!
	READER_FD[$name]=$fd
	defer kill_quietly "${READER_PID[$name]}"
}

# reader NAME PKT-WORDS...: start a reader and wait until it is attached
reader()
{
	local name=$1 line=''

	background "$@"
	shift
	read -r -t "$((DEADLINE / 1000))" -u "${READER_FD[$name]}" line
	[ "$line" == ready ] || { fail "reader $name: pkt $*" "${line:-no answer}"; return 1; }
}

stop()
{
	kill "${READER_PID[$1]}" 2>/dev/null
	finish "$1"
}

# finish NAME: wait for the end of a reader; its lines are in LINES, the last one in KV
finish()
{
	local name=$1 fd=${READER_FD[$1]} rc=0

	mapfile -t -u "$fd" LINES
	exec {fd}<&-
	wait "${READER_PID[$name]}" || rc=$?
	parse_kv "${LINES[-1]:-}"
	return "$rc"
}

check_finish()
{
	finish "$1" || { fail "reader $1" "${LINES[@]}"; return 1; }
}

# datagrams NETNS ADDRESS COUNT BYTES: send UDP with checksums left to the device
datagrams()
{
	ip netns exec "$1" bash -c "exec 3>/dev/udp/$2/9
		for ((i = 0; i < $3; i++)); do printf '%0$4d' \$i >&3 || exit; done"
}

# ping_exact NETNS ADDRESS COUNT [OPTION...]: send COUNT pings; all are answered.
# After the last ping, ping waits for answers no longer than its interval or twice the
# round-trip time. That is too short if the machine stops for a moment. So all pings are
# sent at once (-l), with a long interval.
ping_exact()
{
	local out

	out=$(ip netns exec "$1" ping -n -q -c "$3" -l "$3" -i 5 -W 20 "${@:4}" "$2" 2>&1)
	[[ $out == *" $3 received, 0% packet loss"* ]] || { fail "ping $2" "$out"; return 1; }
}

# --- the module ---------------------------------------------------------

module_loaded()
{
	[ -d /sys/module/vspan ]
}

# Load the module: VSPAN_KO if it is set, otherwise the installed one.
module_load()
{
	if [ -n "${VSPAN_KO:-}" ]; then
		modprobe -a tap psample bridge && insmod "$VSPAN_KO"
	else
		modprobe vspan
	fi
}

# Tests only unload a module that they have loaded; another one may be in use.
require_reload()
{
	[ "${VSPAN_MAY_UNLOAD:-0}" -eq 1 ] && return 0
	skip "the module was there before the tests (VSPAN_MAY_UNLOAD=1 allows to unload it)"
	return 1
}

setup_module()
{
	module_loaded && return 0
	module_load || return 1
	export VSPAN_MAY_UNLOAD=1
	defer rmmod vspan
}

# Load the tests' own module, whose devices receive frames that user space cannot send. It
# is below the directory of VSPAN_KO if selftests/vm/module.sh has built both.
require_odd()
{
	local built=${VSPAN_KO:-}

	built=${built%/kmod/*}/selftests/kmod/vspan_odd.ko
	[ ! -d /sys/module/vspan_odd ] || return 0
	if [ -z "${VSPAN_ODD_KO:-}" ] && [ ! -e "$built" ]; then
		skip "no vspan_odd.ko is built for this kernel (see VSPAN_ODD_KO)"
		return 1
	fi
	check_ok "load" insmod "${VSPAN_ODD_KO:-$built}" && defer rmmod vspan_odd
}

# Build pkt if the tree has no current one. The tree may be read-only, so it is built in a
# temporary directory.
setup_pkt()
{
	local dir

	[ -z "${PKT:-}" ] || return 0
	export PKT=$TOP/build/selftests/pkt
	[ ! -x "$PKT" ] || [ -n "$(find "$SELFTESTS/pkt" -newer "$PKT" -print -quit)" ] || return 0
	dir=$(mktemp -d) || return 1
	defer rm -rf "$dir"
	make -s -C "$SELFTESTS" OUT="$dir" >&2 || return 1
	PKT=$dir/pkt
}

# For setup() of scripts that run the tools as other users, to whom the directory of this
# tree may be closed, as /root is.
tools_for_all()
{
	local dir

	dir=$(mktemp -d) || return
	defer rm -rf "$dir"
	chmod 755 "$dir" && cp "$VSPANCTL" "$dir/vspanctl" && cp "$PKT" "$dir/pkt" || return
	VSPANCTL=$dir/vspanctl
	PKT=$dir/pkt
}

# Print what is missing for the tests, or nothing.
missing()
{
	[ "$(id -u)" -eq 0 ] || { echo "not root"; return; }
	command -v ip >/dev/null || { echo "iproute2 is not installed"; return; }
	[ -x "$VSPANCTL" ] || { echo "no $VSPANCTL: run make tools"; return; }
}

# --- running ------------------------------------------------------------

report()
{
	local name=$1

	SEEN=$((SEEN + 1))
	case $RET in
	0)
		PASSED=$((PASSED + 1))
		echo "ok $SEEN - $name"
		;;
	4)
		SKIPPED=$((SKIPPED + 1))
		echo "ok $SEEN - $name # SKIP $WHY"
		;;
	*)
		FAILED=$((FAILED + 1))
		echo "not ok $SEEN - $name"
		;;
	esac
}

run_one()
{
	local entry=$1 mark=${#DEFERRED[@]}
	local -a words

	read -ra words <<<"$entry"
	RET=0 WHY=''
	if declare -F "${words[0]}" >/dev/null; then
		"${words[@]}"
	else
		fail "the script has no such case"
	fi
	undo_to "$mark"
	report "${entry//_/ }"
}

selected()
{
	local want

	[ -n "${TESTS:-}" ] || return 0
	for want in $TESTS; do
		[[ $1 != "$want"* ]] || return 0
	done
	return 1
}

on_exit()
{
	local rc=$?

	trap '' INT TERM
	undo_to 0
	exit "$rc"
}

bail()
{
	echo "1..0 # SKIP $1"
	exit 4
}

tests_run()
{
	local entry why

	echo "KTAP version 1"
	trap on_exit EXIT
	trap 'exit 130' INT TERM
	why=$(missing)
	[ -z "$why" ] || bail "$why"
	setup_module || bail "the module vspan cannot be loaded (see VSPAN_KO)"
	setup_pkt || bail "pkt cannot be built"
	RET=0
	if declare -F setup >/dev/null && { ! setup || [ "$RET" -ne 0 ]; }; then
		RET=1
		report "setup"
	else
		for entry in "${ALL_TESTS[@]}"; do
			! selected "$entry" || run_one "$entry"
		done
	fi
	undo_to 0
	echo "1..$SEEN"
	echo "# Totals: pass:$PASSED fail:$FAILED skip:$SKIPPED"
	[ "$FAILED" -eq 0 ] || exit 1
	[ "$PASSED" -gt 0 ] || exit 4
	exit 0
}
