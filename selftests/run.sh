#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the vspan selftests on the running kernel, and prints one KTAP stream with a line
# per test case. The tests use network namespaces of their own and restore the state of
# the machine. Exit status 1 if anything failed.
set -u

TEST_PROGS=(
	vspan_basic.sh
	vspan_vlan.sh
	vspan_tap.sh
	vspan_idle.sh
	vspan_capture.sh
	vspan_extcap.sh
	vspan_isolation.sh
	vspan_gso.sh
	vspan_stats.sh
	vspan_lifecycle.sh
	vspan_cli.sh
	vspan_refuse.sh
	vspan_restore.sh
	vspan_force.sh
	vspan_boot.sh
	vspan_race.sh
	vspan_lifetime.sh
	vspan_glob.sh
	vspan_master.sh
	vspan_dedup.sh
	vspan_once.sh
	vspan_layers.sh
	vspan_form.sh
	vspan_iif.sh
	vspan_cable.sh
	vspan_corpus.sh
	vspan_slot.sh
	vspan_lock.sh
	vspan_set.sh
	vspan_scale.sh
	vspan_audit.sh
	vspan_circle.sh
	vspan_output.sh
	vspan_loop.sh
	vspan_remote.sh
	vspan_psample.sh
	vspan_container.sh
	vspan_tenant.sh
	vspan_identity.sh
	vspan_ynl.sh
	vspan_netns.sh
	vspan_versions.sh
	vspan_filter.sh
	vspan_snap.sh
	vspan_sample.sh
	vspan_share.sh
	vspan_time.sh
	vspan_order.sh
	vspan_bridgevlan.sh
	vspan_wire.sh
	vspan_drops.sh
	vspan_seeming.sh
	vspan_check.sh
	vspan_checkway.sh
	vspan_metrics.sh
	vspan_top.sh
	vspan_readme.sh
	vspan_recipes.sh
	vspan_fault.sh
	vspan_fuzz.sh
	vspan_fuzzframes.sh
	vspan_fuzzlife.sh
	vspan_stress.sh
	# end of TEST_PROGS
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/races.sh
. "$(dirname "$0")/lib/races.sh"
# shellcheck source=selftests/lib/leak.sh
. "$(dirname "$0")/lib/leak.sh"

BAD_LOG='BUG:|WARNING:|Oops|Call Trace|general protection|waiting for .* to become free'
BAD_LOG+='|leaked|kmemleak|refcount_t|possible (circular|recursive)|suspicious RCU|blocked for more than'

usage()
{
	cat <<-EOT
	Usage: run.sh [SCRIPT...]
	  SCRIPT   some of: ${TEST_PROGS[*]}
	Environment:
	  TESTS         more scripts, or test cases (as they begin) to run only
	  VSPAN_KO      the module to load; installed ones are found without
	  VSPAN_ODD_KO  the module that makes odd frames, if it is not where
	                selftests/vm/module.sh builds it
	  VSPAN_OLD_KO, VSPANCTL_OLD
	                the first module and tool, as selftests/vm/old.sh builds them
	  VSPANCTL      the tool (default tools/vspanctl/vspanctl)
	  TEST_TIMEOUT  seconds a script may take (default 300)
	  LEAKS=1       let kmemleak look for lost memory at the end
	EOT
}

# TESTS may name scripts, for make check TESTS=, or test cases.
choose()
{
	local word cases=()

	for word in ${TESTS:-}; do
		case $word in
		vspan_*) CHOSEN+=("${word%.sh}.sh") ;;
		*) cases+=("$word") ;;
		esac
	done
	export TESTS="${cases[*]}"
	[ ${#CHOSEN[@]} -gt 0 ] || CHOSEN=("${TEST_PROGS[@]}")
}

line()
{
	SEEN=$((SEEN + 1))
	case $1 in
	*'# SKIP'*) SKIPPED=$((SKIPPED + 1)) ;;
	ok*) PASSED=$((PASSED + 1)) ;;
	*) FAILED=$((FAILED + 1)) ;;
	esac
	echo "${1%% -*} $SEEN -${1#* -}"
}

