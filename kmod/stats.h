/* SPDX-License-Identifier: GPL-2.0 */
/* Per-CPU counters of spans and sources. */
#ifndef _VSPAN_STATS_H
#define _VSPAN_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>
#include <uapi/linux/vspan.h>
#include <vspan-drops.h>

/**
 * enum vspan_drop - index of a drop reason, in the order of VSPAN_DROP_REASONS
 * @VSPAN_DROP_REASONS: no member: a macro that expands to one member for each reason
 */
enum vspan_drop {
#define VSPAN_DROP_INDEX(id, name)	VSPAN_DROP_##id,
	VSPAN_DROP_REASONS(VSPAN_DROP_INDEX)
#undef VSPAN_DROP_INDEX
	VSPAN_DROP_CNT,
};

/**
 * enum vspan_counter - the counters; a span counts delivered frames as RX, and frames
 *	that its monitor tried to send as TX_PACKETS
 * @VSPAN_RX_PACKETS: frames in receive direction
 * @VSPAN_RX_BYTES: their bytes
 * @VSPAN_TX_PACKETS: frames in transmit direction
 * @VSPAN_TX_BYTES: their bytes
 * @VSPAN_FILTERED: frames that the rule refused
 * @VSPAN_DUP: frames of which the span has a copy already
 * @VSPAN_SAMPLED_OUT: frames that were not sampled
 * @VSPAN_OFF_CABLE: frames that no cable carried, see path/cable.h
 * @VSPAN_OTHER_SHARES: frames of flows in other shares
 * @VSPAN_DROPS: first of VSPAN_DROP_CNT counters, by enum vspan_drop
 * @VSPAN_COUNTER_CNT: number of counters
 */
enum vspan_counter {
	VSPAN_RX_PACKETS,
	VSPAN_RX_BYTES,
	VSPAN_TX_PACKETS,
	VSPAN_TX_BYTES,
	VSPAN_FILTERED,
	VSPAN_DUP,
	VSPAN_SAMPLED_OUT,
	VSPAN_OFF_CABLE,
	VSPAN_OTHER_SHARES,
	VSPAN_DROPS,
	VSPAN_COUNTER_CNT = VSPAN_DROPS + VSPAN_DROP_CNT,
};

/**
 * struct vspan_stats - the counters on one CPU, written with BH off
 * @v: the values
 * @syncp: makes reads of 64-bit values consistent on 32-bit machines
 */
struct vspan_stats {
	u64_stats_t v[VSPAN_COUNTER_CNT];
	struct u64_stats_sync syncp;
};

/**
 * struct vspan_sums - counters added up over all CPUs
 * @v: the sums
 */
struct vspan_sums {
	u64 v[VSPAN_COUNTER_CNT];
};

extern const char *const vspan_drop_names[VSPAN_DROP_CNT];

struct vspan_stats __percpu *vspan_stats_alloc(void);
void vspan_stats_sum(const struct vspan_stats __percpu *stats,
		     struct vspan_sums *sums);
u64 vspan_stats_dropped(const struct vspan_sums *sums);

static inline void vspan_stats_add(struct vspan_stats __percpu *stats,
				   enum vspan_counter which, unsigned int n)
{
	struct vspan_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->v[which], n);
	u64_stats_update_end(&s->syncp);
}

/* @packets is VSPAN_RX_PACKETS or VSPAN_TX_PACKETS; the next counter has the bytes. */
static inline void vspan_stats_add_frames(struct vspan_stats __percpu *stats,
					  enum vspan_counter packets,
					  unsigned int n, unsigned int bytes)
{
	struct vspan_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->v[packets], n);
	u64_stats_add(&s->v[packets + 1], bytes);
	u64_stats_update_end(&s->syncp);
}

static inline void vspan_stats_drop(struct vspan_stats __percpu *stats,
				    enum vspan_drop why, unsigned int n)
{
	vspan_stats_add(stats, VSPAN_DROPS + why, n);
}

#endif /* _VSPAN_STATS_H */
