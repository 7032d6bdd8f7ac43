// SPDX-License-Identifier: GPL-2.0
/*
 * A frame that passes several devices of a span is copied once. A copy is left
 * out only where it is certain that the span has this frame, or will have it:
 *
 * - a copy of it is there (seen.c);
 * - it came in by a port of the same bridge where nothing but the device
 *   selects, so that it was copied there, or counted as lost;
 * - it goes on through a device below where nothing but the device selects.
 *
 * The rest is copied, if need be twice.
 */
#include <linux/rculist.h>

#include "net.h"
#include "path/dedup.h"
#include "path/iif.h"
#include "path/port.h"
#include "path/reader.h"
#include "path/rule.h"
#include "path/seen.h"
#include "path/source.h"

/* The source by which the span gets what a device receives, or NULL. By the
 * tap, which nothing that leads frames elsewhere can be ahead of.
 */
static const struct vspan_source *
vspan_dedup_source(const struct net_device *dev, const struct vspan_dev *vs)
{
	const struct vspan_port *port =
		xa_load(&vspan_net(dev_net(dev))->ports,
			vspan_port_key(dev->ifindex, VSPAN_HOOK_TAP));
	const struct vspan_binding *b;

	if (!port)
		return NULL;
	list_for_each_entry_rcu(b, &port->bindings, port_node)
		if (b->src->vs == vs && b->dirs & VSPAN_DIR_RX)
			return b->src;
	return NULL;
}

/* The port of the same bridge by which a frame, that is about to leave, seems to have
 * come: vspan_dedup_is_entry() tells if it did. Another master sends on what is not the
 * same any more, with other addresses; and so may who has frames of the port ahead of
 * the bridge: tc, XDP, the flow table of netfilter. What a port of the bridge was to
 * send, and tc led to this one, has not come in there.
 */
static const struct net_device *vspan_dedup_entry(const struct sk_buff *skb)
{
	struct net_device *dev = skb->dev, *master, *in;
	int iif = skb->skb_iif;

	if (!iif || iif == dev->ifindex)
		return NULL;
	master = netdev_master_upper_dev_get_rcu(dev);
	if (!master || !netif_is_bridge_master(master))
		return NULL;
	in = dev_get_by_index_rcu(dev_net(dev), iif);
	return in && netdev_master_upper_dev_get_rcu(in) == master ? in : NULL;
}

static bool vspan_dedup_is_entry(const struct net_device *in, struct net_device *dev)
{
	return !vspan_reader_has_guide(in) && !vspan_iif_is_set_by(in) &&
	       vspan_iif_known(dev);
}

/* A source has judged a frame once: it has no second chance to be its sample. */
static bool vspan_dedup_forwarded(const struct vspan_binding *b,
				  const struct sk_buff *skb)
{
	const struct net_device *in = vspan_dedup_entry(skb);
	const struct vspan_source *src;
	const struct vspan_rule *rule;

	if (!in)
		return false;
	src = vspan_dedup_source(in, b->src->vs);
	if (!src)
		return false;
	rule = rcu_dereference(src->rule);
	return rule->dir & VSPAN_DIR_RX &&
	       (src == b->src ? vspan_dedup_all(rule) : vspan_dedup_whole(rule)) &&
	       vspan_dedup_is_entry(in, skb->dev);
}

/* Back by the port by which it came: a hairpin. The note of its coming may be another
 * port's by now.
 */
static bool vspan_dedup_returns(const struct sk_buff *skb, enum vspan_dir dir)
{
	return dir == VSPAN_DIR_TX && skb->skb_iif == skb->dev->ifindex;
}

/**
 * vspan_dedup - has the span this frame already, or will it have it?
 * @b: the binding that would copy it
 * @rule: its rule
 * @skb: the frame; data at the MAC header
 * @dir: which way it went
 * @form: vspan_seen_form() of the copy that would be made
 *
 * Context: BH off, RCU.
 * Return: true if another copy would be the second.
 */
bool vspan_dedup(const struct vspan_binding *b, const struct vspan_rule *rule,
		 const struct sk_buff *skb, enum vspan_dir dir, u64 form)
{
	if (!vspan_dedup_returns(skb, dir) &&
	    vspan_seen(b->src->vs, skb, b->mark, form, rule))
		return true;
	return dir == VSPAN_DIR_TX &&
	       (READ_ONCE(b->goes_on) || vspan_dedup_forwarded(b, skb));
}
