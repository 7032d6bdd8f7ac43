#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Suites of Debian besides this machine's own, on the mirror that it uses: the kernels
# before and after its own are there. Each has an apt state under build/apt/SUITE
# (sources, lists, cache), so that this machine's own stays as it is. Suites are named
# by their place (stable, unstable), which a release moves. The mirror is asked for
# their code names, under which it may have them newer.
set -eu
# shellcheck source=selftests/vm/common.sh
. "$(dirname "$0")/common.sh"

# The suites with kernels for the tests; a kernel is taken from the first suite that has
# it.
SUITES=(oldstable stable-backports unstable)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
MAX_AGE=1440	# minutes that lists are taken for new

usage()
{
	cat <<-EOT
	Usage: suites.sh list|missing
	       suites.sh get|cache SUITE ARG...
	       suites.sh mirror
	       suites.sh codename SUITE
	  list      the suites there are; says on stderr which cannot be had
	  missing   those that cannot be had
	  get       apt-get, with the state of that suite
	  cache     apt-cache, likewise
	  mirror    where they are
	  codename  the name by which debootstrap knows it, or what it adds to
	EOT
}

# The address of the archive that this machine's own suites come from.
mirror()
{
	local found

	# shellcheck disable=SC2016	# apt's
	found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep '/debian/$' | head -n 1)
	printf '%s\n' "${found:-http://deb.debian.org/debian/}"
}

# Uses the last known state of the mirror. apt verifies the signatures of packages.
codename()
{
	local file=$BUILD/apt/$1/InRelease

	/usr/lib/apt/apt-helper download-file "$(mirror)dists/$1/InRelease" "$file.new" \
		>/dev/null 2>&1 && mv "$file.new" "$file"
	sed -n 's/^Codename: //p' "$file" 2>/dev/null
}

# Backports are not taken by themselves (NotAutomatic): here they are what is asked
# for. Mirrors that are kept as they were one day have dates that are over.
configure()
{
	local dir=$BUILD/apt/$1 code name

	mkdir -p "$dir"/{lists,cache}/partial "$dir"/cache/archives/partial \
		"$dir"/etc/{apt.conf.d,preferences.d}
	code=$(codename "$1")
	[ -n "$code" ] || return
	for name in "${code%-backports}" "$code"; do
		echo "deb [arch=amd64 signed-by=$KEYRING] $(mirror) $name main"
	done | uniq >"$dir/etc/sources.list"
	cat >"$dir/apt.conf" <<-EOT
	Dir::State "$dir";
	Dir::State::status "/dev/null";
	Dir::Cache "$dir/cache";
	Dir::Etc "$dir/etc";
	Dir::Etc::sourcelist "$dir/etc/sources.list";
	Dir::Etc::sourceparts "-";
	Dir::Etc::main "-";
	APT::Sandbox::User "root";
	APT::Default-Release "$code";
	Acquire::Languages "none";
	Acquire::Check-Valid-Until "false";
	Acquire::Retries "2";
	EOT
}

apt_of()
{
	local suite=$1

	shift
	APT_CONFIG=$BUILD/apt/$suite/apt.conf "$@"
}

# Lists are updated once a day; if that fails, the old ones are used.
update()
{
	local suite=$1 dir=$BUILD/apt/$1 log=$LOGS/apt-$1.log

	[ -z "$(find "$dir/updated" -mmin "-$MAX_AGE" 2>/dev/null)" ] || return 0
	if configure "$suite" && apt_of "$suite" apt-get -q -o APT::Update::Error-Mode=any \
			update >"$log" 2>&1 </dev/null; then
		touch "$dir/updated"
	elif [ -e "$dir/updated" ]; then
		say "$suite: no new package lists, the old ones serve (log: ${log#"$TOP"/})"
	else
		return 1
	fi
}

list()
{
	local suite

	mkdir -p "$LOGS" "$BUILD/apt"
	exec 6>"$BUILD/apt/.lock"
	flock 6
	for suite in "${SUITES[@]}"; do
		if update "$suite" 6>&-; then
			echo "$suite"
		else
			say "$suite cannot be had from $(mirror) (log: build/logs/apt-$suite.log)"
		fi
	done
	exec 6>&-
}

missing()
{
	printf '%s\n' "${SUITES[@]}" | grep -vxF "$(list 2>/dev/null)"
}

main()
{
	local cmd=${1:-help}

	[ $# -eq 0 ] || shift
	case $cmd in
	list | missing | mirror) "$cmd" ;;
	codename) sed -n 's/^Codename: //p' "$BUILD/apt/${1:?suite}/InRelease" ;;
	get) apt_of "${1:?suite}" apt-get -q "${@:2}" ;;
	cache) apt_of "${1:?suite}" apt-cache "${@:2}" ;;
	-h | --help | help) usage ;;
	*) usage >&2; exit 2 ;;
	esac
}

main "$@"
