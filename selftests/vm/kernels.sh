#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernels for the tests, with their headers, unpacked under build/kernels/RELEASE:
# those of this Debian, and older and newer ones from its mirror. Nothing is installed:
# headers of 6.12 would install a linux-image and an initramfs in /boot.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
METAPACKAGES=(linux-image-amd64 linux-image-6.12-amd64)
RT_METAPACKAGES=(linux-image-rt-amd64 linux-image-6.12-rt-amd64)
KMOD=$(PATH=$PATH:/usr/sbin:/sbin command -v depmod || true)

# Kernels of this suite change often and are not booted; the module is built for them.
BUILT_ONLY=unstable

usage()
{
	cat <<-EOT
	Usage: kernels.sh COMMAND
	  list             releases to boot, oldest first
	  built            releases that the module has only to build for
	  own              releases that this machine's own suites offer
	  newest           the last of them
	  rt               the newest of all with PREEMPT_RT, which list leaves out
	  suite REL        the suite it comes from, or "own"
	  needs [REL]      Debian packages that building with its headers takes
	                   (default: with those of own)
	  fetch [REL...]   download and unpack what is missing (default: all)
	  path REL         directory of REL's files (boot/, lib/modules/, ...)
	  kdir REL         its kernel build directory, for make KDIR=
	  image REL        its bootable image
	EOT
}

# cache SUITE ARG...: run apt-cache for a suite, or for this machine's own ones if "own"
cache()
{
	if [ "$1" = own ]; then
		shift
		apt-cache "$@"
	else
		"$HERE/suites.sh" cache "$@"
	fi
}

# First alternative of each dependency of the packages, one a line. All in one
# call: apt-cache takes half a second to start.
depends()
{
	local suite=$1

	shift
	cache "$suite" show --no-all-versions "$@" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//; s/[ |(].*//'
}

# offered SUITE METAPACKAGE...
offered()
{
	depends "$@" | sed -n 's/^linux-image-\([0-9]\)/\1/p' | sort -uV
}

# Prints the downloaded kernels, found by their files, as lines "RELEASE SUITE".
cached()
{
	local dir suite

	for dir in "$KERNELS_DIR"/*/; do
		[ -e "$dir/.complete" ] || continue
		suite=$(cat "$dir/.suite" 2>/dev/null || echo own)
		echo "$(basename "$dir") $suite"
	done | grep -v -e -rt- -e -debug -e -kcsan | sort -V
}

# Lines "RELEASE SUITE": of each series one kernel, from the first suite that has it.
all()
{
	local suite rel

	{
		for rel in $(offered own "${METAPACKAGES[@]}"); do
			echo "$rel own"
		done
		for suite in $("$HERE/suites.sh" list); do
			for rel in $(offered "$suite" linux-image-amd64); do
				echo "$rel $suite"
			done
		done
	} | awk '{ split($1, v, "."); if ($2 == "own" || !seen[v[1], v[2]]++) print }
		$2 == "own" { seen[v[1], v[2]] = 1 }' | sort -V
}

# Without package lists, the downloaded kernels are used. The result is cached for an
# hour, since apt-cache takes seconds.
known()
{
	local file=$BUILD/apt/kernels found

	if [ -z "$(find "$file" -mmin -60 -newer "$HERE/kernels.sh" 2>/dev/null)" ]; then
		mkdir -p "$BUILD/apt"
		found=$(all)
		grep -q ' own$' <<<"$found" || found=$(cached)
		[ -n "$found" ] ||
			die "no kernel found: run 'apt-get update' (Debian 12 or 13 is needed)"
		printf '%s\n' "$found" >"$file.$$"
		mv "$file.$$" "$file"
	fi
	cat "$file"
}

own()
{
	known | sed -n 's/ own$//p'
}

list()
{
	known | grep -v " $BUILT_ONLY\$" | cut -d ' ' -f 1
}

built()
{
	known | sed -n "s/ $BUILT_ONLY\$//p"
}

suite_of()
{
	local found

	found=$(known | sed -n "s/^$1 //p")
	[ -n "$found" ] || found=$(cat "$KERNELS_DIR/$1/.suite" 2>/dev/null) || true
	echo "${found:-own}"
}

rt_of()
{
	offered "$1" "${RT_METAPACKAGES[@]}" | sed "s/\$/ $1/"
}

# Lines "RELEASE SUITE", as known's
rt_known()
{
	local suite found

	found=$(for suite in own $("$HERE/suites.sh" list | grep -vx "$BUILT_ONLY"); do
		rt_of "$suite"
	done | sort -V | tail -n 1)
	[ -n "$found" ] || die "no kernel with PREEMPT_RT found: run 'apt-get update'"
	echo "$found"
}

rt()
{
	local found

	found=$(rt_known)
	mkdir -p "$KERNELS_DIR/${found% *}"
	echo "${found#* }" >"$KERNELS_DIR/${found% *}/.suite"
	echo "${found% *}"
}

# Since 6.19 an image may be an empty package, with its parts in others.
packages()
{
	local suite=$1 rel=$2

	printf '%s\n' "linux-image-$rel" "linux-headers-$rel"
	depends "$suite" "linux-image-$rel" |
		grep -xE "linux-(binary|modules|base)-${rel//+/\\+}" || true
	depends "$suite" "linux-headers-$rel" | grep -E '^linux-(headers|kbuild)-'
}

# The headers depend on the compiler, the kbuild package on the other programs.
needs_of()
{
	local suite=$1 headers kbuild

	shift
	headers=$(depends "$suite" "${@/#/linux-headers-}")
	kbuild=$(printf '%s\n' "$headers" | sed -n '/^linux-kbuild-/p')
	printf '%s\n' "$headers" |
		sed -n 's/^linux-compiler-\(gcc-[0-9]*\)-.*/\1/p; /^gcc-[0-9]*\(-for-host\)\?$/p'
	# shellcheck disable=SC2086
	depends "$suite" $kbuild | grep -v '^linux-'
}

