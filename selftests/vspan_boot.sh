#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Boots with vspan.service as it is shipped: whatever starts first, the module,
# the service or the virtual machines, the mirror is there, and before the first
# tap if the service is. What boots is systemd as the first process of namespaces
# of its own (processes, mounts, network), on a kernel that has no vspan module
# yet: to systemd and to vspan the same as a machine that was switched on.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"unit_is_in_order"
	"boot module service taps"
	"boot service taps"
	"boot module taps service"
	"boot taps module service"
	"boot taps service"
	"boot_without_the_module"
	"boot_without_a_configuration"
	"boot_with_bad_lines"
	"every_option_comes_back"
	"restart_and_reload_cut_nothing"
	"reload_applies_an_edited_file_without_a_gap"
	"reload_of_a_bad_file_says_its_line_and_changes_nothing"
	"restart_with_a_bad_line_does_the_others"
	"networkd_leaves_spans_alone"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

SYSTEMD=/lib/systemd/systemd
UNITS=/lib/systemd/system
SHIPPED=$TOP/tools/systemd

setup()
{
	require_command systemctl unshare depmod || return 1
	[ -x "$SYSTEMD" ] || { skip "no systemd"; return 1; }
	require_reload || return 1
	DIR=$(mktemp -d) || return 1
	defer rm -rf "$DIR"
	# The service may not look into home directories.
	cp "$VSPANCTL" "$DIR/vspanctl" && VSPANCTL=$DIR/vspanctl
	modules_dir && kernel_finds_module
}

# Provide the module under test, and those that it needs, for modules-load.
modules_dir()
{
	local rel ko

	rel=$(uname -r)
	MODULES=$DIR/modules/lib/modules/$rel
	mkdir -p "$MODULES/kernel"
	touch "$MODULES"/modules.{order,builtin,builtin.modinfo}
	for ko in "${VSPAN_KO:-$(modinfo -n vspan)}" "$(modinfo -n tap 2>/dev/null)"; do
		[ ! -e "$ko" ] || cp "$ko" "$MODULES/kernel/" || return
	done
	depmod -b "$DIR/modules" "$rel"
}

# The kernel loads a module that somebody asks for. One that is not installed is
# put in its way, and one that is can be kept from it.
kernel_finds_module()
{
	local old load sysctl=/proc/sys/kernel/modprobe

	read -r old <$sysctl
	load=${VSPAN_KO:+insmod $VSPAN_KO}
	cat >"$DIR/modprobe" <<-EOT
		#!/bin/sh
		case "\$*" in
		*family-vspan*) [ ! -e $DIR/absent ] && exec ${load:-$old -q vspan} ;;
		*) exec $old "\$@" ;;
		esac
	EOT
	chmod +x "$DIR/modprobe"
	defer sh -c "echo $old >$sysctl"
	echo "$DIR/modprobe" >$sysctl
}

unit()
{
	cat >"$BOOT/units/$1"
}

# A unit that runs a script: unit_script NAME DEPENDENCIES...; script on stdin
unit_script()
{
	local name=$1

	shift
	{ echo "set -e"; cat; } >"$BOOT/$name.sh"
	{
		printf '[Unit]\nDefaultDependencies=no\n'
		printf '%s\n' "$@"
		printf '[Service]\nType=oneshot\n'
		echo "ExecStart=/bin/bash $BOOT/$name.sh"
		printf 'StandardOutput=file:%s\nStandardError=inherit\n' "$BOOT/$name.log"
	} | unit "$name.service"
}

# The shipped unit, with the path that make install would give it.
shipped_unit()
{
	sed "s|/usr/bin/vspanctl|$VSPANCTL|" "$SHIPPED/vspan.service" | unit vspan.service
	mkdir -p "$BOOT/units/vspan.service.d"
	printf '[Service]\nStandardError=file:%s/vspan.log\n' "$BOOT" |
		unit vspan.service.d/log.conf
}

