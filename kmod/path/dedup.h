/* SPDX-License-Identifier: GPL-2.0 */
/* Is another copy of a frame the second? */
#ifndef _VSPAN_DEDUP_H
#define _VSPAN_DEDUP_H

#include <linux/types.h>

#include "vspan.h"

void vspan_dedup_begin(struct vspan_dev *vs);
bool vspan_dedup_end(struct vspan_dev *vs);
void vspan_dedup_unsure(struct vspan_dev *vs, struct net_device *dev);
void vspan_dedup_plan(struct vspan_dev *vs);
bool vspan_dedup(const struct vspan_binding *b, const struct vspan_rule *rule,
		 const struct sk_buff *skb, enum vspan_dir dir, u64 form);

#endif /* _VSPAN_DEDUP_H */
