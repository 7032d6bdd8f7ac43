#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: ovs.sh: prints the path of Open vSwitch's tool for its datapath. Out of
# Debian's package, which is only unpacked: installed, it would run a service.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

DIR=$BUILD/openvswitch

if [ ! -x "$DIR/usr/bin/ovs-dpctl" ]; then
	rm -rf "$DIR.tmp"
	mkdir -p "$DIR.tmp"
	cd "$DIR.tmp"
	apt-get -q -o APT::Sandbox::User=root download openvswitch-switch >&2
	dpkg -x ./*.deb .
	rm ./*.deb
	cd "$BUILD"
	rm -rf "$DIR"
	mv "$DIR.tmp" "$DIR"
fi
printf '%s\n' "$DIR/usr/bin/ovs-dpctl"
