/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_OUTSEND_H
#define _VSPAN_OUTSEND_H

#include <linux/list.h>
#include <linux/netdevice.h>

struct psample_group;
struct vspan_dev;
struct vspan_stats;

/**
 * struct vspan_output - a device or psample group that gets a span's frames as well
 * @vs: the span; the output does not outlive it
 * @dev: device that transmits; written under RTNL, read under RCU
 * @psample: psample group, or NULL for a device
 * @vlan: VLAN ID of the tag put around each frame, or 0 for none
 * @strip: take the frame's own outer tag off first
 * @tunnel: @dev encapsulates what it sends; READ_ONCE/WRITE_ONCE
 * @stats: per-CPU counters
 * @node: in &struct vspan_dev.outputs; RCU
 * @net_node: in &struct vspan_net.outputs; RTNL
 * @net: netns of the device; the output does not outlive it
 * @tracker: of the reference to @dev
 * @id: order of creation, the key by which dumps resume
 * @name: device name, present or not; empty for a group
 * @rcu: the packet path may hold the output until a grace period has passed
 */
struct vspan_output {
	struct vspan_dev *vs;
	struct net_device __rcu *dev;
	struct psample_group *psample;
	u16 vlan;
	bool strip;
	bool tunnel;
	struct vspan_stats __percpu *stats;

	struct list_head node;
	struct list_head net_node;
	struct net *net;
	netdevice_tracker tracker;
	u32 id;
	char name[IFNAMSIZ];
	struct rcu_head rcu;
};

void vspan_output_samples(struct vspan_dev *vs, struct sk_buff *skb);
void vspan_output_send(struct vspan_dev *vs, struct sk_buff *skb);
void vspan_output_miss(const struct vspan_dev *vs, const struct sk_buff *skb);

#endif /* _VSPAN_OUTSEND_H */
