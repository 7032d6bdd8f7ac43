// SPDX-License-Identifier: GPL-2.0
/* Puts objects into messages as attributes, for get, dump and notify. */
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "config/source.h"
#include "netlink/nl.h"
#include "path/filter.h"
#include "path/port.h"
#include "path/reader.h"
#include "path/ring.h"
#include "path/rule.h"
#include "path/source.h"
#include "stats.h"
#include "vspan.h"

/**
 * vspan_nl_fill_drops - put losses by reason into a message
 * @skb: the message
 * @attr: number of the nest
 * @sums: the counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int vspan_nl_fill_drops(struct sk_buff *skb, int attr,
			const struct vspan_sums *sums)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	int i;

	if (!nest)
		return -EMSGSIZE;
	/* Attribute numbers follow the order of the reasons, from 1. */
	for (i = 0; i < VSPAN_DROP_CNT; i++)
		if (nla_put_u64_64bit(skb, i + 1, sums->v[VSPAN_DROPS + i],
				      VSPAN_A_DROP_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int vspan_nl_fill_span_stats(struct sk_buff *skb,
				    const struct vspan_dev *vs)
{
	struct nlattr *nest = nla_nest_start(skb, VSPAN_A_SPAN_STATS);
	struct rtnl_link_stats64 link;
	struct vspan_sums sums;

	if (!nest)
		return -EMSGSIZE;
	/* Only dev_get_stats() has what the core counts, such as frames that
	 * are sent to a span which is down.
	 */
	dev_get_stats(vs->dev, &link);
	vspan_stats_sum(vs->stats, &sums);
	if (nla_put_u64_64bit(skb, VSPAN_A_SPAN_STATS_PACKETS, link.rx_packets,
			      VSPAN_A_SPAN_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SPAN_STATS_BYTES, link.rx_bytes,
			      VSPAN_A_SPAN_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SPAN_STATS_MONITOR_TX_DROPPED,
			      link.tx_dropped, VSPAN_A_SPAN_STATS_PAD) ||
	    vspan_nl_fill_drops(skb, VSPAN_A_SPAN_STATS_DROPS, &sums))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * vspan_nl_fill_span - put a span into a message
 * @skb: the message
 * @net: the reader's netns
 * @vs: the span
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int vspan_nl_fill_span(struct sk_buff *skb, struct net *net,
		       const struct vspan_dev *vs)
{
	const struct net_device *dev = vs->dev;
	bool read;

	rcu_read_lock();
	read = vspan_reader_any(vs);
	rcu_read_unlock();
	if (nla_put_string(skb, VSPAN_A_SPAN_NAME, dev->name) ||
	    vspan_nl_fill_span_id(skb, net, dev, &vspan_nl_by_span) ||
	    nla_put_u8(skb, VSPAN_A_SPAN_UP, !!(dev->flags & IFF_UP)) ||
	    nla_put_u8(skb, VSPAN_A_SPAN_READERS, read) ||
	    nla_put_u8(skb, VSPAN_A_SPAN_IDLE, vs->idle.on) ||
	    nla_put_u8(skb, VSPAN_A_SPAN_OWNED, !!vs->owner.portid) ||
	    nla_put_u32(skb, VSPAN_A_SPAN_FRAMES, vs->frames) ||
	    nla_put_u32(skb, VSPAN_A_SPAN_QLEN, dev->tx_queue_len) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SPAN_PINS, vspan_ring_pins(vs),
			      VSPAN_A_SPAN_PAD) ||
	    vspan_nl_fill_span_stats(skb, vs))
		return -EMSGSIZE;
	return 0;
}

static int vspan_nl_fill_dir(struct sk_buff *skb, int attr,
			     const struct vspan_sums *sums,
			     enum vspan_counter packets)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, VSPAN_A_DIR_STATS_PACKETS, sums->v[packets],
			      VSPAN_A_DIR_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_DIR_STATS_BYTES,
			      sums->v[packets + 1], VSPAN_A_DIR_STATS_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int vspan_nl_fill_source_stats(struct sk_buff *skb,
				      const struct vspan_source *src)
{
	struct nlattr *nest = nla_nest_start(skb, VSPAN_A_SOURCE_STATS);
	struct vspan_sums sums;

	if (!nest)
		return -EMSGSIZE;
	vspan_stats_sum(src->stats, &sums);
	if (vspan_nl_fill_dir(skb, VSPAN_A_SOURCE_STATS_RX, &sums,
			      VSPAN_RX_PACKETS) ||
	    vspan_nl_fill_dir(skb, VSPAN_A_SOURCE_STATS_TX, &sums,
			      VSPAN_TX_PACKETS) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SOURCE_STATS_FILTERED,
			      sums.v[VSPAN_FILTERED],
			      VSPAN_A_SOURCE_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SOURCE_STATS_DUP,
			      sums.v[VSPAN_DUP], VSPAN_A_SOURCE_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SOURCE_STATS_SAMPLED_OUT,
			      sums.v[VSPAN_SAMPLED_OUT],
			      VSPAN_A_SOURCE_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SOURCE_STATS_OFF_CABLE,
			      sums.v[VSPAN_OFF_CABLE],
			      VSPAN_A_SOURCE_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VSPAN_A_SOURCE_STATS_OTHER_SHARES,
			      sums.v[VSPAN_OTHER_SHARES],
			      VSPAN_A_SOURCE_STATS_PAD) ||
	    vspan_nl_fill_drops(skb, VSPAN_A_SOURCE_STATS_DROPS, &sums))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int vspan_nl_fill_vlans(struct sk_buff *skb,
			       const struct vspan_rule *rule)
{
	struct nlattr *attr;
	u8 *bits;
	int vid;

	if (!rule->by_vlan)
		return 0;
	attr = nla_reserve(skb, VSPAN_A_SOURCE_VLANS, VSPAN_VLAN_BITMAP_LEN);
	if (!attr)
		return -EMSGSIZE;
	bits = nla_data(attr);
	memset(bits, 0, VSPAN_VLAN_BITMAP_LEN);
	for_each_set_bit(vid, rule->vlans, VLAN_N_VID)
		bits[vid / 8] |= BIT(vid % 8);
	return 0;
}

/* An option that is not set has no attribute. */
static int vspan_nl_fill_options(struct sk_buff *skb,
				 const struct vspan_rule *rule)
{
	if ((rule->hook != VSPAN_HOOK_TAP &&
	     nla_put_u32(skb, VSPAN_A_SOURCE_HOOK, rule->hook)) ||
	    (rule->redirect && nla_put_u8(skb, VSPAN_A_SOURCE_REDIRECT, 1)) ||
	    (rule->promisc && nla_put_u8(skb, VSPAN_A_SOURCE_PROMISC, 1)) ||
	    (rule->dup_keep && nla_put_u8(skb, VSPAN_A_SOURCE_DUP_KEEP, 1)))
		return -EMSGSIZE;
	return 0;
}

static int vspan_nl_fill_amount(struct sk_buff *skb,
				const struct vspan_rule *rule)
{
	if ((rule->filter &&
	     nla_put_string(skb, VSPAN_A_SOURCE_FILTER_TEXT,
			    rule->filter->text)) ||
	    (rule->snaplen &&
	     nla_put_u32(skb, VSPAN_A_SOURCE_SNAPLEN, rule->snaplen)) ||
	    (rule->snap_headers &&
	     nla_put_u8(skb, VSPAN_A_SOURCE_SNAP_HEADERS, 1)) ||
	    (rule->shares > 1 &&
	     (nla_put_u32(skb, VSPAN_A_SOURCE_SHARE, rule->share) ||
	      nla_put_u32(skb, VSPAN_A_SOURCE_SHARES, rule->shares))) ||
	    (rule->sample > 1 &&
	     nla_put_u32(skb, VSPAN_A_SOURCE_SAMPLE, rule->sample)) ||
	    (rule->rate && nla_put_u32(skb, VSPAN_A_SOURCE_RATE, rule->rate)) ||
	    (rule->tag != VSPAN_TAG_PORT &&
	     nla_put_u32(skb, VSPAN_A_SOURCE_TAG, rule->tag)))
		return -EMSGSIZE;
	return 0;
}

static int vspan_nl_fill_key(struct sk_buff *skb, struct net *net,
			     const struct vspan_source *src,
			     const struct vspan_nl_ref *ref)
{
	BUILD_BUG_ON((int)VSPAN_A_SOURCE_SPAN != (int)VSPAN_A_BINDING_SPAN);
	BUILD_BUG_ON((int)VSPAN_A_SOURCE_NAME != (int)VSPAN_A_BINDING_NAME);
	BUILD_BUG_ON((int)VSPAN_A_SOURCE_KIND != (int)VSPAN_A_BINDING_KIND);

	if (nla_put_string(skb, VSPAN_A_SOURCE_SPAN, src->vs->dev->name) ||
	    nla_put_string(skb, VSPAN_A_SOURCE_NAME, src->name) ||
	    nla_put_u32(skb, VSPAN_A_SOURCE_KIND, src->kind) ||
	    vspan_nl_fill_span_id(skb, net, src->vs->dev, ref))
		return -EMSGSIZE;
	return 0;
}

/**
 * vspan_nl_fill_source - put a source into a message
 * @skb: the message
 * @net: the reader's netns
 * @src: the source
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int vspan_nl_fill_source(struct sk_buff *skb, struct net *net,
			 const struct vspan_source *src)
{
	const struct vspan_rule *rule = rtnl_dereference(src->rule);
	enum vspan_dormant why;

	if (vspan_nl_fill_key(skb, net, src, &vspan_nl_by_source) ||
	    nla_put_u32(skb, VSPAN_A_SOURCE_DIR, rule->dir) ||
	    vspan_nl_fill_vlans(skb, rule) ||
	    vspan_nl_fill_options(skb, rule) ||
	    vspan_nl_fill_amount(skb, rule) ||
	    (vspan_source_dormant(src, &why) &&
	     nla_put_u32(skb, VSPAN_A_SOURCE_DORMANT, why)) ||
	    vspan_nl_fill_source_stats(skb, src))
		return -EMSGSIZE;
	return 0;
}

/**
 * vspan_nl_fill_binding - put a binding into a message
 * @skb: the message
 * @net: the reader's netns
 * @b: the binding
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int vspan_nl_fill_binding(struct sk_buff *skb, struct net *net,
			  const struct vspan_binding *b)
{
	/* The binding holds the device, also when its port is gone. */
	const struct net_device *dev = b->promisc.dev;

	if (vspan_nl_fill_key(skb, net, b->src, &vspan_nl_by_binding) ||
	    nla_put_string(skb, VSPAN_A_BINDING_DEV, dev->name) ||
	    nla_put_u32(skb, VSPAN_A_BINDING_IFINDEX, dev->ifindex) ||
	    nla_put_u32(skb, VSPAN_A_BINDING_HOOK, b->hook) ||
	    (b->promisc.want &&
	     nla_put_u8(skb, VSPAN_A_BINDING_PROMISC, b->promisc.held)))
		return -EMSGSIZE;
	return 0;
}
