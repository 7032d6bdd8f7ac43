// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces that do not belong to the host: whoever may have a user namespace
 * is root there. What he configures is charged to his memory cgroup, and bounded here,
 * for its time is others' too: RTNL is one for all.
 */
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "config/tenant.h"
#include "net.h"

/* As many as one request can deal with in milliseconds. */
#define VSPAN_TENANT_MAX	1024

static unsigned int vspan_tenant_max = VSPAN_TENANT_MAX;
static struct ctl_table_header *vspan_tenant_sysctl;

/* In the host's netns alone. The second one ends the table up to Linux 6.5. */
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
 * vspan_tenant_init - let the host's administrator set the bound
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
 * vspan_tenant_uninit - undo that
 */
void vspan_tenant_uninit(void)
{
	if (vspan_tenant_sysctl)
		unregister_net_sysctl_table(vspan_tenant_sysctl);
}

/**
 * vspan_tenant_owns - does a netns belong to another than the host?
 * @net: the netns
 *
 * Return: true if its owner is root in his own user namespace only.
 */
bool vspan_tenant_owns(const struct net *net)
{
	return net->user_ns != &init_user_ns;
}

/**
 * vspan_tenant_charge - may a netns have one more source or output?
 * @net: the netns
 * @extack: for the sentence of a refusal
 *
 * Context: RTNL.
 * Return: 0, and vspan_tenant_uncharge() must follow in the end; -ENOSPC.
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
 * vspan_tenant_uncharge - a source or output is gone
 * @net: its netns
 *
 * Context: RTNL.
 */
void vspan_tenant_uncharge(const struct net *net)
{
	vspan_net(net)->configured--;
}
