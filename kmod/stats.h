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
 * @VSPAN_DROP_REASONS: not one of them: stands for a row each of that table
 */
enum vspan_drop {
#define VSPAN_DROP_INDEX(id, name)	VSPAN_DROP_##id,
	VSPAN_DROP_REASONS(VSPAN_DROP_INDEX)
#undef VSPAN_DROP_INDEX
	VSPAN_DROP_CNT,
};

/**
 * enum vspan_counter - what is counted; a span uses RX for what it delivered
 *	and TX_PACKETS for what its monitor tried to send
 * @VSPAN_RX_PACKETS: frames in receive direction
 * @VSPAN_RX_BYTES: their bytes
 * @VSPAN_TX_PACKETS: frames in transmit direction
 * @VSPAN_TX_BYTES: their bytes
 * @VSPAN_FILTERED: frames that the rule refused
 * @VSPAN_DUP: frames the span had already
 * @VSPAN_SAMPLED_OUT: frames that sampling passed over
 * @VSPAN_OFF_CABLE: frames that no cable carried, see cable.h
 * @VSPAN_OTHER_SHARES: frames of flows that are in another share
 * @VSPAN_DROPS: first of VSPAN_DROP_CNT counters, by enum vspan_drop
 * @VSPAN_COUNTER_CNT: how many there are
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
 * @syncp: lets 32-bit readers see whole values
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

/* @packets is VSPAN_RX_PACKETS or VSPAN_TX_PACKETS; its bytes come next. */
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
