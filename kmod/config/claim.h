/* SPDX-License-Identifier: GPL-2.0 */
/* The sources of a netns in the order in which devices are offered to them. */
#ifndef _VSPAN_CLAIM_H
#define _VSPAN_CLAIM_H

#include <linux/types.h>

struct net;
struct net_device;
struct vspan_dev;
struct vspan_net;
struct vspan_source;

void vspan_claim_add(struct vspan_source *src);
void vspan_claim_del(struct vspan_source *src);
struct vspan_source *vspan_claim_first(const struct vspan_dev *vs,
				       const struct net *net);
struct vspan_source *vspan_claim_span(struct vspan_net *vn,
				      struct vspan_source *src);
struct vspan_source *vspan_claim_best(struct vspan_source *first,
				      struct net_device *dev, u32 *dirs);

#endif /* _VSPAN_CLAIM_H */
