#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# libFuzzer on what vspanctl reads: its command line, its files, the kernel's messages.
# SECONDS of make are for each of them.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
"$TOP/selftests/check/deps.sh" fuzz
exec make -s -C "$TOP/tools/vspanctl/tests/fuzz" O="$BUILD/fuzz" "SECONDS=${1:-60}" run
