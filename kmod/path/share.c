// SPDX-License-Identifier: GPL-2.0
/*
 * Flows divided among several spans, here or on other hosts. A flow is all that two
 * addresses send each other: ports would part fragments from their flow, and a reply
 * by ICMP from what it is about.
 *
 * Each kernel and each host has to come to the same division, for ever. So this hash
 * has no secret of this boot, and reads bytes in network order. vspan.rst defines it,
 * for programs that want to know where a flow is.
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

/* Of IPv4 in Ethernet */
struct vspan_share_arp {
	struct arphdr head;
	u8 sender_mac[ETH_ALEN];
	u8 sender[sizeof(struct in_addr)];
	u8 target_mac[ETH_ALEN];
	u8 target[sizeof(struct in_addr)];
} __packed;

/* The same both ways: the lesser address is first. Two of each kind are whole words. */
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

/* Of two addresses, one behind the other. */
static bool vspan_share_at(const struct sk_buff *skb, int off, unsigned int len, u32 *hash)
{
	u8 buf[2 * VSPAN_SHARE_LONGEST];
	const u8 *a = skb_header_pointer(skb, off, 2 * len, buf);

	if (unlikely(!a))
		return false;
	*hash = vspan_share_pair(a, a + len, len);
	return true;
}

/* Who asks for an address is with what they are going to send there. */
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

/* By the addresses of its protocol, if that has any that can be read. */
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
 * vspan_share_has - is a frame's flow in the share that a rule wants?
 * @rule: the rule; its share is one of two or more
 * @skb: the frame; data at the MAC header; it is not changed
 *
 * Where the addresses of IP or ARP cannot be read, those of the frame count.
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
