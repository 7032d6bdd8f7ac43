#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An extcap program (see extcap(4)): Wireshark and tshark list the bridges, bonds, NICs and
# taps of this host as sources of SPAN ports, and a host that ssh reaches. It captures by
# "vspanctl capture"; see vspanctl-capture(8).
set -u
VSPANCTL=${VSPANCTL:-vspanctl}
SYSFS=${VSPAN_SYSFS:-/sys/class/net}

die()
{
	echo "vspan-extcap: $*" >&2
	exit 1
}

# kind DEVICE: what it is, in REPLY; fail if it is nothing to list. (A brace would end an
# entry of the list; *, ? and [ would make a pattern of the name; vspan-ssh is taken.)
kind()
{
	local dir=$SYSFS/$1 type=''

	REPLY=''
	[[ $1 != ssh && $1 != *[{}*?[\\]* ]] || return
	read -r type 2>/dev/null <"$dir/type"
	[ "$type" = 1 ] || return
	if [ -d "$dir/bridge" ]; then
		REPLY=bridge
	elif [ -d "$dir/bonding" ]; then
		REPLY=bond
	elif [ -e "$dir/tun_flags" ]; then
		REPLY=tap
	elif [ -e "$dir/device" ]; then
		REPLY=NIC
	fi
	[ -n "$REPLY" ]
}

# The entries of all devices, by kind. A host may have hundreds: no process for each.
interfaces()
{
	local dev word
	local -A entries=()

	for dev in "$SYSFS"/*; do
		dev=${dev##*/}
		! kind "$dev" ||
			entries[$REPLY]+="interface {value=vspan-$dev}{display=SPAN port: $REPLY $dev}"$'\n'
	done
	for word in bridge bond NIC tap; do
		printf %s "${entries[$word]:-}"
	done
}

list()
{
	local version

	version=$("$VSPANCTL" -V 2>/dev/null)
	version=${version%%$'\n'*}
	echo "extcap {version=${version#vspanctl }}{display=vspan}"
	interfaces
	echo "interface {value=vspan-ssh}{display=SPAN port of another host, by ssh}"
}

dlts()
{
	echo "dlt {number=1}{name=EN10MB}{display=Ethernet}"
}

# What all interfaces have. The frames are those of "vspanctl add".
config_common()
{
	cat <<-EOT
	arg {number=0}{call=--direction}{display=Direction}{type=selector}{tooltip=As the device sees it}
	value {arg=0}{value=rx,tx}{display=received and transmitted}{default=true}
	value {arg=0}{value=rx}{display=received}{default=false}
	value {arg=0}{value=tx}{display=transmitted}{default=false}
	arg {number=1}{call=--vlan}{display=VLANs}{type=string}{placeholder=10,20-29}{tooltip=Only frames of these VLANs}
	arg {number=2}{call=--filter}{display=Filter}{type=string}{placeholder=tcp port 443}{tooltip=Only frames that this pcap filter selects, before they are copied}
	arg {number=3}{call=--priv}{display=Privileges}{type=selector}{tooltip=vspanctl needs CAP_NET_ADMIN, and the program that captures CAP_NET_RAW}
	value {arg=3}{value=none}{display=run vspanctl directly}{default=true}
	value {arg=3}{value=sudo}{display=run it by sudo, without a password}{default=false}
	EOT
}

config()
{
	config_common
	if [ "$INTERFACE" = vspan-ssh ]; then
		cat <<-EOT
		arg {number=4}{call=--remote-host}{display=Host}{type=string}{required=true}{placeholder=root@kvm1}{tooltip=As for ssh, which asks for no password here}
		arg {number=5}{call=--remote-source}{display=Source}{type=string}{required=true}{placeholder=eth0, or: master br0}{tooltip=Devices there, as for vspanctl capture}
		EOT
	elif kind "${INTERFACE#vspan-}" && [ "$REPLY" = bridge ]; then
		cat <<-EOT
		arg {number=4}{call=--bridge}{display=Mirror}{type=selector}
		value {arg=4}{value=ports}{display=all ports, each frame once}{default=true}
		value {arg=4}{value=device}{display=frames of the bridge device itself}{default=false}
		EOT
	fi
}

# The filter of the interface and that of the capture: if both are given, both select.
filter()
{
	local one=${OPT[filter]} two=${OPT[extcap-capture-filter]}

	if [ -n "$one" ] && [ -n "$two" ]; then
		echo "($one) and ($two)"
	else
		echo "$one$two"
	fi
}

