/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_IDLE_H
#define _VSPAN_IDLE_H

#include <linux/jiffies.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct vspan_dev;

/* Delay before a span without a reader becomes idle, and interval at which an idle span
 * looks for readers.
 */
#define VSPAN_IDLE_EACH	(HZ / 10)

/**
 * struct vspan_idle - idle state of a span
 * @on: the span is down or has no reader, so its ports need no transmitted frames;
 *	written under RTNL, READ_ONCE/WRITE_ONCE
 * @look: looks for readers that cause no event
 */
struct vspan_idle {
	bool on;
	struct delayed_work look;
};

void vspan_idle_soon(struct vspan_dev *vs);

#endif /* _VSPAN_IDLE_H */
