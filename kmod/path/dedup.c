// SPDX-License-Identifier: GPL-2.0
/*
 * A frame that passes several devices of a span is copied once. A copy is suppressed
 * only if it is certain that the span has another copy of the frame, or will have one:
 *
 * - the span remembers a copy of the frame (seen.c);
 * - a port of the same bridge received the frame, and its source copies all received
 *   frames, so that it was copied there or counted as lost;
 * - a lower device will transmit the frame, and its source copies all of them.
 *
 * In all other cases the frame is copied, possibly twice.
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

/* The source that copies what a device receives to the span, or NULL. Only the tap hook
 * counts: frames that tc or netfilter redirect have passed it.
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

/* The port of the same bridge that has received a frame which is about to be transmitted,
 * according to skb_iif; or NULL. vspan_dedup_is_entry() tells whether that is certain.
 * Masters other than bridges do not count, as they change addresses. Neither is it
 * certain if tc, XDP or netfilter's flow table on that port may have changed the frame
 * before the bridge, or if tc has redirected here a frame that the port was to transmit.
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

/* Has the port that received the frame judged it for the span already? If both ports
 * belong to one source, the frame has had its one chance to be sampled.
 */
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

/* A frame that is transmitted by the port that received it (hairpin) is a second frame
 * on the same cable.
 */
static bool vspan_dedup_returns(const struct sk_buff *skb, enum vspan_dir dir)
{
	return dir == VSPAN_DIR_TX && skb->skb_iif == skb->dev->ifindex;
}

/**
 * vspan_dedup - does the span have a copy of this frame, or will it get one?
 * @b: the binding that would copy it
 * @rule: its rule
 * @skb: the frame; data at the MAC header
 * @dir: the direction of the frame
 * @form: vspan_seen_form() of the copy that would be made
 *
 * Context: BH off, RCU.
 * Return: true if the frame must not be copied here.
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
