/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink requests, sent one at a time. */
#ifndef _REQUEST_H
#define _REQUEST_H

#include <linux/netlink.h>
#include <stdint.h>

#define REQUEST_MAX	16384
#define REQUEST_SILENT	(-1)	/* the kernel had no memory for an answer */

struct request {
	int fd;
	uint16_t family;	/* id of the family vspan; generic netlink only */
	uint32_t seq;
	uint32_t len;
	union {
		struct nlmsghdr h;
		uint8_t b[REQUEST_MAX];
	};
};

void request_open(struct request *r, const char *ns, int protocol);
void request_begin(struct request *r, uint16_t type, uint16_t flags,
		   const void *head, uint32_t len);
void request_start(struct request *r, uint16_t type, uint8_t cmd, uint16_t flags);
void request_attr(struct request *r, uint16_t type, const void *data, uint32_t len);
void request_string(struct request *r, uint16_t type, const char *text);
void request_u32(struct request *r, uint16_t type, uint32_t value);
uint32_t request_nest(struct request *r, uint16_t type);
void request_nest_end(struct request *r, uint32_t nest);
int request_do(struct request *r);
int request_dump(struct request *r, void (*each)(void *arg, const struct nlmsghdr *h),
		 void *arg);

#endif /* _REQUEST_H */
