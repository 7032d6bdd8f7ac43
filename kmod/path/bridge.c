// SPDX-License-Identifier: GPL-2.0
/*
 * What a VLAN-aware bridge knows of a frame that carries no tag: on its way in
 * it is of the PVID; on its way out, of a VLAN that leaves by this port without
 * a tag, and if there are several, of the one in which the bridge knows the
 * frame's sender.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>

#include "path/bridge.h"
#include "path/iif.h"
#include "path/port.h"

/* The VLAN-aware bridge that a device is a port of, or is; or NULL. */
static const struct net_device *vspan_bridge_of(const struct net_device *dev)
{
	const struct net_device *br = dev;

	if (netif_is_bridge_port(dev))
		br = netdev_master_upper_dev_get_rcu((struct net_device *)dev);
	return br && netif_is_bridge_master(br) && br_vlan_enabled(br) ? br :
									 NULL;
}

/* Frames that leave the bridge: by a port, or to the host by the bridge's own
 * device.
 */
static bool vspan_bridge_leaves(const struct net_device *dev,
				enum vspan_dir dir)
{
	return dir == (netif_is_bridge_port(dev) ? VSPAN_DIR_TX : VSPAN_DIR_RX);
}

/* Where a frame that leaves by a port came in: by another port, or it is from
 * the host, and came in by the bridge's own device.
 */
static const struct net_device *
vspan_bridge_entry(const struct net_device *br, const struct sk_buff *skb)
{
	struct net_device *in = dev_get_by_index_rcu(dev_net(br), skb->skb_iif);

	return in && netdev_master_upper_dev_get_rcu(in) == br ? in : br;
}

/* A bridge has entries of its own for what only its ports are members of. */
static bool vspan_bridge_member(const struct net_device *dev, u16 vid)
{
	struct bridge_vlan_info info;

	return !br_vlan_get_info_rcu(dev, vid, &info) &&
	       (netif_is_bridge_port(dev) ||
		info.flags & BRIDGE_VLAN_INFO_BRENTRY);
}

/* The port by which the bridge reaches a station, or NULL: what the flow table
 * of netfilter asks, br_fill_forward_path() in net/bridge/br_device.c, is the
 * one way into the forwarding database that needs no RTNL.
 */
static const struct net_device *
vspan_bridge_station(const struct net_device *br, const u8 *mac, u16 vid)
{
	struct net_device_path_ctx ctx = { .dev = br, .num_vlans = 1 };
	struct net_device_path path = {};
	u16 proto;

	if (br_vlan_get_proto(br, &proto))
		return NULL;
	ether_addr_copy(ctx.daddr, mac);
	ctx.vlan[0].id = vid;
	ctx.vlan[0].proto = htons(proto);
	if (br->netdev_ops->ndo_fill_forward_path(&ctx, &path))
		return NULL;
	return ctx.dev;
}

/* Did the frame come in by that VLAN? @entry is NULL if that is any port. */
static bool vspan_bridge_came(const struct net_device *br,
			      const struct net_device *entry,
			      const struct sk_buff *skb, u16 vid)
{
	const struct net_device *at;

	at = vspan_bridge_station(br, eth_hdr(skb)->h_source, vid);
	return at && (!entry || at == entry);
}

/* If the bridge does not know the sender, any VLAN by which it may have come. */
static u16 vspan_bridge_by_sender(const struct vspan_port *port,
				  const struct net_device *br,
				  const struct net_device *entry,
				  const struct sk_buff *skb)
{
	unsigned int vid;
	u16 maybe = 0;

	for_each_set_bit(vid, port->bare, VLAN_N_VID) {
		if (entry && !vspan_bridge_member(entry, vid))
			continue;
		if (vspan_bridge_came(br, entry, skb, vid))
			return vid;
		maybe = maybe ?: vid;
	}
	return maybe;
}

/* The host has one address in all VLANs: what it sends is of the PVID, unless
 * that does not leave here without a tag.
 */
static u16 vspan_bridge_by_host(const struct vspan_port *port,
				const struct net_device *br)
{
	unsigned int vid;
	u16 pvid;

	if (!br_vlan_get_pvid_rcu(br, &pvid) && test_bit(pvid, port->bare))
		return pvid;
	for_each_set_bit(vid, port->bare, VLAN_N_VID)
		if (vspan_bridge_member(br, vid))
			return vid;
	return 0;
}

