#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The source of the newest kernel that Debian has for a stable release, from its
# package, under build/, less what no kernel of ours needs; prints the directory. For
# user-mode Linux, the debug kernels, and the checks of style.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
SUITE=stable-backports

# Files that are neither built nor read, three quarters of all.
LEFT_OUT=(
	'arch/[a-t]*/*.[chS]' 'arch/[v-wy-z]*/*.[chS]' '*.dts' '*.dtsi'
	'Documentation/devicetree/*' 'drivers/[ag]*/*/*/*.[ch]'
	'drivers/i[in]*/*/*.[ch]' 'drivers/media/*/*.[ch]' 'drivers/misc/*/*.[ch]'
	'drivers/net/ethernet/*/*.[ch]' 'drivers/net/wireless/*/*.[ch]'
	'drivers/s[ct]*/*/*.[ch]' 'drivers/usb/*/*.[ch]' 'sound/*/*.[ch]'
	'tools/perf/*' 'tools/testing/*'
)

# If the mirror does not answer, the existing source is used.
package()
{
	local found

	found=$("$HERE/suites.sh" list 2>/dev/null | grep -x "$SUITE" | while read -r suite; do
		"$HERE/suites.sh" cache "$suite" show --no-all-versions linux-source
	done 2>/dev/null | sed -n 's/^Depends: .*\(linux-source-[0-9.]*\).*/\1/p')
	[ -n "$found" ] ||
		found=$(basename -a "$BUILD"/linux-source-*/ 2>/dev/null | sort -V | tail -n 1)
	case $found in
	linux-source-[0-9]*) echo "$found" ;;
	*) die "no source of a kernel: $SUITE of $("$HERE/suites.sh" mirror) cannot be had" ;;
	esac
}

unpack()
{
	local package=$1 tmp=$BUILD/.$1.tmp

	rm -rf "$tmp"
	mkdir -p "$tmp"
	cd "$tmp"
	"$HERE/suites.sh" get "$SUITE" download "$package"
	dpkg-deb --fsys-tarfile ./*.deb | tar -xO "./usr/src/$package.tar.xz" |
		xz -T0 -dc | tar -x --wildcards "${LEFT_OUT[@]/#/--exclude=$package/}"
	mv "$package" "$BUILD/$package"
	cd "$BUILD"
	rm -rf "$tmp"
}

main()
{
	local package begin=$SECONDS log=$LOGS/source.log

	mkdir -p "$LOGS"
	exec 7>"$BUILD/.source.lock"
	flock 7
	package=$(package)
	if [ ! -d "$BUILD/$package" ]; then
		( set -e; unpack "$package" ) >"$log" 2>&1 </dev/null 7>&- &
		wait $! || { tail -n 20 "$log" >&2; die "no source of a kernel"; }
		say "$package unpacked: $((SECONDS - begin)) s"
	fi
	exec 7>&-
	printf '%s\n' "$BUILD/$package"
}

main "$@"
