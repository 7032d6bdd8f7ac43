/* SPDX-License-Identifier: GPL-2.0 */
/* Suppresses second copies of a frame. */
#ifndef _VSPAN_DEDUP_H
#define _VSPAN_DEDUP_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

#include "path/rule.h"

struct sk_buff;
struct vspan_binding;

/* Does the rule select all frames of a device? Shares do not matter here: a frame is in
 * the same flow, and so in the same share, on all devices.
 */
static inline bool vspan_dedup_all(const struct vspan_rule *rule)
{
	return !rule->by_vlan && !rule->filter;
}

/* Does the rule copy all frames of a device, in full length? */
static inline bool vspan_dedup_whole(const struct vspan_rule *rule)
{
	return vspan_dedup_all(rule) && rule->shares <= 1 && rule->sample <= 1 &&
	       !rule->rate && !rule->snap_headers && !rule->snaplen;
}

bool vspan_dedup(const struct vspan_binding *b, const struct vspan_rule *rule,
		 const struct sk_buff *skb, enum vspan_dir dir, u64 form);

#endif /* _VSPAN_DEDUP_H */
