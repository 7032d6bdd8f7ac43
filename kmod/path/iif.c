// SPDX-License-Identifier: GPL-2.0
/* Tells whether skb_iif is the device of this netns that has received a frame. */
#include <linux/netdevice.h>

#include <net/sch_generic.h>

#include "path/iif.h"

static int vspan_iif_is_elsewhere(struct net_device *upper,
				  struct netdev_nested_priv *priv)
{
	return !net_eq(dev_net(upper), priv->data);
}

/**
 * vspan_iif_known - is skb_iif of frames that a device transmits an index of its netns?
 * @dev: the device
 *
 * The stack clears skb_iif when it moves a frame to another netns. A VLAN, macvlan or
 * ipvlan device in another netns does not: it passes frames to its lower device with the
 * index of a device in its own netns. @dev may be below such a lower device, like the
 * port of a bridge.
 *
 * Context: RCU.
 * Return: false if it may be a number of another netns.
 */
bool vspan_iif_known(struct net_device *dev)
{
	struct netdev_nested_priv priv = { .data = dev_net(dev) };

	return !netdev_walk_all_upper_dev_rcu(dev, vspan_iif_is_elsewhere, &priv);
}

/* Does a qdisc have filters, or classes that may have filters? fq_codel, cake and sfq
 * have filters only. For noop_qdisc, on a device without a carrier, it is not known.
 */
static bool vspan_iif_qdisc_leads(struct Qdisc *q)
{
	const struct Qdisc_class_ops *ops = q->ops->cl_ops;
	const struct tcf_chain *chain;
	const struct tcf_block *block;

	if (q == &noop_qdisc)
		return true;
	if (!ops)
		return false;
	if (ops->graft || !ops->tcf_block)
		return true;
	block = ops->tcf_block(q, 0, NULL);
	chain = block ? READ_ONCE(block->chain0.chain) : NULL;
	return chain && rcu_access_pointer(chain->filter_chain);
}

static bool vspan_iif_qdiscs_lead(const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < READ_ONCE(dev->real_num_tx_queues); i++) {
		struct Qdisc *q = rcu_dereference(netdev_get_tx_queue(dev, i)->qdisc);

		if (q && vspan_iif_qdisc_leads(q))
			return true;
	}
	return false;
}

/**
 * vspan_iif_is_set_by - may skb_iif be a device that should have transmitted the frame?
 * @dev: the device
 *
 * tc filters at the egress (clsact or a qdisc) and nftables can redirect a frame to
 * another device. Then skb_iif is the device at whose egress they were
 * (tcf_mirred_to_dev(), nft_fwd_netdev.c).
 *
 * A qdisc is freed a grace period after its removal, and so are filter blocks and chains.
 * The tables of classes are freed immediately, so classes are not looked at.
 *
 * Context: RCU.
 * Return: true if @dev has such filters, or may have them.
 */
bool vspan_iif_is_set_by(const struct net_device *dev)
{
	if (vspan_dev_has_tc(dev, egress))
		return true;
#ifdef CONFIG_NETFILTER_EGRESS
	if (rcu_access_pointer(dev->nf_hooks_egress))
		return true;
#endif
	return vspan_iif_qdiscs_lead(dev);
}
