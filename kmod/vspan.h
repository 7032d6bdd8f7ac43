/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vspan - virtual SPAN ports: the span, which all files know. What else there is has a
 * header each.
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
 * struct vspan_owner - the socket that a span goes with
 * @net: netns of the socket; to be compared only
 * @portid: its port ID there, or 0 if the span goes with none
 * @gone: it is closed, and the span is about to go; set under the lock of the list alone,
 *	READ_ONCE/WRITE_ONCE
 * @node: in the list of all spans that go with a socket
 *
 * The others are written under RTNL and the lock of that list, and read under either.
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
 * @outputs: where its frames are sent too; written under RTNL, read under RCU
 * @live_outputs: how many of them have a device or a group;
 *	READ_ONCE/WRITE_ONCE
 * @samplers: how many of them are psample groups; READ_ONCE/WRITE_ONCE
 * @full_at: vspan_now() when the ring of the one reader there is was last
 *	full, or 0 if it took a frame since; READ_ONCE/WRITE_ONCE
 * @sources: sources that feed the span; RTNL
 * @changes: how many changes are under way that vspan_dedup_end() ends; RTNL
 * @unsure: and for them vspan_dedup_unsure() has been called; RTNL
 * @node: in the list of all spans; RTNL
 * @id: order of creation, the key by which dumps resume
 * @left: number of the netns it has left for another, or 0; RTNL
 * @tap: the char device; registered as rx_handler_data of @dev, where tap.ko
 *	looks for it
 * @pinned: owns large frames in the rings of @tap
 * @flow_cpu: on which CPU's queue the copies of each flow are, by
 *	vspan_order_flow(); READ_ONCE/WRITE_ONCE, and to be relied on only under the
 *	lock of that very queue, which who changes it holds; read for each copy,
 *	written where a flow moves
 * @idle: does anybody read it?
 * @owner: whom it goes with
 * @seen: which frames the span has
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

/* Time in two ticks of the clock; never 0. */
static inline unsigned long vspan_now(void)
{
	return jiffies | 1;
}

#endif /* _VSPAN_H */
