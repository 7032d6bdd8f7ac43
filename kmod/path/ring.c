// SPDX-License-Identifier: GPL-2.0
/*
 * Into the rings of the span's tap, many frames at a time. tap_handle_frame() takes a
 * lock for each, and wakes readers who are awake.
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

/* What frames of a page or less may hold in one ring, and larger ones in all of them */
static u64 vspan_ring_share(const struct vspan_dev *vs)
{
	return (u64)READ_ONCE(vs->dev->tx_queue_len) * VSPAN_QUEUE_TRUESIZE;
}

/**
 * vspan_ring_charge - is there room for a frame's memory in the tap's rings?
 * @vs: the span
 * @skb: the frame, on its way there; ours
 *
 * A ring counts frames, and one may be 64 KiB. Small ones are bounded by their number;
 * the others are charged to a socket until their reader has them, as what a process
 * sends is. It costs them two atomic operations, and outlives the span, as the rings do
 * whose readers keep them open.
 *
 * Context: BH off.
 * Return: true if so; the room is then taken.
 */
bool vspan_ring_charge(const struct vspan_dev *vs, struct sk_buff *skb)
{
	struct sock *sk = vs->pinned->sk;
	u64 held;

	if (likely(skb->truesize <= VSPAN_QUEUE_TRUESIZE))
		return true;
	/* One has room, however large it is: else a short ring would take none. */
	held = sk_wmem_alloc_get(sk);
	if (held && held + skb->truesize > vspan_ring_share(vs))
		return false;
	skb_set_owner_w(skb, sk);
	return true;
}

/**
 * vspan_ring_pins - how much memory can a reader hold that has stopped?
 * @vs: the span
 *
 * Return: bytes, with as many queues as the tap has now; of one if it has none.
 */
u64 vspan_ring_pins(const struct vspan_dev *vs)
{
	return vspan_ring_share(vs) * (1 + max(READ_ONCE(vs->tap.numvtaps), 1));
}

/**
 * struct vspan_ring_sums - what became of the frames of a batch
 * @frames: that readers have
 * @bytes: of those
 * @lost: for which there was no room
 * @full: the last of all was one of these
 */
struct vspan_ring_sums {
	unsigned int frames;
	unsigned int bytes;
	unsigned int lost;
	bool full;
};

/* As tap_get_queue() has it, which finds the hash of vspan_mirror_send(), too. NULL: the
 * reader has just gone.
 */
static struct tap_queue *vspan_ring_of(const struct vspan_dev *vs,
				       const struct sk_buff *skb)
{
	int n = READ_ONCE(vs->tap.numvtaps);

	return rcu_dereference(vs->tap.taps[n > 1 ? skb->hash % n : 0]);
}

/* Counts first: what is in the ring is its reader's. */
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

/* Move frames to the ring of @q, up to the first that another queue is to have; those
 * without room to @lost.
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

/* Whoever is about to sleep looks into the ring once more, behind a barrier that this
 * one pairs with (prepare_to_wait() in tap_do_read(), poll_wait()).
 */
static void vspan_ring_wake(struct tap_queue *q)
{
	if (skwq_has_sleeper(rcu_dereference(q->sk.sk_wq)))
		wake_up_interruptible_poll(sk_sleep(&q->sk),
					   EPOLLIN | EPOLLRDNORM | EPOLLRDBAND);
}

/* For whom the reader has gone, counts as delivered, as for all who come too late. */
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
 * vspan_ring_put - give frames to the readers of the span's tap, and count them
 * @vs: the span
 * @frames: whole and with their checksums; data at the MAC header, no tag in the
 *	bytes, the hash set; at least one; is left empty
 *
 * Context: BH off, RCU.
 * Return: true if the last of them was lost, because the ring was full.
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
 * vspan_ring_try - the same for one frame, if it can be had at once
 * @vs: the span
 * @skb: the frame, as for vspan_ring_put(); is the reader's, or lost and freed
 * @full: whether it was lost
 *
 * Does not wait for another CPU that is at the ring. The reader is woken as by any
 * socket that has got a packet.
 *
 * Context: BH off, RCU; production's, where wake-ups are made for sockets, too.
 * Return: false, and nothing was done, if another CPU is there or nobody reads.
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
