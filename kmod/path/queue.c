// SPDX-License-Identifier: GPL-2.0
/*
 * Moves copies from the context of production to that of the span: a bounded queue per
 * CPU, emptied by a NAPI of the span. gro_cells are not used since they pass clones to
 * netif_rx(), whose backlog is shared with production.
 */
#include <linux/netdevice.h>

#include "path/cb.h"
#include "path/deliver.h"
#include "path/queue.h"
#include "path/seen.h"
#include "path/wire.h"
#include "stats.h"
#include "vspan.h"

/* Take up to @budget copies off the queue. Return: how many. */
static int vspan_queue_take(struct vspan_queue *q, struct sk_buff_head *batch,
			    int budget)
{
	struct sk_buff *skb;
	int n;

	spin_lock(&q->list.lock);
	n = skb_queue_len(&q->list);
	if (n <= budget) {
		skb_queue_splice_init(&q->list, batch);
		q->truesize = 0;
	} else {
		for (n = 0; n < budget; n++) {
			skb = __skb_dequeue(&q->list);
			q->truesize -= skb->truesize;
			__skb_queue_tail(batch, skb);
		}
	}
	spin_unlock(&q->list.lock);
	return n;
}

/* Is the work segmenting a copy? Then it owns the members of @q that the NAPI otherwise
 * owns.
 */
static bool vspan_queue_is_cutting(const struct vspan_queue *q)
{
	/* Pairs with vspan_queue_cut(). */
	return smp_load_acquire(&q->long_copy);
}

/* The number of copies whose frames have all been delivered. */
static u32 vspan_queue_ended(const struct vspan_queue *q)
{
	return q->begun - (vspan_queue_is_cutting(q) || q->frames);
}

static bool vspan_queue_is_idle(const struct vspan_queue *q)
{
	return !q->frames && skb_queue_empty(&q->batch) &&
	       skb_queue_empty_lockless(&q->list);
}

/* Deliver up to @budget frames. A copy may have more segments; the rest of them is
 * delivered in the next poll, so that others get the CPU in between.
 */
static unsigned int vspan_queue_work(struct vspan_queue *q, int budget)
{
	unsigned int made;

	if (!q->frames && skb_queue_empty(&q->batch)) {
		if (vspan_queue_take(q, &q->batch, budget) == 1)
			WRITE_ONCE(q->alone, VSPAN_QUEUE_ALONE);
		vspan_seen_keep(q->vs, &q->batch);
	}
	made = vspan_deliver(q, budget);
	/* Pairs with vspan_queue_has(): when it sees that these copies are delivered, the
	 * next ones of their flow may be delivered by another CPU.
	 */
	smp_store_release(&q->done, vspan_queue_ended(q));
	return made;
}

/**
 * vspan_queue_poll - deliver what is in a queue
 * @napi: &struct vspan_queue.napi
 * @budget: maximum number of frames
 *
 * Return: less than @budget if the NAPI has nothing more to do.
 */
int vspan_queue_poll(struct napi_struct *napi, int budget)
{
	struct vspan_queue *q = container_of(napi, struct vspan_queue, napi);
	unsigned int made = 0;

	if (!vspan_queue_is_cutting(q))
		made = vspan_queue_work(q, budget);
	if (!vspan_queue_is_cutting(q) && !vspan_queue_is_idle(q))
		return budget;
	/* No copy is left behind: a napi_schedule() for a copy added to the empty queue,
	 * or by the work, makes napi_complete_done() schedule the NAPI again.
	 */
	made = min_t(unsigned int, made, budget - 1);
	napi_complete_done(napi, made);
	return made;
}

/**
 * vspan_queue_cut - segment a long copy, and deliver the frames
 * @work: &struct vspan_queue.work
 *
 * A copy that a guest has sent with a gso_size of 8 may have thousands of segments. They
 * are made with BH on and delivered in small groups. So other work of the CPU goes first,
 * and its softirqs are not deferred to ksoftirqd.
 *
 * Context: process, BH on.
 */
void vspan_queue_cut(struct work_struct *work)
{
	struct vspan_queue *q = container_of(work, struct vspan_queue, work);

	q->frames = vspan_wire_form(q->vs, q->long_copy);
	while (q->frames && READ_ONCE(q->open)) {
		local_bh_disable();
		vspan_deliver_frames(q, NAPI_POLL_WEIGHT);
		local_bh_enable();
		cond_resched();
	}
	/* Pairs with vspan_queue_is_cutting(). */
	smp_store_release(&q->long_copy, NULL);
	local_bh_disable();
	napi_schedule(&q->napi);
	local_bh_enable();
}

