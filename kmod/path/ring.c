// SPDX-License-Identifier: GPL-2.0
/*
 * Puts frames into the rings of the span's tap, several at a time. tap_handle_frame()
 * takes a lock for each frame, and wakes the reader even if it is awake.
 */
#include <linux/if_tap.h>
#include <linux/poll.h>
#include <linux/ptr_ring.h>
#include <net/sock.h>

#include "path/cb.h"
#include "path/queue.h"
#include "path/ring.h"
#include "path/wire.h"
#include "stats.h"
#include "vspan.h"

/* Memory limit, in bytes: for frames of a page or less in each ring, and for larger
 * frames in all rings together.
 */
static u64 vspan_ring_share(const struct vspan_dev *vs)
{
	return (u64)READ_ONCE(vs->dev->tx_queue_len) * VSPAN_QUEUE_TRUESIZE;
}

/**
 * vspan_ring_charge - charge the memory of a frame, if the tap's rings have room for it
 * @vs: the span
 * @skb: the frame, owned by the caller
 *
 * A ring limits the number of frames, but one frame may have 64 KiB. That number is
 * enough of a limit for small frames. Large ones are charged to the socket @vs->pinned
 * until their reader takes them, like frames that a process sends. This costs two atomic
 * operations per frame. The socket may outlive the span, like the rings that readers keep
 * open.
 *
 * Context: BH off.
 * Return: false if there is no room.
 */
bool vspan_ring_charge(const struct vspan_dev *vs, struct sk_buff *skb)
{
	struct sock *sk = vs->pinned->sk;
	u64 held;

	if (likely(skb->truesize <= VSPAN_QUEUE_TRUESIZE))
		return true;
	/* One frame always has room; otherwise a short ring would take no large frame. */
	held = sk_wmem_alloc_get(sk);
	if (held && held + skb->truesize > vspan_ring_share(vs))
		return false;
	skb_set_owner_w(skb, sk);
	return true;
}

/**
 * vspan_ring_pins - get the maximum memory of frames in the rings of stopped readers
 * @vs: the span
 *
 * Return: bytes, for the current number of the tap's queues, or for one if it has none.
 */
u64 vspan_ring_pins(const struct vspan_dev *vs)
{
	return vspan_ring_share(vs) * (1 + max(READ_ONCE(vs->tap.numvtaps), 1));
}

/**
 * struct vspan_ring_sums - results for the frames of a batch
 * @frames: number of frames delivered
 * @bytes: length of these frames
 * @lost: number of frames without room in their ring
 * @full: the last frame of the batch had no room
 */
struct vspan_ring_sums {
	unsigned int frames;
	unsigned int bytes;
	unsigned int lost;
	bool full;
};

/* The queue for a frame, by the hash from vspan_mirror_send(), as in tap_get_queue().
 * NULL if the last reader has just closed the tap.
 */
static struct tap_queue *vspan_ring_of(const struct vspan_dev *vs,
				       const struct sk_buff *skb)
{
	int n = READ_ONCE(vs->tap.numvtaps);

	return rcu_dereference(vs->tap.taps[n > 1 ? skb->hash % n : 0]);
}

/* Put one frame into a ring. The length is read first, as the reader owns the frame once
 * it is in the ring.
 */
static bool vspan_ring_add(const struct vspan_dev *vs, struct tap_queue *q,
			   struct sk_buff *skb, struct vspan_ring_sums *sums)
{
	unsigned int n = vspan_cb(skb)->frames;
	unsigned int len = vspan_wire_len_fast(skb);

	sums->full = !vspan_ring_charge(vs, skb) ||
		     __ptr_ring_produce(&q->ring, skb);
	if (unlikely(sums->full)) {
		sums->lost += n;
		return false;
	}
	sums->frames += n;
	sums->bytes += len;
	return true;
}

/* Move frames to the ring of @q, up to the first frame for another queue. Frames without
 * room go to @lost.
 */
static void vspan_ring_fill(const struct vspan_dev *vs, struct tap_queue *q,
			    struct sk_buff_head *frames,
			    struct sk_buff_head *lost,
			    struct vspan_ring_sums *sums)
{
	struct sk_buff *skb;

