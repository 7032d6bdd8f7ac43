// SPDX-License-Identifier: GPL-2.0
/* Makes the virtio header of an arbitrary frame: a valid one, which is then damaged. */
#include <string.h>

#include "wild.h"

/* From Linux 6.2 and 6.17, newer than the headers of the build machine. */
#define GSO_UDP_L4	5
#define GSO_TUNNEL_IP4	0x20
#define GSO_TUNNEL_IP6	0x40
#define TUNNEL_CSUM	0x08

/* Segments of a GSO packet: up to those of 64 bytes in 64 KiB, rarely more. */
#define FEW		1024

/*
 * Segment sizes that make thousands of frames are as likely as others for short packets,
 * and rare for long ones, which would take all of the machine's time.
 */
static uint16_t gso_size(struct wild *w)
{
	static const uint16_t sizes[] = {
		0, 1, 2, 8, 20, 47, 100, 536, 1400, 1448, 1460, 1500, 9000, 32768, 65534, 65535,
	};
	uint32_t v = wild_rnd(w, 4) ? sizes[wild_rnd(w, sizeof(sizes) / sizeof(*sizes))] :
				      wild_rnd(w, 65536);

	if (v && w->len / v > FEW && wild_rnd(w, 50))
		v = w->len / FEW + 1;
	return (uint16_t)v;
}

static uint8_t gso_type(struct wild *w)
{
	uint8_t type = VIRTIO_NET_HDR_GSO_NONE;

	if (w->proto == 6)
		type = w->ip6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	else if (w->proto == 17)
		type = (uint8_t)(wild_rnd(w, 3) ? GSO_UDP_L4 : VIRTIO_NET_HDR_GSO_UDP);
	if (w->proto == 6 && !wild_rnd(w, 4))
		type |= VIRTIO_NET_HDR_GSO_ECN;
	if (w->outer_l4 && wild_rnd(w, 4))
		type |= w->outer_ip6 ? GSO_TUNNEL_IP6 : GSO_TUNNEL_IP4;
	return type;
}

static void csum(struct wild *w)
{
	w->h.v.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	w->h.v.csum_start = (uint16_t)w->l4;
	w->h.v.csum_offset = w->proto == 6 ? 16 : w->proto == 132 ? 8 : 6;
}

/* A plain frame, one with an incomplete checksum, or a GSO packet. */
void wild_header(struct wild *w)
{
	memset(&w->h, 0, sizeof(w->h));
	w->h.num_buffers = 1;
	w->h.v.hdr_len = (uint16_t)(wild_rnd(w, 3) ? w->payload : 0);
	if (!wild_rnd(w, 5)) {
		w->h.v.flags = (uint8_t)(wild_rnd(w, 2) ? 0 : VIRTIO_NET_HDR_F_DATA_VALID);
		return;
	}
	csum(w);
	if (!wild_rnd(w, 5))
		return;
	w->h.v.gso_type = gso_type(w);
	w->h.v.gso_size = gso_size(w);
	w->h.inner_l3 = (uint16_t)w->l3;
	w->h.outer_l4 = (uint16_t)w->outer_l4;
	if (w->outer_l4 && wild_rnd(w, 2))
		w->h.v.flags |= TUNNEL_CSUM;
}

/* An offset: at or near the beginning or end of a layer, or outside of the frame. */
static uint16_t place(struct wild *w)
{
	const uint32_t at[] = { 0, 14, w->l3, w->l4, w->payload, w->len, w->outer_l4, 65535 };
	uint32_t v = at[wild_rnd(w, sizeof(at) / sizeof(*at))];

	if (!wild_rnd(w, 3))
		v += wild_rnd(w, 9) - 4;
	return (uint16_t)(wild_rnd(w, 6) ? v : wild_rnd(w, 65536));
}

static uint8_t any_type(struct wild *w)
{
	static const uint8_t types[] = {
		0, VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_UDP, VIRTIO_NET_HDR_GSO_TCPV6,
		GSO_UDP_L4, 2, 6,
	};
	static const uint8_t more[] = {
		0, VIRTIO_NET_HDR_GSO_ECN, GSO_TUNNEL_IP4, GSO_TUNNEL_IP6,
		GSO_TUNNEL_IP4 | GSO_TUNNEL_IP6,
	};

	return types[wild_rnd(w, sizeof(types))] | more[wild_rnd(w, sizeof(more))];
}

static void damage_header(struct wild *w)
{
	switch (wild_rnd(w, 8)) {
	case 0:
		w->h.v.flags ^= (uint8_t)(1u << wild_rnd(w, 5));
		break;
	case 1:
		w->h.v.gso_type = any_type(w);
		break;
	case 2:
		w->h.v.gso_size = gso_size(w);
		break;
	case 3:
		w->h.v.csum_start = place(w);
		break;
	case 4:
		w->h.v.csum_offset = wild_rnd(w, 2) ? (uint16_t)wild_rnd(w, 24) : place(w);
		break;
	case 5:
		w->h.v.hdr_len = place(w);
		break;
	case 6:
		w->h.inner_l3 = place(w);
		break;
	default:
		w->h.outer_l4 = place(w);
		break;
	}
}

/* An offset in the headers that are parsed. */
static void damage_bytes(struct wild *w)
{
	uint32_t n = 1 + wild_rnd(w, 4), end = w->payload + 4;

	if (end > w->len)
		end = w->len;
	while (n--)
		w->data[wild_rnd(w, end)] ^= (uint8_t)(1 << wild_rnd(w, 8));
}

/* An offset inside of a header, or within a few bytes of its beginning or end. */
static void truncate_frame(struct wild *w)
{
	uint32_t len = wild_rnd(w, 2) ? place(w) : wild_rnd(w, w->payload + 1);

	if (len < w->len)
		w->len = len;
}

/* Two of three frames are valid or nearly valid. */
void wild_damage(struct wild *w)
{
	uint32_t n = wild_rnd(w, 3) ? 0 : 1 + wild_rnd(w, 3);

	while (n--)
		damage_header(w);
	if (!wild_rnd(w, 6))
		damage_bytes(w);
	if (!wild_rnd(w, 12))
		truncate_frame(w);
}
