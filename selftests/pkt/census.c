// SPDX-License-Identifier: GPL-2.0
/* Counts frames by kind, and checks their checksums as they would be on a cable. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkt.h"

#define MAX_TAGS	8
#define MAX_TIMES	64
#define CRC32C		0x82f63b78u	/* polynomial, lowest bit first */

struct census {
	uint32_t frames;
	uint32_t echo_req;
	uint32_t echo_rep;
	uint32_t arp_req;
	uint32_t arp_rep;
	uint32_t ip4;
	uint32_t ip6;
	uint32_t na;
	uint32_t stream;
	uint32_t outgoing;
	uint32_t maxlen;
	uint32_t badcsum;
	uint32_t partial;
	uint64_t tcp_bytes;
	uint64_t bytes;
	uint32_t untagged;
	uint32_t ntags;
	struct {
		uint32_t tag;		/* TPID << 16 | VID */
		uint32_t frames;
	} tags[MAX_TAGS];
	uint32_t ntimes;
	struct {
		uint64_t time;
		uint32_t frames;	/* number of consecutive frames with it */
	} times[MAX_TIMES];
};

struct census *census_new(void)
{
	struct census *c = calloc(1, sizeof(*c));

	if (!c)
		die("out of memory");
	return c;
}

static void count_tag(struct census *c, const struct frame *fr)
{
	uint16_t tpid = fr->len >= 16 ? get16(fr->data + 12) : 0;
	uint32_t tag, i;

	if (tpid != 0x8100 && tpid != 0x88a8) {
		c->untagged++;
		return;
	}
	tag = (uint32_t)tpid << 16 | (get16(fr->data + 14) & 0xfff);
	for (i = 0; i < c->ntags && c->tags[i].tag != tag; i++)
		;
	if (i == MAX_TAGS)
		return;
	c->tags[i].tag = tag;
	c->tags[i].frames++;
	if (i == c->ntags)
		c->ntags++;
}

/* Frames beyond the last entry are counted there, so that they are noticed. */
static void count_time(struct census *c, uint64_t time)
{
	uint32_t last = c->ntimes - 1;

	if (!c->ntimes || (c->times[last].time != time && c->ntimes < MAX_TIMES)) {
		last = c->ntimes++;
		c->times[last].time = time;
	}
	c->times[last].frames++;
}

static uint32_t crc32c(uint32_t crc, const uint8_t *p, uint32_t len)
{
	static uint32_t table[256];
	uint32_t i, bit;

	for (i = 0; !table[255] && i < 256; i++)
		for (table[i] = i, bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? CRC32C : 0);
	for (i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xff];
	return crc;
}

/* CRC32C over the packet without its checksum, which is stored lowest byte first. */
static bool sctp_good(const uint8_t *p, uint32_t len)
{
	static const uint8_t none[4];
	uint32_t crc;

	if (len < 12)
		return false;
	crc = ~crc32c(crc32c(crc32c(~0u, p, 8), none, 4), p + 12, len - 12);
	return crc == ((uint32_t)p[8] | (uint32_t)p[9] << 8 | (uint32_t)p[10] << 16 |
		       (uint32_t)p[11] << 24);
}

/* The sum over pseudo header and payload is zero when the checksum is right. */
static bool l4_good(const uint8_t *addrs, uint32_t alen, uint8_t proto,
		    const uint8_t *l4, uint32_t len)
{
	uint32_t sum = csum_add(0, addrs, alen);

	if (proto == 132)
		return sctp_good(l4, len);
	sum += proto + (len >> 16) + (len & 0xffff);
	return csum_fold(csum_add(sum, l4, len)) == 0;
}

static void count_tcp(struct census *c, const uint8_t *l4, uint32_t len)
{
	if (len >= 20)
		c->tcp_bytes += len - (uint32_t)(l4[12] >> 4) * 4;
}

