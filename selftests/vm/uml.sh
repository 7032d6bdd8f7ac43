#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds user-mode Linux: a kernel that is a program of this machine. It runs at
# native speed where QEMU emulates, so that QEMU itself can be run in it, as the
# monitor VM. Of Debian's newest source, under build/; nothing is installed. (Older
# ones have one CPU, and 6.12 panics where the CPU has AMX, for whose registers it
# has no room.)
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

HERE=$(dirname "$(readlink -f "$0")")
usage()
{
	cat <<-EOT
	Usage: uml.sh NAME
	       uml.sh debian
	NAME is uml, or uml-SOMETHING with a configuration fragment NAME.config
	beside this script, which adds to uml.config. Builds if something of these
	has changed; prints the directory: obj/ (the kernel's build directory, with
	the kernel, linux) and lib/modules/. Debian's own, older and for no module
	of ours, is only unpacked: prints the path of the kernel.
	EOT
}

# The monitor VM of the demo, which has no time to build one.
debian()
{
	local dir=$BUILD/uml-debian

	if [ ! -e "$dir/usr/bin/linux.uml" ]; then
		rm -rf "$dir.tmp"
		mkdir -p "$dir.tmp/deb"
		cd "$dir.tmp/deb"
		apt-get -q -o APT::Sandbox::User=root download user-mode-linux >&2
		dpkg -x ./*.deb ..
		cd "$BUILD"
		rm -rf "$dir.tmp/deb" "$dir"
		mv "$dir.tmp" "$dir"
	fi
	printf '%s\n' "$dir/usr/bin/linux.uml"
}

fragments()
{
	echo "$HERE/uml.config"
	[ "$1" = uml ] || echo "$HERE/$1.config"
}

# Merges the fragments; the last one that sets an option takes precedence.
merged()
{
	cat "$@" | tac | awk 'match($0, /CONFIG_[A-Za-z0-9_]+/) &&
		!seen[substr($0, RSTART, RLENGTH)]++' | tac
}

# Options that are in no fragment are off. The result must have all options of the
# fragments.
configure()
{
	local obj=$1 line

	shift
	mkdir -p "$obj"
	merged "$@" >"$obj/fragments"
	make -s -C "$SOURCE" ARCH=um O="$obj" KCONFIG_ALLCONFIG="$obj/fragments" allnoconfig
	grep CONFIG_ "$obj/fragments" | while read -r line; do
		case $line in
		CONFIG_*) grep -qxF "$line" "$obj/.config" ;;
		*) ! grep -q "^$(expr "$line" : '# \(CONFIG_[^ ]*\)')=" "$obj/.config" ;;
		esac || { echo "the kernel has not taken: $line"; exit 1; }
	done
}

# modprobe needs the list of built-in modules.
module_lists()
{
	local obj=$1 dir=$2 list

	mkdir -p "$dir"
	for list in modules.builtin modules.builtin.modinfo modules.order; do
		cp "$obj/$list" "$dir/"
	done
}

build()
{
	local dir=$1 obj=$1/obj rel

	shift
	configure "$obj" "$@"
	make -s -C "$SOURCE" ARCH=um O="$obj" -j"$(nproc)" linux modules
	rel=$(cat "$obj/include/config/kernel.release")
	# What was built for the kernel before: kbuild does not see that it is another's.
	rm -rf "${dir:?}/lib" "$dir/src" "$dir/gen"
	module_lists "$obj" "$dir/lib/modules/$rel"
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$dir" "$rel"
}

stale()
{
	local dir=$1 file

	shift
	for file in "$HERE/uml.sh" "$@"; do
		[ "$dir/.complete" -nt "$file" ] || return 0
	done
	return 1
}

# The output goes to the log; only the time that it took is printed.
logged()
{
	local what=$1 log=$2 begin=$SECONDS

	shift 2
	say "$what: building, eight minutes of two processors"
	# Not in a condition, as set -e would have no effect.
	( set -e; "$@" ) >>"$log" 2>&1 </dev/null 9>&- &
	wait $! || { tail -n 20 "$log" >&2; die "failed: $what"; }
	say "$what: $((SECONDS - begin)) s"
}

main()
{
	local name=${1:-} dir=$BUILD/${1:-} log=$LOGS/${1:-}-build.log
	local -a frags

	case $name in
	uml | uml-*) ;;
	debian) debian; exit 0 ;;
	-h | --help | help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	mapfile -t frags < <(fragments "$name")
	need_amd64
	need_plain_path "$TOP"
	mkdir -p "$dir" "$LOGS"
	exec 9>"$dir/.lock"
	flock 9
	# Options of the calling make are not for that of the kernel.
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
	if stale "$dir" "${frags[@]}"; then
		rm -f "$dir/.complete"
		: >"$log"
		SOURCE=$("$HERE/source.sh")
		logged "user-mode Linux ($name)" "$log" build "$dir" "${frags[@]}"
		touch "$dir/.complete"
	fi
	printf '%s\n' "$dir"
}

main "$@"
