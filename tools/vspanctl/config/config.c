// SPDX-License-Identifier: GPL-2.0
/* Configurations: the lines of a file, or the state of the kernel, both in the words of
 * the command line, so that they can be compared.
 */
#include "config/config_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "args/vlan.h"
#include "vspanctl.h"
#include "args/words.h"

/* --- spans --- */

/**
 * where_read - Check the netns of a line.
 * @a: the words
 *
 * A netnsid is refused: it is not the same after the next boot.
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int where_read(struct args *a)
{
	if (!(a->has & HAS_NETNS) || a->netns[0])
		return 0;
	snprintf(a->err, sizeof(a->err),
		 "\"netnsid\" is a number that changes; name the network namespace with: netns NETNS");
	return -EINVAL;
}

static int span_read(struct args *a, int argc, char **argv)
{
	int err = args_span(a, "span add", HAS_NETNS | ARGS_SPAN, argc, argv);

	/* What is no cable's form has to be said, and so has down; a queue's length and
	 * an MTU may be.
	 */
	if (!err)
		a->has |= HAS_FRAMES | HAS_STATE;
	return err ? err : where_read(a);
}

/**
 * span_cmp - Order by span: in this netns, in a netns with a name, in one without.
 * @x: a span, or a source or output of it
 * @y: another
 *
 * Return: less than, equal to or greater than 0, as @x is to @y.
 */
int span_cmp(const struct args *x, const struct args *y)
{
	int d = strcmp(x->span, y->span);

	if (!d)
		d = !!(x->has & HAS_NETNS) - !!(y->has & HAS_NETNS);
	if (!d)
		d = strcmp(x->netns, y->netns);
	if (d || !(x->has & HAS_NETNS) || x->netns[0])
		return d;
	return (x->netnsid > y->netnsid) - (x->netnsid < y->netnsid);
}

/* Options of a span in another netns are not compared; they are configured there. */
static bool span_same(const struct args *old, const struct args *want)
{
	if (want->has & HAS_NETNS)
		return true;
	return old->frames == want->frames &&
	       (!(want->has & HAS_QLEN) || old->qlen == want->qlen) &&
	       (!(want->has & HAS_MTU) || old->mtu == want->mtu) &&
	       old->down == want->down;
}

static const char *span_text(const struct args *a, char *buf, size_t size)
{
	char span[SPAN_TEXT_LEN];

	snprintf(buf, size, "span add %s", args_span_text(a, span, sizeof(span)));
	return buf;
}

/**
 * where_put - Write a span's name, and its netns.
 * @fp: where to
 * @a: the span, or a source or output of it
 */
void where_put(FILE *fp, const struct args *a)
{
	words_put(fp, a->span);
	if (!(a->has & HAS_NETNS))
		return;
	if (!a->netns[0]) {
		fprintf(fp, " netnsid %d", a->netnsid);
		return;
	}
	fputs(" netns ", fp);
	words_put(fp, a->netns);
}

static void span_put(FILE *fp, const struct args *a)
{
	where_put(fp, a);
	if (a->frames == VSPAN_FRAMES_ASIS)
		fputs(" frames asis", fp);
	if (a->has & HAS_QLEN)
		fprintf(fp, " qlen %u", a->qlen);
	if (a->has & HAS_MTU)
		fprintf(fp, " mtu %u", a->mtu);
	if (a->down)
		fputs(" down", fp);
}

/* --- outputs --- */

static int output_read(struct args *a, int argc, char **argv)
{
	int err = args_output(a, "output add", HAS_NETNS | ARGS_OUTPUT, argc,
			      argv);

	return err ? err : where_read(a);
}

/* A device, or a group and no device. */
static int output_cmp(const struct args *x, const struct args *y)
{
	int d = span_cmp(x, y);

	if (!d)
		d = strcmp(x->dev, y->dev);
	return d ? d : (x->group > y->group) - (x->group < y->group);
}

static bool output_same(const struct args *old, const struct args *want)
{
	return old->vid == want->vid &&
	       (old->has & HAS_STRIP) == (want->has & HAS_STRIP);
}

static const char *output_text(const struct args *a, char *buf, size_t size)
{
	char span[SPAN_TEXT_LEN];

	args_span_text(a, span, sizeof(span));
	if (a->dev[0])
		snprintf(buf, size, "output add %s dev %s", span, a->dev);
	else
		snprintf(buf, size, "output add %s psample %u", span, a->group);
	return buf;
}

