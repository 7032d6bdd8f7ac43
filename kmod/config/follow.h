/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_FOLLOW_H
#define _VSPAN_FOLLOW_H

#include <linux/list.h>

struct net;
struct net_device;
struct vspan_dev;
struct vspan_source;
struct work_struct;

int vspan_follow_source(struct vspan_source *src);
void vspan_follow_dev(struct net_device *dev);
void vspan_follow_below(struct net_device *dev);
void vspan_follow_retry(struct vspan_dev *vs, struct net *net);
void vspan_follow_ports(struct net_device *master);
void vspan_follow_freed(struct vspan_dev *vs, struct net_device *dev);
void vspan_follow_lost(struct list_head *lost);
void vspan_follow_yield(struct net_device *dev);
void vspan_follow_later(const struct net_device *dev);
void vspan_follow_regain(struct work_struct *work);

#endif /* _VSPAN_FOLLOW_H */
