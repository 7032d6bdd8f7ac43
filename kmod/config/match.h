/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_MATCH_H
#define _VSPAN_MATCH_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct net_device;
struct vspan_source;

u32 vspan_match_says(const struct vspan_source *src, struct net_device *dev);
u32 vspan_match(const struct vspan_source *src, struct net_device *dev);
struct net_device *vspan_match_next(const struct vspan_source *src,
				    struct net_device *dev);
enum vspan_dormant vspan_match_none(const struct vspan_source *src);
bool vspan_match_beats(const struct vspan_source *a,
		       const struct vspan_source *b);

#endif /* _VSPAN_MATCH_H */
