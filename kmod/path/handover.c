// SPDX-License-Identifier: GPL-2.0
/*
 * From one hook of a device to the other, and each frame is copied by one of
 * them. A frame that is received passes the packet tap first and the receive
 * slot next, in one function on one CPU (__netif_receive_skb_core(), net/core/dev.c).
 * So while both are there, the tap decides who has the frame, and leaves word for the
 * slot. Other frames may come in between: what tc leads to the device, or, where BH does
 * not exclude BH (PREEMPT_RT), what a thread of a higher priority receives. So the word
 * is about a certain frame.
 */
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "vspan.h"

/* More frames than that are never on their way from tap to slot on one CPU. Those that
 * do not get there, by tc's doing, make room by and by.
 */
#define VSPAN_LEFT	8

/**
 * struct vspan_left - frames that the tap has left to the slot, on one CPU
 * @skb: to be compared only; READ_ONCE/WRITE_ONCE
 * @next: where the next one is noted; wraps
 */
struct vspan_left {
	const struct sk_buff *skb[VSPAN_LEFT];
	unsigned int next;
};

/**
 * struct vspan_handover - a span's binding on a device moves between hooks
 * @left: what the slot is to have, per CPU
 * @leaves: the tap leaves frames to the slot; READ_ONCE/WRITE_ONCE
 * @rcu: the packet path may hold it until a grace period has passed
 */
struct vspan_handover {
	struct vspan_left __percpu *left;
	bool leaves;
	struct rcu_head rcu;
};

/**
 * vspan_handover_create - prepare to move a binding
 * @from: hook that has the frames now
 *
 * Context: process.
 * Return: the handover, for the binding to come, or NULL without memory.
 */
struct vspan_handover *vspan_handover_create(enum vspan_hook from)
{
	struct vspan_handover *ho = kzalloc(sizeof(*ho), GFP_KERNEL_ACCOUNT);

	if (!ho)
		return NULL;
	ho->leaves = from == VSPAN_HOOK_RX_HANDLER;
	ho->left = alloc_percpu_gfp(struct vspan_left, GFP_KERNEL_ACCOUNT);
	if (!ho->left) {
		kfree(ho);
		return NULL;
	}
	return ho;
}

/**
 * vspan_handover_run - let another binding have the frames
 * @ho: the handover; that binding has it since before it could see a frame
 * @old: the binding that has the frames now
 *
 * Each step is seen by all frames before the next is taken:
 * 1. @old has all frames. The other binding has none: at the tap, because it
 *    leaves them to the slot; at the slot, because none are left to it.
 * 2. Both have the handover, and the one at the tap decides, still for @old.
 * 3. It decides for the other.
 *
 * Context: RTNL, may sleep.
 */
void vspan_handover_run(struct vspan_handover *ho, struct vspan_binding *old)
{
	ASSERT_RTNL();
	synchronize_net();
	rcu_assign_pointer(old->handover, ho);
	synchronize_net();
	WRITE_ONCE(ho->leaves, !ho->leaves);
	synchronize_net();
}

static void vspan_handover_free_rcu(struct rcu_head *rcu)
{
	struct vspan_handover *ho = container_of(rcu, struct vspan_handover,
						 rcu);

	free_percpu(ho->left);
	kfree(ho);
}

/**
 * vspan_handover_free - a move is done, or was not begun
 * @ho: the handover; freed when the packet path has let go of it
 *
 * Context: any.
 */
void vspan_handover_free(struct vspan_handover *ho)
{
	call_rcu(&ho->rcu, vspan_handover_free_rcu);
}

/* Take a frame off the list, where it may be from an earlier life, too. */
static bool vspan_handover_was_left(struct vspan_left *left, const struct sk_buff *skb)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < VSPAN_LEFT; i++) {
		if (READ_ONCE(left->skb[i]) != skb)
			continue;
		WRITE_ONCE(left->skb[i], NULL);
		found = true;
	}
	return found;
}

/**
 * vspan_handover_takes - has a binding that moves this frame?
 * @ho: its handover
 * @hook: its hook
 * @skb: the frame
 *
 * To be asked once for each frame that is received.
 *
 * Context: BH off, RCU.
 * Return: false if the frame is for the same span's binding at the other hook.
 */
bool vspan_handover_takes(struct vspan_handover *ho, enum vspan_hook hook,
			  const struct sk_buff *skb)
{
	struct vspan_left *left = this_cpu_ptr(ho->left);
	bool was_left = vspan_handover_was_left(left, skb);

	if (hook == VSPAN_HOOK_RX_HANDLER)
		return was_left;
	if (!READ_ONCE(ho->leaves))
		return true;
	WRITE_ONCE(left->skb[this_cpu_inc_return(ho->left->next) % VSPAN_LEFT], skb);
	return false;
}