# A minimal libvirt: a tap, and a machine behind it that sends at once. If a span exists,
# its monitor must get all of these frames.
unit_taps()
{
	unit_script taps "$@" <<-EOT
		ip tuntap add dev vnet0 mode tap
		ip link set vnet0 up
		if [ -e /sys/class/net/span0 ]; then
			$PKT send tun:vnet0 count=100 id=1 recv span0 count=100 id=1
		else
			$PKT send tun:vnet0 count=100 id=1
		fi
	EOT
}

# Check the result. The boot ends with this unit.
unit_check()
{
	unit_script check "$@" "SuccessAction=exit-force" "FailureAction=exit-force" <<-EOT
		systemctl show -P Result -P ActiveState vspan.service >$BOOT/result || :
		$VSPANCTL -j show >$BOOT/show 2>&1 || :
		[ ! -e $BOOT/more.sh ] || . $BOOT/more.sh
		$PKT send tun:vnet0 count=100 id=2 recv span0 count=100 id=2
	EOT
}

# In the new namespaces: mounts, and no word from the host itself
cat_init()
{
	cat <<-EOT
		set -e
		mount --make-rprivate /
		mount -t proc proc /proc
		mount -t sysfs sys /sys
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		mount -t tmpfs run /run
		mount -t tmpfs etc $BOOT/etc
		mkdir $BOOT/etc/upper $BOOT/etc/work
		cp $BOOT/conf $BOOT/etc/upper/vspan.conf || :
		mount -t overlay -o lowerdir=/etc,upperdir=$BOOT/etc/upper,workdir=$BOOT/etc/work etc /etc
		mount --bind $MODULES /lib/modules/$(uname -r)
		mkdir -p /etc/modules-load.d
		for dir in /etc/modules-load.d /usr/lib/modules-load.d; do
			[ ! -d \$dir ] || mount -t tmpfs none \$dir
		done
		echo vspan >/etc/modules-load.d/vspan.conf
		echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 || :
		mount --bind $BOOT/console /dev/console
		export container=vspan SYSTEMD_UNIT_PATH=$BOOT/units SYSTEMD_GENERATOR_PATH=$BOOT
		exec $SYSTEMD --system --unit=boot.target --log-target=console --show-status=0
	EOT
}

# A new machine, to be described further
boot_prepare()
{
	module_gone || return
	BOOT=$(mktemp -d "$DIR/boot.XXXXXX")
	mkdir "$BOOT/units" "$BOOT/etc"
	touch "$BOOT/console"
	cp "$UNITS"/{systemd-modules-load.service,network-pre.target} "$BOOT/units/" || return
	unit boot.target <<<'[Unit]'
	shipped_unit
	cat >"$BOOT/conf" <<<"add 'vnet*'"
}

# boot_now UNITS...: start them, until check is done
boot_now()
{
	local word

	for word in "$@"; do
		echo "Wants=$word"
	done | { echo '[Unit]'; cat; } | unit boot.target
	cat_init >"$BOOT/init.sh"
	timeout -s KILL 100 unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child \
		bash "$BOOT/init.sh" >"$BOOT/out" 2>&1 </dev/null
	check_eq "exit code of the boot" $? "${BOOT_EXIT:-0}"
	[ "$RET" -eq 0 ] ||
		fail "logs:" "$(tail -n 15 "$BOOT"/{out,console,result,show,*.log} 2>/dev/null)"
}

module_is_gone()
{
	! module_loaded || rmmod vspan
}

# The kernel frees namespaces in the background.
module_gone()
{
	check_wait "the module is gone" module_is_gone
}

check_result()
{
	check_eq "vspan.service" "$(tr '\n' ' ' <"$BOOT/result")" "$1 "
}

check_show()
{
	[[ $(<"$BOOT/show") == *"$1"* ]] || fail "expected '$1' in" "$(<"$BOOT/show")"
}

