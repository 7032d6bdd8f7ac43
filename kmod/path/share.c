// SPDX-License-Identifier: GPL-2.0
/*
 * Divides flows among several spans, on one or several hosts. A flow is all traffic
 * between two addresses. Ports are left out, because they would separate fragments and
 * ICMP errors from their flow.
 *
 * All kernels on all hosts must divide flows in the same way, for ever. So the hash has
 * no random seed and reads bytes in network order. vspan.rst defines it, for programs
 * that need to know the share of a flow.
 */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>

#include "path/order.h"
#include "path/rule.h"
#include "path/share.h"

#define VSPAN_SHARE_LONGEST	sizeof(struct in6_addr)
#define VSPAN_SHARE_WORDS	(2 * VSPAN_SHARE_LONGEST / sizeof(u32))

/* An ARP packet for IPv4 on Ethernet. */
struct vspan_share_arp {
	struct arphdr head;
	u8 sender_mac[ETH_ALEN];
	u8 sender[sizeof(struct in_addr)];
	u8 target_mac[ETH_ALEN];
	u8 target[sizeof(struct in_addr)];
} __packed;

/* The lower address comes first, so that both directions have the same hash. Two MAC,
 * IPv4 or IPv6 addresses are a whole number of 32-bit words.
 */
static u32 vspan_share_pair(const u8 *a, const u8 *b, unsigned int len)
{
	unsigned int i, n = 2 * len / sizeof(u32);
	__be32 raw[VSPAN_SHARE_WORDS];
	u32 words[VSPAN_SHARE_WORDS];
	bool swap = memcmp(a, b, len) > 0;

	memcpy(raw, swap ? b : a, len);
	memcpy((u8 *)raw + len, swap ? a : b, len);
	for (i = 0; i < n; i++)
		words[i] = be32_to_cpu(raw[i]);
	return jhash2(words, n, 0);
}

/* Hash two addresses that are next to each other in the frame. */
static bool vspan_share_at(const struct sk_buff *skb, int off, unsigned int len, u32 *hash)
{
	u8 buf[2 * VSPAN_SHARE_LONGEST];
	const u8 *a = skb_header_pointer(skb, off, 2 * len, buf);

	if (unlikely(!a))
		return false;
	*hash = vspan_share_pair(a, a + len, len);
	return true;
}

/* ARP is in the share of the IPv4 traffic between the two addresses. */
static bool vspan_share_arp(const struct sk_buff *skb, int off, u32 *hash)
{
	const struct vspan_share_arp *arp;
	struct vspan_share_arp buf;

	arp = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!arp || arp->head.ar_hrd != htons(ARPHRD_ETHER) ||
	    arp->head.ar_pro != htons(ETH_P_IP) || arp->head.ar_hln != ETH_ALEN ||
	    arp->head.ar_pln != sizeof(struct in_addr))
		return false;
	*hash = vspan_share_pair(arp->sender, arp->target, sizeof(arp->sender));
	return true;
}

/* Hash by IP or ARP addresses. Returns false if there are none. */
static bool vspan_share_l3(const struct sk_buff *skb, u32 *hash)
{
	__be16 proto;
	int off = vspan_order_l3(skb, &proto);

	switch (proto) {
	case htons(ETH_P_IP):
		return vspan_share_at(skb, off + offsetof(struct iphdr, saddr),
				      sizeof(struct in_addr), hash);
	case htons(ETH_P_IPV6):
		return vspan_share_at(skb, off + offsetof(struct ipv6hdr, saddr),
				      sizeof(struct in6_addr), hash);
	case htons(ETH_P_ARP):
		return vspan_share_arp(skb, off, hash);
	default:
		return false;
	}
}

/**
 * vspan_share_has - is the flow of a frame in the share of a rule?
 * @rule: a rule with two or more shares
 * @skb: the frame; data at the MAC header; not changed
 *
 * A frame without readable IP or ARP addresses is assigned by its MAC addresses.
 *
 * Context: any.
 * Return: true if so.
 */
bool vspan_share_has(const struct vspan_rule *rule, const struct sk_buff *skb)
{
	u32 hash = 0;

	if (!vspan_share_l3(skb, &hash))
		vspan_share_at(skb, 0, ETH_ALEN, &hash);
	return hash % rule->shares == rule->share - 1;
}
