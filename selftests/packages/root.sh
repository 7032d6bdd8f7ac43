#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# root.sh OUT ROOT: run by checks.sh in namespaces of its own: installs the packages on a
# copy of that root file system that is thrown away, gives that machine one kernel after
# the other, and purges. Prints KTAP. Leaves in OUT/disk what has been installed; in
# OUT/kernels are lines "REL DIRECTORY", the oldest first.
set -u
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/../vm/common.sh"

OUT=$1
LOWER=${2%/}
DEBS=$BUILD/deb
WORK=$OUT/work
DISK=$WORK/root		# the machine's
UPPER=$WORK/upper	# what is not that root's of it
STEPS=0
declare -a RELS
declare -A KROOT

# step NAME COMMAND...
step()
{
	local name=$1 log

	shift
	STEPS=$((STEPS + 1))
	log=$OUT/step-$STEPS.log
	if "$@" >"$log" 2>&1 </dev/null; then
		echo "ok $STEPS - $name"
	else
		echo "not ok $STEPS - $name"
		tail -n 30 "$log" | sed 's/^/# /'
	fi
}

# What that root has of kernels and DKMS modules is none of the machine's. It may
# have none, and no directory for them: one that was never given a kernel's package.
make_machine()
{
	mount --make-rprivate / &&
		mkdir -p "$WORK" && mount -t tmpfs -o mode=755 tmpfs "$WORK" &&
		mkdir "$DISK" "$UPPER" "$WORK"/{work,modules} &&
		mount -t overlay -o "lowerdir=$LOWER/,upperdir=$UPPER,workdir=$WORK/work" machine "$DISK" &&
		mount -t proc proc "$DISK/proc" &&
		mount --rbind /dev "$DISK/dev" &&
		for dir in run tmp boot usr/lib/modules var/lib/dkms; do
			mkdir -p "$DISK/$dir" && mount -t tmpfs none "$DISK/$dir" || return
		done
	chmod 1777 "$DISK/tmp"
	mkdir -p "$DISK/tmp/debs" && cp "$DEBS"/*.deb "$DISK/tmp/debs/" &&
		add_kernel "${RELS[0]}"
}

# Of the home directory nothing is kept: DKMS asks rpm, if there is one, which notes it.
inside()
{
	chroot "$DISK" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/tmp \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# Image and headers, as their packages would leave them. Whatever the host has
# mounted where they are, the machine has not.
add_kernel()
{
	local rel=$1 dir=$WORK/modules/$1 kernels

	kernels=$(realpath "${KROOT[$rel]}")
	if [ ! -e "$DISK$kernels" ] || ! mountpoint -q "$DISK$kernels"; then
		mkdir -p "$WORK/kernels/$rel" && mkdir -p "$DISK$kernels" &&
			mount --bind "$kernels" "$DISK$kernels" &&
			mount -o remount,bind,ro "$DISK$kernels" || return
	fi
	mkdir -p "$dir/upper" "$dir/work" "$DISK/usr/lib/modules/$rel" &&
		mount -t overlay -o "lowerdir=$kernels/lib/modules/$rel,upperdir=$dir/upper,workdir=$dir/work" \
			kernel "$DISK/usr/lib/modules/$rel" &&
		ln -sfn "$kernels/usr/src/linux-headers-$rel" "$DISK/usr/lib/modules/$rel/build"
}

# The module for a kernel: DKMS knows it, it is of our version and that kernel, and
# modprobe finds it and all it needs.
has_module()
{
	local rel=$1 ko needed

	inside dkms status -m vspan -k "$rel" | tee /dev/stderr |
		grep -qx "vspan/$(version), $rel, x86_64: installed" || return
	ko=$(find "$DISK/usr/lib/modules/$rel/updates/dkms" -name 'vspan.ko*')
	[ "$(modinfo -F version "$ko")" = "$(version)" ] || return
	[[ $(modinfo -F vermagic "$ko") == "$rel "* ]] || return
	needed=$(inside modprobe -S "$rel" --show-depends vspan) || return
	echo "$needed"
	[[ $needed == *"/tap.ko"*"/updates/dkms/vspan.ko"* ]]
}

install_packages()
{
	inside sh -c 'apt-get -y -o APT::Sandbox::User=root install --no-install-recommends \
		/tmp/debs/vspan-dkms_*.deb /tmp/debs/vspan-tools_*.deb'
}

tools_are_there()
{
	local page

	[ "$(inside vspanctl -V | head -n 1)" = "$("$BUILD/tool/vspanctl" -V | head -n 1)" ] || return
	for page in "$TOP"/tools/vspanctl/man/*.[1-8]; do
		inside man -w "$(basename "${page%.*}")" || return
	done
	inside test -e /lib/systemd/network/10-vspan.network || return
	inside test -e /usr/lib/NetworkManager/conf.d/10-vspan.conf || return
	[ "$(inside systemctl is-enabled vspan.service)" = enabled ] || return
	[ "$(inside systemctl is-enabled vspan-metrics.timer vspan-http.socket | uniq)" = disabled ] ||
		return
	cmp "$DISK/etc/vspan.conf" "$TOP/tools/systemd/vspan.conf" &&
		[ -e "$DISK/usr/share/doc/vspan-tools/examples/grafana.json" ]
}

reinstall()
{
	inside sh -c 'apt-get -y -o APT::Sandbox::User=root install --reinstall \
		--no-install-recommends /tmp/debs/vspan-tools_*.deb'
}

# What the user has made of it stays, without a question; be it nothing.
configuration_stays()
{
	echo "add eth0" >"$DISK/etc/vspan.conf"
	reinstall && [ "$(cat "$DISK/etc/vspan.conf")" = "add eth0" ] || return
	rm "$DISK/etc/vspan.conf"
	reinstall && [ ! -e "$DISK/etc/vspan.conf" ]
}

# As the package of a kernel does it when it has unpacked.
upgrade_kernel()
{
	add_kernel "$1" && inside /etc/kernel/postinst.d/dkms "$1" && has_module "$1"
}

# passed_over REL CONFIG-LINE...: a kernel the module is not for
passed_over()
{
	local rel=$1 dir=$DISK/usr/lib/modules/$1 rc=0

	shift
	mkdir -p "$dir/build/include"
	printf '%s\n' CONFIG_MODULES=y CONFIG_NET=y CONFIG_PACKET=y "$@" >"$dir/build/.config"
	inside dkms build "vspan/$(version)" -k "$rel" || rc=$?
	rm -rf "$dir"
	[ "$rc" -eq 77 ]
}

others_are_passed_over()
{
	passed_over 6.0.19-old CONFIG_TAP=m && passed_over 5.10.0-30-amd64 CONFIG_TAP=m &&
		passed_over 6.12.9-notap && ! passed_over 6.12.9-tap CONFIG_TAP=m &&
		! passed_over 7.0.1-tap CONFIG_TAP=y && ! passed_over 10.2.0-tap CONFIG_TAP=y
}

# For the VM, which builds nothing
keep_disk()
{
	local rel

	mkdir -p "$OUT/disk/usr/lib/modules" && cp -a "$UPPER/usr" "$UPPER/etc" "$OUT/disk/" &&
		rm -rf "$OUT/disk/usr/src" || return
	for rel in "${RELS[@]}"; do
		cp -a "$WORK/modules/$rel/upper" "$OUT/disk/usr/lib/modules/$rel" &&
			rm -f "$OUT/disk/usr/lib/modules/$rel/build" || return
	done
	find "$OUT/disk" -name 'vspan.ko*'
}

# What is not as it was; but that dpkg and apt have a memory.
leftovers()
{
	local -a memory=(-path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/log
		-o -path ./var/cache -o -path ".$TOP")
	local rel

	(
		cd "$UPPER" || exit
		find . \( "${memory[@]}" \) -prune -o ! -type d -print
		find . \( "${memory[@]}" \) -prune -o -type d -print | while read -r dir; do
			[ -d "$LOWER/$dir" ] || mountpoint -q "$DISK/$dir" || echo "$dir/"
		done
	)
	find "$DISK/var/lib/dkms" -mindepth 1 ! -name 'mok.*'
	find "$DISK/usr/lib/modules" -path '*/updates*'
	for rel in "${RELS[@]}"; do
		find "$WORK/modules/$rel/upper" -mindepth 1 ! -name 'modules.*' ! -name build
	done
}

purge_packages()
{
	local left

	echo "add eth0" >"$DISK/etc/vspan.conf"
	inside apt-get -y purge vspan-dkms vspan-tools || return
	left=$(leftovers)
	[ -z "$left" ] || printf 'left behind: %s\n' "$left"
	[ -z "$left" ]
}

main()
{
	local rel root

	while read -r rel root; do
		RELS+=("$rel")
		KROOT[$rel]=$root
	done <"$OUT/kernels"
	echo "KTAP version 1"
	step "a machine with kernel ${RELS[0]}" make_machine
	step "apt installs them, without the network" install_packages
	step "DKMS has built the module for ${RELS[0]}" has_module "${RELS[0]}"
	step "tool, manual pages, service and examples are there" tools_are_there
	for rel in "${RELS[@]:1}"; do
		step "kernel $rel comes later, and has the module" upgrade_kernel "$rel"
	done
	step "kernels it is not for are passed over" others_are_passed_over
	step "configuration stays when they are renewed" configuration_stays
	step "the disk is kept for the VM" keep_disk
	step "purged, nothing of them is left" purge_packages
	echo "1..$STEPS"
}

main