static bool vspan_queue_has_room(const struct vspan_queue *q)
{
	unsigned int qlen = READ_ONCE(q->vs->dev->tx_queue_len);

	return skb_queue_len(&q->list) < qlen &&
	       q->truesize < (size_t)qlen * VSPAN_QUEUE_TRUESIZE;
}

/* Does the queue have a copy of the flow that is not delivered yet? The result may be a
 * harmless false positive if the flow has paused while the counters advanced by 2^31.
 */
static bool vspan_queue_has(const struct vspan_queue *q, unsigned int flow)
{
	/* Pairs with vspan_queue_poll(). */
	return (s32)(READ_ONCE(q->tails[flow]) - smp_load_acquire(&q->done)) > 0;
}

/* Must the flow's next copy go to the queue of @cpu, which is locked? If that queue has
 * no copy of the flow, the flow moves to the current CPU, and @led is set. It moves once
 * per copy, so that two CPUs do not take it from each other forever.
 */
static bool vspan_queue_keeps(const struct vspan_queue *q, unsigned int flow,
			      unsigned int cpu, bool *led)
{
	unsigned int here = smp_processor_id();
	u32 *flow_cpu = &q->vs->flow_cpu[flow];

	if (unlikely(READ_ONCE(*flow_cpu) != cpu))
		return false;
	if (likely(cpu == here) || *led || vspan_queue_has(q, flow))
		return true;
	WRITE_ONCE(*flow_cpu, here);
	*led = true;
	return false;
}

/* Add a copy to @q, which is locked and is the queue of the flow. */
static bool vspan_queue_put(struct vspan_queue *q, unsigned int flow,
			    struct sk_buff *skb, enum vspan_drop *why)
{
	if (unlikely(!q->open || !vspan_queue_has_room(q))) {
		*why = q->open ? VSPAN_DROP_QUEUE_FULL : VSPAN_DROP_SPAN_DOWN;
		return false;
	}
	__skb_queue_tail(&q->list, skb);
	q->truesize += skb->truesize;
	WRITE_ONCE(q->tails[flow], ++q->added);
	if (vspan_cb(skb)->note)
		vspan_seen_set(q->vs, skb);
	return true;
}

/* May the copy be delivered without the queue? That is cheaper if copies arrive one at a
 * time. After VSPAN_QUEUE_ALONE copies one is queued, to find out whether they still do.
 * A copy is also queued if its flow belongs to another CPU or has copies in the queue.
 */
static bool vspan_queue_may_skip(struct vspan_dev *vs, unsigned int flow)
{
	struct vspan_queue *q = this_cpu_ptr(vs->queues);
	unsigned int alone = READ_ONCE(q->alone);

	if (likely(!alone))
		return false;
	WRITE_ONCE(q->alone, alone - 1);
	return READ_ONCE(vs->flow_cpu[flow]) == smp_processor_id() &&
	       !vspan_queue_has(q, flow);
}

/**
 * vspan_queue_add - pass a copy to the span
 * @vs: the span
 * @flow: vspan_order_flow() of the frame
 * @skb: the copy; data at the MAC header; consumed if the result is true
 * @why: set to the reason if the result is false
 *
 * The copy goes to the queue of this CPU. If another CPU's queue still has copies of the
 * same flow, it goes behind these, as in get_rps_cpu(). So the copies of a flow stay in
 * order, in each direction and between the two.
 *
 * Context: BH off, RCU.
 * Return: false if there was no room or the span is down.
 */
bool vspan_queue_add(struct vspan_dev *vs, unsigned int flow,
		     struct sk_buff *skb, enum vspan_drop *why)
{
	bool first, keeps, led = false, added = false;
	struct vspan_queue *q;

	if (vspan_queue_may_skip(vs, flow) && vspan_deliver_straight(vs, skb))
		return true;
	/* Usually only this CPU adds copies to the queue and removes them. The lock is
	 * for flows that have moved, a threaded NAPI, and vspan_queue_close(). If the
	 * flow has moved, the loop starts again with its new queue.
	 */
	do {
		unsigned int cpu = READ_ONCE(vs->flow_cpu[flow]);

		q = per_cpu_ptr(vs->queues, cpu);
		spin_lock(&q->list.lock);
		first = skb_queue_empty(&q->list);
		keeps = vspan_queue_keeps(q, flow, cpu, &led);
		if (likely(keeps))
			added = vspan_queue_put(q, flow, skb, why);
		spin_unlock(&q->list.lock);
	} while (unlikely(!keeps));

	/* This also works for the queue of another CPU: its NAPI then runs here. */
	if (added && first)
		napi_schedule(&q->napi);
	return added;
}