	spin_lock(&q->ring.producer_lock);
	do {
		skb = __skb_dequeue(frames);
		if (!vspan_ring_add(vs, q, skb, sums))
			__skb_queue_tail(lost, skb);
		skb = skb_peek(frames);
	} while (skb && vspan_ring_of(vs, skb) == q);
	spin_unlock(&q->ring.producer_lock);
}

/* Wake the reader of a ring if it sleeps. The barrier in skwq_has_sleeper() pairs with
 * those of a reader before it checks the ring and sleeps (prepare_to_wait() in
 * tap_do_read(), poll_wait()).
 */
static void vspan_ring_wake(struct tap_queue *q)
{
	if (skwq_has_sleeper(rcu_dereference(q->sk.sk_wq)))
		wake_up_interruptible_poll(sk_sleep(&q->sk),
					   EPOLLIN | EPOLLRDNORM | EPOLLRDBAND);
}

/* Free a frame whose reader has closed the tap. It counts as delivered, like any other
 * frame that no reader waits for.
 */
static void vspan_ring_miss(struct sk_buff_head *frames,
			    struct vspan_ring_sums *sums)
{
	struct sk_buff *skb = __skb_dequeue(frames);

	sums->frames += vspan_cb(skb)->frames;
	sums->bytes += vspan_wire_len_fast(skb);
	consume_skb(skb);
}

static void vspan_ring_count(const struct vspan_dev *vs,
			     const struct vspan_ring_sums *sums)
{
	if (likely(sums->frames))
		vspan_stats_add_frames(vs->stats, VSPAN_RX_PACKETS, sums->frames,
				       sums->bytes);
	if (unlikely(sums->lost))
		vspan_stats_drop(vs->stats, VSPAN_DROP_RING_FULL, sums->lost);
}

/**
 * vspan_ring_put - pass frames to the readers of the span's tap, and count them
 * @vs: the span
 * @frames: at least one frame, with checksums and hash, data at the MAC header, no tag in
 *	the bytes; the list is empty afterwards
 *
 * Context: BH off, RCU.
 * Return: true if the last frame was lost because its ring was full.
 */
bool vspan_ring_put(struct vspan_dev *vs, struct sk_buff_head *frames)
{
	struct vspan_ring_sums sums = { 0 };
	struct sk_buff_head lost;
	struct tap_queue *q;
	struct sk_buff *skb;

	__skb_queue_head_init(&lost);
	while ((skb = skb_peek(frames))) {
		q = vspan_ring_of(vs, skb);
		if (unlikely(!q)) {
			vspan_ring_miss(frames, &sums);
			continue;
		}
		vspan_ring_fill(vs, q, frames, &lost, &sums);
		vspan_ring_wake(q);
	}
	while ((skb = __skb_dequeue(&lost)))
		kfree_skb_reason(skb, SKB_DROP_REASON_FULL_RING);
	vspan_ring_count(vs, &sums);
	return sums.full;
}

/**
 * vspan_ring_try - like vspan_ring_put() for one frame, without waiting for the lock
 * @vs: the span
 * @skb: the frame, as for vspan_ring_put(); consumed if the result is true
 * @full: set to whether the frame was lost because its ring was full
 *
 * Context: BH off, RCU; the context of the production packet, where sockets wake their
 *	readers, too.
 * Return: false if nothing was done, because another CPU holds the lock of the ring or
 *	the tap has no reader.
 */
bool vspan_ring_try(struct vspan_dev *vs, struct sk_buff *skb, bool *full)
{
	struct vspan_ring_sums sums = { 0 };
	struct tap_queue *q = vspan_ring_of(vs, skb);
	bool added;

	if (unlikely(!q) || !spin_trylock(&q->ring.producer_lock))
		return false;
	added = vspan_ring_add(vs, q, skb, &sums);
	spin_unlock(&q->ring.producer_lock);
	if (likely(added))
		vspan_ring_wake(q);
	else
		kfree_skb_reason(skb, SKB_DROP_REASON_FULL_RING);
	vspan_ring_count(vs, &sums);
	*full = sums.full;
	return true;
}
