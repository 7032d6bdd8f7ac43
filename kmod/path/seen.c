// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames does a span have? A frame is known by where its first byte is in
 * memory, and by its form: one that was cut begins there too. As long as one who
 * shares that memory keeps it, nobody may change the frame there, and nobody can put
 * another there: who writes to shared data has to copy it first. So for each place
 * that is noted here, a copy of that frame is kept: the one on its way in a queue, and
 * after that the copy that the tap's reader has, or a clone, while production has the
 * frame, for VSPAN_SEEN_FOR at most.
 *
 * A note is made while the copy is there already, and taken away while it still
 * is. Who finds one has his own frame at that place, and both are there at once:
 * it is the same frame.
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

/* Bits of a note that tell bindings apart; the rest is the address. */
#define VSPAN_SEEN_MARK_BITS	ilog2(VSPAN_SEEN_MARKS)

/* A slot that somebody is writing to */
#define VSPAN_SEEN_BUSY		U64_MAX

/* A form: how long the frame is, its VLAN, and how much of it is copied. */
#define VSPAN_FORM_SNAP		GENMASK_ULL(63, 32)
#define VSPAN_FORM_VID		GENMASK_ULL(31, 20)
#define VSPAN_FORM_LEN		GENMASK_ULL(19, 0)

/* How long a copy is kept, in ticks: frames that wait in a qdisc or pass a veth
 * pair come by later than their copy leaves the queue.
 */
#define VSPAN_SEEN_FOR		(HZ / 20)

/* What may be kept, per CPU: production's memory is not to be pinned in bulk. A power of
 * two.
 */
#define VSPAN_SEEN_KEPT		256
#define VSPAN_SEEN_TRUESIZE	(2U << 20)

static struct vspan_seen_slot *vspan_seen_slot(struct vspan_dev *vs, u64 note)
{
	return &vs->seen.slots[hash_64(note >> VSPAN_SEEN_MARK_BITS, VSPAN_SEEN_BITS)];
}

/**
 * vspan_seen_form - how a copy looks, beside its bytes
 * @len: length of the frame
 * @snap: to how many bytes it is cut, VSPAN_SNAP_HEADERS or VSPAN_SNAP_NONE
 * @vid: its VLAN, as the rule sees it that copies it
 *
 * Return: the form, or VSPAN_FORM_NONE of what is too long to be described.
 */
u64 vspan_seen_form(unsigned int len, u32 snap, u16 vid)
{
	if (len > VSPAN_FORM_LEN)
		return VSPAN_FORM_NONE;
	return FIELD_PREP(VSPAN_FORM_LEN, len) | FIELD_PREP(VSPAN_FORM_VID, vid) |
	       FIELD_PREP(VSPAN_FORM_SNAP, snap);
}

/**
 * vspan_seen_note - how a copy is noted
 * @data: first byte of the frame
 * @mark: of the binding that copies it
 *
 * Return: the note; never 0.
 */
u64 vspan_seen_note(const void *data, u8 mark)
{
	return (u64)(unsigned long)data << VSPAN_SEEN_MARK_BITS | mark;
}

/**
 * vspan_seen_set - a copy of that frame is in a queue
 * @vs: the span
 * @skb: the copy, which has a note
 *
 * Where another CPU is writing to the slot, there will be no note of this copy.
 *
 * Context: that queue's lock is held, so that vspan_seen_keep() comes later.
 */
void vspan_seen_set(struct vspan_dev *vs, const struct sk_buff *skb)
{
	const struct vspan_cb *cb = vspan_cb((struct sk_buff *)skb);
	struct vspan_seen_slot *slot = vspan_seen_slot(vs, cb->note);
	u64 old = atomic64_read(&slot->note);

	if (old == VSPAN_SEEN_BUSY ||
	    atomic64_cmpxchg(&slot->note, old, VSPAN_SEEN_BUSY) != old)
		return;
	/* Who reads this form reads a note that is busy, or the new one, after it. */
	WRITE_ONCE(slot->form, FIELD_PREP(VSPAN_FORM_SNAP, cb->snap) | cb->form);
	atomic64_set_release(&slot->note, cb->note);
}

/* Another note may have taken the place meanwhile. */
static void vspan_seen_clear(struct vspan_dev *vs, u64 note)
{
	struct vspan_seen_slot *slot = vspan_seen_slot(vs, note);

	if (atomic64_read(&slot->note) == note)
		atomic64_cmpxchg(&slot->note, note, 0);
}

/* Another VLAN is another frame to who selects by VLANs. A filter may: but a tag that
 * is there or not is a matter of the layer, as for a NIC and its VLAN device.
 */
static bool vspan_seen_vlan(u64 noted, u64 form, const struct vspan_rule *rule)
{
	u16 had = FIELD_GET(VSPAN_FORM_VID, noted), has = FIELD_GET(VSPAN_FORM_VID, form);

	if (rule->by_vlan)
		return had == has;
	return !rule->filter || had == has || !had || !has;
}

/* Is what the span has of a frame as good as what this rule would copy? A frame that
 * was trimmed at its end (padding, by netfilter) is in the longer one; a truncated copy is
 * only as good as one that is as short.
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
 * vspan_seen - has the span a copy of this frame, taken at another device?
 * @vs: the span
 * @skb: the frame; data at the MAC header
 * @mark: of the binding on this device
 * @form: vspan_seen_form() of the copy that would be made
 * @rule: by which it would be made
 *
 * The device itself does not count: what is received and sent by one port is on
 * that cable twice.
 *
 * Context: RCU.
 * Return: true if that is certain.
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

/* Production is done with the frame: it will not come by again. */
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
 * vspan_seen_drop - let go of the oldest copy that is kept, and of its note
 * @kept: where it is kept; its lock is held
 *
 * Return: false if none is kept.
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
 * vspan_seen_work - let go of copies whose time has come
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
 * vspan_seen_forget - a copy is in no queue any more, and not kept
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

/* Most spans never keep a copy. */
static bool vspan_seen_may_keep(struct vspan_kept *kept)
{
	if (likely(kept->copies))
		return true;
	kept->copies = kmalloc_array(VSPAN_SEEN_KEPT, sizeof(*kept->copies),
				     GFP_ATOMIC | __GFP_NOWARN);
	return kept->copies;
}

/* A copy that the reader gets as it is need not be cloned: the reader does not change
 * it, and frees it when the reader and this list are done with it.
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

	/* A frame that production is done with cannot come by again. */
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

/* Where all is copied whole, what a port has received is known by skb_iif; what the
 * host sends is not.
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
 * vspan_seen_keep - copies have left their queue and will be changed
 * @vs: the span
 * @batch: the copies, as they were put into the queue
 *
 * Some may have been noted before the last change of the plan: whatever that is
 * now, no note stays behind.
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
