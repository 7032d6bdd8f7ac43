// SPDX-License-Identifier: GPL-2.0
/*
 * Bindings, and the ports they share: all bindings of a device are on one port,
 * so the device is tapped once for any number of spans.
 */
#include <linux/err.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "config/binding.h"
#include "config/bridge.h"
#include "config/changes.h"
#include "config/dedup.h"
#include "config/handover.h"
#include "config/hook.h"
#include "config/idle.h"
#include "config/port.h"
#include "config/promisc.h"
#include "config/seen.h"
#include "net.h"
#include "path/port.h"
#include "path/rule.h"
#include "path/source.h"
#include "vspan.h"

/* A VRF, or an ipvlan device that routes, passes a frame to taps with a temporary MAC
 * header. The neighbour code then overwrites that header, even in memory that is shared
 * with clones (vrf_finish_direct(), ipvlan_process_outbound(), neigh_hh_output()).
 */
static bool vspan_port_is_unstable(const struct net_device *dev)
{
	return netif_is_l3_master(dev) ||
	       (dev->rtnl_link_ops && (!strcmp(dev->rtnl_link_ops->kind, "ipvlan") ||
		!strcmp(dev->rtnl_link_ops->kind, "ipvtap")));
}

static int vspan_port_publish(struct vspan_port *port)
{
	struct xarray *ports = vspan_ports(port->dev);
	unsigned long key = vspan_port_key(port->dev->ifindex, port->hook);
	int err;

	err = xa_err(xa_store(ports, key, port, GFP_KERNEL_ACCOUNT));
	if (err)
		return err;
	err = vspan_hook_attach(port);
	if (err)
		xa_erase(ports, key);
	return err;
}

static struct vspan_port *vspan_port_create(struct net_device *dev,
					    enum vspan_hook hook)
{
	struct vspan_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	int err;

	if (!port)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&port->bindings);
	port->hook = hook;
	port->dev = dev;
	port->unstable = vspan_port_is_unstable(dev);
	vspan_bridge_learn(port);
	err = vspan_port_publish(port);
	if (err) {
		/* RCU readers of the xarray may have found the port. */
		kfree_rcu(port, rcu);
		return ERR_PTR(err);
	}
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	return port;
}

/* The reference to the device can be dropped before the grace period: RCU readers
 * of the port use the device too, and unregistering a device waits for a grace
 * period of its own.
 */
static void vspan_port_destroy(struct vspan_port *port)
{
	vspan_hook_detach(port);
	xa_erase(vspan_ports(port->dev),
		 vspan_port_key(port->dev->ifindex, port->hook));
	netdev_put(port->dev, &port->tracker);
	kfree_rcu(port, rcu);
}

/* The wanted hook if it is free, else the tap, which always is. */
static enum vspan_hook vspan_binding_hook(const struct net_device *dev,
					  enum vspan_hook wanted)
{
	return vspan_hook_free(dev, wanted) ? wanted : VSPAN_HOOK_TAP;
}

static struct vspan_port *vspan_binding_port(struct net_device *dev,
					     enum vspan_hook hook)
{
	return vspan_port_find(dev, hook) ?: vspan_port_create(dev, hook);
}

static void vspan_binding_hang(struct vspan_binding *b, struct vspan_port *port)
{
	b->port = port;
	b->hook = port->hook;
	list_add_tail_rcu(&b->port_node, &port->bindings);
	vspan_port_update(port, NULL, 0);
}

/* The last binding destroys the port. */
static void vspan_binding_unhang(struct vspan_binding *b)
{
	struct vspan_port *port = b->port;

	list_del_rcu(&b->port_node);
	if (list_empty(&port->bindings))
		vspan_port_destroy(port);
	else
		vspan_port_update(port, NULL, 0);
}

/**
 * vspan_binding_create - start to copy a device's frames for a source
 * @src: the source, with its rule
 * @dev: a device that can be a source
 * @dirs: directions in which the source matches the device
 * @hook: hook to use if it is free; else the tap is used
 *
 * Context: RTNL.
 * Return: the binding or ERR_PTR(-ENOMEM).
 */
