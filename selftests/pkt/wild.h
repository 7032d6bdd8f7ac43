/* SPDX-License-Identifier: GPL-2.0 */
/* An arbitrary frame and its virtio header, as a broken VM passes them to its tap. */
#ifndef _WILD_H
#define _WILD_H

#include <linux/virtio_net.h>

#include "pkt.h"
#include "rnd.h"

#define WILD_LONGEST	70000	/* longer than any IP packet */

/*
 * The virtio header with the fields for tunnels, which linux/virtio_net.h has since Linux
 * 6.17. Shorter headers are its beginning.
 */
struct wild_header {
	struct virtio_net_hdr v;
	uint16_t num_buffers;
	uint32_t hash_value;
	uint16_t hash_report;
	uint16_t padding;
	uint16_t outer_l4;
	uint16_t inner_l3;
} __attribute__((packed));

struct wild {
	uint64_t rnd;
	struct wild_header h;
	uint8_t data[WILD_LONGEST];
	uint32_t len;
	/* offsets of the innermost headers, and of the outermost L4 header of a tunnel */
	uint32_t l3, l4, payload, outer_l4;
	uint8_t proto;
	bool ip6, outer_ip6;
};

static inline uint32_t wild_rnd(struct wild *w, uint32_t n)
{
	return rnd_next(&w->rnd, n);
}

/* wildframe.c */
void wild_frame(struct wild *w);

/* wildhead.c */
void wild_header(struct wild *w);
void wild_damage(struct wild *w);

#endif /* _WILD_H */
