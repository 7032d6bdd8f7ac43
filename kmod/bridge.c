// SPDX-License-Identifier: GPL-2.0
/* What a VLAN-aware bridge knows of a frame that carries no tag. */
#include <linux/if_bridge.h>

#include "vspan.h"

/**
 * vspan_bridge_aware - does a VLAN-aware bridge have a device?
 * @dev: a port of it, or the bridge itself
 *
 * Context: RCU.
 * Return: true if so.
 */
bool vspan_bridge_aware(const struct net_device *dev)
{
	const struct net_device *br = dev;

	if (netif_is_bridge_port(dev))
		br = netdev_master_upper_dev_get_rcu((struct net_device *)dev);
	return br && netif_is_bridge_master(br) && br_vlan_enabled(br);
}

/**
 * vspan_bridge_vid - VLAN in which a bridge has a device's untagged frames
 * @dev: any device
 *
 * By the device's PVID, on TX too: the frame has lost its tag by then, and a
 * port where untagged frames leave from several VLANs does not tell which.
 *
 * Context: RCU.
 * Return: the VLAN ID; 0 if there is none, or no VLAN-aware bridge.
 */
u16 vspan_bridge_vid(const struct net_device *dev)
{
	u16 vid;

	if (!vspan_bridge_aware(dev) || br_vlan_get_pvid_rcu(dev, &vid))
		return 0;
	return vid;
}

/**
 * vspan_bridge_tag - show the VLAN of the bridge in a copy
 * @skb: the copy; ours; data at the MAC header
 * @dev: device the frame was taken from
 *
 * A frame that has a tag keeps it.
 *
 * Context: RCU.
 */
void vspan_bridge_tag(struct sk_buff *skb, const struct net_device *dev)
{
	u16 vid;

	if (skb_vlan_tag_present(skb) ||
	    eth_type_vlan(eth_hdr(skb)->h_proto))
		return;
	vid = vspan_bridge_vid(dev);
	if (vid)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), vid);
}
