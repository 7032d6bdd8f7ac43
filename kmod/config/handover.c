// SPDX-License-Identifier: GPL-2.0
/* Moves a binding from one hook to the other; see path/handover.c. */
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
 * Return: the handover, for the new binding, or NULL without memory.
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
 * vspan_handover_run - pass the frames of a binding to the new binding
 * @ho: the handover; set in the new binding before that saw its first frame
 * @old: the binding that has the frames now
 *
 * A grace period separates the steps:
 * 1. @old takes all frames. The new binding takes none: at the tap it leaves them to
 *    the slot, at the slot it finds none that were left to it.
 * 2. Both bindings have the handover. The binding at the tap decides for each frame,
 *    still in favour of @old.
 * 3. The binding at the tap decides in favour of the new binding.
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
 * vspan_handover_free - free a handover, used or not
 * @ho: the handover; freed when the packet path no longer uses it
 *
 * Context: any.
 */
void vspan_handover_free(struct vspan_handover *ho)
{
	call_rcu(&ho->rcu, vspan_handover_free_rcu);
}
