#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspan-extcap: tshark lists the devices of the host as SPAN ports and captures from them,
# also on another host by ssh. Each frame is captured once, and no span is left.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"devices_are_listed"
	"a_tap_is_captured"
	"a_bridge_is_all_its_ports"
	"a_bridge_s_own_frames"
	"fields_select"
	"filters_of_both_select"
	"bad_filters_are_refused"
	"ends_without_frames"
	"by_sudo_ends_without_frames"
	"by_ssh"
	"by_ssh_ends_without_frames"
	"by_ssh_without_a_device"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

EXTCAP=$TOP/tools/wireshark/vspan-extcap.sh
SSHD=${SSHD:-/usr/sbin/sshd}
SENDER=02:00:00:00:00:99

# A bridge with the tap of a VM and a cable to p2. DIR/extcap is Wireshark's folder.
setup()
{
	require_command tshark tcpdump || return
	FOLDER=$(tshark -G folders 2>/dev/null | sed -n 's/^\(Global \)\?Extcap path:[[:space:]]*//p')
	DIR=$(mktemp -d) && defer rm -rf "$DIR" || return
	mkdir "$DIR/extcap" "$DIR/bin" || return
	ln -s "$EXTCAP" "$DIR/extcap/vspan-extcap" && stand_ins || return
	topo_cable || return
	ip -n "$sw" link add br0 up type bridge mcast_snooping 0
	ip -n "$sw" tuntap add tap0 mode tap && ip -n "$sw" link set tap0 up master br0
	ip -n "$sw" link set eth0 master br0
}

# vspanctl, which notes its exit status, if it is not killed; and a sudo that cannot be
# signalled, since the real one is root's.
stand_ins()
{
	cat >"$DIR/bin/vspanctl" <<-EOT
		#!/bin/bash
		trap 'kill \$!' TERM
		"$VSPANCTL" "\$@" &
		wait \$!
		wait \$!
		echo \$? >"$DIR/status"
	EOT
	cat >"$DIR/bin/sudo" <<-EOT
		#!/bin/bash
		trap '' TERM
		shift
		exec "\$@"
	EOT
	chmod +x "$DIR/bin/vspanctl" "$DIR/bin/sudo"
}

# run_shark WORDS...: become tshark, in sw. Root's comes with the folder that it was built
# with.
run_shark()
{
	# shellcheck disable=SC2016	# the other shell's
	exec ip netns exec "$sw" env "PATH=$DIR/bin:$PATH" "VSPANCTL=$DIR/bin/vspanctl" bash -c '
		mount --bind "$0/extcap" "$1" && shift && exec tshark "$@"' \
		"$DIR" "$FOLDER" "$@"
}

# shark WORDS...: in the background, until its span has a reader
shark()
{
	rm -f "$DIR/pcap" "$DIR/status"
	run_shark "$@" -w "$DIR/pcap" >"$DIR/out" 2>"$DIR/err" &
	SHARK=$!
	defer kill_quietly "$SHARK"
	busywait json_is "$sw" cap0/reader true cap0/idle false && return
	fail "tshark $*" "$(<"$DIR/err")"
	return 1
}

# ended FRAMES: tshark has, with so many in its file, and its span is gone
ended()
{
	wait "$SHARK" || fail "tshark: exit status $?" "$(<"$DIR/err")"
	check_eq "frames" "$(frames "$DIR/pcap")" "$1"
	was_ended
}

# Not killed after a time, and without a complaint
was_ended()
{
	check_wait "the span goes" has_no_span
	check_wait "vspanctl ends" test -e "$DIR/status"
	check_eq "its exit status" "$(<"$DIR/status")" 0
	! grep "Error by extcap" "$DIR/err" || fail "tshark complains" "$(<"$DIR/err")"
}

frames()
{
	tcpdump --count -nr "$1" 2>/dev/null | sed 's/ packets*//'
}

