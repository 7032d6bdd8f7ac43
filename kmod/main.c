// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "config/bridge.h"
#include "config/device.h"
#include "config/follow.h"
#include "config/loop.h"
#include "config/notifier.h"
#include "config/output.h"
#include "config/owner.h"
#include "config/promisc.h"
#include "config/queue.h"
#include "config/snap.h"
#include "config/source.h"
#include "config/tapdev.h"
#include "config/tenant.h"
#include "net.h"
#include "netlink/audit.h"
#include "netlink/netlink.h"
#include "path/outsend.h"
#include "path/source.h"
#include "vspan.h"

static int __net_init vspan_net_init(struct net *net)
{
	struct vspan_net *vn = vspan_net(net);

	INIT_LIST_HEAD(&vn->sources);
	INIT_LIST_HEAD(&vn->claims);
	INIT_LIST_HEAD(&vn->outputs);
	xa_init_flags(&vn->ports, XA_FLAGS_ACCOUNT);
	INIT_WORK(&vn->regain, vspan_follow_regain);
	vn->generation = 1;
	vn->net = net;
	return 0;
}

/* All devices of the netns are gone. The sources and outputs that are left are dormant
 * and belong to spans in other netns.
 */
static void __net_exit vspan_net_exit(struct net *net)
{
	struct vspan_net *vn = vspan_net(net);
	struct vspan_output *out, *next_out;
	struct vspan_source *src, *next_src;
	LIST_HEAD(doomed);

	cancel_work_sync(&vn->regain);
	rtnl_lock();
	list_for_each_entry_safe(src, next_src, &vn->sources, net_node)
		vspan_source_doom(src, &doomed);
	vspan_source_destroy_all(&doomed);
	list_for_each_entry_safe(out, next_out, &vn->outputs, net_node)
		vspan_output_destroy(out);
	rtnl_unlock();
	WARN_ON_ONCE(!xa_empty(&vn->ports));
	vspan_loop_end(vn);
}

/* A subsys, so that its exit runs after all devices of the netns are gone. */
static struct pernet_operations vspan_net_ops = {
	.init = vspan_net_init,
	.exit = vspan_net_exit,
	.id   = &vspan_net_id,
	.size = sizeof(struct vspan_net),
};

static int __init vspan_init(void)
{
	int err;

	err = vspan_snap_init();
	if (err)
		return err;
	err = vspan_queue_init();
	if (err)
		goto err_uninit_snap;
	err = vspan_tapdev_init();
	if (err)
		goto err_uninit_queue;
	err = vspan_tenant_init();
	if (err)
		goto err_uninit_tapdev;
	vspan_audit_init();
	err = register_pernet_subsys(&vspan_net_ops);
	if (err)
		goto err_uninit_audit;
	err = vspan_bridge_init();
	if (err)
		goto err_unregister_pernet;
	err = vspan_owner_init();
	if (err)
		goto err_uninit_bridge;
	err = vspan_notifier_init();
	if (err)
		goto err_uninit_owner;
	err = rtnl_link_register(&vspan_link_ops);
	if (err)
		goto err_uninit_notifier;
	err = vspan_netlink_init();
	if (err)
		goto err_unregister_link;
	return 0;

err_unregister_link:
	rtnl_link_unregister(&vspan_link_ops);
err_uninit_notifier:
	vspan_notifier_uninit();
err_uninit_owner:
	vspan_owner_uninit();
err_uninit_bridge:
	vspan_bridge_uninit();
err_unregister_pernet:
	unregister_pernet_subsys(&vspan_net_ops);
err_uninit_audit:
	vspan_audit_uninit();
	vspan_tenant_uninit();
err_uninit_tapdev:
	vspan_tapdev_uninit();
err_uninit_queue:
	vspan_queue_uninit();
err_uninit_snap:
	vspan_snap_uninit();
	return err;
}

static void __exit vspan_exit(void)
{
	/* First no more requests, then no more spans. The last span takes the
	 * last source, binding and hook with it.
	 */
	vspan_netlink_uninit();
	rtnl_link_unregister(&vspan_link_ops);
	vspan_notifier_uninit();
	vspan_owner_uninit();
	vspan_promisc_uninit();
	vspan_bridge_uninit();
	unregister_pernet_subsys(&vspan_net_ops);
	vspan_audit_uninit();
	vspan_tenant_uninit();
	vspan_tapdev_uninit();

	/* Hooks were removed without waiting for a grace period, and pending
	 * call_rcu() callbacks are functions of this module.
	 */
	synchronize_net();
	rcu_barrier();
	vspan_queue_uninit();
	vspan_snap_uninit();
}

module_init(vspan_init);
module_exit(vspan_exit);

MODULE_DESCRIPTION("Virtual SPAN port");
MODULE_LICENSE("GPL");
MODULE_VERSION(VSPAN_VERSION);
MODULE_ALIAS_RTNL_LINK(VSPAN_KIND);
MODULE_ALIAS_GENL_FAMILY(VSPAN_FAMILY_NAME);
