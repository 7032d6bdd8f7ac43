#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: promtool.sh: prints the path of Prometheus' checker of metrics. Out of
# Debian's package, which is only unpacked: installed, it would run a server.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

DIR=$BUILD/promtool

if [ ! -x "$DIR/promtool" ]; then
	rm -rf "$DIR.tmp"
	mkdir -p "$DIR.tmp"
	cd "$DIR.tmp"
	apt-get -q -o APT::Sandbox::User=root download prometheus >&2
	dpkg-deb --fsys-tarfile ./*.deb | tar -x --strip-components=3 ./usr/bin/promtool
	rm ./*.deb
	cd "$BUILD"
	rm -rf "$DIR"
	mv "$DIR.tmp" "$DIR"
fi
printf '%s\n' "$DIR/promtool"
