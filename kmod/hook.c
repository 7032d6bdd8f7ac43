// SPDX-License-Identifier: GPL-2.0
/* How frames are taken from a device. No other file knows. */
#include <linux/netdevice.h>

#include "vspan.h"

/**
 * struct vspan_hook_ops - a way to take frames
 * @attach: start; frames go to vspan_mirror()
 * @detach: stop, without waiting for those on their way
 * @want: only these directions are wanted now; a mask of enum vspan_dir
 *
 * All are called under RTNL.
 */
struct vspan_hook_ops {
	void (*attach)(struct vspan_port *port);
	void (*detach)(struct vspan_port *port);
	void (*want)(struct vspan_port *port, u32 dir);
};

/* RX comes from __netif_receive_skb_core(), TX from dev_queue_xmit_nit(), both
 * in net/core/dev.c; BH is off and RCU held in either.
 */
static int vspan_hook_tap_rcv(struct sk_buff *skb, struct net_device *dev,
			      struct packet_type *pt,
			      struct net_device *orig_dev)
{
	struct vspan_port *port = container_of(pt, struct vspan_port, pt);
	bool tx = skb->pkt_type == PACKET_OUTGOING;

	vspan_mirror(port, skb, tx ? VSPAN_DIR_TX : VSPAN_DIR_RX);
	return 0;
}

static void vspan_hook_tap_attach(struct vspan_port *port)
{
	port->pt.type = htons(ETH_P_ALL);
	port->pt.dev = port->dev;
	port->pt.func = vspan_hook_tap_rcv;
	port->pt.ignore_outgoing = true;
	dev_add_pack(&port->pt);
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
	WRITE_ONCE(port->pt.ignore_outgoing, !(dir & VSPAN_DIR_TX));
}

static const struct vspan_hook_ops vspan_hooks[] = {
	[VSPAN_HOOK_TAP] = {
		.attach	= vspan_hook_tap_attach,
		.detach	= vspan_hook_tap_detach,
		.want	= vspan_hook_tap_want,
	},
};

/**
 * vspan_hook_attach - take frames of a port from now on
 * @port: the port; wants nothing sent until vspan_hook_want()
 *
 * Context: RTNL.
 */
void vspan_hook_attach(struct vspan_port *port)
{
	vspan_hooks[port->hook].attach(port);
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
