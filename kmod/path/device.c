// SPDX-License-Identifier: GPL-2.0
/* What the monitor sends by the span, and how a span is known by that. */
#include <linux/netdevice.h>

#include "path/device.h"
#include "stats.h"
#include "vspan.h"

/**
 * vspan_dev_xmit - drop a frame of the monitor, which listens only
 * @skb: the frame
 * @dev: the span
 *
 * Context: BH off.
 * Return: NETDEV_TX_OK, as nothing it sends leaves.
 */
netdev_tx_t vspan_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vspan_dev *vs = netdev_priv(dev);

	vspan_stats_add(vs->stats, VSPAN_TX_PACKETS, 1);
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

/**
 * vspan_dev_is_span - is a netdevice one of ours?
 * @dev: any netdevice
 *
 * Return: true for a span.
 */
bool vspan_dev_is_span(const struct net_device *dev)
{
	return dev->netdev_ops->ndo_start_xmit == vspan_dev_xmit;
}
