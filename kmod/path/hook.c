// SPDX-License-Identifier: GPL-2.0
/* The functions that the core calls for each frame; config/hook.c registers them. */
#include <linux/netdevice.h>
#include <net/dst_metadata.h>

#include "path/cable.h"
#include "path/hook.h"
#include "path/mirror.h"
#include "path/port.h"

/* vrf_ip_rcv() and vrf_ip6_rcv() pass frames that a VRF's ports have received to the taps
 * as if the VRF transmitted them. These frames have no route yet; transmitted ones have.
 */
static bool vspan_hook_vrf_received(const struct sk_buff *skb,
				    const struct net_device *dev)
{
	return skb->skb_iif == dev->ifindex && netif_is_l3_master(dev) &&
	       !skb_valid_dst(skb);
}

/**
 * vspan_hook_tap_rcv - copy a frame that passes the packet tap of a port
 * @skb: the frame; a reference to it is consumed
 * @dev: the device
 * @pt: &struct vspan_port.pt
 * @orig_dev: the lower device that received it
 *
 * RX comes from __netif_receive_skb_core(), TX from dev_queue_xmit_nit(), both
 * in net/core/dev.c.
 *
 * Context: BH off, RCU.
 * Return: 0
 */
int vspan_hook_tap_rcv(struct sk_buff *skb, struct net_device *dev,
		       struct packet_type *pt, struct net_device *orig_dev)
{
	struct vspan_port *port = container_of(pt, struct vspan_port, pt);
	bool tx = skb->pkt_type == PACKET_OUTGOING &&
		  !vspan_hook_vrf_received(skb, port->dev);

	vspan_mirror(port, skb, tx ? VSPAN_DIR_TX : VSPAN_DIR_RX);
	return 0;
}

/**
 * vspan_hook_slot_rcv - copy or take a frame at the receive slot of a port
 * @pskb: the frame
 *
 * The rx_handler runs after packet taps, tc, nftables and VLAN devices. With redirect,
 * a frame that no cable carried is copied, not taken, since the host expects it.
 *
 * Context: BH off, RCU.
 * Return: RX_HANDLER_CONSUMED if it was taken, else RX_HANDLER_PASS.
 */
rx_handler_result_t vspan_hook_slot_rcv(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vspan_port *port = rcu_dereference(skb->dev->rx_handler_data);

	if (READ_ONCE(port->redirect) && !vspan_cable_no(skb)) {
		vspan_mirror(port, skb, VSPAN_DIR_RX);
		return RX_HANDLER_CONSUMED;
	}
	vspan_mirror(port, skb_get(skb), VSPAN_DIR_RX);
	return RX_HANDLER_PASS;
}
