# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The tests of the packages and of make install; selftests/check/check.sh sources it.
# What apt and DKMS do is done at native speed on throw-away copies of root file systems:
# of the host's, with its own kernels, and of the userland of each other kernel's suite,
# since the programs of its headers run there. What has come of it boots in a VM.

PACKAGES=$LOGS/packages

packages_build()
{
	"$TOP/selftests/packages/deb.sh"
	# what is overridden, not every release knows
	lintian --allow-root --suppress-tags alien-tag --fail-on error,warning,info \
		-I "$BUILD"/deb/*.changes
}

# In the copy of the sources that the others were built in. No machine with RPM is
# at hand to install them on.
packages_rpm()
{
	local out=$PACKAGES/rpm

	cd "$BUILD/deb/vspan-$(version)" || return
	rpmbuild -bb --build-in-place --nodeps --define "_topdir $out" \
		--define "vspan_version $(version)" tools/rpm/vspan.spec || return
	rpm -qlp "$out"/RPMS/*/vspan-{dkms,tools}-*.rpm | tee "$out/files"
	[ "$(grep -cx -e '/usr/bin/vspanctl' -e '/usr/lib/systemd/system/vspan.service' \
		-e '/usr/lib/systemd/network/10-vspan.network' \
		-e '/usr/lib/NetworkManager/conf.d/10-vspan.conf' \
		-e '/usr/lib.*/wireshark/extcap/vspan-extcap' -e '/usr/share/ynl/specs/vspan.yaml' \
		-e '/etc/vspan.conf' -e "/usr/src/vspan-$(version)/dkms.conf" -e '.*/vspanctl\.8\(\.gz\)\?' "$out/files")" -eq 9 ]
}

# packages_machine SUITE REL...: "own" is the host. Nothing of it can be changed: no
# mount leaves its namespace, no kernel module can be loaded, and there is no network.
packages_machine()
{
	local suite=$1 out=$PACKAGES/$1 root=/ rel

	shift
	[ $# -gt 0 ] || return 0
	[ "$suite" = own ] || root=$("$VM/userland.sh" path "$suite")
	mkdir -p "$out"
	for rel; do
		echo "$rel $("$VM/kernels.sh" path "$rel")"
	done >"$out/kernels"
	as_root unshare --mount --pid --fork --kill-child --net --uts --ipc \
		setpriv --bounding-set=-sys_module,-sys_boot,-sys_rawio,-sys_time \
		"$TOP/selftests/packages/root.sh" "$out" "$root" 2>&1 </dev/null |
		ktap "packages${suite/#/ on }"
}

# packages_boot SUITE REL: on that kernel, with what the packages have put on the disk
# and no more
packages_boot()
{
	"$VM/run.sh" -k "$2" -t 900 -o "$PACKAGES/vm-$2" -- \
		env "DISK=$PACKAGES/$1/disk" selftests/packages/guest.sh
}

# What make install puts somewhere else, make uninstall takes away. Beside the module
# that was built before, so that it is not again.
install_and_uninstall()
{
	local src=$BUILD/$1/src dest=$PACKAGES/dest list
	local -a make=(make -s -C "$src" "KDIR=$("$VM/kernels.sh" kdir "$1")" "DESTDIR=$dest")

	rm -rf "$src/tools" "$src/Documentation"
	cp -a "$TOP/Makefile" "$TOP/tools" "$TOP/Documentation" "$src/"
	cp "$TOP/kmod/dkms.conf.in" "$src/kmod/"
	"${make[@]}" install install-dkms || return
	list=$(cd "$dest" && find . ! -type d | sort)
	echo "$list"
	[[ $list == *"/lib/modules/$1/updates/"*vspan.ko*"/usr/local/bin/vspanctl"* ]] || return
	grep -qx 'ExecStart=/usr/local/bin/vspanctl -force restore' \
		"$dest/usr/local/lib/systemd/system/vspan.service" || return
	"${make[@]}" uninstall uninstall-dkms || return
	list=$(find "$dest" \( ! -type d -o -name '*vspan*' \) -print)
	[ -z "$list" ] || printf 'left behind: %s\n' "$list"
	[ -z "$list" ]
}

# Of the releases, those of that suite
of_suite()
{
	local suite=$1 rel

	shift
	for rel; do
		[ "$("$VM/kernels.sh" suite "$rel")" != "$suite" ] || echo "$rel"
	done
}

# packages_checks REL...: of each suite, the first kernel is there before the packages
# are, the others come later.
packages_checks()
{
	local suite rel

	as_root rm -rf "$PACKAGES"
	mkdir -p "$PACKAGES"
	try "make uninstall takes away what make install has brought" \
		install_and_uninstall "$("$VM/kernels.sh" newest)"
	try "packages: built, and lintian finds nothing" packages_build
	# It leaves the directory it is in.
	(try "packages: built for RPM" packages_rpm)
	for suite in own stable-backports; do
		# shellcheck disable=SC2046	# words
		packages_machine "$suite" $(of_suite "$suite" "$@")
		for rel in $(of_suite "$suite" "$@"); do
			try "packages: what they installed mirrors on $rel" \
				packages_boot "$suite" "$rel"
		done
	done
}