unit_is_in_order()
{
	local out

	require_command systemd-analyze || return
	BOOT=$DIR/verify
	mkdir -p "$BOOT/units"
	shipped_unit
	out=$(systemd-analyze verify --man=no "$BOOT/units/vspan.service" 2>&1) ||
		fail "systemd-analyze: $?"
	check_eq "complaints" "$out" ""
}

# boot WHAT...: in this order; what is not named is not started, but for the
# module, which the kernel loads by itself
boot()
{
	local word last='' units=()
	local -A unit=([module]=systemd-modules-load [service]=vspan [taps]=taps)
	local -A after=()

	boot_prepare || return
	for word in "$@"; do
		after[$word]=${last:+After=$last}
		last=${unit[$word]}.service
		units+=("$last")
	done
	unit_taps "${after[taps]}"
	unit_check "After=$last"
	for word in module service; do
		[ -v "after[$word]" ] || continue
		mkdir -p "$BOOT/units/${unit[$word]}.service.d"
		printf '[Unit]\n%s\n' "${after[$word]}" | unit "${unit[$word]}.service.d/order.conf"
	done
	boot_now "${units[@]}" check.service
	check_result "success active"
	check_show '"source":"vnet*","kind":"glob"'
	check_show '"bindings":[{"dev":"vnet0"'
	check_eq "what the service said" "$(<"$BOOT/vspan.log")" ""
	check_eq "the tap's first frames were mirrored" "$(grep -c ^got= "$BOOT/taps.log")" \
		"$([[ "$*" == *taps*service* ]]; echo $?)"
}

# Without the module the service is skipped, and the boot is not degraded. The module is
# loaded later.
boot_without_the_module()
{
	boot_prepare || return
	touch "$DIR/absent"
	defer rm "$DIR/absent"
	unit_taps "After=vspan.service"
	unit_check "After=taps.service"
	cat >"$BOOT/more.sh" <<-EOT
		rm $DIR/absent
		systemctl start vspan.service
		$VSPANCTL -j show >$BOOT/later
	EOT
	boot_now vspan.service taps.service check.service
	check_result "exec-condition inactive"
	check_eq "what the service said" "$(<"$BOOT/vspan.log")" \
		"vspanctl: the vspan module is not loaded; load it with: modprobe vspan"
	[[ $(<"$BOOT/later") == *'"bindings":[{"dev":"vnet0"'* ]] || fail "later" "$(<"$BOOT/later")"
}

boot_without_a_configuration()
{
	boot_prepare || return
	rm "$BOOT/conf"
	unit_script taps "After=vspan.service" <<<"exit 0"
	unit_check "After=taps.service"
	echo "exit 0" >"$BOOT/more.sh"
	boot_now vspan.service systemd-modules-load.service taps.service check.service
	check_result "success inactive"
	check_eq "spans" "$(<"$BOOT/show")" "[]"
}

# Lines that can be restored are; each of the others is named, and the service fails.
boot_with_bad_lines()
{
	boot_prepare || return
	cat >>"$BOOT/conf" <<-'EOT'
		add eth0 frob
		add eth1 filter 'udp and host vspan.invalid'
		add eth2 to nowhere
		add vnet* tx
		add lo
		add eth3 filter 'icmp and vlan 10'
		add 'eth4
		add eth5
	EOT
	unit_taps "After=vspan.service"
	unit_check "After=taps.service"
	echo "$VSPANCTL save - | grep ^add >$BOOT/saved" >"$BOOT/more.sh"
	boot_now vspan.service taps.service check.service
	check_result "exit-code failed"
	check_eq "what is mirrored" "$(<"$BOOT/saved")" "\
add 'vnet*' rx,tx to span0
add eth3 rx,tx to span0 filter 'icmp and vlan 10'
add eth5 rx,tx to span0"
	check_eq "what the service said" "$(<"$BOOT/vspan.log")" "\
vspanctl: /etc/vspan.conf:2: what is \"frob\"? see: vspanctl add help
vspanctl: /etc/vspan.conf:3: filter \"udp and host vspan.invalid\": unknown host 'vspan.invalid'
vspanctl: /etc/vspan.conf:8: the quote ' is not closed
vspanctl: /etc/vspan.conf:5: \"add vnet* to span0\" is in line 1 already; delete one of the two lines
vspanctl: /etc/vspan.conf:4: add eth2 to nowhere: no span is named nowhere; make it with a line: span add nowhere
vspanctl: /etc/vspan.conf:6: add lo to span0: a loopback device can be neither source nor \
output; name one that leads out of here"
}

