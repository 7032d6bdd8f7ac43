// SPDX-License-Identifier: GPL-2.0
/* The transmit function of spans, which also identifies a netdevice as a span. */
#include <linux/netdevice.h>

#include "path/device.h"
#include "stats.h"
#include "vspan.h"

/**
 * vspan_dev_xmit - drop and count a frame that the monitor sends
 * @skb: the frame
 * @dev: the span
 *
 * Context: BH off.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t vspan_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vspan_dev *vs = netdev_priv(dev);

	vspan_stats_add(vs->stats, VSPAN_TX_PACKETS, 1);
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

/**
 * vspan_dev_is_span - is a netdevice a span?
 * @dev: any netdevice
 *
 * Return: true for a span.
 */
bool vspan_dev_is_span(const struct net_device *dev)
{
	return dev->netdev_ops->ndo_start_xmit == vspan_dev_xmit;
}
