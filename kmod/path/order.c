// SPDX-License-Identifier: GPL-2.0
/*
 * Assigns frames to flows whose order is kept, both directions in one flow.
 * skb_get_hash() differs per direction, and without a hash from the NIC it dissects more
 * of the frame than is needed here.
 */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "path/order.h"
#include "path/queue.h"

/**
 * vspan_order_l3 - find the L3 header behind any VLAN tags
 * @skb: a frame; data at the MAC header
 * @proto: set to its EtherType, or to 0 if that cannot be read
 *
 * Context: any.
 * Return: offset of the L3 header.
 */
int vspan_order_l3(const struct sk_buff *skb, __be16 *proto)
{
	int off = 2 * ETH_ALEN, tags;

	for (tags = 0; tags <= VLAN_MAX_DEPTH; tags++, off += VLAN_HLEN) {
		__be16 buf, *type;

		type = skb_header_pointer(skb, off, sizeof(buf), &buf);
		if (unlikely(!type))
			break;
		*proto = *type;
		if (likely(!eth_type_vlan(*type)))
			return off + sizeof(*type);
	}
	*proto = 0;
	return 0;
}

/* XOR makes the key the same for both directions. */
static u32 vspan_order_ports(const struct sk_buff *skb, int off, u8 proto)
{
	int at = proto_ports_offset(proto);
	__be16 buf[2], *ports;

	if (at < 0)
		return 0;
	ports = skb_header_pointer(skb, off + at, sizeof(buf), buf);
	return ports ? (__force u16)(ports[0] ^ ports[1]) : 0;
}

/* Only the first fragment of a packet has ports, so fragments are assigned without. */
static u32 vspan_order_ipv4(const struct sk_buff *skb, int off)
{
	struct iphdr buf, *ip;
	u32 key;

	ip = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (unlikely(!ip))
		return 0;
	key = (__force u32)(ip->saddr ^ ip->daddr);
	if (likely(!ip_is_fragment(ip)))
		key ^= vspan_order_ports(skb, off + ip->ihl * 4, ip->protocol);
	return key;
}

static u32 vspan_order_ipv6(const struct sk_buff *skb, int off)
{
	struct ipv6hdr buf, *ip;

	ip = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (unlikely(!ip))
		return 0;
	return ipv6_addr_hash(&ip->saddr) ^ ipv6_addr_hash(&ip->daddr) ^
	       vspan_order_ports(skb, off + sizeof(buf), ip->nexthdr);
}

/* The key of a frame that is not IP. */
static u32 vspan_order_mac(const struct sk_buff *skb)
{
	struct ethhdr buf, *eth;

	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (unlikely(!eth))
		return 0;
	return get_unaligned((u32 *)(eth->h_dest + 2)) ^
	       get_unaligned((u32 *)(eth->h_source + 2));
}

/**
 * vspan_order_flow - get the flow of a frame
 * @skb: a frame; data at the MAC header; its headers readable
 *
 * A flow is defined by addresses and ports of the outermost IP header, without regard to
 * direction. Fragments are assigned by addresses alone, as by RSS of NICs: order is kept
 * among fragments and among whole datagrams, but not between the two. ESP and AH, with
 * an SPI per direction in place of ports, and VXLAN, with a hash as source port, are two
 * flows, one for each direction. All ARP frames are one flow. Other frames are assigned
 * by MAC addresses.
 *
 * Context: any.
 * Return: less than VSPAN_FLOWS.
 */
unsigned int vspan_order_flow(const struct sk_buff *skb)
{
	__be16 proto;
	int off = vspan_order_l3(skb, &proto);
	u32 key = 0;

	if (likely(proto == htons(ETH_P_IP)))
		key = vspan_order_ipv4(skb, off);
	else if (proto == htons(ETH_P_IPV6))
		key = vspan_order_ipv6(skb, off);
	else if (proto != htons(ETH_P_ARP))
		key = vspan_order_mac(skb);
	return hash_32(key, VSPAN_FLOW_BITS);
}
