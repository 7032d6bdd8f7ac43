/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CB_H
#define _VSPAN_CB_H

#include <linux/skbuff.h>
#include <linux/types.h>

#define VSPAN_SNAP_HEADERS	0	/* no payload */
#define VSPAN_SNAP_NONE		U32_MAX	/* whole frames */

/**
 * struct vspan_cb - data of a copy on its way from the hook to the outputs, in skb->cb
 * @in_ifindex: device that received the frame, or 0
 * @out_ifindex: device that transmitted it, or 0
 * @rate: sampling rate; one frame in @rate was copied
 * @snap: bytes of each frame to deliver, VSPAN_SNAP_HEADERS or VSPAN_SNAP_NONE
 * @note: vspan_seen_note() of the copy, or 0
 * @form: lower half of vspan_seen_form() if @note is not 0; the upper half is @snap
 * @frames: number of frames on the wire, as counted for the source. It is not read from
 *	gso_segs again, since production shares that memory and may change it.
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
	/* GSO uses the bytes from 32 on (struct skb_gso_cb). */
	BUILD_BUG_ON(sizeof(struct vspan_cb) > 32);
	return (struct vspan_cb *)skb->cb;
}

#endif /* _VSPAN_CB_H */
