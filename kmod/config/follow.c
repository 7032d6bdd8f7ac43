// SPDX-License-Identifier: GPL-2.0
/*
 * Creates and destroys bindings as sources and devices come and go. A span has at
 * most one binding on a device: that of the source which vspan_match_beats() prefers.
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

/* Bindings that may change their hook before RTNL is released for others. */
#define VSPAN_REHOOK_MAX	16

/* A device that is being unregistered or moved to another netns is no longer listed,
 * but may still cause events.
 */
static bool vspan_follow_listed(const struct net_device *dev)
{
	return __dev_get_by_index(dev_net(dev), dev->ifindex) == dev;
}

/* The directions in which @src wants @dev, without regard to other sources. */
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

/* Bind @src to @dev, unless another source of the span takes precedence. */
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
 * @src: the source, without bindings
 *
 * Context: RTNL.
 * Return: 0, or -ENOMEM; then some bindings may exist.
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

/* Bind @src to @dev in place of @b, if there is one. Without memory to replace @b, it is
 * destroyed first, and frames in between are missed. If that fails too, the source is
 * shown as dormant with VSPAN_DORMANT_NO_MEMORY.
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

/* Give @dev to the source of @vs that should have it. @first is vspan_claim_first(). */
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
 * vspan_follow_dev - bind and unbind sources after a change of a device
 * @dev: a device that is new, or has another name, type or master
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
 * vspan_follow_retry - rebind devices after a source could not be created
 * @vs: the span of that source
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
 * vspan_follow_below - vspan_follow_dev() for a device and all its lower devices
 * @dev: a device that has gained or lost an upper device
 *
 * A device cannot be a source of a span if an output of the span is one of its upper
 * devices, direct or indirect.
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
 * vspan_follow_freed - bind sources to devices that an output no longer bars
 * @vs: the span that had the output
 * @dev: the output's device
 *
 * These are @dev and all its lower devices.
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
 * @master: a device that has another name
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
 * vspan_follow_lost - pass the devices of sources that are deleted to other sources
 * @lost: the sources, linked by &struct vspan_source.net_node; in no other list
 *
 * Context: RTNL.
 */
void vspan_follow_lost(struct list_head *lost)
{
	struct vspan_source *src, *first = NULL;
	const struct vspan_source *last = NULL;
	struct vspan_binding *b, *tmp;

	list_for_each_entry(src, lost, net_node) {
		/* One search for all sources of the same span and netns. */
		if (!last || last->vs != src->vs || last->net != src->net)
			first = vspan_claim_first(src->vs, src->net);
		last = src;
		list_for_each_entry_safe(b, tmp, &src->bindings, src_node)
			vspan_follow_settle(src->vs, b->port->dev, first);
	}
}

/**
 * vspan_follow_yield - release the receive slot of a device for its new master
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
 * vspan_follow_later - schedule vspan_follow_regain()
 * @dev: a device that has gained or lost an upper device
 *
 * A bridge releases the slot, and a VLAN device starts to take frames ahead of it, only
 * after the last event about the change, but before RTNL is released.
 *
 * Context: RTNL.
 */
void vspan_follow_later(const struct net_device *dev)
{
	struct vspan_net *vn = vspan_net(dev_net(dev));

	if (vspan_follow_any_slot(vn))
		schedule_work(&vn->regain);
}

/* Move bindings to the hook they want, if it is free. Each move waits for grace periods
 * under RTNL, so their number is limited. Returns true if none is left.
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
 * vspan_follow_regain - take receive slots that have become free, and release those
 *	that no longer see all frames
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
