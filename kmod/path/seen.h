/* SPDX-License-Identifier: GPL-2.0 */
/* Remembers the frames of which a span has a copy. */
#ifndef _VSPAN_SEEN_H
#define _VSPAN_SEEN_H

#include <linux/atomic.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

/* Number of notes per span, as a power of two, and of bindings that notes distinguish. */
#define VSPAN_SEEN_BITS		11
#define VSPAN_SEEN_MARKS	128

/* The form of a frame that gets no note. */
#define VSPAN_FORM_NONE		U64_MAX

struct vspan_dev;
struct vspan_rule;

/**
 * struct vspan_seen_slot - a note about a copy
 * @note: vspan_seen_note() of the copy, 0 if there is none, or VSPAN_SEEN_BUSY
 * @form: vspan_seen_form() of that copy; READ_ONCE/WRITE_ONCE
 */
struct vspan_seen_slot {
	atomic64_t note;
	u64 form;
};

/**
 * enum vspan_overlap - can a frame pass several bindings of a span?
 * @VSPAN_OVERLAP_NONE: no
 * @VSPAN_OVERLAP_SOON: only those of one bridge's ports that copy all frames; see dedup.c
 * @VSPAN_OVERLAP_LATE: yes, the later ones after the first copy may have left its queue
 */
enum vspan_overlap {
	VSPAN_OVERLAP_NONE,
	VSPAN_OVERLAP_SOON,
	VSPAN_OVERLAP_LATE,
};

/**
 * struct vspan_seen - the frames of which a span has a copy
 * @overlap: enum vspan_overlap; READ_ONCE/WRITE_ONCE
 * @kept: copies that are kept so that their notes stay valid, per CPU
 * @slots: hash table of the notes, by address; a later note may overwrite an earlier one
 * @marks: number of bindings that have each mark; RTNL
 */
struct vspan_seen {
	u32 overlap;
	struct vspan_kept __percpu *kept;
	struct vspan_seen_slot slots[1 << VSPAN_SEEN_BITS];
	unsigned int marks[VSPAN_SEEN_MARKS];
};

/**
 * struct vspan_kept_copy - a copy that is kept for its note
 * @skb: a clone of the copy, or a second reference to the copy in the tap's ring
 * @note: vspan_seen_note() of the copy
 * @truesize: memory of @skb, in bytes
 * @at: time from which it is kept, the lower bits of jiffies
 */
struct vspan_kept_copy {
	struct sk_buff *skb;
	u64 note;
	u32 truesize;
	u32 at;
};

/**
 * struct vspan_kept - copies that are kept for their notes, per CPU
 * @lock: protects the other members
 * @copies: ring buffer of the copies, NULL before the first
 * @begin: number of the oldest copy
 * @end: number of the next copy
 * @truesize: memory of all the copies, in bytes
 * @work: frees the copies when no others arrive
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
