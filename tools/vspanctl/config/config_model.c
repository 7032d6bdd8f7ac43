// SPDX-License-Identifier: GPL-2.0
/* Makes a configuration from the state of the kernel. */
#include "config/config_int.h"

#include <errno.h>
#include <string.h>

#include "args/vlan.h"

/* An older module only tells the name of a source's span. */
static void config_add_where(struct args *a, const struct span *span,
			     bool by_id)
{
	strcpy(a->span, span->name);
	if (!span->is_away)
		return;
	a->has |= HAS_NETNS;
	strcpy(a->netns, span->netns);
	a->netnsid = span->netnsid;
	a->is_away = by_id;
	a->ifindex = span->ifindex;
}

/**
 * config_add_span - Add a span that the kernel has.
 * @c: configuration
 * @span: the span
 *
 * Return: 0 or -ENOMEM.
 */
int config_add_span(struct config *c, const struct span *span)
{
	struct entry *e = config_next(c, ENTRY_SPAN);

	if (!e)
		return -ENOMEM;
	e->a.has = HAS_SPAN | HAS_FRAMES | HAS_QLEN | HAS_STATE;
	if (span->mtu)
		e->a.has |= HAS_MTU;
	e->a.frames = span->frames;
	e->a.qlen = span->qlen;
	e->a.mtu = span->mtu;
	/* A span in another netns is brought up there. */
	e->a.down = !span->up && !span->is_away;
	config_add_where(&e->a, span, true);
	c->entries.count++;
	return 0;
}

static void config_add_copy(struct args *a, const struct source *src)
{
	a->snaplen = src->snaplen;
	a->snap_headers = src->snap_headers;
	a->share = src->share;
	a->shares = src->shares;
	a->sample = src->sample ? src->sample : 1;
	a->rate = src->rate;
	a->tag = src->tag;
	strcpy(a->filter, src->filter);
}

static int config_add_source(struct config *c, const struct span *span,
			     const struct source *src)
{
	struct entry *e = config_next(c, ENTRY_SOURCE);
	struct args *a = e ? &e->a : NULL;

	if (!e)
		return -ENOMEM;
	a->has = HAS_SPAN | ARGS_SOURCE;
	a->kind = src->kind;
	a->dir = src->dir;
	a->hook = src->hook;
	a->redirect = src->redirect;
	a->promisc = src->promisc;
	a->dup_keep = src->dup_keep;
	config_add_copy(a, src);
	e->is_mute = src->is_filtered && !*src->filter;
	if (src->vlans)
		memcpy(a->vlans, src->vlans, sizeof(a->vlans));
	else
		vlan_fill(a->vlans);
	strcpy(a->source, src->name);
	config_add_where(a, span, src->of.is_told);
	args_source_text(a->kind, a->source, a->text, sizeof(a->text));
	c->entries.count++;
	return 0;
}

static int config_add_output(struct config *c, const struct span *span,
			     const struct output *out)
{
	struct entry *e = config_next(c, ENTRY_OUTPUT);

	if (!e)
		return -ENOMEM;
	e->a.has = HAS_SPAN | HAS_TARGET;
	if (out->vlan)
		e->a.has |= HAS_VID;
	if (out->strip)
		e->a.has |= HAS_STRIP;
	e->a.vid = out->vlan;
	e->a.group = out->group;
	strcpy(e->a.dev, out->dev);
	config_add_where(&e->a, span, out->of.is_told);
	c->entries.count++;
	return 0;
}

static int config_add_parts(struct config *c, const struct span *span)
{
	const struct output *out;
	const struct source *src;

	for (src = span->sources; src; src = src->next)
		if (config_add_source(c, span, src))
			return -ENOMEM;
	for (out = span->outputs; out; out = out->next)
		if (config_add_output(c, span, out))
			return -ENOMEM;
	return 0;
}

/**
 * config_add_model - Add what the kernel has.
 * @c: configuration
 * @m: the kernel's words, after model_link()
 *
 * A span that is owned by a program is left out, so that it is neither saved nor changed.
 *
 * Return: 0, -ENOMEM, or -EINTR if a source or output belongs to a span that was made
 * after the spans were read.
 */
int config_add_model(struct config *c, const struct model *m)
{
	const struct span *spans = m->spans.items;
	size_t i, before, parts = 0;

	for (i = 0; i < m->spans.count; i++) {
		if (spans[i].owned) {
			parts += model_span_parts(&spans[i]);
			continue;
		}
		if (config_add_span(c, &spans[i]))
			return -ENOMEM;
		before = c->entries.count;
		if (config_add_parts(c, &spans[i]))
			return -ENOMEM;
		parts += c->entries.count - before;
	}
	return parts == m->sources.count + m->outputs.count ? 0 : -EINTR;
}
