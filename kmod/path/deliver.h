/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_DELIVER_H
#define _VSPAN_DELIVER_H

#include <linux/netdevice.h>

#include "stats.h"

struct vspan_dev;
struct vspan_queue;
struct workqueue_struct;

extern struct workqueue_struct *vspan_deliver_wq;

bool vspan_deliver_tap_only(const struct vspan_dev *vs);
bool vspan_deliver_keeps(const struct vspan_dev *vs, const struct sk_buff *skb);
bool vspan_deliver_straight(struct vspan_dev *vs, struct sk_buff *skb);
unsigned int vspan_deliver(struct vspan_queue *q, unsigned int budget);
void vspan_deliver_frames(struct vspan_queue *q, unsigned int budget);
void vspan_deliver_lost(const struct vspan_dev *vs, enum vspan_drop why);
rx_handler_result_t vspan_deliver_handler(struct sk_buff **pskb);

#endif /* _VSPAN_DELIVER_H */
