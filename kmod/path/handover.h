/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_HANDOVER_H
#define _VSPAN_HANDOVER_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct sk_buff;

/* More frames than this never are between tap and slot on one CPU. Entries of frames that
 * tc has taken away are overwritten.
 */
#define VSPAN_LEFT	8

/**
 * struct vspan_left - frames that the tap has left to the slot, on one CPU
 * @skb: the frames; compared, never dereferenced; READ_ONCE/WRITE_ONCE
 * @next: number of the next entry; wraps
 */
struct vspan_left {
	const struct sk_buff *skb[VSPAN_LEFT];
	unsigned int next;
};

/**
 * struct vspan_handover - a move of a binding from one hook to the other
 * @left: frames for the slot, per CPU
 * @leaves: the tap leaves frames to the slot; READ_ONCE/WRITE_ONCE
 * @rcu: the packet path may hold it until a grace period has passed
 */
struct vspan_handover {
	struct vspan_left __percpu *left;
	bool leaves;
	struct rcu_head rcu;
};

bool vspan_handover_takes(struct vspan_handover *ho, enum vspan_hook hook,
			  const struct sk_buff *skb);

#endif /* _VSPAN_HANDOVER_H */
