/* SPDX-License-Identifier: GPL-2.0 */
/* Which frames a span has. */
#ifndef _VSPAN_SEEN_H
#define _VSPAN_SEEN_H

#include <linux/atomic.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

/* Notes of copies that a span has; and how many bindings they can tell apart. */
#define VSPAN_SEEN_BITS		11
#define VSPAN_SEEN_MARKS	128

/* The form of what is not noted. */
#define VSPAN_FORM_NONE		U64_MAX

struct vspan_dev;
struct vspan_rule;

/**
 * struct vspan_seen_slot - a note
 * @note: vspan_seen_note() of a copy that the span has, 0, or VSPAN_SEEN_BUSY
 * @form: vspan_seen_form() of that copy; READ_ONCE/WRITE_ONCE
 */
struct vspan_seen_slot {
	atomic64_t note;
	u64 form;
};

/**
 * enum vspan_overlap - can a frame pass several bindings of a span?
 * @VSPAN_OVERLAP_NONE: no
 * @VSPAN_OVERLAP_SOON: by ports of one bridge, which copy all; see dedup.c
 * @VSPAN_OVERLAP_LATE: some time after the first
 */
enum vspan_overlap {
	VSPAN_OVERLAP_NONE,
	VSPAN_OVERLAP_SOON,
	VSPAN_OVERLAP_LATE,
};

/**
 * struct vspan_seen - which frames a span has
 * @overlap: enum vspan_overlap; READ_ONCE/WRITE_ONCE
 * @kept: copies that keep the notes true, per CPU
 * @slots: a note of each, by the hash of its place; a later one may take the slot
 * @marks: how many bindings have each mark; RTNL
 */
struct vspan_seen {
	u32 overlap;
	struct vspan_kept __percpu *kept;
	struct vspan_seen_slot slots[1 << VSPAN_SEEN_BITS];
	unsigned int marks[VSPAN_SEEN_MARKS];
};

/**
 * struct vspan_kept_copy - a copy that is kept for its note
 * @skb: a clone of it, or the copy itself, which the tap's reader has as well
 * @note: vspan_seen_note()
 * @truesize: memory it holds, in bytes
 * @at: since when, in lower bits of jiffies
 */
struct vspan_kept_copy {
	struct sk_buff *skb;
	u64 note;
	u32 truesize;
	u32 at;
};

/**
 * struct vspan_kept - copies that are kept for their notes, per CPU
 * @lock: of all the others
 * @copies: a ring of them, NULL before the first
 * @begin: number of the oldest
 * @end: number of the next
 * @truesize: memory they hold, in bytes
 * @work: lets them go when no more copies come
 * @vs: the span
 */
struct vspan_kept {
	spinlock_t lock;	/* covers all */
	struct vspan_kept_copy *copies;
	u32 begin;
	u32 end;
	size_t truesize;
	struct delayed_work work;
	struct vspan_dev *vs;
};

u64 vspan_seen_note(const void *data, u8 mark);
u64 vspan_seen_form(unsigned int len, u32 snap, u16 vid);
void vspan_seen_set(struct vspan_dev *vs, const struct sk_buff *skb);
bool vspan_seen(struct vspan_dev *vs, const struct sk_buff *skb, u8 mark, u64 form,
		const struct vspan_rule *rule);
void vspan_seen_keep(struct vspan_dev *vs, struct sk_buff_head *batch);
void vspan_seen_forget(struct vspan_dev *vs, const struct sk_buff *skb);
bool vspan_seen_drop(struct vspan_kept *kept);
void vspan_seen_work(struct work_struct *work);

#endif /* _VSPAN_SEEN_H */
