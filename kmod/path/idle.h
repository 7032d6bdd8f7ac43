/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_IDLE_H
#define _VSPAN_IDLE_H

#include <linux/jiffies.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct vspan_dev;

/* How long a span that is not idle goes on without a reader, and how often one that is
 * looks for those that tell nothing.
 */
#define VSPAN_IDLE_EACH	(HZ / 10)

/**
 * struct vspan_idle - does anybody read a span?
 * @on: nobody does, or it is down: its ports need not see what their devices send;
 *	written under RTNL, READ_ONCE/WRITE_ONCE
 * @look: looks for what no event tells
 */
struct vspan_idle {
	bool on;
	struct delayed_work look;
};

void vspan_idle_soon(struct vspan_dev *vs);

#endif /* _VSPAN_IDLE_H */
