# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Selftests in machines: what check.sh and check-debug.sh share; sourced after
# results.sh. TESTS names scripts, and cases by how they begin.

# shellcheck source=selftests/lib/races.sh
. "$TOP/selftests/lib/races.sh"

# In the order in which all of them would run, and those that boot a monitor VM, which
# run.sh does where it is told to
all_scripts()
{
	printf '%s\n' vspan_libvirt.sh vspan_qemu.sh
	sed -n '/^TEST_PROGS=(/,/^)/s/^\t\(vspan_[^ ]*\)$/\1/p' "$TOP/selftests/run.sh"
}

# Those that TESTS names
named_scripts()
{
	local word

	for word in ${TESTS:-}; do
		[[ $word != vspan_* ]] || echo "${word%.sh}.sh"
	done
}

named_cases()
{
	local word

	for word in ${TESTS:-}; do
		[[ $word == vspan_* ]] || printf '%s ' "$word"
	done
}

# has WORD LIST...
has()
{
	[[ " ${*:2} " == *" $1 "* ]]
}

# promtool: its path. It is a package of its own from Debian 13 on.
promtool()
{
	local package=prometheus

	! apt-cache show promtool >/dev/null 2>&1 || package=promtool
	"$VM/unpacked.sh" "$package" usr/bin/promtool
}

# Sets OTHERS: programs of other projects that scripts need. The monitor VM boots the
# newest kernel of this Debian.
fetch_others()
{
	local rel

	rel=$("$VM/kernels.sh" newest)
	OTHERS=("MONITOR_KERNEL=$("$VM/kernels.sh" path "$rel")/boot/vmlinuz-$rel"
		"MONITOR_INITRAMFS=$("$VM/initramfs.sh" monitor "$rel")"
		"PROMTOOL=$(promtool)"
		"OVS_DPCTL=$("$VM/unpacked.sh" openvswitch-switch usr/bin/ovs-dpctl)"
		"SSHD=$("$VM/unpacked.sh" openssh-server usr/sbin/sshd usr/lib/openssh)"
		"WG=$("$VM/unpacked.sh" wireguard-tools usr/bin/wg)"
		"YNL=$("$VM/source.sh")/tools/net/ynl"
		"VSPANCTL=$BUILD/tool/vspanctl" "PKT=$BUILD/selftests/pkt"
		"CORPUS=${CORPUS:+$(readlink -f "$CORPUS")}")
}

# run_machine NAME KERNEL SCRIPTS VAR=VALUE...: these on that machine, whose health is a
# result besides. Sets OUT, where its logs are. KERNEL: a release, or as uml.sh builds it.
run_machine()
{
	local name=$1 rel=$2 scripts=$3 begin=$SECONDS runner=$VM/run.sh
	local ko=$BUILD/$2/src/kmod/vspan.ko
	local -a old=()

	shift 3
	[[ $scripts != *vspan_versions.sh* ]] || mapfile -t old < <("$VM/old.sh" "$rel")
	OUT=$LOGS/vm-$name
	rm -rf "$OUT"
	[[ $rel != uml* ]] || runner=$VM/uml-run.sh
	"$runner" -k "$rel" -m "${MEMORY:-1024}" -t "$VM_TIMEOUT" -o "$OUT" -- \
		env "VSPAN_KO=$ko" "VSPAN_ODD_KO=${ko%/kmod/*}/selftests/kmod/vspan_odd.ko" \
		"${OTHERS[@]}" "${old[@]}" "TESTS=$scripts $(named_cases)" "$@" \
		selftests/run.sh </dev/null 2>&1 | ktap "$name" || true
	health "$name" "$OUT" $((SECONDS - begin))
}

# QEMU 7.2's emulation on two CPUs can run an instruction that the kernel is just
# rewriting, which has nothing to do with us: see hold_time_stamps() in init.c.
# emulator_failed KERNEL: true if this bug has ended the machine
emulator_failed()
{
	[[ $1 != uml* && $("$VM/accel.sh" "$1") == *tcg* ]] &&
		grep -q 'Oops: int3' "$OUT/console.log" 2>/dev/null
}

# machine_tests: like run_machine, but repeats the run if the emulator failed. Only the
# last run counts, so the results are kept separately until it has ended.
machine_tests()
{
	local name=$1 rel=$2 all=$RESULTS RESULTS=$LOGS/results-$1 OUT

	if [ ! -e "$BUILD/$rel/src/kmod/vspan.ko" ]; then
		RESULTS=$all result fail "$name: no module to test"
		return
	fi
	: >"$RESULTS"
	run_machine "$@"
	if emulator_failed "$rel"; then
		echo "# $name: the emulator failed (Oops: int3), not the kernel: once more"
		: >"$RESULTS"
		run_machine "$@"
	fi
	cat "$RESULTS" >>"$all"
}

# side_by_side N COMMAND...: with each line of standard input as one more word, N at a
# time. In a subshell, whose jobs are its own.
side_by_side()
(
	n=$1
	shift
	set +e
	while read -r line; do
		while [ "$(jobs -rp | wc -l)" -ge "$n" ]; do
			wait -n
		done
		"$@" "$line" </dev/null &
	done
	wait
)

# Scripts that take minutes start first, so that none of them runs alone at the end.
longest_first()
{
	local -a long=(vspan_libvirt.sh vspan_qemu.sh vspan_recipes.sh vspan_boot.sh
		vspan_lifecycle.sh vspan_race.sh vspan_lifetime.sh vspan_wire.sh
		vspan_remote.sh)
	local -a given
	local script

	mapfile -t given
	for script in "${long[@]}"; do
		! has "$script" "${given[@]}" || echo "$script"
	done
	for script in "${given[@]}"; do
		has "$script" "${long[@]}" || echo "$script"
	done
}

# uml_script KERNEL VAR=VALUE... SCRIPT: in a machine of its own, which boots in a second
# and a half
uml_script()
{
	local rel=$1 script=${*: -1} name

	name=$rel-${script%.sh}
	machine_tests "${name/-vspan_/-}" "$rel" "$script" "${@:2:$#-2}"
}
