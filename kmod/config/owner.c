// SPDX-License-Identifier: GPL-2.0
/*
 * A span may go with the netlink socket that asked for that, as nl80211's interfaces do
 * (NL80211_ATTR_SOCKET_OWNER): so that a program which is killed leaves none behind.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "config/owner.h"
#include "vspan.h"

/* Sockets are closed without RTNL: who changes the list holds both. */
static DEFINE_SPINLOCK(vspan_owner_lock);
static LIST_HEAD(vspan_owners);

/* In a work, since whoever closes a socket may hold a lock that others take under RTNL. */
static void vspan_owner_delete_orphans(struct work_struct *work)
{
	struct vspan_dev *vs;
	LIST_HEAD(doomed);

	rtnl_lock();
	list_for_each_entry(vs, &vspan_owners, owner.node)
		if (READ_ONCE(vs->owner.gone))
			unregister_netdevice_queue(vs->dev, &doomed);
	unregister_netdevice_many(&doomed);
	rtnl_unlock();
}

static DECLARE_WORK(vspan_owner_work, vspan_owner_delete_orphans);

static void vspan_owner_closed(const struct netlink_notify *closed)
{
	struct vspan_dev *vs;
	bool any = false;

	spin_lock(&vspan_owner_lock);
	list_for_each_entry(vs, &vspan_owners, owner.node)
		if (vs->owner.portid == closed->portid && vs->owner.net == closed->net) {
			WRITE_ONCE(vs->owner.gone, true);
			any = true;
		}
	spin_unlock(&vspan_owner_lock);
	if (any)
		schedule_work(&vspan_owner_work);
}

static int vspan_owner_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netlink_notify *closed = ptr;

	if (event == NETLINK_URELEASE && closed->protocol == NETLINK_GENERIC)
		vspan_owner_closed(closed);
	return NOTIFY_DONE;
}

static struct notifier_block vspan_owner_nb = {
	.notifier_call = vspan_owner_event,
};

/**
 * vspan_owner_set - let a span go with a socket
 * @vs: the span
 * @net: netns of the socket
 * @portid: its port ID there; it is in use, by a request, and so cannot be closed now
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0; -EBUSY if the span goes with another already.
 */
int vspan_owner_set(struct vspan_dev *vs, const struct net *net, u32 portid,
		    struct netlink_ext_ack *extack)
{
	struct vspan_owner *owner = &vs->owner;

	ASSERT_RTNL();
	if (owner->portid) {
		if (owner->portid == portid && owner->net == net)
			return 0;
		NL_SET_ERR_MSG(extack, "the span goes with another program's socket already");
		return -EBUSY;
	}
	spin_lock(&vspan_owner_lock);
	owner->net = net;
	owner->portid = portid;
	list_add(&owner->node, &vspan_owners);
	spin_unlock(&vspan_owner_lock);
	return 0;
}

/**
 * vspan_owner_unset - a span goes
 * @vs: the span
 *
 * Context: RTNL.
 */
void vspan_owner_unset(struct vspan_dev *vs)
{
	struct vspan_owner *owner = &vs->owner;

	ASSERT_RTNL();
	if (!owner->portid)
		return;
	spin_lock(&vspan_owner_lock);
	list_del(&owner->node);
	owner->portid = 0;
	spin_unlock(&vspan_owner_lock);
}

/**
 * vspan_owner_init - hear of sockets that are closed
 *
 * Return: 0 or a negative errno.
 */
int __init vspan_owner_init(void)
{
	return netlink_register_notifier(&vspan_owner_nb);
}

/**
 * vspan_owner_uninit - hear no more of them
 *
 * All spans are gone.
 *
 * Context: without RTNL, for which the work may wait.
 */
void vspan_owner_uninit(void)
{
	netlink_unregister_notifier(&vspan_owner_nb);
	cancel_work_sync(&vspan_owner_work);
}
