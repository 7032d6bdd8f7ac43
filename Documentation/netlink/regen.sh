#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Make the netlink code again from specs/vspan.yaml with the kernel's
# generator. KSRC is a kernel source tree that has tools/net/ynl, such as
# /usr/src/linux-source-6.12 of Debian's package, unpacked.
#
# usage: regen.sh KSRC [--check]
set -eu

ksrc=${1:?usage: regen.sh KSRC [--check]}
check=${2:-}
top=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The generator looks for its schema beside specs/ and for a MAINTAINERS
# file that marks the root of a tree; without one it never ends.
mkdir -p "$tmp/Documentation/netlink/specs"
mkdir "$tmp/out"
touch "$tmp/MAINTAINERS"
cp "$ksrc"/Documentation/netlink/genetlink*.yaml "$tmp/Documentation/netlink/"
cp "$top/Documentation/netlink/specs/vspan.yaml" \
   "$tmp/Documentation/netlink/specs/"
gen=$ksrc/tools/net/ynl/ynl-gen-c.py
[ -e "$gen" ] || gen=$ksrc/tools/net/ynl/pyynl/ynl_gen_c.py

one()
{
	mode=$1
	part=$2
	file=$3

	/usr/bin/python3 "$gen" --mode "$mode" "--$part" \
		--spec "$tmp/Documentation/netlink/specs/vspan.yaml" \
		-o "$tmp/out/${file##*/}"
	if [ "$check" = --check ]; then
		diff -u "$top/$file" "$tmp/out/${file##*/}"
	else
		cp "$tmp/out/${file##*/}" "$top/$file"
		echo "  GEN     $file"
	fi
}

one uapi header include/uapi/linux/vspan.h
one kernel header kmod/netlink/netlink-gen.h
one kernel source kmod/netlink/netlink-gen.c
