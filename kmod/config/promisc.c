// SPDX-License-Identifier: GPL-2.0
/*
 * Makes devices promiscuous for bindings. From Linux 6.15 on, a device may have a lock
 * of its own (netdev_need_ops_lock()). dev_set_promiscuity() takes it, for the device
 * and its lower devices, while most notifiers are called with the lock held: a call
 * from a notifier would deadlock under RTNL. So vspan_promisc_want() only records the
 * change. vspan_promisc_run() calls dev_set_promiscuity() later with no lock but RTNL
 * held, either before the caller releases RTNL or from a work.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "config/changes.h"
#include "config/promisc.h"
#include "path/port.h"

/* Bindings with a pending change of their device, protected by RTNL. Those that enable
 * promiscuous mode come first, so that a device that passes from one binding to another
 * does not leave it in between.
 */
static LIST_HEAD(vspan_promisc_due);

static void vspan_promisc_work(struct work_struct *work)
{
	rtnl_lock();
	vspan_promisc_run(NULL);
	rtnl_unlock();
}

/* One work for all netns. A netns that ends need not wait for it: pending changes of a
 * device are made at the latest when the device leaves the netns.
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
 * vspan_promisc_want - set whether a binding's device should be promiscuous
 * @b: the binding
 * @want: true if it should
 *
 * The next vspan_promisc_run() changes the device.
 *
 * Context: RTNL; the locks of devices may be held as well.
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
 * vspan_promisc_move - pass promiscuous mode from one binding to another
 * @old: the old binding, which no longer wants it
 * @b: the new binding on the same device
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
 * vspan_promisc_end - free a binding
 * @b: the binding, removed from all lists; freed after its last pending change, when
 *	the packet path no longer uses it
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

/* dev_set_promiscuity() fails if the counter of the device would overflow. Then the
 * binding is shown as not promiscuous. Decrementing never fails.
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
 * vspan_promisc_run - make all pending changes
 * @net: only for devices of this netns, or NULL for all
 *
 * Context: RTNL, without the lock of any device.
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
 * vspan_promisc_run_dev - make the pending changes of a device that goes away
 * @dev: the device, without bindings
 *
 * Context: RTNL, without the lock of @dev or of its lower devices.
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
 * vspan_promisc_uninit - wait for the work when no bindings are left
 */
void vspan_promisc_uninit(void)
{
	cancel_work_sync(&vspan_promisc_later);
	WARN_ON_ONCE(!list_empty(&vspan_promisc_due));
}
