# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Reports of KCSAN, in a kernel's log. A race is ours if one of the two accesses is in
# the module, that is, if the report's title names one of its functions; the kernel at
# large has many, which are others' affair. Sourced by the selftests and by what judges
# a machine.

# All of the log on standard input but the reports of others' races
without_others_races()
{
	awk '
		/BUG: KCSAN: / && !/vspan/ { others = 1; next }
		others && /====================/ { others = 0; next }
		!others'
}

# others_races LOG: their titles
others_races()
{
	sed -n '/vspan/!s/.*BUG: KCSAN: /  /p' "$1" | tr -d '\r'
}
