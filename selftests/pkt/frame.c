// SPDX-License-Identifier: GPL-2.0
/* Makes the frames of a stream, from its parameters only. */
#include <string.h>

#include "pkt.h"

uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

/* xorshift32: a byte that is moved, lost or repeated changes all that follow */
static void fill_random(uint8_t *p, uint32_t len, uint32_t state)
{
	uint32_t i;

	if (!state)
		state = 1;
	for (i = 0; i < len; i++) {
		if (!(i & 3)) {
			state ^= state << 13;
			state ^= state >> 17;
			state ^= state << 5;
		}
		p[i] = (uint8_t)(state >> 8 * (i & 3));
	}
}

static uint8_t *put_tag(uint8_t *p, uint16_t tpid, uint16_t tci)
{
	put16(p, tpid);
	put16(p + 2, tci);
	return p + 4;
}

/*
 * Make frame number @seq of stream @s in @buf. Lengths go from lmin to lmax, without
 * tags, so that a frame sent through a VLAN device equals one that is sent with its tag.
 * Returns the length.
 */
uint32_t frame_build(const struct stream *s, uint32_t seq, uint8_t *buf)
{
	uint32_t len = s->lmin;
	uint8_t *p = buf;

	if (seq < PKT_MARKER)
		len += seq % (s->lmax - s->lmin + 1);

	memcpy(p, s->dst, 6);
	memcpy(p + 6, s->src, 6);
	/* a flow of its own, so no other CPU has copies of it (vspan_order_flow()) */
	if (seq >= PKT_MARKER)
		p[10] ^= (uint8_t)(seq >> 8);
	p += 12;
	if (s->outer_vid)
		p = put_tag(p, 0x8100, s->outer_vid);
	if (s->tagged)
		p = put_tag(p, s->tpid, s->tci);
	if (s->inner)
		p = put_tag(p, 0x8100, s->inner_tci);
	put16(p, s->type);
	put32(p + 2, PKT_MAGIC);
	put32(p + 6, s->id);
	put32(p + 10, seq);
	fill_random(p + 14, len - 26,
		    (s->id * 2654435761u) ^ s->seed ^ ((seq + 1) * 40503u));
	return len + (uint32_t)(p - buf) - 12;
}

static bool is_tpid(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8;
}

/* Offset of the payload behind any tags and the type in front of it; 0 if short. */
uint32_t frame_ethertype(const uint8_t *p, uint32_t len, uint16_t *type)
{
	uint32_t off = 12;

	while (off + 2 <= len && is_tpid(get16(p + off)))
		off += 4;
	if (off + 2 > len)
		return 0;
	*type = get16(p + off);
	return off + 2;
}

bool frame_ours(const uint8_t *p, uint32_t len, uint32_t *id, uint32_t *seq)
{
	uint16_t type;
	uint32_t off = frame_ethertype(p, len, &type);

	if (!off || off + 12 > len || get32(p + off) != PKT_MAGIC)
		return false;
	*id = get32(p + off + 4);
	*seq = get32(p + off + 8);
	return true;
}

uint32_t csum_add(uint32_t sum, const uint8_t *p, uint32_t len)
{
	uint32_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(p + i);
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	return (sum & 0xffff) + (sum >> 16);
}

uint16_t csum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
