// SPDX-License-Identifier: GPL-2.0
/*
 * Copies frames from a hook to the span's queue. It runs in the context of the production
 * packet, so it does as little as possible, and never changes the packet.
 */
#include <linux/hash.h>
#include <linux/rculist.h>
#include <linux/skbuff.h>
#include <net/sch_generic.h>

#include "path/bridge.h"
#include "path/cable.h"
#include "path/cb.h"
#include "path/dedup.h"
#include "path/handover.h"
#include "path/idle.h"
#include "path/limit.h"
#include "path/loop.h"
#include "path/mirror.h"
#include "path/order.h"
#include "path/outsend.h"
#include "path/port.h"
#include "path/queue.h"
#include "path/reader.h"
#include "path/rule.h"
#include "path/seen.h"
#include "path/select.h"
#include "path/share.h"
#include "path/snap.h"
#include "path/source.h"
#include "path/wire.h"
#include "stats.h"
#include "vspan.h"

/* Count a loss for the source, and also for the span, which outlives the source. */
static void vspan_mirror_drop(const struct vspan_source *src,
			      const struct sk_buff *skb, enum vspan_drop why)
{
	unsigned int n = vspan_wire_frames_fast(skb);

	vspan_stats_drop(src->stats, why, n);
	vspan_stats_drop(src->vs->stats, why, n);
}

/* The reader of the tap is checked first and inline, since most spans have only that. */
static bool vspan_mirror_has_reader(const struct vspan_dev *vs)
{
	return likely(READ_ONCE(vs->tap.numvtaps)) ||
	       vspan_reader_any(vs);
}

/* May the frame be copied? Without a reader, a clone would be wasted. */
static bool vspan_mirror_may(const struct vspan_dev *vs,
			     const struct sk_buff *skb, enum vspan_drop *why)
{
	if (!netif_running(vs->dev))
		*why = VSPAN_DROP_SPAN_DOWN;
	else if (!vspan_mirror_has_reader(vs))
		*why = VSPAN_DROP_NO_READER;
	else if (vspan_loop(vs, skb, skb->dev))
		*why = VSPAN_DROP_LOOP;
	else if (vspan_cable_unreadable(skb))
		*why = VSPAN_DROP_UNREADABLE;
	else
		return true;
	return false;
}

/* Clear the fields of the skb that direct its transmission and that skb_scrub_packet()
 * does not clear.
 */
static void vspan_mirror_scrub_hints(struct sk_buff *skb)
{
	skb->priority = 0;
	skb->no_fcs = 0;
#ifdef CONFIG_NET_SCHED
	skb->tc_index = 0;
#endif
	skb_set_dst_pending_confirm(skb, 0);
	skb_set_queue_mapping(skb, 0);
	skb_reset_redirect(skb);
	/* Otherwise the core skips the span's packet sockets. */
	skb_skip_tc_classify(skb);
}

/* Remove all references from the copy to the frame's origin: device, route, conntrack,
 * socket, marks, and zero-copy pages that a sender waits for. The bytes, the tag and the
 * receive time stay. The origin device may be unregistered before the copy is delivered.
 * The span cannot: it empties its queues before it is unregistered or changes netns.
 */
static bool vspan_mirror_scrub(const struct vspan_dev *vs, struct sk_buff *skb)
{
	ktime_t arrival = skb_tstamp(skb);

	if (skb_orphan_frags_rx(skb, GFP_ATOMIC))
		return false;
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb->tstamp = arrival;
	vspan_mirror_scrub_hints(skb);
	skb->dev = vs->dev;
	return true;
}

/* The length to which the rule cuts copies. */
static u32 vspan_mirror_snap(const struct vspan_rule *rule)
{
	if (likely(!rule->snap_headers && !rule->snaplen))
		return VSPAN_SNAP_NONE;
	return vspan_snap_rule(rule);
}

/* Record in the copy where it was taken and how much of it is delivered. */
static void vspan_mirror_label(struct sk_buff *skb, const struct vspan_rule *rule,
			       enum vspan_dir dir)
{
	struct vspan_cb *cb = vspan_cb(skb);
	int ifindex = skb->dev->ifindex;

