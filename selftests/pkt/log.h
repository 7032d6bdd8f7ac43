/* SPDX-License-Identifier: GPL-2.0 */
/* Stores a sequence of frames. */
#ifndef _LOG_H
#define _LOG_H

#include <stddef.h>
#include <stdint.h>

struct log {
	uint8_t *data;
	size_t used, room;
	uint32_t *len;
	uint32_t n, places;
};

void log_add(struct log *l, const uint8_t *data, uint32_t len);

#endif /* _LOG_H */
