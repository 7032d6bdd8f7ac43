# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Functions for the scripts that run on the host, here and in selftests/check, packages,
# demo and bench. Sourced, not run.
# shellcheck disable=SC2034

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$TOP/build
KERNELS_DIR=$BUILD/kernels
LOGS=$BUILD/logs
VM=$TOP/selftests/vm
export LC_ALL=C.UTF-8
umask 022

say()
{
	printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# The VM's root file system (the host's), kernel and compiler must have the same
# architecture, and only this one has been tested.
need_amd64()
{
	[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] ||
		die "only Debian on amd64 is supported so far (this test harness takes Debian's amd64 kernels)"
}

# The path ends up in a kernel command line, in QEMU options and in kbuild.
need_plain_path()
{
	case $1 in
	*[!A-Za-z0-9/._+@-]*)
		die "the path '$1' has a character that kbuild or QEMU cannot take; move it elsewhere" ;;
	esac
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

version()
{
	sed -n 's/^VERSION *:= *//p' "$TOP/Makefile"
}

stop_jobs()
{
	local job

	for job in $(jobs -p); do
		kill -- "-$job" 2>/dev/null || true
	done
	exit 130
}

# Background jobs end with this script: each job is a process group.
stoppable_jobs()
{
	trap stop_jobs INT TERM
	set -m
}
