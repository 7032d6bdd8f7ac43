// SPDX-License-Identifier: GPL-2.0
/*
 * Moves a binding from one hook of a device to the other while each frame is copied by
 * exactly one of them. A received frame passes the packet tap, then the receive slot, in
 * one call on one CPU (__netif_receive_skb_core(), net/core/dev.c). While both hooks are
 * in use, the tap decides for each frame, and records the frames that it leaves to the
 * slot. Other frames may pass between the two: those that tc redirects to the device, or,
 * with PREEMPT_RT, those of a thread with a higher priority. So the record names each
 * frame.
 */
#include <linux/netdevice.h>
#include <linux/percpu.h>

#include "path/handover.h"

/* Remove a frame from the record. A stale entry may have the same address, so all entries
 * are compared.
 */
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
 * vspan_handover_takes - does a binding take this frame during a move?
 * @ho: its handover
 * @hook: its hook
 * @skb: the frame
 *
 * Must be called exactly once for each received frame and hook.
 *
 * Context: BH off, RCU.
 * Return: false if the binding at the other hook takes the frame.
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
