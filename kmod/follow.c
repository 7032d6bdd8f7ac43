// SPDX-License-Identifier: GPL-2.0
/*
 * Keeping bindings what sources and devices say they should be. On each device
 * a span has one binding at most: that of the source that beats the others.
 */
#include <linux/err.h>
#include <linux/rtnetlink.h>

#include "vspan.h"

/**
 * vspan_follow_bar - what keeps a device from being a source of a span?
 * @vs: the span
 * @dev: the device
 * @why: set to the reason
 *
 * Context: RTNL.
 * Return: NULL if nothing does, else a sentence.
 */
const char *vspan_follow_bar(const struct vspan_dev *vs, struct net_device *dev,
			     enum vspan_dormant *why)
{
	const char *sentence = vspan_devbar(dev, why);

	if (sentence || !vspan_output_above(vs, dev))
		return sentence;
	*why = VSPAN_DORMANT_IS_OUTPUT;
	return "an output of the span sends to this device; its copies would be copied again";
}

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

	return dirs && !vspan_follow_bar(src->vs, dev, &why) ? dirs : 0;
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
	b = vspan_binding_find(dev, src->vs);
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
	int err;

	while ((dev = vspan_match_next(src, dev))) {
		err = vspan_follow_offer(src, dev);
		if (err)
			return err;
	}
	return 0;
}

/* The source of a span that should have a device, or NULL. */
static struct vspan_source *vspan_follow_best(const struct vspan_dev *vs,
					      struct net_device *dev)
{
	struct vspan_source *src, *best = NULL;

	list_for_each_entry(src, &vs->sources, span_node)
		if (net_eq(src->net, dev_net(dev)) &&
		    (!best || vspan_match_beats(src, best)) &&
		    vspan_follow_wants(src, dev))
			best = src;
	return best;
}

/* Is a binding what it would be if it were made now? */
static bool vspan_follow_current(const struct vspan_binding *b,
				 struct net_device *dev)
{
	return vspan_follow_wants(b->src, dev) == b->dirs &&
	       vspan_binding_stays(b, vspan_follow_hook(b->src));
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

static void vspan_follow_settle(struct vspan_dev *vs, struct net_device *dev)
{
	struct vspan_source *src = vspan_follow_best(vs, dev);
	struct vspan_binding *b = vspan_binding_find(dev, vs);

	if (b && b->src == src && vspan_follow_current(b, dev))
		return;
	if (src)
		vspan_follow_give(b, src, dev, vspan_follow_wants(src, dev),
				  vspan_follow_hook(src));
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
	struct vspan_dev *vs;

	if (!vspan_follow_listed(dev))
		return;
	list_for_each_entry(vs, &vspan_devs, node)
		vspan_follow_settle(vs, dev);
}

/**
 * vspan_follow_retry - bind what an output kept sources from
 * @vs: a span that lost an output
 * @net: netns of the output
 *
 * Context: RTNL.
 */
void vspan_follow_retry(struct vspan_dev *vs, struct net *net)
{
	struct net_device *dev;

	if (vs->dev->reg_state != NETREG_REGISTERED)
		return;
	for_each_netdev(net, dev)
		vspan_follow_settle(vs, dev);
}

/**
 * vspan_follow_ports - the same for all ports of a master
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
 * vspan_follow_lost - unbind a source and let others have its devices
 * @src: the source, in no list any more
 *
 * Context: RTNL.
 */
void vspan_follow_lost(struct vspan_source *src)
{
	while (!list_empty(&src->bindings)) {
		struct vspan_binding *b = list_first_entry(&src->bindings,
							   struct vspan_binding,
							   src_node);

		vspan_follow_settle(src->vs, b->port->dev);
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
	struct vspan_dev *vs;

	list_for_each_entry(vs, &vspan_devs, node) {
		b = vspan_binding_find(dev, vs);
		if (b && b->port->hook == VSPAN_HOOK_RX_HANDLER)
			vspan_follow_give(b, b->src, dev, b->dirs,
					  VSPAN_HOOK_TAP);
	}
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

/**
 * vspan_follow_regain - take receive slots that are free, leave those that are
 *	of no use
 * @work: &struct vspan_net.regain
 */
void vspan_follow_regain(struct work_struct *work)
{
	struct vspan_net *vn = container_of(work, struct vspan_net, regain);
	struct net_device *dev;

	rtnl_lock();
	for_each_netdev(vn->net, dev)
		vspan_follow_dev(dev);
	vspan_promisc_run(vn->net);
	rtnl_unlock();
}
