// SPDX-License-Identifier: GPL-2.0
/*
 * Makes one frame of each kind, and the length of its headers. The payload is the same
 * word repeated, so that copies can be searched for it.
 */
#include <string.h>

#include "mix.h"

static uint8_t *grow(struct mixed *m, uint32_t len)
{
	uint8_t *p = m->data + m->len;

	memset(p, 0, len);
	m->len += len;
	return p;
}

static void eth_to(struct mixed *m, const char *name, uint16_t type, const uint8_t *dst)
{
	static const uint8_t src[6] = { 2, 0, 0, 0, 0, 0x11 };
	uint8_t *p;

	memset(m, 0, sizeof(*m));
	m->name = name;
	p = grow(m, 14);
	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	put16(p + 12, type);
}

static void eth(struct mixed *m, const char *name, uint16_t type)
{
	static const uint8_t nobody[6] = { 2, 0, 0, 0, 0, 0x77 };

	eth_to(m, name, type, nobody);
}

/* Add a tag after the existing ones; its TPID replaces the type. */
static void tag(struct mixed *m, uint16_t tpid, uint16_t tci)
{
	uint8_t *p = grow(m, 4);

	memcpy(p + 2, p - 2, 2);
	put16(p - 2, tpid);
	put16(p, tci);
}

/* Fill the payload, which no truncated copy may contain; headers end here. */
static void secret(struct mixed *m, uint32_t len)
{
	static const char word[] = MIX_SECRET;
	uint8_t *p = m->data + m->len;
	uint32_t i;

	m->hlen = m->len;
	m->len += len;
	for (i = 0; i < len; i++)
		p[i] = (uint8_t)word[i % (sizeof(word) - 1)];
}

/* @rest: bytes of the packet behind the header and its options */
static void ip4(struct mixed *m, uint8_t proto, uint16_t frag, uint32_t options, uint16_t rest)
{
	static const uint8_t addrs[8] = { 198, 51, 100, 1, 203, 0, 113, 2 };
	uint8_t *p = grow(m, 20 + options);

	p[0] = (uint8_t)(0x45 + options / 4);
	put16(p + 2, (uint16_t)(20 + options + rest));
	put16(p + 4, 0x1234);
	put16(p + 6, frag);
	p[8] = 64;
	p[9] = proto;
	memcpy(p + 12, addrs, 8);
	memset(p + 20, 1, options);	/* no operation */
	put16(p + 10, csum_fold(csum_add(0, p, 20 + options)));
}

static void ip6(struct mixed *m, uint8_t next, uint16_t rest)
{
	uint8_t *p = grow(m, 40);

	p[0] = 0x60;
	put16(p + 4, rest);
	p[6] = next;
	p[7] = 64;
	put32(p + 8, 0x20010db8);
	p[23] = 1;
	put32(p + 24, 0x20010db8);
	p[39] = 2;
}

static void tcp(struct mixed *m, uint16_t dport, uint8_t flags, uint32_t options)
{
	uint8_t *p = grow(m, 20 + options);

	put16(p, 40000);
	put16(p + 2, dport);
	put32(p + 4, 1);
	p[12] = (uint8_t)((5 + options / 4) << 4);
	p[13] = flags;
	memset(p + 20, 1, options);
}

static void udp(struct mixed *m, uint16_t dport, uint16_t rest)
{
	uint8_t *p = grow(m, 8);

	put16(p, 40000);
	put16(p + 2, dport);
	put16(p + 4, (uint16_t)(8 + rest));
}

static void icmp(struct mixed *m, uint8_t type)
{
	*grow(m, 8) = type;
}

static void arp(struct mixed *m, uint16_t op)
{
	uint8_t *p = grow(m, 28);

	put16(p, 1);
	put16(p + 2, 0x0800);
	p[4] = 6;
	p[5] = 4;
	put16(p + 6, op);
	p[8] = 2;
	put32(p + 14, 0xc6336401);
	put32(p + 24, 0xcb007102);
	secret(m, 18);		/* padding to 60 bytes is not a header */
}

