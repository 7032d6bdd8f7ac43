// SPDX-License-Identifier: GPL-2.0
/* check: where a span may show a frame twice, which passes two of its devices. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "args/vlan.h"

/**
 * struct part - Devices that hang together: a frame may pass any two of them.
 * @x: a binding on one of them
 * @y: another, by which the same frame may pass
 * @src: the source of @x
 * @chooses: a source of some binding does not copy all, whole
 */
struct part {
	const struct binding *x;
	const struct binding *y;
	const struct source *src;
	bool chooses;
};

/**
 * struct parts - What hangs together.
 * @links: the devices
 * @of: for each of them another that it hangs together with, or itself
 * @part: of each that stands for its part
 */
struct parts {
	const struct array *links;
	size_t *of;
	struct part *part;
};

/* What these send or receive the device below has as it is. */
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
	/* What a VRF sends on has other addresses. */
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

/* Not all frames of its devices are copied whole, so that whether one was, only the
 * copy can tell.
 */
static bool chooses(const struct source *src)
{
	return src->is_filtered || src->shares || src->sample > 1 || src->rate ||
	       src->snaplen || src->snap_headers ||
	       (src->vlans && !vlan_is_all(src->vlans));
}

/* Of "master br0" each device sees a frame once. */
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
 * One pair of devices is named, if there are several.
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
