#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A user who may create user namespaces is root in them, and may create spans and sources
# there. Operations of uid 1000 in its own user and network namespace must not affect the
# host's spans, nodes, sources and counters, and must delay the host's commands little.
# shellcheck disable=SC2034,SC2154,SC2317	# lib.sh calls the functions and sets the names

ALL_TESTS=(
	"span_is_usable"
	"no_node_of_the_hosts_numbers"
	"no_node_after_a_move"
	"touches_nothing_of_the_host"
	"dump_of_another_netns_goes_on"
	"dump_of_one_span"
	"as_many_as_are_allowed"
	"memory_is_the_tenants"
	"promisc_of_a_locked_device"
	"host_is_answered changing"
	"host_is_answered overlapping"
	"host_is_answered moving"
	"ends_with_all_it_has"
)

# shellcheck source=selftests/lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=selftests/lib/topo.sh
. "$(dirname "$0")/lib/topo.sh"

BOUND=10000	# ms that a command of the host may take, on whatever machine
TENANT_MAX=/proc/sys/net/vspan/tenant_max

# The host is sw of topo_bridge(), with span0 fed by p1 and by as many names of devices
# that are not there as make a dump of several messages.
setup()
{
	require_command setpriv unshare nsenter && tools_for_all || return 1
	topo_bridge && span_add "$sw" span0 && check_vspan "$sw" add p1 || return 1
	"$PKT" nl new ns="$sw" span=span0 source=gone% count=400 >/dev/null || return 1
	STATE=$(mktemp) || return 1
	defer rm -f "$STATE"
	vspan "$sw" save "$STATE"
}

