// SPDX-License-Identifier: GPL-2.0
/* A minimal machine behind a tap device: it only answers IPv4 pings. */
#include <string.h>

#include "pkt.h"

static void swap(uint8_t *a, uint8_t *b, uint32_t len)
{
	uint8_t t;

	while (len--) {
		t = *a;
		*a++ = *b;
		*b++ = t;
	}
}

void echo_frame(struct flow *f, uint8_t *frame, uint32_t len)
{
	uint8_t *ip = frame + 14;
	uint8_t *icmp = ip + 20;

	if (len < 14 + 20 + 8 || get16(frame + 12) != 0x0800 || ip[0] != 0x45)
		return;
	if (ip[9] != 1 || icmp[0] != 8)
		return;
	swap(frame, frame + 6, 6);
	swap(ip + 12, ip + 16, 4);	/* this does not change the IP checksum */
	icmp[0] = 0;
	put16(icmp + 2, 0);
	put16(icmp + 2, csum_fold(csum_add(0, icmp, get16(ip + 2) - 20u)));
	port_write(f, frame, len);
}
