// SPDX-License-Identifier: GPL-2.0
/* Delivers copies: the span receives them as frames. */
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

/* Segments long copies, for all queues. Allocated by vspan_queue_init(). */
struct workqueue_struct *vspan_deliver_wq;

/**
 * struct vspan_verdict - result for the frame that a CPU is delivering
 * @bh_lock: for kernels with PREEMPT_RT where BH sections can preempt each other
 * @vs: the span that delivers the frame, or NULL
 * @task: the task that delivers it; with PREEMPT_RT, another task may preempt it
 * @full: the tap's ring had no room for the frame
 * @no_memory: the frame could not be cloned for the tap
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
 * vspan_deliver_lost - record that the tap's reader does not get a frame
 * @vs: the span
 * @why: VSPAN_DROP_RING_FULL or VSPAN_DROP_NO_MEMORY
 *
 * If vspan_deliver_receive() is delivering the frame, it counts the loss. A frame that tc
 * has redirected to the span is counted here.
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

/* Pass a frame to the tap; free it if there is no reader. */
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
 * vspan_deliver_handler - rx_handler of the span, passes frames to the tap only
 * @pskb: the frame, after packet sockets for all protocols and tc
 *
 * Packet sockets for one protocol get frames after the rx_handler. If there are any,
 * RX_HANDLER_EXACT passes the frame to them, but not to IP and ARP.
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

/* Cut a copy that the hook could not cut. Return: @skb, or a new copy that replaces it,
 * or NULL if there was no memory.
 */
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
 * vspan_deliver_tap_only - is the tap the only receiver of frames in the core?
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

/* Receive a frame: like netif_receive_skb(), but directly to the tap if there is no other
 * receiver. If the tag is in the bytes, the core has to untag the frame, so it takes the
 * normal path. RPS is not used: it would break the order of copies, and a full ring could
 * not be reported to the caller.
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

/* Return: why the tap's reader did not get the frame; VSPAN_DROP_CNT if it did, or if the
 * tap has no reader.
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

/* Pass a copy to psample, then cut it. Return: NULL if there was no memory. */
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

/* Record a full ring if the tap is the only reader, so that the hook makes no clones for
 * it for a while (vspan_mirror_stalled()).
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

/* Is the copy a single frame with its checksum, so that no more work is needed? */
static bool vspan_deliver_as_is(const struct sk_buff *skb)
{
	return likely(!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL);
}

/**
 * struct vspan_turn - one round of deliveries from a queue
 * @vs: the span
 * @tap_only: vspan_deliver_tap_only() at the beginning
 * @ring: frames to be put into the tap's rings together
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

/* Can the frame go into the tap's ring directly? It can if the core and tap.ko would not
 * change it: there is no tag in the bytes, and a reader without virtio headers can take
 * the frame as it is.
 */
static bool vspan_deliver_is_for_ring(const struct vspan_dev *vs,
				      const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	return vspan_deliver_as_is(skb) && !eth_type_vlan(eth->h_proto) &&
	       list_empty(&vs->outputs);
}

/* Deliver a frame to all outputs and readers. It counts as delivered unless the tap's
 * reader has lost it.
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
 * vspan_deliver_keeps - will a copy be put into the tap's ring unchanged?
 * @vs: the span, whose only reader is the tap
 * @skb: the copy; data at the MAC header
 *
 * This may change before the delivery; then a copy that is shared is cloned first. A copy
 * that is charged to a socket must not be shared, so the result is false for large ones.
 *
 * Return: true if so, as far as is known now.
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
	/* Keep the order: earlier frames go first. */
	vspan_deliver_turn_end(turn);
	if (likely(skb))
		skb = skb_share_check(skb, GFP_ATOMIC);
	if (likely(skb))
		vspan_deliver_to_all(turn->vs, skb, turn->tap_only);
	else
		vspan_stats_drop(turn->vs->stats, VSPAN_DROP_NO_MEMORY, n);
}

/* Let the work segment the current copy. The NAPI delivers nothing until the work has
 * finished.
 */
static void vspan_deliver_later(struct vspan_queue *q, struct sk_buff *skb)
{
	WRITE_ONCE(q->long_copy, skb);
	queue_work(vspan_deliver_wq, &q->work);
}

/* Make frames of the next copy: segment it or finish its checksum, if needed. There are
 * no frames if it is lost. Return: false if the copy is so long that the work does this.
 */
static bool vspan_deliver_begin(struct vspan_queue *q, struct vspan_turn *turn)
{
	struct sk_buff *skb = __skb_dequeue(&q->batch);

	q->begun++;
	if (!vspan_deliver_as_is(skb) && vspan_wire_is_long(q->vs, skb)) {
		/* The work may deliver at once, so earlier frames go first. */
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
 * vspan_deliver_straight - put a copy into the tap's ring without the queue
 * @vs: the span
 * @skb: the copy, as passed to vspan_queue_add(); no other copy of its flow is queued
 *
 * The queue costs a softirq, two locks and a list. That only pays if a poll delivers
 * several copies.
 *
 * Context: BH off, RCU; the context of the production packet.
 * Return: false if nothing was done, because the copy needs more work, there are other
 *	readers, or another CPU holds the lock of the ring.
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
 * vspan_deliver - make frames of copies, and receive them
 * @q: the queue, which has taken a batch of copies
 * @budget: maximum number of frames; the rest stays in @q
 *
 * Readers are looked up once per call, so a new one gets frames from the next call on.
 *
 * Context: the NAPI of @q.
 * Return: number of frames that were delivered or lost.
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
 * vspan_deliver_frames - receive the frames of a long copy
 * @q: the queue
 * @budget: maximum number of frames
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
