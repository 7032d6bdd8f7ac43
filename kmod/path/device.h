/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_DEVICE_H
#define _VSPAN_DEVICE_H

#include <linux/netdevice.h>

netdev_tx_t vspan_dev_xmit(struct sk_buff *skb, struct net_device *dev);
bool vspan_dev_is_span(const struct net_device *dev);

#endif /* _VSPAN_DEVICE_H */
