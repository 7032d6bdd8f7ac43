// SPDX-License-Identifier: GPL-2.0
/* Command line to plain struct to message. A new option is a HAS_* bit, a
 * member of struct args and a row of arg_table.
 */
#include "args/args.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "args/args_int.h"
#include "args/vlan.h"
#include "vspanctl.h"

#define ARGS_OPTION_LATE \
	"what is \"%.40s\"? options go before the command, as in: vspanctl -s show"

/**
 * struct arg - A word of the grammar.
 * @word: the exact word
 * @has: its HAS_* bit; words with the same bit exclude each other
 * @value: what must follow, for messages; NULL if the word stands alone
 * @onoff: "on" or "off" may follow; then @parse gets "on" if neither does
 * @parse: reads the value, or the word itself if there is none
 * @put: adds it to a vspan message, NULL if it is not sent that way
 * @make: like @put, for a word whose attributes are computed, which can fail
 */
struct arg {
	const char *word;
	unsigned int has;
	const char *value;
	bool onoff;
	int (*parse)(struct args *a, const char *val);
	void (*put)(struct nlmsghdr *nlh, const struct args *a);
	int (*make)(struct nlmsghdr *nlh, const struct args *a, char *err,
		    size_t len);
};

/**
 * args_error - Say why words cannot be understood.
 * @a: gets the sentence
 * @fmt: the sentence
 *
 * Return: -EINVAL.
 */
int args_error(struct args *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->err, sizeof(a->err), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Accepts the names that the kernel accepts, except those that the tool would misread.
 * @max is larger for a source, which may have an alternative name.
 */
static int name_check(struct args *a, const char *what, const char *name,
		      unsigned int max)
{
	const char *s;

	if (!*name)
		return args_error(a, "the %s name is empty", what);
	if (*name == '-')
		return args_error(a, ARGS_OPTION_LATE, name);
	if (strlen(name) > max)
		return args_error(a, "%s name \"%.40s\" is too long: it has at most %u characters",
				  what, name, max);
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return args_error(a, "\"%s\" cannot name a %s", name, what);
	for (s = name; *s; s++)
		if (strchr("/:%", *s) || isspace((unsigned char)*s))
			return args_error(a, "%s name \"%s\" contains '%c': a device name has no '/', ':', '%%' or space",
					  what, name, *s);
	return 0;
}

static int name_copy(struct args *a, char *to, size_t size, const char *what,
		     const char *name)
{
	int err = name_check(a, what, name, size - 1);

	if (!err)
		snprintf(to, size, "%s", name);
	return err;
}

/* A '*', '?' or '[' makes a pattern, as for a shell. */
static bool is_glob(const char *word)
{
	return strpbrk(word, "*?[");
}

/* The kernel matches as in glob(7), but reads a '[' without a ']' literally. */
static int glob_copy(struct args *a, const char *word)
{
	const char *open = strrchr(word, '[');

	if (*word == '-')
		return args_error(a, ARGS_OPTION_LATE, word);
	if (open && !strchr(open + 1, ']'))
		return args_error(a, "pattern \"%.40s\" has a '[' without a ']'",
				  word);
	if (strlen(word) > VSPAN_PATTERN_LEN)
		return args_error(a, "pattern \"%.40s...\" is too long: it has at most %d characters",
				  word, VSPAN_PATTERN_LEN);
	snprintf(a->source, sizeof(a->source), "%s", word);
	return 0;
}

/* One word, or two for a master; @used tells. */
static int source_parse(struct args *a, int argc, char **argv, int *used)
{
	const char *word = argv[0];

	*used = 1;
	a->kind = VSPAN_KIND_NAME;
	if (!strcmp(word, "master")) {
		if (argc < 2)
			return args_error(a, "\"master\" needs the name of a bridge, bond or other master; a device named master is written [m]aster");
		*used = 2;
		a->kind = VSPAN_KIND_MASTER;
		word = argv[1];
		if (is_glob(word))
			return args_error(a, "master \"%.40s\" is a pattern: name one device",
					  word);
	} else if (is_glob(word)) {
		a->kind = VSPAN_KIND_GLOB;
		return glob_copy(a, word);
	}
	return name_copy(a, a->source, sizeof(a->source),
			 a->kind == VSPAN_KIND_MASTER ? "master" : "source",
			 word);
}

static int span_parse(struct args *a, const char *val)
{
	return name_copy(a, a->span, sizeof(a->span), "span", val);
}

static int dir_parse(struct args *a, const char *word)
{
	a->dir = 0;
	if (strstr(word, "rx"))
		a->dir |= VSPAN_DIR_RX;
	if (strstr(word, "tx"))
		a->dir |= VSPAN_DIR_TX;
	return 0;
}

static void dir_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u32(nlh, VSPAN_A_SOURCE_DIR, a->dir);
}

