// SPDX-License-Identifier: GPL-2.0
/* check: devices of a span that a frame may pass one after the other, so that the span
 * may get it twice.
 */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "args/vlan.h"

/**
 * struct part - Connected devices: a frame may pass any two of them.
 * @x: a binding on one of them
 * @y: a binding on another one
 * @src: the source of @x
 * @chooses: a source of some binding does not copy all frames in full length
 */
struct part {
	const struct binding *x;
	const struct binding *y;
	const struct source *src;
	bool chooses;
};

/**
 * struct parts - Sets of connected devices, as disjoint sets.
 * @links: the devices
 * @of: for each device another one of its set, or itself if it represents the set
 * @part: for each device that represents a set, that set
 */
struct parts {
	const struct array *links;
	size_t *of;
	struct part *part;
};

/* Kinds of devices whose frames pass the lower device unchanged. */
static const char *const same_kinds[] = {
	"vlan", "macvlan", "macvtap", "ipvlan", "ipvtap", "veth", "netkit",
};

static bool passes_unchanged(const struct link *link)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(same_kinds); i++)
		if (!strcmp(link->kind, same_kinds[i]))
			return !link->is_lower_away;
	return false;
}

static size_t part_of(const struct parts *p, size_t i)
{
	while (p->of[i] != i)
		i = p->of[i] = p->of[p->of[i]];
	return i;
}

static size_t place(const struct parts *p, const struct link *link)
{
	return link - (const struct link *)p->links->items;
}

static void join(struct parts *p, size_t i, const struct link *other)
{
	/* A VRF changes the addresses of frames. */
	if (other && strcmp(other->kind, "vrf"))
		p->of[part_of(p, i)] = part_of(p, place(p, other));
}

static void join_all(struct parts *p)
{
	const struct link *link = p->links->items;
	size_t i;

	for (i = 0; i < p->links->count; i++)
		p->of[i] = i;
	for (i = 0; i < p->links->count; i++, link++) {
		if (link->master)
			join(p, i, link_by_index(p->links, link->master));
		if (link->lower && passes_unchanged(link))
			join(p, i, link_by_index(p->links, link->lower));
	}
}

/* Does a source copy only some frames, or not in full length? Then second copies can only
 * be recognized as long as the span remembers the first one.
 */
static bool chooses(const struct source *src)
{
	return src->is_filtered || src->shares || src->sample > 1 || src->rate ||
	       src->snaplen || src->snap_headers ||
	       (src->vlans && !vlan_is_all(src->vlans));
}

/* The devices of a source "master br0" get each frame once. */
static void put_binding(struct parts *p, const struct source *src,
			const struct binding *b)
{
	const struct link *link = link_by_index(p->links, b->ifindex);
	struct part *part;

	if (!link)
		return;
	part = &p->part[part_of(p, place(p, link))];
	part->chooses |= chooses(src);
	if (!part->x) {
		part->x = b;
		part->src = src;
	} else if (src != part->src || src->kind != VSPAN_KIND_MASTER) {
		part->y = b;
	}
}

static const struct part *find_overlap(struct parts *p,
				       const struct source *src)
{
	const struct binding *b;
	size_t i;

	join_all(p);
	for (; src; src = src->next)
		for (b = src->dup_keep ? NULL : src->bindings; b; b = b->next)
			put_binding(p, src, b);
	for (i = 0; i < p->links->count; i++)
		if (p->part[i].y && p->part[i].chooses)
			return &p->part[i];
	return NULL;
}

/**
 * probe_overlap - May a frame be copied to the span a second time?
 * @c: the check, at a span
 *
 * If there are several pairs of devices, one is named.
 */
void probe_overlap(struct check *c)
{
	struct parts p = { .links = &c->links };
	const struct part *part = NULL;

	p.of = calloc(c->links.count + 1, sizeof(*p.of));
	p.part = calloc(c->links.count + 1, sizeof(*p.part));
	if (p.of && p.part)
		part = find_overlap(&p, c->span->sources);
	if (part) {
		found(c, FIND_NOTE, "overlap",
		      "a frame may pass both %s and %s, and not all are copied at either: one that waits long in between, for 50 ms say, may be copied twice",
		      part->x->dev, part->y->dev);
		fix(c, "vspanctl -s show %s", quoted(c, c->span->name));
	}
	free(p.of);
	free(p.part);
}
