#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: unpacked.sh PACKAGE FILE [FOLDER]: prints the path of that file (usr/bin/...) of
# Debian's package, which is only unpacked, with what else the file needs in FOLDER:
# installed, it would run a service.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

DIR=$BUILD/unpacked/$1

if [ ! -e "$DIR/$2" ]; then
	rm -rf "$DIR.tmp"
	mkdir -p "$DIR.tmp"
	cd "$DIR.tmp"
	apt-get -q -o APT::Sandbox::User=root download "$1" >&2
	dpkg-deb --fsys-tarfile ./*.deb | tar -x "./$2" ${3:+"./$3"}
	rm ./*.deb
	cd "$BUILD"
	rm -rf "$DIR"
	mv "$DIR.tmp" "$DIR"
fi
printf '%s\n' "$DIR/$2"
