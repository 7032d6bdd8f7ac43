// SPDX-License-Identifier: GPL-2.0
/* The hooks that take frames from a device. They call the functions of path/hook.c. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "config/hook.h"
#include "net.h"
#include "path/hook.h"
#include "path/loop.h"
#include "path/port.h"
#include "path/rule.h"
#include "path/source.h"

/**
 * struct vspan_hook_ops - a way to take frames from a device
 * @free: true if nobody else uses the hook
 * @serves: true if the hook would see all frames of the device
 * @attach: start to pass frames to vspan_mirror()
 * @detach: stop, without waiting for frames in the hook
 * @want: set the wanted directions, a mask of enum vspan_dir
 *
 * All are called under RTNL.
 */
struct vspan_hook_ops {
	bool (*free)(const struct net_device *dev);
	bool (*serves)(const struct net_device *dev);
	int (*attach)(struct vspan_port *port);
	void (*detach)(struct vspan_port *port);
	void (*want)(struct vspan_port *port, u32 dir);
};

static bool vspan_hook_tap_always(const struct net_device *dev)
{
	return true;
}

static int vspan_hook_tap_attach(struct vspan_port *port)
{
	port->pt.type = htons(ETH_P_ALL);
	port->pt.dev = port->dev;
	port->pt.func = vspan_hook_tap_rcv;
	port->pt.ignore_outgoing = true;
	/* The core calls id_match() for a frame that a socket owns, but only if
	 * af_packet_priv is set.
	 */
	port->pt.af_packet_priv = port;
	port->pt.id_match = vspan_loop_sent;
	dev_add_pack(&port->pt);
	return 0;
}

static void vspan_hook_tap_detach(struct vspan_port *port)
{
	__dev_remove_pack(&port->pt);
}

/* dev_queue_xmit_nit() clones a frame before it calls the tap: prevent the clone if
 * transmitted frames are not wanted. Received frames cannot be switched off; each costs
 * a function call.
 */
static void vspan_hook_tap_want(struct vspan_port *port, u32 dir)
{
	u32 sent = netif_is_l3_master(port->dev) ? VSPAN_DIR_RX | VSPAN_DIR_TX :
						   VSPAN_DIR_TX;

	WRITE_ONCE(port->pt.ignore_outgoing, !(dir & sent));
}

static bool vspan_hook_slot_free(const struct net_device *dev)
{
	rx_handler_func_t *holder = rtnl_dereference(dev->rx_handler);

	return !holder || holder == vspan_hook_slot_rcv;
}

/* The core passes frames to VLAN devices before it calls the rx_handler. */
static bool vspan_hook_slot_serves(const struct net_device *dev)
{
	return !vlan_uses_dev(dev);
}

static int vspan_hook_slot_attach(struct vspan_port *port)
{
	return netdev_rx_handler_register(port->dev, vspan_hook_slot_rcv, port);
}

static void vspan_hook_slot_detach(struct vspan_port *port)
{
	netdev_rx_handler_unregister(port->dev);
}

static void vspan_hook_slot_want(struct vspan_port *port, u32 dir)
{
	const struct vspan_binding *b;
	bool redirect = false;

	list_for_each_entry(b, &port->bindings, port_node)
		redirect |= rtnl_dereference(b->src->rule)->redirect;
	WRITE_ONCE(port->redirect, redirect);
}

static const struct vspan_hook_ops vspan_hooks[VSPAN_HOOK_CNT] = {
	[VSPAN_HOOK_TAP] = {
		.free	= vspan_hook_tap_always,
		.serves	= vspan_hook_tap_always,
		.attach	= vspan_hook_tap_attach,
		.detach	= vspan_hook_tap_detach,
		.want	= vspan_hook_tap_want,
	},
	[VSPAN_HOOK_RX_HANDLER] = {
		.free	= vspan_hook_slot_free,
		.serves	= vspan_hook_slot_serves,
		.attach	= vspan_hook_slot_attach,
		.detach	= vspan_hook_slot_detach,
		.want	= vspan_hook_slot_want,
	},
};

/**
 * vspan_hook_free - can a hook be used on a device?
 * @dev: the device
 * @hook: the hook
 *
 * Context: RTNL.
 * Return: false if somebody else uses the hook or takes frames ahead of it; true also
 *	if vspan itself uses it already.
 */
bool vspan_hook_free(const struct net_device *dev, enum vspan_hook hook)
{
	return vspan_hooks[hook].free(dev) && vspan_hooks[hook].serves(dev);
}

/**
 * vspan_hook_attach - start to take frames of a port
 * @port: the port; transmitted frames are not taken before vspan_hook_want()
 *
 * Context: RTNL.
 * Return: 0, or -EBUSY if somebody else uses the hook.
 */
int vspan_hook_attach(struct vspan_port *port)
{
	return vspan_hooks[port->hook].attach(port);
}

/**
 * vspan_hook_detach - stop taking frames of a port
 * @port: the port; the packet path may use it until a grace period has passed
 *
 * Context: RTNL.
 */
void vspan_hook_detach(struct vspan_port *port)
{
	vspan_hooks[port->hook].detach(port);
}

/**
 * vspan_hook_want - set the directions that are wanted of a port
 * @port: the port
 * @dir: mask of enum vspan_dir; frames of other directions may still arrive
 *
 * Context: RTNL.
 */
void vspan_hook_want(struct vspan_port *port, u32 dir)
{
	vspan_hooks[port->hook].want(port, dir);
}