needs()
{
	# shellcheck disable=SC2046
	if [ $# -gt 0 ]; then
		needs_of "$(suite_of "$1")" "$1"
	else
		needs_of own $(own)
	fi | sort -u
}

get()
{
	if [ "$1" = own ]; then
		shift
		apt-get -q -o APT::Sandbox::User=root "$@"
	else
		"$HERE/suites.sh" get "$@"
	fi
}

# Downloads to the current directory. If the mirror no longer has the versions of old
# package lists, the lists are updated once.
download()
{
	local suite=$1

	shift
	get "$suite" download "$@" && return
	say "download failed; trying again with new package lists"
	if [ "$suite" = own ]; then
		as_root apt-get -q -o APT::Sandbox::User=root update
	else
		get "$suite" update
	fi
	get "$suite" download "$@"
}

# The headers' Makefile names its other half, and newer ones the place of what is
# generated, by an absolute path under /usr/src, and lib/modules/*/build points there.
relocate()
{
	local root=$1 rel=$2 src=usr/src/linux-headers-$2 here

	# The $() are make's.
	# shellcheck disable=SC2016
	here='$(abspath $(dir $(lastword $(MAKEFILE_LIST)))../'
	sed -i -e "s|^include /usr/src/\(.*\)/Makefile\$|include ${here}\1)/Makefile|" \
		-e "s|^KBUILD_OUTPUT=/usr/src/\([^ /]*\)\$|KBUILD_OUTPUT := ${here}\1)|" \
		"$root/$src/Makefile"
	if grep -rIl --include='Makefile*' --include=.kernelvariables '/usr/src/' "$root/$src"; then
		die "the headers of $rel still name /usr/src in the files above"
	fi
	[ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
	rm -f "$root/lib/modules/$rel/build" "$root/lib/modules/$rel/source"
	ln -s "../../../$src" "$root/lib/modules/$rel/build"
	[ -e "$root/lib/modules/$rel/build/" ] ||
		ln -sfn "../../../../$src" "$root/lib/modules/$rel/build"
	mkdir -p "$root/boot"
	[ -e "$root/boot/vmlinuz-$rel" ] ||
		ln -s "../usr/lib/modules/$rel/vmlinuz" "$root/boot/vmlinuz-$rel"
}

# Debian's headers of 7.x lack the script with which kbuild checks the version of sparse,
# so that sparse is skipped. This adds it; selftests/check/static.sh has the missing
# defines.
admit_sparse()
{
	local script=$1/usr/src/linux-headers-$2/scripts/checker-valid.sh

	[ ! -e "$script" ] || return 0
	printf '%s\n' '#!/bin/sh' 'echo 1' >"$script"
	chmod +x "$script"
}

# Made in another directory and renamed, so that an interrupted run leaves no partial one.
unpack()
{
	local rel=$1 root=$KERNELS_DIR/.$1.tmp suite deb

	suite=$(suite_of "$rel")

	rm -rf "$root"
	mkdir -p "$root/debs"
	(
		cd "$root/debs"
		# shellcheck disable=SC2046
		download "$suite" $(packages "$suite" "$rel")
	) >"$LOGS/fetch-$rel.log" 2>&1 ||
		{ tail -n 20 "$LOGS/fetch-$rel.log" >&2; die "cannot download the packages of $rel"; }
	for deb in "$root"/debs/*.deb; do
		dpkg -x "$deb" "$root"
	done
	rm -rf "$root/debs"
	relocate "$root" "$rel"
	admit_sparse "$root" "$rel"
	"$KMOD" -b "$root" "$rel"
	echo "$suite" >"$root/.suite"
	touch "$root/.complete"
	rm -rf "${KERNELS_DIR:?}/$rel"
	mv "$root" "$KERNELS_DIR/$rel"
}

fetch()
{
	local rel begin=$SECONDS

	need_plain_path "$TOP"
	[ -n "$KMOD" ] || die "depmod is missing: run selftests/check/deps.sh"
	mkdir -p "$KERNELS_DIR" "$LOGS"
	exec 9>"$KERNELS_DIR/.lock"
	flock 9
	# shellcheck disable=SC2046
	[ $# -gt 0 ] || set -- $(list)
	for rel; do
		[ ! -e "$KERNELS_DIR/$rel/.complete" ] || continue
		say "kernel $rel: downloading and unpacking image and headers (100 to 150 MB)"
		unpack "$rel"
		say "kernel $rel ($(suite_of "$rel")): ready, $((SECONDS - begin)) s"
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
	list | built | own | rt) "$cmd" ;;
	newest) own | tail -n 1 ;;
	needs) needs "$@" ;;
	suite) suite_of "${1:?release}" ;;
	fetch) fetch "$@" ;;
	path) path "${1:?release}" ;;
	kdir) echo "$(path "${1:?release}")/usr/src/linux-headers-$1" ;;
	image) echo "$(path "${1:?release}")/boot/vmlinuz-$1" ;;
	-h | --help | help) usage ;;
	*) usage >&2; exit 2 ;;
	esac
}

main "$@"
