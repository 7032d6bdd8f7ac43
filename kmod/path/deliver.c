// SPDX-License-Identifier: GPL-2.0
/* The last step: a copy becomes a frame that the span has received. */
#include <linux/etherdevice.h>
#include <linux/local_lock.h>

#include "path/cb.h"
#include "path/deliver.h"
#include "path/outsend.h"
#include "path/queue.h"
#include "path/reader.h"
#include "path/ring.h"
#include "path/snap.h"
#include "path/wire.h"
#include "stats.h"
#include "vspan.h"

/* Makes frames of long copies, for all queues. From vspan_queue_init(). */
struct workqueue_struct *vspan_deliver_wq;

/**
 * struct vspan_verdict - what became of the frame that a CPU delivers
 * @bh_lock: for kernels with PREEMPT_RT on which BH does not exclude BH
 * @vs: the span that is delivering, or NULL
 * @task: in whose context; with PREEMPT_RT, another may come in between
 * @full: the tap's ring had no room for it
 * @no_memory: there was no clone for the tap
 */
struct vspan_verdict {
	local_lock_t bh_lock;
	const struct vspan_dev *vs;
	const struct task_struct *task;
	bool full;
	bool no_memory;
};

static DEFINE_PER_CPU(struct vspan_verdict, vspan_verdict) = {
	.bh_lock = INIT_LOCAL_LOCK(bh_lock),
};

/**
 * vspan_deliver_lost - the tap's reader does not get a frame
 * @vs: the span
 * @why: VSPAN_DROP_RING_FULL or VSPAN_DROP_NO_MEMORY
 *
 * vspan_deliver_receive() counts it, if it is its frame: tc may lead others here, whose
 * copies have not been counted anywhere.
 *
 * Context: BH off.
 */
void vspan_deliver_lost(const struct vspan_dev *vs, enum vspan_drop why)
{
	struct vspan_verdict *v = this_cpu_ptr(&vspan_verdict);

	if (v->vs != vs || v->task != current)
		vspan_stats_drop(vs->stats, why, 1);
	else if (why == VSPAN_DROP_RING_FULL)
		v->full = true;
	else
		v->no_memory = true;
}

/* To the tap's reader, or nowhere. */
static void vspan_deliver_tap(const struct vspan_dev *vs, struct sk_buff *skb)
{
	if (unlikely(!vspan_ring_charge(vs, skb))) {
		vspan_deliver_lost(vs, VSPAN_DROP_RING_FULL);
		kfree_skb(skb);
	} else if (tap_handle_frame(&skb) == RX_HANDLER_PASS) {
		consume_skb(skb);
	}
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
		vspan_deliver_tap(vs, skb);
		return RX_HANDLER_CONSUMED;
	}
	if (!READ_ONCE(vs->tap.numvtaps))
		return RX_HANDLER_EXACT;
	copy = skb_clone(skb, GFP_ATOMIC);
	if (copy)
		vspan_deliver_tap(vs, copy);
	else
		vspan_deliver_lost(vs, VSPAN_DROP_NO_MEMORY);
	return RX_HANDLER_EXACT;
}

/* Cut what the hook could not; consumes @skb if it does. */
static struct sk_buff *vspan_deliver_snap(struct sk_buff *skb)
{
	unsigned int len = vspan_snap_len(skb, vspan_cb(skb)->snap);
	struct sk_buff *copy;

	if (len >= skb->len)
		return skb;
	if (vspan_snap_may_trim(skb)) {
		vspan_snap_trim(skb, len);
		return skb;
	}
	copy = vspan_snap_copy(skb, len);
	consume_skb(skb);
	return copy;
}

/**
 * vspan_deliver_tap_only - is the tap's reader the only one that the core could lead a
 *	frame to?
 * @vs: the span
 *
 * Context: RCU.
 * Return: true if so.
 */
bool vspan_deliver_tap_only(const struct vspan_dev *vs)
{
	return READ_ONCE(vs->tap.numvtaps) &&
	       !vspan_reader_has_others(vs->dev);
}

/* As netif_receive_skb() would, less the search for others. What has a tag in
 * its bytes goes the long way, where the core takes the tag out. RPS is left out: it
 * would break the order of copies, and lose sight of their readers' rings.
 */
static void vspan_deliver_pass(const struct vspan_dev *vs, struct sk_buff *skb,
			       bool tap_only)
{
	if (!tap_only || unlikely(eth_type_vlan(skb->protocol))) {
		netif_receive_skb_core(skb);
		return;
	}
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	vspan_deliver_tap(vs, skb);
}

/* Return: why the tap's reader did not get the frame; VSPAN_DROP_CNT if it did, or if
 * there is none.
 */
