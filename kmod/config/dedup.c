// SPDX-License-Identifier: GPL-2.0
/* Finds out how a frame may pass several bindings of a span, for path/dedup.c. */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "config/dedup.h"
#include "config/port.h"
#include "path/dedup.h"
#include "path/iif.h"
#include "path/port.h"
#include "path/reader.h"
#include "path/rule.h"
#include "path/seen.h"
#include "path/source.h"
#include "vspan.h"

static bool vspan_dedup_goes_on(const struct vspan_dev *vs,
				struct net_device *dev);

/* Does the span copy all frames that a device sends, on the device or below it? */
static bool vspan_dedup_sends(const struct vspan_dev *vs, struct net_device *dev)
{
	const struct vspan_binding *b = vspan_port_binding(dev, vs);
	const struct vspan_rule *rule;

	if (!b)
		return vspan_dedup_goes_on(vs, dev);
	rule = rtnl_dereference(b->src->rule);
	return rule->dir & b->dirs & VSPAN_DIR_TX && vspan_dedup_whole(rule);
}

static bool vspan_dedup_by_ports(const struct vspan_dev *vs,
				 struct net_device *master)
{
	struct net_device *lower;
	struct list_head *iter;
	bool any = false;

	netdev_for_each_lower_dev(master, lower, iter) {
		if (!vspan_dedup_sends(vs, lower))
			return false;
		any = true;
	}
	return any;
}

/* Does the span copy all frames that a device sends on its lower devices? A VLAN device
 * sends through its NIC, a bond or team through its ports. A bridge or macvlan may send
 * to devices that are not below it.
 */
static bool vspan_dedup_goes_on(const struct vspan_dev *vs,
				struct net_device *dev)
{
	if (is_vlan_dev(dev) || netif_is_bond_master(dev) ||
	    netif_is_team_master(dev))
		return vspan_dedup_by_ports(vs, dev);
	return false;
}

/**
 * struct vspan_dedup_look - what the bindings of a span have in common
 * @n: number of bindings
 * @bridge: the master of the first device, or that device if it has none
 * @same: all devices are ports of one bridge, or the bridge itself
 * @one_way: ports copy received frames only, and the bridge sent frames only
 * @whole: all rules copy all frames, in full length
 * @by_port: skb_iif reliably names the port that received a frame
 * @asks: at least one rule suppresses second copies
 */
struct vspan_dedup_look {
	unsigned int n;
	const struct net_device *bridge;
	bool same;
	bool one_way;
	bool whole;
	bool by_port;
	bool asks;
};

/* Does skb_iif reliably name the port that received a frame? The answer is for the
 * current tc filters. If filters are added later, frames in a backlog may be copied
 * twice.
 */
static bool vspan_dedup_trusts_iif(struct net_device *dev)
{
	bool trusts;

	rcu_read_lock();
	trusts = vspan_iif_known(dev) && !vspan_reader_has_guide(dev) &&
		 !(netif_running(dev) && netif_carrier_ok(dev) &&
		   vspan_iif_is_set_by(dev));
	rcu_read_unlock();
	return trusts;
}

static void vspan_dedup_look(struct vspan_dedup_look *look,
			     const struct vspan_binding *b)
{
	const struct vspan_rule *rule = rtnl_dereference(b->src->rule);
	struct net_device *dev = b->port->dev;
	struct net_device *bridge = netdev_master_upper_dev_get(dev) ?: dev;

	if (!look->n++)
		look->bridge = bridge;
	look->same &= bridge == look->bridge && netif_is_bridge_master(bridge);
	look->one_way &= (rule->dir & b->dirs) ==
			 (bridge == dev ? VSPAN_DIR_TX : VSPAN_DIR_RX);
	look->whole &= vspan_dedup_whole(rule);
	look->by_port &= vspan_dedup_trusts_iif(dev);
	look->asks |= !rule->dup_keep;
}

static enum vspan_overlap vspan_dedup_overlap(const struct vspan_dedup_look *look)
{
	if (look->n < 2 || !look->asks || (look->same && look->one_way))
		return VSPAN_OVERLAP_NONE;
	return look->same && look->whole && look->by_port ?
	       VSPAN_OVERLAP_SOON : VSPAN_OVERLAP_LATE;
}

/**
 * vspan_dedup_begin - start a change of several bindings of a span
 * @vs: the span
 *
 * A plan looks at every binding, so it is made once, in vspan_dedup_end(). Until then,
 * the packet path assumes that a frame may pass several bindings.
 *
 * Context: RTNL.
 */
void vspan_dedup_begin(struct vspan_dev *vs)
{
	if (!vs->changes++)
		WRITE_ONCE(vs->seen.overlap, VSPAN_OVERLAP_LATE);
}

/**
 * vspan_dedup_end - end a change of several bindings of a span
 * @vs: the span
 *
 * Context: RTNL.
 * Return: true if no other such change is in progress.
 */
bool vspan_dedup_end(struct vspan_dev *vs)
{
	if (--vs->changes)
		return false;
	vspan_dedup_plan(vs);
	return true;
}

/**
 * vspan_dedup_unsure - stop leaving frames to lower devices before a change
 * @vs: the span, of which a binding or rule is about to change
 * @dev: the device of that binding, or NULL for a rule, which may have many bindings
 *
 * Until vspan_dedup_plan(), every device copies its own frames. Otherwise a frame that an
 * upper device has left to a lower one might not be copied by the lower one's new rule.
 *
 * Context: RTNL, may sleep.
 */
void vspan_dedup_unsure(struct vspan_dev *vs, struct net_device *dev)
{
	struct vspan_source *src;
	struct vspan_binding *b;
	bool any = false;

	if (vs->unsure || (dev && !netdev_has_any_upper_dev(dev)))
		return;
	vs->unsure = vs->changes;
	list_for_each_entry(src, &vs->sources, span_node)
		list_for_each_entry(b, &src->bindings, src_node) {
			any |= b->goes_on;
			WRITE_ONCE(b->goes_on, false);
		}
	if (any)
		synchronize_net();
}

/**
 * vspan_dedup_plan - find out how a frame may pass several bindings of a span
 * @vs: the span; its bindings, their rules, or master devices have changed
 *
 * Context: RTNL.
 */
void vspan_dedup_plan(struct vspan_dev *vs)
{
	struct vspan_dedup_look look = {
		.same = true, .one_way = true, .whole = true, .by_port = true,
	};
	struct vspan_source *src;
	struct vspan_binding *b;

	if (vs->changes)
		return;
	vs->unsure = false;
	list_for_each_entry(src, &vs->sources, span_node)
		list_for_each_entry(b, &src->bindings, src_node)
			vspan_dedup_look(&look, b);
	WRITE_ONCE(vs->seen.overlap, vspan_dedup_overlap(&look));
	list_for_each_entry(src, &vs->sources, span_node)
		list_for_each_entry(b, &src->bindings, src_node)
			WRITE_ONCE(b->goes_on, look.n > 1 &&
				   vspan_dedup_goes_on(vs, b->port->dev));
}
