// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that must not be copied again: those that an output has sent, and those that
 * a span has received and somebody leads on to where it would be copied.
 *
 * What an output has sent is known by two signs that no program can give a frame, as
 * it could a mark (SO_MARK):
 *
 * - A time of the hardware before the epoch. It is in the memory of the frame, behind
 *   the bytes (&struct skb_shared_info), and so is in clones too, and in what a VLAN
 *   device, bond, bridge, veth pair or tunnel makes of the frame: pskb_expand_head()
 *   keeps it, and __alloc_skb() clears it. It holds in the netns of the output, whose
 *   number it is.
 * - A socket of ours that owns the frame. IP fragments have it from what they were cut
 *   of (ip_do_fragment()), and it is looked at ahead of all taps, which costs no clone.
 */
#include <linux/net.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "iif.h"
#include "loop.h"
#include "vspan.h"

/* Owns what outputs send. */
static struct socket *vspan_loop_sock;

/**
 * vspan_sock_create - make a socket that is to own frames, and does nothing else
 *
 * Frames hold it for themselves, and that may be longer than this module is there: so
 * it is the kernel's own, without any code of ours. One of the first netns is in
 * nobody's way when netns end.
 *
 * Context: may sleep.
 * Return: the socket, for sock_release(), or NULL without memory.
 */
struct socket *vspan_sock_create(void)
{
	struct socket *sock;

	if (sock_create_kern(&init_net, PF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock))
		return NULL;
	return sock;
}

/**
 * vspan_loop_init - make the socket
 *
 * Return: 0 or -ENOMEM.
 */
int vspan_loop_init(void)
{
	vspan_loop_sock = vspan_sock_create();
	return vspan_loop_sock ? 0 : -ENOMEM;
}

/**
 * vspan_loop_uninit - let go of the socket
 */
void vspan_loop_uninit(void)
{
	sock_release(vspan_loop_sock);
}

static ktime_t vspan_loop_time(const struct net_device *dev)
{
	return S64_MIN + dev_net(dev)->net_cookie;
}

/**
 * vspan_loop_stamp - give a frame both signs
 * @skb: the frame, with memory of its own; data at the MAC header
 * @dev: the device that is to send it
 *
 * Context: BH off.
 */
void vspan_loop_stamp(struct sk_buff *skb, const struct net_device *dev)
{
	skb_hwtstamps(skb)->hwtstamp = vspan_loop_time(dev);
	skb_set_owner_w(skb, vspan_loop_sock->sk);
}

/**
 * vspan_loop_sent - is a frame that goes to the taps owned by our socket?
 * @pt: of a port
 * @sk: the socket that owns the frame
 *
 * What is not copied for that is counted here, whatever the rules say, as there is
 * nothing to be seen of the frame.
 *
 * Context: BH off, RCU; as &struct packet_type.id_match.
 * Return: true if so.
 */
bool vspan_loop_sent(struct packet_type *pt, struct sock *sk)
{
	const struct vspan_port *port = container_of(pt, struct vspan_port, pt);
	const struct vspan_binding *b;

	if (sk != vspan_loop_sock->sk)
		return false;
	list_for_each_entry_rcu(b, &port->bindings, port_node) {
		if (!(rcu_dereference(b->src->rule)->dir & b->dirs & VSPAN_DIR_TX))
			continue;
		vspan_stats_drop(b->src->stats, VSPAN_DROP_LOOP, 1);
		vspan_stats_drop(b->src->vs->stats, VSPAN_DROP_LOOP, 1);
	}
	return true;
}

/**
 * vspan_loop - would a frame that this span has shown be copied to it again?
 * @vs: the span
 * @skb: the frame
 * @dev: the device by which it comes
 *
 * Also one that was last received by the span itself, and led on from there. Where
 * nobody is there to lead it on, the number is another netns's (see iif.c). Where
 * somebody is, it is believed all the same: a loop has no end.
 *
 * Context: BH off, RCU.
 * Return: true if so.
 */
bool vspan_loop(const struct vspan_dev *vs, const struct sk_buff *skb,
		struct net_device *dev)
{
	if (unlikely(skb_shinfo(skb)->hwtstamps.hwtstamp < 0) &&
	    skb_shinfo(skb)->hwtstamps.hwtstamp == vspan_loop_time(dev))
		return true;
	return skb->skb_iif == vs->dev->ifindex &&
	       net_eq(dev_net(dev), dev_net(vs->dev)) &&
	       (vspan_iif_known(dev) || vspan_deliver_has_guide(vs->dev));
}
