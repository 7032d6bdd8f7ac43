/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CB_H
#define _VSPAN_CB_H

#include <linux/skbuff.h>
#include <linux/types.h>

#define VSPAN_SNAP_HEADERS	0	/* no payload */
#define VSPAN_SNAP_NONE		U32_MAX	/* whole frames */

/**
 * struct vspan_cb - what a copy carries from hook to outputs, in skb->cb
 * @in_ifindex: device that received the frame, or 0
 * @out_ifindex: device that transmitted it, or 0
 * @rate: one frame in so many was taken
 * @snap: bytes of each frame to deliver, VSPAN_SNAP_HEADERS or VSPAN_SNAP_NONE
 * @note: how the copy is noted in &struct vspan_dev.seen, or 0
 * @form: lower half of vspan_seen_form(), if the copy is noted; @snap is the other
 * @frames: how many it is on the wire, as its source has counted it: production may
 *	write another number to memory that both have, gso_segs
 */
struct vspan_cb {
	int in_ifindex;
	int out_ifindex;
	u32 rate;
	u32 snap;
	u64 note;
	u32 form;
	u32 frames;
};

static inline struct vspan_cb *vspan_cb(struct sk_buff *skb)
{
	/* Segmentation keeps its own notes from byte 32 on. */
	BUILD_BUG_ON(sizeof(struct vspan_cb) > 32);
	return (struct vspan_cb *)skb->cb;
}

#endif /* _VSPAN_CB_H */
