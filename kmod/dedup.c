// SPDX-License-Identifier: GPL-2.0
/*
 * A frame that a master forwards is seen twice, received on one port and sent
 * on another. A span that has copied it as received need not see it again.
 */
#include <linux/etherdevice.h>
#include <linux/rculist.h>

#include "vspan.h"

/* The rule by which the span gets frames of a device going @dir, or NULL. */
static const struct vspan_rule *
vspan_dedup_rule(struct vspan_net *vn, int ifindex, const struct vspan_dev *vs,
		 enum vspan_dir dir)
{
	enum vspan_hook hook;

	for (hook = 0; hook < VSPAN_HOOK_CNT; hook++) {
		const struct vspan_port *port =
			xa_load(&vn->ports, vspan_port_key(ifindex, hook));
		const struct vspan_binding *b;

		if (!port)
			continue;
		list_for_each_entry_rcu(b, &port->bindings, port_node) {
			const struct vspan_rule *rule =
				rcu_dereference(b->src->rule);

			if (b->src->vs == vs && rule->dir & b->dirs & dir)
				return rule;
		}
	}
	return NULL;
}

/* Did that rule select the frame as it was then? A VLAN-aware bridge keeps a
 * frame in its VLAN, but may have changed the tag that a filter looked at: if
 * in doubt, a second copy is the lesser evil.
 */
static bool vspan_dedup_selected(const struct vspan_rule *rule,
				 const struct vspan_port *port,
				 const struct net_device *master,
				 const struct sk_buff *skb)
{
	if (!rule)
		return false;
	if (rule->filter && rule->filter->by_tag && vspan_bridge_aware(master))
		return false;
	return vspan_select(rule, port, skb, VSPAN_DIR_TX);
}

/* It came in by a port of the master that it leaves by a port of. */
static bool vspan_dedup_same_master(const struct net_device *dev,
				    const struct net_device *master, int iif)
{
	struct net_device *in = dev_get_by_index_rcu(dev_net(dev), iif);

	return in && in != dev &&
	       netdev_master_upper_dev_get_rcu(in) == master;
}

/* What the host gives a bridge leaves by a port with no port behind it, and
 * link-local addresses are never forwarded (IEEE 802.1Q 8.6.3): those frames
 * were made for this port alone.
 */
static bool vspan_dedup_through_master(const struct net_device *master,
				       const struct sk_buff *skb)
{
	const struct ethhdr *eth = eth_hdr(skb);

	return netif_is_bridge_master(master) &&
	       !is_link_local_ether_addr(eth->h_dest);
}

/**
 * vspan_dedup - has the span got this frame already?
 * @vs: the span
 * @port: the device that sends
 * @skb: a frame about to be sent, by the TX tap; data at the MAC header
 *
 * The frame was received by a port of the same master, by skb_iif, or sent by
 * the host through the master, and copied there. A frame that was routed in
 * between has the routing device in skb_iif, and is another frame.
 *
 * Context: RCU.
 * Return: true if another copy would be the second.
 */
bool vspan_dedup(const struct vspan_dev *vs, const struct vspan_port *port,
		 const struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct vspan_net *vn = vspan_net(dev_net(dev));
	struct net_device *master = netdev_master_upper_dev_get_rcu(dev);
	const struct vspan_rule *rule = NULL;

	if (!master)
		return false;
	if (skb->skb_iif &&
	    vspan_dedup_same_master(dev, master, skb->skb_iif))
		rule = vspan_dedup_rule(vn, skb->skb_iif, vs, VSPAN_DIR_RX);
	else if (vspan_dedup_through_master(master, skb))
		rule = vspan_dedup_rule(vn, master->ifindex, vs, VSPAN_DIR_TX);
	return vspan_dedup_selected(rule, port, master, skb);
}
