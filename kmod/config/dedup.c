// SPDX-License-Identifier: GPL-2.0
/* How frames may pass several bindings of a span, for path/dedup.c. */
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

/* Does the span copy all that a device sends, there or below? */
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

/* What a VLAN device sends goes through its NIC, what a bond or team sends
 * through a port. A bridge or macvlan may lead it elsewhere.
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
 * @n: how many there are
 * @bridge: the bridge that the first is, or is a port of
 * @same: they are all ports of that bridge, or the bridge itself
 * @one_way: the ports only receive, and the bridge only sends
 * @whole: all is copied, whole
 * @by_port: it can be told by which port a frame came in
 * @asks: some of their rules leave out what the span has
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

/* As it is now. If tc comes later, frames in a backlog may be shown twice. */
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
 * vspan_dedup_begin - several bindings of a span are about to change
 * @vs: the span
 *
 * There is one plan for all of them, vspan_dedup_end()'s: each looks at every binding.
 * Meanwhile a frame may pass several of them.
 *
 * Context: RTNL.
 */
void vspan_dedup_begin(struct vspan_dev *vs)
{
	if (!vs->changes++)
		WRITE_ONCE(vs->seen.overlap, VSPAN_OVERLAP_LATE);
}

/**
 * vspan_dedup_end - they have changed
 * @vs: the span
 *
 * Context: RTNL.
 * Return: true if no other change of many is under way.
 */
bool vspan_dedup_end(struct vspan_dev *vs)
{
	if (--vs->changes)
		return false;
	vspan_dedup_plan(vs);
	return true;
}

/**
 * vspan_dedup_unsure - what a device sends may soon not be copied below it
 * @vs: the span, of which a binding or rule is about to change
 * @dev: the device of that binding, or NULL for a rule, which may have many
 *
 * Until vspan_dedup_plan() no device leaves its frames to one below it, so that
 * none falls between the old rule, by which it was left, and the new.
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
 * vspan_dedup_plan - find out how frames may pass several bindings of a span
 * @vs: the span; its bindings, their rules, or masters have changed
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