struct vspan_binding *vspan_binding_create(struct vspan_source *src,
					   struct net_device *dev, u32 dirs,
					   enum vspan_hook hook)
{
	const struct vspan_rule *rule = rtnl_dereference(src->rule);
	struct vspan_binding *b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	struct vspan_port *port;

	ASSERT_RTNL();
	if (!b)
		return ERR_PTR(-ENOMEM);
	port = vspan_binding_port(dev, vspan_binding_hook(dev, hook));
	if (IS_ERR(port)) {
		kfree(b);
		return ERR_CAST(port);
	}
	b->src = src;
	b->dirs = dirs;
	b->mark = vspan_seen_mark_get(src->vs);
	list_add_tail(&b->src_node, &src->bindings);
	vspan_binding_hang(b, port);
	vspan_idle_look(src->vs);
	vspan_dedup_plan(src->vs);
	vspan_promisc_init(b, dev);
	vspan_promisc_want(b, rule->promisc);
	vspan_changes_binding(b, VSPAN_CHANGE_NEW);
	return b;
}

/**
 * vspan_binding_destroy - stop copying a device's frames for a source
 * @b: the binding; freed when the packet path no longer uses it
 *
 * Context: RTNL.
 */
void vspan_binding_destroy(struct vspan_binding *b)
{
	ASSERT_RTNL();
	vspan_dedup_unsure(b->src->vs, b->port->dev);
	list_del(&b->src_node);
	vspan_changes_binding(b, VSPAN_CHANGE_DEL);
	vspan_binding_unhang(b);
	vspan_seen_mark_put(b->src->vs, b->mark);
	vspan_dedup_plan(b->src->vs);
	vspan_promisc_end(b);
}

/**
 * vspan_binding_stays - would a binding made now have the same hook?
 * @b: a binding
 * @hook: the wanted hook
 *
 * Context: RTNL.
 * Return: false if the binding has to be replaced.
 */
bool vspan_binding_stays(const struct vspan_binding *b, enum vspan_hook hook)
{
	return b->port->hook == vspan_binding_hook(b->port->dev, hook);
}

/**
 * vspan_binding_first - get the first binding of a device
 * @dev: the device
 * @hook: hook of the binding
 *
 * Context: RTNL.
 * Return: the binding, or NULL if the device has none with this hook.
 */
struct vspan_binding *vspan_binding_first(const struct net_device *dev,
					  enum vspan_hook hook)
{
	struct vspan_port *port = vspan_port_find(dev, hook);

	return port ? list_first_entry_or_null(&port->bindings,
					       struct vspan_binding, port_node) :
		      NULL;
}

/**
 * vspan_binding_astray - find a binding whose wanted hook has become free
 * @net: netns of its device
 *
 * Context: RTNL.
 * Return: the binding, or NULL if there is none.
 */
struct vspan_binding *vspan_binding_astray(const struct net *net)
{
	struct vspan_port *port;
	struct vspan_binding *b;
	unsigned long key;

	xa_for_each(&vspan_net(net)->ports, key, port)
		list_for_each_entry(b, &port->bindings, port_node)
			if (!vspan_binding_stays(b, rtnl_dereference(b->src->rule)->hook))
				return b;
	return NULL;
}

/* The tap decides which of the two bindings copies a frame, and the slot asks for
 * that decision. So the binding at the slot stops asking before the binding at the
 * tap stops deciding.
 */
static void vspan_binding_hand_over(struct vspan_binding *old,
				    struct vspan_binding *b,
				    struct vspan_port *port,
				    struct vspan_handover *ho)
{
	RCU_INIT_POINTER(b->handover, ho);
	vspan_binding_hang(b, port);
	vspan_handover_run(ho, old);
	if (port->hook == VSPAN_HOOK_TAP) {
		vspan_binding_unhang(old);
		synchronize_net();
		RCU_INIT_POINTER(b->handover, NULL);
	} else {
		RCU_INIT_POINTER(b->handover, NULL);
		synchronize_net();
		vspan_binding_unhang(old);
	}
	vspan_handover_free(ho);
}

/* Pass the frames of @old to @b, which uses another hook. */
static int vspan_binding_move(struct vspan_binding *old, struct vspan_binding *b,
			      enum vspan_hook hook)
{
	struct vspan_handover *ho = vspan_handover_create(old->port->hook);
	struct vspan_port *port;