static int vlans_parse(struct args *a, const char *val)
{
	if (!strcmp(val, "all")) {
		vlan_fill(a->vlans);
		return 0;
	}
	return vlan_parse(val, a->vlans, a->err, sizeof(a->err));
}

static void vlans_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put(nlh, VSPAN_A_SOURCE_VLANS, sizeof(a->vlans), a->vlans);
}

static int frames_parse(struct args *a, const char *val)
{
	if (!strcmp(val, "wire"))
		a->frames = VSPAN_FRAMES_WIRE;
	else if (!strcmp(val, "asis"))
		a->frames = VSPAN_FRAMES_ASIS;
	else
		return args_error(a, "frames \"%.40s\" is unknown: it is wire or asis",
				  val);
	return 0;
}

static void frames_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u32(nlh, VSPAN_A_SPAN_FRAMES, a->frames);
}

/**
 * number_parse - Read a number.
 * @a: gets a sentence if it is none
 * @word: the word it belongs to, for that sentence
 * @val: the number in decimal
 * @min: smallest allowed
 * @max: largest allowed
 * @to: gets it
 *
 * Return: 0 or -EINVAL.
 */
int number_parse(struct args *a, const char *word, const char *val,
		 uint32_t min, uint32_t max, uint32_t *to)
{
	const char *s = val;
	uint64_t n = 0;

	for (; isdigit((unsigned char)*s) && n <= max; s++)
		n = n * 10 + (*s - '0');
	if (s == val || *s || n < min || n > max)
		return args_error(a, "%s \"%.40s\" is out of range: it is a number from %u to %u",
				  word, val, min, max);
	*to = n;
	return 0;
}

static int qlen_parse(struct args *a, const char *val)
{
	return number_parse(a, "qlen", val, QLEN_MIN, QLEN_MAX, &a->qlen);
}

static int mtu_parse(struct args *a, const char *val)
{
	return number_parse(a, "mtu", val, 1, MTU_MAX, &a->mtu);
}

static int state_parse(struct args *a, const char *word)
{
	a->down = !strcmp(word, "down");
	return 0;
}

static int queues_parse(struct args *a, const char *val)
{
	return number_parse(a, "queues", val, QUEUES_MIN, QUEUES_MAX,
			    &a->queues);
}

static int dev_parse(struct args *a, const char *val)
{
	return name_copy(a, a->dev, sizeof(a->dev), "device", val);
}

static int group_parse(struct args *a, const char *val)
{
	return number_parse(a, "psample group", val, 0, UINT32_MAX, &a->group);
}

static void target_put(struct nlmsghdr *nlh, const struct args *a)
{
	if (a->dev[0])
		mnl_attr_put_strz(nlh, VSPAN_A_OUTPUT_DEV, a->dev);
	else
		mnl_attr_put_u32(nlh, VSPAN_A_OUTPUT_GROUP, a->group);
}

static int vid_parse(struct args *a, const char *val)
{
	uint32_t vid = 0;
	int err = number_parse(a, "vlan", val, VLAN_VID_MIN, VLAN_VID_MAX, &vid);

	a->vid = vid;
	return err;
}

static void vid_put(struct nlmsghdr *nlh, const struct args *a)
{
	mnl_attr_put_u16(nlh, VSPAN_A_OUTPUT_VLAN, a->vid);
}

/* strip takes no value. */
static int strip_parse(struct args *a, const char *word)
{
	(void)a;
	(void)word;
	return 0;
}

static void strip_put(struct nlmsghdr *nlh, const struct args *a)
{
	(void)a;
	mnl_attr_put_u8(nlh, VSPAN_A_OUTPUT_STRIP, 1);
}

