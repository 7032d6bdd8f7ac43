// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that must not be copied again: those that an output has sent, and those that
 * a span has received and somebody leads on to where it would be copied.
 *
 * What an output has sent is known by signs that no program can give a frame, as it
 * could a mark (SO_MARK). They hold in the netns of the output:
 *
 * - An inner protocol, though there is nothing inside. It is among the fields that each
 *   copy of the frame has, be it a clone or of all its bytes (__copy_skb_header()):
 *   through VLAN devices, bonds, bridges, veth pairs, XDP and MACsec. Tunnels put their
 *   own in its place.
 * - So, for tunnels, a time of the hardware before the epoch. It is in the memory of the
 *   frame, behind its bytes: pskb_expand_head() keeps it, and __alloc_skb() clears it.
 * - A socket of ours that owns the frame. IP fragments have it from what they were cut
 *   of (ip_do_fragment()), and it is looked at ahead of all taps, which costs no clone.
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

/* Who owns what outputs of a netns have sent; NULL if it never had any. */
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

/* Two bytes, neither of them 0: others set one of them, or with another type. */
static u16 vspan_loop_inner(const struct net *net)
{
	u64 cookie = net->net_cookie;
	u32 low = do_div(cookie, U8_MAX);

	return (low + 1) << 8 | (do_div(cookie, U8_MAX) + 1);
}

/* What is a tunnel's packet already, or is to be cut, or an MPLS router's, needs the
 * field itself; a sign that another netns has put there may go.
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
 * vspan_loop_stamp - give a frame the signs of an output
 * @skb: the frame; for a tunnel, with memory of its own, where the time is put
 * @net: netns of the output
 *
 * Context: BH off.
 * Return: false if more of them are on their way than can be counted.
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
