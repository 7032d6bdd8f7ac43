# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The tests of check.sh that boot nothing; sourced after results.sh.

UAPI=$TOP/include/uapi/linux/vspan.h
TOOL_BUILD=$BUILD/tool

# W=1, and no warning in this module. (The warning that the compiler differs from the
# kernel's in its last digit is ignored.)
build_module()
{
	local rel=$1 log=$LOGS/build-$1.log rc=0

	rm -rf "${BUILD:?}/$rel/src"
	"$VM/module.sh" "$@" W=1 >"$log" 2>&1 || rc=$?
	cat "$log"
	[ "$rc" -eq 0 ] && ! grep -iE '(warning|error):' "$log" | grep -v 'the compiler differs'
}

# Check that sparse has processed each file. Its releases support neither C23's
# __typeof_unqual__, nor string lengths as constants, which modinfo of 7.x uses.
checked_module()
{
	local flags=-D__CHECK_ENDIAN__ files

	flags+=' -D__typeof_unqual__=__typeof__ -D__builtin_strlen=-1+sizeof'
	build_module "$1" C=1 "CF=$flags" || return
	files=$(find "$BUILD/$1/src" -name '*.c' ! -name '*.mod.c' | wc -l)
	[ "$(grep -c '^  CHECK ' "$LOGS/build-$1.log")" -eq "$files" ]
}

build_tool()
{
	rm -rf "$TOOL_BUILD"
	make -C "$TOP/tools/vspanctl" -j"$(nproc)" V=1 O="$TOOL_BUILD" \
		VERSION="$(version)" CFLAGS='-O2 -g -Werror'
}

build_helper()
{
	make -C "$TOP/selftests" clean all
}

our_files()
{
	find "$TOP" \( -path "$BUILD" -o -name .git \) -prune -o -type f "$@" -print | sort
}

check_scripts()
{
	local -a files

	mapfile -t files < <(our_files \( -name '*.sh' -o -path '*/.ci/run' \))
	cd "$TOP" && shellcheck -x "${files[@]#"$TOP"/}"
}

check_manpages()
{
	local page warnings

	warnings=$(our_files -name '*.[1-9]' | while read -r page; do
		MANWIDTH=80 man --warnings -E UTF-8 -Tutf8 -Z -l "$page" 2>&1 >/dev/null
	done)
	printf '%s\n' "$warnings"
	[ -z "$warnings" ]
}

check_header_c()
{
	gcc -x c -std=gnu99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only "$UAPI"
}

check_header_cxx()
{
	g++ -x c++ -Wall -Wextra -Werror -fsyntax-only "$UAPI"
}

check_spdx()
{
	local bad

	bad=$(our_files \( -name '*.[ch]' -o -name '*.sh' -o -name 'Makefile' -o -name 'Kbuild*' \) |
		while read -r file; do
			head -n 2 "$file" | grep -q SPDX-License-Identifier || echo "no SPDX: $file"
		done)
	printf '%s\n' "$bad"
	[ -z "$bad" ]
}

# Hand-written C below a directory
c_files()
{
	our_files -path "$TOP/$1/*.[ch]" ! -name '*-gen.[ch]' ! -name '*.mod.c'
}

# checkpatch IGNORED DIRECTORY...
checkpatch()
{
	local ignored=$1 source dir

	shift
	source=$(kernel_source) || return
	for dir; do
		c_files "$dir"
	done | xargs -n 10 -P "$(nproc)" "$source/scripts/checkpatch.pl" --no-tree \
		--no-summary --terse --quiet --show-types --ignore "$ignored" -f
}

# A source tree is asked for its scripts only: of any version from 6.12.
kernel_source()
{
	printf '%s\n' "${KSRC:-$("$VM/source.sh")}"
}

# Left out: what the compatibility with 6.1 is made of, tables made by macros, and names
# of the kernel's (struct Qdisc).
check_style_kernel()
{
	local ignored=LINUX_VERSION_CODE,CONSTANT_COMPARISON,PREFER_ETHTOOL_PUTS,BRACKET_SPACE

	checkpatch "$ignored,MACRO_ARG_UNUSED,CAMELCASE" kmod selftests/kmod
}

