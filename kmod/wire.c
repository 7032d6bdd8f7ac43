// SPDX-License-Identifier: GPL-2.0
/*
 * What a cable would carry: super-frames of GSO and GRO cut into frames,
 * checksums complete. Runs on a clone, so nothing here may write to shared
 * data but through the helpers that copy first.
 */
#include <linux/if_ether.h>
#include <net/gso.h>

#include "vspan.h"

/* Readers of virtio headers have 64 KiB buffers (QEMU, vhost). */
#define VSPAN_ASIS_MAX	65535

/**
 * vspan_wire_frames - count a super-frame as the cable would
 * @skb: a frame
 *
 * Return: how many frames it is on the wire.
 */
unsigned int vspan_wire_frames(const struct sk_buff *skb)
{
	return max_t(unsigned int, skb_shinfo(skb)->gso_segs, 1);
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
	vspan_stats_drop(vs->stats, why, vspan_wire_frames(skb));
	kfree_skb(skb);
	return NULL;
}

/* Without a GSO type this is LRO's work, which cannot be undone. */
static bool vspan_wire_must_segment(const struct vspan_dev *vs,
				    const struct sk_buff *skb)
{
	if (!skb_is_gso(skb) || !skb_shinfo(skb)->gso_type)
		return false;
	return READ_ONCE(vs->frames) == VSPAN_FRAMES_WIRE ||
	       skb->len > VSPAN_ASIS_MAX;
}

static struct sk_buff *vspan_wire_segment(struct vspan_dev *vs,
					  struct sk_buff *skb)
{
	struct sk_buff *segs;

	/* tx_path false: a received frame has no checksum to be finished,
	 * which is no fault of its.
	 */
	segs = __skb_gso_segment(skb, NETIF_F_SG, false);
	if (IS_ERR(segs))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_SEGMENT);
	if (!segs)
		return skb;
	consume_skb(skb);
	return segs;
}

static bool vspan_wire_csum_in_reach(const struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);

	return start >= 0 && start + skb->csum_offset + sizeof(__sum16) <=
			     skb->len && start < skb_headlen(skb);
}

/**
 * vspan_wire_form - bring a copy into the form its span delivers
 * @vs: the span
 * @skb: the copy; data at the MAC header; consumed
 *
 * Context: the span's NAPI.
 * Return: a list of frames, linked by ->next, or NULL if the copy was lost,
 *	which is counted.
 */
struct sk_buff *vspan_wire_form(struct vspan_dev *vs, struct sk_buff *skb)
{
	if (vspan_wire_must_segment(vs, skb))
		return vspan_wire_segment(vs, skb);
	if (skb->ip_summed != CHECKSUM_PARTIAL ||
	    READ_ONCE(vs->frames) != VSPAN_FRAMES_WIRE)
		return skb;
	if (!vspan_wire_csum_in_reach(skb) ||
	    skb_csum_hwoffload_help(skb, 0))
		return vspan_wire_drop(vs, skb, VSPAN_DROP_CHECKSUM);
	return skb;
}