static enum vspan_drop vspan_deliver_receive(const struct vspan_dev *vs,
					     struct sk_buff *skb, bool tap_only)
{
	enum vspan_drop why = VSPAN_DROP_CNT;
	struct vspan_verdict *v;

	local_lock_nested_bh(&vspan_verdict.bh_lock);
	v = this_cpu_ptr(&vspan_verdict);
	v->vs = vs;
	v->task = current;
	v->full = false;
	v->no_memory = false;
	vspan_deliver_pass(vs, skb, tap_only);
	if (unlikely(v->full))
		why = VSPAN_DROP_RING_FULL;
	else if (unlikely(v->no_memory))
		why = VSPAN_DROP_NO_MEMORY;
	v->vs = NULL;
	local_unlock_nested_bh(&vspan_verdict.bh_lock);
	return why;
}

/* psample is served with what is cut after that. NULL: there was no memory. */
static struct sk_buff *vspan_deliver_prepare(struct vspan_dev *vs,
					     struct sk_buff *skb)
{
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		kfree_skb(skb);
		return NULL;
	}
	if (unlikely(READ_ONCE(vs->samplers)))
		vspan_output_samples(vs, skb);
	if (unlikely(vspan_cb(skb)->snap != VSPAN_SNAP_NONE))
		skb = vspan_deliver_snap(skb);
	return skb;
}

/* A full ring, if its reader is the only one, is worth remembering: the hook need
 * not clone for it.
 */
static void vspan_deliver_note(struct vspan_dev *vs, bool full, bool tap_only)
{
	unsigned long at = 0;

	if (unlikely(full) && tap_only && READ_ONCE(vs->tap.numvtaps) == 1 &&
	    list_empty(&vs->outputs))
		at = vspan_now();
	if (unlikely(READ_ONCE(vs->full_at) != at))
		WRITE_ONCE(vs->full_at, at);
}

/* Nothing can be left to do to a frame on its own, with its checksum. */
static bool vspan_deliver_as_is(const struct sk_buff *skb)
{
	return likely(!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL);
}

/**
 * struct vspan_turn - one turn of a queue to deliver
 * @vs: the span
 * @tap_only: the tap's reader was the only one when it began
 * @ring: frames on their way into its ring
 */
struct vspan_turn {
	struct vspan_dev *vs;
	bool tap_only;
	struct sk_buff_head ring;
};

static void vspan_deliver_turn_begin(struct vspan_turn *turn, struct vspan_dev *vs)
{
	turn->vs = vs;
	turn->tap_only = vspan_deliver_tap_only(vs);
	__skb_queue_head_init(&turn->ring);
}

static void vspan_deliver_turn_end(struct vspan_turn *turn)
{
	if (!skb_queue_empty(&turn->ring))
		vspan_deliver_note(turn->vs, vspan_ring_put(turn->vs, &turn->ring),
				   true);
}

/* What the core and tap.ko would do nothing more to: no tag to be taken out of the
 * bytes, nothing to be made for a reader without virtio headers.
 */
static bool vspan_deliver_is_for_ring(const struct vspan_dev *vs,
				      const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	return vspan_deliver_as_is(skb) && !eth_type_vlan(eth->h_proto) &&
	       list_empty(&vs->outputs);
}

/* To all there are. A frame counts as delivered unless the tap's reader should have had
 * it, and does not.
 */
static void vspan_deliver_to_all(struct vspan_dev *vs, struct sk_buff *skb,
				 bool tap_only)
{
	unsigned int n = vspan_cb(skb)->frames;
	unsigned int len = vspan_wire_len_fast(skb);
	enum vspan_drop why;

	skb->protocol = eth_type_trans(skb, vs->dev);
	if (!list_empty(&vs->outputs))
		vspan_output_send(vs, skb);
	why = vspan_deliver_receive(vs, skb, tap_only);
	vspan_deliver_note(vs, why == VSPAN_DROP_RING_FULL, tap_only);
	if (likely(why == VSPAN_DROP_CNT))
		vspan_stats_add_frames(vs->stats, VSPAN_RX_PACKETS, n, len);
	else
		vspan_stats_drop(vs->stats, why, n);
}

/**
 * vspan_deliver_keeps - will a copy be in the tap's ring as it is now?
 * @vs: the span, the only reader of which is the tap's
 * @skb: the copy; data at the MAC header
 *
 * That may change until it is delivered: what is shared then and goes another way is
 * cloned first. What is charged to a socket is to be the reader's alone.
 *
 * Return: true if so, for all that is known.
 */
bool vspan_deliver_keeps(const struct vspan_dev *vs, const struct sk_buff *skb)
{
	const struct vspan_cb *cb = vspan_cb((struct sk_buff *)skb);

	return cb->snap == VSPAN_SNAP_NONE && skb_headlen(skb) >= ETH_HLEN &&
	       skb->truesize <= VSPAN_QUEUE_TRUESIZE && vspan_deliver_is_for_ring(vs, skb);
}

