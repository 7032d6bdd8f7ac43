// SPDX-License-Identifier: GPL-2.0
/*
 * Limits for network namespaces that do not belong to the initial user namespace: any
 * user who can create a user namespace has CAP_NET_ADMIN there. Memory is limited by the
 * user's memory cgroup. The number of sources and outputs is limited here, because
 * requests hold RTNL, which is one lock for all namespaces.
 */
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "config/tenant.h"
#include "net.h"

/* One request handles as many in a few milliseconds. */
#define VSPAN_TENANT_MAX	1024

static unsigned int vspan_tenant_max = VSPAN_TENANT_MAX;
static struct ctl_table_header *vspan_tenant_sysctl;

/* Only in init_net. The empty entry ends the table up to Linux 6.5. */
static const struct ctl_table vspan_tenant_table[] = {
	{
		.procname	= "tenant_max",
		.data		= &vspan_tenant_max,
		.maxlen		= sizeof(vspan_tenant_max),
		.mode		= 0644,
		.proc_handler	= proc_douintvec,
	},
	{}
};

/**
 * vspan_tenant_init - register the sysctl net.vspan.tenant_max
 *
 * Return: 0 or -ENOMEM.
 */
int __init vspan_tenant_init(void)
{
	vspan_tenant_sysctl = vspan_register_sysctl(&init_net, "net/vspan",
						    vspan_tenant_table, 1);
	return vspan_tenant_sysctl || !IS_ENABLED(CONFIG_SYSCTL) ? 0 : -ENOMEM;
}

/**
 * vspan_tenant_uninit - unregister the sysctl
 */
void vspan_tenant_uninit(void)
{
	if (vspan_tenant_sysctl)
		unregister_net_sysctl_table(vspan_tenant_sysctl);
}

/**
 * vspan_tenant_owns - does a netns belong to a tenant?
 * @net: the netns
 *
 * Return: true if its user namespace is not the initial one.
 */
bool vspan_tenant_owns(const struct net *net)
{
	return net->user_ns != &init_user_ns;
}

/**
 * vspan_tenant_charge - count one more source or output of a netns
 * @net: the netns
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0, undone by vspan_tenant_uncharge(), or -ENOSPC.
 */
int vspan_tenant_charge(const struct net *net, struct netlink_ext_ack *extack)
{
	struct vspan_net *vn = vspan_net(net);

	if (vspan_tenant_owns(net) &&
	    vn->configured >= READ_ONCE(vspan_tenant_max)) {
		NL_SET_ERR_MSG(extack,
			       "this network namespace has as many sources and outputs as the host's sysctl net.vspan.tenant_max allows; delete some, or have it raised");
		return -ENOSPC;
	}
	vn->configured++;
	return 0;
}

/**
 * vspan_tenant_uncharge - count one source or output less
 * @net: its netns
 *
 * Context: RTNL.
 */
void vspan_tenant_uncharge(const struct net *net)
{
	vspan_net(net)->configured--;
}
