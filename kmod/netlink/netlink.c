// SPDX-License-Identifier: GPL-2.0
/* Registers the netlink family and the notifications of changes. */
#include <net/genetlink.h>

#include "config/changes.h"
#include "netlink/netlink.h"
#include "netlink/nl.h"
#include "stats.h"

static struct vspan_changes_ops vspan_netlink_changes = {
	.span		= vspan_nl_notify_span,
	.source		= vspan_nl_notify_source,
	.binding	= vspan_nl_notify_binding,
	.output		= vspan_nl_notify_output,
};

/**
 * vspan_netlink_init - start to serve requests
 *
 * Return: 0 or a negative errno.
 */
int __init vspan_netlink_init(void)
{
	int err;

	/* vspan_nl_fill_drops() relies on the order. */
	BUILD_BUG_ON(VSPAN_DROP_SPAN_DOWN + 1 != VSPAN_A_DROP_SPAN_DOWN);
	BUILD_BUG_ON(VSPAN_DROP_XMIT + 1 != VSPAN_A_DROP_XMIT);
	BUILD_BUG_ON(VSPAN_DROP_CNT + 1 != VSPAN_A_DROP_PAD);

	vspan_changes_subscribe(&vspan_netlink_changes);
	err = genl_register_family(&vspan_nl_family);
	if (err)
		vspan_changes_unsubscribe(&vspan_netlink_changes);
	return err;
}

/**
 * vspan_netlink_uninit - stop serving requests
 */
void vspan_netlink_uninit(void)
{
	vspan_changes_unsubscribe(&vspan_netlink_changes);
	genl_unregister_family(&vspan_nl_family);
}
