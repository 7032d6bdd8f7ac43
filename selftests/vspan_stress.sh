#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random operations on objects of every kind, under traffic in both directions: a few
# rounds, the same each time. make stress runs longer and passes on SEED, MINUTES or
# ROUNDS, FIRST (number of the first round), OPS (per round) and RATE (frames per second).
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"production_and_the_books_survive"
	"the_module_lets_go_of_all_memory"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/leak.sh
. "$(dirname "$0")/lib/leak.sh"

# A minute or more is given: then there is no number of rounds.
stress_words()
{
	WORDS=(--seed "${SEED:-1}" --first "${FIRST:-1}" --ops "${OPS:-40}"
		--rate "${RATE:-1000}")
	if [ -n "${MINUTES:-}" ]; then
		WORDS+=(--minutes "$MINUTES")
	else
		WORDS+=(--rounds "${ROUNDS:-2}")
	fi
}

production_and_the_books_survive()
{
	local line fd pid

	require_command python3 || return
	require_reload || return
	stress_words
	exec {fd}< <(PYTHONDONTWRITEBYTECODE=1 VSPANCTL=$VSPANCTL \
		exec python3 "$SELFTESTS/stress/stress.py" "${WORDS[@]}" 2>&1)
	pid=$!
	while IFS= read -r -u "$fd" line; do
		echo "# $line"
	done
	exec {fd}<&-
	wait "$pid" || fail "stress.py has found something"
}

the_module_lets_go_of_all_memory()
{
	check_no_leak
}

tests_run
