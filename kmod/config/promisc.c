// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that are promiscuous for the sake of a binding. From Linux 6.15 on, a
 * device may have a lock of its own (netdev_need_ops_lock()). dev_set_promiscuity()
 * takes it, for the device and for those below it, and most notifiers are called
 * with it held: to tell the device there would wait for ever, and for all who want
 * RTNL. So what a binding wants is noted, and the device is told where RTNL is the
 * only lock: by who has nothing else, before it lets go of that, or by a work.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "config/changes.h"
#include "config/promisc.h"
#include "path/port.h"

/* Shares to be taken, and behind them those to be given back, so that a device
 * that passes from one binding to another does not flap; RTNL
 */
static LIST_HEAD(vspan_promisc_due);

static void vspan_promisc_work(struct work_struct *work)
{
	rtnl_lock();
	vspan_promisc_run(NULL);
	rtnl_unlock();
}

/* One for all netns, which have nothing to wait for as they end: what is due to a
 * device is done at the latest when that leaves the netns.
 */
static DECLARE_WORK(vspan_promisc_later, vspan_promisc_work);

/**
 * vspan_promisc_init - prepare a new binding
 * @b: the binding
 * @dev: its device
 *
 * vspan_promisc_end() must follow.
 *
 * Context: RTNL.
 */
void vspan_promisc_init(struct vspan_binding *b, struct net_device *dev)
{
	struct vspan_promisc *p = &b->promisc;

	p->dev = dev;
	netdev_hold(dev, &p->tracker, GFP_KERNEL);
	INIT_LIST_HEAD(&p->node);
}

/**
 * vspan_promisc_want - should a binding's device be promiscuous?
 * @b: the binding
 * @want: true if so
 *
 * The device is told by vspan_promisc_run(), or soon after.
 *
 * Context: RTNL, and maybe the lock of any device.
 */
void vspan_promisc_want(struct vspan_binding *b, bool want)
{
	struct vspan_promisc *p = &b->promisc;

	ASSERT_RTNL();
	p->want = want;
	list_del_init(&p->node);
	if (want == p->held)
		return;
	if (want)
		list_add(&p->node, &vspan_promisc_due);
	else
		list_add_tail(&p->node, &vspan_promisc_due);
	schedule_work(&vspan_promisc_later);
}

/**
 * vspan_promisc_move - let a binding have what another one has
 * @old: the other binding, of the same device, which wants it no more
 * @b: the binding, new
 *
 * Context: as vspan_promisc_want().
 */
void vspan_promisc_move(struct vspan_binding *old, struct vspan_binding *b)
{
	b->promisc.held = old->promisc.held;
	old->promisc.held = false;
	vspan_promisc_want(old, false);
}

static void vspan_promisc_free(struct vspan_binding *b)
{
	netdev_put(b->promisc.dev, &b->promisc.tracker);
	kfree_rcu(b, rcu);
}

/**
 * vspan_promisc_end - a binding has ended
 * @b: the binding, in no list any more; freed when its device need not be told
 *	anything, and the packet path has let go of it
 *
 * Context: as vspan_promisc_want().
 */
void vspan_promisc_end(struct vspan_binding *b)
{
	b->promisc.gone = true;
	vspan_promisc_want(b, false);
	if (!b->promisc.held)
		vspan_promisc_free(b);
}

/* If the device refuses, since its count is at its roof, the binding goes on
 * wanting, and show says that it has not got. Giving back is never refused.
 */
static void vspan_promisc_settle(struct vspan_binding *b)
{
	struct vspan_promisc *p = &b->promisc;

	list_del_init(&p->node);
	if (!dev_set_promiscuity(p->dev, p->want ? 1 : -1))
		p->held = p->want;
	if (p->gone)
		vspan_promisc_free(b);
	else
		vspan_changes_binding(b, VSPAN_CHANGE_SET);
}

/**
 * vspan_promisc_run - tell devices what is due to them
 * @net: those of this netns, or NULL for all
 *
 * Context: RTNL, and no lock of a device.
 */
void vspan_promisc_run(const struct net *net)
{
	struct vspan_binding *b, *tmp;

	ASSERT_RTNL();
	list_for_each_entry_safe(b, tmp, &vspan_promisc_due, promisc.node)
		if (!net || net_eq(dev_net(b->promisc.dev), net))
			vspan_promisc_settle(b);
}

/**
 * vspan_promisc_run_dev - tell a device that goes away what is due to it
 * @dev: the device, of which all bindings have ended
 *
 * Context: RTNL, and no lock of @dev or of a device below it.
 */
void vspan_promisc_run_dev(const struct net_device *dev)
{
	struct vspan_binding *b, *tmp;

	ASSERT_RTNL();
	list_for_each_entry_safe(b, tmp, &vspan_promisc_due, promisc.node)
		if (b->promisc.dev == dev)
			vspan_promisc_settle(b);
}

/**
 * vspan_promisc_uninit - wait for the work; there are no bindings any more
 */
void vspan_promisc_uninit(void)
{
	cancel_work_sync(&vspan_promisc_later);
	WARN_ON_ONCE(!list_empty(&vspan_promisc_due));
}
