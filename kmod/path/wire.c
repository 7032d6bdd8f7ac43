// SPDX-License-Identifier: GPL-2.0
/*
 * Brings copies into the form that a cable would carry: GSO and GRO packets are
 * segmented, checksums are completed. The data of a copy is shared with production's
 * packet, so it must be unshared before it is written.
 */
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/gso.h>
#include <net/ipv6.h>

#include "path/cb.h"
#include "path/hwtime.h"
#include "path/snap.h"
#include "path/wire.h"
#include "stats.h"
#include "vspan.h"

/* QEMU and vhost read virtio headers and frames into buffers of 64 KiB. */
#define VSPAN_ASIS_MAX	65535

/* To segment a copy into more frames takes too long with BH off. This is the limit of UDP
 * GSO (UDP_MAX_SEGMENTS), and more than 64 KiB need in frames of 1500 bytes.
 */
#define VSPAN_WIRE_LONG	128

/* Length of the TCP or UDP header at an offset. */
static int vspan_wire_l4_len(const struct sk_buff *skb, int start)
{
	const struct tcphdr *tcp;
	struct tcphdr buf;

	/* Segmented into IP fragments: the UDP header is data of the first one. */
	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP)
		return 0;
	if (!(skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)))
		return sizeof(struct udphdr);
	tcp = skb_header_pointer(skb, start, sizeof(buf), &buf);
	return tcp ? __tcp_hdrlen(tcp) : 0;
}

/* Offset of the L4 header according to the outer IP header, which may be wrong in a
 * guest's packet; negative if there is none.
 */
static int vspan_wire_outer_l4(const struct sk_buff *skb)
{
	struct ipv6hdr buf6, *ip6;
	struct iphdr buf, *ip;
	__be16 type, frag;
	int off = vspan_snap_l3(skb, &type);
	u8 next;

	if (type == htons(ETH_P_IP)) {
		ip = skb_header_pointer(skb, off, sizeof(buf), &buf);
		return ip ? off + ip->ihl * 4 : -1;
	}
	ip6 = skb_header_pointer(skb, off, sizeof(buf6), &buf6);
	if (type != htons(ETH_P_IPV6) || !ip6)
		return -1;
	next = ip6->nexthdr;
	return ipv6_skip_exthdr(skb, off + sizeof(buf6), &next, &frag);
}

/* Offset of the L4 header of a GSO packet, or negative if it is not known. */
static int vspan_wire_l4(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL ? skb_checksum_start_offset(skb) :
						    vspan_wire_outer_l4(skb);
}

/* A guest's GSO packet does not tell its number of segments. With CHECKSUM_PARTIAL it
 * tells the offset of its L4 header.
 */
static unsigned int vspan_wire_count_segs(const struct sk_buff *skb)
{
	int start = vspan_wire_l4(skb), payload;

	if (start < 0)
		return 1;
	payload = skb->len - start - vspan_wire_l4_len(skb, start);
	if (payload <= 0)
		return 1;
	return DIV_ROUND_UP(payload, skb_shinfo(skb)->gso_size);
}

/**
 * vspan_wire_frames - get the number of frames that a packet is on the wire
 * @skb: a frame; data at the MAC header
 *
 * A GSO packet without gso_type comes from LRO and cannot be segmented. It counts as one
 * frame.
 *
 * Return: the number of frames.
 */
unsigned int vspan_wire_frames(const struct sk_buff *skb)
{
	if (likely(!skb_is_gso(skb)) || !skb_shinfo(skb)->gso_type)
		return 1;
	return skb_shinfo(skb)->gso_segs ?: vspan_wire_count_segs(skb);
}

/**
 * vspan_wire_len - length of a frame with its tag
 * @skb: data at the MAC header
 *
 * Return: bytes from destination MAC to payload, no FCS.
 */
unsigned int vspan_wire_len(const struct sk_buff *skb)
{
	return skb->len + (skb_vlan_tag_present(skb) ? VLAN_HLEN : 0);
}

static struct sk_buff *vspan_wire_drop(struct vspan_dev *vs,
				       struct sk_buff *skb,
				       enum vspan_drop why)
{
	local_bh_disable();
	vspan_stats_drop(vs->stats, why, vspan_cb(skb)->frames);
	local_bh_enable();
	kfree_skb(skb);
	return NULL;
}

/* The GSO packets that the reader of the tap accepts; without a reader of the tap, all.
 * The tap library would segment the others, but does not tell how many of the segments
 * did not fit into its ring.
 */