/* From a station that a port has, or else from the host. */
static u16 vspan_bridge_by_either(const struct vspan_port *port,
				  const struct net_device *br,
				  const struct sk_buff *skb)
{
	unsigned int vid;

	for_each_set_bit(vid, port->bare, VLAN_N_VID)
		if (vspan_bridge_came(br, NULL, skb, vid))
			return vid;
	return vspan_bridge_by_host(port, br);
}

static u16 vspan_bridge_forwarded(const struct vspan_port *port,
				  const struct net_device *br,
				  const struct sk_buff *skb)
{
	const struct net_device *entry = NULL;

	if (port->dev != br) {
		if (!vspan_iif_known(port->dev))
			return vspan_bridge_by_either(port, br, skb);
		entry = vspan_bridge_entry(br, skb);
	}
	if (entry == br)
		return vspan_bridge_by_host(port, br);
	return vspan_bridge_by_sender(port, br, entry, skb);
}

/**
 * vspan_bridge_vid - VLAN in which a bridge has a frame without a tag
 * @port: the device it was taken from
 * @skb: the frame, its MAC header set
 * @dir: which way it went
 *
 * A bridge takes the tag off before anyone sees the frame go. Which it was is
 * certain where one VLAN only leaves by this port without a tag, where one only
 * is also of the port that the frame came in by, and where the bridge knows the
 * sender in one only. If it knows it in several, the lowest is taken.
 *
 * Context: RCU.
 * Return: the VLAN ID; 0 if there is none, or no VLAN-aware bridge.
 */
u16 vspan_bridge_vid(const struct vspan_port *port, const struct sk_buff *skb,
		     enum vspan_dir dir)
{
	const struct net_device *br = vspan_bridge_of(port->dev);
	u16 vid = 0;

	if (!br)
		return 0;
	if (vspan_bridge_leaves(port->dev, dir))
		vid = READ_ONCE(port->bare_vid) ?:
		      vspan_bridge_forwarded(port, br, skb);
	if (!vid && br_vlan_get_pvid_rcu(port->dev, &vid))
		return 0;
	return vid;
}

/* The EtherType by which the bridge knows VLANs: 802.1Q's or 802.1ad's (IEEE 802.1Q-2018,
 * table 9-1); the first, if the device has just left it.
 */
static __be16 vspan_bridge_proto(const struct net_device *dev)
{
	const struct net_device *br = vspan_bridge_of(dev);
	u16 proto;

	return br && !br_vlan_get_proto(br, &proto) ? htons(proto) :
						      htons(ETH_P_8021Q);
}

/* The EtherType of a frame's outermost tag, or 0 if it has none. */
static __be16 vspan_bridge_outer(const struct sk_buff *skb)
{
	__be16 type = eth_hdr(skb)->h_proto;

	if (skb_vlan_tag_present(skb))
		return skb->vlan_proto;
	return eth_type_vlan(type) ? type : 0;
}

/**
 * vspan_bridge_tag - show the VLAN of the bridge in a copy
 * @skb: the copy; ours; data at the MAC header
 * @port: the device it was taken from
 * @dir: which way it went
 *
 * By a tag as the bridge's own. A frame that has one keeps it; to a bridge that
 * knows VLANs by 802.1ad, a customer's 802.1Q tag is payload, and stays inside.
 *
 * Context: RCU.
 * Return: false if there was no memory.
 */
bool vspan_bridge_tag(struct sk_buff *skb, const struct vspan_port *port,
		      enum vspan_dir dir)
{
	__be16 proto = vspan_bridge_proto(port->dev);
	__be16 has = vspan_bridge_outer(skb);
	u16 vid;

	if (has == proto || (has && proto == htons(ETH_P_8021Q)))
		return true;
	vid = vspan_bridge_vid(port, skb, dir);
	if (!vid)
		return true;
	if (has)
		return !skb_vlan_push(skb, proto, vid);
	__vlan_hwaccel_put_tag(skb, proto, vid);
	return true;
}