static uint32_t mixed_ip4(struct mixed *m)
{
	uint32_t n = 0;

	eth(&m[n], "TCP SYN", 0x0800);
	ip4(&m[n], 6, 0x4000, 0, 40);
	tcp(&m[n], 80, 0x02, 20);
	m[n].hlen = m[n].len;
	n++;
	eth(&m[n], "TCP data", 0x0800);
	ip4(&m[n], 6, 0x4000, 0, 20 + 100);
	tcp(&m[n], 80, 0x18, 0);
	secret(&m[n++], 100);
	eth(&m[n], "TCP with options", 0x0800);
	ip4(&m[n], 6, 0x4000, 0, 32 + 1000);
	tcp(&m[n], 443, 0x10, 12);
	secret(&m[n++], 1000);
	eth(&m[n], "UDP", 0x0800);
	ip4(&m[n], 17, 0, 0, 8 + 60);
	udp(&m[n], 53, 60);
	secret(&m[n++], 60);
	eth(&m[n], "UDP, IP options", 0x0800);
	ip4(&m[n], 17, 0, 8, 8 + 400);
	udp(&m[n], 5000, 400);
	secret(&m[n++], 400);
	eth(&m[n], "ICMP echo", 0x0800);
	ip4(&m[n], 1, 0, 0, 8 + 56);
	icmp(&m[n], 8);
	secret(&m[n++], 56);
	eth(&m[n], "ICMP error", 0x0800);
	ip4(&m[n], 1, 0, 0, 8 + 64);
	icmp(&m[n], 3);
	secret(&m[n++], 64);
	eth(&m[n], "OSPF", 0x0800);
	ip4(&m[n], 89, 0, 0, 44);
	secret(&m[n++], 44);
	return n;
}

/* Only the first fragment has the L4 header. */
static uint32_t mixed_fragments(struct mixed *m)
{
	uint32_t n = 0;

	eth(&m[n], "first fragment", 0x0800);
	ip4(&m[n], 17, 0x2000, 0, 8 + 120);
	udp(&m[n], 53, 1000);
	secret(&m[n++], 120);
	eth(&m[n], "later fragment", 0x0800);
	ip4(&m[n], 17, 0x0010, 0, 120);
	secret(&m[n++], 120);
	eth(&m[n], "IPv6 first fragment", 0x86dd);
	ip6(&m[n], 44, 8 + 8 + 120);
	put32(grow(&m[n], 8), 0x11000001);
	udp(&m[n], 53, 1000);
	secret(&m[n++], 120);
	eth(&m[n], "IPv6 later fragment", 0x86dd);
	ip6(&m[n], 44, 8 + 120);
	put32(grow(&m[n], 8), 0x11000080);
	secret(&m[n++], 120);
	return n;
}

static uint32_t mixed_ip6(struct mixed *m)
{
	uint32_t n = 0;

	eth(&m[n], "IPv6 TCP", 0x86dd);
	ip6(&m[n], 6, 20 + 300);
	tcp(&m[n], 22, 0x18, 0);
	secret(&m[n++], 300);
	eth(&m[n], "IPv6 UDP", 0x86dd);
	ip6(&m[n], 17, 8 + 50);
	udp(&m[n], 53, 50);
	secret(&m[n++], 50);
	eth(&m[n], "ICMPv6 echo", 0x86dd);
	ip6(&m[n], 58, 8 + 56);
	icmp(&m[n], 128);
	secret(&m[n++], 56);
	eth(&m[n], "IPv6 hop-by-hop", 0x86dd);
	ip6(&m[n], 0, 8 + 8 + 70);
	put32(grow(&m[n], 8), 0x11000104);
	udp(&m[n], 5000, 70);
	secret(&m[n++], 70);
	return n;
}

