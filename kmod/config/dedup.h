/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_DEDUP_H
#define _VSPAN_CONFIG_DEDUP_H

#include <linux/types.h>

struct net_device;
struct vspan_dev;

void vspan_dedup_begin(struct vspan_dev *vs);
bool vspan_dedup_end(struct vspan_dev *vs);
void vspan_dedup_unsure(struct vspan_dev *vs, struct net_device *dev);
void vspan_dedup_plan(struct vspan_dev *vs);

#endif /* _VSPAN_CONFIG_DEDUP_H */
