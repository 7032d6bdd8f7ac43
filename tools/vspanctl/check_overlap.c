// SPDX-License-Identifier: GPL-2.0
/* check: where a span may show a frame twice, which passes two of its devices. */
#include <stdlib.h>

#include "check.h"
#include "vlan.h"

/**
 * struct parts - Which devices hang together, as ports, by what they are made on, or
 *		  as the ends of a veth pair: a frame may pass any two of them.
 * @links: the devices
 * @of: for each of them another that it hangs together with, or itself
 */
struct parts {
	const struct array *links;
	size_t *of;
};

static size_t part_of(const struct parts *p, size_t i)
{
	while (p->of[i] != i)
		i = p->of[i];
	return i;
}

static void join(struct parts *p, size_t i, uint32_t ifindex)
{
	const struct link *other = link_by_index(p->links, ifindex);

	if (ifindex && other)
		p->of[part_of(p, i)] =
			part_of(p, other - (const struct link *)p->links->items);
}

static void join_all(struct parts *p)
{
	const struct link *link = p->links->items;
	size_t i;

	for (i = 0; i < p->links->count; i++)
		p->of[i] = i;
	for (i = 0; i < p->links->count; i++, link++) {
		join(p, i, link->master);
		if (!link->is_lower_away)
			join(p, i, link->lower);
	}
}

static bool hang_together(const struct parts *p, const struct binding *a,
			  const struct binding *b)
{
	const struct link *first = p->links->items;
	const struct link *x = link_by_index(p->links, a->ifindex);
	const struct link *y = link_by_index(p->links, b->ifindex);

	return x && y && part_of(p, x - first) == part_of(p, y - first);
}

/* Not all frames of its devices are copied whole, so that whether one was, only the
 * copy can tell.
 */
static bool chooses(const struct source *src)
{
	return src->is_filtered || src->sample > 1 || src->rate ||
	       src->snaplen || src->snap_headers ||
	       (src->vlans && !vlan_is_all(src->vlans));
}

/* Of "master br0" each device sees a frame once. */
static bool may_overlap(const struct source *a, const struct source *b)
{
	return !a->dup_keep && !b->dup_keep && (chooses(a) || chooses(b)) &&
	       (a != b || a->kind != VSPAN_KIND_MASTER);
}

/* Sets @y to a binding of @b that a frame of @x may pass too. */
static bool meets(const struct parts *p, const struct binding *x,
		  const struct source *b, const struct binding **y)
{
	for (*y = b->bindings; *y; *y = (*y)->next)
		if (*y != x && hang_together(p, x, *y))
			return true;
	return false;
}

static bool find_pair(const struct parts *p, const struct source *sources,
		      const struct binding **x, const struct binding **y)
{
	const struct source *a, *b;

	for (a = sources; a; a = a->next)
		for (b = a; b; b = b->next)
			for (*x = may_overlap(a, b) ? a->bindings : NULL; *x;
			     *x = (*x)->next)
				if (meets(p, *x, b, y))
					return true;
	return false;
}

/**
 * probe_overlap - May a frame be copied to the span a second time?
 * @c: the check, at a span
 *
 * One pair of devices is named, if there are several.
 */
void probe_overlap(struct check *c)
{
	struct parts p = { .links = &c->links };
	const struct binding *x, *y;

	p.of = calloc(c->links.count + 1, sizeof(*p.of));
	if (!p.of)
		return;
	join_all(&p);
	if (find_pair(&p, c->span->sources, &x, &y)) {
		found(c, FIND_NOTE, "overlap",
		      "a frame may pass both %s and %s, and not all are copied at either: one that waits longer than 50 ms in between is copied twice",
		      x->dev, y->dev);
		fix(c, "vspanctl -s show %s", quoted(c, c->span->name));
	}
	free(p.of);
}
