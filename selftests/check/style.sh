#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make style: the part of make check that only reads the sources. KSRC is a kernel source
# tree; without it, Debian's is unpacked for its scripts.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"
# shellcheck source=selftests/check/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=selftests/check/static.sh
. "$(dirname "$0")/static.sh"

main()
{
	local rel

	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$LOGS"
	RESULTS=$LOGS/results-style
	: >"$RESULTS"
	"$TOP/selftests/check/deps.sh" check
	rel=$("$VM/kernels.sh" newest)
	"$VM/kernels.sh" fetch "$rel"
	try "$rel: module builds without warnings (W=1), sparse finds none" \
		checked_module "$rel"
	style_checks
	summary
}

main "$@"