static netdev_features_t vspan_wire_tap_features(const struct vspan_dev *vs)
{
	netdev_features_t features = NETIF_F_GSO | NETIF_F_SG | NETIF_F_FRAGLIST;
	const struct tap_queue *q;

	rcu_read_lock();
	q = rcu_dereference(vs->tap.taps[0]);
	if (!q)
		features |= NETIF_F_ALL_TSO | NETIF_F_GSO_MASK | NETIF_F_CSUM_MASK;
	else if (q->flags & IFF_VNET_HDR)
		features |= vs->tap.tap_features;
	rcu_read_unlock();
	return features;
}

/* Is a GSO packet too many frames to be segmented with BH off? */
static bool vspan_wire_is_many(const struct sk_buff *skb)
{
	return skb->len / skb_shinfo(skb)->gso_size > VSPAN_WIRE_LONG;
}

/* The GSO packets that a span delivers unsegmented. A packet of very many frames is not,
 * if the span has outputs, which would segment it with BH off.
 */
static netdev_features_t vspan_wire_features(const struct vspan_dev *vs,
					     const struct sk_buff *skb)
{
	if (READ_ONCE(vs->frames) == VSPAN_FRAMES_WIRE || skb->len > VSPAN_ASIS_MAX ||
	    (READ_ONCE(vs->live_outputs) && vspan_wire_is_many(skb)))
		return NETIF_F_SG;
	return vspan_wire_tap_features(vs);
}

static bool vspan_wire_must_segment(const struct vspan_dev *vs,
				    struct sk_buff *skb)
{
	return skb_is_gso(skb) && netif_needs_gso(skb, vspan_wire_features(vs, skb));
}

/**
 * vspan_wire_is_long - does vspan_wire_form() take long for a copy?
 * @vs: the span
 * @skb: the copy
 *
 * Context: RCU.
 * Return: true if it should be called with BH on.
 */
bool vspan_wire_is_long(struct vspan_dev *vs, struct sk_buff *skb)
{
	return skb_is_gso(skb) && unlikely(vspan_wire_is_many(skb)) &&
	       skb_shinfo(skb)->gso_type && vspan_wire_must_segment(vs, skb);
}

/* Segments have no hardware time. They get that of the GRO packet, which is the time of
 * its first frame. Members of a frag_list may have a time of their own, or share their
 * data, which must not be written.
 */
static void vspan_wire_stamp(struct sk_buff *segs, ktime_t time)
{
	struct sk_buff *skb;

	for (skb = segs; skb && time; skb = skb->next) {
		if (!skb_cloned(skb) && !skb_hwtstamps(skb)->hwtstamp)
			skb_hwtstamps(skb)->hwtstamp = time;
	}
}

/* Does the inner header of a guest's tunnel packet overlap the outer headers? From Linux
 * 7.0 on the guest sets its offset, which the kernel does not verify
 * (virtio_net_hdr_tnl_to_skb(), skb_udp_tunnel_segment()). With CONFIG_DEBUG_NET,
 * segmentation of such a packet would cause a warning.
 */
static bool vspan_wire_is_twisted(const struct sk_buff *skb)
{
	int outer;

	if (!skb->encapsulation || !(skb_shinfo(skb)->gso_type & SKB_GSO_DODGY))
		return false;
	outer = vspan_wire_outer_l4(skb);
	return outer < 0 || skb_inner_mac_header(skb) - skb->data <
				outer + (int)sizeof(struct udphdr);
}

/* Store in each segment how many frames it is, and return the sum. */
static unsigned int vspan_wire_number(struct sk_buff *segs)
{
	unsigned int n = 0;
	struct sk_buff *skb;

	for (skb = segs; skb; skb = skb->next) {
		vspan_cb(skb)->frames = vspan_wire_frames(skb);
		n += vspan_cb(skb)->frames;
	}
	return n;
}

/**
 * vspan_wire_adds_up - compare the number of segments with what the source has counted
 * @skb: the GSO packet
 * @segs: its segments, linked by ->next; the number of frames is stored in each
 * @stats: counters for frames that are missing
 *
 * Context: any.
 * Return: false if there are more, as in a guest's malformed GSO packet whose headers
 *	contradict each other.
 */
bool vspan_wire_adds_up(struct sk_buff *skb, struct sk_buff *segs,
			struct vspan_stats __percpu *stats)
{
	unsigned int want = vspan_cb(skb)->frames, made = vspan_wire_number(segs);

	if (unlikely(made < want)) {
		local_bh_disable();
		vspan_stats_drop(stats, VSPAN_DROP_SEGMENT, want - made);
		local_bh_enable();
	}
	return made <= want || !(skb_shinfo(skb)->gso_type & SKB_GSO_DODGY);
}

