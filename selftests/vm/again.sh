# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Was it us, or was it the machine's neighbours? Sourced by check.sh.
#
# Three virtual machines share two processors here with whoever else is on the host,
# and now and then a step of a test comes later than it can cope with. A case that
# failed is therefore asked three more times, in a machine that has just booted: if it
# fails once more, it has failed. If it does not, it counts as passed, but is listed as
# flaky, with what it said, for somebody to look at.
#
# That would hide a race of ours, which fails now and then as well. So it is not done
# for what looks for races, nor when more than two cases of a machine have failed, nor
# when the kernel has said anything, nor when a script did not come to its end.

AGAIN_TIMES=3
AGAIN_MOST=2
AGAIN_NEVER=(vspan_race.sh vspan_set.sh vspan_slot.sh vspan_glob.sh vspan_lifecycle.sh
	vspan_isolation.sh vspan_scale.sh vspan_fault.sh vspan_fuzz.sh vspan_stress.sh)

# again_case MACHINE RESULT-NAME: prints the script that has this case, if it may be
# asked again
again_case()
{
	local script=${2#"$1: "}
	local name=${script#*: }

	script=${script%%:*}.sh
	[[ $2 == "$1: vspan_"*": "* ]] || return
	! has "$script" "${AGAIN_NEVER[@]}" || return
	case $name in
	*'under traffic'*|*'under churn'*|'clean kernel log'|'ends in '*|'is there') return 1 ;;
	esac
	echo "$script"
}

# again_scripts MACHINE: a line for each script to run once more; fails if one of the
# failures counts as it is
again_scripts()
{
	local name
	local -a failed scripts=()

	mapfile -t failed < <(sed -n 's/^fail //p' "$RESULTS")
	[ ${#failed[@]} -ge 1 ] && [ ${#failed[@]} -le "$AGAIN_MOST" ] || return
	for name in "${failed[@]}"; do
		scripts+=("$(again_case "$1" "$name")") || return
	done
	printf '%s\n' "${scripts[@]}" | sort -u
}

# again MACHINE COMMAND...: COMMAND runs the scripts in TESTS on that machine. What
# failed becomes flaky if all of this passes.
again()
{
	local rel=$1 first=$RESULTS scripts words='' i

	shift
	scripts=$(again_scripts "$rel") || return 0
	for ((i = 0; i < AGAIN_TIMES; i++)); do
		words+="${scripts//$'\n'/ } "
	done
	echo "# $rel: $AGAIN_TIMES times more:" "${scripts//$'\n'/ }"
	# What the first run has left is for whoever looks into it.
	rm -rf "$OUT-first"
	[ ! -e "$OUT" ] || mv "$OUT" "$OUT-first"
	local RESULTS=$first-again
	: >"$RESULTS"
	"$@" "TESTS=$words"
	if [ "$(count pass)" -gt 0 ] && [ "$(count fail)" -eq 0 ]; then
		sed -i 's/^fail /flaky /' "$first"
	fi
}
