// SPDX-License-Identifier: GPL-2.0
/* Sends a span's frames to outputs: RSPAN, tunnels, plain ports, psample. */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/rculist.h>
#include <net/gso.h>
#include <net/psample.h>
#include <net/sch_generic.h>

#include "path/cb.h"
#include "path/loop.h"
#include "path/outsend.h"
#include "path/snap.h"
#include "path/wire.h"
#include "stats.h"
#include "vspan.h"

static void vspan_output_drop(const struct vspan_output *out,
			      struct sk_buff *skb, enum vspan_drop why)
{
	vspan_stats_drop(out->stats, why, vspan_cb(skb)->frames);
}

/* Can the device transmit? Checked before a frame is copied. A device with a carrier
 * still has noop_qdisc until link watch activates it, and would drop silently.
 */
static bool vspan_output_may(const struct net_device *dev, enum vspan_drop *why)
{
	if (!dev)
		*why = VSPAN_DROP_NO_DEVICE;
	else if (!netif_running(dev) || !netif_carrier_ok(dev) ||
		 rcu_access_pointer(netdev_get_tx_queue(dev, 0)->qdisc) ==
		 &noop_qdisc)
		*why = VSPAN_DROP_DEV_DOWN;
	else
		return true;
	return false;
}

/* Does the frame fit, with its tags? Ethernet devices accept one tag in addition to the
 * MTU, tunnels do not.
 */
static bool vspan_output_fits(const struct vspan_output *out,
			      const struct net_device *dev,
			      const struct sk_buff *skb)
{
	if (!READ_ONCE(out->tunnel) || skb_is_gso(skb))
		return is_skb_forwardable(dev, skb);
	return vspan_wire_len(skb) <= dev->mtu + dev->hard_header_len;
}

/* Add the RSPAN tag. The frame's own tag stays behind it, unless strip is set. */
static int vspan_output_tag(const struct vspan_output *out,
			    struct sk_buff *skb)
{
	int err = 0;

	if (out->strip && (skb_vlan_tag_present(skb) ||
			   eth_type_vlan(skb->protocol)))
		err = skb_vlan_pop(skb);
	if (!err && out->vlan)
		err = skb_vlan_push(skb, htons(ETH_P_8021Q), out->vlan);
	return err;
}

/* Hide the protocol of a frame from a tunnel. If an IP packet is too long for its path, a
 * tunnel would send an ICMP error to the sender of the packet (tnl_update_pmtu() in
 * net/ipv4/ip_tunnel.c), although that sender does not use the tunnel. A tag is inserted
 * into the bytes for the same reason. The flow hash depends on the protocol, so it is
 * calculated first.
 *
 * Return: the frame, or NULL if there was no memory.
 */
static struct sk_buff *vspan_output_disguise(const struct vspan_output *out,
					     struct sk_buff *skb)
{
	if (skb_is_gso(skb))
		return skb;
	skb_get_hash(skb);
	if (READ_ONCE(out->tunnel) && skb_vlan_tag_present(skb))
		skb = __vlan_hwaccel_push_inside(skb);
	if (skb)
		skb->protocol = htons(ETH_P_802_3);
	return skb;
}

/* Bring a frame, owned by the caller, into the form that is transmitted. Returns NULL if
 * that fails, which is counted.
 */
static struct sk_buff *vspan_output_form(const struct vspan_output *out,
					 const struct net_device *dev,
					 struct sk_buff *skb)
{
	enum vspan_drop why = VSPAN_DROP_NO_MEMORY;
	unsigned int n = vspan_cb(skb)->frames;

	if (!vspan_output_tag(out, skb)) {
		if (vspan_output_fits(out, dev, skb)) {
			skb = vspan_output_disguise(out, skb);
			if (skb)
				return skb;
		} else {
			why = VSPAN_DROP_TOO_BIG;
		}
	}
	vspan_stats_drop(out->stats, why, n);
	kfree_skb(skb);
	return NULL;
}

static void vspan_output_xmit(const struct vspan_output *out,
			      struct net_device *dev, struct sk_buff *skb)
{
	unsigned int n, len;

	skb = vspan_output_form(out, dev, skb);
	if (!skb)
		return;
	n = vspan_cb(skb)->frames;
	len = vspan_wire_len(skb);
	skb->pkt_type = PACKET_OUTGOING;
	skb_clear_tstamp(skb);
	if (!vspan_loop_stamp(skb, out->net)) {
		vspan_stats_drop(out->stats, VSPAN_DROP_XMIT, n);
		kfree_skb(skb);
		return;
	}
	/* NET_XMIT_CN means a lost frame too: it is returned if another CPU
	 * takes the device down after vspan_output_may().
	 */
	if (dev_queue_xmit(skb) != NET_XMIT_SUCCESS)
		vspan_stats_drop(out->stats, VSPAN_DROP_XMIT, n);
	else
		vspan_stats_add_frames(out->stats, VSPAN_TX_PACKETS, n, len);
}

/* Clone a frame for @dev. For a tunnel, the header is copied: a tunnel would copy a clone
 * anyway to add its headers, and vspan_loop_stamp() needs unshared memory. Returns NULL
 * without memory.
 */
static struct sk_buff *vspan_output_own(const struct vspan_output *out,
					struct net_device *dev, struct sk_buff *skb)
{
	struct sk_buff *own = READ_ONCE(out->tunnel) ? pskb_copy(skb, GFP_ATOMIC) :
						       skb_clone(skb, GFP_ATOMIC);