	if (!ho)
		return -ENOMEM;
	port = vspan_binding_port(old->port->dev, hook);
	if (IS_ERR(port)) {
		vspan_handover_free(ho);
		return PTR_ERR(port);
	}
	vspan_binding_hand_over(old, b, port, ho);
	return 0;
}

/* The same if the hook does not change. */
static void vspan_binding_swap(struct vspan_binding *old, struct vspan_binding *b)
{
	b->port = old->port;
	b->hook = old->hook;
	list_replace_rcu(&old->port_node, &b->port_node);
	vspan_port_update(b->port, NULL, 0);
}

/**
 * vspan_binding_replace - replace a binding: another source, directions or hook
 * @old: the old binding; freed when the packet path no longer uses it
 * @src: source of the same span; the source of @old if that stays
 * @dirs: directions in which the source matches the device
 * @hook: hook to use if it is free; else the tap is used
 *
 * No frame is missed or copied twice.
 *
 * Context: RTNL, may sleep.
 * Return: 0, or -ENOMEM if nothing has changed.
 */
int vspan_binding_replace(struct vspan_binding *old, struct vspan_source *src,
			  u32 dirs, enum vspan_hook hook)
{
	struct vspan_binding *b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);
	struct net_device *dev = old->port->dev;
	int err = 0;

	if (!b)
		return -ENOMEM;
	b->src = src;
	b->dirs = dirs;
	b->mark = old->mark;
	vspan_dedup_unsure(src->vs, dev);
	if (vspan_binding_stays(old, hook))
		vspan_binding_swap(old, b);
	else
		err = vspan_binding_move(old, b, vspan_binding_hook(dev, hook));
	if (err) {
		vspan_dedup_plan(src->vs);
		kfree(b);
		return err;
	}
	/* The order of a source's bindings does not change. */
	list_add(&b->src_node, old->src == src ? &old->src_node :
						 src->bindings.prev);
	list_del(&old->src_node);
	vspan_dedup_plan(src->vs);
	vspan_promisc_init(b, dev);
	vspan_promisc_move(old, b);
	vspan_promisc_want(b, rtnl_dereference(src->rule)->promisc);
	vspan_changes_binding(old, VSPAN_CHANGE_DEL);
	vspan_changes_binding(b, VSPAN_CHANGE_NEW);
	vspan_promisc_end(old);
	return 0;
}

/**
 * vspan_binding_destroy_all - destroy all bindings of a device that goes away
 * @dev: the device, still in its netns
 *
 * Context: RTNL.
 */
void vspan_binding_destroy_all(struct net_device *dev)
{
	enum vspan_hook hook;
	struct vspan_binding *b;

	for (hook = 0; hook < VSPAN_HOOK_CNT; hook++)
		while ((b = vspan_binding_first(dev, hook)))
			vspan_binding_destroy(b);
}

/**
 * vspan_binding_update - tell the hooks of a source's devices what the source wants
 * @src: the source
 * @dir: directions it wants, instead of those of its rule
 *
 * Context: RTNL.
 */
void vspan_binding_update(struct vspan_source *src, u32 dir)
{
	struct vspan_binding *b;

	list_for_each_entry(b, &src->bindings, src_node) {
		vspan_port_update(b->port, src, dir);
		vspan_promisc_want(b, rtnl_dereference(src->rule)->promisc);
	}
}

/**
 * vspan_binding_rehook - use the hook of a source's rule on all of its devices
 * @src: the source
 *
 * Context: RTNL, may sleep.
 * Return: 0, or -ENOMEM; then some devices may still have the old hook.
 */
int vspan_binding_rehook(struct vspan_source *src)
{
	enum vspan_hook hook = rtnl_dereference(src->rule)->hook;
	struct vspan_binding *b, *tmp;
	int err;

	list_for_each_entry_safe(b, tmp, &src->bindings, src_node) {
		if (vspan_binding_stays(b, hook))
			continue;
		err = vspan_binding_replace(b, src, b->dirs, hook);
		if (err)
			return err;
	}
	return 0;
}
