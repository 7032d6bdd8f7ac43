// SPDX-License-Identifier: GPL-2.0
/* The steps by which a binding moves from one hook to the other: see path/handover.c. */
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "config/handover.h"
#include "path/handover.h"
#include "path/port.h"

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
