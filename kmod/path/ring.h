/* SPDX-License-Identifier: GPL-2.0 */
/* Puts frames into the rings of the span's tap. */
#ifndef _VSPAN_RING_H
#define _VSPAN_RING_H

#include <linux/types.h>

struct sk_buff;
struct sk_buff_head;
struct vspan_dev;

bool vspan_ring_charge(const struct vspan_dev *vs, struct sk_buff *skb);
u64 vspan_ring_pins(const struct vspan_dev *vs);
bool vspan_ring_try(struct vspan_dev *vs, struct sk_buff *skb, bool *full);
bool vspan_ring_put(struct vspan_dev *vs, struct sk_buff_head *frames);

#endif /* _VSPAN_RING_H */