static const struct arg arg_table[] = {
	{ "to", HAS_SPAN, "SPAN", .parse = span_parse },
	{ "netns", HAS_NETNS, "NETNS", .parse = netns_parse },
	{ "netnsid", HAS_NETNS, "ID", .parse = netnsid_parse },
	{ "rx", HAS_DIR, .parse = dir_parse, .put = dir_put },
	{ "tx", HAS_DIR, .parse = dir_parse },
	{ "rx,tx", HAS_DIR, .parse = dir_parse },
	{ "tx,rx", HAS_DIR, .parse = dir_parse },
	{ "vlan", HAS_VLANS, "LIST", .parse = vlans_parse, .put = vlans_put },
	{ "hook", HAS_HOOK, "HOOK", .parse = hook_parse, .put = hook_put },
	{ "redirect", HAS_REDIRECT, .onoff = true,
	  .parse = redirect_parse, .put = redirect_put },
	{ "promisc", HAS_PROMISC, .onoff = true,
	  .parse = promisc_parse, .put = promisc_put },
	{ "dup", HAS_DUP, "{ keep | drop }",
	  .parse = dup_parse, .put = dup_put },
	{ "filter", HAS_FILTER, "EXPR",
	  .parse = filter_parse, .make = filter_make },
	{ "snaplen", HAS_SNAPLEN, "{ BYTES | headers }",
	  .parse = snaplen_parse, .put = snaplen_put },
	{ "share", HAS_SHARE, "{ K/N | all }",
	  .parse = share_parse, .put = share_put },
	{ "sample", HAS_SAMPLE, "N", .parse = sample_parse, .put = sample_put },
	{ "rate", HAS_RATE, "PPS", .parse = rate_parse, .put = rate_put },
	{ "tag", HAS_TAG, "{ port | bridge }",
	  .parse = tag_parse, .put = tag_put },
	{ "frames", HAS_FRAMES, "FRAMES",
	  .parse = frames_parse, .put = frames_put },
	{ "qlen", HAS_QLEN, "QLEN", .parse = qlen_parse },
	{ "mtu", HAS_MTU, "MTU", .parse = mtu_parse },
	{ "up", HAS_STATE, .parse = state_parse },
	{ "down", HAS_STATE, .parse = state_parse },
	{ "dev", HAS_TARGET, "DEV", .parse = dev_parse, .put = target_put },
	{ "psample", HAS_TARGET, "GROUP", .parse = group_parse },
	{ "vlan", HAS_VID, "VID", .parse = vid_parse, .put = vid_put },
	{ "strip", HAS_STRIP, .parse = strip_parse, .put = strip_put },
	{ "queues", HAS_QUEUES, "QUEUES", .parse = queues_parse },
};

static const struct arg *arg_find(const char *word, unsigned int allowed)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arg_table); i++)
		if ((arg_table[i].has & allowed) &&
		    !strcmp(word, arg_table[i].word))
			return &arg_table[i];
	return NULL;
}

/**
 * args_knows - Is a word in the grammar?
 * @word: the word
 * @allowed: HAS_* of the words that are
 *
 * Return: true if it is.
 */
bool args_knows(const char *word, unsigned int allowed)
{
	return arg_find(word, allowed);
}

static int args_twice(struct args *a, const struct arg *arg, const char *cmd)
{
	if (arg->has == HAS_DIR)
		return args_error(a, "\"%s\" is a second direction: write rx,tx for both; see: vspanctl %s help",
				  arg->word, cmd);
	if (arg->has == HAS_TARGET)
		return args_error(a, "\"%s\" is a second target: an output is one device or one psample group; see: vspanctl %s help",
				  arg->word, cmd);
	if (arg->has == HAS_NETNS)
		return args_error(a, "\"%s\" is a second network namespace: a span is in one; see: vspanctl %s help",
				  arg->word, cmd);
	return args_error(a, "\"%s\" is given twice; see: vspanctl %s help",
			  arg->word, cmd);
}

/* The value of an on/off word, "on" if neither follows. */
static const char *args_onoff(int argc, char **argv, int *i)
{
	if (*i + 1 == argc ||
	    (strcmp(argv[*i + 1], "on") && strcmp(argv[*i + 1], "off")))
		return "on";
	return argv[++*i];
}

static int args_parse(struct args *a, const char *cmd, unsigned int allowed,
		      int argc, char **argv)
{
	const struct arg *arg;
	int i, err;

	for (i = 0; i < argc; i++) {
		const char *val = argv[i];

		arg = arg_find(argv[i], allowed);
		if (!arg && argv[i][0] == '-')
			return args_error(a, ARGS_OPTION_LATE, argv[i]);
		if (!arg)
			return args_error(a, "what is \"%.40s\"? see: vspanctl %s help",
					  argv[i], cmd);
		if (a->has & arg->has)
			return args_twice(a, arg, cmd);
		if (arg->value && ++i == argc)
			return args_error(a, "\"%s\" needs a value, %s; see: vspanctl %s help",
					  arg->word, arg->value, cmd);
		if (arg->value)
			val = argv[i];
		if (arg->onoff)
			val = args_onoff(argc, argv, &i);
		err = arg->parse(a, val);
		if (err)
			return err;
		a->has |= arg->has;
	}
	return 0;
}

