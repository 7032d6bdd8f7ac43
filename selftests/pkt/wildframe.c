// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the bytes of an arbitrary frame: layers of real protocols, in combinations that
 * do not exist in practice.
 */
#include <string.h>

#include "wild.h"

#define ETH_IP4		0x0800
#define ETH_IP6		0x86dd
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_GRE	47
#define PROTO_SCTP	132
#define PORT_VXLAN	4789

static uint8_t *grow(struct wild *w, uint32_t len)
{
	uint8_t *p = w->data + w->len;

	memset(p, 0, len);
	w->len += len;
	return p;
}

static void macs(struct wild *w)
{
	static const uint8_t dst[][6] = {
		{ 2, 0, 0, 0, 0, 0x77 }, { 2, 0, 0, 0, 0, 0x02 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 1, 0, 0x5e, 0, 0, 5 },
		{ 1, 0x80, 0xc2, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0 },
	};
	static const uint8_t src[6] = { 2, 0, 0, 0, 0, 0x11 };
	uint8_t *p = grow(w, 12);

	memcpy(p, dst[wild_rnd(w, sizeof(dst) / sizeof(*dst))], 6);
	memcpy(p + 6, src, 6);
	/* rarely another sender: bridges drop multicast senders, and learn all others */
	if (!wild_rnd(w, 20))
		p[6 + wild_rnd(w, 6)] = (uint8_t)wild_rnd(w, 256);
}

static void tags(struct wild *w)
{
	static const uint16_t tpids[] = { 0x8100, 0x8100, 0x88a8, 0x9100 };
	static const uint16_t vids[] = { 0, 1, 10, 20, 200, 4094, 4095 };
	static const uint8_t how_many[] = { 0, 0, 0, 0, 0, 1, 1, 1, 2, 3 };
	uint32_t n = how_many[wild_rnd(w, sizeof(how_many))];
	uint8_t *p;

	if (!wild_rnd(w, 100))
		n = 12;		/* more than any parser supports */
	while (n--) {
		p = grow(w, 4);
		put16(p, tpids[wild_rnd(w, sizeof(tpids) / sizeof(*tpids))]);
		put16(p + 2, (uint16_t)(vids[wild_rnd(w, sizeof(vids) / sizeof(*vids))] |
					wild_rnd(w, 16) << 12));
	}
}

static void eth_type(struct wild *w, uint16_t type)
{
	put16(grow(w, 2), type);
}

static void ip4(struct wild *w, uint8_t proto)
{
	static const uint8_t addrs[8] = { 198, 51, 100, 1, 203, 0, 113, 2 };
	uint32_t options = wild_rnd(w, 10) ? 0 : 4 * wild_rnd(w, 11);
	uint8_t *p;

	w->l3 = w->len;
	w->ip6 = false;
	p = grow(w, 20 + options);
	p[0] = (uint8_t)(0x45 + options / 4);
	put16(p + 4, (uint16_t)wild_rnd(w, 65536));
	if (!wild_rnd(w, 20))
		put16(p + 6, (uint16_t)wild_rnd(w, 65536));	/* a fragment */
	p[8] = 64;
	p[9] = proto;
	memcpy(p + 12, addrs, 8);
	memset(p + 20, 1, options);	/* no operation */
	w->proto = proto;
	w->l4 = w->len;
}

/* Extension headers with a next header field: hop-by-hop, routing, fragment, destination.
 */
static void ip6_extensions(struct wild *w, uint8_t *next)
{
	static const uint8_t kinds[] = { 0, 43, 44, 60 };
	uint32_t n = wild_rnd(w, 8) ? 0 : wild_rnd(w, 4);
	uint8_t proto = *next, *p;

	while (n--) {
		*next = kinds[wild_rnd(w, sizeof(kinds))];
		p = grow(w, 8);
		p[0] = proto;
		p[2] = 1;
		p[3] = 4;
		next = p;
	}
}

static void ip6(struct wild *w, uint8_t proto)
{
	uint8_t *p;

	w->l3 = w->len;
	w->ip6 = true;
	p = grow(w, 40);
	p[0] = 0x60;
	p[6] = proto;
	p[7] = 64;
	put32(p + 8, 0x20010db8);
	p[23] = 1;
	put32(p + 24, 0x20010db8);
	p[39] = 2;
	ip6_extensions(w, p + 6);
	w->proto = proto;
	w->l4 = w->len;
}

static void ip(struct wild *w, bool six, uint8_t proto)
{
	if (six)
		ip6(w, proto);
	else
		ip4(w, proto);
}

static void tcp(struct wild *w)
{
	uint32_t options = wild_rnd(w, 3) ? 0 : 4 * wild_rnd(w, 11);
	uint8_t *p = grow(w, 20 + options);

	put16(p, 40000);
	put16(p + 2, 80);
	put32(p + 4, wild_rnd(w, 0x7fffffff));
	p[12] = (uint8_t)((5 + options / 4) << 4);
	p[13] = (uint8_t)(wild_rnd(w, 4) ? 0x10 : wild_rnd(w, 256));
	memset(p + 20, 1, options);
}

static void udp(struct wild *w, uint16_t dport)
{
	uint8_t *p = grow(w, 8);

	put16(p, 40000);
	put16(p + 2, dport);
}

static void layer4(struct wild *w)
{
	if (w->proto == PROTO_TCP)
		tcp(w);
	else if (w->proto == PROTO_UDP)
		udp(w, (uint16_t)(wild_rnd(w, 4) ? 53 : PORT_VXLAN));
	else
		grow(w, 12);
	w->payload = w->len;
}

