/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_SOURCE_H
#define _VSPAN_SOURCE_H

#include <linux/list.h>
#include <uapi/linux/vspan.h>

struct net;
struct vspan_dev;
struct vspan_rule;
struct vspan_stats;

/**
 * struct vspan_source - a rule that is configured by device name
 * @vs: span the copies go to; the source does not outlive it
 * @rule: what is selected; written under RTNL, read under RCU
 * @stats: per-CPU counters
 * @bindings: bindings to existing devices; RTNL
 * @net_node: in &struct vspan_net.sources; RTNL
 * @span_node: in &struct vspan_dev.sources; RTNL
 * @claim_node: in &struct vspan_net.claims; RTNL
 * @net: netns in which @name is looked up; the source does not outlive it
 * @id: order of creation, the key by which dumps resume
 * @kind: whether @name is a device, a pattern or a master
 * @due: time of the next copy at an even rate, in ns of ktime_get_ns()
 * @followed: vspan_follow_source() has run for it; RTNL
 * @name: own or alternative name of a device, which need not exist, or a pattern
 * @rcu: the packet path may hold the source until a grace period has passed
 */
struct vspan_source {
	struct vspan_dev *vs;
	struct vspan_rule __rcu *rule;
	struct vspan_stats __percpu *stats;

	struct list_head bindings;
	struct list_head net_node;
	struct list_head span_node;
	struct list_head claim_node;
	struct net *net;
	u32 id;
	enum vspan_kind kind;
	atomic64_t due;
	bool followed;
	char name[VSPAN_PATTERN_LEN + 1];
	struct rcu_head rcu;
};

#endif /* _VSPAN_SOURCE_H */
