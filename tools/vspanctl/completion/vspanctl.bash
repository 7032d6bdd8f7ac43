# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of vspanctl for bash. It has no list of words of its own: the grammar
# is what 'vspanctl COMMAND help' prints, and the names are those the kernel has.
# Of these some were chosen by whoever runs a container here: they are compared and
# written, never expanded, and quoted where the line would have the shell expand them.
# shellcheck disable=SC2048,SC2086,SC2088	# many variables here are lists of words

# What the tool is asked, where the command line being written asks it.
_vspanctl_ask()
{
	"${COMP_WORDS[0]}" "${netns[@]}" "$@" 2>/dev/null
}

# _vspanctl_rule TERM WORDS...: read a line of the grammar. first[TERM] gets what can
# stand there, 'a|b' for either, value[KEYWORD] what follows that word.
_vspanctl_rule()
{
	local term=$1 word last='{' key='' group=0 depth=0

	shift
	for word; do
		word=${word%...}
		case $word in
		'{' | '[')
			depth=$((depth + 1))
			[ "$last" != key ] || group=$depth
			last=open
			;;
		'}'* | ']'*)
			[ "$group" -ne "$depth" ] || group=0
			depth=$((depth - 1))
			last=close
			;;
		'|') last=or ;;
		*)
			if [ "$group" -gt 0 ] || [[ $last == key && $word == [A-Z]* ]]; then
				value[$key]+=" $word"
				last=name
				continue
			fi
			[ "$last" == or ] && first[$term]+="|$word" || first[$term]+=" $word"
			last=name
			[[ $word == [A-Z]* ]] || { key=$word; last=key; }
			;;
		esac
	done
}

# _vspanctl_grammar COMMAND...: from its help; a line without := goes on.
_vspanctl_grammar()
{
	local line term=usage
	local -a words=() more

	while read -r line; do
		read -ra more <<<"${line#Usage: }"
		case "${more[0]} ${more[1]}" in
		"vspanctl "*) _vspanctl_end; term=${more[*]:1:$#}; more=("${more[@]:$# + 1}") ;;
		*" :=") _vspanctl_end; term=${more[0]}; more=("${more[@]:2}") ;;
		esac
		words+=("${more[@]}")
	done < <(_vspanctl_ask "$@" help)
	_vspanctl_end
}

_vspanctl_end()
{
	_vspanctl_rule "$term" "${words[@]}"
	words=()
}

_vspanctl_devices()
{
	ip "${netns[@]}" -o link show 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'
}

# A source is made for any device; elsewhere it is one that there is.
_vspanctl_sources()
{
	[[ ${path[0]} != @(add|capture) ]] || { _vspanctl_devices; echo master; return; }
	_vspanctl_ask show |
		sed -n '/^  output /d; s/^  \(master\) \([^ ]*\).*/\1/p; t; s/^  \([^ ]\+\) .*/\1/p'
}

_vspanctl_expand()
{
	local word

	for word in ${*//|/ }; do
		case $word in
		SOURCE) _vspanctl_sources ;;
		DEV) _vspanctl_devices ;;
		SPAN) _vspanctl_ask span show | sed -n 's/^\([^ ]*\): .*/\1/p' ;;
		FILE) compgen -f -- "$cur" ;;
		PROGRAM) compgen -c -- "$cur" | sort -u ;;
		NETNS) ip netns list 2>/dev/null | sed 's/ .*//' ;;
		[A-Z]*) [ -z "${first[$word]}" ] || _vspanctl_expand ${first[$word]} ;;
		[0-9]*) ;;
		*) printf '%s\n' "$word" ;;
		esac
	done
}

# The words that can follow the commands given: commands, and help.
_vspanctl_commands()
{
	local n=$#

	_vspanctl_ask "$@" help | sed -n 's/^\(Usage:\)\{0,1\} *vspanctl \([a-z].*\)/\2/p' |
		cut -d ' ' -f $((n + 1)) | sort -u
	echo help
}

# A capture may have several sources.
_vspanctl_more()
{
	[[ ${path[0]} != capture ]] || _vspanctl_sources
}

# Behind a command: its first word, a keyword's value, or the other keywords.
_vspanctl_words()
{
	local prev=${path[-1]} n=1 word
	local -A first=() value=()
	local -a places

	[[ ${path[0]} != span && ${path[0]} != output ]] || n=2
	_vspanctl_grammar "${path[@]:0:n}"
	read -ra places <<<"${first[${path[*]:0:n}]}"
	if [ ${#path[@]} -eq "$n" ]; then
		_vspanctl_expand "${places[0]}"
	elif [ "$prev" == master ]; then
		_vspanctl_devices
	elif [ -n "${value[$prev]}" ]; then
		_vspanctl_expand ${value[$prev]}
	else
		while read -r word; do
			[[ " ${path[*]} " == *" $word "* ]] || printf '%s\n' "$word"
		done < <(_vspanctl_expand "${places[@]:1}"; _vspanctl_more)
	fi
}

# Sets path, the words of the command, and netns, where it is run.
_vspanctl_split()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-n | -netns | --netns)
			i=$((i + 1))
			netns=(-n "${COMP_WORDS[i]}")
			;;
		-b | -batch | --batch) i=$((i + 1)) ;;
		-*) ;;
		*) path+=("${COMP_WORDS[i]}") ;;
		esac
	done
}

# What was typed of the last word, as the shell will read it; quote gets the quote
# that is open in it.
_vspanctl_typed()
{
	quote=''
	case $cur in
	\'* | \"*) quote=${cur:0:1}; typed=${cur:1} ;;
	*) typed=${cur//\\/} ;;
	esac
}

# _vspanctl_quoted WORD: as it has to stand on the line. One that the quote that is
# open cannot hold is not offered.
_vspanctl_quoted()
{
	case $quote in
	\') [[ $1 == *\'* ]] || printf '%s\n' "$1" ;;
	\") [[ $1 == *[\"\\\$\`!]* ]] || printf '%s\n' "$1" ;;
	*)
		if [[ $1 == "~/"* ]]; then
			printf '~/%q\n' "${1:2}"	# a file, no name can have a slash
		elif [[ $1 == *[!a-zA-Z0-9_.,:@%+=/-]* ]]; then
			printf '%q\n' "$1"
		else
			printf '%s\n' "$1"
		fi
		;;
	esac
}

# Those of the words, one a line, that begin as what was typed does.
_vspanctl_matches()
{
	local word quote typed

	_vspanctl_typed
	while read -r word; do
		[[ -z $word || $word != "$typed"* ]] || _vspanctl_quoted "$word"
	done
}

_vspanctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} words
	local -a path=() netns=()

	_vspanctl_split
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-n | -netns | --netns) words=$(_vspanctl_expand NETNS) ;;
	-b | -batch | --batch) words=$(_vspanctl_expand FILE) ;;
	*)
		if [[ ${#path[@]} -eq 0 && $cur == -* ]]; then
			words=$(_vspanctl_ask help | grep -oE -- '-[a-zA-Z]\[[a-z]+\]' | tr -d '[]')
		elif [[ ${path[0]} == capture && " ${COMP_WORDS[*]:0:COMP_CWORD} " == *" -- "* ]]; then
			words=$(_vspanctl_expand FILE)
		elif [[ ${#path[@]} -eq 0 || ${path[*]} == span || ${path[*]} == output ]]; then
			words=$(_vspanctl_commands "${path[@]}")
		else
			words=$(_vspanctl_words)
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(_vspanctl_matches <<<"$words")
}

complete -F _vspanctl vspanctl