static uint32_t mixed_tagged(struct mixed *m)
{
	uint32_t n = 0;

	eth(&m[n], "VLAN 10 UDP", 0x0800);
	tag(&m[n], 0x8100, 10);
	ip4(&m[n], 17, 0, 0, 8 + 90);
	udp(&m[n], 53, 90);
	secret(&m[n++], 90);
	eth(&m[n], "VLAN 20 IPv6 TCP", 0x86dd);
	tag(&m[n], 0x8100, 3 << 13 | 20);
	ip6(&m[n], 6, 20 + 200);
	tcp(&m[n], 80, 0x18, 0);
	secret(&m[n++], 200);
	eth(&m[n], "VLAN 10 ARP", 0x0806);
	tag(&m[n], 0x8100, 10);
	arp(&m[n++], 1);
	eth(&m[n], "priority tag", 0x0800);
	tag(&m[n], 0x8100, 5 << 13);
	ip4(&m[n], 1, 0, 0, 8 + 56);
	icmp(&m[n], 8);
	secret(&m[n++], 56);
	eth(&m[n], "802.1ad 100 TCP", 0x0800);
	tag(&m[n], 0x88a8, 100);
	ip4(&m[n], 6, 0, 0, 20 + 80);
	tcp(&m[n], 80, 0x18, 0);
	secret(&m[n++], 80);
	eth(&m[n], "QinQ 100/200 UDP", 0x0800);
	tag(&m[n], 0x88a8, 100);
	tag(&m[n], 0x8100, 200);
	ip4(&m[n], 17, 0, 0, 8 + 80);
	udp(&m[n], 53, 80);
	secret(&m[n++], 80);
	eth(&m[n], "QinQ 100/200 ARP", 0x0806);
	tag(&m[n], 0x88a8, 100);
	tag(&m[n], 0x8100, 200);
	arp(&m[n++], 1);
	return n;
}

/* A protocol that the kernel does not dissect: only the Ethernet header counts. */
static void other(struct mixed *m, const char *name, uint16_t type, const uint8_t *dst)
{
	eth_to(m, name, type, dst);
	secret(m, 100);
}

static uint32_t mixed_others(struct mixed *m)
{
	static const uint8_t lldp[6] = { 0x01, 0x80, 0xc2, 0, 0, 0x0e };
	static const uint8_t stp[6] = { 0x01, 0x80, 0xc2, 0, 0, 0 };
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t group[6] = { 0x01, 0, 0x5e, 0, 0, 5 };
	uint32_t n = 0;

	eth_to(&m[n], "ARP request", 0x0806, all);
	arp(&m[n++], 1);
	eth(&m[n], "ARP reply", 0x0806);
	arp(&m[n++], 2);
	other(&m[n++], "LLDP", 0x88cc, lldp);
	other(&m[n], "STP", 100, stp);
	memcpy(m[n++].data + 14, "\x42\x42\x03", 3);
	other(&m[n++], "EAPOL", 0x888e, stp);
	other(&m[n++], "unknown type", 0x1234, all);
	eth(&m[n], "MPLS", 0x8847);
	put32(grow(&m[n], 4), 1000 << 12 | 0x140);
	ip4(&m[n], 17, 0, 0, 8 + 64);
	udp(&m[n], 53, 64);
	secret(&m[n], 64);
	m[n++].hlen = 14 + 4;	/* the payload of MPLS is not parsed */
	eth_to(&m[n], "broadcast UDP", 0x0800, all);
	ip4(&m[n], 17, 0, 0, 8 + 44);
	udp(&m[n], 67, 44);
	secret(&m[n++], 44);
	eth_to(&m[n], "multicast UDP", 0x0800, group);
	ip4(&m[n], 17, 0, 0, 8 + 44);
	udp(&m[n], 5000, 44);
	secret(&m[n++], 44);
	return n;
}

/* Returns the number of frames, MIX_FRAMES at most. */
uint32_t mixed_build(struct mixed *m)
{
	uint32_t n = mixed_ip4(m);

	n += mixed_fragments(m + n);
	n += mixed_ip6(m + n);
	n += mixed_tagged(m + n);
	n += mixed_others(m + n);
	return n;
}
