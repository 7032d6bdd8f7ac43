// SPDX-License-Identifier: GPL-2.0
/*
 * The sources of a netns in the order in which devices are offered to them. Each netns
 * has its own list, so that its devices are not compared with the sources of others.
 */
#include <linux/list.h>
#include <linux/rtnetlink.h>

#include "config/claim.h"
#include "config/devbar.h"
#include "config/match.h"
#include "net.h"
#include "path/source.h"
#include "vspan.h"

/* Spans are in the order of their creation. The sources of a span are sorted by
 * vspan_match_beats(), so the first source that matches a device gets it.
 */
static bool vspan_claim_precedes(const struct vspan_source *a,
				 const struct vspan_source *b)
{
	return a->vs == b->vs ? vspan_match_beats(a, b) : a->vs->id < b->vs->id;
}

/**
 * vspan_claim_add - start to offer devices to a source
 * @src: the source
 *
 * Context: RTNL.
 */
void vspan_claim_add(struct vspan_source *src)
{
	struct list_head *claims = &vspan_net(src->net)->claims, *after = claims;
	struct vspan_source *pos;

	/* Backwards, since most new sources belong at the end. */
	list_for_each_entry_reverse(pos, claims, claim_node) {
		if (!vspan_claim_precedes(pos, src))
			continue;
		after = &pos->claim_node;
		break;
	}
	list_add(&src->claim_node, after);
}

/**
 * vspan_claim_del - stop offering devices to a source
 * @src: the source
 *
 * Context: RTNL.
 */
void vspan_claim_del(struct vspan_source *src)
{
	list_del(&src->claim_node);
}

/**
 * vspan_claim_first - get the source of a span to which devices are offered first
 * @vs: the span
 * @net: netns of the devices
 *
 * Context: RTNL.
 * Return: the source, or NULL if the span has none in this netns.
 */
struct vspan_source *vspan_claim_first(const struct vspan_dev *vs,
				       const struct net *net)
{
	struct vspan_source *src;

	list_for_each_entry(src, &vspan_net(net)->claims, claim_node)
		if (src->vs == vs)
			return src;
	return NULL;
}

/**
 * vspan_claim_span - walk the spans that have sources in a netns
 * @vn: the netns
 * @src: first source of the previous span, or NULL to begin
 *
 * Context: RTNL.
 * Return: first source of the next span, or NULL.
 */
struct vspan_source *vspan_claim_span(struct vspan_net *vn,
				      struct vspan_source *src)
{
	const struct vspan_dev *last = src ? src->vs : NULL;

	src = list_prepare_entry(src, &vn->claims, claim_node);
	list_for_each_entry_continue(src, &vn->claims, claim_node)
		if (src->vs != last)
			return src;
	return NULL;
}

/**
 * vspan_claim_best - get the source of a span that should have a device
 * @first: vspan_claim_first() of the span, or NULL
 * @dev: the device
 * @dirs: set to the directions in which the source matches, if there is one
 *
 * The outputs of the span are compared with the device once, not for each source.
 *
 * Context: RTNL.
 * Return: the source or NULL.
 */
struct vspan_source *vspan_claim_best(struct vspan_source *first,
				      struct net_device *dev, u32 *dirs)
{
	struct vspan_source *src = first;
	enum vspan_dormant why;
	bool awaited;

	if (!first || vspan_devbar_source(first->vs, dev, &why))
		return NULL;
	awaited = vspan_devbar_awaited(first->vs, dev);
	list_for_each_entry_from(src, &vspan_net(first->net)->claims, claim_node) {
		if (src->vs != first->vs ||
		    (awaited && src->kind != VSPAN_KIND_NAME))
			break;
		*dirs = vspan_match_says(src, dev);
		if (*dirs)
			return src;
	}
	return NULL;
}
