#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices of all kinds are made and deleted, and change names, masters and network
# namespaces, like spans, sources and outputs, under traffic and random messages; see
# stress/life.py. By default one round, with the same operations each time. SEED, MINUTES
# or ROUNDS, FIRST (number of the first round), OPS (per round) and RATE (frames per
# second of each of ten senders) are passed on. A round that failed prints how to repeat
# it.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"all_kinds_of_lives"
	"the_module_goes"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

all_kinds_of_lives()
{
	local line fd pid
	local -a words=(--seed "${SEED:-1}" --first "${FIRST:-1}" --ops "${OPS:-80}"
		--rate "${RATE:-30}")

	require_command python3 || return
	if [ -n "${MINUTES:-}" ]; then
		words+=(--minutes "$MINUTES")
	else
		words+=(--rounds "${ROUNDS:-1}")
	fi
	exec {fd}< <(PYTHONDONTWRITEBYTECODE=1 VSPANCTL=$VSPANCTL \
		exec python3 "$SELFTESTS/stress/life.py" "${words[@]}" 2>&1)
	pid=$!
	while IFS= read -r -u "$fd" line; do
		echo "# $line"
	done
	exec {fd}<&-
	wait "$pid" || fail "life.py has found something"
}

# Whoever still held a part of it would keep it.
the_module_goes()
{
	require_reload || return
	check_wait "the module goes" rmmod vspan || return
	check_ok "and comes again" module_load
}

tests_run