/* Payload for a frame, a jumbo frame or a GSO packet; sometimes more than is valid. */
static uint32_t amount(struct wild *w)
{
	switch (wild_rnd(w, 10)) {
	case 0:
		return 0;
	case 1:
	case 2:
		return wild_rnd(w, 60);
	case 3:
	case 4:
	case 5:
		return wild_rnd(w, 1500);
	case 6:
	case 7:
		return wild_rnd(w, 9000);
	default:
		return wild_rnd(w, 66000);
	}
}

static void fill(struct wild *w)
{
	uint32_t len = amount(w);
	uint8_t *p = grow(w, len);

	memset(p, (int)wild_rnd(w, 256), len);
}

/* Fill in the lengths when the frame is complete, truncated to 16 bits. */
static void finish_ip(uint8_t *p, uint32_t len, bool six)
{
	uint32_t hlen = (p[0] & 15u) * 4;

	if (six) {
		put16(p + 4, (uint16_t)(len - 40));
		return;
	}
	put16(p + 2, (uint16_t)len);
	put16(p + 10, 0);
	put16(p + 10, csum_fold(csum_add(0, p, hlen)));
}

/* The sum of the pseudo header, if the checksum is left to the NIC. */
static void finish_l4(struct wild *w)
{
	uint32_t len = w->len - w->l4, sum = w->proto + len;
	uint8_t *ipp = w->data + w->l3, *p = w->data + w->l4;

	sum = csum_add(sum, ipp + (w->ip6 ? 8 : 12), w->ip6 ? 32 : 8);
	if (w->proto == PROTO_UDP)
		put16(p + 4, (uint16_t)len);
	if (w->proto == PROTO_UDP || w->proto == PROTO_TCP)
		put16(p + (w->proto == PROTO_TCP ? 16 : 6), (uint16_t)~csum_fold(sum));
}

/* A whole packet, mostly of protocols that support GSO. */
static void packet(struct wild *w, bool six)
{
	static const uint8_t protos[] = { PROTO_SCTP, 1, 50, 58, 59, 89 };
	uint8_t proto = wild_rnd(w, 2) ? PROTO_TCP : PROTO_UDP;

	if (!wild_rnd(w, 10))
		proto = protos[wild_rnd(w, sizeof(protos))];
	ip(w, six, proto);
	layer4(w);
	fill(w);
	finish_l4(w);
	finish_ip(w->data + w->l3, w->len - w->l3, w->ip6);
}

static void plain(struct wild *w)
{
	bool six = wild_rnd(w, 2);

	eth_type(w, six ? ETH_IP6 : ETH_IP4);
	packet(w, six);
}

/* VXLAN, the only tunnel whose GSO packets a virtio header can describe. */
static void vxlan(struct wild *w)
{
	bool six = wild_rnd(w, 2), inner = wild_rnd(w, 2);
	uint32_t l3 = w->len + 2, l4;

	eth_type(w, six ? ETH_IP6 : ETH_IP4);
	ip(w, six, PROTO_UDP);
	l4 = w->l4;
	udp(w, PORT_VXLAN);
	put32(grow(w, 8), 0x08000000);
	macs(w);
	eth_type(w, inner ? ETH_IP6 : ETH_IP4);
	packet(w, inner);
	put16(w->data + l4 + 4, (uint16_t)(w->len - l4));
	finish_ip(w->data + l3, w->len - l3, six);
	w->outer_l4 = l4;
	w->outer_ip6 = six;
}

/* IP in IP, or in GRE. */
static void nested(struct wild *w)
{
	bool six = wild_rnd(w, 2), inner = wild_rnd(w, 2), gre = wild_rnd(w, 2);
	uint32_t l3 = w->len + 2;

	eth_type(w, six ? ETH_IP6 : ETH_IP4);
	ip(w, six, gre ? PROTO_GRE : inner ? 41 : 4);
	if (gre)
		put16(grow(w, 4) + 2, inner ? ETH_IP6 : ETH_IP4);
	packet(w, inner);
	finish_ip(w->data + l3, w->len - l3, six);
}

/* An EtherType with the contents of another. */
static void nonsense(struct wild *w)
{
	static const uint16_t types[] = {
		ETH_IP4, ETH_IP6, 0x0806, 0x8100, 0x88a8, 0x8847, 0x8848, 0x8863, 0x8864, 0x88cc,
		0x88e5, 0x8902, 0x6558, 0x22f0, 0, 1, 0x05ff, 0x0600, 0xffff,
	};
	uint32_t n = amount(w);
	uint8_t *p;

	eth_type(w, wild_rnd(w, 4) ? types[wild_rnd(w, sizeof(types) / sizeof(*types))] :
			(uint16_t)wild_rnd(w, 65536));
	w->l3 = w->len;
	w->l4 = w->len + wild_rnd(w, 64);
	w->payload = w->l4 + wild_rnd(w, 64);
	if (wild_rnd(w, 4)) {
		packet(w, wild_rnd(w, 2));
		return;
	}
	p = grow(w, n);
	while (n--)
		*p++ = (uint8_t)wild_rnd(w, 256);
}

void wild_frame(struct wild *w)
{
	static const struct {
		void (*make)(struct wild *w);
	} kinds[] = {
		{ plain }, { plain }, { plain }, { plain }, { plain }, { vxlan }, { vxlan },
		{ nested }, { nonsense }, { nonsense },
	};

	w->len = 0;
	w->outer_l4 = 0;
	macs(w);
	tags(w);
	kinds[wild_rnd(w, sizeof(kinds) / sizeof(*kinds))].make(w);
}
