// SPDX-License-Identifier: GPL-2.0
/* Starts the work that makes a span idle, from the packet path. */
#include "path/idle.h"
#include "vspan.h"

/**
 * vspan_idle_soon - make a span idle if it is still unread after a while
 * @vs: a span that is down or has no reader
 *
 * The delay is for a reader that is being restarted. A span with an output does not
 * become idle, also if the output has no device.
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