	cb->in_ifindex = dir == VSPAN_DIR_RX ? ifindex : 0;
	cb->out_ifindex = dir == VSPAN_DIR_TX ? ifindex : 0;
	cb->rate = rule->sample ?: 1;
	cb->snap = vspan_mirror_snap(rule);
	cb->note = 0;
}

static bool vspan_mirror_overlaps(const struct vspan_dev *vs)
{
	return unlikely(READ_ONCE(vs->seen.overlap) != VSPAN_OVERLAP_NONE);
}

/* The form by which a copy that this rule makes is compared with other copies. */
static u64 vspan_mirror_form(const struct vspan_binding *b,
			     const struct vspan_rule *rule,
			     const struct sk_buff *skb, enum vspan_dir dir)
{
	u16 vid = rule->by_vlan ? vspan_select_vid(b->port, skb, dir) :
		  skb_vlan_tag_present(skb) ? skb_vlan_tag_get_id(skb) : 0;

	return vspan_seen_form(skb->len, vspan_mirror_snap(rule), vid);
}

/**
 * struct vspan_whole - properties of a frame before its copy is cut
 * @flow: vspan_order_flow()
 * @form: vspan_mirror_form() if bindings of the span overlap, or VSPAN_FORM_NONE
 * @data: first byte of the frame
 */
struct vspan_whole {
	unsigned int flow;
	u64 form;
	const unsigned char *data;
};

/* Note that the span has the frame, if the copy shares the memory of the frame. */
static void vspan_mirror_note(const struct vspan_binding *b, struct sk_buff *skb,
			      const struct vspan_whole *whole)
{
	struct vspan_cb *cb = vspan_cb(skb);

	if (likely(whole->form == VSPAN_FORM_NONE) || skb->data != whole->data)
		return;
	cb->form = lower_32_bits(whole->form);
	cb->note = vspan_seen_note(whole->data, b->mark);
}

/* Pass @skb, which the caller owns, to the span of the binding. */
static void vspan_mirror_send(const struct vspan_binding *b,
			      const struct vspan_rule *rule,
			      struct sk_buff *skb, enum vspan_dir dir,
			      const struct vspan_whole *whole)
{
	const struct vspan_source *src = b->src;
	enum vspan_drop why = VSPAN_DROP_NO_MEMORY;
	unsigned int n = vspan_wire_frames_fast(skb);
	unsigned int len;

	if (rule->tag == VSPAN_TAG_BRIDGE && !vspan_bridge_tag(skb, b->port, dir))
		goto drop;
	len = vspan_wire_len_fast(skb);
	vspan_mirror_label(skb, rule, dir);
	vspan_cb(skb)->frames = n;
	/* The tap selects its queue by this hash, so both directions of a flow use the
	 * same queue. 0 means no hash. Devices that transmit the copy use the upper bits.
	 */
	__skb_set_sw_hash(skb, (whole->flow + 1) * GOLDEN_RATIO_32, true);
	/* Memory from the emergency reserve must be freed soon, so it is not queued. */
	if (skb_pfmemalloc(skb) || !vspan_mirror_scrub(src->vs, skb))
		goto drop;
	vspan_mirror_note(b, skb, whole);
	if (!vspan_queue_add(src->vs, whole->flow, skb, &why))
		goto drop;
	vspan_stats_add_frames(src->stats, dir == VSPAN_DIR_RX ?
			       VSPAN_RX_PACKETS : VSPAN_TX_PACKETS, n, len);
	return;

drop:
	vspan_mirror_drop(src, skb, why);
	consume_skb(skb);
}

/* Can the copy be cut here, and to which length? Otherwise a whole clone is cut in the
 * span's context: after segmentation (GSO), after the checksum has been computed over all
 * bytes (CHECKSUM_PARTIAL), or after psample has got the length of the frame.
 */
static bool vspan_mirror_short(const struct vspan_source *src,
			       const struct vspan_rule *rule,
			       struct sk_buff *skb, unsigned int *len)
{
	u32 snap = vspan_mirror_snap(rule);

	if (likely(snap == VSPAN_SNAP_NONE) || skb_is_gso(skb) ||
	    READ_ONCE(src->vs->samplers))
		return false;
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    READ_ONCE(src->vs->frames) == VSPAN_FRAMES_WIRE)
		return false;
	*len = vspan_snap_len(skb, snap);
	return *len < skb->len;
}