# tenant_start: a user and a network namespace of uid 1000; its netns is $tenant to ip
tenant_start()
{
	setpriv --reuid 1000 --regid 1000 --clear-groups \
		unshare --user --map-root-user --net sleep infinity &
	TENANT=$!
	defer kill_quietly "$TENANT"
	check_wait "user namespace" tenant_is_there || return 1
	tenant=tenant-$RUN_ID-$RANDOM
	check_ok "name" ip netns attach "$tenant" "$TENANT" || return 1
	defer ip netns del "$tenant"
	[ $# -eq 0 ] || { tenant ip link add "$1" up type vspan || fail "no span"; }
}

tenant_is_there()
{
	[[ $(tenant id -u) == 0 && $(tenant ip -o link | wc -l) == 1 ]] &&
		[ "$(readlink "/proc/$TENANT/ns/user")" != "$(readlink /proc/self/ns/user)" ]
}

# tenant COMMAND...: as root there, who is nobody elsewhere
tenant()
{
	nsenter --target "$TENANT" --user --net --setuid 0 --setgid 0 "$@"
}

# refused_to_tenant WHAT SAYS COMMAND...
refused_to_tenant()
{
	local out rc=0

	out=$(tenant "${@:3}" 2>&1) || rc=$?
	[ "$rc" -ne 0 ] || fail "$1: '${*:3}' is granted"
	[[ $out == *"$2"* ]] || fail "$1: '$out' does not say '$2'"
}

span_is_usable()
{
	tenant_start t0 || return
	tenant ip link add v0 up type veth peer name v1
	tenant ip link set v1 up
	wait_up "$tenant" v0 v1
	check_ok "add" tenant "$VSPANCTL" add 'v0*' to t0 || return
	flows "copies" send v1 ns="$tenant" recv t0 ns="$tenant"
	stats "$tenant" t0
	check_j t0/stats/packets "${J[t0/sources/v0*/stats/rx/packets]}"
}

# node_of NETNS SPAN N: /dev/tapN is that span's
node_of()
{
	local want

	want=$(ip netns exec "$1" cat "/sys/class/net/$2/tap$3/dev") || return 1
	[ "$(stat -c '%Hr:%Lr' "/dev/tap$3")" == "$want" ]
}

no_node_of_the_hosts_numbers()
{
	local i

	tenant_start || return
	for i in 4001 4002 4003; do
		check_ok "span $i" tenant ip link add index "$i" "t$i" up type vspan
		[ ! -e "/dev/tap$i" ] || fail "/dev/tap$i is the tenant's"
	done
	ip -n "$sw" link add index 4002 span9 type vspan
	defer ip -n "$sw" link del span9
	check_wait "the host's span has its node" node_of "$sw" span9 4002
	tenant ip link del t4002
	check_ok "and keeps it" node_of "$sw" span9 4002
}

# A span that the host gives away is read in its new netns; one that is taken back has a
# node again.
no_node_after_a_move()
{
	tenant_start || return
	ip -n "$sw" link add index 4010 span9 type vspan || return
	check_wait "node" node_of "$sw" span9 4010
	check_ok "give" ip -n "$sw" link set span9 netns "$tenant"
	[ ! -e /dev/tap4010 ] || fail "the node is still there"
	check_ok "rename" tenant ip link set span9 name mine
	check_ok "take" ip -n "$tenant" link set mine netns "$sw"
	defer ip -n "$sw" link del mine
	link_ifindex "$sw" mine
	check_wait "node again" node_of "$sw" mine "$REPLY"
}

# What the host has, but for what is counted there and who reads it, in REPLY.
host_state()
{
	REPLY=$(vspan "$sw" save - && lasting "$sw" &&
		ip -n "$sw" -br link)
}

touches_nothing_of_the_host()
{
	local before

	host_state
	before=$REPLY
	tenant_start || return
	refused_to_tenant "enter" "etwork namespace" "$VSPANCTL" -n "$sw" del p1
	refused_to_tenant "del" "no such source" "$VSPANCTL" del p1
	check_ok "flush" tenant "$VSPANCTL" flush
	tenant ip link add span0 up type vspan
	check_ok "the same names" tenant "$VSPANCTL" add p1
	check_ok "the same names" tenant "$VSPANCTL" flush span0
	# by the kernel, or from iproute2 6.15 on by ip itself
	refused_to_tenant "push" "" ip link set span0 netns 1
	refused_to_tenant "sysctl" "" sh -c "echo 1000000 >$TENANT_MAX"
	tenant ip link del span0
	host_state
	check_eq "the host's state" "$REPLY" "$before"
	flows "copies" send eth0 ns="$p1" recv span0 ns="$sw"
}

# overtaken WANT WORDS...: does a dump of the host's sources say that it was?
overtaken()
{
	parse_kv "$("$PKT" overtake ns="$sw" "${@:2}")"
	check_eq "interrupted by ${*:2}" "${KV[interrupted]-}" "$1"
	[ "${KV[sources]:-0}" -ge 401 ] || fail "sources: ${KV[sources]-none}"
}

dump_of_another_netns_goes_on()
{
	tenant_start t0 || return
	overtaken 0 by="$tenant" span=t0
	overtaken 1 by="$sw" span=span0
	overtaken 0
}

dump_of_one_span()
{
	span_add "$sw" span1 && check_vspan "$sw" add p2 to span1 || return
	parse_kv "$("$PKT" overtake ns="$sw" only=span1)"
	check_eq "sources of span1" "${KV[sources]} error ${KV[error]}" "1 error 0"
	parse_kv "$("$PKT" overtake ns="$sw" only=span0)"
	check_eq "sources of span0" "${KV[sources]} error ${KV[error]}" "401 error 0"
	parse_kv "$("$PKT" overtake ns="$sw" only=span2)"
	check_eq "sources of span2" "${KV[sources]} error ${KV[error]}" "0 error 0"
}

as_many_as_are_allowed()
{
	local says="net.vspan.tenant_max" before

	tenant_start t0 || return
	before=$(<"$TENANT_MAX")
	defer sh -c "echo $before >$TENANT_MAX"
	check_eq "to begin with" "$before" 1024
	echo 5 >"$TENANT_MAX"
	check_ok "four sources" tenant "$PKT" nl new span=t0 source=d% count=4
	check_ok "an output" tenant "$VSPANCTL" output add t0 dev out0
	refused_to_tenant "the fifth source" "$says" "$VSPANCTL" add d4 to t0
	refused_to_tenant "another output" "$says" "$VSPANCTL" output add t0 dev out1
	check_ok "what is there is changed" tenant "$VSPANCTL" set d3 rx to t0
	check_vspan "$sw" add beyond && check_vspan "$sw" del beyond
	check_ok "one less" tenant "$VSPANCTL" output del t0 dev out0
	check_ok "one more" tenant "$VSPANCTL" add d4 to t0
	echo 6 >"$TENANT_MAX"
	check_ok "it was raised" tenant "$VSPANCTL" add d5 to t0
	refused_to_tenant "but by one" "$says" "$VSPANCTL" add d6 to t0
	check_ok "flush" tenant "$VSPANCTL" flush
	check_ok "all are free again" tenant "$PKT" nl new span=t0 source=e% count=6
	tenant ip link del t0
	tenant ip link add t0 type vspan
	check_ok "and with their span" tenant "$PKT" nl new span=t0 source=e% count=6
	echo 0 >"$TENANT_MAX"
	check_ok "what is there is kept" tenant "$VSPANCTL" set e0 rx to t0
	check_ok "flush" tenant "$VSPANCTL" flush
	refused_to_tenant "any" "$says" "$VSPANCTL" add e0 to t0
	check_vspan "$sw" add beyond && check_vspan "$sw" del beyond
}

# cgroup_start: a cgroup of its own, whose memory is counted; $CGROUP
cgroup_start()
{
	local root

	root=$(mktemp -d) && CGROUP=$root/vspan-$RUN_ID || return
	defer rmdir "$root"
	mount -t cgroup2 none "$root" && defer umount "$root" &&
		grep -qw memory "$root/cgroup.controllers" &&
		echo +memory >"$root/cgroup.subtree_control" && mkdir "$CGROUP" &&
		defer rmdir "$CGROUP" && return
	skip "no cgroup can count memory here (CONFIG_MEMCG, cgroup v2)"
	return 1
}

# As tenant(), and the cgroup pays.
paying_tenant()
{
	# shellcheck disable=SC2016	# sh expands it
	sh -c 'echo 0 >"$1/cgroup.procs" && shift && exec "$@"' sh "$CGROUP" \
		nsenter --target "$TENANT" --user --net --setuid 0 --setgid 0 "$@"
}

# paid_since BYTES: what the cgroup holds more now, in REPLY
paid_since()
{
	REPLY=$(($(<"$CGROUP/memory.current") - $1))
}

paid_less_than()
{
	paid_since "$1"
	[ "$REPLY" -lt "$2" ]
}

# A source, its rule and its counters are more than 512 bytes. The cgroup counts in steps
# of 64 pages a CPU.
memory_is_the_tenants()
{
	local count=8000 before max

	cgroup_start || return
	tenant_start t0 || return
	max=$(<"$TENANT_MAX")
	defer sh -c "echo $max >$TENANT_MAX"
	echo "$count" >"$TENANT_MAX"
	check_ok "one that is not counted" paying_tenant "$PKT" nl new span=t0 source=w% count=10
	check_ok "flush" tenant "$VSPANCTL" flush
	before=$(<"$CGROUP/memory.current")
	check_ok "sources" paying_tenant "$PKT" nl new span=t0 source=d% count="$count"
	paid_since "$before"
	echo "# $count sources: $REPLY bytes"
	[ "$REPLY" -ge $((count * 512)) ] || fail "the tenant's cgroup pays $REPLY bytes"
	check_ok "flush" tenant "$VSPANCTL" flush
	check_wait "paid back" paid_less_than "$before" $((count * 512 / 2))
}

# Once RTNL was never let go: dummy has a lock of its own from Linux 6.15 on.
promisc_of_a_locked_device()
{
	tenant_start t0 || return
	check_ok "add" tenant "$VSPANCTL" add d9 to t0 promisc
	check_ok "device" timeout 60 "$(command -v nsenter)" -t "$TENANT" -U -n -S 0 -G 0 \
		ip link add d9 type dummy
	check_ok "the host is answered" timeout 60 ip -n "$sw" link
}

# host WHAT COMMAND...: it answers in time
host()
{
	local start=${EPOCHREALTIME/./} took

	check_ok "$1" timeout 60 "${@:2}"
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	[ "$took" -le "$BOUND" ] || fail "$1 took $took ms, more than $BOUND"
	[ "$took" -le "$SLOWEST" ] || SLOWEST=$took
}

# Sources come and go, and are changed, without a pause.
rage_changing()
{
	# shellcheck disable=SC2016	# the tenant expands it
	tenant bash -c 'for p in a b c; do
			while "$PKT" nl churn span=t0 source=$p count=1000; do :; done &
		done >/dev/null; wait'
}

# Patterns that mean the same devices, by one hook and the other, end with their span.
rage_overlapping()
{
	# shellcheck disable=SC2016	# the tenant expands it
	tenant bash -c 'for i in {1..30}; do
			echo "link add d$i up type dummy"
		done | ip -b -
		while :; do
			ip link add t1 up type vspan || exit
			stars=
			for i in {1..15}; do
				stars+="*"
				"$VSPANCTL" add "d$stars" rx to t1
				"$VSPANCTL" add "?$stars" rx redirect to t1
			done
			ip link del t1
		done'
}

# A bridge with all the devices, as sources and as outputs, that comes and goes.
rage_moving()
{
	# shellcheck disable=SC2016	# the tenant expands it
	tenant bash -c '"$VSPANCTL" add "d*" rx redirect to t0
		"$VSPANCTL" add master br9 to t0
		"$VSPANCTL" output add t0 dev br9
		for i in {1..20}; do
			echo "link add d$i up type dummy"
		done | ip -b -
		while :; do
			ip link add br9 up type bridge || exit
			printf "link set d%d master br9\n" {1..20} | ip -b -
			ip link set br9 name br8
			ip link del br8
		done'
}

# Whoever still rages there outlives who was asked to; is nobody left?
calm()
{
	local pids

	pids=$(ip netns pids "$tenant" | grep -vx "$TENANT") || return 0
	# shellcheck disable=SC2086	# words
	kill -KILL $pids 2>/dev/null
	return 1
}

# Each of the tenant's devices is there when the host begins.
host_is_answered()
{
	local before round

	export PKT VSPANCTL
	host_state
	before=$REPLY
	tenant_start t0 || return
	"rage_$1" >/dev/null 2>&1 &
	defer kill_quietly $!
	defer check_wait "nobody rages any more" calm
	check_wait "it rages" raged "$1"
	SLOWEST=0
	reader production send eth0 ns="$p1" count=2000 rate=500 recv span0 ns="$sw" count=2000 ||
		return
	for round in 1 2 3; do
		host "show" "$VSPANCTL" -n "$sw" show
		host "save" "$VSPANCTL" -n "$sw" save "$STATE.new"
		host "restore" "$VSPANCTL" -n "$sw" restore "$STATE"
		host "metrics" "$VSPANCTL" -n "$sw" metrics
		host "ip link" ip -n "$sw" link
		host "ip link set" ip -n "$sw" link set br0 up
		check_ok "what is saved" cmp "$STATE" "$STATE.new"
		host_state
		check_eq "the host's state" "$REPLY" "$before"
	done
	rm -f "$STATE.new"
	check_finish production
	echo "# slowest answer while $1: $SLOWEST ms"
}

raged()
{
	case $1 in
	changing) "$PKT" overtake ns="$tenant" only=t0 | grep -q 'sources=[1-3]' ;;
	overlapping) json "$tenant" show t1 && [ -v 'J[t1/sources/d*/source]' ] ;;
	moving) ip -n "$tenant" link show br9 ;;
	esac
}

# A netns that ends is nobody's to wait for.
ends_with_all_it_has()
{
	local before

	host_state
	before=$REPLY
	tenant_start t0 || return
	tenant "$PKT" nl new span=t0 source='[d]*%' kind=1 count=500 >/dev/null
	tenant "$PKT" nl new span=t0 source=d% count=500 >/dev/null
	printf 'link add d%d up type dummy\n' {1..50} | tenant ip -b -
	SLOWEST=0
	ip netns del "$tenant"
	kill_quietly "$TENANT"
	host "ip link" ip -n "$sw" link set br0 up
	host "show" "$VSPANCTL" -n "$sw" show
	host_state
	check_eq "the host's state" "$REPLY" "$before"
	echo "# slowest answer: $SLOWEST ms"
}

tests_run
