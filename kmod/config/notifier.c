// SPDX-License-Identifier: GPL-2.0
/* Passes events of netdevices to the files that handle them. */
#include <linux/netdevice.h>

#include "config/binding.h"
#include "config/changes.h"
#include "config/claim.h"
#include "config/dedup.h"
#include "config/follow.h"
#include "config/notifier.h"
#include "config/output.h"
#include "config/promisc.h"
#include "config/tapdev.h"
#include "net.h"
#include "path/device.h"
#include "path/source.h"
#include "vspan.h"

/* A move to another netns is NETDEV_UNREGISTER, then NETDEV_REGISTER, while reg_state
 * stays NETREG_REGISTERED.
 */
static void vspan_notifier_move(struct vspan_dev *vs, unsigned long event)
{
	if (event == NETDEV_UNREGISTER && vs->dev->reg_state == NETREG_REGISTERED) {
		vs->left = dev_net(vs->dev)->ns.inum;
	} else if (event == NETDEV_REGISTER && vs->left) {
		vspan_changes_move(vs, vs->left);
		vs->left = 0;
	}
}

static void vspan_notifier_tell(const struct vspan_dev *vs, unsigned long event)
{
	switch (event) {
	case NETDEV_REGISTER:
		vspan_changes_span(vs, VSPAN_CHANGE_NEW);
		break;
	case NETDEV_UNREGISTER:
		vspan_changes_span(vs, VSPAN_CHANGE_DEL);
		break;
	case NETDEV_CHANGENAME:
	case NETDEV_CHANGE_TX_QUEUE_LEN:
	case NETDEV_UP:
	case NETDEV_DOWN:
		vspan_changes_span(vs, VSPAN_CHANGE_SET);
		break;
	}
}

/* A master that uses the receive slot takes it right after this event. */
static void vspan_notifier_prelink(struct net_device *dev,
				   const struct netdev_notifier_changeupper_info
				   *info)
{
	if (info->linking && info->master)
		vspan_follow_yield(dev);
}

static void vspan_notifier_relink(struct net_device *dev,
				  const struct netdev_notifier_changeupper_info
				  *info)
{
	struct vspan_net *vn = vspan_net(dev_net(dev));
	struct vspan_source *src = NULL;

	/* First the outputs: one that now leads to a source is unbound, and the source
	 * stays bound.
	 */
	vspan_output_retry_above(info->upper_dev);
	vspan_follow_below(dev);
	vspan_follow_dev(info->upper_dev);
	vspan_follow_later(dev);
	while ((src = vspan_claim_span(vn, src)))
		vspan_dedup_plan(src->vs);
}

static void vspan_notifier_other(struct net_device *dev, unsigned long event,
				 void *info)
{
	switch (event) {
	/* The core sends NETDEV_CHANGE for an alternative name that is added or
	 * removed, but only if the device is up.
	 */
	case NETDEV_CHANGE:
	case NETDEV_UP:
	case NETDEV_CHANGENAME:
		vspan_follow_ports(dev);
		fallthrough;
	case NETDEV_REGISTER:
	case NETDEV_POST_TYPE_CHANGE:
		vspan_follow_dev(dev);
		vspan_output_reconcile(dev);
		break;
	case NETDEV_JOIN:
		vspan_follow_yield(dev);
		break;
	case NETDEV_PRECHANGEUPPER:
		vspan_notifier_prelink(dev, info);
		break;
	case NETDEV_CHANGEUPPER:
		vspan_notifier_relink(dev, info);
		break;
	case NETDEV_UNREGISTER:
		/* The device is deleted or moves to another netns. The event may
		 * be repeated while references remain. The core guarantees that
		 * the device is not locked (netdev_need_ops_lock()) in it.
		 */
		vspan_binding_destroy_all(dev);
		vspan_promisc_run_dev(dev);
		vspan_output_unbind_all(dev);
		break;
	}
}

static int vspan_notifier_event(struct notifier_block *nb, unsigned long event,
				void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	int err;

	if (!vspan_dev_is_span(dev)) {
		vspan_notifier_other(dev, event, ptr);
		return NOTIFY_DONE;
	}
	err = vspan_tapdev_event(netdev_priv(dev), event);
	if (err)
		return notifier_from_errno(err);
	vspan_notifier_move(netdev_priv(dev), event);
	vspan_notifier_tell(netdev_priv(dev), event);
	return NOTIFY_DONE;
}

static struct notifier_block vspan_notifier = {
	.notifier_call = vspan_notifier_event,
};

/**
 * vspan_notifier_init - start to follow all netdevices
 *
 * Return: 0 or a negative errno.
 */
int vspan_notifier_init(void)
{
	return register_netdevice_notifier(&vspan_notifier);
}

/**
 * vspan_notifier_uninit - stop following netdevices
 */
void vspan_notifier_uninit(void)
{
	unregister_netdevice_notifier(&vspan_notifier);
}