static void count_ip4(struct census *c, const uint8_t *ip, uint32_t len, bool partial)
{
	uint32_t ihl, tot;
	const uint8_t *l4;
	uint8_t proto;

	c->ip4++;
	if (len < 20)
		return;
	ihl = (ip[0] & 15u) * 4;
	tot = get16(ip + 2);
	/* a GSO packet beyond 64 KB has no length in its IP header */
	if (!tot || tot > len)
		tot = len;
	if (ihl < 20 || tot < ihl + 8)
		return;
	l4 = ip + ihl;
	proto = ip[9];
	if (csum_fold(csum_add(0, ip, ihl)))
		c->badcsum++;
	if (proto == 1) {
		c->echo_req += l4[0] == 8;
		c->echo_rep += l4[0] == 0;
		return;
	}
	if (proto == 6)
		count_tcp(c, l4, tot - ihl);
	if (partial)
		c->partial++;
	else if ((proto == 6 || proto == 132 || (proto == 17 && get16(l4 + 6))) &&
		 !l4_good(ip + 12, 8, proto, l4, tot - ihl))
		c->badcsum++;
}

static void count_ip6(struct census *c, const uint8_t *ip, uint32_t len, bool partial)
{
	uint32_t plen;

	c->ip6++;
	if (len < 48)
		return;
	plen = get16(ip + 4);
	if (!plen || plen > len - 40)
		plen = len - 40;
	if (ip[6] == 58) {
		c->echo_req += ip[40] == 128;
		c->echo_rep += ip[40] == 129;
		c->na += ip[40] == 136;
	}
	if (ip[6] == 6)
		count_tcp(c, ip + 40, plen);
	if (partial)
		c->partial++;
	else if ((ip[6] == 6 || ip[6] == 17 || ip[6] == 58 || ip[6] == 132) &&
		 !l4_good(ip + 8, 32, ip[6], ip + 40, plen))
		c->badcsum++;
}

void census_frame(struct census *c, const struct frame *fr)
{
	uint32_t off, id, seq;
	uint16_t type = 0;

	c->frames++;
	c->bytes += fr->len;
	c->outgoing += fr->outgoing;
	if (fr->len > c->maxlen)
		c->maxlen = fr->len;
	count_tag(c, fr);
	count_time(c, fr->hwtime);
	off = frame_ethertype(fr->data, fr->len, &type);
	if (frame_ours(fr->data, fr->len, &id, &seq)) {
		c->stream++;
	} else if (type == 0x0806 && off + 8 <= fr->len) {
		c->arp_req += get16(fr->data + off + 6) == 1;
		c->arp_rep += get16(fr->data + off + 6) == 2;
	} else if (type == 0x0800) {
		count_ip4(c, fr->data + off, fr->len - off, fr->csum_partial);
	} else if (type == 0x86dd) {
		count_ip6(c, fr->data + off, fr->len - off, fr->csum_partial);
	}
}

static void print_times(const struct census *c)
{
	uint32_t i;

	for (i = 0; i < c->ntimes; i++)
		printf("%s%llu:%u", i ? "," : " hw=", (unsigned long long)c->times[i].time,
		       c->times[i].frames);
}

void census_print(const struct census *c)
{
	uint32_t i;

	printf("frames=%u bytes=%llu echo_req=%u echo_rep=%u arp_req=%u arp_rep=%u ip4=%u ip6=%u na=%u stream=%u outgoing=%u maxlen=%u badcsum=%u partial=%u tcp_bytes=%llu tags=none:%u",
	       c->frames, (unsigned long long)c->bytes, c->echo_req, c->echo_rep,
	       c->arp_req, c->arp_rep, c->ip4, c->ip6, c->na, c->stream, c->outgoing,
	       c->maxlen, c->badcsum, c->partial, (unsigned long long)c->tcp_bytes,
	       c->untagged);
	for (i = 0; i < c->ntags; i++)
		printf(",%x.%u:%u", c->tags[i].tag >> 16, c->tags[i].tag & 0xfff,
		       c->tags[i].frames);
	print_times(c);
	putchar('\n');
}
