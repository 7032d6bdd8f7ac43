/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vspan - virtual SPAN ports: the span, which all files use. Everything else is in
 * headers of its own.
 *
 * All configuration happens under RTNL. The packet path reads under RCU.
 * Documentation/networking/vspan.rst has the lock table.
 */
#ifndef _VSPAN_H
#define _VSPAN_H

#include <linux/if_tap.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/netdevice.h>

#include "path/idle.h"
#include "path/queue.h"
#include "path/seen.h"
#include "stats.h"

struct net;
struct socket;

#define VSPAN_KIND	"vspan"

/**
 * struct vspan_owner - the netlink socket that owns a span
 * @net: netns of the socket; compared, never dereferenced
 * @portid: its port ID, or 0 if no socket owns the span
 * @gone: the socket is closed, and the span is about to be deleted; set under the lock of
 *	the list, READ_ONCE/WRITE_ONCE
 * @node: in the list of all owned spans
 *
 * Members other than @gone are written under RTNL and the lock of the list, and read
 * under either.
 */
struct vspan_owner {
	const struct net *net;
	u32 portid;
	bool gone;
	struct list_head node;
};

/**
 * struct vspan_dev - a span; netdev_priv() of its netdevice
 * @dev: the netdevice
 * @queues: per-CPU queues
 * @stats: per-CPU counters of deliveries and losses
 * @frames: enum vspan_frames; READ_ONCE/WRITE_ONCE
 * @outputs: outputs of the span; written under RTNL, read under RCU
 * @live_outputs: number of outputs that have a device or a group;
 *	READ_ONCE/WRITE_ONCE
 * @samplers: number of outputs that are psample groups; READ_ONCE/WRITE_ONCE
 * @full_at: vspan_now() when the ring of the only reader was last full, or 0 if it has
 *	taken a frame since; READ_ONCE/WRITE_ONCE
 * @sources: sources that feed the span; RTNL
 * @changes: nesting depth of vspan_dedup_begin(); RTNL
 * @unsure: vspan_dedup_unsure() was called since the outermost of them; RTNL
 * @node: in the list of all spans; RTNL
 * @id: order of creation, the key by which dumps resume
 * @left: inode number of the old netns during a move, else 0; RTNL
 * @tap: the char device; registered as rx_handler_data of @dev, where tap.ko
 *	looks for it
 * @pinned: owns large frames in the rings of @tap
 * @flow_cpu: the CPU whose queue has the copies of a flow, by vspan_order_flow(); changed
 *	under the lock of that queue, so stable only under it; READ_ONCE/WRITE_ONCE.
 *	Each copy reads it; it is written only if a flow moves to another CPU
 * @idle: idle state
 * @owner: the netlink socket that owns it
 * @seen: the frames of which the span has a copy
 */
struct vspan_dev {
	struct net_device *dev;
	struct vspan_queue __percpu *queues;
	struct vspan_stats __percpu *stats;
	u32 frames;
	struct list_head outputs;
	unsigned int live_outputs;
	unsigned int samplers;
	unsigned long full_at;
	struct list_head sources;
	unsigned int changes;
	bool unsure;
	struct list_head node;
	u32 id;
	unsigned int left;
	struct tap_dev tap;
	struct socket *pinned;
	u32 flow_cpu[VSPAN_FLOWS];
	struct vspan_idle idle;
	struct vspan_owner owner;
	struct vspan_seen seen;
};

/* The current time in jiffies, rounded so that it is never 0. */
static inline unsigned long vspan_now(void)
{
	return jiffies | 1;
}

#endif /* _VSPAN_H */
