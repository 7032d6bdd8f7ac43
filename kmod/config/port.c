// SPDX-License-Identifier: GPL-2.0
/* Ports, where they are found; binding.c makes them. */
#include <linux/list.h>
#include <linux/netdevice.h>

#include "config/port.h"
#include "net.h"
#include "path/port.h"
#include "path/source.h"

/**
 * vspan_ports - the ports in a device's netns
 * @dev: the device
 *
 * Return: ports by vspan_port_key().
 */
struct xarray *vspan_ports(const struct net_device *dev)
{
	return &vspan_net(dev_net(dev))->ports;
}

/**
 * vspan_port_find - the port of a device
 * @dev: the device
 * @hook: how its frames are taken
 *
 * Context: RTNL.
 * Return: the port, or NULL if frames are not taken that way.
 */
struct vspan_port *vspan_port_find(const struct net_device *dev, enum vspan_hook hook)
{
	return xa_load(vspan_ports(dev), vspan_port_key(dev->ifindex, hook));
}

/**
 * vspan_port_binding - the binding of a span on a device
 * @dev: the device
 * @vs: the span
 *
 * Context: RTNL.
 * Return: the binding, of which there is one at most, or NULL.
 */
struct vspan_binding *vspan_port_binding(const struct net_device *dev,
					 const struct vspan_dev *vs)
{
	enum vspan_hook hook;

	for (hook = 0; hook < VSPAN_HOOK_CNT; hook++) {
		struct vspan_port *port = vspan_port_find(dev, hook);
		struct vspan_binding *b;

		if (!port)
			continue;
		list_for_each_entry(b, &port->bindings, port_node)
			if (b->src->vs == vs)
				return b;
	}
	return NULL;
}
