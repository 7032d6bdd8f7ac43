// SPDX-License-Identifier: GPL-2.0
/* Allocates the memory of path/seen.c, and the marks that distinguish bindings there. */
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "config/seen.h"
#include "path/seen.h"
#include "vspan.h"

/**
 * vspan_seen_mark_get - allocate the mark of a new binding
 * @vs: the span
 *
 * Context: RTNL.
 * Return: the mark. It is unique unless the span has more than VSPAN_SEEN_MARKS bindings;
 *	a frame that passes two bindings with the same mark may be copied twice.
 */
u8 vspan_seen_mark_get(struct vspan_dev *vs)
{
	unsigned int mark, least = 0;

	for (mark = 1; mark < VSPAN_SEEN_MARKS && vs->seen.marks[least]; mark++)
		if (vs->seen.marks[mark] < vs->seen.marks[least])
			least = mark;
	vs->seen.marks[least]++;
	return least;
}

/**
 * vspan_seen_mark_put - free the mark of a binding
 * @vs: the span
 * @mark: the mark
 *
 * Context: RTNL.
 */
void vspan_seen_mark_put(struct vspan_dev *vs, u8 mark)
{
	vs->seen.marks[mark]--;
}

/**
 * vspan_seen_flush - free all copies that are kept
 * @vs: the span; its NAPIs are disabled
 *
 * Context: may sleep.
 */
void vspan_seen_flush(struct vspan_dev *vs)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct vspan_kept *kept = per_cpu_ptr(vs->seen.kept, cpu);

		cancel_delayed_work_sync(&kept->work);
		spin_lock_bh(&kept->lock);
		while (vspan_seen_drop(kept))
			;
		spin_unlock_bh(&kept->lock);
	}
}

/**
 * vspan_seen_create - allocate the notes of a new span
 * @vs: a new span
 *
 * Return: 0 or -ENOMEM.
 */
int vspan_seen_create(struct vspan_dev *vs)
{
	int cpu;

	vs->seen.kept = alloc_percpu_gfp(struct vspan_kept, GFP_KERNEL_ACCOUNT);
	if (!vs->seen.kept)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct vspan_kept *kept = per_cpu_ptr(vs->seen.kept, cpu);

		spin_lock_init(&kept->lock);
		INIT_DELAYED_WORK(&kept->work, vspan_seen_work);
		kept->vs = vs;
	}
	return 0;
}

/**
 * vspan_seen_destroy - free the memory from vspan_seen_create()
 * @vs: the span, flushed
 */
void vspan_seen_destroy(struct vspan_dev *vs)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree(per_cpu_ptr(vs->seen.kept, cpu)->copies);
	free_percpu(vs->seen.kept);
}
