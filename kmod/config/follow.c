// SPDX-License-Identifier: GPL-2.0
/*
 * Keeping bindings what sources and devices say they should be. On each device
 * a span has one binding at most: that of the source that beats the others.
 */
#include <linux/err.h>
#include <linux/rtnetlink.h>

#include "config/binding.h"
#include "config/claim.h"
#include "config/dedup.h"
#include "config/devbar.h"
#include "config/follow.h"
#include "config/match.h"
#include "config/port.h"
#include "config/promisc.h"
#include "net.h"
#include "path/port.h"
#include "path/rule.h"
#include "path/source.h"
#include "vspan.h"

/* How many bindings may change their hook before others get RTNL */
#define VSPAN_REHOOK_MAX	16

/* A device on its way out, or to another netns, is listed no more, while
 * others still tell us of its last changes.
 */
static bool vspan_follow_listed(const struct net_device *dev)
{
	return __dev_get_by_index(dev_net(dev), dev->ifindex) == dev;
}

/* The directions for which @src should have @dev, as far as @src knows. */
static u32 vspan_follow_wants(const struct vspan_source *src,
			      struct net_device *dev)
{
	enum vspan_dormant why;
	u32 dirs = vspan_match(src, dev);

	return dirs && !vspan_devbar_source(src->vs, dev, &why) ? dirs : 0;
}

static enum vspan_hook vspan_follow_hook(const struct vspan_source *src)
{
	return rtnl_dereference(src->rule)->hook;
}

/* Let @src have @dev, unless another source of the span has a better claim. */
static int vspan_follow_offer(struct vspan_source *src, struct net_device *dev)
{
	u32 dirs = vspan_follow_wants(src, dev);
	struct vspan_binding *b;

	if (!dirs)
		return 0;
	b = vspan_port_binding(dev, src->vs);
	if (b && (b->src == src || vspan_match_beats(b->src, src)))
		return 0;
	if (b)
		return vspan_binding_replace(b, src, dirs,
					     vspan_follow_hook(src));
	return PTR_ERR_OR_ZERO(vspan_binding_create(src, dev, dirs,
						    vspan_follow_hook(src)));
}

/**
 * vspan_follow_source - bind a source to all devices it should have
 * @src: the source, new or unbound
 *
 * Context: RTNL.
 * Return: 0 or -ENOMEM; then some bindings may have been made.
 */
int vspan_follow_source(struct vspan_source *src)
{
	struct net_device *dev = NULL;
	int err = 0;

	vspan_dedup_begin(src->vs);
	while (!err && (dev = vspan_match_next(src, dev)))
		err = vspan_follow_offer(src, dev);
	vspan_dedup_end(src->vs);
	return err;
}

/* Let @src have @dev, in place of the binding there may be: with a gap, if there
 * is no memory to do without one; if there is none even for that, show says so.
 */
static void vspan_follow_give(struct vspan_binding *b, struct vspan_source *src,
			      struct net_device *dev, u32 dirs,
			      enum vspan_hook hook)
{
	if (b && !vspan_binding_replace(b, src, dirs, hook))
		return;
	if (b)
		vspan_binding_destroy(b);
	vspan_binding_create(src, dev, dirs, hook);
}

/* @first is vspan_claim_first() of @vs. */
static void vspan_follow_settle(struct vspan_dev *vs, struct net_device *dev,
				struct vspan_source *first)
{
	struct vspan_binding *b = vspan_port_binding(dev, vs);
	struct vspan_source *src;
	u32 dirs = 0;

	src = vspan_claim_best(first, dev, &dirs);
	if (b && b->src == src && b->dirs == dirs &&
	    vspan_binding_stays(b, vspan_follow_hook(src)))
		return;
	if (src)
		vspan_follow_give(b, src, dev, dirs, vspan_follow_hook(src));
	else if (b)
		vspan_binding_destroy(b);
}

/**
 * vspan_follow_dev - bind and unbind sources as a device now demands
 * @dev: a device that appeared, or changed its name, type or master
 *
 * Context: RTNL.
 */
void vspan_follow_dev(struct net_device *dev)
{
	struct vspan_net *vn = vspan_net(dev_net(dev));
	struct vspan_source *first = NULL;

	if (!vspan_follow_listed(dev))
		return;
	while ((first = vspan_claim_span(vn, first)))
		vspan_follow_settle(first->vs, dev, first);
}

/**
 * vspan_follow_retry - bind what memory was wanting for
 * @vs: a span of which a source could not be made
 * @net: netns of the source
 *
 * Context: RTNL.
 */
void vspan_follow_retry(struct vspan_dev *vs, struct net *net)
{
	struct vspan_source *first = vspan_claim_first(vs, net);
	struct net_device *dev;

	if (!first)
		return;
	vspan_dedup_begin(vs);
	for_each_netdev(net, dev)
		vspan_follow_settle(vs, dev, first);
	vspan_dedup_end(vs);
}