static void vspan_deliver_frame(struct vspan_turn *turn, struct sk_buff *skb)
{
	unsigned int n = vspan_cb(skb)->frames;

	skb = vspan_deliver_prepare(turn->vs, skb);
	if (skb && turn->tap_only && vspan_deliver_is_for_ring(turn->vs, skb)) {
		__skb_queue_tail(&turn->ring, skb);
		return;
	}
	/* Not ahead of those that came before. */
	vspan_deliver_turn_end(turn);
	if (likely(skb))
		skb = skb_share_check(skb, GFP_ATOMIC);
	if (likely(skb))
		vspan_deliver_to_all(turn->vs, skb, turn->tap_only);
	else
		vspan_stats_drop(turn->vs->stats, VSPAN_DROP_NO_MEMORY, n);
}

/* Let the work make frames of the copy that was begun last. The NAPI does nothing more
 * until that is done.
 */
static void vspan_deliver_later(struct vspan_queue *q, struct sk_buff *skb)
{
	WRITE_ONCE(q->long_copy, skb);
	queue_work(vspan_deliver_wq, &q->work);
}

/* Make frames of the next copy: none if it was lost. False if it takes so long that
 * a work does it.
 */
static bool vspan_deliver_begin(struct vspan_queue *q, struct vspan_turn *turn)
{
	struct sk_buff *skb = __skb_dequeue(&q->batch);

	q->begun++;
	if (!vspan_deliver_as_is(skb) && vspan_wire_is_long(q->vs, skb)) {
		/* The work may be there first. */
		vspan_deliver_turn_end(turn);
		vspan_deliver_later(q, skb);
		return false;
	}
	q->frames = vspan_deliver_as_is(skb) ? skb : vspan_wire_form(q->vs, skb);
	return true;
}

static void vspan_deliver_next(struct vspan_queue *q, struct vspan_turn *turn)
{
	struct sk_buff *skb = q->frames;

	if (unlikely(!skb))
		return;
	q->frames = skb->next;
	skb_mark_not_on_list(skb);
	vspan_deliver_frame(turn, skb);
}

/**
 * vspan_deliver_straight - give a copy to the tap's reader, at once
 * @vs: the span
 * @skb: the copy, as vspan_queue_add() has it; no other of its flow waits
 *
 * Whoever is alone in a poll shares no step with others, and pays for a softirq, two
 * locks and a list.
 *
 * Context: BH off, RCU; production's.
 * Return: false, and nothing was done, if there is more to be done to the copy, or if
 *	there are other readers, or another CPU is at the ring.
 */
bool vspan_deliver_straight(struct vspan_dev *vs, struct sk_buff *skb)
{
	const struct vspan_cb *cb = vspan_cb(skb);
	bool full;

	if (cb->snap != VSPAN_SNAP_NONE || cb->note ||
	    skb_headlen(skb) < ETH_HLEN || !vspan_deliver_is_for_ring(vs, skb) ||
	    !vspan_deliver_tap_only(vs) || !vspan_ring_try(vs, skb, &full))
		return false;
	vspan_deliver_note(vs, full, true);
	return true;
}

/**
 * vspan_deliver - bring copies into the span's form and receive them
 * @q: the queue, which has taken a batch of them
 * @budget: frames that may be delivered; the rest stays in @q
 *
 * Who begins to read in the middle of a batch has the next one.
 *
 * Context: the NAPI of @q.
 * Return: frames delivered, or lost on their way.
 */
unsigned int vspan_deliver(struct vspan_queue *q, unsigned int budget)
{
	struct vspan_turn turn;
	unsigned int made;

	rcu_read_lock();
	vspan_deliver_turn_begin(&turn, q->vs);
	for (made = 0; made < budget; made++) {
		if (!q->frames && (skb_queue_empty(&q->batch) || !vspan_deliver_begin(q, &turn)))
			break;
		vspan_deliver_next(q, &turn);
	}
	vspan_deliver_turn_end(&turn);
	rcu_read_unlock();
	return made;
}

/**
 * vspan_deliver_frames - receive frames that were made of a long copy
 * @q: the queue
 * @budget: how many of them
 *
 * Context: the work of @q, BH off.
 */
void vspan_deliver_frames(struct vspan_queue *q, unsigned int budget)
{
	struct vspan_turn turn;

	rcu_read_lock();
	vspan_deliver_turn_begin(&turn, q->vs);
	for (; budget && q->frames; budget--)
		vspan_deliver_next(q, &turn);
	vspan_deliver_turn_end(&turn);
	rcu_read_unlock();
}
