/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_RULE_H
#define _VSPAN_RULE_H

#include <linux/if_vlan.h>

struct vspan_filter;

/**
 * struct vspan_rule - which frames a source selects; replaced, never changed
 * @dir: mask of enum vspan_dir
 * @hook: the wanted enum vspan_hook
 * @redirect: hide the frames from the host; with VSPAN_HOOK_RX_HANDLER
 * @promisc: make the devices promiscuous while bound
 * @dup_keep: copy a frame even if the span has it from another device
 * @by_vlan: select by @vlans
 * @snap_headers: copy no payload
 * @snaplen: bytes of a frame to copy, or 0 for all
 * @share: the share of the flows to copy, 1 to @shares
 * @shares: number of shares; 0 is like 1
 * @sample: copy one in so many frames; 0 is like 1
 * @rate: maximal number of copies per second, or 0
 * @tag: which tag a copy has, enum vspan_tag
 * @filter: filter, or NULL; may be shared with other rules
 * @vlans: selected VLANs, bit 0 for frames without a VLAN; behind the members that every
 *	frame needs, which share a cache line
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