/* Make a truncated copy: a trimmed clone if possible, as that is cheaper than copying the
 * bytes.
 */
static struct sk_buff *vspan_mirror_cut(struct sk_buff *skb, unsigned int len,
					bool mine)
{
	struct sk_buff *copy;

	if (!vspan_snap_may_trim(skb))
		return vspan_snap_copy(skb, len);
	copy = mine ? skb : skb_clone(skb, GFP_ATOMIC);
	if (copy)
		vspan_snap_trim(copy, len);
	return copy;
}

/* Was the tap's ring full a moment ago, and is the tap the only reader? Then frames are
 * not cloned, except every eighth, which finds out when the ring has room.
 */
static bool vspan_mirror_stalled(const struct vspan_dev *vs,
				 const struct vspan_rule *rule)
{
	if (likely(READ_ONCE(vs->full_at) != vspan_now()) ||
	    rule->tag != VSPAN_TAG_PORT ||
	    vspan_mirror_snap(rule) != VSPAN_SNAP_NONE)
		return false;
	return this_cpu_inc_return(vs->queues->stalled) % 8;
}

/* Count a frame as if the full ring had dropped its copy. */
static void vspan_mirror_turn_away(const struct vspan_source *src,
				   const struct sk_buff *skb,
				   enum vspan_dir dir)
{
	unsigned int n = vspan_wire_frames_fast(skb);

	vspan_stats_add_frames(src->stats, dir == VSPAN_DIR_RX ?
			       VSPAN_RX_PACKETS : VSPAN_TX_PACKETS, n,
			       vspan_wire_len_fast(skb));
	vspan_stats_drop(src->vs->stats, VSPAN_DROP_RING_FULL, n);
}

/* Will the device overwrite the MAC header after the packet taps? */
static bool vspan_mirror_unstable(const struct vspan_port *port, enum vspan_dir dir)
{
	return dir == VSPAN_DIR_TX && port->unstable;
}

/* @mine: the caller has the only reference to @skb, so it is used without a clone. */
static void vspan_mirror_copy(const struct vspan_binding *b,
			      const struct vspan_rule *rule,
			      struct sk_buff *skb, enum vspan_dir dir,
			      bool mine)
{
	const struct vspan_source *src = b->src;
	struct vspan_whole whole;
	struct sk_buff *copy;
	unsigned int len;

	if (unlikely(vspan_mirror_stalled(src->vs, rule))) {
		vspan_mirror_turn_away(src, skb, dir);
		if (mine)
			consume_skb(skb);
		return;
	}
	/* From the whole frame, since only some copies of a flow are cut here. */
	whole.flow = vspan_order_flow(skb);
	whole.data = skb->data;
	whole.form = vspan_mirror_overlaps(src->vs) ?
		     vspan_mirror_form(b, rule, skb, dir) : VSPAN_FORM_NONE;
	if (unlikely(vspan_mirror_unstable(b->port, dir)))
		copy = pskb_copy(skb, GFP_ATOMIC);
	else if (!vspan_mirror_short(src, rule, skb, &len))
		copy = mine ? skb : skb_clone(skb, GFP_ATOMIC);
	else
		copy = vspan_mirror_cut(skb, len, mine);
	if (copy)
		vspan_mirror_send(b, rule, copy, dir, &whole);
	else
		vspan_mirror_drop(src, skb, VSPAN_DROP_NO_MEMORY);
	if (mine && copy != skb)
		consume_skb(skb);
}

/* Does the rule select the frame? The cable is checked first: frames that the host loops
 * back have no valid MAC header for the other checks.
 */
static bool vspan_mirror_selects(const struct vspan_binding *b,
				 const struct vspan_rule *rule,
				 const struct sk_buff *skb, enum vspan_dir dir)
{
	enum vspan_counter why;

	if (dir == VSPAN_DIR_RX && vspan_cable_no(skb))
		why = VSPAN_OFF_CABLE;
	else if ((rule->by_vlan || rule->filter) &&
		 !vspan_select(rule, b->port, skb, dir))
		why = VSPAN_FILTERED;
	else if (rule->shares > 1 && !vspan_share_has(rule, skb))
		why = VSPAN_OTHER_SHARES;
	else if (vspan_mirror_overlaps(b->src->vs) && !rule->dup_keep &&
		 vspan_dedup(b, rule, skb, dir, vspan_mirror_form(b, rule, skb, dir)))
		why = VSPAN_DUP;
	else
		return true;
	vspan_stats_add(b->src->stats, why, vspan_wire_frames_fast(skb));
	return false;
}