# Each word of the help of what a line can be is in one of them, but netnsid: a number
# that is another after a boot, and refused for that.
AWAY=away-$RUN_ID
LINES_THERE_ARE=(
	"span add a frames asis qlen 300 mtu 9000 down"
	"span add b frames wire up"
	"add vnet* rx,tx"
	"add eth1 rx to a vlan 1-3,untagged filter 'icmp and vlan 10 or udp' snaplen 96 share 2/3 sample 3 \
rate 1000 hook tap redirect off promisc off dup drop tag port"
	"add master br9 tx to a vlan all snaplen headers promisc on dup keep tag bridge"
	"add eth2 to a redirect on"
	"add eth3 rx to b hook rx-handler"
	"output add a dev eth9 vlan 7 strip"
	"output add b psample 3"
	"span add c netns $AWAY frames asis"
	"add eth4 to c netns $AWAY"
	"output add c netns $AWAY psample 4"
)

# lines_have_all COMMAND...
lines_have_all()
{
	local word

	for word in $("$VSPANCTL" "$@" help | sed 's/^Usage: *vspanctl//' | tr -c 'a-z,A-Z-' '\n' |
		grep -E '^[a-z]+([,-][a-z]+)*$' | grep -vx netnsid | sort -u); do
		printf '%s\n' "${LINES_THERE_ARE[@]}" | grep "^$*" | grep -Eq "(^|[ ,])$word([ ,]|$)" ||
			fail "no line with '$word' of: vspanctl $* help"
	done
}

# The file is equal to the output of save for these lines.
saved_lines()
{
	local ns=$1

	check_ok "another netns" ip netns add "$AWAY"
	printf '%s\n' "${LINES_THERE_ARE[@]}" >"$DIR/lines"
	check_ok "span0" "$VSPANCTL" -n "$ns" span add span0
	check_ok "the lines" "$VSPANCTL" -n "$ns" -b "$DIR/lines"
	"$VSPANCTL" -n "$ns" save - >"$DIR/saved" || fail "save"
	check_ok "undone" "$VSPANCTL" -n "$ns" flush
	ip netns del "$AWAY"
}

every_option_comes_back()
{
	local ns

	lines_have_all add
	lines_have_all span add
	lines_have_all output add
	setup_ns ns || return
	saved_lines "$ns"
	boot_prepare || return
	cp "$DIR/saved" "$BOOT/conf"
	unit_script away "Before=vspan.service" <<<"ip netns add $AWAY"
	unit_taps "After=vspan.service"
	unit_check "After=taps.service"
	cat >"$BOOT/more.sh" <<-EOT
		$VSPANCTL save - >$BOOT/saved
		ip -br link show a >$BOOT/link
	EOT
	boot_now away.service vspan.service taps.service check.service
	check_result "success active"
	check_eq "what the service said" "$(<"$BOOT/vspan.log")" ""
	check_eq "what came back" "$(<"$BOOT/saved")" "$(<"$DIR/saved")"
	grep -q " mtu 9000 down$" "$BOOT/saved" || fail "a's device" "$(<"$BOOT/link")"
}

