// SPDX-License-Identifier: GPL-2.0
/* A span that nobody reads becomes idle: the packet path's word for it. */
#include "path/idle.h"
#include "vspan.h"

/**
 * vspan_idle_soon - a frame has come, and the span is down or nobody reads it
 * @vs: the span
 *
 * It becomes idle if that is still so a little later: a reader who starts anew is not
 * to miss anything. One with an output stays awake, whether that has its device or not.
 *
 * Context: BH off, RCU.
 */
void vspan_idle_soon(struct vspan_dev *vs)
{
	if (READ_ONCE(vs->idle.on) || !list_empty(&vs->outputs) ||
	    delayed_work_pending(&vs->idle.look))
		return;
	schedule_delayed_work(&vs->idle.look, VSPAN_IDLE_EACH);
}
