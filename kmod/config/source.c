// SPDX-License-Identifier: GPL-2.0
/*
 * Sources: rules that are configured by device name. A source is bound to each device
 * that it matches and that can be mirrored. Without such a device it is dormant.
 */
#include <linux/slab.h>
#include <net/rtnetlink.h>

#include "config/binding.h"
#include "config/changes.h"
#include "config/claim.h"
#include "config/dedup.h"
#include "config/devbar.h"
#include "config/follow.h"
#include "config/hook.h"
#include "config/match.h"
#include "config/output.h"
#include "config/port.h"
#include "config/rule.h"
#include "config/source.h"
#include "config/tenant.h"
#include "net.h"
#include "path/rule.h"
#include "path/source.h"
#include "stats.h"
#include "vspan.h"

static u32 vspan_source_last_id;

/**
 * vspan_source_dormant - is a source without bindings, and why?
 * @src: the source
 * @why: set to the reason if it is
 *
 * Context: RTNL.
 * Return: true if the source is dormant.
 */
bool vspan_source_dormant(const struct vspan_source *src,
			  enum vspan_dormant *why)
{
	struct net_device *dev = NULL;

	if (!list_empty(&src->bindings))
		return false;
	*why = vspan_match_none(src);
	while ((dev = vspan_match_next(src, dev))) {
		if (!vspan_match(src, dev) ||
		    vspan_devbar_source(src->vs, dev, why))
			continue;
		if (!src->followed)
			return false;
		*why = vspan_port_binding(dev, src->vs) ?
		       VSPAN_DORMANT_SHADOWED : VSPAN_DORMANT_NO_MEMORY;
		break;
	}
	return true;
}

/**
 * vspan_source_find - look a source up
 * @net: netns the source was configured in
 * @key: the key of the source; the span may have moved to another netns
 *
 * Context: RTNL.
 * Return: the source or NULL.
 */
struct vspan_source *vspan_source_find(struct net *net,
				       const struct vspan_source_key *key)
{
	struct vspan_source *src;

	list_for_each_entry(src, &key->vs->sources, span_node)
		if (net_eq(src->net, net) && src->kind == key->kind &&
		    !strcmp(src->name, key->name))
			return src;
	return NULL;
}

static void vspan_source_free(struct vspan_source *src)
{
	vspan_rule_free(rcu_dereference_protected(src->rule, true));
	free_percpu(src->stats);
	kfree(src);
}

static void vspan_source_free_rcu(struct rcu_head *rcu)
{
	vspan_source_free(container_of(rcu, struct vspan_source, rcu));
}

static struct vspan_source *
vspan_source_alloc(struct net *net, const struct vspan_source_key *key)
{
	struct vspan_source *src = kzalloc(sizeof(*src), GFP_KERNEL_ACCOUNT);

	if (!src)
		return NULL;
	src->stats = vspan_stats_alloc();
	if (!src->stats) {
		kfree(src);
		return NULL;
	}
	INIT_LIST_HEAD(&src->bindings);
	src->vs = key->vs;
	src->net = net;
	src->kind = key->kind;
	strscpy(src->name, key->name, sizeof(src->name));
	return src;
}

static int vspan_source_check_hook(const struct net_device *dev,
				   const struct vspan_rule *rule,
				   struct netlink_ext_ack *extack)
{
	if (vspan_hook_free(dev, rule->hook))
		return 0;
	NL_SET_ERR_MSG(extack,
		       "the device's receive slot is taken by its bridge, bond, macvlan or VLANs; leave out redirect and hook");
	return -EBUSY;
}

/* A request is refused if the device exists and cannot be bound as asked. If such a
 * device appears later, the source stays dormant or uses the tap.
 */
static int vspan_source_check_dev(struct net *net,
				  const struct vspan_source_key *key,
				  const struct vspan_rule *rule,
				  struct netlink_ext_ack *extack)
{
	struct net_device *dev = __dev_get_by_name(net, key->name);
	enum vspan_dormant why;
	const char *bar;
	int err;

	err = vspan_devbar_check_name(key->name, extack);
	if (err)
		return err;
	if (!dev || key->kind == VSPAN_KIND_MASTER)
		return 0;
	bar = vspan_devbar_source(key->vs, dev, &why);
	if (bar) {
		vspan_devbar_refuse(extack, bar);
		return -EOPNOTSUPP;
	}
	return vspan_source_check_hook(dev, rule, extack);
}

static int vspan_source_check(struct net *net,
			      const struct vspan_source_key *key,
			      const struct vspan_rule *rule,
			      struct netlink_ext_ack *extack)
{
	if (vspan_source_find(net, key)) {
		NL_SET_ERR_MSG(extack,
			       "the span has this source already; change it with set or delete it first");
		return -EEXIST;
	}
	if (key->kind != VSPAN_KIND_GLOB)
		return vspan_source_check_dev(net, key, rule, extack);
	if (key->name[0])
		return 0;
	NL_SET_ERR_MSG(extack, "the pattern is empty and would match nothing");
	return -EINVAL;
}