/* Does the binding take the frame at this hook? While a binding moves between hooks, a
 * received frame passes both.
 */
static bool vspan_mirror_has(const struct vspan_binding *b, const struct sk_buff *skb,
			     enum vspan_dir dir)
{
	struct vspan_handover *ho = rcu_dereference(b->handover);

	return likely(!ho) || dir != VSPAN_DIR_RX ||
	       vspan_handover_takes(ho, b->port->hook, skb);
}

static bool vspan_mirror_samples(const struct vspan_source *src,
				 const struct vspan_rule *rule, const struct sk_buff *skb)
{
	if (rule->sample <= 1 || vspan_limit_sample(rule))
		return true;
	vspan_stats_add(src->stats, VSPAN_SAMPLED_OUT, vspan_wire_frames_fast(skb));
	return false;
}

/* Check for a reader when a frame is not selected, too. With a rule that selects few
 * frames, it would otherwise take long until the span becomes idle.
 */
static void vspan_mirror_pass(struct vspan_dev *vs)
{
	if (unlikely(!vspan_mirror_has_reader(vs)))
		vspan_idle_soon(vs);
}

/* The rule by which the frame must be copied, or NULL. */
static const struct vspan_rule *
vspan_mirror_wants(const struct vspan_binding *b, const struct sk_buff *skb,
		   enum vspan_dir dir)
{
	struct vspan_source *src = b->src;
	const struct vspan_rule *rule = rcu_dereference(src->rule);
	enum vspan_drop why = VSPAN_DROP_RATE_LIMIT;

	if (!(rule->dir & b->dirs & dir) || !vspan_mirror_has(b, skb, dir))
		return NULL;
	if (!vspan_mirror_selects(b, rule, skb, dir) ||
	    !vspan_mirror_samples(src, rule, skb)) {
		vspan_mirror_pass(src->vs);
		return NULL;
	}
	if (vspan_mirror_may(src->vs, skb, &why) &&
	    (!rule->rate ||
	     vspan_limit_rate(src, rule, vspan_wire_frames_fast(skb))))
		return rule;
	if (why == VSPAN_DROP_NO_READER && !list_empty(&src->vs->outputs))
		vspan_output_miss(src->vs, skb);
	if (why == VSPAN_DROP_NO_READER || why == VSPAN_DROP_SPAN_DOWN)
		vspan_idle_soon(src->vs);
	vspan_mirror_drop(src, skb, why);
	return NULL;
}

/**
 * vspan_mirror - copy a frame to every span that selects it
 * @port: the device that received or transmitted it
 * @skb: the frame, with its MAC header set; one reference to it is consumed
 * @dir: the direction of the frame
 *
 * If that reference is the last one, as for transmitted frames, which the core clones for
 * each tap, @skb itself goes to the last span without another clone.
 *
 * skb->data is moved to the MAC header for the copies. If others hold @skb, it is moved
 * back afterwards; only this CPU uses @skb meanwhile.
 *
 * Context: BH off, RCU.
 */
void vspan_mirror(struct vspan_port *port, struct sk_buff *skb,
		  enum vspan_dir dir)
{
	unsigned int mac_len = skb->data - skb_mac_header(skb);
	const struct vspan_rule *rule, *last_rule = NULL;
	const struct vspan_binding *b, *last = NULL;
	bool mine;

	skb_push(skb, mac_len);
	list_for_each_entry_rcu(b, &port->bindings, port_node) {
		rule = vspan_mirror_wants(b, skb, dir);
		if (!rule)
			continue;
		if (last)
			vspan_mirror_copy(last, last_rule, skb, dir, false);
		last = b;
		last_rule = rule;
	}
	mine = last && !skb_shared(skb);
	if (last)
		vspan_mirror_copy(last, last_rule, skb, dir, mine);
	if (mine)
		return;
	__skb_pull(skb, mac_len);
	consume_skb(skb);
}
