// SPDX-License-Identifier: GPL-2.0
/* Command line to plain struct to message. A new option is a HAS_* bit, a
 * member of struct args and a row of arg_table.
 */
#include "args.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "vlan.h"
#include "vspanctl.h"

#define ARGS_OPTION_LATE \
	"what is \"%.40s\"? options go before the command, as in: vspanctl -s show"

/**
 * struct arg - A word of the grammar.
 * @word: the exact word
 * @has: its HAS_* bit; words with the same bit exclude each other
 * @value: what must follow, for messages; NULL if the word stands alone
 * @parse: reads the value, or the word itself if there is none
 * @put: adds it to a vspan message, NULL if it is not sent that way
 */
struct arg {
	const char *word;
	unsigned int has;
	const char *value;
	int (*parse)(struct args *a, const char *val);
	void (*put)(struct nlmsghdr *nlh, const struct args *a);
};

static int args_error(struct args *a, const char *fmt, ...) __printf(2, 3);

static int args_error(struct args *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->err, sizeof(a->err), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* What the kernel accepts as a device name, less what would be misread. */
static int name_check(struct args *a, const char *what, const char *name)
{
	const char *s;

	if (!*name)
		return args_error(a, "the %s name is empty", what);
	if (*name == '-')
		return args_error(a, ARGS_OPTION_LATE, name);
	if (strlen(name) > VSPAN_NAME_LEN)
		return args_error(a, "%s name \"%.40s\" is too long: a device name has at most %d characters",
				  what, name, VSPAN_NAME_LEN);
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return args_error(a, "\"%s\" cannot name a %s", name, what);
	for (s = name; *s; s++)
		if (strchr("/:%", *s) || isspace((unsigned char)*s))
			return args_error(a, "%s name \"%s\" contains '%c': a device name has no '/', ':', '%%' or space",
					  what, name, *s);
	return 0;
}

static int name_copy(struct args *a, char *to, const char *what,
		     const char *name)
{
	int err = name_check(a, what, name);

	if (!err)
		snprintf(to, VSPAN_NAME_LEN + 1, "%s", name);
	return err;
}

static int source_parse(struct args *a, const char *word)
{
	if (!strcmp(word, "master"))
		return args_error(a, "source \"master\": this version has no sources by master, only by device name");
	if (strpbrk(word, "*?["))
		return args_error(a, "source \"%.40s\": this version has no sources by pattern, only by device name",
				  word);
	return name_copy(a, a->source, "source", word);
}

static int span_parse(struct args *a, const char *val)
{
	return name_copy(a, a->span, "span", val);
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

static int number_parse(struct args *a, const char *word, const char *val,
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

static int queues_parse(struct args *a, const char *val)
{
	return number_parse(a, "queues", val, QUEUES_MIN, QUEUES_MAX,
			    &a->queues);
}

static int dev_parse(struct args *a, const char *val)
{
	return name_copy(a, a->dev, "device", val);
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

/* The word alone says it. */
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
	{ "to",		HAS_SPAN,	"SPAN",	span_parse,	NULL },
	{ "rx",		HAS_DIR,	NULL,	dir_parse,	dir_put },
	{ "tx",		HAS_DIR,	NULL,	dir_parse,	NULL },
	{ "rx,tx",	HAS_DIR,	NULL,	dir_parse,	NULL },
	{ "tx,rx",	HAS_DIR,	NULL,	dir_parse,	NULL },
	{ "vlan",	HAS_VLANS,	"LIST",	vlans_parse,	vlans_put },
	{ "frames",	HAS_FRAMES,	"FRAMES", frames_parse,	frames_put },
	{ "qlen",	HAS_QLEN,	"N",	qlen_parse,	NULL },
	{ "dev",	HAS_TARGET,	"DEV",	dev_parse,	target_put },
	{ "psample",	HAS_TARGET,	"GROUP", group_parse,	NULL },
	{ "vlan",	HAS_VID,	"VID",	vid_parse,	vid_put },
	{ "strip",	HAS_STRIP,	NULL,	strip_parse,	strip_put },
	{ "queues",	HAS_QUEUES,	"QUEUES", queues_parse,	NULL },
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

static int args_twice(struct args *a, const struct arg *arg, const char *cmd)
{
	if (arg->has == HAS_DIR)
		return args_error(a, "\"%s\" is a second direction: write rx,tx for both; see: vspanctl %s help",
				  arg->word, cmd);
	if (arg->has == HAS_TARGET)
		return args_error(a, "\"%s\" is a second target: an output is one device or one psample group; see: vspanctl %s help",
				  arg->word, cmd);
	return args_error(a, "\"%s\" is given twice; see: vspanctl %s help",
			  arg->word, cmd);
}

static int args_parse(struct args *a, const char *cmd, unsigned int allowed,
		      int argc, char **argv)
{
	const struct arg *arg;
	int i, err;

	for (i = 0; i < argc; i++) {
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
		err = arg->parse(a, argv[i]);
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
	int err;

	args_init(a);
	if (!argc)
		return args_error(a, "%s needs a SOURCE, the name of a device; see: vspanctl %s help",
				  cmd, cmd);
	err = source_parse(a, argv[0]);
	if (err)
		return err;
	return args_parse(a, cmd, allowed, argc - 1, argv + 1);
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
 * args_put - Add what was given to a vspan message.
 * @nlh: the message
 * @a: the parsed words
 * @which: HAS_* of those the message takes
 */
void args_put(struct nlmsghdr *nlh, const struct args *a, unsigned int which)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arg_table); i++)
		if (arg_table[i].put && (a->has & which & arg_table[i].has))
			arg_table[i].put(nlh, a);
}