has_no_span()
{
	json "$sw" show && [ ${#J[@]} -eq 0 ]
}

# The lines of tshark -D about SPAN ports, without their numbers
listed()
{
	(run_shark -D) 2>/dev/null | sed -n 's/^[0-9]*\. \(vspan-.*\)/\1/p' | sort
}

# A veth, a VLAN device and a span are none of them.
devices_are_listed()
{
	span_add "$sw" span0 || return
	ip -n "$sw" link add link eth0 name eth0.5 type vlan id 5
	check_eq "devices" "$(listed)" "vspan-br0 (SPAN port: bridge br0)
vspan-ssh (SPAN port of another host, by ssh)
vspan-tap0 (SPAN port: tap tap0)"
	ip -n "$sw" link del eth0.5
	vspan "$sw" span del span0
}

# from_p2 COUNT [WORDS...]: broadcasts into eth0, which the bridge forwards to the VM
from_p2()
{
	local -a words=(src="$SENDER" dst=ff:ff:ff:ff:ff:ff count="$1" "${@:2}")

	flows "from p2" send eth0 ns="$p2" "${words[@]}" recv tun:tap0 ns="$sw" "${words[@]}" \
		others=ok
}

a_tap_is_captured()
{
	shark -i vspan-tap0 -c 20 || return
	from_p2 20
	ended 20
}

# A frame that one port receives and others transmit is there once.
a_bridge_is_all_its_ports()
{
	shark -i vspan-br0 -c 21 || return
	from_p2 20
	from_p2 1 id=2
	ended 21
}

# What goes to the bridge itself, and not what its ports forward.
a_bridge_s_own_frames()
{
	local mac

	mac=$(ip netns exec "$sw" cat /sys/class/net/br0/address)
	shark -i vspan-br0 -o extcap.vspan_br0.bridge:device -c 10 || return
	flows "forwarded" send eth0 ns="$p2" src="$SENDER" dst=02:00:00:00:00:55 end=0 count=10
	flows "to the bridge" send eth0 ns="$p2" src="$SENDER" dst="$mac" end=0 count=10
	ended 10
	check_eq "to whom" "$(tcpdump -enr "$DIR/pcap" 2>/dev/null | grep -c "> $mac")" 10
}

fields_select()
{
	shark -i vspan-br0 -o extcap.vspan_br0.vlan:5,7-8 -o extcap.vspan_br0.direction:rx -c 20 || return
	json "$sw" show cap0
	check_j cap0/sources/br0/dir/0 rx
	check_j cap0/sources/br0/vlan 5,7-8
	from_p2 10 vlan=5
	from_p2 10 vlan=6
	from_p2 10
	from_p2 10 vlan=8
	ended 20
}

# The interface's, and that of the capture.
filters_of_both_select()
{
	shark -i vspan-br0 -o "extcap.vspan_br0.filter:ether src $SENDER" -f "not vlan 6" -c 20 || return
	json "$sw" show cap0
	check_j cap0/sources/br0/filter "(ether src $SENDER) and (not vlan 6)"
	flows "of another" send eth0 ns="$p2" src=02:00:00:00:00:98 end=0 count=10
	from_p2 10 vlan=6
	from_p2 20 vlan=7
	ended 20
}

# refused SENTENCE WORDS...: by tshark, or by whom it has asked
refused()
{
	local out

	! out=$(run_shark "${@:2}" -w "$DIR/pcap" 2>&1) || fail "tshark ${*:2} is not refused"
	[[ $out == *"$1"* ]] || fail "tshark ${*:2} does not say: $1" "$out"
	check_wait "no span is left" has_no_span
}

bad_filters_are_refused()
{
	refused "syntax error" -i vspan-tap0 -f "foo bar"
	refused "filter \"foo bar\": can't parse filter expression" -i vspan-tap0 -o "extcap.vspan_tap0.filter:foo bar"
	check_eq "what it says of a good one" \
		"$("$EXTCAP" --extcap-interface vspan-tap0 --extcap-capture-filter=tcp)" ""
}

# stopped: tshark is told to end, and no frame is needed for that
stopped()
{
	kill -TERM "$SHARK"
	wait "$SHARK" 2>/dev/null
	was_ended
}

ends_without_frames()
{
	shark -i vspan-tap0 || return
	stopped
}

by_sudo_ends_without_frames()
{
	shark -i vspan-tap0 -o extcap.vspan_tap0.priv:sudo || return
	stopped
}

# Of OpenSSH. Accounts and folders are what the test says, in a mount namespace.
sshd_config()
{
	local lib=${SSHD%/sbin/sshd}/lib/openssh

	cat <<-EOT
	ListenAddress 127.0.0.1
	HostKey $DIR/ssh/host
	AuthorizedKeysFile $DIR/ssh/key.pub
	PidFile none
	StrictModes no
	UsePAM no
	SetEnv PATH=$DIR/bin:$PATH
	EOT
	[ ! -e "$lib/sshd-session" ] || echo "SshdSessionPath $lib/sshd-session"
	[ ! -e "$lib/sshd-auth" ] || echo "SshdAuthPath $lib/sshd-auth"
}

ssh_keys()
{
	mkdir "$DIR/ssh" && ssh-keygen -q -t ed25519 -N '' -f "$DIR/ssh/host" &&
		ssh-keygen -q -t ed25519 -N '' -f "$DIR/ssh/key" || return
	sshd_config >"$DIR/ssh/sshd_config"
	{
		grep -v '^sshd:' /etc/passwd
		echo 'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin'
	} >"$DIR/ssh/passwd"
	echo 'root:*:19000::::::' >"$DIR/ssh/shadow"
	cat >"$DIR/bin/ssh" <<-EOT
	#!/bin/bash
	exec $(type -P ssh) -F none -i "$DIR/ssh/key" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "\$@"
	EOT
	chmod +x "$DIR/bin/ssh"
}

# The daemon of this host, in sw
ssh_server()
{
	require_command "$SSHD" ssh ssh-keygen || return
	ip -n "$sw" link set lo up
	[ -e "$DIR/ssh" ] || ssh_keys || { fail "no keys"; return 1; }
	mkdir -p /run/sshd
	# shellcheck disable=SC2016	# the other shell's
	ip netns exec "$sw" bash -c 'mount --bind "$0/ssh/passwd" /etc/passwd &&
		mount --bind "$0/ssh/shadow" /etc/shadow && exec "$1" -D -e -f "$0/ssh/sshd_config"' \
		"$DIR" "$SSHD" 2>"$DIR/sshd.log" &
	defer kill_quietly $!
	check_wait "sshd" ip netns exec "$sw" bash -c '</dev/tcp/127.0.0.1/22' ||
		{ fail "sshd" "$(<"$DIR/sshd.log")"; return 1; }
}

remote()
{
	shark -i vspan-ssh -o extcap.vspan_ssh.remotehost:root@127.0.0.1 \
		-o "extcap.vspan_ssh.remotesource:$1" "${@:2}"
}

by_ssh()
{
	ssh_server || return
	remote "master br0" -o "extcap.vspan_ssh.filter:ether src $SENDER and vlan 7" -c 20 || return
	json "$sw" show cap0
	check_j cap0/sources/br0/filter "ether src $SENDER and vlan 7"
	from_p2 10
	from_p2 20 vlan=7
	ended 20
}

by_ssh_ends_without_frames()
{
	ssh_server || return
	remote tap0 || return
	stopped
}

by_ssh_without_a_device()
{
	ssh_server || return
	refused "no device is named nodev0" -i vspan-ssh \
		-o extcap.vspan_ssh.remotehost:root@127.0.0.1 -o extcap.vspan_ssh.remotesource:nodev0
}

tests_run
