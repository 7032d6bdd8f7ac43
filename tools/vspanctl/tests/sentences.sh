#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each sentence of an error, of the tool or of the module, is in a manual page.
HERE=$(cd "$(dirname "$0")" && pwd)
TMP=$(mktemp) || exit 1
trap 'rm -f "$TMP"' EXIT

if ! command -v man >/dev/null || ! command -v python3 >/dev/null; then
	printf 'KTAP version 1\nok 1 - sentences # SKIP no man or no python3\n1..1\n'
	exit 0
fi
for page in "$HERE"/../man/*.[1-8]; do
	# so wide that no word is divided
	MANWIDTH=1000 man -E ascii -l "$page" 2>/dev/null </dev/null | col -bx
done >"$TMP"
"$HERE/sentences.py" "$TMP"