/**
 * vspan_source_create - create a source and bind it to the devices that it matches
 * @net: netns of the devices
 * @key: the span, and the name of the source
 * @rule: its rule; consumed
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0; -EINVAL for an invalid device name, -EEXIST if the source exists, -EBUSY
 *	if the hook is taken, -EOPNOTSUPP if the device cannot be a source, -ENOSPC if
 *	there are too many, -ENOMEM.
 */
int vspan_source_create(struct net *net, const struct vspan_source_key *key,
			struct vspan_rule *rule,
			struct netlink_ext_ack *extack)
{
	struct vspan_dev *vs = key->vs;
	struct vspan_source *src;
	int err;

	ASSERT_RTNL();
	err = vspan_source_check(net, key, rule, extack) ?:
	      vspan_tenant_charge(net, extack);
	if (err)
		goto err_free_rule;
	src = vspan_source_alloc(net, key);
	if (!src) {
		err = -ENOMEM;
		goto err_uncharge;
	}
	RCU_INIT_POINTER(src->rule, rule);
	src->id = ++vspan_source_last_id;
	list_add_tail(&src->net_node, &vspan_net(net)->sources);
	list_add_tail(&src->span_node, &vs->sources);
	vspan_claim_add(src);
	vspan_changes_source(src, VSPAN_CHANGE_NEW);
	err = vspan_follow_source(src);
	src->followed = true;
	if (err) {
		vspan_source_destroy(src);
		/* Rebind the sources that had lost a device to this one. */
		vspan_follow_retry(vs, net);
	}
	return err;

err_uncharge:
	vspan_tenant_uncharge(net);
err_free_rule:
	vspan_rule_free(rule);
	return err;
}

/* Replace @old by @rule. */
static int vspan_source_obey(struct vspan_source *src, struct vspan_rule *rule,
			     const struct vspan_rule *old)
{
	int err;

	vspan_dedup_begin(src->vs);
	vspan_dedup_unsure(src->vs, NULL);
	vspan_binding_update(src, old->dir | rule->dir);
	rcu_assign_pointer(src->rule, rule);
	vspan_binding_update(src, rule->dir);
	err = old->hook == rule->hook ? 0 : vspan_binding_rehook(src);
	vspan_dedup_end(src->vs);
	return err;
}

/**
 * vspan_source_change - replace the rule of a source
 * @src: the source
 * @rule: the new rule; consumed
 * @extack: for the sentence of a refusal
 *
 * Each frame is judged entirely by the old rule or entirely by the new one, and copied
 * at most once. For this, the hooks pass the directions of both rules before the change,
 * and those of the new rule after it.
 *
 * Context: RTNL.
 * Return: 0, or -EBUSY if the new rule wants another hook, which is taken, or -ENOMEM.
 *	On an error nothing has changed.
 */
int vspan_source_change(struct vspan_source *src, struct vspan_rule *rule,
			struct netlink_ext_ack *extack)
{
	struct vspan_rule *old = rtnl_dereference(src->rule);
	struct net_device *dev = src->kind == VSPAN_KIND_NAME ?
				 __dev_get_by_name(src->net, src->name) : NULL;
	int err;

	if (dev && old->hook != rule->hook) {
		err = vspan_source_check_hook(dev, rule, extack);
		if (err) {
			vspan_rule_free(rule);
			return err;
		}
	}
	err = vspan_source_obey(src, rule, old);
	if (err) {
		/* If this fails as well, the source is shown with the hook it has. */
		vspan_source_obey(src, old, rule);
		vspan_rule_retire(rule);
		return err;
	}
	vspan_rule_retire(old);
	vspan_changes_source(src, VSPAN_CHANGE_SET);
	return 0;
}

/**
 * vspan_source_doom - remove a source from all lists before it is deleted
 * @src: the source
 * @doomed: list of sources for vspan_source_destroy_all()
 *
 * Context: RTNL.
 */
void vspan_source_doom(struct vspan_source *src, struct list_head *doomed)
{
	ASSERT_RTNL();
	vspan_changes_source(src, VSPAN_CHANGE_DEL);
	/* Before another source gets a device of this one. */
	vspan_dedup_begin(src->vs);
	vspan_dedup_unsure(src->vs, NULL);
	list_move_tail(&src->net_node, doomed);
	list_del(&src->span_node);
	vspan_claim_del(src);
	vspan_tenant_uncharge(src->net);
}

/**
 * vspan_source_destroy_all - delete sources
 * @doomed: sources after vspan_source_doom(); each is freed when the packet path no
 *	longer uses it
 *
 * All sources are removed from the lists before the first one loses a device. Otherwise
 * each device would be passed from one doomed source to the next.
 *
 * Context: RTNL.
 */
void vspan_source_destroy_all(struct list_head *doomed)
{
	struct vspan_source *src, *next;

	vspan_follow_lost(doomed);
	list_for_each_entry_safe(src, next, doomed, net_node) {
		if (vspan_dedup_end(src->vs))
			vspan_output_retry(src->vs);
		call_rcu(&src->rcu, vspan_source_free_rcu);
	}
}

/**
 * vspan_source_destroy - delete a source
 * @src: the source; freed when the packet path no longer uses it
 *
 * Context: RTNL.
 */
void vspan_source_destroy(struct vspan_source *src)
{
	LIST_HEAD(doomed);

	vspan_source_doom(src, &doomed);
	vspan_source_destroy_all(&doomed);
}
