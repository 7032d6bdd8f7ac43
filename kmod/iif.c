// SPDX-License-Identifier: GPL-2.0
/* skb_iif: by which device of this netns has a frame come in? */
#include <linux/netdevice.h>

#include "iif.h"

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
