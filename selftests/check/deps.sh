#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Installs, from Debian's packages and only if missing, what the demo or the tests
# need. No kernel, no headers, no boot loader, no service is among them.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

APT=(apt-get -q -y -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=120)

usage()
{
	cat <<-EOT
	Usage: deps.sh [-n] [demo|check|fuzz|debug|bench]
	  -n     only says what it would install
	  demo   what 'make demo' needs
	  check  what 'make check' needs (default)
	  fuzz   what 'make fuzz-tool' needs
	  debug  what 'make check-debug' needs
	  bench  what 'make bench' needs
	EOT
}

demo_packages()
{
	cat <<-EOT
	gcc                builds the module and the tool
	make               builds the module and the tool
	libc6-dev          headers and static library, for the VM's first process
	pkg-config         finds the libraries
	libmnl-dev         netlink, in vspanctl
	libpcap-dev        filters, in vspanctl
	libncurses-dev     vspanctl top
	qemu-system-x86    the virtual machine
	kmod               lists and loads the VM's modules
	cpio               packs the VM's first file system
	xz-utils           unpacks kernel modules
	iproute2           makes the hosts and the bridge in the VM
	iputils-ping       sends traffic in the VM
	tcpdump            reads the copies in the VM
	procps             ends helpers
	util-linux         file locks and mounts
	EOT
}

check_packages()
{
	demo_packages
	cat <<-EOT
	sparse             checks the module's sources
	shellcheck         checks the scripts
	clang-format       checks the form of the sources
	man-db             checks the manual pages
	g++                compiles the public header as C++
	jq                 reads vspanctl's JSON in the tests
	iperf3             another's TCP, in the tests
	ethtool            offloads and counters in the tests
	nftables           drops in front of a mirror, in the tests
	bpftool            detaches programs in the tests
	python3            helpers in the tests
	python3-yaml       reads the netlink specification
	python3-jsonschema reads the netlink specification
	perl               checkpatch and kernel-doc
	flex               builds user-mode Linux
	bison              builds user-mode Linux
	bc                 builds user-mode Linux
	libvirt-daemon     runs the monitor VM in the tests
	libvirt-daemon-driver-qemu runs the monitor VM in the tests
	libvirt-clients    runs the monitor VM in the tests
	tshark             decodes what left the host in the tests
	openvswitch-common what its switch needs in the tests
	openssh-client     reaches another host in the tests
	systemd            starts the service in the tests
	build-essential    builds the packages
	debhelper          builds the packages
	dh-dkms            builds the packages
	dpkg-dev           builds the packages
	lintian            checks the packages
	debootstrap        a newer Debian, to build with its headers
	rpm                builds packages for others
	dkms               builds the module that the packages bring
	udev               reads the rules that the packages bring
	EOT
	sshd_libraries
}

# The SSH daemon of the tests is not installed, only unpacked: the libraries that it needs,
# which depend on the release of Debian
sshd_libraries()
{
	apt-cache depends openssh-server 2>/dev/null |
		sed -n 's/^  Depends: \(lib[^ <]*\)$/\1 the SSH daemon of the tests/p'
}

fuzz_packages()
{
	check_packages
	echo 'clang              libFuzzer, for the tool'
}

debug_packages()
{
	check_packages
	cat <<-EOT
	libelf-dev         builds a kernel
	libssl-dev         builds a kernel
	EOT
}

bench_packages()
{
	check_packages
}

# An installer's package lists lack the security archive, where newer kernels are;
# those at hand when a kernel was fetched will do.
have_kernel()
{
	ls "$KERNELS_DIR"/*/.complete >/dev/null 2>&1
}

# A failure is not an error here: the old lists may be sufficient.
update_lists()
{
	say "apt-get update"
	as_root "${APT[@]}" update >"$LOGS/apt-update.log" 2>&1 ||
		{ tail -n 5 "$LOGS/apt-update.log" >&2; say "apt-get update failed; going on"; }
}

installed()
{
	# shellcheck disable=SC2016
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Lines "package reason" of what is missing.
missing()
{
	local pkg why

	{
		"$1_packages"
		"$VM/kernels.sh" needs | sed 's/$/ building with the kernel headers/'
	} 2>/dev/null | while read -r pkg why; do
		installed "$pkg" || printf '%-18s %s\n' "$pkg" "$why"
	done
}

install_packages()
{
	local log=$LOGS/apt-install.log

	as_root env DEBIAN_FRONTEND=noninteractive "${APT[@]}" install \
		--no-install-recommends "$@" </dev/null >"$log" 2>&1
}

main()
{
	local dry='' list names

	if [ "${1:-}" = -n ]; then
		dry=1
		shift
	fi
	case ${1:-check} in
	demo | check | fuzz | debug | bench) ;;
	*) usage >&2; exit 2 ;;
	esac
	need_amd64
	mkdir -p "$LOGS"
	list=$(missing "${1:-check}")
	if [ -z "$dry" ] && { [ -n "$list" ] || ! have_kernel; }; then
		update_lists
		list=$(missing "${1:-check}")
	fi
	[ -n "$list" ] || return 0
	say "needed from Debian's packages, and missing here:"
	printf '%s\n' "$list" | sed 's/^/  /' >&2
	[ -z "$dry" ] || return 0
	mapfile -t names < <(printf '%s\n' "$list" | sed 's/ .*//')
	say "installing ${#names[@]} packages (log: build/logs/apt-install.log)"
	install_packages "${names[@]}" ||
		{ tail -n 5 "$LOGS/apt-install.log" >&2; die "installing failed"; }
}

main "$@"