# Left out: what only the kernel has (macros, strscpy), and what tests are full of.
check_style_user()
{
	local ignored=ARRAY_SIZE,PREFER_DEFINED_ATTRIBUTE_MACRO,STRCPY,STRNCPY,VOLATILE

	ignored+=,ASSIGN_IN_IF,BRACKET_SPACE,EMBEDDED_FUNCTION_NAME,LINE_SPACING,REPEATED_WORD
	ignored+=,QUOTED_WHITESPACE_BEFORE_NEWLINE,SPLIT_STRING,STATIC_CONST_CHAR_ARRAY
	ignored+=,STRING_FRAGMENTS,UNNECESSARY_ELSE
	checkpatch "$ignored" tools selftests
}

check_format()
{
	local -a files

	mapfile -t files < <(c_files kmod; c_files include; c_files tools; c_files selftests)
	cd "$TOP" && "$TOP/selftests/check/format.py" "${files[@]#"$TOP"/}"
}

check_kernel_doc()
{
	local -a files

	mapfile -t files < <(c_files kmod; c_files tools)
	"$(kernel_source)/scripts/kernel-doc" -none -Wall -Werror "${files[@]}"
}

check_generated()
{
	"$TOP/Documentation/netlink/regen.sh" "$(kernel_source)" --check
}

