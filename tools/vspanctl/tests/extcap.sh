#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vspan-extcap without the kernel module: what it tells Wireshark, and the commands that
# it runs, with a made /sys/class/net and stand-ins for vspanctl, sudo and ssh.
HERE=$(cd "$(dirname "$0")" && pwd)
EXTCAP=$HERE/../../wireshark/vspan-extcap.sh
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
count=0
failed=0

# is NAME GOT WANTED
is()
{
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $1"
	printf '%s\n' "$2" | sed 's/^/# got: /'
	printf '%s\n' "$3" | sed 's/^/# wanted: /'
}

# device NAME [FILE-OR-FOLDER/]...: as the kernel shows it. ARPHRD_ETHER is 1.
device()
{
	local dir=$TMP/net/$1 what

	mkdir -p "$dir" && echo "${TYPE:-1}" >"$dir/type"
	for what in "${@:2}"; do
		mkdir "$dir/$what"
	done
}

# stand_in NAME: a program that prints its name and words, each in brackets
stand_in()
{
	# shellcheck disable=SC2016	# the other shell's
	printf '#!/bin/bash\nprintf "<%%s>" "${0##*/}" "$@"\n' >"$TMP/bin/$1"
	chmod +x "$TMP/bin/$1"
}

extcap()
{
	PATH=$TMP/bin:$PATH VSPAN_SYSFS=$TMP/net "$EXTCAP" "$@" 2>&1
}

# runs NAME WANTED OPTION...: a capture does
runs()
{
	is "$1" "$(extcap --capture --fifo /dev/stdout "${@:3}")" "$2"
}

mkdir "$TMP/bin"
for name in vspanctl sudo ssh; do
	stand_in "$name"
done
device br0 bridge
device bond0 bonding
device eth0 device
device tap0 tun_flags
device veth0
device ssh tun_flags
device 'eth*' device
device 'e}{x' device
TYPE=801 device mon0 device

is "the list" "$(extcap --extcap-interfaces --extcap-version=4.0 | grep ^interface)" \
	"interface {value=vspan-br0}{display=SPAN port: bridge br0}
interface {value=vspan-bond0}{display=SPAN port: bond bond0}
interface {value=vspan-eth0}{display=SPAN port: NIC eth0}
interface {value=vspan-tap0}{display=SPAN port: tap tap0}
interface {value=vspan-ssh}{display=SPAN port of another host, by ssh}"
is "the version" "$(VSPANCTL=${VSPANCTL:-$HERE/../vspanctl} extcap --extcap-interfaces | sed -n 1p)" \
	"extcap {version=$("${VSPANCTL:-$HERE/../vspanctl}" -V | sed -n '1s/vspanctl //p')}{display=vspan}"
unset VSPANCTL
is "the link type" "$(extcap --extcap-interface vspan-eth0 --extcap-dlts)" \
	"dlt {number=1}{name=EN10MB}{display=Ethernet}"
for pair in "br0 --direction --vlan --filter --priv --bridge" \
	"eth0 --direction --vlan --filter --priv" \
	"ssh --direction --vlan --filter --priv --remote-host --remote-source"; do
	is "fields of ${pair%% *}" \
		"$(extcap --extcap-interface "vspan-${pair%% *}" --extcap-config |
			sed -n 's/^arg {number=.}{call=\([^}]*\)}{display=.*/\1/p' | xargs)" "${pair#* }"
done

runs "a NIC" "<vspanctl><capture><eth0><rx,tx><--><-U><-w><->" --extcap-interface vspan-eth0
runs "a bridge" "<vspanctl><capture><master><br0><rx,tx><--><-U><-w><->" \
	--extcap-interface=vspan-br0
runs "a bridge's own" "<vspanctl><capture><br0><tx><--><-U><-w><->" \
	--extcap-interface vspan-br0 --bridge device --direction tx
runs "fields" "<vspanctl><capture><eth0><rx><vlan><10,20-29><filter><tcp port 443><--><-U><-w><->" \
	--extcap-interface vspan-eth0 --direction rx --vlan 10,20-29 --filter "tcp port 443"
runs "empty fields" "<vspanctl><capture><eth0><rx,tx><--><-U><-w><->" \
	--extcap-interface vspan-eth0 --vlan "" --filter "" --extcap-capture-filter=
runs "the capture's filter" "<vspanctl><capture><eth0><rx,tx><filter><ip[0] = 0x45><--><-U><-w><->" \
	--extcap-interface vspan-eth0 "--extcap-capture-filter=ip[0] = 0x45"
runs "both filters" "<vspanctl><capture><eth0><rx,tx><filter><(tcp) and (port 1 or port 2)><--><-U><-w><->" \
	--extcap-interface vspan-eth0 --filter tcp --extcap-capture-filter "port 1 or port 2"
runs "a value like an option" "<vspanctl><capture><eth0><rx,tx><filter><--capture><--><-U><-w><->" \
	--extcap-interface vspan-eth0 --filter --capture
runs "options of others" "<vspanctl><capture><eth0><rx,tx><--><-U><-w><->" \
	--extcap-interface vspan-eth0 --log-level debug --extcap-version=4.4
runs "sudo" "<sudo><-n><vspanctl><capture><eth0><rx,tx><--><-U><-w><->" \
	--extcap-interface vspan-eth0 --priv sudo
runs "another host" "<ssh><-o><BatchMode=yes><--><root@kvm1><'vspanctl' 'capture' 'master' 'br0' 'rx,tx' '--' '-U' '-w' '-' >" \
	--extcap-interface vspan-ssh --remote-host root@kvm1 --remote-source "master br0"
# shellcheck disable=SC2016	# they are not to be expanded, that is the point
runs "another host's shell" "<ssh><-o><BatchMode=yes><--><-oX=y><'sudo' '-n' 'vspanctl' 'capture' '\$(x)' 'rx,tx' 'filter' 'it'\\''s \`b\`' '--' '-U' '-w' '-' >" \
	--extcap-interface vspan-ssh --remote-host -oX=y --remote-source '$(x)' --filter "it's "'`b`' --priv sudo
runs "no pattern of files" "<ssh><-o><BatchMode=yes><--><h><'vspanctl' 'capture' '*' 'rx,tx' '--' '-U' '-w' '-' >" \
	--extcap-interface vspan-ssh --remote-host h --remote-source '*'

runs "no host" "vspan-extcap: --remote-host and --remote-source name a host, and a device there" \
	--extcap-interface vspan-ssh --remote-source eth0
is "no pipe" "$(extcap --capture --extcap-interface vspan-eth0)" "vspan-extcap: --fifo is missing"
is "by hand" "$(extcap)" "vspan-extcap: Wireshark runs this; to capture by hand: vspanctl capture"
echo "1..$count"
[ "$failed" -eq 0 ]
