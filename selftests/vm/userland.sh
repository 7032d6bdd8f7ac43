#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A Debian of another suite below build/userland/SUITE, for kernels whose headers bring
# programs that this machine's C library is too old for: the module is built in it, and
# the packages are tried on it. Nothing is installed here.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
# To build modules and to check them (libelf-dev for the libelf of objtool, whose name
# depends on the release); the rest is what the kernel's headers ask for.
BUILDS=(make kmod sparse libelf-dev)
# What vspan-dkms and vspan-tools depend on, so that they install without a network,
# and what selftests/packages/root.sh asks.
INSTALLS=(dkms gcc libc6-dev libmnl0 libncursesw6 libpcap0.8t64 man-db systemd systemd-sysv)

usage()
{
	cat <<-EOT
	Usage: userland.sh make SUITE REL
	       userland.sh path SUITE
	       userland.sh run SUITE COMMAND [ARG...]
	  make  with what the headers of kernel REL want, if it is not there yet
	  path  where it is
	  run   that command in it, as who calls; it sees this tree, at its place
	EOT
}

# The tests install packages on the newest stable suite.
contents()
{
	printf '%s\n' "${BUILDS[@]}"
	[[ $1 != *-backports ]] || printf '%s\n' "${INSTALLS[@]}"
	"$HERE/kernels.sh" needs "$2"
}

# The minimal unpacked system that dpkg accepts.
bootstrap()
{
	local root=$1 code=$2 list=$3 cache=$BUILD/apt/debs

	mkdir -p "$cache"
	as_root env PATH="$PATH:/usr/sbin:/sbin" debootstrap --variant=minbase \
		--cache-dir="$cache" --include="$list" "$code" "$root" \
		"$("$HERE/suites.sh" mirror)"
}

make_userland()
{
	local suite=$1 dir=$BUILD/userland/$1 list code begin=$SECONDS

	list=$(contents "$suite" "$2" | sort -u | paste -sd,)
	mkdir -p "$BUILD/userland" "$LOGS"
	exec 5>"$BUILD/userland/.lock-$suite"
	flock 5
	if [ "$(cat "$dir/.contents" 2>/dev/null)" != "$list" ]; then
		code=$("$HERE/suites.sh" codename "$suite")
		say "${code%-backports}: making a userland of it, in which $2 builds (100 to 150 MB)"
		as_root rm -rf "$dir" "$dir.tmp"
		bootstrap "$dir.tmp" "${code%-backports}" "$list" \
			>"$LOGS/userland-$suite.log" 2>&1 </dev/null 5>&- ||
			{ tail -n 5 "$LOGS/userland-$suite.log" >&2; die "no userland of $code"; }
		as_root rm -rf "$dir.tmp/var/cache/apt/archives"
		echo "$list" | as_root tee "$dir.tmp/.contents" >/dev/null
		as_root mv "$dir.tmp" "$dir"
		say "${code%-backports}: ready, $((SECONDS - begin)) s"
	fi
	exec 5>&-
}

# Mounts are private and end with the command.
run()
{
	local root=$BUILD/userland/$1

	shift
	as_root mkdir -p "$root$TOP"
	# shellcheck disable=SC2016	# the inner shell's
	as_root unshare --mount sh -euc '
		root=$1 top=$2 user=$3
		shift 3
		mount --bind "$top" "$root$top"
		mount --bind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		exec chroot --userspec="$user" "$root" /usr/bin/env -C "$top" "$@"' \
		sh "$root" "$TOP" "$(id -u):$(id -g)" "$@"
}

main()
{
	local cmd=${1:-help}

	[ $# -eq 0 ] || shift
	case $cmd in
	make) make_userland "${1:?suite}" "${2:?release}" ;;
	path) echo "$BUILD/userland/${1:?suite}" ;;
	run) run "$@" ;;
	-h | --help | help) usage ;;
	*) usage >&2; exit 2 ;;
	esac
}

main "$@"
