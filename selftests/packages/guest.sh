#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# In the VM: puts what the packages installed on its disk, a copy of which is in
# DISK, and asks no more than a user would: the tool has the module loaded, a
# hundred frames of a tap are mirrored, udev knows what it sees.
set -eux
exec 2>&1
HERE=$(dirname "$(readlink -f "$0")")
PKT=$HERE/../../build/selftests/pkt

# /lib/modules/REL is a file system of its own here.
cp -a "$DISK"/. /
ip tuntap add dev vnet0 mode tap
ip link set vnet0 up
vspanctl add 'vnet*'
test "$(cat /sys/module/vspan/version)" = "$(vspanctl -V | sed -n '1s/.* //p')"
[[ $(modinfo -F filename vspan) == /lib/modules/*/updates/dkms/vspan.ko* ]]
"$PKT" send tun:vnet0 count=100 id=1 recv span0 count=100 id=1
udevadm test /sys/class/net/span0 2>&1 | grep -x ' *NM_UNMANAGED=1'
cp /usr/share/doc/vspan-tools/examples/86-vspan-kvm.rules /etc/udev/rules.d/
udevadm test /sys/class/vspan/tap* 2>&1 | grep 'MODE 0*660'
