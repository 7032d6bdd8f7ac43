// SPDX-License-Identifier: GPL-2.0
/*
 * A span can be owned by a netlink socket and is deleted when the socket is closed, as
 * with NL80211_ATTR_SOCKET_OWNER. A program that is killed so leaves no span behind.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "config/owner.h"
#include "vspan.h"

/* Sockets are closed without RTNL. The list is changed under RTNL and the lock, and read
 * under either.
 */
static DEFINE_SPINLOCK(vspan_owner_lock);
static LIST_HEAD(vspan_owners);

/* A work takes RTNL, because the task that closes the socket may hold a lock that other
 * tasks take under RTNL.
 */
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
 * vspan_owner_set - delete a span when a socket is closed
 * @vs: the span
 * @net: netns of the socket
 * @portid: its port ID; the request being served keeps the socket open
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0; -EBUSY if another socket owns the span.
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
 * vspan_owner_unset - forget the owner of a span
 * @vs: a span that is being deleted
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
 * vspan_owner_init - start to follow sockets that are closed
 *
 * Return: 0 or a negative errno.
 */
int __init vspan_owner_init(void)
{
	return netlink_register_notifier(&vspan_owner_nb);
}

/**
 * vspan_owner_uninit - stop following sockets that are closed
 *
 * There must be no spans left.
 *
 * Context: without RTNL, since the work may wait for it.
 */
void vspan_owner_uninit(void)
{
	netlink_unregister_notifier(&vspan_owner_nb);
	cancel_work_sync(&vspan_owner_work);
}
