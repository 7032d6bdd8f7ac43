#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The built tool without the kernel module: usage errors, help at every level,
# the usage text against the man page. Needs no root; changes nothing.

HERE=$(cd "$(dirname "$0")" && pwd)
VSPANCTL=${VSPANCTL:-$HERE/../vspanctl}
MAN=$HERE/../man/vspanctl.8
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT

count=0
failed=0

# result STATUS NAME
result()
{
	local name=${2//[[:cntrl:]]/?}

	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
		sed 's/^/# out: /' "$TMP/out"
		sed 's/^/# err: /' "$TMP/err"
	fi
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# run ARGS...: sets RET
run()
{
	"$VSPANCTL" "$@" >"$TMP/out" 2>"$TMP/err"
	RET=$?
}

one_line_on_stderr()
{
	[ ! -s "$TMP/out" ] && [ "$(wc -l <"$TMP/err")" -eq 1 ] &&
		grep -q '^vspanctl: ' "$TMP/err"
}

one_line_in_err()
{
	[ "$(wc -l <"$TMP/err")" -eq 1 ]
}

# usage_error WORDS-IT-SAYS ARGS...: refused before the kernel is asked. That
# the netns does not exist would come out as exit code 1 if it were looked for.
usage_error()
{
	local says=$1

	shift
	run -n vspanctl-no-such-netns "$@"
	[ "$RET" -eq 2 ] && one_line_on_stderr && grep -qF -- "$says" "$TMP/err"
	result $? "usage error: vspanctl $* ($says)"
}

# help WORDS...: on stdout, for these words
help()
{
	run "$@" help
	[ "$RET" -eq 0 ] && [ ! -s "$TMP/err" ] &&
		grep -q "^Usage: vspanctl .*$*" "$TMP/out"
	result $? "help: vspanctl $*${1:+ }help"
}

general_usage()
{
	usage_error 'what is "frob"?' frob
	usage_error 'what is "sho"?' sho
	usage_error 'options go before the command' show -s
	usage_error 'options go before the command' add eth0 -j
	usage_error 'what is the option "-x"?' -x show
	usage_error 'what is the option "-js"?' -js show
	usage_error 'what is the option "-"?' - show
	usage_error 'what is the option "--"?' -- show
	usage_error 'what is "b"?' show a b
	usage_error 'what is "b"?' flush a b
	usage_error 'what is "x"? see: vspanctl monitor help' monitor x
	usage_error '-n needs the name' -n
	usage_error 'cannot name a network namespace' -n a/b show
	usage_error 'cannot name a network namespace' -netns '' show
}

source_usage()
{
	usage_error 'add needs a SOURCE' add
	usage_error 'set needs a SOURCE' set
	usage_error 'del needs a SOURCE' del
	usage_error 'what is "eth1"? see: vspanctl add help' add eth0 eth1
	usage_error 'what is "help"?' add eth0 help
	usage_error 'what is "me"? see: vspanctl add help' add help me
	usage_error 'what is "rx"? see: vspanctl del help' del eth0 rx
	usage_error 'write rx,tx for both' add eth0 rx tx
	usage_error '"to" is given twice' add eth0 to a to b
	usage_error '"to" needs a value' add eth0 to
	usage_error '"vlan" needs a value' add eth0 vlan
	usage_error 'set eth0 changes nothing' set eth0
	usage_error 'set eth0 changes nothing' set eth0 to span0
	usage_error 'at most 63 characters' add "$(printf '%064d' 1)"
	usage_error 'at most 15 characters' show 1234567890123456
	usage_error "contains '/'" add a/b
	usage_error "contains ':'" add a:b
	usage_error "contains ' '" add 'a b'
	usage_error "contains '?'" add $'a\nb'
	usage_error 'the source name is empty' add ''
	usage_error 'the span name is empty' add eth0 to ''
	usage_error 'cannot name a source' add .
	usage_error 'cannot name a source' add ..
	usage_error "a '[' without a ']'" add 'eth[01'
	usage_error 'is a pattern' del master 'br*'
	usage_error 'needs the name of a bridge' add master
	usage_error 'it is tap or rx-handler' add eth0 hook xdp
	usage_error 'priority tag' add eth0 vlan 0
	usage_error '"4095" is out of range' add eth0 vlan 4095
	usage_error '"5000" is out of range' set eth0 vlan 5000
	usage_error 'write 10-20' add eth0 vlan 20-10
	usage_error 'empty item' add eth0 vlan 10,,20
	usage_error 'empty item' add eth0 vlan ''
	usage_error '"abc" is neither' add eth0 vlan abc
	usage_error '"?" is neither' add eth0 vlan $'\n'
}

span_usage()
{
	usage_error 'what is "b"? see: vspanctl save help' save a b
	usage_error 'what is "b"? see: vspanctl restore help' restore a b
	usage_error 'the name of the file is empty' save ''
	usage_error 'options go before the command' restore -j
	usage_error 'save with -n needs a FILE' save
	usage_error 'restore with -n needs a FILE' restore
	usage_error '-b needs the name of a file' -b
	usage_error 'with -b all commands come from x' -b x show
	usage_error 'span needs a command' span
	usage_error 'what is "frob"? see: vspanctl span help' span frob
	usage_error 'span add needs the name' span add
	usage_error 'span set needs the name' span set
	usage_error 'span del needs the name' span del
	usage_error 'it is wire or asis' span add mon frames gso
	usage_error '1 to 32767' span add mon qlen 0
	usage_error '1 to 32767' span set mon qlen 32768
	usage_error 'changes nothing' span set mon
	usage_error "contains '%'" span add span%d
	usage_error 'what is "qlen"?' span del mon qlen 5
}

output_usage()
{
	usage_error 'output needs a command' output
	usage_error 'what is "set"? see: vspanctl output help' output set
	usage_error 'output add needs the name of a span' output add
	usage_error 'output del needs the name of a span' output del
	usage_error 'needs dev DEV or psample GROUP' output add span0
	usage_error 'needs dev DEV or psample GROUP' output del span0
	usage_error 'what is "eth1"? see: vspanctl output add help' output add span0 eth1
	usage_error '"dev" needs a value, DEV' output add span0 dev
	usage_error '"psample" needs a value, GROUP' output del span0 psample
	usage_error '"vlan" needs a value, VID' output add span0 dev eth1 vlan
	usage_error 'from 1 to 4094' output add span0 dev eth1 vlan 0
	usage_error 'from 1 to 4094' output add span0 dev eth1 vlan 4095
	usage_error 'from 1 to 4094' output add span0 dev eth1 vlan 10,20
	usage_error 'from 0 to 4294967295' output add span0 psample 4294967296
	usage_error 'from 0 to 4294967295' output add span0 psample -1
	usage_error 'vlan and strip are for devices' output add span0 psample 1 strip
	usage_error 'vlan and strip are for devices' output add span0 vlan 5 psample 1
	usage_error '"psample" is a second target' output add span0 dev eth1 psample 1
	usage_error '"dev" is a second target' output add span0 dev eth1 dev eth2
	usage_error '"strip" is given twice' output add span0 dev eth1 strip strip
	usage_error 'what is "vlan"? see: vspanctl output del help' output del span0 dev eth1 vlan 5
	usage_error 'what is "b"? see: vspanctl output show help' output show a b
	usage_error "device name \"a/b\" contains '/'" output add span0 dev a/b
	usage_error 'the device name is empty' output add span0 dev ''
	usage_error 'at most 15 characters' output add span0 dev 1234567890123456
}

check_usage()
{
	usage_error 'what is "b"? see: vspanctl check help' check a b
	usage_error '"master" needs the name' check master
	usage_error "a '[' without a ']'" check 'eth['
	usage_error 'what is "json"? see: vspanctl metrics help' metrics json
	usage_error 'what is "b"? see: vspanctl metrics help' metrics openmetrics b
	usage_error 'what is "https"? see: vspanctl metrics help' metrics https
	usage_error 'for JSON see: vspanctl -j -s show' -j metrics http
	usage_error 'for JSON see: vspanctl -j -s show' -j metrics
	usage_error 'what is "b"? see: vspanctl top help' top a b
	usage_error 'what is "-x"? options go before the command' top -x
	usage_error '-d needs the seconds' top -d
	usage_error '-d needs the seconds' top -d 0.09
	usage_error '-d needs the seconds' top -d nan
	usage_error '-d needs the seconds' top -d 86401
	usage_error '-d needs the seconds' top -d 1s
	usage_error 'capture needs a SOURCE' capture
	usage_error 'capture needs a SOURCE' capture -- -c 1
	usage_error '"-c" is for the program? what is goes behind --' capture eth0 -c 1
	usage_error '"with" needs a value, PROGRAM' capture eth0 with
	usage_error '"with" needs a value, PROGRAM' capture eth0 with -- -n
	usage_error 'the name of the program is empty' capture eth0 with ''
	usage_error '"with PROGRAM" comes last' capture eth0 with tshark vlan 10
	usage_error 'what is "eth1"? see: vspanctl capture help' capture eth0 rx eth1
	usage_error '"vlan" needs a value' capture eth0 eth1 vlan
	usage_error 'needs the name of a bridge' capture eth0 master
	usage_error 'a/b' capture eth0 a/b rx
	usage_error '-c needs how often' top a -c
	usage_error '-c needs how often' top -c 0
	usage_error '-c needs how often' top -c 1x
}

# With no module that is the finding, and no message.
check_without_module()
{
	if [ -e /sys/module/vspan ]; then
		skip "no module: vspanctl check" "the module is loaded"
		return
	fi
	run -j check
	[ "$RET" -eq 1 ] && [ ! -s "$TMP/err" ] && grep -q '"finding":"no_module"' "$TMP/out"
	result $? "no module: vspanctl check"
}

xml_usage()
{
	usage_error 'xml needs the name of a span' xml
	usage_error 'what is "b"? see: vspanctl xml help' xml a b
	usage_error '"queues" needs a value, QUEUES' xml span0 queues
	usage_error 'from 1 to 256' xml span0 queues 0
	usage_error 'from 1 to 256' xml span0 queues 257
}

# bad_file WORDS-IT-SAYS TEXT: a configuration that is refused before the kernel
# is asked
bad_file()
{
	local says=$1

	printf %b "$2" >"$TMP/file"
	run -n vspanctl-no-such-netns restore "$TMP/file"
	[ "$RET" -eq 2 ] && one_line_on_stderr && grep -qF -- "$TMP/file:$says" "$TMP/err"
	result $? "bad configuration: $says"
}

bad_files()
{
	bad_file '1: "flush" is no line' 'flush\n'
	bad_file '1: "set eth0" is no line' 'set eth0 rx\n'
	bad_file '3: what is "frob"? see: vspanctl add help' '# a\nadd eth0\nadd eth1 frob\n'
	bad_file '4: source name "a/b" contains' 'add eth0\n\n\nadd a/b'
	bad_file "2: the quote ' is not closed" "add eth0\\nadd 'vnet*\\nadd eth1\\n"
	bad_file '1: the quote " is not closed' 'add "eth0'
	bad_file '3: "add eth0 to span0" is in line 1 already' 'add eth0\nadd eth1\nadd eth0 rx\n'
	bad_file '2: "span add mon" is in line 1 already' 'span add mon\nspan add mon qlen 9\n'
	bad_file '1: there is a NUL character' 'add \\0000\n'
	run restore "$TMP/no-such-file"
	[ "$RET" -eq 1 ] && one_line_on_stderr && grep -q 'No such file' "$TMP/err"
	result $? "restore of no file"
	run restore "$TMP"
	[ "$RET" -eq 1 ] && one_line_on_stderr && grep -q 'directory' "$TMP/err"
	result $? "restore of a directory"
}

# batch EXIT-CODE OPTIONS TEXT: runs TEXT; leaves the output
batch()
{
	local rc=$1 options=$2

	printf %b "$3" >"$TMP/batch"
	# shellcheck disable=SC2086	# these are words
	run $options -b "$TMP/batch"
	[ "$RET" -eq "$rc" ]
}

said()
{
	grep -qF "$1" "$TMP/err"
}

batches()
{
	batch 0 '' '' && [ ! -s "$TMP/err" ]
	result $? "batch: an empty file"
	batch 0 '' '# a\nshow help\nspan \\\nadd "help"\n' && [ "$(grep -c Usage "$TMP/out")" -eq 2 ]
	result $? "batch: two commands"
	batch 2 '' 'show help\nadd\nshow help' && one_line_in_err &&
		said "vspanctl: $TMP/batch:2: add needs" && [ "$(grep -c Usage "$TMP/out")" -eq 1 ]
	result $? "batch: stops at the first failure"
	batch 2 -force 'show help\nadd\nfrob\nshow help' && said "$TMP/batch:2: add needs" &&
		said "$TMP/batch:3: what is" && [ "$(grep -c Usage "$TMP/out")" -eq 2 ]
	result $? "batch: -force goes on"
	batch 1 "-force -n vspanctl-no-such-netns" 'show\nadd\n' && said "$TMP/batch:1: no network" &&
		said "$TMP/batch:2: add needs"
	result $? "batch: exit code of the first failure"
	batch 2 '' 'capture eth0\nshow help' && said "$TMP/batch:1: capture does not end by itself"
	result $? "batch: capture"
	batch 2 '' 'top\nshow help' && said "$TMP/batch:1: top does not end by itself"
	result $? "batch: top without an end"
	batch 2 '' 'show help\nadd "eth0' && said "$TMP/batch:2: the quote"
	result $? "batch: an open quote"
	batch 2 '' 'monitor' && said ':1: monitor does not end'
	result $? "batch: no monitor"
	batch 2 '' '-j show' && said ':1: what is "-j"? options go before -batch'
	result $? "batch: no options"
	printf 'add\n' >"$TMP/conf"
	batch 2 '' "\n\nrestore $TMP/conf\n" && said "vspanctl: $TMP/conf:1: add needs"
	result $? "batch: a restore names its own file"
	batch 2 -force "restore $TMP/conf\nadd\n" && said "$TMP/batch:2: add needs"
	result $? "batch: and the batch is named again"
	printf 'show help\nadd\n' | "$VSPANCTL" -batch - >"$TMP/out" 2>"$TMP/err"
	[ $? -eq 2 ] && said 'vspanctl: stdin:2: add needs' && grep -q Usage "$TMP/out"
	result $? "batch: standard input"
	printf 'restore -\nadd\n' | "$VSPANCTL" -batch - >"$TMP/out" 2>"$TMP/err"
	[ $? -eq 2 ] && said 'stdin:1: restore - would read'
	result $? "batch: restore cannot read it too"
	run -b "$TMP/no-such-file"
	[ "$RET" -eq 1 ] && one_line_on_stderr && said 'No such file'
	result $? "batch: no file"
}

no_words()
{
	run
	[ "$RET" -eq 2 ] && [ ! -s "$TMP/out" ] &&
		grep -q '^Usage: vspanctl ' "$TMP/err"
	result $? "no words: usage on stderr, exit code 2"
}

helps()
{
	local word

	help
	for word in add set del show check flush monitor top capture metrics span output xml; do
		help "$word"
	done
	for word in add del set show; do
		help span "$word"
	done
	for word in add del show; do
		help output "$word"
	done
	for word in -h -help --help; do
		run "$word"
		[ "$RET" -eq 0 ] && grep -q '^Usage: ' "$TMP/out"
		result $? "vspanctl $word"
	done
	for word in -V -Version --Version; do
		run "$word"
		[ "$RET" -eq 0 ] && grep -q '^vspanctl [0-9]' "$TMP/out"
		result $? "vspanctl $word"
	done
	run -j -p -s -f -t -json -pretty -statistics -timestamp -force --json help
	result "$RET" "options by letter and by word"
	run help
	! grep -q '.\{81\}' "$TMP/out"
	result $? "help fits 80 columns"
}

write_errors()
{
	if [ ! -w /dev/full ]; then
		skip "stdout cannot be written" "no /dev/full"
		return
	fi
	: >"$TMP/out"
	"$VSPANCTL" help >/dev/full 2>"$TMP/err"
	RET=$?
	[ "$RET" -eq 1 ] && one_line_on_stderr
	result $? "stdout cannot be written: exit code 1"
}

no_netns()
{
	run -n vspanctl-no-such-netns show
	[ "$RET" -eq 1 ] && one_line_on_stderr && grep -q 'ip netns' "$TMP/err"
	result $? "no such netns"
	run -n vspanctl-no-such-netns restore /dev/null
	[ "$RET" -eq 1 ] && one_line_on_stderr && grep -q 'ip netns' "$TMP/err"
	result $? "no such netns to restore nothing in"
}

no_module()
{
	local words

	echo "add eth0" >"$TMP/one"
	for words in show "-j show" "show span0" "add eth0" "set eth0 rx" \
		"del eth0" flush monitor "save -" "restore $TMP/one" "span show" "span add mon" \
		"span set mon qlen 1" "span del mon" \
		"output add mon dev eth1 vlan 200 strip" \
		"output add mon dev eth1 strip" "output add mon psample 7" \
		"output del mon dev eth1" "output del mon psample 7" \
		"metrics prometheus" "output show" "-j -s output show mon" "xml mon" \
		"-j xml mon queues 256"; do
		if [ -e /sys/module/vspan ]; then
			skip "no module: vspanctl $words" "the module is loaded"
			continue
		fi
		# shellcheck disable=SC2086	# these are words
		run $words
		[ "$RET" -eq 1 ] && one_line_on_stderr &&
			grep -q 'modprobe vspan' "$TMP/err"
		result $? "no module: vspanctl $words"
	done
	[ ! -e /sys/module/vspan ] || return
	run restore /dev/null
	[ "$RET" -eq 0 ] && [ ! -s "$TMP/out" ] && [ ! -s "$TMP/err" ]
	result $? "no module: nothing is restored, and nothing is wrong"
	printf 'GET /metrics HTTP/1.1\r\n\r\n' | "$VSPANCTL" metrics http >"$TMP/out" 2>"$TMP/err"
	[ $? -eq 1 ] && grep -q '^HTTP/1.1 503 ' "$TMP/out" && grep -q 'modprobe vspan' "$TMP/err"
	result $? "no module: an HTTP client is told so, too"
}

# The SYNOPSIS as one line of words, like the usage.
man_synopsis()
{
	MANWIDTH=200 man -E ascii -l "$MAN" 2>/dev/null </dev/null | col -bx |
		awk '/^[A-Z]/ { on = /^SYNOPSIS/; next } on' | squeeze
}

squeeze()
{
	tr -s ' \t\n' ' ' | sed 's/^ //; s/ $//'
}

man_page()
{
	local page

	if ! command -v man >/dev/null || ! command -v col >/dev/null; then
		skip "usage equals the man page" "no man or no col"
		skip "man page without warnings" "no man"
		return
	fi
	run help
	sed 's/^Usage:/      /' "$TMP/out" | squeeze >"$TMP/usage"
	man_synopsis >"$TMP/synopsis"
	diff "$TMP/usage" "$TMP/synopsis" >"$TMP/err"
	result $? "usage equals the man page"
	for page in "${MAN%/*}"/*.[1-8]; do
		man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>"$TMP/err" >/dev/null
		[ ! -s "$TMP/err" ] && [ "$(wc -l <"$page")" -lt 600 ]
		result $? "no warnings, not too long: ${page##*/}"
	done
}

echo "KTAP version 1"
no_words
general_usage
source_usage
span_usage
output_usage
xml_usage
check_usage
helps
write_errors
no_netns
no_module
check_without_module
man_page
echo "1..$count"
echo "# Totals: pass:$((count - failed)) fail:$failed"
[ "$failed" -eq 0 ]