# A thousand frames are all copied.
restart_and_reload_cut_nothing()
{
	boot_prepare || return
	unit_taps "After=vspan.service"
	unit_check "After=taps.service"
	cat >"$BOOT/more.sh" <<-EOT
		$PKT send tun:vnet0 count=1000 id=3 rate=500 recv span0 count=1000 id=3 &
		systemctl restart vspan.service
		systemctl reload vspan.service
		systemctl stop vspan.service
		echo "add eth9" >>/etc/vspan.conf
		systemctl start vspan.service
		systemctl is-active vspan.service >$BOOT/active
		wait \$!
		$VSPANCTL -j show >$BOOT/later
	EOT
	boot_now vspan.service taps.service check.service
	check_eq "in the end" "$(<"$BOOT/active")" active
	[[ $(<"$BOOT/later") == *'"source":"eth9"'* ]] || fail "later" "$(<"$BOOT/later")"
}

# reload_files FILE...: the text of each, in one line, as printf takes it
reload_files()
{
	local text n=0

	for text in "$@"; do
		# shellcheck disable=SC2059
		printf "$text" >"$BOOT/conf.$n"
		n=$((n + 1))
	done
}

# Frames of the tap until the end of a script's other commands; none may be missed.
with_traffic()
{
	cat <<-EOT
		touch $BOOT/go
		while [ -e $BOOT/go ]; do
			$PKT send tun:vnet0 count=200 id=3 rate=1000 recv span0 count=200 id=3
		done >$BOOT/traffic &
		$(cat)
		rm $BOOT/go
		wait \$!
	EOT
}

check_traffic()
{
	[[ $(<"$BOOT/traffic") == *got=200\ lost=0* ]] || fail "traffic" "$(<"$BOOT/traffic")"
}

# In all of the files the tap is mirrored to span0, by one source or another.
reload_applies_an_edited_file_without_a_gap()
{
	boot_prepare || return
	reload_files "add 'vnet*'\nadd eth9\n" \
		"span add other\nadd eth9 tx\nadd 'vnet*' vlan untagged dup keep\n" \
		"add vnet0 to span0\nadd 'vn*' rx\nadd vnet0 to other\n"
	unit_taps "After=vspan.service"
	unit_check "After=taps.service"
	with_traffic >"$BOOT/more.sh" <<-EOT
		for i in 0 1 2 0 1 2; do
			cp $BOOT/conf.\$i /etc/vspan.conf
			systemctl reload vspan.service
			$VSPANCTL save - | grep ^add | sort >$BOOT/saved.\$i
		done
	EOT
	boot_now vspan.service taps.service check.service
	check_traffic
	check_eq "first file" "$(<"$BOOT/saved.0")" \
		$'add \'vnet*\' rx,tx to span0\nadd eth9 rx,tx to span0'
	check_eq "second file" "$(<"$BOOT/saved.1")" \
		$'add \'vnet*\' rx,tx to span0 vlan untagged dup keep\nadd eth9 tx to span0'
	check_eq "third file" "$(<"$BOOT/saved.2")" \
		$'add \'vn*\' rx to span0\nadd vnet0 rx,tx to other\nadd vnet0 rx,tx to span0'
}

# With the journal, as on a machine.
units_of_the_journal()
{
	cp "$UNITS"/systemd-journald{.service,.socket,-dev-log.socket} "$BOOT/units/" || return
	rm "$BOOT/units/vspan.service.d/log.conf"
}

