#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Usage: guest.sh DIR: in the machine: loads the modules vspan and vspan_gen, and
# measures. VSPAN_KO, GEN_KO, VSPANCTL and OVS say where these are.
set -eu

# The copies of a full ring, and what the generator sends on one CPU.
sysctl -qw net.core.netdev_max_backlog=8192
# Devices that look for a router send what no row has counted.
if [ -e /proc/sys/net/ipv6 ]; then
	sysctl -qw net.core.devconf_inherit_init_net=1
	sysctl -qw net.ipv6.conf.{all,default}.disable_ipv6=1
fi
PATH=$PATH:$OVS
insmod "$VSPAN_KO"
insmod "$GEN_KO"
exec python3 -B "$(dirname "$0")/guest.py" "$1/raw.json"