static int vspan_follow_offer_lower(struct net_device *dev,
				    struct netdev_nested_priv *priv)
{
	struct vspan_dev *vs = priv->data;

	vspan_follow_settle(vs, dev, vspan_claim_first(vs, dev_net(dev)));
	return 0;
}

static int vspan_follow_lower(struct net_device *dev,
			      struct netdev_nested_priv *priv)
{
	vspan_follow_dev(dev);
	return 0;
}

/**
 * vspan_follow_below - what is above a device has changed: look anew at it and at all below
 * @dev: the device
 *
 * An output that leads to a device bars it, by whatever is between them.
 *
 * Context: RTNL.
 */
void vspan_follow_below(struct net_device *dev)
{
	struct netdev_nested_priv priv = {};

	vspan_follow_dev(dev);
	netdev_walk_all_lower_dev(dev, vspan_follow_lower, &priv);
}

/**
 * vspan_follow_freed - bind what an output kept sources from
 * @vs: a span that lost an output
 * @dev: the output's device
 *
 * That is @dev, and the devices it sends through.
 *
 * Context: RTNL.
 */
void vspan_follow_freed(struct vspan_dev *vs, struct net_device *dev)
{
	struct netdev_nested_priv priv = { .data = vs };

	if (vs->dev->reg_state != NETREG_REGISTERED || !vspan_follow_listed(dev))
		return;
	vspan_dedup_begin(vs);
	vspan_follow_offer_lower(dev, &priv);
	netdev_walk_all_lower_dev(dev, vspan_follow_offer_lower, &priv);
	vspan_dedup_end(vs);
}

/**
 * vspan_follow_ports - vspan_follow_dev() for all ports of a master
 * @master: a device that changed its name
 *
 * Context: RTNL.
 */
void vspan_follow_ports(struct net_device *master)
{
	struct net_device *lower;
	struct list_head *iter;

	netdev_for_each_lower_dev(master, lower, iter)
		vspan_follow_dev(lower);
}

/**
 * vspan_follow_lost - unbind sources and let others have their devices
 * @lost: the sources, by &struct vspan_source.net_node; nothing else finds them
 *
 * Context: RTNL.
 */
void vspan_follow_lost(struct list_head *lost)
{
	struct vspan_source *src, *first = NULL;
	const struct vspan_source *last = NULL;
	struct vspan_binding *b, *tmp;

	list_for_each_entry(src, lost, net_node) {
		/* Searched for once for all that are alike. */
		if (!last || last->vs != src->vs || last->net != src->net)
			first = vspan_claim_first(src->vs, src->net);
		last = src;
		list_for_each_entry_safe(b, tmp, &src->bindings, src_node)
			vspan_follow_settle(src->vs, b->port->dev, first);
	}
}

/**
 * vspan_follow_yield - give a device's receive slot to who wants it now
 * @dev: a device about to become a port of a bridge or datapath
 *
 * Context: RTNL.
 */
void vspan_follow_yield(struct net_device *dev)
{
	struct vspan_binding *b;

	while ((b = vspan_binding_first(dev, VSPAN_HOOK_RX_HANDLER)))
		vspan_follow_give(b, b->src, dev, b->dirs, VSPAN_HOOK_TAP);
}

static bool vspan_follow_any_slot(const struct vspan_net *vn)
{
	const struct vspan_source *src;

	list_for_each_entry(src, &vn->sources, net_node)
		if (rtnl_dereference(src->rule)->hook == VSPAN_HOOK_RX_HANDLER)
			return true;
	return false;
}

/**
 * vspan_follow_later - look at receive slots when their takers are done
 * @dev: a device that gained or lost an upper device
 *
 * A bridge lets go of the slot, and a VLAN device gets in front of it, only
 * after the last event that tells of it, but under the same RTNL.
 *
 * Context: RTNL.
 */
void vspan_follow_later(const struct net_device *dev)
{
	struct vspan_net *vn = vspan_net(dev_net(dev));

	if (vspan_follow_any_slot(vn))
		schedule_work(&vn->regain);
}

/* Those that want another hook than they have, and can have it, as many at a time as
 * wait for grace periods without keeping others from RTNL for long.
 */
static bool vspan_follow_rehook(struct vspan_net *vn)
{
	unsigned int n;

	for (n = 0; n < VSPAN_REHOOK_MAX; n++) {
		struct vspan_binding *b = vspan_binding_astray(vn->net);

		if (!b)
			return true;
		vspan_follow_give(b, b->src, b->port->dev, b->dirs,
				  vspan_follow_hook(b->src));
	}
	return false;
}

/**
 * vspan_follow_regain - take receive slots that are free, leave those that are
 *	of no use
 * @work: &struct vspan_net.regain
 */
void vspan_follow_regain(struct work_struct *work)
{
	struct vspan_net *vn = container_of(work, struct vspan_net, regain);
	bool done;

	rtnl_lock();
	done = vspan_follow_rehook(vn);
	vspan_promisc_run(vn->net);
	rtnl_unlock();
	if (!done)
		schedule_work(&vn->regain);
}
