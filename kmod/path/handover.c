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

#include "path/handover.h"

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
