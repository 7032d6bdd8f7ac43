// SPDX-License-Identifier: GPL-2.0
/*
 * A device that is busy (NETDEV_TX_BUSY) gets the frame once more later, and the taps
 * see it each time: xmit_one() in net/core/dev.c shows it before the device is asked.
 * The frame is put back ahead of all others of its qdisc, which counts that
 * (dev_requeue_skb() in net/sched/sch_generic.c), so it is the next one to be seen. What
 * is in the same memory as the last frame, with such a count in between, is that frame:
 * if the last one was sent, what was put back is another, which was there beside it.
 *
 * A qdisc without a lock (pfifo_fast) counts on each CPU for itself, and another CPU may
 * try again: that would take a sum over all CPUs for every frame. There, a frame that
 * is sent twice is copied twice.
 */
#include <net/sch_generic.h>

#include "vspan.h"

/**
 * vspan_requeue_again - does a device that was busy get this frame once more?
 * @port: the device
 * @skb: the frame, as it is sent; each is to be asked for, once
 *
 * Context: BH off, RCU; one CPU at a time sends for a qdisc.
 * Return: true if it is certain that it has been asked for already.
 */
bool vspan_requeue_again(struct vspan_port *port, const struct sk_buff *skb)
{
	unsigned int i = skb_get_queue_mapping(skb);
	struct vspan_sent *last;
	const struct Qdisc *q;
	bool again;
	u32 n;

	if (unlikely(i >= port->dev->num_tx_queues))
		return false;
	q = rcu_dereference(netdev_get_tx_queue(port->dev, i)->qdisc);
	if (!q || !q->enqueue || qdisc_is_percpu_stats(q))
		return false;
	last = &port->sent[q->dev_queue - port->dev->_tx];
	n = READ_ONCE(q->qstats.requeues);
	again = unlikely(n != READ_ONCE(last->requeues)) &&
		READ_ONCE(last->head) == skb->head;
	WRITE_ONCE(last->head, skb->head);
	WRITE_ONCE(last->requeues, n);
	return again;
}
