// SPDX-License-Identifier: GPL-2.0
/*
 * Recognizes frames that must not be copied again: those that an output has sent, and
 * those that a span has received and that were then redirected to one of its sources.
 *
 * Frames that an output has sent carry marks that no program can set, unlike SO_MARK.
 * They are valid in the netns of the output:
 *
 * - A value in skb->inner_protocol of a frame that is not encapsulated. Every clone and
 *   copy of the frame has it (__copy_skb_header()), so it survives VLAN devices, bonds,
 *   bridges, veth pairs, XDP and MACsec. A tunnel overwrites it.
 * - For tunnels, a hardware time before the epoch. It is in skb_shared_info, so
 *   pskb_expand_head() keeps it and __alloc_skb() clears it.
 * - A socket of this module as the owner of the frame. ip_do_fragment() passes it on to
 *   fragments. The core checks it before it clones a frame for taps.
 */
#include <linux/math64.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "net.h"
#include "path/iif.h"
#include "path/loop.h"
#include "path/port.h"
#include "path/reader.h"
#include "path/rule.h"
#include "path/source.h"
#include "stats.h"
#include "vspan.h"

/* The owner of frames that outputs of a netns have sent; NULL if it never had one. */
static struct sock *vspan_loop_owner(const struct net *net)
{
	/* Pairs with vspan_loop_prepare(). */
	const struct socket *sock = smp_load_acquire(&vspan_net(net)->signer);

	return sock ? sock->sk : NULL;
}

static ktime_t vspan_loop_time(const struct net *net)
{
	return S64_MIN + net->net_cookie;
}

/* Two bytes, neither of them 0. IP protocols, the other values of this type, have one
 * byte.
 */
static u16 vspan_loop_inner(const struct net *net)
{
	u64 cookie = net->net_cookie;
	u32 low = do_div(cookie, U8_MAX);

	return (low + 1) << 8 | (do_div(cookie, U8_MAX) + 1);
}

/* Encapsulated, GSO and MPLS packets need the field themselves. A mark of another netns
 * is overwritten.
 */
static void vspan_loop_sign(struct sk_buff *skb, const struct net *net)
{
	if (skb->encapsulation || skb_is_gso(skb) ||
	    (skb->inner_protocol && skb->inner_protocol_type != ENCAP_TYPE_IPPROTO))
		return;
	skb->inner_protocol = (__force __be16)vspan_loop_inner(net);
	skb->inner_protocol_type = ENCAP_TYPE_IPPROTO;
}

static bool vspan_loop_is_signed(const struct sk_buff *skb, const struct net *net)
{
	return skb->inner_protocol_type == ENCAP_TYPE_IPPROTO && !skb->encapsulation &&
	       (__force u16)skb->inner_protocol == vspan_loop_inner(net);
}

/**
 * vspan_loop_stamp - put the marks of an output on a frame
 * @skb: the frame; for a tunnel not a clone, since the time is in shared memory
 * @net: netns of the output
 *
 * Context: BH off.
 * Return: false if the socket owns too many bytes already.
 */
bool vspan_loop_stamp(struct sk_buff *skb, const struct net *net)
{
	struct sock *sk = vspan_loop_owner(net);

	if (sk_wmem_alloc_get(sk) > INT_MAX / 2)
		return false;
	vspan_loop_sign(skb, net);
	if (!skb_cloned(skb))
		skb_hwtstamps(skb)->hwtstamp = vspan_loop_time(net);
	skb_set_owner_w(skb, sk);
	return true;
}

/**
 * vspan_loop_sent - was a frame sent by an output? (&struct packet_type.id_match)
 * @pt: &struct vspan_port.pt
 * @sk: the socket that owns the frame
 *
 * The core does not pass such a frame to the tap. It is counted as lost here, even if a
 * filter would have refused it, because the frame itself is not available.
 *
 * Context: BH off, RCU.
 * Return: true if the socket is that of the outputs of this netns.
 */
bool vspan_loop_sent(struct packet_type *pt, struct sock *sk)
{
	const struct vspan_port *port = container_of(pt, struct vspan_port, pt);
	const struct vspan_binding *b;

	if (sk != vspan_loop_owner(dev_net(port->dev)))
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
 * vspan_loop - would a copy of a frame make a loop?
 * @vs: the span
 * @skb: the frame
 * @dev: the device it was taken from
 *
 * That is so if an output has sent the frame, or if skb_iif tells that the span itself
 * has received it. skb_iif may also be an index of another netns (see iif.c). It is
 * ignored in that case, unless something on the span could have redirected the frame:
 * then a lost copy is better than an endless loop.
 *
 * Context: BH off, RCU.
 * Return: true if the frame must not be copied.
 */
bool vspan_loop(const struct vspan_dev *vs, const struct sk_buff *skb,
		struct net_device *dev)
{
	const struct net *net = dev_net(dev);

	if (unlikely(vspan_loop_is_signed(skb, net)) ||
	    (unlikely(skb_shinfo(skb)->hwtstamps.hwtstamp < 0) &&
	     skb_shinfo(skb)->hwtstamps.hwtstamp == vspan_loop_time(net)) ||
	    (unlikely(skb->sk) && skb->sk == vspan_loop_owner(net)))
		return true;
	return skb->skb_iif == vs->dev->ifindex &&
	       net_eq(net, dev_net(vs->dev)) &&
	       (vspan_iif_known(dev) || vspan_reader_has_guide(vs->dev));
}