# No file is longer than 600 lines, no function than 60. The public header and what
# is generated are as long as the protocol.
check_sizes()
{
	local -a files
	local bad

	mapfile -t files < <({ c_files kmod; c_files tools; c_files selftests; } &&
		our_files -name '*.sh')
	bad=$(awk '
		FNR == 1 { begin = 0 }
		FNR == 601 { print FILENAME ": more than 600 lines" }
		/^\{/ { begin = FNR }
		/^}/ && begin {
			if (FNR - begin - 1 > 60)
				print FILENAME ":" begin ": a function of " FNR - begin - 1 " lines"
			begin = 0
		}' "${files[@]}")
	printf '%s\n' "$bad"
	[ -z "$bad" ]
}

# Files that a document names must exist, also selftests that it names without their
# directory, and the targets of its links. Words with a wildcard or placeholder are
# ignored.
check_references()
{
	local doc ref bad

	bad=$(cd "$TOP" && our_files \( -name '*.md' -o -name '*.rst' \) | while read -r doc; do
		grep -oE '(^|[^A-Za-z0-9_./-])(kmod|tools|selftests|include|Documentation|debian)/[A-Za-z0-9_./*-]+' \
			"$doc" | sed 's/^[^A-Za-z0-9_.]//; s/[.]*$//' |
			while read -r ref; do
				[[ $ref == *'*'* || -e $ref ]] || echo "$doc: no $ref"
			done
		grep -oE '\bvspan_[a-z0-9]+\.sh' "$doc" | while read -r ref; do
			[ -e "selftests/$ref" ] || echo "$doc: no selftests/$ref"
		done
		sed -n 's/](/\n](/gp' "$doc" | sed -n 's/^](\([^):#]*\)).*/\1/p' |
			while read -r ref; do
				[ -e "$(dirname "$doc")/$ref" ] || echo "$doc: a link to $ref"
			done
	done)
	printf '%s\n' "$bad"
	[ -z "$bad" ]
}

# kmod/README.md must have a line for each file, or for a file and its header (x.[ch]),
# and no others.
check_map()
{
	diff <(cd "$TOP/kmod" && find . -type f ! -name README.md ! -name '.*' ! -name '*.o' \
			! -name '*.ko' ! -name '*.mod*' ! -name modules.order | cut -c3- | sort) \
		<(sed -n 's/^| \x60\([^ ]*\)\x60 | .*/\1/p' "$TOP/kmod/README.md" |
			sed 's/^\(.*\)\[ch\]$/\1c\n\1h/' | sort)
}

# The map of CONTRIBUTING.md must name each directory at the top, and those in it that
# have no map of their own.
check_tree()
{
	local dir bad

	bad=$(cd "$TOP" && find . Documentation selftests tools -mindepth 1 -maxdepth 1 -type d \
			! -name '.*' ! -path ./build | sed 's|^\./||' | while read -r dir; do
		grep -q $'^|.*\x60'"$dir/" CONTRIBUTING.md ||
			echo "CONTRIBUTING.md does not say what is in $dir/"
	done)
	printf '%s\n' "$bad"
	[ -z "$bad" ]
}

# Functions that may sleep, or take or need RTNL, which kmod/path must not call
SLEEPS='rtnl_\w+|ASSERT_RTNL|mutex_(lock|trylock)\w*|down_\w+|GFP_(KERNEL|USER|NOIO|NOFS)\w*'
SLEEPS+='|alloc_percpu|vmalloc|vzalloc|copy_(to|from)_user|synchronize_\w+|rcu_barrier\w*'
SLEEPS+='|\w*msleep\w*|ssleep|fsleep|usleep_range\w*|might_sleep\w*|cond_resched|schedule'
SLEEPS+='|schedule_timeout\w*|wait_(event|for)\w*|flush_\w+|cancel_(delayed_)?work_sync'
SLEEPS+='|(alloc|destroy)_workqueue|napi_(en|dis)able|bpf_prog_create\w*|sock_create\w*'
SLEEPS+='|sock_release|dev_set_\w+|(un)?register_\w+|netdev_rx_handler_unregister'

# Finds these names in a C file, outside of comments. One is allowed: the work of
# path/queue.c runs in process context.
sleeps()
{
	perl -0pe 's{/\*.*?\*/}{$& =~ s/[^\n]//gr}gse' "$1" | grep -nE "\\b($SLEEPS)\\b" |
		sed "s|^|$1:|" | grep -vE '^path/queue\.c:[0-9]+:\s+cond_resched\(\);$'
}

# Calls go from netlink/ to config/ to path/, and never back; path/ does not sleep.
check_folders()
{
	local bad file

	bad=$(cd "$TOP/kmod" && {
		grep -nE '#include "(config|netlink)/' path/*.[ch] vspan.h net.[ch] stats.[ch]
		grep -n '#include "netlink/' config/*.[ch]
		for file in path/*.[ch]; do
			sleeps "$file"
		done
	})
	printf '%s\n' "$bad"
	[ -z "$bad" ]
}

# Compares the version in all files that contain it.
check_version()
{
	local version where bad=0

	version=$(version)
	while read -r where; do
		[ "${where##* }" = "$version" ] || { echo "$where is not $version"; bad=1; }
	done <<-EOT
		debian/changelog: $(sed -n '1s/.*(\(.*\)).*/\1/p' "$TOP/debian/changelog")
		CHANGELOG.md: $(sed -n 's/^## \[\([0-9][^]]*\)\].*/\1/p' "$TOP/CHANGELOG.md" | head -n 1)
		kmod/Kbuild: $(sed -n 's/.*VSPAN_VERSION),\([0-9.]*\)).*/\1/p' "$TOP/kmod/Kbuild")
		tools/vspanctl/Makefile: $(sed -n 's/^VERSION ?= //p' "$TOP/tools/vspanctl/Makefile")
	EOT
	return "$bad"
}

# The checks of make style, which only read the sources, except for sparse
style_checks()
{
	try "scripts pass shellcheck" check_scripts
	try "module's sources pass checkpatch" check_style_kernel
	try "tool's and tests' sources pass checkpatch" check_style_user
	try "clang-format agrees with the C sources" check_format
	try "kernel-doc is complete" check_kernel_doc
	try "files and functions are short" check_sizes
	try "sources carry SPDX tags" check_spdx
	try "manual pages format without warnings" check_manpages
	try "files that documents name are there" check_references
	try "the map of the tree is complete" check_tree
	try "the map of kmod is complete" check_map
	try "folders of kmod keep to their order and context" check_folders
	try "one version everywhere" check_version
	try "netlink code is what its specification generates" check_generated
}

static_checks()
{
	try "public header compiles alone as C" check_header_c
	try "public header compiles alone as C++" check_header_cxx
	style_checks
}