# Words that cannot be read, and a line that the kernel refuses when the ones before
# it have been done.
reload_of_a_bad_file_says_its_line_and_changes_nothing()
{
	local refusal="/etc/vspan.conf:4: add lo to span0: a loopback device can be neither \
source nor output; name one that leads out of here"

	boot_prepare && units_of_the_journal || return
	reload_files "add eth5\n\nadd eth0 frob\n" "add eth5\nadd eth6\n# comment\nadd lo\n"
	unit_taps "After=vspan.service"
	unit_check "After=taps.service"
	with_traffic >"$BOOT/more.sh" <<-EOT
		unread() { sed 's/"reader":[a-z]*,"idle":[a-z]*,//g'; }
		cp /etc/vspan.conf $BOOT/conf.2
		for i in 0 1 2; do
			cp $BOOT/conf.\$i /etc/vspan.conf
			systemctl reload vspan.service && echo reloaded || echo failed
			systemctl is-active vspan.service
			$VSPANCTL -j show | unread >$BOOT/now
			unread <$BOOT/show | cmp - $BOOT/now
		done >$BOOT/active
		journalctl --sync
		journalctl -o cat -t vspanctl >$BOOT/journal
	EOT
	boot_now systemd-journald.service vspan.service taps.service check.service
	check_traffic
	check_eq "reloads" "$(tr '\n' ' ' <"$BOOT/active")" \
		"failed active failed active reloaded active "
	check_eq "in the journal" "$(<"$BOOT/journal")" "\
vspanctl: /etc/vspan.conf:3: what is \"frob\"? see: vspanctl add help
vspanctl: $refusal"
}

# What is there and not in a line that can be read stays: it may be in another.
restart_with_a_bad_line_does_the_others()
{
	boot_prepare || return
	unit_taps "After=vspan.service"
	unit_check "After=taps.service"
	with_traffic >"$BOOT/more.sh" <<-EOT
		printf 'add eth5\nadd vnet* frob\nadd eth6\n' >/etc/vspan.conf
		! systemctl restart vspan.service
		$VSPANCTL save - | grep ^add >$BOOT/saved
	EOT
	boot_now vspan.service taps.service check.service
	check_traffic
	check_eq "in the end" "$(<"$BOOT/saved")" "\
add 'vnet*' rx,tx to span0
add eth5 rx,tx to span0
add eth6 rx,tx to span0"
	check_eq "what the service said" "$(<"$BOOT/vspan.log")" \
		"vspanctl: /etc/vspan.conf:2: what is \"frob\"? see: vspanctl add help"
}

NETWORKD=/lib/systemd/systemd-networkd

# What is Type=ether here gets an address by DHCP, but for a span. There is no udev to
# wait for where /sys cannot be written.
cat_networkd()
{
	cat <<-EOT
		set -e
		mount --make-rprivate /
		mount -t sysfs -o ro sys /sys
		mount -t tmpfs run /run
		mkdir -p /run/systemd/network /run/systemd/netif/{links,leases,lldp}
		chown -R systemd-network /run/systemd/netif
		cp $SHIPPED/10-vspan.network /run/systemd/network/
		printf '[Match]\nType=ether\n[Network]\nDHCP=ipv4\n' \
			>/run/systemd/network/20-all.network
		ip link add name other type veth peer name far
		ip link add name span0 up type vspan
		cp /sys/class/net/other/ifindex $BOOT/other
		cp /sys/class/net/span0/ifindex $BOOT/span0
		exec $NETWORKD
	EOT
}

# networkd_says DEV STATE: of a device of its namespaces
networkd_says()
{
	grep -qx "ADMIN_STATE=$2" "/proc/$NETWORKD_PID/root/run/systemd/netif/links/$(<"$BOOT/$1")" \
		2>/dev/null
}

networkd_leaves_spans_alone()
{
	if [ ! -x "$NETWORKD" ] || ! getent passwd systemd-network >/dev/null; then
		skip "no systemd-networkd"
		return
	fi
	BOOT=$(mktemp -d "$DIR/boot.XXXXXX")
	cat_networkd >"$BOOT/init.sh"
	unshare --mount --net bash "$BOOT/init.sh" >"$BOOT/out" 2>&1 </dev/null &
	NETWORKD_PID=$!
	defer kill_quietly "$NETWORKD_PID"
	check_wait "others are its own" networkd_says other configuring
	check_wait "a span is not" networkd_says span0 unmanaged
	[ "$RET" -eq 0 ] || fail "logs:" "$(tail -n 20 "$BOOT/out"
		grep . /proc/"$NETWORKD_PID"/root/run/systemd/netif/links/*)"
}

tests_run