/* Does segmentation write to the GSO packet itself? It does so for a new checksum, like
 * that of UDP which becomes IP fragments (udp4_ufo_fragment()), and for the number of
 * segments of a guest's packet, if that can be delivered unsegmented.
 */
static bool vspan_wire_writes(const struct sk_buff *skb, netdev_features_t features)
{
	return features != NETIF_F_SG || skb->ip_summed != CHECKSUM_PARTIAL ||
	       skb_shinfo(skb)->gso_type & SKB_GSO_UDP;
}

static struct sk_buff *vspan_wire_segment(struct vspan_dev *vs,
					  struct sk_buff *skb)
{
	netdev_features_t features = vspan_wire_features(vs, skb);
	struct sk_buff *segs;

	if (vspan_wire_is_twisted(skb))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_SEGMENT);
	if (vspan_wire_writes(skb, features) && skb_unclone(skb, GFP_ATOMIC))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_NO_MEMORY);
	/* tx_path is false: segmentation must not warn of received frames,
	 * which are not CHECKSUM_PARTIAL.
	 */
	segs = __skb_gso_segment(skb, features, false);
	if (IS_ERR(segs))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_SEGMENT);
	if (!segs)
		return skb;
	if (!vspan_wire_adds_up(skb, segs, vs->stats)) {
		kfree_skb_list(segs);
		return vspan_wire_drop(vs, skb, VSPAN_DROP_SEGMENT);
	}
	vspan_wire_stamp(segs, vspan_hwtime(skb));
	consume_skb(skb);
	return segs;
}

/* A packet of LRO has gso_size, but no gso_type, which tap.c up to Linux 6.12 cannot
 * handle.
 */
static struct sk_buff *vspan_wire_no_gso(struct vspan_dev *vs, struct sk_buff *skb)
{
	if (skb_unclone(skb, GFP_ATOMIC))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_NO_MEMORY);
	skb_gso_reset(skb);
	return skb;
}

/* The core warns if the checksum is not in the linear part. */
static bool vspan_wire_csum_in_reach(struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);

	return start >= 0 &&
	       pskb_may_pull(skb, start + skb->csum_offset + sizeof(__sum16));
}

/* Complete the checksum of one frame. */
static struct sk_buff *vspan_wire_finish(struct vspan_dev *vs,
					 struct sk_buff *skb)
{
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return skb;
	if (!vspan_wire_csum_in_reach(skb) || skb_csum_hwoffload_help(skb, 0))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_CHECKSUM);
	return skb;
}

/* Segments from a frag_list are as they were before GRO, possibly with incomplete
 * checksums.
 */
static struct sk_buff *vspan_wire_finish_all(struct vspan_dev *vs,
					     struct sk_buff *skb)
{
	struct sk_buff *list = NULL, **tail = &list, *next;

	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		skb = vspan_wire_finish(vs, skb);
		if (!skb)
			continue;
		*tail = skb;
		tail = &skb->next;
	}
	return list;
}

/* A virtio header cannot describe an incomplete SCTP checksum. The reader, or the tap
 * itself, would overwrite it with an Internet checksum.
 */
static bool vspan_wire_must_finish(const struct vspan_dev *vs,
				   struct sk_buff *skb)
{
	return READ_ONCE(vs->frames) == VSPAN_FRAMES_WIRE ||
	       skb_csum_is_sctp(skb);
}

/* A tap without offloads, or the reader of a virtio header, would try to complete it. */
static void vspan_wire_forget_csum(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    !vspan_wire_csum_in_reach(skb))
		skb->ip_summed = CHECKSUM_NONE;
}

/**
 * vspan_wire_form - bring a copy into the form its span delivers
 * @vs: the span
 * @skb: the copy; data at the MAC header; consumed
 *
 * Context: the span's NAPI, or the work of its queue.
 * Return: a list of frames, linked by ->next, or NULL if the copy was lost and counted.
 */
struct sk_buff *vspan_wire_form(struct vspan_dev *vs, struct sk_buff *skb)
{
	if (skb_is_gso(skb) && !skb_shinfo(skb)->gso_type)
		skb = vspan_wire_no_gso(vs, skb);
	else if (vspan_wire_must_segment(vs, skb))
		skb = vspan_wire_segment(vs, skb);
	if (skb && vspan_wire_must_finish(vs, skb))
		return vspan_wire_finish_all(vs, skb);
	if (skb)
		vspan_wire_forget_csum(skb);
	return skb;
}
