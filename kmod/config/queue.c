// SPDX-License-Identifier: GPL-2.0
/* Creates, opens, closes and frees the queues of a span. */
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "config/queue.h"
#include "config/seen.h"
#include "path/cb.h"
#include "path/deliver.h"
#include "path/queue.h"
#include "path/seen.h"
#include "stats.h"
#include "vspan.h"

/**
 * vspan_queue_init - allocate the workqueue of all spans
 *
 * Return: 0 or -ENOMEM.
 */
int vspan_queue_init(void)
{
	vspan_deliver_wq = alloc_workqueue("vspan", WQ_UNBOUND, 0);
	return vspan_deliver_wq ? 0 : -ENOMEM;
}

/**
 * vspan_queue_uninit - free the workqueue when no span is left
 */
void vspan_queue_uninit(void)
{
	destroy_workqueue(vspan_deliver_wq);
}

/**
 * vspan_queue_create - allocate the queues of a new span, closed
 * @vs: the span
 *
 * Return: 0 or -ENOMEM.
 */
int vspan_queue_create(struct vspan_dev *vs)
{
	int cpu, i;

	vs->queues = alloc_percpu_gfp(struct vspan_queue, GFP_KERNEL_ACCOUNT);
	if (!vs->queues)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct vspan_queue *q = per_cpu_ptr(vs->queues, cpu);

		skb_queue_head_init(&q->list);
		__skb_queue_head_init(&q->batch);
		INIT_WORK(&q->work, vspan_queue_cut);
		q->vs = vs;
		/* Copies carry no NAPI ID, so no socket could busy-poll it. */
		set_bit(NAPI_STATE_NO_BUSY_POLL, &q->napi.state);
		netif_napi_add(vs->dev, &q->napi, vspan_queue_poll);
	}
	for (i = 0; i < VSPAN_FLOWS; i++)
		vs->flow_cpu[i] = cpumask_first(cpu_possible_mask);
	return 0;
}

/**
 * vspan_queue_open - start to take copies
 * @vs: a span that goes up
 */
void vspan_queue_open(struct vspan_dev *vs)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct vspan_queue *q = per_cpu_ptr(vs->queues, cpu);

		napi_enable(&q->napi);
		spin_lock_bh(&q->list.lock);
		q->open = true;
		spin_unlock_bh(&q->list.lock);
	}
}

static void vspan_queue_lose(struct vspan_queue *q, struct sk_buff *skb)
{
	vspan_stats_drop(q->vs->stats, VSPAN_DROP_FLUSHED, vspan_cb(skb)->frames);
	kfree_skb(skb);
}

/* Copies that were taken off the list, but not delivered. */
static void vspan_queue_flush_begun(struct vspan_queue *q)
{
	struct sk_buff *skb, *next;

	skb_list_walk_safe(q->frames, skb, next) {
		skb_mark_not_on_list(skb);
		vspan_queue_lose(q, skb);
	}
	q->frames = NULL;
	if (q->long_copy)
		vspan_queue_lose(q, q->long_copy);
	q->long_copy = NULL;
	while ((skb = __skb_dequeue(&q->batch)))
		vspan_queue_lose(q, skb);
}

static void vspan_queue_flush(struct vspan_queue *q)
{
	struct sk_buff *skb;

	local_bh_disable();
	vspan_queue_flush_begun(q);
	while ((skb = __skb_dequeue(&q->list))) {
		vspan_seen_forget(q->vs, skb);
		vspan_queue_lose(q, skb);
	}
	q->truesize = 0;
	q->begun = q->added;
	/* Pairs with vspan_queue_has(). */
	smp_store_release(&q->done, q->added);
	local_bh_enable();
}

/**
 * vspan_queue_close - stop taking copies, and drop those that wait
 * @vs: a span that goes down
 */
void vspan_queue_close(struct vspan_dev *vs)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct vspan_queue *q = per_cpu_ptr(vs->queues, cpu);

		spin_lock_bh(&q->list.lock);
		WRITE_ONCE(q->open, false);
		spin_unlock_bh(&q->list.lock);
		/* No copy is added now. Next, stop the delivery. */
		napi_disable(&q->napi);
		cancel_work_sync(&q->work);
		vspan_queue_flush(q);
	}
	vspan_seen_flush(vs);
}

/**
 * vspan_queue_unlink - remove the NAPIs from the netdevice
 * @vs: a span that is down
 *
 * vspan_queue_destroy() must follow, a grace period later: netpoll walks the
 * list of NAPIs under RCU.
 */
void vspan_queue_unlink(struct vspan_dev *vs)
{
	int cpu;

	for_each_possible_cpu(cpu)
		__netif_napi_del(&per_cpu_ptr(vs->queues, cpu)->napi);
}

/**
 * vspan_queue_destroy - free the queues
 * @vs: a span that the packet path no longer uses
 */
void vspan_queue_destroy(struct vspan_dev *vs)
{
	free_percpu(vs->queues);
}
