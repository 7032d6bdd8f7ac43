# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Filters KCSAN reports in a kernel log. A race belongs to the module if one of the two
# accesses is in it: then the title of the report names one of its functions. Races in the
# rest of the kernel are ignored. Sourced by the selftests and by the scripts that
# evaluate the output of a machine.

# Print the log from standard input without the reports of other races
without_others_races()
{
	awk '
		/BUG: KCSAN: / && !/vspan/ { others = 1; next }
		others && /====================/ { others = 0; next }
		!others'
}

# others_races LOG: print the titles of the other races
others_races()
{
	sed -n '/vspan/!s/.*BUG: KCSAN: /  /p' "$1" | tr -d '\r'
}
