/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_OWNER_H
#define _VSPAN_CONFIG_OWNER_H

#include <linux/types.h>

struct net;
struct netlink_ext_ack;
struct vspan_dev;

int vspan_owner_set(struct vspan_dev *vs, const struct net *net, u32 portid,
		    struct netlink_ext_ack *extack);
void vspan_owner_unset(struct vspan_dev *vs);
int vspan_owner_init(void);
void vspan_owner_uninit(void);

#endif /* _VSPAN_CONFIG_OWNER_H */
