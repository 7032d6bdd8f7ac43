/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_RULE_H
#define _VSPAN_RULE_H

#include <linux/if_vlan.h>

struct vspan_filter;

/**
 * struct vspan_rule - which frames a source selects; replaced, never changed
 * @dir: mask of enum vspan_dir
 * @hook: enum vspan_hook that is wanted
 * @redirect: the host is not to see the frames; with VSPAN_HOOK_RX_HANDLER
 * @promisc: the devices are promiscuous while bound
 * @dup_keep: copy a frame though the span has it from another device
 * @by_vlan: @vlans decides; else every frame passes
 * @snap_headers: copy no payload
 * @snaplen: bytes of a frame to copy, or 0 for all
 * @share: which share of the flows is copied, 1 to @shares
 * @shares: among how many they are divided; 0 is like 1
 * @sample: one frame in so many is copied; 0 is like 1
 * @rate: most copies a second, or 0
 * @tag: enum vspan_tag to show
 * @filter: decides too, or NULL; shared with the rules this one came from
 * @vlans: VLANs selected, bit 0 for frames without one; behind what every frame
 *	needs, of which one cache line is to do
 * @rcu: for vspan_rule_retire()
 */
struct vspan_rule {
	u32 dir;
	u32 hook;
	bool redirect;
	bool promisc;
	bool dup_keep;
	bool by_vlan;
	bool snap_headers;
	u32 snaplen;
	u32 share;
	u32 shares;
	u32 sample;
	u32 rate;
	u32 tag;
	struct vspan_filter *filter;
	DECLARE_BITMAP(vlans, VLAN_N_VID);
	struct rcu_head rcu;
};

#endif /* _VSPAN_RULE_H */