static void output_put(FILE *fp, const struct args *a)
{
	where_put(fp, a);
	if (!a->dev[0]) {
		fprintf(fp, " psample %u", a->group);
		return;
	}
	fputs(" dev ", fp);
	words_put(fp, a->dev);
	if (a->has & HAS_VID)
		fprintf(fp, " vlan %u", a->vid);
	if (a->has & HAS_STRIP)
		fputs(" strip", fp);
}

/**
 * struct entry_ops - Operations of a kind of entry.
 * @cmd: the command its line begins with, one or two words
 * @read: parses the words after these, fills in what they leave out
 * @cmp: orders by what it is known by
 * @same: is nothing to be changed?
 * @text: the beginning of the line, enough to know which one
 * @put: writes the words after the command
 */
struct entry_ops {
	const char *cmd[2];
	int (*read)(struct args *a, int argc, char **argv);
	int (*cmp)(const struct args *x, const struct args *y);
	bool (*same)(const struct args *old, const struct args *want);
	const char *(*text)(const struct args *a, char *buf, size_t size);
	void (*put)(FILE *fp, const struct args *a);
};

static const struct entry_ops entry_ops[ENTRY_KINDS] = {
	[ENTRY_SPAN] = {
		.cmd	= { "span", "add" },
		.read	= span_read,
		.cmp	= span_cmp,
		.same	= span_same,
		.text	= span_text,
		.put	= span_put,
	},
	[ENTRY_SOURCE] = {
		.cmd	= { "add" },
		.read	= source_read,
		.cmp	= source_cmp,
		.same	= source_same,
		.text	= source_text,
		.put	= source_put,
	},
	[ENTRY_OUTPUT] = {
		.cmd	= { "output", "add" },
		.read	= output_read,
		.cmp	= output_cmp,
		.same	= output_same,
		.text	= output_text,
		.put	= output_put,
	},
};

/* Number of words of the command of @ops at the head of a line; 0 for another command. */
static int entry_cmd_words(const struct entry_ops *ops, int argc, char **argv)
{
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(ops->cmd) && ops->cmd[i]; i++)
		if (i == argc || strcmp(argv[i], ops->cmd[i]))
			return 0;
	return i;
}

/**
 * config_next - Begin an entry.
 * @c: configuration
 * @kind: what the entry is
 *
 * Return: the entry, which the caller must count in @c, or NULL.
 */
struct entry *config_next(struct config *c, enum entry_kind kind)
{
	struct entry *e = array_next(&c->entries, sizeof(*e));

	if (!e)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	return e;
}

/**
 * config_add_line - Add the entry of a line of a file.
 * @c: configuration
 * @line: number of the line
 * @argc: number of its words
 * @argv: the words
 * @err: gets a sentence if the words are no configuration
 * @len: size of @err
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int config_add_line(struct config *c, unsigned int line, int argc, char **argv,
		    char *err, size_t len)
{
	struct entry *e;
	int kind, used, ret;

	for (kind = 0; kind < ENTRY_KINDS; kind++) {
		used = entry_cmd_words(&entry_ops[kind], argc, argv);
		if (!used)
			continue;
		e = config_next(c, kind);
		if (!e)
			return -ENOMEM;
		e->line = line;
		ret = entry_ops[kind].read(&e->a, argc - used, argv + used);
		if (ret)
			snprintf(err, len, "%s", e->a.err);
		c->entries.count += !ret;
		return ret;
	}
	snprintf(err, len, "\"%.40s%s%.40s\" is no line of a configuration: these are span add, add and output add; run others with: vspanctl -batch FILE",
		 argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
	return -EINVAL;
}

static int entry_cmp(const struct entry *x, const struct entry *y)
{
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return entry_ops[x->kind].cmp(&x->a, &y->a);
}

/* Orders by key; of two entries with the same key, the first one is less. */
static int index_cmp(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;
	int d = entry_cmp(x, y);

	return d ? d : (x > y) - (x < y);
}

/**
 * config_sort - Make entries accessible by their keys.
 * @c: configuration, complete, or changed since it was sorted
 * @twice: set to the second entry of a key that two have; the first is
 *         config_find() of it
 *
 * Return: 0, -ENOMEM, or -EEXIST with @twice set.
 */
