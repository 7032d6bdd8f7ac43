// SPDX-License-Identifier: GPL-2.0
/*
 * Makes flows in all forms, and computes their shares as described in vspan.rst. Fields
 * that do not matter differ between the forms: MAC addresses, ports, VLANs.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "pkt.h"
#include "share.h"

#define SHARE_MAGIC	0x53484152u	/* "SHAR" */

static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static void put_addr(uint8_t *p, uint32_t prefix, uint32_t len, uint32_t host)
{
	memset(p, 0, len);
	put32(p, prefix);
	if (len == 4)
		host |= prefix;
	put32(p + len - 4, host);
}

/* One of the addresses is consecutive, as in a network of hosts; the other is random. */
void share_pair_of(struct share_pair *pair, uint32_t seed, uint32_t flow)
{
	static const uint32_t lens[SHARE_KINDS] = { 4, 16, 6 };
	static const uint32_t prefix[SHARE_KINDS][2] = {
		{ 0x0a000000, 0xac000000 }, { 0x20010db8, 0x20010db8 },
		{ 0x02000000, 0x02010000 },
	};
	uint32_t kind = flow % SHARE_KINDS, x = mix(flow ^ seed);
	uint8_t *first = x >> 31 ? pair->b : pair->a;
	uint8_t *other = x >> 31 ? pair->a : pair->b;

	pair->len = lens[kind];
	put_addr(first, prefix[kind][0], pair->len, flow / SHARE_KINDS);
	put_addr(other, prefix[kind][1], pair->len, x & 0xffffff);
}

/* Two addresses with a comma between them */
void share_pair_parse(struct share_pair *pair, const char *text)
{
	char a[64], b[64];

	if (sscanf(text, "%63[^,],%63s", a, b) != 2)
		die("share: '%s' is no pair", text);
	pair->len = 4;
	if (inet_pton(AF_INET, a, pair->a) == 1 && inet_pton(AF_INET, b, pair->b) == 1)
		return;
	pair->len = 16;
	if (inet_pton(AF_INET6, a, pair->a) == 1 && inet_pton(AF_INET6, b, pair->b) == 1)
		return;
	pair->len = 6;
	opt_mac(pair->a, a);
	opt_mac(pair->b, b);
}

static uint32_t rol(uint32_t x, int by)
{
	return x << by | x >> (32 - by);
}

/* hashword() of Bob Jenkins' lookup3.c, public domain */
static uint32_t hashword(const uint32_t *k, uint32_t n)
{
	uint32_t a = 0xdeadbeef + (n << 2), b = a, c = a;

	for (; n > 3; n -= 3, k += 3) {
		a += k[0];
		b += k[1];
		c += k[2];
		a -= c; a ^= rol(c, 4);  c += b;
		b -= a; b ^= rol(a, 6);  a += c;
		c -= b; c ^= rol(b, 8);  b += a;
		a -= c; a ^= rol(c, 16); c += b;
		b -= a; b ^= rol(a, 19); a += c;
		c -= b; c ^= rol(b, 4);  b += a;
	}
	c += n > 2 ? k[2] : 0;
	b += n > 1 ? k[1] : 0;
	a += k[0];
	c ^= b; c -= rol(b, 14);
	a ^= c; a -= rol(c, 11);
	b ^= a; b -= rol(a, 25);
	c ^= b; c -= rol(b, 16);
	a ^= c; a -= rol(c, 4);
	b ^= a; b -= rol(a, 14);
	c ^= b; c -= rol(b, 24);
	return c;
}

/* The share of a flow, from 1 */
uint32_t share_number(const struct share_pair *pair, uint32_t shares)
{
	bool swap = memcmp(pair->a, pair->b, pair->len) > 0;
	uint8_t bytes[32];
	uint32_t words[8], i, n = pair->len / 2;

	memcpy(bytes, swap ? pair->b : pair->a, pair->len);
	memcpy(bytes + pair->len, swap ? pair->a : pair->b, pair->len);
	for (i = 0; i < n; i++)
		words[i] = get32(bytes + 4 * i);
	return hashword(words, n) % shares + 1;
}

/* MAC addresses of the flow, or of this frame only if they do not matter */
static uint8_t *put_macs(const struct share_pair *pair, bool back, uint32_t key, uint8_t *p)
{
	if (pair->len == 6) {
		memcpy(p, back ? pair->a : pair->b, 6);
		memcpy(p + 6, back ? pair->b : pair->a, 6);
	} else {
		put_addr(p, 0x02020000, 6, mix(key));
		put_addr(p + 6, 0x02030000, 6, mix(~key));
	}
	return p + 12;
}

