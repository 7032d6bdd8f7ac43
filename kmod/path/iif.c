// SPDX-License-Identifier: GPL-2.0
/* skb_iif: by which device of this netns has a frame come in? */
#include <linux/netdevice.h>

#include <net/sch_generic.h>

#include "path/iif.h"

static int vspan_iif_is_elsewhere(struct net_device *upper,
				  struct netdev_nested_priv *priv)
{
	return !net_eq(dev_net(upper), priv->data);
}

/**
 * vspan_iif_known - is skb_iif of what a device sends a number of its netns?
 * @dev: the device
 *
 * Who takes a frame to another netns clears skb_iif, but for a VLAN device, macvlan or
 * ipvlan that is in a netns of its own: it hands on to the device below what came in
 * there. The device may be further below, as a bridge's port is.
 *
 * Context: RCU.
 * Return: false if it may be a number of another netns.
 */
bool vspan_iif_known(struct net_device *dev)
{
	struct netdev_nested_priv priv = { .data = dev_net(dev) };

	return !netdev_walk_all_upper_dev_rcu(dev, vspan_iif_is_elsewhere, &priv);
}

/* Has a queueing discipline filters, or classes that may have? fq_codel, cake and sfq
 * have filters only, seldom used. Of a device without a carrier it is not known.
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
 * vspan_iif_is_set_by - may skb_iif name a device that was to send the frame?
 * @dev: the device
 *
 * Who leads a frame from a device's egress to another device leaves that number in it
 * (tcf_mirred_to_dev(), nft_fwd_netdev.c): tc's filters there, in clsact or in a
 * queueing discipline, and nftables'.
 *
 * A qdisc is freed a grace period after it was taken out, and so are blocks and chains of
 * filters; its pointer to the block stays. Classes, whose tables go at once, are not asked.
 *
 * Context: RCU.
 * Return: true if there is any such.
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