# Sets WORDS, for vspanctl capture: the device, or all ports of a bridge.
source_words()
{
	local dev=${INTERFACE#vspan-}

	if [ "$INTERFACE" = vspan-ssh ]; then
		read -ra WORDS <<<"${OPT[remote-source]}"
	elif [ "${OPT[bridge]}" = ports ] && kind "$dev" && [ "$REPLY" = bridge ]; then
		WORDS=(master "$dev")
	else
		WORDS=("$dev")
	fi
}

# quoted WORD...: as a command line for any shell, in REPLY
quoted()
{
	local word

	REPLY=''
	for word; do
		REPLY+="'${word//\'/\'\\\'\'}' "
	done
}

# Sets RUN: what captures, and writes to standard output.
command_words()
{
	local filter vlan=${OPT[vlan]}
	local -a WORDS

	filter=$(filter)
	source_words
	RUN=("$VSPANCTL")
	[ "$INTERFACE" != vspan-ssh ] || RUN=(vspanctl)
	[ "${OPT[priv]}" != sudo ] || RUN=(sudo -n "${RUN[@]}")
	RUN+=(capture "${WORDS[@]}" "${OPT[direction]}" ${vlan:+vlan "$vlan"}
		${filter:+filter "$filter"} -- -U -w -)
	if [ "$INTERFACE" = vspan-ssh ]; then
		quoted "${RUN[@]}"
		RUN=(ssh -o BatchMode=yes -- "${OPT[remote-host]}" "$REPLY")
	fi
}

# Wireshark reports all that is written to standard error as a failure: without what
# tcpdump says of each capture.
complaints()
{
	exec sed -u -e '/^tcpdump: listening on /d' -e '/^[0-9]* packets\? captured$/d' \
		-e '/^[0-9]* packets\? received by filter$/d' \
		-e '/^[0-9]* packets\? dropped by kernel$/d'
}

# The user cannot signal sudo, which is root's: a process in between can be ended.
run_by_sudo()
{
	local pipe reader run

	exec {pipe}> >(exec cat >"${OPT[fifo]}")
	reader=$!
	# shellcheck disable=SC2064	# this reader
	trap "kill $reader" TERM INT
	"${RUN[@]}" >&"$pipe" {pipe}>&- &
	run=$!
	exec {pipe}>&-
	wait "$run"
	# not yet, if a signal has ended the first wait
	wait "$run"
}

# Wireshark ends us by SIGTERM. vspanctl passes it on. ssh does not, but ends, and with it
# the reader of the pipe of the vspanctl at its other end, which therefore ends, too.
capture()
{
	local -a RUN

	[ -n "${OPT[fifo]}" ] || die "--fifo is missing"
	[ "$INTERFACE" != vspan-ssh ] ||
		[[ -n ${OPT[remote-host]} && -n ${OPT[remote-source]} ]] ||
		die "--remote-host and --remote-source name a host, and a device there"
	command_words
	exec 2> >(complaints >&2)
	[ "${RUN[0]}" = sudo ] || exec "${RUN[@]}" >"${OPT[fifo]}"
	run_by_sudo
}

# Wireshark asks whether a capture filter is right: what is printed says why it is not.
verify()
{
	tcpdump -y EN10MB -d -- "${OPT[extcap-capture-filter]}" 2>&1 >/dev/null |
		sed 's/^tcpdump: //'
}

# Options that are not for us are ignored, as extcap(4) asks.
parse()
{
	while [ $# -gt 0 ]; do
		[[ $1 != --*=* ]] || set -- "${1%%=*}" "${1#*=}" "${@:2}"
		case $1 in
		--extcap-interfaces | --extcap-dlts | --extcap-config | --capture)
			ACTION=${1#--}
			;;
		--*)
			[[ ! -v OPT[${1#--}] ]] || { OPT[${1#--}]=${2:-}; shift; }
			;;
		esac
		shift
	done
	INTERFACE=${OPT[extcap-interface]}
}

ACTION=''
declare -A OPT=([extcap-interface]='' [extcap-capture-filter]='' [fifo]='' [direction]="rx,tx"
	[vlan]='' [filter]='' [priv]=none [bridge]=ports [remote-host]='' [remote-source]='')
parse "$@"
case $ACTION in
extcap-interfaces) list ;;
extcap-dlts) dlts ;;
extcap-config) config ;;
capture) capture ;;
*)
	[ -n "${OPT[extcap-capture-filter]}" ] ||
		die "Wireshark runs this; to capture by hand: vspanctl capture"
	verify
	;;
esac
