/* SPDX-License-Identifier: GPL-2.0 */
/* The per-CPU queues between the hooks and a span. */
#ifndef _VSPAN_QUEUE_H
#define _VSPAN_QUEUE_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include "stats.h"

struct vspan_dev;

/*
 * Memory bound of a per-CPU queue, in bytes of truesize per frame of qlen:
 * a full-size frame with its overhead fits, a queue full of 64 KiB
 * GSO packets does not.
 */
#define VSPAN_QUEUE_TRUESIZE	4096

/* Copies that bypass the queue after a copy was alone in it. */
#define VSPAN_QUEUE_ALONE	16

/* Bits of the hash that identifies a flow. */
#define VSPAN_FLOW_BITS		10
#define VSPAN_FLOWS		(1 << VSPAN_FLOW_BITS)

/**
 * struct vspan_queue - copies on their way from a hook to the span, per CPU
 * @list: the copies; its lock also covers @truesize, @added, @open, and @tails
 * @truesize: memory held by @list, in bytes
 * @added: copies that were ever put on @list; wraps
 * @done: how many of them were delivered or lost; wraps; written with release semantics
 *	by the context that delivers
 * @begun: how many copies delivery has begun with; wraps; NAPI
 * @batch: copies taken off @list that delivery has not begun with; NAPI
 * @frames: frames of the current copy that are not yet delivered, linked by ->next;
 *	NAPI, or the work while @long_copy is set
 * @long_copy: a copy that takes long to segment, while @work does it
 * @work: segments @long_copy, then schedules the NAPI
 * @open: copies are accepted; cleared before the queue is emptied for good
 * @stalled: frames of this CPU that arrived while the tap's ring was full
 * @alone: how many more copies bypass the queue; set when a copy was alone in it;
 *	READ_ONCE/WRITE_ONCE
 * @napi: the context that delivers
 * @vs: the span
 * @tails: value of @added after the last copy of each flow in this queue. It is not
 *	beside &struct vspan_dev.flow_cpu, because each copy writes it and CPUs with
 *	different flows would share its cache lines
 */
struct vspan_queue {
	struct sk_buff_head list;
	size_t truesize;
	u32 added;
	u32 done;
	u32 begun;
	struct sk_buff_head batch;
	struct sk_buff *frames;
	struct sk_buff *long_copy;
	struct work_struct work;
	bool open;
	unsigned int stalled;
	unsigned int alone;
	struct napi_struct napi;
	struct vspan_dev *vs;
	u32 tails[VSPAN_FLOWS];
};

int vspan_queue_poll(struct napi_struct *napi, int budget);
void vspan_queue_cut(struct work_struct *work);
bool vspan_queue_add(struct vspan_dev *vs, unsigned int flow,
		     struct sk_buff *skb, enum vspan_drop *why);

#endif /* _VSPAN_QUEUE_H */