static void args_init(struct args *a)
{
	memset(a, 0, sizeof(*a));
	snprintf(a->span, sizeof(a->span), "%s", DEFAULT_SPAN);
}

/**
 * args_source - Parse the words after add, set or del.
 * @a: result
 * @cmd: the command, for messages
 * @allowed: HAS_* of the words it knows
 * @argc: number of words
 * @argv: the words, SOURCE first
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int args_source(struct args *a, const char *cmd, unsigned int allowed,
		int argc, char **argv)
{
	int err, used;

	args_init(a);
	if (!argc)
		return args_error(a, "%s needs a SOURCE, the name of a device; see: vspanctl %s help",
				  cmd, cmd);
	err = source_parse(a, argc, argv, &used);
	if (err)
		return err;
	args_source_text(a->kind, a->source, a->text, sizeof(a->text));
	return args_parse(a, cmd, allowed, argc - used, argv + used);
}

/**
 * args_span - Parse the words after span add, span set, span del or xml.
 * @a: result
 * @cmd: the command, for messages
 * @allowed: HAS_* of the words it knows
 * @argc: number of words
 * @argv: the words, SPAN first
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int args_span(struct args *a, const char *cmd, unsigned int allowed,
	      int argc, char **argv)
{
	int err;

	args_init(a);
	if (!argc)
		return args_error(a, "%s needs the name of a span; see: vspanctl %s help",
				  cmd, cmd);
	err = span_parse(a, argv[0]);
	if (err)
		return err;
	a->has |= HAS_SPAN;
	return args_parse(a, cmd, allowed, argc - 1, argv + 1);
}

/**
 * args_output - Parse the words after output add or output del.
 * @a: result
 * @cmd: the command, for messages
 * @allowed: HAS_* of the words it knows
 * @argc: number of words
 * @argv: the words, SPAN first
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int args_output(struct args *a, const char *cmd, unsigned int allowed,
		int argc, char **argv)
{
	int err = args_span(a, cmd, allowed, argc, argv);

	if (err)
		return err;
	if (!(a->has & HAS_TARGET))
		return args_error(a, "%s needs dev DEV or psample GROUP; see: vspanctl %s help",
				  cmd, cmd);
	if (!a->dev[0] && (a->has & (HAS_VID | HAS_STRIP)))
		return args_error(a, "vlan and strip are for devices: frames go to psample as they are; see: vspanctl %s help",
				  cmd);
	return 0;
}

/**
 * args_optional_span - Parse the words after flush or any show.
 * @a: result; HAS_SPAN tells whether a span was named
 * @cmd: the command, for messages
 * @argc: number of words
 * @argv: the words, none or one
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int args_optional_span(struct args *a, const char *cmd, int argc, char **argv)
{
	args_init(a);
	return argc ? args_span(a, cmd, 0, argc, argv) : 0;
}

/**
 * args_source_text - Name a source as the command line does.
 * @kind: VSPAN_KIND_*
 * @name: its name
 * @buf: room for the text
 * @size: bytes in @buf
 *
 * Return: @buf.
 */
const char *args_source_text(uint32_t kind, const char *name, char *buf,
			     size_t size)
{
	snprintf(buf, size, "%s%s", kind == VSPAN_KIND_MASTER ? "master " : "",
		 name);
	return buf;
}

/**
 * args_put - Add what was given to a vspan message.
 * @nlh: the message
 * @a: the parsed words
 * @which: HAS_* of those the message takes
 * @err: gets a sentence if one of them cannot be added
 * @len: size of @err
 *
 * On an error the message is incomplete and must not be sent: without a filter, for
 * example, it would select more frames than the user asked for.
 *
 * Return: 0 or a negative errno.
 */
int args_put(struct nlmsghdr *nlh, const struct args *a, unsigned int which,
	     char *err, size_t len)
{
	const struct arg *arg;
	int ret = 0;

	for (arg = arg_table; !ret && arg < arg_table + ARRAY_SIZE(arg_table);
	     arg++) {
		if (!(a->has & which & arg->has))
			continue;
		if (arg->put)
			arg->put(nlh, a);
		else if (arg->make)
			ret = arg->make(nlh, a, err, len);
	}
	return ret;
}
