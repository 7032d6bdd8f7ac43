# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# One list of results for everything that check.sh runs; sourced after common.sh.
# RESULTS is a file of lines "pass|fail|skip NAME", each of a failure followed by
# what it said: lines that begin with '#'. Jobs in the background append.

RESULTS=$LOGS/results
SAID_MAX=8	# lines of a failure that are told again at the end

# result pass|fail|skip NAME [SAID]: in one write, so that no other job gets between
result()
{
	if [ "$1" = fail ] && [ -n "${3:-}" ]; then
		printf '%s\n' "$1 $2"$'\n'"$3" >>"$RESULTS"
	else
		printf '%s\n' "$1 $2" >>"$RESULTS"
	fi
}

# try NAME COMMAND...: the command's exit status is the result: 0, else a failure,
# 4 for one that cannot be tried here. Its output is shown if it failed.
try()
{
	local name=$1 log rc=0 begin=$SECONDS

	shift
	log=$LOGS/check-$(printf %s "$name" | tr -c 'A-Za-z0-9._+\n' -).log
	"$@" </dev/null >"$log" 2>&1 || rc=$?
	case $rc in
	0) result pass "$name"; echo "ok - $name ($((SECONDS - begin)) s)" ;;
	4) result skip "$name"; echo "ok - $name # SKIP $(tail -n 1 "$log")" ;;
	*)
		result fail "$name" "$(tail -n "$SAID_MAX" "$log" | sed 's/^/# /')"
		echo "not ok - $name"
		tail -n 40 "$log" | sed 's/^/# /'
		;;
	esac
}

# ktap_line LABEL LINE: counts a result. The messages of a test precede its result.
ktap_line()
{
	local name

	if [[ $2 == '#'* ]]; then
		SAID+=("$2")
		return
	fi
	if [[ $2 =~ ^1\.\.([0-9]+) ]]; then
		PLANNED=$((PLANNED + BASH_REMATCH[1]))
	elif [[ $2 =~ ^(not )?ok\ *[0-9]*(\ -)?\ (.*)$ ]]; then
		SEEN=$((SEEN + 1))
		name="$1: ${BASH_REMATCH[3]}"
		case $2 in
		not*) result fail "$name" "$(printf '%s\n' "${SAID[@]}" | tail -n "$SAID_MAX")" ;;
		*"# SKIP"*) result skip "$name" ;;
		*) result pass "$name" ;;
		esac
	fi
	SAID=()
}

# ktap LABEL: prints a test's output with a label before each line, and counts its
# results. A run that stopped early is short of its plan (or plans): a failure more. Not
# in awk, which waits for a buffer full of input.
ktap()
{
	local label=$1 line PLANNED='' SEEN=0
	local -a SAID=()

	while IFS= read -r line || [ -n "$line" ]; do
		printf '%s: %s\n' "$label" "$line"
		ktap_line "$label" "$line"
	done
	[ "$PLANNED" = "$SEEN" ] ||
		result fail "$label: $SEEN tests ran of ${PLANNED:-an unknown number} planned"
}

# health NAME OUTDIR SECONDS: that a machine's kernel came to no harm is a result, too
health()
{
	local verdict='no VM'

	[ ! -e "$2/verdict" ] || verdict=$(cat "$2/verdict")
	if [ "$verdict" = healthy ]; then
		result pass "$1: kernel stayed healthy"
		echo "ok - $1: kernel stayed healthy ($3 s)"
	else
		result fail "$1: kernel stayed healthy" "# $verdict"
		echo "not ok - $1: kernel stayed healthy: $verdict"
	fi
}

count()
{
	grep -c "^$1 " "$RESULTS" || true
}

# The last line is the summary; fails if a test failed or none was run.
summary()
{
	local passed failed skipped

	passed=$(count pass) failed=$(count fail) skipped=$(count skip)
	if [ "$failed" -gt 0 ]; then
		echo "failed:"
		sed -n 's/^fail /  /p; s/^#/    #/p' "$RESULTS"
	fi
	if [ "$skipped" -gt 0 ]; then
		echo "$passed passed, $failed failed, $skipped skipped"
	else
		echo "$passed passed, $failed failed"
	fi
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
