/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MIX_H
#define _MIX_H

#include "pkt.h"

#define MIX_FRAMES	48
#define MIX_LONGEST	1514
#define MIX_SECRET	"PRIVATE!"

struct mixed {
	const char *name;
	uint8_t data[MIX_LONGEST];
	uint32_t len;
	uint32_t hlen;		/* length of its headers */
};

/* mixed.c */
uint32_t mixed_build(struct mixed *m);

#endif /* _MIX_H */
