// SPDX-License-Identifier: GPL-2.0
/*
 * Remembers the frames of which a span has a copy. A frame is identified by the address
 * of its first byte, and by its form, since a truncated copy has the same address. While
 * a clone shares the data of a frame, the data must not be changed (a writer copies
 * shared data first), and its memory cannot be used for another frame. So for each
 * address that is noted here, a copy of the frame is kept: the copy in the queue; and
 * after that, the copy in the tap's ring or a clone, as long as production holds the
 * frame, but for VSPAN_SEEN_FOR at most.
 *
 * A note is made after its copy, and removed before the copy is freed. So if a frame has
 * the address in a note, the frame and the copy exist at the same time and are the same.
 */
#include <linux/bitfield.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "path/cb.h"
#include "path/deliver.h"
#include "path/rule.h"
#include "path/seen.h"
#include "vspan.h"

/* Bits of a note for the mark of the binding; the others are the address. */
#define VSPAN_SEEN_MARK_BITS	ilog2(VSPAN_SEEN_MARKS)

/* A slot that a CPU is writing to */
#define VSPAN_SEEN_BUSY		U64_MAX

/* Fields of a form: length to which the copy is cut, VLAN, and length of the frame. */
#define VSPAN_FORM_SNAP		GENMASK_ULL(63, 32)
#define VSPAN_FORM_VID		GENMASK_ULL(31, 20)
#define VSPAN_FORM_LEN		GENMASK_ULL(19, 0)

/* Time for which a copy is kept, in ticks. A frame that waits in a qdisc or passes a veth
 * pair reaches the next binding after its copy has left the queue.
 */
#define VSPAN_SEEN_FOR		(HZ / 20)

/* Limits per CPU, so that little of production's memory is pinned: number of copies, a
 * power of two, and their memory.
 */
#define VSPAN_SEEN_KEPT		256
#define VSPAN_SEEN_TRUESIZE	(2U << 20)

static struct vspan_seen_slot *vspan_seen_slot(struct vspan_dev *vs, u64 note)
{
	return &vs->seen.slots[hash_64(note >> VSPAN_SEEN_MARK_BITS, VSPAN_SEEN_BITS)];
}

/**
 * vspan_seen_form - describe a copy by its length and VLAN
 * @len: length of the frame
 * @snap: length to which it is cut, VSPAN_SNAP_HEADERS or VSPAN_SNAP_NONE
 * @vid: VLAN of the frame, as seen by the rule that copies it
 *
 * Return: the form, or VSPAN_FORM_NONE if the frame is too long for it.
 */
u64 vspan_seen_form(unsigned int len, u32 snap, u16 vid)
{
	if (len > VSPAN_FORM_LEN)
		return VSPAN_FORM_NONE;
	return FIELD_PREP(VSPAN_FORM_LEN, len) | FIELD_PREP(VSPAN_FORM_VID, vid) |
	       FIELD_PREP(VSPAN_FORM_SNAP, snap);
}

/**
 * vspan_seen_note - make a note about a copy
 * @data: first byte of the frame
 * @mark: mark of the binding that copies the frame
 *
 * Return: the note; never 0.
 */
u64 vspan_seen_note(const void *data, u8 mark)
{
	return (u64)(unsigned long)data << VSPAN_SEEN_MARK_BITS | mark;
}

/**
 * vspan_seen_set - store the note about a copy that is in a queue
 * @vs: the span
 * @skb: the copy, which has a note
 *
 * The note is lost if another CPU is writing to its slot.
 *
 * Context: the queue's lock is held, so that vspan_seen_keep() is called later.
 */
void vspan_seen_set(struct vspan_dev *vs, const struct sk_buff *skb)
{
	const struct vspan_cb *cb = vspan_cb((struct sk_buff *)skb);
	struct vspan_seen_slot *slot = vspan_seen_slot(vs, cb->note);
	u64 old = atomic64_read(&slot->note);

	if (old == VSPAN_SEEN_BUSY ||
	    atomic64_cmpxchg(&slot->note, old, VSPAN_SEEN_BUSY) != old)
		return;
	/* A reader of this form then reads VSPAN_SEEN_BUSY or the new note. */
	WRITE_ONCE(slot->form, FIELD_PREP(VSPAN_FORM_SNAP, cb->snap) | cb->form);
	atomic64_set_release(&slot->note, cb->note);
}

