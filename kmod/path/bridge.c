// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the VLAN to which a VLAN-aware bridge assigns an untagged frame. A frame that
 * enters the bridge belongs to the PVID of the port. A frame that leaves belongs to a
 * VLAN that the port sends untagged; if there are several, to the one in which the
 * forwarding database knows the sender.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>

#include "path/bridge.h"
#include "path/iif.h"
#include "path/port.h"

/* The VLAN-aware bridge of a port, or the device itself if it is one, or NULL. */
static const struct net_device *vspan_bridge_of(const struct net_device *dev)
{
	const struct net_device *br = dev;

	if (netif_is_bridge_port(dev))
		br = netdev_master_upper_dev_get_rcu((struct net_device *)dev);
	return br && netif_is_bridge_master(br) && br_vlan_enabled(br) ? br :
									 NULL;
}

/* Does the frame leave the bridge? A port transmits it, or the bridge device receives
 * it for the host.
 */
static bool vspan_bridge_leaves(const struct net_device *dev,
				enum vspan_dir dir)
{
	return dir == (netif_is_bridge_port(dev) ? VSPAN_DIR_TX : VSPAN_DIR_RX);
}

/* The port that received a frame which another port transmits; the bridge device itself
 * for a frame from the host.
 */
static const struct net_device *
vspan_bridge_entry(const struct net_device *br, const struct sk_buff *skb)
{
	struct net_device *in = dev_get_by_index_rcu(dev_net(br), skb->skb_iif);

	return in && netdev_master_upper_dev_get_rcu(in) == br ? in : br;
}

/* Is the device a member of the VLAN? A bridge device also has entries for VLANs in which
 * only its ports are members; these lack BRIDGE_VLAN_INFO_BRENTRY.
 */
static bool vspan_bridge_member(const struct net_device *dev, u16 vid)
{
	struct bridge_vlan_info info;

	return !br_vlan_get_info_rcu(dev, vid, &info) &&
	       (netif_is_bridge_port(dev) ||
		info.flags & BRIDGE_VLAN_INFO_BRENTRY);
}

/* The port through which the bridge reaches a station, or NULL. ndo_fill_forward_path,
 * made for netfilter's flow table (br_fill_forward_path() in net/bridge/br_device.c), is
 * the only lookup in the forwarding database that needs no RTNL.
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

/* Does the bridge know the sender of the frame in the VLAN, at @entry? If @entry is NULL,
 * any port will do.
 */
static bool vspan_bridge_came(const struct net_device *br,
			      const struct net_device *entry,
			      const struct sk_buff *skb, u16 vid)
{
	const struct net_device *at;

	at = vspan_bridge_station(br, eth_hdr(skb)->h_source, vid);
	return at && (!entry || at == entry);
}

/* The VLAN in which the bridge knows the sender; if there is none, the first VLAN that is
 * possible.
 */
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

/* The VLAN of a frame from the host, which has the same address in all VLANs. It is the
 * PVID of the bridge device, unless the port sends that VLAN tagged.
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

/* If the bridge knows the sender at no port, the frame is from the host. */
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
 * vspan_bridge_vid - find the VLAN to which a bridge assigns an untagged frame
 * @port: the device it was taken from
 * @skb: the frame, its MAC header set
 * @dir: the direction of the frame
 *
 * A bridge removes the tag before the frame reaches the packet tap. The result is exact
 * if the port sends only one VLAN untagged, if the receiving port is a member of only
 * one of these VLANs, or if the bridge knows the sender in only one of them. If it
 * knows the sender in several, the result is the lowest.
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

/* The EtherType of the bridge's tags, 802.1Q or 802.1ad (IEEE 802.1Q-2018, table 9-1).
 * 802.1Q if the device has just left the bridge.
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
 * vspan_bridge_tag - add the tag of the bridge's VLAN to a copy
 * @skb: the copy, owned by the caller; data at the MAC header
 * @port: the device it was taken from
 * @dir: the direction of the frame
 *
 * A frame that already has such a tag is not changed. To an 802.1ad bridge, a
 * customer's 802.1Q tag is payload and stays behind the new tag.
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
