/* SPDX-License-Identifier: GPL-2.0 */
/* Is another copy of a frame the second? */
#ifndef _VSPAN_DEDUP_H
#define _VSPAN_DEDUP_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

#include "path/rule.h"

struct sk_buff;
struct vspan_binding;

/* Does nothing but the device select? A share does not count: the frame is of the same
 * flow at each device, so in its share at all of them or at none.
 */
static inline bool vspan_dedup_all(const struct vspan_rule *rule)
{
	return !rule->by_vlan && !rule->filter;
}

/* And is each of its frames copied, whole? */
static inline bool vspan_dedup_whole(const struct vspan_rule *rule)
{
	return vspan_dedup_all(rule) && rule->shares <= 1 && rule->sample <= 1 &&
	       !rule->rate && !rule->snap_headers && !rule->snaplen;
}

bool vspan_dedup(const struct vspan_binding *b, const struct vspan_rule *rule,
		 const struct sk_buff *skb, enum vspan_dir dir, u64 form);

#endif /* _VSPAN_DEDUP_H */