/* Remove a note, unless another one has overwritten it. */
static void vspan_seen_clear(struct vspan_dev *vs, u64 note)
{
	struct vspan_seen_slot *slot = vspan_seen_slot(vs, note);

	if (atomic64_read(&slot->note) == note)
		atomic64_cmpxchg(&slot->note, note, 0);
}

/* Is the VLAN the same to this rule? A rule that selects by VLAN needs the exact VLAN. A
 * filter may look at the VLAN too, but there a missing tag matches: a frame has a tag on
 * the NIC and none on its VLAN device. To other rules the VLAN does not matter.
 */
static bool vspan_seen_vlan(u64 noted, u64 form, const struct vspan_rule *rule)
{
	u16 had = FIELD_GET(VSPAN_FORM_VID, noted), has = FIELD_GET(VSPAN_FORM_VID, form);

	if (rule->by_vlan)
		return had == has;
	return !rule->filter || had == has || !had || !has;
}

/* Does the copy that the span has contain the copy that this rule would make? A whole
 * copy also contains the frame after its padding has been trimmed, as by netfilter. A
 * truncated copy only contains one of the same lengths.
 */
static bool vspan_seen_covers(u64 noted, u64 form, const struct vspan_rule *rule)
{
	u32 had = FIELD_GET(VSPAN_FORM_LEN, noted), has = FIELD_GET(VSPAN_FORM_LEN, form);
	u32 snap = FIELD_GET(VSPAN_FORM_SNAP, noted);

	if (snap != VSPAN_SNAP_NONE &&
	    (snap != FIELD_GET(VSPAN_FORM_SNAP, form) || had != has))
		return false;
	return had >= has && vspan_seen_vlan(noted, form, rule);
}

/**
 * vspan_seen - does the span have a copy of this frame from another device?
 * @vs: the span
 * @skb: the frame; data at the MAC header
 * @mark: mark of the binding on this device
 * @form: vspan_seen_form() of the copy that would be made
 * @rule: the rule of that copy
 *
 * A copy from the same device does not count: a frame that a port receives and transmits
 * is on the cable twice.
 *
 * Context: RCU.
 * Return: true if it certainly does.
 */
bool vspan_seen(struct vspan_dev *vs, const struct sk_buff *skb, u8 mark, u64 form,
		const struct vspan_rule *rule)
{
	u64 own = vspan_seen_note(skb->data, mark);
	const struct vspan_seen_slot *slot = vspan_seen_slot(vs, own);
	u64 note = atomic64_read_acquire(&slot->note);
	u64 noted;

	if (note == own || (note ^ own) >> VSPAN_SEEN_MARK_BITS)
		return false;
	noted = READ_ONCE(slot->form);
	/* Pairs with the cmpxchg in vspan_seen_set(). */
	smp_rmb();
	return (u64)atomic64_read(&slot->note) == note && form != VSPAN_FORM_NONE &&
	       vspan_seen_covers(noted, form, rule);
}

/* Is it time to free this copy? If it is no longer cloned, production has freed the
 * frame, so the frame cannot pass another binding.
 */
static bool vspan_seen_over(const struct vspan_kept *kept,
			    const struct vspan_kept_copy *copy)
{
	return !skb_cloned(copy->skb) || kept->end - kept->begin == VSPAN_SEEN_KEPT ||
	       kept->truesize > VSPAN_SEEN_TRUESIZE ||
	       (u32)jiffies - copy->at > VSPAN_SEEN_FOR;
}

static struct vspan_kept_copy *vspan_seen_nth(const struct vspan_kept *kept, u32 n)
{
	return &kept->copies[n % VSPAN_SEEN_KEPT];
}

/**
 * vspan_seen_drop - free the oldest copy that is kept, and its note
 * @kept: the copies; the lock is held
 *
 * Return: false if there is no copy.
 */
bool vspan_seen_drop(struct vspan_kept *kept)
{
	struct vspan_kept_copy *copy;

	if (kept->begin == kept->end)
		return false;
	copy = vspan_seen_nth(kept, kept->begin++);
	kept->truesize -= copy->truesize;
	vspan_seen_clear(kept->vs, copy->note);
	consume_skb(copy->skb);
	return true;
}

static void vspan_seen_expire(struct vspan_kept *kept)
{
	while (kept->begin != kept->end &&
	       vspan_seen_over(kept, vspan_seen_nth(kept, kept->begin)))
		vspan_seen_drop(kept);
}

/**
 * vspan_seen_work - free the copies that need not be kept any longer
 * @work: &struct vspan_kept.work
 */