# One line of a script's own stream, with the script's name and our number.
relay()
{
	case $1 in
	"ok "*|"not ok "*)
		line "$(sed -E "s/^(ok|not ok) [0-9]+ - /\1 - $2: /" <<<"$1")"
		;;
	"1..0 # SKIP "*)
		line "ok - $2: all # SKIP ${1#*SKIP }"
		PLANNED=1
		;;
	"1.."*) PLANNED=1 ;;
	"KTAP version"*|"# Totals:"*) ;;
	"Bail out!"*)
		BAILED=1
		echo "# $1"
		;;
	*) echo "# ${1###}" ;;
	esac
}

# Prints the kernel log since the mark.
log_since()
{
	dmesg | awk -v mark="$1" 'index($0, mark) { seen = 1; text = ""; next }
		{ text = text $0 "\n" } END { printf "%s", text }' | without_others_races
}

check_log()
{
	local bad

	# Messages of vmalloc and kmemleak about injected failures
	bad=$(log_since "$1" | sed '/: vmalloc error: size/,/Mem-Info:/d
			/kmemleak: Cannot allocate a scan area/d' | grep -E "$BAD_LOG")
	if [ -z "$bad" ]; then
		line "ok - $2: clean kernel log"
		return
	fi
	log_since "$1" | tail -n 60 | sed 's/^/# /'
	line "not ok - $2: clean kernel log"
}

# Runs after all scripts, so that objects that they kept are freed as well.
check_leaks()
{
	RET=0
	check_no_leak
	case $RET in
	0) line "ok - memory: none is leaked" ;;
	4) line "ok - memory: none is leaked # SKIP $WHY" ;;
	*) line "not ok - memory: none is leaked" ;;
	esac
}

# Cleans up after a script that was killed.
sweep()
{
	local ns

	ip netns list | while read -r ns _; do
		[[ $ns != *"-$RUN_ID-"* ]] || ip netns del "$ns"
	done
}

# timeout(1) has made a process group of its own: ^C does not get there.
stop_child()
{
	[ -z "$CHILD" ] || kill_quietly "$CHILD"
	sweep
}

run_script()
{
	local script=$1 name=${1%.sh} text fd rc=0 begin=$SECONDS
	local mark="vspan selftests: $name $RANDOM$RANDOM"

	PLANNED=0
	if [ ! -x "$SELFTESTS/$script" ]; then
		line "not ok - $name: is there"
		return
	fi
	echo "$mark" >/dev/kmsg 2>/dev/null
	exec {fd}< <(exec timeout -k 10 "${TEST_TIMEOUT:-300}" "$SELFTESTS/$script" 2>&1)
	CHILD=$!
	while IFS= read -r text <&"$fd"; do
		relay "$text" "$name"
	done
	exec {fd}<&-
	wait "$CHILD" || rc=$?
	CHILD=''
	sweep
	case $rc in
	124|137) line "not ok - $name: ends in time" ;;
	*) [ "$PLANNED" -eq 1 ] || line "not ok - $name: ends in order (exit $rc)" ;;
	esac
	check_log "$mark" "$name"
	echo "# $name: $((SECONDS - begin)) s"
}

main()
{
	local script why

	CHOSEN=("$@")
	case ${1:-} in
	-h|--help|help) usage; exit 0 ;;
	-*) usage >&2; exit 2 ;;
	esac
	choose
	echo "KTAP version 1"
	trap on_exit EXIT
	trap 'exit 130' INT TERM
	why=$(missing)
	[ -z "$why" ] || { echo "Bail out! $why"; exit 1; }
	setup_pkt || { echo "Bail out! pkt cannot be built"; exit 1; }
	setup_module || { echo "Bail out! the module vspan cannot be loaded"; exit 1; }
	CHILD='' BAILED=0
	defer stop_child
	echo "# kernel $(uname -r), $(nproc) CPUs"
	for script in "${CHOSEN[@]}"; do
		run_script "$script"
		[ "$BAILED" -eq 0 ] || break
	done
	# Nor can anything be undone.
	[ "$BAILED" -eq 0 ] || DEFERRED=()
	[ "${LEAKS:-0}" -eq 0 ] || check_leaks
	echo "1..$SEEN"
	echo "# Totals: pass:$PASSED fail:$FAILED skip:$SKIPPED"
	[ "$FAILED" -eq 0 ] && [ "$PASSED" -gt 0 ]
}

main "$@"
