// SPDX-License-Identifier: GPL-2.0
/* Stores a sequence of frames. */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pkt.h"

static void *grown(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		die("out of memory");
	return p;
}

void log_add(struct log *l, const uint8_t *data, uint32_t len)
{
	if (l->n == l->places) {
		l->places = 2 * l->places + 64;
		l->len = grown(l->len, l->places * sizeof(*l->len));
	}
	if (l->used + len > l->room) {
		l->room = 2 * l->room + len;
		l->data = grown(l->data, l->room);
	}
	memcpy(l->data + l->used, data, len);
	l->used += len;
	l->len[l->n++] = len;
}
