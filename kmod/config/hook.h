/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_HOOK_H
#define _VSPAN_CONFIG_HOOK_H

#include <linux/types.h>
#include <uapi/linux/vspan.h>

struct net_device;
struct vspan_port;

bool vspan_hook_free(const struct net_device *dev, enum vspan_hook hook);
int vspan_hook_attach(struct vspan_port *port);
void vspan_hook_detach(struct vspan_port *port);
void vspan_hook_want(struct vspan_port *port, u32 dir);

#endif /* _VSPAN_CONFIG_HOOK_H */
