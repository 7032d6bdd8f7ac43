// SPDX-License-Identifier: GPL-2.0
/*
 * Outputs: devices and psample groups to which a span's frames are sent as well. Like
 * a source, an output is configured by device name and waits for its device.
 */
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/psample.h>
#include <net/rtnetlink.h>

#include "config/changes.h"
#include "config/devbar.h"
#include "config/follow.h"
#include "config/idle.h"
#include "config/loop.h"
#include "config/output.h"
#include "config/tenant.h"
#include "net.h"
#include "path/outsend.h"
#include "stats.h"
#include "vspan.h"

static u32 vspan_output_last_id;

static struct net_device *vspan_output_dev(const struct vspan_output *out)
{
	return rtnl_dereference(out->dev);
}

/**
 * vspan_output_dormant - is an output dormant, and why?
 * @out: the output
 * @why: set to the reason if it is dormant
 *
 * Context: RTNL.
 * Return: true if the output is dormant.
 */
bool vspan_output_dormant(const struct vspan_output *out,
			  enum vspan_dormant *why)
{
	struct net_device *dev;

	if (out->psample || vspan_output_dev(out))
		return false;
	dev = __dev_get_by_name(out->net, out->name);
	if (!dev || !vspan_devbar_output(out->vs, dev, why))
		*why = VSPAN_DORMANT_NO_DEVICE;
	return true;
}

/**
 * vspan_output_find - look an output up
 * @net: netns the output was configured in
 * @key: the key of the output; the span may have moved to another netns
 *
 * Context: RTNL.
 * Return: the output or NULL.
 */
struct vspan_output *vspan_output_find(struct net *net,
				       const struct vspan_output_key *key)
{
	struct vspan_output *out;

	list_for_each_entry(out, &key->vs->outputs, node) {
		if (!net_eq(out->net, net))
			continue;
		if (key->dev ? !strcmp(out->name, key->dev) :
			       out->psample &&
			       out->psample->group_num == key->group)
			return out;
	}
	return NULL;
}

static void vspan_output_free(struct vspan_output *out)
{
	free_percpu(out->stats);
	kfree(out);
}

static void vspan_output_free_rcu(struct rcu_head *rcu)
{
	vspan_output_free(container_of(rcu, struct vspan_output, rcu));
}

static void vspan_output_count(struct vspan_dev *vs, int live, int samplers)
{
	WRITE_ONCE(vs->samplers, vs->samplers + samplers);
	WRITE_ONCE(vs->live_outputs, vs->live_outputs + live);
}

static bool vspan_output_is_tunnel(const struct net_device *dev)
{
	static const char *const kinds[] = {
		"gretap", "ip6gretap", "erspan", "ip6erspan", "vxlan", "geneve",
	};

	return dev->rtnl_link_ops &&
	       match_string(kinds, ARRAY_SIZE(kinds),
			    dev->rtnl_link_ops->kind) >= 0;
}

static void vspan_output_bind(struct vspan_output *out, struct net_device *dev)
{
	WRITE_ONCE(out->tunnel, vspan_output_is_tunnel(dev));
	netdev_hold(dev, &out->tracker, GFP_KERNEL);
	rcu_assign_pointer(out->dev, dev);
	vspan_output_count(out->vs, 1, 0);
}

/* As with ports, unregistering the device waits for RCU readers of the output. */
static void vspan_output_unbind(struct vspan_output *out)
{
	struct net_device *dev = vspan_output_dev(out);

	if (!dev)
		return;
	RCU_INIT_POINTER(out->dev, NULL);
	netdev_put(dev, &out->tracker);
	vspan_output_count(out->vs, -1, 0);
}

static int vspan_output_check(struct net *net,
			      const struct vspan_output_key *key,
			      struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	enum vspan_dormant why;
	const char *bar;
	int err;

	if (vspan_output_find(net, key)) {
		NL_SET_ERR_MSG(extack,
			       "the span has this output already; delete it first to change it");
		return -EEXIST;
	}
	if (!key->dev)
		return 0;
	err = vspan_devbar_check_name(key->dev, extack);
	if (err)
		return err;
	dev = __dev_get_by_name(net, key->dev);
	bar = dev ? vspan_devbar_output(key->vs, dev, &why) : NULL;
	if (!bar)
		return 0;
	vspan_devbar_refuse(extack, bar);
	return why == VSPAN_DORMANT_IS_OUTPUT ? -ELOOP : -EOPNOTSUPP;
}

static int vspan_output_open_group(struct vspan_output *out, u32 group,
				   struct netlink_ext_ack *extack)
{
#if IS_ENABLED(CONFIG_PSAMPLE)
	out->psample = psample_group_get(out->net, group);
	return out->psample ? 0 : -ENOMEM;
#else
	NL_SET_ERR_MSG(extack, "this kernel has no psample");
	return -EOPNOTSUPP;
#endif
}

static void vspan_output_close_group(struct vspan_output *out)
{
#if IS_ENABLED(CONFIG_PSAMPLE)
	if (!out->psample)
		return;
	vspan_output_count(out->vs, -1, -1);
	psample_group_put(out->psample);
#endif
}

