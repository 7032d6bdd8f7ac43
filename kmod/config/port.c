// SPDX-License-Identifier: GPL-2.0
/* Looks up ports; binding.c creates them. */
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "config/hook.h"
#include "config/port.h"
#include "net.h"
#include "path/port.h"
#include "path/rule.h"
#include "path/source.h"
#include "vspan.h"

/**
 * vspan_ports - get the ports of a device's netns
 * @dev: the device
 *
 * Return: the ports, indexed by vspan_port_key().
 */
struct xarray *vspan_ports(const struct net_device *dev)
{
	return &vspan_net(dev_net(dev))->ports;
}

/**
 * vspan_port_find - get the port of a device
 * @dev: the device
 * @hook: hook of the port
 *
 * Context: RTNL.
 * Return: the port, or NULL if the device has none with this hook.
 */
struct vspan_port *vspan_port_find(const struct net_device *dev, enum vspan_hook hook)
{
	return xa_load(vspan_ports(dev), vspan_port_key(dev->ifindex, hook));
}

/**
 * vspan_port_binding - get the binding of a span on a device
 * @dev: the device
 * @vs: the span
 *
 * Context: RTNL.
 * Return: the only binding, or NULL if there is none.
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

/**
 * vspan_port_update - tell a port's hook which directions are wanted
 * @port: a port of which a binding, a rule or the idle state of a span has changed
 * @src: a source whose rule is about to change, or NULL
 * @dir: directions that @src wants, instead of those of its rule
 *
 * Context: RTNL.
 */
void vspan_port_update(struct vspan_port *port, const struct vspan_source *src, u32 dir)
{
	const struct vspan_binding *b;
	u32 all = 0;

	list_for_each_entry(b, &port->bindings, port_node)
		if (!b->src->vs->idle.on)
			all |= b->dirs & (b->src == src ? dir :
					  rtnl_dereference(b->src->rule)->dir);
	vspan_hook_want(port, all);
}
