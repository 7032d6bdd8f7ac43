// SPDX-License-Identifier: GPL-2.0
/*
 * Makes GSO packets as a VM passes them to its tap: TCP over IPv4, longer than the MTU,
 * with the checksum left to the NIC, and without the number of segments.
 */
#include <linux/virtio_net.h>
#include <string.h>

#include "pkt.h"

#define HEADERS	(14 + 20 + 20)

/* Make frame number @seq of @len bytes in @buf, with the MAC addresses of the stream. */
void super_build(const struct stream *s, uint32_t seq, uint32_t len, uint8_t *buf)
{
	static const uint8_t addrs[8] = { 198, 51, 100, 2, 198, 51, 100, 1 };
	uint8_t *ip = buf + 14, *tcp = ip + 20;
	uint32_t sum;

	memset(buf, 0, HEADERS);
	memcpy(buf, s->dst, 6);
	memcpy(buf + 6, s->src, 6);
	put16(buf + 12, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, (uint16_t)(len - 14));
	put16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = 6;
	memcpy(ip + 12, addrs, 8);
	put16(ip + 10, csum_fold(csum_add(0, ip, 20)));
	put16(tcp, 7);
	put16(tcp + 2, 7);
	put32(tcp + 4, seq * (len - HEADERS));
	tcp[12] = 5 << 4;
	tcp[13] = 0x10;
	put16(tcp + 14, 1024);
	/* the sum of the pseudo header, as for CHECKSUM_PARTIAL */
	sum = csum_add(6 + len - 34, addrs, 8);
	put16(tcp + 16, (uint16_t)~csum_fold(sum));
	memset(tcp + 20, (int)seq, len - HEADERS);
}

/* Make the virtio header of such a packet, or of a plain frame. */
void super_header(uint32_t mss, struct virtio_net_hdr *vh)
{
	memset(vh, 0, sizeof(*vh));
	if (!mss)
		return;
	vh->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	vh->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	vh->hdr_len = HEADERS;
	vh->gso_size = (uint16_t)mss;
	vh->csum_start = 34;
	vh->csum_offset = 16;
}
