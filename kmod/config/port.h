/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_PORT_H
#define _VSPAN_CONFIG_PORT_H

#include <uapi/linux/vspan.h>

struct net_device;
struct vspan_binding;
struct vspan_dev;
struct vspan_port;
struct vspan_source;
struct xarray;

struct xarray *vspan_ports(const struct net_device *dev);
struct vspan_port *vspan_port_find(const struct net_device *dev, enum vspan_hook hook);
struct vspan_binding *vspan_port_binding(const struct net_device *dev,
					 const struct vspan_dev *vs);
void vspan_port_update(struct vspan_port *port, const struct vspan_source *src, u32 dir);

#endif /* _VSPAN_CONFIG_PORT_H */
