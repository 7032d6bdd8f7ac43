// SPDX-License-Identifier: GPL-2.0
/* The last step: a copy becomes a frame that the span has received. */
#include <linux/etherdevice.h>

#include "vspan.h"

/**
 * vspan_deliver_has_reader - does anybody read the span?
 * @vs: the span
 *
 * Packet sockets of the span or of all devices, open queues of its tap,
 * outputs, tc, and netfilter's ingress count as readers.
 *
 * Context: RCU or RTNL; the answer may be old when it arrives.
 * Return: true if a copy would get anywhere.
 */
bool vspan_deliver_has_reader(const struct vspan_dev *vs)
{
	const struct net_device *dev = vs->dev;

	if (READ_ONCE(vs->tap.numvtaps) || READ_ONCE(vs->live_outputs) ||
	    dev_nit_active_rcu(dev) ||
	    !list_empty(&dev->ptype_specific) || vspan_dev_has_tc_ingress(dev))
		return true;
#ifdef CONFIG_NETFILTER_INGRESS
	return rcu_access_pointer(dev->nf_hooks_ingress);
#else
	return false;
#endif
}

/* To the tap's reader, or nowhere. */
static void vspan_deliver_tap(struct sk_buff *skb)
{
	if (tap_handle_frame(&skb) == RX_HANDLER_PASS)
		consume_skb(skb);
}

/**
 * vspan_deliver_handler - rx_handler of the span: to the tap, never upwards
 * @pskb: the frame, after packet sockets of all protocols and tc
 *
 * Packet sockets of one protocol come after the handler; only for them is the
 * frame let through, and past IP and ARP (RX_HANDLER_EXACT).
 *
 * Return: RX_HANDLER_CONSUMED or RX_HANDLER_EXACT.
 */
rx_handler_result_t vspan_deliver_handler(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vspan_dev *vs = netdev_priv(skb->dev);
	struct sk_buff *copy;

	if (likely(list_empty(&skb->dev->ptype_specific))) {
		vspan_deliver_tap(skb);
		return RX_HANDLER_CONSUMED;
	}
	if (!READ_ONCE(vs->tap.numvtaps))
		return RX_HANDLER_EXACT;
	copy = skb_clone(skb, GFP_ATOMIC);
	if (copy)
		vspan_deliver_tap(copy);
	else
		vspan_stats_drop(vs->stats, VSPAN_DROP_RING_FULL, 1);
	return RX_HANDLER_EXACT;
}

static u64 vspan_deliver_ring_full(const struct vspan_dev *vs)
{
	const struct vspan_stats *s = this_cpu_ptr(vs->stats);

	return u64_stats_read(&s->v[VSPAN_DROPS + VSPAN_DROP_RING_FULL]);
}

/* Cut what the hook could not; consumes @skb if it does. */
static struct sk_buff *vspan_deliver_snap(struct sk_buff *skb)
{
	unsigned int len = vspan_snap_len(skb, vspan_cb(skb)->snap);
	struct sk_buff *copy;

	if (likely(len >= skb->len))
		return skb;
	copy = vspan_snap_copy(skb, len);
	consume_skb(skb);
	return copy;
}

/* A frame counts as delivered unless the tap's ring turned it away, which
 * happens under netif_receive_skb(), on this CPU, and is counted there, as one
 * frame whatever it is.
 */
static void vspan_deliver_frame(struct vspan_dev *vs, struct sk_buff *skb)
{
	unsigned int n = vspan_wire_frames(skb);
	unsigned int len;
	u64 turned_away;

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		kfree_skb(skb);
		skb = NULL;
	} else {
		if (unlikely(READ_ONCE(vs->samplers)))
			vspan_output_samples(vs, skb);
		skb = vspan_deliver_snap(skb);
	}
	if (unlikely(!skb)) {
		vspan_stats_drop(vs->stats, VSPAN_DROP_NO_MEMORY, n);
		return;
	}
	len = vspan_wire_len(skb);
	skb->protocol = eth_type_trans(skb, vs->dev);
	if (!list_empty(&vs->outputs))
		vspan_output_send(vs, skb);
	turned_away = vspan_deliver_ring_full(vs);
	netif_receive_skb(skb);
	turned_away = vspan_deliver_ring_full(vs) - turned_away;
	if (likely(!turned_away))
		vspan_stats_add_frames(vs->stats, VSPAN_RX_PACKETS, n, len);
	else
		vspan_stats_drop(vs->stats, VSPAN_DROP_RING_FULL,
				 n - turned_away);
}

/**
 * vspan_deliver - bring a copy into the span's form and receive it
 * @vs: the span
 * @skb: the copy; data at the MAC header; consumed
 *
 * Context: the span's NAPI.
 */
void vspan_deliver(struct vspan_dev *vs, struct sk_buff *skb)
{
	struct sk_buff *next;

	skb = vspan_wire_form(vs, skb);
	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		vspan_deliver_frame(vs, skb);
	}
}
