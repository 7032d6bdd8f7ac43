// SPDX-License-Identifier: GPL-2.0
/* Computes the differences between two readings of the counters. */
#include "watch/top.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An object that was made in between counts from zero. So does one that was deleted and
 * made again, which has counted less than before.
 */
static uint64_t since(uint64_t before, uint64_t now)
{
	return now < before ? now : now - before;
}

static struct dir_stats dir_since(const struct dir_stats *before,
				  const struct dir_stats *now)
{
	struct dir_stats none = { 0 };

	if (!before || now->packets < before->packets)
		before = &none;
	return (struct dir_stats){
		.packets = since(before->packets, now->packets),
		.bytes = since(before->bytes, now->bytes),
	};
}

static void drops_since(uint64_t *drops, const uint64_t *before,
			const uint64_t *now)
{
	size_t i;

	for (i = 0; i <= VSPAN_A_DROP_MAX; i++)
		drops[i] = since(before ? before[i] : 0, now[i]);
}

static bool is_same_span(const struct span *a, const struct span *b)
{
	return a->ifindex == b->ifindex && a->is_away == b->is_away &&
	       (!a->is_away || a->netnsid == b->netnsid);
}

static const struct span *span_before(const struct model *m,
				      const struct span *now)
{
	const struct span *span = m->spans.items;
	size_t i;

	for (i = 0; i < m->spans.count; i++)
		if (is_same_span(&span[i], now))
			return &span[i];
	return NULL;
}

static bool is_same_source(const struct source *a, const struct source *b)
{
	return a->kind == b->kind && !strcmp(a->name, b->name);
}

static bool is_same_output(const struct output *a, const struct output *b)
{
	return a->is_psample == b->is_psample && a->group == b->group &&
	       !strcmp(a->dev, b->dev);
}

/* Sources have the same order in both readings, so the next one is nearly always behind
 * the last one found.
 */
static const struct source *source_before(const struct source **at,
					  const struct source *first,
					  const struct source *now)
{
	const struct source *src;

	if (*at && is_same_source(*at, now))
		src = *at;
	else
		for (src = first; src && !is_same_source(src, now);)
			src = src->next;
	if (src)
		*at = src->next;
	return src;
}

static const struct output *output_before(const struct output *first,
					  const struct output *now)
{
	while (first && !is_same_output(first, now))
		first = first->next;
	return first;
}

static void add_source(struct top_item *item, const struct source *before,
		       const struct source *now)
{
	item->src = now;
	item->rx = dir_since(before ? &before->rx : NULL, &now->rx);
	item->tx = dir_since(before ? &before->tx : NULL, &now->tx);
	drops_since(item->drops, before ? before->drops : NULL, now->drops);
}

static void add_output(struct top_item *item, const struct output *before,
		       const struct output *now)
{
	item->out = now;
	item->rx = dir_since(before ? &before->sent : NULL, &now->sent);
	drops_since(item->drops, before ? before->drops : NULL, now->drops);
}

static uint64_t all_drops(const struct top_item *item)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i <= VSPAN_A_DROP_MAX; i++)
		sum += item->drops[i];
	return sum;
}

/* Less than 0 if @a is busier. */
static int busier(const struct top_item *a, const struct top_item *b)
{
	uint64_t x = a->rx.packets + a->tx.packets + all_drops(a);
	uint64_t y = b->rx.packets + b->tx.packets + all_drops(b);

	return (x < y) - (x > y);
}

/* Equally busy items keep their order, which qsort() does not guarantee. */
static int item_cmp(const void *a, const void *b)
{
	const struct top_item *x = a, *y = b;
	int diff = busier(x, y);

	if (diff || (!x->src != !y->src))
		return diff ? diff : !x->src - !y->src;
	return x->src ? (x->src > y->src) - (x->src < y->src) :
			(x->out > y->out) - (x->out < y->out);
}

static int group_cmp(const void *a, const void *b)
{
	const struct top_group *x = a, *y = b;
	int diff = busier(&x->total, &y->total);

	return diff ? diff : (x->span > y->span) - (x->span < y->span);
}

static int fill_group(struct top_group *g, const struct span *before,
		      const struct span *now)
{
	const struct source *src, *first = before ? before->sources : NULL;
	const struct source *at = first;
	const struct output *out;
	struct top_item *item;

	g->span = now;
	g->total.rx = dir_since(before ? &before->delivered : NULL,
				&now->delivered);
	drops_since(g->total.drops, before ? before->drops : NULL, now->drops);
	g->count = model_span_parts(now);
	if (!g->count)
		return 0;
	g->items = calloc(g->count, sizeof(*item));
	if (!g->items)
		return -ENOMEM;
	item = g->items;
	for (src = now->sources; src; src = src->next)
		add_source(item++, source_before(&at, first, src), src);
	for (out = now->outputs; out; out = out->next)
		add_output(item++,
			   before ? output_before(before->outputs, out) : NULL,
			   out);
	qsort(g->items, g->count, sizeof(*item), item_cmp);
	return 0;
}

/**
 * top_diff - Compute what was counted between two readings.
 * @t: result; free it whatever is returned
 * @before: the first reading
 * @now: the second
 * @ms: milliseconds between them
 * @name: name of the span that is wanted, NULL for all
 *
 * Return: 0 or -ENOMEM.
 */
int top_diff(struct top *t, const struct model *before, const struct model *now,
	     uint64_t ms, const char *name)
{
	const struct span *span = now->spans.items;
	size_t i;
	int err = 0;

	memset(t, 0, sizeof(*t));
	t->ms = ms ? ms : 1;
	if (!now->spans.count)
		return 0;
	t->groups = calloc(now->spans.count, sizeof(*t->groups));
	if (!t->groups)
		return -ENOMEM;
	for (i = 0; i < now->spans.count && !err; i++)
		if (!name || !strcmp(name, span[i].name))
			err = fill_group(&t->groups[t->count++],
					 span_before(before, &span[i]),
					 &span[i]);
	qsort(t->groups, t->count, sizeof(*t->groups), group_cmp);
	return err;
}

/**
 * top_free - Free what top_diff() has made.
 * @t: the result
 */
void top_free(struct top *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		free(t->groups[i].items);
	free(t->groups);
	memset(t, 0, sizeof(*t));
}
