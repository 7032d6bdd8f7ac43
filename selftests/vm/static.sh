# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The tests of check.sh that boot nothing; sourced after results.sh.

# W=1, and no warning in anything of ours. (That the compiler is not to the last
# digit the kernel's is none of our business.)
build_module()
{
	local rel=$1 log=$LOGS/build-$1.log rc=0

	rm -rf "${BUILD:?}/$rel/src"
	"$VM/module.sh" "$rel" W=1 >"$log" 2>&1 || rc=$?
	cat "$log"
	[ "$rc" -eq 0 ] && ! grep -iE 'warning:' "$log" | grep -v 'the compiler differs'
}

sparse_module()
{
	local log=$LOGS/sparse-$1.log rc=0

	"$VM/module.sh" "$1" C=2 CF=-D__CHECK_ENDIAN__ >"$log" 2>&1 || rc=$?
	cat "$log"
	[ "$rc" -eq 0 ] && ! grep -E "$BUILD/$1/src/[^ ]*: (warning|error):" "$log"
}

build_tool()
{
	rm -rf "$TOOL_BUILD"
	make -C "$TOP/tools/vspanctl" -j"$(nproc)" V=1 O="$TOOL_BUILD" \
		VERSION="$(version)" CFLAGS='-O2 -g -Werror'
}

build_helper()
{
	make -C "$TOP/selftests" clean all
}

our_files()
{
	find "$TOP" \( -path "$BUILD" -o -name .git \) -prune -o -type f "$@" -print | sort
}

check_scripts()
{
	local -a files

	mapfile -t files < <(our_files \( -name '*.sh' -o -path '*/.ci/run' \))
	cd "$TOP" && shellcheck -x "${files[@]#"$TOP"/}"
}

check_manpages()
{
	local page warnings

	warnings=$(our_files -name '*.[1-9]' | while read -r page; do
		MANWIDTH=80 man --warnings -E UTF-8 -Tutf8 -Z -l "$page" 2>&1 >/dev/null
	done)
	printf '%s\n' "$warnings"
	[ -z "$warnings" ]
}

check_header_c()
{
	gcc -x c -std=gnu99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only "$UAPI"
}

check_header_cxx()
{
	g++ -x c++ -Wall -Wextra -Werror -fsyntax-only "$UAPI"
}

check_spdx()
{
	local bad

	bad=$(our_files \( -name '*.[ch]' -o -name '*.sh' -o -name 'Makefile' -o -name 'Kbuild*' \) |
		while read -r file; do
			head -n 2 "$file" | grep -q SPDX-License-Identifier || echo "no SPDX: $file"
		done)
	printf '%s\n' "$bad"
	[ -z "$bad" ]
}

# Needs a kernel source tree, too big to download for this.
check_style()
{
	local -a files

	[ -n "${KSRC:-}" ] || { echo "set KSRC to a kernel source tree"; return 4; }
	mapfile -t files < <(our_files -path "$TOP/kmod/*.[ch]" ! -name '*-gen.[ch]' ! -name '*.mod.c')
	"$KSRC/scripts/checkpatch.pl" --no-tree --no-summary --terse --quiet -f "${files[@]}"
}

check_generated()
{
	[ -n "${KSRC:-}" ] || { echo "set KSRC to a kernel source tree"; return 4; }
	"$TOP/Documentation/netlink/regen.sh" "$KSRC" --check
}

static_checks()
{
	local rel

	for rel; do
		try "$rel: module builds without warnings (W=1)" build_module "$rel"
		try "$rel: sparse finds nothing in the module" sparse_module "$rel"
	done
	try "tool builds without warnings" build_tool
	try "test helper builds without warnings" build_helper
	try "scripts pass shellcheck" check_scripts
	try "manual pages format without warnings" check_manpages
	try "public header compiles alone as C" check_header_c
	try "public header compiles alone as C++" check_header_cxx
	try "sources carry SPDX tags" check_spdx
	try "netlink code is what its specification generates" check_generated
	try "sources pass checkpatch" check_style
}
