// SPDX-License-Identifier: GPL-2.0
/* How frames are taken from a device. Only path/hook.c, where they come in, knows too. */
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
 * struct vspan_hook_ops - a way to take frames
 * @free: is the place not taken by another?
 * @serves: would it see all frames of the device?
 * @attach: start; frames go to vspan_mirror()
 * @detach: stop, without waiting for those on their way
 * @want: only these directions are wanted now; a mask of enum vspan_dir
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
	/* Asked for what a socket owns, if there is something it could be asked for. */
	port->pt.af_packet_priv = port;
	port->pt.id_match = vspan_loop_sent;
	dev_add_pack(&port->pt);
	return 0;
}

static void vspan_hook_tap_detach(struct vspan_port *port)
{
	__dev_remove_pack(&port->pt);
}

/* dev_queue_xmit_nit() clones before it asks: save it the clone. RX cannot be
 * switched off, and costs a call.
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

/* VLAN devices take their frames ahead of the slot. */
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
 * vspan_hook_free - can frames of a device be taken this way now?
 * @dev: the device
 * @hook: the way; that we have it already is no obstacle
 *
 * Context: RTNL.
 * Return: false if another has the place, or takes frames first.
 */
bool vspan_hook_free(const struct net_device *dev, enum vspan_hook hook)
{
	return vspan_hooks[hook].free(dev) && vspan_hooks[hook].serves(dev);
}

/**
 * vspan_hook_attach - take frames of a port from now on
 * @port: the port; wants nothing sent until vspan_hook_want()
 *
 * Context: RTNL.
 * Return: 0, or -EBUSY if another has the place.
 */
int vspan_hook_attach(struct vspan_port *port)
{
	return vspan_hooks[port->hook].attach(port);
}

/**
 * vspan_hook_detach - take no more frames of a port
 * @port: the port; the packet path may use it until a grace period has passed
 *
 * Context: RTNL.
 */
void vspan_hook_detach(struct vspan_port *port)
{
	vspan_hooks[port->hook].detach(port);
}

/**
 * vspan_hook_want - say which directions of a port are wanted
 * @port: the port
 * @dir: mask of enum vspan_dir; frames of others may still come
 *
 * Context: RTNL.
 */
void vspan_hook_want(struct vspan_port *port, u32 dir)
{
	vspan_hooks[port->hook].want(port, dir);
}
