#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs libFuzzer on the input of vspanctl: command line, files, messages of the kernel.
# SECONDS of make are for each of them.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
"$TOP/selftests/check/deps.sh" fuzz
exec make -s -C "$TOP/tools/vspanctl/tests/fuzz" O="$BUILD/fuzz" "SECONDS=${1:-60}" run
