// SPDX-License-Identifier: GPL-2.0
/*
 * A frame that passes several devices of a span is copied once. A copy is left
 * out only where it is certain that the span has this frame, or will have it:
 *
 * - a copy of it is there (seen.c);
 * - it came in by a port of the same bridge where nothing but the device
 *   selects, so that it was copied there, or counted as lost;
 * - it goes on through a device below where nothing but the device selects.
 *
 * The rest is copied, if need be twice.
 */
#include <linux/rculist.h>
#include <linux/rtnetlink.h>

#include "path/dedup.h"
#include "path/iif.h"
#include "vspan.h"

/* Does nothing but the device select? */
static bool vspan_dedup_all(const struct vspan_rule *rule)
{
	return !rule->by_vlan && !rule->filter;
}

/* And is each of its frames copied, whole? */
static bool vspan_dedup_whole(const struct vspan_rule *rule)
{
	return vspan_dedup_all(rule) && rule->sample <= 1 && !rule->rate &&
	       !rule->snap_headers && !rule->snaplen;
}

/* The source by which the span gets what a device receives, or NULL. By the
 * tap, which nothing that leads frames elsewhere can be ahead of.
 */
static const struct vspan_source *
vspan_dedup_source(const struct net_device *dev, const struct vspan_dev *vs)
{
	const struct vspan_port *port =
		xa_load(&vspan_net(dev_net(dev))->ports,
			vspan_port_key(dev->ifindex, VSPAN_HOOK_TAP));
	const struct vspan_binding *b;

	if (!port)
		return NULL;
	list_for_each_entry_rcu(b, &port->bindings, port_node)
		if (b->src->vs == vs && b->dirs & VSPAN_DIR_RX)
			return b->src;
	return NULL;
}

/* The port of the same bridge by which a frame, that is about to leave, seems to have
 * come: vspan_dedup_is_entry() tells if it did. Another master sends on what is not the
 * same any more, with other addresses; and so may who has frames of the port ahead of
 * the bridge: tc, XDP, the flow table of netfilter. What a port of the bridge was to
 * send, and tc led to this one, has not come in there.
 */
static const struct net_device *vspan_dedup_entry(const struct sk_buff *skb)
{
	struct net_device *dev = skb->dev, *master, *in;
	int iif = skb->skb_iif;

	if (!iif || iif == dev->ifindex)
		return NULL;
	master = netdev_master_upper_dev_get_rcu(dev);
	if (!master || !netif_is_bridge_master(master))
		return NULL;
	in = dev_get_by_index_rcu(dev_net(dev), iif);
	return in && netdev_master_upper_dev_get_rcu(in) == master ? in : NULL;
}

static bool vspan_dedup_is_entry(const struct net_device *in, struct net_device *dev)
{
	return !vspan_deliver_has_guide(in) && !vspan_iif_is_set_by(in) &&
	       vspan_iif_known(dev);
}

/* A source has judged a frame once: it has no second chance to be its sample. */
static bool vspan_dedup_forwarded(const struct vspan_binding *b,
				  const struct sk_buff *skb)
{
	const struct net_device *in = vspan_dedup_entry(skb);
	const struct vspan_source *src;
	const struct vspan_rule *rule;

	if (!in)
		return false;
	src = vspan_dedup_source(in, b->src->vs);
	if (!src)
		return false;
	rule = rcu_dereference(src->rule);
	return rule->dir & VSPAN_DIR_RX &&
	       (src == b->src ? vspan_dedup_all(rule) : vspan_dedup_whole(rule)) &&
	       vspan_dedup_is_entry(in, skb->dev);
}

/* Back by the port by which it came: a hairpin. The note of its coming may be another
 * port's by now.
 */
static bool vspan_dedup_returns(const struct sk_buff *skb, enum vspan_dir dir)
{
	return dir == VSPAN_DIR_TX && skb->skb_iif == skb->dev->ifindex;
}

/**
 * vspan_dedup - has the span this frame already, or will it have it?
 * @b: the binding that would copy it
 * @rule: its rule
 * @skb: the frame; data at the MAC header
 * @dir: which way it went
 * @form: vspan_seen_form() of the copy that would be made
 *
 * Context: BH off, RCU.
 * Return: true if another copy would be the second.
 */
bool vspan_dedup(const struct vspan_binding *b, const struct vspan_rule *rule,
		 const struct sk_buff *skb, enum vspan_dir dir, u64 form)
{
	if (!vspan_dedup_returns(skb, dir) &&
	    vspan_seen(b->src->vs, skb, b->mark, form, rule))
		return true;
	return dir == VSPAN_DIR_TX &&
	       (READ_ONCE(b->goes_on) || vspan_dedup_forwarded(b, skb));
}

static bool vspan_dedup_goes_on(const struct vspan_dev *vs,
				struct net_device *dev);

/* Does the span copy all that a device sends, there or below? */
static bool vspan_dedup_sends(const struct vspan_dev *vs, struct net_device *dev)
{
	const struct vspan_binding *b = vspan_binding_find(dev, vs);
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
 */
struct vspan_dedup_look {
	unsigned int n;
	const struct net_device *bridge;
	bool same;
	bool one_way;
	bool whole;
	bool by_port;
};

/* As it is now. If tc comes later, frames in a backlog may be shown twice. */
static bool vspan_dedup_trusts_iif(struct net_device *dev)
{
	bool trusts;

	rcu_read_lock();
	trusts = vspan_iif_known(dev) && !vspan_deliver_has_guide(dev) &&
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
}

static enum vspan_overlap vspan_dedup_overlap(const struct vspan_dedup_look *look)
{
	if (look->n < 2 || (look->same && look->one_way))
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