static struct vspan_output *
vspan_output_alloc(struct net *net, const struct vspan_output_key *key,
		   struct netlink_ext_ack *extack)
{
	struct vspan_output *out = kzalloc(sizeof(*out), GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;

	if (!out)
		return ERR_PTR(-ENOMEM);
	out->stats = vspan_stats_alloc();
	if (!out->stats)
		goto err_free;
	out->vs = key->vs;
	out->net = net;
	if (key->dev)
		strscpy(out->name, key->dev, sizeof(out->name));
	else
		err = vspan_output_open_group(out, key->group, extack);
	if (key->dev || !err)
		return out;

err_free:
	vspan_output_free(out);
	return ERR_PTR(err);
}

/**
 * vspan_output_create - add an output to a span
 * @net: netns of the device or group
 * @key: the span, and the device or group
 * @vlan: VLAN ID of the tag to put around each frame, or 0
 * @strip: take the frame's own outer tag off first
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0; -EEXIST, -EINVAL for an invalid device name, -EOPNOTSUPP if the device
 *	cannot be an output, -ELOOP if it leads to a source of the span, -ENOSPC if
 *	there are too many, -ENOMEM.
 */
int vspan_output_create(struct net *net, const struct vspan_output_key *key,
			u16 vlan, bool strip, struct netlink_ext_ack *extack)
{
	struct vspan_dev *vs = key->vs;
	struct vspan_output *out;
	struct net_device *dev;
	int err;

	ASSERT_RTNL();
	err = vspan_output_check(net, key, extack) ?:
	      vspan_loop_prepare(net) ?: vspan_tenant_charge(net, extack);
	if (err)
		return err;
	out = vspan_output_alloc(net, key, extack);
	if (IS_ERR(out)) {
		vspan_tenant_uncharge(net);
		return PTR_ERR(out);
	}
	out->vlan = vlan;
	out->strip = strip;
	out->id = ++vspan_output_last_id;
	dev = key->dev ? __dev_get_by_name(net, key->dev) : NULL;
	list_add_tail(&out->net_node, &vspan_net(net)->outputs);
	list_add_tail_rcu(&out->node, &vs->outputs);
	vspan_idle_look(vs);
	if (dev)
		vspan_output_bind(out, dev);
	else if (out->psample)
		vspan_output_count(vs, 1, 1);
	vspan_changes_output(out, VSPAN_CHANGE_NEW);
	return 0;
}

/* Bind or unbind an output after a change of a device. */
static void vspan_output_follow(struct vspan_output *out,
				struct net_device *dev)
{
	struct net_device *now = vspan_output_dev(out);
	enum vspan_dormant why;
	bool wanted;

	wanted = !out->psample &&
		 __dev_get_by_name(out->net, out->name) == dev &&
		 !vspan_devbar_output(out->vs, dev, &why);
	if (now == dev && !wanted)
		vspan_output_unbind(out);
	else if (!now && wanted)
		vspan_output_bind(out, dev);
	else
		return;
	vspan_changes_output(out, VSPAN_CHANGE_SET);
}

/**
 * vspan_output_retry - bind outputs to devices that a source no longer bars
 * @vs: the span that had the source
 *
 * Context: RTNL.
 */
void vspan_output_retry(struct vspan_dev *vs)
{
	struct vspan_output *out;
	struct net_device *dev;

	if (vs->dev->reg_state != NETREG_REGISTERED)
		return;
	list_for_each_entry(out, &vs->outputs, node) {
		dev = out->psample ? NULL :
				     __dev_get_by_name(out->net, out->name);
		if (dev)
			vspan_output_follow(out, dev);
	}
}

/**
 * vspan_output_retry_above - check outputs on a device and on its upper devices
 * @lower: a device that has gained or lost a lower device
 *
 * An output that now leads to a source of its span is unbound.
 *
 * Context: RTNL.
 */
void vspan_output_retry_above(struct net_device *lower)
{
	struct net *net = dev_net(lower);
	struct vspan_output *out;
	struct net_device *dev;

	list_for_each_entry(out, &vspan_net(net)->outputs, net_node) {
		dev = out->psample ? NULL : __dev_get_by_name(net, out->name);
		if (dev && (dev == lower || netdev_has_upper_dev(lower, dev)))
			vspan_output_follow(out, dev);
	}
}

/**
 * vspan_output_destroy - delete an output
 * @out: the output; freed when the packet path no longer uses it
 *
 * Context: RTNL.
 */
void vspan_output_destroy(struct vspan_output *out)
{
	struct vspan_dev *vs = out->vs;
	struct net_device *dev, *bound;

	ASSERT_RTNL();
	dev = out->psample ? NULL : __dev_get_by_name(out->net, out->name);
	/* May differ from @dev if devices were renamed since it was bound. */
	bound = vspan_output_dev(out);
	vspan_changes_output(out, VSPAN_CHANGE_DEL);
	list_del(&out->net_node);
	list_del_rcu(&out->node);
	vspan_tenant_uncharge(out->net);
	vspan_output_unbind(out);
	/* psample frees the group after a grace period as well. */
	vspan_output_close_group(out);
	vspan_idle_look(vs);
	call_rcu(&out->rcu, vspan_output_free_rcu);
	if (dev)
		vspan_follow_freed(vs, dev);
	if (bound && bound != dev)
		vspan_follow_freed(vs, bound);
}

/**
 * vspan_output_reconcile - bind and unbind outputs after a change of a device
 * @dev: a device that is new, or has another name or type
 *
 * Context: RTNL.
 */
void vspan_output_reconcile(struct net_device *dev)
{
	struct vspan_output *out;

	list_for_each_entry(out, &vspan_net(dev_net(dev))->outputs, net_node)
		vspan_output_follow(out, dev);
}

/**
 * vspan_output_unbind_all - unbind all outputs of a device that goes away
 * @dev: the device, still in its netns
 *
 * Context: RTNL.
 */
void vspan_output_unbind_all(struct net_device *dev)
{
	struct vspan_output *out;

	list_for_each_entry(out, &vspan_net(dev_net(dev))->outputs, net_node) {
		if (vspan_output_dev(out) != dev)
			continue;
		vspan_output_unbind(out);
		vspan_changes_output(out, VSPAN_CHANGE_SET);
	}
}
