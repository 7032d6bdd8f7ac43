// SPDX-License-Identifier: GPL-2.0
/*
 * Sources: rules that live by device name. A source is bound to the device of
 * its name whenever there is one that can be mirrored, and dormant otherwise.
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
 * vspan_source_dormant - is the source bound to nothing, and why?
 * @src: the source
 * @why: the reason, set if it is
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
 * @key: what it is known by; the span may have moved to another netns
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

/* A device that is there and cannot be bound as asked is refused now; one that
 * comes later is dealt with as well as can be.
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
 * vspan_source_create - make a source and bind it if its device is there
 * @net: netns in which the name is looked up
 * @key: the source's names, and the span the copies go to
 * @rule: what it selects; consumed
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0; -EINVAL for a name no device can have, -EEXIST if the source
 *	exists, -EOPNOTSUPP if its device can be no source, -ENOSPC if there are too
 *	many, -ENOMEM.
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
		/* Who had a device that was to be this one's has it again. */
		vspan_follow_retry(vs, net);
	}
	return err;

err_uncharge:
	vspan_tenant_uncharge(net);
err_free_rule:
	vspan_rule_free(rule);
	return err;
}

/* Put @rule in force in place of @old. */
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
 * vspan_source_change - put another rule in force
 * @src: the source
 * @rule: the new rule; consumed
 * @extack: for the sentence of a refusal
 *
 * A frame is judged by the old rule or by the new one, whole, and copied once.
 * The hooks are opened for both before and for the new one alone after.
 *
 * Context: RTNL.
 * Return: 0; -EBUSY if the source's device cannot be hooked as the new rule
 *	demands and the old one did not, -ENOMEM; then nothing has changed.
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
		/* Without memory for this, show says so. */
		vspan_source_obey(src, old, rule);
		vspan_rule_retire(rule);
		return err;
	}
	vspan_rule_retire(old);
	vspan_changes_source(src, VSPAN_CHANGE_SET);
	return 0;
}

/**
 * vspan_source_doom - take a source out of everybody's reach
 * @src: the source
 * @doomed: list of those that vspan_source_destroy_all() is to delete
 *
 * Context: RTNL.
 */
void vspan_source_doom(struct vspan_source *src, struct list_head *doomed)
{
	ASSERT_RTNL();
	vspan_changes_source(src, VSPAN_CHANGE_DEL);
	/* Ahead of the first device that another source may get. */
	vspan_dedup_begin(src->vs);
	vspan_dedup_unsure(src->vs, NULL);
	list_move_tail(&src->net_node, doomed);
	list_del(&src->span_node);
	vspan_claim_del(src);
	vspan_tenant_uncharge(src->net);
}

/**
 * vspan_source_destroy_all - delete sources
 * @doomed: the sources, each freed when the packet path has let go of it
 *
 * All are out of reach before the first device is: else it would pass through the
 * hands of each, and so would every other.
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
 * @src: the source; freed when the packet path has let go of it
 *
 * Context: RTNL.
 */
void vspan_source_destroy(struct vspan_source *src)
{
	LIST_HEAD(doomed);

	vspan_source_doom(src, &doomed);
	vspan_source_destroy_all(&doomed);
}
