#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernels to test on: those this Debian offers, with their headers, unpacked
# under build/kernels/RELEASE. Nothing is installed: installing headers of 6.12
# would bring a linux-image and an initramfs into the host's /boot.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

METAPACKAGES=(linux-image-amd64 linux-image-6.12-amd64)
RT_METAPACKAGES=(linux-image-rt-amd64 linux-image-6.12-rt-amd64)
KMOD=$(PATH=$PATH:/usr/sbin:/sbin command -v depmod || true)

usage()
{
	cat <<-EOT
	Usage: kernels.sh COMMAND
	  list             releases offered, oldest first
	  newest           the last of them
	  rt               the newest one with PREEMPT_RT, which list leaves out
	  needs            Debian packages that building with their headers takes
	  fetch [REL...]   download and unpack what is missing (default: all)
	  path REL         directory of REL's files (boot/, lib/modules/, ...)
	  kdir REL         its kernel build directory, for make KDIR=
	  image REL        its bootable image
	EOT
}

# First alternative of each dependency of the packages, one a line. All in one
# call: apt-cache takes half a second to start.
depends()
{
	apt-cache show --no-all-versions "$@" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//; s/[ |(].*//'
}

# offered METAPACKAGE...
offered()
{
	depends "$@" | sed -n 's/^linux-image-\([0-9]\)/\1/p' | sort -uV
}

cached()
{
	local dir

	for dir in "$KERNELS_DIR"/*/; do
		[ ! -e "$dir/.complete" ] || basename "$dir"
	done | grep -v -e -rt- -e -debug | sort -V
}

# A machine whose package lists were cleaned away can still use what it has.
list()
{
	local found

	found=$(offered "${METAPACKAGES[@]}")
	[ -n "$found" ] || found=$(cached)
	[ -n "$found" ] ||
		die "no kernel found: run 'apt-get update' (Debian 12 or 13 is needed)"
	printf '%s\n' "$found"
}

rt()
{
	local found

	found=$(offered "${RT_METAPACKAGES[@]}" | tail -n 1)
	[ -n "$found" ] || die "no kernel with PREEMPT_RT found: run 'apt-get update'"
	echo "$found"
}

packages()
{
	printf '%s\n' "linux-image-$1" "linux-headers-$1"
	depends "linux-headers-$1" | grep -E '^linux-(headers|kbuild)-'
}

# The compiler is named by the headers, what else is wanted by the kbuild programs.
needs()
{
	local headers kbuild

	# shellcheck disable=SC2046
	headers=$(depends $(list | sed 's/^/linux-headers-/'))
	kbuild=$(printf '%s\n' "$headers" | sed -n '/^linux-kbuild-/p')
	{
		printf '%s\n' "$headers" |
			sed -n 's/^linux-compiler-\(gcc-[0-9]*\)-.*/\1/p; /^gcc-[0-9]*$/p'
		# shellcheck disable=SC2086
		depends $kbuild | grep -v '^linux-'
	} | sort -u
}

# Into the current directory. Package lists that are too old name versions that
# the mirror has dropped: renew them once.
download()
{
	apt-get -q -o APT::Sandbox::User=root download "$@" && return
	say "download failed; trying again with new package lists"
	as_root apt-get -q -o APT::Sandbox::User=root update
	apt-get -q -o APT::Sandbox::User=root download "$@"
}

# The headers' Makefile names its other half by an absolute path under /usr/src,
# and lib/modules/*/build points there too.
relocate()
{
	local root=$1 rel=$2 src=usr/src/linux-headers-$2

	# The $() are make's.
	# shellcheck disable=SC2016
	sed -i 's|^include /usr/src/\(.*\)/Makefile$|include $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../\1)/Makefile|' \
		"$root/$src/Makefile"
	if grep -rIl --include='Makefile*' --include=.kernelvariables '/usr/src/' "$root/$src"; then
		die "the headers of $rel still name /usr/src in the files above"
	fi
	[ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
	rm -f "$root/lib/modules/$rel/build" "$root/lib/modules/$rel/source"
	ln -s "../../../$src" "$root/lib/modules/$rel/build"
	[ -e "$root/lib/modules/$rel/build/" ] ||
		ln -sfn "../../../../$src" "$root/lib/modules/$rel/build"
}

# Built beside and renamed, so that an interrupted run leaves nothing half done.
unpack()
{
	local rel=$1 root=$KERNELS_DIR/.$1.tmp deb

	rm -rf "$root"
	mkdir -p "$root/debs"
	(
		cd "$root/debs"
		# shellcheck disable=SC2046
		download $(packages "$rel")
	) >"$LOGS/fetch-$rel.log" 2>&1 ||
		{ tail -n 20 "$LOGS/fetch-$rel.log" >&2; die "cannot download the packages of $rel"; }
	for deb in "$root"/debs/*.deb; do
		dpkg -x "$deb" "$root"
	done
	rm -rf "$root/debs"
	relocate "$root" "$rel"
	"$KMOD" -b "$root" "$rel"
	touch "$root/.complete"
	rm -rf "${KERNELS_DIR:?}/$rel"
	mv "$root" "$KERNELS_DIR/$rel"
}

fetch()
{
	local rel begin=$SECONDS

	need_plain_path "$TOP"
	[ -n "$KMOD" ] || die "depmod is missing: run selftests/vm/deps.sh"
	mkdir -p "$KERNELS_DIR" "$LOGS"
	exec 9>"$KERNELS_DIR/.lock"
	flock 9
	# shellcheck disable=SC2046
	[ $# -gt 0 ] || set -- $(list)
	for rel; do
		[ ! -e "$KERNELS_DIR/$rel/.complete" ] || continue
		say "kernel $rel: downloading and unpacking image and headers (100 to 150 MB)"
		unpack "$rel"
		say "kernel $rel: ready, $((SECONDS - begin)) s"
	done
	exec 9>&-
}

path()
{
	[ -e "$KERNELS_DIR/$1/.complete" ] || fetch "$1"
	printf '%s\n' "$KERNELS_DIR/$1"
}

main()
{
	local cmd=${1:-help}

	need_amd64
	[ $# -eq 0 ] || shift
	case $cmd in
	list | needs | rt) "$cmd" ;;
	newest) list | tail -n 1 ;;
	fetch) fetch "$@" ;;
	path) path "${1:?release}" ;;
	kdir) echo "$(path "${1:?release}")/usr/src/linux-headers-$1" ;;
	image) echo "$(path "${1:?release}")/boot/vmlinuz-$1" ;;
	-h | --help | help) usage ;;
	*) usage >&2; exit 2 ;;
	esac
}

main "$@"
