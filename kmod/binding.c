// SPDX-License-Identifier: GPL-2.0
/*
 * Bindings, and the ports they share: all sources of a device hang on one
 * port, so the device is tapped once, however many spans look at it.
 */
#include <linux/err.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "vspan.h"

static unsigned long vspan_port_key(const struct net_device *dev)
{
	return dev->ifindex;
}

static struct xarray *vspan_ports(const struct net_device *dev)
{
	return &vspan_net(dev_net(dev))->ports;
}

static struct vspan_port *vspan_port_create(struct net_device *dev)
{
	struct vspan_port *port = kzalloc(sizeof(*port), GFP_KERNEL);
	int err;

	if (!port)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&port->bindings);
	port->hook = VSPAN_HOOK_TAP;
	port->dev = dev;
	err = xa_err(xa_store(vspan_ports(dev), vspan_port_key(dev), port,
			      GFP_KERNEL));
	if (err) {
		kfree(port);
		return ERR_PTR(err);
	}
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	vspan_hook_attach(port);
	return port;
}

/* The hold goes now, not when readers are done with the port: they are done
 * with the device before it is, by the grace period in its unregistration.
 */
static void vspan_port_destroy(struct vspan_port *port)
{
	vspan_hook_detach(port);
	xa_erase(vspan_ports(port->dev), vspan_port_key(port->dev));
	netdev_put(port->dev, &port->tracker);
	kfree_rcu(port, rcu);
}

static void vspan_port_update(struct vspan_port *port,
			      const struct vspan_source *src, u32 dir)
{
	const struct vspan_binding *b;
	u32 all = 0;

	list_for_each_entry(b, &port->bindings, port_node)
		all |= b->src == src ? dir : rtnl_dereference(b->src->rule)->dir;
	vspan_hook_want(port, all);
}

/**
 * vspan_binding_create - copy a device's frames for a source from now on
 * @src: the source, with its rule
 * @dev: a device that can be a source
 *
 * Context: RTNL.
 * Return: the binding or ERR_PTR(-ENOMEM).
 */
struct vspan_binding *vspan_binding_create(struct vspan_source *src,
					   struct net_device *dev)
{
	struct vspan_binding *b = kzalloc(sizeof(*b), GFP_KERNEL);
	struct vspan_port *port;

	ASSERT_RTNL();
	if (!b)
		return ERR_PTR(-ENOMEM);
	port = xa_load(vspan_ports(dev), vspan_port_key(dev));
	if (!port)
		port = vspan_port_create(dev);
	if (IS_ERR(port)) {
		kfree(b);
		return ERR_CAST(port);
	}
	b->src = src;
	b->port = port;
	list_add_tail(&b->src_node, &src->bindings);
	list_add_tail_rcu(&b->port_node, &port->bindings);
	vspan_port_update(port, NULL, 0);
	return b;
}

/**
 * vspan_binding_destroy - stop copying a device's frames for a source
 * @b: the binding; freed when the packet path has let go of it
 *
 * Context: RTNL.
 */
void vspan_binding_destroy(struct vspan_binding *b)
{
	struct vspan_port *port = b->port;

	ASSERT_RTNL();
	list_del(&b->src_node);
	list_del_rcu(&b->port_node);
	vspan_nl_notify_binding(b, VSPAN_CMD_BINDING_DEL_NTF);
	if (list_empty(&port->bindings))
		vspan_port_destroy(port);
	else
		vspan_port_update(port, NULL, 0);
	kfree_rcu(b, rcu);
}

/**
 * vspan_binding_destroy_all - a device goes away
 * @dev: the device, still in its netns
 *
 * Context: RTNL.
 */
void vspan_binding_destroy_all(struct net_device *dev)
{
	struct vspan_port *port;

	/* The port goes with its last binding. */
	while ((port = xa_load(vspan_ports(dev), vspan_port_key(dev))))
		vspan_binding_destroy(list_first_entry(&port->bindings,
						       struct vspan_binding,
						       port_node));
}

/**
 * vspan_binding_update - let the hooks of a source's devices know what it wants
 * @src: the source
 * @dir: directions it wants, in place of those its rule says
 *
 * Context: RTNL.
 */
void vspan_binding_update(struct vspan_source *src, u32 dir)
{
	struct vspan_binding *b;

	list_for_each_entry(b, &src->bindings, src_node)
		vspan_port_update(b->port, src, dir);
}
