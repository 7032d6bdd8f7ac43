// SPDX-License-Identifier: GPL-2.0
/*
 * Truncated copies. A linear clone is truncated by its length alone; the data behind its
 * end stays shared with production's packet. If the packet has data in pages, or if the
 * tag in its bytes must be removed, the bytes are copied instead.
 */
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>

#include "path/cb.h"
#include "path/hwtime.h"
#include "path/rule.h"
#include "path/snap.h"

/* Calls the flow dissector to find the payload. skb_get_poff() is not exported to
 * modules, but classic BPF can call it. Created by vspan_snap_init().
 */
struct bpf_prog *vspan_snap_poff;

/* Is the outer tag in the bytes of the frame? */
static bool vspan_snap_inband(const struct sk_buff *skb)
{
	return !skb_vlan_tag_present(skb) &&
	       eth_type_vlan(eth_hdr(skb)->h_proto);
}

/* The Ethernet header, with a tag in the bytes. */
static unsigned int vspan_snap_min(const struct sk_buff *skb)
{
	return vspan_snap_inband(skb) ? VLAN_ETH_HLEN : ETH_HLEN;
}

/* When the span receives a frame, skb_vlan_untag() drops it if it has less than two bytes
 * behind its tag. So the tag is removed here.
 */
static void vspan_snap_untag(struct sk_buff *copy)
{
	const struct vlan_ethhdr *eth = (struct vlan_ethhdr *)copy->data;

	__vlan_hwaccel_put_tag(copy, eth->h_vlan_proto,
			       ntohs(eth->h_vlan_TCI));
	memmove(copy->data + VLAN_HLEN, copy->data, 2 * ETH_ALEN);
	__skb_pull(copy, VLAN_HLEN);
	skb_reset_mac_header(copy);
	skb_set_network_header(copy, ETH_HLEN);
	copy->protocol = eth_hdr(copy)->h_proto;
}

/**
 * vspan_snap_l3 - find the L3 header behind all VLAN tags
 * @skb: the frame; data at the MAC header
 * @type: set to its EtherType, or to 0 if the frame is too short
 *
 * Return: offset of the L3 header from @skb->data.
 */
unsigned int vspan_snap_l3(const struct sk_buff *skb, __be16 *type)
{
	int off = offsetof(struct ethhdr, h_proto) - VLAN_HLEN;
	const __be16 *at;
	__be16 buf;

	do {
		off += VLAN_HLEN;
		at = skb_header_pointer(skb, off, sizeof(buf), &buf);
	} while (at && eth_type_vlan(*at));
	*type = at ? *at : 0;
	return off + sizeof(buf);
}

/* The dissector expects skb->protocol at the network header. For a tag in the bytes,
 * skb->protocol is the tag's, but the network header is behind it, so it is moved.
 */
static unsigned int vspan_snap_dissect(struct sk_buff *skb)
{
	int network = skb_network_offset(skb);
	unsigned int len;

	skb_set_network_header(skb, ETH_HLEN);
	len = bpf_prog_run_pin_on_cpu(vspan_snap_poff, skb);
	skb_set_network_header(skb, network);
	return len;
}

/* An ARP packet with Ethernet and IPv4 addresses (RFC 826) */
#define VSPAN_SNAP_ARP	(sizeof(struct arphdr) + 2 * (ETH_ALEN + sizeof(__be32)))

/* Length up to the end of the L4 header, or of the Ethernet header if the dissector does
 * not know the protocol. An ARP packet is all header; bytes behind it are payload.
 */
static unsigned int vspan_snap_headers(struct sk_buff *skb)
{
	__be16 type;
	unsigned int off = vspan_snap_l3(skb, &type);

	if (type == htons(ETH_P_ARP))
		return off + VSPAN_SNAP_ARP;
	return vspan_snap_dissect(skb);
}

/**
 * vspan_snap_rule - get the length to which a rule truncates copies
 * @rule: the rule
 *
 * Return: bytes, VSPAN_SNAP_HEADERS, or VSPAN_SNAP_NONE.
 */
u32 vspan_snap_rule(const struct vspan_rule *rule)
{
	if (rule->snap_headers)
		return VSPAN_SNAP_HEADERS;
	return rule->snaplen ?: VSPAN_SNAP_NONE;
}

/**
 * vspan_snap_len - get the number of bytes of a frame to copy
 * @skb: the frame; data at the MAC header
 * @snap: from vspan_snap_rule()
 *
 * An accelerated VLAN tag counts as if it were in the bytes.
 *
 * Context: BH off, RCU.
 * Return: bytes of @skb; its length if it is not truncated.
 */
unsigned int vspan_snap_len(struct sk_buff *skb, u32 snap)
{
	if (likely(snap == VSPAN_SNAP_NONE))
		return skb->len;
	if (snap == VSPAN_SNAP_HEADERS)
		snap = vspan_snap_headers(skb);
	else if (skb_vlan_tag_present(skb))
		snap -= VLAN_HLEN;
	return min(skb->len, max_t(u32, snap, vspan_snap_min(skb)));
}

/**
 * vspan_snap_may_trim - can a clone be truncated without copying its data?
 * @skb: the frame; data at the MAC header
 *
 * Return: true for vspan_snap_trim(), false for vspan_snap_copy().
 */
bool vspan_snap_may_trim(const struct sk_buff *skb)
{
	return !skb_is_nonlinear(skb) && !skb_is_gso(skb) &&
	       !vspan_snap_inband(skb);
}

/**
 * vspan_snap_trim - truncate a frame whose data may be shared
 * @skb: the frame, owned by the caller; data at the MAC header
 * @len: bytes that remain
 *
 * A checksum is not completed, since not all of its bytes remain.
 *
 * Context: any.
 */
void vspan_snap_trim(struct sk_buff *skb, unsigned int len)
{
	__skb_trim(skb, len);
	skb->ip_summed = CHECKSUM_NONE;
}

/**
 * vspan_snap_copy - copy the head of a frame
 * @skb: the frame; data at the MAC header
 * @len: bytes to copy
 *
 * A checksum is not completed, since not all of its bytes are copied.
 *
 * Context: any.
 * Return: the copy, data at the MAC header, or NULL.
 */
struct sk_buff *vspan_snap_copy(const struct sk_buff *skb, unsigned int len)
{
	struct sk_buff *copy = alloc_skb(NET_SKB_PAD + len, GFP_ATOMIC);

	if (!copy)
		return NULL;
	skb_reserve(copy, NET_SKB_PAD);
	skb_reset_mac_header(copy);
	if (skb_copy_bits(skb, 0, skb_put(copy, len), len)) {
		kfree_skb(copy);
		return NULL;
	}
	skb_set_network_header(copy, skb_network_offset(skb));
	memcpy(copy->cb, skb->cb, sizeof(copy->cb));
	copy->dev = skb->dev;
	copy->protocol = skb->protocol;
	skb_copy_hash(copy, skb);
	copy->tstamp = skb_tstamp(skb);
	skb_hwtstamps(copy)->hwtstamp = vspan_hwtime(skb);
	if (skb_vlan_tag_present(skb))
		__vlan_hwaccel_put_tag(copy, skb->vlan_proto,
				       skb_vlan_tag_get(skb));
	else if (vspan_snap_inband(copy))
		vspan_snap_untag(copy);
	return copy;
}
