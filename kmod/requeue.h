/* SPDX-License-Identifier: GPL-2.0 */
/* What may be asked of requeue.c. */
#ifndef _VSPAN_REQUEUE_H
#define _VSPAN_REQUEUE_H

#include <linux/types.h>

struct sk_buff;
struct vspan_port;

/**
 * struct vspan_sent - the last frame of the qdisc at a TX queue
 * @head: memory of the frame, to be compared only; READ_ONCE/WRITE_ONCE
 * @requeues: what the qdisc had counted then; READ_ONCE/WRITE_ONCE
 */
struct vspan_sent {
	const unsigned char *head;
	u32 requeues;
};

bool vspan_requeue_again(struct vspan_port *port, const struct sk_buff *skb);

#endif /* _VSPAN_REQUEUE_H */