static uint8_t *put_tags(enum share_form form, uint32_t key, uint8_t *p)
{
	uint16_t vid = (uint16_t)(1 + mix(key) % 4094);

	if (form != FORM_VLAN && form != FORM_QINQ_BACK)
		return p;
	put16(p, form == FORM_VLAN ? 0x8100 : 0x88a8);
	put16(p + 2, vid);
	if (form == FORM_VLAN)
		return p + 4;
	put16(p + 4, 0x8100);
	put16(p + 6, (uint16_t)(4095 - vid));
	return p + 8;
}

static uint8_t *put_arp(const uint8_t *sender, const uint8_t *target, bool reply,
			uint8_t *p)
{
	put16(p, 0x0806);
	put16(p + 2, 1);
	put16(p + 4, 0x0800);
	put16(p + 6, 0x0604);
	put16(p + 8, reply ? 2 : 1);
	memset(p + 10, 0x02, 20);
	memcpy(p + 16, sender, 4);
	memcpy(p + 26, target, 4);
	return p + 30;
}

static uint8_t *put_ipv4(const uint8_t *src, const uint8_t *dst, enum share_form form,
			 uint8_t *p)
{
	put16(p, 0x0800);
	p += 2;
	memset(p, 0, 20);
	p[0] = 0x45;
	put16(p + 2, 46);
	put16(p + 6, form == FORM_FIRST ? 0x2000 : form == FORM_LATER_BACK ? 100 : 0);
	p[8] = 64;
	p[9] = form == FORM_TUNNEL ? 47 : 17;
	memcpy(p + 12, src, 4);
	memcpy(p + 16, dst, 4);
	put16(p + 10, csum_fold(csum_add(0, p, 20)));
	return p + 20;
}

static uint8_t *put_ipv6(const uint8_t *src, const uint8_t *dst, enum share_form form,
			 uint8_t *p)
{
	bool fragment = form == FORM_FIRST || form == FORM_LATER_BACK;

	put16(p, 0x86dd);
	p += 2;
	memset(p, 0, 48);
	p[0] = 0x60;
	put16(p + 4, 34);
	p[6] = fragment ? 44 : form == FORM_TUNNEL ? 47 : 17;
	p[7] = 64;
	memcpy(p + 8, src, 16);
	memcpy(p + 24, dst, 16);
	if (!fragment)
		return p + 40;
	p[40] = 17;
	put16(p + 42, form == FORM_FIRST ? 1 : 800);
	return p + 48;
}

static uint8_t *put_other(uint8_t *p)
{
	put16(p, PKT_TYPE);
	return p + 2;
}

static bool has_form(const struct share_pair *pair, enum share_form form)
{
	if (form == FORM_ARP || form == FORM_ARP_BACK)
		return pair->len == 4;
	return form <= FORM_QINQ_BACK || pair->len != 6;
}

/* Make a frame of a flow in @buf, identified by @key; 0 if the flow has no such form. */
uint32_t share_build(const struct share_pair *pair, enum share_form form, uint32_t key,
		     uint8_t *buf)
{
	bool back = form == FORM_BACK || form == FORM_QINQ_BACK ||
		    form == FORM_LATER_BACK || form == FORM_ARP_BACK;
	const uint8_t *src = back ? pair->b : pair->a, *dst = back ? pair->a : pair->b;
	uint8_t *p;

	if (!has_form(pair, form))
		return 0;
	p = put_tags(form, key, put_macs(pair, back, key, buf));
	if (form >= FORM_ARP)
		p = put_arp(src, dst, back, p);
	else if (pair->len == 4)
		p = put_ipv4(src, dst, form, p);
	else if (pair->len == 16)
		p = put_ipv6(src, dst, form, p);
	else
		p = put_other(p);
	/* at the offset of the ports, if there are any */
	put32(p, mix(key + 1));
	memset(p + 4, 0, 26);
	p += 26;
	put32(p, SHARE_MAGIC);
	put32(p + 4, key);
	return (uint32_t)(p + 8 - buf);
}

/* Get the key from the end of such a frame; false if it is another frame. */
bool share_key(const uint8_t *p, uint32_t len, uint32_t *key)
{
	if (len < 40 || get32(p + len - 8) != SHARE_MAGIC)
		return false;
	*key = get32(p + len - 4);
	return true;
}
