#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make deb: the Debian packages, built from a copy of the sources, in build/deb;
# prints their paths.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

OUT=$BUILD/deb

# A build elsewhere has left nothing of it to the packages.
copy_sources()
{
	mkdir -p "$1"
	tar -C "$TOP" -c --exclude-vcs --exclude=./build --exclude='*.o' --exclude='*.ko' \
		--exclude='*.cmd' --exclude='*.mod*' --exclude=./tools/vspanctl/vspanctl . |
		tar -x -C "$1"
}

main()
{
	local src log=$OUT/build.log

	src=$OUT/vspan-$(version)
	command -v dh_dkms >/dev/null ||
		die "packages are built with dh-dkms: apt-get install debhelper dh-dkms libmnl-dev libncurses-dev libpcap-dev pkg-config"
	rm -rf "$OUT"
	copy_sources "$src"
	cd "$src"
	# What make was told above is not meant for the package's.
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	dpkg-buildpackage -b -us -uc >"$log" 2>&1 ||
		{ tail -n 30 "$log" >&2; die "building the packages failed (log: $log)"; }
	printf '%s\n' "$OUT"/*.deb
}

main "$@"