void vspan_seen_work(struct work_struct *work)
{
	struct vspan_kept *kept = container_of(to_delayed_work(work),
					       struct vspan_kept, work);

	spin_lock_bh(&kept->lock);
	vspan_seen_expire(kept);
	if (kept->begin != kept->end)
		schedule_delayed_work(&kept->work, VSPAN_SEEN_FOR);
	spin_unlock_bh(&kept->lock);
}

/**
 * vspan_seen_forget - remove the note of a copy that leaves the queue and is not kept
 * @vs: the span
 * @skb: the copy, as it was put into the queue
 *
 * Context: BH off.
 */
void vspan_seen_forget(struct vspan_dev *vs, const struct sk_buff *skb)
{
	u64 note = vspan_cb((struct sk_buff *)skb)->note;

	if (note)
		vspan_seen_clear(vs, note);
}

/* Allocate the ring buffer for the first copy; most spans never keep one. */
static bool vspan_seen_may_keep(struct vspan_kept *kept)
{
	if (likely(kept->copies))
		return true;
	kept->copies = kmalloc_array(VSPAN_SEEN_KEPT, sizeof(*kept->copies),
				     GFP_ATOMIC | __GFP_NOWARN);
	return kept->copies;
}

/* A copy that goes into the tap's ring unchanged needs no clone, only a reference: the
 * reader does not modify it.
 */
static struct sk_buff *vspan_seen_hold(const struct vspan_dev *vs, struct sk_buff *skb,
				       bool tap_only)
{
	if (tap_only && vspan_deliver_keeps(vs, skb))
		return skb_get(skb);
	return skb_clone(skb, GFP_ATOMIC);
}

static void vspan_seen_keep_one(struct vspan_kept *kept, struct sk_buff *skb,
				bool tap_only)
{
	struct sk_buff *mine = NULL;

	/* If production has freed the frame, it cannot pass another binding. */
	if (skb_cloned(skb) && vspan_seen_may_keep(kept))
		mine = vspan_seen_hold(kept->vs, skb, tap_only);
	if (!mine) {
		vspan_seen_forget(kept->vs, skb);
		return;
	}
	vspan_seen_expire(kept);
	kept->truesize += mine->truesize;
	*vspan_seen_nth(kept, kept->end++) = (struct vspan_kept_copy){
		.skb = mine,
		.note = vspan_cb(skb)->note,
		.truesize = mine->truesize,
		.at = jiffies,
	};
}

/* With VSPAN_OVERLAP_SOON, skb_iif identifies frames that another port has received, so
 * only copies of transmitted frames are kept: those may be from the host.
 */
static bool vspan_seen_keeps(u32 overlap, struct sk_buff *skb)
{
	return overlap == VSPAN_OVERLAP_LATE ||
	       (overlap == VSPAN_OVERLAP_SOON && vspan_cb(skb)->out_ifindex);
}

static void vspan_seen_keep_all(struct vspan_kept *kept, struct sk_buff_head *batch,
				u32 overlap)
{
	bool tap_only = vspan_deliver_tap_only(kept->vs);
	struct sk_buff *skb;

	skb_queue_walk(batch, skb) {
		if (!vspan_cb(skb)->note)
			continue;
		if (vspan_seen_keeps(overlap, skb))
			vspan_seen_keep_one(kept, skb, tap_only);
		else
			vspan_seen_forget(kept->vs, skb);
	}
	vspan_seen_expire(kept);
	if (kept->begin != kept->end)
		schedule_delayed_work(&kept->work, VSPAN_SEEN_FOR);
}

/**
 * vspan_seen_keep - keep copies that have left their queue, before they are changed
 * @vs: the span
 * @batch: the copies, as they were put into the queue
 *
 * If a copy is not kept, its note is removed. That includes notes that were made before
 * the last change of @vs->seen.overlap.
 *
 * Context: the span's NAPI.
 */
void vspan_seen_keep(struct vspan_dev *vs, struct sk_buff_head *batch)
{
	struct vspan_kept *kept = this_cpu_ptr(vs->seen.kept);
	u32 overlap = READ_ONCE(vs->seen.overlap);
	struct sk_buff *skb;

	if (overlap == VSPAN_OVERLAP_NONE) {
		skb_queue_walk(batch, skb)
			vspan_seen_forget(vs, skb);
		return;
	}
	rcu_read_lock();
	spin_lock(&kept->lock);
	vspan_seen_keep_all(kept, batch, overlap);
	spin_unlock(&kept->lock);
	rcu_read_unlock();
}
