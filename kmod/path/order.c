// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames must not overtake each other: those of one flow, whichever
 * way they go. skb_get_hash() is another number each way, and where no NIC has made
 * it, has the frame dissected to an end that nobody here asks for.
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
 * vspan_order_l3 - where what the EtherType names begins
 * @skb: a frame; data at the MAC header
 * @proto: gets that type, behind any tags, or 0 if there is none to be read
 *
 * Context: any.
 * Return: its offset.
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

/* Keys are the same both ways, as by xor. */
static u32 vspan_order_ports(const struct sk_buff *skb, int off, u8 proto)
{
	int at = proto_ports_offset(proto);
	__be16 buf[2], *ports;

	if (at < 0)
		return 0;
	ports = skb_header_pointer(skb, off + at, sizeof(buf), buf);
	return ports ? (__force u16)(ports[0] ^ ports[1]) : 0;
}

/* Fragments, all but the first, have no ports; so none is asked for them. */
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

/* Who speaks no IP is known by the addresses of the frame. */
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
 * vspan_order_flow - a number that frames of one flow have in common
 * @skb: a frame; data at the MAC header; its headers readable
 *
 * By addresses and ports of the outermost IP header, of either way; of fragments by
 * the addresses, as NICs do it (RSS): among fragments, and among whole datagrams,
 * there is an order, between the two there is none. What has a number for each way
 * where others have ports (ESP, AH), or a source port as a hash (VXLAN), is two
 * flows, one each way. All of ARP is one; what else is not IP goes by its MAC
 * addresses.
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
