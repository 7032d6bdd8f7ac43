// SPDX-License-Identifier: GPL-2.0
/*
 * What a cable would carry: packets of GSO and GRO cut into frames,
 * checksums complete. Runs on a clone, so nothing here may write to shared
 * data but through the helpers that copy first.
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

/* Readers of virtio headers have 64 KiB buffers (QEMU, vhost). */
#define VSPAN_ASIS_MAX	65535

/* More frames than this in one copy take too long with BH off: as many as a program may
 * have cut of its datagrams (UDP_MAX_SEGMENTS), more than 64 KiB have in 1500 bytes each.
 */
#define VSPAN_WIRE_LONG	128

/* Length of the L4 header that starts at an offset, TCP's or UDP's. */
static int vspan_wire_l4_len(const struct sk_buff *skb, int start)
{
	const struct tcphdr *tcp;
	struct tcphdr buf;

	/* Fragments of IP: the UDP header is in the first one's data. */
	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP)
		return 0;
	if (!(skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)))
		return sizeof(struct udphdr);
	tcp = skb_header_pointer(skb, start, sizeof(buf), &buf);
	return tcp ? __tcp_hdrlen(tcp) : 0;
}

/* Where the L4 header is, if the IP header says the truth; less than 0 if there is none. */
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

/* Where the L4 header of a GSO packet begins; less than 0 if that is not known. */
static int vspan_wire_l4(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL ? skb_checksum_start_offset(skb) :
						    vspan_wire_outer_l4(skb);
}

/* A guest's GSO packets come without their number of segments, but with the place of
 * their L4 header, for the checksum, if that is still to be made.
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
 * vspan_wire_frames - count a GSO packet as the cable would
 * @skb: a frame; data at the MAC header
 *
 * What has no type of segmentation is a NIC's work (LRO) that cannot be undone: it is
 * one frame, too long for any cable.
 *
 * Return: how many frames it is on the wire.
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

/* What the tap's reader can take in one piece; nothing more is asked of others. The
 * tap library would cut the rest, but does not say how many of the frames its ring then
 * had no room for.
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

/* Is a GSO packet so many frames that all of them should not be made at once? */
static bool vspan_wire_is_many(const struct sk_buff *skb)
{
	return skb->len / skb_shinfo(skb)->gso_size > VSPAN_WIRE_LONG;
}

/* In how large pieces a GSO packet may be delivered. Outputs would cut it with BH off.
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
 * vspan_wire_is_long - does it take long to bring a copy into its span's form?
 * @vs: the span
 * @skb: the copy
 *
 * Context: RCU.
 * Return: true if that should be done with BH on.
 */
bool vspan_wire_is_long(struct vspan_dev *vs, struct sk_buff *skb)
{
	return skb_is_gso(skb) && unlikely(vspan_wire_is_many(skb)) &&
	       skb_shinfo(skb)->gso_type && vspan_wire_must_segment(vs, skb);
}

/* Segmentation makes frames without a hardware time. They get the one that GRO
 * has kept, their first's; members of a fragment list have their own, or share
 * their data, which is then not ours to write to.
 */
static void vspan_wire_stamp(struct sk_buff *segs, ktime_t time)
{
	struct sk_buff *skb;

	for (skb = segs; skb && time; skb = skb->next) {
		if (!skb_cloned(skb) && !skb_hwtstamps(skb)->hwtstamp)
			skb_hwtstamps(skb)->hwtstamp = time;
	}
}

/* A guest says where in a tunnel's packet the inner frame begins (Linux 7.0 on), and the
 * kernel believes it (virtio_net_hdr_tnl_to_skb(), skb_udp_tunnel_segment()), though the
 * outer headers may go further: it would warn of that with CONFIG_DEBUG_NET.
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

/* How many frames the pieces of a GSO packet are, which is noted in each. */
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
 * vspan_wire_adds_up - are the pieces of a GSO packet what its source has counted?
 * @skb: the GSO packet
 * @segs: the pieces, linked by ->next; each is told how many frames it is
 * @stats: where those that are missing are counted as lost
 *
 * Context: any.
 * Return: false if there are more of them, as in a guest's GSO packet whose headers
 *	contradict each other: it is malformed.
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

/* Does segmentation write to the GSO packet itself? A checksum that is to be made
 * anew, as of UDP that becomes fragments of IP (udp4_ufo_fragment()), is; so is the number
 * of segments of a guest's, which are only looked at where it can be taken whole.
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
	/* tx_path false: a received frame has no checksum to be finished,
	 * which is no fault of its.
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

/* What LRO has made without saying what: up to 6.12, tap.c cannot bear it. */
static struct sk_buff *vspan_wire_no_gso(struct vspan_dev *vs, struct sk_buff *skb)
{
	if (skb_unclone(skb, GFP_ATOMIC))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_NO_MEMORY);
	skb_gso_reset(skb);
	return skb;
}

/* The core warns of a checksum that is not among the linear bytes. */
static bool vspan_wire_csum_in_reach(struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);

	return start >= 0 &&
	       pskb_may_pull(skb, start + skb->csum_offset + sizeof(__sum16));
}

/* What is still to be done to a frame on its own. */
static struct sk_buff *vspan_wire_finish(struct vspan_dev *vs,
					 struct sk_buff *skb)
{
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return skb;
	if (!vspan_wire_csum_in_reach(skb) || skb_csum_hwoffload_help(skb, 0))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_CHECKSUM);
	return skb;
}

/* The members of a fragment list come as they were merged, some of them with
 * their checksums still to be finished.
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

/* A virtio header can tell of the internet's checksums, but not of SCTP's, which
 * its reader, or the tap itself, would overwrite with one of those.
 */
static bool vspan_wire_must_finish(const struct vspan_dev *vs,
				   struct sk_buff *skb)
{
	return READ_ONCE(vs->frames) == VSPAN_FRAMES_WIRE ||
	       skb_csum_is_sctp(skb);
}

/* A tap without offloads, or a virtio header's reader, would look for it. */
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
 * Context: the span's NAPI, or a work in its place.
 * Return: a list of frames, linked by ->next, or NULL if the copy was lost,
 *	which is counted.
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
