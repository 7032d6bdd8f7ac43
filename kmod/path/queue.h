/* SPDX-License-Identifier: GPL-2.0 */
/* The queues between production and a span, and what may be asked of queue.c. */
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

/* So many copies are delivered without the queue once one was alone there. */
#define VSPAN_QUEUE_ALONE	16

/* Flows are told apart by so many bits of a hash. */
#define VSPAN_FLOW_BITS		10
#define VSPAN_FLOWS		(1 << VSPAN_FLOW_BITS)

/**
 * struct vspan_queue - copies on their way from a hook to the span, per CPU
 * @list: the copies; its lock also covers @truesize, @added, @open, and @tails
 * @truesize: memory held by @list, in bytes
 * @added: copies that were ever put on @list; wraps
 * @done: copies of them that the readers have, or that are lost; wraps; written by
 *	who delivers, with release semantics
 * @begun: copies that were ever begun to be delivered; wraps; NAPI
 * @batch: copies taken off @list, and not begun; NAPI
 * @frames: what the last one begun was made into and is not delivered, by ->next; NAPI,
 *	or the work while @long_copy is there
 * @long_copy: a copy that takes long to be made into frames, while @work does it
 * @work: makes frames of @long_copy, and has the NAPI deliver them
 * @open: copies are taken; cleared before the queue is emptied for good
 * @stalled: frames of this CPU that came while the tap's ring was full
 * @alone: how many copies are still to go straight to the reader, for the last that
 *	went through here was alone; READ_ONCE/WRITE_ONCE
 * @napi: the context that delivers
 * @vs: the span
 * @tails: @added as it was behind the last copy of each flow that was put
 *	here. Here, not beside &struct vspan_dev.flow_cpu, as each copy writes it: no two
 *	CPUs are to pass a cache line to and fro for flows of their own
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
