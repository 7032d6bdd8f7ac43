/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_DEVBAR_H
#define _VSPAN_DEVBAR_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct net_device;
struct netlink_ext_ack;
struct vspan_dev;

int vspan_devbar_check_name(const char *name, struct netlink_ext_ack *extack);
const char *vspan_devbar_source(const struct vspan_dev *vs, struct net_device *dev,
				enum vspan_dormant *why);
const char *vspan_devbar_output(const struct vspan_dev *vs, struct net_device *dev,
				enum vspan_dormant *why);
bool vspan_devbar_awaited(const struct vspan_dev *vs, const struct net_device *dev);
void vspan_devbar_refuse(struct netlink_ext_ack *extack, const char *sentence);

#endif /* _VSPAN_DEVBAR_H */