int config_sort(struct config *c, const struct entry **twice)
{
	const struct entry *entries = c->entries.items;
	size_t i, count = c->entries.count;

	free(c->index);
	c->index = calloc(count + 1, sizeof(*c->index));
	if (!c->index)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		c->index[i] = &entries[i];
	qsort(c->index, count, sizeof(*c->index), index_cmp);
	for (i = 1; i < count; i++) {
		if (entry_cmp(c->index[i - 1], c->index[i]))
			continue;
		*twice = c->index[i];
		return -EEXIST;
	}
	return 0;
}

/**
 * config_find - Find an entry.
 * @c: configuration, after config_sort()
 * @key: an entry of another configuration
 *
 * Return: the first entry with the same key, or NULL.
 */
const struct entry *config_find(const struct config *c, const struct entry *key)
{
	size_t lo = 0, hi = c->entries.count, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (entry_cmp(c->index[mid], key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->entries.count && !entry_cmp(c->index[lo], key) ?
	       c->index[lo] : NULL;
}

/**
 * config_drop - Remove an entry.
 * @c: configuration; it has to be sorted again
 * @e: the entry
 */
void config_drop(struct config *c, const struct entry *e)
{
	struct entry *entries = c->entries.items;
	size_t i = e - entries;

	memmove(&entries[i], &entries[i + 1],
		(--c->entries.count - i) * sizeof(*entries));
	free(c->index);
	c->index = NULL;
}

/**
 * config_free - Free what a configuration holds and leave it empty.
 * @c: configuration
 */
void config_free(struct config *c)
{
	free(c->entries.items);
	free(c->index);
	memset(c, 0, sizeof(*c));
}

/**
 * entry_same - Are two entries the same?
 * @old: the existing entry
 * @want: the wanted entry, with the same key
 *
 * A filter without text, made by another program, differs from every line.
 *
 * Return: true if nothing has to be changed.
 */
bool entry_same(const struct entry *old, const struct entry *want)
{
	return !old->is_mute && entry_ops[old->kind].same(&old->a, &want->a);
}

/**
 * entry_text - Name an entry, for messages.
 * @e: the entry
 * @buf: room for the text
 * @size: bytes in @buf
 *
 * Return: @buf.
 */
const char *entry_text(const struct entry *e, char *buf, size_t size)
{
	return entry_ops[e->kind].text(&e->a, buf, size);
}

/**
 * entry_is_nameless - Is the netns of an entry one that a file cannot name?
 * @e: the entry
 *
 * Return: true if so.
 */
bool entry_is_nameless(const struct entry *e)
{
	return e->a.has & HAS_NETNS && !e->a.netns[0];
}

/**
 * entry_can_be_said - Can an entry be written as a command line?
 * @e: the entry, from the kernel
 *
 * Another program may have made a source with a name that vspanctl refuses, or reads as
 * a pattern.
 *
 * Return: true if it can.
 */
bool entry_can_be_said(const struct entry *e)
{
	char *source[] = { "master", (char *)e->a.source, "to",
			   (char *)e->a.span };
	char *output[] = { (char *)e->a.span, "dev", (char *)e->a.dev };
	int skip = e->a.kind != VSPAN_KIND_MASTER;
	struct args a;

	if (e->is_mute)
		return false;
	if (e->kind == ENTRY_SOURCE)
		return !args_source(&a, "", HAS_SPAN, 4 - skip, source + skip) &&
		       !strcmp(a.span, e->a.span) &&
		       !strcmp(a.source, e->a.source) && a.kind == e->a.kind;
	return !args_span(&a, "", HAS_TARGET, e->a.dev[0] ? 3 : 1, output);
}

/**
 * entry_put - Write the line of an entry.
 * @fp: where to
 * @e: the entry
 */
void entry_put(FILE *fp, const struct entry *e)
{
	const struct entry_ops *ops = &entry_ops[e->kind];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops->cmd) && ops->cmd[i]; i++)
		fprintf(fp, "%s ", ops->cmd[i]);
	ops->put(fp, &e->a);
	putc('\n', fp);
}

/**
 * entry_put_lines - Write an entry with a prefix before each of its lines.
 * @fp: where to
 * @prefix: the prefix
 * @e: the entry; its filter may have several lines
 */
void entry_put_lines(FILE *fp, const char *prefix, const struct entry *e)
{
	char *text = NULL, *at;
	size_t len;
	FILE *mem;

	mem = open_memstream(&text, &len);
	if (!mem)
		return;
	entry_put(mem, e);
	fclose(mem);
	fputs(prefix, fp);
	for (at = text; at && *at; at++) {
		putc(*at, fp);
		if (*at == '\n' && at[1])
			fputs(prefix, fp);
	}
	free(text);
}
