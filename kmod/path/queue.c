// SPDX-License-Identifier: GPL-2.0
/*
 * From the production context to the span's own: a bounded queue per CPU,
 * emptied by a NAPI of the span. gro_cells would do, but sends clones through
 * netif_rx(), whose backlog production shares.
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

/* Has the work a copy, and with it all that the NAPI calls its own? */
static bool vspan_queue_is_cutting(const struct vspan_queue *q)
{
	/* Pairs with vspan_queue_cut(). */
	return smp_load_acquire(&q->long_copy);
}

/* Copies that have been begun, and have no frames left to be delivered. */
static u32 vspan_queue_ended(const struct vspan_queue *q)
{
	return q->begun - (vspan_queue_is_cutting(q) || q->frames);
}

static bool vspan_queue_is_idle(const struct vspan_queue *q)
{
	return !q->frames && skb_queue_empty(&q->batch) &&
	       skb_queue_empty_lockless(&q->list);
}

/* Deliver up to @budget frames. A copy may be many: what is left of it is taken up in
 * the next poll, as others are waiting for the CPU.
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
	/* Pairs with vspan_queue_has(): who finds these gone from here may have
	 * others delivered elsewhere.
	 */
	smp_store_release(&q->done, vspan_queue_ended(q));
	return made;
}

/**
 * vspan_queue_poll - deliver what is in a queue
 * @napi: &struct vspan_queue.napi
 * @budget: frames that may be delivered
 *
 * Return: less than @budget if that was all for now.
 */
int vspan_queue_poll(struct napi_struct *napi, int budget)
{
	struct vspan_queue *q = container_of(napi, struct vspan_queue, napi);
	unsigned int made = 0;

	if (!vspan_queue_is_cutting(q))
		made = vspan_queue_work(q, budget);
	if (!vspan_queue_is_cutting(q) && !vspan_queue_is_idle(q))
		return budget;
	/* Whoever adds to an empty queue, and the work, call napi_schedule(), which
	 * is remembered until here.
	 */
	made = min_t(unsigned int, made, budget - 1);
	napi_complete_done(napi, made);
	return made;
}

/**
 * vspan_queue_cut - make frames of a long copy, and deliver them
 * @work: &struct vspan_queue.work
 *
 * Thousands of frames may be in a copy that a guest has sent (with a gso_size of 8).
 * They are made with BH on, and delivered some at a time: whatever else the CPU has to do
 * comes first, and is not put off to ksoftirqd, as it is where softirqs are many.
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

/* Is a copy of that flow still to be delivered from here? A flow that rests while
 * the counters go half around may seem to be; it does no harm.
 */
static bool vspan_queue_has(const struct vspan_queue *q, unsigned int flow)
{
	/* Pairs with vspan_queue_poll(). */
	return (s32)(READ_ONCE(q->tails[flow]) - smp_load_acquire(&q->done)) > 0;
}

/* Is the queue of @cpu, which is locked, where the flow's next copy belongs? If the
 * flow has nothing there any more, it is led to the CPU it is at now, @led; once, lest
 * two CPUs take it from each other for ever.
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

/* @q is locked, and has the flow. */
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

/* May the copy be delivered without the queue? Where copies come one at a time, that
 * costs less; every so often one is queued, to find out whether they still do. What is
 * here of its flow, from whichever CPU, goes first.
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
 * vspan_queue_add - hand a copy over to the span
 * @vs: the span
 * @flow: vspan_order_flow() of the frame
 * @skb: the copy; data at the MAC header; consumed if there was room
 * @why: set to the reason if there was none
 *
 * To this CPU's queue; but where copies of the same flow, which was at another CPU,
 * are not delivered yet, behind those, as get_rps_cpu() does it. So no copy
 * overtakes one that was taken before it, of the same way or the other.
 *
 * Context: BH off, RCU.
 * Return: true if the span has it now.
 */
bool vspan_queue_add(struct vspan_dev *vs, unsigned int flow,
		     struct sk_buff *skb, enum vspan_drop *why)
{
	bool first, keeps, led = false, added = false;
	struct vspan_queue *q;

	if (vspan_queue_may_skip(vs, flow) && vspan_deliver_straight(vs, skb))
		return true;
	/* Mostly, only this CPU adds here, and its consumer is here too: the lock
	 * is for flows that have moved, a threaded NAPI, and vspan_queue_close().
	 * Another round follows when the flow was led elsewhere.
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

	/* Another CPU's NAPI, too, may run here. */
	if (added && first)
		napi_schedule(&q->napi);
	return added;
}
