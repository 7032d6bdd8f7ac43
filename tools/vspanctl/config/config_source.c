// SPDX-License-Identifier: GPL-2.0
/* Sources in a configuration: read, compared and written. */
#include "config/config_int.h"

#include <string.h>

#include "args/vlan.h"
#include "vspanctl.h"
#include "args/words.h"

/* The kernel's defaults for options that are not given. */
static void source_defaults(struct args *a)
{
	if (!(a->has & HAS_HOOK))
		a->hook = a->redirect ? VSPAN_HOOK_RX_HANDLER : VSPAN_HOOK_TAP;
	if (!(a->has & HAS_DIR))
		a->dir = a->hook == VSPAN_HOOK_RX_HANDLER ?
			 VSPAN_DIR_RX : VSPAN_DIR_RX | VSPAN_DIR_TX;
	if (!(a->has & HAS_VLANS))
		vlan_fill(a->vlans);
	if (!(a->has & HAS_SAMPLE))
		a->sample = 1;
	a->has |= HAS_SPAN | ARGS_SOURCE;
}

/**
 * source_read - Parse the words after add.
 * @a: gets them, and the defaults of other options
 * @argc: number of words
 * @argv: the words
 *
 * Return: 0, or -EINVAL with a sentence in @a->err.
 */
int source_read(struct args *a, int argc, char **argv)
{
	int err = args_source(a, "add", ARGS_WHERE | ARGS_SOURCE, argc, argv);

	if (!err)
		source_defaults(a);
	return err ? err : where_read(a);
}

/**
 * source_cmp - Order sources by key.
 * @x: a source
 * @y: another
 *
 * Return: less than, equal to or greater than 0, as @x is to @y.
 */
int source_cmp(const struct args *x, const struct args *y)
{
	int d = span_cmp(x, y);

	if (!d)
		d = strcmp(x->source, y->source);
	return d ? d : (x->kind > y->kind) - (x->kind < y->kind);
}

/* The options that select frames, and limit the number and length of copies. */
static unsigned int source_changes_copy(const struct args *old,
					const struct args *want)
{
	unsigned int has = 0;

	if (old->snaplen != want->snaplen ||
	    old->snap_headers != want->snap_headers)
		has |= HAS_SNAPLEN;
	if (old->share != want->share || old->shares != want->shares)
		has |= HAS_SHARE;
	if (old->sample != want->sample)
		has |= HAS_SAMPLE;
	if (old->rate != want->rate)
		has |= HAS_RATE;
	if (old->tag != want->tag)
		has |= HAS_TAG;
	if (strcmp(old->filter, want->filter))
		has |= HAS_FILTER;
	if (memcmp(old->vlans, want->vlans, sizeof(old->vlans)))
		has |= HAS_VLANS;
	return has;
}

/* HAS_* of the options that turn one source into the other. With redirect the kernel also
 * changes the hook, unless that is given.
 */
static unsigned int source_changes(const struct args *old,
				   const struct args *want)
{
	unsigned int has = source_changes_copy(old, want);
	uint32_t hook = old->hook;

	if (old->redirect != want->redirect) {
		has |= HAS_REDIRECT;
		hook = want->redirect ? VSPAN_HOOK_RX_HANDLER : VSPAN_HOOK_TAP;
	}
	if (hook != want->hook)
		has |= HAS_HOOK;
	if (old->dir != want->dir)
		has |= HAS_DIR;
	if (old->promisc != want->promisc)
		has |= HAS_PROMISC;
	if (old->dup_keep != want->dup_keep)
		has |= HAS_DUP;
	return has;
}

/**
 * source_same - Do two sources have the same options?
 * @old: the existing source
 * @want: the wanted source
 *
 * Return: true if so.
 */
bool source_same(const struct args *old, const struct args *want)
{
	return old->hook == want->hook && !source_changes(old, want);
}

/**
 * source_text - Name a source, for messages.
 * @a: the source
 * @buf: room for the text
 * @size: bytes in @buf
 *
 * Return: @buf.
 */
const char *source_text(const struct args *a, char *buf, size_t size)
{
	char span[SPAN_TEXT_LEN];

	snprintf(buf, size, "add %s to %s", a->text,
		 args_span_text(a, span, sizeof(span)));
	return buf;
}

static const char *source_dir(const struct args *a)
{
	if (a->dir == VSPAN_DIR_RX)
		return "rx";
	return a->dir == VSPAN_DIR_TX ? "tx" : "rx,tx";
}

static void source_put_copy(FILE *fp, const struct args *a)
{
	if (*a->filter) {
		fputs(" filter ", fp);
		words_put(fp, a->filter);
	}
	if (a->snap_headers)
		fputs(" snaplen headers", fp);
	else if (a->snaplen)
		fprintf(fp, " snaplen %u", a->snaplen);
	if (a->shares)
		fprintf(fp, " share %u/%u", a->share, a->shares);
	if (a->sample > 1)
		fprintf(fp, " sample %u", a->sample);
	if (a->rate)
		fprintf(fp, " rate %u", a->rate);
	if (a->tag == VSPAN_TAG_BRIDGE)
		fputs(" tag bridge", fp);
}

/**
 * source_put - Write the words after add.
 * @fp: where to
 * @a: the source
 */
void source_put(FILE *fp, const struct args *a)
{
	char list[VLAN_LIST_LEN];

	if (a->kind == VSPAN_KIND_MASTER)
		fputs("master ", fp);
	words_put(fp, a->source);
	fprintf(fp, " %s to ", source_dir(a));
	where_put(fp, a);
	if (!vlan_is_all(a->vlans))
		fprintf(fp, " vlan %s",
			vlan_format(a->vlans, list, sizeof(list)));
	if (a->redirect)
		fputs(" redirect", fp);
	else if (a->hook == VSPAN_HOOK_RX_HANDLER)
		fputs(" hook rx-handler", fp);
	if (a->promisc)
		fputs(" promisc", fp);
	if (a->dup_keep)
		fputs(" dup keep", fp);
	source_put_copy(fp, a);
}

/**
 * entry_changes - Find the options that a request for a source must have.
 * @old: the existing source, NULL to make it
 * @want: the wanted source
 *
 * Options that are not used are left out, since an older module may not know them.
 *
 * Return: HAS_* of those options.
 */
unsigned int entry_changes(const struct entry *old, const struct entry *want)
{
	struct args unsaid = { .sample = 1, .hook = VSPAN_HOOK_TAP };

	if (old)
		return source_changes(&old->a, &want->a);
	vlan_fill(unsaid.vlans);
	unsaid.dir = want->a.hook == VSPAN_HOOK_RX_HANDLER ?
		     VSPAN_DIR_RX : VSPAN_DIR_RX | VSPAN_DIR_TX;
	return source_changes(&unsaid, &want->a);
}