	if (own)
		own->dev = dev;
	return own;
}

/* Must a GSO packet be segmented here? The core's segments would lose the marks of
 * loop.c, so the core must not segment it: for tunnels, and for devices that cannot do
 * TSO. A NIC also needs CHECKSUM_PARTIAL, which packets of another NIC's LRO lack.
 */
static bool vspan_output_must_cut(const struct vspan_output *out, struct sk_buff *skb)
{
	return skb_is_gso(skb) &&
	       (READ_ONCE(out->tunnel) || skb->ip_summed != CHECKSUM_PARTIAL ||
		netif_needs_gso(skb, netif_skb_features(skb)));
}

/* Consumes @skb. Segments from a frag_list of GRO may be clones. */
static void vspan_output_cut(const struct vspan_output *out,
			     struct net_device *dev, struct sk_buff *skb)
{
	struct sk_buff *segs = __skb_gso_segment(skb, NETIF_F_SG, false), *next, *own;

	if (IS_ERR_OR_NULL(segs) || !vspan_wire_adds_up(skb, segs, out->stats)) {
		vspan_output_drop(out, skb, VSPAN_DROP_SEGMENT);
		if (!IS_ERR(segs))
			kfree_skb_list(segs);
		kfree_skb(skb);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		own = skb_cloned(skb) ? vspan_output_own(out, dev, skb) : skb;
		if (own)
			vspan_output_xmit(out, dev, own);
		else
			vspan_output_drop(out, skb, VSPAN_DROP_NO_MEMORY);
		if (own != skb)
			consume_skb(skb);
	}
}

static void vspan_output_to_dev(const struct vspan_output *out,
				struct sk_buff *skb)
{
	struct net_device *dev = rcu_dereference(out->dev);
	enum vspan_drop why = VSPAN_DROP_NO_MEMORY;
	struct sk_buff *copy = NULL;

	if (vspan_output_may(dev, &why))
		copy = vspan_output_own(out, dev, skb);
	if (!copy)
		vspan_output_drop(out, skb, why);
	else if (vspan_output_must_cut(out, copy))
		vspan_output_cut(out, dev, copy);
	else
		vspan_output_xmit(out, dev, copy);
}

/* psample reports the full length of the frame, with as many bytes of it as the source's
 * snaplen allows.
 */
static void vspan_output_sample(const struct vspan_output *out,
				struct sk_buff *skb)
{
	const struct vspan_cb *cb = vspan_cb(skb);
	struct psample_metadata md = {
		.trunc_size = vspan_snap_len(skb, cb->snap),
		.in_ifindex = cb->in_ifindex,
		.out_ifindex = cb->out_ifindex,
	};

	psample_sample_packet(out->psample, skb, cb->rate, &md);
	vspan_stats_add_frames(out->stats, VSPAN_TX_PACKETS,
			       cb->frames, md.trunc_size);
}

/* psample copies the bytes of a frame, so an accelerated VLAN tag is inserted first. */
static void vspan_output_to_psample(const struct vspan_output *out,
				    struct sk_buff *skb)
{
	struct sk_buff *copy;

	if (!skb_vlan_tag_present(skb)) {
		vspan_output_sample(out, skb);
		return;
	}
	copy = skb_clone(skb, GFP_ATOMIC);
	if (copy)
		copy = __vlan_hwaccel_push_inside(copy);
	if (copy) {
		vspan_output_sample(out, copy);
		consume_skb(copy);
	} else {
		vspan_output_drop(out, skb, VSPAN_DROP_NO_MEMORY);
	}
}

/**
 * vspan_output_samples - send a frame of a span to its psample groups
 * @vs: the span
 * @skb: the frame, not yet truncated; data at the MAC header; still owned by the caller
 *
 * Context: the span's NAPI, RCU.
 */
void vspan_output_samples(struct vspan_dev *vs, struct sk_buff *skb)
{
	const struct vspan_output *out;

	rcu_read_lock();
	list_for_each_entry_rcu(out, &vs->outputs, node) {
		if (out->psample)
			vspan_output_to_psample(out, skb);
	}
	rcu_read_unlock();
}

/**
 * vspan_output_send - send a frame of a span to the devices of its outputs
 * @vs: the span
 * @skb: the frame, after eth_type_trans(); still owned by the caller
 *
 * Context: the span's NAPI, RCU.
 */
void vspan_output_send(struct vspan_dev *vs, struct sk_buff *skb)
{
	const struct vspan_output *out;

	skb_reset_network_header(skb);
	skb_push_rcsum(skb, ETH_HLEN);
	rcu_read_lock();
	list_for_each_entry_rcu(out, &vs->outputs, node) {
		if (!out->psample)
			vspan_output_to_dev(out, skb);
	}
	rcu_read_unlock();
	skb_pull_rcsum(skb, ETH_HLEN);
}

/**
 * vspan_output_miss - count a frame as lost at each output of a span
 * @vs: a span with outputs, none of which has a device, and without another reader
 * @skb: the frame
 *
 * Context: BH off, RCU.
 */
void vspan_output_miss(const struct vspan_dev *vs, const struct sk_buff *skb)
{
	const struct vspan_output *out;

	list_for_each_entry_rcu(out, &vs->outputs, node)
		vspan_stats_drop(out->stats, VSPAN_DROP_NO_DEVICE, vspan_wire_frames(skb));
}
